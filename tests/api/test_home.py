"""The home page and its twin in the API: true counts, what is empty teaches, steps tick by themselves."""

from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.web import today_words
from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from copilot.domain.first_steps import STEPS, Step
from copilot.domain.identity import stable_id
from copilot.store.database import UnitOfWork
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import ActivityRow, SourceFileRow
from copilot.workflows.today.view import CardKind
from tests.api.web_browser import become, decide, form_token, make_brief, sign_in
from tests.api.web_company import AS_OF, PASSWORD, Company
from tests.conftest import MakeUser


def cards(browser: TestClient) -> dict[str, Any]:
    return {card["kind"]: card for card in browser.get("/api/v1/today").json()["cards"]}


def steps(browser: TestClient) -> dict[str, bool]:
    found = browser.get("/api/v1/today").json()["first_steps"]["steps"]
    return {line["step"]: line["done"] for line in found}


def meeting(uow: UnitOfWork, account_id: str, at: datetime, subject: str) -> None:
    uow.session.add(
        ActivityRow(
            id=stable_id("activity", "hubspot", f"{account_id}-{at:%d%H}"),
            source_system="hubspot",
            source_id=f"{account_id}-{at:%d%H}",
            as_of=AS_OF,
            content_hash=subject,
            account_id=account_id,
            kind="meeting",
            occurred_at=at,
            direction="outbound",
            subject=subject,
        )
    )


def said(uow: UnitOfWork, account_id: str, text: str, at: datetime) -> None:
    uow.session.add(
        SourceFileRow(
            id="said", root="said", path="said", sha256="x", media_type="text/plain", size_bytes=1, imported_at=at
        )
    )
    uow.flush()
    uow.session.add(
        DocumentRow(
            id="said",
            source_file_id="said",
            account_id=account_id,
            title="Correo",
            kind="email",
            text=text,
            text_sha256="x",
            blocks=[{"kind": "body", "start": 0, "end": len(text)}],
            media_type="text/plain",
            origin="customer",
            authored_at=at,
            imported_at=at,
        )
    )


def test_every_card_and_step_has_words() -> None:
    assert set(today_words.CARDS) == set(CardKind)
    assert set(today_words.STEPS) == set(Step)
    assert set(STEPS) == set(Role)


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_a_day_that_teaches_when_it_is_empty(
    role: Role, browser: TestClient, application: bootstrap.Application, make_user: MakeUser
) -> None:
    viewer = make_user("Nueva Persona", role=role)
    with application.database.unit_of_work() as uow:
        application.people.add_user(viewer, password=PASSWORD, uow=uow)
    sign_in(browser, viewer)
    page = browser.get("/").text
    found = browser.get("/api/v1/today").json()
    assert found["role"] == role.value
    for card in found["cards"]:
        assert f'id="card-{card["kind"]}"' in page
        assert card["total"] == 0
    assert page.count("day-card") >= len(found["cards"])
    assert page.count('aria-current="page"') == 1


