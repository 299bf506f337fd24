"""What produced one item: who asked, what wrote it from which sources, who decided, what left, and what proves it.

Invariant: a replay reads and never writes; it shows a person nothing that the queue would not show them; what cannot
be said (a model wrote it, somebody was erased, the reader may not see a source) is said so and never guessed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from copilot import __version__
from copilot.approvals import record
from copilot.approvals.comparison import Comparison, compare
from copilot.approvals.entries import subject_of
from copilot.approvals.service import ApprovalService, ReviewView
from copilot.domain.access import Viewer
from copilot.domain.audit import AuditEvent, event_hash
from copilot.domain.drafts import Draft, DraftKind, content_digest
from copilot.domain.review_items import APPROVAL_STANDS, Verdict
from copilot.errors import NotFound, PromptError
from copilot.prompting import PromptRegistry
from copilot.store.audit import AuditLog
from copilot.store.checkpoints import CheckpointRepository
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository, StoredVersion
from copilot.store.erased_versions import ErasedVersions
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository
from copilot.store.releases import ReleaseState

WriteAgain = Callable[[Draft, Viewer, Viewer, UnitOfWork], Draft | None]
"""Writes a draft anew without filing it, from what there is now and the first person may see, in the style of the
second, who asked for it; None: nothing writes such drafts by itself."""

_ANY_INSTANT = datetime(1970, 1, 1, tzinfo=UTC)


class Today(StrEnum):
    """Whether something is today as it was then."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"
    """It does not exist any more, or this reader may not see it."""
    ERASED = "erased"
    """What was known of it then was overwritten since."""


class Reproduction(StrEnum):
    """What writing it again gave."""

    SAME = "same"
    """Every byte, by digest."""
    DIFFERS = "differs"
    """From the same sources and the same code something else: a preference, an earlier brief or the reader differs."""
    SOURCES_CHANGED = "sources_changed"
    OTHER_CODE = "other_code"
    """Another version of the product wrote it, and today's writes something else."""
    MODEL = "model"
    """A model wrote it; its answers do not come twice."""
    PERSON = "person"
    """A person wrote this version."""
    ERASED = "erased"
    NO_WRITER = "no_writer"
    """Nothing here writes this kind of draft by itself, or its account is out of the reader's sight."""


@dataclass(frozen=True, slots=True)
class SourceThen:
    """One evidence item as it was cited."""

    evidence_id: str
    label: str
    written_hash: str
    today: Today


@dataclass(frozen=True, slots=True)
class PromptThen:
    """The prompt that was used."""

    id: str
    version: int
    sha256: str
    today: Today


@dataclass(frozen=True, slots=True)
class VersionThen:
    """One version and what its author changed."""

    item_id: str
    version: int
    author_name: str
    created_at: datetime
    digest: str
    whole: bool
    """Whether the stored content and files still have this digest."""
    erased_at: datetime | None
    changes: Comparison | None
    """Against the version before; None for the first."""


@dataclass(frozen=True, slots=True)
class Step:
    """One event about the item."""

    sequence: int
    happened_at: datetime
    action: str
    actor: str
    """Name, or `system`."""
    fits: bool
    """Whether its hash is that of what it says and follows from the event before."""
    signed: bool
    """Whether a checkpoint covers it."""


@dataclass(frozen=True, slots=True)
class ItemReplay:
    """Everything; what the queue shows of the item is in `view`."""

    view: ReviewView
    prompt: PromptThen | None
    sources: tuple[SourceThen, ...]
    versions: tuple[VersionThen, ...]
    steps: tuple[Step, ...]
    missing: tuple[str, ...]
    """Actions that the item's rows tell of and the chain does not."""
    approval_on_record: bool | None
    """Whether the chain has the whole approval; None: it is not approved."""
    reproduction: Reproduction

    @property
    def sound(self) -> bool:
        """Whether every step is in the chain and fits."""
        return not self.missing and all(step.fits for step in self.steps) and self.approval_on_record is not False


def replay_item(
    item_id: str,
    *,
    approvals: ApprovalService,
    write_again: WriteAgain,
    viewer: Viewer,
    uow: UnitOfWork,
    prompts: PromptRegistry | None = None,
) -> ItemReplay:
    """Tell how the item came to be. Raises NotFound."""
    view = approvals.get(item_id, viewer=viewer, uow=uow)
    events = AuditLog(uow).about(subject_of(item_id))
    versions = _versions(view, uow=uow)
    erased = bool(versions and versions[-1].erased_at)
    sources = _sources(view, erased=erased, viewer=viewer, uow=uow)
    approved = view.item.state in APPROVAL_STANDS
    return ItemReplay(
        view=view,
        prompt=_prompt(view.draft, prompts or PromptRegistry()),
        sources=sources,
        versions=versions,
        steps=_steps(events, uow=uow),
        missing=_missing(view, events),
        approval_on_record=record.approval_is_on_record(view.item, view.findings, events) if approved else None,
        reproduction=Reproduction.ERASED
        if erased
        else _reproduction(view, sources, write_again, viewer=viewer, uow=uow),
    )


def _prompt(draft: Draft, prompts: PromptRegistry) -> PromptThen | None:
    made = draft.provenance
    if made.prompt_id is None or made.prompt_version is None:
        return None
    sha256 = made.prompt_sha256 or ""
    try:
        found = prompts.load(made.prompt_id, language=draft.language, version=made.prompt_version)
        today = Today.SAME if found.sha256 == sha256 else Today.CHANGED
    except PromptError:
        # Altered after its release or taken away: either way it is not what was used.
        today = Today.CHANGED if _exists(made.prompt_id, made.prompt_version, prompts) else Today.GONE
    return PromptThen(id=made.prompt_id, version=made.prompt_version, sha256=sha256, today=today)


