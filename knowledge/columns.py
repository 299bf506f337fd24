"""How each column of a table is read, decided from all its values.

Invariant: the decision is made once for the column; where the values leave it open, what was assumed and why
is recorded as an `Assumption`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, tzinfo
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, cast
from zoneinfo import ZoneInfo

from knowledge.connectors.table import Cell, Table
from knowledge.fields import FIELDS, Field, ValueKind
from knowledge.mapping import ColumnMatch, TableMapping
from knowledge.values.choices import parse_boolean, parse_choice
from knowledge.values.currencies import currency_mark, currency_of_header, parse_currency
from knowledge.values.dates import DateOrder, DateProfile, parse_date, parse_instant, states_zone
from knowledge.values.numbers import DecimalSign, NumberProfile, parse_number
from knowledge.values.places import parse_country, parse_language
from knowledge.values.text import fold, listed

_NUMERIC = frozenset({ValueKind.INTEGER, ValueKind.NUMBER, ValueKind.MONEY, ValueKind.PERCENT})
_DATED = frozenset({ValueKind.DATE, ValueKind.INSTANT})
_TRUTH = frozenset({"true", "false"})
_MEMO = 50_000
_COUNTED = 5_000
_SPANISH_HEADER_WORDS = listed(
    "fecha, nombre, importe, etapa, estado, empresa, cuenta, cierre, creacion, propietario, tipo, descripcion, asunto"
)

_LARGEST = Decimal(10) ** 13
_LIMITS = {ValueKind.INTEGER: Decimal(2**31), ValueKind.MONEY: Decimal(10) ** 15, ValueKind.PERCENT: Decimal(1000)}
"""What the store's columns hold; a larger number is a slip of the export."""

