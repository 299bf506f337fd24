"""The parts of a Word document that say what its paragraphs look like and how they are numbered.

Invariant: only the parts that are read are expanded, within limits; macros and what links outside are never looked at.
"""

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from lxml import etree

from copilot.domain.document_messages import DocumentMessage
from knowledge.parsers.archives import check_archive
from knowledge.parsers.text_building import damaged_on, unreadable

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_COMMON = b"http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_RELATIONSHIP = "{http://schemas.openxmlformats.org/package/2006/relationships}Relationship"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OFF = frozenset({"0", "false", "off", "none"})
_DEEPEST_STYLES = 12
_PLACE = re.compile(r"%(\d)")


@dataclass(frozen=True, slots=True)
class Look:
    """What a paragraph style says; `level` is None for body text, 0 for the document's title."""

    level: int | None = None
    bold: bool = False
    italic: bool = False
    number: tuple[str, int] | None = None
    """List and level."""
    contents: bool = False
    """An entry of a table of contents."""
    list_item: bool = False


@dataclass(slots=True)
class Numbering:
    """Counts list items as the program does that shows the document."""

    lists: dict[str, tuple[str, dict[int, tuple[str, str, int]]]]
    """By list: the definition it shares its counters with, and format, text and start of each level."""
    _counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def next(self, list_id: str, level: int) -> tuple[str, bool]:
        """The number of the next item, empty for a bullet, and whether the list exists."""
        if list_id not in self.lists or list_id == "0":
            return "", False
        shared, levels = self.lists[list_id]
        counts = self._counts.setdefault(shared, {})
        format_, text, start = levels.get(level, ("bullet", "", 1))
        counts[level] = counts.get(level, start - 1) + 1
        for deeper in [other for other in counts if other > level]:
            del counts[deeper]
        if format_ in ("bullet", "none") or not text:
            return "", True
        shown = _PLACE.sub(lambda match: self._shown(int(match.group(1)) - 1, levels, counts), text)
        return shown.strip().rstrip(".:)-–—").lstrip("(").strip(), True

    def _shown(self, level: int, levels: dict[int, tuple[str, str, int]], counts: dict[int, int]) -> str:
        format_, _, start = levels.get(level, ("decimal", "", 1))
        return _in_format(counts.get(level, start), format_)


@dataclass(slots=True)
class Package:
    """A document opened for reading."""

    body: Any
    looks: dict[str, Look]
    default_style: str
    numbering: Numbering
    running: list[tuple[str, Any]]
    """Page headers and footers with their names, and the notes."""
    comments: int
    has_macros: bool
    title: str


def open_package(content: bytes) -> Package:
    """Raises UnreadableFile if the file is protected, damaged, dangerous or no Word document."""
    if content.startswith(_OLD_OFFICE):
        raise unreadable(DocumentMessage.ENCRYPTED)
    failures = (zipfile.BadZipFile, zipfile.LargeZipFile, etree.XMLSyntaxError, NotImplementedError, EOFError, KeyError)
    with damaged_on(*failures, name="DOCX"):
        check_archive(content)
        with zipfile.ZipFile(BytesIO(content)) as archive:
            return _opened(archive)


def _opened(archive: zipfile.ZipFile) -> Package:
    main = _target(archive, "", "officeDocument") or "word/document.xml"
    body = _root(archive, main).find(f"{W}body")
    if body is None:
        raise unreadable(DocumentMessage.DAMAGED, found="DOCX")
    styles_name, numbering_name = _target(archive, main, "styles"), _target(archive, main, "numbering")
    looks, default = _looks(_root(archive, styles_name)) if styles_name else ({}, "")
    comments = _target(archive, main, "comments")
    return Package(
        body=body,
        looks=looks,
        default_style=default,
        numbering=Numbering(_lists(_root(archive, numbering_name)) if numbering_name else {}),
        running=[(kind, _root(archive, name)) for kind, name in _running(archive, main)],
        comments=len(_root(archive, comments).findall(f"{W}comment")) if comments else 0,
        has_macros=any(name.lower().endswith("vbaproject.bin") for name in archive.namelist()),
        title=_core_title(archive),
    )


def _target(archive: zipfile.ZipFile, part: str, kind: str) -> str:
    return next((name for found, name in _related(archive, part) if found == kind), "")


def _related(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, str]]:
    folder, base = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{base}.rels")
    names = set(archive.namelist())
    if rels not in names:
        return
    for item in _root(archive, rels).iter(_RELATIONSHIP):
        target = item.get("Target", "")
        name = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
        if item.get("TargetMode") != "External" and name in names:
            yield item.get("Type", "").rpartition("/")[2], name


def _running(archive: zipfile.ZipFile, main: str) -> list[tuple[str, str]]:
    wanted = ("header", "footer", "footnotes", "endnotes")
    return sorted({(kind, name) for kind, name in _related(archive, main) if kind in wanted})


