"""Sums of the portfolio are those of reading every customer whole: whoever looks, at whatever part, what is kept."""

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Table, func, select, text, update

from copilot.domain.access import Role, Viewer
from copilot.domain.portfolio import NONE, BandChoice, Compared, Customer, Slice
from copilot.domain.scores import AccountScore, ScoreKind
from copilot.scoring.forecast import foretold
from copilot.scoring.forecast_kept import kept_lessons
from copilot.scoring.lifetime import load_lifetime_rules
from copilot.store.database import Database, UnitOfWork
from copilot.store.deal_sums import SummedDeals
from copilot.store.deals_history import DealsRepository
from copilot.store.portfolio import PortfolioRepository
from copilot.store.portfolio_sums import PortfolioSums
from copilot.store.scores import ScoreRepository
from copilot.store.standing import StandingRepository
from copilot.store.standing_sums import StandingSums
from copilot.store.tables.people import AccountGrantRow
from copilot.store.tables.records import AccountRow, OpportunityRow
from copilot.store.tables.scores import AccountStandingRow
from copilot.workflows.portfolio.book import model_use, read_book
from copilot.workflows.portfolio.customers import CustomerSort, Wanted, customer_table
from copilot.workflows.portfolio.expansion import expansion_board
from copilot.workflows.portfolio.movement import movement
from copilot.workflows.portfolio.outlook import sales_forecast
from copilot.workflows.portfolio.renewals import Listed, renewals
from copilot.workflows.portfolio.risk import revenue_at_risk
from tests import portfolio_plain as plain
from tests.conftest import MakeUser
from tests.portfolio_builders import LAST_WEEK, TODAY, Made, customer, deal, made_scores, model, scores

CUSTOMERS = 60
NEVER = date.min
_NAMES = ("Ágora", "agora", "Zeta", "Ñandú", "nandu", "Éter", "eter", "Beta", "Ωmega", "Straße")
_DAYS = (LAST_WEEK - timedelta(days=30), LAST_WEEK, LAST_WEEK + timedelta(days=3), TODAY)
_KINDS = (ScoreKind.CHURN_30, ScoreKind.CHURN_90, ScoreKind.CHURN_180)


@pytest.fixture
def people(make_user: MakeUser) -> list[Viewer]:
    """Somebody of each role, of two teams, and one with nothing but what was shared with them."""
    return [
        make_user("Lucía Prueba", role=Role.AE),
        make_user("Marta Prueba", role=Role.MANAGER),
        make_user("Tom Otro", team="south"),
        make_user("Inés Admin", role=Role.ADMIN),
        make_user("Nadie Suyo", team="east"),
    ]


def invent(uow: UnitOfWork, people: Sequence[Viewer]) -> list[str]:
    """Customers with and without scores, revenue, owner, renewal; some leaving, some prospects, some shared."""
    draw = random.Random(5)  # noqa: S311 - invented records
    owners = [people[0].email.upper(), people[2].email, "somebody@else.example", None, ""]
    found, told = [], list[AccountScore]()
    for number in range(CUSTOMERS):
        made = Made(
            owner=draw.choice(owners),
            arr=draw.choice([None, "0", "2500", "2500.50", "10000", "12345.67", "777"]),
            currency=draw.choice(["EUR", "EUR", "USD", "JPY", None]),
            segment=draw.choice(["smb", "mid-market", None, ""]),
            renewal=draw.choice([None, TODAY, *(TODAY + timedelta(days=draw.randint(-90, 500)) for _ in range(4))]),
            lifecycle=draw.choice(["customer"] * 8 + ["prospect", None]),
            since=draw.choice([None, date(2024, 2, 1), TODAY - timedelta(days=3), TODAY + timedelta(days=9)]),
            churned_on=draw.choice(
                [None] * 8 + [TODAY - timedelta(days=2), TODAY + timedelta(days=draw.randint(5, 200))]
            ),
        )
        account_id = customer(uow, f"{_NAMES[number % 10]} {number // 10}", made)
        found.append(account_id)
        told += _scores(account_id, draw)
        for place in range(draw.choice([0, 0, 1, 2])):
            amount, currency = draw.choice([None, "900", "1200.25"]), draw.choice(["EUR", "USD", None])
            close = draw.choice([None, TODAY + timedelta(days=draw.randint(-20, 60))])
            kind = draw.choice(["expansion", "expansion", "renewal"])
            deal(uow, account_id, f"Trato {place}", amount=amount, currency=currency, close=close, kind=kind)
        if draw.random() < 0.15:
            uow.session.add(AccountGrantRow(account_id=account_id, user_id=people[4].user_id))
    uow.flush()
    for day in _DAYS:
        ScoreRepository(uow).put([one for one in told if one.day == day])
    return found


