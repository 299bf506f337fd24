"""The list of accounts, an account, and asking for a brief."""

from typing import Annotated

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, LanguageDep, UnitOfWorkDep, ViewerDep
from api.queue_reading import brief_to_read
from api.routes.accounts import AccountId
from api.schemas.accounts import AccountIssue
from api.web import flash
from api.web.pages.follow_ups import follow_up_form
from api.web.pages.meetings import meeting_texts
from api.web.score_panel import score_panel
from api.web.templating import render
from copilot.domain.account_facts import UNKNOWN, Metric
from copilot.domain.language import Language
from copilot.store.account_overview import account_overview
from copilot.store.accounts import AccountRepository

router = APIRouter(include_in_schema=False)
_PAGE = 50
_DOCUMENTS = 200
_FIGURES = (
    "seat_utilisation_pct",
    "active_users_change_pct",
    "tickets_open",
    "open_pipeline",
    "nps_latest",
    "csat_mean_180d",
    "days_since_last_inbound",
    "overdue_opportunities",
)
"""Computed figures shown at the top of an account, those that can be computed."""


@router.get("/accounts")
def account_list(
    request: Request,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    query: Annotated[str, Query(alias="q", max_length=200)] = "",
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> Response:
    """The accounts the viewer may see."""
    page = AccountRepository(uow).page(viewer=viewer, query=query, cursor=cursor, limit=_PAGE)
    return render(request, "accounts.html", page=page, query=query, cursor=cursor)


@router.get("/accounts/{account_id}")
def account(
    request: Request,
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> Response:
    """An account: what is known, its brief, its sources, what is wrong with its data."""
    shown = account_overview(account_id, viewer=viewer, uow=uow, documents=_DOCUMENTS)
    facts, documents = shown.facts, shown.documents
    story = application.explanations.explain(
        account_id, viewer=viewer, language=language, uow=uow, compare=False, facts=facts
    )
    return render(
        request,
        "account.html",
        scores=score_panel(story),
        head=shown.head,
        facts=facts,
        figures=[facts.metrics[name] for name in _FIGURES if name in facts.metrics and _is_known(facts.metrics[name])],
        issues=[AccountIssue.of(issue, language=language) for issue in facts.issues],
        documents=documents,
        follow_up=follow_up_form(facts, documents),
        meeting_texts=meeting_texts(documents),
        brief=brief_to_read(shown.brief_id, approvals=application.approvals, viewer=viewer, uow=uow),
    )


@router.get("/accounts/{account_id}/alike")
def alike(
    request: Request,
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: LanguageDep,
) -> Response:
    """Accounts like it, and how they ended: compared only when somebody asks."""
    story = application.explanations.compare(account_id, viewer=viewer, language=language, uow=uow)
    return render(request, "account_alike.html", story=story)


@router.post("/accounts/{account_id}/briefs")
def make_brief(
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: Annotated[Language, Form()],
) -> Response:
    """Write a brief and come back to it."""
    application.briefs.run(account_id, viewer=viewer, language=language, uow=uow)
    response = RedirectResponse(f"/accounts/{account_id}", status_code=303)
    flash.leave(response, "brief_made", secure=application.settings.secure_cookies)
    return response


def _is_known(metric: Metric) -> bool:
    return not metric.text.startswith(f"{metric.name}: {UNKNOWN}")
