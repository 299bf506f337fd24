"""Prompts: declared variables, immutability, and one-pass rendering."""

import hashlib
from pathlib import Path

import pytest

from copilot.domain.language import Language
from copilot.errors import PromptError
from copilot.prompting import PromptRegistry

TEXT = "=== system ===\nBe {{ tone }}.\n=== user ===\nWrite about {{ subject }}.\n"


def folder(
    tmp_path: Path, *, text: str = TEXT, variables: str = '["tone", "subject"]', sha256: str | None = None
) -> Path:
    (tmp_path / "sample").mkdir()
    (tmp_path / "sample" / "v0001.en.md").write_text(text)
    digest = sha256 or hashlib.sha256(text.encode()).hexdigest()
    (tmp_path / "manifest.toml").write_text(
        f'[sample.v0001]\nvariables = {variables}\n[sample.v0001.sha256]\nen = "{digest}"\n'
    )
    return tmp_path


def test_a_prompt_is_rendered_with_its_variables(tmp_path: Path) -> None:
    rendered = PromptRegistry(folder(tmp_path)).load("sample", language=Language.EN).render(tone="brief", subject="x")
    assert (rendered.system, rendered.user) == ("Be brief.", "Write about x.")
    assert rendered.prompt.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_a_missing_or_unknown_variable_is_an_error(tmp_path: Path) -> None:
    prompt = PromptRegistry(folder(tmp_path)).load("sample", language=Language.EN)
    with pytest.raises(PromptError, match="missing: subject"):
        prompt.render(tone="brief")
    with pytest.raises(PromptError, match="unknown: extra"):
        prompt.render(tone="brief", subject="x", extra="y")


def test_what_is_inserted_is_never_a_template(tmp_path: Path) -> None:
    prompt = PromptRegistry(folder(tmp_path)).load("sample", language=Language.EN)
    assert prompt.render(tone="{{ subject }}", subject="{{ tone }}").system == "Be {{ subject }}."


def test_a_released_prompt_that_was_changed_is_refused(tmp_path: Path) -> None:
    registry = PromptRegistry(folder(tmp_path, sha256="0" * 64))
    with pytest.raises(PromptError, match="not what was released"):
        registry.load("sample", language=Language.EN)


@pytest.mark.parametrize(
    ("text", "variables", "message"),
    [
        (TEXT, '["tone"]', "uses subject, tone but declares tone"),
        ("Be nice.", "[]", "one system part and one user part"),
        ("=== system ===\na\n=== system ===\nb\n", "[]", "one system part and one user part"),
    ],
)
def test_a_prompt_that_contradicts_its_manifest_is_refused(
    tmp_path: Path, text: str, variables: str, message: str
) -> None:
    with pytest.raises(PromptError, match=message):
        PromptRegistry(folder(tmp_path, text=text, variables=variables)).load("sample", language=Language.EN)


@pytest.mark.parametrize(("prompt_id", "version"), [("other", None), ("sample", 2)])
def test_what_does_not_exist_is_an_error(tmp_path: Path, prompt_id: str, version: int | None) -> None:
    with pytest.raises(PromptError):
        PromptRegistry(folder(tmp_path)).load(prompt_id, language=Language.EN, version=version)


def test_the_language_that_has_no_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match="missing"):
        PromptRegistry(folder(tmp_path)).load("sample", language=Language.ES)


def test_every_released_prompt_loads_in_both_languages_with_the_same_variables() -> None:
    registry = PromptRegistry()
    for prompt_id in registry.ids():
        for version in registry.versions(prompt_id):
            loaded = [registry.load(prompt_id, language=language, version=version) for language in Language]
            assert loaded[0].variables == loaded[1].variables
