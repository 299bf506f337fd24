"""Judges histories from the outside: from the rows as they are, not by asking the rules that made them.

Invariant: this module imports none of the product's rules of approval. What it demands is said here once more, in
plain SQL and arithmetic.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from copilot.approvals.policy import Policy
from copilot.approvals.sinks import Delivery
from evals.approvals.history_world import ACCOUNT, RENEWAL, Company

KINDS = ("unapproved_send", "sent_twice", "lost", "self_approval", "outlived_vote")
EVIDENCE = "evidence changed"
_ITEM = """
select i.state, i.digest, i.requirement, i.risk, i.audience, i.requester_id, v.author_id, i.expires_at,
       (select e ->> 'text' from jsonb_array_elements(v.content -> 'evidence') e where e ->> 'id' = %s),
       (select renewal_date::text from accounts where id = %s),
       array(select distinct w.author_id from draft_versions w where w.draft_id = i.draft_id and w.version <= i.version)
from review_items i join draft_versions v on v.draft_id = i.draft_id and v.version = i.version
where i.id = %s
"""
_VOTES = """
select voter_id, on_behalf_of, role, step, verdict, digest, voided_at, cast_at
from review_votes where review_item_id = %s order by cast_at, id
"""
_SEES = """
select exists (select 1 from users u where u.id = %s and u.active and (
    u.role = 'admin'
    or exists (select 1 from accounts a where a.id = %s and lower(a.owner_email) = u.email)
    or exists (select 1 from account_grants g where g.account_id = %s and g.user_id = u.id)
    or (u.role = 'manager' and exists (
        select 1 from users m where m.team_id = u.team_id and (
            exists (select 1 from accounts a where a.id = %s and lower(a.owner_email) = m.email)
            or exists (select 1 from account_grants g where g.account_id = %s and g.user_id = m.id))))))
"""
_LENDS = """
select exists (select 1 from delegations where delegator_id = %s and delegate_id = %s and revoked_at is null
    and greatest(starts_at, created_at) <= least(%s, %s) and ends_at > %s)
