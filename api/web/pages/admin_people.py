"""Who works here, for administrators: everybody, one person, and everybody's tokens.

Invariants: only an administrator opens these pages; the link to choose a password is on the page that answers its
making and on no other, and never in an address.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.administrators import AdminDep, whole_address
from api.deps import ApplicationDep, UnitOfWorkDep
from api.errors import Failure, failure_of
from api.web import flash
from api.web.links import member, with_query
from api.web.templating import render
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.errors import CopilotError
from copilot.identity import administration, links, tokens
from copilot.identity.administration import Details
from copilot.identity.rules import LONGEST_ADDRESS, LONGEST_NAME, person_of
from copilot.identity.sessions import end_sessions_of
from copilot.identity.unlinking import unlink
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.staff import StaffFilters, StaffRepository
from copilot.store.waiting import waiting_on

router = APIRouter(include_in_schema=False)
_PAGE_SIZE = 50
_LARGEST_PAGE = 10_000
_STATES = {"active": True, "former": False, "all": None}
PersonId = Annotated[str, Path(max_length=64)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address says."""

    text: str
    role: str
    team: str
    state: str
    page: int

    @property
    def filters(self) -> StaffFilters:
        """What to ask for; what means nothing narrows nothing."""
        return StaffFilters(text=self.text, role=member(Role, self.role), team_id=self.team, active=_STATES[self.state])

    def address(self, page: int = 1) -> str:
        """Where another page of the list is."""
        given = {"q": self.text, "role": self.role, "team": self.team, "state": self.state}
        return with_query("/admin/people", {**given, "page": str(page) if page > 1 else None})


def asked(
    text: Annotated[str, Query(alias="q", max_length=200)] = "",
    role: Annotated[str, Query(max_length=20)] = "",
    team: Annotated[str, Query(max_length=64)] = "",
    state: Annotated[str, Query(max_length=20)] = "",
    page: Annotated[str, Query(max_length=6)] = "",
) -> Asked:
    """The list asked for."""
    number = int(page) if page.isascii() and page.isdigit() else 1
    return Asked(
        text=text.strip() if text.isprintable() else "",
        role=role if member(Role, role) else "",
        team=team if team.isprintable() else "",
        state=state if state in _STATES else "active",
        page=min(max(number, 1), _LARGEST_PAGE),
    )


@dataclass(frozen=True, slots=True)
class Entered:
    """What was in the form about a person."""

    name: str = ""
    role: str = Role.AE.value
    team: str = ""
    language: str = Language.EN.value
    email: str = ""

    @property
    def details(self) -> Details:
        """For the service; what the lists do not offer counts as their first choice."""
        role, language = member(Role, self.role), member(Language, self.language)
        return Details(self.name, role or Role.AE, self.team or None, language or Language.EN)


