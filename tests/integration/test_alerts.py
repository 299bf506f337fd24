"""Alerts on a real database: raised once by a change, worked on by people, ended with an outcome that counts."""

from datetime import timedelta

import pytest

from copilot.approvals.service import ApprovalService
from copilot.clock import FixedClock
from copilot.domain.access import Role
from copilot.domain.alert_acts import Act, ActKind
from copilot.domain.alert_rules import AlertRules
from copilot.domain.alerts import AlertKind, AlertState, Outcome
from copilot.domain.drafts import DraftKind
from copilot.domain.findings import Severity
from copilot.domain.language import Language
from copilot.domain.scores import Band, Part, ScoreKind
from copilot.domain.signals import Signal
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.guardrails.pipeline import Guardrails
from copilot.store.alerts import AlertRepository
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from copilot.workflows.alerts.acting import Alerts
from copilot.workflows.alerts.notes import AlertDrafts
from copilot.workflows.alerts.playbooks import load_playbooks
from copilot.workflows.alerts.raising import Raising
from tests import alert_worlds as world
from tests.approvals_builders import policy_without_undo
from tests.conftest import MakeUser

ALERTS = Alerts(AlertRules(), load_playbooks())
CLOSED = Act(ActKind.CLOSE, outcome=Outcome.FALSE_ALARM)


def drafts() -> AlertDrafts:
    guardrails = Guardrails()
    return AlertDrafts(
        ALERTS, approvals=ApprovalService(policy_without_undo(), guardrails=guardrails), guardrails=guardrails
    )


def test_a_change_is_raised_once_with_its_owner_cause_and_playbook(database: Database, make_user: MakeUser) -> None:
    owner, stranger = make_user(), make_user(team="south")
    account = world.add_customer(database, owner=owner)
    calm = world.add_customer(database, owner=owner, number=2)
    world.put(database, world.churn(calm, 0.5, day=world.A_WEEK_AGO), world.churn(calm, 0.51, day=world.DAY))
    world.got_worse(database, account)
    assert world.raise_due(database) == 1
    alert = world.one_alert(database, owner)
    assert (alert.account_id, alert.owner_id) == (account, owner.user_id)
    assert (alert.cause, alert.playbook) == ("days_since_last_inbound", "silence")
    assert (alert.before, alert.before_day, alert.now) == (0.1, world.A_WEEK_AGO, 0.4)
    assert world.raise_due(database) == 0
    assert world.all_alerts(database, stranger) == []


def test_a_new_version_of_a_model_is_no_change_of_an_account(database: Database, make_user: MakeUser) -> None:
    account = world.add_customer(database, owner=make_user())
    world.put(database, world.churn(account, 0.1, day=world.A_WEEK_AGO))
    world.put(database, world.churn(account, 0.6, day=world.DAY, version="model_2"))
    assert world.raise_due(database) == 0


def test_a_day_brings_an_owner_no_more_than_policy_says_and_the_rest_waits(
    database: Database, make_user: MakeUser
) -> None:
    owner, other = make_user(), make_user("Tom Otro")
    for number in range(1, 5):
        world.got_worse(database, world.add_customer(database, owner=owner, number=number), by=0.2 + number / 100)
    world.got_worse(database, world.add_customer(database, owner=other, number=9))
    raising = Raising(AlertRules(most_a_day=3), load_playbooks())
    assert world.raise_due(database, raising=raising) == 4
    assert world.raise_due(database, raising=raising) == 0
    mine = [alert for alert in world.all_alerts(database, owner) if alert.owner_id == owner.user_id]
    assert sorted(alert.account_id for alert in mine) == [world.account_id(number) for number in (2, 3, 4)]
    with database.unit_of_work() as uow:
        assert AlertRepository(uow).held(owner.user_id, day=world.DAY) == 1
        told = [event for event in AuditLog(uow).events() if event.action == "alerts.told"]
    assert sorted(event.details["told"] for event in told) == ["1", "3"], "one line for each owner, not one per alert"
    assert world.raise_due(database, world.DAY + timedelta(days=1), raising=raising) == 1


