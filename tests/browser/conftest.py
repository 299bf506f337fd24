"""A real browser on a real server with a small company, one per test process."""

import os
import shutil
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest
import uvicorn
from axe_core_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Dialog, Error, Page, Response, expect, sync_playwright

from api.app import create_app
from copilot import bootstrap
from copilot.clock import SystemClock
from copilot.domain.access import Role, Viewer
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.database import Database
from copilot.store.people import PeopleRepository
from tests.api.conftest import with_cheap_passwords
from tests.api.web_company import PASSWORD, Company, seed
from tests.browser.keyboard import Keys

DESKTOP = (1280, 900)
PHONE = (390, 844)
PAYS = "Pagan 84.000 € al año."
"""A sentence that the first account's records carry, in words that no other test looks for."""
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
_VIOLATIONS = """() => axe.run({resultTypes: ["violations"]}).then(found => found.violations)"""
"""What is right stays in the browser: to hand it over takes as long as some of the looking."""
_NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Site:
    """A running server and who is in it."""

    address: str
    company: Company
    application: bootstrap.Application


@pytest.fixture(scope="session")
def site(server: embedded.EmbeddedAddresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The site that tests share: they add to it, and expect of it no more than what `seed` puts there."""
    with serving(server, tmp_path_factory.mktemp("site"), name="browser_site") as running:
        yield running


@contextmanager
def serving(server: embedded.EmbeddedAddresses, data_dir: Path, *, name: str) -> Iterator[Site]:
    """The whole product on a free port, with a database of its own: pages, API and the worker that releases."""
    admin_url = server.superuser_url.replace("postgresql+psycopg://", "postgresql://")
    admin_url = admin_url.replace("/copilot_template?", "/postgres?")
    with psycopg.connect(admin_url, autocommit=True) as connection:
        connection.execute(f'create database "{name}" template "copilot_template" owner "{embedded.OWNER_ROLE}"')
    own = embedded.addresses(server.superuser_url, database=name)
    clock = SystemClock(pinned_today=date(2026, 11, 16))
    database = Database(own.application_url, owner_url=own.owner_url, clock=clock)
    settings = Settings(data_dir=data_dir, embedding_model="none")
    application = with_cheap_passwords(bootstrap.assemble(settings, database=database))
    company = seed(application)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        with answering(application, listener=listener) as address:
            yield Site(address, company, application)
    application.close()


@contextmanager
def answering(application: bootstrap.Application, *, listener: socket.socket) -> Iterator[str]:
    """The product's server on a bound socket, until the block ends; its address."""
    running = uvicorn.Server(uvicorn.Config(create_app(application), log_level="error", lifespan="on"))
    thread = threading.Thread(target=lambda: running.run(sockets=[listener]), daemon=True)
    thread.start()
    while not running.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    running.should_exit = True
    thread.join(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium, the system's or Playwright's; without one the tests are skipped, on CI they fail."""
    path = next((found for name in _NAMES if (found := shutil.which(name))), None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=path, args=_FLAGS)
        except Error as error:
            reason = "No Chromium to test with: `make browser` installs one."
            if os.environ.get("CI"):
                pytest.fail(f"{reason} {error}")
            pytest.skip(reason)
        yield browser
        browser.close()


@dataclass
class Visit:
    """A page with what went wrong on it and how much it transferred."""

    page: Page
    context: BrowserContext
    site: Site
    problems: list[str]

    def go(self, path: str) -> None:
        """Open a page of the site."""
        self.page.goto(f"{self.site.address}{path}")

    def sign_in(self, viewer: Viewer, *, language: str) -> None:
        """Sign in by the form and work in the language."""
        self.page.fill("#email", viewer.email)
        self.page.fill("#password", PASSWORD)
        self.page.click("main form button")
        self.page.wait_for_selector(".main-nav")
        if self.page.get_attribute("html", "lang") != language:
            self.page.click("header button[name=language]")
            self.page.wait_for_selector(f"html[lang={language}]")
        self.page.wait_for_load_state()

    def make_brief(self, language: str) -> None:
        """Ask for a brief of the first account."""
        self.go(f"/accounts/{self.site.company.account_id}")
        self.page.select_option("#brief-language", language)
        self.page.click(".brief-form button")
        self.page.wait_for_selector(".notice.success")


def violations(page: Page) -> list[dict[str, Any]]:
    """What axe finds wrong with a page."""
    page.evaluate(_axe())
    found: list[dict[str, Any]] = page.evaluate(_VIOLATIONS)
    return found


@cache
def _axe() -> str:
    script: str = Axe().axe_script
    return script


def accessibility_problems(page: Page) -> list[str]:
    """Each violation with the first piece of the page that shows it."""
    return [f"{item['id']}: {item['nodes'][0]['html'][:300]}" for item in violations(page)]


def too_wide_by(page: Page) -> int:
    """Pixels by which a page scrolls sideways; at most none is right."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return wide


Open = Callable[..., Visit]


def opened_account(visit: Open, *, language: str, theme: str = "light", size: tuple[int, int] = DESKTOP) -> Visit:
    """The page of the first account, before its owner."""
    one = visit(theme=theme, language=language, size=size)
    one.go("/accounts")
    one.sign_in(one.site.company.ae, language=language)
    one.go(f"/accounts/{one.site.company.account_id}")
    return one


@pytest.fixture
def visit(chromium: Browser, site: Site) -> Iterator[Open]:
    """Open a browser window of its own: `visit(size=PHONE, theme="dark", scripts=False)`."""
    with windows(chromium, site) as open_window:
        yield open_window


@contextmanager
def windows(chromium: Browser, site: Site) -> Iterator[Open]:
    """Opens windows on a site; at the end none of them may have met a problem."""
    opened: list[Visit] = []

    def open_window(
        *, size: tuple[int, int] = DESKTOP, theme: Any = "light", scripts: bool = True, language: str = "en"
    ) -> Visit:
        context = chromium.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme=theme,
            java_script_enabled=scripts,
            locale=language,
            accept_downloads=True,
        )
        context.set_default_timeout(15_000)
        page, problems = context.new_page(), list[str]()
        page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: problems.append(str(error)))

        def refuse(dialog: Dialog) -> None:
            problems.append(f"a script asked: {dialog.message}")
            dialog.dismiss()

        page.on("dialog", refuse)

        def note(response: Response) -> None:
            if not response.url.startswith(site.address):
                problems.append(f"loaded from elsewhere: {response.url}")

        page.on("response", note)
        opened.append(Visit(page, context, site, problems))
        return opened[-1]

    yield open_window
    for one in opened:
        one.context.close()
    for one in opened:
        assert one.problems == []