def entered(
    name: Annotated[str, Form(max_length=200)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
    team: Annotated[str, Form(max_length=64)] = "",
    language: Annotated[str, Form(max_length=2)] = "",
    email: Annotated[str, Form(max_length=300)] = "",
) -> Entered:
    """The form as it was sent."""
    return Entered(name, role, team, language, email)


AskedDep = Annotated[Asked, Depends(asked)]
EnteredDep = Annotated[Entered, Depends(entered)]


@router.get("/admin/people")
def people(request: Request, _admin: AdminDep, uow: UnitOfWorkDep, query: AskedDep) -> Response:
    """Everybody who works here, and a form for somebody new."""
    return _list(request, query, uow=uow)


@router.post("/admin/people")
def add(
    request: Request, admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep, form: EnteredDep
) -> Response:
    """Add somebody, and show the link by which they choose a password."""
    try:
        with uow.savepoint():
            made = administration.add_person(form.email, form.details, actor=admin, uow=uow)
    except CopilotError as error:
        return _list(request, asked(), uow=uow, form=form, failure=failure_of(request, error))
    link = None
    if application.people.takes_password_of(made.viewer):
        link = links.make_link(made.viewer.user_id, people=application.people, actor=admin, uow=uow)
    return _person(request, made.viewer.user_id, admin=admin, uow=uow, link=link, added=True)


@router.get("/admin/tokens")
def token_list(request: Request, admin: AdminDep, uow: UnitOfWorkDep) -> Response:
    """Everybody's live tokens."""
    return render(request, "admin_tokens.html", tokens=tokens.all_tokens(actor=admin, uow=uow))


@router.post("/admin/tokens/{token_id}/revoke")
def revoke_token(
    token_id: Annotated[str, Path(max_length=64)], admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Response:
    """End anybody's token."""
    ended = tokens.revoke_token(token_id, viewer=admin, uow=uow)
    return _done("/admin/tokens", "token_revoked", application, name=ended.name)


@router.get("/admin/people/{person_id}")
def person(
    request: Request,
    person_id: PersonId,
    admin: AdminDep,
    uow: UnitOfWorkDep,
    account: Annotated[str, Query(max_length=200)] = "",
) -> Response:
    """One person; `account` is what to look for among the accounts to open to them."""
    return _person(request, person_id, admin=admin, uow=uow, sought=account.strip())


@router.post("/admin/people/{person_id}")
def change(
    request: Request,
    person_id: PersonId,
    admin: AdminDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    form: EnteredDep,
) -> Response:
    """Another name, role, team or language."""
    try:
        with uow.savepoint():
            administration.change_person(person_id, form.details, actor=admin, uow=uow)
    except CopilotError as error:
        return _person(request, person_id, admin=admin, uow=uow, form=form, failure=failure_of(request, error))
    return _done(f"/admin/people/{person_id}", "person_changed", application)


@router.post("/admin/people/{person_id}/deactivate")
def deactivate(
    request: Request,
    person_id: PersonId,
    admin: AdminDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    successor: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Close every door for a person, and hand over what waits on them."""
    try:
        with uow.savepoint():
            handed = administration.deactivate(
                person_id, successor_id=successor or None, approvals=application.approvals, actor=admin, uow=uow
            )
    except CopilotError as error:
        return _person(request, person_id, admin=admin, uow=uow, failure=failure_of(request, error))
    return _done(
        f"/admin/people/{person_id}",
        "person_left",
        application,
        name=person_of(person_id, uow=uow).viewer.name,
        given=str(handed.to_successor),
        free=str(handed.to_nobody),
        ended=str(handed.delegations_ended),
    )


@router.post("/admin/people/{person_id}/reactivate")
def reactivate(person_id: PersonId, admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Let a person in again."""
    back = administration.reactivate(person_id, actor=admin, uow=uow)
    return _done(f"/admin/people/{person_id}", "person_back", application, name=back.viewer.name)


@router.post("/admin/people/{person_id}/password-link")
def make_link(
    request: Request, person_id: PersonId, admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep
) -> Response:
    """A link by which the person chooses a password, shown on this answer only."""
    try:
        link = links.make_link(person_id, people=application.people, actor=admin, uow=uow)
    except CopilotError as error:
        return _person(request, person_id, admin=admin, uow=uow, failure=failure_of(request, error))
    return _person(request, person_id, admin=admin, uow=uow, link=link)


@router.post("/admin/people/{person_id}/sessions/end")
def end_sessions(person_id: PersonId, admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Sign the person out everywhere."""
    ended = end_sessions_of(person_id, actor=admin, uow=uow)
    return _done(f"/admin/people/{person_id}", "sessions_closed", application, number=str(ended))


@router.post("/admin/people/{person_id}/unlink")
def undo_link(person_id: PersonId, admin: AdminDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """Forget the person's account at the identity provider."""
    ended = unlink(person_id, actor=admin, uow=uow)
    return _done(f"/admin/people/{person_id}", "identity_unlinked", application, number=str(ended))


@router.post("/admin/people/{person_id}/accounts/{account_id}/{act}")
def open_or_close_account(
    person_id: PersonId,
    account_id: Annotated[str, Path(max_length=64)],
    act: Annotated[str, Path(pattern="^(open|close)$")],
    admin: AdminDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Response:
    """Let the person see an account that is not theirs, or no longer."""
    name = AccountRepository(uow).head(account_id, viewer=admin).name
    if act == "open":
        administration.open_account(account_id, user_id=person_id, actor=admin, uow=uow)
    else:
        administration.close_account(account_id, user_id=person_id, actor=admin, uow=uow)
    return _done(
        f"/admin/people/{person_id}", "account_opened" if act == "open" else "account_closed", application, name=name
    )


def _list(
    request: Request, query: Asked, *, uow: UnitOfWork, form: Entered | None = None, failure: Failure | None = None
) -> Response:
    staff = StaffRepository(uow)
    found, more = staff.page(query.filters, limit=_PAGE_SIZE, offset=(query.page - 1) * _PAGE_SIZE)
    return render(
        request,
        "admin_people.html",
        status=failure.status if failure else HTTPStatus.OK,
        people=found,
        more=more,
        query=query,
        states=tuple(_STATES),
        failure=failure,
        form=form or Entered(),
        **_choices(uow),
    )


def _person(
    request: Request,
    person_id: str,
    *,
    admin: Viewer,
    uow: UnitOfWork,
    form: Entered | None = None,
    failure: Failure | None = None,
    link: str | None = None,
    added: bool = False,
    sought: str = "",
) -> Response:
    found = person_of(person_id, uow=uow)
    viewer, staff, application = found.viewer, StaffRepository(uow), request.app.state.application
    opened = staff.grants(person_id)
    known = {each.account_id for each in opened}
    as_it_is = Entered(viewer.name, viewer.role.value, viewer.team_id or "", viewer.language, viewer.email)
    others, _ = staff.page(StaffFilters(), limit=500)
    return render(
        request,
        "admin_person.html",
        status=failure.status if failure else HTTPStatus.OK,
        person=found,
        form=form or as_it_is,
        failure=failure,
        link=whole_address(request, link) if link else None,
        link_hours=int(links.LASTS.total_seconds() // 3600),
        added=added,
        takes_password=application.people.takes_password_of(viewer),
        opened=opened,
        sought=sought,
        candidates=[each for each in AccountRepository(uow).named(sought, viewer=admin) if each.id not in known]
        if sought
        else [],
        tokens=tokens.tokens_of(person_id, actor=admin, uow=uow),
        waiting=waiting_on(person_id, uow=uow),
        successors=[each.viewer for each in others if each.viewer.user_id != person_id],
        is_self=person_id == admin.user_id,
        **_choices(uow),
    )


def _choices(uow: UnitOfWork) -> dict[str, object]:
    """What the lists of a form offer."""
    return {
        "roles": [role.value for role in Role],
        "teams": StaffRepository(uow).teams(),
        "longest_name": LONGEST_NAME,
        "longest_address": LONGEST_ADDRESS,
    }


def _done(address: str, code: str, application: Application, **values: str) -> Response:
    response = RedirectResponse(address, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, code, secure=application.settings.secure_cookies, **values)
    return response