def _root(archive: zipfile.ZipFile, name: str) -> Any:
    content = archive.read(name).replace(_STRICT, _COMMON)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    return etree.fromstring(content, parser)


def _core_title(archive: zipfile.ZipFile) -> str:
    name = _target(archive, "", "core-properties")
    found = _root(archive, name).find("{http://purl.org/dc/elements/1.1/}title") if name else None
    title = " ".join((found.text or "").split()) if found is not None else ""
    return "" if title.lower() in {"word document", "document", "documento", "título", "title"} else title


def is_on(properties: Any, name: str) -> bool | None:
    """Whether a run or style switches `name` on; None if it does not say."""
    found = properties.find(f"{W}{name}") if properties is not None else None
    return None if found is None else found.get(f"{W}val", "true") not in _OFF


def value(element: Any, path: str) -> str:
    """The `w:val` of a descendant, empty without one."""
    found = element.find("/".join(f"{W}{name}" for name in path.split("/"))) if element is not None else None
    return found.get(f"{W}val", "") if found is not None else ""


def number_of(properties: Any) -> tuple[str, int] | None:
    """List and level that paragraph properties name."""
    list_id, level = value(properties, "numPr/numId"), value(properties, "numPr/ilvl")
    return (list_id, int(level) if level.isdecimal() else 0) if list_id else None


def outline_level(properties: Any) -> int | None:
    """The heading level that paragraph properties state."""
    stated = value(properties, "outlineLvl")
    return int(stated) + 1 if stated.isdecimal() and int(stated) < 9 else None


def _looks(styles: Any) -> tuple[dict[str, Look], str]:
    elements = {style.get(f"{W}styleId", ""): style for style in styles.iter(f"{W}style")}
    default = next(
        (
            name
            for name, style in elements.items()
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true")
        ),
        "",
    )
    return {name: _look(name, elements) for name in elements}, default


def _look(name: str, elements: dict[str, Any]) -> Look:
    """A style's own words first, then those of the styles it is based on."""
    level, bold, italic, number, contents, listed = None, None, None, None, False, False
    seen = 0
    while name in elements and seen < _DEEPEST_STYLES:
        style = elements[name]
        label = value(style, "name").lower()
        paragraph, run = style.find(f"{W}pPr"), style.find(f"{W}rPr")
        level = level if level is not None else _named_level(label, paragraph)
        bold = bold if bold is not None else is_on(run, "b")
        italic = italic if italic is not None else is_on(run, "i")
        number = number or number_of(paragraph)
        contents = contents or label.startswith("toc ")
        listed = listed or label.startswith("list")
        name, seen = value(style, "basedOn"), seen + 1
    return Look(level, bool(bold), bool(italic), number, contents, listed)


def _named_level(label: str, paragraph: Any) -> int | None:
    if label == "title":
        return 0
    if label.startswith("heading ") and label[8:].isdecimal():
        return int(label[8:])
    return outline_level(paragraph)


def _lists(numbering: Any) -> dict[str, tuple[str, dict[int, tuple[str, str, int]]]]:
    shared = {
        item.get(f"{W}abstractNumId", ""): {
            int(level.get(f"{W}ilvl", "0")): _level(level) for level in item.findall(f"{W}lvl")
        }
        for item in numbering.findall(f"{W}abstractNum")
    }
    found = {}
    for item in numbering.findall(f"{W}num"):
        list_id, base = item.get(f"{W}numId", ""), value(item, "abstractNumId")
        levels = dict(shared.get(base, {}))
        restarts = False
        for override in item.findall(f"{W}lvlOverride"):
            index = int(override.get(f"{W}ilvl", "0"))
            own, start = override.find(f"{W}lvl"), value(override, "startOverride")
            levels[index] = _level(own) if own is not None else levels.get(index, ("decimal", f"%{index + 1}.", 1))
            if start.isdecimal():
                levels[index] = (*levels[index][:2], int(start))
                restarts = True
        found[list_id] = (f"list {list_id}" if restarts else f"definition {base}", levels)
    return found


def _level(level: Any) -> tuple[str, str, int]:
    start = value(level, "start")
    return value(level, "numFmt") or "decimal", value(level, "lvlText"), int(start) if start.isdecimal() else 1


def _in_format(count: int, format_: str) -> str:
    if format_ in ("lowerLetter", "upperLetter"):
        letter = chr(ord("a") + (count - 1) % 26) * ((count - 1) // 26 + 1)
        return letter if format_ == "lowerLetter" else letter.upper()
    if format_ in ("lowerRoman", "upperRoman"):
        roman = _roman(count)
        return roman.lower() if format_ == "lowerRoman" else roman
    return f"{count:02d}" if format_ == "decimalZero" else str(count)


def _roman(count: int) -> str:
    signs = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
    shown = ""
    for size, sign in signs:
        shown += sign * (count // size)
        count %= size
    return shown
