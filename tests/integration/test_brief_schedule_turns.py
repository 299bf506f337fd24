"""Turns of the job that makes briefs by themselves: cut off, overtaken by new wishes, and late in the week."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from copilot.approvals.policy import load_policy
from copilot.approvals.service import ApprovalService
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.brief_schedules import Occasion, Wish
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.store.accounts import fold
from copilot.store.brief_schedules import BriefScheduleRepository
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from copilot.store.value_outcomes import ValueOutcomes
from copilot.workflows.brief import BriefWorkflow
from copilot.workflows.brief.schedules import BriefSchedules
from tests.conftest import MakeUser

ACCOUNT_1 = stable_id("account", "hubspot", "1")
WEEKLY = Wish(occasion=Occasion.WEEKLY, language=Language.ES, weekday=1, hour=7)
MEETINGS = Wish(occasion=Occasion.MEETING, language=Language.ES, hours_before=24)


@pytest.fixture
def schedules() -> BriefSchedules:
    approvals = ApprovalService(load_policy(None))
    return BriefSchedules(BriefWorkflow(approvals), approvals)


@pytest.fixture
def owner(make_user: MakeUser, database: Database) -> Viewer:
    """Looks after two accounts."""
    person = make_user("Inés Robledo", role=Role.CSM)
    with database.unit_of_work() as uow:
        for key, name in (("1", "Talleres Mencía"), ("2", "Aceros del Sur")):
            account = AccountRow(
                id=stable_id("account", "hubspot", key), source_system="hubspot", source_id=key, name=name,
                owner_email=person.email, lifecycle="customer", search_key=fold(name), as_of=date(2026, 11, 13),
                content_hash="x",
            )  # fmt: skip
            uow.session.add(account)
    return person


def test_a_request_that_was_cut_off_stays_until_all_of_it_is_settled(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.unit_of_work() as uow:
        schedules.make_all(language=Language.ES, viewer=owner, uow=uow)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BriefWorkflow, "run", killed)
        with pytest.raises(KeyboardInterrupt):
            schedules.run_due(database)
    clock.advance(timedelta(minutes=1))
    assert schedules.run_due(database) == 1  # the other account, while nobody knows yet that the first was cut off
    clock.advance(timedelta(minutes=31))
    assert schedules.run_due(database) == 1
    with database.unit_of_work() as uow:
        assert BriefScheduleRepository(uow).all_active() == ()


def test_what_is_asked_for_taken_back_or_switched_off_during_a_turn_counts_at_once(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.unit_of_work() as uow:
        schedules.make_all(language=Language.ES, viewer=owner, uow=uow)
    run = BriefWorkflow.run
    asked_again: list[bool] = []

    def asking_again(self: BriefWorkflow, *args: Any, **more: Any) -> Any:
        if not asked_again:
            asked_again.append(True)
            clock.advance(timedelta(seconds=1))
            with database.unit_of_work() as uow:
                schedules.make_all(language=Language.EN, viewer=owner, uow=uow)
        return run(self, *args, **more)

    monkeypatch.setattr(BriefWorkflow, "run", asking_again)
    assert schedules.run_due(database) == 2
    assert schedules.run_due(database) == 2  # in English
    with database.unit_of_work() as uow:
        weekly = schedules.save(WEEKLY, viewer=owner, uow=uow).schedule.id
        repository = BriefScheduleRepository(uow)
        schedules.switch(weekly, on=False, viewer=owner, uow=uow)
        assert repository.take(weekly, ACCOUNT_1, "week:2026-W47") is None
        schedules.remove(weekly, viewer=owner, uow=uow)
        assert repository.take(weekly, ACCOUNT_1, "week:2026-W47") is None


def test_a_brief_that_nobody_asked_for_is_no_use_of_it_also_when_the_wish_is_taken_back(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        schedule_id = schedules.save(WEEKLY, viewer=owner, uow=uow).schedule.id
    clock.advance(timedelta(days=1))
    assert schedules.run_due(database) == 2
    with database.unit_of_work() as uow:
        schedules.remove(schedule_id, viewer=owner, uow=uow)
    since, until = clock.now() - timedelta(days=30), clock.now() + timedelta(days=1)
    with database.unit_of_work() as uow:
        assert ValueOutcomes(uow, people=[owner.user_id], since=since, until=until).active() == []


def test_a_weekly_brief_that_was_due_late_on_sunday_is_still_made_on_monday(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock
) -> None:
    late = Wish(occasion=Occasion.WEEKLY, language=Language.ES, weekday=6, hour=23)
    with database.unit_of_work() as uow:
        schedules.save(late, viewer=owner, uow=uow)
    clock.instant = datetime(2026, 11, 23, 3, tzinfo=UTC)  # Monday
    assert schedules.run_due(database) == 2
    clock.advance(timedelta(days=5))
    assert schedules.run_due(database) == 0


def test_a_wish_can_be_changed_when_there_may_be_no_more(
    database: Database, schedules: BriefSchedules, owner: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("copilot.workflows.brief.schedules.MOST_SCHEDULES", 1)
    with database.unit_of_work() as uow:
        schedules.save(WEEKLY, viewer=owner, uow=uow)
        changed = schedules.save(WEEKLY.model_copy(update={"hour": 9}), viewer=owner, uow=uow)
        assert changed.schedule.hour == 9
    with pytest.raises(InputError), database.unit_of_work() as uow:
        schedules.save(MEETINGS, viewer=owner, uow=uow)
