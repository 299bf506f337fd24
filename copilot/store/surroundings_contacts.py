"""Recipients of a draft, what they wish, and who wrote to or called them and their company lately.

Invariant: it is read for the rules of contact only and never shown: wishes and earlier touches count whoever made
them, also in accounts that the viewer may not see. A fixed number of queries, however many recipients.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import func, select, text

from copilot.domain.contact_rules import ContactFacts
from copilot.store.database import UnitOfWork
from copilot.store.surroundings_people import Person, read_persons
from copilot.store.surroundings_touches import Scope, drafted_touches, inbound_texts, logged_touches

_CONTACT_LOCK = 727205


@dataclass(frozen=True, slots=True)
class Asked:
    """Whom a draft goes to, on whose behalf, and how far back to look."""

    recipients: Sequence[str]
    account_id: str | None
    sender: str
    touch_days: int
    text_days: int
    without_item: str | None = None
    """The draft's own item in the queue, which is no touch."""


class ContactFactsRepository:
    """See the module docstring."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def read(self, asked: Asked) -> ContactFacts:
        """Everything about the recipients. One that does not exist comes back with nothing known."""
        now = self._uow.clock.now()
        persons = read_persons(self._uow, asked.recipients)
        scope = Scope(persons, asked.account_id, now - timedelta(days=asked.touch_days), asked.without_item)
        inbound = inbound_texts(self._uow, replace(scope, since=now - timedelta(days=asked.text_days)))
        touches = [*logged_touches(self._uow, scope), *drafted_touches(self._uow, scope)]
        return ContactFacts(
            now=now,
            today=self._uow.clock.today(),
            sender=asked.sender,
            recipients=tuple(replace(item.recipient, inbound=tuple(inbound[item.id])) for item in persons),
            touches=tuple(sorted(touches, key=lambda item: item.moment, reverse=True)),
        )

    def take_turns(self, recipients: Sequence[str], *, account_id: str | None) -> None:
        """Wait until nobody else is sending to these people or their companies; held until the transaction ends."""
        persons = read_persons(self._uow, recipients)
        for subject in sorted(_subjects(persons) | {account_id or ""}):
            key = func.hashtextextended(text(":subject"), _CONTACT_LOCK)
            self._uow.session.execute(select(func.pg_advisory_xact_lock(key)).params(subject=subject))


def _subjects(persons: Sequence[Person]) -> set[str]:
    return {item for person in persons for item in person.accounts}
