"""Reports of imports as pages and programs read them: what each table was taken for, and which rows went nowhere.

Invariant: a report is read as it was written, also one of an older version that lacks a part.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Column:
    """One column and the field it fills; no field: it is left out."""

    header: str
    field: str | None
    confidence: float | None
    reason: str
    sample: str


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """One row that was read and kept out."""

    table: str
    row_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table of an import."""

    name: str
    system: str
    record_type: str | None
    confidence: float
    reason: str
    columns: tuple[Column, ...]
    extras: Mapping[str, Mapping[str, str]]
    assumptions: tuple[Mapping[str, str], ...]
    rows: int
    imported: int
    changed: int
    unchanged: int
    skipped: Mapping[str, int]
    skipped_rows: tuple[SkippedRow, ...]

    @property
    def mapped(self) -> tuple[Column, ...]:
        """Columns that fill a field."""
        return tuple(column for column in self.columns if column.field is not None)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Headers of columns that nothing takes."""
        return tuple(column.header for column in self.columns if column.field is None)


@dataclass(frozen=True, slots=True)
class ReportView:
    """The whole report."""

    tables: tuple[Table, ...]
    documents: Mapping[str, int]
    """Outcome -> how many."""
    document_examples: Mapping[str, str]
    """Outcome -> path of the first."""
    ignored: Mapping[str, int]
    """Rule that left files out -> how many."""
    unreadable: tuple[Mapping[str, str], ...]
    records: Mapping[str, Mapping[str, int]]
    """Record type -> outcome -> how many."""
    issues: Mapping[str, int]
    examples: Mapping[str, tuple[Mapping[str, Any], ...]]
    totals: Mapping[str, Any]
    files_removed: tuple[str, ...]
    documents_removed: int
    drafts_made_stale: int
    seconds: float

    @property
    def removed(self) -> int:
        """Records that would go, or went, because nothing brings them any more."""
        return sum(counts.get("removed", 0) for counts in self.records.values())

    @property
    def skipped(self) -> Mapping[str, int]:
        """Rows that went nowhere, by reason."""
        return dict(sum((Counter(table.skipped) for table in self.tables), Counter[str]()).most_common())

    def skipped_rows(self, *, reason: str = "", table: str = "") -> Iterator[SkippedRow]:
        """Each row that is known by its number."""
        for each in self.tables:
            for row in each.skipped_rows:
                if reason in {"", row.reason} and table in {"", row.table}:
                    yield row


def read_report(report: Mapping[str, Any]) -> ReportView:
    """A report that `knowledge.report` wrote."""
    documents = report.get("documents") or []
    outcomes = Counter(str(item["outcome"]) for item in documents)
    return ReportView(
        tables=tuple(_table(item) for item in report.get("tables") or ()),
        documents=dict(outcomes.most_common()),
        document_examples={str(item["outcome"]): str(item["file"]) for item in reversed(documents)},
        ignored=dict(Counter(str(item["rule"]) for item in report.get("ignored") or ()).most_common()),
        unreadable=tuple(report.get("unreadable") or ()),
        records=report.get("records") or {},
        issues=report.get("issues") or {},
        examples={code: tuple(some) for code, some in (report.get("examples") or {}).items()},
        totals=report.get("totals") or {},
        files_removed=tuple(report.get("files_removed") or ()),
        documents_removed=int(report.get("documents_removed") or 0),
        drafts_made_stale=int(report.get("drafts_made_stale") or 0),
        seconds=float(report.get("seconds") or 0),
    )


def _table(item: Mapping[str, Any]) -> Table:
    name = str(item["name"])
    return Table(
        name=name,
        system=str(item["system"]),
        record_type=item["record_type"],
        confidence=float(item["confidence"]),
        reason=str(item["reason"]),
        columns=tuple(_column(column) for column in item["columns"]),
        extras=item.get("extras") or {},
        assumptions=tuple(item.get("assumptions") or ()),
        rows=int(item["rows"]),
        imported=int(item["imported"]),
        changed=int(item["changed"]),
        unchanged=int(item["unchanged"]),
        skipped=item.get("skipped") or {},
        skipped_rows=tuple(SkippedRow(name, int(row), str(why)) for row, why in item.get("skipped_rows") or ()),
    )


def _column(item: Mapping[str, Any]) -> Column:
    confidence = item.get("confidence")
    return Column(
        header=str(item["header"]),
        field=item.get("field"),
        confidence=None if confidence is None else float(confidence),
        reason=str(item.get("reason") or ""),
        sample=str(item.get("sample") or ""),
    )
