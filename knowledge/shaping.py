"""From the fields of one row to the values of one record: what is composed, derived or defaulted.

Invariant: nothing is invented; a derived value is made of other cells of the same row, a default is the one
the record type documents.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from copilot.domain.records import (
    ActivityKind,
    Direction,
    InvoiceStatus,
    Lifecycle,
    OpportunityStatus,
    SurveyKind,
    TicketStatus,
)
from knowledge.values.choices import parse_choice, status_of_stage
from knowledge.values.text import fold, header_words

Values = dict[str, Any]


@dataclass(slots=True)
class RowFacts:
    """What a shape may look at besides the row's own fields."""

    source_id: str
    file_name: str
    """File (and sheet) name, which often says what kind of activity or survey it holds."""
    currency: str | None
    constants: Mapping[str, str]
    stage_choices: Mapping[str, str]
    as_of: date
    unknown_stages: dict[str, str] = field(default_factory=dict)
    """Filled with stage names nobody listed (folded -> as written)."""
    notes: list[tuple[str, str]] = field(default_factory=list)
    """(`details` label, text) pairs of the row, in column order."""


@dataclass(frozen=True, slots=True)
class Shaped:
    """Values of one record. `suffix` tells apart several records of one row."""

    values: Values
    suffix: str = ""


class Missing(ValueError):
    """A required field is empty; `.args[0]` names it."""


def shape(record_type: str, values: Values, facts: RowFacts) -> list[Shaped]:
    """The records that one row's fields make. Raises Missing."""
    for name, text in facts.constants.items():
        values.setdefault(name, text)
    return _SHAPES[record_type](values, facts)


def _account(values: Values, facts: RowFacts) -> list[Shaped]:
    _require(values, "name")
    values.pop("owner_name", None)
    _append_notes(values, "description", facts)
    if any(values.get(name) is not None for name in ("arr", "annual_revenue")):
        values.setdefault("currency", facts.currency)
    left = values.get("churned_on")
    if left is not None and left <= facts.as_of and values.get("lifecycle") is None:
        values["lifecycle"] = Lifecycle.CHURNED
    return [Shaped(values)]


def _contact(values: Values, _: RowFacts) -> list[Shaped]:
    names = [str(values.pop(part)) for part in ("first_name", "last_name") if values.get(part)]
    values.pop("first_name", None)
    values.pop("last_name", None)
    if not values.get("name"):
        values["name"] = " ".join(names) or values.get("email")
    _require(values, "name")
    return [Shaped(values)]


def _opportunity(values: Values, facts: RowFacts) -> list[Shaped]:
    account = values.get("account_name")
    if not values.get("name"):
        parts = [str(part) for part in (values.get("product_name"), account) if part]
        values["name"] = " · ".join(parts) or facts.source_id
    won, closed = values.pop("is_won", None), values.pop("is_closed", None)
    if values.get("status") is None:
        values["status"] = _status(values.get("stage"), won=won, closed=closed, facts=facts)
    follow_up = values.pop("next_step_on", None)
    if follow_up and not values.get("next_step"):
        values["next_step"] = f"→ {follow_up}"
    if values.get("amount") is not None:
        values.setdefault("currency", facts.currency)
    return [Shaped(values)]


def _status(stage: str | None, *, won: bool | None, closed: bool | None, facts: RowFacts) -> OpportunityStatus:
    if won:
        return OpportunityStatus.WON
    if closed and won is not None:
        return OpportunityStatus.LOST
    if stage is None:
        return OpportunityStatus.OPEN
    said = facts.stage_choices.get(fold(stage))
    if said is not None:
        return OpportunityStatus(said)
    status, known = status_of_stage(stage)
    if not known:
        facts.unknown_stages.setdefault(fold(stage), stage)
    return status


def _activity(values: Values, facts: RowFacts) -> list[Shaped]:
    _require(values, "occurred_at")
    if values.get("kind") is None:
        values["kind"] = kind_of_name(facts.file_name)
    direction = values.get("direction") or Direction.INTERNAL
    values["direction"] = direction
    people = list(values.pop("participants", ()) or ())
    counterpart = values.pop("counterpart", None)
    if counterpart:
        people.append(counterpart)
        if direction == Direction.INBOUND:
            values.setdefault("author", counterpart)
    values["participants"] = tuple(dict.fromkeys(people))
    _append_notes(values, "body", facts)
    return [Shaped(values)]


