"""A page asks the database as often for many rows as for a few: no list is read row by row."""

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from tests.api.web_browser import become, sign_in
from tests.api.web_company import Company
from tests.api.web_queue_items import SUPPORTED, UNSUPPORTED, admin_of, file_draft
from tests.statements import counted

FEW, MORE = 8, 12
"""Drafts; the few are more than a card of the home page shows, so that what is beyond is counted both times."""
QUEUE, ITEM = "/queue?show=open", "/queue/{}"
PAGES = ("/", QUEUE, "/queue?show=for-me", "/queue/sla", "/rfps", "/value")


def statements(browser: TestClient, path: str) -> int:
    """Of a page that was opened before: what is only noted the first time is not counted."""
    assert browser.get(path).status_code == 200, path
    with counted() as sent:
        browser.get(path)
    return len(sent)


@pytest.mark.parametrize("role", ["ae", "manager", "admin"])
def test_more_rows_need_no_more_statements(
    role: str, browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    viewer = admin_of(application) if role == "admin" else getattr(company, role)
    sign_in(browser, company.ae)

    def file(number: int) -> None:
        for place in range(number):
            file_draft(application, company, f"Informe {place}", sentences=(SUPPORTED,))
        become(browser, company.ae)
        for _ in range(number // 4):
            text = {"text": "1. Where is data hosted?\n2. Are backups kept?", "title": "Questions"}
            token = browser.get("/api/v1/me").json()["csrf_token"]
            made = browser.post("/api/v1/rfps/pasted", json=text, headers={"x-csrf-token": token})
            assert made.status_code < 300, made.text
        become(browser, viewer)

    pages = PAGES if role == "ae" else (*PAGES, "/team")
    file(FEW)
    few = {path: statements(browser, path) for path in pages}
    file(MORE)
    assert browser.get(QUEUE).text.count("data-row") == FEW + MORE
    assert {path: statements(browser, path) for path in pages} == few


def test_more_sentences_need_no_more_statements(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    short = file_draft(application, company, "Corto", sentences=(SUPPORTED,))
    long = file_draft(application, company, "Largo", sentences=(SUPPORTED, UNSUPPORTED) * 10)
    sign_in(browser, company.manager)
    shown = [statements(browser, ITEM.format(item.id)) for item in (short, long)]
    assert shown[0] == shown[1]