def test_what_is_done_can_be_taken_back_and_nobody_overwrites_another(database: Database, make_user: MakeUser) -> None:
    owner = make_user()
    alert = world.an_alert(database, owner)
    with database.unit_of_work() as uow:
        closed = ALERTS.act(alert.id, CLOSED, version=alert.version, viewer=owner, uow=uow)
        again = ALERTS.act(alert.id, CLOSED, version=alert.version, viewer=owner, uow=uow)
    assert (closed.state, again) == (AlertState.CLOSED, closed)
    with pytest.raises(Conflict), database.unit_of_work() as uow:
        ALERTS.act(alert.id, Act(ActKind.REOPEN), version=alert.version, viewer=owner, uow=uow)
    with pytest.raises(Conflict), database.unit_of_work() as uow:
        ALERTS.act(alert.id, Act(ActKind.DISMISS, reason="no"), version=None, viewer=owner, uow=uow)
    with database.unit_of_work() as uow:
        reopened = ALERTS.act(alert.id, Act(ActKind.REOPEN), version=closed.version, viewer=owner, uow=uow)
        assert (reopened.state, reopened.outcome) == (AlertState.OPEN, None)
    with database.unit_of_work() as uow:
        history = ALERTS.get(alert.id, viewer=owner, uow=uow).history
    assert [event.action for event in history] == ["alert.reopened", "alert.closed", "alert.raised"]
    assert [event.actor for event in history] == [owner.name, owner.name, None]


def test_a_note_written_meanwhile_contradicts_nobody_and_is_not_lost(database: Database, make_user: MakeUser) -> None:
    owner = make_user()
    alert = world.an_alert(database, owner)
    with database.unit_of_work() as acting:
        seen = ALERTS.find(alert.id, viewer=owner, uow=acting).alert
        assert drafts().write_due(database) == 1
        closed = ALERTS.act(alert.id, CLOSED, version=seen.version, viewer=owner, uow=acting)
    assert closed.state is AlertState.CLOSED
    with database.unit_of_work() as uow:
        after = ALERTS.find(alert.id, viewer=owner, uow=uow).alert
        assert after.item_id is not None
        assert (after.state, after.version) == (AlertState.CLOSED, alert.version + 1)
        assert not AlertRepository(uow).tie(alert, "item_id", "review_other")


def test_what_does_not_fit_is_refused_and_strangers_find_nothing(database: Database, make_user: MakeUser) -> None:
    owner, stranger = make_user(), make_user(team="south")
    alert = world.an_alert(database, owner)
    refused = (
        (Act(ActKind.SNOOZE, until=world.DAY), InputError),
        (Act(ActKind.SNOOZE, until=world.DAY + timedelta(days=400)), InputError),
        (Act(ActKind.DISMISS, reason="  "), InputError),
        (Act(ActKind.CLOSE, outcome=Outcome.WON), InputError),
    )
    for act, error in refused:
        with pytest.raises(error), database.unit_of_work() as uow:
            ALERTS.act(alert.id, act, version=None, viewer=owner, uow=uow)
    with pytest.raises(NotFound), database.unit_of_work() as uow:
        ALERTS.act(alert.id, CLOSED, version=None, viewer=stranger, uow=uow)


def test_a_snoozed_alert_wakes_on_its_day_or_when_it_gets_a_lot_worse(database: Database, make_user: MakeUser) -> None:
    owner = make_user()
    first, second = world.an_alert(database, owner), world.an_alert(database, owner, number=2)
    until = world.DAY + timedelta(days=5)
    for alert in (first, second):
        with database.unit_of_work() as uow:
            ALERTS.act(alert.id, Act(ActKind.SNOOZE, until=until), version=None, viewer=owner, uow=uow)
    tomorrow = world.DAY + timedelta(days=1)
    world.put(database, world.churn(second.account_id, 0.6, day=tomorrow))
    assert world.raise_due(database, tomorrow) == 1
    states = {alert.id: alert.state for alert in world.all_alerts(database, owner)}
    assert states == {first.id: AlertState.SNOOZED, second.id: AlertState.OPEN}
    assert world.raise_due(database, until) == 1