People = dict[tuple[Role, str], Viewer]
Sit = Callable[..., Keys]


@pytest.fixture(scope="session")
def people(site: Site) -> People:
    """Somebody of each role in each language, all of whom work on the first account."""
    return {(role, language): _added(site, role, language) for role in Role for language in ("en", "es")}


def _added(site: Site, role: Role, language: str) -> Viewer:
    new = Viewer(
        user_id=str(SystemClock().new_id()),
        email=f"{role.value}.{language}@tramontia.example",
        name=f"Tecla {role.value} {language}",
        role=role,
        team_id="north",
        language=language,
    )
    with site.application.database.unit_of_work() as uow:
        added = site.application.people.add_user(new, password=PASSWORD, uow=uow)
        PeopleRepository(uow).grant_account(site.company.account_id, user_id=added.user_id)
    return added


@pytest.fixture
def sit(visit: Open, site: Site, people: People) -> Iterator[Sit]:
    """Sit down at the keyboard, on the home page or another, as somebody who is signed in already."""
    sat: list[Keys] = []

    def down(role: Role, *, language: str, size: tuple[int, int] = DESKTOP, path: str = "/") -> Keys:
        one = visit(size=size, language=language)
        one.page.emulate_media(reduced_motion="reduce")
        sent = {"email": people[role, language].email, "password": PASSWORD}
        assert one.context.request.post(f"{site.address}/api/v1/sessions", data=sent).ok
        one.go(path)
        expect(one.page.locator("html")).to_have_attribute("lang", language)
        sat.append(Keys(one, language))
        return sat[-1]

    yield down
    assert [problem for keys in sat for problem in keys.problems] == []
