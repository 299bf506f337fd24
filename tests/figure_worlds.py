"""A small company with every awkwardness that queries about figures meet, and the same figures in plain Python.

What is computed here is the reference: it reads the records as lists and knows no SQL.
"""

import random
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from copilot.domain.access import Role, Viewer
from copilot.domain.figure_queries import (
    DATES,
    MONEY,
    Condition,
    FigureQuery,
    Operator,
    Related,
    Subject,
)
from copilot.store.database import Database
from copilot.store.figure_conditions import TABLES
from copilot.store.tables.people import AccountGrantRow

TODAY = date(2026, 11, 16)
AS_OF = date(2026, 11, 13)
CURRENCIES = ("EUR", "EUR", "EUR", "USD", "gbp", None)
DAYS = (None, *(TODAY + timedelta(days=shift) for shift in (-400, -90, -1, 0, 1, 30, 90, 400)))
AMOUNTS = (None, Decimal(0), Decimal("0.01"), Decimal("86400"), Decimal("49999.99"), Decimal(50000), Decimal(120000))
WORDS = ("Áncora Ñandú", "ancora nandu", "Blue 100%", "O'Neill_x", "Straße", "Ω mega", "2027")
Record = dict[str, Any]


@dataclass
class FigureWorld:
    """Records by subject, as plain dictionaries, and who may see which account."""

    records: dict[Subject, list[Record]] = field(default_factory=dict)
    viewers: tuple[Viewer, ...] = ()
    granted: set[tuple[str, str]] = field(default_factory=set)
    team: dict[str, str | None] = field(default_factory=dict)
    """Team of each user, by email."""

    def visible(self, viewer: Viewer) -> list[Record]:
        """The accounts that the rule of `copilot.domain.access` lets the viewer see."""
        return [account for account in self.records[Subject.ACCOUNTS] if self._sees(viewer, account)]

    def _sees(self, viewer: Viewer, account: Record) -> bool:
        owner = (account["owner_email"] or "").lower()
        if viewer.role is Role.ADMIN or owner == viewer.email or (account["id"], viewer.user_id) in self.granted:
            return True
        mates = {each.email: each.user_id for each in self.viewers if each.team_id == viewer.team_id}
        is_manager = viewer.role is Role.MANAGER and viewer.team_id is not None
        return is_manager and (
            owner in mates or any((account["id"], user_id) in self.granted for user_id in mates.values())
        )


def build_world(database: Database, viewers: tuple[Viewer, ...], *, accounts: int = 24, seed: int = 7) -> FigureWorld:
    """Store the company and hand it back."""
    draw = random.Random(seed)  # noqa: S311 - the same company each time
    world = FigureWorld(viewers=viewers)
    owners = [viewer.email for viewer in viewers] + [viewers[0].email.upper(), None, "gone@tramontia.example"]
    world.records[Subject.ACCOUNTS] = [_account(draw, number, owners) for number in range(accounts)]
    ids = [account["id"] for account in world.records[Subject.ACCOUNTS]]
    for subject, make in _MAKERS.items():
        world.records[subject] = [
            {**make(draw), **_head(_PREFIXES[subject], number), "account_id": draw.choice([*ids, None])}
            for number in range(accounts * 3)
        ]
    world.granted = {(draw.choice(ids), draw.choice(viewers).user_id) for _ in range(4)}
    _store(database, world)
    return world


def _store(database: Database, world: FigureWorld) -> None:
    with database.unit_of_work() as uow:
        for subject, rows in world.records.items():
            uow.session.add_all(TABLES[subject](**row) for row in rows)
            uow.flush()
        uow.session.add_all(
            AccountGrantRow(account_id=account_id, user_id=user_id) for account_id, user_id in world.granted
        )


_PREFIXES = {
    Subject.OPPORTUNITIES: "opp",
    Subject.TICKETS: "tic",
    Subject.SURVEYS: "sur",
    Subject.ACTIVITIES: "act",
    Subject.CONTACTS: "con",
}


def _head(prefix: str, number: int) -> Record:
    return {
        "id": f"{prefix}_{number:020}",
        "source_system": "test",
        "source_id": f"{prefix}{number}",
        "as_of": AS_OF,
        "content_hash": "x",
    }


