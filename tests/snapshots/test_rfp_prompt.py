"""The rendered prompts of questionnaires, as they leave: a change shows up here and needs a new version."""

from pathlib import Path

import pytest

from copilot.domain.language import Language
from copilot.prompting import PromptRegistry

FOLDER = Path(__file__).parent / "prompts"


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("prompt_id", ["rfp_answer", "rfp_judge"])
def test_the_prompts_of_answers_are_as_recorded(prompt_id: str, language: Language) -> None:
    rendered = (
        PromptRegistry()
        .load(prompt_id, language=language, version=1)
        .render(
            evidence='{"n": 1, "kind": "text", "text": "Backups shall be tested every quarter."}',
            question="¿Cada cuánto prueban las copias de seguridad?",
        )
    )
    recorded = FOLDER / f"{prompt_id}.v0001.{language.value}.txt"
    assert f"{rendered.system}\n\n{rendered.user}\n" == recorded.read_text(encoding="utf-8")
