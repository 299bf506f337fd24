"""A company whose people sign in through a provider that really runs, and a browser that does so. All invented."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from copilot.clock import FixedClock
from copilot.settings import Settings
from copilot.store.audit_reading import AuditFilters, AuditReading
from copilot.store.database import Database
from copilot.store.staff import Person, StaffRepository
from tests.api.web_browser import Response
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider, running_provider

RULES = """
domains = ["tramontia.example"]
[[group]]
name = "Ventas/Jefatura"
role = "manager"
team = "Norte"
[[group]]
name = "Ventas"
role = "ae"
team = "Norte"
"""
NUNO = "nuno@tramontia.example"


@contextmanager
def provider_at(clock: FixedClock, key: RSAKey) -> Iterator[OidcProvider]:
    """Vouches for Nuno, who sells."""

    def seconds() -> float:
        return clock.now().timestamp()

    with running_provider(clock=seconds, key=key) as running:
        running.claims = {"email": NUNO, "email_verified": True, "name": "Nuno Prueba", "groups": ["Ventas"]}
        yield running


def settings_of(provider: OidcProvider, data_dir: Path, **more: Any) -> Settings:
    data_dir.mkdir(exist_ok=True)
    rules = data_dir / "sso.toml"
    rules.write_text(RULES, encoding="utf-8")
    secret = data_dir / "sso.secret"
    secret.write_text(f"{CLIENT_SECRET}\n", encoding="utf-8")
    return Settings(
        data_dir=data_dir,
        embedding_model="none",
        public_url="http://testserver",
        sso_issuer=provider.issuer,
        sso_client_id=CLIENT_ID,
        sso_client_secret_file=secret,
        sso_rules_file=rules,
        sso_name="Tramontia",
        **more,
    )


def go(browser: TestClient, following: str = "/accounts") -> Response:
    """Press the button, prove who one is at the provider, and come back; returns the answer to the coming back."""
    return browser.get(came_back(browser, following))


def came_back(browser: TestClient, following: str = "/accounts") -> str:
    """The address that the provider sends the browser back to."""
    began = browser.get("/sign-in/sso", params={"next": following})
    assert began.status_code == 303
    answer = httpx2.get(began.headers["location"], follow_redirects=False)
    assert answer.status_code == 302
    return str(answer.headers["location"]).removeprefix("http://testserver")


def is_signed_in(browser: TestClient) -> bool:
    return bool(browser.get("/api/v1/me").status_code == 200)


def person(database: Database, email: str = NUNO) -> Person | None:
    with database.unit_of_work() as uow:
        return StaffRepository(uow).by_email(email)


def known(database: Database, email: str = NUNO) -> Person:
    found = person(database, email)
    assert found is not None
    return found


def actions(database: Database) -> list[str]:
    with database.unit_of_work() as uow:
        return [event.action for event in AuditReading(uow).page(AuditFilters(), before=None, limit=50).events]
