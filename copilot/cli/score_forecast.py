"""`sales-copilot scores forecast`: what open deals will bring in, beside what their owners say.

Invariant: a person's own deals only; where there is no forecast the owners' own sum is shown and the reason said.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any

import typer
from rich.table import Table
from rich.text import Text

from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, console, reported_errors
from copilot.cli.queue_view import plain, print_json, print_line
from copilot.cli.score_growth_words import say
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.scoring.forecast import (
    LEAST_CLOSED,
    LEAST_OF_AN_OUTCOME,
    LEAST_PERIODS,
    Forecast,
    NoForecast,
    Outlook,
    forecast,
)
from copilot.store.deals_history import DealsRepository

_DAYS = 90


def add_commands(app: typer.Typer) -> None:
    """Add them to the group of scores."""
    app.command("forecast")(show)


def show(
    *,
    until: Annotated[str | None, typer.Option(help="Last day, e.g. 2027-03-31 (default: 90 days from now).")] = None,
    language: Annotated[Language | None, typer.Option(help="Language of the answer (default: yours).")] = None,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """What the open deals will bring in until a day, with an 80% interval, beside what their owners say."""
    with reported_errors():
        person = acting(user)
        told = language or Language(person.viewer.language)
        with person.application.database.unit_of_work() as uow:
            last = _day(until, told) if until else uow.clock.today() + timedelta(days=_DAYS)
            deals = DealsRepository(uow)
            found = forecast(deals.open(viewer=person.viewer), deals.history(), until=last)
    if as_json:
        print_json(as_data(found))
        return
    _print(found, told)


def as_data(found: Forecast) -> dict[str, Any]:
    """The forecast for programs; amounts as text, as they are."""
    return {
        "day": found.day.isoformat(),
        "until": found.until.isoformat(),
        "refusal": found.refusal,
        "learnt": {
            "closed": found.learnt.closed,
            "won": found.learnt.won,
            "since": found.learnt.since.isoformat(),
            "stages": found.learnt.by_stage,
        },
        "left_out": {reason.value: count for reason, count in found.left_out.items()},
        "outlooks": [_outlook_as_data(one) for one in found.outlooks],
    }


def _outlook_as_data(one: Outlook) -> Mapping[str, object]:
    amounts = {name: getattr(one, name) for name in ("expected", "low", "high", "stated", "open_amount")}
    told = {name: None if amount is None else str(amount) for name, amount in amounts.items()}
    return {"currency": one.currency, **told, "deals": one.deals, "stated_deals": one.stated_deals}


def _day(text: str, language: Language) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise InputError(say("bad_day", language, day=text), hint=say("bad_day_hint", language)) from error


def _print(found: Forecast, language: Language) -> None:
    formatter = Formatter(language)
    if not found.outlooks:
        print_line(say("nothing_open", language))
    else:
        print_line(say("forecast", language, day=formatter.day(found.day), until=formatter.day(found.until)))
        console.print(_table(found, language))
        print_line(say("stated_deals", language, count=sum(one.stated_deals for one in found.outlooks)))
    if found.left_out:
        said = formatter.listed([say(f"left_out.{why}", language, count=n) for why, n in found.left_out.items()])
        print_line(say("left_out", language, said=said))
    if found.refusal is not None:
        print_line(say("no_forecast", language, why=why_not(found, language)))
        return
    learnt = found.learnt
    since = formatter.day(learnt.since)
    print_line(say("learnt", language, closed=formatter.number(learnt.closed), since=since, won=learnt.won))
    print_line(say("by_stage", language, count=learnt.by_stage) if learnt.by_stage else say("no_stages", language))
    print_line(say("new_ones", language))


def why_not(found: Forecast, language: Language) -> str:
    """Why there is no forecast, and what it needs."""
    learnt, days = found.learnt, (found.until - found.day).days
    lost = learnt.closed - learnt.won
    since = Formatter(language).day(learnt.since)
    match found.refusal:
        case NoForecast.FEW_CLOSED:
            return say("few_closed", language, least=LEAST_CLOSED, closed=learnt.closed)
        case NoForecast.FEW_OF_AN_OUTCOME:
            return say("few_of_an_outcome", language, least=LEAST_OF_AN_OUTCOME, won=learnt.won, lost=lost)
        case NoForecast.SHORT_HISTORY:
            there = (found.day - learnt.since).days + 1
            return say("short_history", language, needed=LEAST_PERIODS * days, days=days, there=there, since=since)
        case _:
            return say("not_ahead", language)


def _table(found: Forecast, language: Language) -> Table:
    formatter = Formatter(language)

    def money(amount: Decimal | None, currency: str) -> str:
        return "–" if amount is None else formatter.money(amount.quantize(Decimal(1)), currency=currency)

    table = Table()
    for name in ("currency", "expected", "interval", "stated", "open", "deals"):
        table.add_column(say(name, language), justify="left" if name == "currency" else "right")
    for one in found.outlooks:
        ends = "–" if one.low is None else f"{money(one.low, one.currency)} – {money(one.high, one.currency)}"
        cells = (
            money(one.expected, one.currency),
            ends,
            *(money(x, one.currency) for x in (one.stated, one.open_amount)),
        )
        table.add_row(*(Text(plain(cell)) for cell in (one.currency, *cells, formatter.number(one.deals))))
    return table
