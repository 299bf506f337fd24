"""`sales-copilot portfolio` as a person runs it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from copilot.cli import portfolio
from copilot.domain.scores import ScoreKind
from copilot.store.database import Database
from tests.command_line import CommandLine, command_line
from tests.conftest import MakeUser
from tests.portfolio_builders import LAST_WEEK, TODAY, Made, customer, deal, model, scores


@pytest.fixture
def call(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return command_line(database, tmp_path, monkeypatch, portfolio, embedding_model="none")


def test_every_part_is_told_in_the_persons_language(call: CommandLine, database: Database, make_user: MakeUser) -> None:
    viewer, british = make_user("Lucía Prueba"), make_user("Tom Otro", team="south", language="en")
    with database.unit_of_work() as uow:
        for kind in (ScoreKind.CHURN_90, ScoreKind.EXPANSION):
            model(uow, kind)
        first = customer(uow, "Alfa", Made(owner=viewer.email))
        scores(uow, first, {ScoreKind.HEALTH: 80.0, ScoreKind.CHURN_90: 0.1}, day=LAST_WEEK)
        scores(uow, first, {ScoreKind.HEALTH: 30.0, ScoreKind.CHURN_90: 0.25, ScoreKind.EXPANSION: 0.6})
        customer(uow, "Sin datos", Made(owner=viewer.email, arr=None, renewal=TODAY - timedelta(days=1)))
        deal(uow, first, "Módulo", amount="700")
        customer(uow, "Theirs", Made(owner=british.email, arr="84000", currency="GBP"))
    risk = call(viewer=viewer).stdout
    assert "2.500 € que se espera perder en 90 días, de 10.000 € al año" in risk.replace("\N{NO-BREAK SPACE}", " ")
    assert "Fuera de las sumas, ingresos sin dato: 1." in risk
    assert "Bien → Mal" in risk
    assert "Nuevos: 0. Se han ido: 0." in risk
    assert "Theirs" not in risk
    assert "Con la fecha pasada: 1." in call("renewals", viewer=viewer).stdout
    assert "Módulo · 700" in call("expansion", viewer=viewer).stdout
    assert "No hay previsión: hacen falta 50 oportunidades cerradas" in call("forecast", viewer=viewer).stdout
    english = call("--days", "30", viewer=british).stdout
    assert "There is no probability of leaving. No model has been trained yet." in english
    assert "sales-copilot scores train" in english
    assert "£84,000" in english


def test_programs_get_what_the_api_answers(call: CommandLine, database: Database, make_user: MakeUser) -> None:
    viewer = make_user()
    with database.unit_of_work() as uow:
        customer(uow, "Alfa", Made(owner=viewer.email))
    found = json.loads(call("--json", "--band", "unscored", viewer=viewer).stdout)
    assert (found["movement"]["came"], found["movement"]["left"]) == (None, None)
    assert found["by_health"]["unscored"]["revenue"] == {"EUR": "10000.00"}
    assert json.loads(call("renewals", "--json", viewer=viewer).stdout)["months"][2]["customers"][0]["name"] == "Alfa"
    for option, words in (("--days", "Las probabilidades son de 30, 90 o 180 días"), ("--until", "no es una fecha")):
        refused = call("forecast", option, "45", viewer=viewer)
        assert refused.exit_code == 2
        assert words in refused.output
