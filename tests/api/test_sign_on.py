"""Single sign-on against a provider that really runs: who is let in, as what, and every lie that is not believed."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Role
from copilot.identity import administration
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.staff import StaffRepository
from tests.api.conftest import with_cheap_passwords
from tests.api.ready_app import ready_app
from tests.api.sign_on_world import NUNO, actions, came_back, go, is_signed_in, known, person, provider_at, settings_of
from tests.api.web_browser import form_token
from tests.api.web_company import PASSWORD
from tests.conftest import MakeUser
from tests.oidc_provider import CLIENT_ID, OidcProvider, new_key


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


def test_somebody_new_comes_in_as_what_the_first_rule_says(
    browser: TestClient, provider: OidcProvider, database: Database
) -> None:
    assert "Tramontia" in browser.get("/sign-in").text
    provider.claims["groups"] = ["Ventas", "Ventas/Jefatura"]
    answer = go(browser)
    assert (answer.status_code, answer.headers["location"]) == (303, "/accounts")
    assert is_signed_in(browser)
    found = known(database)
    assert (found.viewer.role, found.team_name, found.viewer.name) == (Role.MANAGER, "Norte", "Nuno Prueba")
    assert found.by_groups
    assert not found.has_password
    assert {"person.added", "identity.linked", "team.created"} <= set(actions(database))
    sent = provider.asked[-1]
    assert sent["code_challenge_method"] == "S256"
    assert len(sent["state"]) > 10
    assert sent["nonce"] not in answer.headers["location"]


def test_role_and_team_follow_the_groups_and_no_group_means_no_way_in(
    browser: TestClient, provider: OidcProvider, database: Database
) -> None:
    go(browser)
    assert known(database).viewer.role is Role.AE
    provider.claims["groups"] = ["Ventas/Jefatura"]
    go(browser)
    assert known(database).viewer.role is Role.MANAGER
    assert actions(database)[0] == "person.changed"
    browser.cookies.clear()
    provider.claims["groups"] = ["Compras"]
    assert go(browser).status_code == 403
    assert not is_signed_in(browser)


def test_who_is_in_no_group_any_more_is_out_everywhere(
    browser: TestClient, provider: OidcProvider, application: bootstrap.Application, database: Database
) -> None:
    go(browser)
    elsewhere = browser.cookies["sc_session"]
    with database.unit_of_work() as uow:
        _, token = application.people.create_api_token(known(database).viewer, name="t", valid_for=None, uow=uow)
    browser.cookies.clear()
    bearer = {"authorization": f"Bearer {token}"}
    assert browser.get("/api/v1/me", headers=bearer).status_code == 200
    provider.claims["groups"] = ["Compras"]
    assert go(browser).status_code == 403
    assert browser.get("/api/v1/me", headers=bearer).status_code == 401
    browser.cookies.set("sc_session", elsewhere)
    assert not is_signed_in(browser)
    assert "session.ended" in actions(database)


def test_without_a_rule_nobody_new_is_let_in_and_is_told_so(
    browser: TestClient, provider: OidcProvider, database: Database
) -> None:
    provider.claims["groups"] = ["Compras"]
    answer = go(browser)
    assert answer.status_code == 403
    assert "None of your groups is let in here." in answer.text
    assert not is_signed_in(browser)
    assert person(database) is None


def test_who_is_here_already_keeps_the_role_that_an_administrator_gave(
    browser: TestClient, provider: OidcProvider, database: Database, make_user: MakeUser
) -> None:
    here = make_user("Marta Prueba", role=Role.CSM)
    provider.claims |= {"email": here.email.upper(), "groups": ["Ventas/Jefatura"]}
    assert go(browser).status_code == 303
    assert browser.get("/api/v1/me").json()["viewer"]["user_id"] == here.user_id
    found = known(database, here.email)
    assert (found.viewer.role, found.by_groups) == (Role.CSM, False)


def test_an_address_that_was_given_away_again_is_somebody_else(
    browser: TestClient, provider: OidcProvider, make_user: MakeUser
) -> None:
    provider.claims["email"] = make_user("Marta Prueba").email
    go(browser)
    browser.cookies.clear()
    provider.subject = "subject-2"
    answer = go(browser)
    assert answer.status_code == 403
    assert "belongs to somebody else" in answer.text
    assert not is_signed_in(browser)


def test_who_was_let_go_stays_out(
    browser: TestClient, provider: OidcProvider, application: bootstrap.Application, make_user: MakeUser
) -> None:
    admin = make_user("Ada Prueba", role=Role.ADMIN)
    go(browser)
    with application.database.unit_of_work() as uow:
        leaving = StaffRepository(uow).by_email(NUNO)
        assert leaving is not None
        administration.deactivate(
            leaving.viewer.user_id, successor_id=None, approvals=application.approvals, actor=admin, uow=uow
        )
    assert not is_signed_in(browser)
    answer = go(browser)
    assert answer.status_code == 403
    assert "not let in here any more" in answer.text
    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        ({"email": "nuno@otra.example"}, "Addresses of your domain"),
        ({"email_verified": False}, "did not say that it knows"),
        ({"email": "nobody"}, "did not say your email address"),
    ],
)
def test_addresses_that_are_not_ours_or_not_known_to_be_theirs(
    browser: TestClient, provider: OidcProvider, claims: dict[str, Any], words: str
) -> None:
    provider.claims |= claims
    answer = go(browser)
    assert answer.status_code == 403
    assert words in answer.text


def unsigned(claims: dict[str, Any], header: dict[str, str]) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in (header, claims))
    return ".".join([*parts, ""])


def with_shared_secret(provider: OidcProvider, claims: dict[str, Any]) -> str:
    """Signed with what everybody knows: the provider's public key, taken for a shared secret."""
    body = unsigned(claims, {"alg": "HS256", "kid": str(provider.key.kid)}).removesuffix(".")
    made = hmac.new(provider.key.as_pem(private=False), body.encode(), hashlib.sha256).digest()
    return f"{body}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"


