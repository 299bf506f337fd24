"""The pages of questionnaires as plain requests: what works without JavaScript, in both languages."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from copilot import bootstrap
from copilot.store.passages import IndexCounts
from copilot.store.rfp_questions import RfpQuestionRepository
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import HOSTILE, Company
from tests.rfp_files import BACKUPS, HOSTED, MOON, XLSX, workbook_bytes

Response = Any


def post(browser: TestClient, path: str, **fields: Any) -> Response:
    """Send a form of the page of questionnaires."""
    token = form_token(browser.get("/rfps"))
    return browser.post(path, data={"csrf_token": token} | fields)


def hand_in(browser: TestClient, **fields: str) -> str:
    """Upload the workbook and return the address of its page."""
    sent = {"csrf_token": form_token(browser.get("/rfps"))} | fields
    made = browser.post("/rfps", data=sent, files={"file": ("vendor.xlsx", workbook_bytes(), XLSX)})
    assert made.status_code == 303, made.text
    address: str = made.headers["location"]
    return address


def run(application: bootstrap.Application) -> None:
    while application.rfps.runs.run():
        pass


def ids(page: Response) -> list[str]:
    """Ids of the questions on a page with a selection or choices."""
    return re.findall(r'name="(?:shown|question)" value="([^"]+)"', page.text)


@pytest.mark.parametrize(
    ("language", "said"),
    [("es", ("Confirmar", "Sin fuente", "Confianza")), ("en", ("Confirm", "No source", "confidence"))],
    ids=["es", "en"],
)
def test_from_the_upload_to_answers_in_the_queue(
    browser: TestClient, application: bootstrap.Application, company: Company, language: str, said: tuple[str, str, str]
) -> None:
    sign_in(browser, company.ae)
    browser.post("/language", data={"csrf_token": form_token(browser.get("/rfps")), "language": language})
    address = hand_in(browser, account="Frigoríficos Valdemora")
    preview = browser.get(address)
    assert said[0] in preview.text
    shown = ids(preview)
    assert len(shown) == 3
    started = post(browser, f"{address}/selection", shown=shown, include=shown[:2], then="start")
    assert started.headers["location"] == address
    assert "data-rfp-progress" in browser.get(address).text
    run(application)
    page = browser.get(address).text
    assert said[1] in page
    assert said[2] in page
    assert 'aria-label="' in page
    chosen = ids(browser.get(f"{address}?state=answered"))
    filed = post(browser, f"{address}/items", what="chosen", question=chosen)
    assert filed.status_code == 303, filed.text
    assert re.search(r'href="/queue/review_\w+"', browser.get(address).text)


def test_what_is_not_indexed_yet_is_said_before_and_during_the_run(
    browser: TestClient, application: bootstrap.Application, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    sign_in(browser, company.ae)
    address = hand_in(browser)
    assert "indexar por significado" not in browser.get(address).text
    monkeypatch.setattr(
        application.retrieval, "waiting", lambda *, uow: IndexCounts(passages=9, pending=4 if uow else 0)
    )
    preview = browser.get(address)
    assert "Faltan por indexar por significado 4 de 9 pasajes" in preview.text
    assert "la ejecución espera" in preview.text
    shown = ids(preview)
    post(browser, f"{address}/selection", shown=shown, include=shown, then="start")
    assert "La ejecución sigue sola cuando estén" in browser.get(address).text


def test_what_cannot_be_read_is_said_beside_the_form(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    token = form_token(browser.get("/rfps"))
    broken = browser.post("/rfps", data={"csrf_token": token}, files={"file": ("a.xlsx", b"PK\x03\x04broken", XLSX)})
    assert (broken.status_code, "guárdelo de nuevo" in broken.text) == (422, True)
    empty = post(browser, "/rfps")
    assert (empty.status_code, "pegue las preguntas" in empty.text) == (422, True)
    nobody = post(browser, "/rfps", pasted=f"1. {HOSTED}", title="De Nadie", account="Nadie SA")
    assert nobody.status_code == 422
    assert re.search(r'role="alert".*?</div></div>', nobody.text, re.DOTALL)[0].count("Nadie SA") == 0  # type: ignore[index]
    assert all(typed in nobody.text for typed in (f">1. {HOSTED}</textarea>", 'value="De Nadie"', 'value="Nadie SA"'))


def test_only_who_may_see_the_account_is_offered_to_be_asked(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    sign_in(browser, company.ae)
    general, theirs = hand_in(browser), hand_in(browser, account="Frigoríficos Valdemora")
    post(browser, f"{general}/start")
    post(browser, f"{theirs}/start")
    run(application)
    option = f'<option value="{company.outsider.user_id}">'
    assert option in browser.get(general).text
    page = browser.get(theirs).text
    assert option not in page
    assert f'<option value="{company.manager.user_id}">' in page


def test_a_question_is_corrected_and_a_line_left_out_taken_in(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    address = hand_in(browser)
    page = browser.get(f"{address}?edit=1")
    assert 'id="edit"' in page.text
    first = ids(page)[0]
    left_out = re.search(r'name="take" value="([^"]+)"', page.text)
    assert left_out
    done = post(
        browser,
        f"{address}/corrections",
        question_id=first,
        text=f"{HOSTED} {HOSTILE}",
        form="text",
        part="Security",
        address="D2",
        at="1",
        back=f"{address}?page=1",
    )
    assert done.headers["location"] == f"{address}?page=1#q-1"
    post(browser, f"{address}/selection", take=left_out[1])
    now = browser.get(address).text
    assert "Security!D2" in now
    assert HOSTILE not in now
    assert len(ids(browser.get(address))) == 4


def test_people_write_assign_decline_and_delete(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    sign_in(browser, company.ae)
    address = hand_in(browser)
    post(browser, f"{address}/start")
    run(application)
    page = browser.get(f"{address}?state=no_source")
    assert (MOON in page.text, BACKUPS in page.text) == (True, False)
    chosen = ids(page)
    post(browser, f"{address}/assignments", question=chosen, to=company.manager.user_id)
    assert "Marta Salcedo" in browser.get(address).text
    versions = re.findall(
        r'name="question_id" value="([^"]+)"><input type="hidden" name="version" value="(\d+)"', page.text
    )
    question_id, version = versions[0]
    edited = post(
        browser,
        f"{address}/answers",
        question_id=question_id,
        version=version,
        text="In Frankfurt.",
        chosen="",
        before="",
        at="1",
        back=f"{address}?state=no_source",
    )
    assert edited.headers["location"] == f"{address}?state=no_source#q-1"
    assert "In Frankfurt." in browser.get(address).text
    late = post(browser, f"{address}/answers", question_id=question_id, version=version, text="No.", at="1")
    assert late.status_code == 409
    assert post(browser, f"{address}/checklist", key="deadline", answer="yes", note="x").status_code == 303
    assert post(browser, f"{address}/decline").status_code == 303
    assert "/reopen" in browser.get(address).text
    assert post(browser, f"{address}/delete").headers["location"] == "/rfps"
    assert browser.get(address).status_code == 404


def test_a_helper_sees_no_more_than_their_questions(browser: TestClient, company: Company) -> None:
    sign_in(browser, company.ae)
    address = hand_in(browser)
    post(browser, f"{address}/assignments", question=ids(browser.get(address))[2], to=company.outsider.user_id)
    browser.cookies.clear()
    sign_in(browser, company.outsider)
    assert address in browser.get("/rfps").text
    page = browser.get(address)
    assert (MOON in page.text, HOSTED in page.text, BACKUPS in page.text) == (True, False, False)
    assert 'action="/rfps/' not in page.text.split("</article>")[-1]
    assert browser.get(f"{address}/original").status_code == 403
    assert post(browser, f"{address}/start").status_code == 403


ACTS = ("selection", "corrections", "start", "stop", "decline", "reopen", "delete", "checklist", "answers")
MORE = ("answer-again", "assignments", "items", "package", "passages", "passages/undo")
FIELDS = {
    "question_id": "x",
    "text": "x",
    "form": "text",
    "version": "0",
    "key": "deadline",
    "answer": "yes",
    "passage": "x",
}


@pytest.mark.parametrize("act", ACTS + MORE)
def test_a_stranger_and_a_forged_form_reach_nothing(browser: TestClient, company: Company, act: str) -> None:
    sign_in(browser, company.ae)
    address = hand_in(browser)
    fields = FIELDS | {"shown": "x", "question": "x", "what": "safe"}
    assert browser.post(f"{address}/{act}", data=fields).status_code == 403
    browser.cookies.clear()
    sign_in(browser, company.outsider)
    assert post(browser, f"{address}/{act}", **fields).status_code == 404
    assert browser.get(address).status_code == 404


def test_an_answer_from_what_one_may_not_read_is_not_shown_and_said_so(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    with application.database.unit_of_work() as uow:
        for table in ("documents", "passages"):
            column = "id" if table == "documents" else "document_id"
            changed = text(f"update {table} set visibility = 'managers' where {column} = :document")  # noqa: S608
            uow.session.execute(changed, {"document": company.knowledge_id})
    sign_in(browser, company.ae)
    address = hand_in(browser)
    browser.cookies.clear()
    sign_in(browser, company.manager)
    post(browser, f"{address}/start")
    run(application)
    assert "35 days" in browser.get(address).text
    browser.cookies.clear()
    sign_in(browser, company.ae)
    page = browser.get(address).text
    assert ("35 days" in page, "que usted no puede leer" in page) == (False, True)


def test_many_answers_go_to_the_queue_in_the_background_and_the_page_says_how_many_wait(
    browser: TestClient, application: bootstrap.Application, company: Company
) -> None:
    sign_in(browser, company.ae)
    address = hand_in(browser)
    post(browser, f"{address}/start")
    run(application)
    [first, *_] = ids(browser.get(f"{address}?state=answered"))
    with application.database.unit_of_work() as uow:  # as if there were more than policy wants at once
        asked = {f"question:{first}": [first]}
        RfpQuestionRepository(uow).ask_to_file(address.rpartition("/")[2], asked, by=company.ae.user_id)
    page = browser.get(address).text
    assert "Respuestas que esperan todavía: 1" in page
    progress = browser.get(f"/api/v1{address}/progress").json()
    assert (progress["state"], progress["filing"]) == ("review", 1)
    run(application)
    assert "Pasando a la cola" not in browser.get(address).text
    assert re.search(r'href="/queue/review_\w+"', browser.get(address).text)


def test_filled_places_are_included_with_one_button_and_left_out_with_another(
    browser: TestClient, company: Company
) -> None:
    sign_in(browser, company.ae)
    table = b"Question,Answer,Comments\nWhere do you host data?,In Dublin.,\nWho audits you?,,\n"
    token = form_token(browser.get("/rfps"))
    made = browser.post("/rfps", data={"csrf_token": token}, files={"file": ("again.csv", table, "text/csv")})
    address = made.headers["location"]
    assert "1 pregunta ya tiene respuesta en el archivo" in browser.get(address).text
    assert post(browser, f"{address}/filled", what="include").status_code == 303
    page = browser.get(address).text
    assert ("Incluidas: 1." in page, "Dejarlas fuera otra vez" in page) == (True, True)
    post(browser, f"{address}/filled", what="undo")
    assert "1 pregunta ya tiene respuesta en el archivo" in browser.get(address).text