def _account(draw: random.Random, number: int, owners: list[str | None]) -> Record:
    name = f"{draw.choice(WORDS)} {number}"
    return {
        **_head("acc", number),
        "name": name,
        "search_key": name.lower(),
        "country": draw.choice(["ES", "es", "PT", "Narnia", None]),
        "industry": draw.choice([*WORDS, None]),
        "segment": draw.choice(["Enterprise", None]),
        "language": draw.choice(["es", "en", None]),
        "owner_email": draw.choice(owners),
        "lifecycle": draw.choice(["customer", "prospect", "churned", None]),
        "employees": draw.choice([None, 0, 10, 5000]),
        "annual_revenue": draw.choice(AMOUNTS),
        "arr": draw.choice(AMOUNTS),
        "currency": draw.choice(CURRENCIES),
        "seats_licensed": draw.choice([None, 0, 120]),
        "customer_since": draw.choice(DAYS),
        "renewal_date": draw.choice(DAYS),
        "churned_on": draw.choice(DAYS),
        "parent_name": draw.choice([*WORDS, None]),
    }


def _opportunity(draw: random.Random) -> Record:
    return {
        "name": draw.choice(WORDS),
        "kind": draw.choice(["renewal", "expansion", "new_business", None]),
        "stage": draw.choice([*WORDS, None]),
        "status": draw.choice(["open", "open", "won", "lost"]),
        "amount": draw.choice(AMOUNTS),
        "currency": draw.choice(CURRENCIES),
        "probability": draw.choice([None, 0, 60, 100]),
        "product_name": draw.choice([*WORDS, None]),
        "owner_name": draw.choice([*WORDS, None]),
        "created_on": draw.choice(DAYS),
        "close_date": draw.choice(DAYS),
        "stage_changed_on": draw.choice(DAYS),
        "next_step": draw.choice([*WORDS, None]),
        "lost_reason": draw.choice([*WORDS, None]),
    }


def _instant(draw: random.Random) -> datetime:
    """Near midnight, where a day in another zone would be another day."""
    day = draw.choice([day for day in DAYS if day is not None])
    return datetime(day.year, day.month, day.day, draw.choice([0, 12, 23]), 59, tzinfo=UTC)


def _ticket(draw: random.Random) -> Record:
    closed = draw.random() < 0.5
    return {
        "subject": draw.choice(WORDS),
        "priority": draw.choice(["P1", "P2", None]),
        "status": "closed" if closed else draw.choice(["open", "pending"]),
        "category": draw.choice([*WORDS, None]),
        "opened_at": _instant(draw),
        "closed_at": _instant(draw) if closed else None,
    }


def _survey(draw: random.Random) -> Record:
    return {
        "contact_name": draw.choice([*WORDS, None]),
        "kind": draw.choice(["NPS", "CSAT", "CES"]),
        "score": Decimal(draw.choice([0, 3, 5, 9])),
        "comment": draw.choice([*WORDS, None]),
        "answered_on": draw.choice([day for day in DAYS if day is not None]),
    }


def _activity(draw: random.Random) -> Record:
    return {
        "kind": draw.choice(["email", "call", "meeting", "note"]),
        "occurred_at": _instant(draw),
        "direction": draw.choice(["inbound", "outbound", "internal"]),
        "subject": draw.choice([*WORDS, None]),
        "author": draw.choice([*WORDS, None]),
    }


def _contact(draw: random.Random) -> Record:
    return {
        "name": draw.choice(WORDS),
        "email": draw.choice(["a@cliente.example", None]),
        "phone": draw.choice(["+34 000 000 011", None]),
        "title": draw.choice([*WORDS, None]),
        "stance": draw.choice(["champion", "blocker", None]),
        "language": draw.choice(["es", None]),
        "left_on": draw.choice(DAYS),
        "do_not_contact": draw.random() < 0.3,
    }


_MAKERS = {
    Subject.OPPORTUNITIES: _opportunity,
    Subject.TICKETS: _ticket,
    Subject.SURVEYS: _survey,
    Subject.ACTIVITIES: _activity,
    Subject.CONTACTS: _contact,
}


