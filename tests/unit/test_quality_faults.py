"""Planted faults: one sentence, one change, known by name."""

from datetime import UTC, date, datetime

import pytest

from copilot.approvals.quality.faults import Fault, faulty_drafts
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.language import Language


def draft(*texts: str, language: Language = Language.EN, cited: bool = True) -> Draft:
    segments = tuple(
        Segment(id=f"facts.{number}", text=text, evidence_ids=("record:a:b",) if cited else ())
        for number, text in enumerate(texts, 1)
    )
    return Draft(
        kind=DraftKind.BRIEF,
        audience=Audience.INTERNAL,
        language=language,
        title="Brief",
        account_id=None,
        account_name=None,
        as_of=date(2026, 11, 16),
        written_at=datetime(2026, 11, 16, tzinfo=UTC),
        sections=(Section(key="facts", title="Facts", segments=segments),),
        evidence=(),
        provenance=Provenance(writer="offline", code_version="test"),
    )


def planted(text: str, language: Language) -> dict[Fault, set[str]]:
    found: dict[Fault, set[str]] = {}
    for faulty in faulty_drafts(draft(text, language=language), seed="a"):
        found.setdefault(faulty.fault, set()).add(next(faulty.draft.segments()).text)
    return found


@pytest.mark.parametrize(
    ("language", "text", "fault", "wrong"),
    [
        (Language.EN, "The contract is signed.", Fault.NEGATION, "The contract is not signed."),
        (Language.ES, "El contrato está firmado.", Fault.NEGATION, "El contrato no está firmado."),
        (Language.EN, "Ada asked for a discount.", Fault.CERTAINTY, "Ada agreed to a discount."),
        (Language.ES, "Marta propuso una ampliación.", Fault.CERTAINTY, "Marta firmó una ampliación."),
        (Language.EN, "Usage rose in May.", Fault.OPPOSITE, "Usage fell in May."),
        (Language.ES, "El uso bajó en mayo.", Fault.OPPOSITE, "El uso subió en mayo."),
        (Language.EN, "40 of 55 seats are used.", Fault.SWAPPED_FIGURES, "55 of 40 seats are used."),
        (Language.ES, "De 1.200 € a 1.500 €.", Fault.SWAPPED_FIGURES, "De 1.500 € a 1.200 €."),
    ],
)
def test_each_fault_in_both_languages(language: Language, text: str, fault: Fault, wrong: str) -> None:
    assert wrong in planted(text, language)[fault]


@pytest.mark.parametrize("text", ["The contract is not signed.", "Nothing to see here."])
def test_what_offers_no_place_stays_right(text: str) -> None:
    assert planted(text, Language.EN) == {}


def test_a_customers_words_stay_theirs() -> None:
    assert planted("He wrote: “it is more than we planned”.", Language.EN) == {}


def test_a_sentence_without_sources_is_left_alone() -> None:
    assert not list(faulty_drafts(draft("The contract is signed.", cited=False), seed="a"))


def test_one_sentence_changes_and_is_named() -> None:
    right = draft("The contract is signed.", "Usage rose in May.", "Two seats are free.")
    for faulty in faulty_drafts(right, seed="a"):
        before = {segment.id: segment for segment in right.segments()}
        changed = [segment for segment in faulty.draft.segments() if segment != before[segment.id]]
        assert [segment.id for segment in changed] == [faulty.segment_id]
        assert changed[0].evidence_ids == before[faulty.segment_id].evidence_ids
