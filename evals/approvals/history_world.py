"""A small company whose queue is walked at random: people, drafts, policies and a clock that jumps.

Invariant: everything that is done goes through the real service and release gate on a real PostgreSQL; what this
module writes by itself is only what the rest of the world does: roles, teams, records and the time.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from copilot.approvals.delegations import Delegations
from copilot.approvals.policy import Policy, Rule, load_policy
from copilot.approvals.release import ReleaseGate
from copilot.approvals.service import ApprovalService
from copilot.approvals.sinks import Delivery, nothing_to_begin
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.evidence import Evidence
from copilot.domain.findings import GuardrailReport, Risk
from copilot.domain.language import Language
from copilot.domain.review_items import Step
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import Database
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository
from copilot.store.tables.records import AccountRow
from evals.approvals.clocks import START, SetClock

ACCOUNT = "acc_00000000000000000001"
ARR, RENEWAL = f"record:{ACCOUNT}:arr", f"record:{ACCOUNT}:renewal_date"
RENEWALS = (date(2027, 1, 31), date(2027, 2, 28))
HOME, AWAY = "north", "south"
PEOPLE: Mapping[str, Role] = {
    "ana": Role.AE,
    "bea": Role.AE,
    "ciro": Role.CSM,
    "marta": Role.MANAGER,
    "noel": Role.MANAGER,
    "rosa": Role.ADMIN,
    "omar": Role.AE,
}
"""Invented. `ana` owns the account, `bea` and `ciro` were granted it, `omar` sees nothing."""
GRANTED = ("bea", "ciro")
_GOOD = (("La cuenta factura 84.000 € al año.", ARR), ("Renueva el 31 de enero de 2027.", RENEWAL))
_WRONG = (("La cuenta factura 85.000 € al año.", ARR), ("Renueva el 31 de enero de 2027.", RENEWAL))

GRANT = "insert into account_grants (account_id, user_id) values (%s, %s) on conflict do nothing"
_AS_BEFORE = """
update users set role = %s, active = true, team_id = %s
where id = %s and (role <> %s or team_id <> %s or not active)
"""
_RENEWAL = "update accounts set renewal_date = %s where id = %s"


@dataclass(slots=True)
class RecordingSink:
    """Keeps what is delivered, and asks `watch` at that very moment whether it should be."""

    watch: Callable[[Delivery], None]
    delivered_ids: list[str] = field(default_factory=list)
    channel: str = "recording"
    repeatable: bool = True
    tried_again: bool = False

    def delivered(self, _delivery: Delivery) -> dict[str, str] | None:
        return None

    def deliver(self, delivery: Delivery, *, begin: Callable[[], None] = nothing_to_begin) -> dict[str, str]:
        begin()
        self.watch(delivery)
        self.delivered_ids.append(delivery.review_item_id)
        return {"folder": delivery.name}


def policies() -> tuple[Policy, ...]:
    """Three policies that differ in steps, numbers, roles and in what is held."""
    shipped = load_policy()
    internal, external = (Audience.INTERNAL,), (Audience.EXTERNAL,)
    ours, deciders = (Role.AE, Role.CSM, Role.MANAGER), (Role.MANAGER, Role.ADMIN)
    calm, risky = (Risk.LOW, Risk.MEDIUM), (Risk.HIGH, Risk.CRITICAL)
    two_then_one = (Step(roles=ours, approvers=2), Step(roles=deciders))
    one_then_two = (Step(roles=ours), Step(roles=deciders, approvers=2))
    first = (
        _rule("internal", internal, calm, (Step(roles=tuple(Role)),), self_review=True),
        _rule("internal-risky", internal, risky, (Step(roles=deciders),)),
        _rule("external", external, calm, two_then_one, undo=60),
        _rule("external-risky", external, risky, one_then_two, undo=300),
    )
    second = (
        _rule("internal", internal, calm, (Step(roles=ours),)),
        _rule("internal-risky", internal, risky, (Step(roles=deciders, approvers=2),)),
        _rule("external", external, calm, (Step(roles=tuple(Role)),), undo=120),
    )
    third = (
        _rule("internal", internal, calm + risky, (Step(roles=deciders),)),
        _rule("external", external, calm + risky, one_then_two),
    )
    return tuple(shipped.model_copy(update={"rule": rules}) for rules in (first, second, third))


def _rule(
    name: str,
    audiences: tuple[Audience, ...],
    risks: tuple[Risk, ...],
    steps: tuple[Step, ...],
    *,
    self_review: bool = False,
    undo: int = 0,
) -> Rule:
    return Rule(
        name=name,
        kinds=tuple(DraftKind),
        risks=risks,
        audiences=audiences,
        steps=steps,
        self_review=self_review,
        due_hours=8,
        expires_hours=72,
        undo_seconds=undo,
    )


class Company:
    """The world of all histories of one run."""

    def __init__(self, database: Database, *, clock: SetClock) -> None:
        self.database, self.clock = database, clock
        database.clock = clock
        self.policies = policies()
        self.guardrails = Guardrails()
        self.services = tuple(ApprovalService(policy, guardrails=self.guardrails) for policy in self.policies)
        self.delegations = Delegations(self.policies[0].review)
        self.pool = ThreadPoolExecutor(max_workers=4)
        self.policy_in_force = 0
        # Kept: given back to the pool, it would commit each statement of whoever gets it next.
        self._pooled = database.engine.raw_connection()
        outside = cast("Any", self._pooled.driver_connection)
        outside.autocommit = True
        self._outside = outside
        self._create()
        self.drafts = self._write_drafts()

    def close(self) -> None:
        """End the threads and give the outside connection back as it was."""
        self.pool.shutdown()
        self._outside.autocommit = False
        self._pooled.close()

    @property
    def service(self) -> ApprovalService:
        """The queue under the policy in force."""
        return self.services[self.policy_in_force]

    @property
    def policy(self) -> Policy:
        return self.policies[self.policy_in_force]

    def gate(self, sink: RecordingSink) -> ReleaseGate:
        """The way out."""
        return ReleaseGate(self.database, sinks={"files": sink}, guardrails=self.guardrails, policy=self.policy)

    def release_due(self, sink: RecordingSink) -> int:
        """Deliver what is due, as the worker does."""
        return self.gate(sink).run_due()

    def viewer(self, name: str) -> Viewer | None:
        """The person as they are now; None if they left."""
        with self.database.unit_of_work() as uow:
            return PeopleRepository(uow).by_id(name)

    def run_sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What the rest of the world does or sees, each statement at once; for any number of threads."""
        cursor = self._outside.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []

    def begin_again(self) -> None:
        """People, records, clock and policy as at the start; nothing of before is still open."""
        self.clock.instant = START
        self.policy_in_force = 0
        for name, role in PEOPLE.items():
            team = AWAY if name == "omar" else HOME
            self.run_sql(_AS_BEFORE, role.value, team, name, role.value, team)
        self.run_sql("update delegations set revoked_at = %s where revoked_at is null", START)
        self.run_sql("delete from account_grants where user_id <> all(%s)", list(GRANTED))
        for name in GRANTED:
            self.run_sql(GRANT, ACCOUNT, name)
        self.run_sql(_RENEWAL, RENEWALS[0], ACCOUNT)

    def set_renewal(self, day: date) -> None:
        """Change the record that drafts cite."""
        self.run_sql(_RENEWAL, day, ACCOUNT)

    def end_everything(self, sink: RecordingSink) -> None:
        """Let all that is still open lapse."""
        self.clock.instant += timedelta(days=40)
        with self.database.unit_of_work() as uow:
            self.service.expire_due(uow=uow)
        self.gate(sink).run_due()

    def _create(self) -> None:
        with self.database.unit_of_work() as uow:
            people = PeopleRepository(uow)
            for team in (HOME, AWAY):
                people.save_team(team, team)
            for name, role in PEOPLE.items():
                email, team = f"{name}@tramontia.example", AWAY if name == "omar" else HOME
                person = Viewer(user_id=name, email=email, name=name, role=role, team_id=team)
                people.save(person, password_hash=None)
            uow.session.add(
                AccountRow(
                    id=ACCOUNT,
                    source_system="made",
                    source_id=ACCOUNT,
                    as_of=date(2026, 11, 13),
                    content_hash="x",
                    name="Aceros Tormes",
                    owner_email="ana@tramontia.example",
                    arr=Decimal(84000),
                    currency="EUR",
                    renewal_date=RENEWALS[0],
                    search_key="aceros tormes",
                )
            )
            uow.flush()
            for name in GRANTED:
                people.grant_account(ACCOUNT, user_id=name)

    def _write_drafts(self) -> tuple[tuple[Draft, GuardrailReport], ...]:
        """One of each audience and risk, checked once: filing many of them is not what is tried here."""
        viewer = self.viewer("ana")
        if viewer is None:
            raise ValueError("the owner of the account is missing")
        written = []
        with self.database.unit_of_work() as uow:
            found = EvidenceRepository(uow).read((ARR, RENEWAL), viewer=viewer)
            for audience in Audience:
                for sentences in (_GOOD, _WRONG):
                    draft = _draft(tuple(found.values()), sentences, audience)
                    written.append((draft, self.guardrails.check_draft(draft, viewer=viewer, uow=uow)))
        return tuple(written)


def _draft(evidence: tuple[Evidence, ...], sentences: tuple[tuple[str, str], ...], audience: Audience) -> Draft:
    segments = tuple(
        Segment(id=f"summary.{number}", text=text, evidence_ids=(cited,))
        for number, (text, cited) in enumerate(sentences, start=1)
    )
    return Draft(
        kind=DraftKind.BRIEF,
        audience=audience,
        language=Language.ES,
        title="Aceros Tormes",
        account_id=ACCOUNT,
        account_name="Aceros Tormes",
        as_of=START.date(),
        written_at=START,
        sections=(Section(key="summary", title="Resumen", segments=segments),),
        evidence=evidence,
        provenance=Provenance(writer="offline", code_version="made"),
    )
