"""The text of paragraphs as characters that can be replaced in the runs that hold them.

Invariant: a replacement keeps the run, with its formatting, that the replaced text began in; runs, controls and
bookmarks around it stay.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree

from copilot.domain.ooxml import allowed_in_xml
from copilot.workflows.rfp.filling.archive import local
from copilot.workflows.rfp.filling.lines import Edit
from copilot.workflows.rfp.filling.word_places import attribute, child

_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_NOT_READ = frozenset({"del", "moveFrom", "Fallback", "txbxContent", "pPr", "rPr", "sdtPr", "instrText"})
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n"}
_EMPTY_SIGNS = {"f0a8": "F0FE", "f06f": "F0FE", "f071": "F0FE", "f0a3": "F052"}
"""Boxes of the Wingdings fonts, each with the ticked one."""
_OF_MARKS_ONLY = frozenset({"ins", "del", "moveFrom", "moveTo", "rPrChange"})
"""What the mark of a paragraph may say and a run may not."""


@dataclass(frozen=True, slots=True)
class _Atom:
    char: str
    element: etree._Element | None = None
    """None: between paragraphs."""


class Paragraphs:
    """The characters of some paragraphs, with a line end between them; controls to be filled in are left out."""

    def __init__(self, paragraphs: Sequence[etree._Element]) -> None:
        self._paragraphs = paragraphs
        self._atoms: list[_Atom] = []
        self.controls: list[etree._Element] = []
        """Lists, dates and texts to be filled in, in order."""
        self.old_lists: list[etree._Element] = []
        """Lists of the form fields that old documents have."""
        for number, paragraph in enumerate(paragraphs):
            self._atoms += [_Atom("\n")] if number else []
            self._read(paragraph)

    @property
    def text(self) -> str:
        """What a reader sees, without the contents of controls."""
        return "".join(atom.char for atom in self._atoms)

    def _read(self, parent: etree._Element) -> None:
        for item in parent:
            name = local(item)
            if not name or name in _NOT_READ:
                continue
            if name == "t":
                self._atoms += [_Atom(char, item) for char in item.text or ""]
            elif name == "sdt" and not is_box(item):
                self.controls.append(item)
            elif name == "sym":
                self._atoms.append(_Atom("☐" if attribute(item, "char").lower() in _EMPTY_SIGNS else "•", item))
            elif name == "fldChar":
                self._read_old(item)
                box = _old_box(item)
                self._atoms += [_Atom("☐", box), _Atom(" ")] if box is not None else []
            elif name in _BREAKS:
                self._atoms.append(_Atom(_BREAKS[name], item))
            else:
                self._read(item)

    def _read_old(self, item: etree._Element) -> None:
        found = child(child(item, "ffData"), "ddList")
        self.old_lists += [] if found is None else [found]

    def apply(self, edits: Sequence[Edit]) -> None:
        """Write the edits into the runs."""
        new = {place: atom.char for place, atom in enumerate(self._atoms)}
        for edit in edits:
            self._apply(edit, new)
        self._write(new)

    def _apply(self, edit: Edit, new: dict[int, str]) -> None:
        places = [place for place in range(edit.start, edit.end) if self._atoms[place].element is not None]
        signs = [place for place in places if self._is_sign(place)]
        if signs:
            _tick_sign(self._atoms[signs[0]].element)
            return
        for place in places:
            new[place] = ""
        anchor = next((place for place in places if self._is_text(place)), None)
        if anchor is not None:
            new[anchor] = edit.text
            self._tick_control(self._atoms[anchor].element, new, anchor)
            return
        before = [place for place in range(edit.start) if self._is_text(place)]
        if before:
            new[before[-1]] += edit.text
        else:
            self._add_run(edit.text)

    def _is_text(self, place: int) -> bool:
        element = self._atoms[place].element
        return element is not None and local(element) == "t"

    def _is_sign(self, place: int) -> bool:
        element = self._atoms[place].element
        return element is not None and local(element) in {"sym", "checkBox"}

    def _write(self, new: dict[int, str]) -> None:
        texts: dict[etree._Element, str] = {}
        for place, atom in enumerate(self._atoms):
            if atom.element is None or local(atom.element) in {"sym", "checkBox"}:
                continue
            if local(atom.element) == "t":
                texts[atom.element] = texts.get(atom.element, "") + new[place]
            elif new[place] == "":
                remove(atom.element)
        for element, text in texts.items():
            if text != (element.text or ""):
                put(element, text)

    @staticmethod
    def _tick_control(element: etree._Element | None, new: dict[int, str], place: int) -> None:
        """A box that is a control of its own knows whether it is ticked, and with which sign."""
        control = (
            next((item for item in element.iterancestors() if is_box(item)), None) if element is not None else None
        )
        if control is None:
            return
        for item in control.iter():
            if local(item) == "checked":
                _set(item, "val", "1")
            if local(item) == "checkedState" and attribute(item, "val"):
                new[place] = chr(int(attribute(item, "val"), 16))

    def _add_run(self, text: str) -> None:
        """A run at the end of the first paragraph, or its first empty one, formatted as its mark is."""
        paragraph = self._paragraphs[0]
        run = next((item for item in paragraph if local(item) == "r" and not _holds_anything(item)), None)
        if run is None:
            run = etree.SubElement(paragraph, sibling(paragraph, "r"))
            mark = child(child(paragraph, "pPr"), "rPr")
            if mark is not None:
                own = deepcopy(mark)
                for item in list(own):
                    if local(item) in _OF_MARKS_ONLY:
                        own.remove(item)
                run.append(own)
        put(etree.SubElement(run, sibling(run, "t")), text)


def put(element: etree._Element, text: str) -> None:
    """Make `element`, a run's text, say `text`, with breaks for line ends and tabs."""
    pieces = _pieces(allowed_in_xml(text.replace("\r\n", "\n").replace("\r", "\n")))
    element.text = pieces[0]
    element.set(_SPACE, "preserve")
    last = element
    for piece in pieces[1:]:
        name = {"\n": "br", "\t": "tab"}.get(piece, "t")
        added = etree.Element(sibling(element, name))
        if name == "t":
            added.text = piece
            added.set(_SPACE, "preserve")
        last.addnext(added)
        last = added


