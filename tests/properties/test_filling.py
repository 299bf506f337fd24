"""Whatever an answer says and wherever it belongs, nothing else in the file changes."""

import csv
import io
import warnings
from contextlib import suppress

from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from copilot.domain.language import Language
from copilot.domain.ooxml import allowed_in_xml
from copilot.domain.questionnaires import AnswerForm, Place, Question, Questionnaire, QuestionnaireFormat
from copilot.domain.rfp_answers import ShortForm
from copilot.errors import UnreadableFile
from copilot.workflows.rfp.filling import fill
from copilot.workflows.rfp.filling.delimited import records_of, unquoted
from evals.rfp.breakable import SHEET, Sample, parts, rebuilt, sheet_part, workbook
from evals.rfp.breakable_word import document
from evals.rfp.untouched import unintended_in_document, unintended_in_workbook
from tests.filling_builders import answer

WORKBOOK, DOCUMENT = workbook(), document()
PART = sheet_part(WORKBOOK.content, SHEET)
TEXTS = st.text(min_size=1, max_size=300)
SHORT = st.sampled_from([None, *ShortForm])
COMPUTED = {*(f"G{row}" for row in range(3, 15)), "C14"}


def asked_at(
    place: str, kind: QuestionnaireFormat, *, part: str = "", form: AnswerForm = AnswerForm.TEXT
) -> Questionnaire:
    question = Question(
        id="q",
        text="Question",
        place=Place(address="A1", part=part),
        answer_place=Place(address=place, part=part),
        form=form,
        language=Language.EN,
    )
    return Questionnaire(title="Q", format=kind, language=Language.EN, questions=(question,))


@settings(max_examples=150, deadline=None)
@given(
    text=TEXTS,
    short=SHORT,
    column=st.sampled_from("ABCDEFGHZ"),
    row=st.integers(min_value=1, max_value=40),
    form=st.sampled_from(list(AnswerForm)),
)
def test_any_text_in_any_cell_changes_no_other(
    text: str, short: ShortForm | None, column: str, row: int, form: AnswerForm
) -> None:
    place = f"{column}{row}"
    asked = asked_at(place, QuestionnaireFormat.XLSX, part=SHEET, form=form)
    done = fill(asked, WORKBOOK.content, answers={"q": answer("q", text, short=short)})
    merged = {"D11": "C11", **{f"{letter}1": "A1" for letter in "BCDEF"}}
    touched = {PART: {merged.get(place, place)}}
    assert unintended_in_workbook(WORKBOOK.content, done.content, touched=touched) == []
    if done.unplaced and done.content != WORKBOOK.content:
        assert short is not None, "a drop-down took the value; only its words have no place"
    if place in COMPUTED:
        assert done.content == WORKBOOK.content


@settings(max_examples=60, deadline=None)
@given(text=TEXTS)
def test_a_text_is_read_back_as_it_was_and_never_as_a_formula(text: str) -> None:
    asked = asked_at("C6", QuestionnaireFormat.XLSX, part=SHEET)
    done = fill(asked, WORKBOOK.content, answers={"q": answer("q", text)})
    expected = allowed_in_xml(text.strip().replace("\r\n", "\n").replace("\r", "\n"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        cell = load_workbook(io.BytesIO(done.content))[SHEET]["C6"]
    if done.content != WORKBOOK.content:
        assert (cell.value or "") == expected
        assert cell.data_type != "f"
    else:
        assert not text.strip()


@settings(max_examples=100, deadline=None)
@given(
    text=TEXTS,
    short=SHORT,
    place=st.sampled_from(
        ["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p10", "t0r1c1", "t0r1c2", "t0r3c2", "t0r0c0"]
    ),
)
def test_any_text_in_any_place_of_a_document_changes_no_other(text: str, short: ShortForm | None, place: str) -> None:
    done = fill(
        asked_at(place, QuestionnaireFormat.DOCX), DOCUMENT.content, answers={"q": answer("q", text, short=short)}
    )
    touched = {"t0r3c2": "t0r3c1"}.get(place, place)
    assert unintended_in_document(DOCUMENT.content, done.content, touched={touched}) == []
    assert parts(done.content).keys() == parts(DOCUMENT.content).keys()


FIELD = st.text(alphabet=st.sampled_from("ab \"',;|=\r\n\tñ"), max_size=8)


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.lists(FIELD, min_size=2, max_size=4), min_size=1, max_size=5), text=TEXTS, data=st.data())
def test_any_text_in_any_field_changes_no_other(rows: list[list[str]], text: str, data: st.DataObject) -> None:
    stream = io.StringIO()
    writer = csv.writer(stream)
    writer.writerow(["Question", "Answer"])
    writer.writerows(rows)
    row = data.draw(st.integers(min_value=0, max_value=len(rows) - 1))
    column = data.draw(st.integers(min_value=0, max_value=len(rows[row]) - 1))
    place = f"{'ABCD'[column]}{row + 2}"
    done = fill(asked_at(place, QuestionnaireFormat.CSV), stream.getvalue().encode(), answers={"q": answer("q", text)})
    before, ends = records_of(stream.getvalue(), ",")
    after, ends_after = records_of(done.content.decode(), ",")
    assert ends_after == ends
    before[row + 1][column] = after[row + 1][column] = ""
    assert after == before


@given(rows=st.lists(st.lists(FIELD, min_size=1, max_size=4), max_size=5))
def test_records_are_read_as_they_were_written(rows: list[list[str]]) -> None:
    stream = io.StringIO()
    csv.writer(stream).writerows(rows)
    found, ends = records_of(stream.getvalue(), ",")
    assert [[unquoted(raw) for raw in record] for record in found] == list(
        csv.reader(io.StringIO(stream.getvalue(), newline=""))
    )
    assert "".join(",".join(row) + end for row, end in zip(found, ends, strict=True)) == stream.getvalue()


@settings(max_examples=150, deadline=None)
@given(sample=st.sampled_from([WORKBOOK, DOCUMENT]), data=st.data())
def test_a_damaged_file_is_refused_or_filled_and_nothing_worse(sample: Sample, data: st.DataObject) -> None:
    part = data.draw(
        st.sampled_from(sorted(name for name in parts(sample.content) if name.endswith((".xml", ".rels"))))
    )
    content = bytearray(parts(sample.content)[part])
    for place in data.draw(st.lists(st.integers(min_value=0, max_value=len(content) - 1), max_size=4)):
        content[place] = data.draw(st.integers(min_value=0, max_value=255))
    damaged = rebuilt(sample.content, {part: lambda _: bytes(content)})
    cut = data.draw(st.integers(min_value=0, max_value=len(damaged)))
    answers = {
        question.id: answer(question.id, "Text.", short=ShortForm.YES) for question in sample.questionnaire.questions
    }
    for broken in (damaged, damaged[:cut]):
        with suppress(UnreadableFile):
            fill(sample.questionnaire, broken, answers=answers)
