"""What the address of the queue's list says: group, filters, order, page.

Invariant: any address is understood; what means nothing narrows nothing, and the same query always writes the same
address, so that a list can be linked to, saved and carried along to an item.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qsl, urlencode

from api.web.links import member
from api.web.words import FINDING_FAMILIES
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import OPEN, UNDECIDED, ReviewState
from copilot.store.queue_filters import LONGEST_QUERY
from copilot.store.queue_pages import QueueFilters, Sort

LIST_PARAMETER = "list"
"""Name under which the address of an item carries the query of the list that it was opened from."""
ME = "me"
"""Stands for whoever looks, so that a shared view means each reader's own."""
LONGEST_ADDRESS = 2_000
_LONGEST_CURSOR = 500
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_LARGEST = Decimal(10) ** 15


class Group(StrEnum):
    """The parts of the queue, as a manager goes through them in the morning."""

    FOR_ME = "for-me"
    OVERDUE = "overdue"
    OPEN = "open"
    CHANGES = "changes"
    LEAVING = "leaving"
    DECIDED = "decided"


STATES: Mapping[Group, tuple[ReviewState, ...]] = {
    Group.FOR_ME: tuple(sorted(OPEN)),
    Group.OVERDUE: tuple(sorted(UNDECIDED)),
    Group.OPEN: tuple(sorted(OPEN)),
    Group.CHANGES: (ReviewState.CHANGES_REQUESTED,),
    Group.LEAVING: (ReviewState.APPROVED, ReviewState.RELEASE_FAILED),
    Group.DECIDED: tuple(
        state
        for state in ReviewState
        if state not in UNDECIDED and state not in {ReviewState.APPROVED, ReviewState.RELEASE_FAILED}
    ),
}

