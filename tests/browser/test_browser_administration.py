"""An administrator's job in a browser: send an export, see what it would do, import it, look at what was left out."""

from pathlib import Path

import pytest

from copilot.domain.access import Role, Viewer
from tests.api.web_company import PASSWORD
from tests.browser.conftest import PHONE, Open, Site, accessibility_problems, too_wide_by

pytestmark = pytest.mark.browser
EXPORT = """account id,name,country,owner email,ARR,currency
k1,Molinos del Alba,ES,lucia@tramontia.example,12000,EUR
k2,Velas Norte,Atlantis,lucia@tramontia.example,8000,EUR
k3,,ES,lucia@tramontia.example,100,EUR
"""
PAGES = (
    "/admin",
    "/admin/sources",
    "/admin/sources/findings",
    "/admin/models",
    "/admin/prompts",
    "/admin/prompts/account_brief?version=3&against=2",
    "/admin/policies",
    "/admin/erasure",
    "/audit",
)


@pytest.fixture
def admin(site: Site) -> Viewer:
    viewer = Viewer(
        user_id="user-ines",
        email="ines@tramontia.example",
        name="Inés Robledo",
        role=Role.ADMIN,
        team_id=None,
        language="es",
    )
    with site.application.database.unit_of_work() as uow:
        return site.application.people.add_user(viewer, password=PASSWORD, uow=uow)


def test_an_export_is_rehearsed_and_imported(visit: Open, admin: Viewer, tmp_path: Path) -> None:
    export = tmp_path / "accounts.csv"
    export.write_text(EXPORT, encoding="utf-8")
    one = visit(language="es")
    one.go("/admin/sources")
    one.sign_in(admin, language="es")
    one.go("/admin/sources")
    page = one.page
    page.fill("#source", "Semanal")
    page.set_input_files("#files", str(export))
    page.click("form[enctype] button.primary")
    page.wait_for_selector("text=Todavía no se ha guardado nada")
    upload = page.url
    assert accessibility_problems(page) == []
    page.click("form[action$='/import'] button")
    page.click("text=Ver qué ha hecho")
    page.wait_for_selector("text=Filas omitidas")
    assert "falta el campo obligatorio name" in page.inner_text("main")
    pages = (*PAGES, page.url.removeprefix(one.site.address), upload.removeprefix(one.site.address))
    found = []
    for address in pages:
        one.go(address)
        found += [f"{address}: {problem}" for problem in accessibility_problems(page)]
    page.set_viewport_size({"width": 360, "height": PHONE[1]})
    for address in pages:
        one.go(address)
        if too_wide_by(page) > 0:
            found.append(f"{address} scrolls sideways")
    assert found == []
