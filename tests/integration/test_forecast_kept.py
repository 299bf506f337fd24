"""What is kept of a forecast is never what was: not after a deal changed, and not while scores are computed."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, update

from copilot.clock import FixedClock
from copilot.domain.access import Role
from copilot.domain.portfolio import Slice
from copilot.scoring.forecast import won_by_currency
from copilot.scoring.forecast_kept import forget_digest, keep_digest, kept_draws, kept_lessons
from copilot.store.database import Database, UnitOfWork
from copilot.store.deals_history import DealsRepository
from copilot.store.records import RecordRepository
from copilot.store.score_due import ScoreDueRepository
from copilot.store.tables.records import OpportunityRow
from copilot.store.tables.scores import ScoresDueRow
from tests.conftest import MakeUser
from tests.portfolio_builders import TODAY, Made, customer, deal

UNTIL = TODAY + timedelta(days=30)
READS = "accounts_digest"


@pytest.fixture
def deals(database: Database) -> list[str]:
    """Ids: 80 closed ones, and last an open one, of two accounts; nothing is due, and the digest is kept."""
    with database.unit_of_work() as uow:
        accounts = [customer(uow, name, Made(owner="one@here.example")) for name in ("Alfa", "Beta")]
        ids = []
        for number in range(80):
            closed = TODAY - timedelta(days=10 + number * 6)
            status = "won" if number % 3 else "lost"
            begun = closed - timedelta(days=40 + number % 30)
            ids.append(deal(uow, accounts[0], f"Vieja {number}", status=status, created=begun, close=closed))
        ids.append(deal(uow, accounts[1], "Nueva", close=UNTIL))
    _scored(database)
    return ids


def _scored(database: Database) -> None:
    """As the computing of scores does when nothing is left."""
    with database.unit_of_work() as uow:
        uow.session.execute(delete(ScoresDueRow))
        forget_digest(uow)
    with database.unit_of_work() as uow:
        keep_digest(uow)


def _name(uow: UnitOfWork) -> str:
    return kept_lessons(until=UNTIL, uow=uow)[0]


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each time that the deals of all accounts were read for their digest."""
    found, reads = list[None](), DealsRepository.accounts_digest

    def counted(self: DealsRepository) -> str:
        found.append(None)
        return reads(self)

    monkeypatch.setattr(DealsRepository, READS, counted)
    return found


@pytest.mark.usefixtures("deals")
def test_the_name_of_the_history_is_looked_up_as_long_as_it_holds(
    database: Database, readings: list[None], clock: FixedClock
) -> None:
    with database.unit_of_work() as uow:
        assert _name(uow) == DealsRepository(uow).history_digest()
    assert len(readings) == 1  # the one of this test
    clock.advance(timedelta(days=1))
    with database.unit_of_work() as uow:
        _name(uow)
    assert len(readings) == 2


def test_another_deal_or_account_is_another_history(database: Database, deals: list[str]) -> None:
    with database.unit_of_work() as uow:
        names = [_name(uow)]
    for changed in ({"status": "lost"}, {"account_id": None}):
        with database.unit_of_work() as uow:
            uow.session.execute(update(OpportunityRow).where(OpportunityRow.id == deals[4]).values(changed))
        with database.unit_of_work() as uow:
            names.append(_name(uow))
            assert names[-1] == DealsRepository(uow).history_digest()
        _scored(database)
    with database.unit_of_work() as uow:
        account_id = uow.session.get_one(OpportunityRow, deals[0]).account_id or ""
        RecordRepository(uow).remove("account", [account_id])
    with database.unit_of_work() as uow:
        # Its notes went with it; its deals are of no account now.
        assert not ScoreDueRepository(uow).is_anything()
        names.append(_name(uow))
    assert len(set(names)) == 4


def test_scores_that_are_computed_meanwhile_do_not_leave_the_former_name(
    database: Database, deals: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = ScoreDueRepository.is_anything

    def interrupted(self: ScoreDueRepository) -> bool:
        monkeypatch.setattr(ScoreDueRepository, "is_anything", looks)
        found = looks(self)
        with database.unit_of_work() as other:
            other.session.execute(update(OpportunityRow).where(OpportunityRow.id == deals[4]).values(status="lost"))
        _scored(database)
        return found or looks(self)

    with database.unit_of_work() as uow:
        before = _name(uow)
        monkeypatch.setattr(ScoreDueRepository, "is_anything", interrupted)
        name = _name(uow)
        assert name == DealsRepository(uow).history_digest() != before


def test_what_is_drawn_is_of_the_deals_as_they_are_and_as_the_viewer_sees_them(
    database: Database, deals: list[str], make_user: MakeUser
) -> None:
    admin, nobody = make_user("Inés Admin", role=Role.ADMIN), make_user("Nadie Suyo", team="east")
    won = []
    for amount in (5_000, 9_000):
        with database.unit_of_work() as uow:
            uow.session.execute(update(OpportunityRow).where(OpportunityRow.id == deals[-1]).values(amount=amount))
        with database.unit_of_work() as uow:
            name, lessons = kept_lessons(until=UNTIL, uow=uow)
            won.append(kept_draws(name, lessons, Slice(), viewer=admin, uow=uow))
            assert kept_draws(name, lessons, Slice(), viewer=admin, uow=uow) is won[-1]
            assert won[-1] == won_by_currency(DealsRepository(uow).open(viewer=admin), lessons)
            assert kept_draws(name, lessons, Slice(), viewer=nobody, uow=uow) == {}
    assert won[0]["EUR"].expected < won[1]["EUR"].expected
