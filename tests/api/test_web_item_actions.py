"""Everything people do with one item, as plain requests: who may, what is refused and how that is said."""

import re

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewState
from copilot.store.audit import AuditLog
from copilot.store.releases import End, ReleaseRepository, ReleaseState
from copilot.store.reviews import ReviewRepository
from tests.api.item_worlds import filed
from tests.api.web_browser import Response, decide, digest_of, form_token, sign_in
from tests.api.web_company import Company

RISKY = (("Pagan 123.456 € al año.", ("arr",)),)
ACTIONS = (
    "claim",
    "give-back",
    "reassign",
    "comments",
    "withdraw",
    "recall",
    "retry",
    "resolve",
    "copy",
    "submit-again",
    "redraft",
)


def act(browser: TestClient, address: str, action: str, **fields: str) -> Response:
    return browser.post(f"{address}/{action}", data={"csrf_token": form_token(browser.get(address))} | fields)


def go_on_as(browser: TestClient, viewer: Viewer) -> None:
    browser.cookies.clear()
    sign_in(browser, viewer)


def state_of(application: bootstrap.Application, address: str, *, viewer: Viewer) -> ReviewState:
    with application.database.unit_of_work() as uow:
        return application.approvals.get(address.removeprefix("/queue/"), viewer=viewer, uow=uow).item.state


@pytest.fixture
def risky(application: bootstrap.Application, company: Company) -> str:
    """An item that the manager has to decide; the account executive asked for it."""
    return f"/queue/{filed(application, company, viewer=company.ae, sentences=RISKY).id}"


@pytest.fixture
def email(application: bootstrap.Application, company: Company) -> str:
    """An email that waits for its approval."""
    return f"/queue/{filed(application, company, viewer=company.ae, email=True).id}"


def test_no_action_works_without_the_token(browser: TestClient, company: Company, risky: str) -> None:
    sign_in(browser, company.manager)
    fields = {"to": "", "text": "x", "sent": "yes", "note": "x"}
    for action in ACTIONS:
        for token in ({}, {"csrf_token": "guess"}):
            assert browser.post(f"{risky}/{action}", data=fields | token).status_code == 403, action


def test_another_teams_item_does_not_exist_for_any_action(browser: TestClient, company: Company, risky: str) -> None:
    sign_in(browser, company.outsider)
    token = form_token(browser.get("/accounts"))
    fields = {"to": "", "text": "x", "sent": "yes", "note": "x", "csrf_token": token}
    for action in ACTIONS:
        answer = browser.post(f"{risky}/{action}", data=fields)
        assert answer.status_code == 404, action
        assert "Valdemora" not in answer.text
    for step in ("next", "previous"):
        address = browser.get(f"{risky}/{step}").headers["location"]
        assert "review_" not in address


def test_taking_on_and_giving_back(browser: TestClient, company: Company, risky: str) -> None:
    sign_in(browser, company.manager)
    assert act(browser, risky, "claim").status_code == 303
    page = browser.get(risky).text
    assert "Se encarga" in page
    assert "Marta Salcedo" in page
    assert 'action="' + risky + '/claim"' not in page
    assert act(browser, risky, "give-back").status_code == 303
    assert 'action="' + risky + '/claim"' in browser.get(risky).text


def test_who_may_not_approve_may_not_take_it_on(browser: TestClient, company: Company, risky: str) -> None:
    sign_in(browser, company.ae)
    assert 'action="' + risky + '/claim"' not in browser.get(risky).text
    refused = act(browser, risky, "claim")
    assert refused.status_code == 403
    assert 'role="alert"' in refused.text


def test_the_page_says_who_can_decide(browser: TestClient, company: Company, risky: str) -> None:
    sign_in(browser, company.ae)
    page = browser.get(risky).text
    assert "Pueden decidir: Marta Salcedo." in page
    assert 'value="approve"' not in page


def test_asking_somebody_to_decide(browser: TestClient, company: Company, risky: str) -> None:
    sign_in(browser, company.ae)
    page = browser.get(risky).text
    assert f'<option value="{company.manager.user_id}"' in page
    assert f'<option value="{company.outsider.user_id}"' not in page
    assert act(browser, risky, "reassign", to=company.manager.user_id).status_code == 303
    assert f'<option value="{company.manager.user_id}" selected' in browser.get(risky).text
    refused = act(browser, risky, "reassign", to=company.outsider.user_id)
    assert refused.status_code == 422
    assert "Tom Whitlock" not in refused.text
    assert act(browser, risky, "reassign", to="").status_code == 303


