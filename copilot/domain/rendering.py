"""Drafts as files a person can read, print, or load into another program.

Invariant: the bytes depend on the draft alone. The same draft gives the same bytes on any machine, because
an approval is bound to them; everything that was not written by us is escaped.
"""

import json
import re
from html import escape

from copilot.domain.drafts import Draft, Segment
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language

_WORDS = {
    Language.ES: {
        "sources": "Fuentes",
        "date": "Datos a {day}",
        "by_model": "Redactado por el modelo {model}; las cifras se calculan con consultas.",
        "by_code": "Redactado sin modelo, a partir de los datos y los textos citados.",
        "contents": "Apartados",
        "internal": "interno",
        "customer": "cliente",
        "web": "web",
        "computed": "calculado",
        "how": "cómo se calcula",
        "due": "plazo",
        "draft": "Uso interno. Borrador hasta su aprobación.",
        "no_source": "sin fuente",
    },
    Language.EN: {
        "sources": "Sources",
        "date": "Data as of {day}",
        "by_model": "Written by the model {model}; figures are computed by query.",
        "by_code": "Written without a model, from the data and texts cited.",
        "contents": "Sections",
        "internal": "internal",
        "customer": "customer",
        "web": "web",
        "computed": "computed",
        "how": "how it is computed",
        "due": "due",
        "draft": "Internal use. A draft until it is approved.",
        "no_source": "no source",
    },
}

_WWW = re.compile(r"\b(www)\.", re.IGNORECASE)
"""What some readers of Markdown make a link of without being asked."""
_DEADLINE = re.compile(r"^due_psg_[0-9a-f]+_[0-9]+: ")

_STYLE = """
:root{color-scheme:light dark;--ink:#1c2430;--soft:#5b6675;--line:#d9dee5;--accent:#0b5cad;--paper:#fff}
@media (prefers-color-scheme:dark){:root{--ink:#e8ecf1;--soft:#a3afbd;--line:#37414d;--accent:#8cc2ff;--paper:#14181d}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",sans-serif}
main{max-width:46rem;margin:0 auto;padding:2.5rem 1.25rem 4rem}
h1{font-size:1.7rem;line-height:1.2;margin:0 0 .25rem}
h2{font-size:1.1rem;margin:2rem 0 .5rem;padding-bottom:.25rem;border-bottom:1px solid var(--line)}
p{margin:.5rem 0}.meta{color:var(--soft);font-size:.9rem}
ul{margin:.25rem 0;padding-left:1.2rem}li{margin:.4rem 0}
a{color:var(--accent)}sup{line-height:0;margin-left:.1em}sup a{text-decoration:none;padding:0 .1em}
a:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
.sources li{font-size:.88rem;overflow-wrap:anywhere}.sources .quote{color:var(--soft)}
.sources li:target{background:color-mix(in srgb,var(--accent) 14%,transparent)}
@media print{body{font-size:10.5pt}main{max-width:none;padding:0}h2{break-after:avoid}}
@media print{li{break-inside:avoid}a{color:inherit}}
""".strip()


def render_deliverables(draft: Draft) -> dict[str, bytes]:
    """Return `<kind>.md`, `<kind>.html` and `<kind>.json`, each UTF-8."""
    kind = draft.kind.value
    return {
        f"{kind}.md": render_markdown(draft).encode(),
        f"{kind}.html": render_html(draft).encode(),
        f"{kind}.json": render_json(draft).encode(),
    }


def citation_numbers(draft: Draft) -> dict[str, int]:
    """Evidence id -> the number it is cited by, from 1 in the order of `draft.evidence`."""
    return {item.id: position for position, item in enumerate(draft.evidence, start=1)}


