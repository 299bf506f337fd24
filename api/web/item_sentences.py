"""The sentences of a draft for its reviewer: how each is carried, by what, and what speaks against it.

Invariant: what is shown of a source is its own words, with the part marked that the sentence rests on; nothing is
left out because there is much of it, and "none found" is said only where it was looked for.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from api.web.document_view import Piece
from api.web.highlights import carries, marked_spans, quoted
from copilot.approvals.service import ReviewView
from copilot.approvals.support import Support, support_of
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft, Section, Segment
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.findings import Finding, Severity
from copilot.domain.language import Language
from copilot.domain.review_items import OPEN, RECALLABLE, UNDECIDED
from copilot.domain.unseen import names_in
from copilot.guardrails.grounding.rules import CONTRADICTING
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.workflows.counter_evidence import CounterEvidence, counter_evidence


class Today(StrEnum):
    """What a source says now, compared with when it was cited."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    """It is no longer there, or the viewer may not see it."""
    COMPUTED = "computed"
    """A figure; compared when the draft is released."""


@dataclass(frozen=True, slots=True)
class Cited:
    """One source of a sentence."""

    number: int
    evidence: Evidence
    pieces: list[Piece]
    """Of a passage: its words, what the sentence rests on marked."""
    carries: bool
    """Of a field or a figure: whether its value is in the sentence."""
    today: Today
    now: Evidence | None
    """What the source says now, if that is something else."""


@dataclass(frozen=True, slots=True)
class Against:
    """What speaks against a sentence."""

    sources: tuple[CounterEvidence, ...]
    findings: tuple[Finding, ...]
    """Checks that saw a cited source say the opposite."""

    @property
    def found(self) -> bool:
        return bool(self.sources or self.findings)


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence with everything a reviewer weighs it by."""

    segment: Segment
    number: int
    pieces: list[Piece]
    support: Support
    findings: list[Finding]
    cited: list[list[Cited]]
    """By source: what comes from one record or document stands together."""
    missing: int
    """Sources it names that the draft does not have."""
    against: Against
    unseen: Mapping[tuple[str, str], int]
    accepted_by: tuple[str, ...]

    @property
    def sources(self) -> int:
        """How many sources it cites."""
        return sum(len(group) for group in self.cited)


@dataclass(frozen=True, slots=True)
class SectionView:
    section: Section
    sentences: list[Sentence]


@dataclass(frozen=True, slots=True)
class Sentences:
    """The whole draft, and whether counter-evidence was looked for."""

    sections: list[SectionView]
    searched: bool

    def counts(self) -> dict[Support, int]:
        """How many sentences there are of each support, the worst first; none of a kind: left out."""
        order = [Support.UNSUPPORTED, Support.ACCEPTED, Support.WEAK, Support.SUPPORTED, Support.NO_FACT]
        found = [item.support for section in self.sections for item in section.sentences]
        return {support: found.count(support) for support in order if support in found}

    def contested(self) -> list[Sentence]:
        """Those that something speaks against."""
        return [item for section in self.sections for item in section.sentences if item.against.found]

    def by_id(self) -> dict[str, Sentence]:
        return {item.segment.id: item for section in self.sections for item in section.sentences}


def sentences_of(view: ReviewView, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> Sentences:
    """See the module docstring."""
    draft, item = view.draft, view.item
    stoppable = item.state in UNDECIDED | RECALLABLE
    counter = counter_evidence(draft, viewer=viewer, language=language, uow=uow) if stoppable else {}
    today = _as_of_today(draft, viewer=viewer, uow=uow) if stoppable else {}
    accepted = _accepted(view)
    support = support_of(draft, view.findings, accepted=accepted)
    findings = by_sentence(view.findings)
    numbered = {item.id: (position, item) for position, item in enumerate(draft.evidence, start=1)}

    def sentence(segment: Segment, number: int) -> Sentence:
        own = findings.get(segment.id, [])
        return Sentence(
            segment=segment,
            number=number,
            pieces=_with_findings(segment, own),
            support=support[segment.id],
            findings=own,
            cited=_cited(segment, numbered, language=draft.language, today=today if stoppable else None),
            missing=len(set(segment.evidence_ids) - numbered.keys()),
            against=Against(
                sources=counter.get(segment.id, ()),
                findings=tuple(found for found in own if found.rule in CONTRADICTING),
            ),
            unseen=names_in(segment.text),
            accepted_by=accepted.get(segment.id, ()),
        )

    return Sentences(
        sections=[
            SectionView(section, [sentence(segment, number) for number, segment in enumerate(section.segments, 1)])
            for section in draft.sections
        ],
        searched=stoppable and draft.account_id is not None,
    )


def by_sentence(findings: Sequence[Finding]) -> dict[str | None, list[Finding]]:
    """Findings by the sentence they are about; None for those about the whole draft. The most severe first."""
    found: dict[str | None, list[Finding]] = {}
    for finding in sorted(findings, key=lambda item: -item.severity.rank):
        found.setdefault(finding.segment_id, []).append(finding)
    return found


def _accepted(view: ReviewView) -> dict[str, tuple[str, ...]]:
    """Segment id -> names of those who accepted it by name, of whose approval counts."""
    found: dict[str, tuple[str, ...]] = {}
    for line in view.votes:
        for segment_id in line.vote.accepted_segments if line.voided_at is None else ():
            found[segment_id] = (*found.get(segment_id, ()), line.voter_name)
    if view.item.state not in OPEN and view.entry.decider_name is not None:
        for segment_id in view.item.accepted_segments:
            found.setdefault(segment_id, (view.entry.decider_name,))
    return found


def _with_findings(segment: Segment, findings: Collection[Finding]) -> list[Piece]:
    """The sentence with the characters marked that a finding is about."""
    spans = [
        (item.start, item.end)
        for item in findings
        if item.start is not None and item.end is not None and item.severity is not Severity.INFO
    ]
    return marked_spans(segment.text, spans)


def _cited(
    segment: Segment,
    numbered: Mapping[str, tuple[int, Evidence]],
    *,
    language: Language,
    today: Mapping[str, Evidence] | None,
) -> list[list[Cited]]:
    groups: dict[tuple[str, str, str], list[Cited]] = {}
    for number, item in (numbered[key] for key in dict.fromkeys(segment.evidence_ids) if key in numbered):
        source = (item.label, item.as_of.isoformat(), item.kind.value + item.origin.value)
        groups.setdefault(source, []).append(_source(segment, number, item, language=language, today=today))
    return list(groups.values())


def _source(
    segment: Segment, number: int, item: Evidence, *, language: Language, today: Mapping[str, Evidence] | None
) -> Cited:
    passage = item.kind is EvidenceKind.PASSAGE
    now = today.get(item.id) if today is not None else None
    if today is None or item.kind is EvidenceKind.METRIC:
        state = Today.COMPUTED
    elif now is None:
        state = Today.GONE
    else:
        state = Today.SAME if now.content_hash == item.content_hash else Today.CHANGED
    return Cited(
        number=number,
        evidence=item,
        pieces=quoted(segment.text, item.text, language=language) if passage else [],
        carries=not passage and carries(segment.text, item.text, language=language),
        today=state,
        now=now if state is Today.CHANGED else None,
    )


def _as_of_today(draft: Draft, *, viewer: Viewer, uow: UnitOfWork) -> dict[str, Evidence]:
    """Records and passages as they are now, as far as the viewer may see them."""
    wanted = [item.id for item in draft.evidence if item.kind is not EvidenceKind.METRIC]
    return EvidenceRepository(uow).read(wanted, viewer=viewer) if wanted else {}
