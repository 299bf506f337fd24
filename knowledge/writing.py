"""Writing the records of planned tables, in an order in which what is referred to comes first.

Invariant: accounts and products are written before anything is checked against them; after the last table, records
that this root brought before and no longer brings are removed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from copilot.domain.import_messages import ImportMessage
from copilot.store.database import UnitOfWork
from copilot.store.records import Outcome, RecordEntry, RecordRepository
from knowledge.accounts import AccountIndex
from knowledge.analysis import TablePlan
from knowledge.columns import Assumption
from knowledge.erased import ErasedPeople
from knowledge.fields import IMPORT_ORDER
from knowledge.issues import Finding
from knowledge.planning import ImportPlan
from knowledge.problems import bad_input
from knowledge.progress import Progress
from knowledge.quality import Catalogue, doubts, possible_duplicates, product_parts
from knowledge.report import ColumnReport, ImportReport, TableReport
from knowledge.rows import Built, RowReader, RowResult
from knowledge.values.text import fold

_BATCH = 2_000
_FIRST = ("account", "product", "price_book_entry")
_ORDER = (*_FIRST, *(record_type for record_type in IMPORT_ORDER if record_type not in _FIRST))
_REFERENCES = frozenset({"account_source_id", "account_name"})
_PRODUCT = "reference.unknown_product"
_SMALL = 20
"""Removals are asked about from this many records on."""


@dataclass(slots=True)
class RecordWriter:
    """Writes one import's records and collects findings and figures on the way."""

    uow: UnitOfWork
    plan: ImportPlan
    file_ids: Mapping[int, str]
    """Source file id by index of the file in the plan."""
    earlier_files: Sequence[str]
    """Ids of all files that this root ever brought, those of this run included."""
    report: ImportReport
    erased: ErasedPeople
    findings: list[Finding] = field(default_factory=list)
    accounts: AccountIndex = field(default_factory=lambda: AccountIndex([]))
    _seen: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    _account_of: dict[str, str | None] = field(default_factory=dict)
    _unchecked: list[tuple[Built, TablePlan, int]] = field(default_factory=list)
    _catalogue: Catalogue | None = None
    _same_products: dict[str, bool] = field(default_factory=dict)

    @property
    def records(self) -> RecordRepository:
        """The repository of this unit of work."""
        return RecordRepository(self.uow)

    def write(self, *, progress: Progress) -> None:
        """Write every table of the plan."""
        progress.start("writing", total=sum(table.rows_read for table in self.plan.tables))
        by_type: dict[str | None, list[TablePlan]] = defaultdict(list)
        for table in self.plan.tables:
            by_type[table.mapping.record_type].append(table)
        owners = {fold(name): email for name, email in self.records.user_names()}
        for table in by_type.pop(None, []):
            self._leave_out(table, progress)
        for record_type in _FIRST:
            self._tables(by_type.pop(record_type, []), owners, progress)
        self._know_accounts()
        for record_type in _ORDER:
            self._tables(by_type.pop(record_type, []), owners, progress)
        self.report.tables.sort(key=lambda table: table.name)
        progress.end()

    def _know_accounts(self) -> None:
        """Load what the other records are resolved and checked against; accounts about to go are not in it."""
        records = self.records
        self.accounts = AccountIndex(records.account_keys(without=self.disappeared("account")))
        keys = list(self.accounts.by_account_id.values())
        self._catalogue = Catalogue(
            products={fold(name): name for name in records.product_names()},
            sector_counts=records.sector_counts(),
            account_names=frozenset(fold(key.name) for key in keys),
        )
        for built, table, row_number in self._unchecked:
            self._check(built, table, row_number)
        self._unchecked.clear()
        self.findings += possible_duplicates(keys)

    def know_contacts(self) -> None:
        """Make contacts' addresses known to the account index, for documents."""
        keys = list(self.accounts.by_account_id.values())
        self.accounts = AccountIndex(keys, addresses=self.records.contact_addresses())

    def _leave_out(self, table: TablePlan, progress: Progress) -> None:
        report = self._table_report(table)
        report.rows = table.rows_read
        report.skipped[table.mapping.left_out or "type.unrecognised"] += table.rows_read
        progress.advance(table.rows_read)

    def _tables(self, tables: Iterable[TablePlan], owners: Mapping[str, str], progress: Progress) -> None:
        for table in tables:
            self._table(table, owners, progress)

    def _table(self, table: TablePlan, owners: Mapping[str, str], progress: Progress) -> None:
        report = self._table_report(table)
        report.rows += table.table.rows_above
        if table.table.rows_above:
            report.skipped["row.above_header"] += table.table.rows_above
        reader = RowReader(table, self.plan.winners, self.accounts, owners, self._paths())
        batch: list[RowResult] = []
        for result in reader.results():
            report.rows += 1
            batch.append(result)
            if len(batch) >= _BATCH:
                self._flush(batch, table, report)
                progress.advance(len(batch))
                batch = []
        self._flush(batch, table, report)
        progress.advance(len(batch))
        for stage in reader.unknown_stages.values():
            report.assumptions.append(_assumption(Assumption("assumed.stage_open", "stage", "open", "unknown", stage)))
        self._note_table(table, report)

    def _paths(self) -> list[str]:
        return [file.path.as_posix() for file in self.plan.discovered.files]

    def _flush(self, batch: Sequence[RowResult], table: TablePlan, report: TableReport) -> None:
        by_type: dict[str, list[Built]] = defaultdict(list)
        for result in batch:
            self.erased.screen(result)
            for built in (*result.primary, *result.extras):
                by_type[built.record.record_type].append(built)
        outcomes: dict[str, Outcome] = {}
        for record_type in _ORDER:
            if by_type[record_type]:
                outcomes |= self._store(record_type, by_type[record_type], self.file_ids[table.file_index])
        for result in batch:
            self._count(result, outcomes, table, report)

    def _store(self, record_type: str, built: Sequence[Built], file_id: str) -> dict[str, Outcome]:
        entries = {
            item.id: RecordEntry(item.id, item.record, item.account_id, item.content_hash, file_id) for item in built
        }
        outcomes = self.records.upsert(record_type, list(entries.values()))
        self._seen[record_type].update(entries)
        counts = self.report.records.setdefault(record_type, Counter())
        counts.update(outcome.value for outcome in outcomes.values())
        if record_type not in _FIRST:
            self.report.without_account[record_type] += sum(entry.account_id is None for entry in entries.values())
        return outcomes

    def _count(self, result: RowResult, outcomes: Mapping[str, Outcome], table: TablePlan, report: TableReport) -> None:
        if result.skipped is not None:
            report.skip(result.skipped, row_number=result.row_number)
            if result.skipped.startswith("required."):
                missing = result.skipped.partition(".")[2]
                details: dict[str, str | int | None] = {"row": result.row_number, "field": missing}
                result.findings.append(Finding("record.skipped", details, table.record_type))
        else:
            match _row_outcome(result, outcomes):
                case Outcome.IMPORTED:
                    report.imported += 1
                case Outcome.CHANGED:
                    report.changed += 1
                case Outcome.UNCHANGED:
                    report.unchanged += 1
        for built in (*result.primary, *result.extras):
            self._account_of[built.id] = _account_of(built)
            if self._catalogue is None:
                self._unchecked.append((built, table, result.row_number))
            else:
                self._check(built, table, result.row_number)
        for finding in result.findings:
            self._keep(finding, table, result.row_number)

    def _check(self, built: Built, table: TablePlan, row_number: int) -> None:
        if self._catalogue is not None:
            for finding in doubts(built.record, catalogue=self._catalogue, as_of=table.as_of):
                if finding.code != _PRODUCT or self._uses_catalogue(table, self._catalogue):
                    self._keep(finding, table, row_number)

    def _uses_catalogue(self, table: TablePlan, catalogue: Catalogue) -> bool:
        """Whether at least one product of the table is in the catalogue; else it is about other things."""
        if table.name not in self._same_products:
            matches = (*table.mapping.columns, *(c for extra in table.mapping.extras for c in extra.columns))
            values = [
                v for match in matches if match.field == "product_name" for v in table.profiles[match.index].values
            ]
            self._same_products[table.name] = any(
                fold(part) in catalogue.products
                for value in values
                for part in product_parts(value, catalogue.products)
            )
        return self._same_products[table.name]

    def _keep(self, finding: Finding, table: TablePlan, row_number: int | None) -> None:
        finding.file_index, finding.row_number = table.file_index, row_number
        self.findings.append(finding)

    def settle_findings(self) -> list[Finding]:
        """All findings, each with its account where its record has one."""
        for finding in self.findings:
            if finding.record_id is not None and finding.account_id is None:
                finding.account_id = self._account_of.get(finding.record_id)
        return self.findings

    def _note_table(self, table: TablePlan, report: TableReport) -> None:
        readers = [item for item in (table.readers, *table.extra_readers) if item is not None]
        seen = {(item["code"], item["column"]) for item in report.assumptions}
        for assumption in (assumption for item in readers for assumption in item.assumptions):
            if (assumption.code, assumption.column) not in seen:
                report.assumptions.append(_assumption(assumption))
        for noted in report.assumptions:
            self._keep(Finding(noted["code"], dict(noted), table.record_type), table, None)
        if table.record_type not in _FIRST and not any(c.field in _REFERENCES for c in table.mapping.columns):
            self._keep(Finding("table.no_account_column", {"file": table.name}, table.record_type), table, None)

    def _table_report(self, table: TablePlan) -> TableReport:
        mapping = table.mapping
        columns = [
            ColumnReport(match.header, match.field, match.confidence, match.reason, _sample(table, match.index))
            for match in mapping.columns
        ]
        columns += [ColumnReport(header, None) for header in mapping.unmapped]
        report = TableReport(
            name=table.name,
            file=self.plan.discovered.files[table.file_index].path.as_posix(),
            system=mapping.system,
            record_type=mapping.record_type,
            confidence=mapping.confidence,
            reason=mapping.reason,
            layout=table.table.layout,
            left_out=mapping.left_out,
            columns=columns,
            extras={extra.record_type: {c.field: c.header for c in extra.columns} for extra in mapping.extras},
        )
        self.report.tables.append(report)
        return report

    def disappeared(self, record_type: str) -> set[str]:
        """Records of a type that this root brought before and that no row of this run brings.

        Not those of a file that cannot be read this time: they may be in it still.
        """
        unread = {self.file_ids[index] for index, _ in self.plan.unreadable}
        files = [file_id for file_id in self.earlier_files if file_id not in unread]
        return self.records.ids_of_files(record_type, files) - self._seen[record_type]

    def removals(self, *, confirmed: bool) -> dict[str, set[str]]:
        """What is to be removed, by type. Raises InputError if that is suspiciously much and nobody confirmed it."""
        gone = {record_type: ids for record_type in IMPORT_ORDER if (ids := self.disappeared(record_type))}
        removed = sum(len(ids) for ids in gone.values())
        kept = sum(len(ids) for ids in self._seen.values())
        if removed > _SMALL and removed > kept and not confirmed:
            raise bad_input(ImportMessage.MANY_REMOVALS, removed=removed, kept=kept)
        return gone


def _row_outcome(result: RowResult, outcomes: Mapping[str, Outcome]) -> Outcome:
    """A row is imported if its first record is new, changed if anything of it is new or changed."""
    own = [outcomes[built.id] for built in result.primary]
    others = [outcomes[built.id] for built in result.extras]
    if own and all(outcome is Outcome.IMPORTED for outcome in own):
        return Outcome.IMPORTED
    if any(outcome is not Outcome.UNCHANGED for outcome in (*own, *others)):
        return Outcome.CHANGED
    return Outcome.UNCHANGED


def _account_of(built: Built) -> str | None:
    return built.id if built.record.record_type == "account" else built.account_id


def _sample(table: TablePlan, index: int) -> str | None:
    column = table.profiles.get(index)
    return column.sample[:60] if column is not None and column.sample else None


def _assumption(assumption: Assumption) -> dict[str, str]:
    return {
        "code": assumption.code,
        "column": assumption.column,
        "taken": assumption.taken,
        "reason": assumption.reason,
        "example": assumption.example,
    }
