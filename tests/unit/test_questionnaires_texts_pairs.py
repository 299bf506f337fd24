"""Tables of a document with two labels in a row, each with a place of its own behind it."""

from datetime import date
from io import BytesIO

import docx

from copilot.domain.rfp_answers import ShortForm
from copilot.workflows.rfp.filling import fill
from knowledge.questionnaires import read_questionnaire
from tests.filling_builders import answer

TODAY = date(2026, 11, 22)
ROWS = (
    ("Do you hold ISO 27001?", "", "Certificate number", ""),
    ("Do you have a DPO?", "", "Who is your DPO?", ""),
)


def _document(*rows: tuple[str, ...]) -> bytes:
    document, stream = docx.Document(), BytesIO()
    table = document.add_table(len(rows), len(rows[0]))
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            table.cell(number, column).text = text
    document.save(stream)
    return stream.getvalue()


def test_no_explanation_is_written_into_the_place_of_another_question() -> None:
    content = _document(*ROWS)
    found = read_questionnaire("form.docx", content, today=TODAY)
    [asked] = [item for item in found.questions if item.text == "Do you have a DPO?"]
    given = {asked.id: answer(asked.id, "She reports to the board.", short=ShortForm.YES)}
    done = docx.Document(BytesIO(fill(found, content, answers=given).content)).tables[0]
    assert [cell.text for cell in done.rows[1].cells] == [
        "Do you have a DPO?",
        "Yes. She reports to the board.",
        "Who is your DPO?",
        "",
    ]


def test_a_free_column_right_beside_the_answers_is_for_comments() -> None:
    found = read_questionnaire("form.docx", _document(*((row[0], "", "") for row in ROWS)), today=TODAY)
    places = [(item.answer_place, item.comment_place) for item in found.questions]
    assert [(a.address if a else "", c.address if c else "") for a, c in places] == [
        ("t0r0c1", "t0r0c2"),
        ("t0r1c1", "t0r1c2"),
    ]
