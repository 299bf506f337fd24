"""Answers in CSV files, Markdown, plain text, VSAQ and forms of PDF files."""

import csv
import io
import json

import pytest
from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Choice, Place, Question, Questionnaire, QuestionnaireFormat
from copilot.domain.rfp_answers import RfpAnswer, ShortForm
from copilot.errors import UnreadableFile
from copilot.workflows.rfp.filling import fill
from tests.filling_builders import answer


def question(
    identifier: str, text: str, place: str, answer_place: str | None, *, comment: str | None = None, **changes: object
) -> Question:
    asked = Question(
        id=identifier,
        text=text,
        place=Place(address=place),
        answer_place=Place(address=answer_place) if answer_place else None,
        comment_place=Place(address=comment) if comment else None,
        language=Language.EN,
    )
    return asked.model_copy(update=changes)


def asked(kind: QuestionnaireFormat, *questions: Question) -> Questionnaire:
    return Questionnaire(title="Q", format=kind, language=Language.EN, questions=questions)


def csv_file(
    text: str, *questions: Question, answers: dict[str, RfpAnswer], encoding: str = "utf-8"
) -> tuple[str, tuple[str, ...]]:
    done = fill(asked(QuestionnaireFormat.CSV, *questions), text.encode(encoding), answers=answers)
    return done.content.decode(encoding), done.unplaced


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
def test_only_the_fields_of_answers_change(delimiter: str, end: str) -> None:
    rows = ["No{d}Question{d}Answer{d}Comment", '1{d}"Do you ""log""?"{d}{d}', "", '2{d}Where?{d}""{d}x']
    text = end.join(rows).format(d=delimiter) + end
    first = question("q1", 'Do you "log"?', "B2", "C2", comment="D2", form=AnswerForm.YES_NO)
    second = question("q2", "Where?", "B4", "C4")
    done, unplaced = csv_file(
        text, first, second,
        answers={
            "q1": answer("q1", f"All{delimiter} \"always\".\nYes.", short=ShortForm.YES),
            "q2": answer("q2", "Madrid"),
        },
    )  # fmt: skip
    assert unplaced == ()
    comment = f'"All{delimiter} ""always"".{end}Yes."'
    assert done == text.replace(
        f"{delimiter}{delimiter}{end}{end}", f"{delimiter}Yes{delimiter}{comment}{end}{end}"
    ).replace('""' + f"{delimiter}x", f"Madrid{delimiter}x")


@pytest.mark.parametrize(
    "start",
    ["=1+1", "+34 600", "@SUM(A1)", "-2+3", "\t=1", " =1"],
    ids=["equals", "plus", "at", "minus", "tab", "blank"],
)
def test_no_text_begins_like_a_formula(start: str) -> None:
    done, _ = csv_file(
        "Question,Answer\nWhere?,\n", question("q", "Where?", "A2", "B2"), answers={"q": answer("q", start)}
    )
    [_, row] = list(csv.reader(io.StringIO(done)))
    assert row[1].startswith("'")


def test_a_negative_number_stays_a_number() -> None:
    asked_number = question("q", "Change?", "A2", "B2", form=AnswerForm.NUMBER)
    done, _ = csv_file("Question,Answer\nChange?,\n", asked_number, answers={"q": answer("q", "-5")})
    assert done.endswith("Change?,-5\n")


def test_a_short_row_gets_the_fields_it_lacks() -> None:
    done, unplaced = csv_file(
        "Question,Answer,Comment\nWhere?\n",
        question("q", "Where?", "A2", "B2", comment="C2"),
        answers={"q": answer("q", "Madrid", short=ShortForm.YES)},
    )
    assert (done, unplaced) == ("Question,Answer,Comment\nWhere?,Yes,Madrid\n", ())


def test_the_encoding_stays() -> None:
    asked_here = question("q", "¿Dónde está?", "A2", "B2")
    done, unplaced = csv_file(
        "Pregunta;Respuesta\n¿Dónde está?;\n", asked_here, answers={"q": answer("q", "En León")}, encoding="cp1252"
    )
    assert (done, unplaced) == ("Pregunta;Respuesta\n¿Dónde está?;En León\n", ())
    same, unplaced = csv_file(
        "Pregunta;Respuesta\n¿Dónde está?;\n", asked_here, answers={"q": answer("q", "→")}, encoding="cp1252"
    )
    assert (same, unplaced) == ("Pregunta;Respuesta\n¿Dónde está?;\n", ("q",))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"], ids=["utf8", "utf16"])
def test_the_mark_of_the_encoding_stays(encoding: str) -> None:
    content = "Question,Answer\r\nWhere?,\r\n".encode(encoding)
    done = fill(
        asked(QuestionnaireFormat.CSV, question("q", "Where?", "A2", "B2")), content, answers={"q": answer("q", "ñ")}
    )
    assert done.content == "Question,Answer\r\nWhere?,ñ\r\n".encode(encoding)


