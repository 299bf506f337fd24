"""Linked records that a condition on money cannot judge are counted and told, wherever they could decide."""

from decimal import Decimal
from typing import Any

import pytest

from copilot.domain.access import Viewer
from copilot.domain.figure_queries import Condition, FigureQuery, Operator, Related, Subject
from copilot.domain.figure_results import FigureResult
from copilot.domain.figure_text_words import figures_in_words
from copilot.domain.language import Language
from copilot.domain.plans import QueryStep, StepKind
from copilot.store.database import Database
from copilot.store.figure_queries import FigureQueries
from copilot.store.tables.records import OpportunityRow
from copilot.workflows.chat.figures import run_query
from tests import approvals_builders as world
from tests import chat_answer_world as chat
from tests.conftest import MakeUser
from tests.figure_questions import OPEN, where

OVER_50K = where("amount", Operator.MORE_THAN, 50000, currency="EUR")


@pytest.fixture
def ana(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user()
    world.add_account(database, owner=viewer)
    return viewer


def _add_deal(
    database: Database,
    name: str,
    *,
    amount: int | None,
    currency: str | None = "EUR",
    status: str = "open",
    account_id: str = world.ACCOUNT,
) -> None:
    with database.unit_of_work() as uow:
        uow.session.add(
            OpportunityRow(
                id=f"opp_{name.lower():_>20}",
                source_system="test",
                source_id=name,
                as_of=world.TODAY,
                content_hash="x",
                account_id=account_id,
                name=name,
                status=status,
                amount=None if amount is None else Decimal(amount),
                currency=currency,
            )
        )


def _query(*conditions: Condition, subject: Subject = Subject.ACCOUNTS, **related: Any) -> FigureQuery:
    linked = Related(subject=Subject.OPPORTUNITIES, conditions=conditions or (OPEN, OVER_50K), **related)
    return FigureQuery(subject=subject, related=(linked,))


def _run(database: Database, query: FigureQuery, viewer: Viewer) -> FigureResult:
    with database.unit_of_work() as uow:
        return FigureQueries(uow).run(query, viewer=viewer, today=world.TODAY)


def _told(result: FigureResult) -> list[tuple[str, str | None, int, list[str]]]:
    return [(item.reason, item.currency, item.count, [each.name for each in item.examples]) for item in result.left_out]


def test_an_account_missed_for_a_deal_in_dollars_is_told(database: Database, ana: Viewer) -> None:
    _add_deal(database, "Big", amount=100_000, currency="USD")
    found = _run(database, _query(), ana)
    assert found.total == 0
    assert _told(found) == [("other_currency", "USD", 1, ["Big"])]
    assert found.text == "accounts: 0; left out, opportunities.amount in USD: 1"


def test_an_account_shown_for_lacking_deals_tells_of_one_in_dollars(database: Database, ana: Viewer) -> None:
    _add_deal(database, "Big", amount=100_000, currency="USD")
    found = _run(database, _query(at_least=0), ana)
    assert found.total == 1
    assert _told(found) == [("other_currency", "USD", 1, ["Big"])]


def test_deals_without_an_amount_or_a_currency_are_told_too(database: Database, ana: Viewer) -> None:
    _add_deal(database, "Unpriced", amount=None)
    _add_deal(database, "Unknown", amount=70_000, currency=" ")
    _add_deal(database, "Large", amount=60_000)
    found = _run(database, _query(), ana)
    assert found.total == 1
    assert _told(found) == [("no_currency", None, 1, ["Unknown"]), ("no_value", None, 1, ["Unpriced"])]


def test_what_could_not_decide_is_not_told(database: Database, ana: Viewer, make_user: MakeUser) -> None:
    """Deals that fail another condition, of accounts out anyway, or of accounts that the reader may not see."""
    _add_deal(database, "Lost", amount=100_000, currency="USD", status="lost")
    assert _told(_run(database, _query(), ana)) == []
    _add_deal(database, "Open", amount=100_000, currency="USD")
    assert _told(_run(database, _query(at_least=2), ana)) == []
    assert _told(_run(database, _query(), make_user())) == []
    elsewhere = FigureQuery(
        subject=Subject.ACCOUNTS, conditions=(where("country", Operator.IS, "PT"),), related=_query().related
    )
    assert _told(_run(database, elsewhere, ana)) == []
    _add_deal(database, "Large", amount=60_000)
    assert _told(_run(database, _query(at_least=0), ana)) == []
    assert len(_told(_run(database, _query(at_least=2), ana))) == 1


def test_too_many_that_count_are_not_made_good_by_one_in_dollars(database: Database, ana: Viewer) -> None:
    for name in ("One", "Two"):
        _add_deal(database, name, amount=60_000)
    _add_deal(database, "Big", amount=100_000, currency="USD")
    assert _told(_run(database, _query(at_least=1, at_most=1), ana)) == []
    assert len(_told(_run(database, _query(at_least=3, at_most=3), ana))) == 1


def test_an_account_whose_own_money_cannot_be_judged_either_is_told(database: Database, ana: Viewer) -> None:
    """Neither condition holds for certain: counted under none of them, it would have vanished."""
    _add_deal(database, "Big", amount=100_000, currency="USD")
    in_pounds = where("arr", Operator.MORE_THAN, 1, currency="GBP")
    query = FigureQuery(subject=Subject.ACCOUNTS, conditions=(in_pounds,), related=_query().related)
    assert ("other_currency", "USD", 1, ["Big"]) in _told(_run(database, query, ana))


def test_a_linked_deal_counts_once_however_many_records_its_account_has(database: Database, ana: Viewer) -> None:
    _add_deal(database, "Big", amount=100_000, currency="USD")
    _add_deal(database, "Small", amount=10)
    found = _run(database, _query(subject=Subject.OPPORTUNITIES), ana)
    assert _told(found) == [("other_currency", "USD", 1, ["Big"])]


@pytest.mark.parametrize(
    ("language", "reason", "named"),
    [
        (
            Language.ES,
            "Sin valorar, por tener el importe de sus oportunidades abiertas en otra moneda",
            "1 en USD («Big» 100.000\u00a0US$)",
        ),
        (
            Language.EN,
            "Not judged, as the amount of their open opportunities is in another currency",
            "1 in USD (“Big” US$100,000)",
        ),
    ],
    ids=["es", "en"],
)
def test_the_answer_says_so_and_cites_the_deal(
    database: Database, ana: Viewer, language: Language, reason: str, named: str
) -> None:
    _add_deal(database, "Big", amount=100_000, currency="USD")
    with database.unit_of_work() as uow:
        scene = chat.scene(uow, ana, "deals over 50k", language=language)
        found = run_query(QueryStep(kind=StepKind.FIGURES, query=_query()), scene)
    told = found.lines[-2]
    assert told.text == f"{reason}: {named}."
    assert f"record:opp_{'big':_>20}:amount" in told.evidence_ids


def test_the_figures_of_linked_records_are_written_for_a_reader() -> None:
    text = "accounts: 0; left out, opportunities.amount in USD: 1; left out, without account.arr: 2"
    assert figures_in_words(text, language=Language.EN).endswith(
        "left out, amount of opportunities in USD: 1 · left out, without ARR: 2"
    )
    assert "sin contar, importe de oportunidades en USD: 1" in figures_in_words(text, language=Language.ES)
