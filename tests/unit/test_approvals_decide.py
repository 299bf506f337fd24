"""`decide`, rule by rule."""

from datetime import UTC, datetime, timedelta

import pytest

from copilot.approvals.texts import REFUSALS
from copilot.domain.access import Role
from copilot.domain.approvals import Accepted, Refused, Repeated, decide
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Action, Finding, Risk, Severity
from copilot.domain.review_items import Decision, Requirement, ReviewItem, ReviewState, Step, Verdict

NOW = datetime(2026, 11, 16, 9, tzinfo=UTC)
WORDS = {"es": "x", "en": "x"}
UNSUPPORTED = Finding(
    rule="grounding.number_not_in_evidence",
    severity=Severity.HIGH,
    action=Action.HOLD,
    segment_id="summary.1",
    explanation=WORDS,
)
BLOCKING = Finding(rule="guardrail.failed", severity=Severity.CRITICAL, action=Action.BLOCK, explanation=WORDS)


def item(**changes: object) -> ReviewItem:
    requirement = Requirement(
        rule="test",
        steps=(Step(roles=(Role.AE, Role.MANAGER)),),
        self_review=bool(changes.pop("self_review", False)),
        due_at=NOW,
        expires_at=NOW + timedelta(hours=1),
    )
    if "steps" in changes:
        requirement = requirement.model_copy(update={"steps": changes.pop("steps")})
    plain = ReviewItem(
        id="review_1",
        draft_id="draft_1",
        version=1,
        kind=DraftKind.BRIEF,
        digest="d1",
        state=ReviewState.PENDING,
        risk=Risk.LOW,
        requester_id="ana",
        author_id="ana",
        audience=Audience.INTERNAL,
        requirement=requirement,
        submitted_at=NOW,
    )
    return plain.model_copy(update=changes)


def decision(**changes: object) -> Decision:
    plain = Decision(verdict=Verdict.APPROVE, decider_id="mar", decider_role=Role.MANAGER, digest="d1")
    return plain.model_copy(update=changes)


REJECT = {"verdict": Verdict.REJECT, "comment": "The amount is old."}


@pytest.mark.parametrize(
    ("case", "wanted", "findings", "code"),
    [
        (item(), decision(digest="d2"), (), "digest_mismatch"),
        (item(state=ReviewState.SUPERSEDED), decision(), (), "conflict"),
        (item(state=ReviewState.STALE), decision(), (), "conflict"),
        (item(state=ReviewState.EXPIRED), decision(), (), "expired"),
        (item(state=ReviewState.APPROVED, decided_by="eva", verdict=Verdict.APPROVE), decision(), (), "conflict"),
        (
            item(state=ReviewState.APPROVED, decided_by="mar", verdict=Verdict.APPROVE),
            decision(**REJECT),
            (),
            "conflict",
        ),
        (item(state=ReviewState.STALE, decided_by="mar", verdict=Verdict.APPROVE), decision(), (), "conflict"),
        (item(steps=()), decision(), (), "held"),
        (item(), decision(decider_role=Role.CSM), (), "not_allowed"),
        (item(), decision(decider_id="ana", decider_role=Role.AE), (), "own_draft"),
        (item(author_id="mar"), decision(), (), "own_draft"),
        (item(self_review=True, risk=Risk.HIGH), decision(decider_id="ana"), (), "own_draft"),
        (item(self_review=True, audience=Audience.EXTERNAL), decision(decider_id="ana"), (), "own_draft"),
        (item(), decision(), (UNSUPPORTED,), "unsupported_segments"),
        (item(), decision(accepted_segments=("summary.2",)), (UNSUPPORTED,), "unsupported_segments"),
        (item(), decision(accepted_segments=("summary.1",)), (UNSUPPORTED, BLOCKING), "blocked"),
        (item(), decision(verdict=Verdict.REJECT), (), "comment_required"),
        (item(), decision(verdict=Verdict.REJECT, comment=" \n"), (), "comment_required"),
        (item(), decision(**REJECT, decider_id="eva", decider_role=Role.CSM), (), "not_allowed"),
    ],
)
def test_refused(case: ReviewItem, wanted: Decision, findings: tuple[Finding, ...], code: str) -> None:
    outcome = decide(case, wanted, now=NOW, findings=findings)
    assert isinstance(outcome, Refused)
    assert outcome.code == code


@pytest.mark.parametrize("now", [NOW + timedelta(hours=1), NOW + timedelta(days=9)])
def test_nothing_is_decided_after_the_end(now: datetime) -> None:
    for wanted in (decision(), decision(**REJECT)):
        outcome = decide(item(), wanted, now=now)
        assert isinstance(outcome, Refused)
        assert outcome.code == "expired"


@pytest.mark.parametrize(
    ("case", "wanted", "findings", "state"),
    [
        (item(), decision(), (), ReviewState.APPROVED),
        (item(self_review=True), decision(decider_id="ana", decider_role=Role.AE), (), ReviewState.APPROVED),
        (item(), decision(accepted_segments=("summary.1",)), (UNSUPPORTED,), ReviewState.APPROVED),
        (item(), decision(**REJECT), (BLOCKING, UNSUPPORTED), ReviewState.REJECTED),
        (item(), decision(**REJECT, decider_id="ana", decider_role=Role.CSM), (), ReviewState.REJECTED),
        (item(steps=()), decision(**REJECT), (), ReviewState.REJECTED),
    ],
)
def test_accepted(case: ReviewItem, wanted: Decision, findings: tuple[Finding, ...], state: ReviewState) -> None:
    assert decide(case, wanted, now=NOW, findings=findings) == Accepted(state=state)


@pytest.mark.parametrize("state", [ReviewState.APPROVED, ReviewState.RELEASED, ReviewState.RELEASE_FAILED])
def test_the_same_decision_again_changes_nothing(state: ReviewState) -> None:
    case = item(state=state, decided_by="mar", verdict=Verdict.APPROVE)
    assert decide(case, decision(), now=NOW + timedelta(days=2)) == Repeated(state=state)


def test_an_item_of_unknown_audience_counts_as_external() -> None:
    known = item(self_review=True)
    unknown = ReviewItem.model_validate(known.model_dump(exclude={"audience"}))
    outcome = decide(unknown, decision(decider_id="ana"), now=NOW)
    assert isinstance(outcome, Refused)


def test_every_refusal_has_words_in_both_languages() -> None:
    assert all(set(texts) == {"es", "en"} for texts in REFUSALS.values())
