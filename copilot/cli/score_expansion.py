"""`sales-copilot scores expansion`: where there is more to sell, what, and what each customer is worth.

Invariant: a person's own customers only; what cannot be believed is not shown, and its reason is.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Annotated, Any

import typer

from copilot.cli.acting import JsonOption, acting
from copilot.cli.context import UserOption, console, reported_errors
from copilot.cli.queue_view import plain, print_json, print_line
from copilot.cli.score_growth_words import say
from copilot.cli.score_tables import table
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.scores import AccountScore, ScoreKind, ScoreModel
from copilot.scoring.cross_sell import LEAST_CUSTOMERS, CrossSell, NoCrossSell, Pair
from copilot.scoring.lifetime import LEAST_LEFT, LifetimeRules, LifetimeValue, NoValue, load_lifetime_rules
from copilot.scoring.refusals import refusal_text
from copilot.scoring.worth import worth_of
from copilot.store.customer_revenue import Revenue, RevenueRepository
from copilot.store.scores import ScoreRepository
from copilot.workflows.scores.words import shown

_PAIRS = 2


@dataclass(frozen=True, slots=True)
class Line:
    """One customer."""

    customer: Revenue
    score: AccountScore | None
    value: LifetimeValue
    cross_sell: CrossSell

    @property
    def order(self) -> tuple[float, float, str]:
        """The likeliest first, then the most valuable; currencies are not compared, only put in some order."""
        told = self.score.value if self.score is not None and self.score.value is not None else -1.0
        return (-told, -float(self.value.value or 0), self.customer.name)


def add_commands(app: typer.Typer) -> None:
    """Add them to the group of scores."""
    app.command("expansion")(show)


def show(
    *,
    limit: Annotated[int, typer.Option(min=1, help="How many to show.")] = 20,
    language: Annotated[Language | None, typer.Option(help="Language of the answer (default: yours).")] = None,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """Customers by how likely they buy more, with what others like them bought and what each is worth."""
    with reported_errors():
        person = acting(user)
        told = language or Language(person.viewer.language)
        rules = load_lifetime_rules(person.application.settings.lifetime_file)
        with person.application.database.unit_of_work() as uow:
            customers = RevenueRepository(uow).customers(viewer=person.viewer)
            worth = worth_of(customers, rules=rules, uow=uow)
            scores = ScoreRepository(uow)
            latest = scores.visible(ScoreKind.EXPANSION, viewer=person.viewer, on=uow.clock.today())
            model = scores.model(ScoreKind.EXPANSION)
    lines = [
        Line(one, latest.get(one.account_id), value, cross)
        for one, value, cross in zip(customers, worth.values, worth.cross_sells, strict=True)
    ]
    lines.sort(key=lambda line: line.order)
    if as_json:
        print_json([_as_data(line) for line in lines[:limit]])
        return
    _print(lines, limit=limit, rules=rules, model=model, left=worth.left, language=told)


def _print(
    lines: Sequence[Line], *, limit: int, rules: LifetimeRules, model: ScoreModel | None, left: int, language: Language
) -> None:
    if not lines:
        print_line(say("no_customers", language))
        return
    why = refusal_text(model, language, advises="expansion")
    if why is not None:
        print_line(say("no_probability", language, why=why))
    headings = [
        say(name, language, months=rules.horizon_months) for name in ("account", "probability", "value", "also")
    ]
    console.print(table(headings, [_row(line, language) for line in lines[:limit]]))
    if len(lines) > limit:
        print_line(say("more", language, count=len(lines) - limit))
    few = next((line.cross_sell for line in lines if line.cross_sell.missing is NoCrossSell.FEW_CUSTOMERS), None)
    if few is not None:
        print_line(say("no_cross", language, least=LEAST_CUSTOMERS, there=few.customers))
    if any(line.value.missing is NoValue.FEW_LEFT for line in lines):
        print_line(say("no_value", language, least=LEAST_LEFT, there=left))
    if all(line.value.value is None for line in lines):
        return
    formatter = Formatter(language)
    margin, rate = (formatter.percent(_percent(share)) for share in (rules.margin, rules.discount_rate))
    print_line(say("value_basis", language, margin=margin, rate=rate))


def _percent(share: float) -> Decimal:
    return Decimal(str(round(100 * share, 2))).normalize()


def _row(line: Line, language: Language) -> list[str]:
    value = None if line.score is None else line.score.value
    probability = shown(ScoreKind.EXPANSION, value, language)
    return [line.customer.name, probability, _value(line.value, language), _also(line.cross_sell, language)]


def _value(one: LifetimeValue, language: Language) -> str:
    if one.missing is not None or one.value is None or one.low is None or one.high is None or one.basis is None:
        return "" if one.missing is None else say(f"no_value.{one.missing}", language)
    formatter = Formatter(language)
    value, low, high = (formatter.money(amount, currency=one.currency) for amount in (one.value, one.low, one.high))
    return f"{value} ({low} – {high}; {say(f'basis.{one.basis}', language)})"


def _also(one: CrossSell, language: Language) -> str:
    if one.missing is not None:
        return say(f"no_cross.{one.missing}", language)
    return "; ".join(_pair(pair, language) for pair in one.pairs[:_PAIRS])


def _pair(pair: Pair, language: Language) -> str:
    formatter = Formatter(language)
    lift, low, high = (formatter.number(Decimal(f"{value:.1f}")) for value in (pair.lift, pair.low, pair.high))
    return say(
        "pair",
        language,
        product=plain(pair.product),
        having=plain(pair.having),
        both=pair.both,
        whole=pair.with_having,
        other=pair.product_without,
        others=pair.without_having,
        lift=lift,
        low=low,
        high=high,
    )


def _as_data(line: Line) -> dict[str, Any]:
    value = {name: None if told is None else str(told) for name, told in asdict(line.value).items()}
    missing: NoCrossSell | None = line.cross_sell.missing
    return {
        "account_id": line.customer.account_id,
        "name": line.customer.name,
        "probability": None if line.score is None else line.score.value,
        "lifetime_value": value,
        "cross_sell": [asdict(pair) for pair in line.cross_sell.pairs],
        "no_cross_sell": missing,
    }
