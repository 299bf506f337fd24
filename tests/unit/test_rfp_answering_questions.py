"""What a line of a questionnaire asks, what it is about, and whether it was asked before."""

import pytest

from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Place, Question
from copilot.workflows.rfp.answering.categories import categories, category_of
from copilot.workflows.rfp.answering.enquiry import enquiry_of, queries_of
from copilot.workflows.rfp.answering.same_question import asks_the_same


def ask(text: str, *, form: AnswerForm = AnswerForm.TEXT, language: Language = Language.EN) -> Question:
    return Question(id="q", text=text, place=Place(address="1"), form=form, language=language)


@pytest.mark.parametrize(
    ("text", "asked", "yes_no"),
    [
        ("Does your company encrypt backups?", "Does you encrypt backups?", True),
        ("The vendor must encrypt backups.", "you encrypt backups.", True),
        ("El proveedor deberá cifrar las copias.", "usted cifrar las copias.", True),
        ("How are backups encrypted? (Check all that apply.)", "How are backups encrypted?", False),
        ("Firewalls matter a lot. Do you use firewalls?", "Do you use firewalls?", True),
        ("Do you encrypt backups? If yes, please describe how.", "Do you encrypt backups?", True),
    ],
)
def test_a_line_is_turned_into_what_it_asks(text: str, asked: str, yes_no: bool) -> None:
    part = enquiry_of(ask(text)).parts[0]
    assert (part.text, part.yes_no) == (asked, yes_no)


def test_parts_are_asked_one_by_one() -> None:
    parts = enquiry_of(ask("Do you encrypt backups, and do you test backups regularly?")).parts
    assert [part.text for part in parts] == ["Do you encrypt backups", "do you test backups regularly?"]


def test_a_part_that_takes_up_another_keeps_it() -> None:
    parts = enquiry_of(ask("Is change management documented, and does it classify changes?")).parts
    assert parts[1].text == "Is change management documented does it classify changes?"


@pytest.mark.parametrize("text", ["???", "...", "1.2"])
def test_a_line_without_words_is_one_part(text: str) -> None:
    assert len(enquiry_of(ask(text)).parts) == 1


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("Do you encrypt data at rest?", "encryption"),
        ("¿Se cifran los datos en reposo?", "encryption"),
        ("Describe your incident response process.", "incident_response"),
        ("¿Con qué frecuencia prueban la recuperación ante desastres?", "business_continuity"),
        ("Do you perform background checks?", "hr"),
        ("¿En qué países se alojan los datos?", "residency"),
        ("What is the price per user?", "commercial"),
        ("Tell us something.", "general"),
    ],
)
def test_the_category_is_what_most_words_speak_of(text: str, key: str) -> None:
    assert category_of(text).key == key


def test_every_category_has_a_team_in_both_languages() -> None:
    assert all(item.team(language) for item in categories() for language in Language)


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Do you encrypt backups?", "Does your company encrypt backups?", True),
        ("Do you encrypt backups?", "  do you ENCRYPT backups ", True),
        ("Do you encrypt all backups?", "Do you encrypt backups?", False),
        ("Is data not shared?", "Is data shared?", False),
        ("Do you hold ISO 27001?", "Do you hold ISO 27017?", False),
        ("Do customers audit vendors?", "Do vendors audit customers?", False),
        ("Are backups tested annually?", "Are backups tested quarterly?", False),
        ("When are backups tested?", "Are backups tested?", False),
        ("¿Se cifran las copias?", "¿No se cifran las copias?", False),
        ("", "", False),
    ],
)
def test_questions_are_the_same_only_if_they_ask_the_same(one: str, other: str, same: bool) -> None:
    assert asks_the_same(one, other) is same


@pytest.mark.parametrize(
    ("text", "searched_by"),
    [
        (
            "Audit planning. Audit plans shall be kept.",
            ("Audit planning. Audit plans shall be kept.", "Audit planning"),
        ),
        ("¿Cifran los discos?", ("¿Cifran los discos?",)),
        ("Do you keep audit plans.", ("Do you keep audit plans.",)),
        (f"{'One word more ' * 5}here. And the rest.", (f"{'One word more ' * 5}here. And the rest.",)),
    ],
    ids=["heading", "question", "nothing after it", "sentence"],
)
def test_a_heading_before_the_question_is_searched_for_too(text: str, searched_by: tuple[str, ...]) -> None:
    assert queries_of(text) == searched_by
