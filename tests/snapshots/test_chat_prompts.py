"""The rendered prompts of the chat, as they leave: a change shows up here and needs a new version."""

from pathlib import Path

import pytest

from copilot.domain.language import Language
from copilot.prompting import PromptRegistry

FOLDER = Path(__file__).parent / "prompts"
VALUES = {
    "chat_answer": {
        "today": "16 de noviembre de 2026",
        "evidence": '{"n": 1, "kind": "text", "text": "Os envío el inventario antes del viernes 20."}',
        "sections": "1. ¿Cuándo llega el inventario?",
        "question": "¿Cuándo llega el inventario?",
    },
    "chat_plan": {
        "today": "2026-11-16",
        "accounts": "1. Talleres Mencía",
        "before": "-",
        "last": "-",
        "message": "¿Cuándo renueva Mencía?",
    },
}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("prompt", sorted(VALUES))
def test_the_prompt_is_as_recorded(prompt: str, language: Language) -> None:
    rendered = PromptRegistry().load(prompt, language=language, version=1).render(**VALUES[prompt])
    recorded = FOLDER / f"{prompt}.v0001.{language.value}.txt"
    assert f"{rendered.system}\n\n{rendered.user}\n" == recorded.read_text(encoding="utf-8")
