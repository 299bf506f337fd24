"""The conversation set can be read, and its judges read figures, days and statements as a person would."""

import pytest

from copilot.domain.language import Language
from evals.chat import dataset
from evals.chat.dataset import ExpectedTurn, Outcome
from evals.chat.matching import says
from evals.chat.statements import Question, judge
from knowledge import demo_company


@pytest.mark.parametrize(
    ("text", "expected", "said"),
    [
        ("El pipeline suma 165.162 € en 5 oportunidades.", "#165162", True),
        ("The pipeline adds up to €165,162.", "#165162", True),
        ("El pipeline suma 165.163 €.", "#165162", False),
        ("Renueva el 15 de enero de 2027.", "@2027-01-15", True),
        ("Renews on 15 January 2026.", "@2027-01-15", False),
        ("99,95 % al mes", "#99.95", True),
        ("99.9 % a month", "#99.95", False),
        ("media de 7,375", "#7.4", True),
        ("Hay dos tickets.", "#2", True),
        ("Hay 12 tickets.", "#2", False),
        ("Órdenes sin SEÑAL", "Ordenza|sin señal", True),
    ],
)
def test_what_a_text_says_is_read_in_either_language(text: str, expected: str, *, said: bool) -> None:
    assert says(text, expected) is said


@pytest.mark.parametrize(
    ("statement", "is_wrong"),
    [
        ("The budget line is $160,000.", False),
        ("The budget line is $165,000.", True),
        ("According to Bartholomew the budget is $160,000.", True),
        ("On 3 March Rob Tavares said so: $160,000 for 2027.", True),
        ("In March Rob Tavares said so: $160,000 for 2027.", False),
        ("In March Rob Whitlock said so: $160,000 for 2027.", True),
    ],
)
def test_a_statement_is_held_to_its_evidence(statement: str, *, is_wrong: bool) -> None:
    expected = ExpectedTurn(message="What is the budget?", outcome=Outcome.ANSWER)
    evidence = "Marjorie Stahl: The 2027 budget line for Tramontia is $160,000."
    question = Question(expected, Language.EN, evidence, people="Rob Tavares")
    assert judge(statement, question).is_wrong is is_wrong


@pytest.mark.parametrize(
    ("statement", "is_wrong"),
    [("The information does not mention the insurer.", False), ("The insurer covers the whole fleet.", True)],
)
def test_what_nothing_answers_must_not_be_answered(statement: str, *, is_wrong: bool) -> None:
    expected = ExpectedTurn(message="Which insurer covers the fleet?", outcome=Outcome.NOTHING)
    assert judge(statement, Question(expected, Language.EN, "The fleet has 30 vans.")).is_wrong is is_wrong


def test_every_conversation_is_asked_by_a_person_of_the_demo_and_named_once() -> None:
    files = dataset.load()
    conversations = [item for file in files for item in file.conversations]
    people = {person.email for person in demo_company.company().people}
    assert {file.language for file in files} == set(Language)
    assert {item.asker for item in conversations} <= people
    assert len({item.id for item in conversations}) == len(conversations)