Reader = Callable[[Cell], Any]


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something the values did not say: which column, what was taken, why, and one value that shows it."""

    code: str
    column: str
    taken: str
    reason: str
    example: str = ""


@dataclass(slots=True)
class ColumnProfile:
    """What was seen in one column."""

    filled: int = 0
    sample: str | None = None
    numbers: NumberProfile = field(default_factory=NumberProfile)
    dates: DateProfile = field(default_factory=DateProfile)
    marks: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)
    zoned: int = 0
    timed: int = 0
    booleans: int = 0
    largest: float = 0.0
    """Of a percent column: 1 or less means that it holds shares (HubSpot writes 0.7 for 70 %)."""

    def add(self, cell: Cell, *, kind: ValueKind, as_of: date) -> None:
        """Count one cell that is not empty."""
        self.filled += 1
        if kind is ValueKind.PERCENT:
            self.largest = max(self.largest, _rough(cell))
        if self.sample is None:
            self.sample = str(cell)
        if not isinstance(cell, str):
            self.numbers.numeric += isinstance(cell, int | float | Decimal)
            self.timed += isinstance(cell, datetime)
            return
        if kind in _NUMERIC:
            self.numbers.add(cell)
            self.booleans += cell.casefold() in _TRUTH
            mark = currency_mark(cell) if kind is ValueKind.MONEY else None
            if mark:
                self.marks[mark] += 1
        elif kind in _DATED:
            self._add_date(cell, as_of)
        elif len(self.values) < _COUNTED or cell in self.values:
            self.values[cell] += 1

    def _add_date(self, cell: str, as_of: date) -> None:
        try:
            self.dates.add(cell, as_of=as_of)
        except ValueError:
            self.dates.other += 1
        self.zoned += states_zone(cell)
        self.timed += ":" in cell


def _rough(cell: Cell) -> float:
    """Magnitude of a percentage; one that says `%` is no share, however small."""
    text = str(cell)
    try:
        return 100.0 if "%" in text else float(text.replace(",", "."))
    except ValueError:
        return 0.0


@dataclass(frozen=True, slots=True)
class ColumnReader:
    """One column ready to be read. `read` raises ValueError for a cell that is not what the column holds."""

    match: ColumnMatch
    spec: Field
    read: Reader


@dataclass(frozen=True, slots=True)
class TableReaders:
    """All columns of a table for one record type, and the currency of its amounts if the table states one."""

    columns: tuple[ColumnReader, ...]
    currency: str | None
    assumptions: tuple[Assumption, ...]


@dataclass(frozen=True, slots=True)
class _Context:
    mapping: TableMapping
    table: Table
    profiles: Mapping[int, ColumnProfile]
    specs: Mapping[int, Field]
    zone: tzinfo
    assumptions: list[Assumption]

    def assume(self, code: str, column: str, taken: str, reason: str, example: str = "") -> None:
        self.assumptions.append(Assumption(code, column, taken, reason, example))

    def spanish(self) -> bool:
        words = {word for header in self.table.headers for word in fold(header).split()}
        return bool(words & _SPANISH_HEADER_WORDS)


def spec_of(record_type: str, match: ColumnMatch) -> Field:
    """How the field that a column fills is read."""
    return FIELDS[record_type][match.field]


def decide(
    *, record_type: str, columns: tuple[ColumnMatch, ...], mapping: TableMapping, table: Table,
    profiles: Mapping[int, ColumnProfile], default_currency: str | None,
) -> TableReaders:  # fmt: skip
    """Fix how every column is read, from its profile, the mapping file and its neighbours."""
    specs = {match.index: spec_of(record_type, match) for match in columns}
    zone = ZoneInfo(mapping.timezone) if mapping.timezone else UTC
    context = _Context(mapping, table, profiles, specs, zone, [])
    readers = tuple(ColumnReader(match, specs[match.index], _memoised(_reader(match, context))) for match in columns)
    currency = _table_currency(columns, context, default_currency)
    return TableReaders(readers, currency, tuple(context.assumptions))


def _reader(match: ColumnMatch, context: _Context) -> Reader:
    spec = context.specs[match.index]
    if spec.kind in _NUMERIC:
        return _number_reader(match, spec.kind, context)
    if spec.kind in _DATED:
        return _date_reader(match, spec, context)
    if spec.kind is ValueKind.CHOICE:
        return _choice_reader(match, spec, context)
    return _SIMPLE[spec.kind]


def _memoised(read: Reader) -> Reader:
    memo: dict[str, Any] = {}

    def lookup(cell: Cell) -> Any:
        if not isinstance(cell, str):
            return read(cell)
        if cell in memo:
            return memo[cell]
        value = read(cell)
        if len(memo) < _MEMO:
            memo[cell] = value
        return value

    return lookup


def _number_reader(match: ColumnMatch, kind: ValueKind, context: _Context) -> Reader:
    sign = _decimal_sign(match, context)
    scale = 100 if kind is ValueKind.PERCENT and 0 < context.profiles[match.index].largest <= 1 else 1

    def read(cell: Cell) -> Any:
        if isinstance(cell, bool):
            number = Decimal(int(cell))
        elif isinstance(cell, int | float | Decimal):
            number = Decimal(str(cell))
        else:
            number = _number_or_boolean(str(cell), sign, match)
        return _as_kind(number * scale, kind)

    return read


def _number_or_boolean(cell: str, sign: DecimalSign, match: ColumnMatch) -> Decimal:
    if match.field == "metrics" and cell.strip().casefold() in _TRUTH:
        return Decimal(int(parse_boolean(cell)))
    return parse_number(cell, decimal_sign=sign)


def _as_kind(number: Decimal, kind: ValueKind) -> Any:
    if not number.is_finite() or abs(number) >= _LIMITS.get(kind, _LARGEST):
        raise ValueError(str(number))
    if kind is ValueKind.INTEGER:
        if number != number.to_integral_value():
            raise ValueError(str(number))
        return int(number)
    if kind is ValueKind.PERCENT:
        return int(number.to_integral_value(ROUND_HALF_UP))
    return number


def _decimal_sign(match: ColumnMatch, context: _Context) -> DecimalSign:
    if context.mapping.decimal in {",", "."}:
        return cast("DecimalSign", context.mapping.decimal)
    own = context.profiles[match.index].numbers
    if (sign := own.sign()) is not None:
        return sign
    neighbours = NumberProfile()
    for index, spec in context.specs.items():
        if spec.kind in _NUMERIC and index != match.index:
            neighbours.comma += context.profiles[index].numbers.comma
            neighbours.point += context.profiles[index].numbers.point
    sign, reason = neighbours.sign(), "neighbour_columns"
    if sign is None and (context.table.delimiter == ";" or context.spanish()):
        sign, reason = ",", "spanish_layout"
    if own.ambiguous:
        context.assume(
            "assumed.decimal_sign", match.header, sign or ".", reason if sign else "default", own.example or ""
        )
    return sign or "."


def _date_reader(match: ColumnMatch, spec: Field, context: _Context) -> Reader:
    order = _date_order(match, spec, context)
    zone = context.zone
    profile = context.profiles[match.index]
    if spec.kind is ValueKind.INSTANT and profile.zoned < profile.timed and context.mapping.timezone is None:
        context.assume("assumed.time_zone", match.header, "UTC", "not_stated", profile.sample or "")

    def read(cell: Cell) -> Any:
        if isinstance(cell, str):
            if spec.kind is ValueKind.DATE:
                return parse_date(cell, order=order)
            return parse_instant(cell, order=order, zone=zone).astimezone(UTC)
        if isinstance(cell, datetime):
            instant = cell if cell.tzinfo else cell.replace(tzinfo=zone)
            return instant.date() if spec.kind is ValueKind.DATE else instant.astimezone(UTC)
        if isinstance(cell, date):
            return cell if spec.kind is ValueKind.DATE else datetime(cell.year, cell.month, cell.day, tzinfo=zone)
        if isinstance(cell, int) and not isinstance(cell, bool):
            return parse_instant(str(cell), order=order, zone=zone)
        raise ValueError(str(cell))

    return read


def _date_order(match: ColumnMatch, spec: Field, context: _Context) -> DateOrder:
    if context.mapping.date_order in {"dmy", "mdy"}:
        return cast("DateOrder", context.mapping.date_order)
    own = context.profiles[match.index].dates
    if (order := own.order()) is not None:
        return order
    neighbours = DateProfile()
    for index, other in context.specs.items():
        if other.kind in _DATED and index != match.index:
            neighbours.day_first += context.profiles[index].dates.day_first
            neighbours.month_first += context.profiles[index].dates.month_first
    order, reason = neighbours.order(), "neighbour_columns"
    if order is None and spec.past and own.future["dmy"] != own.future["mdy"]:
        order, reason = ("dmy" if own.future["dmy"] < own.future["mdy"] else "mdy"), "no_future_dates"
    if order is None and (context.table.delimiter == ";" or context.spanish()):
        order, reason = "dmy", "spanish_layout"
    if own.ambiguous:
        context.assume(
            "assumed.date_order", match.header, order or "dmy", reason if order else "default", own.example or ""
        )
    return order or "dmy"


def _choice_reader(match: ColumnMatch, spec: Field, context: _Context) -> Reader:
    said = context.mapping.choices.get(match.field, {})
    choice = spec.choice
    if choice is None:
        raise ValueError(match.field)

    def read(cell: Cell) -> str:
        text = str(cell)
        return parse_choice(said.get(fold(text), text), choice=choice)

    return read


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime) and cell.time().isoformat() == "00:00:00":
        return cell.date().isoformat()
    text = str(cell).strip()
    # Some exporters write line breaks as the two characters backslash and n.
    return text.replace("\\n", "\n") if "\\n" in text and "\n" not in text else text


def identifier_text(cell: Cell) -> str:
    """An id as text: a spreadsheet's 123.0 is 123."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _email(cell: Cell) -> str:
    address = str(cell).strip().removeprefix("mailto:").casefold()
    if address.count("@") != 1 or address.startswith("@") or address.endswith("@") or any(c.isspace() for c in address):
        raise ValueError(address)
    return address