def test_comments_are_shown_in_order_with_hostile_text_as_text(
    browser: TestClient, company: Company, risky: str
) -> None:
    sign_in(browser, company.ae)
    assert act(browser, risky, "comments", text="<script>alert(1)</script> \u202eoculto").status_code == 303
    go_on_as(browser, company.manager)
    assert act(browser, risky, "comments", text="¿De dónde sale la cifra?").status_code == 303
    page = browser.get(risky).text
    assert "<script>alert(1)" not in page
    assert "\u202e" not in page
    assert "orden forzado" in page
    assert page.index("alert(1)") < page.index("¿De dónde sale la cifra?")
    empty = act(browser, risky, "comments", text="   ")
    assert empty.status_code == 422
    assert 'role="alert"' in empty.text


def test_a_change_request_goes_back_to_who_asked_and_comes_again_as_a_new_version(
    browser: TestClient, application: bootstrap.Application, company: Company, risky: str
) -> None:
    sign_in(browser, company.manager)
    assert decide(browser, risky, "request_changes").status_code == 422
    assert decide(browser, risky, "request_changes", comment="La cifra está mal").status_code == 303
    page = browser.get(risky).text
    assert "Se han pedido cambios. Lo tiene Lucía Ferrer" in page
    assert "Petición de cambios" in page
    go_on_as(browser, company.ae)
    page = browser.get(risky).text
    assert 'value="approve"' not in page
    again = act(browser, risky, "submit-again")
    assert again.status_code == 303
    new = again.headers["location"]
    assert new != risky
    assert "versión 2" in browser.get(new).text
    assert f'href="{new}"' in browser.get(risky).text
    assert state_of(application, risky, viewer=company.ae) is not ReviewState.PENDING


