"""What the page says once an item is back with its requester or at its end, and where a lost session leads."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.approvals.release_texts import describe
from copilot.store.releases import ReleaseRepository
from tests.api.item_worlds import filed
from tests.api.test_web_item_actions import RISKY, act, go_on_as
from tests.api.web_browser import decide, digest_of, form_token, sign_in
from tests.api.web_company import Company


@pytest.fixture
def risky(application: bootstrap.Application, company: Company) -> str:
    return f"/queue/{filed(application, company, viewer=company.ae, sentences=RISKY).id}"


@pytest.fixture
def approved_email(browser: TestClient, application: bootstrap.Application, company: Company) -> str:
    """An email that the manager, who is signed in, approved; it waits to be recalled."""
    address = f"/queue/{filed(application, company, viewer=company.ae, email=True).id}"
    sign_in(browser, company.manager)
    accepted = re.findall(r'name="accepted" value="([^"]+)"', browser.get(address).text)
    assert decide(browser, address, "approve", **({"accepted": accepted[0]} if accepted else {})).status_code == 303
    return address


def test_an_approved_email_is_not_promised_for_a_moment_it_may_not_leave(
    browser: TestClient, application: bootstrap.Application, approved_email: str
) -> None:
    page = browser.get(approved_email).text
    assert "Sale cuando pase el tiempo para recuperarlo" in page
    assert "archivos se entregarán" not in page
    assert "Sale como muy pronto" in page
    with application.database.unit_of_work() as uow:
        found = ReleaseRepository(uow).get(approved_email.removeprefix("/queue/"))
        assert found is not None
        now = uow.clock.now()
        later = now + timedelta(hours=9)
        ReleaseRepository(uow).wait(found.review_item_id, waits_for="contact.quiet_hours", until=later)
        waiting = replace(found, waits_for="contact.quiet_hours", waits_until=later)
        told = describe(waiting, language="es", now=now)
    assert told in browser.get(approved_email).text
    assert "hora de descanso" in told
    assert f"{later:%H:%M}" in told


def test_who_lost_the_session_comes_back_to_the_item_and_is_told(
    browser: TestClient, company: Company, risky: str
) -> None:
    sign_in(browser, company.manager)
    page = browser.get(risky)
    fields = {"csrf_token": form_token(page), "digest": digest_of(page), "verdict": "reject", "comment": "Sobra"}
    browser.cookies.delete("sc_session")
    lost = browser.post(f"{risky}/decision", data=fields)
    assert lost.status_code == 303
    assert lost.headers["location"] == f"/sign-in?next={risky.replace('/', '%2F')}"
    told = browser.get(lost.headers["location"]).text
    assert "Su sesión había terminado; no se ha guardado nada." in told
    assert sign_in(browser, company.manager, following=risky).headers["location"] == risky


@pytest.mark.parametrize(
    ("referer", "following"),
    [
        ("{base}/queue/views", "?next=%2Fqueue%2Fviews"),
        ("https://elsewhere.example/queue/views", ""),
        ("{base}//elsewhere.example/", ""),
        ("", ""),
    ],
    ids=["own", "foreign", "two-slashes", "none"],
)
def test_a_lost_session_leads_to_no_other_site(browser: TestClient, referer: str, following: str) -> None:
    base = str(browser.base_url).rstrip("/")
    sent = {"referer": referer.format(base=base)} if referer else {}
    lost = browser.post("/queue/views", data={"name": "x"}, headers=sent)
    assert lost.headers["location"] == f"/sign-in{following}"


def test_what_is_recalled_is_not_offered_to_be_recalled_and_says_who_can_submit_it(
    browser: TestClient, company: Company, approved_email: str
) -> None:
    assert act(browser, approved_email, "recall").status_code == 303
    page = browser.get(approved_email).text
    assert f"puede presentarlo de nuevo {company.ae.name}" in page
    assert f'action="{approved_email}/recall"' not in page
    assert "Recuperado el" in page
    assert "Intentado el" not in page
    go_on_as(browser, company.ae)
    page = browser.get(approved_email).text
    assert f'action="{approved_email}/submit-again"' in page
    assert f'action="{approved_email}/recall"' not in page


def test_what_is_withdrawn_is_not_offered_to_be_withdrawn(browser: TestClient, company: Company, risky: str) -> None:
    sign_in(browser, company.ae)
    assert f'action="{risky}/withdraw"' in browser.get(risky).text
    assert act(browser, risky, "withdraw").status_code == 303
    assert f'action="{risky}/withdraw"' not in browser.get(risky).text


def test_what_was_sent_back_is_said_to_be_with_its_requester(browser: TestClient, company: Company, risky: str) -> None:
    sign_in(browser, company.manager)
    assert decide(browser, risky, "request_changes", comment="Más corto").status_code == 303
    for viewer in (company.manager, company.ae):
        go_on_as(browser, viewer)
        page = browser.get(risky).text
        assert f"ha vuelto a {company.ae.name}, que lo pidió" in page
        assert "su turno llega después" not in page
        assert "ya no está pendiente" not in page
        assert "Nadie decide sobre él" in page


def test_an_amount_that_is_none_is_said_to_be_ignored(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert "no es un importe" in browser.get("/queue", params={"value": "abc"}).text
    assert "no es un importe" not in browser.get("/queue", params={"value": "50000"}).text
