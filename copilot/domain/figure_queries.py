"""Questions about figures, as data: what is counted, summed or listed, of which records, under which conditions.

Invariant: a query names only subjects, fields and operators of this module, so that it can be turned into one
parameterised statement and into plain words, and nothing that a message says can reach the database as SQL. Whose
records are read is never part of a query: the viewer decides that.
"""

import base64
import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from copilot.domain.formatting import canonical_number

MOST_CONDITIONS = 8
MOST_COMPUTED = 4
"""Conditions on computed figures: each is worked out for every account that is looked at."""
MOST_ROWS = 50
MOST_ALTERNATIVES = 40
"""Values of one condition: a region named in a question stands for all its countries, 30 for Europe."""
MOST_VALUES = 60
"""In all conditions of one query together: each is a comparison that the database plans and carries out."""
LONGEST_VALUE = 120
"""Characters of a text that is looked for."""
LONGEST_KEY = 2_000
"""Characters. A key stands in evidence ids, which are indexed and stand in addresses of pages."""
OUT_OF_RANGE = "out_of_range"
"""Type of the error that a day or number is one that no query compares with."""
_SHORT_KEY = 600
_COMPRESSED = "~"
"""First character of the key of a long query; no other key begins with it."""


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
            "annual_revenue", "arr", "currency", "seats_licensed", "customer_since", "renewal_date", "churned_on",
            "parent_name",
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

COMPARED_METRICS = METRICS - {"open_pipeline"}
"""Those that a condition can compare. An open pipeline can be in several currencies, and is then no one number."""
COMPUTED_DAYS = frozenset({"last_activity"})
"""Metrics that are days."""
INSTANTS = frozenset({"opened_at", "closed_at", "occurred_at"})
"""Dates with a time: conditions look at their day in UTC."""
DATES = INSTANTS | {
    "customer_since", "renewal_date", "churned_on", "created_on", "close_date", "stage_changed_on", "answered_on",
    "left_on",
}  # fmt: skip
MONEY = frozenset({"arr", "annual_revenue", "amount"})
YES_NO = frozenset({"do_not_contact"})
_NUMERIC = frozenset().union(*NUMBERS.values()) | (COMPARED_METRICS - COMPUTED_DAYS)
_DAYS = DATES | COMPUTED_DAYS

Value = date | Decimal | bool | str