Lie = Callable[[OidcProvider, dict[str, Any]], str]
LIES: dict[str, Lie] = {
    "wrong nonce": lambda p, c: p.signed(c | {"nonce": "another"}),
    "no nonce": lambda p, c: p.signed({name: value for name, value in c.items() if name != "nonce"}),
    "other audience": lambda p, c: p.signed(c | {"aud": "another-client"}),
    "one of several audiences": lambda p, c: p.signed(c | {"aud": [CLIENT_ID, "another-client"]}),
    "for another party": lambda p, c: p.signed(c | {"azp": "another-client"}),
    "other issuer": lambda p, c: p.signed(c | {"iss": "https://login.otra.example"}),
    "expired": lambda p, c: p.signed(c | {"exp": c["iat"] - 61}),
    "without an end": lambda p, c: p.signed({name: value for name, value in c.items() if name != "exp"}),
    "from the future": lambda p, c: p.signed(c | {"iat": c["iat"] + 3600, "nbf": c["iat"] + 3600}),
    "without a subject": lambda p, c: p.signed({name: value for name, value in c.items() if name != "sub"}),
    "alg none": lambda _, c: unsigned(c, {"alg": "none", "typ": "JWT"}),
    "unsigned": lambda p, c: p.signed(c).rpartition(".")[0] + ".",
    "another key": lambda p, c: p.signed(c, key=new_key()),
    "public key as secret": with_shared_secret,
    "no token": lambda _, __: "nonsense",
}


@pytest.mark.parametrize("name", LIES)
def test_a_token_that_is_not_the_providers_word_opens_nothing(
    browser: TestClient, provider: OidcProvider, database: Database, name: str
) -> None:
    provider.forge = lambda claims: LIES[name](provider, claims)
    answer = go(browser)
    assert answer.status_code == 403
    assert "could not be confirmed" in answer.text
    assert not is_signed_in(browser)
    assert person(database) is None
    provider.forge = None
    assert go(browser).status_code == 303, "the same person comes in by the truth"


def test_the_sign_in_ends_in_the_browser_that_began_it_and_once(
    browser: TestClient, provider: OidcProvider, application: bootstrap.Application, clock: FixedClock
) -> None:
    address = came_back(browser)
    other = TestClient(ready_app(application), follow_redirects=False)
    assert other.get(address).status_code == 403, "another browser"
    query = parse_qs(urlsplit(address).query)
    guessed = {"code": query["code"][0], "state": "guessed", "iss": provider.issuer}
    assert browser.get("/sign-in/sso/callback", params=guessed).status_code == 403, "another state"
    assert not is_signed_in(browser)
    mixed = came_back(browser).replace("127.0.0.1", "127.0.0.2")
    assert browser.get(mixed).status_code == 403, "another provider's answer"
    address = came_back(browser)
    cookies = dict(browser.cookies)
    assert browser.get(address).status_code == 303
    browser.cookies.clear()
    for name, value in cookies.items():
        browser.cookies.set(name, value)
    assert browser.get(address).status_code == 403, "the code a second time"
    late = came_back(browser)
    clock.advance(timedelta(minutes=11))
    assert browser.get(late).status_code == 403, "after ten minutes"


