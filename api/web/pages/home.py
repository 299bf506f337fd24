"""The home page: a person's day, and the first steps of somebody new. Also how the pages look in this browser.

Invariant: what stands here is what the day's workflow read for the viewer; the page only puts it into words.
"""

from typing import Annotated

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.web import today_words
from api.web.appearance import Theme, remember_theme
from api.web.links import member, safe_next
from api.web.templating import render

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """What the viewer's role needs first."""
    found = application.today.read(viewer=viewer, uow=uow)
    return render(request, "home.html", found=found, words=today_words)


@router.post("/first-steps")
def show_first_steps(
    viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep, hidden: Annotated[str, Form(max_length=3)] = ""
) -> Response:
    """Put the list of first steps away, or show it again."""
    application.today.hide_first_steps(hidden=hidden == "yes", viewer=viewer, uow=uow)
    return RedirectResponse("/" if hidden == "yes" else "/#first-steps", status_code=303)


@router.post("/theme")
def choose_theme(
    _viewer: ViewerDep,
    application: ApplicationDep,
    theme: Annotated[str, Form(max_length=10)] = "",
    following: Annotated[str, Form(alias="next", max_length=2_000)] = "",
) -> Response:
    """Light, dark, or as the system says; anything else is the system's."""
    response = RedirectResponse(safe_next(following), status_code=303)
    chosen = member(Theme, theme) or Theme.SYSTEM
    remember_theme(response, chosen, secure=application.settings.secure_cookies)
    return response
