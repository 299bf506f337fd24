"""Meetings of the next days, from records and from what was said lately, each with its preparation.

Invariant: a meeting is named with the record or the text that speaks of it. Of what is on record only what is shown is
read, the rest counted, and of texts only the newest, so that it costs the same however many there are.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta

from copilot.domain.access import Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.facts import record_evidence_id
from copilot.store.calendar import CalendarRepository, RecentText
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import UnitOfWork
from copilot.workflows.meeting_prep.upcoming import day_of_meeting, speaks_of_meeting
from copilot.workflows.reading.text import sentence_spans
from copilot.workflows.today.view import Card, CardKind, MeetingLine

AHEAD = timedelta(days=14)
_SAID_SINCE = timedelta(days=60)
_MOST_READ = 200
_SHOWN = 6


def meetings_card(*, viewer: Viewer, uow: UnitOfWork) -> Card:
    """Today's meetings and those of the next days, the soonest first."""
    today = uow.clock.today()
    booked = list(_booked(today, viewer=viewer, uow=uow))
    said = {(line.account_id, line.day): line for line in _said(today, viewer=viewer, uow=uow)}
    # A record knows the hour, so it replaces what a text says of the same day; two records are two meetings.
    on_record = _on_record(today, {account_id for account_id, _ in said}, viewer=viewer, uow=uow)
    only_said = [line for day, line in said.items() if day not in on_record]
    lines = sorted([*booked, *only_said], key=lambda line: (line.day, line.at is None, line.at, line.account_name))
    shown = tuple(_with_preparation(line, viewer=viewer, uow=uow) for line in lines[:_SHOWN])
    whole = len(booked) < _SHOWN
    number = len(booked) if whole else CalendarRepository(uow).number_booked(today, today + AHEAD, viewer=viewer)
    return Card(kind=CardKind.MEETINGS, total=number + len(only_said), address="/accounts", lines=shown)


def _on_record(
    today: date, account_ids: Collection[str], *, viewer: Viewer, uow: UnitOfWork
) -> frozenset[tuple[str, date]]:
    """Days on which something is on record with these accounts, of which a text spoke."""
    if not account_ids:
        return frozenset()
    found = CalendarRepository(uow).booked(today, today + AHEAD, account_ids=account_ids, viewer=viewer)
    return frozenset((item.account_id, item.at.date()) for item in found)


def _booked(today: date, *, viewer: Viewer, uow: UnitOfWork) -> Iterator[MeetingLine]:
    for item in CalendarRepository(uow).booked(today, today + AHEAD, viewer=viewer, limit=_SHOWN):
        evidence_id = record_evidence_id(item.activity_id, "occurred_at")
        yield MeetingLine(
            account_id=item.account_id,
            account_name=item.account_name,
            day=item.at.date(),
            at=item.at,
            said_in=item.subject,
            address=f"/accounts/{item.account_id}/evidence/{evidence_id}",
        )


def _said(today: date, *, viewer: Viewer, uow: UnitOfWork) -> Iterator[MeetingLine]:
    """The latest word on a day comes last, and stands."""
    texts = CalendarRepository(uow).recent_texts(today - _SAID_SINCE, viewer=viewer, limit=_MOST_READ)
    for text in reversed(texts):
        if text.day <= today and speaks_of_meeting(text.text):
            yield from _in_text(text, today)


def _in_text(text: RecentText, today: date) -> Iterator[MeetingLine]:
    for begin, end in text.parts:
        for start, stop in sentence_spans(text.text, begin, end):
            day = day_of_meeting(text.text[start:stop], said_on=text.day, after=today)
            if day is not None and day <= today + AHEAD:
                yield MeetingLine(
                    account_id=text.account_id,
                    account_name=text.account_name,
                    day=day,
                    said_in=text.title,
                    address=f"/documents/{text.document_id}?start={start}&end={stop}#passage",
                )


def _with_preparation(line: MeetingLine, *, viewer: Viewer, uow: UnitOfWork) -> MeetingLine:
    item_id = CitedWorkRepository(uow).latest_item_id(
        line.account_id, kind=DraftKind.MEETING_PREP, viewer=viewer
    )  # fmt: skip
    return line if item_id is None else line.model_copy(update={"preparation": f"/queue/{item_id}"})
