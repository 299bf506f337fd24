"""`decide`, rule by rule."""

from datetime import datetime, timedelta

import pytest

from copilot.approvals.texts import REFUSALS
from copilot.domain.access import Role
from copilot.domain.approvals import Accepted, Outcome, Refused, Repeated, approvals_hold, decide, recall, withdraw
from copilot.domain.drafts import Audience
from copilot.domain.findings import Action, Finding, Risk, Severity
from copilot.domain.review_items import Decision, Delegated, Requirement, ReviewItem, ReviewState, Step, Verdict
from tests.review_items import NOW, item_under, vote

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
    return item_under(requirement, **changes)


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


TWO_STEPS = (Step(roles=(Role.AE, Role.CSM), approvers=2), Step(roles=(Role.MANAGER,)))


def voted(*votes: tuple[str, Role, int], **changes: object) -> ReviewItem:
    plain = item(steps=TWO_STEPS, **changes)
    cast = tuple(vote(plain, voter, role, step=step) for voter, role, step in votes)
    return plain.model_copy(update={"votes": cast, "state": ReviewState.IN_REVIEW if cast else plain.state})


def by(voter: str, role: Role, lender: str | None = None, *, lent: Role = Role.AE, hours: int = 1) -> Decision:
    delegated = lender and Delegated(
        delegator_id=lender, role=lent, starts_at=NOW - timedelta(hours=1), ends_at=NOW + timedelta(hours=hours)
    )
    return decision(decider_id=voter, decider_role=role, delegated=delegated or None)


BEA, CIRO, MAR = ("bea", Role.AE, 0), ("ciro", Role.CSM, 0), ("mar", Role.MANAGER, 1)


@pytest.mark.parametrize(
    ("case", "wanted", "outcome"),
    [
        (voted(), by("bea", Role.AE), Accepted(state=ReviewState.IN_REVIEW, step=0)),
        (voted(BEA), by("ciro", Role.CSM), Accepted(state=ReviewState.IN_REVIEW, step=0)),
        (voted(BEA, CIRO), by("mar", Role.MANAGER), Accepted(state=ReviewState.APPROVED, step=1)),
        (voted(BEA), by("bea", Role.AE), Repeated(state=ReviewState.IN_REVIEW)),
        (voted(), by("mar", Role.MANAGER), "not_your_turn"),
        (voted(BEA, CIRO), by("dora", Role.AE), "not_your_turn"),
        (voted(BEA), by("root", Role.ADMIN), "not_allowed"),
        (voted(), by("ana", Role.AE), "own_draft"),
        (voted(), by("zoe", Role.ADMIN, "bea"), Accepted(state=ReviewState.IN_REVIEW, step=0)),
        (voted(BEA), by("zoe", Role.ADMIN, "bea"), "already_voted"),
        (voted(), by("zoe", Role.ADMIN, "ana"), "own_draft"),
        (voted(), by("ana", Role.AE, "bea"), "own_draft"),
        (voted(), by("zoe", Role.ADMIN, "bea", hours=0), "delegation_over"),
        (voted(), by("zoe", Role.ADMIN, "mar", lent=Role.MANAGER), "not_your_turn"),
        (
            voted(BEA, CIRO),
            by("zoe", Role.ADMIN, "mar", lent=Role.MANAGER),
            Accepted(state=ReviewState.APPROVED, step=1),
        ),
        (voted(BEA, CIRO, state=ReviewState.PENDING), by("bea", Role.MANAGER), Repeated(state=ReviewState.IN_REVIEW)),
    ],
)
def test_several_approve_in_the_order_of_the_steps(case: ReviewItem, wanted: Decision, outcome: Outcome | str) -> None:
    found = decide(case, wanted, now=NOW)
    assert found == outcome if not isinstance(found, Refused) else found.code == outcome


