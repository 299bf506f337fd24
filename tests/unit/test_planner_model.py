"""The planner with a model: what it may choose, what it never sees, and when rules take over."""

import json
from datetime import date
from typing import Any

import pytest

from copilot.agent.planner import ModelPlanner
from copilot.domain.language import Language
from copilot.domain.plans import FollowUpStep, Plan, PlanningContext, TimelineStep
from copilot.errors import ModelUnavailable
from copilot.llm.scripted import ScriptedChatModel
from copilot.llm.structured import StructuredModel
from copilot.prompting import PromptRegistry
from tests.planner_world import StaticDirectory, account_executive, in_one_line

TODAY = date(2026, 11, 16)


def lookups(*items: dict[str, Any]) -> str:
    return json.dumps({"lookups": list(items)})


def plan(message: str, *answers: Any, context: PlanningContext | None = None) -> tuple[Plan, ScriptedChatModel]:
    chat = ScriptedChatModel(answers=list(answers))
    planner = ModelPlanner(StructuredModel(chat, name="scripted"))
    made = planner.plan(
        message,
        context=context or PlanningContext(),
        directory=StaticDirectory(),
        viewer=account_executive(),
        today=TODAY,
    )
    return made, chat


def test_the_model_chooses_kinds_and_numbers_and_code_makes_the_steps() -> None:
    made, _ = plan(
        "what is going on at Kestrel this month?", lookups({"kind": "timeline", "accounts": [1], "topic": ""})
    )
    assert made.planner == "model"
    assert in_one_line(made) == "en timeline account_id=kestrel 2026-11-01..2026-11-30"


def test_a_query_is_built_by_code_whatever_the_model_says_of_it() -> None:
    made, _ = plan("tickets of Kestrel that are open", lookups({"kind": "query", "accounts": [1], "topic": "P1"}))
    assert "tickets:list [status is_not closed]" in in_one_line(made)
    assert made.planner == "model"


def test_an_account_that_was_not_offered_is_sent_back_once_and_then_rules_plan() -> None:
    wrong = lookups({"kind": "brief", "accounts": [7], "topic": ""})
    made, chat = plan("brief me on Kestrel", wrong, wrong)
    assert made.planner == "offline"
    assert in_one_line(made) == "en brief account_id=kestrel"
    assert "There is no account number 7." in str(chat.asked[1][-1].content)


@pytest.mark.parametrize("answer", [ModelUnavailable("down"), "no JSON at all"], ids=["unavailable", "not JSON"])
def test_rules_take_over_when_the_model_fails(answer: Any) -> None:
    made, _ = plan("brief me on Kestrel", answer, answer)
    assert (made.planner, in_one_line(made)) == ("offline", "en brief account_id=kestrel")


def test_what_rules_refuse_never_reaches_the_model() -> None:
    made, chat = plan("send the follow-up to Carys")
    assert made.refusal is not None
    assert chat.asked == ()


def test_the_model_may_refuse_and_may_ask() -> None:
    refused, _ = plan("sing for Kestrel", lookups({"kind": "out_of_scope", "accounts": [], "topic": ""}))
    assert in_one_line(refused) == "en refused out_of_scope"
    asked, _ = plan("show me how they are doing, Kestrel", lookups({"kind": "unclear", "accounts": [], "topic": ""}))
    assert in_one_line(asked) == "en asked account: kestrel"


def test_the_model_sees_only_words_kinds_and_names() -> None:
    context = PlanningContext(account_ids=("maipo",), language=Language.EN)
    _, chat = plan("and Kestrel?", lookups({"kind": "brief", "accounts": [1], "topic": ""}), context=context)
    shown = " ".join(str(message.content) for message in chat.asked[0])
    assert "1. Kestrel Rail Services; 2. Logística Andina del Maipo" in shown
    assert "Pinecrest" not in shown


@pytest.mark.parametrize("language", list(Language))
def test_the_prompt_loads_and_keeps_what_changes_for_the_end(language: Language) -> None:
    prompt = PromptRegistry().load("chat_plan", language=language)
    assert "{{" not in prompt.system
    assert prompt.user.index("{{ accounts }}") < prompt.user.index("{{ message }}")


@pytest.mark.parametrize(
    ("message", "hidden"),
    [
        (
            "what did Carys Penhallow (carys.penhallow@harbourline.example, +44 7700 900123) of Harbourline say?",
            ("carys", "penhallow", "7700", "@"),
        ),
        ("what did carys say about Harbourline?", ("carys",)),
        ("what did Jonathan Abernathy of Harbourline say?", ("jonathan", "abernathy")),
        ("qué dijo Begoña de Frigoríficos Valdemora de la calle Mayor 12, 28013 Madrid?", ("begoña", "mayor 12")),
        ("what did Lucía Ferrer promise Pinecrest?", ("lucía", "ferrer")),
    ],
    ids=["contact", "lower-case", "unknown-person", "address", "colleague"],
)
def test_people_of_a_message_reach_the_model_as_pseudonyms(message: str, hidden: tuple[str, ...]) -> None:
    _, chat = plan(message, lookups({"kind": "timeline", "accounts": [1], "topic": ""}))
    [asked] = chat.asked
    shown = " ".join(str(part.content) for part in asked).lower()
    assert "person_1" in shown
    assert [item for item in hidden if item in shown] == []


def test_a_pseudonym_that_the_model_repeats_is_the_person_again() -> None:
    made, _ = plan(
        "what did Carys Penhallow of Harbourline say?",
        lookups({"kind": "timeline", "accounts": [1], "topic": "PERSON_1"}),
    )
    [step] = made.steps
    assert isinstance(step, TimelineStep)
    assert step.topic == "Carys Penhallow"


def test_a_draft_is_asked_for_in_the_persons_own_words() -> None:
    message = "Draft a follow-up to Wade Hollister of Blue Mesa"
    made, chat = plan(message, lookups({"kind": "follow_up", "accounts": [1], "topic": ""}))
    [step] = made.steps
    assert isinstance(step, FollowUpStep)
    assert step.request == message
    assert "Hollister" not in str(chat.asked[0])
