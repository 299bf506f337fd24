"""The words of a Word paragraph, and the controls in it that are to be filled in.

Invariant: text that a reader sees is kept; text that only stands for an answer in a control, deleted text and field
codes are not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from knowledge.questionnaires.options import is_placeholder
from knowledge.questionnaires.word_package import Look, W, is_on, value

_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_DRAWN = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_DELETIONS = frozenset({f"{W}del", f"{W}moveFrom"})
_PICTURES = frozenset({f"{W}drawing", f"{W}pict", f"{W}object"})
_PARAGRAPH_BOUND = frozenset({f"{W}tbl", f"{W}p"})
_SEPARATORS = {f"{W}tab": "\t", f"{W}br": "\n", f"{W}cr": "\n", f"{W}noBreakHyphen": "-"}
_BOXES = {"f0a8": "☐", "f06f": "☐", "f0a3": "☐", "f071": "☐", "f0fe": "☒", "f0fd": "☒", "f052": "☒", "f078": "☒",
          "f054": "☒", "f0b7": "•", "f0fc": "✓"}  # fmt: skip


@dataclass(slots=True)
class Words:
    """What a paragraph says."""

    pieces: list[str] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
    control: bool = False
    given: list[str] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)
    """What images are called, and the words of text boxes."""
    changes: int = 0
    hidden: list[str] = field(default_factory=list)
    loud: int = 0
    """Characters in bold, and below in italics."""
    leaning: int = 0

    @property
    def text(self) -> str:
        """The words, line by line."""
        lines = "".join(self.pieces).replace("\u00a0", " ").split("\n")
        return "\n".join(line.strip() for line in lines).strip()


def words_of(paragraph: Any, *, look: Look) -> Words:
    """Read one paragraph."""
    words = Words()
    _read(paragraph, words, look, field_state=[])
    return words


def _read(parent: Any, words: Words, look: Look, *, field_state: list[dict[str, Any]]) -> None:
    """Descend in order; fields nest, so their state is a stack."""
    for element in parent:
        tag = element.tag
        if not isinstance(tag, str) or tag in (_FALLBACK, *_PARAGRAPH_BOUND):
            continue
        if tag in _DELETIONS:
            words.changes += 1
        elif tag in _PICTURES:
            words.pictures += _drawn(element)
        elif tag == f"{W}sdt":
            _control(element, words, look, field_state)
        elif tag == f"{W}t":
            _say(element, words, look, field_state)
        elif tag == f"{W}sym":
            words.pieces.append(_BOXES.get(element.get(f"{W}char", "").lower(), "•"))
        elif tag == f"{W}fldChar":
            _field(element, words, field_state)
        elif tag in _SEPARATORS:
            words.pieces.append(_SEPARATORS[tag])
        else:
            words.changes += tag == f"{W}ins"
            _read(element, words, look, field_state=field_state)


def _say(element: Any, words: Words, look: Look, field_state: list[dict[str, Any]]) -> None:
    text = element.text or ""
    properties = element.getparent().find(f"{W}rPr")
    if is_on(properties, "vanish"):
        words.hidden.append(text)
        return
    if field_state and field_state[-1].get("entry"):
        words.given.append(text.strip("\u2002\u2003 "))
        return
    bold, italic = is_on(properties, "b"), is_on(properties, "i")
    words.loud += len(text.strip()) if (look.bold if bold is None else bold) else 0
    words.leaning += len(text.strip()) if (look.italic if italic is None else italic) else 0
    words.pieces.append(text)


def _control(element: Any, words: Words, look: Look, field_state: list[dict[str, Any]]) -> None:
    """A content control in a line: a drop-down, a box, a date or text to be filled in."""
    properties, content = element.find(f"{W}sdtPr"), element.find(f"{W}sdtContent")
    if content is None:
        return
    inner = Words()
    _read(content, inner, look, field_state=field_state)
    if properties is None or properties.find(f"{_W14}checkbox") is not None or _is_fixed(properties):
        _take(inner, words)
        return
    words.control = True
    words.choices += choices_of(properties)
    shown = inner.text
    stands_for_one = is_on(properties, "showingPlcHdr") or is_placeholder(shown)
    words.given += [shown] if shown and not stands_for_one else []
    words.pictures += inner.pictures
    words.changes += inner.changes


def _take(inner: Words, words: Words) -> None:
    for name in ("pieces", "choices", "given", "pictures", "hidden"):
        getattr(words, name).extend(getattr(inner, name))
    words.changes += inner.changes
    words.loud, words.leaning = words.loud + inner.loud, words.leaning + inner.leaning
    words.control = words.control or inner.control


def _is_fixed(properties: Any) -> bool:
    """Controls that number citations, build tables of contents and the like are no places for answers."""
    kinds = ("docPartObj", "docPartList", "citation", "bibliography", "equation", "picture", "group")
    locked = value(properties, "lock") in ("contentLocked", "sdtContentLocked")
    return locked or any(properties.find(f"{W}{kind}") is not None for kind in kinds)


def choices_of(properties: Any) -> list[str]:
    """The values of a drop-down, without the first one that only invites."""
    found = []
    for kind in ("dropDownList", "comboBox"):
        for item in properties.iterfind(f"{W}{kind}/{W}listItem"):
            shown = item.get(f"{W}displayText") or item.get(f"{W}value") or ""
            if shown.strip() and not is_placeholder(shown) and item.get(f"{W}value", shown) != "":
                found.append(shown.strip())
    return found


def _field(element: Any, words: Words, field_state: list[dict[str, Any]]) -> None:
    """Form fields of old documents: boxes, lists and texts."""
    kind = element.get(f"{W}fldCharType", "")
    if kind == "begin":
        data = element.find(f"{W}ffData")
        entry = data is not None and data.find(f"{W}checkBox") is None
        field_state.append({"entry": entry})
        if data is None:
            return
        box = data.find(f"{W}checkBox")
        if box is not None:
            ticked = is_on(box, "checked") if box.find(f"{W}checked") is not None else is_on(box, "default")
            words.pieces.append("☒ " if ticked else "☐ ")
        else:
            words.control = True
            words.choices += [item.get(f"{W}val", "") for item in data.iterfind(f"{W}ddList/{W}listEntry")]
    elif kind == "end" and field_state:
        field_state.pop()


def _drawn(element: Any) -> list[str]:
    """The words of text boxes, or what the image is called."""
    boxes = ["".join(box.itertext(f"{W}t")).strip() for box in _outermost(element, f"{W}txbxContent")]
    if any(boxes):
        return [text for text in boxes if text]
    names = [drawn.get("descr") or drawn.get("title") or drawn.get("name") or "" for drawn in element.iter(_DRAWN)]
    return [name for name in names if name] or ["[…]"]


def _outermost(element: Any, tag: str) -> Iterator[Any]:
    for found in element.iter(tag):
        above = [ancestor.tag for ancestor in found.iterancestors()]
        if _FALLBACK not in above and above.count(tag) == 0:
            yield found
