"""What the audit chain must tell before an approval is believed."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest

from copilot.approvals import record
from copilot.domain.access import Role
from copilot.domain.audit import GENESIS, AuditEvent, seal
from copilot.domain.drafts import Audience
from copilot.domain.findings import Action, Finding, Risk, Severity
from copilot.domain.review_items import Requirement, ReviewItem, ReviewState, Step, Verdict
from tests.review_items import NOW, item_under, vote

REQUIREMENT = Requirement(
    rule="external",
    steps=(Step(roles=(Role.AE,), approvers=2), Step(roles=(Role.MANAGER,))),
    self_review=False,
    due_at=NOW,
    expires_at=NOW + timedelta(hours=1),
)
FINDING = Finding(rule="grounding.x", severity=Severity.LOW, action=Action.FLAG, explanation={"es": "x", "en": "x"})
UNDECIDED = item_under(REQUIREMENT, audience=Audience.EXTERNAL)
VOTES = (
    vote(UNDECIDED, "bea", Role.AE),
    vote(UNDECIDED, "zoe", Role.AE, lender="ciro"),
    vote(UNDECIDED, "mar", Role.MANAGER, step=1),
)
ITEM = UNDECIDED.model_copy(
    update={"state": ReviewState.APPROVED, "votes": VOTES, "decided_by": "mar", "verdict": Verdict.APPROVE}
)
Line = tuple[str, str, dict[str, str]]
FILED: Line = (record.SUBMITTED, "ana", record.details(ITEM, (FINDING,)))
VOTED: list[Line] = [(record.VOTED, each.voter_id, record.vote_details(ITEM, each, (FINDING,))) for each in VOTES]
APPROVED: Line = (record.APPROVED, "mar", record.decision_details(ITEM, (FINDING,)))
WHOLE = [FILED, *VOTED, APPROVED]
OLDER = {**FILED[2], "requirement": "0" * 64, "rule": "before"}
APPLIED: Line = (record.POLICY_APPLIED, "system", record.details(ITEM, (FINDING,)))


def chain(lines: Sequence[Line]) -> list[AuditEvent]:
    return [
        seal(
            AuditEvent(
                sequence=number,
                happened_at=NOW,
                actor_id=actor,
                action=action,
                subject="review_item:review_1",
                details=details,
                previous_hash=GENESIS,
                hash="",
            )
        )
        for number, (action, actor, details) in enumerate(lines, start=1)
    ]


def told(lines: Sequence[Line], item: ReviewItem = ITEM) -> bool:
    return record.approval_is_on_record(item, (FINDING,), chain(lines))


@pytest.mark.parametrize(
    "lines",
    [
        WHOLE,
        [
            FILED,
            ("review.claimed", "bea", {}),
            *VOTED,
            ("review.commented", "ana", {}),
            APPROVED,
            ("release.queued", "x", {}),
        ],
        [(record.SUBMITTED, "ana", OLDER), VOTED[0], APPLIED, *VOTED, APPROVED],
        [FILED, VOTED[0], (record.VOTE_VOIDED, "system", {"voter": "bea"}), *VOTED, APPROVED],
        [(record.SUBMITTED_AGAIN, *FILED[1:]), *VOTED, APPROVED],
    ],
    ids=["whole", "with asides", "another policy between", "a vote voided and given again", "submitted again"],
)
def test_a_whole_story_is_believed(lines: list[Line]) -> None:
    assert told(lines)


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [FILED],
        WHOLE[1:],
        [FILED, *VOTED],
        [FILED, *VOTED[:2], APPROVED],
        [FILED, *VOTED[1:], APPROVED],
        [FILED, VOTED[0], *VOTED, APPROVED],
        [FILED, VOTED[2], *VOTED[:2], APPROVED],
        [FILED, *VOTED, (record.VOTE_VOIDED, "system", {"voter": "bea"}), APPROVED],
        [FILED, *VOTED, APPLIED, APPROVED],
        [FILED, *VOTED, (record.APPROVED, "noa", APPROVED[2])],
        [FILED, *VOTED, APPROVED, APPROVED],
        [FILED, FILED, *VOTED, APPROVED],
        [(record.SUBMITTED, "ana", OLDER), *VOTED, APPROVED],
        [*WHOLE, (record.RECALLED, "ana", {})],
        [*WHOLE, (record.STALE, "system", {})],
        [*WHOLE, (record.EXPIRED, "system", {})],
        [*WHOLE, (record.SUPERSEDED, "ana", {})],
        [FILED, (VOTED[0][0], "eva", VOTED[0][2]), *VOTED[1:], APPROVED],
        [FILED, VOTED[0], (*VOTED[1][:2], {**VOTED[1][2], "on_behalf_of": ""}), VOTED[2], APPROVED],
    ],
    ids=[
        "nothing",
        "only filed",
        "never filed",
        "no last word",
        "last vote missing",
        "first vote missing",
        "one voted twice",
        "steps out of order",
        "vote voided",
        "policy applied after the votes",
        "last word of somebody else",
        "two last words",
        "filed twice",
        "filed under other terms",
        "recalled since",
        "stale since",
        "expired since",
        "replaced since",
        "vote of somebody else",
        "lender left out",
    ],
)
def test_a_story_with_a_gap_is_not(lines: list[Line]) -> None:
    assert not told(lines)


@pytest.mark.parametrize(
    "forge",
    [
        lambda item: item.model_copy(update={"digest": "d2"}),
        lambda item: item.model_copy(update={"risk": Risk.MEDIUM}),
        lambda item: item.model_copy(update={"audience": Audience.INTERNAL}),
        lambda item: item.model_copy(update={"decided_by": "noa"}),
        lambda item: item.model_copy(update={"votes": VOTES[:2]}),
        lambda item: item.model_copy(update={"accepted_segments": ("summary.1",)}),
        lambda item: item.model_copy(
            update={"requirement": REQUIREMENT.model_copy(update={"expires_at": NOW + timedelta(days=9)})}
        ),
        lambda item: item.model_copy(update={"votes": (*VOTES[:2], VOTES[2].model_copy(update={"role": Role.ADMIN}))}),
    ],
    ids=["bytes", "risk", "audience", "decider", "votes", "accepted", "deadline", "role"],
)
def test_rows_that_say_something_else_are_not_believed(forge: Callable[[ReviewItem], ReviewItem]) -> None:
    assert told(WHOLE)
    assert not told(WHOLE, forge(ITEM))


def test_an_event_that_was_changed_is_not_believed() -> None:
    events = chain(WHOLE)
    events[1] = events[1].model_copy(update={"happened_at": NOW + timedelta(days=1)})
    assert not record.approval_is_on_record(ITEM, (FINDING,), events)
