"""What the asker sees of a turn that is over: the same while it streams, and whenever it is opened again.

Invariant: text is shown only of a version that somebody approved or that policy shows at once; once shown, it is not
taken back: a newer version takes its place when that may be shown, and what people decided is said beside it.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from copilot.agent import texts
from copilot.agent.in_sight import announced, choices, is_readable
from copilot.approvals.chat_rules import ChatRules
from copilot.approvals.entries import find_readable, subject_of
from copilot.domain import conversation as told
from copilot.domain.access import Viewer
from copilot.domain.conversation import TurnEvent, TurnState
from copilot.domain.drafts import Draft
from copilot.domain.findings import Finding, Severity
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import NotFound
from copilot.guardrails.texts import without_values
from copilot.store.audit import AuditLog
from copilot.store.chat import APPROVED, TurnRecord
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository, StoredVersion
from copilot.store.reviews import ReviewRepository

CORRECTED = "chat.corrected"
"""In the audit chain, about the item of the correction; tells whether its asker read it at once."""
SHOWN, NOT_SHOWN = "yes", "no"


@dataclass(frozen=True, slots=True)
class Shown:
    """An answer as it stands."""

    newest: ReviewItem
    newest_version: StoredVersion
    item: ReviewItem | None
    """The newest version that its asker may read; None: none."""
    version: StoredVersion | None

    @property
    def is_reviewed(self) -> bool:
        """Whether somebody stands behind what is shown."""
        return self.item is not None and self.item.state in APPROVED


def answer_of(record: TurnRecord, *, rules: ChatRules, viewer: Viewer, uow: UnitOfWork) -> Shown | None:
    """How the answer of a turn stands. None: it has none, or the viewer may no longer see what it cites."""
    if record.turn.item_id is None:
        return None
    try:
        entry, _ = find_readable(record.turn.item_id, viewer=viewer, uow=uow)
    except NotFound:
        return None
    listed = [each.item for each in ReviewRepository(uow).of_draft(entry.item.draft_id, viewer=viewer)]
    drafts = DraftRepository(uow)
    newest = listed[-1]
    newest_version = drafts.version(newest.draft_id, newest.version)
    for item in reversed(listed):
        version = newest_version if item.id == newest.id else drafts.version(item.draft_id, item.version)
        # Somebody else's edit may cite what the asker may not see.
        may_be_read = _may_be_read(item, version, rules) or _was_read(item, record, uow=uow)
        seen = item.id == entry.item.id or (may_be_read and is_readable(item.id, viewer=viewer, uow=uow))
        if not may_be_read or not seen:
            continue
        return Shown(newest, newest_version, item, version)
    return Shown(newest, newest_version, None, None)


@dataclass(frozen=True, slots=True)
class Retold:
    """A turn as it is shown now."""

    events: tuple[TurnEvent, ...]
    """All; of one that still runs, those that are there."""
    draft: Draft | None
    """What is shown of the answer; None: nothing is."""


def retold(record: TurnRecord, *, rules: ChatRules, viewer: Viewer, uow: UnitOfWork) -> Retold:
    """The turn with what its answer rests on, both read once."""
    has_answer = record.turn.state in {TurnState.ANSWERED, TurnState.HELD}
    shown = answer_of(record, rules=rules, viewer=viewer, uow=uow) if has_answer else None
    events: list[TurnEvent] = [told.Started(thread_id=record.turn.thread_id, turn_id=record.turn.id)]
    events += announced(record, viewer=viewer, uow=uow)
    events += _outcome(record, shown, viewer=viewer, uow=uow)
    return Retold(tuple(events), shown.version.draft if shown is not None and shown.version is not None else None)


def outcome(record: TurnRecord, *, rules: ChatRules, viewer: Viewer, uow: UnitOfWork) -> Iterator[TurnEvent]:
    """The answer and how the turn ended; nothing while it runs."""
    has_answer = record.turn.state in {TurnState.ANSWERED, TurnState.HELD}
    shown = answer_of(record, rules=rules, viewer=viewer, uow=uow) if has_answer else None
    yield from _outcome(record, shown, viewer=viewer, uow=uow)


def _outcome(record: TurnRecord, shown: Shown | None, *, viewer: Viewer, uow: UnitOfWork) -> Iterator[TurnEvent]:
    turn = record.turn
    language = record.plan.language if record.plan else record.thread_language or _language_of(viewer)
    match turn.state:
        case TurnState.RUNNING:
            return
        case TurnState.ASKED if turn.clarification is not None:
            asked = choices(turn.clarification, viewer=viewer, uow=uow)
            yield _finished(record, text=asked.question, candidates=asked.candidates)
        case TurnState.REFUSED if turn.refusal is not None:
            yield _finished(record, text=turn.refusal.text)
        case TurnState.ANSWERED | TurnState.HELD:
            if shown is None:
                text = texts.say("out_of_sight", language=language)
                yield _finished(record, state=TurnState.HELD, text=text)
            else:
                yield from _answer(record, shown, language)
        case _:
            yield _finished(record, text=texts.failed(record.failure, language=language))


def _answer(record: TurnRecord, shown: Shown, language: Language) -> Iterator[TurnEvent]:
    if shown.item is None or shown.version is None:
        yield _finished(
            record,
            state=TurnState.HELD,
            text=texts.state(shown.newest.state, language=language) or texts.say("held", language=language),
            reasons=_reasons(shown.newest_version.findings, language),
        )
        return
    draft = shown.version.draft
    yield from _sentences(draft, shown.version.findings)
    emptied = () if draft.sections else (texts.say("emptied", language=language),)
    yield _finished(
        record,
        state=TurnState.ANSWERED,
        item_id=shown.item.id,
        suggestions=record.suggestions,
        notes=(*_standing(shown, language), *emptied, *draft.provenance.notes),
        unreviewed=not shown.is_reviewed,
        digest=shown.item.digest,
    )


def _standing(shown: Shown, language: Language) -> Iterator[str]:
    """What a reader should know of where the answer stands."""
    item = shown.item or shown.newest
    if item.id != shown.newest.id:
        waits = texts.state(shown.newest.state, language=language)
        yield waits or texts.say("correction_waits", language=language)
    elif (said := texts.state(item.state, language=language)) is not None:
        yield said
    if not shown.is_reviewed:
        yield texts.say("unreviewed", language=language)


def _sentences(draft: Draft, findings: tuple[Finding, ...]) -> Iterator[TurnEvent]:
    """Every source before the first sentence that cites it."""
    numbers = {item.id: number for number, item in enumerate(draft.evidence, start=1)}
    said: set[str] = set()
    evidence = draft.evidence_by_id
    for section in draft.sections:
        for segment in section.segments:
            cited = [each for each in dict.fromkeys(segment.evidence_ids) if each in evidence]
            for evidence_id in cited:
                if evidence_id in said:
                    continue
                said.add(evidence_id)
                item = evidence[evidence_id]
                yield told.Citation(
                    number=numbers[evidence_id],
                    evidence_id=evidence_id,
                    kind=item.kind,
                    label=item.label,
                    text=item.text,
                    canonical=item.text,
                    formula=item.formula,
                    as_of=item.as_of.isoformat(),
                    path=item.source_path,
                )
            yield told.Sentence(
                section=section.title,
                segment_id=segment.id,
                text=segment.text,
                citations=tuple(numbers[each] for each in cited),
                notes=_notes(findings, segment.id, draft.language),
            )


def _notes(findings: tuple[Finding, ...], segment_id: str, language: Language) -> tuple[str, ...]:
    about = (found for found in findings if found.segment_id == segment_id and found.severity is not Severity.INFO)
    return tuple(dict.fromkeys(found.explanation[language] for found in about))


def _reasons(findings: tuple[Finding, ...], language: Language) -> tuple[str, ...]:
    """The gravest first, in words of the rules alone: what was found is part of what is held."""
    grave = [found for found in findings if found.severity.rank >= Severity.MEDIUM.rank]
    grave.sort(key=lambda found: -found.severity.rank)
    words = (without_values(found.rule, language=language.value) for found in grave)
    said = tuple(dict.fromkeys(each for each in words if each))
    return said or (texts.say("held_without_finding", language=language),)


def _was_read(item: ReviewItem, record: TurnRecord, *, uow: UnitOfWork) -> bool:
    """Whether this was shown when it was filed: a stricter policy holds for what comes after it."""
    if item.state is ReviewState.RECALLED:
        return False
    if item.version == 1:
        return record.was_shown
    return any(
        event.action == CORRECTED and event.details.get("shown") == SHOWN
        for event in AuditLog(uow).about(subject_of(item.id))
    )


def _may_be_read(item: ReviewItem, version: StoredVersion, rules: ChatRules) -> bool:
    if item.state in APPROVED:
        return True
    # Taken back after an approval that it needed: nobody stands behind it any more.
    return item.state is not ReviewState.RECALLED and rules.shows_at_once(item, version.findings)


def _language_of(viewer: Viewer) -> Language:
    return Language.ES if viewer.language == Language.ES.value else Language.EN


def _finished(record: TurnRecord, **values: object) -> told.Finished:
    known = {"turn_id": record.turn.id, "state": record.turn.state, "item_id": record.turn.item_id}
    return told.Finished.model_validate(known | values)
