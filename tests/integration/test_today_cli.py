"""`sales-copilot today` as a person runs it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from copilot.cli import today
from copilot.cli.today_words import TEXTS
from copilot.domain.access import Role
from copilot.domain.language import Language
from copilot.store.database import Database
from copilot.workflows.today.view import CardKind
from tests.command_line import CommandLine, command_line
from tests.conftest import MakeUser
from tests.portfolio_builders import TODAY, Made, customer


@pytest.fixture
def call(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return command_line(database, tmp_path, monkeypatch, today, embedding_model="none")


def test_every_card_has_words_in_both_languages() -> None:
    assert set(TEXTS[Language.ES]) == set(TEXTS[Language.EN]) >= {kind.value for kind in CardKind}


def test_the_day_is_told_in_the_persons_language(call: CommandLine, database: Database, make_user: MakeUser) -> None:
    viewer = make_user("Lucía Prueba")
    with database.unit_of_work() as uow:
        customer(uow, "Alfa [red]", Made(owner=viewer.email, renewal=TODAY + timedelta(days=10)))
        customer(uow, "Ajena", Made(owner="nadie@tramontia.example", renewal=TODAY + timedelta(days=10)))
    told = call(viewer=viewer).stdout
    assert "Renovaciones de los próximos 90 días, y las de fecha pasada: 1" in told
    assert "Alfa [red]" in told
    assert "Alertas abiertas: nada" in told
    assert "Primeros pasos: 0 de 5" in told
    assert "Ajena" not in told
    found = json.loads(call("--json", viewer=viewer).stdout)
    assert [card["total"] for card in found["cards"] if card["kind"] == "renewals"] == [1]


def test_the_administrator_is_told_of_the_installation(call: CommandLine, make_user: MakeUser) -> None:
    told = call(viewer=make_user("Ada Prueba", role=Role.ADMIN, language="en")).stdout
    assert "Webhooks that fail: nothing" in told
    assert "Planner · no model: rules do it" in told
