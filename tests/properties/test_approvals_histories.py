"""Random histories of submissions, decisions, edits, deadlines and releases, judged from outside.

The machine is the service in miniature: it keeps items in memory and applies what `decide` says. Every rule
of the queue is checked again from the recorded votes alone, not by asking `decide` again.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from copilot.approvals.policy import load_policy
from copilot.domain.access import Role
from copilot.domain.approvals import Accepted, Refused, decide, may_approve
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Action, Finding, Risk, Severity, risk_of
from copilot.domain.review_items import Decision, ReviewItem, ReviewState, Verdict

PEOPLE = {"ana": Role.AE, "ines": Role.CSM, "mar": Role.MANAGER, "noa": Role.MANAGER, "root": Role.ADMIN}
POLICY = load_policy()
people = st.sampled_from(sorted(PEOPLE))
severities = st.lists(st.sampled_from(list(Severity)), max_size=2)


@dataclass
class Entry:
    item: ReviewItem
    findings: tuple[Finding, ...]
    votes: list[tuple[Decision, datetime]] = field(default_factory=list)
    sent: int = 0


def found(severity: Severity) -> Finding:
    action = Action.BLOCK if severity is Severity.CRITICAL else Action.HOLD
    words = {"es": "x", "en": "x"}
    return Finding(rule="grounding.x", severity=severity, action=action, segment_id="s.1", explanation=words)


class Queue(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 11, 16, 9, tzinfo=UTC)
        self.entries: list[Entry] = []

    def file(self, *, requester: str, author: str, kind: DraftKind, audience: Audience, levels: list[Severity]) -> None:
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
            author_id=author,
            audience=audience,
            requirement=POLICY.requirement(kind=kind, risk=risk, audience=audience, now=self.now),
            submitted_at=self.now,
        )
        self.entries.append(Entry(item=item, findings=findings))

    @initialize(requester=people, levels=st.lists(severities, min_size=3, max_size=3))
    def start_with_some(self, requester: str, levels: list[list[Severity]]) -> None:
        for found_in_one, audience in zip(
            levels, [Audience.INTERNAL, Audience.EXTERNAL, Audience.INTERNAL], strict=True
        ):
            kind = DraftKind.BRIEF
            self.file(requester=requester, author=requester, kind=kind, audience=audience, levels=found_in_one)

    @rule(
        requester=people,
        kind=st.sampled_from(list(DraftKind)),
        audience=st.sampled_from(list(Audience)),
        levels=severities,
    )
    def submit(self, requester: str, kind: DraftKind, audience: Audience, levels: list[Severity]) -> None:
        self.file(requester=requester, author=requester, kind=kind, audience=audience, levels=levels)

    @rule(
        data=st.data(),
        decider=st.one_of(people, st.sampled_from(["the requester", "the author"])),
        verdict=st.sampled_from(list(Verdict)),
        comment=st.sampled_from([None, " ", "no"]),
        right_digest=st.sampled_from([True, True, True, False]),
        decided_too=st.sampled_from([False, False, True]),
        accepts=st.booleans(),
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
        open_to_vote = [entry for entry in self.entries if decided_too or entry.item.state is ReviewState.PENDING]
        if not open_to_vote:
            return
        entry = data.draw(st.sampled_from(open_to_vote))
        stands_for = {"the requester": entry.item.requester_id, "the author": entry.item.author_id or ""}
        decider = stands_for.get(decider, decider)
        decision = Decision(
            verdict=verdict,
            decider_id=decider,
            decider_role=PEOPLE[decider],
            digest=entry.item.digest if right_digest else "another",
            comment=comment,
            accepted_segments=("s.1",) if accepts else (),
        )
        outcome = decide(entry.item, decision, now=self.now, findings=entry.findings)
        if isinstance(outcome, Accepted):
            assert entry.item.state is ReviewState.PENDING
            entry.votes.append((decision, self.now))
            changes = {"state": outcome.state, "decided_by": decider, "verdict": verdict, "decided_at": self.now}
            entry.item = entry.item.model_copy(update=changes)
        elif not isinstance(outcome, Refused):
            assert (entry.item.decided_by, entry.item.verdict) == (decider, verdict)

    @rule(data=st.data(), editor=people, levels=severities)
    def edit(self, data: st.DataObject, editor: str, levels: list[Severity]) -> None:
        pending = [entry for entry in self.entries if entry.item.state is ReviewState.PENDING]
        if not pending:
            return
        entry = data.draw(st.sampled_from(pending))
        entry.item = entry.item.model_copy(update={"state": ReviewState.SUPERSEDED})
        self.file(
            requester=entry.item.requester_id,
            author=editor,
            kind=DraftKind.BRIEF,
            audience=entry.item.audience,
            levels=levels,
        )

    @rule(hours=st.integers(min_value=-48, max_value=200))
    def clock_jumps(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(data=st.data())
    def becomes_stale(self, data: st.DataObject) -> None:
        if self.entries:
            entry = data.draw(st.sampled_from(self.entries))
            if entry.item.state in {ReviewState.PENDING, ReviewState.APPROVED}:
                entry.item = entry.item.model_copy(update={"state": ReviewState.STALE})

    @rule()
    def release(self) -> None:
        for entry in self.entries:
            item = entry.item
            live = item.state is ReviewState.APPROVED and self.now < item.requirement.expires_at
            decider = item.decided_by or ""
            if live and may_approve(item, user_id=decider, role=PEOPLE[decider]) is None:
                entry.sent += 1
                entry.item = item.model_copy(update={"state": ReviewState.RELEASED})

    @invariant()
    def every_vote_is_for_what_was_seen_and_in_time(self) -> None:
        for entry in self.entries:
            for vote, when in entry.votes:
                assert vote.digest == entry.item.digest
                assert when < entry.item.requirement.expires_at

    @invariant()
    def nothing_is_sent_without_one_live_matching_approval(self) -> None:
        for entry in self.entries:
            assert entry.sent <= 1
            if entry.sent:
                [(vote, _)] = entry.votes
                assert vote.verdict is Verdict.APPROVE

    @invariant()
    def the_requester_alone_never_approves_what_leaves_or_is_risky(self) -> None:
        for entry in self.entries:
            item = entry.item
            sensitive = item.audience is Audience.EXTERNAL or item.risk in {Risk.HIGH, Risk.CRITICAL}
            for vote, _ in entry.votes:
                if vote.verdict is Verdict.APPROVE and sensitive:
                    assert vote.decider_id not in {item.requester_id, item.author_id}
                    assert item.risk is Risk.LOW or vote.decider_role in {Role.MANAGER, Role.ADMIN}

    @invariant()
    def what_is_not_carried_by_its_sources_was_accepted_by_name(self) -> None:
        for entry in self.entries:
            for vote, _ in entry.votes:
                if vote.verdict is Verdict.APPROVE:
                    assert all(found.severity is not Severity.CRITICAL for found in entry.findings)
                    assert "s.1" in vote.accepted_segments or all(
                        found.severity.rank < Severity.HIGH.rank for found in entry.findings
                    )
                else:
                    assert (vote.comment or "").strip()

    @invariant()
    def no_vote_outlives_its_version(self) -> None:
        for entry in self.entries:
            if entry.item.state is ReviewState.SUPERSEDED:
                assert not entry.votes
            assert len(entry.votes) <= 1


TestQueue = Queue.TestCase
TestQueue.settings = settings(max_examples=250, stateful_step_count=50, deadline=None, derandomize=True)
