"""A mail server that misbehaves on request, emails in the queue and what became of them, for the tests of the gate."""

import asyncio
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from copilot.approvals.release import run_due_releases
from copilot.approvals.service import ApprovalService
from copilot.clock import Clock
from copilot.domain.access import Viewer
from copilot.domain.destinations import Destination, Email, Mailbox
from copilot.domain.drafts import Draft
from copilot.domain.rendering_email import MESSAGE_FILE
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.guardrails.pipeline import Guardrails
from copilot.mail import Patience, SmtpTransport, read_server
from copilot.store.database import Database
from copilot.store.drafts import DraftRepository
from copilot.store.releases import Release, ReleaseRepository
from tests import approvals_builders as world
from tests.dying_process import dying_process
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


class Deliver(Protocol):
    """Delivers an item in a process that is killed at a line (0: none); says how it ended and how many lines it ran."""

    def __call__(self, item: ReviewItem, die_at: int) -> dict[str, int]: ...


@contextmanager
def dying_worker(database: Database, exports: Path, *, smtp: str | None = None) -> Iterator[Deliver]:
    """The process of `tests.approvals_killed_release`, until the block ends."""
    common = {"url": database.url, "folder": str(exports), "smtp": smtp}
    with dying_process("tests.approvals_killed_release") as run:
        yield lambda item, die_at: run(common | {"item": item.id, "die_at": die_at})


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


def deliver_due(database: Database, server: MailServer, exports: Path, **options: Any) -> int:
    """How many of the due deliveries went out, emails through `server`."""
    return run_due_releases(database, exports=exports, mail=server.transport(database.clock), **options)


def release_of(database: Database, item: ReviewItem) -> Release:
    """The delivery of an item, as it now is."""
    with database.unit_of_work() as uow:
        found = ReleaseRepository(uow).get(item.id)
    assert found is not None
    return found


def state_of(database: Database, item: ReviewItem) -> ReviewState:
    """The state of an item, as it now is."""
    return world.item_now(database, item).state


def approved_bytes(database: Database, item: ReviewItem) -> bytes:
    """The message as it was approved."""
    with database.unit_of_work() as uow:
        return DraftRepository(uow).deliverables(item.draft_id, item.version)[MESSAGE_FILE]


def release_actions(database: Database, item: ReviewItem) -> list[str]:
    """What the audit log says of the delivery of an item, in order."""
    return [action for action in world.actions(database, item) if action.startswith("release.")]
