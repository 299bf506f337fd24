"""The rendered prompt of questionnaires, as it leaves: a change shows up here and needs a new version."""

from pathlib import Path

import pytest

from copilot.domain.language import Language
from copilot.prompting import PromptRegistry

FOLDER = Path(__file__).parent / "prompts"


@pytest.mark.parametrize("language", list(Language))
def test_the_prompt_of_answers_is_as_recorded(language: Language) -> None:
    rendered = (
        PromptRegistry()
        .load("rfp_answer", language=language, version=1)
        .render(
            evidence='{"n": 1, "kind": "text", "text": "Backups shall be tested every quarter."}',
            question="¿Cada cuánto prueban las copias de seguridad?",
        )
    )
    recorded = FOLDER / f"rfp_answer.v0001.{language.value}.txt"
    assert f"{rendered.system}\n\n{rendered.user}\n" == recorded.read_text(encoding="utf-8")
