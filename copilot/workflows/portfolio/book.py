"""The viewer's customers, added up once for everything that a page of the portfolio says.

Invariant: who is left out of a figure is counted beside it.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.portfolio import BandChoice, Slice
from copilot.domain.scores import CHURN_DAYS, Band, ScoreKind, ScoreModel
from copilot.scoring.refusals import refusal_text
from copilot.store.database import UnitOfWork
from copilot.store.portfolio_sums import PortfolioSums, Standing
from copilot.store.scores import ScoreRepository
from copilot.store.standing import WEEK as WEEK

_TRAINED_AS = {ScoreKind.EXPANSION: "expansion", ScoreKind.LEAD: "leads"}
"""What the command that trains calls them; the others are its usual ones."""


class ModelState(StrEnum):
    """Whether there is a model to go by."""

    IN_USE = "in_use"
    NEVER_TRAINED = "never_trained"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class ModelUse:
    """The model of a kind of score, or why there is none."""

    kind: ScoreKind
    state: ModelState
    version: str | None = None
    trained_on: date | None = None
    refusal: str | None = None
    """See `copilot.scoring.believable.Refusal`."""
    model: ScoreModel | None = field(default=None, repr=False)

    @property
    def is_in_use(self) -> bool:
        return self.state is ModelState.IN_USE

    def why_not(self, language: Language, *, with_command: bool = False) -> str:
        """Why there is none; empty where there is one. `with_command`: also how to have one made."""
        advises = _TRAINED_AS.get(self.kind, "") if with_command else None
        return refusal_text(self.model, language, advises=advises) or ""


@dataclass(frozen=True, slots=True)
class Book:
    """Customers of a day, those together who stand alike. `kind` is the probability to leave that is looked at."""

    day: date
    chosen: Slice
    kind: ScoreKind
    standings: tuple[Standing, ...]
    sums: PortfolioSums = field(repr=False)

    @property
    def customers(self) -> int:
        """How many there are."""
        return sum(one.heap.customers for one in self.standings)

    @property
    def until(self) -> date:
        """The last day on which somebody leaves in time."""
        return self.day + timedelta(days=CHURN_DAYS[self.kind])


def read_book(chosen: Slice, *, kind: ScoreKind = ScoreKind.CHURN_90, viewer: Viewer, uow: UnitOfWork) -> Book:
    """The customers of the slice, today and against a week ago."""
    today, sums = uow.clock.today(), PortfolioSums(chosen, viewer=viewer, uow=uow)
    return Book(day=today, chosen=chosen, kind=kind, standings=tuple(sums.standings(kind)), sums=sums)


def band_choice(band: Band | None) -> BandChoice:
    """Where a customer with a score of that band belongs."""
    return BandChoice.UNSCORED if band is None else BandChoice(band.value)


def model_use(kind: ScoreKind, *, uow: UnitOfWork) -> ModelUse:
    """What scores of that kind are made by."""
    model = ScoreRepository(uow).model(kind)
    if model is None:
        return ModelUse(kind, ModelState.NEVER_TRAINED)
    if model.refusal is not None or model.model is None:
        return ModelUse(kind, ModelState.REFUSED, trained_on=model.trained_on, refusal=model.refusal, model=model)
    return ModelUse(kind, ModelState.IN_USE, version=model.id, trained_on=model.trained_on, model=model)
