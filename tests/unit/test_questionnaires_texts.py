"""Questionnaires in Word, PDF, Markdown and mails: what is asked is found with its place, and nothing is dropped."""

from collections.abc import Callable
from datetime import date

import pytest

from copilot.domain.language import Language
from copilot.domain.question_conditions import depends_on
from copilot.domain.questionnaires import AnswerForm, Doubt, Question, Questionnaire, SkipReason
from knowledge.questionnaires import markdown, pages, pasted, word
from tests.questionnaire_documents import Sample
from tests.questionnaire_samples_more import SAMPLES as MORE
from tests.questionnaire_samples_pages import SAMPLES as PAGES
from tests.questionnaire_samples_word import SAMPLES as WORDS

_TODAY = date(2027, 3, 1)
_READERS = {"docx": word.read, "pdf": pages.read, "md": markdown.read, "txt": pasted.read}
_Maker = Callable[[], Sample]


def _read(sample: Sample) -> Questionnaire:
    return _READERS[sample.name.rpartition(".")[2]](sample.content, name=sample.name, today=_TODAY)


def _plain(text: str) -> str:
    return " ".join(text.split()).rstrip(":")


def _by_name(name: str) -> Questionnaire:
    return _read(next(sample for make in (*WORDS, *MORE, *PAGES) if (sample := make()).name == name))


def _ask(found: Questionnaire, start: str) -> Question:
    return next(question for question in found.questions if question.text.startswith(start))


@pytest.mark.parametrize("make", [*WORDS, *MORE, *PAGES], ids=lambda make: make.__name__)
def test_every_question_is_found_with_its_place_and_nothing_else(make: _Maker) -> None:
    sample = make()
    found = _read(sample)
    asked = [
        (_plain(question.text), question.answer_place.address if question.answer_place else None)
        for question in found.questions
    ]
    assert asked == [(_plain(text), place) for text, place in sample.expected]
    assert len({question.id for question in found.questions}) == len(asked)
    keys = {choice.key for question in found.questions for choice in question.choices}
    assert all(depends_on(question.condition) <= keys for question in found.questions)


@pytest.mark.parametrize("make", [*WORDS, *MORE, *PAGES], ids=lambda make: make.__name__)
def test_reading_again_gives_the_same(make: _Maker) -> None:
    sample = make()
    assert _read(sample) == _read(sample)


@pytest.mark.parametrize(
    ("name", "day", "language"),
    [
        ("supplier-security.docx", date(2027, 4, 30), Language.EN),
        ("cuestionario.docx", date(2027, 6, 15), Language.ES),
        ("rfi.pdf", date(2027, 5, 7), Language.EN),
        ("cuestionario.pdf", date(2027, 5, 20), Language.ES),
        ("review.md", date(2027, 4, 12), Language.EN),
        ("mail.txt", date(2027, 4, 9), Language.EN),
        ("correo.txt", date(2027, 4, 30), Language.ES),
    ],
)
def test_deadline_and_language_are_read(name: str, day: date, language: Language) -> None:
    found = _by_name(name)
    assert found.deadline == day
    assert found.deadline_text
    assert found.language is language


def test_sections_numbers_limits_and_guidance_are_kept() -> None:
    found = _by_name("supplier-security.docx")
    training = _ask(found, "Security awareness")
    assert (training.number, training.section, training.doubt) == ("2.2", ("2. Personnel",), Doubt.STATEMENT)
    assert _ask(found, "Have you had").guidance == "Note: include breaches at your subprocessors."
    hours = _ask(_by_name("tecnico.md"), "Horario")
    assert hours.limit.words == 100
    assert hours.section == ("2. Soporte",)
    risks = _ask(_by_name("cuestionario.docx"), "Describa cómo")
    assert (risks.number, risks.limit.words) == ("3", 150)


def test_what_depends_on_a_yes_hangs_under_its_question() -> None:
    found = _by_name("cuestionario.docx")
    parent, child = _ask(found, "¿Se realizan"), _ask(found, "En caso afirmativo")
    assert [choice.text for choice in parent.choices] == ["Sí", "No"]
    assert child.condition == parent.choices[0].key
    assert parent.form is AnswerForm.YES_NO


def test_boxes_and_columns_to_tick_are_choices_with_places() -> None:
    form = _by_name("ficha.docx")
    certified = _ask(form, "¿Está certificada")
    assert [choice.text for choice in certified.choices] == ["Sí", "No", "En proceso"]
    others = _ask(form, "¿Qué otras")
    assert others.form is AnswerForm.CHOICES
    assert [choice.text for choice in others.choices] == ["ISO 9001", "ENS Alto", "SOC 2", "Ninguna"]
    assert len({choice.place for choice in others.choices}) == 4
    requirement = _ask(_by_name("rfp.docx"), "The vendor shall")
    assert [(choice.text, choice.place.address if choice.place else "") for choice in requirement.choices] == [
        ("Yes", "t1r2c2"),
        ("No", "t1r2c3"),
        ("Partial", "t1r2c4"),
    ]
    assert requirement.comment_place is not None
    assert requirement.comment_place.address == "t1r2c5"


def test_a_drop_down_of_a_document_and_of_a_form_offers_its_values() -> None:
    processor = _ask(_by_name("diligence.docx"), "Do you act")
    assert [choice.text for choice in processor.choices] == ["Yes", "No"]
    assert processor.given == ""
    insured = _ask(_by_name("onboarding.pdf"), "Do you hold")
    assert [choice.text for choice in insured.choices] == ["Yes", "No"]
    assert (insured.given, insured.doubt) == ("No", Doubt.FILLED)


def test_instructions_headings_and_page_headers_are_told_apart() -> None:
    prose = _by_name("rfi.pdf")
    reasons = {skipped.text: skipped.reason for skipped in prose.skipped}
    assert reasons["Fabrikam Health | Confidential"] is SkipReason.OTHER
    assert reasons["2. Architecture"] is SkipReason.HEADING
    supplier = _by_name("supplier-security.docx")
    assert any(text.startswith("Please complete all sections") for text in supplier.instructions)
    assert supplier.title == "Supplier Information Security Questionnaire"


def test_what_was_answered_before_is_given_and_what_stands_for_an_answer_is_not() -> None:
    given = _by_name("x6.docx").questions
    assert [question.given for question in given] == ["We will staff it with two engineers.", "", ""]
    assert [question.doubt for question in given] == [Doubt.FILLED, "", ""]
    assert all(question.given == "" for question in _by_name("w6.docx").questions)


def test_an_answer_place_may_say_how_long_the_answer_is() -> None:
    assert {question.limit.words for question in _by_name("d4.docx").questions} == {300}


def test_comments_below_boxes_have_a_place() -> None:
    for question in _by_name("x7.docx").questions:
        assert question.comment_place is not None
        assert question.comment_place != question.answer_place
        assert len(question.choices) == 3