def test_counts_are_those_of_the_lists_they_lead_to(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    make_brief(browser, company)
    found = cards(browser)
    assert found["mine"]["total"] == 1
    assert found["mine"]["lines"][0]["account_name"] == "Frigoríficos Valdemora"
    assert "1 borrador" in browser.get(found["mine"]["address"]).text
    assert found["returned"]["total"] == 0
    assert found["renewals"]["total"] == 1
    assert "Frigoríficos Valdemora" in browser.get(found["renewals"]["address"]).text
    become(browser, company.manager)
    found = cards(browser)
    assert found["for_me"]["total"] == found["oldest"]["total"] == 1
    assert "1 borrador" in browser.get(found["for_me"]["address"]).text


def test_nothing_of_others_is_on_it(browser: TestClient, application: bootstrap.Application, company: Company) -> None:
    with application.database.unit_of_work() as uow:
        meeting(uow, company.foreign_id, datetime(2026, 11, 17, 9, tzinfo=UTC), "Brackenhill QBR")
    sign_in(browser, company.outsider)
    assert cards(browser)["meetings"]["total"] == 1
    become(browser, company.ae)
    assert "Brackenhill" not in browser.get("/").text
    assert "Brackenhill" not in browser.get("/api/v1/today").text


def test_a_meeting_ahead_can_be_prepared_at_once(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        meeting(uow, company.account_id, datetime(2026, 11, 17, 9, tzinfo=UTC), "Renovación <b>")
        meeting(uow, company.account_id, datetime(2026, 12, 20, 9, tzinfo=UTC), "Too far")
    sign_in(browser, company.ae)
    [line] = cards(browser)["meetings"]["lines"]
    assert (line["day"], line["preparation"]) == (date(2026, 11, 17).isoformat(), None)
    assert browser.get(line["address"]).status_code == HTTPStatus.OK
    page = browser.get("/")
    assert "Renovación &lt;b&gt;" in page.text
    fields = {"csrf_token": form_token(page), "language": "es"}
    made = browser.post(f"/accounts/{company.account_id}/meeting-preparations", data=fields)
    [line] = cards(browser)["meetings"]["lines"]
    assert line["preparation"] == made.headers["location"]
    assert f'href="{line["preparation"]}"' in browser.get("/").text


def test_two_meetings_of_one_day_are_two(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        meeting(uow, company.account_id, datetime(2026, 11, 17, 9, tzinfo=UTC), "Renovación")
        meeting(uow, company.account_id, datetime(2026, 11, 17, 16, tzinfo=UTC), "Formación")
    sign_in(browser, company.ae)
    found = cards(browser)["meetings"]
    assert (found["total"], [line["said_in"] for line in found["lines"]]) == (2, ["Renovación", "Formación"])


def test_all_meetings_are_counted_and_what_a_text_says_of_one_on_record_is_no_other(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        for day in range(17, 26):
            meeting(uow, company.account_id, datetime(2026, 11, day, 9, tzinfo=UTC), f"El {day}")
        text = "Nos reunimos el 25 de noviembre. Tenemos otra reunión el 26 de noviembre."
        said_on = datetime(2026, 11, 16, 9, tzinfo=UTC)
        said(uow, company.account_id, text, said_on)
    sign_in(browser, company.ae)
    found = cards(browser)["meetings"]
    assert [line["said_in"] for line in found["lines"]] == [f"El {day}" for day in range(17, 23)]
    assert found["total"] == 10


def test_steps_tick_by_what_was_done_and_stay_ticked(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert not any(steps(browser).values())
    address = make_brief(browser, company)
    browser.get("/portfolio")
    assert {name for name, done in steps(browser).items() if done} == {"brief", "portfolio"}
    become(browser, company.manager)
    assert not any(steps(browser).values())
    assert decide(browser, address, "reject", comment="No").status_code == HTTPStatus.SEE_OTHER
    assert {name for name, done in steps(browser).items() if done} == {"review", "brief"}


def test_the_steps_can_be_put_away_and_shown_again(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/")
    assert 'id="first-steps"' in page.text
    token = form_token(page)
    browser.post("/first-steps", data={"csrf_token": token, "hidden": "yes"})
    hidden = browser.get("/").text
    assert 'id="first-steps"' not in hidden
    assert "Mostrar los primeros pasos" in hidden
    browser.post("/first-steps", data={"csrf_token": token, "hidden": "no"})
    assert 'id="first-steps"' in browser.get("/").text
    told = browser.put("/api/v1/today/first-steps", json={"hidden": True}, headers={"x-csrf-token": token}).json()
    assert told["hidden"] is True


def test_the_administrator_sees_the_installation(
    browser: TestClient, application: bootstrap.Application, company: Company, make_user: MakeUser
) -> None:
    admin = make_user("Ada Admin", role=Role.ADMIN)
    with application.database.unit_of_work() as uow:
        application.people.add_user(admin, password=PASSWORD, uow=uow)
    sign_in(browser, admin)
    found = cards(browser)
    assert [line["code"] for line in found["models"]["lines"]] == ["rules", "rules", "rules"]
    assert {"releases", "webhooks", "imports"} <= set(found)
    assert not {"releases", "webhooks", "imports", "models"} & set(_of(browser, company.ae))


def _of(browser: TestClient, viewer: Viewer) -> dict[str, Any]:
    become(browser, viewer)
    return cards(browser)
