"""Sentences that the CRM holds: bodies of activities and tickets, what a ticket is called, comments of surveys.

Invariant: a sentence is the field's own characters and cites that field of that record, and whoever names its author
and day cites the fields that hold them; a text that tries to instruct
an assistant is set apart, whoever logged it. What is logged beside a document of the same words is judged like any
other: the answer shows it once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import DocumentKind
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language, detect
from copilot.domain.periods import Period
from copilot.domain.records import Activity, ActivityKind, Direction, Record
from copilot.guardrails.injection import instruction_in
from copilot.store.account_facts import AccountFactsRepository
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.told import Telling, Told
from copilot.workflows.reading.text import sentence_spans, stems
from copilot.workflows.reading.types import Side

MOST_RECORDS = 16
"""Texts of records beside one question: those that share most words with it, then the newest."""


@dataclass(frozen=True, slots=True)
class _Text:
    """One field of one record that holds sentences."""

    record: Record
    field: str
    text: str
    day: date
    title: str
    kind: DocumentKind
    speaker: str | None
    side: Side
    framed_by: tuple[str, ...]
    """The fields of the record that say who, when and under what title."""


def tell_records(
    account_ids: Sequence[str], question: str, scene: Scene, *, period: Period | None, first: int
) -> Telling:
    """The sentences of records of these accounts that may bear on the question. `first`: their first `order`."""
    sentences: list[Told] = []
    withheld = 0
    for account_id in account_ids:
        facts = AccountFactsRepository(scene.uow).gather(account_id, viewer=scene.viewer, today=scene.today)
        book = EvidenceBook(facts, language=scene.language)
        texts = [text for text in _texts(facts) if _is_in_time(text.day, period, scene.today)]
        for rank, text in enumerate(_nearest(texts, question, scene.language)):
            if instruction_in(text.text) is not None:
                withheld += 1
                continue
            evidence = book[book.record(text.record, text.field)]
            frame = tuple(book[book.record(text.record, field)] for field in text.framed_by)
            place = first + len(sentences)
            sentences += _told(text, evidence, frame, prior=scene.language, rank=rank, first=place)
    return Telling(tuple(sentences), withheld)


def _is_in_time(day: date, period: Period | None, today: date) -> bool:
    return day <= today and (period is None or period.contains(day))


def _nearest(texts: Sequence[_Text], question: str, language: Language) -> list[_Text]:
    wanted = stems(question, language)
    shared = {id(text): len(wanted & stems(text.text, language)) for text in texts}
    return sorted(texts, key=lambda text: (-shared[id(text)], -text.day.toordinal()))[:MOST_RECORDS]


def _texts(facts: AccountFacts) -> Iterator[_Text]:
    for activity in facts.activities:
        if activity.body:
            yield _of_activity(activity, activity.body)
    for ticket in facts.tickets:
        day = ticket.opened_at.astimezone(UTC).date()
        for field, text in (("subject", ticket.subject), ("body", ticket.body)):
            if text:
                kind, framed_by = DocumentKind.KNOWLEDGE, ("opened_at", "subject")
                yield _Text(ticket, field, text, day, ticket.subject, kind, None, Side.CUSTOMER, framed_by)
    for survey in facts.surveys:
        if survey.comment:
            day = survey.answered_on
            kind = DocumentKind.EMAIL if survey.contact_name else DocumentKind.KNOWLEDGE
            title = survey.kind.value
            speaker = survey.contact_name
            framed_by = ("answered_on", "contact_name" if speaker else "kind")
            yield _Text(survey, "comment", survey.comment, day, title, kind, speaker, Side.CUSTOMER, framed_by)


def _of_activity(activity: Activity, body: str) -> _Text:
    inbound = activity.direction is Direction.INBOUND
    is_email = activity.kind is ActivityKind.EMAIL
    moment: datetime = activity.occurred_at
    speaker = activity.author if activity.author and "@" not in activity.author else None
    return _Text(
        record=activity,
        field="body",
        text=body,
        day=moment.astimezone(UTC).date(),
        title=activity.subject or activity.kind.value,
        # What is logged of a call is a note on it, in the words of who logged it.
        kind=DocumentKind.EMAIL if is_email else DocumentKind.NOTE,
        speaker=speaker,
        side=Side.CUSTOMER if inbound else Side.US,
        framed_by=("occurred_at", "author" if speaker else "subject" if activity.subject else "kind"),
    )


def _told(
    text: _Text, evidence: Evidence, frame: tuple[Evidence, ...], *, prior: Language, rank: int, first: int
) -> Iterator[Told]:
    language = detect(text.text, prior=prior)
    for place, (start, end) in enumerate(sentence_spans(text.text, 0, len(text.text))):
        yield Told(
            text=text.text[start:end],
            evidence=evidence,
            within=evidence,
            language=language,
            day=text.day,
            title=text.title,
            kind=text.kind,
            speaker=text.speaker,
            side=text.side,
            heading=text.title,
            passage_id=evidence.id,
            rank=rank,
            order=first + place,
            frame=frame,
        )