def _list(cell: Cell) -> tuple[str, ...]:
    separator = ";" if ";" in str(cell) else ","
    return tuple(part.strip() for part in str(cell).split(separator) if part.strip())


def _boolean(cell: Cell) -> bool:
    return cell if isinstance(cell, bool) else parse_boolean(identifier_text(cell))


_SIMPLE: Mapping[ValueKind, Reader] = {
    ValueKind.TEXT: _text,
    ValueKind.IDENTIFIER: identifier_text,
    ValueKind.EMAIL: _email,
    ValueKind.LIST: _list,
    ValueKind.BOOLEAN: _boolean,
    ValueKind.COUNTRY: lambda cell: parse_country(str(cell)),
    ValueKind.LANGUAGE: lambda cell: parse_language(str(cell)),
    ValueKind.CURRENCY: lambda cell: parse_currency(str(cell)),
}


def _table_currency(columns: tuple[ColumnMatch, ...], context: _Context, default: str | None) -> str | None:
    """The currency of a table whose rows do not state one."""
    money = [match for match in columns if context.specs[match.index].kind is ValueKind.MONEY]
    if not money:
        return None
    if context.mapping.currency:
        return context.mapping.currency
    named = {mark for match in money if (mark := currency_of_header(match.header))}
    named |= {mark for match in money for mark in context.profiles[match.index].marks}
    if len(named) == 1 and "?" not in named:
        return named.pop()
    if default is not None:
        return default
    if not any(context.specs[match.index].kind is ValueKind.CURRENCY for match in columns):
        code = "assumed.currency_mixed" if len(named - {"?"}) > 1 else "assumed.currency_unknown"
        sample = context.profiles[money[0].index].sample or ""
        context.assume(code, money[0].header, "none", "not_stated", sample)
    return None
