"""Random histories of submissions, votes, delegations, edits, deadlines, policies and releases, judged from outside.

The machine is the service in miniature: it keeps items in memory and applies what `decide`, `withdraw` and `recall`
say. Every rule of the queue is checked again from the recorded votes alone, not by asking those functions again.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from copilot.approvals.policy import load_policy
from copilot.domain.access import Role
from copilot.domain.approvals import Accepted, Refused, approvals_hold, decide, recall, withdraw
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Action, Finding, Risk, Severity, risk_of
from copilot.domain.review_items import Decision, Delegated, ReviewItem, ReviewState, Step, Verdict, Vote
from tests.approvals_builders import policy_of_one_rule

PEOPLE = {
    "ana": Role.AE,
    "bea": Role.AE,
    "ines": Role.CSM,
    "mar": Role.MANAGER,
    "noa": Role.MANAGER,
    "root": Role.ADMIN,
}
OURS, BOSSES = (Role.AE, Role.CSM, Role.MANAGER), (Role.MANAGER, Role.ADMIN)
people = st.sampled_from(sorted(PEOPLE))
severities = st.lists(st.sampled_from(list(Severity)), max_size=2)
OPEN = {ReviewState.PENDING, ReviewState.IN_REVIEW}
UNDECIDED = OPEN | {ReviewState.CHANGES_REQUESTED}


POLICIES = (
    load_policy(),
    policy_of_one_rule(Step(roles=OURS, approvers=2), Step(roles=BOSSES)),
    policy_of_one_rule(Step(roles=tuple(Role)), Step(roles=BOSSES, approvers=2)),
    load_policy().model_copy(update={"rule": ()}),
)


@dataclass
class Entry:
    item: ReviewItem
    findings: tuple[Finding, ...]
    wrote: tuple[str, ...]
    given: list[tuple[Decision, datetime, int]] = field(default_factory=list)
    """Every decision that was accepted, when, and under which policy."""
    sent: int = 0
    policy: int = 0


def found(severity: Severity) -> Finding:
    action = Action.BLOCK if severity is Severity.CRITICAL else Action.HOLD
    words = {"es": "x", "en": "x"}
    return Finding(rule="grounding.x", severity=severity, action=action, segment_id="s.1", explanation=words)


class Queue(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 16, 9, tzinfo=UTC)
        self.entries: list[Entry] = []
        self.policy = 0
        self.lent: list[tuple[str, Delegated]] = []

    def file(
        self,
        *,
        requester: str,
        wrote: tuple[str, ...],
        kind: DraftKind,
        audience: Audience,
        levels: list[Severity],
    ) -> None:
        """`wrote`: who wrote each version up to this one."""
        findings = tuple(found(level) for level in levels)
        risk = risk_of(findings)
        number = len(self.entries)
        item = ReviewItem(
            id=f"review_{number}",
            draft_id="draft",
            version=number + 1,
            kind=kind,
            digest=f"digest-{number}",
            state=ReviewState.PENDING,
            risk=risk,
            requester_id=requester,
            author_id=wrote[-1],
            author_ids=tuple(sorted(set(wrote))),
            audience=audience,
            requirement=POLICIES[self.policy].requirement(kind=kind, risk=risk, audience=audience, now=self.now),
            submitted_at=self.now,
        )
        self.entries.append(Entry(item=item, findings=findings, wrote=wrote, policy=self.policy))

    @initialize(
        requester=people, levels=st.lists(severities, min_size=3, max_size=3), policy=st.sampled_from((0, 1, 2))
    )
    def start_with_some(self, requester: str, levels: list[list[Severity]], policy: int) -> None:
        self.policy = policy
        audiences = [Audience.INTERNAL, Audience.EXTERNAL, Audience.INTERNAL]
        for found_in_one, audience in zip(levels, audiences, strict=True):
            kind = DraftKind.BRIEF
            self.file(requester=requester, wrote=(requester,), kind=kind, audience=audience, levels=found_in_one)

    @rule(
        requester=people,
        kind=st.sampled_from(list(DraftKind)),
        audience=st.sampled_from(list(Audience)),
        levels=severities,
    )
    def submit(self, requester: str, kind: DraftKind, audience: Audience, levels: list[Severity]) -> None:
        self.file(requester=requester, wrote=(requester,), kind=kind, audience=audience, levels=levels)

    @rule(delegator=people, delegate=people, starts=st.integers(-2, 5), hours=st.integers(1, 60))
    def lend(self, delegator: str, delegate: str, starts: int, hours: int) -> None:
        begins = self.now + timedelta(hours=starts)
        role, ends = PEOPLE[delegator], begins + timedelta(hours=hours)
        self.lent.append((delegate, Delegated(delegator_id=delegator, role=role, starts_at=begins, ends_at=ends)))

    @rule(
        data=st.data(),
        decider=st.one_of(people, st.sampled_from(["the requester", "the author", "a delegate"])),
        verdict=st.sampled_from([*[Verdict.APPROVE] * 4, *Verdict]),
        comment=st.sampled_from([None, " ", "no"]),
        right_digest=st.sampled_from([True, True, True, False]),
        decided_too=st.sampled_from([False, False, True]),
        accepts=st.sampled_from([True, True, False]),
    )
    def vote(
        self,
        data: st.DataObject,
        decider: str,
        verdict: Verdict,
        comment: str | None,
        right_digest: bool,
        accepts: bool,
        decided_too: bool,
    ) -> None:
        open_to_vote = [entry for entry in self.entries if decided_too or entry.item.state in OPEN]
        if not open_to_vote:
            return
        entry = data.draw(st.sampled_from(open_to_vote))
        delegated = None
        if decider == "a delegate":
            if not self.lent:
                return
            decider, delegated = data.draw(st.sampled_from(self.lent))
        stands_for = {"the requester": entry.item.requester_id, "the author": entry.item.author_id or ""}
        decider = stands_for.get(decider, decider)
        decision = Decision(
            verdict=verdict,
            decider_id=decider,
            decider_role=PEOPLE[decider],
            digest=entry.item.digest if right_digest else "another",
            comment=comment,
            accepted_segments=("s.1",) if accepts else (),
            delegated=delegated,
        )
        outcome = decide(entry.item, decision, now=self.now, findings=entry.findings)
        if isinstance(outcome, Accepted):
            assert entry.item.state in OPEN
            self.settle(entry, decision, outcome)
        elif not isinstance(outcome, Refused):
            assert any((each.decider_id, each.verdict) == (decider, verdict) for each, _, _ in entry.given)

    def settle(self, entry: Entry, decision: Decision, outcome: Accepted) -> None:
        entry.given.append((decision, self.now, self.policy))
        changes: dict[str, object] = {"state": outcome.state, "votes": ()}
        if decision.verdict is Verdict.APPROVE:
            vote = Vote(
                voter_id=decision.decider_id,
                role=decision.role,
                on_behalf_of=decision.delegated.delegator_id if decision.delegated else None,
                step=outcome.step,
                verdict=decision.verdict,
                digest=decision.digest,
                terms=entry.item.requirement.terms,
                cast_at=self.now,
            )
            changes["votes"] = (*entry.item.votes, vote)
        if outcome.state not in OPEN:
            changes |= {"decided_by": decision.decider_id, "verdict": decision.verdict, "decided_at": self.now}
        entry.item = entry.item.model_copy(update=changes)

    @rule(data=st.data(), editor=people, levels=severities)
    def edit(self, data: st.DataObject, editor: str, levels: list[Severity]) -> None:
        undecided = [entry for entry in self.entries if entry.item.state in UNDECIDED]
        if not undecided:
            return
        entry = data.draw(st.sampled_from(undecided))
        entry.item = entry.item.model_copy(update={"state": ReviewState.SUPERSEDED, "votes": ()})
        audience, requester = entry.item.audience, entry.item.requester_id
        wrote = (*entry.wrote, editor)
        self.file(requester=requester, wrote=wrote, kind=DraftKind.BRIEF, audience=audience, levels=levels)

    @rule(data=st.data(), who=people, back=st.booleans())
    def take_back(self, data: st.DataObject, who: str, back: bool) -> None:
        if not self.entries:
            return
        entry = data.draw(st.sampled_from(self.entries))
        before = entry.item.state
        outcome = (withdraw if back else recall)(entry.item, user_id=who, role=PEOPLE[who])
        if isinstance(outcome, Accepted):
            assert before in (UNDECIDED if back else {ReviewState.APPROVED})
            assert back <= (who == entry.item.requester_id or PEOPLE[who] is Role.ADMIN)
            entry.item = entry.item.model_copy(update={"state": outcome.state, "votes": ()})

    @rule(policy=st.sampled_from(range(len(POLICIES))))
    def policy_changes(self, policy: int) -> None:
        self.policy = policy
        for entry in self.entries:
            item = entry.item
            wanted = POLICIES[policy].requirement(kind=item.kind, risk=item.risk, audience=item.audience, now=self.now)
            if wanted.terms == item.requirement.terms:
                entry.policy = policy
            elif item.state in UNDECIDED:
                state = item.state if item.state is ReviewState.CHANGES_REQUESTED else ReviewState.PENDING
                entry.item = item.model_copy(update={"requirement": wanted, "votes": (), "state": state})
                entry.policy, entry.given = (
                    policy,
                    [each for each in entry.given if each[0].verdict is not Verdict.APPROVE],
                )
            elif item.state is ReviewState.APPROVED:
                entry.item = item.model_copy(update={"state": ReviewState.STALE, "votes": ()})

    @rule(hours=st.integers(min_value=-48, max_value=100))
    def clock_jumps(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(data=st.data())
    def becomes_stale(self, data: st.DataObject) -> None:
        if self.entries:
            entry = data.draw(st.sampled_from(self.entries))
            if entry.item.state in UNDECIDED | {ReviewState.APPROVED}:
                entry.item = entry.item.model_copy(update={"state": ReviewState.STALE, "votes": ()})

    @rule()
    def release(self) -> None:
        for entry in self.entries:
            item = entry.item
            live = item.state is ReviewState.APPROVED and self.now < item.requirement.expires_at
            if live:
                assert approvals_hold(item)
                entry.sent += 1
                entry.item = item.model_copy(update={"state": ReviewState.RELEASED})

    def approvals(self, entry: Entry) -> list[tuple[Decision, datetime, int]]:
        return [each for each in entry.given if each[0].verdict is Verdict.APPROVE]

    @invariant()
    def every_vote_is_for_what_was_seen_and_in_time(self) -> None:
        for entry in self.entries:
            for vote, when, _ in entry.given:
                assert vote.digest == entry.item.digest
                lent = vote.delegated
                assert lent is None or lent.starts_at <= when < lent.ends_at
                if vote.verdict is not Verdict.APPROVE:
                    assert (vote.comment or "").strip()

    @invariant()
    def what_is_approved_has_all_its_people_in_order(self) -> None:
        for entry in self.entries:
            assert entry.sent <= 1
            if entry.sent or entry.item.state is ReviewState.APPROVED:
                steps = entry.item.requirement.steps
                wanted = [step for step in steps for _ in range(step.approvers)]
                votes = [vote for vote, _, _ in self.approvals(entry)]
                assert len(votes) == len(wanted) > 0
                assert all(vote.role in step.roles for vote, step in zip(votes, wanted, strict=True))
                behind = [person for vote in votes for person in sorted(vote.people)]
                assert len(behind) == len(set(behind))

    @invariant()
    def the_requester_alone_never_approves_what_leaves_or_is_risky(self) -> None:
        for entry in self.entries:
            item = entry.item
            sensitive = item.audience is Audience.EXTERNAL or item.risk in {Risk.HIGH, Risk.CRITICAL}
            if sensitive or not item.requirement.self_review:
                for vote, _, _ in self.approvals(entry):
                    assert not vote.people & {item.requester_id, *entry.wrote}

    @invariant()
    def what_is_not_carried_by_its_sources_was_accepted_by_name(self) -> None:
        for entry in self.entries:
            for vote, _, _ in self.approvals(entry):
                assert all(found.severity is not Severity.CRITICAL for found in entry.findings)
                unsupported = any(found.severity.rank >= Severity.HIGH.rank for found in entry.findings)
                assert "s.1" in vote.accepted_segments or not unsupported

    @invariant()
    def no_vote_outlives_its_version_or_its_policy(self) -> None:
        for entry in self.entries:
            if entry.item.state in OPEN | {ReviewState.APPROVED}:
                votes = self.approvals(entry)
                assert len(entry.item.votes) == len(votes)
                terms = {vote.terms for vote in entry.item.votes}
                assert terms <= {entry.item.requirement.terms}
            elif entry.item.state is not ReviewState.RELEASED:
                assert entry.item.votes == ()


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=200, stateful_step_count=50, deadline=None, derandomize=True)