@pytest.mark.parametrize("following", ["https://evil.example/", "//evil.example", "/\\evil.example", "/sign-in/sso"])
def test_a_sign_in_leads_nowhere_else(browser: TestClient, following: str) -> None:
    answer = go(browser, following)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")


def test_the_session_is_a_new_one(browser: TestClient, provider: OidcProvider) -> None:
    go(browser)
    first = browser.cookies["sc_session"]
    go(browser)
    assert browser.cookies["sc_session"] != first
    browser.cookies.clear()
    browser.cookies.set("sc_session", first)
    assert not is_signed_in(browser)


def test_new_keys_of_the_provider_are_read_again(
    browser: TestClient, provider: OidcProvider, clock: FixedClock
) -> None:
    go(browser)
    provider.key = new_key()
    clock.advance(timedelta(minutes=2))
    assert go(browser).status_code == 303


def test_what_the_token_leaves_out_is_asked_for(browser: TestClient, provider: OidcProvider) -> None:
    provider.user_info, provider.claims = provider.claims, {}
    assert go(browser).status_code == 303
    browser.cookies.clear()
    provider.user_info |= {"sub": "somebody else"}
    assert go(browser).status_code == 403


def test_a_provider_that_says_it_is_another_or_is_away_is_not_used(
    browser: TestClient, provider: OidcProvider, clock: FixedClock
) -> None:
    provider.discovery = {"issuer": "https://login.otra.example"}
    answer = browser.get("/sign-in/sso")
    assert answer.status_code == 503
    assert "cannot be reached" in answer.text
    provider.discovery = {}
    assert browser.get("/sign-in/sso").status_code == 503, "nobody waits in line for a provider that is away"
    clock.advance(timedelta(seconds=11))
    provider.discovery = {"token_endpoint": "http://login.otra.example/token"}
    assert browser.get("/sign-in/sso").status_code == 503
    clock.advance(timedelta(seconds=11))
    provider.discovery = {}
    assert browser.get("/sign-in/sso").status_code == 303


def test_what_is_said_where_others_listen_is_not_asked_for(browser: TestClient, provider: OidcProvider) -> None:
    provider.user_info, provider.claims = provider.claims, {}
    provider.discovery = {"userinfo_endpoint": provider.issuer.replace("127.0.0.1", "0.0.0.0") + "/me"}  # noqa: S104 - asked, not opened
    assert go(browser).status_code == 503
    assert not is_signed_in(browser)


def test_one_address_is_not_vouched_for_by_another(
    browser: TestClient, provider: OidcProvider, make_user: MakeUser
) -> None:
    victim = make_user("Marta Prueba", role=Role.ADMIN)
    provider.claims = {"email": victim.email}
    provider.user_info = {"email": NUNO, "email_verified": True, "groups": ["Ventas"]}
    assert go(browser).status_code == 403
    assert not is_signed_in(browser)
    provider.user_info["email"] = victim.email
    assert go(browser).status_code == 303


def test_passwords_can_be_switched_off_but_for_one_administrator(
    database: Database, provider: OidcProvider, data_dir: Path, make_user: MakeUser
) -> None:
    admin, other = make_user("Ada Prueba", role=Role.ADMIN), make_user("Marta Prueba", role=Role.ADMIN)
    built = with_cheap_passwords(
        bootstrap.assemble(settings_of(provider, data_dir, break_glass=admin.email), database=database)
    )
    with database.unit_of_work() as uow:
        for each in (admin, other):
            built.people.add_user(each, password=PASSWORD, uow=uow)
    browser = TestClient(ready_app(built), follow_redirects=False)
    for viewer, expected in ((other, 401), (admin, 303)):
        fields = {"email": viewer.email, "password": PASSWORD, "csrf_token": form_token(browser.get("/sign-in"))}
        assert browser.post("/sign-in", data=fields).status_code == expected
        browser.cookies.clear()
    built.close()
