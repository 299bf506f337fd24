"""Who may give a second opinion: the built-in pairs, and what counts as right."""

import json
from collections import Counter
from datetime import UTC, datetime

import pytest

from copilot.agent.model_check.judging import judged, pairs
from copilot.domain.language import Language
from copilot.domain.model_calls import Fitness, ModelVerdict, may_judge
from copilot.errors import ModelUnavailable
from copilot.llm.scripted import ScriptedChatModel
from copilot.llm.structured import StructuredModel


def said(verdict: str) -> str:
    return json.dumps({"asked": "a", "said": "b", "verdict": verdict})


def model(*answers: object) -> StructuredModel:
    return StructuredModel(ScriptedChatModel(answers=list(answers)), name="scripted")


def test_of_each_language_half_of_the_pairs_answer() -> None:
    counted = Counter((pair.language, pair.answers) for pair in pairs())
    assert set(counted) == {(language, answers) for language in Language for answers in (True, False)}
    assert len(set(counted.values())) == 1
    assert len({(pair.question, pair.line) for pair in pairs()}) == len(pairs())


def test_whoever_knows_is_right_about_all_and_whoever_agrees_about_half() -> None:
    knows = [said("answers" if pair.answers else "other") for pair in pairs()]
    found = judged(model(*knows))
    assert found.right == found.of == len(pairs())
    assert set(found.by_language.values()) == {len(pairs()) // 2}
    agrees = judged(model(*[said("answers") for _ in pairs()]))
    assert agrees.right == len(pairs()) // 2


def test_no_verdict_is_wrong_whatever_was_asked() -> None:
    failing = judged(model(*[ModelUnavailable("away", hint="") for _ in pairs()]))
    assert failing.right == 0


@pytest.mark.parametrize(
    ("right", "of", "may"),
    [(20, 24, True), (19, 24, False), (24, 24, True), (0, 0, False)],
)
def test_five_of_six_are_needed(right: int, of: int, *, may: bool) -> None:
    for fitness in Fitness:
        assert may_judge(fitness, right=right, of=of) is (may and fitness is not Fitness.NOT_USABLE)
        verdict = ModelVerdict(
            "m", "e", fitness, 1, 1, 1, datetime(2026, 11, 16, tzinfo=UTC), judged_right=right, judged_of=of
        )
        assert verdict.may_judge is (may and fitness is not Fitness.NOT_USABLE)
