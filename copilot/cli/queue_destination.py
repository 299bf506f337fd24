"""Where an item goes and what is written there: the envelope of an email, the record and field of the CRM.

Invariant: whatever an approval lets out besides the text is shown with it, an absent part as absent.
"""

from collections.abc import Iterable, Iterator

from copilot.cli.queue_view_text import plain
from copilot.cli.queue_words import say, word
from copilot.domain.access import Viewer
from copilot.domain.destinations import Attachment, CrmUpdate, Email, Mailbox
from copilot.domain.drafts import Draft

_SHOWN_OF_HASH = 12


def destination_lines(draft: Draft, viewer: Viewer) -> Iterator[str]:
    """One line for each thing the way out needs."""
    yield say("goes_to", viewer, destination=word("destination", draft.destination.value, viewer))
    if draft.email is not None:
        yield from _envelope(draft.email, viewer)
    if draft.crm is not None:
        yield from _update(draft.crm, viewer)
    if draft.files:
        yield say("attachments", viewer, files="; ".join(map(_file, draft.files)))


def _envelope(email: Email, viewer: Viewer) -> Iterator[str]:
    yield say("from", viewer, who=_address(email.sender))
    yield say("to", viewer, who=_people(email.to, viewer))
    yield say("cc", viewer, who=_people(email.cc, viewer))
    yield say("subject", viewer, subject=plain(email.subject) or "-")
    yield say("attachments", viewer, files="; ".join(_file(each) for each in email.attachments) or "-")
    if email.in_reply_to:
        yield say("thread", viewer, message=plain(email.in_reply_to))
    else:
        yield say("no_thread", viewer)


def _update(update: CrmUpdate, viewer: Viewer) -> Iterator[str]:
    record = word("record", update.record_type, viewer)
    yield say("record", viewer, system=plain(update.source_system), record=plain(record), id=plain(update.source_id))
    if update.field is None:
        yield say("crm_note", viewer)
        return
    yield say("field", viewer, field=plain(update.field))
    yield say("value_before", viewer, value=_value(update.value_before, viewer))
    yield say("value_after", viewer, value=_value(update.value, viewer))


def _value(value: str | None, viewer: Viewer) -> str:
    return plain(value) if value else say("no_value", viewer)


def _people(boxes: Iterable[Mailbox], viewer: Viewer) -> str:
    return "; ".join(_address(box) + ("" if box.contact_id else say("no_contact", viewer)) for box in boxes) or "-"


def _address(box: Mailbox) -> str:
    return f"{plain(box.name)} <{plain(box.address)}>".lstrip()


def _file(file: Attachment) -> str:
    return f"{plain(file.name)} ({plain(file.media_type)}, sha256 {file.sha256[:_SHOWN_OF_HASH]})"
