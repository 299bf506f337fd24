"""What the records show of invented customers: the signs of their troubles, and much that means nothing.

Invariant: a record is there from the day on which somebody would have written it, and says on each day what was known
then. Signs follow from troubles and never the other way round. What means nothing: surveys, praise, emails of ours,
short dips in use, people who leave without being champions, small tickets, expansion deals.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

import numpy as np

from evals.scoring.invented_accounts import WEEK, WEEKS, Cause, Portfolio, day
from evals.scoring.invented_lives import PRICE, Life, life, season
from evals.scoring.invented_texts import Texts

_PEOPLE = ("Ada", "Bruno", "Carla", "Dario", "Elsa", "Félix", "Greta", "Hugo", "Irene", "Joel", "Kira", "Luis", "Mara")
_FAMILIES = ("Alvear", "Brandt", "Coyle", "Dunmore", "Esteva", "Farrow", "Gantz", "Hidalgo", "Ibarra", "Jansen", "Kerr")
_ACTIVITIES = (*("email",) * 12, *("call",) * 5, *("meeting",) * 3)
_ROLES = ("Head of operations", "IT manager", "Buyer", "Plant manager", "Finance lead")


@dataclass(frozen=True, slots=True)
class Trace:
    """A record: `values` from `since` on, and `later` instead from `changed` on. Days since the portfolio's start."""

    table: str
    """Table of the store; `documents` for an email."""
    place: int
    """Of the customer."""
    key: str
    since: int
    values: Mapping[str, Any]
    later: Mapping[str, Any] = field(default_factory=dict)
    changed: int | None = None


def traces(portfolio: Portfolio, texts: Texts, generator: np.random.Generator) -> Iterator[Trace]:
    """Every record but the accounts themselves and the use of the product, customer by customer."""
    for place in range(portfolio.size):
        one = life(portfolio, place)
        people = list(_contacts(one, generator))
        yield from people
        yield from _activities(one, people, generator)
        yield from _tickets(one, texts, generator)
        yield from _surveys(one, texts, generator)
        yield from _rivals(one, people, texts, generator)
        yield from _emails(one, people, texts, generator)
        yield from _invoices(one, generator)
        yield from _renewals(one)
        yield from _expansions(one, generator)
        yield from _farewell(one)


