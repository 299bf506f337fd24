"""Pages around the queue: approving together, saved views, standing in, notifications, audit."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text

from api.web.pages.notifications import KINDS
from copilot import bootstrap
from copilot.approvals.audit import check_export
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.notifications import MailMode, NotificationKind
from copilot.store.database import Database
from copilot.store.notifications import NotificationRepository
from tests.api.web_browser import decide, form_token, sign_in
from tests.api.web_company import Company
from tests.api.web_queue_items import UNSUPPORTED, admin_of, file_draft

Response = Any


def post(browser: TestClient, address: str, **fields: Any) -> Response:
    """Send a form with the token of this browser."""
    token = form_token(browser.get("/search"))
    return browser.post(address, data=fields | {"csrf_token": token})


def as_person(browser: TestClient, viewer: Viewer) -> None:
    """Sign in as somebody else."""
    browser.cookies.clear()
    sign_in(browser, viewer)


def test_every_form_refuses_to_work_without_the_token(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    item = file_draft(application, company, "Uno")
    sign_in(browser, admin_of(application))
    posts: list[tuple[str, dict[str, str]]] = [
        ("/queue/bulk", {"chosen": f"{item.id}:{item.digest}"}),
        ("/queue/views", {"name": "Mía", "query": "show=open"}),
        ("/queue/views/view_1", {"name": "Otra"}),
        ("/queue/views/view_1/default", {"on": "yes"}),
        ("/queue/views/view_1/delete", {}),
        ("/delegations", {"delegate": company.manager.email, "first": "2026-11-17", "last": "2026-11-20"}),
        ("/delegations/delegation_1/revoke", {}),
        ("/notifications", {"mode": "none", "hour": "8", "zone": "UTC"}),
        ("/audit/check", {}),
        ("/audit/export", {}),
    ]
    for address, fields in posts:
        for token in ({}, {"csrf_token": "guess"}):
            assert browser.post(address, data=fields | token).status_code == 403, address
    assert "Uno" in browser.get("/queue?show=open").text


def test_approving_together_lists_first_and_says_what_became_of_each(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    first, second = (file_draft(application, company, title) for title in ("Uno", "Dos"))
    risky = file_draft(application, company, "Arriesgado", sentences=(UNSUPPORTED,))
    foreign = file_draft(
        application, company, "Ajeno", viewer=company.outsider, account_id=company.foreign_id, sentences=()
    )
    sign_in(browser, company.manager)
    listed = browser.get("/queue?show=open").text
    assert set(re.findall(r'name="item" value="(\w+)"', listed)) == {first.id, second.id}

    address = "/queue/bulk?" + "&".join(f"item={item.id}" for item in (first, second, risky, foreign))
    page = browser.get(f"{address}&list=show%3Dopen").text
    offered = re.findall(r'name="chosen" value="([^"]+)"', page)
    assert offered == [f"{item.id}:{item.digest}" for item in (first, second)]
    assert first.digest[:16] in page
    assert "Hay que leerlo y decidirlo por separado." in page
    assert "Ajeno" not in page
    assert "Pendiente" in browser.get(f"/queue/{first.id}").text, "nothing is decided before it is confirmed"

    changed = f"{second.id}:{'0' * 64}"
    done = post(
        browser,
        "/queue/bulk",
        chosen=[offered[0], changed, f"{risky.id}:{risky.digest}", f"{foreign.id}:{foreign.digest}", "x", ":"],
        list="show=open",
    )
    assert done.status_code == 200
    assert "1 aprobado" in done.text
    assert "5 sin aprobar" in done.text
    assert "Ajeno" not in done.text
    assert "se decida por separado" in done.text
    assert "Aprobado" in browser.get(f"/queue/{first.id}").text
    assert "Pendiente" in browser.get(f"/queue/{second.id}").text
    again = post(browser, "/queue/bulk", chosen=[offered[0]])
    assert "1 aprobado" in again.text, "the same again changes nothing"
    assert "No eligió nada" in post(browser, "/queue/bulk").text


def test_who_may_not_approve_is_offered_no_box(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    outgoing = file_draft(application, company, "Sale", kind=DraftKind.FOLLOW_UP, audience=Audience.EXTERNAL)
    sign_in(browser, company.ae)
    assert f'value="{outgoing.id}"' not in browser.get("/queue?show=open").text
    page = browser.get(f"/queue/bulk?item={outgoing.id}").text
    assert 'name="chosen"' not in page
    assert "Tiene que aprobarlo otra persona." in page
    refused = post(browser, "/queue/bulk", chosen=[f"{outgoing.id}:{outgoing.digest}"])
    assert "1 sin aprobar" in refused.text
    many = [f"review_{number}:{'0' * 64}" for number in range(101)]
    assert post(browser, "/queue/bulk", chosen=many).status_code == 422


def test_a_view_is_saved_shared_opened_first_and_deleted(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    made = post(
        browser,
        "/queue/views",
        name="Lo mío <b>",
        query="show=open&risk=low&requester=me&cursor=zzz",
        shared="yes",
        default="yes",
    )
    assert (made.status_code, made.headers["location"]) == (303, "/queue?show=open&risk=low&requester=me")
    page = browser.get(made.headers["location"]).text
    assert re.search(r'aria-current="page">Lo mío &lt;b&gt;', page)
    opened = browser.get("/queue")
    assert (opened.status_code, opened.headers["location"]) == (303, "/queue?show=open&risk=low&requester=me")
    view = re.search(r'action="/queue/views/(view_\w+)"', browser.get("/queue/views").text)
    assert view
    address = f"/queue/views/{view[1]}"
    assert post(browser, address, name="Bajo riesgo", shared="yes").status_code == 303
    assert post(browser, f"{address}/default", on="").status_code == 303
    assert browser.get("/queue").status_code == 200

    as_person(browser, company.manager)
    assert "Bajo riesgo" in browser.get("/queue").text, "the team sees what is shared"
    assert post(browser, address, name="Robada").status_code == 404
    assert post(browser, f"{address}/delete").status_code == 404
    as_person(browser, company.outsider)
    assert "Bajo riesgo" not in browser.get("/queue/views").text
    assert post(browser, f"{address}/default", on="yes").status_code == 404

    as_person(browser, company.ae)
    assert post(browser, f"{address}/delete").status_code == 303
    assert "Todavía no guarda ninguna vista" in browser.get("/queue/views").text


def test_a_view_that_cannot_be_saved_comes_back_with_what_was_typed(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    assert post(browser, "/queue/views", name="Mía", query="show=open").status_code == 303
    for name, status in (("Mía", 409), ("   ", 422), ("x" * 400, 422)):
        answer = post(browser, "/queue/views", name=name, query="show=open&q=renovaci%C3%B3n")
        assert answer.status_code == status, name[:5]
        assert 'role="alert"' in answer.text
        assert 'value="show=open&amp;q=renovaci%C3%B3n"' in answer.text
    assert post(browser, "/queue/views", name="y", query="&" * 1_900).status_code == 303


def test_somebody_stands_in_and_decides_only_while_it_lasts(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    risky = file_draft(application, company, "Arriesgado", sentences=(UNSUPPORTED,), viewer=company.manager)
    sign_in(browser, company.manager)
    admin = admin_of(application)
    form = browser.get("/delegations").text
    assert ('value="2026-11-17"' in form, 'value="2026-11-24"' in form) == (True, True)
    fields = {"delegate": company.ae.email, "first": "2026-11-16", "last": "2026-11-20"}
    assert post(browser, "/delegations", **fields).status_code == 303
    page = browser.get("/delegations").text
    assert "Lucía Ferrer" in page
    assert "hasta el final del 20 de noviembre de 2026" in page
    as_person(browser, admin)
    assert post(browser, "/delegations", **fields).status_code == 303

    # The manager asked for it, so the manager's right does not help; the administrator's does.
    as_person(browser, company.ae)
    page = browser.get("/delegations").text
    assert "Marta Salcedo" in page
    assert "Raúl Sistema" in page
    assert "Arriesgado" in browser.get("/queue?show=for-me").text
    ends = re.findall(r'action="(/delegations/delegation_\w+/revoke)"', page)
    assert len(ends) == 2
    for address in ends:
        assert post(browser, address).status_code == 303
    assert "Arriesgado" not in browser.get("/queue?show=for-me").text
    assert decide_status(browser, risky.id, risky.digest) == 403
    as_person(browser, company.outsider)
    assert post(browser, ends[0]).status_code == 404


def decide_status(browser: TestClient, item_id: str, digest: str) -> int:
    """What comes of trying to approve."""
    answer = post(browser, f"/queue/{item_id}/decision", verdict="approve", digest=digest, accepted="summary.1")
    return int(answer.status_code)


def test_dates_and_people_that_do_not_fit_are_explained(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.manager)
    other = company.ae.email
    for fields, words in (
        ({"delegate": other, "first": "", "last": "2026-11-20"}, "Falta una fecha"),
        ({"delegate": other, "first": "2026-02-30", "last": "2026-11-20"}, "Falta una fecha"),
        ({"delegate": other, "first": "9999-12-31", "last": "9999-12-31"}, "Falta una fecha"),
        ({"delegate": other, "first": "2026-11-20", "last": "2026-11-17"}, "anterior al primero"),
        ({"delegate": other, "first": "2025-01-01", "last": "2025-01-02"}, ""),
        ({"delegate": other, "first": "2026-11-17", "last": "2028-11-17"}, ""),
        ({"delegate": company.manager.email, "first": "2026-11-17", "last": "2026-11-18"}, ""),
        ({"delegate": "nadie@tramontia.example", "first": "2026-11-17", "last": "2026-11-18"}, ""),
        ({"delegate": "", "first": "2026-11-17", "last": "2026-11-18"}, ""),
    ):
        answer = post(browser, "/delegations", **fields)
        assert answer.status_code == 422, fields
        assert 'role="alert"' in answer.text
        assert words in answer.text
        assert f'value="{fields["last"]}"' in answer.text
    assert "De momento, a nadie." in browser.get("/delegations").text
    assert "Nadie. Lo que espera" in browser.get("/delegations").text


def test_only_whoever_hears_of_reported_answers_is_asked_about_them(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    box = 'id="kind-reported"'
    sign_in(browser, company.manager)
    page = browser.get("/notifications").text
    assert box in page
    assert "Alguien señala que una respuesta del chat está mal" in page
    browser.cookies.clear()
    sign_in(browser, company.ae)
    assert box not in browser.get("/notifications").text
    post(browser, "/notifications", mode="at_once", hour="8", zone="UTC", wanted=["reported"])
    with application.database.unit_of_work() as uow:
        wishes = NotificationRepository(uow).wishes(company.ae.user_id)
    assert NotificationKind.REPORTED not in wishes.preferences.muted
    assert '<input type="hidden" name="wanted" value="reported">' in browser.get("/notifications").text


def test_notifications_are_chosen_and_stopped_by_the_token_of_an_email(
    browser: TestClient, company: Company, application: bootstrap.Application
) -> None:
    assert set(KINDS) == set(NotificationKind)
    sign_in(browser, company.ae)
    fields = {"mode": "digest", "hour": "7", "zone": "Europe/Madrid", "wanted": ["waiting", "webhook_off"]}
    assert post(browser, "/notifications", **fields).status_code == 303
    page = browser.get("/notifications").text
    assert re.search(r'value="digest" checked', page)
    assert 'value="Europe/Madrid"' in page
    assert page.count("checked") == 2
    for wrong in ({"mode": "always"}, {"hour": "25"}, {"hour": "x"}, {"zone": "Mars/Olympus"}, {"zone": "../etc"}):
        assert post(browser, "/notifications", **(fields | wrong)).status_code == 422, wrong
    with application.database.unit_of_work() as uow:
        wishes = NotificationRepository(uow).wishes(company.ae.user_id)
    assert wishes.preferences.mode is MailMode.DIGEST
    assert set(wishes.preferences.muted) == set(NotificationKind) - {
        NotificationKind.WAITING,
        NotificationKind.WEBHOOK_OFF,
    }

    browser.cookies.clear()
    address = f"/unsubscribe/{wishes.unsubscribe_token}"
    assert "<form" in browser.get(address).text
    with application.database.unit_of_work() as uow:
        mode = NotificationRepository(uow).wishes(company.ae.user_id).preferences.mode
    assert mode is MailMode.DIGEST, "opening the link stops nothing: programs open links too"
    assert browser.post(address).status_code == 200
    with application.database.unit_of_work() as uow:
        mode = NotificationRepository(uow).wishes(company.ae.user_id).preferences.mode
    assert mode is MailMode.NONE
    guess = browser.post("/unsubscribe/guess")
    assert guess.status_code == 404
    assert 'href="/notifications"' in guess.text


def test_only_administrators_read_the_audit_chain_and_its_export_verifies(
    browser: TestClient,
    company: Company,
    application: bootstrap.Application,
    database: Database,
    tmp_path: Path,
) -> None:
    item = file_draft(application, company, "Uno")
    for viewer in (company.ae, company.manager):
        as_person(browser, viewer)
        assert browser.get("/audit").status_code == 403
        assert post(browser, "/audit/check").status_code == 403
        assert post(browser, "/audit/export").status_code == 403
        assert 'href="/audit"' not in browser.get("/queue").text
    as_person(browser, company.manager)
    decide(browser, f"/queue/{item.id}", "approve")
    as_person(browser, admin_of(application))
    page = browser.get("/audit").text
    assert ("Approved" in page, "Marta Salcedo" in page, f'href="/queue/{item.id}"' in page) == (True, True, True)
    assert "Filed" not in browser.get(f"/audit?actor={company.manager.user_id}").text.partition("<tbody>")[2]
    assert "Filed" in browser.get(f"/audit?subject={item.id}&family=review").text.partition("<tbody>")[2]
    for address in ("family=x", "subject=%27", "before=0", "before=99999999999999999999", "before=-1", "actor=%01"):
        assert browser.get(f"/audit?{address}").status_code == 200, address
    assert browser.get("/audit?before=1").text.count("No such event") == 1
    assert "fit the chain" in post(browser, "/audit/check").text

    packed = zipfile.ZipFile(io.BytesIO(post(browser, "/audit/export").content))
    packed.extractall(tmp_path)
    assert check_export(tmp_path / "audit.jsonl").intact
    _tamper(database)
    broken = post(browser, "/audit/check").text
    assert "The chain breaks at event 1." in broken


def _tamper(database: Database) -> None:
    """Change the first event as only the owner of the tables can."""
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text("alter table audit_events disable trigger user"))
        connection.execute(text("update audit_events set actor_id = 'somebody' where sequence = 1"))
    engine.dispose()
