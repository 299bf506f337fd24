"""Signing out in a browser that holds redirects of forms to the policy of the page: on to the provider, and back."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.store.database import Database
from tests.api.conftest import with_cheap_passwords
from tests.api.sign_on_world import provider_at, settings_of
from tests.browser.conftest import PHONE, answering
from tests.oidc_provider import OidcProvider, new_key

pytestmark = pytest.mark.browser


@pytest.fixture
def provider(clock: FixedClock) -> Iterator[OidcProvider]:
    with provider_at(clock, new_key()) as running:
        yield running


@pytest.fixture
def address(database: Database, data_dir: Path, provider: OidcProvider) -> Iterator[str]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        reached = f"http://127.0.0.1:{listener.getsockname()[1]}"
        settings = settings_of(provider, data_dir).model_copy(update={"public_url": reached})
        application = with_cheap_passwords(bootstrap.assemble(settings, database=database))
        with answering(application, listener=listener) as address:
            yield address
        application.close()


def test_signing_out_goes_on_to_the_provider_and_comes_back(
    chromium: Browser, address: str, provider: OidcProvider
) -> None:
    context = chromium.new_context(viewport={"width": 360, "height": PHONE[1]}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/sign-in")
    page.click("a[href^='/sign-in/sso']")
    page.click("details.person summary")
    page.click("form[action='/sign-out'] button")
    page.wait_for_url(f"{address}/sign-in*")
    assert len(provider.ended) == 1
    page.wait_for_selector("[role=status] .toast-text")
    context.close()