def test_columns_are_ticked_with_the_mark_of_the_file() -> None:
    choices = (
        Choice(key="y", text="Yes", place=Place(address="B3")),
        Choice(key="n", text="No", place=Place(address="C3")),
    )
    ticked = question("q", "Do you?", "A3", "B3", choices=choices, form=AnswerForm.YES_NO)
    done, unplaced = csv_file(
        "Question,Yes,No\nExample,x,\nDo you?,,\n", ticked, answers={"q": answer("q", "Why.", short=ShortForm.NO)}
    )
    assert (done, unplaced) == ("Question,Yes,No\nExample,x,\nDo you?,,x\n", ("q",)), "its words have no place"


def test_what_stands_in_a_field_is_kept() -> None:
    text = "Question,Answer\nWhere?,Paris office\n"
    assert csv_file(text, question("q", "Where?", "A2", "B2"), answers={"q": answer("q", "Madrid")}) == (text, ("q",))
    given = question("q", "Where?", "A2", "B2", given="Paris office")
    assert csv_file(text, given, answers={"q": answer("q", "Madrid")})[0] == "Question,Answer\nWhere?,Madrid\n"


PAGE = """# Security

1. Do you encrypt data at rest?

   Answer: ______

2. Where do you host?
3. Do you log access?
   ☐ Yes  ☐ No   Comments: ......

| No. | Question | Answer | Comments |
|-----|----------|--------|----------|
| 4   | Do you test? |  |  |
| 5   | Who \\| when? | [your answer] | |

Thank you.
"""
BOXES = tuple(Choice(key=f"k{text}", text=text, place=Place(address="9")) for text in ("Yes", "No"))
ON_PAGE = (
    question("q1", "Do you encrypt data at rest?", "3", "5"),
    question("q2", "Where do you host?", "7", None),
    question("q3", "Do you log access?", "8", "9", comment="9", choices=BOXES),
    question("q4", "Do you test?", "13", "13", comment="13", form=AnswerForm.YES_NO),
    question("q5", "Who | when?", "14", "14"),
)
ON_PAGE_ANSWERS = {
    "q1": answer("q1", "With AES-256.", short=ShortForm.YES),
    "q2": answer("q2", "In Madrid.\nAnd in Lyon."),
    "q3": answer("q3", "Centrally.", short=ShortForm.NO),
    "q4": answer("q4", "Twice a year | by others.", short=ShortForm.YES),
    "q5": answer("q5", "We."),
}


def test_answers_in_markdown() -> None:
    done = fill(asked(QuestionnaireFormat.MARKDOWN, *ON_PAGE), PAGE.encode(), answers=ON_PAGE_ANSWERS)
    assert done.unplaced == ()
    assert done.content.decode() == PAGE.replace("______", "Yes. With AES-256.").replace(
        "2. Where do you host?\n", "2. Where do you host?\n\n   Answer: In Madrid.\n   And in Lyon.\n"
    ).replace("☐ No   Comments: ......", "☒ No   Comments: Centrally.").replace(
        "| Do you test? |  |  |", "| Do you test? | Yes | Twice a year \\| by others. |"
    ).replace("| [your answer] |", "| We. |")


def test_answers_in_a_pasted_text_follow_their_questions() -> None:
    text = "Where do you host?\r\n(Name the city.)\r\n\r\nWho tests?"
    done = fill(
        asked(
            QuestionnaireFormat.TEXT,
            question("a", "Where do you host?", "1", None),
            question("b", "Who tests?", "4", None),
        ),
        text.encode(),
        answers={"a": answer("a", "Madrid."), "b": answer("b", "Others.")},
    )
    assert (
        done.content.decode()
        == "Where do you host?\r\n(Name the city.)\r\nAnswer: Madrid.\r\n\r\nWho tests?\r\nAnswer: Others.\r\n"
    )


@pytest.mark.parametrize("name", ["q9", "q3"], ids=["no-line", "no-box"])
def test_what_has_no_place_on_the_page_is_reported(name: str) -> None:
    missing = question(name, "x", "99", "99") if name == "q9" else ON_PAGE[2]
    given = {name: answer(name, "x", short=ShortForm.NOT_APPLICABLE)}
    done = fill(asked(QuestionnaireFormat.MARKDOWN, missing), PAGE.encode(), answers=given)
    assert (done.content.decode(), done.unplaced) == (PAGE, (name,))


