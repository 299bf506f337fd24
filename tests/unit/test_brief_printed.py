"""A brief on paper: its standing on every page, footnotes where they are cited, nothing taken for markup."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from copilot.domain.drafts import Draft, Section, Segment
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewState
from copilot.workflows.brief.printed import Standing, file_name, render_pdf
from tests.unit.draft_samples import sample_draft, sample_evidence

_UNREVIEWED = Standing(ReviewState.PENDING)
_APPROVED = Standing(ReviewState.RELEASED, "Marta Prueba", datetime(2026, 11, 17, 9, tzinfo=UTC))
_HOSTILE = "Pérez & <b>Hijos</b> <img src='x'/> </para> &amp; \u202e"


def pages_of(draft: Draft, standing: Standing = _UNREVIEWED) -> list[str]:
    """The text of each page, with single spaces."""
    reader = PdfReader(BytesIO(render_pdf(draft, standing=standing)))
    return [" ".join(page.extract_text().split()) for page in reader.pages]


def long_draft(language: Language = Language.ES, *, sentences: int = 60) -> Draft:
    """Of several pages: every sentence has a source of its own, and all cite the first."""
    sources = tuple(
        sample_evidence(id=f"record:acc_1:field_{number}", text=f"Dato {number}", label=f"Fuente {number}")
        for number in range(sentences)
    )
    said = tuple(
        Segment(id=f"s.{number}", text=f"Frase {number}.", evidence_ids=(sources[0].id, source.id))
        for number, source in enumerate(sources)
    )
    return sample_draft(*said, evidence=sources, language=language)


@pytest.mark.parametrize(("language", "words"), [(Language.ES, "SIN REVISAR"), (Language.EN, "UNREVIEWED")])
def test_what_nobody_approved_says_so_on_every_page(language: Language, words: str) -> None:
    pages = pages_of(long_draft(language))
    assert len(pages) > 1
    assert all(words in page for page in pages)
    assert f" {len(pages)}" in pages[-1]


@pytest.mark.parametrize("state", list(ReviewState))
def test_only_an_approval_that_stands_is_called_one(state: ReviewState) -> None:
    told = Standing(state, "Marta Prueba", datetime(2026, 11, 17, 9, tzinfo=UTC)).told(Language.EN)
    approved = {ReviewState.APPROVED, ReviewState.RELEASED, ReviewState.RELEASE_FAILED}
    assert told.startswith("Approved") == (state in approved)


def test_an_approved_brief_names_who_and_when_on_every_page() -> None:
    pages = pages_of(long_draft(), _APPROVED)
    assert all("Aprobado por Marta Prueba el 17 de noviembre de 2026" in page for page in pages)
    assert not any("SIN REVISAR" in page for page in pages)


def test_a_source_is_a_footnote_of_the_page_that_cites_it_first_and_only_there() -> None:
    pages = pages_of(long_draft())
    for number in range(60):
        cited = next(page for page in pages if f"Frase {number}." in page)
        note = f"Fuente {number} · 13 de noviembre de 2026, interno: “Dato {number}”"
        assert note in cited
        assert sum(note in page for page in pages) == 1


def test_names_with_markup_are_printed_as_they_are() -> None:
    source = sample_evidence(label=_HOSTILE, text=_HOSTILE)
    said = Segment(id="s.1", text=_HOSTILE, evidence_ids=(source.id,))
    [page] = pages_of(sample_draft(said, evidence=(source,), title=_HOSTILE, account_name=_HOSTILE))
    assert page.count("Pérez & <b>Hijos</b> <img src='x'/> </para> &amp;") == 4
    assert file_name(sample_draft(account_name="../../Pérez & <b>")) == "P-rez-b-2026-11-16.pdf"


def test_a_paragraph_longer_than_a_page_and_more_footnotes_than_fit_lose_nothing() -> None:
    words = " ".join(f"palabra{number}" for number in range(1_500))
    sources = tuple(sample_evidence(id=f"record:acc_1:f_{number}", label=f"Fuente{number}.") for number in range(90))
    first = Segment(id="a.1", text=words, evidence_ids=tuple(item.id for item in sources))
    told = " ".join(pages_of(sample_draft(first, evidence=sources)))
    assert all(f"palabra{number}" in told for number in range(1_500))
    assert all(f"Fuente{number}." in told for number in range(90))


def test_characters_that_the_font_lacks_are_marked_and_said() -> None:
    [page] = pages_of(sample_draft(Segment(id="s.1", text="株式会社 Łódź ﬁn → 5 €", uncited_reason="lead-in")))
    assert "◊◊◊◊ Łódz ﬁn -> 5 €" in page
    assert "no puede imprimir" in page


def test_a_sentence_without_a_source_says_so_unless_it_states_no_fact() -> None:
    sections = (
        Section(key="s", title="S", segments=(Segment(id="s.1", text="Sin nada."),)),
        Section(key="t", title="T", segments=(Segment(id="t.1", text="Esto es.", uncited_reason="lead-in"),)),
    )
    [page] = pages_of(sample_draft(sections=sections))
    assert "Sin nada. [sin fuente]" in page
    assert "Esto es. [" not in page


def test_the_same_brief_in_the_same_standing_gives_the_same_bytes() -> None:
    assert render_pdf(long_draft(), standing=_APPROVED) == render_pdf(long_draft(), standing=_APPROVED)
