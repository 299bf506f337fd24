"""The fields of a PDF form: what they are called, where they stand, what they hold and offer.

Invariant: a field is named by its full name, and by where its first widget stands.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf import PdfReader
from pypdf.errors import PyPdfError

_DEEPEST = 20
_READ_ONLY = 1
_PUSH_BUTTON = 1 << 16


@dataclass(frozen=True, slots=True)
class FormField:
    """One field; `y` grows upwards, in points."""

    name: str
    page: int
    left: float
    bottom: float
    top: float
    given: str = ""
    choices: tuple[str, ...] = ()

    @property
    def middle(self) -> float:
        """Its height on the page."""
        return (self.top + self.bottom) / 2


def fields_of(reader: PdfReader) -> list[FormField]:
    """The fields that a person can fill in, page by page."""
    found: dict[str, FormField] = {}
    for number, page in enumerate(reader.pages, start=1):
        try:
            for field in _on_page(page, number):
                known = found.get(field.name)
                if known is None:
                    found[field.name] = field
        except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError):
            continue  # a damaged form is read as text; the page's lines tell whether that can be read
    return list(found.values())


def _on_page(page: Any, number: int) -> Iterator[FormField]:
    annotations = page.get("/Annots")
    for reference in annotations.get_object() if annotations is not None else ():
        widget = reference.get_object()
        if widget.get("/Subtype") != "/Widget" or "/Rect" not in widget:
            continue
        name, kind, flags = (
            _full_name(widget),
            str(_inherited(widget, "/FT") or ""),
            int(_inherited(widget, "/Ff") or 0),
        )
        if not name or kind == "/Sig" or flags & _READ_ONLY or (kind == "/Btn" and flags & _PUSH_BUTTON):
            continue
        left, bottom, right, top = (float(side) for side in widget["/Rect"])
        yield FormField(
            name, number, min(left, right), min(bottom, top), max(bottom, top),
            given=_given(widget, kind), choices=_choices(widget, kind),
        )  # fmt: skip


def _full_name(widget: Any) -> str:
    names: list[str] = []
    above: Any = widget
    for _ in range(_DEEPEST):
        if above is None:
            break
        if "/T" in above:
            names.insert(0, str(above["/T"]))
        parent = above.get("/Parent")
        above = parent.get_object() if parent is not None else None
    return ".".join(names)


def _inherited(widget: Any, key: str) -> Any:
    above: Any = widget
    for _ in range(_DEEPEST):
        if key in above:
            return above[key]
        parent = above.get("/Parent")
        if parent is None:
            return None
        above = parent.get_object()
    return None


def _given(widget: Any, kind: str) -> str:
    held = _inherited(widget, "/V")
    text = "" if held is None else str(held).strip()
    return "" if text == "/Off" else text.lstrip("/") if kind == "/Btn" else text


def _choices(widget: Any, kind: str) -> tuple[str, ...]:
    if kind != "/Ch":
        return ()
    options = _inherited(widget, "/Opt") or []
    shown = [str(option[1] if isinstance(option, list) and len(option) > 1 else option).strip() for option in options]
    return tuple(text for text in shown if text and text not in ("-", "--"))
