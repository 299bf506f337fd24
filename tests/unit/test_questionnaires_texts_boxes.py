"""Questions that stand behind the boxes of another question, in running text."""

from datetime import date
from io import BytesIO

import docx
import pytest

from copilot.domain.rfp_answers import ShortForm
from copilot.workflows.rfp.filling import fill
from knowledge.questionnaires import read_questionnaire
from tests.filling_builders import answer

TODAY = date(2026, 11, 22)


def _document(*paragraphs: str) -> bytes:
    document, stream = docx.Document(), BytesIO()
    for text in paragraphs:
        document.add_paragraph(text)
    document.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("line", "values", "asked"),
    [
        ("☐ Yes ☐ No   Do you have a DPO?", ["Yes", "No"], "Do you have a DPO?"),
        ("☐ Yes ☐ No Do you have a DPO?", ["Yes", "No"], "Do you have a DPO?"),
        ("☐ Yes ☐ No, not yet   Do you have a DPO?", ["Yes", "No, not yet"], "Do you have a DPO?"),
        ("☐ Yes ☐ No   Do you have a DPO? ☐ Yes ☐ No", ["Yes", "No"], "Do you have a DPO?"),
        ("Yes ☐ No ☐   Do you have a DPO?", ["Yes", "No"], "Do you have a DPO?"),
        ("☐ Sí ☐ No\t¿Tienen DPO?", ["Sí", "No"], "¿Tienen DPO?"),
        ("☐ Yes ☐ No   Describe your restore tests.", ["Yes", "No"], "Describe your restore tests."),
    ],
    ids=["wide", "close", "longer-value", "boxes-of-its-own", "boxes-after", "spanish", "demand"],
)
def test_words_that_ask_behind_boxes_are_a_question_without_a_place(line: str, values: list[str], asked: str) -> None:
    found = read_questionnaire("form.docx", _document("Do you test backups?", line), today=TODAY)
    first, second = found.questions
    assert [choice.text for choice in first.choices] == values
    assert second.text == asked
    assert second.answer_place is None
    assert [choice.place for choice in second.choices if choice.place] == []


@pytest.mark.parametrize("last", ["Other, which?", "Yes, and is it reviewed every year?", "Otro (¿cuál?)"])
def test_a_value_may_ask_for_more(last: str) -> None:
    content = _document("How often do you test backups?", f"☐ Daily ☐ {last}")
    [question] = read_questionnaire("form.docx", content, today=TODAY).questions
    assert [choice.text for choice in question.choices] == ["Daily", last]


def test_no_box_is_ticked_for_the_question_behind_it() -> None:
    content = _document("Do you test backups?", "☐ Yes ☐ No   Do you have a DPO? ☐ Yes ☐ No")
    found = read_questionnaire("form.docx", content, today=TODAY)
    _, second = found.questions
    filled = fill(found, content, answers={second.id: answer(second.id, "A lawyer.", short=ShortForm.YES)})
    assert docx.Document(BytesIO(filled.content)).paragraphs[1].text == "☐ Yes ☐ No   Do you have a DPO? ☐ Yes ☐ No"
    assert filled.unplaced == (second.id,)


def test_the_boxes_before_the_question_are_ticked_for_theirs() -> None:
    content = _document("Do you test backups?", "☐ Yes ☐ No   Do you have a DPO?")
    assert _with_no(content) == "☐ Yes ☒ No   Do you have a DPO?"


def test_of_two_boxes_with_the_same_words_on_a_line_neither_is_ticked() -> None:
    line = "☐ Yes ☐ No   Do you have a DPO? ☐ Yes ☐ No"
    assert _with_no(_document("Do you test backups?", line)) == line


def _with_no(content: bytes) -> str:
    """The line of boxes after the first question was answered with no."""
    found = read_questionnaire("form.docx", content, today=TODAY)
    first, _ = found.questions
    chosen = next(choice.key for choice in first.choices if choice.text == "No")
    given = {first.id: answer(first.id, "", short=ShortForm.NO, chosen=(chosen,))}
    return docx.Document(BytesIO(fill(found, content, answers=given).content)).paragraphs[1].text


def test_a_box_before_a_question_is_no_value_of_the_question_above() -> None:
    content = _document("Do you test backups?", "☐ Do you have a DPO?")
    found = read_questionnaire("form.docx", content, today=TODAY)
    assert [question.text for question in found.questions] == ["Do you test backups?", "Do you have a DPO?"]
    assert [question.choices for question in found.questions] == [(), ()]


@pytest.mark.parametrize("lead", ["", "Do you test backups?   "], ids=["answer", "question"])
def test_no_box_of_a_cell_is_ticked_for_the_wrong_one_of_two_questions(lead: str) -> None:
    document, stream = docx.Document(), BytesIO()
    table = document.add_table(3, 2)
    line = f"{lead}☐ Yes ☐ No   Do you have a DPO? ☐ Yes ☐ No"
    row = (line, "") if lead else ("Do you test backups?", line)
    for number, texts in enumerate((("Question", "Answer"), row, ("Do you encrypt laptops?", ""))):
        for column, text in enumerate(texts):
            table.cell(number, column).text = text
    document.save(stream)
    found = read_questionnaire("form.docx", stream.getvalue(), today=TODAY)
    first = found.questions[0]
    chosen = next(choice.key for choice in first.choices if choice.text == "No")
    given = {first.id: answer(first.id, "", short=ShortForm.NO, chosen=(chosen,))}
    done = docx.Document(BytesIO(fill(found, stream.getvalue(), answers=given).content)).tables[0]
    assert line in [cell.text for cell in done.rows[1].cells]
