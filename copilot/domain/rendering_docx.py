"""Drafts as Word documents, with citations and sources.

Invariant: the bytes depend on the draft alone, see `copilot.domain.ooxml`. The parts are written here and not by a
library: one takes fifty times as long and has a template of its own whose bytes change with its version.
"""

from collections.abc import Iterator

from copilot.domain.drafts import Draft, Section
from copilot.domain.language import Language
from copilot.domain.ooxml import OFFICE, Properties, package, relationships, xml_text
from copilot.domain.rendering_words import (
    WORDS,
    about,
    citation_numbers,
    citation_numbers_with_items,
    date_line,
    quoted,
    writer_line,
)

_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml"
_NAMESPACE = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_LOCALE = {Language.ES: "es-ES", Language.EN: "en-GB"}

_PAGE = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/>'
    '<w:pgMar w:top="1247" w:right="1247" w:bottom="1247" w:left="1247" w:header="709" w:footer="709" w:gutter="0"/>'
    "</w:sectPr>"
)
_NUMBERING = (
    f'<w:numbering xmlns:w="{_NAMESPACE}"><w:abstractNum w:abstractNumId="0"><w:multiLevelType w:val="singleLevel"/>'
    '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="bullet"/><w:lvlText w:val="•"/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="360" w:hanging="360"/></w:pPr></w:lvl></w:abstractNum>'
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num></w:numbering>'
)


def render_docx(draft: Draft) -> bytes:
    """Title, sections, and the numbered sources that `[n]` points at."""
    body = "".join(_body(draft))
    document = f'<w:document xmlns:w="{_NAMESPACE}"><w:body>{body}{_PAGE}</w:body></w:document>'
    rels = relationships([(f"{OFFICE}/styles", "styles.xml"), (f"{OFFICE}/numbering", "numbering.xml")])
    return package(
        Properties.of(draft),
        main="word/document.xml",
        main_type=f"{_WORD}.document.main+xml",
        types=[("word/styles.xml", f"{_WORD}.styles+xml"), ("word/numbering.xml", f"{_WORD}.numbering+xml")],
        parts=[
            ("word/document.xml", document),
            ("word/_rels/document.xml.rels", rels),
            ("word/styles.xml", _styles(draft.language)),
            ("word/numbering.xml", _NUMBERING),
        ],
    )


def _body(draft: Draft) -> Iterator[str]:
    words, numbers = WORDS[draft.language], citation_numbers(draft)
    yield _paragraph(_run(draft.title), style="Title")
    yield _paragraph(_run(f"{date_line(draft)} {words['draft']}"), style="Meta")
    for section in draft.sections:
        yield from _section(section, numbers)
    yield _paragraph(_run(words["sources"]), style="Heading1")
    for number, item in citation_numbers_with_items(draft):
        how = f" ({words['how']}: {item.formula})" if item.formula else ""
        rest = f" · {about(item, language=draft.language)}: “{quoted(item, language=draft.language)}”{how}"
        yield _paragraph(_run(f"[{number}] {item.label}", bold=True) + _run(rest), style="Source")
    yield _paragraph(_run(writer_line(draft)), style="Meta")


def _section(section: Section, numbers: dict[str, int]) -> Iterator[str]:
    if section.title:
        yield _paragraph(_run(section.title), style="Heading1")
    style = "Normal" if section.key == "summary" else "ListBullet"
    for segment in section.segments:
        marks = "".join(f"[{numbers[item]}]" for item in segment.evidence_ids if item in numbers)
        yield _paragraph(_run(segment.text) + (_run(f" {marks}", soft=True) if marks else ""), style=style)


def _paragraph(runs: str, *, style: str) -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{runs}</w:p>'


def _run(text: str, *, bold: bool = False, soft: bool = False) -> str:
    properties = ("<w:b/>" if bold else "") + ('<w:color w:val="5B6675"/>' if soft else "")
    lines = text.splitlines() or [""]
    content = "<w:br/>".join(f'<w:t xml:space="preserve">{xml_text(line)}</w:t>' for line in lines)
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{content}</w:r>"


def _styles(language: Language) -> str:
    styles = "".join(
        _style(key, name, paragraph=paragraph, run=run)
        for key, name, paragraph, run in (
            ("Title", "Title", '<w:spacing w:after="60"/>', '<w:b/><w:sz w:val="34"/>'),
            ("Meta", "Meta", '<w:spacing w:after="120"/>', '<w:color w:val="5B6675"/><w:sz w:val="19"/>'),
            (
                "Heading1",
                "heading 1",
                '<w:keepNext/><w:spacing w:before="280" w:after="80"/><w:outlineLvl w:val="0"/>',
                '<w:b/><w:sz w:val="26"/>',
            ),
            ("ListBullet", "List Bullet", '<w:numPr><w:numId w:val="1"/></w:numPr><w:spacing w:after="60"/>', ""),
            ("Source", "Source", '<w:spacing w:after="60"/>', '<w:sz w:val="19"/>'),
        )
    )
    return (
        f'<w:styles xmlns:w="{_NAMESPACE}"><w:docDefaults><w:rPrDefault><w:rPr>'
        '<w:rFonts w:ascii="Calibri" w:hAnsi="Calibri" w:eastAsia="Calibri" w:cs="Calibri"/><w:sz w:val="22"/>'
        f'<w:lang w:val="{_LOCALE[language]}"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr>'
        '<w:spacing w:after="100" w:line="271" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults>'
        '<w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/><w:qFormat/></w:style>'
        f"{styles}</w:styles>"
    )


def _style(key: str, name: str, *, paragraph: str, run: str) -> str:
    return (
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/><w:basedOn w:val="Normal"/><w:qFormat/>'
        f"<w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
    )
