"""Tables without headers in which several questions stand in one row."""

from datetime import date
from io import BytesIO

import openpyxl
import pytest
from openpyxl.styles import Border, Side

from copilot.domain.questionnaires import Questionnaire, SkipReason
from knowledge.questionnaires import read_questionnaire

TODAY = date(2026, 11, 22)
ROWS = (
    ("Do you hold ISO 27001?", "", "Do you have a DPO?", ""),
    ("Do you test backups?", "", "Who is your DPO?", ""),
)
THIN = Side(style="thin")


def _csv(*rows: tuple[str, ...]) -> Questionnaire:
    content = "".join(f"{','.join(row)}\n" for row in rows).encode()
    return read_questionnaire("form.csv", content, today=TODAY)


def _workbook(*rows: tuple[str, ...], boxed: tuple[int, ...] = ()) -> Questionnaire:
    book, stream = openpyxl.Workbook(), BytesIO()
    for number, row in enumerate(rows, start=1):
        for column, text in enumerate(row, start=1):
            cell = book.active.cell(number, column, text or None)
            if column in boxed:
                cell.border = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
    book.save(stream)
    return read_questionnaire("form.xlsx", stream.getvalue(), today=TODAY)


def _places(found: Questionnaire) -> list[tuple[str, str, str]]:
    return [
        (
            question.text,
            question.answer_place.address if question.answer_place else "",
            question.comment_place.address if question.comment_place else "",
        )
        for question in found.questions
    ]


EXPECTED = [
    ("Do you hold ISO 27001?", "B1", ""),
    ("Do you have a DPO?", "D1", ""),
    ("Do you test backups?", "B2", ""),
    ("Who is your DPO?", "D2", ""),
]


@pytest.mark.parametrize("boxed", [(), (2, 4), (4,)], ids=["plain", "boxes", "one-box"])
def test_every_question_of_a_row_has_the_place_beside_it(boxed: tuple[int, ...]) -> None:
    assert _places(_workbook(*ROWS, boxed=boxed)) == EXPECTED
    assert _places(_csv(*ROWS)) == EXPECTED
    assert [question.guidance for question in _csv(*ROWS).questions] == [""] * 4


def test_a_question_in_one_row_only_is_found_as_well() -> None:
    found = _csv(ROWS[0], ("Do you test backups?", "", "", ""), ("Do you encrypt laptops?", "", "", ""))
    assert _places(found)[:2] == EXPECTED[:2]


def test_what_asks_without_a_place_is_left_out_by_name() -> None:
    found = _csv(*((first, second, "") for first, _, second, _ in ROWS))
    assert [question.guidance for question in found.questions] == ["", ""]
    assert [(left.text, left.reason) for left in found.skipped] == [
        ("Do you have a DPO?", SkipReason.OTHER),
        ("Who is your DPO?", SkipReason.OTHER),
    ]


def test_what_does_not_ask_is_guidance_still() -> None:
    found = _csv(("Do you hold ISO 27001?", "", "Attach it"), ("Do you test backups?", "", "The last year"))
    assert [question.guidance for question in found.questions] == ["Attach it", "The last year"]
