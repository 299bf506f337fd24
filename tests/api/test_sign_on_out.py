"""Signing out ends the session at the provider too, or says that it does not; and leads nowhere else."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.settings import Settings
from tests.api.conftest import with_cheap_passwords
from tests.api.ready_app import ready_app
from tests.api.sign_on_world import RULES, go, is_signed_in, provider_at, settings_of
from tests.api.web_browser import Response, form_token, sign_in
from tests.api.web_company import PASSWORD
from tests.conftest import MakeUser
from tests.oidc_provider import CLIENT_ID, OidcProvider, new_key

_THERE = "/sign-out/provider"


@pytest.fixture(scope="module")
def key() -> RSAKey:
    return new_key()


@pytest.fixture
def provider(clock: FixedClock, key: RSAKey) -> Iterator[OidcProvider]:
    with provider_at(clock, key) as running:
        yield running


@pytest.fixture
def settings(data_dir: Path, provider: OidcProvider) -> Settings:
    return settings_of(provider, data_dir)


def leave(browser: TestClient) -> Response:
    """Press Sign out; returns where that leads."""
    return browser.post("/sign-out", data={"csrf_token": form_token(browser.get("/my-access"))})


def onward(page: Response) -> str:
    """Where the page sends a browser on to by itself, which its link says as well."""
    found = re.search(r'http-equiv="refresh" content="0; url=([^"]+)"', page.text)
    assert found
    assert f'href="{found[1]}"' in page.text
    return unescape(found[1])


@pytest.mark.parametrize("language", ["es", "en"])
def test_it_ends_the_session_here_and_there(browser: TestClient, provider: OidcProvider, language: str) -> None:
    go(browser)
    browser.post("/language", data={"language": language, "csrf_token": form_token(browser.get("/my-access"))})
    left = leave(browser)
    assert (left.status_code, left.headers["location"]) == (303, _THERE)
    assert not is_signed_in(browser), "over before anything is asked of the provider"
    page = browser.get(_THERE)
    assert {"es": "Ha cerrado la sesión aquí", "en": "You are signed out here"}[language] in page.text
    assert "form-action 'self';" in page.headers["content-security-policy"]
    address = onward(page)
    assert address.startswith(f"{provider.issuer}/end?tenant=tramontia&")
    came_back = httpx2.get(address, follow_redirects=False).headers["location"]
    [ended] = provider.ended
    assert (ended["sub"], ended["client_id"]) == (provider.subject, CLIENT_ID)
    assert ended["post_logout_redirect_uri"] == "http://testserver/sign-out/done"
    back = browser.get(came_back.removeprefix("http://testserver"))
    assert back.status_code == 303
    said = browser.get(back.headers["location"]).text
    assert {"es": "se ha pedido a su proveedor", "en": "your identity provider was asked"}[language] in said
    assert {name for name in browser.cookies if name.startswith(("sc_id", "sc_sign_out", "sc_session"))} == set()


def test_the_token_is_kept_for_signing_out_alone(browser: TestClient) -> None:
    answer = go(browser)
    [kept] = [one for one in answer.headers.get_list("set-cookie") if one.startswith("sc_id_token=ey")]
    assert "Path=/sign-out" in kept
    assert "HttpOnly" in kept
    assert "SameSite=strict" in kept


@pytest.mark.parametrize("endpoint", [None, "http://login.otra.example/end", "javascript:alert(1)", 7])
def test_a_provider_without_a_place_for_it_is_said_to_have_none(
    browser: TestClient, provider: OidcProvider, endpoint: object
) -> None:
    provider.discovery = {"end_session_endpoint": endpoint}
    go(browser)
    leave(browser)
    page = browser.get(_THERE)
    assert "puede seguir abierta en Tramontia" in page.text or "still be signed in at Tramontia" in page.text
    assert "http-equiv" not in page.text
    assert "otra.example" not in page.text
    assert not is_signed_in(browser)


def test_a_provider_that_is_away_is_tried_again(browser: TestClient, provider: OidcProvider, clock: FixedClock) -> None:
    go(browser)
    provider.discovery = {"issuer": "https://login.otra.example"}
    clock.advance(timedelta(hours=1, minutes=1))
    leave(browser)
    page = browser.get(_THERE)
    assert (page.status_code, "http-equiv" in page.text) == (200, False)
    assert f'href="{_THERE}"' in page.text
    provider.discovery = {}
    clock.advance(timedelta(seconds=11))
    assert "id_token_hint" in onward(browser.get(_THERE))


def test_nobody_is_led_elsewhere_and_no_other_answer_is_believed(browser: TestClient, provider: OidcProvider) -> None:
    assert browser.get(_THERE).headers["location"] == "/sign-in", "without having signed out"
    go(browser)
    leave(browser)
    browser.cookies.set("sc_id_token", "x&post_logout_redirect_uri=https://evil.example", path="/sign-out")
    asked = dict(parse_qsl(urlsplit(onward(browser.get(_THERE))).query))
    assert asked["post_logout_redirect_uri"] == "http://testserver/sign-out/done"
    assert "evil.example" not in str(asked)
    for query in ({"state": "guessed"}, {}, {"state": "guessed", "next": "https://evil.example"}):
        back = browser.get("/sign-out/done", params=query)
        assert (back.status_code, back.headers["location"]) == (303, "/sign-in")


def test_a_way_out_that_was_left_ends_no_later_session(browser: TestClient) -> None:
    go(browser)
    leave(browser)
    go(browser)
    assert browser.get(_THERE).headers["location"] == "/sign-in", "the session there is another one by now"


def test_signing_out_as_programs_do_leaves_no_token_behind(browser: TestClient) -> None:
    go(browser)
    headers = {"x-csrf-token": form_token(browser.get("/my-access"))}
    assert browser.delete("/api/v1/sessions/current", headers=headers).status_code == 204
    assert "sc_id_token" not in browser.cookies


def test_a_token_too_long_for_a_cookie_is_not_kept_and_the_provider_asks(
    browser: TestClient, provider: OidcProvider
) -> None:
    provider.claims["groups"] = ["Ventas", *(f"Ventas/{number:04}" for number in range(400))]
    go(browser)
    leave(browser)
    asked = dict(parse_qsl(urlsplit(onward(browser.get(_THERE))).query))
    assert (asked["client_id"], "id_token_hint" in asked) == (CLIENT_ID, False)


def test_passwords_and_installations_that_want_it_so_end_the_session_here_only(
    browser: TestClient,
    application: bootstrap.Application,
    settings: Settings,
    make_user: MakeUser,
) -> None:
    viewer = make_user("Marta Prueba")
    with application.database.unit_of_work() as uow:
        application.people.add_user(viewer, password=PASSWORD, uow=uow)
    go(browser)
    browser.cookies.delete("sc_session")
    sign_in(browser, viewer)
    assert "sc_id_token" not in browser.cookies, "of the person before"
    assert leave(browser).headers["location"].startswith("/sign-in")
    assert settings.sso_rules_file is not None
    settings.sso_rules_file.write_text(f"sign_out_there = false\n{RULES}", encoding="utf-8")
    built = with_cheap_passwords(bootstrap.assemble(settings, database=application.database))
    other = TestClient(ready_app(built), follow_redirects=False)
    go(other)
    assert "sc_id_token" not in other.cookies
    assert leave(other).headers["location"].startswith("/sign-in")
