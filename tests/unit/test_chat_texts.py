"""What a conversation says of itself, and what it makes of what is typed."""

import pytest

from copilot.agent import texts
from copilot.agent.input_check import InputCheck, title_of
from copilot.domain.conversation import TurnStage
from copilot.domain.evidence import Origin
from copilot.domain.findings import Action, Finding, Risk, Severity, Stage, TextReport
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.domain.plans import RefusalReason, StepKind
from copilot.domain.review_items import ReviewState
from copilot.errors import NotFound
from copilot.guardrails.pipeline import Guardrails


class Finds(Guardrails):
    """Guardrails that find what the test says."""

    def __init__(self, *found: Finding) -> None:
        super().__init__()
        self.found = found

    def check_text(
        self,
        content: str,  # noqa: ARG002 - the interface
        *,
        stage: Stage = Stage.INPUT,
        origin: Origin = Origin.INTERNAL,  # noqa: ARG002
        hints: Hints | None = None,  # noqa: ARG002
    ) -> TextReport:
        assert stage is Stage.INPUT
        return TextReport(findings=self.found, risk=Risk.LOW, stage=stage, ran=(), needs_draft=())


def found(rule: str, action: Action, span: tuple[int, int] | None = None) -> Finding:
    start, end = span or (None, None)
    return Finding(
        rule=rule, severity=Severity.HIGH, action=action, start=start, end=end, explanation={"es": "x", "en": "x"}
    )


@pytest.mark.parametrize("language", list(Language))
def test_everything_has_words_in_both_languages(language: Language) -> None:
    said = [texts.stage(stage, language=language) for stage in TurnStage]
    said += [texts.step(kind, language=language) for kind in StepKind]
    said += [texts.failed(code, language=language) for code in (None, "interrupted", "never heard of")]
    assert all(said)
    assert texts.state(ReviewState.REJECTED, language=language)
    assert texts.state(ReviewState.PENDING, language=language) is None
    error = texts.problem(NotFound, "no_thread", language.value)
    assert error.message
    assert error.hint


def test_no_two_languages_say_the_same() -> None:
    for tables in (texts._STAGES, texts._STEPS, texts._SAYS, texts._STATES, texts._ERRORS):
        for name, words in tables.items():
            assert set(words) == set(Language), name
            assert words[Language.ES] != words[Language.EN], name


@pytest.mark.parametrize(
    ("message", "spans", "kept"),
    [
        ("clave abc123 y ya", [(6, 12)], "clave •••••••• y ya"),
        ("a SECRET b SECRET", [(2, 8), (11, 17)], "a •••••••• b ••••••••"),
        ("x SECRET y", [(2, 8), (4, 8)], "x •••••••• y"),
        ("SECRET", [None], "••••••••"),
    ],
    ids=["one", "two", "within each other", "nobody knows where"],
)
def test_what_is_secret_is_covered(message: str, spans: list[tuple[int, int] | None], kept: str) -> None:
    secrets = [found("personal.credential", Action.BLOCK, span) for span in spans]
    refusal, rest = InputCheck(Finds(*secrets)).look_at(message, language=Language.ES)
    assert rest == kept
    assert refusal is not None
    assert refusal.reason is RefusalReason.NOT_ALLOWED


@pytest.mark.parametrize(
    ("rule", "reason"),
    [
        ("injection.in_input", RefusalReason.INSTRUCTION),
        ("guardrail.failed", RefusalReason.NOT_ALLOWED),
        ("personal.email", None),
        ("commitment.discount", None),
    ],
    ids=["injection", "check failed", "address", "promise"],
)
def test_what_refuses_a_message(rule: str, reason: RefusalReason | None) -> None:
    action = Action.BLOCK if rule == "guardrail.failed" else Action.FLAG
    refusal, rest = InputCheck(Finds(found(rule, action))).look_at("hola", language=Language.EN)
    assert (None if refusal is None else refusal.reason) is reason
    assert rest == "hola"


@pytest.mark.parametrize(
    ("message", "title"),
    [
        ("  ¿Cuánto\n factura?  ", "¿Cuánto factura?"),
        ("palabra " * 20, "palabra palabra palabra palabra palabra palabra palabra…"),
        ("x" * 200, "x" * 59 + "…"),
    ],
    ids=["short", "long", "one word"],
)
def test_a_title_is_the_first_words(message: str, title: str) -> None:
    assert title_of(message) == title
