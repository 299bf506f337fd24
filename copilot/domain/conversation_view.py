"""A turn as a whole, read from its events.

Invariant: nothing is in the view that no event said; sections stand in the order in which they were first told.
"""

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from copilot.domain.conversation import (
    Citation,
    Filed,
    Finished,
    Planned,
    Sentence,
    Started,
    TurnEvent,
    TurnState,
)
from copilot.domain.plans import Candidate


class AnswerSection(BaseModel):
    """A heading with its sentences."""

    model_config = ConfigDict(frozen=True)

    title: str
    sentences: tuple[Sentence, ...]


class TurnView(BaseModel):
    """What came of one question, as its asker may see it now."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "thread_id": "thread_5f0c6f1e9b0a4a1f8a64d7f1c2b3a4d5",
                    "turn_id": "turn_9b0a4a1f8a64d7f1c2b3a4d55f0c6f1e",
                    "state": "answered",
                    "steps": ["Brief of Frigoríficos Valdemora"],
                    "sections": [],
                    "unreviewed": True,
                }
            ]
        },
    )

    thread_id: str = ""
    turn_id: str = ""
    state: TurnState = TurnState.RUNNING
    steps: tuple[str, ...] = ()
    """What was understood, in plain words."""
    sections: tuple[AnswerSection, ...] = ()
    citations: tuple[Citation, ...] = ()
    filed: tuple[Filed, ...] = ()
    """Drafts that the turn put into the queue."""
    item_id: str | None = None
    """The queue item of the answer."""
    text: str = ""
    """For a question back, a refusal, a held answer or a failure: what the reader is told."""
    reasons: tuple[str, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    suggestions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    unreviewed: bool = False
    digest: str = ""
    """Of the answer: whoever accepts or corrects it names what they read."""

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes by itself."""
        return self.state is not TurnState.RUNNING

    @property
    def sentences(self) -> tuple[Sentence, ...]:
        """Of all sections, in order."""
        return tuple(sentence for section in self.sections for sentence in section.sentences)


def view_of(events: Iterable[TurnEvent]) -> TurnView:
    """The turn that these events tell of, in order; while none of them ends it, it runs."""
    view = TurnView()
    told: dict[str, list[Sentence]] = {}
    for event in events:
        match event:
            case Started():
                view = view.model_copy(update={"thread_id": event.thread_id, "turn_id": event.turn_id})
            case Planned():
                view = view.model_copy(update={"steps": event.steps})
            case Citation():
                view = view.model_copy(update={"citations": (*view.citations, event)})
            case Sentence():
                told.setdefault(event.section, []).append(event)
            case Filed():
                view = view.model_copy(update={"filed": (*view.filed, event)})
            case Finished():
                view = view.model_copy(update=_ending(event))
    sections = tuple(AnswerSection(title=title, sentences=tuple(found)) for title, found in told.items())
    return view.model_copy(update={"sections": sections})


def _ending(event: Finished) -> dict[str, object]:
    return {name: getattr(event, name) for name in Finished.model_fields if name in TurnView.model_fields}