def test_outcomes_count_and_a_cause_that_is_mostly_wrong_has_to_move_further(
    database: Database, make_user: MakeUser
) -> None:
    owner, manager, ae = make_user(), make_user(role=Role.MANAGER), make_user(role=Role.AE)
    for number in range(1, 18):
        account = world.add_customer(database, owner=owner, number=number)
        world.got_worse(database, account, by=0.12)
    raising = Raising(AlertRules(most_a_day=100), load_playbooks())
    assert world.raise_due(database, raising=raising) == 17
    with database.unit_of_work() as uow:
        [before] = ALERTS.quality(viewer=manager, uow=uow)
        assert before.precision.value is None
        with pytest.raises(NotAllowed):
            ALERTS.quality(viewer=ae, uow=uow)
    for alert in world.all_alerts(database, owner):
        with database.unit_of_work() as uow:
            ALERTS.act(alert.id, CLOSED, version=None, viewer=owner, uow=uow)
    with database.unit_of_work() as uow:
        [after] = ALERTS.quality(viewer=manager, uow=uow)
        assert (after.precision.part, after.precision.whole) == (0, 17)
    world.got_worse(database, world.add_customer(database, owner=owner, number=30), by=0.06)
    other = world.add_customer(database, owner=owner, number=31)
    world.got_worse(database, other, by=0.06, signal=Signal.TICKETS_OPEN_URGENT)
    assert (
        world.raise_due(
            database,
            raising=Raising(
                AlertRules(most_a_day=100, moves={"churn_90": {"with_band": 0.05, "alone": 0.15}}), load_playbooks()
            ),
        )
        == 1
    )
    assert world.all_alerts(database, owner)[0].account_id == other


def test_the_records_close_an_alert_of_a_customer_who_left_and_move_it_to_a_new_owner(
    database: Database, make_user: MakeUser
) -> None:
    owner, heir, admin = make_user(), make_user("Tom Otro", team="south"), make_user(role=Role.ADMIN)
    gone, moved = world.an_alert(database, owner), world.an_alert(database, owner, number=2)
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, gone.account_id).churned_on = world.DAY
        uow.session.get_one(AccountRow, moved.account_id).owner_email = heir.email
    world.raise_due(database)
    found = {alert.id: alert for alert in world.all_alerts(database, admin)}
    assert (found[gone.id].state, found[gone.id].outcome) == (AlertState.CLOSED, Outcome.LOST)
    assert "16 de noviembre" in (found[gone.id].reason or "")
    assert found[moved.id].owner_id == heir.user_id


@pytest.mark.parametrize("language", list(Language))
def test_the_draft_says_what_changed_and_why_with_sources_and_what_to_do(
    database: Database, make_user: MakeUser, language: Language
) -> None:
    owner = make_user(language=language.value)
    alert = world.an_alert(database, owner, signal=Signal.DAYS_TO_RENEWAL)
    # Scores of the same day by another model take nothing away from what the alert was raised for.
    world.put(database, world.churn(alert.account_id, 0.9, day=world.DAY, version="model_2"))
    assert drafts().write_due(database) == 1
    assert drafts().write_due(database) == 0
    with database.unit_of_work() as uow:
        filed = drafts().write(alert.id, viewer=owner, language=language, uow=uow)
    draft = filed.draft
    texts = {segment.id: segment.text for segment in draft.segments()}
    if language is Language.ES:
        assert texts["change.1"].endswith("era del 10\u00a0% el 9 de noviembre y es del 40\u00a0% el 16 de noviembre.")
        assert texts["reasons.1"] == "Lo empuja: quedan 76 días para la renovación."
    else:
        assert texts["change.1"].endswith("was 10% on 9 November and is 40% on 16 November.")
    assert (draft.kind, filed.item.requirement.rule) == (DraftKind.CHURN_ALERT, "internal-low")
    assert [finding.rule for finding in filed.report.findings if finding.severity is not Severity.INFO] == []
    assert f"metric:days_to_renewal:{alert.account_id}" in draft.evidence_by_id
    with database.unit_of_work() as uow:
        again = drafts().draft_again(draft, instruction="quita los pasos", viewer=owner, uow=uow)
    assert [section.key for section in again.sections] == ["change", "reasons"]


