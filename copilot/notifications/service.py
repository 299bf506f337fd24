"""Everything that tells people and programs what happened, put together.

Invariant: it only reads the queue; nothing here decides about an item or lets anything of it out.
"""

import ssl
from datetime import timedelta

from copilot.domain.notifications import NotificationRules
from copilot.mail import MailTransport
from copilot.notifications.delivery import WebhookSender
from copilot.notifications.links import Links
from copilot.notifications.mailer import Mailer
from copilot.notifications.outbox import Outbox
from copilot.notifications.preferences import NotificationPreferences
from copilot.notifications.webhooks import Webhooks
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.webhooks import WebhookRepository


class Notifications:
    """The parts that surfaces use, and the work of the background job."""

    def __init__(
        self,
        settings: Settings,
        *,
        database: Database,
        rules: NotificationRules,
        transport: MailTransport | None,
        trusted: ssl.SSLContext | None = None,
    ) -> None:
        links = Links(settings.public_url)
        self._database = database
        self._rules = rules
        self._outbox = Outbox(database, links=links)
        self.sender = WebhookSender(
            database,
            rules=rules,
            private_addresses=settings.webhook_private_addresses,
            dry_run=settings.dry_run,
            trusted=trusted,
        )
        self._mailer = Mailer(database, transport=transport, sender=settings.smtp_from, links=links, rules=rules)
        self.webhooks = Webhooks(rules, private_addresses=settings.webhook_private_addresses)
        self.preferences = NotificationPreferences()
        self.sends_mail = transport is not None and settings.smtp_from is not None

    def run(self) -> int:
        """Read on, deliver what is due, write to whom it is due. Returns how many deliveries and mails went out."""
        self._outbox.read_on()
        sent = self.sender.run_due()
        self._forget_old()
        # What was switched off just now is news.
        self._outbox.read_on()
        return sent + self._mailer.run_due()

    def _forget_old(self) -> None:
        with self._database.unit_of_work() as uow:
            before = uow.clock.now() - timedelta(days=self._rules.keep_deliveries_days)
            WebhookRepository(uow).forget_deliveries(before=before)
