"""Prompts as they were released: versions, words, what changed between two, and what came of using them.

Invariant: a prompt is shown only as the registry loads it, checked against its hash; one that was altered is named as
such and not shown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from copilot.domain.language import Language
from copilot.errors import NotFound, PromptError
from copilot.prompting import Prompt, PromptRegistry
from copilot.store.database import UnitOfWork
from copilot.store.model_usage import ModelUsage, PromptUse
from copilot.store.prompt_outcomes import PromptOutcome, outcomes_by_prompt

_AROUND = 2
"""Lines of the same on each side of a change."""


@dataclass(frozen=True, slots=True)
class VersionView:
    """One version, in both languages, with its use."""

    version: int
    hashes: dict[str, str]
    """Language -> SHA-256 of the file; a language whose file is not what was released is missing."""
    altered: tuple[str, ...]
    """Languages whose file is missing or not what was released."""
    variables: tuple[str, ...]
    is_newest: bool
    use: PromptUse | None
    outcome: PromptOutcome | None


@dataclass(frozen=True, slots=True)
class PromptView:
    """One prompt; the newest version first."""

    id: str
    versions: tuple[VersionView, ...]


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a comparison: `same`, `gone`, `new`, or `cut` for lines left out between changes."""

    change: str
    text: str


def all_prompts(*, uow: UnitOfWork) -> tuple[PromptView, ...]:
    """Every prompt of the installation."""
    registry = PromptRegistry()
    uses = {(use.prompt_id, use.version): use for use in ModelUsage(uow).by_prompt()}
    outcomes = {(one.prompt_id, one.version): one for one in outcomes_by_prompt(uow=uow)}
    return tuple(
        PromptView(
            id=prompt_id,
            versions=tuple(
                _version(
                    registry,
                    prompt_id,
                    version,
                    is_newest=version == registry.versions(prompt_id)[-1],
                    use=uses.get((prompt_id, version)),
                    outcome=outcomes.get((prompt_id, version)),
                )
                for version in reversed(registry.versions(prompt_id))
            ),
        )
        for prompt_id in registry.ids()
    )


def _version(
    registry: PromptRegistry,
    prompt_id: str,
    version: int,
    *,
    is_newest: bool,
    use: PromptUse | None,
    outcome: PromptOutcome | None,
) -> VersionView:
    loaded: dict[str, Prompt] = {}
    for language in Language:
        prompt = _intact(registry, prompt_id, version=version, language=language)
        if prompt is not None:
            loaded[language.value] = prompt
    return VersionView(
        version=version,
        hashes={name: prompt.sha256 for name, prompt in loaded.items()},
        altered=tuple(language.value for language in Language if language.value not in loaded),
        variables=tuple(sorted({name for prompt in loaded.values() for name in prompt.variables})),
        is_newest=is_newest,
        use=use,
        outcome=outcome,
    )


def _intact(registry: PromptRegistry, prompt_id: str, *, version: int, language: Language) -> Prompt | None:
    try:
        return registry.load(prompt_id, language=language, version=version)
    except PromptError:
        return None  # named as altered on the page, with the version and the language


def one_prompt(prompt_id: str, *, uow: UnitOfWork) -> PromptView:
    """One prompt. Raises NotFound."""
    found = next((prompt for prompt in all_prompts(uow=uow) if prompt.id == prompt_id), None)
    if found is None:
        raise NotFound("There is no such prompt.", hint="Choose one from the list.")
    return found


def text_of(prompt_id: str, *, version: int, language: Language) -> Prompt:
    """One version as it was released. Raises NotFound or PromptError."""
    registry = PromptRegistry()
    if prompt_id not in registry.ids() or version not in registry.versions(prompt_id):
        raise NotFound("There is no such prompt.", hint="Choose one from the list.")
    return registry.load(prompt_id, language=language, version=version)


def compare(before: Prompt, after: Prompt) -> tuple[DiffLine, ...]:
    """What changed from one version to another, line by line, with the lines around each change."""
    old, new = _lines(before), _lines(after)
    found: list[DiffLine] = []
    for group in SequenceMatcher(None, old, new, autojunk=False).get_grouped_opcodes(_AROUND):
        if found:
            found.append(DiffLine("cut", ""))
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                found += [DiffLine("same", line) for line in old[old_from:old_to]]
                continue
            found += [DiffLine("gone", line) for line in old[old_from:old_to]]
            found += [DiffLine("new", line) for line in new[new_from:new_to]]
    return tuple(found)


def _lines(prompt: Prompt) -> Sequence[str]:
    return ["=== system ===", *prompt.system.splitlines(), "=== user ===", *prompt.user.splitlines()]
