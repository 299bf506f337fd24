"""`sales-copilot value` as a person runs it."""

import csv
import io
import json
from pathlib import Path

import pytest

from copilot.cli import value
from copilot.domain.drafts import DraftKind
from copilot.store.database import Database
from tests.command_line import CommandLine, command_line
from tests.conftest import MakeUser
from tests.value_worlds import add_draft, approved, at, people_of


@pytest.fixture
def call(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    return command_line(database, tmp_path, monkeypatch, value, embedding_model="none")


def test_the_same_figures_as_words_as_json_and_as_a_table(
    call: CommandLine, database: Database, make_user: MakeUser
) -> None:
    people = people_of(make_user)
    for number in range(10):
        draft = approved("uno dos", at(10), people.marta, at(10, 10 + number), cost="0.02")
        add_draft(database, people.ana, [draft], kind=DraftKind.FOLLOW_UP)
    told = call("--weeks", "2", viewer=people.marta).stdout.replace("\N{NO-BREAK SPACE}", " ")
    assert "Equipo north desde el 9 de noviembre de 2026; personas: 3." in told
    # Ten mails of ten minutes less ten reviews of one: 1.5 hours. The middle of 1 to 10 hours is 5.5.
    assert "1,5 h (0,5 a 3,2)" in told
    assert "5,5 h" in told
    assert "100 % (10 de 10; 72 % a 100 %)" in told
    assert "Coste de modelos por borrador aprobado: 0,02 US$." in told
    found = json.loads(call("--weeks", "2", "--json", viewer=people.marta).stdout)
    assert found["total"]["sums"]["unchanged"] == 10
    rows = list(csv.DictReader(io.StringIO(call("--weeks", "2", "--csv", viewer=people.root).stdout)))
    assert [row["outputs"] for row in rows if row["cut"] == "cell"] == ["10"]
    assert "No model was used" not in told


def test_who_may_not_look_is_told_nothing(call: CommandLine, make_user: MakeUser) -> None:
    people = people_of(make_user)
    there, nowhere = (call("--team", team, viewer=people.marta) for team in ("south", "nowhere"))
    assert there.exit_code == nowhere.exit_code != 0
    assert there.output == nowhere.output
    assert call("--json", "--csv", viewer=people.marta).exit_code == 2
    assert "no se ha presentado nada" in call(viewer=people.ana).stdout
