"""Drafts as outputs: what became of each, how much of it people changed, how long it waited and was read.

Invariants: a draft has one fate, that of its last version; an edit is held against what the copilot wrote last, so a
draft written anew is no edit by anybody; a review never counts for longer than the rules let it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from rapidfuzz.distance import Levenshtein

from copilot.domain.review_items import APPROVAL_STANDS, UNDECIDED, ReviewState
from copilot.domain.value import JUDGED, Fate, Output
from copilot.store.database import UnitOfWork
from copilot.store.value_drafts import FiledDraft, ValueDrafts, WrittenVersion
from copilot.workflows.value.rules import ValueRules

_TAKEN_BACK = frozenset({ReviewState.WITHDRAWN, ReviewState.RECALLED})
_NO_COST = Decimal(0)
Openings = Mapping[tuple[str, str], datetime]
Words = Mapping[tuple[str, int], Sequence[str]]


def read_outputs(
    people: Sequence[str], *, since: datetime, until: datetime, rules: ValueRules, uow: UnitOfWork
) -> tuple[Output, ...]:
    """What these people asked for in the time, oldest first."""
    drafts = ValueDrafts(uow)
    filed = drafts.filed(people, since=since, until=until)
    openings = drafts.openings(people, since=since, until=until)
    compared = [
        (draft.draft_id, version)
        for draft in filed
        if _state(draft) in APPROVAL_STANDS and _is_people_s(draft)
        for version in (_written_by_copilot(draft).version, draft.versions[-1].version)
    ]
    words = drafts.words(compared)
    return tuple(output_of(draft, openings=openings, words=words, rules=rules) for draft in filed)


def output_of(draft: FiledDraft, *, openings: Openings, words: Words, rules: ValueRules) -> Output:
    """`words`: of the versions to be compared, where people wrote the one that was approved."""
    distance = _distance(draft, words) if _state(draft) in APPROVAL_STANDS else None
    changed = _state(draft) in APPROVAL_STANDS and distance != 0
    fate = fate_of(_state(draft), changed=changed)
    decided_at = draft.items[-1].decided_at
    waited = None
    if fate in JUDGED and decided_at is not None:
        waited = (decided_at - draft.items[0].submitted_at).total_seconds() / 3600
    written = _copilot_s(draft.versions)
    by_model = [each for each in written if each.by_model]
    return Output(
        draft_id=draft.draft_id,
        kind=draft.kind,
        requester_id=draft.requester_id,
        filed_at=draft.items[0].submitted_at,
        fate=fate,
        hours_in_queue=waited,
        distance=distance,
        review_seconds=review_seconds(draft, openings=openings, rules=rules),
        cost_usd=sum((each.cost_usd for each in by_model if each.cost_usd is not None), start=_NO_COST),
        by_model=bool(by_model),
        cost_unknown=any(each.cost_usd is None for each in by_model),
    )


def fate_of(state: ReviewState, *, changed: bool) -> Fate:
    """What a draft came to whose last version is in that state; `changed`: people changed words of it."""
    if state in APPROVAL_STANDS:
        return Fate.EDITED if changed else Fate.UNCHANGED
    if state is ReviewState.REJECTED:
        return Fate.REJECTED
    if state in _TAKEN_BACK:
        return Fate.WITHDRAWN
    return Fate.WAITING if state in UNDECIDED else Fate.LAPSED


def review_seconds(draft: FiledDraft, *, openings: Openings, rules: ValueRules) -> int:
    """From when each person opened each version to the last they did with it: a vote, a refusal, an edit.

    At most the longest review of the rules each; of who never opened it, the rules say how long that counts.
    """
    last: dict[tuple[str, str], datetime] = {}
    for act in draft.judged:
        key = (act.item_id, act.person_id)
        last[key] = max(act.at, last.get(key, act.at))
    for item_id, person_id, at in _edits(draft):
        last[item_id, person_id] = max(at, last.get((item_id, person_id), at))
    return sum(_seconds(openings.get(key), at, rules) for key, at in last.items())


def _seconds(opened_at: datetime | None, at: datetime, rules: ValueRules) -> int:
    if opened_at is None or opened_at > at:
        return rules.unopened_review_minutes * 60
    return min(round((at - opened_at).total_seconds()), rules.longest_review_minutes * 60)


def _edits(draft: FiledDraft) -> list[tuple[str, str, datetime]]:
    """Item that was edited, who did it, and when the next version was there."""
    # What was filed again after its end, with the same words, was not edited.
    item_of = {item.version: item.item_id for item in draft.items if item.state is ReviewState.SUPERSEDED}
    return [
        (item_of[before.version], after.author_id, after.created_at)
        for before, after in zip(draft.versions, draft.versions[1:], strict=False)
        if after.origin == before.origin and before.version in item_of
    ]


def _copilot_s(versions: Sequence[WrittenVersion]) -> list[WrittenVersion]:
    """Those that the copilot wrote: an edit, and the same words filed again, keep the origin of the one before."""
    return [
        version
        for number, version in enumerate(versions)
        if number == 0 or version.origin != versions[number - 1].origin
    ]


def _written_by_copilot(draft: FiledDraft) -> WrittenVersion:
    return _copilot_s(draft.versions)[-1]


def _is_people_s(draft: FiledDraft) -> bool:
    return _written_by_copilot(draft).version != draft.versions[-1].version


def _state(draft: FiledDraft) -> ReviewState:
    return draft.items[-1].state


def _distance(draft: FiledDraft, words: Words) -> float | None:
    """Of the words of the last version from those that the copilot wrote last; None where a text was erased.

    Words between spaces; how many have to be put in, taken out or replaced (Levenshtein 1966), as a share of the
    longer text: 0 is the same words, 1 is nothing in common.
    """
    before, after = _written_by_copilot(draft), draft.versions[-1]
    if before.version == after.version:
        return 0.0
    if before.erased or after.erased:
        return None
    return Levenshtein.normalized_distance(
        list(words[draft.draft_id, before.version]), list(words[draft.draft_id, after.version])
    )
