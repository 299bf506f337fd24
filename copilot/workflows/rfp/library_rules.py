"""What may be done with entries of the answer library, by whom, and what they rest on.

Invariant: an entry is never readable by more people than its sources, and rests on nothing that is one account's.
"""

from collections.abc import Sequence

from copilot.approvals.rfp_rules import RfpRules
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.answer_library import LibraryEntry
from copilot.domain.evidence import Evidence
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.store.answer_library import AnswerLibraryRepository, StoredChange
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository


def found_entry(entry_id: str, *, viewer: Viewer, uow: UnitOfWork, lock: bool = False) -> LibraryEntry:
    """The entry, which stays as it is with `lock`. Raises NotFound."""
    entry = AnswerLibraryRepository(uow).find(entry_id, viewer=viewer, lock=lock)
    if entry is None:
        raise NotFound("There is no such entry in the answer library.", hint="Look for it in the list.")
    return entry


def found_change(change_id: str, *, viewer: Viewer, uow: UnitOfWork) -> StoredChange:
    """The change, which stays as it is until this transaction ends. Raises NotFound."""
    stored = AnswerLibraryRepository(uow).change(change_id, viewer=viewer)
    if stored is None:
        raise NotFound("There is no such proposed change, or it was decided.", hint="Look at the list again.")
    return stored


def has_say(owner_id: str | None, viewer: Viewer) -> bool:
    """Whether the viewer answers for it; what nobody answers for yet, managers may take on."""
    if viewer.role is Role.ADMIN or viewer.user_id == owner_id:
        return True
    return owner_id is None and viewer.role is Role.MANAGER


def require_say(owner_id: str | None, viewer: Viewer) -> None:
    """Raises NotAllowed unless the viewer answers for it."""
    if not has_say(owner_id, viewer):
        raise NotAllowed("Only its owner or an administrator decides about an entry.", hint="Ask its owner.")


def may_approve(owner_id: str | None, viewer: Viewer, *, written_by: str | None, rules: RfpRules) -> bool:
    """Whether the viewer may approve words of `written_by` for an entry.

    Who brought them in does not, unless policy lets their role; for an owner who did, somebody whom it lets does.
    """
    lets = viewer.role in rules.library_approvers
    if has_say(owner_id, viewer):
        return lets or written_by != viewer.user_id
    return lets and owner_id == written_by


def require_approval(owner_id: str | None, viewer: Viewer, *, written_by: str | None, rules: RfpRules) -> None:
    """Raises NotAllowed unless the viewer may approve these words."""
    if may_approve(owner_id, viewer, written_by=written_by, rules=rules):
        return
    if has_say(owner_id, viewer):
        raise NotAllowed("Answers that you brought in yourself are approved by somebody else.", hint="Ask a manager.")
    require_say(owner_id, viewer)


def require_owner(owner_id: str | None, *, uow: UnitOfWork) -> None:
    """Raises InputError unless it is somebody who works here."""
    if owner_id is not None and PeopleRepository(uow).by_id(owner_id) is None:
        raise InputError("The owner is nobody who works here.", hint="Choose somebody from the list.")


def required(text: str) -> str:
    """The text without blanks around it. Raises InputError if nothing is left."""
    said = text.strip()
    if not said:
        raise InputError("A question and an answer are both needed.", hint="Write what is missing.")
    return said


def shared_only(sources: Sequence[Evidence]) -> tuple[Evidence, ...]:
    """What is no account's: the library tells every customer what it says."""
    return tuple(item for item in sources if item.account_id is None)


def class_of(sources: Sequence[Evidence], *, asked: Visibility, viewer: Viewer) -> Visibility:
    """The narrowest class that the sources, or whoever asks for one, allow."""
    order = list(Visibility)
    classes = [asked, *(Visibility(item.visibility) for item in shared_only(sources) if item.visibility)]
    narrowest = max(classes, key=order.index)
    if narrowest not in viewer.visibility_classes:
        raise NotAllowed("You may not write for a class of knowledge that you cannot read.", hint="Ask a manager.")
    return narrowest


def as_today(sources: tuple[Evidence, ...], *, viewer: Viewer, uow: UnitOfWork) -> tuple[Evidence, ...]:
    """What the sources say today: whoever approves an answer has held it against them. What is gone stays as it was."""
    now = EvidenceRepository(uow).read_for(sources, viewer=viewer, today=uow.clock.today()) if sources else {}
    return tuple(now.get(item.id, item) for item in sources)


def with_changed_sources(entries: Sequence[LibraryEntry], *, viewer: Viewer, uow: UnitOfWork) -> frozenset[str]:
    """Ids of the entries that were written from something that reads differently today, or is gone."""
    sources = {item.id: item for entry in entries for item in entry.sources}
    if not sources:
        return frozenset()
    now = EvidenceRepository(uow).read_for(sources.values(), viewer=viewer, today=uow.clock.today())
    return frozenset(
        entry.id
        for entry in entries
        for item in entry.sources
        if item.id not in now or now[item.id].content_hash != item.content_hash
    )


def save(entry: LibraryEntry, *, before: int, uow: UnitOfWork, by: str | None = None) -> None:
    """Raises Conflict if somebody was faster."""
    if not AnswerLibraryRepository(uow).save(entry, before=before, by=by):
        raise Conflict("Somebody changed this entry meanwhile.", hint="Look at it again.")


def note(action: str, subject_id: str, *, viewer: Viewer, uow: UnitOfWork, version: int | None = None) -> None:
    """Record in the audit chain what was done with an entry or a proposed change."""
    details = {} if version is None else {"version": str(version)}
    AuditLog(uow).append(action, actor_id=viewer.user_id, subject=f"library:{subject_id}", details=details)