def moment(at: int, generator: np.random.Generator) -> datetime:
    """Some time of that day in office hours."""
    minute = int(generator.integers(8 * 60, 18 * 60))
    return datetime.combine(day(at), time(minute // 60, minute % 60), tzinfo=UTC)


def _days(one: Life, week: int, count: int, generator: np.random.Generator) -> Iterator[int]:
    """So many working days of a week, before the customer leaves."""
    for offset in generator.integers(0, 5, count) if count else ():
        if week * WEEK + offset < one.end:
            yield int(week * WEEK + offset)


def _contacts(one: Life, generator: np.random.Generator) -> Iterator[Trace]:
    first = max(0, one.profile.joined * WEEK)
    champion_since, number = first, 0
    for begun, over in one.troubles(Cause.CHAMPION):
        yield _person(one, number, "champion", champion_since, begun * WEEK + 2, generator)
        number += 1
        champion_since = over * WEEK
    if champion_since < one.end:
        yield _person(one, number, "champion", champion_since, None, generator)
    for other in range(int(generator.integers(2, 5))):
        gone = first + int(generator.geometric(0.03 / 365))
        left = gone if gone < one.end else None
        yield _person(one, 10 + other, ("supporter", "neutral")[other % 2], first, left, generator)


def _person(one: Life, number: int, stance: str, since: int, left: int | None, generator: np.random.Generator) -> Trace:
    name = f"{generator.choice(_PEOPLE)} {generator.choice(_FAMILIES)} {one.place}-{number}"
    values = {
        "name": name,
        "email": f"p{number}@c{one.place}.invalid",
        "title": str(generator.choice(_ROLES)),
        "stance": stance,
        "do_not_contact": False,
        "left_on": None,
    }
    later = {} if left is None else {"left_on": day(left)}
    return Trace("contacts", one.place, f"{one.place}-{number}", since, values, later, left)


def _activities(one: Life, people: list[Trace], generator: np.random.Generator) -> Iterator[Trace]:
    rate, number = generator.gamma(2, 0.22), 0
    for week in one.weeks:
        age = one.age(Cause.SILENCE, week)
        heard = rate * season(week) * (1.0 if age == 0 else 0.4 if age == 1 else 0.03)
        counts = generator.poisson((heard, 0.3))
        for direction, count in zip(("inbound", "outbound"), counts, strict=True):
            for at in _days(one, week, count, generator):
                author = "Owner" if direction == "outbound" else _somebody(people, at, generator)
                kind = _ACTIVITIES[int(generator.integers(len(_ACTIVITIES)))]
                values = {
                    "kind": kind, "occurred_at": moment(at, generator), "direction": direction, "subject": "Contact",
                    "author": author, "participants": [],
                }  # fmt: skip
                number += 1
                yield Trace("activities", one.place, f"{one.place}-{number}", at, values)


def _somebody(people: list[Trace], at: int, generator: np.random.Generator) -> str:
    """Name of a person who is there on the day."""
    here = [one for one in people if one.since <= at and (one.changed is None or one.changed > at)] or people
    return str(here[int(generator.integers(len(here)))].values["name"])


def _tickets(one: Life, texts: Texts, generator: np.random.Generator) -> Iterator[Trace]:
    rate, number, language = generator.gamma(1.5, 0.08), 0, one.profile.language
    for week in one.weeks:
        in_trouble = one.age(Cause.SUPPORT, week) > 0
        for at in _days(one, week, generator.poisson(rate * season(week) + 0.55 * in_trouble), generator):
            is_serious = generator.random() < (0.55 if in_trouble else 0.1)
            kind = "ticket_serious" if is_serious else "ticket"
            priority = ("P1", "P2")[int(generator.random() < 0.7)] if is_serious else ("P3", "P4")[number % 2]
            lasts = float(generator.lognormal(np.log(30 if in_trouble else 4), 0.6))
            opened = moment(at, generator)
            closed = opened + timedelta(days=lasts)
            complains = in_trouble and generator.random() < 1 / 4
            values = {
                "subject": texts.one(kind, language=language, generator=generator),
                "body": texts.one("complaint", language=language, generator=generator) if complains else None,
                "priority": priority, "status": "open", "opened_at": opened, "closed_at": None,
            }  # fmt: skip
            number += 1
            closed_on = (closed.date() - day(0)).days
            later = {"status": "closed", "closed_at": closed}
            yield Trace("tickets", one.place, f"{one.place}-{number}", at, values, later, closed_on)
            if generator.random() < 0.35 and closed_on < one.end:
                score = generator.normal(*((2.2, 0.8) if in_trouble else (4.3, 0.6)))
                yield _survey(one, f"csat-{number}", "CSAT", closed_on, round(min(5, max(1, score))))


def _surveys(one: Life, texts: Texts, generator: np.random.Generator) -> Iterator[Trace]:
    """What they answer has nothing to do with leaving."""
    mood, offset = generator.normal(7.5, 1.2), int(generator.integers(26))
    for week in one.weeks:
        at = week * WEEK + 2
        if at >= one.end:
            return
        if week % 26 == offset and generator.random() < 0.6:
            comment = texts.one("comment", language=one.profile.language, generator=generator)
            score = round(min(10, max(0, generator.normal(mood, 1.5))))
            yield _survey(one, f"nps-{week}", "NPS", at, score, comment)
        if week % 13 == offset % 13 and generator.random() < 0.3:
            yield _survey(one, f"ces-{week}", "CES", at, int(generator.integers(3, 8)))


def _survey(one: Life, key: str, kind: str, at: int, score: float, comment: str | None = None) -> Trace:
    values = {"kind": kind, "score": score, "comment": comment, "answered_on": day(at)}
    return Trace("surveys", one.place, f"{one.place}-{key}", at, values)


def _rivals(one: Life, people: list[Trace], texts: Texts, generator: np.random.Generator) -> Iterator[Trace]:
    """Somebody names a competitor when the trouble begins, and every fifth week."""
    for week in one.weeks:
        if one.age(Cause.COMPETITOR, week) % 5 != 1:
            continue
        for at in _days(one, week, 1, generator):
            said = texts.one("competitor", language=one.profile.language, generator=generator)
            form = generator.random()
            if form < 0.55:
                yield _email(one, f"rival-{week}", at, "competitor", people, texts, generator)
            elif form < 0.8:
                yield _survey(one, f"rival-{week}", "NPS", at, int(generator.integers(5, 10)), said)
            else:
                opened = moment(at, generator)
                values = {
                    "subject": texts.one("ticket", language=one.profile.language, generator=generator),
                    "body": said, "priority": "P3", "status": "open", "opened_at": opened, "closed_at": None,
                }  # fmt: skip
                later = {"status": "closed", "closed_at": opened + timedelta(days=3)}
                yield Trace("tickets", one.place, f"{one.place}-rival-{week}", at, values, later, at + 3)


def _emails(one: Life, people: list[Trace], texts: Texts, generator: np.random.Generator) -> Iterator[Trace]:
    """Emails whose words mean nothing; there are none while a customer is silent."""
    for week in one.weeks:
        count = 0 if one.age(Cause.SILENCE, week) > 0 else generator.poisson(0.012 * season(week))
        for at in _days(one, week, min(1, count), generator):
            kind = ("ordinary", "praise", "complaint")[int(generator.choice(3, p=(0.8, 0.15, 0.05)))]
            yield _email(one, f"mail-{week}", at, kind, people, texts, generator)


def _email(
    one: Life, key: str, at: int, kind: str, people: list[Trace], texts: Texts, generator: np.random.Generator
) -> Trace:
    values = {
        "text": texts.email(kind, language=one.profile.language, generator=generator),
        "language": one.profile.language,
        "author": _somebody(people, at, generator),
        "authored_at": moment(at, generator),
    }
    return Trace("documents", one.place, f"{one.place}-{key}", at, values)


def _invoices(one: Life, generator: np.random.Generator) -> Iterator[Trace]:
    unpaid = list(one.troubles(Cause.UNPAID))
    amount = round(one.profile.seats * PRICE / 13, 2)
    for week in one.weeks:
        if (week - one.profile.joined) % 4:
            continue
        issued, due = week * WEEK, week * WEEK + 30
        over = next((end for begun, end in unpaid if begun * WEEK < due and end * WEEK > issued), None)
        if over is None:
            paid = (
                due + int(generator.integers(1, 12))
                if generator.random() < 0.12
                else issued + int(generator.integers(5, 29))
            )
        else:
            paid = over * WEEK + 5
        values = {
            "number": f"F{one.place}-{week}", "amount": amount, "currency": "EUR", "status": "open",
            "issued_on": day(issued), "due_on": day(due), "paid_on": None,
        }  # fmt: skip
        later = {"status": "paid", "paid_on": day(paid)}
        yield Trace("invoices", one.place, f"{one.place}-{week}", issued, values, later, paid)


def _renewals(one: Life) -> Iterator[Trace]:
    """A deal for each anniversary, open for its last 90 days; lost with the day of leaving once that is recorded."""
    start, year = one.profile.joined * WEEK, 1
    while (created := start + 364 * year - 90) < min(one.end, WEEKS * WEEK):
        closes = start + 364 * year
        is_lost = one.end <= closes
        values = {
            "name": f"Renewal {year}", "kind": "renewal", "stage": "Negotiation", "status": "open",
            "amount": one.profile.seats * PRICE, "currency": "EUR", "probability": 80, "created_on": day(created),
            "close_date": day(closes),
        }  # fmt: skip
        later = {"status": "lost", "stage": "Lost", "close_date": day(one.end)} if is_lost else {
            "status": "won", "stage": "Won",
        }  # fmt: skip
        changed = one.recorded if is_lost else closes
        if changed >= 0:
            yield Trace("opportunities", one.place, f"{one.place}-r{year}", created, values, later, changed)
        year += 1


def _expansions(one: Life, generator: np.random.Generator) -> Iterator[Trace]:
    """Deals that mean nothing."""
    for week in one.weeks:
        if generator.random() >= 0.2 / 52:
            continue
        created = week * WEEK
        closes = created + int(generator.integers(40, 120))
        is_won = generator.random() < 0.35 and closes < one.end
        values = {
            "name": f"More seats {week}", "kind": "expansion", "stage": "Proposal", "status": "open",
            "amount": one.profile.seats * PRICE // 5, "currency": "EUR", "probability": 40,
            "created_on": day(created), "close_date": day(created + 90),
        }  # fmt: skip
        later = {"status": "won" if is_won else "lost", "close_date": day(closes)}
        yield Trace("opportunities", one.place, f"{one.place}-x{week}", created, values, later, closes)


def _farewell(one: Life) -> Iterator[Trace]:
    """What is only written because they have left: a ticket for their data, and a last survey."""
    if one.left < 0:
        return
    opened = datetime.combine(day(one.left + 2), time(9), tzinfo=UTC)
    values = {
        "subject": "Data export and closing of the account", "priority": "P2", "status": "open", "opened_at": opened,
        "closed_at": None,
    }  # fmt: skip
    later = {"status": "closed", "closed_at": opened + timedelta(days=7)}
    yield Trace("tickets", one.place, f"{one.place}-bye", one.left + 2, values, later, one.left + 9)
    yield _survey(one, "bye", "NPS", one.left + 9, 1)
