"""How expansion and the forecast look at the command line.

Invariant: what cannot be believed is not shown, and its reason is, with what it would take and what there is.
"""

from decimal import Decimal

from copilot.cli.portfolio_view import MOST, Told, owner, print_more
from copilot.cli.queue_view import print_line
from copilot.domain.language import Language
from copilot.domain.scores import ScoreKind
from copilot.scoring.cross_sell import LEAST_CUSTOMERS, CrossSell, NoCrossSell, Pair
from copilot.scoring.forecast import Forecast, Outlook
from copilot.scoring.forecast_lessons import LEAST_CLOSED, LEAST_OF_AN_OUTCOME, LEAST_PERIODS, NoForecast
from copilot.scoring.lifetime import LEAST_LEFT, LifetimeValue, NoValue
from copilot.workflows.portfolio.expansion import Expansion, Prospect
from copilot.workflows.portfolio.outlook import Outlooks
from copilot.workflows.scores.words import shown

_PAIRS = 2


def print_expansion(board: Expansion, language: Language) -> None:
    """Who may buy more, what each is worth and what others like them bought."""
    told, months = Told(language), board.rules.horizon_months
    if not board.model.is_in_use:
        print_line(told.say("no_expansion", why=board.model.why_not(language, with_command=True)))
    if not board.rows:
        print_line(told.say("nothing_to_show"))
        return
    rows = [_prospect(one, told) for one in board.rows[:MOST]]
    told.table("expansion_columns", rows, value=told.say("value_months", months=months))
    print_more(board.more + max(0, len(board.rows) - MOST), told)
    _print_basis(board, told)


def _prospect(one: Prospect, told: Told) -> tuple[str, ...]:
    return (
        one.customer.name,
        shown(ScoreKind.EXPANSION, one.probability, told.language),
        "\n".join(told.deal(deal) for deal in one.deals) or "–",
        told.arr(one.customer),
        _value(one.value, told) if one.value else "–",
        _also(one.cross_sell, told) if one.cross_sell else "",
        told.health(one.customer),
        owner(one.customer),
    )


def _value(one: LifetimeValue, told: Told) -> str:
    if one.missing is not None or one.value is None or one.low is None or one.high is None or one.basis is None:
        return "" if one.missing is None else told.say(f"no_value.{one.missing}")
    value, low, high = (told.money(amount, one.currency) for amount in (one.value, one.low, one.high))
    return f"{value} ({low} – {high}; {told.say(f'basis.{one.basis}')})"


def _also(one: CrossSell, told: Told) -> str:
    if one.missing is not None:
        return told.say(f"no_cross.{one.missing}")
    return "; ".join(_pair(pair, told) for pair in one.pairs[:_PAIRS])


def _pair(pair: Pair, told: Told) -> str:
    lift, low, high = (told.format.number(Decimal(f"{value:.1f}")) for value in (pair.lift, pair.low, pair.high))
    return told.say(
        "pair",
        product=pair.product,
        having=pair.having,
        both=pair.both,
        whole=pair.with_having,
        other=pair.product_without,
        others=pair.without_having,
        lift=lift,
        low=low,
        high=high,
    )


def _print_basis(board: Expansion, told: Told) -> None:
    """What the values rest on, or what it would take to say them."""
    cross = [one.cross_sell for one in board.rows if one.cross_sell]
    few = next((one for one in cross if one.missing is NoCrossSell.FEW_CUSTOMERS), None)
    if few is not None:
        print_line(told.say("no_cross", least=LEAST_CUSTOMERS, there=few.customers))
    values = [one.value for one in board.rows if one.value]
    if any(one.missing is NoValue.FEW_LEFT for one in values):
        print_line(told.say("no_value", least=LEAST_LEFT, there=board.left))
    if any(one.value is not None for one in values):
        rules = board.rules
        print_line(told.say("value_basis", margin=told.percent(rules.margin), rate=told.percent(rules.discount_rate)))


def print_forecast(outlooks: Outlooks, language: Language) -> None:
    """What is forecast, and what the owners say."""
    told, found = Told(language), outlooks.forecast
    if not found.outlooks:
        print_line(told.say("nothing_open"))
    else:
        print_line(told.say("forecast", day=told.format.day(found.until), due=outlooks.due, overdue=outlooks.overdue))
        told.table("forecast_columns", (_outlook(one, told) for one in found.outlooks))
        print_line(told.say("stated_deals", count=sum(one.stated_deals for one in found.outlooks)))
    for reason, number in found.left_out.items():
        print_line(told.say("left_out", number=number, reason=told.say(reason.value)))
    if found.refusal is not None:
        print_line(told.say("no_forecast", why=_why_not(found, told)))
        return
    learnt, since = found.learnt, told.format.day(found.learnt.since)
    print_line(told.say("learnt", closed=learnt.closed, since=since, won=learnt.won))
    print_line(told.say("by_stage", count=learnt.by_stage) if learnt.by_stage else told.say("no_stages"))
    print_line(told.say("new_ones"))


def _outlook(one: Outlook, told: Told) -> tuple[str, ...]:
    ends = "–" if one.low is None else f"{told.money(one.low, one.currency)} – {told.money(one.high, one.currency)}"
    return (
        one.currency,
        told.money(one.expected, one.currency),
        ends,
        told.money(one.stated, one.currency),
        told.money(one.open_amount, one.currency),
        told.format.number(one.deals),
    )


def _why_not(found: Forecast, told: Told) -> str:
    """Why there is no forecast, and what it needs."""
    learnt, days = found.learnt, (found.until - found.day).days
    match found.refusal:
        case NoForecast.FEW_CLOSED:
            return told.say("few_closed", least=LEAST_CLOSED, closed=learnt.closed)
        case NoForecast.FEW_OF_AN_OUTCOME:
            lost = learnt.closed - learnt.won
            return told.say("few_of_an_outcome", least=LEAST_OF_AN_OUTCOME, won=learnt.won, lost=lost)
        case NoForecast.SHORT_HISTORY:
            there, since = (found.day - learnt.since).days + 1, told.format.day(learnt.since)
            return told.say("short_history", needed=LEAST_PERIODS * days, days=days, there=there, since=since)
        case _:
            return told.say("not_ahead")
