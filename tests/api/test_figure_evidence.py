"""The figures of a query as evidence, over HTTP: in the API and on a page, for each reader their own."""

from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.access import Viewer
from copilot.domain.figure_queries import FigureQuery, Measure, Operator, Subject
from copilot.domain.figure_results import query_evidence_id
from tests.api.test_web_api_routes import token
from tests.api.web_browser import sign_in as open_browser
from tests.api.web_company import Company
from tests.figure_questions import where

ARR = query_evidence_id(
    FigureQuery(
        subject=Subject.ACCOUNTS,
        measure=Measure.SUM,
        field="arr",
        conditions=(where("arr", Operator.MORE_THAN, 0, currency="EUR"),),
    )
)


@dataclass(frozen=True)
class Reading:
    """Programs of several people."""

    application: bootstrap.Application
    client: TestClient

    def __call__(self, viewer: Viewer, evidence_id: str) -> tuple[int, str]:
        headers = token(self.application, viewer)
        found = self.client.get(f"/api/v1/evidence/{evidence_id}", headers=headers)
        return found.status_code, found.json().get("evidence", {}).get("text", "")


@pytest.fixture
def read(application: bootstrap.Application, client: TestClient) -> Reading:
    return Reading(application, client)


def test_each_reader_gets_the_figure_of_their_own_accounts(read: Reading, company: Company) -> None:
    assert read(company.ae, ARR) == (200, "accounts: 1; sum: 84000 EUR (n=1); left out, without arr: 1")
    assert read(company.outsider, ARR) == (200, "accounts: 1; sum: 52000 EUR (n=1)")


def test_a_figure_about_one_account_is_there_for_who_may_see_the_account(read: Reading, company: Company) -> None:
    about = query_evidence_id(
        FigureQuery(subject=Subject.TICKETS, measure=Measure.COUNT, account_ids=(company.foreign_id,))
    )
    assert read(company.outsider, about)[0] == 200
    assert read(company.ae, about)[0] == 404


@pytest.mark.parametrize("key", ["", "e30", "~", "eyJ4IjoxfQ", "A" * 2_000], ids=range(5))
def test_what_is_no_query_is_not_found(read: Reading, company: Company, key: str) -> None:
    assert read(company.ae, f"metric:query~{key}:portfolio")[0] == 404


def test_a_long_query_fits_into_an_address(read: Reading, company: Company) -> None:
    ids = (company.account_id, *(f"acc_{number:020}" for number in range(19)))
    conditions = tuple(where("name", Operator.IS_NOT, f"{number} " + "name " * 20) for number in range(8))
    query = FigureQuery(subject=Subject.ACCOUNTS, measure=Measure.COUNT, account_ids=ids, conditions=conditions)
    assert len(query.key) > 200
    assert read(company.ae, query_evidence_id(query)) == (200, "accounts: 1")


def test_the_page_tells_the_query_and_what_it_finds_in_words(browser: TestClient, company: Company) -> None:
    open_browser(browser, company.ae)
    page = browser.get(f"/evidence/{ARR}").text
    assert "suma del ARR · cuentas · con ARR de más de 0\u00a0€" in page
    assert "1 cuenta · suma: 84.000\u00a0€ (1) · sin contar, sin ARR: 1" in page
    assert 'href="/accounts"' in page
