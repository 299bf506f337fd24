"""Briefs that nobody has to ask for each time: before meetings, weekly, on another owner, or of all one's accounts now.

Invariants: a brief is made for the person whose wish it is, from what that person may see at that moment, and goes to
the queue like any other; an occasion is dealt with once, however many workers look; where nothing changed since the
last brief none is made, and the occasion says so.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from copilot.approvals.entries import SYSTEM
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Viewer
from copilot.domain.brief_schedules import (
    Occasion,
    OccasionOutcome,
    Schedule,
    Wish,
    asked_key,
    change_key,
    meeting_key,
)
from copilot.domain.drafts import DraftKind
from copilot.domain.language import Language
from copilot.domain.review_items import APPROVAL_STANDS, UNDECIDED
from copilot.errors import Conflict, CopilotError, InputError, NotFound
from copilot.store.accounts import AccountRepository
from copilot.store.audit import AuditLog
from copilot.store.brief_bases import BriefBasisRepository
from copilot.store.brief_schedules import BriefScheduleRepository, ListedOccasion, ListedSchedule, Taken
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import Database, UnitOfWork
from copilot.store.notifications import NotificationRepository
from copilot.store.people import PeopleRepository
from copilot.telemetry import get_logger
from copilot.workflows.brief.schedule_texts import error
from copilot.workflows.brief.workflow import BriefWorkflow

_log = get_logger(__name__)
MOST_SCHEDULES = 100
"""Of one person."""
_SECONDS = 40
"""So long briefs are made at once; a minute later the next turn goes on."""
_KEPT = timedelta(days=400)
"""How long it is remembered what came of an occasion."""
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class _Due:
    """One occasion for one account."""

    account_id: str
    key: str


class BriefSchedules:
    """See the module docstring. Stateless; errors are in the viewer's language."""

    def __init__(
        self,
        briefs: BriefWorkflow,
        approvals: ApprovalService,
        *,
        ask_for_run: Callable[[UnitOfWork], None] = lambda _uow: None,
    ) -> None:
        """`ask_for_run` asks for a turn of `run_due` when the unit of work commits."""
        self._briefs = briefs
        self._approvals = approvals
        self._ask_for_run = ask_for_run

    def all(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[ListedSchedule, ...]:
        """The viewer's wishes, those for all accounts first."""
        found = BriefScheduleRepository(uow).of(viewer)
        return tuple(one for one in found if one.schedule.occasion is not Occasion.ONCE)

    def get(self, schedule_id: str, *, viewer: Viewer, uow: UnitOfWork) -> ListedSchedule:
        """One of the viewer's wishes. Raises NotFound."""
        found = BriefScheduleRepository(uow).get(schedule_id, viewer=viewer)
        if found is None:
            raise error(NotFound, "not_found", viewer)
        return found

    def occasions(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[ListedOccasion, ...]:
        """What came of the latest occasions, the newest first."""
        return BriefScheduleRepository(uow).occasions(viewer=viewer, limit=_SHOWN)

    def save(self, wish: Wish, *, viewer: Viewer, uow: UnitOfWork) -> ListedSchedule:
        """Keep a wish; another one for the same occasion and account changes it.

        Raises NotFound for an account that the viewer may not see, InputError for one wish too many.
        """
        repository = BriefScheduleRepository(uow)
        if wish.account_id is not None:
            AccountRepository(uow).head(wish.account_id, viewer=viewer)
        saved_id = repository.save(wish, viewer=viewer)
        if repository.count(viewer) > MOST_SCHEDULES:
            raise error(InputError, "too_many", viewer)
        saved = self.get(saved_id, viewer=viewer, uow=uow)
        self._ask_for_run(uow)
        return saved

    def make_all(self, *, language: Language, viewer: Viewer, uow: UnitOfWork) -> int:
        """Have a brief made of every account of the viewer's own, in the background. Returns how many accounts.

        Raises InputError if there is none.
        """
        repository = BriefScheduleRepository(uow)
        saved_id = repository.save(Wish(occasion=Occasion.ONCE, language=language), viewer=viewer)
        asked = self.get(saved_id, viewer=viewer, uow=uow).schedule
        count = len(repository.accounts(asked, viewer=viewer))
        if not count:
            raise error(InputError, "no_accounts", viewer)
        self._ask_for_run(uow)
        return count

    def switch(self, schedule_id: str, *, on: bool, viewer: Viewer, uow: UnitOfWork) -> ListedSchedule:
        """Switch a wish on or off; what came meanwhile is not made up for. Raises NotFound."""
        if not BriefScheduleRepository(uow).switch(schedule_id, on=on, viewer=viewer):
            raise error(NotFound, "not_found", viewer)
        return self.get(schedule_id, viewer=viewer, uow=uow)

    def remove(self, schedule_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Take a wish back. Briefs that were made stay. Raises NotFound."""
        if not BriefScheduleRepository(uow).remove(schedule_id, viewer=viewer):
            raise error(NotFound, "not_found", viewer)

    def run_due(self, database: Database, *, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Make the briefs that are due, for as long as one turn may last; returns how many were made."""
        until = time.monotonic() + _SECONDS
        with database.unit_of_work() as uow:
            repository = BriefScheduleRepository(uow)
            repository.forget(before=uow.clock.now() - _KEPT)
            schedules = repository.all_active()
        made = 0
        for schedule in schedules:
            for due in _due(schedule, database):
                if should_stop() or time.monotonic() >= until:
                    return made
                made += self._deal_with(schedule, due, database)
            if schedule.occasion is Occasion.ONCE:
                _end(schedule, database)
        return made

    def _deal_with(self, schedule: Schedule, due: _Due, database: Database) -> bool:
        """Whether a brief was made. What fails is noted and not tried again: the next occasion comes."""
        with database.unit_of_work() as uow:
            attempt = BriefScheduleRepository(uow).take(schedule.id, due.account_id, due.key)
        if attempt is None:
            return False
        taken = Taken(schedule.id, due.account_id, due.key, attempt)
        try:
            with database.unit_of_work() as uow:
                return self._make(schedule, taken, uow=uow)
        except CopilotError as problem:
            _log.warning("brief.not_made", schedule=schedule.id, account=due.account_id, error=problem.code)
            with database.unit_of_work() as uow:
                if BriefScheduleRepository(uow).settle(taken, outcome=OccasionOutcome.FAILED, code=problem.code):
                    _note(schedule, taken, OccasionOutcome.FAILED, uow=uow)
        return False

    def _make(self, schedule: Schedule, taken: Taken, *, uow: UnitOfWork) -> bool:
        viewer = PeopleRepository(uow).by_id(schedule.owner_id)
        if viewer is None:
            raise NotFound("Whoever asked for this brief has left.")
        outcome = OccasionOutcome.UNCHANGED
        item_id = self._last_that_holds(taken.account_id, schedule.language, viewer=viewer, uow=uow)
        if item_id is None:
            filed = self._briefs.run(taken.account_id, viewer=viewer, language=schedule.language, uow=uow)
            outcome, item_id = OccasionOutcome.MADE, filed.item.id
        if not BriefScheduleRepository(uow).settle(taken, outcome=outcome, item_id=item_id):
            raise Conflict("Somebody else made this brief meanwhile.")
        if outcome is OccasionOutcome.MADE:
            _note(schedule, taken, outcome, item_id=item_id, uow=uow)
        return outcome is OccasionOutcome.MADE

    def _last_that_holds(self, account_id: str, language: Language, *, viewer: Viewer, uow: UnitOfWork) -> str | None:
        """The queue entry of the last brief in the language, if it can still be used and nothing changed since."""
        cited = CitedWorkRepository(uow)
        item_id = cited.latest_item_id(account_id, kind=DraftKind.BRIEF, language=language, viewer=viewer)
        if item_id is None:
            return None
        with suppress(NotFound):  # it cites another account that this person may not see
            view = self._approvals.get(item_id, viewer=viewer, uow=uow)
            bases = BriefBasisRepository(uow)
            usable = view.item.state in UNDECIDED | APPROVAL_STANDS
            if usable and bases.of_draft(view.item.draft_id) == bases.digest(account_id):
                return item_id
        return None


def _due(schedule: Schedule, database: Database) -> list[_Due]:
    """The occasions of a wish that have come and that nobody has dealt with; none for whoever left."""
    with database.unit_of_work() as uow:
        viewer = PeopleRepository(uow).by_id(schedule.owner_id)
        if viewer is None:
            return []
        found = list(_come(schedule, viewer=viewer, uow=uow))
        keys = {due.key for due in found}
        known = BriefScheduleRepository(uow).known(schedule.id, keys=keys) if keys else frozenset()
        return [due for due in found if (due.account_id, due.key) not in known]


def _come(schedule: Schedule, *, viewer: Viewer, uow: UnitOfWork) -> Iterator[_Due]:
    repository = BriefScheduleRepository(uow)
    accounts = repository.accounts(schedule, viewer=viewer)
    match schedule.occasion:
        case Occasion.MEETING:
            yield from _before_meetings(schedule, frozenset(accounts), viewer=viewer, uow=uow)
        case Occasion.WEEKLY:
            preferences = NotificationRepository(uow).wishes(viewer.user_id).preferences
            week = schedule.week(uow.clock.now(), preferences=preferences)
            yield from (_Due(account_id, week) for account_id in accounts if week is not None)
        case Occasion.OWNER_CHANGE:
            changes = repository.changes_of_owner(accounts, after=schedule.from_change)
            yield from (_Due(account_id, change_key(number)) for account_id, number in changes.items())
        case Occasion.ONCE:
            yield from (_Due(account_id, asked_key(schedule.counts_from)) for account_id in accounts)


def _before_meetings(
    schedule: Schedule, accounts: frozenset[str], *, viewer: Viewer, uow: UnitOfWork
) -> Iterator[_Due]:
    """Meetings lie on the calendar of the business date, which the demo pins."""
    now = datetime.combine(uow.clock.today(), uow.clock.now().timetz()).astimezone(UTC)
    hours = schedule.hours_before or 0
    repository = BriefScheduleRepository(uow)
    for meeting in repository.meetings(first=now.date(), hours=hours, account_ids=accounts, viewer=viewer):
        if schedule.is_before(meeting.at, now=now):
            yield _Due(meeting.account_id, meeting_key(meeting.activity_id, meeting.at))


def _end(schedule: Schedule, database: Database) -> None:
    """A request that is carried out is over; what was cut off is still to be taken up, and so is a newer request."""
    with database.unit_of_work() as uow:
        BriefScheduleRepository(uow).end(schedule, key=asked_key(schedule.counts_from))


def _note(
    schedule: Schedule, taken: Taken, outcome: OccasionOutcome, *, item_id: str | None = None, uow: UnitOfWork
) -> None:
    """For the audit chain; the outbox makes a notice of it, and figures of use know by it what nobody asked for."""
    details = {
        "schedule": schedule.id,
        "account": taken.account_id,
        "occasion": schedule.occasion.value,
        "outcome": outcome.value,
    }
    if item_id is not None:
        details["item"] = item_id
    AuditLog(uow).append("brief.scheduled", actor_id=SYSTEM, subject=f"user:{schedule.owner_id}", details=details)
