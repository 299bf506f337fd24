"""What never changes comes first, then the account, then the question: endpoints read a beginning that they have read
before at a fraction of the price, and a local model at once."""

from dataclasses import replace
from itertools import takewhile

import pytest

from copilot.domain.language import Language
from copilot.prompting import PromptRegistry
from copilot.workflows.brief.instructed import read
from copilot.workflows.brief.model import render_prompt
from copilot.workflows.brief.model_evidence import numbered_evidence
from tests.brief_builders import context

QUESTIONS = {"instruction", "question"}


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("prompt_id", ["account_brief", "chat_answer"])
def test_the_system_part_is_the_same_for_everybody_and_the_question_comes_last(
    prompt_id: str, language: Language
) -> None:
    prompt = PromptRegistry().load(prompt_id, language=language)
    assert "{{" not in prompt.system
    asked = [prompt.user.index(f"{{{{ {name} }}}}") for name in QUESTIONS & prompt.variables]
    others = [prompt.user.index(f"{{{{ {name} }}}}") for name in prompt.variables - QUESTIONS]
    assert min(asked) > max(others)


@pytest.mark.parametrize("language", list(Language))
def test_two_requests_about_one_account_share_all_but_the_request(language: Language) -> None:
    known = context(language=language)
    evidence = numbered_evidence(known, count=len).text
    asked = [
        render_prompt(PromptRegistry(), replace(known, instruction=read(text)), evidence=evidence)
        for text in ("shorter, please", "more about the renewal")
    ]
    first, second = (rendered.user for rendered in asked)
    shared = "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], zip(first, second, strict=False)))
    assert asked[0].system == asked[1].system
    assert evidence in shared
    assert len(first) - len(shared) < 250, "only the request and the closing line differ"
