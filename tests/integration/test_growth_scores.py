"""Leads, expansion and the stages of deals, from the records of a database."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role
from copilot.domain.language import Language
from copilot.domain.scores import AccountScore, Band, Missing, ScoreKind
from copilot.domain.signals import Signal
from copilot.scoring.backtest import TrainingOptions
from copilot.scoring.believable import Refusal
from copilot.scoring.growth import growth_past, train_growth
from copilot.scoring.lead_rules import LeadRules, load_lead_rules
from copilot.scoring.leads import LeadScores
from copilot.store.business_won import BusinessRepository
from copilot.store.database import Database
from copilot.store.deal_sums import SummedDeals
from copilot.store.deals_history import DealsRepository
from copilot.store.lead_facts import LeadFactsRepository
from copilot.store.scores import ScoreRepository
from copilot.store.tables.records import AccountRow, ActivityRow, OpportunityRow
from copilot.workflows.scores.explaining import Explanations
from tests.conftest import MakeUser
from tests.score_worlds import TODAY, add_customer, keep_model, service

_RECORD = {"source_system": "test", "as_of": TODAY, "content_hash": "x"}


def add_prospect(database: Database, account_id: str, **columns: Any) -> None:
    none: dict[str, Any] = {
        "arr": None,
        "seats_licensed": None,
        "customer_since": None,
        "renewal_date": None,
        "lifecycle": "prospect",
    }
    add_customer(database, account_id, users=(), nps=None, **none | columns)


def add_email(database: Database, account_id: str, *, days_ago: int, kind: str = "email") -> None:
    day = TODAY - timedelta(days=days_ago)
    key = f"{account_id}:{kind}:{days_ago}"
    with database.unit_of_work() as uow:
        uow.session.add(
            ActivityRow(
                id=key, source_id=key, account_id=account_id, account_source_id=account_id, kind=kind, subject="Hola",
                occurred_at=datetime(day.year, day.month, day.day, 9, tzinfo=UTC), direction="inbound",
                author="Nuria Prueba", **_RECORD,
            )
        )  # fmt: skip


def add_deal(
    database: Database, account_id: str, *, name: str = "deal", status: str = "open", **columns: object
) -> None:
    key = f"{account_id}:{name}"
    values = {
        "kind": "new_business",
        "amount": Decimal(1000),
        "currency": "EUR",
        "created_on": TODAY - timedelta(days=9),
    }
    with database.unit_of_work() as uow:
        uow.session.add(
            OpportunityRow(
                id=key, source_id=key, account_id=account_id, account_source_id=account_id, name=name, status=status,
                **_RECORD, **values | columns,
            )
        )  # fmt: skip


def scored(database: Database, *account_ids: str, rules: LeadRules | None = None) -> dict[str, AccountScore]:
    with database.unit_of_work() as uow:
        found = LeadScores(rules or load_lead_rules()).of_accounts(account_ids, TODAY, uow)
        ScoreRepository(uow).put(found)
        return {one.account_id: one for one in found}


@pytest.fixture
def leads(database: Database) -> Database:
    """Twenty-five customers of one industry; a prospect like them that writes and meets, and one that does neither."""
    for number in range(25):
        add_customer(database, f"c{number}", users=(), nps=None, industry="Industria")
    add_prospect(database, "warm", employees=400)
    add_prospect(database, "cold", industry="Pesca", segment="Otro", country="PT", employees=5)
    for days_ago in (3, 20, 40):
        add_email(database, "warm", days_ago=days_ago)
    add_email(database, "warm", days_ago=10, kind="meeting")
    add_deal(database, "warm")
    return database


def test_a_lead_is_points_that_add_up(leads: Database) -> None:
    found = scored(leads, "warm", "cold", "c1")
    assert set(found) == {"warm", "cold"}
    warm, cold = found["warm"], found["cold"]
    assert warm.value is not None
    assert cold.value is not None
    for score in found.values():
        assert score.value == pytest.approx(score.base + sum(part.effect for part in score.parts), abs=1e-9)
    assert (warm.band, cold.band) == (Band.GOOD, Band.BAD)
    # All customers are of its industry, the rule with the most to give; nothing said of it was bad.
    assert {part.name: part.value for part in warm.parts}["industry"] == "Industria"
    assert {part.name for part in cold.parts if part.effect < 0} >= {"industry", "segment", "country", "employees"}


def test_of_little_there_is_no_lead_score_and_a_customer_is_none_any_more(leads: Database, clock: FixedClock) -> None:
    add_prospect(leads, "blank", industry=None, segment=None, country=None)
    strict = load_lead_rules().model_copy(update={"least_known": 0.9})
    assert scored(leads, "blank", rules=strict)["blank"].missing is Missing.FEW_SIGNALS
    scored(leads, "warm")
    with leads.unit_of_work() as uow:
        row = uow.session.get(AccountRow, "warm")
        assert row is not None
        row.lifecycle, row.customer_since = "customer", TODAY
    clock.advance(timedelta(days=1))
    with leads.unit_of_work() as uow:
        again = LeadScores(load_lead_rules()).of_accounts(["warm"], TODAY + timedelta(days=1), uow)
        assert [one.missing for one in again] == [Missing.NOT_A_CUSTOMER]
        ScoreRepository(uow).put(again)
        assert LeadScores(load_lead_rules()).of_accounts(["warm"], TODAY + timedelta(days=1), uow) == []


def test_a_model_in_use_takes_the_place_of_the_rules_and_a_refused_one_does_not(leads: Database) -> None:
    by_rules = scored(leads, "warm")["warm"]
    keep_model(leads, ScoreKind.LEAD, refusal="no_better_than_chance")
    assert scored(leads, "warm")["warm"] == by_rules
    keep_model(leads, ScoreKind.LEAD, base=-2.0, slopes={Signal.INBOUND: 0.5}, model_id="learnt")
    learnt = scored(leads, "warm")["warm"]
    assert learnt.version == "learnt"
    assert learnt.value is not None
    assert learnt.value > learnt.base
    assert learnt.value == pytest.approx(learnt.base + sum(part.effect for part in learnt.parts), abs=1e-9)


def test_another_model_of_leads_means_another_pass_over_all(leads: Database) -> None:
    scores = LeadScores(load_lead_rules())
    computing = service(more=[scores.of_accounts], more_made_by=scores.made_by)
    assert computing.recompute(leads).whole
    assert not computing.recompute(leads).whole
    keep_model(leads, ScoreKind.LEAD, slopes={Signal.INBOUND: 0.5}, model_id="learnt")
    assert computing.recompute(leads).whole
    with leads.unit_of_work() as uow:
        kept = ScoreRepository(uow).latest(ScoreKind.LEAD, account_ids=["warm"], on=TODAY)
    assert kept["warm"].version == "learnt"


def test_stages_are_kept_once_each_time_they_change(leads: Database, clock: FixedClock, make_user: MakeUser) -> None:
    add_deal(leads, "warm", name="second", stage="Discovery")
    with leads.unit_of_work() as uow:
        assert DealsRepository(uow).keep_stages(["elsewhere"]) == 0
        assert DealsRepository(uow).keep_stages(["warm"]) == 1
        assert DealsRepository(uow).keep_stages(["warm"]) == 0
    clock.advance(timedelta(days=3))
    with leads.unit_of_work() as uow:
        row = uow.session.get(OpportunityRow, "warm:second")
        assert row is not None
        row.stage = "Proposal"
    with leads.unit_of_work() as uow:
        deals = DealsRepository(uow)
        before = SummedDeals(uow).history()
        assert deals.keep_stages(["warm"]) == 1
        assert SummedDeals(uow).history() != before
        assert deals.keep_stray_stages() == 0
        history = deals.history()
        assert [(item.since, item.stage) for item in history.stages] == [
            (TODAY, "Discovery"),
            (TODAY + timedelta(days=3), "Proposal"),
        ]
        then = history.as_known_on(TODAY + timedelta(days=1))
        assert {item.id: item.stage for item in then.open}["warm:second"] == "Discovery"
        stranger = make_user("Nadie Prueba")
        assert deals.open(viewer=stranger) == ()
        assert LeadFactsRepository(uow).prospects(viewer=stranger) == []


def test_what_there_is_to_learn_of_expansions_and_leads(leads: Database) -> None:
    bought, won = TODAY - timedelta(days=300), TODAY - timedelta(days=500)
    add_deal(leads, "c1", kind="expansion", status="won", close_date=bought, product_name="Dispatch")
    add_deal(leads, "c2", kind="expansion", status="lost", close_date=bought)
    add_deal(leads, "c3", status="won", created_on=won - timedelta(days=60), close_date=won)
    with leads.unit_of_work() as uow:
        business = BusinessRepository(uow)
        assert business.expansions(until=TODAY) == {"c1": (bought,)}
        assert [one.products for one in business.bought(until=TODAY)] == [frozenset({"Dispatch"})]
        courses = {one.account_id: (one.since, one.won_on) for one in business.leads(until=TODAY)}
        since = date(2026, 11, 16) - timedelta(days=800)
        assert courses["c3"] == (won - timedelta(days=60), since)
        assert courses["warm"][1] is None
        assert "cold" not in courses
        options = TrainingOptions(months=12)
        found = growth_past(uow, ScoreKind.EXPANSION, options=options)
        assert found.counts.happened == 1
        model = train_growth(uow, ScoreKind.EXPANSION, options=options, found=found)
        assert model.model is None
        assert model.refusal in set(Refusal)


@pytest.mark.parametrize("language", list(Language))
def test_a_lead_is_explained_with_what_speaks_for_it(leads: Database, make_user: MakeUser, language: Language) -> None:
    admin = make_user(role=Role.ADMIN)
    scored(leads, "warm", "cold")
    with leads.unit_of_work() as uow:
        explained = Explanations(service())
        warm, cold = (
            explained.explain(name, viewer=admin, language=language, uow=uow).scores[0] for name in ("warm", "cold")
        )
    assert warm.band_shown == {Language.ES: "alta", Language.EN: "high"}[language]
    assert [sign.name for sign in warm.good][:1] == ["industry"]
    assert {sign.evidence.id for sign in warm.good if sign.evidence} == {"metric:inbound_90d:warm"}
    assert cold.bad
    assert all(abs(sign.effect) >= 0.5 for sign in (*warm.good, *cold.bad))
