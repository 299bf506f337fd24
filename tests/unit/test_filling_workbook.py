"""Answers reach the cells of a workbook, and nothing else changes."""

import io
import warnings
from datetime import datetime
from typing import Any

import pytest
from openpyxl import load_workbook

from copilot.domain.questionnaires import AnswerForm, Place
from copilot.domain.rfp_answers import RfpAnswer, ShortForm
from copilot.errors import InputError, UnreadableFile
from copilot.workflows.rfp.filling import fill
from evals.rfp.breakable import SHEET, Sample, parts, sheet_part, workbook
from evals.rfp.untouched import unintended_in_workbook
from tests.filling_builders import answer

SAMPLE = workbook()
ANSWERS = {
    "q3": answer("q3", "All data are encrypted with AES-256.", short=ShortForm.YES),
    "q4": answer("q4", "TLS is used between sites only.", short=ShortForm.PARTIAL),
    "q5": answer("q5", "The certificate is of 2025.", short=ShortForm.YES),
    "q6": answer("q6", '=HYPERLINK("http://x") is how we start.'),
    "q7": answer("q7", "We have 240 employees."),
    "q8": answer("q8", "It was on 3 March 2026."),
    "q9": answer("q9", "Availability was 99.95 %."),
    "q10": answer("q10", "We host in Madrid."),
    "q11": answer("q11", "Every night, in two regions."),
    "q12": answer("q12", "Twice a year."),
    "q13": answer("q13", "With SAML.", short=ShortForm.YES),
}
PLACES = {"C3", "D3", "C4", "D4", "C5", "D5", "C6", "C7", "D7", "C8", "C9", "C10", "C11", "D12", "E13", "D13"}


def filled(answers: dict[str, RfpAnswer], sample: Sample = SAMPLE) -> tuple[bytes, tuple[str, ...]]:
    done = fill(sample.questionnaire, sample.content, answers=answers)
    return done.content, done.unplaced


