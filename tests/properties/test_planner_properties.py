"""The planner on any text: it never raises, always answers the same, and never invents an account."""

from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.agent.planner import OfflinePlanner, next_context, plan_in_words
from copilot.agent.planner.context import accounts_of
from copilot.domain.language import Language
from copilot.domain.period_words import read_periods
from copilot.domain.plans import PlanningContext
from tests.planner_world import ACCOUNTS, StaticDirectory, account_executive, conversations

TODAY = date(2026, 11, 16)
FOLDER = Path(__file__).parents[1] / "unit" / "planner_cases"
MESSAGES = [turn[0] for path in sorted(FOLDER.glob("*.txt")) for turns in conversations(path) for turn in turns]
WORDS = sorted({word for message in MESSAGES for word in message.split()})
TEXTS = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=14).map(" ".join),
    st.lists(st.sampled_from(MESSAGES), min_size=1, max_size=3).map(" ".join),
)
IDS = {account.id for account in ACCOUNTS}


@settings(max_examples=80, deadline=None)
@given(messages=st.lists(TEXTS, min_size=1, max_size=3))
def test_any_conversation_is_planned_and_always_the_same(messages: list[str]) -> None:
    contexts = [PlanningContext(), PlanningContext()]
    for message in messages:
        plans = [
            OfflinePlanner().plan(
                message, context=context, directory=StaticDirectory(), viewer=account_executive(), today=TODAY
            )
            for context in contexts
        ]
        assert plans[0] == plans[1]
        contexts = [next_context(plan, context) for plan, context in zip(plans, contexts, strict=True)]
        assert {account for step in plans[0].steps for account in accounts_of(step)} <= IDS
        assert len(plan_in_words(plans[0], names={})) == len(plans[0].steps)


@settings(max_examples=150, deadline=None)
@given(text=TEXTS, ahead=st.booleans(), language=st.sampled_from(Language))
def test_periods_are_read_from_words_that_stand_there(text: str, ahead: bool, language: Language) -> None:
    for found in read_periods(text, today=TODAY, ahead=ahead, language=language):
        assert found.period.words == text[found.start : found.end].strip()