def _scores(account_id: str, draw: random.Random) -> list[AccountScore]:
    found = list[AccountScore]()
    healths = [None, 20.0, 39.5, 40.0, 55.0, 69.9, 70.0, 90.0]
    for day in _DAYS:
        if draw.random() < 0.6:
            health = {ScoreKind.HEALTH: draw.choice(healths)}
            found += made_scores(account_id, health, day=day, version=draw.choice(["a", "a", "b"]))
        if draw.random() < 0.7:
            told = {kind: draw.choice([None, 0.1, 0.25, 0.123456789012345, 0.9]) for kind in _KINDS}
            found += made_scores(account_id, told, day=day, version=None if draw.random() < 0.9 else "older")
        if draw.random() < 0.5:
            grows = {ScoreKind.EXPANSION: draw.choice([None, 0.05, 0.3, 0.3, 0.8])}
            found += made_scores(account_id, grows, day=day)
    return found


def slices(people: Sequence[Viewer]) -> list[Slice]:
    bands = [Slice(band=band) for band in BandChoice]
    owners = [Slice(owner=people[0].email), Slice(owner=NONE), Slice(owner=people[2].email, segment="smb")]
    return [Slice(), *bands, *owners, Slice(segment=NONE), Slice(segment="smb", band=BandChoice.BAD)]


def hold_against_plain(chosen: Slice, of: Sequence[Customer], *, viewer: Viewer, uow: UnitOfWork) -> None:
    found = plain.customers(chosen, of)
    _risk(chosen, found, viewer=viewer, uow=uow)
    _movement(chosen, found, viewer=viewer, uow=uow)
    _calendar(chosen, found, viewer=viewer, uow=uow)


def _risk(chosen: Slice, found: Sequence[Customer], *, viewer: Viewer, uow: UnitOfWork) -> None:
    for kind in _KINDS[1:]:
        use = model_use(kind, uow=uow)
        book = read_book(chosen, kind=kind, viewer=viewer, uow=uow)
        risk = revenue_at_risk(book, model=use, viewer=viewer, uow=uow)
        assert book.customers == len(found)
        told = [
            (one.currency, one.customers, one.revenue, one.expected, one.low, one.high, one.expected_before)
            for one in risk.currencies
        ]
        assert told == plain.at_risk(found, kind, model=use)
        named = [(one.customer.account_id, one.at_stake) for one in risk.largest]
        assert named == plain.most_at_stake(found, kind, model=use)
        known = [one for one in found if one.has_revenue]
        assert risk.certain == plain.tally(one for one in found if one.churned_on and one.churned_on <= book.until)
        assert risk.without_score == plain.tally(
            one for one in known if plain.probability(one, kind, model=use) is None
        )  # fmt: skip
        assert risk.without_revenue == len(found) - len(known)
        assert risk.by_band == plain.by_band(found)


def _movement(chosen: Slice, found: Sequence[Customer], *, viewer: Viewer, uow: UnitOfWork) -> None:
    moved = movement(read_book(chosen, viewer=viewer, uow=uow), viewer=viewer, uow=uow)
    compared, other, incomparable = plain.moves(found)
    assert moved.worse == plain.tally(one.customer for one in compared if one.steps > 0)
    assert moved.better == plain.tally(one.customer for one in compared if one.steps < 0)
    assert moved.steady == plain.tally(one.customer for one in compared if one.steps == 0)
    assert (moved.other_scorecard, moved.not_comparable) == (other, incomparable)
    told = tuple([(one.customer.account_id, one.change) for one in some] for some in (moved.fell, moved.rose))
    assert told == plain.largest_moves(compared)


