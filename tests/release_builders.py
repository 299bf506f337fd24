"""A mail server that misbehaves on request, and emails in the queue, for the tests of the release gate."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from copilot.approvals.service import ApprovalService
from copilot.clock import Clock
from copilot.domain.access import Viewer
from copilot.domain.destinations import Destination, Email, Mailbox
from copilot.domain.drafts import Draft
from copilot.domain.review_items import ReviewItem
from copilot.guardrails.pipeline import Guardrails
from copilot.mail import Patience, SmtpTransport, read_server
from copilot.store.database import Database
from tests import approvals_builders as world
from tests.guardrails_contact_builders import MARTA, message

MARTA_ADDRESS = "marta@tormes.example"
SHORT = Patience(connect=5.0, reply=1.0, after_message=1.0)


@dataclass
class MailServer:
    """A real SMTP server in this process. The texts are its answers; `drop_at` names where it hangs up."""

    on_mail: str = "250 OK"
    on_recipient: dict[str, str] = field(default_factory=dict)
    on_data: str = "250 2.0.0 queued as 4F1"
    drop_at: str | None = None
    silent_for: float = 0.0
    taken: list[tuple[str, tuple[str, ...], bytes]] = field(default_factory=list)
    """Sender, recipients and bytes of every message it has."""
    port: int = 0

    async def handle_MAIL(  # noqa: N802 - named by the library
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.on_mail.startswith("250"):
            envelope.mail_from = address
        return self.on_mail

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.drop_at == "recipient":
            _hang_up(server)
        answer = self.on_recipient.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.on_data.startswith("250"):
            self.taken.append((envelope.mail_from or "", tuple(envelope.rcpt_tos), envelope.original_content or b""))
        await asyncio.sleep(self.silent_for)
        if self.drop_at == "end of message":
            _hang_up(server)
        return self.on_data

    @contextmanager
    def running(self, **options: Any) -> Iterator["MailServer"]:
        """Serve until the block ends."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()

    def transport(self, clock: Clock, *, context: ssl.SSLContext | None = None) -> SmtpTransport:
        """How to reach it, without patience."""
        server = read_server(f"smtp://127.0.0.1:{self.port}")
        return SmtpTransport(server, clock=clock, patience=SHORT, context=context)


def _hang_up(server: SMTP) -> None:
    assert server.transport is not None
    server.transport.abort()  # type: ignore[attr-defined]


def email_draft(database: Database, viewer: Viewer, **changes: Any) -> Draft:
    """An email of the viewer to Marta, see `tests.guardrails_contact_builders`."""
    envelope: dict[str, Any] = {
        "sender": Mailbox(address=viewer.email, name=viewer.name),
        "to": (Mailbox(address=MARTA_ADDRESS, name="Marta Ruiz Gil", contact_id=MARTA),),
        "subject": "Su renovación",
        "message_id": "<draft-1@tramontia.example>",
    }
    email = Email(**(envelope | changes))
    draft = message(database, viewer, *(box.contact_id for box in email.to if box.contact_id))
    return draft.model_copy(update={"destination": Destination.EMAIL, "email": email})


def approved_email(
    database: Database,
    *,
    requester: Viewer,
    approver: Viewer,
    files: Mapping[str, bytes] | None = None,
    service: ApprovalService | None = None,
    **changes: Any,
) -> ReviewItem:
    """Filed by one, approved by another."""
    draft, service = email_draft(database, requester, **changes), service or world.service()
    with database.unit_of_work() as uow:
        report = Guardrails().check_draft(draft, viewer=requester, uow=uow)
        item = service.submit(draft, report, viewer=requester, uow=uow, attachments=files or {})
    with database.unit_of_work() as uow:
        return service.decide(item.id, world.decision(item, approver), viewer=approver, uow=uow)
