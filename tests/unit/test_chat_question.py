"""What a question asks for, in both languages."""

import pytest

from copilot.domain.language import Language
from copilot.workflows.chat.question import Expected, carries, expected_kind, identifiers, read_question


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("When does the board meet?", Expected.DATE),
        ("By when was the credit note promised?", Expected.DATE),
        ("How much does Insight cost?", Expected.MONEY),
        ("What is their budget for 2027?", Expected.MONEY),
        ("How many supervisors would use it?", Expected.NUMBER),
        ("How long are backups kept?", Expected.DURATION),
        ("Who signs the contract?", Expected.PERSON),
        ("Why do maps disappear?", Expected.REASON),
        ("Do you support SCIM?", Expected.YES_NO),
        ("What did they say about Fieldora?", Expected.OTHER),
        ("¿Cuándo abre Estepona?", Expected.DATE),
        ("¿Hasta cuándo queda aplazado?", Expected.DATE),
        ("¿Cuánto cuesta Insight?", Expected.MONEY),
        ("¿Qué presupuesto tienen?", Expected.MONEY),
        ("¿Cuántas licencias pagan?", Expected.NUMBER),
        ("¿Cada cuánto se hace la copia?", Expected.DURATION),
        ("¿Cuánto tiempo vale la autorización?", Expected.DURATION),
        ("¿Quién decide?", Expected.PERSON),
        ("Which audit firm issued the report?", Expected.NAME),
        ("name of their lawyer", Expected.NAME),
        ("What is Ana Rius's phone number?", Expected.CONTACT),
        ("¿Qué firma de auditoría emitió el informe?", Expected.NAME),
        ("¿Cómo se llama su abogado?", Expected.NAME),
        ("¿Qué firma Julián en enero?", Expected.OTHER),
        ("el teléfono de Ana Rius", Expected.CONTACT),
        ("¿Por qué se cierra la app?", Expected.REASON),
        ("¿Hay descuento para universidades?", Expected.YES_NO),
        ("¿Qué opina Julián?", Expected.OTHER),
    ],
)
def test_kind_of_answer_expected(text: str, expected: Expected) -> None:
    assert expected_kind(text) is expected


def test_telling_words_are_neither_small_words_nor_the_account() -> None:
    question = read_question("What did Blue Mesa's finance cap year one at?", besides=frozenset({"blue", "mesa"}))
    assert {question.words[place].folded for place in question.telling} >= {"finance", "cap", "year"}
    assert not {question.words[place].folded for place in question.telling} & {"what", "did", "blue", "mesa's", "at"}


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("It lasted two hours and forty minutes.", True),
        ("The outage of September 17 was long.", False),
        ("One of them said so.", False),
        ("About 195 minutes.", True),
        ("About 195 people.", False),
    ],
)
def test_a_figure_of_the_question_is_no_answer_to_how_many(text: str, there: bool) -> None:
    question = read_question("How long did the outage on September 17 last?")
    assert carries(question.expected, text, language=Language.EN, question=question, speaker=None) is there


@pytest.mark.parametrize(
    ("asked", "text", "there"),
    [
        ("Which audit firm issued the SOC 2 report?", "An independent auditor issued a Type II report in June.", False),
        ("Which audit firm issued the SOC 2 report?", "The report was issued by Halvard Rowe.", True),
        ("¿Qué firma de auditoría lo emitió?", "Lo emitió en junio un auditor independiente según ISO.", False),
        ("¿Qué firma de auditoría lo emitió?", "El informe lo emitió Auditores Quintela.", True),
        ("What is Ana's phone number?", "Ana took 12 calls on 3 June.", False),
        ("¿Cuál es el teléfono de Ana?", "Llámela al 600 123 456.", True),
    ],
)
def test_a_company_is_answered_by_a_name_and_a_telephone_by_a_number(asked: str, text: str, there: bool) -> None:
    question = read_question(asked)
    found = carries(question.expected, text, language=question.language, question=question, speaker="Marta Ruiz")
    assert found is there


def test_the_figure_of_a_standard_is_a_name_and_a_quantity_is_none() -> None:
    assert identifiers("Are we certified to ISO 9001?") == {"9001"}
    assert identifiers("¿Qué vale Premium para 600 licencias?") == frozenset()