def _calendar(chosen: Slice, found: Sequence[Customer], *, viewer: Viewer, uow: UnitOfWork) -> None:
    calendar = renewals(chosen, viewer=viewer, uow=uow)
    dated = plain.renewing(found)
    ids = [one.account_id for month in calendar.months for one in month.customers]
    last = date(TODAY.year + 1, TODAY.month, 1)
    assert ids == [one.account_id for one in dated if one.renewal_date and TODAY <= one.renewal_date < last]
    assert [one.account_id for one in calendar.past] == [
        one.account_id for one in dated if one.renewal_date and one.renewal_date < TODAY
    ]
    assert calendar.past_customers == len(calendar.past)
    assert calendar.later == plain.tally(one for one in dated if one.renewal_date and one.renewal_date >= last)
    staying = [one for one in found if one.churned_on is None]
    assert calendar.without_day == plain.tally(one for one in staying if one.renewal_date is None)
    assert [one.account_id for one in calendar.leaving] == [one.account_id for one in found if one.churned_on]
    assert calendar.customers == len(found)
    for month in calendar.months:
        assert month.all == plain.tally(month.customers)
        assert month.by_band == plain.by_band(month.customers)
    few = renewals(chosen, viewer=viewer, uow=uow, listed=Listed(past=3, ahead=4))
    assert [one.account_id for month in few.months for one in month.customers] == ids[:4]
    assert few.past == calendar.past[:3]
    assert [month.all for month in few.months] == [month.all for month in calendar.months]
    opened = renewals(chosen, viewer=viewer, uow=uow, listed=Listed(past=3, ahead=4, month=calendar.months[2].first))
    assert opened.months[2] == calendar.months[2]


def in_every_order(chosen: Slice, of: Sequence[Customer], *, viewer: Viewer, uow: UnitOfWork) -> None:
    use = model_use(ScoreKind.CHURN_90, uow=uow)
    for sort in CustomerSort:
        for days, currency in ((None, None), (90, None), (None, "EUR")):
            wanted = Wanted(chosen, renewal_days=days, currency=currency, sort=sort)
            expected = plain.table(wanted, of, model=use)
            for offset, limit in ((0, 7), (5, 11), (0, 500)):
                page = customer_table(wanted, viewer=viewer, uow=uow, offset=offset, limit=limit)
                told = [(line.customer.account_id, line.at_stake) for line in page.lines]
                assert told == expected[offset : offset + limit], wanted
                assert page.total == len(expected)


def boards(chosen: Slice, of: Sequence[Customer], *, viewer: Viewer, uow: UnitOfWork) -> None:
    ranks, rules = model_use(ScoreKind.EXPANSION, uow=uow).is_in_use, load_lifetime_rules(None)
    found = plain.customers(chosen, of)
    for everybody in (False, True):
        board = expansion_board(chosen, rules=rules, viewer=viewer, uow=uow, everybody=everybody)
        ids, counts, amounts = plain.board(found, ranks=ranks, everybody=everybody, viewer=viewer, uow=uow)
        assert [one.customer.account_id for one in board.rows] == ids
        assert board.open_amounts == amounts
        told = {name: getattr(board, name) for name in counts}
        assert told | {name: told[name].customers for name in ("likely", "not_opened")} == counts


def outlooks(chosen: Slice, *, viewer: Viewer, uow: UnitOfWork) -> None:
    deals = DealsRepository(uow).open(chosen, viewer=viewer)
    for until in (TODAY + timedelta(days=30), TODAY - timedelta(days=5)):
        _, lessons = kept_lessons(until=until, uow=uow)
        found = sales_forecast(chosen, until=until, viewer=viewer, uow=uow)
        assert found.forecast == foretold(deals, lessons)
        due = [deal for deal in deals if deal.closes_on is not None and deal.closes_on <= until]
        assert (found.due, found.without_day) == (len(due), sum(deal.closes_on is None for deal in deals))
        assert found.overdue == sum(deal.closes_on is not None and deal.closes_on < TODAY for deal in due)
        assert found.without_probability == sum(deal.probability is None for deal in due)
        assert {deal.id for deal in found.deals} == {deal.id for deal in due} or found.more
        assert len(found.deals) + found.more == len(due)


@pytest.mark.parametrize("learnt", [False, True])
def test_sums_are_those_of_every_customer_read_whole(learnt: bool, database: Database, people: list[Viewer]) -> None:
    with database.unit_of_work() as uow:
        if learnt:
            for kind in (*_KINDS, ScoreKind.EXPANSION):
                model(uow, kind)
        ids = invent(uow, people)
        for number in range(80 if learnt else 0):
            closed = TODAY - timedelta(days=10 + number * 6)
            begun, status = closed - timedelta(days=40 + number % 30), "won" if number % 3 else "lost"
            deal(uow, ids[number % 9], f"Vieja {number}", status=status, created=begun, close=closed)
    for keeps in (True, False):
        with database.unit_of_work() as uow:
            _keep(uow, keeps=keeps)
            for viewer, parts in looks(people, learnt=learnt, keeps=keeps):
                of = plain.everybody_of(viewer, uow=uow)
                for chosen in parts:
                    hold_against_plain(chosen, of, viewer=viewer, uow=uow)
                    boards(chosen, of, viewer=viewer, uow=uow)
                    outlooks(replace(chosen, band=None), viewer=viewer, uow=uow)
            if keeps:
                admin, part = people[3], Slice(owner=people[0].email, band=BandChoice.WATCH)
                of = plain.everybody_of(admin, uow=uow)
                for chosen in (Slice(), part) if learnt else (Slice(),):
                    in_every_order(chosen, of, viewer=admin, uow=uow)


