"""How the portfolio looks at the command line.

Invariant: what is not known is counted and said; whatever came from outside is printed as plain text.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from babel.dates import format_date

from copilot.cli.context import console
from copilot.cli.portfolio_words import say
from copilot.cli.queue_view import print_line
from copilot.cli.tables import table
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.portfolio import BandChoice, Customer, OpenDeal, Tally
from copilot.domain.scores import CHURN_DAYS, Band, ScoreKind
from copilot.workflows.portfolio.book import band_choice
from copilot.workflows.portfolio.movement import Movement
from copilot.workflows.portfolio.renewals import Renewals
from copilot.workflows.portfolio.risk import RevenueAtRisk
from copilot.workflows.scores.words import shown

MOST = 20
"""Lines of a long table."""
_WORST_FIRST = (BandChoice.BAD, BandChoice.WATCH, BandChoice.GOOD, BandChoice.UNSCORED)
_KIND = {days: kind for kind, days in CHURN_DAYS.items()}


class Told:
    """Writes values of the portfolio in one language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self.format = Formatter(language)

    def say(self, key: str, **values: object) -> str:
        return say(key, self.language, **values)

    def money(self, amount: Decimal | None, currency: str | None) -> str:
        return "–" if amount is None else self.format.money(amount, currency=currency)

    def sums(self, group: Tally) -> str:
        return " · ".join(self.money(amount, currency) for currency, amount in group.revenue.items()) or "–"

    def arr(self, customer: Customer) -> str:
        return self.money(customer.arr, customer.currency)

    def day(self, value: date | None) -> str:
        return "–" if value is None else format_date(value, format="medium", locale=self.format.locale)

    def band(self, choice: Band | BandChoice | None) -> str:
        name = (choice or BandChoice.UNSCORED).value
        return self.say("unscored_band" if name == BandChoice.UNSCORED.value else name)

    def points(self, before: float, now: float) -> str:
        """How far a health moved, by the points that are shown."""
        moved = round(now) - round(before)
        return self.say("unchanged") if moved == 0 else f"{'+' if moved > 0 else '−'}{abs(moved)}"

    def health(self, customer: Customer) -> str:
        return self.band(band_choice(customer.band(ScoreKind.HEALTH)))

    def deal(self, deal: OpenDeal) -> str:
        known = [deal.name]
        known += [self.money(deal.amount, deal.currency)] if deal.amount is not None else []
        return " · ".join([*known, self.day(deal.close_date)])

    def percent(self, share: float) -> str:
        """A share from 0 to 1."""
        return self.format.percent(Decimal(str(round(100 * share, 2))).normalize())

    def table(self, columns: str, rows: Iterable[Sequence[str]], **values: object) -> None:
        """Nothing where there are no rows."""
        listed = list(rows)
        if listed:
            console.print(table(self.say(columns, **values).split("|"), listed))


def print_risk(risk: RevenueAtRisk, moved: Movement, language: Language) -> None:
    """Revenue at risk, health, movement."""
    told = Told(language)
    if not any(group.customers for group in risk.by_band.values()):
        print_line(told.say("nobody"))
        return
    _print_figures(risk, told)
    kind = _KIND[risk.days]
    told.table(
        "risk_columns",
        (
            (
                one.customer.name,
                told.money(one.at_stake, one.customer.currency),
                told.day(one.leaves_on) if one.leaves_on else shown(kind, one.probability, language),
                told.arr(one.customer),
                told.health(one.customer),
                told.day(one.customer.renewal_date),
            )
            for one in risk.largest
        ),
    )
    told.table(
        "health_columns",
        (
            (
                told.band(choice),
                told.format.number(group.customers),
                told.sums(group),
                told.format.number(group.unknown),
            )
            for choice, group in ((choice, risk.by_band[choice]) for choice in _WORST_FIRST)
        ),
    )
    _print_movement(moved, told)


def _print_figures(risk: RevenueAtRisk, told: Told) -> None:
    if not risk.model.is_in_use:
        print_line(told.say("no_risk", why=risk.model.why_not(told.language, with_command=True)))
    for one in risk.currencies:
        amounts = {
            name: told.money(getattr(one, name), one.currency) for name in ("expected", "revenue", "low", "high")
        }
        print_line(told.say("risk", days=risk.days, customers=one.customers, **amounts))
        if one.expected_before is not None:
            print_line(told.say("before", amount=told.money(one.expected_before, one.currency)))
    if risk.certain.customers:
        print_line(told.say("certain", customers=risk.certain.customers, sums=told.sums(risk.certain)))
    if risk.model.is_in_use and risk.without_score.customers:
        print_line(told.say("unscored", customers=risk.without_score.customers, sums=told.sums(risk.without_score)))
    if risk.without_revenue:
        print_line(told.say("unpaid", customers=risk.without_revenue))


def _print_movement(moved: Movement, told: Told) -> None:
    print_line(
        told.say(
            "moved",
            day=told.format.day(moved.since),
            worse=moved.worse.customers,
            better=moved.better.customers,
            steady=moved.steady.customers,
            not_compared=moved.not_comparable + moved.other_scorecard,
        )
    )
    if moved.came is not None and moved.left is not None:
        print_line(told.say("came_and_left", came=len(moved.came), left=len(moved.left)))
    told.table(
        "moved_columns",
        (
            (
                one.customer.name,
                str(round(one.before)),
                str(round(one.now)),
                told.points(one.before, one.now),
                f"{told.band(one.before_band)} → {told.band(one.now_band)}",
            )
            for one in (*moved.fell, *moved.rose)
        ),
    )


def print_renewals(calendar: Renewals, language: Language) -> None:
    """The months, and what comes up next."""
    told = Told(language)
    told.table(
        "month_columns",
        (
            (
                month.first.isoformat()[:7],
                told.format.number(month.all.customers),
                told.sums(month.all),
                *(told.sums(month.by_band[choice]) for choice in _WORST_FIRST),
            )
            for month in calendar.months
        ),
    )
    counts = {"customers": len(calendar.past), "later": calendar.later.customers, "leaving": len(calendar.leaving)}
    print_line(told.say("past", without=calendar.without_day.customers, **counts))
    ahead = [*calendar.past, *(one for month in calendar.months for one in month.customers)]
    told.table(
        "renewal_columns",
        ((told.day(one.renewal_date), one.name, told.arr(one), told.health(one), owner(one)) for one in ahead[:MOST]),
    )
    print_more(len(ahead) - MOST, told)


def owner(customer: Customer) -> str:
    """Whoever looks after it."""
    return customer.owner_name or customer.owner_email or "–"


def print_more(number: int, told: Told) -> None:
    """How many lines are left out."""
    if number > 0:
        print_line(told.say("more", number=number))
