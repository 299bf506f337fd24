"""Requests that nobody sends by accident: refused in plain words, never by an unexpected error."""

from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.access import Viewer
from copilot.settings import Settings
from copilot.store.database import Database
from tests.api.conftest import with_cheap_passwords
from tests.api.ready_app import ready_app
from tests.api.web_browser import form_token, make_brief, sign_in
from tests.api.web_company import PASSWORD, Company, seed


@pytest.fixture
def behind_https(database: Database, settings: Settings) -> Iterator[tuple[TestClient, Company]]:
    """A browser of an installation that is reached over TLS."""
    secure = settings.model_copy(update={"secure_cookies": True})
    application = with_cheap_passwords(bootstrap.assemble(secure, database=database))
    company = seed(application)
    app = ready_app(application)
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
        yield client, company


def test_every_cookie_travels_over_tls_only(behind_https: tuple[TestClient, Company]) -> None:
    browser, company = behind_https
    sign_in(browser, company.ae)
    address = f"/accounts/{company.account_id}"
    token = form_token(browser.get(address))
    answers = [
        browser.get("/sign-in?language=es"),
        browser.post(f"{address}/briefs", data={"language": "es", "csrf_token": token}),
        browser.post("/language", data={"language": "es", "csrf_token": token}),
        browser.post("/theme", data={"theme": "dark", "csrf_token": token}),
        browser.post("/sign-out", data={"csrf_token": token}),
        browser.get("/sign-in"),
    ]
    cookies = [cookie for answer in answers for cookie in answer.headers.get_list("set-cookie") if '=""' not in cookie]
    names = {"sc_flash" if cookie.startswith("sc_flash_") else cookie.partition("=")[0] for cookie in cookies}
    assert names >= {"sc_flash", "sc_language", "sc_form", "sc_theme"}
    assert [cookie for cookie in cookies if "; Secure" not in cookie or "; HttpOnly" not in cookie] == []
    assert all("strict-transport-security" in answer.headers for answer in answers)


def test_broken_tokens_are_refused_like_wrong_ones(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    for token in ("é", "\x00", "x" * 100_000):
        assert browser.post("/language", data={"language": "es", "csrf_token": token}).status_code == 403
    answer = browser.post("/language", data={"language": "es"}, headers=[(b"x-csrf-token", "é".encode())])
    assert answer.status_code == 403


def test_null_characters_are_refused_wherever_they_are(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    for address in (
        "/accounts/%00",
        "/accounts?q=%00",
        "/search?q=x&account=%00",
        "/documents/%00",
        "/queue/%00",
        "/api/v1/search?query=x&account_id=%00",
        "/api/v1/evidence/passage:%00",
    ):
        assert browser.get(address).status_code == 400, address
    answer = browser.post("/api/v1/sessions", json={"email": "a\0b", "password": PASSWORD})
    assert answer.status_code == 422
    assert answer.json()["code"] == "bad_input"


def test_an_address_is_not_completed_by_what_the_request_calls_itself(browser: TestClient) -> None:
    answer = browser.get("/accounts/", headers={"host": "evil.example"})
    assert answer.status_code == 404
    assert "evil.example" not in answer.text


def test_what_a_form_of_another_site_can_send_signs_nobody_in(client: TestClient, manager: Viewer) -> None:
    body = f'{{"email": "{manager.email}", "password": "{PASSWORD}"}}'
    answer = client.post("/api/v1/sessions", content=body, headers={"content-type": "text/plain"})
    assert answer.status_code == 422
    assert "set-cookie" not in answer.headers


def test_head_is_answered_like_get_without_a_body(browser: TestClient, company: Company) -> None:
    assert browser.head("/accounts").status_code == 303
    sign_in(browser, company.ae)
    answer = browser.head("/accounts")
    assert answer.status_code == 200
    assert answer.content == b""
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_files_are_found_by_their_name_only(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    item = make_brief(browser, company)
    for name in ("..%2f..%2fetc%2fpasswd", "%2e%2e%2fbrief.md", "..\\brief.md"):
        assert browser.get(f"{item}/files/{name}").status_code in {404, 409}
    assert browser.get("/static/..%2f..%2fapp.py").status_code == 404


def test_a_page_that_is_not_there_keeps_the_way_on(browser: TestClient, company: Company) -> None:
    assert 'class="main-nav"' not in browser.get("/nothing").text
    sign_in(browser, company.ae)
    answer = browser.get("/nothing")
    assert answer.status_code == 404
    assert 'class="main-nav"' in answer.text
