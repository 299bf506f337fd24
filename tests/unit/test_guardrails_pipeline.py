"""The pipeline fails closed, and every rule speaks both languages."""

import re
import threading
import time
from collections.abc import Iterable
from pathlib import Path

import pytest

import copilot.guardrails
from copilot.domain.findings import Action, Finding, Risk, Severity, blocking, risk_of, unsupported_segments
from copilot.guardrails.detector import Context, finding
from copilot.guardrails.notes import NotesDetector
from copilot.guardrails.pipeline import run_detectors
from copilot.guardrails.policy import default_guardrail_policy
from copilot.guardrails.registry import DETECTORS
from copilot.guardrails.texts import TEXTS
from tests import approvals_builders as world

CONTEXT = Context(draft=world.draft_about((), notes=("El modelo no respondió.",)), current={})


class Raises:
    name = "raises"

    def inspect(self, context: Context) -> Iterable[Finding]:
        assert context.draft
        yield finding("draft.note", Severity.LOW, Action.FLAG, values={"note": "before"})
        raise RecursionError


class Hangs:
    name = "hangs"

    def __init__(self) -> None:
        self.released = threading.Event()

    def inspect(self, context: Context) -> Iterable[Finding]:
        assert context.draft
        self.released.wait(30)
        return ()


def test_a_detector_that_raises_blocks_and_the_others_still_run() -> None:
    found = run_detectors([Raises(), NotesDetector()], CONTEXT)
    assert [(item.rule, item.action) for item in found] == [
        ("guardrail.failed", Action.BLOCK),
        ("draft.note", Action.FLAG),
    ]
    assert risk_of(found) is Risk.CRITICAL
    assert blocking(found)


def test_a_detector_that_takes_too_long_blocks() -> None:
    slow = Hangs()
    found = run_detectors([slow, NotesDetector()], CONTEXT, time_limit=0.05)
    slow.released.set()
    assert [item.rule for item in found] == ["guardrail.failed", "draft.note"]
    assert "hangs" in found[0].explanation["es"]


class Loads(Hangs):
    name = "loads"

    def prepare(self) -> None:
        time.sleep(0.2)

    def inspect(self, context: Context) -> Iterable[Finding]:
        assert context.draft
        return ()


def test_what_is_loaded_once_does_not_count_as_time_of_the_check() -> None:
    assert run_detectors([Loads()], CONTEXT, time_limit=0.1) == ()


class CannotLoad(Hangs):
    def prepare(self) -> None:
        raise OSError


def test_a_detector_that_cannot_load_blocks() -> None:
    (found,) = run_detectors([CannotLoad()], CONTEXT, time_limit=0.1)
    assert found.action is Action.BLOCK


def test_every_rule_in_use_has_a_text_and_every_text_is_used() -> None:
    folder = Path(copilot.guardrails.__file__).parent
    code = "".join(path.read_text() for path in folder.rglob("*.py") if path.parent.name != "texts")
    families = "|".join(sorted({rule.split(".")[0] for rule in TEXTS}))
    used = set(re.findall(rf'"((?:{families})\.[a-z_]+)"', code))
    assert used == set(TEXTS)
    assert all(set(words) == {"es", "en"} and all(words.values()) for words in TEXTS.values())


def test_a_detector_is_registered_under_its_own_name() -> None:
    policy = default_guardrail_policy()
    assert {name: make(policy).name for name, make in DETECTORS.items()} == {name: name for name in DETECTORS}


@pytest.mark.parametrize("severity", list(Severity))
def test_more_findings_never_mean_less_risk(severity: Severity) -> None:
    one = finding("draft.note", Severity.MEDIUM, Action.FLAG, values={"note": "x"})
    more = finding("draft.note", severity, Action.FLAG, values={"note": "y"})
    assert risk_of([one, more]).rank >= risk_of([one]).rank


def test_only_grave_findings_about_support_ask_for_acceptance_by_name() -> None:
    segment = next(world.draft_about(()).segments())
    grave = finding("grounding.segment_without_evidence", Severity.HIGH, Action.HOLD, segment=segment)
    other = finding("language.not_as_asked", Severity.HIGH, Action.FLAG, segment=segment, values={"asked": "x"})
    assert unsupported_segments([other]) == ()
    assert unsupported_segments([grave, other, grave]) == ("summary.1",)
