"""Asking for follow-ups on the page of an account and over HTTP."""

import re

import pytest
from fastapi.testclient import TestClient

from api.web import words
from copilot import bootstrap
from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.tables.records import ContactRow
from copilot.workflows.follow_up import Register, Variant
from copilot.workflows.follow_up.offline import SECTIONS
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import Company

Headers = dict[str, str]


def token(application: bootstrap.Application, viewer: Viewer) -> Headers:
    with application.database.unit_of_work() as uow:
        _, secret = application.people.create_api_token(viewer, name="t", valid_for=None, uow=uow)
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture
def ae(application: bootstrap.Application, company: Company) -> Headers:
    return token(application, company.ae)


def path(company: Company, *more: str) -> str:
    return "/".join((f"/api/v1/accounts/{company.account_id}/follow-ups", *more))


def test_what_can_be_followed_up_is_listed(client: TestClient, company: Company, ae: Headers) -> None:
    found = client.get(path(company, "sources"), headers=ae).json()["items"]
    assert [item["document_id"] for item in found if item["kind"] == "email"] == [company.email_id]
    assert found[0]["people"] == ["Rosa Almendro"]


def test_a_follow_up_is_written_and_waits_in_the_queue(client: TestClient, company: Company, ae: Headers) -> None:
    wanted = {"document_id": company.email_id, "variant": "warmer", "form_of_address": "usted"}
    made = client.post(path(company), json=wanted, headers=ae)
    assert made.status_code == 201, made.text
    body = made.json()
    assert made.headers["location"] == f"/api/v1/queue/{body['entry']['item']['id']}"
    assert made.headers["etag"]
    assert body["draft"]["kind"] == "follow_up"
    assert body["entry"]["item"]["state"] == "pending"
    text = " ".join(segment["text"] for part in body["draft"]["sections"] for segment in part["segments"])
    assert "Muy buenos días, Rosa:" in text
    assert "antes del 30 de noviembre de 2026" in text


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"variant": "louder"}, 422),
        ({"recipient": "rosa@elsewhere.example"}, 422),
        ({"recipient_contact_ids": ["con_nobody"]}, 422),
        ({"document_id": "doc_nothing"}, 422),
        ({"request": "x" * 2_001}, 422),
    ],
    ids=["tone", "address", "contact", "document", "length"],
)
def test_what_cannot_be_used_is_refused(
    client: TestClient, company: Company, ae: Headers, wanted: dict[str, object], status: int
) -> None:
    assert client.post(path(company), json=wanted, headers=ae).status_code == status


def test_another_teams_account_answers_like_one_that_does_not_exist(
    client: TestClient, application: bootstrap.Application, company: Company
) -> None:
    outsider = token(application, company.outsider)
    foreign = client.post(path(company), json={}, headers=outsider)
    nothing = client.post("/api/v1/accounts/acc_nothing/follow-ups", json={}, headers=outsider)
    assert foreign.status_code == nothing.status_code == 404
    assert foreign.json()["detail"] == nothing.json()["detail"]
    assert client.get(path(company, "sources"), headers=outsider).status_code == 404


def test_the_page_offers_conversations_people_and_manner(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    page = browser.get(f"/accounts/{company.account_id}").text
    form = page[page.index('action="/accounts/' + company.account_id + '/follow-ups"') :]
    form = form[: form.index("</form>")]
    assert f'value="{company.email_id}"' in form
    assert "Rosa Almendro" in form
    assert set(re.findall(r'<option value="(\w+)"', form)) >= {*Register, *Variant, "es", "en"}
    assert all(f'for="{name}"' in form for name in re.findall(r'<select id="([\w-]+)"', form))


def test_the_form_leads_to_the_entry_in_the_queue(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    address = f"/accounts/{company.account_id}"
    fields = {"csrf_token": form_token(browser.get(address)), "document_id": company.email_id, "language": "", "to": []}
    fields |= {"form_of_address": "", "variant": "firmer"}
    made = browser.post(f"{address}/follow-ups", data=fields)
    assert made.status_code == 303, made.text
    assert re.fullmatch(r"/queue/review_\w+", made.headers["location"])
    item = browser.get(made.headers["location"]).text
    assert "El correo de seguimiento está escrito" in item
    assert "Rosa Almendro" in item
    assert not re.search(r"<h3[^>]*>\s*</h3>", item), "a heading without words"
    assert "no forma parte del correo" in item


def test_without_the_token_of_the_form_nothing_is_written(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert browser.post(f"/accounts/{company.account_id}/follow-ups", data={"variant": "plain"}).status_code == 403


def test_who_must_not_be_contacted_is_not_offered(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        _do_not_contact(uow)
    sign_in(browser, company.ae)
    page = browser.get(f"/accounts/{company.account_id}").text
    assert "/follow-ups" not in page
    assert "No hay ninguna llamada ni correo con alguien a quien se pueda escribir." in page


def _do_not_contact(uow: UnitOfWork) -> None:
    for row in uow.session.query(ContactRow):
        row.do_not_contact = True


def test_every_form_tone_and_part_has_its_words() -> None:
    assert {*words.REGISTERS} == {item.value for item in Register}
    assert {*words.VARIANTS} == {item.value for item in Variant}
    assert {*words.EMAIL_PARTS} == {*SECTIONS}
