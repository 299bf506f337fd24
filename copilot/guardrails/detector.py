"""What a detector is, and what it is given.

Invariant: a detector is a pure function of the draft (or the text) and of what was read beforehand. It has no
database and no network, so it can be stopped at its time limit without leaving anything half-done.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from copilot.domain.drafts import Draft, Segment
from copilot.domain.evidence import Evidence, Origin
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.domain.personal_data import Hints
from copilot.guardrails.surroundings import Surroundings
from copilot.guardrails.texts import explain


@dataclass(frozen=True, slots=True)
class Context:
    """A draft beside its evidence as it is now, for the person it is made for."""

    draft: Draft
    current: Mapping[str, Evidence]
    """Evidence by id, read again just now; what is gone or may not be seen is not in it."""
    snapshot: Mapping[str, Evidence] = field(default_factory=dict)
    """Evidence by id as the draft carries it."""
    surroundings: Surroundings = field(default_factory=Surroundings)
    """What the database knows around the draft: people, prices, recipients, other accounts."""
    stage: Stage = Stage.OUTPUT

    def cited(self, segment: Segment) -> tuple[Evidence, ...]:
        """What a segment rests on: as it is now, or as the draft has it where it cannot be read again."""
        found = (self.current.get(item) or self.snapshot.get(item) for item in segment.evidence_ids)
        return tuple(item for item in found if item is not None)


@dataclass(frozen=True, slots=True)
class Text:
    """A text that is no draft: what a person typed, a passage, a file."""

    content: str
    origin: Origin = Origin.INTERNAL
    hints: Hints = field(default_factory=Hints)
    stage: Stage = Stage.INPUT


@runtime_checkable
class Detector(Protocol):
    """Looks for one kind of fault in drafts."""

    @property
    def name(self) -> str:
        """Dotted name, shown when the detector itself fails; the name that `policy.toml` orders it by."""
        ...

    def inspect(self, context: Context) -> Iterable[Finding]:
        """Return what is wrong. Never changes anything."""
        ...


@runtime_checkable
class TextDetector(Protocol):
    """Looks for one kind of fault in any text. Over a draft it is run on every segment by itself."""

    @property
    def name(self) -> str:
        """As for `Detector`."""
        ...

    def inspect_text(self, text: Text) -> Iterable[Finding]:
        """Return what is wrong, with `start`/`end` in characters of `text.content`."""
        ...


@runtime_checkable
class Prepared(Protocol):
    """A detector that loads something once for the whole process, e.g. a model."""

    def prepare(self) -> None:
        """Load it if it is not loaded yet. Cheap afterwards; counted apart from the time limit."""
        ...


class OverSegments:
    """A detector of texts, run over every segment of a draft."""

    def __init__(self, detector: TextDetector) -> None:
        self._detector = detector

    @property
    def name(self) -> str:
        """That of the detector."""
        return self._detector.name

    def inspect(self, context: Context) -> Iterable[Finding]:
        """What it finds in each segment, at its place in the segment's text."""
        draft = context.draft
        hints = Hints(
            language=draft.language,
            countries=context.surroundings.countries,
            known_names=context.surroundings.known_names,
            organisations=context.surroundings.organisations,
        )
        for segment in draft.segments():
            text = Text(content=segment.text, hints=hints, stage=context.stage)
            for item in self._detector.inspect_text(text):
                yield item.model_copy(update={"segment_id": segment.id})


def finding(
    rule: str,
    severity: Severity,
    action: Action,
    *,
    segment: Segment | None = None,
    span: tuple[int, int] | None = None,
    evidence_id: str | None = None,
    values: Mapping[str, str] | None = None,
    score: float = 1.0,
) -> Finding:
    """A finding with its explanation in both languages. `values` fill the rule's text."""
    return Finding(
        rule=rule,
        severity=severity,
        action=action,
        segment_id=segment.id if segment else None,
        evidence_id=evidence_id,
        start=span[0] if span else None,
        end=span[1] if span else None,
        score=score,
        explanation=explain(rule, values or {}),
    )
