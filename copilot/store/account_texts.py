"""An account's texts, with those of its facts that they are read by and compared with.

Invariant 3: every question filters by what the viewer may see; an account that they may not see is answered for exactly
like one that does not exist. All is asked at once; the facts of a whole brief take many times as long.
"""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, bindparam

from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts, PassageSpan
from copilot.domain.documents import StoredDocument
from copilot.domain.records import Account, Contact, Opportunity, Record
from copilot.store.account_facts import (
    STAFF,
    Scope,
    account_in,
    contacts_in,
    no_account,
    opportunities_in,
    passages_in,
)
from copilot.store.database import UnitOfWork
from copilot.store.documents import stored, texts_asked
from copilot.store.kept_statements import Kept, ask, kept, kept_for_viewers

RecordT = TypeVar("RecordT", bound=Record)


def account_texts(account_id: str, *, viewer: Viewer, uow: UnitOfWork) -> tuple[AccountFacts, list[StoredDocument]]:
    """Account, people, deals, passages and staff, every other part left empty; and all texts, oldest first.

    Raises NotFound as `AccountFactsRepository.gather`.
    """
    of_account = [each(viewer).asked(viewer, account_id=account_id) for each in _OF_ACCOUNT]
    texts = texts_asked(account_id, viewer=viewer)
    accounts, contacts, opportunities, passages, staff, documents = ask(uow, *of_account, _staff().asked(), texts)
    if not accounts:
        raise no_account()
    facts = AccountFacts(
        account=_records(Account, accounts)[0],
        today=uow.clock.today(),
        contacts=_records(Contact, contacts),
        opportunities=_records(Opportunity, opportunities),
        tickets=(),
        surveys=(),
        activities=(),
        issues=(),
        passages=tuple(PassageSpan(*row) for row in passages),
        metrics={},
        staff=tuple(row.name for row in staff),
    )
    return facts, [stored(row) for row in documents]


def _kept_of_account(build: Callable[[Scope], Select[*tuple[Any, ...]]]) -> Callable[[Viewer], Kept]:
    """With the parameter `account_id`; no day is asked of."""
    account_id: Any = bindparam("account_id", "")
    return kept_for_viewers(lambda viewer: build(Scope(account_id=account_id, viewer=viewer, today=date.min)))


_OF_ACCOUNT = tuple(map(_kept_of_account, (account_in, contacts_in, opportunities_in, passages_in)))


@cache
def _staff() -> Kept:
    return kept(STAFF)


def _records(record_type: type[RecordT], rows: Iterable[Any]) -> tuple[RecordT, ...]:
    return tuple(record_type.model_validate(row._asdict()) for row in rows)
