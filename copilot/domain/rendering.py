"""Drafts as files a person can read, print, or load into another program.

Invariant: the bytes depend on the draft alone. The same draft gives the same bytes on any machine, because
an approval is bound to them; everything that was not written by us is escaped.
"""

import json
import re
from collections.abc import Mapping
from html import escape

from copilot.domain.destinations import Email
from copilot.domain.drafts import Draft, DraftKind, Segment
from copilot.domain.rendering_crm import CRM_FILE, render_crm_update
from copilot.domain.rendering_docx import render_docx
from copilot.domain.rendering_email import ATTACHMENTS, MESSAGE_FILE, plain_text, render_message
from copilot.domain.rendering_words import (
    WORDS,
    about,
    citation_numbers,
    citation_numbers_with_items,
    date_line,
    quoted,
    writer_line,
)
from copilot.domain.rendering_xlsx import render_xlsx
from copilot.errors import InputError

_WWW = re.compile(r"\b(www)\.", re.IGNORECASE)
"""What some readers of Markdown make a link of without being asked."""

_SAFE_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,99}")
"""Of a draft's own file: plain letters, no path, short enough for an address."""
_ENDINGS = ("md", "html", "json", "docx", "xlsx")
_AS_TABLE = frozenset({DraftKind.RFP_ANSWER})

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


def render_deliverables(draft: Draft, *, attachments: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """File name -> the bytes that a release may send.

    An email is `message.eml`, with `attachments` (by name) in it, a CRM update `crm-update.json`; anything else is
    `<kind>.md`, `.html`, `.json` and `.docx`, and `.xlsx` where the answers belong in a table, and beside them the
    draft's own files as they are in `attachments`.
    Raises InputError if an address or an attachment cannot be used.
    """
    if draft.email is not None:
        if set(draft.recipients) != _contacts(draft.email):
            raise InputError("This email goes to other people than its draft names.", hint="Create the draft again.")
        return {MESSAGE_FILE: render_message(draft, draft.email, attachments or {})}
    if draft.crm is not None:
        return {CRM_FILE: render_crm_update(draft, draft.crm)}
    return _files(draft) | _own_files(draft, attachments or {})


def render_redacted(draft: Draft) -> dict[str, bytes]:
    """The same for a version whose content was overwritten; it is never released, and this never fails.

    Overwritten addresses are none, so an email is its text alone. What is attached is emptied: it may name the
    person in a form that cannot be searched.
    """
    if draft.email is None:
        bare = draft.model_copy(update={"files": ()})
        return render_deliverables(bare) | {item.name: b"" for item in draft.files}
    attached = {f"{ATTACHMENTS}{item.name}": b"" for item in draft.email.attachments}
    return attached | {MESSAGE_FILE: plain_text(draft).encode()}


def _files(draft: Draft) -> dict[str, bytes]:
    kind = draft.kind.value
    files = {
        f"{kind}.md": render_markdown(draft).encode(),
        f"{kind}.html": render_html(draft).encode(),
        f"{kind}.json": render_json(draft).encode(),
        f"{kind}.docx": render_docx(draft),
    }
    return files | ({f"{kind}.xlsx": render_xlsx(draft)} if draft.kind in _AS_TABLE else {})


def _own_files(draft: Draft, attachments: Mapping[str, bytes]) -> dict[str, bytes]:
    """Those that the draft names, under names that any file system takes and that no other file has."""
    names = [item.name for item in draft.files]
    taken = {name.casefold() for name in names} | {f"{draft.kind.value}.{ending}" for ending in _ENDINGS}
    if not all(map(_SAFE_NAME.fullmatch, names)) or len(taken) < len(names) + len(_ENDINGS):
        raise InputError("A file of this draft has a name that cannot be used.", hint="Give each a plain name.")
    if set(names) != attachments.keys():
        raise InputError("The files are not those that the draft names.", hint="Create the draft again.")
    return {name: attachments[name] for name in names}


def _contacts(email: Email) -> set[str]:
    return {box.contact_id for box in (*email.to, *email.cc) if box.contact_id}


def render_json(draft: Draft) -> str:
    """The draft with the citation number of every evidence item; keys sorted."""
    numbers = citation_numbers(draft)
    payload = draft.model_dump(mode="json")
    for item in payload["evidence"]:
        item["number"] = numbers[item["id"]]
    return json.dumps(payload, ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def render_markdown(draft: Draft) -> str:
    """Headings, sentences with `[n]`, and the numbered source list."""
    words, numbers = WORDS[draft.language], citation_numbers(draft)
    lines = [f"# {_markdown_text(draft.title)}", "", f"*{date_line(draft)} {words['draft']}*", ""]
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
        origin = _markdown_text(about(item, language=draft.language))
        lines.append(f"[{numbers[item.id]}] {_markdown_text(item.label)} · {origin}: “{quote}”  ")
    return "\n".join([*lines, "", f"*{writer_line(draft)}*", ""])


def render_html(draft: Draft) -> str:
    """One self-contained page: no script, no outside resource, printable, with links both ways."""
    words, numbers = WORDS[draft.language], citation_numbers(draft)
    body = [
        f"<h1>{escape(draft.title)}</h1>",
        f'<p class="meta">{escape(date_line(draft))} {escape(words["draft"])}</p>',
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
    body.append(f'<p class="meta">{escape(writer_line(draft))}</p>')
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
    words = WORDS[draft.language]
    items = []
    for number, item in citation_numbers_with_items(draft):
        how = f' <span class="quote">({escape(words["how"])}: {escape(item.formula)})</span>' if item.formula else ""
        quote = escape(quoted(item, language=draft.language))
        items.append(
            f'<li id="source-{number}" value="{number}"><strong>{escape(item.label)}</strong> · '
            f"{escape(about(item, language=draft.language))}: <q>{quote}</q>{how}</li>"
        )
    return (
        f'<section class="sources" aria-labelledby="section-sources"><h2 id="section-sources">{words["sources"]}</h2>'
        f"<ol>{''.join(items)}</ol></section>"
    )


def _markdown_text(text: str) -> str:
    """Escape what Markdown would take for markup or for a link or image of a third party."""
    escaped = "".join(f"\\{char}" if char in "\\`*_[]<>#|" else char for char in " ".join(text.split()))
    return _WWW.sub(r"\1\\.", escaped.replace("://", "\\://"))
