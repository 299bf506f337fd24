"""The policy file: what it says, and how strictly it is read."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from copilot.approvals.policy import load_policy
from copilot.domain.access import Role
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.errors import ConfigurationError

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
RULE = """
[[rule]]
name = "one"
kinds = ["brief"]
risks = ["low"]
audiences = ["internal"]
steps = [{ roles = ["manager"] }]
self_review = false
due_hours = 8
expires_hours = 24
"""


def written(folder: Path, content: str, *, head: str = "version = 2\nhold_hours = 48\n") -> Path:
    path = folder / "policy.toml"
    path.write_text(head + content)
    return path


def test_briefs_need_who_the_issue_names() -> None:
    policy = load_policy()
    needs = {
        risk: policy.requirement(kind=DraftKind.BRIEF, risk=risk, audience=Audience.INTERNAL, now=NOW) for risk in Risk
    }
    assert needs[Risk.LOW].self_review
    assert {Role.AE, Role.CSM, Role.MANAGER} <= set(needs[Risk.LOW].roles)
    for risk in (Risk.MEDIUM, Risk.HIGH, Risk.CRITICAL):
        assert set(needs[risk].roles) == {Role.MANAGER, Role.ADMIN}
        assert not needs[risk].self_review


@pytest.mark.parametrize("kind", list(DraftKind))
@pytest.mark.parametrize("risk", list(Risk))
def test_nothing_external_is_reviewed_by_its_requester_alone(kind: DraftKind, risk: Risk) -> None:
    assert not load_policy().requirement(kind=kind, risk=risk, audience=Audience.EXTERNAL, now=NOW).self_review


def test_what_no_rule_matches_is_held(tmp_path: Path) -> None:
    policy = load_policy(written(tmp_path, RULE))
    held = policy.requirement(kind=DraftKind.BRIEF, risk=Risk.HIGH, audience=Audience.INTERNAL, now=NOW)
    assert (held.rule, held.roles, held.self_review) == ("hold", (), False)
    assert held.expires_at == NOW + timedelta(hours=48)


def test_the_first_rule_that_matches_decides(tmp_path: Path) -> None:
    second = RULE.replace('"one"', '"two"').replace('["low"]', '["low", "medium"]').replace("manager", "admin")
    policy = load_policy(written(tmp_path, RULE + second))
    low = policy.requirement(kind=DraftKind.BRIEF, risk=Risk.LOW, audience=Audience.INTERNAL, now=NOW)
    medium = policy.requirement(kind=DraftKind.BRIEF, risk=Risk.MEDIUM, audience=Audience.INTERNAL, now=NOW)
    assert (low.rule, medium.rule) == ("one", "two")


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (("manager", "boss"), "rule 1 (one).steps.0.roles"),
        (('["manager"]', "[]"), "rule 1 (one).steps"),
        (("self_review = false", 'self_review = "no"'), "rule 1 (one).self_review"),
        (("due_hours = 8", "due_hours = 0"), "due_hours"),
        (("due_hours = 8", "due_hours = 99"), "expires before"),
        (("due_hours = 8", ""), "due_hours"),
        (("due_hours = 8", "due_hours = 8\nauto = true"), "auto"),
        (("name = ", "title = "), "rule 1"),
        (('"one"', '"hold"'), "hold"),
        (
            (
                '["internal"]\nsteps = [{ roles = ["manager"] }]\nself_review = false',
                '["external"]\nsteps = [{ roles = ["ae"] }]\nself_review = true',
            ),
            "self_review is for",
        ),
    ],
)
def test_faults_are_named(tmp_path: Path, change: tuple[str, str], named: str) -> None:
    path = written(tmp_path, RULE.replace(*change))
    with pytest.raises(ConfigurationError, match="policy file") as error:
        load_policy(path)
    assert named in str(error.value)


def test_a_high_risk_rule_may_not_allow_self_review(tmp_path: Path) -> None:
    rule = RULE.replace('["low"]', '["low", "high"]').replace("self_review = false", "self_review = true")
    with pytest.raises(ConfigurationError, match="self_review"):
        load_policy(written(tmp_path, rule))


@pytest.mark.parametrize("second", [RULE, RULE.replace('"one"', '"two"')])
def test_a_rule_that_can_never_apply_is_refused(tmp_path: Path, second: str) -> None:
    with pytest.raises(ConfigurationError, match=r"one|two"):
        load_policy(written(tmp_path, RULE + second))


def test_what_is_no_policy_file_is_refused(tmp_path: Path) -> None:
    for content, head in (("", "rule = 1"), ("[[rule", ""), ("", "version = 3\nhold_hours = 1"), ("\xff", "")):
        with pytest.raises(ConfigurationError):
            load_policy(written(tmp_path, content, head=head))
    with pytest.raises(ConfigurationError):
        load_policy(tmp_path / "absent.toml")
