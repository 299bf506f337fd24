"""The administration: who may open it, and that its pages say what is so."""

import re
from decimal import Decimal

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from copilot.domain.model_calls import CallEnd, CallOutcome, Fitness, ModelVerdict, NewCall, Spending
from copilot.store.model_calls import ModelCallRepository
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import PASSWORD, Company
from tests.conftest import MakeUser

FOR_ADMINS = (
    "/admin/sources",
    "/admin/sources/findings",
    "/admin/models",
    "/admin/prompts",
    "/admin/prompts/account_brief",
    "/admin/erasure",
    "/audit",
)
FOR_LEADERS = ("/admin", "/admin/policies")


@pytest.fixture
def admin(application: bootstrap.Application, make_user: MakeUser) -> Viewer:
    viewer = make_user("Inés Admin", role=Role.ADMIN, language="en")
    with application.database.unit_of_work() as uow:
        application.people.add_user(viewer, password=PASSWORD, uow=uow)
    return viewer


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_administrator_opens_every_page(browser: TestClient, company: Company, admin: Viewer, language: str) -> None:
    sign_in(browser, admin)
    token = form_token(browser.get("/admin"))
    browser.post("/language", data={"language": language, "next": "/admin", "csrf_token": token})
    for address in (*FOR_ADMINS, *FOR_LEADERS):
        page = browser.get(address)
        assert page.status_code == 200, (address, page.text[:300])
        assert f'<html lang="{language}">' in page.text


def test_a_manager_sees_the_policies_only_and_others_nothing(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.manager)
    assert {address: browser.get(address).status_code for address in FOR_LEADERS} == dict.fromkeys(FOR_LEADERS, 200)
    assert "/admin/models" not in browser.get("/admin").text
    assert {browser.get(address).status_code for address in FOR_ADMINS} == {403}
    browser.cookies.clear()
    sign_in(browser, company.ae)
    assert {browser.get(address).status_code for address in (*FOR_ADMINS, *FOR_LEADERS)} == {403}


def _call(application: bootstrap.Application, *, number: int, cost: Decimal | None) -> None:
    with application.database.unit_of_work() as uow:
        calls = ModelCallRepository(uow)
        call = NewCall(
            id=f"call-{number}",
            role="writer",
            model="lira-7b",
            endpoint="models.tramontia.example",
            user_id="user-lucia",
            team_id="north",
            prompt_id="account_brief",
            prompt_version=3,
            reserved=Spending(1_000, Decimal(1)),
        )
        assert calls.reserve(call, budgets={}) is None
        uow.flush()
        end = CallEnd(CallOutcome.ANSWERED, 700, 200, cost, latency_ms=1_000 * number, attempts=1)
        calls.settle(call.id, end)


def test_use_cost_and_budgets_of_models(
    browser: TestClient, application: bootstrap.Application, company: Company, admin: Viewer
) -> None:
    for number in (1, 2, 3):
        _call(application, number=number, cost=Decimal("0.5") if number < 3 else None)
    with application.database.unit_of_work() as uow:
        ModelCallRepository(uow).keep_verdict(
            ModelVerdict("lira-7b", "models.tramontia.example", Fitness.WRITER_ONLY, 31, 40, 60, uow.clock.now())
        )
    sign_in(browser, admin)
    page = browser.get("/admin/models").text
    assert "2,700" in page
    assert "<dd>US$1 <span" in page
    assert "1 call of unknown price" in page
    assert "Lucía Ferrer" in page
    assert "31 of 60" in page
    found = browser.get("/api/v1/admin/models").json()
    assert [day["median_ms"] for day in found["days"]] == [2000.0]
    spent = {(one["scope"], one["name"]): (one["tokens"], one["token_limit"]) for one in found["budgets"]}
    assert spent["user", "Lucía Ferrer"] == (2_700, 2_000_000)
    prompt = browser.get("/admin/prompts").text
    assert re.search(r"account_brief.*?<td[^>]*>3 .*?<td[^>]*>3</td>", prompt, re.S)


def test_versions_of_a_prompt_are_compared(browser: TestClient, admin: Viewer) -> None:
    sign_in(browser, admin)
    page = browser.get("/admin/prompts/account_brief?version=3&against=2&language=en").text
    assert "<ins>" in page
    same = browser.get("/api/v1/admin/prompts/account_brief/versions/2/changes?since=2").json()
    assert same == []
    assert browser.get("/admin/prompts/no_such_prompt").status_code == 404
    assert browser.get("/api/v1/admin/prompts/account_brief/versions/99").status_code == 404


