"""Who opens which page: what the menu names opens, what is an administrator's is refused, and nothing breaks."""

import re

import pytest
from fastapi.testclient import TestClient

from api.app import PUBLIC_PATHS
from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from tests.api.own_things import filled, named
from tests.api.ready_app import ready_app
from tests.api.route_bodies import sent_with
from tests.api.route_walk import every_route
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import PASSWORD, Company
from tests.conftest import MakeUser

ADMINISTRATORS = ("/admin", "/audit")
LEADERS = ("/team", "/alerts/quality", "/scores/models")
MANAGERS_TOO = ("/admin", "/admin/policies", "/admin/policies/dry-run")
NO_PAGES = ("/api/", *PUBLIC_PATHS)
_MENU = re.compile(r'<nav[^>]*class="[^"]*main-nav[^"]*".*?</nav>', re.DOTALL)
_LINK = re.compile(r'href="(/[^"]*)"')


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_for_whom_it_is_there(
    application: bootstrap.Application, company: Company, make_user: MakeUser, role: Role
) -> None:
    viewer = member(application, make_user, role)
    app, wrong = ready_app(application), []
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as browser:
        sign_in(browser, viewer)
        for route in every_route(app):
            if "GET" not in (route.methods or ()) or named(route.path) or route.path.startswith(NO_PAGES):
                continue
            status = browser.get(route.path).status_code
            if status not in ({200, 303} if may_open(role, route.path) else {403, 404}):
                wrong.append(f"{route.path}: {status}")
        menu = _MENU.findall(browser.get("/accounts").text)
        links = {link for part in menu for link in _LINK.findall(part)}
        wrong += [f"menu: {link}" for link in links if browser.get(link).status_code != 200]
    assert len(links) > 8
    assert wrong == []


@pytest.mark.parametrize("role", [Role.AE, Role.CSM, Role.MANAGER])
def test_nobody_else_does_what_administrators_do(
    application: bootstrap.Application, company: Company, make_user: MakeUser, role: Role
) -> None:
    viewer = member(application, make_user, role)
    app, walked, wrong = ready_app(application), 0, []
    with TestClient(app, raise_server_exceptions=False, follow_redirects=False) as browser:
        sign_in(browser, viewer)
        token = form_token(browser.get("/notifications"))
        for route in every_route(app):
            if not route.path.startswith(ADMINISTRATORS) or may_open(role, route.path):
                continue
            path = filled(route.path, dict.fromkeys(named(route.path), company.ae.user_id))
            for method in (route.methods or set()) - {"HEAD"}:
                sent = {} if method == "GET" else sent_with(route, form={"csrf_token": token})
                status = browser.request(method, path, **sent).status_code
                walked += 1
                if status not in {403, 404}:
                    wrong.append(f"{method} {route.path}: {status}")
    assert wrong == []
    assert walked > 20


def may_open(role: Role, path: str) -> bool:
    if path in MANAGERS_TOO:
        return role in {Role.MANAGER, Role.ADMIN}
    if path.startswith(ADMINISTRATORS):
        return role is Role.ADMIN
    return role in {Role.MANAGER, Role.ADMIN} or not path.startswith(LEADERS)


def member(application: bootstrap.Application, make_user: MakeUser, role: Role) -> Viewer:
    viewer = make_user("Noa Prueba", role=role, team="north")
    with application.database.unit_of_work() as uow:
        return application.people.add_user(viewer, password=PASSWORD, uow=uow)