def test_a_chance_of_expansion_has_words_a_playbook_and_outcomes_of_its_own(
    database: Database, make_user: MakeUser
) -> None:
    owner = make_user()
    account = world.add_customer(database, owner=owner)
    for day, value, effect in ((world.A_WEEK_AGO, 0.2, 0.1), (world.DAY, 0.55, 1.7)):
        part = Part(name=Signal.EXPANSION_OPEN.value, value=0.0, effect=effect)
        score = world.churn(account, value, day=day)
        band = Band.BAD if value < 0.3 else Band.GOOD
        world.put(database, score.model_copy(update={"kind": ScoreKind.EXPANSION, "band": band, "parts": (part,)}))
    assert world.raise_due(database) == 1
    alert = world.one_alert(database, owner)
    assert (alert.kind, alert.playbook) == (AlertKind.EXPANSION, "they_ask")
    with database.unit_of_work() as uow:
        filed = drafts().write(alert.id, viewer=owner, language=Language.ES, uow=uow)
        assert "compre más en 180 días era del 20\u00a0% el 9 de noviembre" in next(filed.draft.segments()).text
        assert [finding.rule for finding in filed.report.findings if finding.severity is not Severity.INFO] == []
    with pytest.raises(InputError), database.unit_of_work() as uow:
        ALERTS.act(alert.id, Act(ActKind.CLOSE, outcome=Outcome.SAVED), version=None, viewer=owner, uow=uow)
    with database.unit_of_work() as uow:
        won = Act(ActKind.CLOSE, outcome=Outcome.WON)
        assert ALERTS.act(alert.id, won, version=None, viewer=owner, uow=uow).outcome is Outcome.WON


def test_an_older_alert_that_was_reopened_wakes_and_lets_no_second_beside_it(
    database: Database, make_user: MakeUser
) -> None:
    owner = make_user()
    first = world.an_alert(database, owner)
    later = world.DAY + timedelta(days=30)
    for day, value in ((later - timedelta(days=7), 0.1), (later, 0.6)):
        world.put(database, world.churn(first.account_id, value, day=day))
    with database.unit_of_work() as uow:
        ALERTS.act(first.id, CLOSED, version=None, viewer=owner, uow=uow)
    assert world.raise_due(database, later) == 1
    [second] = [alert for alert in world.all_alerts(database, owner) if alert.id != first.id]
    with pytest.raises(Conflict), database.unit_of_work() as uow:
        ALERTS.act(first.id, Act(ActKind.REOPEN), version=None, viewer=owner, uow=uow)
    until = world.DAY + timedelta(days=2)
    for alert_id, act in (
        (second.id, CLOSED),
        (first.id, Act(ActKind.REOPEN)),
        (first.id, Act(ActKind.SNOOZE, until=until)),
    ):
        with database.unit_of_work() as uow:
            ALERTS.act(alert_id, act, version=None, viewer=owner, uow=uow)
    assert world.raise_due(database, later + timedelta(days=1)) == 1
    states = {alert.id: alert.state for alert in world.all_alerts(database, owner)}
    assert states == {first.id: AlertState.OPEN, second.id: AlertState.CLOSED}


def test_a_step_ticked_off_is_no_news_and_begins_no_new_quiet_time(
    database: Database, make_user: MakeUser, clock: FixedClock
) -> None:
    owner = make_user()
    alert = world.an_alert(database, owner)
    clock.advance(timedelta(days=3))
    step = load_playbooks().current(alert.playbook, alert.kind, alert.cause).step[0].key
    with database.unit_of_work() as uow:
        ticked = ALERTS.tick(alert.id, step, done=True, viewer=owner, uow=uow)
        news = AlertRepository(uow).news(
            viewer=owner, owner_ids=[owner.user_id], since=clock.now() - timedelta(days=1), day=clock.today()
        )
        closed = ALERTS.act(alert.id, CLOSED, version=None, viewer=owner, uow=uow)
    assert (ticked.steps_done, ticked.changed_at, news.told) == ((step,), alert.changed_at, 0)
    assert closed.changed_at == clock.now()
    clock.advance(timedelta(days=3))
    with database.unit_of_work() as uow:
        later = ALERTS.tick(alert.id, step, done=False, viewer=owner, uow=uow)
    assert (later.steps_done, later.changed_at) == ((), closed.changed_at)
