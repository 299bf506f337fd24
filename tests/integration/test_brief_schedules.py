"""Briefs that are made by themselves: once for each occasion, for whoever wished them, not when nothing changed."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from copilot.approvals.policy import load_policy
from copilot.approvals.service import ApprovalService
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.brief_schedules import Occasion, OccasionOutcome, Wish
from copilot.domain.drafts import DraftKind
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from copilot.domain.notifications import NotificationRules, Preferences
from copilot.errors import InputError, NotFound
from copilot.notifications.service import Notifications
from copilot.settings import Settings
from copilot.store.accounts import fold
from copilot.store.brief_schedules import BriefScheduleRepository, ListedOccasion
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import Database
from copilot.store.notifications import NotificationRepository
from copilot.store.people import PeopleRepository
from copilot.store.tables.briefs import BriefOccasionRow
from copilot.store.tables.records import AccountRow, ActivityRow, ContactRow
from copilot.store.tables.work import ReviewItemRow
from copilot.workflows.brief import BriefWorkflow
from copilot.workflows.brief.schedules import BriefSchedules
from tests.conftest import TODAY, MakeUser
from tests.integration.test_notifications import Outgoing

_COMMON: dict[str, Any] = {"source_system": "hubspot", "as_of": date(2026, 11, 13), "content_hash": "x"}
_ACCOUNT_1, _ACCOUNT_2, _ACCOUNT_3 = (stable_id("account", "hubspot", key) for key in "123")
_WEEKLY = Wish(occasion=Occasion.WEEKLY, language=Language.ES, weekday=1, hour=7)
_MEETINGS = Wish(occasion=Occasion.MEETING, language=Language.ES, hours_before=24)
_OWNERS = Wish(occasion=Occasion.OWNER_CHANGE, language=Language.ES)


@pytest.fixture
def approvals() -> ApprovalService:
    return ApprovalService(load_policy(None))


@pytest.fixture
def schedules(approvals: ApprovalService) -> BriefSchedules:
    return BriefSchedules(BriefWorkflow(approvals), approvals)


@pytest.fixture
def owner(make_user: MakeUser, database: Database) -> Viewer:
    """Looks after two accounts; a third is somebody else's."""
    person, other = make_user("Inés Robledo", role=Role.CSM), make_user("Otro Dueño", role=Role.CSM)
    with database.unit_of_work() as uow:
        for number, name, email in (
            ("1", "Talleres Mencía", person.email),
            ("2", "Aceros del Sur", person.email),
            ("3", "Vinos Ajenos", other.email),
        ):
            account = AccountRow(
                id=stable_id("account", "hubspot", number), source_id=number, name=name, owner_email=email,
                lifecycle="customer", search_key=fold(name), **_COMMON,
            )  # fmt: skip
            uow.session.add(account)
    return person


def add_meeting(database: Database, at: datetime, *, key: str = "act_1", account_id: str = _ACCOUNT_1) -> None:
    """A meeting on record."""
    with database.unit_of_work() as uow:
        uow.session.add(
            ActivityRow(
                id=key, source_id=key, account_id=account_id, kind="meeting", occurred_at=at, direction="internal",
                subject="Revisión", **_COMMON,
            )
        )  # fmt: skip


@pytest.fixture
def wish(schedules: BriefSchedules, database: Database) -> Callable[[Wish, Viewer], str]:
    def saved(wanted: Wish, viewer: Viewer) -> str:
        with database.unit_of_work() as uow:
            return schedules.save(wanted, viewer=viewer, uow=uow).schedule.id

    return saved


def occasions(schedules: BriefSchedules, viewer: Viewer, database: Database) -> tuple[ListedOccasion, ...]:
    """What came of the occasions, the newest first."""
    with database.unit_of_work() as uow:
        return schedules.occasions(viewer=viewer, uow=uow)


def filed(database: Database) -> list[tuple[str, str]]:
    """Account and requester of every brief in the queue."""
    with database.unit_of_work() as uow:
        rows = uow.session.execute(
            select(ReviewItemRow.account_id, ReviewItemRow.requester_id).order_by(ReviewItemRow.submitted_at)
        )
        return sorted((row[0] or "", row[1]) for row in rows)


