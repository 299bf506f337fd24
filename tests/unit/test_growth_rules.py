"""Who could look after a lead, what customers like one bought, and what a customer is worth."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest

from copilot.domain.access import Role
from copilot.errors import ConfigurationError
from copilot.scoring.cross_sell import LEAST_CUSTOMERS, NoCrossSell, cross_sells
from copilot.scoring.lead_rules import DEFAULT_LEAD_RULES, LeadRules, Route, load_lead_rules
from copilot.scoring.lifetime import (
    LEAST_LEFT,
    Basis,
    Customer,
    LifetimeRules,
    NoValue,
    lifetime_values,
    load_lifetime_rules,
    tenure_of,
)
from copilot.scoring.quality import Bin, Quality
from copilot.scoring.routing import Why, suggested
from copilot.store.business_won import Bought
from copilot.store.courses import CustomerCourse, LeftBy
from copilot.store.lead_facts import Colleague, LeadFacts

TODAY = date(2026, 11, 16)
LEAD = LeadFacts(
    name="Papeles Prueba", owner_email=None, words={"language": "es-MX", "country": "MX", "segment": "SMB"},
    employees=40, contacts=1, open_deals=0, meetings=0,
)  # fmt: skip


def colleague(name: str, **values: object) -> Colleague:
    told = Colleague(name, f"{name}@prueba.example", name, Role.AE, "es", None, 10, 0)
    return replace(told, **values)  # type: ignore[arg-type]


def routed(*routes: Route) -> LeadRules:
    return load_lead_rules().model_copy(update={"route": routes})


LATIN = Route(name="latin", countries=("mx", "CL"), roles=(Role.AE,), most_accounts=50)


@pytest.mark.parametrize(
    ("colleagues", "routes", "who", "why"),
    [
        ((colleague("busy", open_deals=3), colleague("free", accounts=15)), (LATIN,), "free", Why.LEAST_LOAD),
        ((colleague("other", language="en", accounts=0), colleague("own")), (LATIN,), "own", Why.SPEAKS_LANGUAGE),
        ((colleague("other", language="en"),), (LATIN,), "other", Why.OTHER_LANGUAGE),
        ((colleague("csm", role=Role.CSM),), (LATIN,), None, Why.NOBODY_ON_ROUTE),
        ((colleague("full", accounts=50),), (LATIN,), None, Why.ALL_FULL),
        ((colleague("one"),), (Route(name="north", countries=("DK",)),), None, Why.NO_ROUTE),
        ((colleague("one"), colleague("two")), (Route(name="x", people=("TWO@prueba.example",)),), "two", Why.ONLY_ONE),
    ],
    ids=["load", "language", "no speaker", "role", "full", "no route", "by name"],
)
def test_the_first_rule_that_fits_says_among_whom(
    colleagues: tuple[Colleague, ...], routes: tuple[Route, ...], who: str | None, why: Why
) -> None:
    found = suggested(LEAD, colleagues, routed(*routes))
    assert (found.colleague and found.colleague.name) == who
    assert why in found.why


def test_whoever_owns_a_lead_keeps_it() -> None:
    owned = replace(LEAD, owner_email="Full@prueba.example")
    found = suggested(owned, [colleague("full", accounts=900)], routed(LATIN))
    assert (found.colleague and found.colleague.name, found.why) == ("full", (Why.OWNED,))


@pytest.mark.parametrize(
    ("before", "after", "fault"),
    [
        ('name = "employees"', 'name = "shoe_size"', "shoe_size|signal or one of"),
        ("good = 60", "good = 10", "below `good`"),
        ('name = "open_deals"', 'name = "employees"', "employees is there 2 times"),
        ("[10, 0], [50, 40]", "[50, 0], [10, 40]", "rise"),
    ],
    ids=["unknown name", "bands", "twice", "order"],
)
def test_rules_that_contradict_themselves_are_refused(before: str, after: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "leads.toml"
    text = DEFAULT_LEAD_RULES.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match=fault):
        load_lead_rules(path)


def bought(account_id: str, *products: str, segment: str | None = None) -> Bought:
    return Bought(account_id, segment, frozenset(products))


def test_what_goes_together_is_proposed_and_what_everybody_buys_is_not() -> None:
    # With routes comes fuel in nine of ten; everybody has the base; maps are bought at random.
    generator = np.random.default_rng(3)
    customers = [
        bought(
            f"c{n}",
            "base",
            *(["routes"] if n % 2 else []),
            *(["fuel"] if (n % 2 and n % 20 != 1) or n % 40 == 0 else []),
            *(["maps"] if generator.random() < 0.4 else []),
        )
        for n in range(200)
    ]
    one = bought("one", "base", "routes")
    found = cross_sells([*customers, one], ["one", "nobody"])
    assert [pair.product for pair in found[0].pairs] == ["fuel"]
    pair = found[0].pairs[0]
    assert (pair.having, pair.both, pair.with_having) == ("routes", 90, 101)
    assert 1 < pair.low < pair.lift < pair.high
    assert (found[0].customers, found[1].missing) == (201, NoCrossSell.NOTHING_BOUGHT)


def test_of_few_customers_nothing_is_proposed() -> None:
    few = [bought(f"c{n}", "routes", "fuel") for n in range(LEAST_CUSTOMERS - 2)] + [bought("one", "routes")]
    assert [one.missing for one in cross_sells(few, ["one"])] == [NoCrossSell.FEW_CUSTOMERS]


def test_customers_are_compared_with_their_segment_where_it_is_large_enough() -> None:
    large = [bought(f"l{n}", *(("a", "b") if n % 2 else ("c",)), segment="large") for n in range(100)]
    small = [bought(f"s{n}", "a", segment="small") for n in range(100)]
    found = cross_sells([*large, *small, bought("one", "a", segment="large")], ["one"])[0]
    assert (found.segment, found.customers, found.pairs[0].product) == ("large", 101, "b")


RULES = LifetimeRules(version=1, horizon_months=24, discount_rate=0.0, margin=1.0)


def left_after(days: int, *, n: int, gone: bool = True) -> list[CustomerCourse]:
    since = TODAY - timedelta(days=1000)
    day = since + timedelta(days=days) if gone else None
    by = LeftBy.CHURNED_ON if gone else None
    return [CustomerCourse(f"{days}-{one}", since, day, by, gone, TODAY, None) for one in range(n)]


def test_value_is_revenue_while_they_stay() -> None:
    asked = Customer("a", 12_000.0, "EUR", TODAY - timedelta(days=400))
    # Twenty a year leave of about a hundred: the rate is known from those who stay as well.
    tenure = tenure_of([*left_after(200, n=20), *left_after(1000, n=80, gone=False)], day=TODAY)
    assert tenure.years.sum() == pytest.approx((20 * 200 + 80 * 1000) / 365.25, rel=1e-6)
    assert tenure.departures.tolist() == [20, 0, 0, 0, 0, 0]
    told = lifetime_values([asked], tenure, day=TODAY, rules=RULES)[0]
    assert (told.basis, told.currency) == (Basis.TENURE, "EUR")
    assert told.low is not None
    assert told.high is not None
    assert told.value is not None
    assert told.low < told.value < told.high < Decimal(24_000)
    sure = lifetime_values([replace(asked, leaves_within_180=0.0)], tenure, day=TODAY, rules=RULES)[0]
    assert sure.value == Decimal(24_000)
    half = lifetime_values([replace(asked, leaves_within_180=0.5)], tenure, day=TODAY, rules=RULES)[0]
    assert half.basis is Basis.MODEL
    # A rate that halves every 180 days: the integral over two years in closed form.
    assert float(half.value or 0) == pytest.approx(12_000 * 0.4928 / np.log(2) * (1 - 2 ** (-730.5 / 180)), rel=0.01)


def test_the_interval_of_a_probability_is_what_was_observed_of_such() -> None:
    bins = (Bin(rows=90, predicted=0.1, observed=0.12, low=0.05, high=0.2),)
    quality = Quality(rows=90, positives=10, figures={}, reliability=bins)
    asked = Customer("a", 12_000.0, "EUR", TODAY, leaves_within_180=0.1)
    tenure = tenure_of([], day=TODAY)
    told = lifetime_values([asked], tenure, day=TODAY, rules=RULES, quality=quality)[0]
    ends = [
        lifetime_values([replace(asked, leaves_within_180=p)], tenure, day=TODAY, rules=RULES)[0] for p in (0.2, 0.05)
    ]
    assert (told.low, told.high) == (ends[0].value, ends[1].value)


@pytest.mark.parametrize(
    ("changes", "left", "why"),
    [
        ({"arr": None}, LEAST_LEFT, NoValue.NO_REVENUE),
        ({"currency": None}, LEAST_LEFT, NoValue.NO_CURRENCY),
        ({"since": None}, LEAST_LEFT, NoValue.NO_TENURE),
        ({}, LEAST_LEFT - 1, NoValue.FEW_LEFT),
    ],
    ids=["revenue", "currency", "tenure", "few left"],
)
def test_without_what_it_takes_there_is_no_value(changes: dict[str, None], left: int, why: NoValue) -> None:
    tenure = tenure_of(left_after(200, n=left), day=TODAY)
    asked = replace(Customer("a", 1.0, "EUR", TODAY), **changes)  # type: ignore[arg-type]
    told = lifetime_values([asked], tenure, day=TODAY, rules=load_lifetime_rules())[0]
    assert (told.value, told.missing) == (None, why)