def looks(people: Sequence[Viewer], *, learnt: bool, keeps: bool) -> list[tuple[Viewer, Sequence[Slice]]]:
    """Everybody at all that is theirs, and who sees everything at every part.

    Whose customers are counted is one condition, whatever was learnt or kept: the rest is looked at by fewer.
    """
    everything = (Slice(),)
    if not keeps:
        return [(people[1], everything), (people[3], (Slice(), Slice(band=BandChoice.BAD)) if learnt else everything)]
    return [(one, slices(people) if learnt and one.role is Role.ADMIN else everything) for one in people]


def _keep(uow: UnitOfWork, *, keeps: bool) -> None:
    """Every row is of today, or half are of another day, and wrong."""
    ids = uow.session.scalars(select(AccountRow.id)).all()
    StandingRepository(uow).keep(ids)
    if not keeps:
        wrong = {"day": TODAY - timedelta(days=1), "health": 1.0, "health_band": "bad", "steps": 2, "churn_90": 1.0}
        uow.session.execute(
            update(AccountStandingRow).where(AccountStandingRow.account_id < sorted(ids)[len(ids) // 2]).values(wrong)
        )


def test_what_is_kept_follows_records_and_scores(database: Database, people: list[Viewer]) -> None:
    with database.unit_of_work() as uow:
        ids = invent(uow, people)
        StandingRepository(uow).keep(ids)
        assert _days(uow) == {TODAY: CUSTOMERS}
    admin = people[3]
    with database.unit_of_work() as uow:
        rows = uow.session.scalars(select(AccountRow).where(AccountRow.id.in_(ids[:9]))).all()
        for row in rows[:3]:
            row.content_hash = "another"
        for row in rows[3:6]:
            row.arr, row.owner_email, row.segment = Decimal(4_000), "Somebody.New@else.example", "new"
        uow.session.delete(rows[8])
        uow.flush()
        # Only what the row tells counts as a change of it.
        assert _days(uow) == {TODAY: CUSTOMERS - 4, NEVER: 3}
        scores(uow, ids[20], {ScoreKind.HEALTH: 12.0})
        of = plain.everybody_of(admin, uow=uow)
        hold_against_plain(Slice(), of, viewer=admin, uow=uow)
        hold_against_plain(Slice(owner="somebody.new@else.example"), of, viewer=admin, uow=uow)
        facets = PortfolioRepository(uow).facets(viewer=admin)
        assert "new" in facets.segments
        assert facets.customers == len(of)


def test_who_keeps_does_not_wait_for_an_import(database: Database, people: list[Viewer]) -> None:
    with database.unit_of_work() as uow:
        ids = [customer(uow, name) for name in ("Alfa", "Beta", "Gamma")]
        StandingRepository(uow).keep(ids)
    with database.unit_of_work() as importing:
        importing.session.execute(update(AccountRow).where(AccountRow.id == ids[0]).values(arr=Decimal(1)))
        with database.unit_of_work() as uow:
            uow.session.execute(text("set local lock_timeout = '2s'"))
            StandingRepository(uow).keep_anew(ids)
    with database.unit_of_work() as uow:
        assert _days(uow) == {TODAY: 2, NEVER: 1}
        hold_against_plain(Slice(), plain.everybody_of(people[3], uow=uow), viewer=people[3], uow=uow)


def test_what_was_written_beside_an_import_that_ends_without_a_trace_is_read(
    database: Database, people: list[Viewer]
) -> None:
    with database.unit_of_work() as uow:
        ids = [customer(uow, name) for name in ("Alfa", "Beta")]
        for account_id in ids:
            scores(uow, account_id, {ScoreKind.HEALTH: 80.0})
    with pytest.raises(InterruptedError):
        _preview(database, ids[0])
    with database.unit_of_work() as uow:
        # The row is of today and says what was so before.
        assert uow.session.get_one(AccountStandingRow, ids[0]).health == 80.0
        assert _told(uow) == {ids[0]: 12.0, ids[1]: 80.0}
        hold_against_plain(Slice(), plain.everybody_of(people[3], uow=uow), viewer=people[3], uow=uow)
    with database.unit_of_work() as uow:
        StandingRepository(uow).keep([])
    with database.unit_of_work() as uow:
        assert uow.session.get_one(AccountStandingRow, ids[0]).health == 12.0
        assert isinstance(StandingRepository(uow).read(), Table)


def _preview(database: Database, account_id: str) -> None:
    """Change a record, and take it back when its account was scored anew."""
    with database.unit_of_work() as previewing:
        previewing.session.execute(update(AccountRow).where(AccountRow.id == account_id).values(arr=Decimal(1)))
        with database.unit_of_work() as uow:
            scores(uow, account_id, {ScoreKind.HEALTH: 12.0})
        raise InterruptedError


def test_an_account_may_come_while_a_page_is_made(database: Database, people: list[Viewer]) -> None:
    with database.unit_of_work() as uow:
        StandingRepository(uow).keep([customer(uow, "Alfa")])
    with database.unit_of_work() as uow:
        sums = PortfolioSums(Slice(), viewer=people[3], uow=uow)
        with database.unit_of_work() as importing:
            customer(importing, "Beta")
        [found] = sums.standings(ScoreKind.CHURN_90)
        assert (found.heap.customers, found.compared, found.band) == (2, Compared.NO, None)


def test_sums_are_those_of_the_rows_whoever_changes_them(database: Database, people: list[Viewer]) -> None:
    with database.unit_of_work() as uow:
        ids = invent(uow, people)
        StandingRepository(uow).keep(ids)
        assert StandingRepository(uow).has_every_name()
        _same_sums(uow, people)
    with database.unit_of_work() as uow:
        rows = uow.session.scalars(select(AccountRow).where(AccountRow.id.in_(ids[:9]))).all()
        rows[0].arr, rows[1].name, rows[2].owner_email = Decimal(7), "Otro nombre", None
        uow.session.delete(rows[3])
        deals = uow.session.scalars(select(OpportunityRow).where(OpportunityRow.account_id.is_not(None))).all()
        deals[0].status, deals[1].kind, deals[2].account_id = "won", "renewal", ids[20]
        deals[3].amount, deals[4].created_on, deals[5].close_date = None, TODAY + timedelta(days=3), None
        uow.session.delete(deals[6])
        deal(uow, ids[30], "Nuevo", amount="10.50", currency="JPY", close=TODAY)
        scores(uow, ids[40], {ScoreKind.HEALTH: 12.0})
        assert not StandingRepository(uow).has_every_name()
        _same_sums(uow, people)
    with database.unit_of_work() as uow:
        StandingSums(uow).fold()
        SummedDeals(uow).fold()
        _same_sums(uow, people)
        StandingRepository(uow).keep(ids)
        assert StandingRepository(uow).has_every_name()
        _same_sums(uow, people)


def _same_sums(uow: UnitOfWork, people: Sequence[Viewer]) -> None:
    """Of the rows that have a day, of the deals that are open, and of what pages tell of both."""
    uow.flush()
    kept = "select segment, owner, is_customer, {} from {} where {} group by 1, 2, 3 having {} <> 0 order by 1, 2, 3"
    of_rows = kept.format("count(*)", "account_standing", "day <> '0001-01-01'", "count(*)")
    of_sums = kept.format("sum(accounts)", "standing_sums", "about = 'parts'", "sum(accounts)")
    assert uow.session.execute(text(of_rows)).all() == uow.session.execute(text(of_sums)).all()
    opened = "select account_id, count(*) from opportunities where {} group by 1 order by 1"
    expansions = opened.format("account_id is not null and status = 'open' and kind = 'expansion'")
    counted = "select account_id, open_expansions from account_standing where open_expansions <> 0 order by 1"
    assert uow.session.execute(text(expansions)).all() == uow.session.execute(text(counted)).all()
    hold_against_plain(Slice(), plain.everybody_of(people[3], uow=uow), viewer=people[3], uow=uow)
    boards(Slice(), plain.everybody_of(people[3], uow=uow), viewer=people[3], uow=uow)
    outlooks(Slice(), viewer=people[3], uow=uow)
    in_every_order(Slice(), plain.everybody_of(people[3], uow=uow), viewer=people[3], uow=uow)


def _told(uow: UnitOfWork) -> dict[str, float]:
    of = StandingRepository(uow).read().c
    return {account_id: health for account_id, health in uow.session.execute(select(of.account_id, of.health))}  # noqa: C416 - rows are no pairs to mypy


def _days(uow: UnitOfWork) -> dict[date, int]:
    query = select(AccountStandingRow.day, func.count()).group_by(AccountStandingRow.day)
    return {day: count for day, count in uow.session.execute(query)}  # noqa: C416 - rows are no pairs to mypy