def test_a_weekly_brief_of_all_own_accounts_comes_once_a_week_and_on_the_persons_clock(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, wish: Callable[[Wish, Viewer], str]
) -> None:
    with database.unit_of_work() as uow:
        NotificationRepository(uow).set_preferences(owner.user_id, Preferences(time_zone="Europe/Madrid"))
    wish(_WEEKLY, owner)
    clock.instant = datetime(2026, 11, 17, 5, 59, tzinfo=UTC)  # Tuesday, a minute before seven in Madrid
    assert schedules.run_due(database) == 0
    clock.advance(timedelta(minutes=1))
    assert schedules.run_due(database) == 2
    assert filed(database) == sorted([(_ACCOUNT_1, owner.user_id), (_ACCOUNT_2, owner.user_id)])
    assert schedules.run_due(database) == 0
    with database.unit_of_work() as uow:
        uow.session.execute(update(AccountRow).where(AccountRow.id == _ACCOUNT_2).values(content_hash="other"))
    clock.advance(timedelta(days=7))
    assert schedules.run_due(database) == 1
    latest = occasions(schedules, owner, database)[:2]
    assert [(one.account_id, one.outcome) for one in latest] == [
        (_ACCOUNT_2, OccasionOutcome.MADE),
        (_ACCOUNT_1, OccasionOutcome.UNCHANGED),
    ]
    assert latest[1].review_item_id == occasions(schedules, owner, database)[3].review_item_id


def test_what_was_due_before_the_wish_or_while_it_was_off_is_not_made_up_for(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, wish: Callable[[Wish, Viewer], str]
) -> None:
    clock.instant = datetime(2026, 11, 18, 9, tzinfo=UTC)  # Wednesday
    schedule_id = wish(_WEEKLY, owner)
    assert schedules.run_due(database) == 0
    with database.unit_of_work() as uow:
        assert not schedules.switch(schedule_id, on=False, viewer=owner, uow=uow).schedule.active
    clock.advance(timedelta(days=7))
    assert schedules.run_due(database) == 0
    with database.unit_of_work() as uow:
        assert schedules.switch(schedule_id, on=True, viewer=owner, uow=uow).schedule.active
    assert schedules.run_due(database) == 0
    clock.advance(timedelta(days=6))
    assert schedules.run_due(database) == 2


@pytest.mark.parametrize(
    ("ahead", "made"),
    [(timedelta(hours=23), 1), (timedelta(hours=25), 0), (timedelta(hours=-1), 0)],
    ids=["soon", "later", "over"],
)
def test_a_brief_comes_some_hours_before_a_meeting(
    database: Database,
    schedules: BriefSchedules,
    owner: Viewer,
    wish: Callable[[Wish, Viewer], str],
    ahead: timedelta,
    made: int,
) -> None:
    add_meeting(database, TODAY + ahead)
    add_meeting(database, TODAY + timedelta(hours=2), key="act_3", account_id=_ACCOUNT_3)
    wish(_MEETINGS, owner)
    assert schedules.run_due(database) == made
    assert filed(database) == [(_ACCOUNT_1, owner.user_id)] * made


def test_a_meeting_that_is_put_off_is_another_occasion_and_two_on_one_day_need_one_brief(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, wish: Callable[[Wish, Viewer], str]
) -> None:
    wish(_MEETINGS, owner)
    add_meeting(database, TODAY + timedelta(hours=3))
    add_meeting(database, TODAY + timedelta(hours=5), key="act_2")
    assert schedules.run_due(database) == 1
    found = occasions(schedules, owner, database)
    assert sorted(one.outcome for one in found) == [OccasionOutcome.MADE, OccasionOutcome.UNCHANGED]
    with database.unit_of_work() as uow:
        later = TODAY + timedelta(days=2)
        uow.session.execute(
            update(ActivityRow).where(ActivityRow.id == "act_1").values(occurred_at=later, content_hash="moved")
        )
    clock.advance(timedelta(days=1, hours=3))
    assert schedules.run_due(database) == 1


def test_who_takes_an_account_over_gets_a_brief_of_it(
    database: Database, schedules: BriefSchedules, owner: Viewer, wish: Callable[[Wish, Viewer], str]
) -> None:
    def give(account_id: str, email: str) -> None:
        with database.unit_of_work() as uow:
            uow.session.execute(update(AccountRow).where(AccountRow.id == account_id).values(owner_email=email))

    give(_ACCOUNT_3, owner.email)  # before there is a wish
    wish(_OWNERS, owner)
    assert schedules.run_due(database) == 0
    give(_ACCOUNT_1, "somebody@else.example")
    give(_ACCOUNT_2, owner.email.upper())  # the same person
    assert schedules.run_due(database) == 0
    give(_ACCOUNT_1, owner.email)
    assert schedules.run_due(database) == 1
    assert filed(database) == [(_ACCOUNT_1, owner.user_id)]
    assert schedules.run_due(database) == 0


