"""The portfolio over a real database: whose customers, what is added up, what is counted beside it."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.portfolio import NONE, BandChoice, Slice
from copilot.domain.records import OpportunityStatus
from copilot.domain.scores import ScoreKind
from copilot.scoring.believable import Refusal
from copilot.scoring.cross_sell import NoCrossSell
from copilot.scoring.lifetime import NoValue, load_lifetime_rules
from copilot.store.database import Database, UnitOfWork
from copilot.store.portfolio import PortfolioRepository
from copilot.workflows.portfolio.book import ModelState, model_use, read_book
from copilot.workflows.portfolio.customers import CustomerSort, Wanted, customer_table
from copilot.workflows.portfolio.expansion import Expansion, expansion_board
from copilot.workflows.portfolio.movement import Movement, movement
from copilot.workflows.portfolio.outlook import Until, last_day, sales_forecast
from copilot.workflows.portfolio.renewals import Renewals, renewals
from copilot.workflows.portfolio.risk import RevenueAtRisk, revenue_at_risk
from tests.conftest import MakeUser
from tests.portfolio_builders import LAST_WEEK, TODAY, Made, customer, deal, model, scores

HEALTH, CHURN, EXPANSION = ScoreKind.HEALTH, ScoreKind.CHURN_90, ScoreKind.EXPANSION


@pytest.fixture
def owner(make_user: MakeUser) -> Viewer:
    return make_user("Lucía Prueba", role=Role.AE)


def risk_of(uow: UnitOfWork, viewer: Viewer, chosen: Slice | None = None) -> RevenueAtRisk:
    book = read_book(chosen or Slice(), kind=CHURN, viewer=viewer, uow=uow)
    return revenue_at_risk(book, model=model_use(CHURN, uow=uow), viewer=viewer, uow=uow)


def moved_of(uow: UnitOfWork, viewer: Viewer, chosen: Slice | None = None) -> Movement:
    return movement(read_book(chosen or Slice(), viewer=viewer, uow=uow), viewer=viewer, uow=uow)


def board_of(uow: UnitOfWork, viewer: Viewer) -> Expansion:
    return expansion_board(Slice(), rules=load_lifetime_rules(None), viewer=viewer, uow=uow)


def calendar_of(uow: UnitOfWork, viewer: Viewer) -> Renewals:
    return renewals(Slice(), viewer=viewer, uow=uow)


def names(found: Sequence[object]) -> list[str]:
    return [one.customer.name if hasattr(one, "customer") else getattr(one, "name", "") for one in found]


def test_revenue_at_risk_adds_up_within_a_currency_and_counts_whom_it_leaves_out(
    database: Database, owner: Viewer
) -> None:
    with database.unit_of_work() as uow:
        model(uow, CHURN)
        made = Made(owner=owner.email)
        for name, arr, currency, probability in (
            ("Alfa", "10000", "EUR", 0.5),
            ("Beta", "30000", "EUR", 0.1),
            ("Gamma", "20000", "USD", 0.25),
            ("Sin ARR", None, "EUR", 0.5),
            ("Sin divisa", "70000", None, 0.5),
            ("Callada", "5000", "EUR", None),
        ):
            made = Made(owner=owner.email, arr=arr, currency=currency)
            scores(uow, customer(uow, name, made), {CHURN: probability, HEALTH: 50.0})
        leaving = Made(owner=owner.email, arr="4000", churned_on=TODAY + timedelta(days=30), lifecycle="churned")
        customer(uow, "Se va", leaving)
        customer(uow, "Se va tarde", Made(owner=owner.email, arr="900", churned_on=TODAY + timedelta(days=91)))
        risk = risk_of(uow, owner)
    euros, dollars = risk.currencies
    assert (euros.currency, euros.customers, euros.revenue) == ("EUR", 4, Decimal(44_900))
    # 10,000 x 0.5 + 30,000 x 0.1 + 4,000 that leave for sure + 900 that do not within the time.
    assert euros.expected == 12_000
    # With 0.45 nobody but the one for sure leaves, with 0.05 both others do.
    assert [euros.low, euros.high] == [4_000, 34_000]
    assert [dollars.expected, dollars.low, dollars.high] == [5_000, 0, 20_000]
    assert (risk.without_revenue, risk.without_score.customers, risk.certain.customers) == (2, 1, 1)
    assert names(risk.largest) == ["Alfa", "Se va", "Beta", "Gamma"]
    assert risk.by_band[BandChoice.WATCH].customers == 6
    assert risk.by_band[BandChoice.WATCH].revenue == {"EUR": Decimal(45_000), "USD": Decimal(20_000)}
    assert risk.by_band[BandChoice.UNSCORED].customers == 2


@pytest.mark.parametrize(
    ("refusal", "state"), [(None, ModelState.NEVER_TRAINED), (Refusal.TOO_GOOD, ModelState.REFUSED)]
)
def test_without_a_model_in_use_there_is_no_figure_even_where_old_probabilities_are(
    refusal: Refusal | None, state: ModelState, database: Database, owner: Viewer
) -> None:
    with database.unit_of_work() as uow:
        if refusal:
            model(uow, CHURN, refusal=refusal.value)
        account_id = customer(uow, "Alfa", Made(owner=owner.email))
        scores(uow, account_id, {CHURN: 0.5, HEALTH: 20.0})
        risk = risk_of(uow, owner)
    assert (risk.model.state, risk.currencies, risk.largest) == (state, (), ())
    assert risk.by_band[BandChoice.BAD].revenue == {"EUR": Decimal(10_000)}


def test_a_week_ago_is_told_only_by_the_same_model(database: Database, owner: Viewer) -> None:
    with database.unit_of_work() as uow:
        model(uow, CHURN)
        first = customer(uow, "Alfa", Made(owner=owner.email))
        scores(uow, first, {CHURN: 0.2}, day=LAST_WEEK)
        scores(uow, first, {CHURN: 0.5})
        assert [one.expected_before for one in risk_of(uow, owner).currencies] == [Decimal(2_000)]
        second = customer(uow, "Beta", Made(owner=owner.email))
        scores(uow, second, {CHURN: 0.2}, day=LAST_WEEK, version="another")
        scores(uow, second, {CHURN: 0.5})
        assert [one.expected_before for one in risk_of(uow, owner).currencies] == [None]


def test_customers_are_those_of_the_day_and_of_the_viewer(
    database: Database, owner: Viewer, make_user: MakeUser
) -> None:
    other = make_user("Tom Otro", team="south")
    admin = make_user("Inés Admin", role=Role.ADMIN)
    manager = make_user("Marta Prueba", role=Role.MANAGER)
    with database.unit_of_work() as uow:
        for name, made in (
            ("Cliente", Made(owner=owner.email.upper())),
            ("Desconocida", Made(owner=owner.email, lifecycle=None)),
            ("Prospecto", Made(owner=owner.email, lifecycle="prospect")),
            ("Vendrá", Made(owner=owner.email, since=TODAY + timedelta(days=1))),
            ("Se fue", Made(owner=owner.email, lifecycle="churned", churned_on=TODAY)),
            ("Se fue algún día", Made(owner=owner.email, lifecycle="churned")),
            ("Ajena", Made(owner=other.email, segment="smb")),
            ("De nadie", Made(owner=None, segment=None)),
        ):
            customer(uow, name, made)
        repository = PortfolioRepository(uow)

        def seen(viewer: Viewer, chosen: Slice | None = None) -> list[str]:
            wanted = Wanted(chosen or Slice(), sort=CustomerSort.NAME)
            return names(customer_table(wanted, viewer=viewer, uow=uow, offset=0, limit=50).lines)

        assert seen(owner) == seen(manager) == ["Cliente"]
        assert seen(other) == ["Ajena"]
        assert seen(admin) == ["Ajena", "Cliente", "De nadie"]
        assert seen(admin, Slice(owner=NONE)) == seen(admin, Slice(segment=NONE)) == ["De nadie"]
        assert seen(admin, Slice(owner=owner.email)) == seen(admin, Slice(segment="mid-market")) == ["Cliente"]
        assert seen(owner, Slice(owner=other.email)) == []
        mine, all_of_it = (repository.facets(viewer=viewer) for viewer in (owner, admin))
    assert (mine.owners, mine.customers, mine.unclear) == ({owner.email: "Lucía Prueba"}, 1, 1)
    assert (mine.segments, mine.without_owner) == (("mid-market",), False)
    assert (set(all_of_it.owners), all_of_it.without_owner) == ({owner.email, other.email}, True)
    assert (all_of_it.segments, all_of_it.without_segment) == (("mid-market", "smb"), True)


def test_what_moved_is_compared_by_the_same_scorecard(database: Database, owner: Viewer) -> None:
    with database.unit_of_work() as uow:
        for name, before, now in (
            ("Cae", 75.0, 30.0),
            ("Resbala", 69.0, 45.0),
            ("Sube", 35.0, 72.0),
            ("Quieta", 50.0, 50.2),
            ("Nueva", None, 80.0),
        ):
            account_id = customer(uow, name, Made(owner=owner.email))
            if before is not None:
                scores(uow, account_id, {HEALTH: before}, day=LAST_WEEK - timedelta(days=20))
            scores(uow, account_id, {HEALTH: now})
        other = customer(uow, "Otra vara", Made(owner=owner.email))
        scores(uow, other, {HEALTH: 90.0}, day=LAST_WEEK, version="card-0")
        scores(uow, other, {HEALTH: 10.0})
        customer(uow, "Llega", Made(owner=owner.email, since=LAST_WEEK + timedelta(days=1)))
        customer(uow, "Llegó", Made(owner=owner.email, since=LAST_WEEK))
        customer(uow, "Se fue", Made(owner=owner.email, lifecycle="churned", churned_on=TODAY))
        moved = moved_of(uow, owner)
        only_bad = moved_of(uow, owner, Slice(band=BandChoice.BAD))
    assert names(moved.fell) == ["Cae", "Resbala"]
    assert names(moved.rose) == ["Sube"]
    assert [one.steps for one in (*moved.fell, *moved.rose)] == [2, 0, -2]
    assert moved.fell[0].series == ((date(2026, 10, 20), 75.0), (TODAY, 30.0))
    assert (moved.worse.customers, moved.better.customers, moved.steady.customers) == (1, 1, 2)
    assert (moved.other_scorecard, moved.not_comparable) == (1, 3)
    assert (names(moved.came or ()), names(moved.left or ())) == (["Llega"], ["Se fue"])
    assert names(only_bad.fell) == ["Cae"]
    assert (only_bad.came, only_bad.left) == (None, None)


def test_every_customer_has_one_place_in_the_calendar(database: Database, owner: Viewer) -> None:
    with database.unit_of_work() as uow:
        for name, day in (
            ("Hoy", TODAY),
            ("Ayer", TODAY - timedelta(days=1)),
            ("Fin de mes", date(2026, 11, 30)),
            ("Enero", date(2027, 1, 1)),
            ("Último", date(2027, 10, 31)),
            ("Después", date(2027, 11, 1)),
            ("Sin fecha", None),
        ):
            account_id = customer(uow, name, Made(owner=owner.email, renewal=day, arr=None if name == "Hoy" else "10"))
            scores(uow, account_id, {HEALTH: 30.0 if name == "Hoy" else 90.0})
        customer(uow, "Se va", Made(owner=owner.email, renewal=TODAY, churned_on=date(2027, 2, 1)))
        calendar = calendar_of(uow, owner)
    months = {month.first.isoformat()[:7]: names(month.customers) for month in calendar.months if month.customers}
    assert months == {"2026-11": ["Hoy", "Fin de mes"], "2027-01": ["Enero"], "2027-10": ["Último"]}
    assert (len(calendar.months), names(calendar.past), names(calendar.leaving)) == (12, ["Ayer"], ["Se va"])
    assert (calendar.later.customers, calendar.without_day.customers) == (1, 1)
    november = calendar.months[0]
    assert (november.all.customers, november.all.unknown, november.all.revenue) == (2, 1, {"EUR": Decimal(10)})
    assert november.by_band[BandChoice.BAD].customers == november.by_band[BandChoice.GOOD].customers == 1


def test_expansion_ranks_by_a_model_and_else_shows_what_is_open(database: Database, owner: Viewer) -> None:
    with database.unit_of_work() as uow:
        for name, probability in (
            ("Alta", 0.8),
            ("Media", 0.3),
            ("Baja", 0.05),
            ("Baja abierta", 0.02),
            ("Callada", None),
        ):
            account_id = customer(uow, name, Made(owner=owner.email))
            scores(uow, account_id, {EXPANSION: probability})
            if name == "Baja abierta":
                deal(uow, account_id, "Módulo", amount="700", close=TODAY)
                deal(uow, account_id, "Sin importe", amount=None, close=None)
                deal(uow, account_id, "Renovación", kind="renewal")
        facts = board_of(uow, owner)
        model(uow, EXPANSION)
        board = board_of(uow, owner)
    assert names(facts.rows) == ["Baja abierta"]
    assert [one.probability for one in facts.rows] == [None]
    assert names(board.rows) == ["Alta", "Media", "Baja abierta"]
    assert (board.likely.customers, board.not_opened.customers, board.without_score) == (1, 1, 1)
    assert (board.open_deals, board.open_amounts, board.without_amount) == (2, {"EUR": Decimal(700)}, 1)
    assert [item.name for item in board.rows[-1].deals] == ["Módulo", "Sin importe"]
    assert [(one.value.missing if one.value else None) for one in board.rows] == [NoValue.FEW_LEFT] * 3
    assert {one.cross_sell.missing for one in board.rows if one.cross_sell} == {NoCrossSell.FEW_CUSTOMERS}


def test_a_forecast_is_of_the_viewers_deals_and_refuses_on_few(
    database: Database, owner: Viewer, make_user: MakeUser
) -> None:
    other = make_user("Tom Otro", team="south")
    with database.unit_of_work() as uow:
        mine = customer(uow, "Alfa", Made(owner=owner.email, lifecycle="prospect"))
        theirs = customer(uow, "Ajena", Made(owner=other.email))
        deal(uow, mine, "Uno", amount="1000", probability=40, close=date(2026, 12, 1))
        deal(uow, mine, "Dos", amount="2000", probability=None, close=date(2026, 11, 1))
        deal(uow, mine, "Lejos", amount="4000", close=date(2027, 6, 1))
        deal(uow, mine, "Sin día", amount="8000", close=None)
        deal(uow, theirs, "Ajeno", amount="99999")
        few = sales_forecast(Slice(), until=Until.QUARTER, viewer=owner, uow=uow)
        for number in range(80):
            closed = TODAY - timedelta(days=10 + number * 6)
            status = OpportunityStatus.WON if number % 3 else OpportunityStatus.LOST
            begun = closed - timedelta(days=40 + number % 30)
            deal(uow, theirs, f"Vieja {number}", status=status.value, created=begun, close=closed)
        enough = sales_forecast(Slice(), until=Until.QUARTER, viewer=owner, uow=uow)
        nobody = sales_forecast(Slice(owner=other.email), until=Until.QUARTER, viewer=owner, uow=uow)
    assert few.forecast.refusal is not None
    assert few.forecast.until == date(2026, 12, 31)
    [outlook] = few.forecast.outlooks
    assert (outlook.currency, outlook.stated, outlook.expected) == ("EUR", Decimal(400), None)
    assert [item.name for item in few.deals] == ["Dos", "Uno"]
    assert (few.due, few.overdue, few.without_day, few.without_probability) == (2, 1, 1, 1)
    [outlook] = enough.forecast.outlooks
    assert outlook.deals == 4
    assert outlook.low is not None
    assert outlook.high is not None
    assert outlook.expected is not None
    assert 0 <= outlook.low <= outlook.expected <= outlook.high <= 15_000
    assert (nobody.deals, nobody.forecast.outlooks) == ((), ())


def test_forecasts_end_on_quarters() -> None:
    assert last_day(Until.QUARTER, today=date(2026, 12, 31)) == date(2026, 12, 31)
    assert last_day(Until.NEXT_QUARTER, today=date(2026, 11, 16)) == date(2027, 3, 31)
    assert last_day(Until.HALF_YEAR, today=date(2026, 11, 16)) == date(2027, 5, 17)