_KINDS = (
    (ActivityKind.EMAIL, {"email", "emails", "correo", "correos", "mail"}),
    (ActivityKind.CALL, {"call", "calls", "llamada", "llamadas"}),
    (ActivityKind.MEETING, {"meeting", "meetings", "reunion", "reuniones", "calendar", "calendario", "event", "events",
                            "eventos"}),
)  # fmt: skip


def kind_of_name(file_name: str) -> ActivityKind:
    """The kind of activity that a file's name says; a note if it says none (tasks are notes, too)."""
    words = set(header_words(file_name).split())
    return next((kind for kind, hints in _KINDS if words & hints), ActivityKind.NOTE)


def _ticket(values: Values, _: RowFacts) -> list[Shaped]:
    _require(values, "subject", "opened_at")
    if values.get("status") is None:
        values["status"] = TicketStatus.CLOSED if values.get("closed_at") else TicketStatus.OPEN
    return [Shaped(values)]


def _usage(values: Values, facts: RowFacts) -> list[Shaped]:
    _require(values, "period_start")
    wide = values.pop("metrics", None) or {}
    if not wide:
        _require(values, "metric", "value")
        return [Shaped(values)]
    shared = {name: value for name, value in values.items() if name not in {"metric", "value"}}
    return [
        Shaped({**shared, "metric": "_".join(header_words(header).split()), "value": value}, suffix=f":{header}")
        for header, value in wide.items()
        if value is not None
    ] or _nothing("value", facts)


def _nothing(name: str, _: RowFacts) -> list[Shaped]:
    raise Missing(name)


def _survey(values: Values, facts: RowFacts) -> list[Shaped]:
    _require(values, "score", "answered_on")
    if values.get("kind") is None:
        values["kind"] = _survey_kind(facts.file_name)
    _require(values, "kind")
    return [Shaped(values)]


def _survey_kind(file_name: str) -> str | None:
    for word in header_words(file_name).split():
        try:
            return parse_choice(word, choice=SurveyKind)
        except ValueError:
            continue
    return None


def _invoice(values: Values, facts: RowFacts) -> list[Shaped]:
    values["number"] = values.get("number") or facts.source_id
    balance = values.pop("balance", None)
    if values.get("status") is None:
        paid = values.get("paid_on") is not None or balance == 0
        values["status"] = InvoiceStatus.PAID if paid else InvoiceStatus.OPEN
    if values.get("amount") is not None:
        values.setdefault("currency", facts.currency)
    return [Shaped(values)]


def _product(values: Values, facts: RowFacts) -> list[Shaped]:
    _require(values, "name")
    if values.get("list_price") is not None:
        values.setdefault("currency", facts.currency)
    return [Shaped(values)]


def _price(values: Values, facts: RowFacts) -> list[Shaped]:
    values.setdefault("currency", facts.currency)
    values["price_book"] = values.get("price_book") or "standard"
    _require(values, "product_name", "unit_price", "currency")
    return [Shaped(values)]


def _require(values: Mapping[str, Any], *names: str) -> None:
    for name in names:
        if values.get(name) in (None, ""):
            raise Missing(name)


def _append_notes(values: Values, name: str, facts: RowFacts) -> None:
    lines = [f"{label}: {text}" for label, text in facts.notes if text]
    if lines:
        values[name] = "\n".join([*([str(values[name])] if values.get(name) else []), *lines])


_SHAPES: Mapping[str, Callable[[Values, RowFacts], list[Shaped]]] = {
    "account": _account,
    "contact": _contact,
    "opportunity": _opportunity,
    "activity": _activity,
    "ticket": _ticket,
    "usage_point": _usage,
    "survey": _survey,
    "invoice": _invoice,
    "product": _product,
    "price_book_entry": _price,
}


def canonical(value: Any) -> str:
    """A value as it counts for 'has it changed': 1054 and 1054.00 are the same amount."""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return "\x1e".join(map(str, value))
    return "" if value is None else str(value)
