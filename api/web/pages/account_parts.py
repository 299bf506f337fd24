"""The parts of an account beside its overview: what happened, its people, its invoices, what is wrong with its data.

Invariant: any address is understood; what means nothing narrows nothing.
"""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.queue_reading import latest_brief_to_read
from api.routes.accounts import AccountId
from api.schemas.account_parts import DataNote, InvoiceOut
from api.web.links import member
from api.web.templating import render
from copilot.domain.records import Account, Lifecycle
from copilot.domain.timeline import EntryType, TimelineFilters
from copilot.store.account_conversations import ConversationRepository
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.account_issues import AccountIssueRepository
from copilot.store.account_timeline import TimelineRepository
from copilot.store.accounts import AccountRepository
from copilot.workflows.brief.account_people import people_of

router = APIRouter(include_in_schema=False)
_PAGE = 40
_DATA_PROBLEMS = "data_problems"
_ALWAYS = ("owner_email", "industry", "segment", "country", "lifecycle")
_OF_CUSTOMERS = ("arr", "currency", "renewal_date", "seats_licensed", "customer_since")
Word = Annotated[str, Query(max_length=20)]


@router.get("/accounts/{account_id}/timeline")
def timeline(
    request: Request,
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    type: Annotated[list[str] | None, Query(max_length=20)] = None,  # noqa: A002 - the word in the address
    since: Word = "",
    until: Word = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """Everything that happened, the newest first."""
    chosen = frozenset(found for word in type or () if (found := member(EntryType, word)) is not None)
    filters = TimelineFilters(types=chosen, since=_day(since), until=_day(until))
    head, page = TimelineRepository(uow).page_of(account_id, filters, viewer=viewer, cursor=cursor, limit=_PAGE)
    return render(
        request,
        "account_timeline.html",
        head=head,
        page=page,
        filters=filters,
        types=list(EntryType),
        cursor=cursor,
        asked={
            "type": sorted(chosen),
            "since": filters.since.isoformat() if filters.since else None,
            "until": filters.until.isoformat() if filters.until else None,
        },
    )


@router.get("/accounts/{account_id}/people")
def people(request: Request, account_id: AccountId, viewer: ViewerDep, uow: UnitOfWorkDep) -> Response:
    """Who there is, who of us talks to them, and who may be contacted."""
    return render(
        request,
        "account_people.html",
        head=AccountRepository(uow).head(account_id, viewer=viewer),
        people=people_of(account_id, viewer=viewer, uow=uow),
    )


@router.get("/accounts/{account_id}/invoices")
def invoices(
    request: Request, account_id: AccountId, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Response:
    """Invoices, the newest first."""
    head = AccountRepository(uow).head(account_id, viewer=viewer)
    today = application.clock.today()
    found = ConversationRepository(uow).invoices(account_id, viewer=viewer)
    return render(
        request, "account_invoices.html", head=head, invoices=[InvoiceOut.of(one, today=today) for one in found]
    )


@router.get("/accounts/{account_id}/data")
def data_quality(
    request: Request,
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> Response:
    """What is missing, contradictory or odd, and where to correct it."""
    account = AccountFactsRepository(uow).account(account_id, viewer=viewer)
    brief = latest_brief_to_read(account_id, approvals=application.approvals, viewer=viewer, uow=uow)
    told = [section for section in brief.draft.sections if section.key == _DATA_PROBLEMS] if brief else []
    notes = AccountIssueRepository(uow).of_account(account_id, viewer=viewer)
    return render(
        request,
        "account_data.html",
        head=AccountRepository(uow).head(account_id, viewer=viewer),
        account=account,
        missing=_missing(account),
        notes=[DataNote.of(placed, language=language) for placed in notes],
        brief=brief,
        told=[segment for section in told for segment in section.segments],
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _missing(account: Account) -> list[str]:
    """Fields that figures and scores need and that are empty."""
    wanted = _ALWAYS + (_OF_CUSTOMERS if account.lifecycle is Lifecycle.CUSTOMER else ())
    return [name for name in wanted if getattr(account, name) in (None, "")]
