"""Files of a brief: deterministic, escaped, self-contained, with sources that can be followed."""

import json
import re
from datetime import UTC, date, datetime
from typing import Any

from lxml import html
from markdown_it import MarkdownIt

from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.language import Language
from copilot.domain.rendering import render_deliverables

HOSTILE = '<script>alert(1)</script> [click](https://evil.example/x) ![i](http://evil.example/y) *a* "b" & c'


def draft(language: Language = Language.ES, text: str = "Renueva el 31 de enero de 2027.") -> Draft:
    evidence = (
        Evidence(
            id="record:acc_1:renewal_date", kind=EvidenceKind.RECORD, text="renewal_date: 2027-01-31",
            label="HubSpot · Cuenta «X»", as_of=date(2026, 11, 13), account_id="acc_1",
        ),
        Evidence(
            id="passage:psg_1:0-5", kind=EvidenceKind.PASSAGE, text=HOSTILE, label=HOSTILE, as_of=date(2026, 11, 1),
            origin=Origin.CUSTOMER, account_id="acc_1", document_id="doc_1", start=0, end=5,
        ),
    )  # fmt: skip
    segment = Segment(id="summary.1", text=text, evidence_ids=tuple(item.id for item in evidence))
    return Draft(
        kind=DraftKind.BRIEF,
        audience=Audience.INTERNAL,
        language=language,
        title=f"Informe: {HOSTILE}",
        account_id="acc_1",
        account_name="X",
        as_of=date(2026, 11, 16),
        written_at=datetime(2026, 11, 16, 9, tzinfo=UTC),
        sections=(
            Section(key="summary", title="En dos frases", segments=(segment,)),
            Section(key="people", title="Personas", segments=(segment.model_copy(update={"id": "people.1"}),)),
        ),
        evidence=evidence,
        provenance=Provenance(writer="offline", code_version="0"),
    )


def test_the_same_draft_gives_the_same_bytes() -> None:
    assert render_deliverables(draft()) == render_deliverables(draft())
    assert sorted(render_deliverables(draft())) == ["brief.docx", "brief.html", "brief.json", "brief.md"]


def test_html_is_self_contained_and_nothing_foreign_is_markup() -> None:
    page = render_deliverables(draft(text=HOSTILE))["brief.html"].decode()
    tree: Any = html.fromstring(page.encode(), parser=html.HTMLParser(encoding="utf-8"))
    assert tree.xpath("//script | //img | //link | //iframe | //*[@src]") == []
    assert all(href.startswith("#source-") for href in tree.xpath("//a/@href"))
    assert "default-src 'none'" in page
    assert HOSTILE in tree.xpath("string(//main)")


def test_every_citation_leads_to_its_source() -> None:
    tree: Any = html.fromstring(render_deliverables(draft())["brief.html"])
    targets = {href.removeprefix("#") for href in tree.xpath("//a/@href")}
    assert targets == set(tree.xpath("//li[starts-with(@id,'source-')]/@id"))
    assert tree.get("lang") == "es"
    assert len(tree.xpath("//h1")) == 1
    assert all(tree.get_element_by_id(name) is not None for name in tree.xpath("//section/@aria-labelledby"))


def test_markdown_escapes_links_images_and_markup_of_others() -> None:
    text = render_deliverables(draft())["brief.md"].decode()
    rendered = MarkdownIt("commonmark", {"linkify": True}).render(text)
    assert not re.search(r"<(?:a|img|script|em>a)\b", rendered.replace("<em>Datos", "").replace("<em>Redactado", ""))
    assert "Renueva el 31 de enero de 2027. [1][2]" in text
    assert "[1] HubSpot · Cuenta «X» · 13 de noviembre de 2026, interno: “renewal\\_date: 2027-01-31”" in text


def test_json_carries_the_draft_and_the_numbers() -> None:
    content = json.loads(render_deliverables(draft(Language.EN))["brief.json"])
    assert [item["number"] for item in content["evidence"]] == [1, 2]
    assert content["sections"][0]["segments"][0]["evidence_ids"] == ["record:acc_1:renewal_date", "passage:psg_1:0-5"]


def test_both_languages_name_the_writer() -> None:
    assert "Redactado sin modelo" in render_deliverables(draft())["brief.md"].decode()
    assert "Written without a model" in render_deliverables(draft(Language.EN))["brief.md"].decode()
