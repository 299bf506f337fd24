"""Documents of an import: parsed, cut, and filed with an account or an audience.

Invariant: a document is filed in exactly one home or not at all; one whose bytes and home are unchanged is left
as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from copilot.domain.documents import ParsedDocument
from copilot.domain.import_messages import ImportMessage
from copilot.errors import UnreadableFile
from copilot.privacy.suppression import Suppressions
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.store.records import AccountKey
from copilot.store.sources import DocumentHome, SourceFile, SourceRepository
from knowledge.accounts import AccountIndex
from knowledge.assigning import Assigner, Home
from knowledge.chunking import cut
from knowledge.correspondence import own_domains, with_direction
from knowledge.discovery import FileKind, FoundFile
from knowledge.issues import Finding
from knowledge.parsers import parse
from knowledge.planning import ImportOptions, ImportPlan
from knowledge.problems import bad_input, bad_mapping
from knowledge.progress import Progress
from knowledge.report import DocumentReport, ImportReport


@dataclass(slots=True)
class DocumentFiler:
    """Files the documents of one import."""

    uow: UnitOfWork
    plan: ImportPlan
    options: ImportOptions
    file_ids: Mapping[int, str]
    earlier: Mapping[str, SourceFile]
    """What the root brought before, by id."""
    accounts: AccountIndex
    report: ImportReport
    suppressions: Suppressions
    findings: list[Finding] = field(default_factory=list)
    problems: list[tuple[str, UnreadableFile]] = field(default_factory=list)
    filed: set[str] = field(default_factory=set)
    """Ids of documents that stay."""
    own_domains: frozenset[str] = frozenset()
    """Domains of our own addresses."""

    def file_all(self, *, progress: Progress) -> None:
        """File every document of the plan."""
        self._check_mapped_accounts()
        homes = SourceRepository(self.uow).homes_of_files([self.file_ids[index] for index in self.plan.documents])
        assigner = Assigner(
            accounts=self.accounts,
            root_name=self.plan.root_name,
            mapping=self.plan.mapping,
            account=self._named_account(),
            visibility=self.options.visibility,
        )
        self.own_domains = own_domains(SourceRepository(self.uow).own_addresses())
        progress.start("documents", total=len(self.plan.documents))
        for index in self.plan.documents:
            self._file(index, homes.get(self.file_ids[index]), assigner)
            progress.advance(1)
        progress.end()

    def _named_account(self) -> AccountKey | None:
        """The account for what no rule assigns. Raises InputError if there is none, or several of that name."""
        if self.options.account_id is not None:
            known = self.accounts.by_account_id.get(self.options.account_id)
            if known is None:
                raise bad_input(ImportMessage.NO_SUCH_ACCOUNT, account=self.options.account_id)
            return known
        if self.options.account is None:
            return None
        found = self.accounts.by_reference(self.options.account)
        if len(found) != 1:
            code = ImportMessage.SEVERAL_ACCOUNTS if found else ImportMessage.NO_SUCH_ACCOUNT
            raise bad_input(code, account=self.options.account)
        return found[0]

    def _check_mapped_accounts(self) -> None:
        """Raises MappingError if the mapping file names an account that is none, or several."""
        for entry in self.plan.mapping.document if self.plan.mapping else ():
            if entry.account is not None and len(found := self.accounts.by_reference(entry.account)) != 1:
                code = ImportMessage.SEVERAL_ACCOUNTS if found else ImportMessage.NO_SUCH_ACCOUNT
                raise bad_mapping(code, account=entry.account)

    def _file(self, index: int, before: DocumentHome | None, assigner: Assigner) -> None:
        file = self.plan.discovered.files[index]
        path = file.path
        if file.kind is FileKind.UNSUPPORTED:
            self.report.documents.append(DocumentReport(path.as_posix(), "skipped.unsupported_type"))
            return
        home = assigner.by_path(path)
        if home is not None and home.problem is not None:
            self._unassigned(index, home)
            return
        if home is not None and self._is_unchanged(file, home, before) and before is not None:
            self.filed.add(before.id)
            self._report(path, "unchanged", home)
            self._warn(index, before.warnings, home.account_id)
            return
        try:
            document = parse(file.absolute, max_bytes=self.options.max_bytes)
        except UnreadableFile as error:
            self.problems.append((path.as_posix(), error))
            if before is not None and before.source_file_id in self.earlier:
                # What was read before stays, under its own hash: a file that stays broken is said to be so each time.
                self.filed.add(before.id)
                SourceRepository(self.uow).save([self.earlier[before.source_file_id]])
            return
        home = self._again(home or assigner.by_content(path, document), document, before)
        if home.problem is not None:
            self._unassigned(index, home, document)
            return
        self._store(index, document, home, before)

    def _again(self, home: Home, document: ParsedDocument, before: DocumentHome | None) -> Home:
        """The home that a document has, if it was found through somebody who has been erased since."""
        if home.problem is None or before is None or before.account_id is None:
            return home
        erased = self.suppressions.names_somebody(document, account_id=before.account_id)
        return Home(account_id=before.account_id, rule=home.rule) if erased else home

    def _is_unchanged(self, file: FoundFile, home: Home, before: DocumentHome | None) -> bool:
        known = self.earlier.get(before.source_file_id) if before is not None else None
        if self.options.reread or before is None or known is None or known.sha256 != file.sha256:
            return False
        visibility = home.visibility.value if home.visibility else None
        return (before.account_id, before.visibility) == (home.account_id, visibility)

    def _store(self, index: int, document: ParsedDocument, home: Home, before: DocumentHome | None) -> None:
        file = self.plan.discovered.files[index]
        if home.account_id is not None:
            document = with_direction(document, own_domains=self.own_domains)
        document, passages = self.suppressions.document(document, list(cut(document)), account_id=home.account_id)
        document_id = DocumentRepository(self.uow).replace(
            document,
            passages,
            source_file_id=self.file_ids[index],
            account_id=home.account_id,
            visibility=home.visibility,
        )
        self.filed.add(document_id)
        outcome = "changed"
        if before is None:
            outcome = "imported"
        elif self._is_unchanged(file, home, before):
            outcome = "unchanged"
        self._report(file.path, outcome, home, document, len(passages))
        self._warn(index, document.warnings, home.account_id)

    def _warn(self, index: int, warnings: Iterable[str], account_id: str | None) -> None:
        path = self.plan.discovered.files[index].path.as_posix()
        for warning in warnings:
            self._find(index, "document.warning", {"file": path, "value": warning}, account_id)

    def _report(
        self, path: PurePosixPath, outcome: str, home: Home, document: ParsedDocument | None = None, passages: int = 0
    ) -> None:
        key = self.accounts.by_account_id.get(home.account_id or "")
        self.report.documents.append(
            DocumentReport(
                file=path.as_posix(),
                outcome=outcome,
                rule=home.rule,
                account=key.name if key else None,
                visibility=home.visibility.value if home.visibility else None,
                kind=document.kind.value if document else None,
                passages=passages,
            )
        )

    def _unassigned(self, index: int, home: Home, document: ParsedDocument | None = None) -> None:
        path = self.plan.discovered.files[index].path.as_posix()
        self.report.documents.append(
            DocumentReport(
                file=path,
                outcome=home.problem or "",
                rule=home.rule,
                kind=document.kind.value if document else None,
                candidates=list(home.candidates),
            )
        )
        self._find(index, "document.unassigned", {"file": path, "reason": home.problem}, None)

    def _find(self, index: int, code: str, details: Mapping[str, str | int | None], account_id: str | None) -> None:
        self.findings.append(Finding(code, details, "document", account_id=account_id, file_index=index))

    def remove_others(self, file_ids: Iterable[str]) -> int:
        """Remove documents of this root that are no longer filed, and return how many."""
        homes = SourceRepository(self.uow).homes_of_files(list(file_ids))
        gone = [home.id for home in homes.values() if home.id not in self.filed]
        repository = DocumentRepository(self.uow)
        for document_id in gone:
            repository.remove(document_id)
        return len(gone)