Choice = TypeVar("Choice", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class QueueQuery:
    """One list of the queue. None and empty mean any."""

    show: Group = Group.FOR_ME
    q: str = ""
    risks: tuple[Risk, ...] = ()
    state: ReviewState | None = None
    """One state of the group's."""
    kind: DraftKind | None = None
    language: Language | None = None
    audience: Audience | None = None
    found: str = ""
    """A family of findings."""
    account: str = ""
    requester: str = ""
    assignee: str = ""
    value_from: Decimal | None = None
    overdue: bool = False
    sort: Sort = Sort.RISK
    cursor: str | None = None

    @property
    def parameters(self) -> dict[str, str | list[str]]:
        """What the address says, without what is the default; the group is always named."""
        written: dict[str, str | list[str]] = {
            "show": self.show.value,
            "q": self.q,
            "risk": [risk.value for risk in self.risks],
            "state": self.state.value if self.state else "",
            "kind": self.kind.value if self.kind else "",
            "language": self.language.value if self.language else "",
            "audience": self.audience.value if self.audience else "",
            "found": self.found,
            "account": self.account,
            "requester": self.requester,
            "assignee": self.assignee,
            "value": "" if self.value_from is None else f"{self.value_from.normalize():f}",
            "overdue": "yes" if self.overdue else "",
            "sort": "" if self.sort is Sort.RISK else self.sort.value,
            "cursor": self.cursor or "",
        }
        return {name: value for name, value in written.items() if value}

    @property
    def text(self) -> str:
        """The parameters as one text, as they stand in an address."""
        return urlencode(self.parameters, doseq=True)

    @property
    def address(self) -> str:
        """Where this list is."""
        return f"/queue?{self.text}"

    @property
    def saved_text(self) -> str:
        """What a saved view keeps: everything but the page."""
        return replace(self, cursor=None).text

    @property
    def narrowed(self) -> bool:
        """Whether anything beside the group narrows the list."""
        return bool(set(self.parameters) - {"show", "sort", "cursor"})

    @property
    def opened_from(self) -> str:
        """What the address of an item says that is opened from this list."""
        return urlencode({LIST_PARAMETER: self.text})

    def item_address(self, item_id: str) -> str:
        """Where an item of this list opens."""
        return f"/queue/{item_id}?{self.opened_from}"

    def in_group(self, group: Group) -> "QueueQuery":
        """The same filters in another group; a state that is not of that group goes."""
        state = self.state if self.state in STATES[group] else None
        return replace(self, show=group, state=state, cursor=None)

    def sorted_by(self, sort: Sort) -> "QueueQuery":
        """The same list in another order, from its start."""
        return replace(self, sort=sort, cursor=None)

    def on_page(self, cursor: str | None) -> "QueueQuery":
        """Another page of the same list."""
        return replace(self, cursor=cursor)

    def cleared(self) -> "QueueQuery":
        """The whole group in the same order."""
        return QueueQuery(show=self.show, sort=self.sort)

    def without(self, name: str, value: str = "") -> "QueueQuery":
        """The list with one filter less (`value`: which of several), from its start."""
        left = {key: kept for key, kept in self.parameters.items() if key not in {name, "cursor"}}
        if name == "risk" and value:
            left["risk"] = [risk.value for risk in self.risks if risk.value != value]
        return from_text(urlencode(left, doseq=True))

    def filters(self, viewer: Viewer) -> QueueFilters:
        """What to ask the queue for, for this viewer."""
        return QueueFilters(
            states=(self.state,) if self.state else STATES[self.show],
            for_me=self.show is Group.FOR_ME,
            overdue=self.overdue or self.show is Group.OVERDUE,
            risks=self.risks,
            kinds=(self.kind,) if self.kind else (),
            language=self.language,
            audience=self.audience,
            rules=(self.found,) if self.found else (),
            account_id=self.account or None,
            requester_id=viewer.user_id if self.requester == ME else self.requester or None,
            assignee_id=viewer.user_id if self.assignee == ME else self.assignee or None,
            value_from=self.value_from,
            q=self.q or None,
        )


def from_pairs(pairs: Sequence[tuple[str, str]]) -> QueueQuery:
    """The query that an address names, by its parameters in order."""
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name, []).append(value)
    first = {name: values[0] for name, values in given.items()}
    show = member(Group, first.get("show", "")) or Group.FOR_ME
    state = member(ReviewState, first.get("state", ""))
    chosen = set(given.get("risk", ()))
    return QueueQuery(
        show=show,
        q=_words(first.get("q", "")),
        risks=tuple(risk for risk in reversed(Risk) if risk.value in chosen),
        state=state if state in STATES[show] else None,
        kind=member(DraftKind, first.get("kind", "")),
        language=member(Language, first.get("language", "")),
        audience=member(Audience, first.get("audience", "")),
        found=first["found"] if first.get("found", "") in FINDING_FAMILIES else "",
        account=_identifier(first.get("account", "")),
        requester=_identifier(first.get("requester", "")),
        assignee=_identifier(first.get("assignee", "")),
        value_from=_amount(first.get("value", "")),
        overdue=bool(first.get("overdue")) and show is not Group.OVERDUE,
        sort=member(Sort, first.get("sort", "")) or Sort.RISK,
        cursor=first.get("cursor", "")[:_LONGEST_CURSOR] or None,
    )


def from_text(text: str) -> QueueQuery:
    """The query that `QueueQuery.text` wrote, or the usual one for a text that says nothing."""
    try:
        pairs = parse_qsl(text[:LONGEST_ADDRESS], max_num_fields=60)
    except ValueError:
        pairs = []
    return from_pairs(pairs)


def _words(text: str) -> str:
    """A text that can be looked for: no control characters, no longer than the queue takes."""
    return "".join(char if char.isprintable() else " " for char in text).strip()[:LONGEST_QUERY]


def _identifier(text: str) -> str:
    return text if _ID.fullmatch(text) else ""


def _amount(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() and 0 < amount <= _LARGEST else None
