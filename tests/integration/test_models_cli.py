"""The `models` commands, and which roles a model may take after a check."""

import json
from collections.abc import Iterator

import pytest
from typer.testing import CliRunner

from copilot import bootstrap
from copilot.cli import main, models, models_words
from copilot.domain.access import Role
from copilot.domain.model_calls import BudgetScope, CallOutcome, Fitness, ModelVerdict
from copilot.llm.configured import ConfiguredModels
from copilot.llm.roles import ModelRole
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.model_calls import ModelCallRepository
from tests.conftest import MakeUser
from tests.model_endpoints import CALLER, Endpoint, endpoint, said

runner = CliRunner()


@pytest.fixture
def served() -> Iterator[Endpoint]:
    with endpoint(said('{"items": [{"name": "pump", "count": 3}], "urgency": "high"}')) as found:
        yield found


@pytest.fixture
def settings(served: Endpoint) -> Settings:
    return served.settings(COPILOT_EMBEDDINGS="none")


@pytest.fixture(autouse=True)
def _application(database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    built = bootstrap.assemble(settings, database=database)
    monkeypatch.setattr(models, "open_application", lambda: built)


def keep(database: Database, fitness: Fitness, *, model: str, label: str, judged: int = 0) -> None:
    """As if it had been checked."""
    with database.unit_of_work() as uow:
        now = uow.clock.now()
        verdict = ModelVerdict(model, label, fitness, 3, 25, 26, now, judged_right=judged, judged_of=24)
        ModelCallRepository(uow).keep_verdict(verdict)


@pytest.mark.parametrize(
    ("fitness", "plans", "writes"),
    [
        (None, False, True),
        (Fitness.PLANNER_AND_WRITER, True, True),
        (Fitness.WRITER_ONLY, False, True),
        (Fitness.NOT_USABLE, False, False),
    ],
)
def test_the_verdict_decides_the_roles(
    fitness: Fitness | None, plans: bool, writes: bool, database: Database, settings: Settings, served: Endpoint
) -> None:
    label = served.url.removeprefix("http://").removesuffix("/v1")
    if fitness is not None:
        keep(database, fitness, model="local-model", label=label)
    found = ConfiguredModels(settings, database=database)
    assert (found.for_role(ModelRole.PLANNER, caller=CALLER) is not None) is plans
    assert (found.for_role(ModelRole.WRITER, caller=CALLER) is not None) is writes
    assert found.for_role(ModelRole.JUDGE, caller=CALLER) is None


@pytest.mark.parametrize(
    ("fitness", "judged", "judges"),
    [
        (None, 0, False),
        (Fitness.WRITER_ONLY, 19, False),
        (Fitness.WRITER_ONLY, 20, True),
        (Fitness.NOT_USABLE, 24, False),
    ],
)
def test_a_judge_is_asked_once_it_was_right_often_enough(
    fitness: Fitness | None, judged: int, judges: bool, database: Database, served: Endpoint
) -> None:
    settings = served.settings(COPILOT_EMBEDDINGS="none", COPILOT_JUDGE_MODEL="local-model")
    label = served.url.removeprefix("http://").removesuffix("/v1")
    if fitness is not None:
        keep(database, fitness, model="local-model", label=label, judged=judged)
    found = ConfiguredModels(settings, database=database)
    assert (found.for_role(ModelRole.JUDGE, caller=CALLER) is not None) is judges


def test_a_check_prints_a_report_and_keeps_the_verdict(
    make_user: MakeUser, database: Database, served: Endpoint
) -> None:
    admin = make_user(role=Role.ADMIN, language="es")
    ran = runner.invoke(main.app, ["models", "check", "--longest", "1000", "--user", admin.email])
    assert ran.exit_code == 0, ran.output
    assert "No se usa" in ran.output
    with database.unit_of_work() as uow:
        (verdict,) = ModelCallRepository(uow).verdicts()
        calls = ModelCallRepository(uow).recent(limit=100)
    assert (verdict.model, verdict.fitness) == ("local-model", Fitness.NOT_USABLE)
    assert verdict.planned_right < verdict.planned_right_offline
    assert (verdict.judged_right, verdict.judged_of) == (0, 24)
    assert "No da segundas opiniones" in ran.output
    assert {call.user_id for call in calls} == {admin.user_id}


def test_calls_are_listed_to_an_admin_and_to_oneself_only(make_user: MakeUser, served: Endpoint) -> None:
    admin, ana, luis = make_user(role=Role.ADMIN, language="en"), make_user("Ana", language="es"), make_user("Luis")
    empty = runner.invoke(main.app, ["models", "calls", "--user", ana.email])
    assert "Todavía no se ha preguntado" in empty.output
    runner.invoke(main.app, ["models", "check", "--longest", "1000", "--user", ana.email])
    seen = {
        person.user_id: json.loads(
            runner.invoke(main.app, ["models", "calls", "--json", "--user", person.email]).output
        )
        for person in (admin, ana, luis)
    }
    assert seen[admin.user_id]["calls"] == seen[ana.user_id]["calls"] != []
    assert seen[luis.user_id] == {"calls": [], "days": []}
    assert sum(day["calls"] for day in seen[ana.user_id]["days"]) >= len(seen[ana.user_id]["calls"])
    assert (
        "respondida" in runner.invoke(main.app, ["models", "calls", "--user", ana.email], env={"COLUMNS": "200"}).output
    )


def test_the_budget_says_what_is_spent_and_left(make_user: MakeUser) -> None:
    ana = make_user(language="es")
    runner.invoke(main.app, ["models", "check", "--longest", "1000", "--user", ana.email])
    found = json.loads(runner.invoke(main.app, ["models", "budget", "--json", "--user", ana.email]).output)
    assert found["user"]["spent"]["tokens"] == found["workspace"]["spent"]["tokens"] > 0
    assert found["user"]["budget"]["tokens"] == 2_000_000
    assert "sin límite" in runner.invoke(main.app, ["models", "budget", "--user", ana.email]).output


def test_a_role_without_a_model_is_said(make_user: MakeUser) -> None:
    admin = make_user(role=Role.ADMIN)
    ran = runner.invoke(main.app, ["models", "check", "--role", "judge", "--user", admin.email])
    assert ran.exit_code == 1


def test_every_word_is_there_in_both_languages() -> None:
    spanish, english = models_words.TEXTS["es"], models_words.TEXTS["en"]
    assert spanish.keys() == english.keys()
    wanted = [f"outcome_{item.value}" for item in CallOutcome] + [f"verdict_{item.value}" for item in Fitness]
    wanted += [f"scope_{item.value}" for item in BudgetScope]
    assert set(wanted) <= spanish.keys()
