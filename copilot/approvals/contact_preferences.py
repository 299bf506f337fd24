"""Recording that somebody wants to be left alone, or agrees to be written to.

Invariant: an opt-out can be recorded for any address and tells nobody whether it is known here; a consent only for a
contact whom one may see, and over an opt-out only by a manager. Both are in the audit chain, without the address.
"""

import re
from collections.abc import Sequence
from datetime import date

from copilot.domain.access import Role, Viewer
from copilot.domain.contact_rules import Channel, StatedWish, Wish, WishSource, wish_that_holds
from copilot.errors import InputError, NotAllowed, NotFound
from copilot.store.audit import AuditLog
from copilot.store.contact_preferences import ContactPreferenceRepository
from copilot.store.database import UnitOfWork

_ADDRESS = re.compile(r"[^\s@]{1,64}@[^\s@]{1,190}\.[^\s@]{1,63}")


def record_wish(who: str, stated: StatedWish, *, viewer: Viewer, uow: UnitOfWork) -> str:
    """Keep what the person with the address `who` (or the contact with that id) stated; return the record's id.

    Raises InputError for what is no address and no contact, or a day that has not come; NotFound for a consent of
    somebody the viewer may not see; NotAllowed for a consent over an opt-out by who is no manager.
    """
    who = who.strip()
    preferences = ContactPreferenceRepository(uow)
    found = preferences.visible_contacts(who, viewer=viewer)
    is_address = _ADDRESS.fullmatch(who) is not None
    if not is_address and not found:
        raise InputError(
            "That is no email address, and no contact that you may see has it as its identifier.",
            hint="Give the address as name@company.example.",
        )
    if stated.stated_on > _latest_day(uow):
        raise InputError("The day lies in the future.", hint="Give the day on which the person said it.")
    contact_id = None if is_address else found[0][0]
    email = who if is_address else found[0][1]
    if stated.wish is Wish.CONSENTED:
        records = [preferences.stated(contact_id=known_id, email=email) for known_id, _ in found]
        _require_may_consent(stated, [wish for record in records for wish in record], found, viewer)
    record_id = preferences.add(stated, contact_id=contact_id, email=email, recorded_by=viewer.user_id)
    AuditLog(uow).append(
        f"contact.{stated.wish.value}",
        actor_id=viewer.user_id,
        subject=f"contact_preference:{record_id}",
        details={"channel": stated.channel.value, "source": stated.source.value, "day": stated.stated_on.isoformat()},
    )
    return record_id


def opt_out(channel: Channel = Channel.ANY, *, on: date, source: WishSource = WishSource.OTHER) -> StatedWish:
    """The wish to be left alone."""
    return StatedWish(channel, Wish.OPTED_OUT, on, source)


def consent(channel: Channel = Channel.ANY, *, on: date, source: WishSource = WishSource.OTHER) -> StatedWish:
    """The agreement to be written to."""
    return StatedWish(channel, Wish.CONSENTED, on, source)


def _latest_day(uow: UnitOfWork) -> date:
    """The business date may be pinned to the past or lie ahead of the clock; either day has come."""
    return max(uow.clock.today(), uow.clock.now().date())


def _require_may_consent(stated: StatedWish, before: Sequence[StatedWish], found: object, viewer: Viewer) -> None:
    if not found:
        raise NotFound("There is no such contact among those you may see.", hint="Check the address.")
    # Channel by channel: a later consent to calls says nothing about an opt-out from mail.
    channels = tuple(Channel) if stated.channel is Channel.ANY else (stated.channel,)
    holding = [wish_that_holds(before, channel=channel) for channel in channels]
    over_opt_out = any(wish is not None and wish.wish is Wish.OPTED_OUT for wish in holding)
    if over_opt_out and viewer.role not in {Role.MANAGER, Role.ADMIN}:
        raise NotAllowed("Only managers and admins record a consent over an opt-out.", hint="Ask one of them.")
