"""The product's own voice in Spanish: usted everywhere, and no English in what it says."""

import re
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from copilot.agent.planner import cues
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.errors import BudgetExceeded, ModelOutputError, ModelUnavailable
from copilot.workflows.chat import model_answer
from copilot.workflows.chat.contract import Scene

_FOLDER = Path(cues.__file__).parent
_CODE = (_FOLDER.parent / "words.py", Path(model_answer.__file__).with_name("timeline_step.py"))
_TU = re.compile(
    r"\b(?:tú|tus?|te|ti|contigo|puedes|quieres|tienes|necesitas|prefieres|refieres|dime|pregúntame|pídeme|elige|"
    r"(?<!se )escribe|comprueba|nombra|acota|hablarte|dilo|quítalo|pregunta por)\b|"
    r"\bpide (?:«|la lista)|(?:^|[.:] )(?-i:Pide)\b",
    re.IGNORECASE,
)


def spanish_sentences() -> Iterator[str]:
    """What the planner says, by its tables: `[es]`, and keys that end in `_es`."""
    for name in ("talk", "unanswerable"):
        yield from _spanish(tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8")), spanish=False)


def _spanish(table: dict[str, Any], *, spanish: bool) -> Iterator[str]:
    for key, value in table.items():
        told = spanish or key == "es" or key.endswith("_es")
        for inner in value if isinstance(value, list) else [value]:
            if isinstance(inner, dict):
                yield from _spanish(inner, spanish=told)
        if told and isinstance(value, str):
            yield value


def test_the_planner_speaks_of_usted() -> None:
    said = list(spanish_sentences())
    assert len(said) > 10
    assert [text for text in said if _TU.search(text)] == []


@pytest.mark.parametrize("path", _CODE, ids=lambda path: path.stem)
def test_what_stands_in_code_speaks_of_usted(path: Path) -> None:
    assert _TU.findall(path.read_text(encoding="utf-8")) == []


def test_the_words_that_are_looked_for_would_be_found() -> None:
    assert _TU.search("¿A qué cuenta te refieres?")
    assert not _TU.search("¿A qué cuenta se refiere?")


@pytest.mark.parametrize(
    "error",
    [BudgetExceeded("Used up.", hint=""), ModelOutputError("Not JSON.", hint=""), ModelUnavailable("Down.", hint="")],
    ids=["budget", "output", "unavailable"],
)
def test_a_failed_model_is_told_of_in_spanish_alone(error: ModelUnavailable | ModelOutputError) -> None:
    viewer = Viewer(user_id="u1", email="ana@tramontia.example", name="Ana Prueba", role=Role.AE)
    unread: Any = None
    scene = Scene(viewer=viewer, uow=unread, today=date(2026, 11, 16), language=Language.ES, message="x")
    note = model_answer.failed_note(error, scene)
    assert error.message not in note
    assert "redactor sin modelo" in note
