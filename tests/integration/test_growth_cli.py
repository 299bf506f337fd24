"""Leads, expansion and the forecast at the command line, in both languages."""

import json
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import insert

from copilot.cli import portfolio, portfolio_words, score_leads_words, scores
from copilot.domain.access import Role
from copilot.store.database import Database
from copilot.store.tables.records import OpportunityRow
from tests.command_line import CommandLine, command_line
from tests.conftest import MakeUser
from tests.score_worlds import TODAY, add_customer

_NOTHING = {
    ("scores", "leads"): ("No hay ninguna cuenta", "There is no prospect"),
    ("portfolio", "expansion"): ("Nadie tiene una ampliación", "Nobody has an open expansion"),
    ("portfolio", "forecast"): ("No hay ninguna oportunidad abierta", "There is no open deal"),
}


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return command_line(database, tmp_path, monkeypatch, scores, portfolio)


def add_deals(database: Database, *, owner: str) -> None:
    """A year of closed deals of one account, and an open one of another that somebody owns."""
    for name in ("old", "new"):
        add_customer(database, name, owner=owner, users=(), nps=None)
    rows = []
    for number in range(120):
        begin = TODAY - timedelta(days=400 - 3 * number)
        closes = begin + timedelta(days=20 + number % 25)
        status = "won" if number % 3 else "lost"
        rows.append(_deal(f"d{number}", "old", begin=begin, closes=closes, status=status))
    rows.append(
        _deal("open", "new", begin=TODAY - timedelta(days=10), closes=TODAY + timedelta(days=20), status="open")
    )
    with database.unit_of_work() as uow:
        uow.session.execute(insert(OpportunityRow), rows)


def _deal(key: str, account_id: str, *, begin: object, closes: object, status: str) -> dict[str, object]:
    return {
        "id": key, "source_id": key, "source_system": "test", "as_of": TODAY, "content_hash": "x", "name": key,
        "account_id": account_id, "account_source_id": account_id, "status": status, "created_on": begin,
        "close_date": closes, "amount": Decimal(9000), "currency": "EUR", "probability": 40, "product_name": "Rutas",
    }  # fmt: skip


def test_both_languages_say_the_same_things() -> None:
    for words in (score_leads_words, portfolio_words):
        spanish, english = words.TEXTS.values()
        assert spanish.keys() == english.keys()


@pytest.mark.parametrize("command", list(_NOTHING), ids=" ".join)
@pytest.mark.parametrize("place", [0, 1], ids=["es", "en"])
def test_where_there_is_nothing_to_see_it_says_so(
    run: CommandLine, database: Database, make_user: MakeUser, command: tuple[str, str], place: int
) -> None:
    add_deals(database, owner="somebody@tramontia.example")
    stranger = make_user(language=("es", "en")[place])
    result = run(*command, viewer=stranger)
    assert result.exit_code == 0, result.output
    assert _NOTHING[command][place] in result.output
    assert "Compañía" not in result.output


def test_the_forecast_stands_beside_what_the_owner_says(
    run: CommandLine, database: Database, make_user: MakeUser
) -> None:
    owner = make_user(language="en")
    add_deals(database, owner=owner.email)
    until = (TODAY + timedelta(days=60)).isoformat()
    told = json.loads(run("portfolio", "forecast", "--until", until, "--json", viewer=owner).output)
    # The first two of a hundred may be strays.
    assert (told["refusal"], told["closed"]) == (None, 118)
    outlook = told["outlooks"][0]
    assert (outlook["stated"], outlook["open_amount"]) == ("3600.00", "9000.00")
    # Two of three are won, all of them within 45 days.
    assert 4000 < float(outlook["expected"]) < 7500
    assert "80 % interval" in run("portfolio", "forecast", "--until", until, viewer=owner).output
    result = run("portfolio", "forecast", "--until", "soon", viewer=owner)
    assert result.exit_code == 2
    far = run("portfolio", "forecast", "--until", (TODAY + timedelta(days=365)).isoformat(), viewer=owner).output
    assert "it needs 1,095 days" in far


def test_worth_and_leads_are_shown_with_their_reasons(
    run: CommandLine, database: Database, make_user: MakeUser
) -> None:
    owner = make_user(language="es")
    add_deals(database, owner=owner.email)
    add_customer(database, "lead", owner=owner.email, users=(), nps=None, lifecycle="prospect", customer_since=None)
    # Nobody has left on a known day and there is no model.
    assert "hacen falta 20 bajas" in run("portfolio", "expansion", "--all", viewer=owner).output
    output = run("scores", "leads", viewer=owner).output
    assert "Compañía lead" in output
    assert "ya la lleva" in output
    assert run("scores", "train", "leads", viewer=owner).exit_code == 1
    admin = make_user(role=Role.ADMIN, language="en")
    result = run("scores", "train", "leads", viewer=admin)
    assert result.exit_code == 3
    assert "It needs" in result.output
