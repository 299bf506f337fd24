"""From events to what is to be delivered: reads the audit chain and queues webhooks and notifications.

Invariant: the audit chain is the outbox. An event is in it exactly if its transaction committed; events are read in
their order, and the place reached is stored in the transaction that queues what follows from them. So no event is
lost, none is told without its cause, and none is queued twice, wherever a process is killed. An event about an item
whose rows make no sense is passed over and counted in the log: it stops no other news.
"""

from itertools import islice
from typing import Any

from copilot.domain.access import Role
from copilot.domain.audit import AuditEvent
from copilot.domain.notifications import WEBHOOK_EVENTS, NotificationKind
from copilot.notifications.links import Links
from copilot.notifications.recipients import people_to_tell
from copilot.store.audit import AuditLog
from copilot.store.database import Database, UnitOfWork
from copilot.store.notifications import NotificationRepository
from copilot.store.people import PeopleRepository
from copilot.store.releases import ReleaseRepository
from copilot.store.review_entries import QueueEntry
from copilot.store.reviews import ReviewRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.store.webhooks import WebhookRepository
from copilot.telemetry import get_logger

_log = get_logger(__name__)

_AT_ONCE = 200
_ITEM = "review_item:"
_WEBHOOK = "webhook:"
_SYSTEM = "system"
"""Who did what no person did."""
_RFP_PROJECT = "rfp_project:"
_USER = "user:"
_NOBODY = "nobody"


class Outbox:
    """See the module docstring."""

    def __init__(self, database: Database, *, links: Links) -> None:
        self._database = database
        self._links = links

    def read_on(self) -> int:
        """Queue what follows from every event since the last time; returns how many events that were."""
        count = 0
        while read := self._read_some():
            count += read
            if read < _AT_ONCE:
                break
        return count

    def _read_some(self) -> int:
        with self._database.unit_of_work() as uow:
            repository = NotificationRepository(uow)
            place = repository.take_cursor()
            events = list(islice(AuditLog(uow).events(after=place), _AT_ONCE))
            passed_over = sum(not self._followed(event, uow=uow) for event in events)
            if passed_over:
                _log.error("outbox.passed_over", events=passed_over, of=len(events))
            if events:
                repository.move_cursor(events[-1].sequence)
            return len(events)

    def _followed(self, event: AuditEvent, *, uow: UnitOfWork) -> bool:
        """Whether what the event is about could be read."""
        try:
            self._follow(event, uow=uow)
        except ValueError as error:  # also what pydantic raises
            _log.error("outbox.unreadable", sequence=event.sequence, subject=event.subject, kind=type(error).__name__)
            return False
        return True

    def _follow(self, event: AuditEvent, *, uow: UnitOfWork) -> None:
        if event.subject.startswith(_ITEM):
            entry = ReviewRepository(uow).get_unfiltered(event.subject.removeprefix(_ITEM))
            if entry is not None:
                self._queue_webhooks(event, entry, uow=uow)
                self._queue_notices(event, entry, uow=uow)
        elif event.action == "webhook.switched_off":
            _tell_admins(event, uow=uow)
        elif event.action == "rfp.assigned":
            _tell_assignee(event, uow=uow)
        elif event.action == "alerts.told":
            _tell_owner(event, uow=uow)
        elif event.action == "scores.trained" and event.actor_id == _SYSTEM:
            _tell_of_training(event, uow=uow)
        elif event.action == "brief.scheduled":
            _tell_of_briefs(event, uow=uow)

    def _queue_webhooks(self, event: AuditEvent, entry: QueueEntry, *, uow: UnitOfWork) -> None:
        if event.action not in WEBHOOK_EVENTS or ReleaseRepository(uow).is_test_item(entry.item.id):
            # Test items are for reviewers; what other programs are told is real work only.
            return
        repository = WebhookRepository(uow)
        payload: dict[str, Any] | None = None
        for webhook_id in repository.listening(event.action, sequence=event.sequence):
            payload = payload or self._payload(event, entry)
            repository.queue(webhook_id, event=event.action, payload=payload, sequence=event.sequence)

    def _payload(self, event: AuditEvent, entry: QueueEntry) -> dict[str, Any]:
        """Identifiers, codes, times and a link. What may change later is left out: the receiver asks the API."""
        item = entry.item
        return {
            "type": event.action,
            "timestamp": event.happened_at.isoformat(),
            "data": {
                "sequence": event.sequence,
                "item": item.id,
                "draft": item.draft_id,
                "version": item.version,
                "digest": item.digest,
                "kind": item.kind.value,
                "audience": item.audience.value,
                "risk": item.risk.value,
                "account": entry.account_id,
                "due_at": item.requirement.due_at.isoformat(),
                "expires_at": item.requirement.expires_at.isoformat(),
                "link": self._links.item(item.id),
            },
        }

    def _queue_notices(self, event: AuditEvent, entry: QueueEntry, *, uow: UnitOfWork) -> None:
        repository = NotificationRepository(uow)
        for told in people_to_tell(event, entry, uow=uow):
            repository.add(told.user_id, kind=told.kind, key=told.key, review_item_id=entry.item.id)