def _exists(prompt_id: str, version: int, prompts: PromptRegistry) -> bool:
    try:
        return version in prompts.versions(prompt_id)
    except PromptError:
        return False


def _sources(view: ReviewView, *, erased: bool, viewer: Viewer, uow: UnitOfWork) -> tuple[SourceThen, ...]:
    """What the draft cites, in the order of its numbers."""
    draft = view.draft
    now = EvidenceRepository(uow).read_for(draft.evidence, viewer=viewer, today=draft.as_of)
    found = []
    for item in draft.evidence:
        written = draft.provenance.evidence_hashes.get(item.id, item.content_hash)
        current = now.get(item.id)
        if current is None:
            today = Today.GONE
        elif erased and written != item.content_hash:
            today = Today.ERASED
        else:
            today = Today.SAME if current.content_hash == written else Today.CHANGED
        found.append(SourceThen(item.id, item.label, written, today))
    return tuple(found)


def _versions(view: ReviewView, *, uow: UnitOfWork) -> tuple[VersionThen, ...]:
    drafts = DraftRepository(uow)
    erased_at = ErasedVersions(uow).of_draft(view.item.draft_id)
    found: list[VersionThen] = []
    before: Draft | None = None
    for line in view.versions:
        if line.version > view.item.version:
            break
        stored = drafts.version(view.item.draft_id, line.version)
        found.append(
            VersionThen(
                item_id=line.item_id,
                version=line.version,
                author_name=line.author_name,
                created_at=line.created_at,
                digest=stored.digest,
                whole=_is_whole(stored, drafts),
                erased_at=erased_at.get(line.version),
                changes=None if before is None else compare(before, stored.draft),
            )
        )
        before = stored.draft
    return tuple(found)


def _is_whole(stored: StoredVersion, drafts: DraftRepository) -> bool:
    files = drafts.deliverables(stored.draft_id, stored.version)
    return content_digest(stored.draft, deliverables=files) == stored.digest


def _steps(events: Sequence[AuditEvent], *, uow: UnitOfWork) -> tuple[Step, ...]:
    log = AuditLog(uow)
    last = CheckpointRepository(uow).last()
    covered = last.sequence if last else 0
    names = PeopleRepository(uow).names(sorted({event.actor_id for event in events}))
    return tuple(
        Step(
            sequence=event.sequence,
            happened_at=event.happened_at,
            action=event.action,
            actor=names.get(event.actor_id, event.actor_id),
            fits=event_hash(event) == event.hash and log.hash_before(event.sequence) == event.previous_hash,
            signed=event.sequence <= covered,
        )
        for event in events
    )


_DECIDED = {
    Verdict.APPROVE: record.APPROVED,
    Verdict.REJECT: record.REJECTED,
    Verdict.REQUEST_CHANGES: record.CHANGES_REQUESTED,
}


def _missing(view: ReviewView, events: Sequence[AuditEvent]) -> tuple[str, ...]:
    """What the rows tell and the chain does not."""
    told = {event.action for event in events}
    voters = {event.actor_id for event in events if event.action == record.VOTED}
    expected = []
    if not told & record.FILED:
        expected.append(record.SUBMITTED)
    if any(line.vote.voter_id not in voters for line in view.votes):
        expected.append(record.VOTED)
    if view.item.verdict is not None and view.item.decided_by is not None:
        expected += [_DECIDED[view.item.verdict]] if _DECIDED[view.item.verdict] not in told else []
    if view.release is not None and view.release.state is ReleaseState.RELEASED:
        left = {"release.released", "release.copied", "release.resolved"}
        expected += [] if told & left else ["release.released"]
    return tuple(expected)


def _reproduction(
    view: ReviewView, sources: Sequence[SourceThen], write_again: WriteAgain, *, viewer: Viewer, uow: UnitOfWork
) -> Reproduction:
    obstacle = _obstacle(view)
    if obstacle is not None:
        return obstacle
    author = PeopleRepository(uow).by_id(view.item.requester_id)
    try:
        again = write_again(view.draft, viewer, author or viewer, uow)
    except NotFound:
        again = None
    if again is None:
        return Reproduction.NO_WRITER
    if _written_digest(again) == _written_digest(view.draft):
        return Reproduction.SAME
    read_then, read_now = view.draft.provenance.evidence_hashes, again.provenance.evidence_hashes
    if read_then != read_now or any(source.today is not Today.SAME for source in sources):
        return Reproduction.SOURCES_CHANGED
    return Reproduction.OTHER_CODE if view.draft.provenance.code_version != __version__ else Reproduction.DIFFERS


def _obstacle(view: ReviewView) -> Reproduction | None:
    if view.draft.provenance.writer != "offline":
        return Reproduction.MODEL
    if view.item.version > 1:
        return Reproduction.PERSON
    return None if view.draft.kind is DraftKind.BRIEF else Reproduction.NO_WRITER


def _written_digest(draft: Draft) -> str:
    """Over all that the writer decides: everything but the instant, and how it was made."""
    neutral = draft.provenance.model_copy(update={"evidence_hashes": {}, "notes": (), "code_version": ""})
    fixed = draft.model_copy(update={"written_at": _ANY_INSTANT, "provenance": neutral})
    return content_digest(fixed, deliverables={})
