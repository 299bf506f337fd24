"""Turns what happened in the queue into feedback: which sentences an edit changed, and why a version was sent back.

Invariant: only references and families are kept. It reads what is there after the fact, so an edit or a decision never
fails because of it, and nothing is counted twice.
"""

from collections.abc import Iterable, Iterator

from copilot.approvals.feedback.reasons import reasons
from copilot.domain.drafts import Draft
from copilot.domain.feedback import Feedback, FeedbackKind
from copilot.domain.findings import Finding
from copilot.domain.review_items import Verdict
from copilot.store.database import UnitOfWork
from copilot.store.feedback import FeedbackRepository, SentBack, VersionPair

_NOT_TOPICS = frozenset({"draft"})
_AT_ONCE = 200


def record_due(*, uow: UnitOfWork) -> int:
    """Keep the feedback of what was edited and sent back since the last time; returns how much is new."""
    repository = FeedbackRepository(uow)
    entries = [entry for pair in repository.unscanned(most=_AT_ONCE) for entry in edited(pair)]
    entries += [sent_back(item) for item in repository.unheard(most=_AT_ONCE)]
    return repository.add(entries)


def edited(pair: VersionPair) -> Iterator[Feedback]:
    """One entry for each sentence that a person changed or took out. A version written anew is nobody's edit."""
    if pair.before.provenance != pair.after.provenance:
        return
    after = {segment.id: segment.text for segment in pair.after.segments()}
    topics = _topics(pair.findings_before)
    for section in pair.before.sections:
        for segment in section.segments:
            new = after.get(segment.id)
            if new == segment.text:
                continue
            yield _entry(pair, FeedbackKind.EDIT if new else FeedbackKind.REMOVAL).model_copy(
                update={
                    "segment_id": segment.id,
                    "section_key": section.key,
                    "topics": tuple(sorted(topics.get(segment.id, ()))),
                }
            )


def sent_back(item: SentBack) -> Feedback:
    """The entry of a rejection or a request for changes."""
    rejected = item.verdict is Verdict.REJECT
    return Feedback(
        kind=FeedbackKind.REJECTION if rejected else FeedbackKind.CHANGE_REQUEST,
        item_id=item.item_id,
        draft_id=item.draft_id,
        version=item.version,
        author_id=item.decided_by,
        draft_kind=item.kind,
        language=item.language,
        topics=reasons(item.comment),
        created_at=item.decided_at,
    )


def _entry(pair: VersionPair, kind: FeedbackKind) -> Feedback:
    draft: Draft = pair.after
    return Feedback(
        kind=kind,
        item_id=pair.item_id,
        draft_id=pair.draft_id,
        version=pair.version,
        author_id=pair.author_id,
        draft_kind=draft.kind,
        language=draft.language,
        created_at=pair.written_at,
    )


def _topics(findings: Iterable[Finding]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for item in findings:
        family = item.rule.partition(".")[0]
        if item.segment_id is not None and family not in _NOT_TOPICS:
            found.setdefault(item.segment_id, set()).add(family)
    return found
