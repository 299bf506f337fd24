"""The answer library: finding approved answers, proposing better ones, and keeping them right.

Invariants: an entry's owner or an administrator approves what it says, and nobody what they brought in themselves
unless policy lets their role; nothing that is not approved is offered as an answer; an entry is read only by whoever
may read what it was written from.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.access import Viewer, Visibility
from copilot.domain.answer_library import EntryState, LibraryEntry, LibraryFinding, ProposedChange
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language, detect
from copilot.domain.rfp_answers import ShortForm
from copilot.errors import Conflict
from copilot.store.answer_library import AnswerLibraryRepository, EntryVersion, StoredChange
from copilot.store.database import UnitOfWork
from copilot.workflows.rfp.answering.contract import LibraryMatch
from copilot.workflows.rfp.filed_answers import short_form
from copilot.workflows.rfp.library_pairs import pairs_among
from copilot.workflows.rfp.library_rules import (
    as_today,
    class_of,
    found_change,
    found_entry,
    may_approve,
    note,
    require_approval,
    require_owner,
    require_say,
    required,
    save,
    shared_only,
    with_changed_sources,
)
from copilot.workflows.rfp.likeness import likeness, wording

_LOOKED_AT = 40
"""Entries that share words with a question and are compared with it."""
_USABLE = (EntryState.PROPOSED, EntryState.APPROVED)


@dataclass(frozen=True, slots=True)
class LibraryRow:
    """A row of a table of questions and answers, as somebody kept it."""

    question: str
    answer: str
    short: str = ""
    category: str = "general"
    language: Language | None = None
    """None: found out from the words."""
    review_by: date | None = None


@dataclass(frozen=True, slots=True)
class LibraryImport:
    """What became of the rows of a table."""

    added: tuple[LibraryEntry, ...]
    known: int
    """The same question with the same answer is there already."""
    unusable: tuple[int, ...]
    """Places of rows, counted from 0, without a question or an answer."""


class AnswerLibrary:
    """Every method works inside the caller's unit of work."""

    def __init__(self, rules: RfpRules | None = None) -> None:
        self._rules = rules or RfpRules()

    def candidates(
        self, question: str, *, language: Language, viewer: Viewer, uow: UnitOfWork, limit: int = 10
    ) -> tuple[LibraryMatch, ...]:
        """The approved entries whose questions are most like this one, the most alike first."""
        found = AnswerLibraryRepository(uow).alike(
            question, viewer=viewer, states=[EntryState.APPROVED], limit=_LOOKED_AT
        )
        scored = [
            (likeness(question, entry.question, language=language, other_language=entry.language), entry)
            for entry in found
        ]
        best = sorted(scored, key=lambda each: (-each[0], each[1].language is not language, each[1].id))[:limit]
        changed = with_changed_sources([entry for _, entry in best], viewer=viewer, uow=uow)
        return tuple(
            LibraryMatch(entry=entry, likeness=score, source_changed=entry.id in changed) for score, entry in best
        )

    def get(self, entry_id: str, *, viewer: Viewer, uow: UnitOfWork) -> LibraryEntry:
        """One entry. Raises NotFound."""
        return found_entry(entry_id, viewer=viewer, uow=uow)

    def entries(
        self,
        *,
        viewer: Viewer,
        uow: UnitOfWork,
        states: Sequence[EntryState] = _USABLE,
        language: Language | None = None,
        query: str = "",
    ) -> tuple[LibraryEntry, ...]:
        """The entries that the viewer may read; `query`: those whose question shares words with it."""
        repository = AnswerLibraryRepository(uow)
        if not query.strip():
            return repository.listed(viewer=viewer, states=states, language=language)
        found = repository.alike(query, viewer=viewer, states=states, limit=_LOOKED_AT)
        return tuple(entry for entry in found if language is None or entry.language is language)

    def versions(self, entry_id: str, *, viewer: Viewer, uow: UnitOfWork) -> tuple[EntryVersion, ...]:
        """Everything that an entry has said. Raises NotFound."""
        return AnswerLibraryRepository(uow).versions(found_entry(entry_id, viewer=viewer, uow=uow).id)

    def stale(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[LibraryEntry, ...]:
        """Approved entries past their review date, or whose sources read differently today."""
        approved = AnswerLibraryRepository(uow).listed(viewer=viewer, states=[EntryState.APPROVED])
        changed = with_changed_sources(approved, viewer=viewer, uow=uow)
        today = uow.clock.today()
        return tuple(
            entry
            for entry in approved
            if entry.id in changed or (entry.review_by is not None and entry.review_by < today)
        )

    def add(
        self,
        question: str,
        answer: str,
        *,
        language: Language,
        owner_id: str | None,
        viewer: Viewer,
        uow: UnitOfWork,
        short: ShortForm | None = None,
        category: str = "general",
        review_by: date | None = None,
        visibility: Visibility = Visibility.STAFF,
        sources: tuple[Evidence, ...] = (),
        origin: str = "",
        translation_of: str | None = None,
    ) -> LibraryEntry:
        """Write a new entry, which waits for its owner's approval. Raises InputError or NotFound."""
        require_owner(owner_id, uow=uow)
        if translation_of is not None:
            found_entry(translation_of, viewer=viewer, uow=uow)
        entry = LibraryEntry(
            id=AnswerLibraryRepository(uow).new_id(),
            question=required(question),
            answer=required(answer),
            language=language,
            short=short,
            category=category or "general",
            state=EntryState.PROPOSED,
            owner_id=owner_id,
            review_by=review_by,
            version=1,
            visibility=class_of(sources, asked=visibility, viewer=viewer),
            sources=shared_only(sources),
            origin=origin,
            translation_of=translation_of,
        )
        AnswerLibraryRepository(uow).add(entry, by=viewer.user_id)
        note("library.added", entry.id, viewer=viewer, uow=uow)
        return entry

    def import_rows(
        self, rows: Sequence[LibraryRow], *, origin: str, owner: str | None, viewer: Viewer, uow: UnitOfWork
    ) -> LibraryImport:
        """Take over a table of questions and answers; every new entry waits for somebody who may approve it."""
        there = {
            (wording(entry.question), wording(entry.answer))
            for entry in AnswerLibraryRepository(uow).listed(viewer=viewer, states=_USABLE)
        }
        added: list[LibraryEntry] = []
        unusable: list[int] = []
        known = 0
        for place, row in enumerate(rows):
            key = (wording(row.question), wording(row.answer))
            if not all(key):
                unusable.append(place)
            elif key in there:
                known += 1
            else:
                there.add(key)
                added.append(self._imported(row, origin=origin, owner=owner, viewer=viewer, uow=uow))
        return LibraryImport(added=tuple(added), known=known, unusable=tuple(unusable))

    def approve(self, entry_id: str, *, viewer: Viewer, uow: UnitOfWork, review_by: date | None = None) -> LibraryEntry:
        """Stand behind an entry as it is, from today; the next review is on `review_by`, or when policy says.

        Approving an approved one says that it is still right. Raises NotFound, NotAllowed or Conflict.
        """
        entry = found_entry(entry_id, viewer=viewer, uow=uow, lock=True)
        written_by = self._written_by([entry], uow=uow)[entry.id]
        require_approval(entry.owner_id, viewer, written_by=written_by, rules=self._rules)
        if entry.state is EntryState.RETIRED:
            raise Conflict("This entry was retired.", hint="Add it anew if it is needed again.")
        return self._stand_behind(entry, review_by=review_by, viewer=viewer, uow=uow)

    def approve_all(self, entry_ids: Collection[str], *, viewer: Viewer, uow: UnitOfWork) -> tuple[LibraryEntry, ...]:
        """Approve several at once: all of them, or none. Raises as `approve`."""
        return tuple(self.approve(each, viewer=viewer, uow=uow) for each in sorted(set(entry_ids)))

    def approvable(self, entries: Sequence[LibraryEntry], *, viewer: Viewer, uow: UnitOfWork) -> frozenset[str]:
        """Ids of those that the viewer may approve, or say of that they are still right."""
        written_by = self._written_by(entries, uow=uow)
        return frozenset(
            entry.id
            for entry in entries
            if entry.state is not EntryState.RETIRED
            and may_approve(entry.owner_id, viewer, written_by=written_by[entry.id], rules=self._rules)
        )

    def acceptable(self, changes: Sequence[ProposedChange], *, viewer: Viewer) -> frozenset[str]:
        """Ids of the proposed changes that the viewer may take over."""
        return frozenset(
            each.id
            for each in changes
            if may_approve(each.owner_id, viewer, written_by=each.proposed_by, rules=self._rules)
        )

    def retire(self, entry_id: str, *, viewer: Viewer, uow: UnitOfWork) -> LibraryEntry:
        """Use an entry no more. Doing it again changes nothing. Raises NotFound or NotAllowed."""
        entry = found_entry(entry_id, viewer=viewer, uow=uow, lock=True)
        require_say(entry.owner_id, viewer)
        if entry.state is EntryState.RETIRED:
            return entry
        retired = entry.model_copy(update={"state": EntryState.RETIRED})
        save(retired, before=entry.version, uow=uow)
        note("library.retired", entry_id, viewer=viewer, uow=uow)
        return retired

    def give_to(self, entry_id: str, owner_id: str | None, *, viewer: Viewer, uow: UnitOfWork) -> LibraryEntry:
        """Make somebody answer for an entry. Raises NotFound, NotAllowed or InputError."""
        entry = found_entry(entry_id, viewer=viewer, uow=uow, lock=True)
        require_say(entry.owner_id, viewer)
        require_owner(owner_id, uow=uow)
        given = entry.model_copy(update={"owner_id": owner_id})
        save(given, before=entry.version, uow=uow)
        note("library.owner_changed", entry_id, viewer=viewer, uow=uow)
        return given

    def propose(
        self,
        entry_id: str | None,
        *,
        question: str,
        answer: str,
        language: Language,
        viewer: Viewer,
        uow: UnitOfWork,
        short: ShortForm | None = None,
        category: str = "general",
        visibility: Visibility = Visibility.STAFF,
        sources: tuple[Evidence, ...] = (),
        project_id: str | None = None,
        question_id: str | None = None,
    ) -> ProposedChange:
        """Propose a new version of an entry (None: a new entry), which waits for the owner. Raises NotFound."""
        entry = None if entry_id is None else found_entry(entry_id, viewer=viewer, uow=uow)
        change = ProposedChange(
            id=f"change_{uow.clock.new_id().hex}",
            entry_id=entry_id,
            question=required(question),
            answer=required(answer),
            short=short,
            language=language,
            category=category,
            proposed_by=viewer.user_id,
            proposed_at=uow.clock.now(),
            project_id=project_id,
            owner_id=entry.owner_id if entry else None,
        )
        asked = max(visibility, entry.visibility if entry else Visibility.STAFF, key=list(Visibility).index)
        AnswerLibraryRepository(uow).propose(
            StoredChange(
                change=change,
                based_on=entry.version if entry else None,
                question_id=question_id,
                visibility=class_of(sources, asked=asked, viewer=viewer),
                sources=shared_only(sources),
            )
        )
        note("library.change_proposed", change.id, viewer=viewer, uow=uow)
        return change

    def changes(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[ProposedChange, ...]:
        """The proposed changes that wait, oldest first."""
        return tuple(each.change for each in AnswerLibraryRepository(uow).changes(viewer=viewer))

    def accept(self, change_id: str, *, viewer: Viewer, uow: UnitOfWork, review_by: date | None = None) -> LibraryEntry:
        """Make a proposed change the entry's newest version. Raises NotFound, NotAllowed, or Conflict: it moved on."""
        stored = found_change(change_id, viewer=viewer, uow=uow)
        change, repository = stored.change, AnswerLibraryRepository(uow)
        require_approval(change.owner_id, viewer, written_by=change.proposed_by, rules=self._rules)
        if change.entry_id is None:
            entry = self.add(
                change.question,
                change.answer,
                language=change.language,
                owner_id=viewer.user_id,
                viewer=viewer,
                uow=uow,
                short=change.short,
                category=change.category,
                visibility=stored.visibility,
                sources=stored.sources,
                origin=change.project_id or "",
            )
            accepted = self._stand_behind(entry, review_by=review_by, viewer=viewer, uow=uow)
        else:
            accepted = self._new_version(change.entry_id, stored, review_by=review_by, viewer=viewer, uow=uow)
        repository.decided(change_id, state="approved", by=viewer.user_id)
        note("library.change_approved", change_id, viewer=viewer, uow=uow, version=accepted.version)
        return accepted

    def reject(self, change_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Leave the entry as it is. Raises NotFound or NotAllowed."""
        stored = found_change(change_id, viewer=viewer, uow=uow)
        require_say(stored.change.owner_id, viewer)
        AnswerLibraryRepository(uow).decided(change_id, state="rejected", by=viewer.user_id)
        note("library.change_rejected", change_id, viewer=viewer, uow=uow)

    def findings(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[LibraryFinding, ...]:
        """Pairs of entries to look at together: the same question twice, with answers that agree or do not."""
        listed = AnswerLibraryRepository(uow).listed(viewer=viewer, states=_USABLE)
        return pairs_among(listed, alike_from=self._rules.alike_from)

    def _imported(
        self, row: LibraryRow, *, origin: str, owner: str | None, viewer: Viewer, uow: UnitOfWork
    ) -> LibraryEntry:
        language = row.language or detect(f"{row.question} {row.answer}")
        return self.add(
            row.question,
            row.answer,
            language=language,
            owner_id=owner,
            viewer=viewer,
            uow=uow,
            short=short_form(row.short, language=language) if row.short.strip() else None,
            category=row.category,
            review_by=row.review_by,
            origin=origin,
        )

    def _written_by(self, entries: Sequence[LibraryEntry], *, uow: UnitOfWork) -> dict[str, str | None]:
        """Entry id -> whose words wait for an approval; None: they were approved before."""
        writers = AnswerLibraryRepository(uow).writers([entry.id for entry in entries])
        return {entry.id: None if entry.state is EntryState.APPROVED else writers.get(entry.id) for entry in entries}

    def _stand_behind(
        self, entry: LibraryEntry, *, review_by: date | None, viewer: Viewer, uow: UnitOfWork
    ) -> LibraryEntry:
        approved = self._approved(entry, review_by=review_by, viewer=viewer, uow=uow)
        save(approved, before=entry.version, uow=uow)
        AnswerLibraryRepository(uow).approve_version(approved)
        note("library.approved", entry.id, viewer=viewer, uow=uow, version=approved.version)
        return approved

    def _approved(
        self, entry: LibraryEntry, *, review_by: date | None, viewer: Viewer, uow: UnitOfWork
    ) -> LibraryEntry:
        today = uow.clock.today()
        kept = entry.review_by if entry.review_by is not None and entry.review_by > today else None
        return entry.model_copy(
            update={
                "state": EntryState.APPROVED,
                "owner_id": entry.owner_id or viewer.user_id,
                "approved_at": uow.clock.now(),
                "approved_by": viewer.user_id,
                "review_by": review_by or kept or today + timedelta(days=self._rules.review_days),
                "sources": as_today(entry.sources, viewer=viewer, uow=uow),
            }
        )

    def _new_version(
        self, entry_id: str, stored: StoredChange, *, review_by: date | None, viewer: Viewer, uow: UnitOfWork
    ) -> LibraryEntry:
        entry, change = found_entry(entry_id, viewer=viewer, uow=uow, lock=True), stored.change
        require_approval(entry.owner_id, viewer, written_by=change.proposed_by, rules=self._rules)
        if entry.version != stored.based_on or entry.state is EntryState.RETIRED:
            raise Conflict("The entry changed after this was proposed.", hint="Propose the change to it as it is now.")
        changed = entry.model_copy(
            update={
                "question": change.question,
                "answer": change.answer,
                "short": change.short,
                "category": change.category,
                "version": entry.version + 1,
                "visibility": stored.visibility,
                "sources": stored.sources,
                "review_by": None,
            }
        )
        approved = self._approved(changed, review_by=review_by, viewer=viewer, uow=uow)
        save(approved, before=entry.version, uow=uow, by=change.proposed_by)
        return approved
