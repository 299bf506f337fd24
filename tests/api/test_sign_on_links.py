"""The link between a person and their account at the identity provider: made once, also when they come twice at once,
and undone by an administrator when the account was made anew."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from threading import Barrier

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Role
from copilot.identity.unlinking import unlink
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.staff import Person, StaffRepository
from copilot.store.ways_in import Identity, WaysIn
from tests.api.queue_client import program
from tests.api.ready_app import ready_app
from tests.api.sign_on_world import actions, came_back, go, is_signed_in, known, provider_at, settings_of
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import PASSWORD
from tests.conftest import MakeUser
from tests.oidc_provider import OidcProvider, new_key


@pytest.fixture
def provider(clock: FixedClock) -> Iterator[OidcProvider]:
    with provider_at(clock, new_key()) as running:
        yield running


@pytest.fixture
def settings(data_dir: Path, provider: OidcProvider) -> Settings:
    return settings_of(provider, data_dir)


def test_an_account_made_anew_comes_in_once_an_administrator_undoes_the_link(
    browser: TestClient,
    provider: OidcProvider,
    application: bootstrap.Application,
    database: Database,
    make_user: MakeUser,
) -> None:
    admin = make_user("Ada Prueba", role=Role.ADMIN, language="en")
    with database.unit_of_work() as uow:
        application.people.add_user(admin, password=PASSWORD, uow=uow)
    provider.claims["groups"] = ["Ventas/Jefatura"]
    go(browser)
    old_session, first = browser.cookies["sc_session"], known(database)
    browser.cookies.clear()
    provider.subject = "subject-made-anew"
    assert go(browser).status_code == 403
    sign_in(browser, admin)
    where = f"/admin/people/{first.viewer.user_id}"
    page = browser.get(where)
    assert "Undo the link" in page.text
    assert browser.post(f"{where}/unlink").status_code == 403
    done = browser.post(f"{where}/unlink", data={"csrf_token": form_token(page)})
    after = browser.get(done.headers["location"]).text
    assert "Sessions that ended: 1." in after
    assert "Undo the link" not in after
    assert "identity.unlinked" in actions(database)
    assert program(browser, application, admin).send("DELETE", f"/people/{first.viewer.user_id}/identity").json() == {
        "ended": 0
    }
    browser.cookies.clear()
    browser.cookies.set("sc_session", old_session)
    assert not is_signed_in(browser)
    browser.cookies.clear()
    assert go(browser).status_code == 303
    again = known(database)
    # The same person, whose role goes on following the groups.
    assert (again.viewer.user_id, again.by_groups) == (first.viewer.user_id, True)
    provider.claims["groups"] = ["Ventas"]
    go(browser)
    assert known(database).viewer.role is Role.AE
    provider.subject = "subject-1"
    assert go(browser).status_code == 403


def test_a_link_that_is_undone_during_a_sign_in_opens_no_session(
    browser: TestClient,
    provider: OidcProvider,
    database: Database,
    make_user: MakeUser,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    admin = make_user("Ada Prueba", role=Role.ADMIN)
    go(browser)
    found, used = known(database), WaysIn.identity_used

    def undone_before(ways: WaysIn, identity: Identity) -> bool:
        monkeypatch.setattr(WaysIn, "identity_used", used)
        with database.unit_of_work() as uow:
            assert unlink(found.viewer.user_id, actor=admin, uow=uow) == 1
        return used(ways, identity)

    monkeypatch.setattr(WaysIn, "identity_used", undone_before)
    assert go(browser).status_code == 403
    assert not is_signed_in(browser)
    assert known(database).open_sessions == 0
    assert go(browser).status_code == 303


def test_who_comes_in_twice_at_once_for_the_first_time_is_one_person(
    application: bootstrap.Application, provider: OidcProvider, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    app, both, looked, by_email = ready_app(application), Barrier(2), count(), StaffRepository.by_email
    browsers = [TestClient(app, raise_server_exceptions=False, follow_redirects=False) for _ in range(2)]
    ways_back = [came_back(one) for one in browsers]

    def nobody_yet(staff: StaffRepository, email: str) -> Person | None:
        found = by_email(staff, email)
        if next(looked) < 2:
            assert found is None
            both.wait(timeout=30)
        return found

    monkeypatch.setattr(StaffRepository, "by_email", nobody_yet)
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one, back: one.get(back).status_code, browsers, ways_back))
    assert answers == [303, 303]
    assert all(is_signed_in(one) for one in browsers)
    found = known(database)
    assert (found.by_groups, found.open_sessions, found.team_name) == (True, 2, "Norte")
    happened = actions(database)
    assert [happened.count(one) for one in ("team.created", "person.added", "identity.linked")] == [1, 1, 1]
