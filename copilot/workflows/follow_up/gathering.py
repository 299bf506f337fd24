"""Reads everything that one follow-up needs, as its asker may see it.

Invariant 3: the account, its texts and its contacts are read with the viewer's rights; of shared knowledge only what
may leave the company is taken up.
"""

from collections.abc import Sequence

from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import StoredDocument
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.follow_up.answers import Answers
from copilot.workflows.follow_up.choices import FollowUpRequest
from copilot.workflows.follow_up.context import FollowUpContext
from copilot.workflows.follow_up.manner import manner_of
from copilot.workflows.follow_up.points import points_of
from copilot.workflows.follow_up.recipients import Recipients, choose
from copilot.workflows.follow_up.sources import conversation
from copilot.workflows.instructions import Instruction
from copilot.workflows.reading.reader import read_texts
from copilot.workflows.reading.types import Reading


def read_account(
    account_id: str, *, viewer: Viewer, uow: UnitOfWork
) -> tuple[AccountFacts, Sequence[StoredDocument], Reading]:
    """Records and texts of the account. Raises NotFound."""
    facts = AccountFactsRepository(uow).gather(account_id, viewer=viewer, today=uow.clock.today())
    documents = DocumentRepository(uow).texts_of_account(account_id, viewer=viewer)
    return facts, documents, read_texts(documents, facts)


def gather(
    account_id: str,
    *,
    wanted: FollowUpRequest,
    answers: Answers,
    viewer: Viewer,
    uow: UnitOfWork,
    instruction: Instruction | None = None,
    cc: Sequence[str] = (),
) -> FollowUpContext:
    """What one follow-up is written from. `cc`: contact ids that go in copy where others are named.

    Raises NotFound or InputError.
    """
    facts, documents, reading = read_account(account_id, viewer=viewer, uow=uow)
    talk = conversation(facts, documents, reading, wanted=wanted, viewer=viewer)
    named = tuple(item for item in wanted.recipient_contact_ids if item not in cc)
    recipients = choose(talk, facts.contacts, named=named, today=facts.today, viewer=viewer, uow=uow)
    if named and cc:
        copied = choose(talk, facts.contacts, named=cc, today=facts.today, viewer=viewer, uow=uow)
        recipients = Recipients(to=recipients.to, cc=copied.to, why=recipients.why)
    manner = manner_of(talk, recipients.to, facts, reading, documents=documents, wanted=wanted)
    # What somebody in copy did not have is not repeated to them.
    talk = talk.known_to((*recipients.to, *recipients.cc))
    points = points_of(talk, documents, reading, facts)
    return FollowUpContext(
        viewer=viewer,
        base=BriefContext(
            facts=facts,
            reading=reading,
            language=manner.language,
            book=EvidenceBook(facts, language=manner.language),
        ),
        talk=talk,
        recipients=recipients,
        manner=manner,
        points=points,
        answers=answers.find(points.questions, language=manner.language, viewer=viewer, uow=uow),
        proposed=answers.propose((*points.asked, *points.questions), language=manner.language, viewer=viewer, uow=uow),
        instruction=instruction,
        asked=wanted.request,
    )
