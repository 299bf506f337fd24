"""What speaks against a sentence of a draft: records and texts of the account that give another value for its fact.

Invariant 3: everything is read as the viewer may see it now. Both sides are handed back with their sources; none is
preferred, and a sentence that shows both sides itself has nothing against it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, Segment
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.errors import NotFound
from copilot.store.account_texts import account_texts
from copilot.store.database import UnitOfWork
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.contradictions import Contradiction, contradictions
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.brief.text_problems import contested
from copilot.workflows.reading.reader import read_claims
from copilot.workflows.reading.types import Reading


@dataclass(frozen=True, slots=True)
class CounterEvidence:
    """One source that does not agree with what a sentence rests on."""

    about: str
    """The fact, in words of the reader's language: `the renewal date`."""
    cited_says: str
    """The value in what the sentence rests on, ready to show."""
    other_says: str
    """The value in the other source."""
    evidence: Evidence
    """The other source."""


def counter_evidence(
    draft: Draft, *, viewer: Viewer, language: Language, uow: UnitOfWork
) -> dict[str, tuple[CounterEvidence, ...]]:
    """Segment id -> what speaks against it. Empty for a draft without an account, or one the viewer may not see."""
    if draft.account_id is None:
        return {}
    try:
        context = _read(draft.account_id, viewer=viewer, language=language, uow=uow)
    except NotFound:
        return {}
    known = contradictions(context)
    evidence = draft.evidence_by_id
    found = {
        segment.id: tuple(_against(segment, evidence, known, context=context)) for segment in draft.segments() if known
    }
    return {segment_id: listed for segment_id, listed in found.items() if listed}


def _read(account_id: str, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> BriefContext:
    """What `contradictions` rests on and no more: a whole brief takes many times as long. Raises NotFound."""
    facts, documents = account_texts(account_id, viewer=viewer, uow=uow)
    reading = Reading(claims=read_claims(documents, facts))
    return BriefContext(facts=facts, reading=reading, language=language, book=EvidenceBook(facts, language=language))


def _against(
    segment: Segment, evidence: Mapping[str, Evidence], known: list[Contradiction], *, context: BriefContext
) -> Iterator[CounterEvidence]:
    cited = [evidence[key] for key in segment.evidence_ids if key in evidence]
    for item in known:
        left, right = (context.book[key] for key in item.cites[:2])
        rests_on_left, rests_on_right = (_rests_on(cited, side) for side in (left, right))
        if rests_on_left == rests_on_right:
            continue
        cited_says, other_says = (item.recorded, item.claimed) if rests_on_left else (item.claimed, item.recorded)
        yield CounterEvidence(
            about=contested(context, item),
            cited_says=cited_says,
            other_says=other_says,
            evidence=right if rests_on_left else left,
        )


def _rests_on(cited: list[Evidence], side: Evidence) -> bool:
    """Whether the sentence cites this fact, a passage that holds it, or a figure computed from it."""
    return any(item.id == side.id or side.id in item.inputs or _holds(item, side) for item in cited)


def _holds(passage: Evidence, side: Evidence) -> bool:
    if passage.document_id is None or passage.document_id != side.document_id:
        return False
    if None in {passage.start, passage.end, side.start, side.end}:
        return False
    return (passage.start or 0) < (side.end or 0) and (side.start or 0) < (passage.end or 0)