class TestPolicies:
    """A draft is tried, and nothing is kept of it."""

    def test_the_rule_that_matches_says_who_approves(self, browser: TestClient, admin: Viewer) -> None:
        sign_in(browser, admin)
        token = form_token(browser.get("/admin/policies"))
        sent = {"kind": "follow_up", "audience": "external", "risk": "high", "value": "900000", "csrf_token": token}
        page = browser.post("/admin/policies/dry-run", data=sent)
        assert page.status_code == 200
        assert "external-risky-large" in page.text.partition("Try it")[0]
        assert "Step 2:" in page.text
        smaller = browser.post("/admin/policies/dry-run", data=sent | {"value": "1000"}).text.partition("Try it")[0]
        assert "Rule 6, “external-risky”" in smaller
        assert "external-risky-large" in smaller  # passed over, and said so
        wrong = browser.post("/admin/policies/dry-run", data=sent | {"value": "much"})
        assert wrong.status_code == 422

    def test_a_pasted_text_is_judged_and_nothing_is_filed(
        self, browser: TestClient, company: Company, application: bootstrap.Application
    ) -> None:
        sign_in(browser, company.manager)
        headers = {"x-csrf-token": form_token(browser.get("/admin/policies"))}
        trial = {
            "kind": "follow_up",
            "audience": "external",
            "language": "es",
            "account_id": company.account_id,
            "recipient_domain": "rosa@tramontia.example",
            "text": "Le haremos un descuento del 45 %.\nSu IBAN es ES9121000418450200051332.",
        }
        found = browser.post("/api/v1/admin/policies/dry-run", json=trial, headers=headers)
        assert found.status_code == 200, found.text
        verdict = found.json()
        assert verdict["recipient"] == "ours"
        assert verdict["audience"] == "internal"
        outside = {**trial, "recipient_domain": "valdemora.example"}
        verdict = browser.post("/api/v1/admin/policies/dry-run", json=outside, headers=headers).json()
        assert verdict["audience"] == "external"
        rules = {item["rule"] for item in verdict["findings"]}
        assert "personal.bank_account" in rules
        assert not any(rule.startswith("grounding.") for rule in rules)
        assert any(item["rule"].startswith("grounding.") for item in verdict["without_source"])
        assert verdict["risk"] in {"high", "critical"}
        with application.database.unit_of_work() as uow:
            counted = uow.session.connection().exec_driver_sql("select count(*) from review_items").scalar_one()
        assert counted == 0

    def test_another_teams_account_is_not_known(self, browser: TestClient, company: Company) -> None:
        sign_in(browser, company.manager)
        headers = {"x-csrf-token": form_token(browser.get("/admin/policies"))}
        trial = {"kind": "brief", "audience": "internal", "account_id": company.foreign_id}
        assert browser.post("/api/v1/admin/policies/dry-run", json=trial, headers=headers).status_code == 404
        sent = {"kind": "brief", "account": "Brackenhill Rail", "csrf_token": headers["x-csrf-token"]}
        assert browser.post("/admin/policies/dry-run", data=sent).status_code == 404


