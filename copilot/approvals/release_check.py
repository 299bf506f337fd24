"""What the guardrails say at the moment of delivery, and whether an email's addresses are still those of its people.

Invariant: what blocks now stops the delivery for good; what holds now and was not in front of the approver holds it
too. Rules about the time and the number of messages make it wait: nothing is sent, and nothing has to be done again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from copilot.domain.access import Viewer
from copilot.domain.contact_rules import ContactFacts
from copilot.domain.destinations import Email, Mailbox
from copilot.domain.findings import Action, Finding, Severity, Stage, blocking
from copilot.guardrails.contact_rules import WAITING_HELPS, ContactRulesDetector
from copilot.guardrails.detector import Context
from copilot.guardrails.pipeline import Guardrails, read_again
from copilot.guardrails.surroundings import Surroundings, read_for_release
from copilot.store.database import UnitOfWork
from copilot.store.drafts import StoredVersion
from copilot.store.people import PeopleRepository
from copilot.store.review_entries import QueueEntry
from copilot.store.surroundings_contacts import ContactFactsRepository

MAY_NOT_BE_CONTACTED = "may_not_be_contacted"
GUARDRAIL_BLOCKS = "guardrail_blocks"
GUARDRAIL_HOLDS = "guardrail_holds"
RECIPIENT_CHANGED = "recipient_changed"
SENDER_CHANGED = "sender_changed"
_CONTACT = "contact."
_STEP = timedelta(minutes=30)
_MINUTE = timedelta(minutes=1)
_LONGEST_LOOK = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class ReleaseCheck:
    """`objection`: code of why it must not go. `waits`: the rule that only time resolves, and when to look again.

    Both None: it may go.
    """

    objection: str | None = None
    waits: tuple[str, datetime] | None = None


def check_before_release(
    stored: StoredVersion, *, entry: QueueEntry, viewer: Viewer, guardrails: Guardrails, uow: UnitOfWork
) -> ReleaseCheck:
    """Run the action stage as of now. `viewer` is the approver.

    Deliveries to the same people or company take turns from here to the end of the transaction, so that two of them
    never both count as the last one allowed.
    """
    draft, item = stored.draft, entry.item
    if draft.recipients:
        ContactFactsRepository(uow).take_turns(draft.recipients, account_id=draft.account_id)
    around = read_for_release(draft, item_id=item.id, sender=entry.requester_name, viewer=viewer, uow=uow)
    context = Context(
        draft=draft,
        current=read_again(draft, viewer=viewer, uow=uow),
        snapshot=draft.evidence_by_id,
        surroundings=around,
        stage=Stage.ACTION,
    )
    objection, waits_for = _verdict(guardrails.report(context).findings, stored.findings)
    if objection is None and draft.email is not None:
        objection = _envelope_objection(draft.email, around, uow=uow)
    if objection is not None or waits_for is None:
        return ReleaseCheck(objection=objection)
    until = _until(context, guardrails=guardrails, accepted=_accepted(stored), latest=item.requirement.expires_at)
    return ReleaseCheck(waits=(waits_for, until))


def _verdict(now: tuple[Finding, ...], at_approval: tuple[Finding, ...]) -> tuple[str | None, str | None]:
    """The objection, else the rule that it waits for."""
    blocks = blocking(now)
    if blocks:
        contact = all(item.rule.startswith(_CONTACT) for item in blocks)
        return (MAY_NOT_BE_CONTACTED if contact else GUARDRAIL_BLOCKS), None
    holds = _holding(now, _what_was_accepted(at_approval))
    if any(rule not in WAITING_HELPS for rule in holds):
        return GUARDRAIL_HOLDS, None
    return None, holds[0] if holds else None


def _accepted(stored: StoredVersion) -> set[tuple[str, ...]]:
    return _what_was_accepted(stored.findings)


def _what_was_accepted(findings: tuple[Finding, ...]) -> set[tuple[str, ...]]:
    return {_what(item) for item in findings if item.severity.rank >= Severity.MEDIUM.rank}


def _holding(findings: tuple[Finding, ...], accepted: set[tuple[str, ...]]) -> list[str]:
    return [item.rule for item in findings if item.action is Action.HOLD and _what(item) not in accepted]


def _what(item: Finding) -> tuple[str, ...]:
    """What an approver accepts. Of a contact's wish that is this person and this day: another who asks since to be
    left alone was not in front of them. Of a limit it is the rule, because its count grows while the draft waits."""
    if item.rule.startswith(_CONTACT) and item.rule not in WAITING_HELPS:
        return item.rule, *(text for _, text in sorted(item.explanation.items()))
    return (item.rule,)


def _until(context: Context, *, guardrails: Guardrails, accepted: set[tuple[str, ...]], latest: datetime) -> datetime:
    """The first minute at which no rule of contact holds the draft, as far as is known today; at most `latest`."""
    facts = context.surroundings.contacts
    if facts is None:
        return latest
    detector = ContactRulesDetector(guardrails.policy.contact)

    def held(moment: datetime) -> bool:
        later = replace(context.surroundings, contacts=replace(facts, now=moment))
        found = tuple(detector.inspect(replace(context, surroundings=later)))
        weighed = guardrails.policy.weigh(found, kind=context.draft.kind, audience=context.draft.audience)
        return bool(_holding(weighed, accepted))

    last = min(latest, facts.now + _LONGEST_LOOK)
    for moment in _moments(facts, last):
        if not held(moment):
            minutes = (moment - _STEP + _MINUTE * number for number in range(1, 30))
            return next((minute for minute in minutes if minute > facts.now and not held(minute)), moment)
    return last


def _moments(facts: ContactFacts, last: datetime) -> Iterator[datetime]:
    start = facts.now.replace(second=0, microsecond=0)
    moment = start - timedelta(minutes=start.minute % 30) + _STEP
    while moment < last:
        yield moment
        moment += _STEP


def _envelope_objection(email: Email, around: Surroundings, *, uow: UnitOfWork) -> str | None:
    """Whether every address is still that of the contact it was read from, or of a colleague, and the sender's own."""
    if PeopleRepository(uow).by_email(email.sender.address) is None:
        return SENDER_CHANGED
    facts = around.contacts
    now = {item.contact_id: (item.email or "").lower() for item in (facts.recipients if facts else ())}
    boxes = (*email.to, *email.cc)
    if {box.contact_id for box in boxes if box.contact_id} != set(now):
        return RECIPIENT_CHANGED
    return None if all(_is_still_theirs(box, now, around) for box in boxes) else RECIPIENT_CHANGED


def _is_still_theirs(box: Mailbox, now: dict[str, str], around: Surroundings) -> bool:
    if box.contact_id:
        return now[box.contact_id].strip() == box.address.strip().lower()
    return box.address.rpartition("@")[2].lower() in around.own_domains
