"""Drafts as workbooks: the answers in one sheet, their sources in another.

Invariant: the bytes depend on the draft alone, see `copilot.domain.ooxml`. Every text is an inline string, which no
program evaluates; one that reads like a formula is marked as quoted, so that editing the cell leaves it a text.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from copilot.domain.drafts import Draft
from copilot.domain.ooxml import OFFICE, Properties, package, relationships, xml_attribute, xml_text
from copilot.domain.rendering_words import (
    WORDS,
    citation_numbers,
    citation_numbers_with_items,
    origin_of,
    quoted,
)

_EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LONGEST_CELL = 32_000
"""Characters; Excel takes 32,767. What is longer goes on in the next row."""
_HEAD, _TEXT, _QUOTED = 1, 2, 3
"""Styles of cells, see `_STYLES`."""
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
_STYLES = (
    f'<styleSheet xmlns="{_NAMESPACE}">'
    '<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>'
    '<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>'
    '<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>'
    '</fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders>'
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    '<cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>'
    '<xf numFmtId="49" fontId="1" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyFont="1"/>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">'
    '<alignment vertical="top" wrapText="1"/></xf>'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1" '
    'applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf></cellXfs>'
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of texts; its first line is the head."""

    name: str
    lines: Iterable[Sequence[str]]
    """At most 26 cells each."""
    widths: Sequence[int]
    """Of the columns, in characters."""


def render_xlsx(draft: Draft) -> bytes:
    """A sheet of answers (section, number, text, sources) and a sheet of sources."""
    words = WORDS[draft.language]
    answers = Sheet(words["answers"], _answers(draft), (24, 8, 90, 14))
    sources = Sheet(words["sources"], _sources(draft), (8, 36, 16, 16, 90, 40))
    return workbook([answers, sources], properties=Properties.of(draft))


def workbook(tables: Sequence[Sheet], *, properties: Properties) -> bytes:
    """A workbook of these sheets."""
    names = [table.name for table in tables]
    sheets = [_sheet(table.lines, widths=table.widths) for table in tables]
    numbers = range(1, len(tables) + 1)
    listed = "".join(
        f'<sheet name={xml_attribute(name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, name in enumerate(names, start=1)
    )
    workbook = f'<workbook xmlns="{_NAMESPACE}" xmlns:r="{OFFICE}"><sheets>{listed}</sheets></workbook>'
    targets = [(f"{OFFICE}/worksheet", f"worksheets/sheet{number}.xml") for number in numbers]
    rels = relationships([*targets, (f"{OFFICE}/styles", "styles.xml")])
    return package(
        properties,
        main="xl/workbook.xml",
        main_type=f"{_EXCEL}.sheet.main+xml",
        types=[
            *((f"xl/worksheets/sheet{number}.xml", f"{_EXCEL}.worksheet+xml") for number in numbers),
            ("xl/styles.xml", f"{_EXCEL}.styles+xml"),
        ],
        parts=[
            ("xl/workbook.xml", workbook),
            ("xl/_rels/workbook.xml.rels", rels),
            *((f"xl/worksheets/sheet{number}.xml", sheet) for number, sheet in enumerate(sheets, start=1)),
            ("xl/styles.xml", _STYLES),
        ],
    )


def _answers(draft: Draft) -> Iterator[Sequence[str]]:
    words, numbers = WORDS[draft.language], citation_numbers(draft)
    yield words["section"], words["number"], words["text"], words["sources"]
    for section in draft.sections:
        for position, segment in enumerate(section.segments, start=1):
            marks = "".join(f"[{numbers[item]}]" for item in segment.evidence_ids if item in numbers)
            yield section.title, str(position), segment.text, marks


def _sources(draft: Draft) -> Iterator[Sequence[str]]:
    words = WORDS[draft.language]
    yield words["number"], words["what"], words["day"], words["origin"], words["quote"], words["how"]
    for number, item in citation_numbers_with_items(draft):
        origin = origin_of(item, language=draft.language)
        quote = quoted(item, language=draft.language)
        yield f"[{number}]", item.label, item.as_of.isoformat(), origin, quote, item.formula or ""


def _sheet(lines: Iterable[Sequence[str]], *, widths: Sequence[int]) -> str:
    columns = "".join(
        f'<col min="{number}" max="{number}" width="{width}" customWidth="1"/>'
        for number, width in enumerate(widths, start=1)
    )
    rows = [piece for line in lines for piece in _split(line)]
    data = "".join(_row(number, cells) for number, cells in enumerate(rows, start=1))
    return (
        f'<worksheet xmlns="{_NAMESPACE}"><sheetViews><sheetView workbookViewId="0">'
        '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews>'
        f"<cols>{columns}</cols><sheetData>{data}</sheetData></worksheet>"
    )


def _split(line: Sequence[str]) -> Iterator[list[str]]:
    """The line as one row, or as several where a text is longer than a cell can be."""
    rows = max(1, *(-(-len(text) // _LONGEST_CELL) for text in line))
    for row in range(rows):
        yield [text[row * _LONGEST_CELL : (row + 1) * _LONGEST_CELL] for text in line]


def _row(number: int, cells: Sequence[str]) -> str:
    content = "".join(
        _cell(f"{chr(ord('A') + column)}{number}", text, style=_HEAD if number == 1 else _style_of(text))
        for column, text in enumerate(cells)
    )
    return f'<row r="{number}">{content}</row>'


def _style_of(text: str) -> int:
    return _QUOTED if text.lstrip(" \u00a0\u200b\ufeff").startswith(_FORMULA_STARTS) else _TEXT


def _cell(place: str, text: str, *, style: int) -> str:
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{xml_text(text)}</t></is></c>'
