"""Answers in the form of a PDF file; a file without one is left as it is, and the appendix has the answers.

Invariant: what is written is added behind the file's own bytes, which stay as they are.
"""

import io
from collections.abc import Mapping
from typing import Any

from pypdf import PdfWriter
from pypdf.errors import PyPdfError

from copilot.domain.ooxml import allowed_in_xml
from copilot.domain.questionnaires import Place, Question, Questionnaire
from copilot.domain.rfp_answers import RfpAnswer, ShortForm
from copilot.workflows.rfp.filling.filled import Filled, Unwritable, broken
from copilot.workflows.rfp.filling.placeholders import is_free
from copilot.workflows.rfp.filling.saying import allowed_value, in_open_place, prose, says_anything, words_beside

_MEDIA_TYPE = "application/pdf"
_READ_ONLY = 1
_DEEPEST = 20
"""Fields that a widget may lie within."""
_FAILURES = (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError, OSError)
"""What a damaged form makes the library raise."""


def fill(questionnaire: Questionnaire, content: bytes, *, answers: Mapping[str, RfpAnswer]) -> Filled:
    """The file with the fields of its form filled in. Raises UnreadableFile."""
    writer = _opened(content)
    fields = _fields(writer)
    values: dict[str, str] = {}
    unplaced = []
    for question in questionnaire.questions:
        answer = answers.get(question.id)
        if answer is None or not says_anything(answer):
            continue
        try:
            wanted, whole = _values(question, answer, fields)
        except Unwritable:
            wanted, whole = {}, False
        taken = wanted.keys() & values.keys()
        values |= {} if taken else wanted
        unplaced += [] if whole and not taken else [question.id]
    return Filled(".pdf", _MEDIA_TYPE, _written(writer, content, values), tuple(unplaced))


def _opened(content: bytes) -> PdfWriter:
    try:
        return PdfWriter(io.BytesIO(content), incremental=True)
    except _FAILURES as error:
        raise broken() from error


def _fields(writer: PdfWriter) -> dict[str, Any]:
    try:
        fields = {name: dict(field) for name, field in (writer.get_fields() or {}).items()}
        for page in writer.pages:
            for reference in page.get("/Annots", []):
                widget = reference.get_object()
                longest = _inherited(widget, "/MaxLen")
                name = widget.get("/T") or _inherited(widget, "/T")
                if longest is not None and name in fields:
                    fields[name]["/MaxLen"] = int(longest)
    except _FAILURES as error:
        raise broken() from error
    return fields


def _inherited(widget: Any, key: str) -> Any:
    """An entry of a widget, or of the field that it belongs to."""
    for _ in range(_DEEPEST):
        if widget is None or key in widget:
            break
        widget = widget["/Parent"].get_object() if "/Parent" in widget else None
    return None if widget is None else widget[key]


def _values(question: Question, answer: RfpAnswer, fields: Mapping[str, Any]) -> tuple[dict[str, str], bool]:
    """Field name -> value, and whether that is all of the answer. Raises Unwritable."""
    name, field = _field(question.answer_place, fields)
    comment = question.comment_place if question.comment_place != question.answer_place else None
    options = _options(field)
    if options is not None:
        option = _option(question, answer, field, options)
        values, text = (
            {name: option},
            prose(answer) if comment is not None else words_beside(option.lstrip("/"), answer),
        )
    else:
        if not is_free(field.get("/V"), given=question.given):
            raise Unwritable
        said = in_open_place(question, answer, own_comment=comment is not None)
        values, text = {name: _fitting(said.value, field)}, said.comment
    if comment is None or not text:
        return values, not text
    try:
        name, field = _field(comment, fields)
        if _options(field) is not None or not is_free(field.get("/V"), given=""):
            return values, False
        return values | {name: _fitting(text, field)}, True
    except Unwritable:
        return values, False


def _field(place: Place | None, fields: Mapping[str, Any]) -> tuple[str, Any]:
    field = None if place is None else fields.get(place.address)
    if place is None or field is None or int(field.get("/Ff", 0)) & _READ_ONLY:
        raise Unwritable
    return place.address, field


def _options(field: Any) -> list[str] | None:
    """What can be chosen, as it is shown; None for a text."""
    kind = field.get("/FT")
    if kind == "/Ch":
        return [str(item[1] if isinstance(item, list) and len(item) > 1 else item) for item in field.get("/Opt", [])]
    if kind == "/Btn":
        return [str(state) for state in field.get("/_States_", []) if state != "/Off"]
    return None if kind == "/Tx" else []


def _option(question: Question, answer: RfpAnswer, field: Any, options: list[str]) -> str:
    """The value of the option that the answer means. Raises Unwritable."""
    if field.get("/FT") == "/Btn" and len(options) == 1:
        if answer.short is not ShortForm.YES:  # an empty box says nothing
            raise Unwritable
        return options[0]
    place = allowed_value(question, answer, [option.lstrip("/").strip() for option in options])
    if field.get("/FT") == "/Ch":
        option = field["/Opt"][place]
        return str(option[0] if isinstance(option, list) else option)
    return options[place]


def _fitting(text: str, field: Any) -> str:
    clean = allowed_in_xml(text.replace("\r\n", "\n").replace("\r", "\n"))
    if "/MaxLen" in field and len(clean) > int(field["/MaxLen"]):
        raise Unwritable
    return clean


def _written(writer: PdfWriter, content: bytes, values: Mapping[str, str]) -> bytes:
    if not values:
        return content
    stream = io.BytesIO()
    try:
        for page in writer.pages:
            if "/Annots" in page:
                writer.update_page_form_field_values(page, dict(values), auto_regenerate=False)
        writer.write(stream)
    except _FAILURES as error:
        raise broken() from error
    return stream.getvalue()
