"""Measuring against the yardstick: what happens without it, and how its answers are read."""

import io
import json
import sys
from pathlib import Path

import pytest

from copilot.domain.personal_data import DataClass
from copilot.errors import UnavailableError
from evals.guardrails import throughput
from evals.guardrails.personal_data_gold import GoldSpan, GoldText
from evals.guardrails.throughput import SHARED, Yardstick
from evals.run import SKIPPED

_TEXT = "Ask Ana Ruiz today"


def _answering(*answers: object) -> Yardstick:
    return Yardstick(io.StringIO(), io.StringIO("".join(json.dumps(answer) + "\n" for answer in ({}, *answers))))


def test_without_its_environment_the_suite_is_skipped_and_says_how_to_get_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    row = {"full_text": _TEXT, "template_id": 1, "spans": []}
    (tmp_path / "set.json").write_text(json.dumps([row]), encoding="utf-8")
    monkeypatch.setattr(throughput, "_YARDSTICK", tmp_path / "absent")
    monkeypatch.setattr(sys, "argv", ["throughput", "--data", str(tmp_path)])

    assert throughput.main() == SKIPPED
    assert "make yardstick" in capsys.readouterr().out


def test_a_yardstick_that_does_not_start_is_named() -> None:
    with pytest.raises(UnavailableError, match="make yardstick"):
        Yardstick(io.StringIO(), io.StringIO(""))


def test_both_are_scored_on_the_types_that_both_have() -> None:
    marked = (GoldSpan(DataClass.PERSON, 4, 12),)
    texts = [
        GoldText("a", "a", _TEXT, marked, held_out=True),
        GoldText("b", "b", f"{_TEXT}!", marked, held_out=False),
    ]
    spans = [[["PERSON", 4, 12, 0.85], ["DATE_TIME", 13, 18, 0.85], ["US_SSN", 0, 3, 0.05]]] * 2

    found = {
        figure.name: figure for figure in throughput.find_figures(texts, _answering({"seconds": 1, "spans": spans}))
    }

    assert DataClass.ADDRESS not in SHARED
    # The threshold chosen on the other text drops the weak number; dates are no type of ours.
    assert found["guardrails.throughput.same_types.presidio.precision.all"].value == 1
    ours = found["guardrails.throughput.same_types.ours.f2.all"]
    assert ours.goal is not None
    assert ours.goal.threshold == 1