def render_json(draft: Draft) -> str:
    """The draft with the citation number of every evidence item; keys sorted."""
    numbers = citation_numbers(draft)
    payload = draft.model_dump(mode="json")
    for item in payload["evidence"]:
        item["number"] = numbers[item["id"]]
    return json.dumps(payload, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def render_markdown(draft: Draft) -> str:
    """Headings, sentences with `[n]`, and the numbered source list."""
    words, numbers = _WORDS[draft.language], citation_numbers(draft)
    lines = [f"# {_markdown_text(draft.title)}", "", f"*{_date_line(draft)} {words['draft']}*", ""]
    for section in draft.sections:
        lines += [f"## {_markdown_text(section.title)}", ""]
        as_text = section.key == "summary"
        for segment in section.segments:
            marks = "".join(f"[{numbers[item]}]" for item in segment.evidence_ids if item in numbers)
            lines.append(f"{'' if as_text else '- '}{_markdown_text(segment.text)}{' ' if marks else ''}{marks}")
        lines.append("")
    lines += [f"## {words['sources']}", ""]
    for item in draft.evidence:
        quote = _markdown_text(quoted(item, language=draft.language))
        about = _markdown_text(_about(item, draft))
        lines.append(f"[{numbers[item.id]}] {_markdown_text(item.label)} · {about}: “{quote}”  ")
    return "\n".join([*lines, "", f"*{_writer_line(draft)}*", ""])


def render_html(draft: Draft) -> str:
    """One self-contained page: no script, no outside resource, printable, with links both ways."""
    words, numbers = _WORDS[draft.language], citation_numbers(draft)
    body = [
        f"<h1>{escape(draft.title)}</h1>",
        f'<p class="meta">{escape(_date_line(draft))} {escape(words["draft"])}</p>',
    ]
    for section in draft.sections:
        tag, item_tag = ("div", "p") if section.key == "summary" else ("ul", "li")
        items = "".join(
            f'<{item_tag} id="{escape(segment.id)}">{escape(segment.text)}{_html_marks(segment, numbers)}</{item_tag}>'
            for segment in section.segments
        )
        heading = f"section-{escape(section.key)}"
        body.append(
            f'<section aria-labelledby="{heading}"><h2 id="{heading}">{escape(section.title)}</h2>'
            f"<{tag}>{items}</{tag}></section>"
        )
    body.append(_html_sources(draft))
    body.append(f'<p class="meta">{escape(_writer_line(draft))}</p>')
    return (
        f'<!doctype html>\n<html lang="{draft.language.value}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        f"<title>{escape(draft.title)}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _html_marks(segment: Segment, numbers: dict[str, int]) -> str:
    cited = [numbers[item] for item in segment.evidence_ids if item in numbers]
    return "".join(f'<sup><a href="#source-{number}">[{number}]</a></sup>' for number in cited)


def _html_sources(draft: Draft) -> str:
    words = _WORDS[draft.language]
    items = []
    for number, item in citation_numbers_with_items(draft):
        how = f' <span class="quote">({escape(words["how"])}: {escape(item.formula)})</span>' if item.formula else ""
        items.append(
            f'<li id="source-{number}" value="{number}"><strong>{escape(item.label)}</strong> · '
            f"{escape(_about(item, draft))}: <q>{escape(quoted(item, language=draft.language))}</q>{how}</li>"
        )
    return (
        f'<section class="sources" aria-labelledby="section-sources"><h2 id="section-sources">{words["sources"]}</h2>'
        f"<ol>{''.join(items)}</ol></section>"
    )


def citation_numbers_with_items(draft: Draft) -> list[tuple[int, Evidence]]:
    """Pairs of citation number and evidence, in order."""
    return list(enumerate(draft.evidence, start=1))


def _about(item: Evidence, draft: Draft) -> str:
    words = _WORDS[draft.language]
    origin = {Origin.INTERNAL: "internal", Origin.CUSTOMER: "customer", Origin.WEB: "web"}[item.origin]
    kind = words["computed"] if item.kind is EvidenceKind.METRIC else words[origin]
    return f"{Formatter(draft.language).day(item.as_of)}, {kind}"


def _date_line(draft: Draft) -> str:
    day = Formatter(draft.language).day(draft.as_of)
    return _WORDS[draft.language]["date"].format(day=day) + "."


def _writer_line(draft: Draft) -> str:
    words = _WORDS[draft.language]
    if draft.provenance.writer == "model":
        return words["by_model"].format(model=draft.provenance.model or "")
    return words["by_code"]


def quoted(item: Evidence, *, language: Language) -> str:
    """What the evidence says on one line; a computed deadline without the id of the sentence it comes from."""
    shown = " ".join(item.text.split())
    return _DEADLINE.sub(f"{_WORDS[language]['due']}: ", shown) if item.kind is EvidenceKind.METRIC else shown


def _markdown_text(text: str) -> str:
    """Escape what Markdown would take for markup or for a link or image of a third party."""
    escaped = "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in " ".join(text.split()))
    return _WWW.sub(r"\1\\.", escaped.replace("://", "\\://"))
