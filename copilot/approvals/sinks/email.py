"""Approved emails: over SMTP, or as a file for a person to send.

Invariant 5: what is sent is the approved `message.eml`, byte for byte, with the transport's `Date` in front, to the
addresses of the approved envelope and to nobody else.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from copilot.approvals.sinks import Delivery, nothing_to_begin
from copilot.approvals.sinks.files import FileSink
from copilot.domain.destinations import Email
from copilot.domain.rendering_email import MESSAGE_FILE, ascii_address, recipients_of
from copilot.errors import InputError
from copilot.mail import MailTransport


@dataclass(frozen=True, slots=True)
class SmtpSink:
    """Hands the message to a mail server. Sending twice is twice, so a delivery that was cut off is parked."""

    transport: MailTransport
    returns_to: str | None = None
    """Where undeliverable mail returns to; None: to the sender."""
    channel: str = "smtp"
    repeatable: bool = False
    tried_again: bool = True

    def deliver(self, delivery: Delivery, *, begin: Callable[[], None] = nothing_to_begin) -> dict[str, str]:
        """Send to all recipients or to none; see `copilot.mail` for what it raises."""
        email, message = _approved(delivery)
        reply = self.transport.send(
            message,
            sender=self.returns_to or ascii_address(email.sender.address),
            recipients=recipients_of(email),
            begin=begin,
        )
        return {
            "channel": self.channel,
            "message_id": email.message_id,
            "sha256": hashlib.sha256(message).hexdigest(),
            "recipients": str(len(recipients_of(email))),
            "server": reply,
        }

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:  # noqa: ARG002 - see Sink
        """A mail server cannot be asked."""
        return None


@dataclass(frozen=True, slots=True)
class MessageFileSink:
    """Writes the message as a file, where no mail server is configured. The receipt says that a person sends it."""

    folder: Path
    channel: str = "eml"
    repeatable: bool = True
    tried_again: bool = False
    _files: FileSink = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_files", FileSink(self.folder, channel=self.channel))

    def deliver(self, delivery: Delivery, *, begin: Callable[[], None] = nothing_to_begin) -> dict[str, str]:
        """Write `message.eml` alone: what is attached is in it."""
        email, _message = _approved(delivery)
        return self._files.deliver(_message_alone(delivery), begin=begin) | _by_hand(email)

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:
        """The receipt if the file lies there as approved."""
        email, _message = _approved(delivery)
        receipt = self._files.delivered(_message_alone(delivery))
        return None if receipt is None else receipt | _by_hand(email)


def _approved(delivery: Delivery) -> tuple[Email, bytes]:
    message = delivery.files.get(MESSAGE_FILE)
    if delivery.email is None or message is None:
        raise InputError("This draft is no email.")
    return delivery.email, message


def _message_alone(delivery: Delivery) -> Delivery:
    files = {MESSAGE_FILE: delivery.files[MESSAGE_FILE]}
    return Delivery(review_item_id=delivery.review_item_id, digest=delivery.digest, name=delivery.name, files=files)


def _by_hand(email: Email) -> dict[str, str]:
    return {"message_id": email.message_id, "sent": "by_hand"}
