"""The list of the queue as a page shows it: rows in words, parts with counts, choices, active filters.

Invariant 3: everything comes from what the viewer may see. A box to choose a row is there only where approving it
together with others would not be refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from babel.dates import format_timedelta

from api.localisation import mark as _
from api.localisation import translate
from api.web import words
from api.web.queue_query import ME, STATES, Group, QueueQuery
from api.web.values import Values
from copilot.domain.access import Viewer
from copilot.domain.approvals import live_votes
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import OPEN, UNDECIDED, ReviewItem, ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.queue_surroundings import ListedDetails, Named, QueueSurroundings
from copilot.store.queue_turns import Turns
from copilot.store.review_entries import QueueEntry

GROUPS = {
    Group.FOR_ME: _("Waiting for me"),
    Group.OVERDUE: _("Overdue"),
    Group.OPEN: _("All open"),
    Group.CHANGES: _("Changes requested"),
    Group.LEAVING: _("Approved, not out yet"),
    Group.DECIDED: _("Decided"),
}
EMPTY = {
    Group.OVERDUE: (_("Nothing is overdue"), _("Everything that waits is within its time.")),
    Group.OPEN: (_("Nothing is open"), _("Every draft that you may see has been decided. New ones appear here.")),
    Group.CHANGES: (
        _("No changes are asked for"),
        _("Drafts that a reviewer sends back wait here until who asked for them edits, redrafts or withdraws them."),
    ),
    Group.LEAVING: (
        _("Nothing waits to leave"),
        _("Approved drafts stay here until they are out, and so does what could not be delivered."),
    ),
    Group.DECIDED: (_("Nothing is decided yet"), _("What was released, rejected, withdrawn or ran out is kept here.")),
}
FILTERS = {
    "state": _("State"),
    "kind": _("Kind"),
    "found": _("What was found"),
    "account": _("Account"),
    "requester": _("Asked for by"),
    "assignee": _("Assigned to"),
    "language": _("Language"),
    "audience": _("For whom"),
}
"""Lists to choose from above the queue."""

_YOU = _("you")
_TAKEN = _("taken on by %(name)s")
_ASSIGNED = _("assigned to %(name)s")
_OVERDUE_BY = _("overdue by %(time)s")
_OF = _("%(given)s of %(needed)s")
_HELD = _("held: no rule of the policy covers it")
_LEAVES = _("leaves %(time)s")
_LEAVING = _("on its way out")
_PARKED = _("not known whether it went out: somebody has to look")


@dataclass(frozen=True, slots=True)
class Row:
    """One draft in the list."""

    entry: QueueEntry
    families: tuple[str, ...]
    """What was found, in words."""
    requester: str
    holder: str
    """Who took it on or is asked to decide; empty: nobody in particular."""
    may_bulk: bool
    approvals: str
    time_left: str
    overdue: bool
    escalated: bool
    leaving: str
    """How its release stands."""


@dataclass(frozen=True, slots=True)
class Choice:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Select:
    """One list to choose a filter from."""

    name: str
    label: str
    options: tuple[Choice, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class Chip:
    """An active filter and where the list without it is."""

    label: str
    address: str


class ListWords:
    """Puts what is listed for one viewer into words."""

    def __init__(self, viewer: Viewer, *, language: Language, uow: UnitOfWork) -> None:
        self._viewer = viewer
        self._values = Values(language)
        self._language = language
        self._uow = uow

    def say(self, message: str, **values: object) -> str:
        """A text in the viewer's language."""
        return translate(message, language=self._language) % values

    def rows(self, entries: Sequence[QueueEntry], *, turns: Turns) -> tuple[Row, ...]:
        """The entries in words."""
        held_by = {person for entry in entries for person in (entry.item.claimed_by, entry.item.assignee_id) if person}
        item_ids = [entry.item.id for entry in entries]
        details, names = QueueSurroundings(self._uow).details(item_ids, people=held_by)
        now = self._uow.clock.now()
        return tuple(self._row(entry, details[entry.item.id], names=names, turns=turns, now=now) for entry in entries)

    def _row(
        self,
        entry: QueueEntry,
        details: ListedDetails,
        *,
        names: dict[str, str],
        turns: Turns,
        now: datetime,
    ) -> Row:
        item = entry.item
        overdue = item.state in UNDECIDED and item.requirement.due_at <= now
        return Row(
            entry=entry,
            families=tuple(
                self.say(label) for family, label in words.FINDING_FAMILIES.items() if family in details.rules
            ),
            requester=self._person(item.requester_id, entry.requester_name),
            holder=self._holder(item, names),
            may_bulk=may_bulk(item, turns),
            approvals=self._approvals(item),
            time_left=self._time_left(item.requirement.due_at, now),
            overdue=overdue,
            escalated=overdue and item.escalated_at is not None,
            leaving=self._leaving(item, details, now=now),
        )

    def _person(self, user_id: str, name: str) -> str:
        return self.say(_YOU) if user_id == self._viewer.user_id else name

    def _holder(self, item: ReviewItem, names: dict[str, str]) -> str:
        if item.state not in UNDECIDED:
            return ""
        if item.claimed_by:
            return self.say(_TAKEN, name=self._person(item.claimed_by, names.get(item.claimed_by, "")))
        if item.assignee_id:
            return self.say(_ASSIGNED, name=self._person(item.assignee_id, names.get(item.assignee_id, "")))
        return ""

    def _approvals(self, item: ReviewItem) -> str:
        needed = item.requirement.approvals
        return self.say(_OF, given=len(live_votes(item)), needed=needed) if needed else self.say(_HELD)

    def _time_left(self, due_at: datetime, now: datetime) -> str:
        if due_at > now:
            return self._values.distance(due_at, now)
        late = format_timedelta(now - due_at, locale=self._values.formatter.locale)
        return self.say(_OVERDUE_BY, time=late)

    def _leaving(self, item: ReviewItem, details: ListedDetails, *, now: datetime) -> str:
        if details.release_state == "parked":
            return self.say(_PARKED)
        if item.state is ReviewState.RELEASE_FAILED:
            return self._values.release_problem(details.error_code)
        if item.state is not ReviewState.APPROVED:
            return ""
        if details.not_before is not None and details.not_before > now:
            return self.say(_LEAVES, time=self._values.distance(details.not_before, now))
        return self.say(_LEAVING)

    def selects(self, query: QueueQuery) -> tuple[Select, ...]:
        """Every list to choose a filter from, each with what can be found in this part of the queue."""
        named = QueueSurroundings(self._uow).choices(self._viewer, states=STATES[query.show])
        found = (
            ("state", self._states(query), query.state),
            ("kind", self._coded(DraftKind, "draft_kind"), query.kind),
            ("found", self._families(), query.found),
            ("account", self._named(named.accounts), query.account),
            ("requester", self._people(named.requesters), query.requester),
            ("assignee", self._people(named.assignees), query.assignee),
            ("language", self._coded(Language, "language"), query.language),
            ("audience", self._coded(Audience, "audience"), query.audience),
        )
        return tuple(
            self._select(name, options, str(chosen or ""))
            for name, options, chosen in found
            if len(options) > 1 or chosen
        )

    def _select(self, name: str, options: tuple[Choice, ...], chosen: str) -> Select:
        if chosen and all(option.value != chosen for option in options):
            options = (*options, Choice(chosen, self._unlisted(name, chosen)))
        return Select(name, self.say(FILTERS[name]), options, chosen)

    def _states(self, query: QueueQuery) -> tuple[Choice, ...]:
        return tuple(Choice(state.value, self.say(words.STATES[state.value])) for state in STATES[query.show])

    def _coded(self, codes: type[DraftKind] | type[Language] | type[Audience], table: str) -> tuple[Choice, ...]:
        return tuple(Choice(code.value, self._values.word(code.value, table)) for code in codes)

    def _families(self) -> tuple[Choice, ...]:
        return tuple(Choice(code, self.say(label)) for code, label in words.FINDING_FAMILIES.items())

    def _named(self, names: Sequence[Named]) -> tuple[Choice, ...]:
        return tuple(Choice(named.id, named.name) for named in names)

    def _people(self, names: Sequence[Named]) -> tuple[Choice, ...]:
        others = (Choice(named.id, named.name) for named in names if named.id != self._viewer.user_id)
        return (Choice(ME, self.say(_("me"))), *others)

    def _unlisted(self, name: str, chosen: str) -> str:
        """The name of something chosen that is not on offer any more, if the viewer may know it."""
        if name == "account":
            return QueueSurroundings(self._uow).account_name(chosen, viewer=self._viewer) or self.say(_("another one"))
        return self.say(_("another one"))

    def chips(
        self, query: QueueQuery, selects: Sequence[Select], *, money: Callable[[object], str]
    ) -> tuple[Chip, ...]:
        """The active filters, each with the list without it."""
        chips = [Chip(f"{self.say(_('Find'))}: {query.q}", query.without("q").address)] if query.q else []
        chips += [
            Chip(self._values.word(risk.value, "risk"), query.without("risk", risk.value).address)
            for risk in query.risks
        ]
        for field in selects:
            label = next((option.label for option in field.options if option.value == field.chosen), "")
            if field.chosen:
                chips.append(Chip(f"{field.label}: {label}", query.without(field.name).address))
        if query.value_from is not None:
            label = self.say(_("At stake from %(amount)s"), amount=money(query.value_from))
            chips.append(Chip(label, query.without("value").address))
        if query.overdue:
            chips.append(Chip(self.say(_("Only what is overdue")), query.without("overdue").address))
        return tuple(chips)


def may_bulk(item: ReviewItem, turns: Turns) -> bool:
    """Whether the viewer could approve the item together with others now. Low risk: no finding is above low."""
    return item.state in OPEN and item.requirement.bulk and item.risk is Risk.LOW and turns.holds(item)
