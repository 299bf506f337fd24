"""The envelope of a follow-up: from whom, to whom, in which thread, about what, with what attached.

Invariant: the sender is whoever asks for it; addresses come from contact records; the thread's ids come from the
headers of the messages that were imported, and the renderer drops whatever is none.
"""

import hashlib
import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from copilot.clock import Clock
from copilot.domain.destinations import Attachment, Email, Mailbox
from copilot.workflows.follow_up.context import FollowUpContext
from copilot.workflows.follow_up.recipients import mailbox

_PREFIX = re.compile(r"^\s*(?:(?:re|rv|fw|fwd|aw|tr)\s*(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_UNKNOWN_TYPE = "application/octet-stream"
_NO_DOMAIN = "localhost.invalid"


@dataclass(frozen=True, slots=True)
class Parcel:
    """What goes with an email: names and bytes, as the person handed them in."""

    files: Mapping[str, bytes]

    def attachments(self) -> tuple[Attachment, ...]:
        """As the envelope names them."""
        return tuple(
            Attachment(
                name=name,
                media_type=mimetypes.guess_type(name)[0] or _UNKNOWN_TYPE,
                sha256=hashlib.sha256(content).hexdigest(),
            )
            for name, content in sorted(self.files.items())
        )


def envelope(context: FollowUpContext, *, clock: Clock, attachments: Iterable[Attachment] = ()) -> Email:
    """Everything about the email but its text."""
    talk, viewer = context.talk, context.viewer
    thread = [item.message_id for item in talk.thread if item.message_id] if talk.is_email else []
    upto = thread[: thread.index(talk.main.message_id) + 1] if talk.main.message_id in thread else []
    answered = talk.main.message_id if talk.is_email else None
    return Email(
        sender=Mailbox(address=viewer.email, name=viewer.name),
        to=tuple(mailbox(item) for item in context.recipients.to),
        cc=tuple(mailbox(item) for item in context.recipients.cc),
        subject=subject(context),
        message_id=f"<{clock.new_id().hex}@{viewer.email.rpartition('@')[2] or _NO_DOMAIN}>",
        in_reply_to=_bracketed(answered) if answered else None,
        references=tuple(map(_bracketed, upto)),
        attachments=tuple(attachments),
    )


def _bracketed(message_id: str) -> str:
    """As headers write it; imported ids are kept without brackets."""
    return f"<{message_id.strip().strip('<>')}>"


def subject(context: FollowUpContext) -> str:
    """`Re:` and the thread's own subject; of a call, that it is followed up, in the email's language."""
    if context.talk.is_email:
        return f"Re: {_PREFIX.sub('', context.talk.main.title).strip()}"
    opening = context.points.opening
    day = opening.day if opening else context.base.today
    return context.say("subject_call", day=context.base.day(day))
