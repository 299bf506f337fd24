"""Test items and figures about reviewers, as people see them."""

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.approvals.quality.rules import QualityRules
from copilot.approvals.service import ApprovalService
from copilot.domain.review_items import Decision, Verdict
from tests.api.web_browser import decide, sign_in
from tests.api.web_company import Company
from tests.api.web_queue_items import file_draft


@pytest.fixture
def address(application: bootstrap.Application, company: Company) -> str:
    """A test item about the account, made from one of five approved drafts."""
    for number in range(5):
        item = file_draft(
            application,
            company,
            f"Resumen {number}",
            sentences=("La cuenta factura 84.000 € al año y el contrato está firmado.",),
        )
        with application.database.unit_of_work() as uow:
            application.approvals.decide(
                item.id,
                Decision(
                    verdict=Verdict.APPROVE,
                    decider_id=company.manager.user_id,
                    decider_role=company.manager.role,
                    digest=item.digest,
                    accepted_segments=("summary.1",),
                ),
                viewer=company.manager,
                uow=uow,
            )
    policy = application.policy.model_copy(update={"quality": QualityRules(test_item_share=0.2)})
    with application.database.unit_of_work() as uow:
        assert ApprovalService(policy).plant_tests(uow=uow) == 1
        found = uow.session.connection().exec_driver_sql("select id from review_items where is_test").scalars().one()
    return f"/queue/{found}"


def test_a_test_looks_like_any_item_until_it_is_decided(browser: TestClient, company: Company, address: str) -> None:
    sign_in(browser, company.manager)
    page = browser.get(address)
    assert page.status_code == 200
    assert "Era una prueba" not in page.text
    answer = decide(browser, address, "reject", comment="No cuadra con la fuente.")
    assert answer.status_code == 303
    told = browser.get(address).text
    assert "Era una prueba y se ha detectado el fallo" in told
    assert "no está firmado" in told


def test_a_missed_test_is_told_with_what_was_wrong(browser: TestClient, company: Company, address: str) -> None:
    sign_in(browser, company.manager)
    decide(browser, address, "approve", accepted="summary.1")
    told = browser.get(address).text
    assert "Era una prueba y el fallo ha pasado" in told
    assert "Retirado" in told


def test_the_page_says_how_reviews_are_done(browser: TestClient, company: Company, address: str) -> None:
    sign_in(browser, company.manager)
    decide(browser, address, "approve", accepted="summary.1")
    page = browser.get("/reviewers", params={"days": "30"})
    assert page.status_code == 200
    assert company.manager.name in page.text
    assert "0 de 1" in page.text


def test_nobody_sees_the_figures_of_others(browser: TestClient, company: Company, address: str) -> None:
    sign_in(browser, company.ae)
    page = browser.get("/reviewers")
    assert company.manager.name not in page.text
    assert "Sin decisiones en este tiempo" in page.text
    assert browser.get("/reviewers", params={"days": "<b>"}).status_code == 200


def test_the_same_over_the_api(browser: TestClient, company: Company, address: str) -> None:
    sign_in(browser, company.manager)
    before = browser.get(f"/api/v1{address}").json()
    assert before["test_item"] is None
    decide(browser, address, "approve", accepted="summary.1")
    after = browser.get(f"/api/v1{address}").json()
    assert after["test_item"]["outcome"] == "missed"
    [mine] = [item for item in browser.get("/api/v1/reviewers").json() if item["name"] == company.manager.name]
    assert mine["decisions"] == 5
    assert mine["caught"]["whole"] + mine["caught_flagged"]["whole"] == 1
