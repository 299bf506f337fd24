"""An account's texts, with those of its facts that they are read by and compared with.

Invariant 3: every question filters by what the viewer may see; an account that they may not see is answered for exactly
like one that does not exist. All is asked at once; the facts of a whole brief take many times as long.
"""

from datetime import date
from functools import cache

from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts, PassageSpan
from copilot.domain.documents import StoredDocument
from copilot.domain.records import Contact, Opportunity
from copilot.store.account_facts import (
    STAFF,
    account_in,
    account_of,
    contacts_in,
    kept_in,
    opportunities_in,
    passages_in,
    records_of,
)
from copilot.store.database import UnitOfWork
from copilot.store.documents import stored, texts_asked
from copilot.store.kept_statements import Kept, ask, kept


def account_texts(account_id: str, *, viewer: Viewer, uow: UnitOfWork) -> tuple[AccountFacts, list[StoredDocument]]:
    """Account, people, deals, passages and staff, every other part left empty; and all texts, oldest first.

    Raises NotFound as `AccountFactsRepository.gather`.
    """
    of_account = [each(viewer).asked(viewer, account_id=account_id) for each in _OF_ACCOUNT]
    texts = texts_asked(account_id, viewer=viewer)
    accounts, contacts, opportunities, passages, staff, documents = ask(uow, *of_account, _staff().asked(), texts)
    facts = AccountFacts(
        account=account_of(accounts),
        today=uow.clock.today(),
        contacts=records_of(Contact, contacts),
        opportunities=records_of(Opportunity, opportunities),
        tickets=(),
        surveys=(),
        activities=(),
        issues=(),
        passages=tuple(PassageSpan(*row) for row in passages),
        metrics={},
        staff=tuple(row.name for row in staff),
    )
    return facts, [stored(row) for row in documents]


_OF_ACCOUNT = tuple(
    kept_in(build, today=date.min) for build in (account_in, contacts_in, opportunities_in, passages_in)
)
"""With the parameter `account_id`, in the order in which they are answered; no day is asked of."""


@cache
def _staff() -> Kept:
    return kept(STAFF)
