"""What a check finds a model fit for, and that the rules' plans are not credited to a model."""

from datetime import date

import pytest
from pydantic import BaseModel

from copilot.agent.model_check.check import fitness_of
from copilot.agent.model_check.directory import ACCOUNTS, CheckDirectory
from copilot.agent.model_check.planning import TODAY, VIEWER, CountedModel, Message, PlanningTally, messages, tally
from copilot.agent.planner import OfflinePlanner
from copilot.agent.planner.directory import Directory
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.model_calls import Fitness
from copilot.domain.plans import (
    AskedAbout,
    BriefStep,
    Clarification,
    Plan,
    PlanningContext,
    Refusal,
    RefusalReason,
    TimelineStep,
)
from copilot.llm.probes import Abilities, ContextLength, Streaming, Tally
from copilot.llm.scripted import ScriptedChatModel
from copilot.llm.structured import StructuredModel

ABLE = Abilities(Tally(3, 3), Tally(6, 6), Streaming(9, 0.5, 20.0), ContextLength(2000, 2000, "bound"))


class Word(BaseModel):
    word: str


class Scripted:
    """Answers every message with one plan, after asking `model`."""

    def __init__(self, plan: Plan, model: StructuredModel | None) -> None:
        self.made, self.model = plan, model

    def plan(
        self,
        message: str,  # noqa: ARG002 - the interface
        *,
        context: PlanningContext,  # noqa: ARG002
        directory: Directory,  # noqa: ARG002
        viewer: Viewer,  # noqa: ARG002
        today: date,  # noqa: ARG002
    ) -> Plan:
        if self.model is not None:
            self.model.ask(system="s", user="u", shape=Word)
        return self.made


def planned(right: int) -> PlanningTally:
    return PlanningTally(right, 26, {})


def brief(account_id: str, *, planner: str = "model") -> Plan:
    return Plan.model_validate(
        {"language": "en", "steps": [{"kind": "brief", "account_id": account_id}], "planner": planner}
    )


def test_the_set_is_balanced_and_speaks_of_known_accounts() -> None:
    found = messages()
    for language in Language:
        assert sum(item.language is language for item in found) >= 10
    known = {account.id for account in ACCOUNTS}
    assert {account for item in found for step in item.steps for account in step.accounts or ()} <= known
    assert len({item.text for item in found}) == len(found)


def test_the_rules_plan_most_of_the_set() -> None:
    found = tally(OfflinePlanner())
    assert found.of == len(messages())
    assert found.right >= 0.9 * found.of


@pytest.mark.parametrize(
    ("right", "offline", "fitness"),
    [
        (26, 25, Fitness.PLANNER_AND_WRITER),
        (25, 25, Fitness.PLANNER_AND_WRITER),
        (24, 25, Fitness.WRITER_ONLY),
        (0, 0, Fitness.WRITER_ONLY),
    ],
)
def test_who_plans_no_worse_than_the_rules_may_plan(right: int, offline: int, fitness: Fitness) -> None:
    assert fitness_of(ABLE, planned=planned(right), planned_offline=planned(offline)) is fitness


@pytest.mark.parametrize(
    "abilities",
    [
        Abilities(Tally(1, 3), Tally(6, 6), ABLE.streaming, ABLE.context),
        Abilities(Tally(3, 3), Tally(3, 6), ABLE.streaming, ABLE.context),
    ],
    ids=["no shape", "one language"],
)
def test_who_cannot_answer_is_not_used(abilities: Abilities) -> None:
    assert fitness_of(abilities, planned=planned(26), planned_offline=planned(20)) is Fitness.NOT_USABLE


@pytest.mark.parametrize(
    ("planner", "asks", "right", "by_rules"),
    [("model", True, 1, 0), ("offline", True, 0, 1), ("offline", False, 1, 0)],
    ids=["the model's", "the rules' after it failed", "the rules' without asking it"],
)
def test_a_plan_of_the_rules_is_not_credited_to_a_model_that_failed(
    planner: str, asks: bool, right: int, by_rules: int
) -> None:
    asked = [item for item in messages() if item.text == "Give me a brief on Brecken Logistics"]
    model = CountedModel(StructuredModel(ScriptedChatModel(answers=['{"word": "yes"}']), name="scripted"))
    found = tally(Scripted(brief("acc-brecken", planner=planner), model if asks else None), model=model, asked=asked)
    assert (found.right, found.by_rules) == (right, by_rules)


def test_right_is_the_right_kind_account_and_period() -> None:
    message = Message.model_validate({
        "language": "en",
        "text": "t",
        "steps": [{"kinds": ["timeline"], "accounts": ["acc-alba"], "period": True}],
    })  # fmt: skip
    without_period = Plan(language=Language.EN, steps=(TimelineStep(account_id="acc-alba"),))
    assert not message.planned_right(without_period)
    assert not message.planned_right(Plan(language=Language.EN, steps=(BriefStep(account_id="acc-alba"),)))
    question = Clarification(about=AskedAbout.ACCOUNT, question="?", message="t")
    asks = Message(language=Language.EN, text="t", asks=AskedAbout.ACCOUNT)
    assert asks.planned_right(Plan(language=Language.EN, clarification=question))
    refuses = Message(language=Language.EN, text="t", refuses=(RefusalReason.NOT_ALLOWED,))
    refusal = Refusal(reason=RefusalReason.OUT_OF_SCOPE, text="no")
    assert not refuses.planned_right(Plan(language=Language.EN, refusal=refusal))


def test_the_directory_finds_whole_short_and_shared_names() -> None:
    directory = CheckDirectory()
    found = directory.find("Compara Cierzo Energia con Velora y Owen Pritchard", common=())
    assert [[account.id for account in item.accounts] for item in found.accounts] == [
        ["acc-cierzo"],
        ["acc-velora-es", "acc-velora-uk"],
    ]
    assert [item.contacts[0].id for item in found.people] == ["con-2"]
    assert directory.accounts(["acc-alba", "nobody"]) == (ACCOUNTS[0],)
    assert VIEWER.role == "ae"
    assert date(2026, 11, 16) == TODAY