class Condition(BaseModel):
    """`field operator value`. Several values: any of them (only with IS, IS_NOT, CONTAINS).

    Values have the type of their field: dates for dates, decimals for numbers, text for all else, however they came.
    An empty field meets IS_NOT: what is not recorded is not recorded as that.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    field: str
    operator: Operator
    values: tuple[Value, ...] = Field(default=(), max_length=MOST_ALTERNATIVES)
    currency: str | None = Field(default=None, pattern="^[A-Z]{3}$")
    """For money; rows in another currency are left out, counted and named."""

    @model_validator(mode="before")
    @classmethod
    def _of_the_type_of_its_field(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or not isinstance(given.get("field"), str):
            return given
        values = given.get("values", ())
        if not isinstance(values, Sequence) or isinstance(values, str):
            return given
        return {**given, "values": tuple(_typed(value, field=given["field"]) for value in values)}

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        if self.operator in _WITHOUT_VALUE:
            fits = not self.values
        elif self.operator in COMPARISONS:
            fits = len(self.values) == 1 and self.field in _DAYS | _NUMERIC
        else:
            fits = bool(self.values)
        if self.operator is Operator.CONTAINS:
            fits = fits and self.field not in _DAYS | _NUMERIC | YES_NO
        if not fits:
            raise ValueError(f"{self.field} {self.operator.value} cannot be asked with {len(self.values)} values")
        return self


_WITHOUT_VALUE = frozenset({Operator.IS_EMPTY, Operator.IS_FILLED})
COMPARISONS = frozenset({Operator.AT_LEAST, Operator.MORE_THAN, Operator.AT_MOST, Operator.LESS_THAN})


def _typed(value: object, *, field: str) -> Value:
    """`value` as the type of `field`. Raises ValueError."""
    if field in _DAYS:
        return _day(value)
    if field in _NUMERIC:
        return _number(value)
    if field in YES_NO:
        if isinstance(value, bool) or value in {"true", "false"}:
            return value is True or value == "true"
        raise ValueError(f"{field} is true or false")
    text = str(value).strip()
    if not text or len(text) > LONGEST_VALUE or "\x00" in text:
        raise ValueError(f"a text of 1 to {LONGEST_VALUE} characters is looked for in {field}")
    return text


def _day(value: object) -> date:
    given = value.date() if isinstance(value, datetime) else value
    day = given if isinstance(given, date) else date.fromisoformat(str(given)[:10])
    if day.year not in _YEARS:
        raise PydanticCustomError(OUT_OF_RANGE, "that day is out of range")
    return day


_YEARS = range(1900, 2200)


def _number(value: object) -> Decimal:
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("that is no number") from error
    if not number.is_finite():
        raise PydanticCustomError(OUT_OF_RANGE, "that number is out of range")
    if not number:
        return Decimal(0)
    # By its size first, which is read without writing it out: `1E-999999999` would fill the memory.
    if not -_MOST_DECIMALS <= number.adjusted() < _MOST_DIGITS:
        raise PydanticCustomError(OUT_OF_RANGE, "that number is out of range")
    plain = Decimal(canonical_number(number))
    if _exponent(plain) < -_MOST_DECIMALS:
        raise PydanticCustomError(OUT_OF_RANGE, "that number is out of range")
    return plain


_MOST_DIGITS = 15
_MOST_DECIMALS = 4


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return exponent if isinstance(exponent, int) else 0


class Related(BaseModel):
    """The account has so many linked records that meet the conditions; `at_least` 0 without `at_most`: not one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    subject: Subject
    conditions: tuple[Condition, ...] = Field(default=(), max_length=MOST_CONDITIONS)
    at_least: int = Field(default=1, ge=0, le=1000)
    at_most: int | None = Field(default=None, ge=1, le=1000)

    @model_validator(mode="after")
    def _names_known_fields(self) -> Self:
        _require_known(self.subject, self.conditions)
        if self.at_most is not None and self.at_most < self.at_least:
            raise ValueError("at_most is no less than at_least")
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
    computed: tuple[Condition, ...] = Field(default=(), max_length=MOST_COMPUTED)
    """Comparisons of computed figures of the account. One whose figure is not known does not meet them."""
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
        unknown += [item.field for item in self.computed if item.field not in COMPARED_METRICS]
        if unknown:
            raise ValueError(f"{self.subject.value} have no field {', '.join(unknown)}")
        if self.measure in {Measure.SUM, Measure.MEAN} and self.field not in NUMBERS.get(self.subject, frozenset()):
            raise ValueError(f"{self.measure.value} needs a field that is a number")
        if any(item.operator not in COMPARISONS for item in self.computed):
            raise ValueError("computed figures are compared: at least, more than, at most, less than")
        if self.metrics and self.subject is not Subject.ACCOUNTS:
            raise ValueError("only accounts have computed figures")
        return self

    @model_validator(mode="after")
    def _is_not_too_wide(self) -> Self:
        linked = (condition for item in self.related for condition in item.conditions)
        if (
            sum(len(item.values) for item in (*self.conditions, *self.of_account, *self.computed, *linked))
            > MOST_VALUES
        ):
            raise ValueError(f"a question compares with at most {MOST_VALUES} values")
        return self

    @model_validator(mode="after")
    def _can_stand_in_an_id(self) -> Self:
        if len(self.key) > LONGEST_KEY:
            raise ValueError("the question has too many conditions")
        return self

    @property
    def key(self) -> str:
        """The query itself, written so that it can stand in an evidence id; `from_key` reads it back."""
        content = self.model_dump(mode="json", exclude_defaults=True)
        canonical = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
        plain = _in_base64(canonical)
        return plain if len(plain) <= _SHORT_KEY else _COMPRESSED + _in_base64(zlib.compress(canonical, 9))

    @classmethod
    def from_key(cls, key: str) -> "FigureQuery | None":
        """The query that `key` stands for; None if it is not one of ours."""
        if len(key) > LONGEST_KEY:
            return None
        encoded = key.removeprefix(_COMPRESSED)
        try:
            content = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
            return cls.model_validate_json(content if encoded == key else _decompressed(content))
        except (ValueError, zlib.error):
            return None


def _in_base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decompressed(content: bytes) -> bytes:
    """At most so many bytes as a query can have: a key comes from an address that anybody can write."""
    return zlib.decompressobj().decompress(content, _LONGEST_QUERY)


_LONGEST_QUERY = 40_000


_TEXTS_OF_OTHERS = frozenset({"subject", "comment"})
"""What customers wrote is no name of a group: the figures of a query are words of our own."""


def _can_group(subject: Subject, name: str) -> bool:
    if name in _TEXTS_OF_OTHERS:
        return False
    account_field = name.removeprefix("account.")
    return name in FIELDS[subject] or (account_field != name and account_field in FIELDS[Subject.ACCOUNTS])


def _require_known(subject: Subject, conditions: tuple[Condition, ...]) -> None:
    unknown = sorted({item.field for item in conditions} - FIELDS[subject])
    if unknown:
        raise ValueError(f"{subject.value} have no field {', '.join(unknown)}")
