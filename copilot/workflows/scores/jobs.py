"""The background work on scores: reading what they rest on, computing them, drafting about alerts, learning again.

Invariant: a run takes a limited time and asks for another if anything is left.
"""

import time
from collections.abc import Callable, Sequence

from copilot.scoring.bands import load_bands
from copilot.scoring.health import load_scorecard
from copilot.scoring.lead_rules import load_lead_rules
from copilot.scoring.leads import LeadScores
from copilot.scoring.service import After, ScoreService
from copilot.settings import Settings
from copilot.store.database import Database, UnitOfWork
from copilot.store.deals_history import DealsRepository
from copilot.workflows.alerts.notes import AlertDrafts

_SECONDS = 20
"""So long scores are computed at once; then other jobs come first."""


def score_service(settings: Settings, *, after: After) -> ScoreService:
    """Computes scores as the settings' files say."""
    scorecard, bands = load_scorecard(settings.health_file), load_bands(settings.score_bands_file)
    leads = LeadScores(load_lead_rules(settings.leads_file))
    return ScoreService(
        scorecard,
        bands=bands,
        read_first=_read_first,
        more=[leads.of_accounts],
        more_made_by=leads.made_by,
        after=after,
    )


def _read_first(account_ids: Sequence[str], uow: UnitOfWork) -> int:
    """What accounts whose records changed hold that is kept: the stages of their deals, what their texts say."""
    # Imported here: word lists take a second to load.
    from copilot.workflows.reading.due_texts import read_texts_of

    return DealsRepository(uow).keep_stages(account_ids) + read_texts_of(account_ids, uow)


def compute_due(
    database: Database,
    scores: ScoreService,
    drafts: AlertDrafts,
    *,
    ask_again: Callable[[UnitOfWork], None],
    should_stop: Callable[[], bool],
) -> int:
    """Compute what is due for as long as one job may; what is left asks for another."""
    until = time.monotonic() + _SECONDS
    with database.unit_of_work() as uow:
        DealsRepository(uow).keep_stray_stages()
    done = scores.recompute(database, should_stop=lambda: should_stop() or time.monotonic() >= until)
    if not done.finished:
        with database.unit_of_work() as uow:
            ask_again(uow)
    return done.written + drafts.write_due(database, should_stop=should_stop)


def train_due(settings: Settings, database: Database, *, should_stop: Callable[[], bool]) -> int:
    """Learn again what was learnt long ago. Returns how many scores were."""
    # Imported here: what learns takes a second to load.
    from copilot.scoring.backtest import TrainingOptions
    from copilot.scoring.retraining import retrain_due

    options = TrainingOptions(label_delay_days=settings.label_delay_days, alert_budget=settings.alert_budget)
    return retrain_due(database, every_days=settings.retrain_days, options=options, should_stop=should_stop)