def matching(world: FigureWorld, query: FigureQuery, viewer: Viewer) -> list[tuple[Record, Record]]:
    """(record, its account) of everything that meets the query. Conditions on money must name their currency."""
    accounts = {account["id"]: account for account in world.visible(viewer) if _asked_for(query, viewer, account)}
    of_accounts = query.subject is Subject.ACCOUNTS
    found = []
    for record in world.records[query.subject]:
        account = accounts.get(record["id"] if of_accounts else record["account_id"])
        if account is None or not all(_met(record, query.subject, item) for item in query.conditions):
            continue
        if all(_met(account, Subject.ACCOUNTS, item) for item in query.of_account) and all(
            has(world, account, item) for item in query.related
        ):
            found.append((record, account))
    return found


def _asked_for(query: FigureQuery, viewer: Viewer, account: Record) -> bool:
    owned = (account["owner_email"] or "").lower() == viewer.email
    return (not query.account_ids or account["id"] in query.account_ids) and (not query.mine or owned)


def has(world: FigureWorld, account: Record, related: Related) -> bool:
    """Whether the account has the linked records."""
    count = linked(world, account, related)
    if related.at_most is not None:
        return related.at_least <= count <= related.at_most
    return count == 0 if related.at_least == 0 else count >= related.at_least


def linked(world: FigureWorld, account: Record, related: Related) -> int:
    """How many linked records meet the conditions."""
    key = "id" if related.subject is Subject.ACCOUNTS else "account_id"
    own = (record for record in world.records[related.subject] if record[key] == account["id"])
    return sum(all(_met(record, related.subject, item) for item in related.conditions) for record in own)


def _met(record: Record, subject: Subject, condition: Condition) -> bool:
    value: Any = day_of(record[condition.field]) if condition.field in DATES else record[condition.field]
    if condition.operator is Operator.IS_EMPTY:
        return value is None
    if condition.operator is Operator.IS_FILLED:
        return value is not None
    on_money = condition.field in MONEY
    if on_money and (value is None or currency(record) != condition.currency):
        return False
    equal = value is not None and any(_same(value, wanted, subject, condition) for wanted in condition.values)
    match condition.operator:
        case Operator.IS:
            return equal
        case Operator.IS_NOT:
            return not equal
        case Operator.CONTAINS:
            return value is not None and any(plain(str(item)) in plain(value) for item in condition.values)
        case _:
            return value is not None and _compared(value, condition)


def _compared(value: Any, condition: Condition) -> bool:
    wanted: Any = condition.values[0]
    outcomes: dict[Operator, bool] = {
        Operator.AT_LEAST: value >= wanted,
        Operator.MORE_THAN: value > wanted,
        Operator.AT_MOST: value <= wanted,
        Operator.LESS_THAN: value < wanted,
    }
    return outcomes[condition.operator]


def _same(value: Any, wanted: Any, subject: Subject, condition: Condition) -> bool:
    if subject is Subject.TICKETS and condition.field == "status" and wanted.lower() == "open":
        return bool(value != "closed")
    return plain(value) == plain(wanted) if isinstance(value, str) else bool(value == wanted)


def plain(text: str) -> str:
    """Without case and accents."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not "\u0300" <= char <= "\u036f").lower()


def day_of(value: date | datetime | None) -> date | None:
    """The day in UTC."""
    return value.astimezone(UTC).date() if isinstance(value, datetime) else value


def currency(record: Record) -> str | None:
    """In capitals."""
    return (record["currency"] or "").upper() or None


def total_per_unit(records: Iterable[Record], name: str) -> dict[str | None, tuple[int, Decimal]]:
    """How many have a value, and their sum, by currency or kind of survey."""
    found: dict[str | None, tuple[int, Decimal]] = {}
    for record in records:
        if record[name] is not None:
            unit = currency(record) if name in MONEY else record["kind"] if name == "score" else None
            count, amount = found.get(unit, (0, Decimal(0)))
            found[unit] = (count + 1, amount + Decimal(record[name]))
    return found
