"""The guardrail policy: what loads, what is refused, and what an override may do."""

from pathlib import Path

import pytest

from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Action, Finding, Severity, Stage, rule_names
from copilot.errors import ConfigurationError
from copilot.guardrails.detector import finding
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.policy import DEFAULT_POLICY, default_guardrail_policy, load_guardrail_policy


def written(folder: Path, *changes: tuple[str, str]) -> Path:
    """The product's own policy with some of its words replaced."""
    text = DEFAULT_POLICY.read_text()
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    file = folder / "policy.toml"
    file.write_text(text)
    return file


def with_override(folder: Path, override: str) -> Path:
    file = folder / "policy.toml"
    head, privacy = DEFAULT_POLICY.read_text().split("[privacy]", 1)
    file.write_text(f"{head}\n[[override]]\n{override}\n\n[privacy]{privacy}")
    return file


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("version = 1", "version = 2", "version"),
        ('"evidence", ', "", "output` cannot do without evidence"),
        ("person =", "persons =", "privacy"),
        ('credential = "block"', 'credential = "allow"', "a secret never reaches a model"),
        ("time_limit_seconds = 5.0", "time_limit_seconds = 0", "time_limit_seconds"),
        ("version = 1", "version = 1\nunheard_of = 1", "unheard_of"),
        ("version = 1", "version = ", "not valid TOML"),
    ],
    ids=["version", "required", "class", "secret", "limit", "unknown_key", "syntax"],
)
def test_a_faulty_policy_is_refused_with_the_place_of_the_fault(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(ConfigurationError, match=said):
        load_guardrail_policy(written(tmp_path, (old, new)))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"nowhere\.toml cannot be read"):
        load_guardrail_policy(tmp_path / "nowhere.toml")


def test_a_detector_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    policy = load_guardrail_policy(written(tmp_path, ('input = ["', 'input = ["unheard-of", "')))
    with pytest.raises(ConfigurationError, match="unheard-of"):
        Guardrails(policy)


def test_a_detector_of_drafts_is_refused_where_there_is_no_draft(tmp_path: Path) -> None:
    policy = load_guardrail_policy(written(tmp_path, ('input = ["', 'input = ["evidence", "')))
    with pytest.raises(ConfigurationError, match="evidence"):
        Guardrails(policy)


def weighed(folder: Path, override: str, item: Finding) -> Finding:
    policy = load_guardrail_policy(with_override(folder, override))
    return policy.weigh([item], kind=DraftKind.BRIEF, audience=Audience.INTERNAL)[0]


NOTE = finding("draft.note", Severity.LOW, Action.FLAG, values={"note": "x"})
GROUNDING = finding("grounding.segment_without_evidence", Severity.HIGH, Action.HOLD)


def test_an_override_changes_what_it_names(tmp_path: Path) -> None:
    changed = weighed(tmp_path, 'rules = ["draft.*"]\nseverity = "high"\naction = "hold"', NOTE)
    assert (changed.severity, changed.action) == (Severity.HIGH, Action.HOLD)


@pytest.mark.parametrize("where", ['kinds = ["rfp_answer"]', 'audiences = ["external"]'], ids=["kind", "audience"])
def test_an_override_for_other_drafts_changes_nothing(tmp_path: Path, where: str) -> None:
    assert weighed(tmp_path, f'rules = ["draft.*"]\nseverity = "high"\n{where}', NOTE) == NOTE


def test_a_protected_rule_cannot_be_made_lighter_but_heavier(tmp_path: Path) -> None:
    assert weighed(tmp_path, 'rules = ["*"]\nseverity = "info"\naction = "allow"', GROUNDING) == GROUNDING
    heavier = weighed(tmp_path, 'rules = ["grounding.*"]\nseverity = "critical"\naction = "block"', GROUNDING)
    assert (heavier.severity, heavier.action) == (Severity.CRITICAL, Action.BLOCK)


def test_a_text_at_a_stage_of_drafts_says_which_checks_need_one() -> None:
    report = Guardrails().check_text("Hola", stage=Stage.OUTPUT)
    assert {"evidence", "figures", "citations"} <= set(report.needs_draft)
    assert not set(report.ran) & set(report.needs_draft)
    assert {*report.ran, *report.needs_draft} == set(default_guardrail_policy().stages.output)


def test_rules_are_searchable_by_name_and_by_family() -> None:
    assert rule_names([NOTE, GROUNDING]) == ("draft", "draft.note", "grounding", "grounding.segment_without_evidence")
