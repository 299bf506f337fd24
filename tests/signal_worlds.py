"""Accounts with records of every kind that signals are computed from, dated around one day."""

import random
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy.orm import Session

from copilot.domain.identity import stable_id
from copilot.store.tables.base import Base
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import (
    AccountRow,
    ActivityRow,
    ContactRow,
    InvoiceRow,
    OpportunityRow,
    SourceFileRow,
    SurveyRow,
    TicketRow,
    UsagePointRow,
)

TODAY = date(2026, 11, 16)
AS_OF = date(2026, 11, 13)
ACCOUNTS = tuple(f"acc_{number:020}" for number in range(1, 5))
PEOPLE = ("Ana Ruiz", "ana ruiz ", "Bob Stone", None)


def add_accounts(session: Session, account_ids: Iterable[str] = ACCOUNTS, **columns: Any) -> None:
    """Customers since 2024, unless told otherwise."""
    facts: dict[str, Any] = {"lifecycle": "customer", "customer_since": date(2024, 1, 1), "seats_licensed": 70}
    facts |= {"arr": Decimal(84000), "currency": "EUR", "segment": "Mid", "renewal_date": date(2027, 1, 31)}
    session.add_all(
        AccountRow(**head(account_id), name=account_id, search_key=account_id, **facts | columns)
        for account_id in account_ids
    )
    session.flush()


def head(record_id: str) -> dict[str, Any]:
    """The columns that every record has."""
    return {
        "id": record_id,
        "source_system": "test",
        "source_id": record_id,
        "as_of": AS_OF,
        "content_hash": "x",
    }


def noon(day: date) -> datetime:
    """A moment of the day."""
    return datetime.combine(day, time(12), tzinfo=UTC)


class Records:
    """Makes records that begin on a day; what happens to them afterwards happens on a later one, till `until`."""

    def __init__(self, seed: int, *, until: date = date.max) -> None:
        self._until = until
        self._draw = random.Random(seed)  # noqa: S311 - the same records each time
        self._seed = seed
        self._made = 0

    def of(self, kind: str, account_id: str, day: date) -> list[Base]:
        """One record (a text with its file), dated on the day."""
        self._made += 1
        record_id = stable_id(_TYPES[kind], str(self._seed), str(self._made))
        made: list[Base] = getattr(self, f"_{kind}")(record_id, account_id, day)
        return made

    def _owned(self, record_id: str, account_id: str) -> dict[str, Any]:
        return {**head(record_id), "account_id": account_id}

    def _later(self, day: date) -> date:
        return min(day + timedelta(days=self._draw.choice([0, 3, 40, 200])), self._until)

    def _usage(self, record_id: str, account_id: str, day: date) -> list[Base]:
        metric = self._draw.choice(["active_users", "active_users", "exports"])
        value = Decimal(self._draw.choice([0, 7, 41, 60]))
        return [
            UsagePointRow(**self._owned(record_id, account_id), metric=metric, period_start=day, value=value),
        ]

    def _ticket(self, record_id: str, account_id: str, day: date) -> list[Base]:
        status = self._draw.choice(["open", "closed"])
        return [
            TicketRow(
                **self._owned(record_id, account_id),
                subject="s",
                priority=self._draw.choice(["P1", "P2", "P3", None]),
                status=status,
                opened_at=noon(day),
                closed_at=noon(self._later(day)) if status == "closed" else None,
            )
        ]

    def _survey(self, record_id: str, account_id: str, day: date) -> list[Base]:
        return [
            SurveyRow(
                **self._owned(record_id, account_id),
                kind=self._draw.choice(["NPS", "CSAT", "CES"]),
                score=Decimal(self._draw.choice([1, 3, 5])),
                answered_on=day,
            )
        ]

    def _contact(self, record_id: str, account_id: str, day: date) -> list[Base]:
        stance = self._draw.choice(["champion", "neutral"])
        return [ContactRow(**self._owned(record_id, account_id), name="n", stance=stance, left_on=day)]

    def _activity(self, record_id: str, account_id: str, day: date) -> list[Base]:
        return [
            ActivityRow(
                **self._owned(record_id, account_id),
                kind=self._draw.choice(["email", "email", "call", "note"]),
                occurred_at=noon(day) + timedelta(minutes=self._made),
                direction=self._draw.choice(["inbound", "outbound"]),
                author=self._draw.choice(PEOPLE),
            )
        ]

    def _invoice(self, record_id: str, account_id: str, day: date) -> list[Base]:
        paid_on = self._draw.choice([None, self._later(day)])
        return [
            InvoiceRow(
                **self._owned(record_id, account_id),
                number=record_id,
                issued_on=day,
                due_on=day + timedelta(days=30),
                paid_on=paid_on,
                status="open" if paid_on is None else "paid",
            )
        ]

    def _deal(self, record_id: str, account_id: str, day: date) -> list[Base]:
        status = self._draw.choice(["open", "won", "lost"])
        return [
            OpportunityRow(
                **self._owned(record_id, account_id),
                name="d",
                kind="expansion",
                status=status,
                created_on=day,
                close_date=self._later(day),
            )
        ]

    def _text(self, record_id: str, account_id: str, day: date) -> list[Base]:
        return [
            SourceFileRow(
                id=record_id,
                root="test",
                path=record_id,
                sha256="x",
                media_type="text/plain",
                size_bytes=1,
                imported_at=noon(TODAY),
            ),
            DocumentRow(
                id=record_id,
                source_file_id=record_id,
                account_id=account_id,
                title="t",
                kind=self._draw.choice(["email", "transcript"]),
                text="",
                text_sha256="x",
                blocks=[],
                media_type="text/plain",
                origin="customer",
                authored_at=noon(day) + timedelta(minutes=self._made),
                author=self._draw.choice(PEOPLE),
                direction=self._draw.choice(["inbound", "outbound"]),
                imported_at=noon(TODAY),
            ),
        ]


_TYPES = {
    "usage": "usage_point",
    "ticket": "ticket",
    "survey": "survey",
    "contact": "contact",
    "activity": "activity",
    "invoice": "invoice",
    "deal": "opportunity",
    "text": "document",
}
KINDS = tuple(_TYPES)


def add_records(session: Session, made: Iterable[list[Base]]) -> None:
    """Store them, files before texts."""
    rows = [row for several in made for row in several]
    for texts in (False, True):
        session.add_all(row for row in rows if isinstance(row, DocumentRow) is texts)
        session.flush()