@pytest.mark.parametrize("change", [{"digest": "d2"}, {"steps": (TWO_STEPS[0],)}])
def test_votes_for_other_bytes_or_under_other_terms_do_not_count(change: dict[str, object]) -> None:
    case = voted(BEA, CIRO)
    other = item(**{"steps": TWO_STEPS} | change).model_copy(update={"votes": case.votes})
    wanted = by("bea", Role.AE).model_copy(update={"digest": other.digest})
    assert decide(other, wanted, now=NOW) == Accepted(state=ReviewState.IN_REVIEW, step=0)


def test_somebody_who_approved_may_still_send_it_back() -> None:
    changes = by("bea", Role.AE).model_copy(update={"verdict": Verdict.REQUEST_CHANGES, "comment": "Falta la fecha."})
    assert decide(voted(BEA), changes, now=NOW) == Accepted(state=ReviewState.CHANGES_REQUESTED)


@pytest.mark.parametrize(
    ("votes", "holds"),
    [
        ((BEA, CIRO, MAR), True),
        ((BEA, CIRO), False),
        ((BEA, BEA, MAR), False),
        ((BEA, ("ana", Role.AE, 0), MAR), False),
        ((BEA, ("ciro", Role.MANAGER, 0), MAR), False),
        ((BEA, CIRO, ("mar", Role.CSM, 1)), False),
        ((BEA, CIRO, MAR, ("dora", Role.AE, 0)), False),
    ],
    ids=["whole", "a step short", "one twice", "their own", "wrong role", "wrong role later", "one too many"],
)
def test_an_approval_holds_as_a_whole_or_not_at_all(votes: tuple[tuple[str, Role, int], ...], holds: bool) -> None:
    assert approvals_hold(voted(*votes)) is holds


def test_nobody_is_behind_two_votes_by_lending_their_right() -> None:
    plain = voted()
    lent = (
        vote(plain, "bea", Role.AE),
        vote(plain, "zoe", Role.AE, lender="bea"),
        vote(plain, "mar", Role.MANAGER, step=1),
    )
    assert not approvals_hold(plain.model_copy(update={"votes": lent}))


@pytest.mark.parametrize("state", list(ReviewState))
@pytest.mark.parametrize(
    ("user", "role"), [("ana", Role.AE), ("root", Role.ADMIN), ("mar", Role.MANAGER), ("bea", Role.AE)]
)
def test_withdrawing_is_for_who_asked_and_only_before_a_decision(state: ReviewState, user: str, role: Role) -> None:
    outcome = withdraw(item(state=state), user_id=user, role=role)
    undecided = state in {ReviewState.PENDING, ReviewState.IN_REVIEW, ReviewState.CHANGES_REQUESTED}
    if state is ReviewState.WITHDRAWN and user == "ana":
        assert outcome == Repeated(state=state)
    elif user in {"mar", "bea"}:
        assert isinstance(outcome, Refused)
        assert outcome.code == "not_allowed"
    elif undecided:
        assert outcome == Accepted(state=ReviewState.WITHDRAWN)
    else:
        assert isinstance(outcome, Refused)
        assert outcome.code == "conflict"


@pytest.mark.parametrize("state", list(ReviewState))
@pytest.mark.parametrize(
    ("user", "role", "involved"),
    [
        ("ana", Role.AE, True),
        ("bea", Role.AE, True),
        ("eva", Role.AE, True),
        ("boss", Role.MANAGER, True),
        ("dora", Role.CSM, False),
    ],
    ids=["requester", "voter", "decider", "manager", "other"],
)
def test_recalling_is_for_those_involved_and_only_before_it_leaves(
    state: ReviewState, user: str, role: Role, involved: bool
) -> None:
    outcome = recall(voted(BEA, CIRO, decided_by="eva").model_copy(update={"state": state}), user_id=user, role=role)
    if not involved:
        assert isinstance(outcome, Refused)
        assert outcome.code == "not_allowed"
    elif state in {ReviewState.APPROVED, ReviewState.RELEASE_FAILED}:
        assert outcome == Accepted(state=ReviewState.RECALLED)
    elif state is ReviewState.RECALLED:
        assert outcome == Repeated(state=state)
    else:
        assert isinstance(outcome, Refused)
        assert outcome.code == "conflict"
