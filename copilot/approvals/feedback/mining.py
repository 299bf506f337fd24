"""From many approved edits to preferences.

Invariants: deterministic, and the order of the edits plays no part. A preference was seen in enough different drafts
and about enough accounts, was never reversed, and was rarely passed over; what states a fact is not among them.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from copilot.approvals.feedback.application import contains
from copilot.approvals.feedback.facts import Fact
from copilot.approvals.feedback.habits import INFLECTED, Change
from copilot.approvals.feedback.observing import Edit, observe
from copilot.approvals.feedback.rules import FeedbackRules
from copilot.domain.style import Preference, PreferenceKind

_NO_SHAPE = "no_shape"


@dataclass
class _Seen:
    """Where one change was made."""

    drafts: set[str] = field(default_factory=set)
    accounts: set[str] = field(default_factory=set)
    people: set[str] = field(default_factory=set)
    items: set[str] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class Mined:
    """What was learnt, and how many changes were refused by the fact they state."""

    preferences: tuple[Preference, ...]
    refused: Counter[str]
    contradicted: frozenset[str] = frozenset()
    """Keys of those known before that the edits speak against."""


def mine(
    edits: Iterable[Edit],
    *,
    rules: FeedbackRules,
    names: Collection[str] = (),
    people: int = 1,
    known: Sequence[Preference] = (),
) -> Mined:
    """Learn from edits of one scope and language.

    `people`: by how many a change must have been made; `known`: what was learnt before, to be held against the edits.
    """
    ordered = sorted(edits, key=lambda edit: (edit.item_id, edit.old, edit.new))
    seen, refused = _collect(ordered, names=names)
    learnt = [
        Preference(kind=change.kind, before=change.before, after=change.after, items=tuple(sorted(where.items)))
        for change, where in sorted(seen.items(), key=lambda item: _order(item[0]))
        if _often_enough(where, rules, people=people) and _holds(change, len(where.drafts), seen, ordered, rules=rules)
    ]
    contradicted = frozenset(
        item.key
        for item in known
        if not _holds(Change(item.kind, item.before, item.after), len(item.items), seen, ordered, rules=rules)
    )
    return Mined(tuple(learnt), refused, contradicted)


def _collect(edits: Sequence[Edit], *, names: Collection[str]) -> tuple[dict[Change, _Seen], Counter[str]]:
    seen: dict[Change, _Seen] = {}
    refused: Counter[str] = Counter()
    for edit in edits:
        observed = observe(edit, names=names)
        refused.update(_name(fact) for fact in observed.refused)
        for change in observed.changes:
            where = seen.setdefault(change, _Seen())
            where.drafts.add(edit.draft_id)
            where.accounts.add(edit.account_id or edit.draft_id)
            where.people.add(edit.editor_id)
            where.items.add(edit.item_id)
    return seen, refused


def _name(fact: Fact | None) -> str:
    return fact.value if fact else _NO_SHAPE


def _often_enough(where: _Seen, rules: FeedbackRules, *, people: int) -> bool:
    return len(where.drafts) >= rules.drafts and len(where.accounts) >= rules.accounts and len(where.people) >= people


def _holds(
    change: Change, made: int, seen: dict[Change, _Seen], edits: Sequence[Edit], *, rules: FeedbackRules
) -> bool:
    """Whether nothing speaks against it: no reversal, few exceptions, and a form that can be written.

    `made`: in how many drafts it was made.
    """
    if change.kind is PreferenceKind.GREETING and change.after in INFLECTED:
        return False
    if Change(change.kind, change.after, change.before) in seen:
        return False
    others: set[str] = set()
    for other, place in seen.items():
        if (other.kind, other.before) == (change.kind, change.before) and other != change:
            others |= place.drafts
    passed_over = {edit.draft_id for edit in edits if _left_alone(change, edit)}
    drafts = seen[change].drafts if change in seen else set()
    return len((others | passed_over) - drafts) <= rules.most_exceptions * max(made, len(drafts))


def _left_alone(change: Change, edit: Edit) -> bool:
    """Whether somebody went over a sentence and left the words in it."""
    return change.kind is PreferenceKind.WORDING and contains(edit.new, change.before)


def _order(change: Change) -> tuple[str, str, str]:
    return change.kind.value, change.before, change.after
