"""What the page of an account shows of its records, in one go.

Invariant 3: every question filters by what the viewer may see; an account that they may not see is answered for exactly
like one that does not exist. All is asked at once: a page waits once, however many lists it has.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Select

from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts, DataIssue
from copilot.domain.documents import StoredDocumentHead
from copilot.domain.drafts import DraftKind
from copilot.domain.records import Activity, Contact, Opportunity
from copilot.store.account_facts import (
    Scope,
    account_in,
    account_of,
    activities_in,
    contacts_in,
    issues_in,
    kept_in,
    opportunities_in,
    records_of,
    with_own_metrics,
)
from copilot.store.account_metrics import all_asked, all_told
from copilot.store.accounts import AccountHead, head_asked, head_of
from copilot.store.cited_work import latest_asked, latest_of
from copilot.store.database import UnitOfWork
from copilot.store.documents import heads_asked, heads_of
from copilot.store.kept_statements import Kept, ask

_SHOWN = 6
"""Activities on the page of an account."""
_DAYS_KEPT = 4


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """An account as its page shows it."""

    head: AccountHead
    facts: AccountFacts
    """Without tickets, surveys, passages, staff and products."""
    documents: list[StoredDocumentHead]
    brief_id: str | None
    """The review item of its newest brief that stands."""


def account_overview(account_id: str, *, viewer: Viewer, uow: UnitOfWork, documents: int) -> AccountOverview:
    """With at most so many documents, the newest. Raises NotFound as `AccountRepository.head`."""
    today = uow.clock.today()
    heads, metrics, texts, briefs, accounts, contacts, opportunities, activities, issues = ask(
        uow,
        head_asked(account_id, viewer=viewer),
        all_asked(account_id, viewer=viewer, today=today),
        heads_asked(account_id, viewer=viewer, most=documents),
        latest_asked(account_id, kind=DraftKind.BRIEF, viewer=viewer),
        *(each(viewer).asked(viewer, account_id=account_id) for each in _of_account(today)),
    )
    head, account = head_of(heads), account_of(accounts)
    facts = AccountFacts(
        account=account,
        today=today,
        contacts=records_of(Contact, contacts),
        opportunities=records_of(Opportunity, opportunities),
        tickets=(),
        surveys=(),
        activities=records_of(Activity, activities),
        issues=tuple(DataIssue(*row) for row in issues),
        passages=(),
        metrics=with_own_metrics(account, all_told(metrics[0], today), today=today),
    )
    return AccountOverview(head, facts, heads_of(texts), latest_of(briefs))


@lru_cache(maxsize=_DAYS_KEPT)
def _of_account(today: date) -> tuple[Callable[[Viewer], Kept], ...]:
    """With the parameter `account_id`, in the order in which they are answered."""
    builders = (account_in, contacts_in, opportunities_in, _shown_activities, issues_in)
    return tuple(kept_in(build, today=today) for build in builders)


def _shown_activities(scope: Scope) -> Select[Any]:
    return activities_in(scope, most=_SHOWN)
