"""What has been kept long enough goes, what somebody may still need stays."""

from datetime import timedelta
from pathlib import Path

import pytest

from copilot import bootstrap
from copilot.approvals.audit import verify_database
from copilot.clock import FixedClock
from copilot.domain.access import Role
from copilot.domain.alert_rules import AlertRules
from copilot.domain.alerts import AlertState, Outcome
from copilot.domain.drafts import DraftKind
from copilot.domain.review_items import ReviewState
from copilot.errors import ConfigurationError
from copilot.guardrails.policy import DEFAULT_POLICY
from copilot.guardrails.retention_policy import RetentionRules
from copilot.jobs import Task
from copilot.privacy.retention import check_alerts_kept, let_go
from copilot.settings import Settings
from copilot.store.alerts import AlertRepository
from copilot.store.database import Database
from copilot.store.drafts import DraftRepository
from copilot.store.erasure_reading import ErasureReading
from copilot.store.people import PeopleRepository
from copilot.store.tables.scores import SignalSnapshotRow, TextSignalRow, TextsReadRow
from tests import alert_worlds as alerts
from tests import privacy_company as world
from tests.conftest import MakeUser

YEAR = RetentionRules(draft_days=365, import_report_days=365, login_attempt_days=30)


def run(database: Database, rules: RetentionRules) -> int:
    with database.unit_of_work() as uow:
        return let_go(rules, uow=uow)


@pytest.fixture
def application(database: Database, data_dir: Path, tmp_path: Path, make_user: MakeUser) -> bootstrap.Application:
    """The company with a released and a pending brief, and what signing in leaves behind."""
    application = bootstrap.assemble(Settings(data_dir=data_dir, embedding_model="none"), database=database)
    owner, manager, _ = world.people(make_user)
    world.write_export(tmp_path / "export", owner=owner.email)
    world.import_export(tmp_path / "export", application)
    world.file_drafts(application, owner=owner, manager=manager)
    with database.unit_of_work() as uow:
        now = uow.clock.now()
        people = PeopleRepository(uow)
        people.add_failed_attempt(["0" * 64], now=now)
        people.add_session(
            token_sha256="1" * 64, user_id=owner.user_id, csrf_token="x", now=now, until=now + timedelta(hours=12)
        )
    return application


def test_by_default_only_what_has_run_out_goes(application: bootstrap.Application, clock: FixedClock) -> None:
    database, rules = application.database, RetentionRules()
    assert run(database, rules) == 0
    clock.advance(timedelta(days=3650))
    before = world.everything_held(database)
    assert run(database, rules) == 2
    after = world.everything_held(database)
    changed = {table for table, rows in before.items() if after[table] != rows}
    assert changed == {"sessions", "login_attempts"}


def test_settled_drafts_are_emptied_and_the_chain_still_verifies(
    application: bootstrap.Application, clock: FixedClock
) -> None:
    database = application.database
    clock.advance(timedelta(days=364))
    assert {row["state"] for row in world.everything_held(database)["review_items"]} == {"released", "pending"}
    run(database, YEAR)
    assert all(row["erased_at"] is None for row in world.everything_held(database)["draft_versions"])
    clock.advance(timedelta(days=2))
    assert run(database, YEAR) >= 2
    held = world.everything_held(database)
    states = {row["draft_id"]: row["state"] for row in held["review_items"]}
    for version in held["draft_versions"]:
        released = states[version["draft_id"]] == ReviewState.RELEASED
        assert (version["content"]["sections"] == []) is released
        assert (version["erased_at"] is not None) is released
        assert bool(version["digest"])
    emptied = {draft for draft, state in states.items() if state == ReviewState.RELEASED}
    assert not emptied & {row["draft_id"] for row in (*held["deliverables"], *held["draft_evidence"])}
    assert {row["comment"] for row in held["review_items"]} == {None}
    assert held["import_runs"] == []
    with database.unit_of_work() as uow:
        assert verify_database(uow=uow).intact
    assert run(database, YEAR) == 0


def test_a_new_brief_does_not_compare_itself_with_an_emptied_one(
    application: bootstrap.Application, clock: FixedClock
) -> None:
    database = application.database
    clock.advance(timedelta(days=400))
    run(database, YEAR)
    with database.unit_of_work() as uow:
        admin = next(iter(application.people.viewers_with_role(Role.ADMIN, uow=uow)))
        account_id = next(row["id"] for row in world.everything_held(database)["accounts"])
        assert DraftRepository(uow).last_approved(account_id, kind=DraftKind.BRIEF, viewer=admin) is None


def test_housekeeping_lets_go(application: bootstrap.Application, clock: FixedClock) -> None:
    clock.advance(timedelta(days=40))
    application.jobs._handlers[Task.HOUSEKEEPING]()
    held = world.everything_held(application.database)
    assert (held["sessions"], held["login_attempts"]) == ([], [])


def test_what_alerts_and_scores_leave_behind_goes_only_where_the_policy_says_so(
    database: Database, make_user: MakeUser, clock: FixedClock
) -> None:
    owner = make_user()
    alert, open_one = (alerts.an_alert(database, owner, number=number) for number in (1, 2))
    with database.unit_of_work() as uow:
        AlertRepository(uow).change(alert.model_copy(update={"state": AlertState.CLOSED, "outcome": Outcome.SAVED}))
        uow.session.add(SignalSnapshotRow(account_id=alert.account_id, day=alerts.DAY, values={}))
        said = {"kind": "complaint", "evidence_id": "record:x:body", "account_id": alert.account_id}
        uow.session.add(TextSignalRow(**said, day=alerts.DAY))
        uow.session.add(TextsReadRow(account_id=alert.account_id, digest="", first_day=alerts.A_WEEK_AGO))
        uow.session.add(TextSignalRow(**said | {"evidence_id": "later"}, day=alerts.A_WEEK_AGO, until=alerts.DAY))
    rules = RetentionRules(alert_days=365, signal_snapshot_days=365, text_signal_days=365)
    clock.advance(timedelta(days=364))
    assert run(database, rules) == 0
    clock.advance(timedelta(days=3))
    assert run(database, RetentionRules()) == 0
    assert run(database, rules) == 4
    with database.unit_of_work() as uow:
        read = uow.session.get_one(TextsReadRow, alert.account_id)
        # Days whose count would reach into what went are not known to be without complaints.
        assert read.first_day == clock.today() - timedelta(days=365 - 180)
    assert [one.id for one in alerts.all_alerts(database, owner)] == [open_one.id]
    with database.unit_of_work() as uow:
        assert ErasureReading(uow).kept()["alert_days"].number == 0


def test_alerts_are_kept_for_as_long_as_they_keep_others_away(tmp_path: Path) -> None:
    shipped = DEFAULT_POLICY.read_text(encoding="utf-8")
    for days, alerts_rules in ((28, AlertRules()), (40, AlertRules(quiet_days=40))):
        with pytest.raises(ConfigurationError, match=r"`alert_days`.*`quiet_days`"):
            check_alerts_kept(RetentionRules(alert_days=days), alerts_rules)
        check_alerts_kept(RetentionRules(alert_days=days + 1), alerts_rules)
    check_alerts_kept(RetentionRules(), AlertRules())
    policy = tmp_path / "guardrails.toml"
    policy.write_text(shipped.replace("alert_days = 0", "alert_days = 10"), encoding="utf-8")
    settings = Settings(COPILOT_DATA_DIR=tmp_path, COPILOT_GUARDRAIL_POLICY=policy)
    with pytest.raises(ConfigurationError, match="after 10 days"):
        bootstrap.assemble(settings, database=Database("postgresql://nobody@localhost/none"))
