"""Whatever text arrives, a detector answers: it neither raises nor reports a place that is not there."""

import pytest

from copilot.guardrails.policy import default_guardrail_policy
from copilot.guardrails.registry import DETECTORS
from evals.guardrails.hostile import hostile_run, inspect_everywhere, inspect_once

LONG = 250_000
"""Characters: four times as many take four times as long, about twenty seconds for some."""


@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_no_detector_raises_and_every_place_is_in_the_text(name: str) -> None:
    detector = DETECTORS[name](default_guardrail_policy())

    def check(text: str) -> None:
        for item in inspect_everywhere(detector, text):
            assert (item.start is None) == (item.end is None)
            if item.start is not None and item.end is not None and item.segment_id is not None:
                assert 0 <= item.start <= item.end <= len(text)

    hostile_run(60, check)


@pytest.mark.slow
@pytest.mark.timeout(60)
@pytest.mark.parametrize("unit", ["a", "1 ", "a@", "+34 ", "<b>", "\ud800", "A. ", "ñ «"])
@pytest.mark.parametrize("name", sorted(DETECTORS))
def test_a_quarter_of_a_megabyte_on_one_line_is_answered(name: str, unit: str) -> None:
    """A catastrophic regular expression would run into the time limit, which is for a text of this length."""
    detector = DETECTORS[name](default_guardrail_policy())
    inspect_once(detector, (unit * LONG)[:LONG])
