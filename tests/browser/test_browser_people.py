"""An administrator adds somebody, who chooses a password by the link; then the person leaves. By keyboard and eye."""

import pytest

from copilot.clock import SystemClock
from copilot.domain.access import Role, Viewer
from tests.api.web_company import PASSWORD
from tests.browser.conftest import DESKTOP, PHONE, Open, Site, accessibility_problems, too_wide_by

pytestmark = pytest.mark.browser


def administrator(site: Site) -> Viewer:
    """Somebody who may change people; the small company has none."""
    ada = Viewer(user_id=str(SystemClock().new_id()), email="ada@tramontia.example", name="Ada Prueba", role=Role.ADMIN)
    with site.application.database.unit_of_work() as uow:
        return site.application.people.add_user(ada, password=PASSWORD, uow=uow)


@pytest.mark.parametrize(
    ("language", "size", "theme"), [("en", DESKTOP, "light"), ("es", PHONE, "dark")], ids=["desktop", "phone"]
)
def test_somebody_comes_and_goes(visit: Open, site: Site, language: str, size: tuple[int, int], theme: str) -> None:
    one = visit(size=size, theme=theme, language=language)
    one.go("/admin/people")
    one.sign_in(administrator(site), language=language)
    page = one.page
    one.go("/admin/people")
    assert accessibility_problems(page) == []
    assert too_wide_by(page) <= 0
    page.fill("#email", f"nuno.{language}@tramontia.example")
    page.fill("#name", "Nuno Prueba")
    page.select_option("#team", label="Norte")
    page.click("section[aria-labelledby=new] button.primary")
    address = page.inner_text("code.secret")
    assert accessibility_problems(page) == []
    assert too_wide_by(page) <= 0

    other = visit(size=size, theme=theme, language=language)
    other.page.goto(f"{site.address}/password/{address.rpartition('/')[2]}")
    for field in ("#password", "#again"):
        other.page.fill(field, "four odd words together")
    assert accessibility_problems(other.page) == []
    other.page.click("main button.primary")
    other.page.fill("#email", f"nuno.{language}@tramontia.example")
    other.page.fill("#password", "four odd words together")
    other.page.click("main form button")
    other.page.wait_for_selector(".main-nav")
    other.go("/my-access")
    assert accessibility_problems(other.page) == []
    assert too_wide_by(other.page) <= 0
    other.page.fill("#name", "nightly report")
    other.page.click("section[aria-labelledby=new] button.primary")
    assert other.page.inner_text("code.secret").startswith("sct_")

    one.go("/admin/people")
    page.fill("#q", f"nuno.{language}")
    page.click("form.filters button")
    page.click("tbody a")
    page.click("details.confirm summary")
    page.click("details.confirm button.danger")
    page.wait_for_selector(".notice.success")
    other.go("/my-access")
    assert "/sign-in" in other.page.url, "out at once"