def test_answers_for_vsaq_are_values_by_item() -> None:
    content = b'{"questionnaire": [{"type": "check", "id": "c", "text": "C"}, {"type": "yesno", "id": "y"}]}'
    both = (("yes", "Yes"), ("no", "No"))
    radio = tuple(Choice(key=f"r_{key}", text=f"{text}, we do") for key, text in both)
    done = fill(
        asked(
            QuestionnaireFormat.VSAQ,
            question("line", "Name", "line", "line"),
            question("y", "Y", "y", "y", choices=tuple(Choice(key=f"y/{key}", text=text) for key, text in both)),
            question("c", "C", "c", "c", choices=tuple(Choice(key=f"c/{key}", text=text) for key, text in both)),
            question("r", "R", "r", "r", choices=radio),
            question("m", "M", "m", "m", choices=radio, form=AnswerForm.CHOICES),
            question("u", "U", "u", "u", form=AnswerForm.FILE),
            question("#7", "G", "#7", "#7", choices=(Choice(key="g_yes", text="Yes"), Choice(key="g_no", text="No"))),
            question("#8", "L", "#8", "#8"),
            question("none", "N", "none", "none"),
        ),
        content,
        answers={
            "line": answer("line", "We are [1] Tramontia.", short=None),
            "y": answer("y", short=ShortForm.NO),
            "c": answer("c", short=ShortForm.YES),
            "r": answer("r", "Text.", short=ShortForm.YES),
            "m": answer("m", chosen=("r_yes", "r_no")),
            "u": answer("u", "See attached."),
            "#7": answer("#7", short=ShortForm.NO),
            "#8": answer("#8", "Words."),
        },
    )
    assert json.loads(done.content) == {
        "line": "We are Tramontia.", "y": "no", "c": "checked", "r_yes": "checked", "r_no": "checked",
        "g_yes": "", "g_no": "checked",
    }  # fmt: skip
    assert done.unplaced == ("r", "u", "#8"), "of the choice, the words"


def form() -> bytes:
    stream = io.BytesIO()
    canvas = Canvas(stream, invariant=True)
    canvas.drawString(50, 700, "Where do you host?")
    canvas.acroForm.textfield(name="text", x=50, y=650, maxlen=20)
    canvas.acroForm.checkbox(name="box", x=50, y=600)
    canvas.acroForm.choice(name="list", x=50, y=550, options=["Yes", "No", "Partial"], value="Yes")
    for place, value in enumerate(("yes", "no")):
        canvas.acroForm.radio(name="radio", value=value, x=50 + 40 * place, y=500)
    canvas.save()
    return stream.getvalue()


def test_the_form_of_a_pdf_is_filled_in_behind_its_own_bytes() -> None:
    names = ("text", "box", "list", "radio")
    questions = [question(name, name, name, name) for name in names]
    done = fill(
        asked(QuestionnaireFormat.PDF, *questions), form(),
        answers={
            "text": answer("text", "In León."),
            "box": answer("box", short=ShortForm.YES),
            "list": answer("list", "Why.", short=ShortForm.PARTIAL),
            "radio": answer("radio", short=ShortForm.NO),
        },
    )  # fmt: skip
    assert done.unplaced == ("list",), "its words have no place"
    assert done.content.startswith(form())
    fields = PdfReader(io.BytesIO(done.content)).get_fields() or {}
    assert {name: fields[name].value for name in names} == {
        "text": "In León.", "box": "/Yes", "list": "Partial", "radio": "/no",
    }  # fmt: skip
    again = fill(asked(QuestionnaireFormat.PDF, *questions), form(), answers={"text": answer("text", "In León.")})
    assert again == fill(
        asked(QuestionnaireFormat.PDF, *questions), form(), answers={"text": answer("text", "In León.")}
    )


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("text", answer("text", "x" * 21)),
        ("box", answer("box", short=ShortForm.NO)),
        ("list", answer("list", "Words.")),
        ("gone", answer("gone", "Words.")),
    ],
    ids=["too-long", "empty-box", "words-for-a-list", "no-field"],
)
def test_what_no_field_takes_is_reported(name: str, given: RfpAnswer) -> None:
    done = fill(asked(QuestionnaireFormat.PDF, question(name, name, name, name)), form(), answers={name: given})
    assert (done.content, done.unplaced) == (form(), (name,))


def test_a_pdf_without_a_form_is_left_as_it_is() -> None:
    stream = io.BytesIO()
    canvas = Canvas(stream)
    canvas.drawString(50, 700, "Where do you host?")
    canvas.save()
    content = stream.getvalue()
    done = fill(
        asked(QuestionnaireFormat.PDF, question("q", "Where?", "1:1", None)),
        content,
        answers={"q": answer("q", "Here.")},
    )
    assert (done.content, done.unplaced) == (content, ("q",))


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(UnreadableFile):
        fill(asked(QuestionnaireFormat.PDF, question("q", "Where?", "1:1", None)), b"no pdf", answers={})