def sibling(element: etree._Element, name: str) -> str:
    """The tag `name` in the namespace of `element`."""
    namespace = etree.QName(element).namespace
    return f"{{{namespace}}}{name}" if namespace else name


def remove(element: etree._Element) -> None:
    """Take an element out."""
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def is_box(element: etree._Element) -> bool:
    """Whether it is a control that is a box to be ticked."""
    return local(element) == "sdt" and child(child(element, "sdtPr"), "checkbox") is not None


def _pieces(text: str) -> list[str]:
    """The first text, then breaks and what stands between them."""
    pieces: list[str] = []
    current = ""
    for char in text:
        if char in "\n\t":
            pieces += [current, char] if current or not pieces else [char]
            current = ""
        else:
            current += char
    return [*pieces, current] if current or not pieces else pieces


def _holds_anything(run: etree._Element) -> bool:
    return any(local(item) != "rPr" for item in run)


def _old_box(element: etree._Element) -> etree._Element | None:
    """The box of a form field, of the form fields that old documents have."""
    return child(child(element, "ffData"), "checkBox")


def _tick_sign(element: etree._Element | None) -> None:
    if element is None:
        return
    if local(element) == "sym":
        _set(element, "char", _EMPTY_SIGNS.get(attribute(element, "char").lower(), attribute(element, "char")))
        return
    checked = child(element, "checked")
    if checked is None:
        checked = etree.SubElement(element, sibling(element, "checked"))
    namespace = etree.QName(element).namespace
    checked.set(f"{{{namespace}}}val", "1")


def _set(element: etree._Element, name: str, value: str) -> None:
    for key in element.attrib:
        if etree.QName(key).localname == name:
            element.set(key, value)
