"""What an import did, file by file, and whether the sums are right.

Invariant: for every table, rows read = imported + changed + unchanged + skipped; for every import, files found =
files taken + files ignored. `check` raises if not, and the import is rolled back.
"""

from collections import Counter
from dataclasses import dataclass, field, fields, is_dataclass
from typing import Any

from copilot.domain.language import Language
from knowledge.report_texts import text

MOST_ROWS_NAMED = 2_000
"""Of one table: a report is kept whole, and a file of the wrong kind would skip every row."""


@dataclass(slots=True)
class ColumnReport:
    """One column and what became of it. `field` is None for a column that nothing takes."""

    header: str
    field: str | None
    confidence: float | None = None
    reason: str | None = None
    sample: str | None = None


@dataclass(slots=True)
class TableReport:
    """One table: what it was taken for and where its rows went."""

    name: str
    file: str
    system: str
    record_type: str | None
    confidence: float
    reason: str
    layout: str
    left_out: str | None = None
    columns: list[ColumnReport] = field(default_factory=list)
    extras: dict[str, dict[str, str]] = field(default_factory=dict)
    """Second record types that each row carries, with field -> column."""
    assumptions: list[dict[str, str]] = field(default_factory=list)
    rows: int = 0
    imported: int = 0
    changed: int = 0
    unchanged: int = 0
    skipped: Counter[str] = field(default_factory=Counter)
    skipped_rows: list[tuple[int, str]] = field(default_factory=list)
    """Row number and reason of the first ones; `skipped` counts all."""

    def skip(self, reason: str, *, row_number: int) -> None:
        """Count a row that goes nowhere, and remember which it was."""
        self.skipped[reason] += 1
        if len(self.skipped_rows) < MOST_ROWS_NAMED:
            self.skipped_rows.append((row_number, reason))

    @property
    def accounted(self) -> bool:
        """Whether every row read went somewhere."""
        return self.rows == self.imported + self.changed + self.unchanged + sum(self.skipped.values())


@dataclass(slots=True)
class DocumentReport:
    """One document: what happened, where it was filed and by which rule."""

    file: str
    outcome: str
    """`imported`, `changed`, `unchanged`, or the reason why it was left out."""
    rule: str = ""
    account: str | None = None
    visibility: str | None = None
    kind: str | None = None
    passages: int = 0
    candidates: list[str] = field(default_factory=list)
    detail: str | None = None


@dataclass(slots=True)
class ImportReport:
    """The whole import."""

    root: str
    dry_run: bool
    tables: list[TableReport] = field(default_factory=list)
    documents: list[DocumentReport] = field(default_factory=list)
    ignored: list[dict[str, str]] = field(default_factory=list)
    unreadable: list[dict[str, str]] = field(default_factory=list)
    records: dict[str, Counter[str]] = field(default_factory=dict)
    """Record type -> outcome (`imported`, `changed`, `unchanged`, `removed`) -> how many records."""
    without_account: Counter[str] = field(default_factory=Counter)
    issues: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """Issue code -> the first few, with file, row and details."""
    files_found: int = 0
    files_removed: list[str] = field(default_factory=list)
    documents_removed: int = 0
    drafts_made_stale: int = 0
    seconds: float = 0.0
    run_id: str | None = None

    @property
    def rows(self) -> int:
        """Rows read in all tables."""
        return sum(table.rows for table in self.tables)

    @property
    def skipped(self) -> Counter[str]:
        """Skipped rows by reason."""
        return sum((table.skipped for table in self.tables), Counter())

    @property
    def nothing_changed(self) -> bool:
        """Whether the import found everything as it was."""
        outcomes: Counter[str] = sum(self.records.values(), Counter())
        moved = any(outcomes[key] for key in ("imported", "changed", "removed"))
        filed = any(document.outcome in {"imported", "changed"} for document in self.documents)
        return not (moved or filed or self.documents_removed or self.files_removed)

    @property
    def nothing_usable(self) -> bool:
        """Whether there were rows or documents, and not one of them was of use."""
        rows = any(table.imported or table.changed or table.unchanged for table in self.tables)
        documents = any(item.outcome in {"imported", "changed", "unchanged"} for item in self.documents)
        return not (rows or documents)

    def check(self) -> None:
        """Raises AssertionError if a row or a file is unaccounted for."""
        for table in self.tables:
            if not table.accounted:
                raise AssertionError(f"{table.name}: {table.rows} rows read do not add up")
        taken = {table.file for table in self.tables} | {document.file for document in self.documents}
        taken |= {item["file"] for item in self.unreadable}
        if len(taken) + len(self.ignored) != self.files_found:
            raise AssertionError(f"{self.files_found} files found, {len(taken)} taken, {len(self.ignored)} ignored")

    def summary(self, *, language: Language) -> str:
        """The sums, in a few lines for a person."""
        outcomes = Counter(document.outcome for document in self.documents)
        known = {key: outcomes[key] for key in ("imported", "changed", "unchanged")}
        lines = [
            text("title_dry" if self.dry_run else "title", language=language, root=self.root),
            text("sum", language=language, rows=self.rows, skipped=sum(self.skipped.values()), **self._sums()),
        ]
        if self.documents:
            skipped = len(self.documents) - sum(known.values())
            count = len(self.documents)
            lines.append(text("document_sum", language=language, count=count, skipped=skipped, **known))
        lines.append(text("ignored_sum", language=language, files=self.files_found, ignored=len(self.ignored)))
        lines.append(text("findings_sum", language=language, count=sum(self.issues.values())))
        if self.files_removed or self.documents_removed:
            removed = len(self.files_removed)
            lines.append(text("files_removed", language=language, count=removed, documents=self.documents_removed))
        if self.drafts_made_stale:
            lines.append(text("stale", language=language, count=self.drafts_made_stale))
        if self.nothing_changed and not self.nothing_usable:
            lines.append(text("nothing_changed", language=language))
        return "\n".join(lines)

    def _sums(self) -> dict[str, int]:
        return {
            "imported": sum(table.imported for table in self.tables),
            "changed": sum(table.changed for table in self.tables),
            "unchanged": sum(table.unchanged for table in self.tables),
        }

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON."""
        data: dict[str, Any] = _plain(self)
        data["totals"] = {
            "rows": self.rows,
            **self._sums(),
            "skipped": sum(self.skipped.values()),
            "skipped_by_reason": dict(self.skipped),
            "documents": dict(Counter(document.outcome for document in self.documents)),
            "files": self.files_found,
            "ignored": len(self.ignored),
            "nothing_changed": self.nothing_changed,
            "nothing_usable": self.nothing_usable,
        }
        return data


def _plain(value: Any) -> Any:
    """Dataclasses and counters as plain dictionaries, in field order."""
    if is_dataclass(value):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
