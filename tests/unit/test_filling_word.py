"""Answers reach the paragraphs, cells and controls of a Word document, and nothing else changes."""

import io

import pytest
from docx import Document

from copilot.domain.questionnaires import Place
from copilot.domain.rfp_answers import RfpAnswer, ShortForm
from copilot.errors import UnreadableFile
from copilot.workflows.rfp.filling import fill
from evals.rfp.breakable import parts
from evals.rfp.breakable_word import document
from evals.rfp.untouched import unintended_in_document
from tests.filling_builders import answer

SAMPLE = document()
ANSWERS = {
    "q2": answer("q2", "Every year, with a test."),
    "q3": answer("q3", "In Madrid [1]."),
    "t1": answer("t1", "Centrally.", short=ShortForm.YES),
    "t2": answer("t2", "Not yet.", short=ShortForm.NO),
    "t3": answer("t3", "First line.\nSecond line."),
    "q4": answer("q4", short=ShortForm.YES),
    "q5": answer("q5", "Mostly.", short=ShortForm.PARTIAL),
    "q6": answer("q6", "Nothing."),
    "q7": answer("q7", "On 3 March 2026."),
    "q8": answer("q8", short=ShortForm.NO),
    "q9": answer("q9", short=ShortForm.NO),
    "q10": answer("q10", short=ShortForm.YES),
}
PLACES = {"p2", "p3", "t0r1c1", "t0r1c2", "t0r2c1", "t0r2c2", "t0r3c1", "p4", "p5", "p6", "p7", "p8", "p9", "p10"}


def filled(answers: dict[str, RfpAnswer]) -> tuple[bytes, tuple[str, ...]]:
    done = fill(SAMPLE.questionnaire, SAMPLE.content, answers=answers)
    return done.content, done.unplaced


def xml(content: bytes) -> str:
    return parts(content)["word/document.xml"].decode()


def test_every_answer_is_where_it_belongs() -> None:
    content, unplaced = filled(ANSWERS)
    assert unplaced == ()
    file = Document(io.BytesIO(content))
    assert [paragraph.text for paragraph in file.paragraphs][1:4] == [
        "1. How do you train people?",
        "Every year, with a test.",
        "Answer: In Madrid. (be brief)",
    ]
    table = file.tables[0]
    assert [cell.text for row in table.rows[1:3] for cell in row.cells] == [
        "Do you log access?", "Yes", "Centrally.", "Do you review logs?", "No", "Not yet.",
    ]  # fmt: skip
    assert table.cell(3, 1).text == "First line.\nSecond line."
    text = xml(content)
    assert "<w:t>Fully compliant</w:t>" in text.replace(' xml:space="preserve"', "")
    assert text.count('<w14:checked w14:val="1"/>') == 1
    assert "Comments: Mostly." in text
    assert "enter text" not in text
    assert 'w:fullDate="2026-03-03T00:00:00Z"' in text
    assert "On 3 March 2026." in text
    assert '<w:result w:val="1"/>' in text
    assert text.index("F0A8") < text.index("F0FE")
    assert "[x] Yes  [ ] No" in text


def test_the_answer_looks_like_the_place_it_stands_in() -> None:
    content, _ = filled(ANSWERS)
    run = Document(io.BytesIO(content)).paragraphs[3].runs[1]
    assert (run.text, run.italic, str(run.font.color.rgb)) == ("In Madrid.", True, "000080")
    assert "PlaceholderText" not in xml(content)


def test_nothing_else_changes() -> None:
    content, _ = filled(ANSWERS)
    assert unintended_in_document(SAMPLE.content, content, touched=PLACES) == []


@pytest.mark.parametrize("place", sorted(PLACES))
def test_what_is_compared_would_show_a_change(place: str) -> None:
    content, _ = filled(ANSWERS)
    found = unintended_in_document(SAMPLE.content, content, touched=PLACES - {place})
    assert found


def test_without_answers_the_file_is_the_very_same() -> None:
    assert filled({}) == (SAMPLE.content, ())


@pytest.mark.parametrize(
    ("question", "given"),
    [
        pytest.param("q4", answer("q4", "Well.", short=ShortForm.PARTIAL), id="no-such-value"),
        pytest.param("q9", answer("q9", short=ShortForm.NOT_APPLICABLE), id="no-such-box"),
        pytest.param("q8", answer("q8", "Words."), id="words-for-a-list"),
    ],
)
def test_what_does_not_fit_is_reported_and_not_written(question: str, given: RfpAnswer) -> None:
    assert filled({question: given}) == (SAMPLE.content, (question,))


def test_somebodys_text_is_not_overwritten() -> None:
    questions = tuple(
        item.model_copy(update={"answer_place": Place(address="p1")}) if item.id == "q2" else item
        for item in SAMPLE.questionnaire.questions
    )
    asked = SAMPLE.questionnaire.model_copy(update={"questions": questions})
    done = fill(asked, SAMPLE.content, answers=ANSWERS | {"q2": answer("q2", "Text.")})
    assert done.unplaced == ("q2",)


def test_a_place_that_the_file_does_not_have_is_reported() -> None:
    for address in ("p999", "t9r0c0", "t0r9c0", "t0r0c9", "x"):
        question = SAMPLE.questionnaire.questions[0].model_copy(update={"answer_place": Place(address=address)})
        asked = SAMPLE.questionnaire.model_copy(update={"questions": (question,)})
        assert fill(asked, SAMPLE.content, answers=ANSWERS).unplaced == ("q2",)


def test_another_file_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        fill(SAMPLE.questionnaire, b"no document", answers=ANSWERS)
