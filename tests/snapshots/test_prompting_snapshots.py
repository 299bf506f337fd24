"""Every rendered prompt, as it leaves: a change shows up here and needs a new version."""

from pathlib import Path

import pytest

from copilot.domain.language import Language
from copilot.prompting import PromptRegistry
from copilot.workflows.brief.model import render_prompt
from copilot.workflows.brief.model_evidence import numbered_evidence
from copilot.workflows.brief.model_privacy import vault_for
from tests.brief_builders import context, email

FOLDER = Path(__file__).parent / "prompts"


@pytest.mark.parametrize("language", list(Language))
def test_the_account_brief_prompt_is_as_recorded(language: Language) -> None:
    known = context(
        email("Os envío el inventario antes del viernes 20, dice Marta.", identifier="doc_inventory"), language=language
    )
    evidence = numbered_evidence(known, count=len)
    rendered = render_prompt(PromptRegistry(), known, evidence=evidence.text)
    vault = vault_for(known)
    left = f"{vault.mask(rendered.system, trusted=True)}\n\n{vault.mask(rendered.user)}\n"
    recorded = FOLDER / f"account_brief.v{rendered.prompt.version:04d}.{language.value}.txt"
    assert left == recorded.read_text(encoding="utf-8")


def test_every_prompt_version_in_force_has_a_snapshot() -> None:
    registry = PromptRegistry()
    wanted = {
        f"{prompt_id}.v{registry.versions(prompt_id)[-1]:04d}.{language.value}.txt"
        for prompt_id in registry.ids()
        for language in Language
    }
    assert wanted <= {path.name for path in FOLDER.glob("*.txt")}