def test_drafting_again_with_the_change_request(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    with application.database.unit_of_work() as uow:
        made = application.briefs.run(company.account_id, viewer=company.ae, language=Language.ES, uow=uow)
    item = f"/queue/{made.item.id}"
    sign_in(browser, company.manager)
    assert decide(browser, item, "request_changes", comment="Más corto, por favor").status_code == 303
    go_on_as(browser, company.ae)
    returned = browser.get(item).text
    assert 'action="' + item + '/redraft"' in returned
    asked = f"{company.manager.name} pide cambios:"
    assert returned.index(asked) < returned.index("Más corto, por favor") < returned.index('class="columns review"')
    answer = act(browser, item, "redraft")
    assert answer.status_code == 303
    page = browser.get(answer.headers["location"]).text
    assert 'id="changes"' in page


def test_withdrawing_and_what_is_refused_afterwards(
    browser: TestClient, application: bootstrap.Application, company: Company, risky: str
) -> None:
    sign_in(browser, company.manager)
    refused = act(browser, risky, "withdraw")
    assert refused.status_code == 403
    seen = browser.get(risky)
    go_on_as(browser, company.ae)
    assert act(browser, risky, "withdraw").status_code == 303
    assert state_of(application, risky, viewer=company.ae) is ReviewState.WITHDRAWN
    page = browser.get(risky).text
    assert "lo retiró antes de que se decidiera" in page
    assert 'action="' + risky + '/submit-again"' in page
    go_on_as(browser, company.manager)
    fields = {"csrf_token": form_token(browser.get(risky)), "digest": digest_of(seen), "verdict": "approve"}
    late = browser.post(f"{risky}/decision", data=fields | {"accepted": "summary.1"})
    assert late.status_code == 303
    assert "Su decisión no se ha usado" in browser.get(late.headers["location"]).text


def test_an_approved_email_can_be_recalled_while_it_waits(
    browser: TestClient, application: bootstrap.Application, company: Company, email: str
) -> None:
    sign_in(browser, company.manager)
    page = browser.get(email).text
    assert "rosa@valdemora.example" in page
    accepted = re.findall(r'name="accepted" value="([^"]+)"', page)
    answer = decide(browser, email, "approve", **({"accepted": accepted[0]} if accepted else {}))
    assert answer.status_code == 303
    page = browser.get(email).text
    assert "data-until=" in page
    assert 'action="' + email + '/recall"' in page
    assert act(browser, email, "recall").status_code == 303
    assert state_of(application, email, viewer=company.ae) is ReviewState.RECALLED
    assert "No salió nada" in browser.get(email).text


def test_copying_is_recorded_before_the_text_is_handed_out(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    item = f"/queue/{filed(application, company, viewer=company.ae).id}"
    sign_in(browser, company.ae)
    early = act(browser, item, "copy")
    assert early.status_code == 409
    assert decide(browser, item, "approve").status_code == 303
    token = form_token(browser.get(item))
    by_script = browser.post(f"{item}/copy", data={"csrf_token": token}, headers={"accept": "text/plain"})
    assert by_script.headers["content-type"].startswith("text/plain")
    assert "Pagan 84.000 € al año." in by_script.text
    by_hand = browser.post(f"{item}/copy", data={"csrf_token": token})
    assert 'id="copied"' in by_hand.text
    with application.database.unit_of_work() as uow:
        events = AuditLog(uow).about(f"review_item:{item.removeprefix('/queue/')}")
    assert [event.actor_id for event in events if event.action == "release.copied"] == [company.ae.user_id] * 2


def test_a_delivery_that_nobody_knows_about_is_settled_by_a_person(
    browser: TestClient, application: bootstrap.Application, company: Company, risky: str
) -> None:
    sign_in(browser, company.manager)
    decide(browser, risky, "approve", accepted="summary.1")
    park(application, risky.removeprefix("/queue/"))
    page = browser.get(risky).text
    assert "No se sabe si salió." in page
    without = act(browser, risky, "resolve", sent="yes", note=" ")
    assert without.status_code == 422
    assert act(browser, risky, "resolve", sent="perhaps", note="x").status_code == 422
    assert act(browser, risky, "resolve", sent="yes", note="Está en la carpeta.").status_code == 303
    assert state_of(application, risky, viewer=company.ae) is ReviewState.RELEASED


def park(application: bootstrap.Application, item_id: str) -> None:
    """As the gate does when a delivery was cut off and nobody can know what happened."""
    with application.database.unit_of_work() as uow:
        releases = ReleaseRepository(uow)
        assert releases.start(item_id, attempt_id="attempt_1", channel="files")
        end = End(state=ReleaseState.PARKED, error_code="outcome_unknown", receipt={})
        assert releases.finish(item_id, end, attempt_id="attempt_1")
        approved = (ReviewState.APPROVED,)
        assert ReviewRepository(uow).move(item_id, to=ReviewState.RELEASE_FAILED, allowed_from=approved)


def test_next_and_previous_follow_the_list_and_keep_its_filter(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    made = [filed(application, company, viewer=company.ae, sentences=RISKY).id for _ in range(2)]
    clean = filed(application, company, viewer=company.ae).id
    sign_in(browser, company.manager)
    every, risky_only = "show=open&sort=deadline", "show=open&risk=high&sort=deadline"
    first = browser.get(f"/queue/{made[0]}/next", params={"list": risky_only}).headers["location"]
    second = browser.get(f"/queue/{made[1]}/next", params={"list": risky_only}).headers["location"]
    assert {first.split("?")[0], second.split("?")[0]} & {f"/queue/{made[0]}", f"/queue/{made[1]}"}
    assert any(address.startswith("/queue?") for address in (first, second))
    assert "risk%3Dhigh" in next(address for address in (first, second) if not address.startswith("/queue?"))
    walked = [f"/queue/{clean}"]
    seen: set[str] = set()
    address = f"/queue/{clean}"
    for _ in range(4):
        address = browser.get(f"{address}/previous", params={"list": every}).headers["location"].split("?")[0]
        if address == "/queue":
            break
        walked.append(address)
        seen.add(address)
    assert f"/queue/{clean}" not in seen


def test_after_a_decision_the_next_one_is_the_first_that_is_left(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    made = [filed(application, company, viewer=company.ae, sentences=RISKY).id for _ in range(2)]
    sign_in(browser, company.manager)
    decide(browser, f"/queue/{made[0]}", "reject", comment="No")
    going = browser.get(f"/queue/{made[0]}/next", params={"list": "show=for-me"})
    assert going.headers["location"].startswith(f"/queue/{made[1]}?")


def test_each_step_says_who_approved_and_what_is_missing(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    item = f"/queue/{two_steps(application, company)}"
    sign_in(browser, company.manager)
    page = browser.get(item).text
    assert "Paso 1" in page
    assert "su turno llega después del paso anterior" in page
    assert decide(browser, item, "approve", accepted="summary.1").status_code == 303
    page = browser.get(item).text
    assert "Su aprobación cuenta." in page
    assert "Marta Salcedo, Responsable" in page
    assert page.count("Falta 1 aprobación") == 1
    assert "Aceptada expresamente por Marta Salcedo." in page
    assert 'value="approve"' not in page


def two_steps(application: bootstrap.Application, company: Company) -> str:
    """An email about an account of unknown worth, which policy treats as large."""
    sentence = (("Pagan mucho dinero.", ()),)
    made = filed(application, company, viewer=company.ae, sentences=sentence, email=True, account_id=company.second_id)
    assert len(made.requirement.steps) == 2
    return made.id
