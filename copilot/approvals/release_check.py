"""What the guardrails say at the moment of delivery.

Invariant: what blocks now stops the delivery for good; what holds now and was not in front of the approver holds it
too. Rules about the time and the number of messages make it wait: nothing is sent, and nothing has to be done again.
"""

from dataclasses import dataclass

from copilot.domain.access import Viewer
from copilot.domain.findings import Action, Finding, Severity, Stage, blocking
from copilot.guardrails.contact_rules import WAITING_HELPS
from copilot.guardrails.detector import Context
from copilot.guardrails.pipeline import Guardrails, read_again
from copilot.guardrails.surroundings import read_for_release
from copilot.store.database import UnitOfWork
from copilot.store.drafts import StoredVersion
from copilot.store.surroundings_contacts import ContactFactsRepository

MAY_NOT_BE_CONTACTED = "may_not_be_contacted"
GUARDRAIL_BLOCKS = "guardrail_blocks"
GUARDRAIL_HOLDS = "guardrail_holds"
_CONTACT = "contact."


@dataclass(frozen=True, slots=True)
class ReleaseCheck:
    """`objection`: code of why it must not go. `waits_for`: the rule that only time resolves. Both None: it may go."""

    objection: str | None = None
    waits_for: str | None = None


def check_before_release(
    stored: StoredVersion, *, item_id: str, sender: str, viewer: Viewer, guardrails: Guardrails, uow: UnitOfWork
) -> ReleaseCheck:
    """Run the action stage as of now. `viewer` is the approver, `sender` the name of who asked for the draft.

    Deliveries to the same people or company take turns from here to the end of the transaction, so that two of them
    never both count as the last one allowed.
    """
    draft = stored.draft
    if draft.recipients:
        ContactFactsRepository(uow).take_turns(draft.recipients, account_id=draft.account_id)
    context = Context(
        draft=draft,
        current=read_again(draft, viewer=viewer, uow=uow),
        snapshot=draft.evidence_by_id,
        surroundings=read_for_release(draft, item_id=item_id, sender=sender, viewer=viewer, uow=uow),
        stage=Stage.ACTION,
    )
    return _verdict(guardrails.report(context).findings, stored.findings)


def _verdict(now: tuple[Finding, ...], at_approval: tuple[Finding, ...]) -> ReleaseCheck:
    blocks = blocking(now)
    if blocks:
        contact = all(item.rule.startswith(_CONTACT) for item in blocks)
        return ReleaseCheck(objection=MAY_NOT_BE_CONTACTED if contact else GUARDRAIL_BLOCKS)
    accepted = {_what(item) for item in at_approval if item.severity.rank >= Severity.MEDIUM.rank}
    holds = [item.rule for item in now if item.action is Action.HOLD and _what(item) not in accepted]
    lasting = [rule for rule in holds if rule not in WAITING_HELPS]
    if lasting:
        return ReleaseCheck(objection=GUARDRAIL_HOLDS)
    return ReleaseCheck(waits_for=holds[0] if holds else None)


def _what(item: Finding) -> tuple[str, ...]:
    """What an approver accepts. Of a contact's wish that is this person and this day: another who asks since to be
    left alone was not in front of them. Of a limit it is the rule, because its count grows while the draft waits."""
    if item.rule.startswith(_CONTACT) and item.rule not in WAITING_HELPS:
        return item.rule, *(text for _, text in sorted(item.explanation.items()))
    return (item.rule,)
