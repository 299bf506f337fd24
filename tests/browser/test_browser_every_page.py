"""What holds for every page: accessible in both themes, narrow enough for a phone, light enough for a slow line, whole
without scripts, wide enough for words that are longer than ours, and deaf to what customers write into their records.

The pages are those of the application, not a list that somebody keeps: a new one is visited by being there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from babel.support import NullTranslations
from playwright.sync_api import Browser

from api import localisation
from api.app import create_app
from api.web import templating
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.store import embedded
from tests.api.own_things import admins_things, filled, named, own_things, spoil
from tests.api.queue_client import program
from tests.api.route_walk import every_route
from tests.api.web_company import PASSWORD
from tests.browser.conftest import DESKTOP, PHONE, Open, Site, Visit, serving, too_wide_by, violations, windows

pytestmark = pytest.mark.browser
_HEAVIEST = 150_000
_WEIGHT = """[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .reduce((sum, entry) => sum + entry.encodedBodySize, 0)"""
_CUT = """[...document.querySelectorAll("body *")].filter(one => {
    const style = getComputedStyle(one)
    const hides = style.overflowX === "hidden" || style.overflowX === "clip"
    const shown = style.clipPath === "none" && one.tagName !== "INPUT" && one.checkVisibility()
    return shown && hides && one.scrollWidth > one.clientWidth + 1
}).map(one => one.outerHTML.slice(0, 120))"""
"""Elements that hide a part of what they say. What is clipped away is there for screen readers only."""
NO_PAGES = (
    "/health",
    "/sign-in",
    "/sign-in/sso",
    "/sign-in/sso/callback",
    "/sign-out/provider",
    "/sign-out/done",
    "/password/{secret}",
    "/unsubscribe/{token}",
    "/admin/sources/imports/{run_id}/skipped.csv",
    "/admin/sources/findings.csv",
    "/admin/erasure/{erasure_id}/certificate.json",
    "/value.csv",
    "/queue/{item_id}/next",
    "/queue/{item_id}/previous",
    "/queue/{item_id}/files/{name}",
    "/queue/{item_id}/pdf",
    "/rfps/{project_id}/original",
    "/rfps/{project_id}/working-copy",
    "/rfps/{project_id}/gaps",
    "/feedback/proposals/{proposal_id}/text",
)
"""Files, ways to another page, and what is looked at by itself."""
FURTHER = (
    "/accounts?q=nothing",
    "/queue?risk=critical",
    "/queue/{item_id}?edit=all",
    "/search?q=contrato+firmado",
    "/search?q=zzzz",
    "/portfolio?band=bad&days=30",
    "/nothing",
)


ADMIN = Viewer(user_id="user-ines", email="ines@tramontia.example", name="Inés Prueba", role=Role.ADMIN)


@dataclass(frozen=True)
class Pages:
    """A site with one thing of each kind, and who opens what on it."""

    site: Site
    of_ae: tuple[str, ...]
    of_admin: tuple[str, ...]


@pytest.fixture(scope="module")
def pages(server: embedded.EmbeddedAddresses, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pages]:
    with serving(server, tmp_path_factory.mktemp("pages"), name="every_page") as site:
        with site.application.database.unit_of_work() as uow:
            site.application.people.add_user(ADMIN, password=PASSWORD, uow=uow)
        with httpx.Client(base_url=site.address, timeout=60) as client:
            owner = program(client, site.application, site.company.ae)
            spoil(site.application, site.company)
            things = own_things(site.application, owner, site.company)
            things |= admins_things(site.application, program(client, site.application, ADMIN), site.company)
            of_ae, of_admin = _addresses(site, client, things)
        yield Pages(site, of_ae, of_admin)


def _addresses(site: Site, client: httpx.Client, things: dict[str, str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Each page that there is: those of an account executive, and those that only an administrator opens."""
    every = [
        route.path
        for route in every_route(create_app(site.application, worker=False))
        if "GET" in (route.methods or ())
    ]
    paths = [path for path in dict.fromkeys(every) if not path.startswith("/api/") and path not in NO_PAGES]
    assert {name for path in paths for name in named(path)} <= set(things), "own_things has none of these"
    wanted = [filled(path, things) for path in (*paths, *FURTHER)]
    of_ae = _opened(client, site.company.ae, wanted)
    of_admin = _opened(client, ADMIN, [path for path in wanted if path not in of_ae])
    assert set(wanted) - set(of_ae) - set(of_admin) == {"/nothing"}, "nobody opens these"
    return (*of_ae, "/nothing"), of_admin


def _opened(client: httpx.Client, viewer: Viewer, wanted: list[str]) -> tuple[str, ...]:
    client.cookies.clear()
    assert client.post("/api/v1/sessions", json={"email": viewer.email, "password": PASSWORD}).status_code == 200
    return tuple(path for path in wanted if client.get(path).status_code == 200)


def _each(one: Visit, pages: Pages, *, language: str) -> Iterator[str]:
    """Opens every page, one after the other, as somebody who may."""
    one.go("/sign-in")
    yield "/sign-in"
    for viewer, addresses in ((pages.site.company.ae, pages.of_ae), (ADMIN, pages.of_admin)):
        one.context.clear_cookies()
        one.go("/accounts")
        one.sign_in(viewer, language=language)
        for address in addresses:
            one.go(address)
            yield address
    one.problems[:] = [problem for problem in one.problems if "404" not in problem]  # one page does not exist


@pytest.mark.parametrize(
    ("theme", "language", "size"), [("light", "es", DESKTOP), ("dark", "en", (360, 740))], ids=["desktop", "phone"]
)
def test_accessible_narrow_and_light(
    look: Open, pages: Pages, theme: str, language: str, size: tuple[int, int], screenshots: Path | None
) -> None:
    one, wrong = look(theme=theme, language=language, size=size), []
    for number, address in enumerate(_each(one, pages, language=language)):
        wrong += [
            f"{address}: {item['id']} ({item['impact']}): {item['nodes'][0]['html'][:200]}"
            for item in violations(one.page)
            if item["impact"] in {"serious", "critical"}
        ]
        if (wide := too_wide_by(one.page)) > 0:
            wrong.append(f"{address} scrolls sideways by {wide} pixels")
        if (weight := one.page.evaluate(_WEIGHT)) > _HEAVIEST:
            wrong.append(f"{address} weighs {weight} bytes")
        if screenshots:
            name = re.sub(r"[^a-z0-9]+", "-", address.lower()).strip("-")[:60]
            path = screenshots / f"{language}-{theme}-{size[0]}" / f"{number:03d}-{name}.png"
            one.page.screenshot(path=path, full_page=True)
    assert wrong == []


def test_there_is_room_for_longer_words(look: Open, pages: Pages, longer: None) -> None:
    """In a language whose every text is as long as German would be, nothing is cut off and nothing sticks out."""
    one, wrong = look(language="en", size=PHONE), []
    for address in _each(one, pages, language="en"):
        wrong += [f"{address} cuts {cut}" for cut in one.page.evaluate(_CUT)]
        if (wide := too_wide_by(one.page)) > 0:
            wrong.append(f"{address} scrolls sideways by {wide} pixels")
    assert wrong == []


def test_every_page_is_there_without_scripts(look: Open, pages: Pages) -> None:
    one = look(language="es", scripts=False)
    assert [address for address in _each(one, pages, language="es") if not one.page.is_visible("main h1")] == []


@pytest.fixture
def look(chromium: Browser, pages: Pages) -> Iterator[Open]:
    """As `visit`, on the site of this module."""
    with windows(chromium, pages.site) as open_window:
        yield open_window


class _Longer(NullTranslations):
    """English with every vowel doubled, about two fifths longer."""

    def gettext(self, message: str) -> str:
        return _stretched(message)

    def ngettext(self, singular: str, plural: str, num: int) -> str:
        return _stretched(singular if num == 1 else plural)


def _stretched(message: str) -> str:
    """What stands for a value stays as it is."""
    parts = re.split(r"(%\(\w+\)[sd]|%[sd%])", message)
    return "".join(part if part.startswith("%") else re.sub("[aeou]", lambda m: m[0] * 2, part) for part in parts)


@pytest.fixture
def longer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """English as if it were a language of long words."""
    real = localisation.translations

    def stretched(language: Language) -> NullTranslations:
        return _Longer() if language is Language.EN else real(language)

    monkeypatch.setattr(localisation, "translations", stretched)
    monkeypatch.setattr(templating, "translations", stretched)
    templating.environment.cache_clear()
    yield
    templating.environment.cache_clear()
