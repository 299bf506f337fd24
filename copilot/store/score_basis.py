"""What the explanation of an account's scores begins with, in one question.

Like what it is read from this sees every account: whoever asks for a person names an account that the person may see.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from copilot.domain.scores import AccountScore, ScoreKind, ScoreModel
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import ask
from copilot.store.scores import models_asked, models_of, scores_asked, scores_of
from copilot.store.signals import SignalTable, first_recorded_asked
from copilot.store.signals_kept import KeptSignals, own_asked


@dataclass(frozen=True, slots=True)
class ScoreBasis:
    """Of one account, today."""

    kept: KeptSignals
    table: SignalTable
    """Its signals; empty: it is no customer."""
    models: Mapping[ScoreKind, ScoreModel]
    """In use; perhaps refusals."""
    before: Mapping[ScoreKind, AccountScore]
    """The scores that it had on an earlier day."""


def score_basis(
    account_id: str, *, kinds: Sequence[ScoreKind], learnt: Sequence[ScoreKind], before: date, uow: UnitOfWork
) -> ScoreBasis:
    """`kinds`: of the earlier scores; `learnt`: of the models."""
    today = uow.clock.today()
    [first], own, models, scores = ask(
        uow,
        first_recorded_asked(),
        own_asked(account_id, day=today),
        models_asked(learnt),
        scores_asked(account_id, kinds, on=before),
    )
    kept = KeptSignals(uow, first=first._asdict())
    table = kept.of_rows(today, own) or kept.of_day(today, [account_id], enough=1)
    return ScoreBasis(kept, table, models_of(models), scores_of(scores))