"""
_ENDED = ("superseded", "stale", "expired", "withdrawn", "rejected", "changes_requested", "recalled")


@dataclass(frozen=True, slots=True)
class Item:
    """The rows of one item."""

    state: str
    digest: str
    requirement: dict[str, Any]
    risk: str
    audience: str
    requester_id: str
    author_id: str
    expires_at: Any
    written_from: str
    record_now: str
    author_ids: list[str]
    """Who wrote this version or one before it."""


@dataclass(frozen=True, slots=True)
class Ballot:
    """The row of one vote."""

    voter_id: str
    on_behalf_of: str | None
    role: str
    step: int
    verdict: str
    digest: str
    voided_at: Any
    cast_at: Any

    @property
    def people(self) -> set[str]:
        return {self.voter_id} | ({self.on_behalf_of} if self.on_behalf_of else set())


@dataclass(slots=True)
class Judge:
    """What one run of histories did wrong, by kind."""

    company: Company
    violations: Counter[str] = field(default_factory=Counter)
    examples: list[str] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def blame(self, kind: str, item_id: str, why: Iterable[str]) -> None:
        """Count one violation."""
        with self._lock:
            self.violations[kind] += 1
            self.examples.append(f"{kind} {item_id}: {', '.join(why)}")

    def watch(self, delivery: Delivery) -> None:
        """Called by the sink at the moment of every delivery."""
        item_id = delivery.review_item_id
        wrong = self.objections(item_id)
        if self.item(item_id).digest != delivery.digest:
            wrong.append("other bytes")
        if wrong:
            self.blame("unapproved_send", item_id, wrong)

    def approved_now(self, item_id: str) -> None:
        """Called right after an item became approved: every vote it rests on must count at this moment.

        A record that changed and was not looked at again yet stops the delivery, which is judged where it happens.
        """
        wrong = [objection for objection in self.objections(item_id) if objection != EVIDENCE]
        if wrong:
            self.blame("outlived_vote", item_id, wrong)

    def end_of_history(self, item_ids: Iterable[str], *, delivered: Iterable[str]) -> None:
        """Called when all that was due had its chance to leave."""
        times = Counter(delivered)
        for item_id in item_ids:
            item, votes = self.item(item_id), self.votes(item_id)
            if times[item_id] > 1:
                self.blame("sent_twice", item_id, [str(times[item_id])])
            if (item.state == "released") != (times[item_id] == 1):
                self.blame("lost", item_id, [item.state, f"sent {times[item_id]} times"])
            # An objection now is one that hinders the delivery; without any it should have left.
            if item.state in {"approved", "release_failed"} and not self.objections(item_id, state=False):
                self.blame("lost", item_id, [item.state, *self.release_of(item_id)])
            if item.state in _ENDED and any(vote.voided_at is None for vote in votes):
                self.blame("outlived_vote", item_id, [f"live on {item.state}"])
            if _needs_somebody_else(item) and any(
                vote.people & _own(item) for vote in votes if vote.voided_at is None or _is_sensitive(item)
            ):
                self.blame("self_approval", item_id, ["their own"])

    def objections(self, item_id: str, *, state: bool = True) -> list[str]:
        """Why the item is not approved, at this moment and as a whole; empty if it is."""
        item, now = self.item(item_id), self.company.clock.now()
        votes = [vote for vote in self.votes(item_id) if vote.voided_at is None]
        found = _wrong_votes(item, votes)
        found += [f"{vote.voter_id} not entitled" for vote in votes if not self._entitled(vote)]
        if state and item.state != "approved":
            found.append(item.state)
        if now >= item.expires_at:
            found.append("expired")
        if item.record_now not in item.written_from:
            found.append(EVIDENCE)
        if not _is_what_policy_asks(item, self.company.policy):
            found.append("policy changed")
        return found

    def item(self, item_id: str) -> Item:
        """The rows as they are now."""
        [row] = self.company.run_sql(_ITEM, RENEWAL, ACCOUNT, item_id)
        return Item(*row)

    def votes(self, item_id: str) -> list[Ballot]:
        """All votes, void ones too."""
        return [Ballot(*row) for row in self.company.run_sql(_VOTES, item_id)]

    def release_of(self, item_id: str) -> list[str]:
        """State and error code of the delivery."""
        rows = self.company.run_sql("select state, error_code from releases where review_item_id = %s", item_id)
        return [str(value) for row in rows for value in row]

    def _entitled(self, vote: Ballot) -> bool:
        lender = vote.on_behalf_of or vote.voter_id
        [(active_role,)] = self.company.run_sql(
            "select case when active then role end from users where id = %s", lender
        )
        if active_role != vote.role or not all(self._sees(person) for person in vote.people):
            return False
        return vote.on_behalf_of is None or self._lends(vote.on_behalf_of, vote.voter_id, since=vote.cast_at)

    def _sees(self, person: str) -> bool:
        [(sees,)] = self.company.run_sql(_SEES, *[person] + [ACCOUNT] * 4)
        return bool(sees)

    def _lends(self, delegator: str, delegate: str, *, since: Any) -> bool:
        """By what was lent when the vote was cast: what is lent again later makes no old vote good."""
        now = self.company.clock.now()
        [(lends,)] = self.company.run_sql(_LENDS, delegator, delegate, now, since, now)
        return bool(lends)


def _own(item: Item) -> set[str]:
    return {item.requester_id, *item.author_ids}


def _is_sensitive(item: Item) -> bool:
    return item.audience == "external" or item.risk in {"high", "critical"}


def _needs_somebody_else(item: Item) -> bool:
    return _is_sensitive(item) or not item.requirement["self_review"]


def _wrong_votes(item: Item, votes: list[Ballot]) -> list[str]:
    """Enough in each step, of the right role, for these bytes, by different people, none of them their own."""
    found = []
    steps = item.requirement["steps"]
    if not steps:
        found.append("held")
    for number, step in enumerate(steps):
        given = [vote for vote in votes if vote.step == number and vote.role in step["roles"]]
        if len(given) != step["approvers"]:
            found.append(f"step {number} has {len(given)}")
    if len(votes) != sum(step["approvers"] for step in steps):
        found.append("votes of no step")
    if any(vote.verdict != "approve" or vote.digest != item.digest for vote in votes):
        found.append("vote for something else")
    behind = [person for vote in votes for person in vote.people]
    if len(behind) != len(set(behind)):
        found.append("somebody twice")
    if _needs_somebody_else(item) and set(behind) & _own(item):
        found.append("their own")
    return found


def _is_what_policy_asks(item: Item, policy: Policy) -> bool:
    for rule in policy.rule:
        if item.risk in rule.risks and item.audience in rule.audiences:
            steps = [step.model_dump(mode="json") for step in rule.steps]
            return bool(item.requirement["rule"] == rule.name and item.requirement["steps"] == steps)
    return bool(item.requirement["rule"] == "hold")
