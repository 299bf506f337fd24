"""The record of calls and the log hold nothing of what was asked or answered, however a call ends."""

from datetime import timedelta
from typing import Any

import httpx2
import openai
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from langchain_core.messages import AIMessage, HumanMessage, SystemMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from structlog.testing import capture_logs

from copilot.clock import FixedClock
from copilot.domain.language import Language
from copilot.errors import CopilotError
from copilot.llm.breaker import Breaker
from copilot.llm.calling import Calls, Line
from copilot.llm.endpoints import Endpoint
from copilot.llm.metered import MeteredChatModel
from copilot.llm.metering import Meter
from copilot.llm.policy import load_model_policy
from copilot.llm.roles import Caller, ModelRole
from copilot.llm.scripted import ScriptedChatModel
from copilot.llm.stamps import stamped
from copilot.prompting import PromptRegistry
from copilot.store.database import Database
from copilot.store.model_calls import ModelCallRepository

SECRET = "zqx"
"""Stands in every text, and in nothing that the product writes."""
texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40).map(
    lambda text: f"{SECRET}{text}"
)


class Telling(ScriptedChatModel):
    """Answers, and says something of its own where an endpoint may write what it likes."""

    reason: str = "stop"

    def _generate(self, *args: Any, **kwargs: Any) -> ChatResult:
        result = super()._generate(*args, **kwargs)
        message = result.generations[0].message
        assert isinstance(message, AIMessage)
        message.response_metadata["finish_reason"] = self.reason
        return ChatResult(generations=[ChatGeneration(message=message)])


def refusal(status: int, text: str) -> openai.APIStatusError:
    """An error whose message quotes the question, as some endpoints do."""
    response = httpx2.Response(status, request=httpx2.Request("POST", "https://models.example/v1"))
    return openai.APIStatusError(text, response=response, body={"message": text})


outcomes = st.one_of(
    texts,
    st.builds(refusal, st.sampled_from([400, 401, 404, 429, 500]), texts),
    st.builds(ValueError, texts),
    st.builds(KeyError, texts),
)


def calls_to(database: Database, clock: FixedClock, chat: ScriptedChatModel) -> MeteredChatModel:
    """A chain of one scripted model."""
    policy = load_model_policy()
    line = Line(Endpoint("m", "models.example", None), Breaker(policy.breaker, clock=clock), lambda: chat)
    meter = Meter(database, policy.budgets, ModelRole.WRITER, Caller("user-1", "north"))
    calls = Calls([line], meter, policy.roles[ModelRole.WRITER], policy.limits, sleep=lambda _: None)
    return MeteredChatModel(calls=calls)


@pytest.mark.usefixtures("every_level_is_logged")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(system=texts, question=texts, outcome=outcomes, reason=texts)
def test_no_text_is_recorded_or_logged(
    system: str,
    question: str,
    outcome: Any,
    reason: str,
    database: Database,
    clock: FixedClock,
) -> None:
    clock.advance(timedelta(seconds=1))
    told = ""
    chat = calls_to(database, clock, Telling(answers=[outcome] * 3, reason=reason))
    prompt = PromptRegistry().load("account_brief", language=Language.EN)
    try:
        with capture_logs() as logs, stamped(prompt):
            chat.invoke([SystemMessage(system), HumanMessage(question)])
    except CopilotError as error:
        told = str(error)
    with database.unit_of_work() as uow:
        (call, *_) = ModelCallRepository(uow).recent(limit=1)
    assert "model.called" in [line["event"] for line in logs]
    assert SECRET not in repr(call) + told + repr(logs)
    assert (call.prompt_id, call.prompt_version) == ("account_brief", prompt.version)
    assert call.user_id == "user-1"
