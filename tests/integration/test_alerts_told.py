"""Who hears of alerts: their owner, in one line for all of a day, and nobody of what is over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role
from copilot.domain.alert_acts import Act, ActKind
from copilot.domain.alert_rules import AlertRules
from copilot.domain.notifications import NotificationRules
from copilot.notifications.service import Notifications
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from copilot.workflows.alerts.acting import Alerts
from tests import alert_worlds as world
from tests.conftest import MakeUser
from tests.integration.test_notifications import Outgoing


@pytest.fixture
def outgoing() -> Outgoing:
    return Outgoing()


@pytest.fixture
def notifications(database: Database, outgoing: Outgoing) -> Notifications:
    settings = Settings(COPILOT_PUBLIC_URL="https://copilot.example/", COPILOT_SMTP_FROM="cola@tramontia.example")
    return Notifications(settings, database=database, rules=NotificationRules(), transport=outgoing)


def words(outgoing: Outgoing, address: str) -> str:
    """The one mail that this person got, on one line."""
    [mail] = [mail for recipient, mail in outgoing.mails if recipient == address]
    return " ".join(str(mail.get_content()).split())


def test_the_alerts_of_a_day_are_one_line_without_a_name(
    database: Database, make_user: MakeUser, notifications: Notifications, outgoing: Outgoing
) -> None:
    owner, admin = make_user(), make_user(role=Role.ADMIN, language="en")
    for number in range(1, 5):
        world.got_worse(database, world.add_customer(database, owner=owner, number=number))
    world.got_worse(database, world.add_customer(database, owner=owner, number=9))
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.account_id(9)).owner_email = "nobody@tramontia.example"
    raising = replace(world.RAISING, rules=AlertRules(most_a_day=3))
    assert world.raise_due(database, raising=raising) == 4
    notifications.run()
    assert sorted(recipient for recipient, _ in outgoing.mails) == sorted([owner.email, admin.email])
    told = words(outgoing, owner.email)
    assert "Alertas de sus cuentas: 3 nuevas o de vuelta, 1 en espera https://copilot.example/alerts" in told
    assert "Alerts about your accounts: 1 new or back again, 0 waiting" in words(outgoing, admin.email)
    assert "Aceros" not in told
    world.raise_due(database, raising=raising)
    notifications.run()
    assert len(outgoing.mails) == 2


def test_nobody_hears_of_alerts_that_are_over(
    database: Database, make_user: MakeUser, notifications: Notifications, outgoing: Outgoing, clock: FixedClock
) -> None:
    owner = make_user()
    alert = world.an_alert(database, owner)
    alerts = Alerts(AlertRules(), world.RAISING.playbooks)
    until = clock.today() + timedelta(days=3)
    with database.unit_of_work() as uow:
        alerts.act(alert.id, Act(ActKind.SNOOZE, until=until), version=None, viewer=owner, uow=uow)
    notifications.run()
    assert outgoing.mails == []
