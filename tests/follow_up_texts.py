"""Small conversations for the tests of follow-ups, around the account of `tests.brief_builders`."""

from collections.abc import Sequence
from typing import Any

from copilot.domain.access import Role, Viewer
from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import StoredDocument
from copilot.domain.records import Contact
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.follow_up.choices import FollowUpRequest
from copilot.workflows.follow_up.context import FollowUpContext
from copilot.workflows.follow_up.manner import manner_of
from copilot.workflows.follow_up.points import Points, points_of
from copilot.workflows.follow_up.recipients import Recipients
from copilot.workflows.follow_up.sources import Conversation, conversation
from copilot.workflows.reading.reader import read_texts
from tests.brief_builders import contact, email, facts

VIEWER = Viewer(user_id="user-ines", email="ines@tramontia.example", name="Inés Robledo", role=Role.CSM, language="es")
OURS, MARTA = "ines@tramontia.example", "marta.ruiz@mencia.example"


def mail(
    text: str, *, inbound: bool = True, author: str = "Marta Ruiz Gil", address: str = MARTA, **changes: Any
) -> StoredDocument:
    """An email between Inés and a contact, with its addresses and an id."""
    keys = {"day", "title", "language"}
    written = email(
        text,
        inbound=inbound,
        author=author if inbound else "Inés Robledo",
        **{k: changes[k] for k in keys & {*changes}},
    )
    people = (address, OURS) if inbound else (OURS, address)
    added = {"participants": people, "message_id": f"{written.id}@mencia.example"}
    return written.model_copy(update=added | {k: v for k, v in changes.items() if k not in keys})


def talk_of(
    *documents: StoredDocument, wanted: FollowUpRequest | None = None, contacts: Sequence[Contact] = ()
) -> tuple[Conversation, AccountFacts, Points]:
    """The conversation that would be followed up, and what of it may be told again."""
    known = facts(documents=documents, contacts=tuple(contacts) or (contact(),))
    reading = read_texts(documents, known)
    talk = conversation(known, documents, reading, wanted=wanted or FollowUpRequest(), viewer=VIEWER)
    return talk, known, points_of(talk, documents, reading, known)


def context_of(
    *documents: StoredDocument, wanted: FollowUpRequest | None = None, contacts: Sequence[Contact] = (), **changes: Any
) -> FollowUpContext:
    """Everything an email to the first contact is written from."""
    asked = wanted or FollowUpRequest()
    talk, known, points = talk_of(*documents, wanted=asked, contacts=contacts)
    reading = read_texts(documents, known)
    to = known.contacts[:1]
    manner = manner_of(talk, to, known, reading, documents=documents, wanted=asked)
    base = BriefContext(
        facts=known, reading=reading, language=manner.language, book=EvidenceBook(known, language=manner.language)
    )
    given: dict[str, Any] = {
        "viewer": VIEWER,
        "base": base,
        "talk": talk,
        "recipients": Recipients(to=to, why="wrote"),
        "manner": manner,
        "points": points,
    }
    return FollowUpContext(**{**given, **changes})
