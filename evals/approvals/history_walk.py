"""One random history: what people, clocks, records and policies do to a few items, one thing after another or at once.

Invariant: a history is determined by its seed but for what happens at once; whatever is refused is refused with a
typed error, and anything else ends the run.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random

from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import Decision, ReviewItem, Verdict
from copilot.errors import CopilotError
from copilot.store.database import UnitOfWork
from evals.approvals.history_judge import Judge
from evals.approvals.history_world import ACCOUNT, AWAY, GRANT, HOME, PEOPLE, RENEWALS, Company, RecordingSink

Act = Callable[[UnitOfWork], object]
_EDITS = ("La cuenta factura 84.000 € al año ({}).", "La cuenta factura 99.000 € al año ({}).")
_ACCEPTED = ("summary.1", "summary.2")


@dataclass(slots=True)
class Walk:
    """One history under way."""

    company: Company
    judge: Judge
    random: Random
    items: list[str] = field(default_factory=list)
    approved: set[str] = field(default_factory=set)
    delegations: list[str] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    """How often each thing was done, or refused."""
    sink: RecordingSink = field(init=False)
    latest: datetime = field(init=False)
    """The clock also goes back; all that was due has had its time only after the latest moment it ever showed."""

    def __post_init__(self) -> None:
        self.sink = RecordingSink(watch=self.judge.watch)

    def run(self, *, steps: int) -> None:
        """Begin, do `steps` things, let everything that is due leave, judge, and end what is left."""
        self.company.begin_again()
        self.latest = self.company.clock.instant
        for _ in range(self.random.choice((1, 1, 2))):
            self.submit()
        for _ in range(steps):
            self.random.choices(_STEPS, weights=_WEIGHTS)[0](self)
            self.look()
        self.company.clock.instant = self.latest + timedelta(minutes=10)
        self.company.release_due(self.sink)
        self.judge.end_of_history(self.items, delivered=self.sink.delivered_ids)
        self.company.end_everything(self.sink)

    def look(self) -> None:
        """Judge what became approved since the last look."""
        if not self.items:
            return
        rows = self.company.run_sql("select id from review_items where state = 'approved' and id = any(%s)", self.items)
        now = {item_id for (item_id,) in rows}
        for item_id in now - self.approved:
            self.judge.approved_now(item_id)
        self.approved = now

    def attempt(self, name: str, act: Act) -> object:
        """Do one thing in a transaction of its own; a refusal is an answer."""
        try:
            with self.company.database.unit_of_work() as uow:
                result = act(uow)
        except CopilotError as error:
            self.done[f"{name}: {error.code}"] += 1
            return None
        self.done[name] += 1
        if isinstance(result, ReviewItem) and result.id not in self.items:
            self.items.append(result.id)
        return result

    def submit(self) -> None:
        """Somebody asks for a draft."""
        draft, report = self.random.choice(self.company.drafts)
        viewer = self.company.viewer(self.random.choice(("ana", "ana", "bea", "ciro", "marta", "rosa")))
        if viewer is not None:
            self.attempt("submit", lambda uow: self.company.service.submit(draft, report, viewer=viewer, uow=uow))

    def decide(self) -> None:
        """Somebody decides."""
        prepared = self.prepared_decision()
        if prepared is not None:
            self.attempt(*prepared)

    def prepared_decision(self) -> tuple[str, Act] | None:
        """What somebody wants to do with an item, mostly as it is, sometimes as it never was."""
        item_id = self.some_item()
        viewer = self.somebody() if self.random.random() < 0.3 else self.likely_approver(item_id)
        if viewer is None:
            return None
        verdict = self.random.choices(list(Verdict), weights=(12, 1, 1))[0]
        digest = self.judge.item(item_id).digest if self.random.random() < 0.97 else "0" * 64
        decision = Decision(
            verdict=verdict,
            decider_id=viewer.user_id,
            decider_role=viewer.role,
            digest=digest,
            comment=self.random.choice(("No.", None)) if verdict is not Verdict.APPROVE else None,
            accepted_segments=_ACCEPTED if self.random.random() < 0.9 else (),
        )
        service = self.company.service
        return verdict.value, lambda uow: service.decide(item_id, decision, viewer=viewer, uow=uow)

    def handle(self) -> None:
        """Somebody does anything but decide."""
        prepared = self.prepared_handling()
        if prepared is not None:
            self.attempt(*prepared)

    def prepared_handling(self) -> tuple[str, Act] | None:
        """Edit, submit again, withdraw, recall, claim, give back, reassign or comment."""
        item_id = self.random.choice(self.items)
        item = self.judge.item(item_id)
        involved = self.company.viewer(self.random.choice((item.requester_id, item.author_id)))
        viewer = involved if self.random.random() < 0.6 else self.somebody()
        if viewer is None:
            return None
        service, to = self.company.service, self.random.choice((*PEOPLE, None))
        text = self.random.choice(_EDITS).format(self.random.randrange(1000))
        acts: dict[str, Act] = {
            "edit": lambda uow: service.edit(item_id, {"summary.1": text}, digest=item.digest, viewer=viewer, uow=uow),
            "submit_again": lambda uow: service.submit_again(item_id, viewer=viewer, uow=uow),
            "withdraw": lambda uow: service.withdraw(item_id, viewer=viewer, uow=uow),
            "recall": lambda uow: service.recall(item_id, viewer=viewer, uow=uow),
            "claim": lambda uow: service.claim(item_id, viewer=viewer, uow=uow),
            "give_back": lambda uow: service.give_back(item_id, viewer=viewer, uow=uow),
            "reassign": lambda uow: service.reassign(item_id, to=to, viewer=viewer, uow=uow),
            "comment": lambda uow: service.comment(item_id, "Una nota.", viewer=viewer, uow=uow),
            "retry": lambda uow: service.retry_release(item_id, viewer=viewer, uow=uow),
        }
        name = self.random.choices(list(acts), weights=(2, 4, 1, 2, 2, 1, 1, 1, 1))[0]
        return name, acts[name]

    def at_once(self) -> None:
        """Several decide, handle and deliver at the same moment."""
        wanted: list[Callable[[], object]] = []
        for _ in range(self.random.randint(2, 4)):
            prepared = self.prepared_decision() if self.random.random() < 0.7 else self.prepared_handling()
            if prepared is not None:
                wanted.append(partial(self.attempt, *prepared))
        if self.random.random() < 0.4:
            wanted.append(lambda: self.company.release_due(self.sink))
        for future in [self.company.pool.submit(each) for each in wanted]:
            future.result()
        self.done["at once"] += 1

    def lend(self) -> None:
        """Somebody lends their right, or takes it back."""
        viewer, delegate = self.somebody(), self.random.choice(tuple(PEOPLE))
        if viewer is None:
            return
        if self.delegations and self.random.random() < 0.4:
            delegation_id = self.random.choice(self.delegations)
            self.attempt("revoke", lambda uow: self.company.delegations.revoke(delegation_id, viewer=viewer, uow=uow))
            return
        starts = self.company.clock.instant + timedelta(hours=self.random.choice((0, 0, 0, 5)))
        ends = starts + timedelta(hours=self.random.choice((1, 12, 60)))
        email = f"{delegate}@tramontia.example"
        made = self.attempt(
            "lend", lambda uow: self.company.delegations.create(email, starts, ends, viewer=viewer, uow=uow)
        )
        if made is not None:
            self.delegations.append(made.id)  # type: ignore[attr-defined]

    def change_rights(self) -> None:
        """Somebody gets another role or team, leaves, comes back, or gains or loses the account."""
        who = self.random.choice(tuple(PEOPLE))
        change = self.random.choice(("role", "team", "leave", "come back", "grant", "take"))
        if change == "role":
            self.company.run_sql("update users set role = %s where id = %s", self.random.choice(list(Role)).value, who)
        elif change == "team":
            team = self.random.choice((HOME, AWAY))
            self.company.run_sql("update users set team_id = %s where id = %s", team, who)
        elif change in {"leave", "come back"}:
            self.company.run_sql("update users set active = %s where id = %s", change == "come back", who)
        elif change == "grant":
            self.company.run_sql(GRANT, ACCOUNT, who)
        else:
            self.company.run_sql("delete from account_grants where user_id = %s", who)
        self.done[f"rights: {change}"] += 1

    def change_world(self) -> None:
        """The policy or the record changes; housekeeping may or may not have noticed."""
        if self.random.random() < 0.5:
            self.company.policy_in_force = self.random.randrange(len(self.company.policies))
            self.done["policy"] += 1
        else:
            self.company.set_renewal(self.random.choice(RENEWALS))
            self.done["record"] += 1
        if self.random.random() < 0.5:
            self.keep_house()

    def keep_house(self) -> None:
        """What runs every minute, and what follows an import."""
        service = self.company.service
        for keep in (
            service.apply_policy,
            service.mark_changed,
            service.expire_due,
            service.void_lost_votes,
            service.escalate_due,
            service.end_claims,
        ):
            self.attempt("housekeeping", partial(_kept, keep))

    def pass_time(self) -> None:
        """The clock moves, mostly a little, sometimes far, sometimes back."""
        minutes = self.random.choice((1, 3, 3, 30, 600, 1500, 4500, -2, -30, -700))
        self.company.clock.instant += timedelta(minutes=minutes)
        self.latest = max(self.latest, self.company.clock.instant)
        self.done["time"] += 1

    def deliver(self) -> None:
        """The worker runs."""
        self.company.release_due(self.sink)
        self.done["deliver"] += 1

    def some_item(self) -> str:
        """Mostly one that can be decided."""
        rows = self.company.run_sql(
            "select id from review_items where state in ('pending', 'in_review') and id = any(%s) order by id",
            self.items,
        )
        if rows and self.random.random() < 0.8:
            return str(self.random.choice(rows)[0])
        return self.random.choice(self.items)

    def likely_approver(self, item_id: str) -> Viewer | None:
        """Somebody who is neither requester nor author and has not voted, if they are still here."""
        item = self.judge.item(item_id)
        voted = {person for vote in self.judge.votes(item_id) for person in vote.people}
        left = sorted(set(PEOPLE) - voted - {item.requester_id, *item.author_ids, "omar"})
        return self.company.viewer(self.random.choice(left)) if left else None

    def somebody(self) -> Viewer | None:
        """Anybody who is there."""
        return self.company.viewer(self.random.choice(tuple(PEOPLE)))


def _kept(keep: Callable[..., int], uow: UnitOfWork) -> int:
    return keep(uow=uow)


_STEPS: tuple[Callable[[Walk], None], ...] = (
    Walk.decide,
    Walk.at_once,
    Walk.handle,
    Walk.pass_time,
    Walk.deliver,
    Walk.lend,
    Walk.change_rights,
    Walk.change_world,
    Walk.keep_house,
    Walk.submit,
)
_WEIGHTS = (10, 4, 6, 3, 2, 2, 2, 1, 1, 1)


def walk(company: Company, judge: Judge, *, seed: int, steps: int) -> Counter[str]:
    """Run one history; returns what was done."""
    history = Walk(company=company, judge=judge, random=Random(seed))
    history.run(steps=steps)
    history.done["released"] += len(history.sink.delivered_ids)
    return history.done
