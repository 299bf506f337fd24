"""The parts of an account's page and their API: what happened, people, invoices, data quality; PDF; for whom."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import pytest
from fastapi.testclient import TestClient
from pypdf import PdfReader

from api.web.words import TABLES
from copilot import bootstrap
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from copilot.domain.people_map import Department, Influence
from copilot.domain.records import InvoiceStatus
from copilot.domain.timeline import EntryType, Happening
from copilot.store.tables import records as tables
from tests.api.web_browser import sign_in
from tests.api.web_company import AS_OF, Company

_PARTS = ("timeline", "people", "invoices", "data")


@pytest.fixture
def filled(application: bootstrap.Application, company: Company) -> Company:
    """With an unpaid and a paid invoice, and a note of the import."""
    common = {"source_system": "hubspot", "as_of": AS_OF, "content_hash": "x", "account_id": company.account_id}
    with application.database.unit_of_work() as uow:
        for number, due, paid in (("F-1", date(2026, 10, 1), None), ("F-2", date(2026, 9, 1), date(2026, 9, 3))):
            uow.session.add(
                tables.InvoiceRow(
                    id=stable_id("invoice", "hubspot", number), source_id=number, number=number, amount=Decimal(1200),
                    currency="EUR", status="open" if paid is None else "paid", issued_on=date(2026, 8, 1), due_on=due,
                    paid_on=paid, **common,
                )
            )  # fmt: skip
        uow.session.add(
            tables.DataIssueRow(
                id="issue_1", code="value.invalid_email", record_type="contact", account_id=company.account_id,
                record_id=stable_id("contact", "hubspot", "c1"), row_number=12, source_file_id=None,
                details={"value": "rosa@", "column": "Email"},
            )
        )  # fmt: skip
    return company


@pytest.mark.parametrize("part", _PARTS)
def test_every_part_is_a_page_with_its_tab_marked(browser: TestClient, filled: Company, part: str) -> None:
    sign_in(browser, filled.ae)
    page = browser.get(f"/accounts/{filled.account_id}/{part}")
    assert page.status_code == 200
    assert f'href="/accounts/{filled.account_id}/{part}" aria-current="page"' in page.text
    empty = browser.get(f"/accounts/{filled.second_id}/{part}")
    assert empty.status_code == 200
    assert "<script>alert" not in empty.text


@pytest.mark.parametrize("part", _PARTS)
def test_what_is_out_of_sight_is_not_there(browser: TestClient, filled: Company, part: str) -> None:
    browser.cookies.clear()
    sign_in(browser, filled.outsider)
    hidden = browser.get(f"/accounts/{filled.account_id}/{part}")
    assert hidden.status_code == browser.get(f"/accounts/acc_nowhere/{part}").status_code == 404
    api = part if part != "data" else "data-quality"
    assert browser.get(f"/api/v1/accounts/{filled.account_id}/{api}").status_code == 404


def test_the_timeline_has_everything_once_in_order_and_each_entry_leads_to_its_evidence(
    browser: TestClient, filled: Company, application: bootstrap.Application
) -> None:
    with application.database.unit_of_work() as uow:
        application.briefs.run(filled.account_id, viewer=filled.ae, language=Language.ES, uow=uow)
    sign_in(browser, filled.ae)
    address = f"/api/v1/accounts/{filled.account_id}/timeline"
    entries, cursor = [], None
    while True:
        page = browser.get(address, params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        entries += page["entries"]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert entries == browser.get(address, params={"limit": 200}).json()["entries"]
    assert [one["at"] for one in entries] == sorted((one["at"] for one in entries), reverse=True)
    assert len({(one["happening"], one["subject_id"], one["at"]) for one in entries}) == len(entries)
    happened = {one["happening"] for one in entries}
    assert {"invoice_issued", "invoice_overdue", "invoice_paid", "draft_filed", "document", "activity"} <= happened
    for entry in entries:
        assert browser.get(entry["path"]).status_code == 200, entry


def test_the_timeline_is_narrowed_by_type_and_days(browser: TestClient, filled: Company) -> None:
    sign_in(browser, filled.ae)
    address = f"/accounts/{filled.account_id}/timeline"
    found = browser.get(f"/api/v1{address}", params={"type": "invoice", "since": "2026-09-03", "until": "2026-10-01"})
    assert [one["happening"] for one in found.json()["entries"]] == ["invoice_overdue", "invoice_paid"]
    page = browser.get(address, params={"type": "invoice", "since": "2026-09-03", "until": "2026-09-30"}).text
    assert "F-2" in page
    assert "F-1" not in page
    odd = browser.get(address, params={"type": "nonsense", "since": "2026-13-99"})
    assert odd.status_code == 200
    assert browser.get(address, params={"cursor": "bm9uc2Vuc2U="}).status_code == 422


def test_the_people_say_who_talks_to_whom_and_who_may_be_contacted(browser: TestClient, filled: Company) -> None:
    sign_in(browser, filled.ae)
    [rosa] = browser.get(f"/api/v1/accounts/{filled.account_id}/people").json()
    assert (rosa["name"], rosa["department"], rosa["influence"]) == ("Rosa Almendro", "operations", "decides")
    assert rosa["may_be_contacted"] is True
    assert rosa["last"] is not None
    assert "Rosa Almendro" in browser.get(f"/accounts/{filled.account_id}/people").text


def test_invoices_say_how_late_they_are(browser: TestClient, filled: Company) -> None:
    sign_in(browser, filled.ae)
    found = browser.get(f"/api/v1/accounts/{filled.account_id}/invoices").json()
    assert {one["number"]: one["overdue_days"] for one in found} == {"F-1": 46, "F-2": None}
    assert "46 días de retraso" in browser.get(f"/accounts/{filled.account_id}/invoices").text


def test_a_note_about_data_says_where_to_correct_it(browser: TestClient, filled: Company) -> None:
    sign_in(browser, filled.ae)
    notes = browser.get(f"/api/v1/accounts/{filled.account_id}/data-quality").json()
    [note] = [one for one in notes if one["id"] == "issue_1"]
    assert (note["system"], note["source_id"], note["row"]) == ("HubSpot", "c1", 12)
    assert "HubSpot" in browser.get(f"/accounts/{filled.account_id}/data").text
    missing = browser.get(f"/accounts/{filled.second_id}/data").text
    assert "ARR" in missing


def test_a_brief_comes_as_a_pdf_for_those_who_see_it(
    browser: TestClient, filled: Company, application: bootstrap.Application
) -> None:
    with application.database.unit_of_work() as uow:
        made = application.briefs.run(filled.account_id, viewer=filled.ae, language=Language.ES, uow=uow)
    latest = f"/api/v1/accounts/{filled.account_id}/briefs/latest/pdf"
    addresses = (f"/queue/{made.item.id}/pdf", f"/api/v1/queue/{made.item.id}/pdf", latest)
    sign_in(browser, filled.ae)
    for address in addresses:
        answer = browser.get(address)
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["content-disposition"].startswith("attachment; filename=")
        pages = [page.extract_text() for page in PdfReader(BytesIO(answer.content)).pages]
        assert all("SIN REVISAR" in page for page in pages)
    assert browser.get(f"/api/v1/accounts/{filled.second_id}/briefs/latest/pdf").status_code == 404
    browser.cookies.clear()
    sign_in(browser, filled.outsider)
    assert [browser.get(address).status_code for address in addresses] == [404, 404, 404]


def test_every_code_has_a_word() -> None:
    assert set(TABLES["entry_type"]) == {one.value for one in EntryType}
    assert set(TABLES["happening"]) == {one.value for one in Happening}
    assert set(TABLES["department"]) == {one.value for one in Department}
    assert set(TABLES["influence"]) == {one.value for one in Influence}
    assert set(TABLES["invoice_status"]) == {one.value for one in InvoiceStatus}
