"""Overwriting a person in drafts: content, findings, files and the hashes of what they cite.

Invariant: a version's digest stays that of what was written, because the audit chain holds it; `erased_at` says that
the content is no longer that. So a redacted version can be read and never be released, and an undecided one is stale.
"""

from collections.abc import Collection

from sqlalchemy import delete, select

from copilot.domain.drafts import Draft
from copilot.domain.redaction import PlainMarks, redact_bytes, redact_json
from copilot.domain.rendering import render_redacted
from copilot.store.database import UnitOfWork
from copilot.store.erasure_tables import Occurrence, ScopedMarks
from copilot.store.stale_items import StaleItems
from copilot.store.tables.work import DeliverableRow, DraftEvidenceRow, DraftRow, DraftVersionRow

Version = tuple[str, int]
"""Draft id and version."""


class DraftEraser:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork, marks: ScopedMarks) -> None:
        self._uow = uow
        self._session = uow.session
        self._clock = uow.clock
        self._marks = marks

    def overwrite(self, found: Collection[Occurrence]) -> list[Version]:
        """Overwrite these versions with their files and the hashes of what they cite, and name them."""
        versions = versions_of(found)
        for version in versions:
            self._version(version)
        self._session.flush()
        return versions

    def mark_stale(self, versions: Collection[Version]) -> tuple[str, ...]:
        """Take undecided and unreleased items of these versions out of the queue; returns their ids.

        What may have left stays until a person says what became of it; its bytes no longer fit its digest.
        """
        return StaleItems(self._uow).mark_erased(versions)

    def _version(self, version: Version) -> None:
        row = self._session.get_one(DraftVersionRow, version)
        account_id = self._session.scalar(select(DraftRow.account_id).where(DraftRow.id == row.draft_id))
        marks = self._marks.of(account_id)
        row.content = redact_json(row.content, marks)
        row.findings = redact_json(row.findings, marks)
        row.erased_at = self._clock.now()
        draft = Draft.model_validate(row.content)
        self._files(row, draft, marks)
        self._evidence(version, draft)

    def _files(self, row: DraftVersionRow, draft: Draft, marks: PlainMarks) -> None:
        """Files are written anew from the redacted draft: in their own markup a name may be spelt differently."""
        anew = render_redacted(draft)
        files = self._session.scalars(
            select(DeliverableRow).where(DeliverableRow.draft_id == row.draft_id, DeliverableRow.version == row.version)
        )
        for file in files:
            known = anew.get(file.name)
            file.content = known if known is not None else redact_bytes(file.content, marks)

    def _evidence(self, version: Version, draft: Draft) -> None:
        """The stored hash of what was cited was made from the person's data."""
        hashes = {item.id: item.content_hash for item in draft.evidence}
        rows = self._session.scalars(
            select(DraftEvidenceRow).where(
                DraftEvidenceRow.draft_id == version[0], DraftEvidenceRow.version == version[1]
            )
        )
        for row in rows:
            row.content_hash = hashes.get(row.evidence_id, "erased")


def versions_of(found: Collection[Occurrence]) -> list[Version]:
    """The versions of drafts that these places are in."""
    return sorted({(item.key["draft_id"], int(item.key["version"])) for item in found})


def empty_versions(uow: UnitOfWork, versions: Collection[Version]) -> int:
    """Take the texts, sources, findings and files of versions away, for retention; returns how many had any."""
    emptied = 0
    for version in versions:
        row = uow.session.get_one(DraftVersionRow, version)
        draft = Draft.model_validate(row.content)
        provenance = draft.provenance.model_copy(update={"evidence_hashes": {}, "notes": ()})
        bare = draft.model_copy(update={"sections": (), "evidence": (), "provenance": provenance})
        row.content, row.findings, row.erased_at = bare.model_dump(mode="json"), [], uow.clock.now()
        of_version = {"draft_id": version[0], "version": version[1]}
        uow.session.execute(delete(DeliverableRow).filter_by(**of_version))
        uow.session.execute(delete(DraftEvidenceRow).filter_by(**of_version))
        emptied += 1
    uow.session.flush()
    return emptied
