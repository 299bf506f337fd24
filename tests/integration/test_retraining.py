"""Scores are learnt again in the background: what was trained before, when it is old, and administrators hear of it."""

from datetime import timedelta

from copilot.clock import FixedClock
from copilot.domain.access import Role
from copilot.domain.notifications import NotificationRules
from copilot.domain.scores import ScoreKind
from copilot.notifications.service import Notifications
from copilot.scoring.backtest import TrainingOptions
from copilot.scoring.retraining import retrain_due
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.score_due import ScoreDueRepository
from copilot.store.scores import ScoreRepository
from tests.conftest import MakeUser
from tests.integration.test_notifications import Outgoing
from tests.score_models import a_report, keep_trained

EVERY = 30


def retrained(database: Database, *, every_days: int = EVERY) -> int:
    return retrain_due(database, every_days=every_days, options=TrainingOptions())


def test_what_was_trained_before_is_learnt_again_once_it_is_old(
    database: Database, make_user: MakeUser, clock: FixedClock
) -> None:
    admin, outgoing = make_user(role=Role.ADMIN, language="en"), Outgoing()
    make_user(language="en")
    settings = Settings(COPILOT_PUBLIC_URL="https://copilot.example/", COPILOT_SMTP_FROM="cola@tramontia.example")
    notifications = Notifications(settings, database=database, rules=NotificationRules(), transport=outgoing)
    assert retrained(database) == 0
    with database.unit_of_work() as uow:
        keep_trained(uow, ScoreKind.CHURN_90, "before", report=a_report())
    clock.advance(timedelta(days=10))
    assert retrained(database) == 0
    clock.advance(timedelta(days=10))
    assert retrained(database, every_days=0) == 0
    assert retrained(database) == 1
    assert retrained(database) == 0
    with database.unit_of_work() as uow:
        newest, in_use = ScoreRepository(uow).models()[0], ScoreRepository(uow).model(ScoreKind.CHURN_90)
    # There are no customers: why there is no new model is kept, and the one of before stays.
    assert newest.refusal is not None
    assert in_use is not None
    assert in_use.id == "before"
    notifications.run()
    [(recipient, mail)] = outgoing.mails
    assert recipient == admin.email
    assert "A score was learnt again" in " ".join(str(mail.get_content()).split())


def test_while_another_process_trains_nothing_is_put_off(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        keep_trained(uow, ScoreKind.CHURN_90, "before", report=a_report())
    clock.advance(timedelta(days=40))
    with database.unit_of_work() as uow:
        assert ScoreDueRepository(uow).take_turn_to_train()
        assert retrained(database) == 0
    assert retrained(database) == 1


def test_columns_that_somebody_vouched_for_are_vouched_for_again(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        keep_trained(uow, ScoreKind.CHURN_90, "before", report=a_report() | {"kept": ["days_since_use"]})
    clock.advance(timedelta(days=40))
    assert retrained(database) == 1
    with database.unit_of_work() as uow:
        assert ScoreRepository(uow).models()[0].report["kept"] == ["days_since_use"]


def test_a_worker_that_stops_begins_nothing(database: Database, clock: FixedClock) -> None:
    with database.unit_of_work() as uow:
        keep_trained(uow, ScoreKind.CHURN_90, "before", report=a_report())
    clock.advance(timedelta(days=40))
    assert retrain_due(database, every_days=EVERY, options=TrainingOptions(), should_stop=lambda: True) == 0
    with database.unit_of_work() as uow:
        assert len(ScoreRepository(uow).models()) == 1
