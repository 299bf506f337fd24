"""The rendered prompt of follow-ups, as it leaves: a change shows up here and needs a new version."""

from pathlib import Path

import pytest

from copilot.domain.language import Language
from copilot.prompting import PromptRegistry

FOLDER = Path(__file__).parent / "prompts"


@pytest.mark.parametrize("language", list(Language))
def test_the_follow_up_prompt_is_as_recorded(language: Language) -> None:
    rendered = (
        PromptRegistry()
        .load("follow_up", language=language, version=1)
        .render(
            account_name="Talleres Mencía",
            today="16 de noviembre de 2026",
            register="usted",
            tone="plain",
            instruction="-",
            evidence='{"n": 1, "kind": "text", "text": "Os envío el inventario antes del viernes 20."}',
        )
    )
    recorded = FOLDER / f"follow_up.v0001.{language.value}.txt"
    assert f"{rendered.system}\n\n{rendered.user}\n" == recorded.read_text(encoding="utf-8")