def _tell_admins(event: AuditEvent, *, uow: UnitOfWork) -> None:
    webhook_id = event.subject.removeprefix(_WEBHOOK)
    if WebhookRepository(uow).get(webhook_id) is None:
        return
    for admin in PeopleRepository(uow).with_role(Role.ADMIN):
        NotificationRepository(uow).add(
            admin.user_id,
            kind=NotificationKind.WEBHOOK_OFF,
            key=f"webhook_off:{webhook_id}:{event.sequence}",
            webhook_id=webhook_id,
        )


def _tell_owner(event: AuditEvent, *, uow: UnitOfWork) -> None:
    """Of all alerts of a day at once; administrators of those without an owner."""
    people, owner_id = PeopleRepository(uow), event.subject.removeprefix(_USER)
    owner = people.by_id(owner_id)
    told = people.with_role(Role.ADMIN) if owner_id == _NOBODY else [owner] if owner is not None else []
    for person in told:
        key = f"alerts:{event.details.get('day', '')}"
        NotificationRepository(uow).add(person.user_id, kind=NotificationKind.ALERTS, key=key)


def _tell_of_training(event: AuditEvent, *, uow: UnitOfWork) -> None:
    """Administrators, of all scores that were learnt again on a day at once; whoever trains by hand knows."""
    for admin in PeopleRepository(uow).with_role(Role.ADMIN):
        key = f"scores:{event.happened_at:%Y-%m-%d}"
        NotificationRepository(uow).add(admin.user_id, kind=NotificationKind.SCORES, key=key)


def _tell_of_briefs(event: AuditEvent, *, uow: UnitOfWork) -> None:
    """Of all briefs of an hour at once."""
    person = PeopleRepository(uow).by_id(event.subject.removeprefix(_USER))
    if person is not None:
        key = f"briefs:{event.happened_at:%Y-%m-%dT%H}"
        NotificationRepository(uow).add(person.user_id, kind=NotificationKind.BRIEFS, key=key)


def _tell_assignee(event: AuditEvent, *, uow: UnitOfWork) -> None:
    project_id, assignee = event.subject.removeprefix(_RFP_PROJECT), event.details.get("assignee", "")
    person = PeopleRepository(uow).by_id(assignee)
    if person is None or assignee == event.actor_id:
        return
    if RfpQuestionRepository(uow).waits_for(person, project_id=project_id):
        NotificationRepository(uow).add(
            assignee,
            kind=NotificationKind.RFP_ASSIGNED,
            key=f"rfp_assigned:{project_id}:{event.sequence}",
            rfp_project_id=project_id,
        )
