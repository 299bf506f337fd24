"""What happened with an account, its people, its invoices, and what is wrong with its data."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.routes.accounts import AccountId
from api.schemas.account_parts import DataNote, InvoiceOut, PersonOut, TimelineOut, people_out
from api.schemas.common import PROBLEMS
from copilot.domain.timeline import EntryType, TimelineFilters
from copilot.store.account_conversations import ConversationRepository
from copilot.store.account_issues import AccountIssueRepository
from copilot.store.account_timeline import TimelineRepository
from copilot.store.accounts import AccountRepository
from copilot.workflows.brief.account_people import people_of

router = APIRouter(prefix="/api/v1/accounts/{account_id}", tags=["accounts"], responses=PROBLEMS)


@router.get("/timeline")
def read_timeline(
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    type: Annotated[list[EntryType] | None, Query(description="Only these; repeatable.")] = None,  # noqa: A002
    since: Annotated[date | None, Query(description="From this day on.")] = None,
    until: Annotated[date | None, Query(description="Up to this day.")] = None,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> TimelineOut:
    """Everything that happened, the newest first: conversations, tickets, deals, surveys, invoices, alerts, drafts,
    documents."""
    filters = TimelineFilters(types=frozenset(type or ()), since=since, until=until)
    return TimelineOut.of(TimelineRepository(uow).page(account_id, filters, viewer=viewer, cursor=cursor, limit=limit))


@router.get("/people")
def list_people(account_id: AccountId, viewer: ViewerDep, uow: UnitOfWorkDep) -> list[PersonOut]:
    """Who there is, how much they weigh, who of us talks to them and when last, and whether they may be contacted."""
    return people_out(people_of(account_id, viewer=viewer, uow=uow))


@router.get("/invoices")
def list_invoices(
    account_id: AccountId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> list[InvoiceOut]:
    """Invoices, the newest first."""
    AccountRepository(uow).head(account_id, viewer=viewer)
    today = application.clock.today()
    found = ConversationRepository(uow).invoices(account_id, viewer=viewer)
    return [InvoiceOut.of(invoice, today=today) for invoice in found]


@router.get("/data-quality")
def list_data_notes(
    account_id: AccountId, viewer: ViewerDep, uow: UnitOfWorkDep, language: LanguageDep
) -> list[DataNote]:
    """What the import noticed about the account's data, and where to correct it."""
    AccountRepository(uow).head(account_id, viewer=viewer)
    found = AccountIssueRepository(uow).of_account(account_id, viewer=viewer)
    return [DataNote.of(placed, language=language) for placed in found]
