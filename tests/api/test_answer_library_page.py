"""The page of the answer library as plain requests."""

import re
from datetime import timedelta

from fastapi.testclient import TestClient

from copilot import bootstrap
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


def test_a_table_is_taken_over_approved_by_somebody_else_and_retired_by_its_owner(
    browser: TestClient, company: Company
) -> None:
    sign_in(browser, company.ae)
    assert "No hay entradas aquí" in browser.get(PAGE).text
    assert take_over(browser) == 303
    page = browser.get(PAGE)
    assert "Nuevas, a la espera de aprobación: 3. Ya estaban: 0. Sin pregunta o sin respuesta: 1." in page.text
    assert "respuestas que no coinciden" in page.text
    assert "3 entradas esperan su aprobación" in page.text
    assert 'name="entry"' not in page.text, "whoever brought them in approves none"
    entry = re.search(r'action="(/answer-library/entries/[^"]+)"', browser.get(PAGE, params={"q": "hosted"}).text)
    assert entry
    assert browser.post(entry[1], data={"csrf_token": form_token(page), "act": "approve"}).status_code == 403
    browser.cookies.clear()
    sign_in(browser, company.manager)
    page = browser.get(PAGE)
    chosen = re.findall(r'name="entry" value="([^"]+)"', page.text)
    data = {"csrf_token": form_token(page), "entry": chosen}
    assert (len(chosen), browser.post(f"{PAGE}/approvals", data=data).status_code) == (3, 303)
    page = browser.get(PAGE, params={"state": "approved"})
    assert "Aprobadas: 3." in page.text
    assert "In Frankfurt and Dublin." in page.text
    browser.cookies.clear()
    sign_in(browser, company.ae)
    token = form_token(browser.get(PAGE))
    assert browser.post(entry[1], data={"csrf_token": token, "act": "retire"}).status_code == 303
    assert "In Frankfurt and Dublin." in browser.get(PAGE, params={"state": "retired"}).text
    assert browser.post(entry[1], data={"act": "approve"}).status_code == 403


def test_what_is_to_be_looked_at_again_is_listed_by_itself(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    sign_in(browser, company.manager)
    take_over(browser)
    with application.database.unit_of_work() as uow:
        library, viewer = application.rfps.library, company.manager
        [entry] = library.entries(viewer=viewer, uow=uow, query="hosted")
        overdue = uow.clock.today() - timedelta(days=1)
        library.approve(entry.id, viewer=viewer, uow=uow, review_by=overdue)
    assert "Hay 1 entrada por volver a mirar" in browser.get(PAGE).text
    listed = browser.get(PAGE, params={"only": "stale"}).text
    assert ("In Frankfurt and Dublin." in listed, "Yes, with AES-256." in listed.split("<table>")[1]) == (True, False)


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
