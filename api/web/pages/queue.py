"""The queue: what waits for a decision, in parts, filtered, ordered.

Invariant: what is listed is what the viewer may see; a filter that means nothing narrows nothing.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.languages import language_of
from api.localisation import translate
from api.web.queue_list import EMPTY, GROUPS, ListWords
from api.web.queue_query import Group, QueueQuery, from_pairs
from api.web.queue_views import default_address, view_tabs
from api.web.templating import environment, render
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.store.queue_pages import MOST_COUNTED, QueuePages

router = APIRouter(include_in_schema=False)
PAGE_SIZE = 50


def asked_list(request: Request) -> QueueQuery:
    """The list that the address names."""
    return from_pairs(request.query_params.multi_items()[:60])


QueryDep = Annotated[QueueQuery, Depends(asked_list)]


@router.get("/queue")
def queue(
    request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, query: QueryDep
) -> Response:
    """One list; without a query the view that the viewer's queue opens with."""
    views = application.saved_views.all(viewer=viewer, uow=uow)
    if not request.query_params:
        address = default_address(views, viewer=viewer)
        if address is not None:
            return RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    language, currency = language_of(request), application.settings.home_currency
    pages = QueuePages(uow)
    page = pages.page(query.filters(viewer), viewer=viewer, cursor=query.cursor, limit=PAGE_SIZE, sort=query.sort)
    listing = ListWords(viewer, language=language, uow=uow)
    rows, selects = listing.rows(page.entries, turns=pages.turns(viewer)), listing.selects(query)
    money = environment(language).filters["money"]
    title, text = EMPTY.get(query.show, ("", ""))
    counted = [*(QueueQuery(show=group) for group in GROUPS), *([query] if query.narrowed else [])]
    counts = pages.count_each([each.filters(viewer) for each in counted], viewer=viewer)
    numbers = dict(zip(GROUPS, counts, strict=False))
    shown = counts[-1] if query.narrowed else numbers[query.show]
    groups = _groups(numbers, language=language)
    return render(
        request,
        "queue.html",
        query=query,
        amount_ignored=query.value_from is None and bool(request.query_params.get("value", "").strip()),
        groups=groups,
        group_name=translate(GROUPS[query.show], language=language),
        rows=rows,
        next_page=page.cursor,
        bulk_possible=any(row.may_bulk for row in rows),
        choices={"risks": tuple(reversed(Risk)), "selects": selects},
        chips=listing.chips(query, selects, money=lambda amount: money(amount, currency)),
        views=view_tabs(views, query, viewer=viewer),
        shown=shown,
        shown_words=_number(shown),
        others_wait=any(group["name"] is Group.OPEN and group["count"] != "0" for group in groups),
        empty={"title": translate(title, language=language), "text": translate(text, language=language)},
        currency=currency,
    )


def _groups(numbers: Mapping[Group, int], *, language: Language) -> list[dict[str, object]]:
    return [
        {
            "name": group,
            "label": translate(label, language=language),
            "count": _number(numbers[group]),
            "alarming": group is Group.OVERDUE and numbers[group] > 0,
        }
        for group, label in GROUPS.items()
    ]


def _number(number: int) -> str:
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)
