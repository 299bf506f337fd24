"""May this be sent to these people, now?

Invariant: who opted out, must not be contacted, has left, or is no contact of the draft's account is never written to:
those findings block and no policy makes them lighter. Time and frequency only hold, and pass by waiting.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from copilot.domain.contact_rules import (
    Channel,
    ContactFacts,
    Recipient,
    StatedWish,
    Touch,
    TouchState,
    Wish,
    wish_that_holds,
)
from copilot.domain.drafts import Audience
from copilot.domain.findings import Action, Finding, Severity, Stage
from copilot.domain.folding import flat, fold
from copilot.domain.time_zones import business_zone
from copilot.guardrails.contact_rules_policy import Cap, ContactPolicy, Weekday
from copilot.guardrails.contact_rules_words import asks_to_be_left_alone
from copilot.guardrails.detector import Context, finding

WAITING_HELPS = frozenset({"contact.quiet_hours", "contact.cap_contact", "contact.cap_account", "contact.same_day"})
"""Rules that hold a release now and need not hold it tomorrow."""
_WITH_WHAT_WAITS = {
    "contact.cap_contact": "contact.cap_contact_pending",
    "contact.cap_account": "contact.cap_account_pending",
}
_CHANNEL = Channel.EMAIL
"""Drafts go out in writing."""


class ContactRulesDetector:
    """See the module docstring."""

    name = "contact-rules"

    def __init__(self, policy: ContactPolicy | None = None) -> None:
        self._policy = policy or ContactPolicy()

    def inspect(self, context: Context) -> Iterable[Finding]:
        """Nothing for a draft without recipients: it goes to nobody."""
        draft, facts = context.draft, context.surroundings.contacts
        if not draft.recipients:
            return
        if draft.audience is not Audience.EXTERNAL:
            yield finding("contact.internal_draft", Severity.CRITICAL, Action.BLOCK)
            return
        if facts is None or {item.contact_id for item in facts.recipients} != set(draft.recipients):
            yield finding("contact.not_checked", Severity.CRITICAL, Action.BLOCK)
            return
        for recipient in facts.recipients:
            if recipient.account_id is None or recipient.account_id != draft.account_id:
                yield finding("contact.not_of_account", Severity.CRITICAL, Action.BLOCK)
            else:
                yield from self._allowed(recipient, facts)
                yield from self._in_time(recipient, facts, context.stage)
                yield from self._not_too_often(recipient, facts, context.stage)
        yield from self._account_not_too_often(facts, context.stage)

    def _allowed(self, recipient: Recipient, facts: ContactFacts) -> Iterator[Finding]:
        who = {"name": recipient.name}
        wish = wish_that_holds(recipient.wishes, channel=_CHANNEL)
        if wish is not None and wish.wish is Wish.OPTED_OUT:
            values = {**who, "day": wish.stated_on.isoformat()}
            yield finding("contact.opted_out", Severity.CRITICAL, Action.BLOCK, values=values)
        if recipient.do_not_contact:
            yield finding("contact.do_not_contact", Severity.CRITICAL, Action.BLOCK, values=who)
        if recipient.left_on is not None and recipient.left_on <= facts.now.date():
            values = {**who, "day": recipient.left_on.isoformat()}
            yield finding("contact.left_company", Severity.CRITICAL, Action.BLOCK, values=values)
        if not recipient.email:
            yield finding("contact.no_address", Severity.HIGH, Action.HOLD, values=who)
        if wish is None and self._policy.consent_required:
            yield finding("contact.no_consent", Severity.HIGH, Action.HOLD, values=who)
        asked_on = self._asked_to_be_left_alone(recipient, wish, facts)
        if asked_on is not None:
            values = {**who, "day": asked_on}
            yield finding("contact.opt_out_words", Severity.HIGH, Action.HOLD, values=values)

    def _asked_to_be_left_alone(self, recipient: Recipient, wish: StatedWish | None, facts: ContactFacts) -> str | None:
        """The latest day on which the recipient's own words ask for it, unless they consented since."""
        agreed_on = wish.stated_on if wish is not None and wish.wish is Wish.CONSENTED else date.min
        since = max(agreed_on, facts.now.date() - timedelta(days=self._policy.opt_out_words_days))
        days = [day for day, text in recipient.inbound if day > since and asks_to_be_left_alone(flat(text))]
        return max(days).isoformat() if days else None

    def _in_time(self, recipient: Recipient, facts: ContactFacts, stage: Stage) -> Iterator[Finding]:
        """When a draft is written the hour only informs: it counts when the draft goes out."""
        zone = business_zone(recipient.country)
        local = facts.now.astimezone(ZoneInfo(zone or self._policy.home_zone))
        values = {"name": recipient.name, "zone": zone or self._policy.home_zone}
        if zone is None and stage is Stage.OUTPUT:
            yield finding("contact.zone_unknown", Severity.INFO, Action.ALLOW, values=values)
        if self._is_quiet(local):
            action = Action.HOLD if stage is Stage.ACTION else Action.ALLOW
            values["time"] = f"{local:%H:%M}"
            yield finding("contact.quiet_hours", Severity.INFO, action, values=values)

    def _is_quiet(self, local: datetime) -> bool:
        policy = self._policy
        day = list(Weekday)[local.weekday()]
        return day in policy.quiet_days or not policy.quiet_until <= local.time() < policy.quiet_from

    def _not_too_often(self, recipient: Recipient, facts: ContactFacts, stage: Stage) -> Iterator[Finding]:
        touches = [item for item in facts.touches if recipient.contact_id in item.contact_ids]
        who = {"name": recipient.name}
        yield from _caps("contact.cap_contact", self._policy.contact_caps, touches, facts, stage, values=who)
        home = ZoneInfo(self._policy.home_zone)
        today = facts.now.astimezone(home).date()
        for item in touches:
            other = item.sender and fold(item.sender) != fold(facts.sender)
            if item.state is TouchState.DONE and other and item.moment.astimezone(home).date() == today:
                action = Action.HOLD if stage is Stage.ACTION else Action.FLAG
                yield finding("contact.same_day", Severity.MEDIUM, action, values={**who, "sender": item.sender})
                return

    def _account_not_too_often(self, facts: ContactFacts, stage: Stage) -> Iterator[Finding]:
        touches = [item for item in facts.touches if item.of_account]
        yield from _caps("contact.cap_account", self._policy.account_caps, touches, facts, stage, values={})


def _caps(
    rule: str,
    caps: Sequence[Cap],
    touches: Sequence[Touch],
    facts: ContactFacts,
    stage: Stage,
    *,
    values: dict[str, str],
) -> Iterator[Finding]:
    """The first limit that this draft would pass; else the first that it would pass if all that waits goes out."""
    certain = {TouchState.DONE} if stage is Stage.ACTION else {TouchState.DONE, TouchState.APPROVED}
    # Two approved drafts must not hold each other up when they leave: the first one goes.
    for states, name, severity, action in (
        (certain, rule, Severity.HIGH, Action.HOLD),
        (set(TouchState), _WITH_WHAT_WAITS[rule], Severity.LOW, Action.FLAG),
    ):
        for cap in caps:
            count = sum(item.state in states and _within(item, cap, facts.now) for item in touches)
            if count >= cap.touches:
                numbers = {"count": str(count), "cap": str(cap.touches), "days": str(cap.days)}
                yield finding(name, severity, action, values={**values, **numbers})
                return
        if stage is Stage.ACTION:
            return


def _within(item: Touch, cap: Cap, now: datetime) -> bool:
    return item.state is not TouchState.DONE or item.moment > now - timedelta(days=cap.days)
