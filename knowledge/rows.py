"""Rows into records: reading the cells, naming what could not be read, building the domain types.

Invariant: a row ends either as records or with a reason code; a cell that cannot be read never stops its row
unless the field is required.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from copilot.domain.identity import stable_id
from copilot.domain.records import Record
from knowledge.accounts import AccountIndex, Resolution
from knowledge.analysis import Identities, TablePlan, Winners, cell_currency, is_unusable, raw_hash
from knowledge.columns import ColumnReader, TableReaders
from knowledge.connectors.table import Row
from knowledge.fields import FIELDS, RECORD_CLASSES, ValueKind
from knowledge.issues import Finding
from knowledge.shaping import Missing, RowFacts, Values, canonical, shape
from knowledge.values.places import near_country
from knowledge.values.text import fold

_ISSUE_OF_KIND: Mapping[ValueKind, str] = {
    ValueKind.INTEGER: "value.invalid_number",
    ValueKind.NUMBER: "value.invalid_number",
    ValueKind.MONEY: "value.invalid_number",
    ValueKind.PERCENT: "value.invalid_number",
    ValueKind.DATE: "value.invalid_date",
    ValueKind.INSTANT: "value.invalid_date",
    ValueKind.BOOLEAN: "value.invalid_boolean",
    ValueKind.CHOICE: "value.unknown_choice",
    ValueKind.COUNTRY: "value.unknown_country",
    ValueKind.LANGUAGE: "value.unknown_language",
    ValueKind.CURRENCY: "value.unknown_currency",
    ValueKind.EMAIL: "value.invalid_email",
}
_REFERENCES = frozenset({"account_source_id", "account_name"})
_MONEY_FIELDS = {
    record_type: [name for name, spec in fields.items() if spec.kind is ValueKind.MONEY]
    for record_type, fields in FIELDS.items()
}


@dataclass(slots=True)
class Built:
    """One record with its account and content hash."""

    id: str
    record: Record
    account_id: str | None
    content_hash: str


@dataclass(slots=True)
class RowResult:
    """What one row came to."""

    row_number: int
    skipped: str | None = None
    primary: list[Built] = field(default_factory=list)
    extras: list[Built] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one table into records."""

    plan: TablePlan
    winners: Winners
    accounts: AccountIndex
    owners: Mapping[str, str]
    """Folded name of a user -> email address."""
    files: Sequence[str] = ()
    """Paths of the import's files, by index."""
    unknown_stages: dict[str, str] = field(default_factory=dict)

    def results(self) -> Iterator[RowResult]:
        """One result for every row of the table, in order."""
        identities = Identities(self.plan.mapping, self.plan.name)
        for row in self.plan.table.rows():
            if is_unusable(row):
                yield RowResult(row.number, skipped=row.problem)
                continue
            source_id = identities.of(row)
            key = (self.plan.record_type, self.plan.mapping.system, source_id)
            winner = self.winners.get(key)
            if winner is not None and winner[:2] != (self.plan.file_index, row.number):
                yield self._beaten(row, source_id, winner)
            else:
                yield self._read(row, source_id)

    def _beaten(self, row: Row, source_id: str, winner: tuple[int, int, bytes]) -> RowResult:
        if winner[2] == raw_hash(row):
            return RowResult(row.number, skipped="duplicate.identical")
        details: dict[str, str | int | None] = {"source_id": source_id, "kept": f"{self.files[winner[0]]}:{winner[1]}"}
        record_id = stable_id(self.plan.record_type, self.plan.mapping.system, source_id)
        finding = Finding("record.duplicate_id", details, self.plan.record_type, record_id)
        return RowResult(row.number, skipped="duplicate.superseded", findings=[finding])

    def _read(self, row: Row, source_id: str) -> RowResult:
        result = RowResult(row.number)
        if row.problem is not None:
            result.findings.append(Finding(row.problem, {}, self.plan.record_type))
        readers = self.plan.readers
        if readers is None:
            raise RuntimeError("settle() the plan before reading rows")
        try:
            result.primary = self._records(self.plan.record_type, readers, row, source_id, result)
        except Missing as missing:
            result.skipped = f"required.{missing.args[0]}"
            return result
        for extra, extra_readers in zip(self.plan.mapping.extras, self.plan.extra_readers, strict=True):
            result.extras += self._extra(extra.record_type, extra_readers, row, source_id, result)
        return result

    def _extra(
        self, record_type: str, readers: TableReaders, row: Row, source_id: str, result: RowResult
    ) -> list[Built]:
        owner = result.primary[0].record
        extra = RowResult(row.number)
        try:
            built = self._records(record_type, readers, row, f"{source_id}:{record_type}", extra, owner=owner)
        except Missing:
            return []
        result.findings += extra.findings
        return built

    def _records(
        self, record_type: str, readers: TableReaders, row: Row, source_id: str, result: RowResult,
        *, owner: Record | None = None,
    ) -> list[Built]:  # fmt: skip
        mapping = self.plan.mapping
        facts = RowFacts(
            source_id=source_id,
            file_name=self.plan.name,
            currency=readers.currency,
            constants=mapping.constants if owner is None else {},
            stage_choices=mapping.choices.get("stage", {}),
            as_of=self.plan.as_of,
            unknown_stages=self.unknown_stages,
        )
        values = self._values(record_type, readers, row, facts, result)
        resolution = self._account(values, owner, record_type)
        if record_type == "account" and not values.get("owner_email"):
            values["owner_email"] = self._owner(values, result)
        shaped = shape(record_type, values, facts)
        self._report_account(record_type, resolution, result, owner)
        built = []
        for item in shaped:
            record = self._record(record_type, item.values, source_id + item.suffix, resolution, result)
            account_id = owner.id if owner else resolution.key.id if resolution and resolution.key else None
            record_id = record.id
            _attach(result.findings, record_type, record_id)
            built.append(Built(record_id, record, account_id, content_hash(record, account_id)))
        return built

    def _values(self, record_type: str, readers: TableReaders, row: Row, facts: RowFacts, result: RowResult) -> Values:
        values: Values = {}
        for column in readers.columns:
            cell = row.cells[column.match.index]
            if cell is None or cell == "":
                continue
            try:
                value = column.read(cell)
            except (ValueError, OverflowError, ArithmeticError):
                value = self._unreadable(record_type, column, str(cell), result)
            if value is None or value == "":
                continue
            self._put(values, column, value, facts)
            if column.spec.kind is ValueKind.MONEY and (mark := cell_currency(cell)):
                facts.currency = mark
        values.pop("source_id", None)
        return values

    def _put(self, values: Values, column: ColumnReader, value: Any, facts: RowFacts) -> None:
        name = column.match.field
        if name == "details":
            facts.notes.append((column.match.header, str(value)))
        elif name == "metrics":
            values.setdefault("metrics", {})[column.match.header] = value
        elif name == "participants":
            values["participants"] = (*values.get("participants", ()), *value)
        else:
            values[name] = value

    def _unreadable(self, record_type: str, column: ColumnReader, text: str, result: RowResult) -> str | None:
        code = _ISSUE_OF_KIND[column.spec.kind]
        details: dict[str, str | int | None] = {
            "field": column.match.field, "column": column.match.header, "value": text[:200],
        }  # fmt: skip
        if column.spec.kind is ValueKind.COUNTRY:
            details["suggestion"] = near_country(text)
        result.findings.append(Finding(code, details, record_type))
        return text.strip() if column.spec.kind is ValueKind.COUNTRY else None

    def _account(self, values: Values, owner: Record | None, record_type: str) -> Resolution | None:
        if "account_source_id" not in FIELDS[record_type]:
            return None
        if owner is not None:
            return Resolution(reference=owner.source_id)
        return self.accounts.resolve(
            source_id=values.get("account_source_id"), name=values.get("account_name"), system=self.plan.mapping.system
        )

    def _report_account(
        self, record_type: str, resolution: Resolution | None, result: RowResult, owner: Record | None
    ) -> None:
        if resolution is None or owner is not None:
            return
        if resolution.several:
            result.findings.append(Finding("reference.several_accounts", {"value": resolution.reference}, record_type))
        if resolution.problem is None:
            return
        if not any(column.field in _REFERENCES for column in self.plan.mapping.columns):
            return  # said once for the whole table
        code = resolution.problem
        if code == "reference.no_account" and record_type == "opportunity":
            code = "opportunity.without_account"
        details = {"value": resolution.reference, "suggestion": resolution.suggestion}
        result.findings.append(Finding(code, {k: v for k, v in details.items() if v}, record_type))

    def _owner(self, values: Values, result: RowResult) -> str | None:
        name = values.get("owner_name")
        if not name:
            return None
        if "@" in name:
            return str(name).strip().casefold()
        email = self.owners.get(fold(name))
        if email is None:
            result.findings.append(Finding("reference.unknown_owner", {"value": name}, "account"))
        return email

    def _record(
        self, record_type: str, values: Values, source_id: str, resolution: Resolution | None, result: RowResult
    ) -> Record:
        fields = {name: value for name, value in values.items() if name not in {"account_name", "owner_name"}}
        if resolution is not None:
            reference = resolution.key.source_id if resolution.key else resolution.reference
            fields["account_source_id"] = reference
        fields |= {"source_system": self.plan.mapping.system, "source_id": source_id, "as_of": self.plan.as_of}
        cls = RECORD_CLASSES[record_type]
        try:
            record = cls.model_validate(fields)
        except ValidationError as error:
            record = self._without_bad_fields(cls, fields, error, result)
        return record

    def _without_bad_fields(
        self, cls: type[Record], fields: Values, error: ValidationError, result: RowResult
    ) -> Record:
        for problem in error.errors():
            name = str(problem["loc"][0]) if problem["loc"] else ""
            value = fields.pop(name, None)
            if name in cls.model_fields and cls.model_fields[name].is_required():
                raise Missing(name) from error
            details: dict[str, str | int | None] = {"field": name, "value": str(value)[:200]}
            result.findings.append(Finding("value.out_of_range", details, cls.record_type))
        return cls.model_validate(fields)


def _attach(findings: Sequence[Finding], record_type: str, record_id: str) -> None:
    """Say which record the findings of a row are about."""
    for finding in findings:
        if finding.record_id is None and finding.record_type == record_type:
            finding.record_id = record_id


def content_hash(record: Record, account_id: str | None) -> str:
    """Digest of what a record says, without the day it says it: a later export that says the same is no change."""
    fields = [f"{name}={canonical(getattr(record, name))}" for name in type(record).model_fields if name != "as_of"]
    return hashlib.sha256("\x1f".join([*fields, account_id or ""]).encode()).hexdigest()


def money_fields(record_type: str) -> list[str]:
    """Names of the amount fields of a record type."""
    return _MONEY_FIELDS[record_type]
