"""The page of the answer library as plain requests."""

import re

from fastapi.testclient import TestClient

from tests.api.test_answer_library_api import TABLE
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import Company

PAGE = "/answer-library"


def take_over(browser: TestClient, content: bytes = TABLE.encode()) -> int:
    token = form_token(browser.get(PAGE))
    sent = browser.post(
        f"{PAGE}/imports", data={"csrf_token": token}, files={"file": ("kept.csv", content, "text/csv")}
    )
    return sent.status_code


def test_a_table_is_taken_over_approved_and_retired_by_its_owner(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert "No hay entradas aquí" in browser.get(PAGE).text
    assert take_over(browser) == 303
    page = browser.get(PAGE)
    assert "Nuevas: 3. Ya estaban: 0. Sin pregunta o sin respuesta: 1." in page.text
    assert "respuestas que no coinciden" in page.text
    entry = re.search(r'action="(/answer-library/entries/[^"]+)"', browser.get(PAGE, params={"q": "hosted"}).text)
    assert entry
    token = form_token(page)
    for act, state in (("approve", "approved"), ("retire", "retired")):
        assert browser.post(entry[1], data={"csrf_token": token, "act": act}).status_code == 303
        assert "In Frankfurt and Dublin." in browser.get(PAGE, params={"state": state}).text
    assert browser.post(entry[1], data={"act": "approve"}).status_code == 403


def test_others_read_it_and_are_offered_no_decision(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    take_over(browser)
    entry = re.search(r'action="(/answer-library/entries/[^"]+)"', browser.get(PAGE).text)
    assert entry
    browser.cookies.clear()
    sign_in(browser, company.outsider)
    page = browser.get(PAGE)
    assert "In Frankfurt and Dublin." in page.text
    assert "/answer-library/entries/" not in page.text
    assert browser.post(entry[1], data={"csrf_token": form_token(page), "act": "retire"}).status_code == 403


def test_what_cannot_be_read_is_said_beside_the_form(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert take_over(browser, b"PK\x03\x04broken") == 422
