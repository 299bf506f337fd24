"""`sales-copilot portfolio`: what is at risk and what moved, renewals, expansion, forecast.

Invariant: a person sees the customers they may see, and the same figures as on the page and in the API.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import partial
from typing import Annotated, assert_never

import typer
from pydantic import BaseModel

from api.portfolio_asked import KIND_OF_DAYS, part_of
from api.schemas.portfolio import ExpansionOut, ForecastOut, PortfolioOut, RenewalsOut
from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.portfolio_growth_view import print_expansion, print_forecast
from copilot.cli.portfolio_view import print_renewals, print_risk
from copilot.cli.portfolio_words import say
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.portfolio import BandChoice, Slice
from copilot.errors import InputError
from copilot.scoring.lifetime import LifetimeRules, load_lifetime_rules
from copilot.store.database import UnitOfWork
from copilot.workflows.portfolio.book import model_use, read_book
from copilot.workflows.portfolio.expansion import expansion_board
from copilot.workflows.portfolio.movement import movement
from copilot.workflows.portfolio.outlook import Until, sales_forecast
from copilot.workflows.portfolio.renewals import renewals
from copilot.workflows.portfolio.risk import revenue_at_risk


class Part(StrEnum):
    """Parts of the portfolio."""

    RISK = "risk"
    RENEWALS = "renewals"
    EXPANSION = "expansion"
    FORECAST = "forecast"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("portfolio")(portfolio)


def portfolio(
    part: Annotated[Part, typer.Argument(help="Which part of it.")] = Part.RISK,
    *,
    owner: Annotated[str, typer.Option(help="Email of the owner; `-`: accounts without one.")] = "",
    segment: Annotated[str, typer.Option(help="Segment; `-`: accounts without one.")] = "",
    band: Annotated[BandChoice | None, typer.Option(help="Only customers with a health of this band.")] = None,
    days: Annotated[int, typer.Option(help="Of risk: leaving within 30, 90 or 180 days.")] = 90,
    until: Annotated[
        str, typer.Option(help="Of the forecast: quarter, next_quarter, half_year or a day, e.g. 2027-03-31.")
    ] = Until.QUARTER.value,
    everybody: Annotated[
        bool, typer.Option("--all", help="Of expansion: also who is unlikely to, or not known.")
    ] = False,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """What is at risk and what moved since last week, renewals, expansion, forecast."""
    with reported_errors():
        person = acting(user)
        told = Language(person.viewer.language)
        if days not in KIND_OF_DAYS:
            raise InputError(say("bad_days", told), hint=say("bad_days_hint", told))
        rules = load_lifetime_rules(person.application.settings.lifetime_file)
        asked = Asked(
            part_of(owner, segment, band), person.viewer, days, _until(until, told), rules, everybody=everybody
        )
        with person.application.database.unit_of_work() as uow:
            found = asked.read(part, uow)
    if as_json:
        typer.echo(found.content.model_dump_json(indent=2))
        return
    found.show(told)


def _until(text: str, language: Language) -> Until | date:
    if text in Until.__members__.values():
        return Until(text)
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(say("bad_day", language, day=text), hint=say("bad_day_hint", language)) from error


@dataclass(frozen=True, slots=True)
class Shown:
    """What was read: for programs, and how it is printed for people."""

    content: BaseModel
    show: Callable[[Language], None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked at, and for whom."""

    chosen: Slice
    viewer: Viewer
    days: int
    until: Until | date
    rules: LifetimeRules
    everybody: bool

    def read(self, part: Part, uow: UnitOfWork) -> Shown:
        """One part of the portfolio."""
        match part:
            case Part.RISK:
                return self._risk(uow)
            case Part.RENEWALS:
                calendar = renewals(self.chosen, viewer=self.viewer, uow=uow)
                return Shown(RenewalsOut.of(calendar), partial(print_renewals, calendar))
            case Part.EXPANSION:
                board = expansion_board(
                    self.chosen, rules=self.rules, viewer=self.viewer, uow=uow, everybody=self.everybody
                )
                return Shown(ExpansionOut.of(board), partial(print_expansion, board))
            case Part.FORECAST:
                outlooks = sales_forecast(self.chosen, until=self.until, viewer=self.viewer, uow=uow)
                return Shown(ForecastOut.of(outlooks), partial(print_forecast, outlooks))
            case _:
                assert_never(part)

    def _risk(self, uow: UnitOfWork) -> Shown:
        kind = KIND_OF_DAYS[self.days]
        book = read_book(self.chosen, kind=kind, viewer=self.viewer, uow=uow)
        risk = revenue_at_risk(book, model=model_use(kind, uow=uow), viewer=self.viewer, uow=uow)
        moved = movement(book, viewer=self.viewer, uow=uow)
        content = PortfolioOut.of(risk, moved, day=book.day, customers=book.customers)
        return Shown(content, partial(print_risk, risk, moved))
