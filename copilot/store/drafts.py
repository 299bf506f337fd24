"""Drafts and their versions.

Invariant: a version is written once, whole (content, bytes, digest, evidence, findings), and never changed.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, insert, literal_column, select, update

from copilot.domain.access import Viewer
from copilot.domain.destinations import Destination
from copilot.domain.drafts import Draft, DraftKind
from copilot.domain.findings import Finding
from copilot.domain.review_items import APPROVAL_STANDS
from copilot.errors import Conflict, NotFound
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import ask, kept_for_viewers
from copilot.store.tables.work import DeliverableRow, DraftEvidenceRow, DraftRow, DraftVersionRow, ReviewItemRow
from copilot.store.visibility import id_is_visible


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to be written."""

    draft: Draft
    digest: str
    deliverables: dict[str, bytes]
    findings: tuple[Finding, ...]
    author_id: str


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """A version as it was written."""

    draft_id: str
    version: int
    draft: Draft
    digest: str
    findings: tuple[Finding, ...]
    author_id: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Judged:
    """Of a version, what its approval rests on, without its text."""

    findings: tuple[Finding, ...]
    cited_accounts: frozenset[str]
    destination: Destination


def judged_columns() -> tuple[ColumnElement[Any], ...]:
    """Of `draft_versions`, what `to_judged` reads: the text itself stays with the server."""
    evidence = DraftVersionRow.content["evidence"]
    return (
        DraftVersionRow.findings.label("findings"),
        func.jsonb_path_query_array(evidence, literal_column("'$[*].account_id'")).label("cited_accounts"),
        DraftVersionRow.content["destination"].as_string().label("destination"),
    )


def to_judged(row: Any) -> Judged:
    """A row with the `judged_columns`."""
    return Judged(
        findings=tuple(Finding.model_validate(item) for item in row.findings),
        cited_accounts=frozenset(account_id for account_id in row.cited_accounts if account_id),
        destination=Destination(row.destination or Destination.FILES),
    )


class DraftRepository:
    """Reads are not filtered by viewer except where they take one: reach a version through its review item."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def create(self, new: NewVersion, *, requester_id: str) -> StoredVersion:
        """Write a new draft with its first version."""
        draft_id = f"draft_{self._uow.clock.new_id().hex}"
        self._session.add(
            DraftRow(
                id=draft_id,
                kind=new.draft.kind.value,
                account_id=new.draft.account_id,
                requester_id=requester_id,
                created_at=self._uow.clock.now(),
                latest_version=1,
            )
        )
        self._session.flush()
        return self._write(draft_id, 1, new)

    def add_version(self, draft_id: str, new: NewVersion, *, after: int) -> StoredVersion:
        """Write the version that follows `after`. Raises Conflict if somebody wrote it first."""
        moved = self._session.execute(
            update(DraftRow)
            .where(DraftRow.id == draft_id, DraftRow.latest_version == after)
            .values(latest_version=after + 1)
            .returning(DraftRow.id)
        ).one_or_none()
        if moved is None:
            raise Conflict("A newer version of this draft exists.", hint="Open it and edit that one.")
        return self._write(draft_id, after + 1, new)

    def version(self, draft_id: str, version: int) -> StoredVersion:
        """Return one version. Raises NotFound."""
        row = self._session.get(DraftVersionRow, (draft_id, version))
        if row is None:
            raise NotFound("This version of the draft does not exist.")
        return to_stored(row)

    def judged(self, draft_id: str, version: int) -> Judged:
        """What the approval of a version rests on. Raises NotFound."""
        query = select(*judged_columns()).where(
            DraftVersionRow.draft_id == draft_id, DraftVersionRow.version == version
        )
        row = self._session.execute(query).one_or_none()
        if row is None:
            raise NotFound("This version of the draft does not exist.")
        return to_judged(row)

    def deliverables(self, draft_id: str, version: int) -> dict[str, bytes]:
        """File name -> the exact stored bytes."""
        rows = self._session.execute(
            select(DeliverableRow.name, DeliverableRow.content)
            .where(DeliverableRow.draft_id == draft_id, DeliverableRow.version == version)
            .order_by(DeliverableRow.name)
        )
        return {row.name: row.content for row in rows}

    def last_approved(self, account_id: str, *, kind: DraftKind, viewer: Viewer) -> StoredVersion | None:
        """The newest approved version of this kind for an account that `viewer` may see, or None."""
        [rows] = ask(self._uow, _last_approved(viewer).asked(viewer, account_id=account_id, kind=kind.value))
        return to_stored(rows[0]) if rows else None

    def _write(self, draft_id: str, version: int, new: NewVersion) -> StoredVersion:
        created_at = self._uow.clock.now()
        self._session.add(
            DraftVersionRow(
                draft_id=draft_id,
                version=version,
                digest=new.digest,
                content=new.draft.model_dump(mode="json"),
                language=new.draft.language.value,
                as_of=new.draft.as_of,
                author_id=new.author_id,
                created_at=created_at,
                findings=[item.model_dump(mode="json") for item in new.findings],
            )
        )
        self._session.flush()
        if new.deliverables:
            self._session.execute(
                insert(DeliverableRow),
                [
                    {"draft_id": draft_id, "version": version, "name": name, "content": content}
                    for name, content in sorted(new.deliverables.items())
                ],
            )
        hashes = {item.id: item.content_hash for item in new.draft.evidence}
        if hashes:
            self._session.execute(
                insert(DraftEvidenceRow),
                [
                    {"draft_id": draft_id, "version": version, "evidence_id": key, "content_hash": value}
                    for key, value in sorted(hashes.items())
                ],
            )
        return StoredVersion(
            draft_id=draft_id,
            version=version,
            draft=new.draft,
            digest=new.digest,
            findings=new.findings,
            author_id=new.author_id,
            created_at=created_at,
        )


@kept_for_viewers
def _last_approved(viewer: Viewer) -> Select[*tuple[Any, ...]]:
    """Of the account `account_id` and the kind `kind`."""
    return (
        select(*DraftVersionRow.__table__.columns)
        .join(
            ReviewItemRow,
            (ReviewItemRow.draft_id == DraftVersionRow.draft_id) & (ReviewItemRow.version == DraftVersionRow.version),
        )
        .where(
            ReviewItemRow.account_id == bindparam("account_id", ""),
            id_is_visible(viewer, ReviewItemRow.account_id),
            ReviewItemRow.visibility.in_([item.value for item in viewer.visibility_classes]),
            ReviewItemRow.kind == bindparam("kind", ""),
            ReviewItemRow.state.in_(APPROVAL_STANDS),
            func.jsonb_array_length(DraftVersionRow.content["sections"]) > 0,  # not emptied for retention
        )
        .order_by(ReviewItemRow.decided_at.desc(), ReviewItemRow.id)
        .limit(1)
    )


def to_stored(row: Any) -> StoredVersion:
    """A row with the columns of `draft_versions`."""
    return stored_version(row, digest=row.digest, author_id=row.author_id, created_at=row.created_at)


def stored_version(row: Any, *, digest: str, author_id: str, created_at: datetime) -> StoredVersion:
    """Likewise, where these columns have names of their own because another table of the row has them too."""
    return StoredVersion(
        draft_id=row.draft_id,
        version=row.version,
        draft=Draft.model_validate(row.content),
        digest=digest,
        findings=tuple(Finding.model_validate(item) for item in row.findings),
        author_id=author_id,
        created_at=created_at,
    )