@pytest.mark.usefixtures("company")
class TestErasure:
    """A person is looked up, looked at, and erased by typing their name."""

    PERSON = "Rosa Almendro"
    ACCOUNT = "Frigoríficos Valdemora"

    def test_it_takes_the_name_twice_and_leaves_a_record(
        self, browser: TestClient, admin: Viewer, application: bootstrap.Application
    ) -> None:
        sign_in(browser, admin)
        who = {"person": self.PERSON, "account": self.ACCOUNT, "csrf_token": form_token(browser.get("/admin/erasure"))}
        held = browser.post("/admin/erasure/preview", data=who)
        assert held.status_code == 200
        assert "What would go" in held.text
        wrong = browser.post("/admin/erasure/erase", data=who | {"reason": "request", "typed": "Rosa"})
        assert wrong.status_code == 422
        assert "What would go" in wrong.text
        sent = browser.post("/admin/erasure/erase", data=who | {"reason": "objection", "typed": "rosa almendro"})
        assert sent.status_code == 303
        address = sent.headers["location"]
        waiting = browser.get(address).text
        assert "The erasure waits" in waiting
        assert "No worker is running" in waiting
        assert "sales-copilot privacy run" in waiting
        assert "the work goes on" not in waiting
        assert "Rosa" not in waiting
        assert browser.get(f"{address}/certificate.json").status_code == 409
        assert application.privacy.run_waiting() == 1
        done = browser.get(address)
        assert "found nothing more" in done.text
        erasure_id = re.search(r"erasure_[0-9a-f]{32}", done.text)
        assert erasure_id
        listed = browser.get("/admin/erasure").text
        assert "The person objected" in listed
        record = browser.get(f"/admin/erasure/{erasure_id[0]}")
        assert record.status_code == 200
        assert "Rosa" not in record.text
        proof = browser.get(f"/api/v1/admin/erasures/{erasure_id[0]}").json()
        assert proof["event"]["details"]["erasure"] == erasure_id[0]
        assert browser.get(f"/admin/erasure/{erasure_id[0]}/certificate.json").json()["reason"] == "objection"
        found = browser.get("/audit", params={"q": erasure_id[0]}).text.partition("<tbody>")[2]
        assert "Personal data erased" in found

    @pytest.mark.parametrize(
        ("language", "button", "said", "event"),
        [
            ("es", "Retirar la solicitud", "No se ha borrado nada", "Borrado de datos personales retirado"),
            ("en", "Withdraw the request", "Nothing was erased", "Erasure of personal data withdrawn"),
        ],
    )
    def test_it_is_withdrawn_with_a_button_until_it_is_begun(
        self,
        browser: TestClient,
        admin: Viewer,
        application: bootstrap.Application,
        *,
        language: str,
        button: str,
        said: str,
        event: str,
    ) -> None:
        sign_in(browser, admin)
        token = form_token(browser.get("/admin/erasure"))
        browser.post("/language", data={"language": language, "next": "/admin", "csrf_token": token})
        who = {"person": self.PERSON, "account": self.ACCOUNT, "csrf_token": form_token(browser.get("/admin/erasure"))}
        sent = browser.post("/admin/erasure/erase", data=who | {"reason": "request", "typed": self.PERSON})
        address = sent.headers["location"]
        assert button in browser.get(address).text
        withdrawn = browser.post(f"{address}/withdraw", data=who)
        assert withdrawn.status_code == 303
        assert said in browser.get(withdrawn.headers["location"]).text
        assert browser.get(address).status_code == 404
        assert event in browser.get("/audit").text
        again = browser.post("/admin/erasure/erase", data=who | {"reason": "request", "typed": self.PERSON})
        assert application.privacy.run_waiting() == 1
        assert button not in browser.get(again.headers["location"]).text
        assert browser.post(f"{again.headers['location']}/withdraw", data=who).status_code == 409

    def test_nobody_of_that_name(self, browser: TestClient, admin: Viewer) -> None:
        sign_in(browser, admin)
        token = form_token(browser.get("/admin/erasure"))
        page = browser.post("/admin/erasure/preview", data={"person": "Nadie Conocido", "csrf_token": token})
        assert page.status_code == 404
        assert "Email, telephone, full name" in page.text
        assert browser.get("/admin/erasure/erasure_0").status_code == 404


def test_the_audit_is_searched_by_time_action_and_words(
    browser: TestClient, company: Company, admin: Viewer, application: bootstrap.Application
) -> None:
    with application.database.unit_of_work() as uow:
        application.privacy.export("Rosa Almendro", viewer=admin, uow=uow, account="Frigoríficos Valdemora")
    sign_in(browser, admin)

    def listed(**query: str) -> str:
        return str(browser.get("/audit", params=query).text.partition("<tbody>")[2])

    assert "Personal data exported" in listed(action="privacy.exported")
    assert "Personal data exported" in listed(q="data exported")
    assert "Personal data exported" in listed(since="2026-11-16", until="2026-11-16", family="privacy")
    assert "Personal data exported" not in listed(until="2026-11-15")
    assert "Personal data exported" not in listed(since="2026-11-17")
    assert "Personal data exported" not in listed(q="zzz")
    found = browser.get("/api/v1/audit/events", params={"action": "privacy.exported", "text": "files"}).json()
    assert [event["action"] for event in found["events"]] == ["privacy.exported"]
