"""Days and numbers beyond what a query compares with are said to be so, in the words of whoever asks."""

import pytest

from copilot.agent.planner.subjects import says
from copilot.agent.planning import Planning
from copilot.domain.language import Language
from copilot.domain.plans import PlanningContext, RefusalReason
from copilot.llm.roles import NoModels
from copilot.store.database import Database
from tests.planner_world import account_executive

BEYOND = (
    (Language.EN, "deals over 0.00001 euros"),
    (Language.EN, "accounts without contact in 800 years"),
    (Language.ES, "oportunidades de más de 0,00001 euros"),
    (Language.ES, "cuentas sin contacto en 800 años"),
)


@pytest.mark.parametrize(("language", "message"), BEYOND, ids=[message for _, message in BEYOND])
def test_what_is_out_of_range_is_said_to_be_so(database: Database, language: Language, message: str) -> None:
    viewer = account_executive(language=language.value)
    plan = Planning(database, NoModels())(message, context=PlanningContext(), viewer=viewer)
    assert plan.refusal is not None
    assert plan.refusal.reason is RefusalReason.HELP
    assert plan.refusal.text == says(language, "out_of_range")
