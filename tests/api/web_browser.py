"""What a person does in a browser, as plain requests: read a form, fill it in, send it."""

import re
from typing import Any

from fastapi.testclient import TestClient

from copilot.domain.access import Viewer
from tests.api.web_company import PASSWORD, Company

Response = Any
"""An answer of the test client."""


def form_token(page: Response) -> str:
    """The CSRF token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, "the page has no form"
    return found[1]


def sign_in(browser: TestClient, viewer: Viewer, *, following: str = "") -> Response:
    page = browser.get("/sign-in", params={"next": following} if following else {})
    fields = {"email": viewer.email, "password": PASSWORD, "next": following, "csrf_token": form_token(page)}
    return browser.post("/sign-in", data=fields)


def make_brief(browser: TestClient, company: Company, *, language: str = "es") -> str:
    """Ask for a brief on the account page and return the address of its review item."""
    address = f"/accounts/{company.account_id}"
    fields = {"language": language, "csrf_token": form_token(browser.get(address))}
    made = browser.post(f"{address}/briefs", data=fields)
    assert made.status_code == 303, made.text
    found = re.search(r'href="(/queue/review_\w+)"', browser.get(address).text)
    assert found
    return found[1]


def digest_of(page: Response) -> str:
    found = re.search(r'name="digest" value="(\w+)"', page.text)
    assert found
    return found[1]


def decide(browser: TestClient, address: str, verdict: str, **fields: str) -> Response:
    page = browser.get(address)
    return browser.post(
        f"{address}/decision",
        data={"csrf_token": form_token(page), "digest": digest_of(page), "verdict": verdict} | fields,
    )