def test_briefs_of_all_accounts_can_be_had_now_and_again(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, make_user: MakeUser
) -> None:
    with database.unit_of_work() as uow:
        assert schedules.make_all(language=Language.EN, viewer=owner, uow=uow) == 2
    assert schedules.run_due(database) == 2
    clock.advance(timedelta(hours=1))
    assert schedules.run_due(database) == 0
    with database.unit_of_work() as uow:
        schedules.make_all(language=Language.EN, viewer=owner, uow=uow)
        assert schedules.all(viewer=owner, uow=uow) == ()
    assert schedules.run_due(database) == 0
    assert {one.outcome for one in occasions(schedules, owner, database)[:2]} == {OccasionOutcome.UNCHANGED}
    nobody = make_user("Sin Cuentas", role=Role.ADMIN)
    with pytest.raises(InputError), database.unit_of_work() as uow:
        schedules.make_all(language=Language.EN, viewer=nobody, uow=uow)


def test_a_brief_in_another_language_or_one_that_was_rejected_is_no_brief_that_still_holds(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        schedules.make_all(language=Language.EN, viewer=owner, uow=uow)
    assert schedules.run_due(database) == 2
    clock.advance(timedelta(hours=1))
    with database.unit_of_work() as uow:
        schedules.make_all(language=Language.ES, viewer=owner, uow=uow)
    assert schedules.run_due(database) == 2
    with database.unit_of_work() as uow:
        uow.session.execute(
            update(ReviewItemRow).where(ReviewItemRow.account_id == _ACCOUNT_1).values(state="rejected")
        )
    clock.advance(timedelta(hours=1))
    with database.unit_of_work() as uow:
        schedules.make_all(language=Language.ES, viewer=owner, uow=uow)
    assert schedules.run_due(database) == 1


def test_a_brief_in_one_language_holds_also_when_a_newer_one_is_in_the_other(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock
) -> None:
    for language, made in ((Language.EN, 2), (Language.ES, 2), (Language.EN, 0)):
        with database.unit_of_work() as uow:
            schedules.make_all(language=language, viewer=owner, uow=uow)
        assert schedules.run_due(database) == made
        clock.advance(timedelta(hours=1))
    with database.unit_of_work() as uow:
        cited = CitedWorkRepository(uow)
        found = {
            language: cited.latest_item_id(_ACCOUNT_1, kind=DraftKind.BRIEF, language=language, viewer=owner)
            for language in (Language.EN, Language.ES, None)
        }
    assert found[None] == found[Language.ES] != found[Language.EN]
    [newest] = [one for one in occasions(schedules, owner, database) if one.account_id == _ACCOUNT_1][:1]
    assert (newest.outcome, newest.review_item_id) == (OccasionOutcome.UNCHANGED, found[Language.EN])


def test_a_meeting_counts_however_many_come_before_it(
    database: Database, schedules: BriefSchedules, owner: Viewer, wish: Callable[[Wish, Viewer], str]
) -> None:
    with database.unit_of_work() as uow:
        rows = [
            {"id": f"busy_{number}", "source_id": str(number), "account_id": _ACCOUNT_2, "kind": "call",
             "occurred_at": TODAY + timedelta(minutes=1), "direction": "internal", **_COMMON}
            for number in range(600)
        ]  # fmt: skip
        uow.session.execute(insert(ActivityRow), rows)
    add_meeting(database, TODAY + timedelta(hours=3))
    with database.unit_of_work() as uow:
        found = BriefScheduleRepository(uow).meetings(
            first=TODAY.date(), hours=24, account_ids=[_ACCOUNT_1, _ACCOUNT_2], viewer=owner
        )
    assert len(found) == 601
    wish(_MEETINGS.model_copy(update={"account_id": _ACCOUNT_1}), owner)
    assert schedules.run_due(database) == 1
    assert filed(database) == [(_ACCOUNT_1, owner.user_id)]


def test_an_added_changed_or_removed_record_is_a_change(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock
) -> None:
    def asked_again() -> int:
        clock.advance(timedelta(hours=1))
        with database.unit_of_work() as uow:
            schedules.make_all(language=Language.ES, viewer=owner, uow=uow)
        return schedules.run_due(database)

    contact = {
        "id": stable_id("contact", "hubspot", "1"),
        "source_id": "1",
        "account_id": _ACCOUNT_1,
        "name": "Marta Prueba",
    }
    assert asked_again() == 2
    with database.unit_of_work() as uow:
        uow.session.add(ContactRow(**contact, **_COMMON))
    assert asked_again() == 1
    with database.unit_of_work() as uow:
        uow.session.execute(update(ContactRow).values(name="Marta Otra", content_hash="y"))
    assert asked_again() == 1
    with database.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(ContactRow, contact["id"]))
    assert asked_again() == 1
    assert asked_again() == 0


