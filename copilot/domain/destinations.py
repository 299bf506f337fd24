"""Where a draft goes once it is approved, and what the way out needs to know.

Invariant: the destination, the addresses and the field to be written are part of the draft, so they are covered by
its digest and by the approval; they are chosen by a person or by code, never by a text that somebody else wrote.
"""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field


class Destination(StrEnum):
    """One way out of the system; each is served by one sink."""

    FILES = "files"
    EMAIL = "email"
    CRM = "crm"
    HERE = "here"
    """Nowhere: approved, it stays in the copilot, where its files can be downloaded."""


class Mailbox(BaseModel):
    """A name and an address, e.g. of a recipient."""

    model_config = ConfigDict(frozen=True)

    address: str
    name: str = ""
    contact_id: str | None = None
    """The contact record the address was read from; None for a colleague."""


class Attachment(BaseModel):
    """A file that goes with a draft. Its bytes are kept with the version, see `copilot.store.drafts`."""

    model_config = ConfigDict(frozen=True)

    name: str
    media_type: str
    sha256: str


class Email(BaseModel):
    """The envelope and headers of an email; its text is the draft's."""

    model_config = ConfigDict(frozen=True)

    sender: Mailbox
    to: tuple[Mailbox, ...] = Field(min_length=1)
    cc: tuple[Mailbox, ...] = ()
    subject: str
    message_id: str
    """`<...@...>`, drawn when the draft is written: by it a message is found in the mail server's log."""
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    """Message ids of the thread, oldest first."""
    attachments: tuple[Attachment, ...] = ()


class CrmUpdate(BaseModel):
    """A note on a record, or a new value of one of its fields."""

    model_config = ConfigDict(frozen=True)

    source_system: str
    record_type: str
    """E.g. `account` or `opportunity`."""
    source_id: str
    """The record's id in that system."""
    field: str | None = None
    """None: the draft's text becomes a note on the record."""
    value_before: str | None = None
    value: str | None = None
