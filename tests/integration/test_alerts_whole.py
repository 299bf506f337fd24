"""From records to alerts by the product's own job: scores, what they raise, and the notes about it."""

from pathlib import Path

from copilot import bootstrap
from copilot.domain.alerts import AlertKind
from copilot.domain.drafts import DraftKind
from copilot.domain.findings import Severity
from copilot.domain.scores import AccountScore, Band, Part, ScoreKind
from copilot.domain.signals import Signal
from copilot.jobs import Task
from copilot.settings import Settings
from copilot.store.database import Database
from tests import alert_worlds, score_worlds
from tests.asynchronous import run
from tests.conftest import MakeUser

FALLING = (100,) * 14 + (80, 60, 40, 30, 20, 10)
"""Weekly users, oldest first."""


def test_records_that_get_worse_end_in_an_alert_and_a_note_in_the_queue(
    database: Database, make_user: MakeUser, tmp_path: Path
) -> None:
    owner = make_user()
    application = bootstrap.assemble(Settings(data_dir=tmp_path, embedding_model="none"), database=database)
    score_worlds.add_customer(database, "acc_00000000000000000001", owner=owner.email, users=FALLING, nps=2, urgent=3)
    score_worlds.add_customer(database, "acc_00000000000000000002", owner=owner.email)
    for account_id in ("acc_00000000000000000001", "acc_00000000000000000002"):
        alert_worlds.put(database, good_before(account_id, version=application.scores.scorecard.digest))
    with database.unit_of_work() as uow:
        application.jobs.defer(Task.SCORE, uow=uow)
    run(application.jobs.work(wait=False))
    alert = alert_worlds.one_alert(database, owner)
    assert (alert.account_id, alert.kind) == ("acc_00000000000000000001", AlertKind.CHURN_RISK)
    assert (alert.score_kind, alert.now < 60) == (ScoreKind.HEALTH, True)
    assert alert.cause in Signal.__members__.values()
    with database.unit_of_work() as uow:
        view = application.approvals.get(alert.item_id or "", viewer=owner, uow=uow)
        shown = application.alerts.get(alert.id, viewer=owner, uow=uow)
    assert view.draft.kind is DraftKind.CHURN_ALERT
    assert [item.rule for item in view.findings if item.severity is not Severity.INFO] == []
    assert shown.reasons[0].evidence.id in view.draft.evidence_by_id
    application.close()


def good_before(account_id: str, *, version: str) -> AccountScore:
    """The health of a week ago, by today's scorecard."""
    return AccountScore(
        account_id=account_id,
        kind=ScoreKind.HEALTH,
        day=alert_worlds.A_WEEK_AGO,
        value=85.0,
        band=Band.GOOD,
        base=80.0,
        parts=(Part(name=Signal.NPS.value, value=9.0, effect=5.0),),
        version=version,
    )
