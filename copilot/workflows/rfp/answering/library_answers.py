"""Answers from the answer library: word for word where the same was asked, else as one source among others.

Invariant: only an approved entry is used; it goes out as approved only if it is current, in the question's language and
answers a question that means the same. What was approved is not shortened, joined or translated and still called so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from copilot.domain.answer_library import EntryState, LibraryEntry
from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import Notice, NoticeCode
from copilot.store.answer_library import entry_evidence
from copilot.workflows.chat.told import Told
from copilot.workflows.reading.text import sentence_spans
from copilot.workflows.reading.types import Side
from copilot.workflows.rfp.answering.contract import LibraryMatch
from copilot.workflows.rfp.answering.same_question import asks_the_same

_ALIKE_ENOUGH = 0.5
"""Of the questions, for an entry to be looked at as a source."""
_MOST_SOURCES = 3


@dataclass(frozen=True, slots=True)
class Exact:
    """An entry that answers the question as it stands."""

    match: LibraryMatch
    notices: tuple[Notice, ...]
    """Why it cannot go out as approved; none: it can."""


def exact_entry(question: Question, matches: Sequence[LibraryMatch], *, today: date) -> Exact | None:
    """The best entry that was asked the same; current ones in the question's language come first."""
    same = [
        Exact(item, notices_of(item, question.language, today=today))
        for item in matches
        if item.entry.state is EntryState.APPROVED and asks_the_same(question.text, item.entry.question)
    ]
    return min(same, key=lambda item: (len(item.notices), -item.match.likeness, item.match.entry.id), default=None)


def notices_of(match: LibraryMatch, language: Language, *, today: date) -> tuple[Notice, ...]:
    """What a reviewer should know about an entry."""
    entry, found = match.entry, []
    if is_stale(entry, today=today) and entry.review_by is not None:
        found.append(Notice(code=NoticeCode.STALE, detail=entry.review_by.isoformat()))
    if match.source_changed:
        found.append(Notice(code=NoticeCode.SOURCE_CHANGED, evidence_id=evidence_of(entry, today=today).id))
    if entry.language is not language:
        found.append(Notice(code=NoticeCode.OTHER_LANGUAGE, detail=entry.language.value))
    return tuple(found)


def is_stale(entry: LibraryEntry, *, today: date) -> bool:
    """From the day after its review date on."""
    return entry.review_by is not None and today > entry.review_by


def evidence_of(entry: LibraryEntry, *, today: date) -> Evidence:
    """The answer as something to cite, as the store tells it."""
    # An entry that nobody approved is never used; the day stands in only for a reader that keeps none.
    told = entry.model_copy(update={"approved_at": entry.approved_at or datetime.combine(today, time(), UTC)})
    evidence = entry_evidence(told)
    if evidence is None:
        raise ValueError("an approved entry is evidence")
    return evidence


def sentences_of(entry: LibraryEntry) -> tuple[str, ...]:
    """Of the answer, each in its own characters."""
    spans = sentence_spans(entry.answer, 0, len(entry.answer))
    return tuple(text for start, end in spans if (text := entry.answer[start:end].strip()))


def told_of(matches: Sequence[LibraryMatch], *, today: date, rank: int, first: int) -> tuple[Told, ...]:
    """What approved entries say to like questions, as sentences to be judged: the question, then its answer."""
    told: list[Told] = []
    usable = [item for item in matches if item.likeness >= _ALIKE_ENOUGH and item.entry.state is EntryState.APPROVED]
    for place, match in enumerate(usable[:_MOST_SOURCES]):
        entry, evidence = match.entry, evidence_of(match.entry, today=today)
        for text in (entry.question if entry.question.rstrip().endswith("?") else "", *sentences_of(entry)):
            if text:
                told.append(_told(text, entry, evidence, rank=rank + place, order=first + len(told)))
    return tuple(told)


def _told(text: str, entry: LibraryEntry, evidence: Evidence, *, rank: int, order: int) -> Told:
    return Told(
        text=text,
        evidence=evidence,
        within=evidence,
        language=entry.language,
        day=evidence.as_of,
        title=entry.question,
        kind=DocumentKind.KNOWLEDGE,
        speaker=None,
        side=Side.US,
        heading=entry.question,
        passage_id=f"library:{entry.id}",
        rank=rank,
        order=order,
    )