def test_a_wish_reaches_only_what_its_owner_sees_at_that_moment(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, wish: Callable[[Wish, Viewer], str]
) -> None:
    with pytest.raises(NotFound):
        wish(_WEEKLY.model_copy(update={"account_id": _ACCOUNT_3}), owner)
    schedule_id = wish(_WEEKLY.model_copy(update={"account_id": _ACCOUNT_1}), owner)
    with database.unit_of_work() as uow:
        uow.session.execute(update(AccountRow).where(AccountRow.id == _ACCOUNT_1).values(owner_email="x@y.example"))
    clock.advance(timedelta(days=2))
    assert schedules.run_due(database) == 0
    with database.unit_of_work() as uow:
        listed = schedules.get(schedule_id, viewer=owner, uow=uow)
        assert listed.is_lost
        assert listed.account_name is None


def test_of_whoever_left_no_brief_is_made(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, wish: Callable[[Wish, Viewer], str]
) -> None:
    wish(_WEEKLY, owner)
    with database.unit_of_work() as uow:
        PeopleRepository(uow).deactivate(owner.user_id, now=clock.now())
    clock.advance(timedelta(days=2))
    assert schedules.run_due(database) == 0


def test_wishes_are_their_owners_alone(
    database: Database,
    schedules: BriefSchedules,
    owner: Viewer,
    make_user: MakeUser,
    wish: Callable[[Wish, Viewer], str],
) -> None:
    schedule_id = wish(_WEEKLY, owner)
    admin = make_user("Alma Jefa", role=Role.ADMIN)
    for act in (
        lambda uow: schedules.get(schedule_id, viewer=admin, uow=uow),
        lambda uow: schedules.switch(schedule_id, on=False, viewer=admin, uow=uow),
        lambda uow: schedules.remove(schedule_id, viewer=admin, uow=uow),
    ):
        with pytest.raises(NotFound), database.unit_of_work() as uow:
            act(uow)
    assert wish(_WEEKLY.model_copy(update={"hour": 9}), owner) == schedule_id
    with database.unit_of_work() as uow:
        [only] = schedules.all(viewer=owner, uow=uow)
    assert only.schedule.hour == 9


def test_what_was_cut_off_is_taken_up_again_but_not_for_ever(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.unit_of_work() as uow:
        schedules.make_all(language=Language.ES, viewer=owner, uow=uow)

    def killed(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BriefWorkflow, "run", killed)
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                schedules.run_due(database)
            clock.advance(timedelta(minutes=31))
    assert filed(database) == []
    assert schedules.run_due(database) == 1  # the account that was begun three times is left; the other one is made
    with database.unit_of_work() as uow:
        assert uow.session.scalar(select(func.max(BriefOccasionRow.attempts))) == 3


def test_whoever_wished_them_is_told_once_and_nobody_when_nothing_changed(
    database: Database, schedules: BriefSchedules, owner: Viewer, clock: FixedClock, wish: Callable[[Wish, Viewer], str]
) -> None:
    outgoing = Outgoing()
    settings = Settings(COPILOT_PUBLIC_URL="https://copilot.example/", COPILOT_SMTP_FROM="cola@tramontia.example")
    notifications = Notifications(settings, database=database, rules=NotificationRules(), transport=outgoing)
    wish(_WEEKLY, owner)
    clock.advance(timedelta(days=1))
    assert schedules.run_due(database) == 2
    notifications.run()
    told = [" ".join(str(mail.get_content()).split()) for address, mail in outgoing.mails if address == owner.email]
    [line] = [text for text in told if "Los informes que encargó" in text]
    assert "redactados: 2; sin cambios: 0; fallidos: 0 https://copilot.example/briefs" in line
    assert "Mencía" not in line
    clock.advance(timedelta(days=7))
    before = len(outgoing.mails)
    assert schedules.run_due(database) == 0
    notifications.run()
    assert len(outgoing.mails) == before
