"""Plans of everyday questions, in both languages: one line each, turn by turn.

Invariant: the same words in the same conversation give exactly this plan.
"""

from datetime import date
from pathlib import Path

import pytest

from copilot.agent.planner import OfflinePlanner, next_context
from copilot.domain.plans import PlanningContext
from tests.planner_world import StaticDirectory, account_executive, conversations, in_one_line

TODAY = date(2026, 11, 16)
FOLDER = Path(__file__).with_name("planner_cases")
CASES = [(path.stem, turns) for path in sorted(FOLDER.glob("*.txt")) for turns in conversations(path)]


@pytest.mark.parametrize(
    ("language", "turns"), CASES, ids=[f"{name}: {turns[0][0][:60]} ({len(turns)})" for name, turns in CASES]
)
def test_a_conversation_is_planned_so(language: str, turns: list[tuple[str, str]]) -> None:
    planner, directory, context = OfflinePlanner(), StaticDirectory(), PlanningContext()
    viewer = account_executive(language=language[:2])
    for message, expected in turns:
        plan = planner.plan(message, context=context, directory=directory, viewer=viewer, today=TODAY)
        assert in_one_line(plan) == expected, message
        context = next_context(plan, context)


def test_both_languages_are_held_to_enough_questions() -> None:
    turns = dict.fromkeys(("en", "es"), 0)
    for name, conversation in CASES:
        turns[name[:2]] += len(conversation)
    assert min(turns.values()) >= 80
