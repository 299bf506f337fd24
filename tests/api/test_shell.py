"""What every page shares: the menu, the theme, messages that reach one tab, and undoing what they tell."""

import re
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.web.navigation import menu_of, pages_of
from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.alerting import Change
from copilot.domain.alerts import AlertKind
from copilot.domain.conversation import UNDO
from copilot.domain.scores import ScoreKind
from copilot.guardrails.retention_policy import RetentionRules
from copilot.privacy.retention import let_go
from copilot.store.alerts import AlertRepository
from copilot.store.chat import ChatRepository
from copilot.store.tables.chat import ChatThreadRow
from tests.api.ready_app import ready_app
from tests.api.web_browser import become, form_token, sign_in
from tests.api.web_company import AS_OF, Company


def undo_form(page: str) -> tuple[str, dict[str, str]]:
    """Where the undo of the message on the page is sent, and what."""
    found = re.search(r'class="notice toast.*?<form method="post" action="([^"]+)"(.*?)</form>', page, re.DOTALL)
    assert found, "the message has no undo"
    return found[1], dict(re.findall(r'name="(\w+)" value="([^"]*)"', found[2]))


@pytest.fixture
def one_tab(application: bootstrap.Application) -> Any:
    """A client that shows what redirects really say."""
    app = ready_app(application)
    with TestClient(app, follow_redirects=False) as client:
        yield client


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("path", ["/", "/accounts/x", "/queue", "/queue/views", "/alerts/1", "/nothing"])
def test_every_page_stands_in_the_menu_once_and_one_is_current(role: Role, path: str) -> None:
    viewer = Viewer(user_id="u", email="u@tramontia.example", name="U", role=role)
    menu = menu_of(viewer, path)
    entries = [*menu.first, *menu.more, *menu.own]
    assert sorted(entry.address for entry in entries) == sorted(address for address, _ in pages_of(viewer))
    assert sum(entry.is_current for entry in entries) == (path != "/nothing")
    assert len(menu.first) <= 5


def test_a_message_reaches_only_the_tab_that_acted(one_tab: TestClient, company: Company) -> None:
    sign_in(one_tab, company.ae)
    address = f"/accounts/{company.account_id}"
    token = form_token(one_tab.get(address))
    made = one_tab.post(f"{address}/briefs", data={"csrf_token": token, "language": "es"})
    # Another tab opens the same page before this one follows: same cookies, another address.
    assert "toast" not in one_tab.get(address).text
    assert "toast" not in one_tab.get("/queue").text
    followed = one_tab.get(made.headers["location"])
    assert "toast success" in followed.text
    assert "told=" not in re.sub(r"<head>.*?</head>", "", followed.text, flags=re.DOTALL)
    assert "toast" not in one_tab.get(made.headers["location"]).text


def test_two_tabs_that_act_at_once_keep_their_own_messages(one_tab: TestClient, company: Company) -> None:
    sign_in(one_tab, company.ae)
    address = f"/accounts/{company.account_id}"
    token = form_token(one_tab.get(address))
    brief = one_tab.post(f"{address}/briefs", data={"csrf_token": token, "language": "es"})
    view = one_tab.post("/queue/views", data={"csrf_token": token, "name": "Mía", "query": "show=open"})
    assert "El informe está escrito" in one_tab.get(brief.headers["location"]).text
    assert "La vista «Mía» se ha guardado" in one_tab.get(view.headers["location"]).text


@pytest.mark.parametrize("told", ["x", "../../a", "<script>", "a" * 500])
def test_any_name_of_a_message_is_understood(told: str, browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/queue", params={"told": told})
    assert page.status_code == HTTPStatus.OK
    assert "toast" not in page.text


def test_the_theme_is_kept_for_the_browser(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/accounts")
    assert "data-theme" not in page.text
    fields = {"csrf_token": form_token(page), "next": "/accounts", "theme": "dark"}
    assert browser.post("/theme", data=fields).headers["location"] == "/accounts"
    assert '<html lang="es" data-theme="dark">' in browser.get("/queue").text
    browser.post("/theme", data=fields | {"theme": "nonsense", "next": "//evil.example"})
    assert "data-theme" not in browser.get("/queue").text


def test_deleting_a_saved_view_can_be_undone(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    token = form_token(browser.get("/queue/views"))
    query = "show=open&risk=high&sort=deadline"
    fields = {"csrf_token": token, "name": "Riesgo", "query": query, "shared": "yes", "default": "yes"}
    browser.post("/queue/views", data=fields)
    [before] = browser.get("/api/v1/saved-views").json()
    browser.post(f"/queue/views/{before['id']}/delete", data={"csrf_token": token})
    address, sent = undo_form(browser.get("/queue/views").text)
    assert browser.get("/api/v1/saved-views").json() == []
    browser.post(address, data={name: value.replace("&amp;", "&") for name, value in sent.items()})
    [after] = browser.get("/api/v1/saved-views").json()
    same = ("name", "shared", "is_default", "filters", "sort")
    assert {key: after[key] for key in same} == {key: before[key] for key in same}


def test_a_dismissed_alert_can_be_reopened_from_the_message(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    change = Change(
        account_id=company.account_id,
        owner_id=company.ae.user_id,
        kind=AlertKind.CHURN_RISK,
        cause="score",
        score_kind=ScoreKind.HEALTH,
        before=70.0,
        before_day=AS_OF,
        now=40.0,
        day=AS_OF,
        moved=(),
        size=2.0,
    )
    with application.database.unit_of_work() as uow:
        alert = AlertRepository(uow).add(change, playbook="score")
    assert alert
    sign_in(browser, company.ae)
    fields = {"csrf_token": form_token(browser.get(f"/alerts/{alert.id}")), "version": "1", "reason": "No procede"}
    browser.post(f"/alerts/{alert.id}/dismiss", data=fields)
    address, sent = undo_form(browser.get(f"/alerts/{alert.id}").text)
    assert browser.get(f"/api/v1/alerts/{alert.id}").json()["alert"]["state"] == "dismissed"
    browser.post(address, data=sent)
    assert browser.get(f"/api/v1/alerts/{alert.id}").json()["alert"]["state"] == "open"


def test_a_deleted_conversation_comes_back_for_a_while(
    browser: TestClient, application: bootstrap.Application, company: Company, clock: FixedClock
) -> None:
    with application.database.unit_of_work() as uow:
        thread_id = ChatRepository(uow).start(company.ae.user_id).id
    sign_in(browser, company.ae)
    token = form_token(browser.get("/chat"))
    browser.post(f"/chat/{thread_id}/delete", data={"csrf_token": token})
    address, sent = undo_form(browser.get("/chat").text)
    assert browser.get(f"/chat/{thread_id}").status_code == HTTPStatus.NOT_FOUND
    become(browser, company.manager)
    other = {"csrf_token": form_token(browser.get("/chat"))}
    assert browser.post(address, data=other).status_code == HTTPStatus.NOT_FOUND
    become(browser, company.ae)
    sent["csrf_token"] = form_token(browser.get("/chat"))
    assert browser.post(address, data=sent).headers["location"] == f"/chat/{thread_id}"
    assert browser.get(f"/chat/{thread_id}").status_code == HTTPStatus.OK

    browser.post(f"/chat/{thread_id}/delete", data=sent)
    clock.instant += UNDO + timedelta(seconds=1)
    assert browser.post(address, data=sent).status_code == HTTPStatus.NOT_FOUND
    with application.database.unit_of_work() as uow:
        let_go(RetentionRules(), uow=uow)
        assert uow.session.get(ChatThreadRow, thread_id) is None
