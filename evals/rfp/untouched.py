"""Finds what filling a file in changed besides the places of answers.

Invariant: what is not named as touched is compared whole: a part by its bytes, a cell or paragraph by its XML.
"""

import re
from collections.abc import Collection, Iterator, Mapping

from lxml import etree

from evals.rfp.breakable import parts

_CELL = re.compile(r"([A-Z]{1,3})(\d+)")
_WORKBOOK = "xl/workbook.xml"
_CALCULATION = re.compile(rb'<calcPr fullCalcOnLoad="1"/>| fullCalcOnLoad="[01]"')


def unintended_in_workbook(before: bytes, after: bytes, *, touched: Mapping[str, Collection[str]]) -> list[str]:
    """One line for everything that changed and is no touched cell (`touched`: part -> addresses)."""
    old, new = parts(before), parts(after)
    if list(old) != list(new):
        return ["the parts are others, or stand in another order"]
    found: list[str] = []
    for name, content in old.items():
        if content == new[name]:
            continue
        if name in touched:
            found += (f"{name}: {line}" for line in _of_sheet(content, new[name], set(touched[name])))
        elif name != _WORKBOOK or _canonical(_uncalculated(content)) != _canonical(_uncalculated(new[name])):
            found.append(f"{name}: other bytes")
    return found


def unintended_in_document(before: bytes, after: bytes, *, touched: Collection[str]) -> list[str]:
    """The same for a text document; `touched`: places as `p3` or `t0r1c2`."""
    old, new = parts(before), parts(after)
    if list(old) != list(new):
        return ["the parts are others, or stand in another order"]
    found = [f"{name}: other bytes" for name in old if name != "word/document.xml" and old[name] != new[name]]
    was, now = (_blocks(etree.fromstring(item["word/document.xml"])) for item in (old, new))
    if was.keys() - set(touched) != now.keys() - set(touched):
        found.append("word/document.xml: other blocks")
    found += (f"word/document.xml: {place}" for place in was if place not in touched and was[place] != now.get(place))
    return found


def compared_in(content: bytes, touched: Mapping[str, Collection[str]] | Collection[str]) -> int:
    """How many parts, cells and blocks are compared."""
    count = len(parts(content)) - len(touched)
    for name, part in parts(content).items():
        if isinstance(touched, Mapping) and name in touched:
            count += len(_cells(etree.fromstring(part)).keys() - set(touched[name])) + 1
        elif not isinstance(touched, Mapping) and name == "word/document.xml":
            count = len(parts(content)) - 1 + len(_blocks(etree.fromstring(part)).keys() - set(touched))
    return count


def _of_sheet(before: bytes, after: bytes, touched: set[str]) -> Iterator[str]:
    old, new = etree.fromstring(before), etree.fromstring(after)
    was, now = _cells(old), _cells(new)
    for place in was.keys() | now.keys():
        if place in touched:
            if place in was and was[place].get("s") != now[place].get("s"):
                yield f"{place} has another format"
        elif place not in was or place not in now or _canonical_of(was[place]) != _canonical_of(now[place]):
            yield f"{place} changed"
    if _order(new) != sorted(_order(new)):
        yield "cells out of order"
    rows = {place.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") for place in touched}
    if _bare(old, rows) != _bare(new, rows):
        yield "something else than cells changed"


def _cells(root: etree._Element) -> dict[str, etree._Element]:
    return {str(item.get("r")): item for item in root.iter("{*}c") if item.get("r")}


def _order(root: etree._Element) -> list[tuple[int, int, str]]:
    found = []
    for place in _cells(root):
        match = _CELL.fullmatch(place)
        if match is not None:
            found.append((int(match.group(2)), len(match.group(1)), match.group(1)))
    return found


def _bare(root: etree._Element, rows: Collection[str]) -> bytes:
    """The sheet without its cells, and without rows that nothing but an answer is in."""
    for row in list(root.iter("{*}row")):
        for item in list(row):
            row.remove(item)
        if row.get("r") in rows:
            if "spans" in row.attrib:
                del row.attrib["spans"]
            parent = row.getparent()
            if set(row.attrib) == {"r"} and parent is not None:
                parent.remove(row)
    return _canonical_of(root)


def _blocks(root: etree._Element) -> dict[str, bytes]:
    """The paragraphs and table cells of a document's body by place."""
    found: dict[str, bytes] = {}
    counts = {"p": 0, "tbl": 0}
    for item in root[0]:
        name = etree.QName(item).localname if isinstance(item.tag, str) else ""
        if name == "p":
            found[f"p{counts['p']}"] = _canonical_of(item)
            counts["p"] += 1
        elif name == "tbl":
            for row, line in enumerate(item.iterchildren("{*}tr")):
                column = 0
                for cell in line.iterchildren("{*}tc"):
                    found[f"t{counts['tbl']}r{row}c{column}"] = _canonical_of(cell)
                    span = cell.find("{*}tcPr/{*}gridSpan")
                    column += 1 if span is None else int(str(next(iter(span.attrib.values()))))
            counts["tbl"] += 1
        elif name == "sdt" and item.find("{*}sdtContent/{*}p") is not None:
            found[f"p{counts['p']}"] = _canonical_of(item)
            counts["p"] += len(item.findall("{*}sdtContent/{*}p"))
        else:
            found[f"{name}{len(found)}"] = _canonical_of(item)
    return found


def _uncalculated(content: bytes) -> bytes:
    return _CALCULATION.sub(b"", content)


def _canonical(content: bytes) -> bytes:
    return _canonical_of(etree.fromstring(content))


def _canonical_of(element: etree._Element) -> bytes:
    return etree.tostring(element, method="c14n", with_tail=False)
