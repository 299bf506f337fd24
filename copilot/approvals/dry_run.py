"""What the policies in use would say about a draft that nobody has written yet.

Invariant: nothing is stored, filed or sent. A text is checked as any draft is, except that it has no sources: what only
their absence says is told apart, so that the rest of the verdict is that of the same text with a source for each
sentence.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from copilot.approvals.policy import Policy, Rule
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.findings import Finding, Risk, blocking, risk_of
from copilot.domain.language import Language
from copilot.domain.review_items import Requirement
from copilot.errors import InputError
from copilot.guardrails.pipeline import Guardrails
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.recipient_domains import RecipientDomains, RecipientPlace
from copilot.store.value_at_stake import value_at_stake

LONGEST_TEXT = 20_000
MOST_SENTENCES = 400
_MOST_PEOPLE = 100
"""Of one role who are looked at."""
_WITHOUT_SOURCE = ("grounding.", "evidence.")
"""What is found in any text without sources, whatever it says."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is tried. With a text its risk is found; without one it is `risk`."""

    kind: DraftKind
    audience: Audience
    language: Language
    risk: Risk = Risk.LOW
    account_id: str | None = None
    value: Decimal | None = None
    """What the account is worth, in the workspace's currency; only without an account. None: not known."""
    recipient_domain: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """The verdict."""

    audience: Audience
    """As decided by the recipient's domain, if one was given."""
    recipient: RecipientPlace | None
    value: Decimal | None
    risk: Risk
    findings: tuple[Finding, ...]
    """Those that the text itself gives rise to, the heaviest first."""
    without_source: tuple[Finding, ...]
    """Those that a source for each sentence could take away."""
    segments: tuple[Segment, ...]
    rule: Rule | None
    """The rule that matched; None: no rule does, so nobody could approve it."""
    place: int | None
    """Its number in the policy, from 1."""
    passed_over: tuple[str, ...]
    """Rules before it that are about this kind, risk and audience, but about accounts of another worth."""
    requirement: Requirement
    people: tuple[tuple[Viewer, ...], ...]
    """For each step, who could decide it today: they have a role of it and see the account. Empty without one."""

    @property
    def blocked(self) -> tuple[Finding, ...]:
        """What no approval overrules."""
        return blocking(self.findings)


class DryRun:
    """Tries the policies of an installation."""

    def __init__(self, policy: Policy, *, guardrails: Guardrails, home_currency: str) -> None:
        self._policy = policy
        self._guardrails = guardrails
        self._currency = home_currency

    def rehearse(self, wanted: Wanted, *, viewer: Viewer, uow: UnitOfWork) -> Rehearsed:
        """What would be found, who would have to approve, by when. Raises NotFound or InputError."""
        name = AccountRepository(uow).head(wanted.account_id, viewer=viewer).name if wanted.account_id else None
        recipient = self._recipient(wanted, viewer=viewer, uow=uow)
        audience = wanted.audience if recipient is None else recipient.audience
        value = wanted.value
        if wanted.account_id:
            value = value_at_stake(wanted.account_id, currency=self._currency, uow=uow)
        segments = segments_of(wanted.text)
        found: tuple[Finding, ...] = ()
        if segments:
            draft = _draft(wanted, segments, audience=audience, account_name=name, uow=uow)
            found = self._guardrails.check_draft(draft, viewer=viewer, uow=uow).findings
        own = [item for item in found if not item.rule.startswith(_WITHOUT_SOURCE)]
        risk = risk_of(own) if segments else wanted.risk
        rule, place, passed = self._rule(wanted.kind, risk, audience, value)
        required = self._policy.requirement(
            kind=wanted.kind, risk=risk, audience=audience, value=value, now=uow.clock.now()
        )
        return Rehearsed(
            audience=audience,
            recipient=recipient,
            value=value,
            risk=risk,
            findings=_heaviest_first(own),
            without_source=_heaviest_first(item for item in found if item not in own),
            segments=segments,
            rule=rule,
            place=place,
            passed_over=passed,
            requirement=required,
            people=_people(required, account_id=wanted.account_id, uow=uow),
        )

    def _recipient(self, wanted: Wanted, *, viewer: Viewer, uow: UnitOfWork) -> RecipientPlace | None:
        if not wanted.recipient_domain:
            return None
        return RecipientDomains(uow).place(wanted.recipient_domain, account_id=wanted.account_id, viewer=viewer)

    def _rule(
        self, kind: DraftKind, risk: Risk, audience: Audience, value: Decimal | None
    ) -> tuple[Rule | None, int | None, tuple[str, ...]]:
        passed: list[str] = []
        for place, rule in enumerate(self._policy.rule, start=1):
            if (kind, risk, audience) not in rule.cases:
                continue
            if rule.applies_to(value):
                return rule, place, tuple(passed)
            passed.append(rule.name)
        return None, None, tuple(passed)


def _people(required: Requirement, *, account_id: str | None, uow: UnitOfWork) -> tuple[tuple[Viewer, ...], ...]:
    if account_id is None:
        return ()
    known = {role: PeopleRepository(uow).with_role(role)[:_MOST_PEOPLE] for role in required.roles}
    able = [[person for role in step.roles for person in known[role]] for step in required.steps]
    return tuple(RecipientDomains(uow).seen_by(account_id, people=people) for people in able)


def segments_of(text: str) -> tuple[Segment, ...]:
    """Each line that says something, as a sentence of a draft. Raises InputError if there are too many."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if len(text) > LONGEST_TEXT or len(lines) > MOST_SENTENCES:
        raise InputError("The text is too long to be tried.", hint="Paste a part of it.")
    return tuple(Segment(id=f"text.{number}", text=line) for number, line in enumerate(lines, start=1))


def _draft(
    wanted: Wanted, segments: tuple[Segment, ...], *, audience: Audience, account_name: str | None, uow: UnitOfWork
) -> Draft:
    return Draft(
        kind=wanted.kind,
        audience=audience,
        language=wanted.language,
        title="",
        account_id=wanted.account_id,
        account_name=account_name,
        as_of=uow.clock.today(),
        written_at=uow.clock.now(),
        sections=(Section(key="text", title="", segments=segments),),
        evidence=(),
        provenance=Provenance(writer="offline", code_version=""),
    )


def _heaviest_first(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda item: -item.severity.rank))
