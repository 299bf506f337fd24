"""What a person does in a browser, as plain requests: read a form, fill it in, send it."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

from fastapi.testclient import TestClient

from api.web.flash import PARAMETER
from copilot.domain.access import Viewer
from tests.api.web_company import PASSWORD, Company

Response = Any
"""An answer of the test client."""


_TOLD = re.compile(rf"[?&]{PARAMETER}=([A-Za-z0-9_-]+)")


class Tab(TestClient):
    """A tab that does not go on by itself.

    An answer says where it leads without what names the message for this tab; opening that place opens it with it.
    """

    _sent: tuple[str, str] | None = None
    """Path and the message's own part of the last address that carried one."""

    def request(self, method: str, url: Any, **how: Any) -> Response:
        if method == "GET" and self._sent and urlsplit(str(url)).path == self._sent[0]:
            # Parameters of a request replace those in its address.
            asked = how.get("params") or dict(parse_qs(urlsplit(str(url)).query, keep_blank_values=True))
            how["params"] = {**asked, PARAMETER: self._sent[1]}
            self._sent = None
        answer = super().request(method, url, **how)
        address = answer.headers.get("location", "")
        if found := _TOLD.search(address):
            self._sent = (urlsplit(address).path, found[1])
            answer.headers["location"] = _TOLD.sub("", address)
        return answer


def form_token(page: Response) -> str:
    """The CSRF token of the first form of a page."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found, "the page has no form"
    return found[1]


def sign_in(browser: TestClient, viewer: Viewer, *, following: str = "") -> Response:
    page = browser.get("/sign-in", params={"next": following} if following else {})
    fields = {"email": viewer.email, "password": PASSWORD, "next": following, "csrf_token": form_token(page)}
    return browser.post("/sign-in", data=fields)


def become(browser: TestClient, viewer: Viewer) -> Response:
    """Sign in as somebody, whoever was there before."""
    browser.cookies.clear()
    return sign_in(browser, viewer)


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