def opened(content: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # it says that it would lose the newer drop-downs
        return load_workbook(io.BytesIO(content))


def cell_of(content: bytes, place: str) -> object:
    return opened(content)[SHEET][place].value


def test_every_answer_is_where_it_belongs() -> None:
    content, unplaced = filled(ANSWERS)
    sheet = opened(content)[SHEET]
    assert unplaced == ()
    assert {place: sheet[place].value for place in sorted(PLACES)} == {
        "C3": "Yes",
        "D3": "All data are encrypted with AES-256.",
        "C4": "Partially",
        "D4": "TLS is used between sites only.",
        "C5": "Compliant",
        "D5": "The certificate is of 2025.",
        "C6": '=HYPERLINK("http://x") is how we start.',
        "C7": 240,
        "D7": "We have 240 employees.",
        "C8": datetime(2026, 3, 3),  # noqa: DTZ001
        "C9": 0.9995,
        "C10": "We host in Madrid.",
        "C11": "Every night, in two regions.",
        "D12": "Twice a year.",
        "E13": "x",
        "D13": "With SAML.",
    }
    assert sheet["C6"].data_type == "s"
    assert sheet["D12"].style_id == opened(SAMPLE.content)[SHEET]["A12"].style_id


def test_nothing_else_changes() -> None:
    content, _ = filled(ANSWERS)
    assert unintended_in_workbook(SAMPLE.content, content, touched={sheet_part(SAMPLE.content, SHEET): PLACES}) == []


def test_what_is_compared_would_show_a_change() -> None:
    content, _ = filled(ANSWERS)
    part = sheet_part(SAMPLE.content, SHEET)
    assert unintended_in_workbook(SAMPLE.content, content, touched={part: PLACES - {"C3"}}) == [f"{part}: C3 changed"]
    assert unintended_in_workbook(SAMPLE.content, content, touched={}) == [f"{part}: other bytes"]


def test_without_answers_the_file_is_the_very_same() -> None:
    assert filled({}) == (SAMPLE.content, ())


def test_a_workbook_that_computes_does_so_again_when_opened() -> None:
    content, _ = filled({"q6": answer("q6", "Text.")})
    assert b'fullCalcOnLoad="1"' in parts(content)["xl/workbook.xml"]


def test_the_same_answers_give_the_same_bytes() -> None:
    assert filled(ANSWERS) == filled(ANSWERS)


@pytest.mark.parametrize(
    ("question", "given"),
    [
        pytest.param("q5", answer("q5", short=ShortForm.NOT_APPLICABLE), id="no-such-value"),
        pytest.param("q3", answer("q3", "We encrypt."), id="text-for-a-list"),
        pytest.param("q7", answer("q7", "Between 100 and 200."), id="two-numbers"),
        pytest.param("q7", answer("q7", "9000"), id="beyond-the-limit"),
        pytest.param("q8", answer("q8", "In spring."), id="no-day"),
        pytest.param("q8", answer("q8", "On 3 March 2016."), id="day-too-early"),
        pytest.param("q10", answer("q10", "x" * 61), id="too-long"),
        pytest.param("q14", answer("q14", "Ours."), id="formula"),
        pytest.param("q3", answer("q3", chosen=("unknown",)), id="unknown-choice"),
    ],
)
def test_what_does_not_fit_is_reported_and_not_written(question: str, given: RfpAnswer) -> None:
    assert filled({question: given}) == (SAMPLE.content, (question,))


def test_a_value_is_chosen_by_its_key() -> None:
    content, unplaced = filled({"q3": answer("q3", "Why.", chosen=("k3",))})
    assert (cell_of(content, "C3"), unplaced) == ("N/A", ())


def test_marks_of_citations_stay_behind() -> None:
    content, _ = filled({"q6": answer("q6", "We encrypt [1]. See [2].")})
    assert cell_of(content, "C6") == "We encrypt. See [2]."


def test_what_xml_cannot_hold_is_left_out() -> None:
    content, _ = filled({"q6": answer("q6", "a\x00b\x0bc\ufffed\r\ne _x0041_")})
    assert b"abcd\ne _x005F_x0041_" in parts(content)[sheet_part(content, SHEET)]


def test_a_text_that_no_cell_can_hold_is_refused() -> None:
    with pytest.raises(InputError, match="32,767"):
        filled({"q6": answer("q6", "x" * 32_768)})
    content, _ = filled({"q6": answer("q6", "x" * 32_767)})
    assert cell_of(content, "C6") == "x" * 32_767


def test_what_somebody_wrote_in_the_meantime_is_kept() -> None:
    content, _ = filled({"q6": answer("q6", "First.")})
    again = fill(SAMPLE.questionnaire, content, answers={"q6": answer("q6", "Second.")})
    assert (again.content, again.unplaced) == (content, ("q6",))


def test_what_was_given_is_replaced() -> None:
    content, _ = filled({"q6": answer("q6", "First.")})
    questions = tuple(
        item.model_copy(update={"given": "First."}) if item.id == "q6" else item
        for item in SAMPLE.questionnaire.questions
    )
    asked = SAMPLE.questionnaire.model_copy(update={"questions": questions})
    again = fill(asked, content, answers={"q6": answer("q6", "Second.")})
    assert cell_of(again.content, "C6") == "Second."


def test_two_answers_are_never_written_into_one_cell() -> None:
    questions = tuple(
        item.model_copy(update={"answer_place": Place(address="D11", part=SHEET)}) if item.id == "q6" else item
        for item in SAMPLE.questionnaire.questions
    )
    asked = SAMPLE.questionnaire.model_copy(update={"questions": questions})
    done = fill(asked, SAMPLE.content, answers={"q6": answer("q6", "One."), "q11": answer("q11", "Two.")})
    assert done.unplaced == ("q11",)
    assert cell_of(done.content, "C11") == "One."


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"no workbook"], ids=["empty", "cut", "text"])
def test_another_file_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableFile):
        fill(SAMPLE.questionnaire, content, answers=ANSWERS)


def test_a_number_takes_no_sentence_away() -> None:
    questions = tuple(
        item.model_copy(update={"form": AnswerForm.NUMBER}) if item.id == "q6" else item
        for item in SAMPLE.questionnaire.questions
    )
    asked = SAMPLE.questionnaire.model_copy(update={"questions": questions})
    for text, value in (("240", 240), ("We are 240 in Spain.", "We are 240 in Spain.")):
        done = fill(asked, SAMPLE.content, answers={"q6": answer("q6", text)})
        assert cell_of(done.content, "C6") == value


def test_a_box_that_is_ticked_already_is_not_contradicted() -> None:
    content, _ = filled({"q13": answer("q13", short=ShortForm.NO)})
    again = fill(SAMPLE.questionnaire, content, answers={"q13": answer("q13", short=ShortForm.YES)})
    assert (again.content, again.unplaced) == (content, ("q13",))


def test_a_value_whose_words_have_no_place_is_written_and_reported() -> None:
    asked = [
        question.model_copy(update={"comment_place": None}) if question.id == "q3" else question
        for question in SAMPLE.questionnaire.questions
    ]
    questionnaire = SAMPLE.questionnaire.model_copy(update={"questions": tuple(asked)})
    done = fill(questionnaire, SAMPLE.content, answers={"q3": ANSWERS["q3"]})
    assert (cell_of(done.content, "C3"), done.unplaced) == ("Yes", ("q3",))
    bare = fill(questionnaire, SAMPLE.content, answers={"q3": answer("q3", "", short=ShortForm.YES)})
    assert bare.unplaced == ()
