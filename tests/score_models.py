"""Trained models with a report, for the tests of what is shown of them. Everything is invented."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from copilot.domain.scores import ScoreKind, ScoreModel
from copilot.scoring.labels import DelaySource
from copilot.scoring.quality import Bin, Measure, Measured, Quality
from copilot.scoring.report import Counts, DelayTold, Needed, Report
from copilot.store.database import UnitOfWork
from copilot.store.scores import ScoreRepository
from copilot.store.tables.scores import ScoreModelRow

_DAY = date(2026, 10, 31)


def a_report(*, happened: int = 80) -> dict[str, Any]:
    """A report with a calibration curve of three points; AUC 0.812."""
    told = ((0.05, 0.04), (0.2, 0.24), (0.6, 0.55))
    figure = Measured(value=0.812, low=0.77, high=0.85)
    return Report(
        horizon_days=90,
        rows=900,
        positives=60,
        needed=Needed(rows=200, of_an_outcome=50, of_a_side=20),
        counts=Counts(
            accounts=300,
            happened=happened,
            rows=900,
            positives=happened,
            negatives=220,
            first_day=_DAY,
            last_day=_DAY,
        ),
        delay=DelayTold(days=30, source=DelaySource.SETTING, cases=0),
        quality=Quality(
            rows=400,
            positives=40,
            figures=dict.fromkeys(Measure, figure),
            reliability=tuple(
                Bin(rows=130, predicted=said, observed=came, low=max(0.0, came - 0.05), high=came + 0.05)
                for said, came in told
            ),
        ),
        used=("active_users_change_pct", "segment"),
    ).model_dump(mode="json")


def keep_trained(
    uow: UnitOfWork, kind: ScoreKind, name: str, *, report: dict[str, Any], refusal: str | None = None, minutes: int = 0
) -> str:
    """Put a training on record, in use from so many minutes after nine."""
    moment = datetime(2026, 11, 1, 9, tzinfo=UTC) + timedelta(minutes=minutes)
    model = ScoreModel(
        id=name,
        kind=kind,
        trained_at=moment,
        trained_on=_DAY,
        refusal=refusal,
        model=None if refusal else {"base": 0.0},
        report=report,
    )
    ScoreRepository(uow).keep(model)
    uow.session.get_one(ScoreModelRow, name).used_from = moment
    uow.flush()
    return name
