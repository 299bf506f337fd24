"""Questions about figures, as data: what is counted, summed or listed, of which records, under which conditions.

Invariant: a query names only subjects, fields and operators of this module, so that it can be turned into one
parameterised statement and into plain words, and nothing that a message says can reach the database as SQL. Whose
records are read is never part of a query: the viewer decides that.
"""

import base64
import json
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

MOST_CONDITIONS = 8
MOST_ROWS = 50


class Subject(StrEnum):
    """Kind of record that is counted, summed or listed."""

    ACCOUNTS = "accounts"
    OPPORTUNITIES = "opportunities"
    TICKETS = "tickets"
    SURVEYS = "surveys"
    ACTIVITIES = "activities"
    CONTACTS = "contacts"


class Measure(StrEnum):
    LIST = "list"
    COUNT = "count"
    SUM = "sum"
    MEAN = "mean"


class Operator(StrEnum):
    IS = "is"
    IS_NOT = "is_not"
    AT_LEAST = "at_least"
    MORE_THAN = "more_than"
    AT_MOST = "at_most"
    LESS_THAN = "less_than"
    CONTAINS = "contains"
    """Text, in any case, without accents."""
    IS_EMPTY = "is_empty"
    IS_FILLED = "is_filled"


FIELDS: dict[Subject, frozenset[str]] = {
    Subject.ACCOUNTS: frozenset(
        {
            "name", "country", "industry", "segment", "language", "owner_email", "lifecycle", "employees",
            "annual_revenue", "arr", "currency", "seats_licensed", "customer_since", "renewal_date", "parent_name",
        }
    ),
    Subject.OPPORTUNITIES: frozenset(
        {
            "name", "kind", "stage", "status", "amount", "currency", "probability", "product_name", "owner_name",
            "created_on", "close_date", "stage_changed_on", "next_step", "lost_reason",
        }
    ),
    Subject.TICKETS: frozenset({"subject", "priority", "status", "category", "opened_at", "closed_at"}),
    Subject.SURVEYS: frozenset({"contact_name", "kind", "score", "comment", "answered_on"}),
    Subject.ACTIVITIES: frozenset({"kind", "occurred_at", "direction", "subject", "author"}),
    Subject.CONTACTS: frozenset(
        {"name", "email", "phone", "title", "stance", "language", "left_on", "do_not_contact"}
    ),
}  # fmt: skip
"""Fields of `copilot.domain.records` that a query may name."""

NUMBERS: dict[Subject, frozenset[str]] = {
    Subject.ACCOUNTS: frozenset({"arr", "annual_revenue", "employees", "seats_licensed"}),
    Subject.OPPORTUNITIES: frozenset({"amount", "probability"}),
    Subject.SURVEYS: frozenset({"score"}),
}
"""Fields that can be summed or averaged. Money of different currencies is never added up."""

METRICS = frozenset(
    {
        "days_to_renewal", "open_opportunities", "open_pipeline", "overdue_opportunities", "tickets_open",
        "tickets_open_p1", "tickets_opened_90d", "tickets_opened_prev_90d", "median_days_to_close_180d",
        "active_users_recent", "active_users_prior", "active_users_change_pct", "seat_utilisation_pct",
        "nps_latest", "nps_previous", "csat_mean_180d", "last_activity", "days_since_last_inbound",
    }
)  # fmt: skip
"""Computed figures of one account that a list of accounts may show, see `copilot.domain.metric_words`."""

Value = Annotated[date | Decimal | bool | str, Field(union_mode="left_to_right")]


class Condition(BaseModel):
    """`field operator value`. Several values: any of them (only with IS, IS_NOT, CONTAINS)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    operator: Operator
    values: tuple[Value, ...] = ()
    currency: str | None = None
    """For money; rows in another currency are left out, counted and named."""


class Related(BaseModel):
    """The account has (or, `at_least` 0, has not one of) linked records that meet the conditions."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Subject
    conditions: tuple[Condition, ...] = Field(default=(), max_length=MOST_CONDITIONS)
    at_least: int = Field(default=1, ge=0, le=1000)

    @model_validator(mode="after")
    def _names_known_fields(self) -> Self:
        _require_known(self.subject, self.conditions)
        return self


class FigureQuery(BaseModel):
    """One question about figures."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Subject
    measure: Measure = Measure.LIST
    field: str | None = None
    """What is summed or averaged; for a list: nothing."""
    show: tuple[str, ...] = Field(default=(), max_length=8)
    """For a list: the fields each row shows besides its name."""
    metrics: tuple[str, ...] = Field(default=(), max_length=8)
    """For a list of accounts: computed figures each row shows."""
    account_ids: tuple[str, ...] = Field(default=(), max_length=20)
    """Only these accounts; empty: all that the viewer may see."""
    mine: bool = False
    """Only accounts that the viewer owns."""
    conditions: tuple[Condition, ...] = Field(default=(), max_length=MOST_CONDITIONS)
    of_account: tuple[Condition, ...] = Field(default=(), max_length=MOST_CONDITIONS)
    """Conditions on the account of the record, where the subject is not the account itself."""
    related: tuple[Related, ...] = Field(default=(), max_length=4)
    group_by: str | None = None
    """Field of the subject, or `account.<field>`; for counts, sums and means."""
    order_by: str | None = None
    descending: bool = False
    limit: int = Field(default=20, ge=1, le=MOST_ROWS)

    @model_validator(mode="after")
    def _names_known_fields(self) -> Self:
        _require_known(self.subject, self.conditions)
        _require_known(Subject.ACCOUNTS, self.of_account)
        named = [*self.show, *filter(None, [self.field, self.order_by])]
        unknown = [name for name in named if name not in FIELDS[self.subject] and name not in METRICS]
        if self.group_by is not None and not _can_group(self.subject, self.group_by):
            unknown.append(self.group_by)
        unknown += [name for name in self.metrics if name not in METRICS]
        if unknown:
            raise ValueError(f"{self.subject.value} have no field {', '.join(unknown)}")
        if self.measure in {Measure.SUM, Measure.MEAN} and self.field not in NUMBERS.get(self.subject, frozenset()):
            raise ValueError(f"{self.measure.value} needs a field that is a number")
        if self.metrics and self.subject is not Subject.ACCOUNTS:
            raise ValueError("only accounts have computed figures")
        return self

    @property
    def key(self) -> str:
        """The query itself, written so that it can stand in an evidence id; `from_key` reads it back."""
        content = self.model_dump(mode="json", exclude_defaults=True)
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return base64.urlsafe_b64encode(canonical.encode()).decode().rstrip("=")

    @classmethod
    def from_key(cls, key: str) -> "FigureQuery | None":
        """The query that `key` stands for; None if it is not one of ours."""
        try:
            return cls.model_validate_json(base64.urlsafe_b64decode(key + "=" * (-len(key) % 4)))
        except ValueError:
            return None


def _can_group(subject: Subject, name: str) -> bool:
    account_field = name.removeprefix("account.")
    return name in FIELDS[subject] or (account_field != name and account_field in FIELDS[Subject.ACCOUNTS])


def _require_known(subject: Subject, conditions: tuple[Condition, ...]) -> None:
    unknown = sorted({item.field for item in conditions} - FIELDS[subject])
    if unknown:
        raise ValueError(f"{subject.value} have no field {', '.join(unknown)}")
