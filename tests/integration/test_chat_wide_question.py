"""A question that holds more than one query can is answered with what to do about it, never with an error."""

import pytest

from copilot.agent.planning import Planning
from copilot.domain.plans import PlanningContext, RefusalReason
from copilot.llm.roles import NoModels
from copilot.store.database import Database
from tests.conftest import MakeUser


@pytest.mark.parametrize(
    ("language", "few", "many", "says"),
    [
        (
            "es",
            "¿Qué cuentas tenemos en Europa?",
            "¿Qué cuentas tenemos en Europa y en América Latina?",
            "Son demasiados países",
        ),
        (
            "en",
            "Which accounts do we have in Europe?",
            "Which accounts do we have in Europe and in Latin America?",
            "Those are too many countries",
        ),
    ],
    ids=["es", "en"],
)
def test_more_countries_than_a_query_holds(
    database: Database, make_user: MakeUser, language: str, few: str, many: str, says: str
) -> None:
    plan = Planning(database, NoModels())
    viewer = make_user("Ana Prueba", language=language)
    assert plan(few, context=PlanningContext(), viewer=viewer).steps
    refused = plan(many, context=PlanningContext(), viewer=viewer).refusal
    assert refused is not None
    assert refused.reason is RefusalReason.HELP
    assert refused.text.startswith(says)
