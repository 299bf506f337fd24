"""Receivers of events, as administrators manage them.

Invariants: only administrators; a secret is told once, when it is made; every change is in the audit chain, without
the address (which may hold a password of the receiver) and without the secret.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address

from copilot.domain.access import Role, Viewer
from copilot.domain.notifications import PING, WEBHOOK_EVENTS, NotificationRules
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.notifications import signing
from copilot.notifications.addresses import checked_url, may_be_reached
from copilot.notifications.paging import read_cursor, write_cursor
from copilot.notifications.texts import error
from copilot.store.audit import AuditLog
from copilot.store.database import UnitOfWork
from copilot.store.webhooks import Delivery, Webhook, WebhookRepository

_MOST = 20
_MOST_PER_PAGE = 200


@dataclass(frozen=True, slots=True)
class NewSecret:
    """A receiver with the secret that signs for it from now on; told once."""

    webhook: Webhook
    secret: str


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """One page of a receiver's log, the newest first."""

    deliveries: tuple[Delivery, ...]
    cursor: str | None


class Webhooks:
    """See the module docstring. Every method works inside the caller's unit of work."""

    def __init__(self, rules: NotificationRules, *, private_addresses: bool = False) -> None:
        self._rules = rules
        self._private = private_addresses

    def register(self, url: str, *, events: Sequence[str], viewer: Viewer, uow: UnitOfWork) -> NewSecret:
        """Tell this address about these events from now on. Raises NotAllowed, InputError or Conflict."""
        _require_admin(viewer)
        self._require_usable(url, events, viewer)
        if len(WebhookRepository(uow).every()) >= _MOST:
            raise error(Conflict, "too_many_webhooks", language=viewer.language)
        secret = signing.new_secret()
        webhook_id = WebhookRepository(uow).add(url, events=_ordered(events), secret=secret, created_by=viewer.user_id)
        _record("webhook.registered", webhook_id, viewer=viewer, uow=uow)
        return NewSecret(_found(webhook_id, viewer=viewer, uow=uow), secret)

    def every(self, *, viewer: Viewer, uow: UnitOfWork) -> tuple[Webhook, ...]:
        """All receivers. Raises NotAllowed."""
        _require_admin(viewer)
        return WebhookRepository(uow).every()

    def get(self, webhook_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Webhook:
        """One receiver. Raises NotAllowed or NotFound."""
        _require_admin(viewer)
        return _found(webhook_id, viewer=viewer, uow=uow)

    def change(
        self, webhook_id: str, *, url: str, events: Sequence[str], active: bool, viewer: Viewer, uow: UnitOfWork
    ) -> Webhook:
        """Replace address, events, and whether it is on. Raises NotAllowed, NotFound or InputError."""
        _require_admin(viewer)
        _found(webhook_id, viewer=viewer, uow=uow)
        self._require_usable(url, events, viewer)
        WebhookRepository(uow).change(webhook_id, url=url, events=_ordered(events), active=active)
        _record("webhook.changed", webhook_id, viewer=viewer, uow=uow)
        return _found(webhook_id, viewer=viewer, uow=uow)

    def rotate(self, webhook_id: str, *, viewer: Viewer, uow: UnitOfWork) -> NewSecret:
        """A new secret; the one before signs too until the overlap ends. Raises NotAllowed or NotFound."""
        _require_admin(viewer)
        _found(webhook_id, viewer=viewer, uow=uow)
        secret = signing.new_secret()
        until = uow.clock.now() + timedelta(hours=self._rules.webhook_overlap_hours)
        WebhookRepository(uow).rotate(webhook_id, secret=secret, until=until)
        _record("webhook.rotated", webhook_id, viewer=viewer, uow=uow)
        return NewSecret(_found(webhook_id, viewer=viewer, uow=uow), secret)

    def remove(self, webhook_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        """Forget a receiver and its log. Raises NotAllowed or NotFound."""
        _require_admin(viewer)
        if not WebhookRepository(uow).remove(webhook_id):
            raise error(NotFound, "no_webhook", language=viewer.language)
        _record("webhook.removed", webhook_id, viewer=viewer, uow=uow)

    def ping(self, webhook_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Delivery:
        """Queue a message that says nothing but that it is a test. Raises NotAllowed, NotFound or Conflict."""
        _require_admin(viewer)
        if not _found(webhook_id, viewer=viewer, uow=uow).active:
            raise error(Conflict, "webhook_is_off", language=viewer.language)
        payload = {"type": PING, "timestamp": uow.clock.now().isoformat(), "data": {"webhook": webhook_id}}
        delivery_id = WebhookRepository(uow).queue(webhook_id, event=PING, payload=payload)
        return self.delivery(webhook_id, delivery_id, viewer=viewer, uow=uow)

    def redeliver(self, webhook_id: str, delivery_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Delivery:
        """Make a delivery again, whatever became of it. Raises NotAllowed, NotFound or Conflict."""
        _require_admin(viewer)
        if not _found(webhook_id, viewer=viewer, uow=uow).active:
            raise error(Conflict, "webhook_is_off", language=viewer.language)
        if not WebhookRepository(uow).redeliver(delivery_id, webhook_id=webhook_id):
            raise error(NotFound, "no_delivery", language=viewer.language)
        _record("webhook.redelivered", webhook_id, viewer=viewer, uow=uow, delivery=delivery_id)
        return self.delivery(webhook_id, delivery_id, viewer=viewer, uow=uow)

    def delivery(self, webhook_id: str, delivery_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Delivery:
        """One line of the log. Raises NotAllowed or NotFound."""
        _require_admin(viewer)
        found = WebhookRepository(uow).delivery(delivery_id, webhook_id=webhook_id)
        if found is None:
            raise error(NotFound, "no_delivery", language=viewer.language)
        return found

    def deliveries(
        self, webhook_id: str, *, viewer: Viewer, uow: UnitOfWork, cursor: str | None = None, limit: int = 50
    ) -> DeliveryPage:
        """The log of one receiver, newest first. Raises NotAllowed, NotFound or InputError."""
        _require_admin(viewer)
        _found(webhook_id, viewer=viewer, uow=uow)
        size = max(1, min(limit, _MOST_PER_PAGE))
        before = None if cursor is None else read_cursor(cursor)
        rows = WebhookRepository(uow).deliveries(webhook_id, before=before, limit=size + 1)
        more = len(rows) > size
        shown = rows[:size]
        return DeliveryPage(shown, write_cursor(shown[-1].created_at, shown[-1].id) if more else None)

    def _require_usable(self, url: str, events: Sequence[str], viewer: Viewer) -> None:
        parts = checked_url(url, language=viewer.language)
        host = parts.hostname or ""
        try:
            reachable = may_be_reached(ip_address(host), private=self._private)
        except ValueError:
            reachable = self._private or host != "localhost"
        if not reachable:
            raise error(InputError, "url_private", language=viewer.language)
        if not events or not set(events) <= set(WEBHOOK_EVENTS):
            raise error(InputError, "unknown_events", language=viewer.language)


def _ordered(events: Sequence[str]) -> list[str]:
    return [event for event in WEBHOOK_EVENTS if event in events]


def _require_admin(viewer: Viewer) -> None:
    if viewer.role is not Role.ADMIN:
        raise error(NotAllowed, "admins_only", language=viewer.language)


def _found(webhook_id: str, *, viewer: Viewer, uow: UnitOfWork) -> Webhook:
    webhook = WebhookRepository(uow).get(webhook_id)
    if webhook is None:
        raise error(NotFound, "no_webhook", language=viewer.language)
    return webhook


def _record(action: str, webhook_id: str, *, viewer: Viewer, uow: UnitOfWork, **details: str) -> None:
    AuditLog(uow).append(action, actor_id=viewer.user_id, subject=f"webhook:{webhook_id}", details=details)
