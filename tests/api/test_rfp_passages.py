"""Passages that people take as answers, in the API and on the page of a questionnaire."""

import re
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from copilot import bootstrap
from tests.api.test_rfp_pages import ids, post, run
from tests.api.web_browser import form_token, sign_in
from tests.api.web_company import Company
from tests.rfp_files import HOSTED

Response = Any
TAPES = "Which vendor writes the backups of customer data to tapes?"
DISKS = "Are disks destroyed on which backups were kept? (Yes / No / Partial)"


@pytest.fixture
def address(browser: TestClient, application: bootstrap.Application, company: Company) -> str:
    """The page of a questionnaire whose run is over; two questions have no source, and something close."""
    sign_in(browser, company.ae)
    made: str = post(browser, "/rfps", pasted=f"1. {HOSTED}\n2. {TAPES}\n3. {DISKS}").headers["location"]
    post(browser, f"{made}/start")
    run(application)
    return made


def waiting(browser: TestClient, address: str) -> dict[str, Any]:
    """The first question that nobody has answered, as the API has it."""
    questions = browser.get(f"/api/v1{address}").json()["questions"]
    found: dict[str, Any] = next(each for each in questions if each["question"]["text"] == TAPES)
    assert found["state"] == "no_source"
    return found


def use(browser: TestClient, address: str, each: dict[str, Any], *, back: str) -> Response:
    """Press the button beside the first passage, with what its form sends."""
    page = browser.get(back).text
    form = page.partition(f'action="{address}/passages"')[2].partition("</form>")[0]
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)) | {
        "csrf_token": form_token(browser.get(back))
    }
    buttons = re.findall(r'<button name="passage" value="([^"]+)"', form)
    assert buttons == [item["id"] for item in each["answer"]["closest"]]
    return browser.post(f"{address}/passages", data=sent | {"passage": buttons[0], "back": back})


def test_the_api_takes_a_passage_once_and_takes_it_back(browser: TestClient, address: str) -> None:
    each = waiting(browser, address)
    path = f"/api/v1{address}/questions/{each['question']['id']}/passage"
    first = each["answer"]["closest"][0]
    token = {"x-csrf-token": form_token(browser.get("/rfps"))}
    assert browser.put(path, json={"evidence_id": first["id"]}, headers=token).status_code == 428
    seen = token | {"if-match": f'"{each["version"]}"'}
    assert browser.put(path, json={"evidence_id": "passage:none"}, headers=seen).status_code == 404
    taken = browser.put(path, json={"evidence_id": first["id"]}, headers=seen)
    assert taken.status_code == 200, taken.text
    now = taken.json()["answer"]
    assert (now["taken"], now["edited"], now["route"], now["short"]) == (first["id"], True, "expert", None)
    assert [segment["evidence_ids"] for segment in now["segments"]] == [[first["id"]]]
    assert browser.put(path, json={"evidence_id": first["id"]}, headers=seen).status_code == 409
    left = browser.delete(path, headers=token | {"if-match": taken.headers["etag"]})
    assert (left.status_code, left.json()["answer"]) == (200, each["answer"])


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("es", ("Nada responde a esto con seguridad", "Usar como respuesta", "Elegida por una persona", "Deshacer")),
        ("en", ("Nothing answers this surely", "Use as the answer", "Chosen by a person", "Undo")),
    ],
    ids=["es", "en"],
)
def test_the_page_offers_uses_and_undoes_it(
    browser: TestClient, address: str, language: str, said: tuple[str, str, str, str]
) -> None:
    browser.post("/language", data={"csrf_token": form_token(browser.get("/rfps")), "language": language})
    each = waiting(browser, address)
    page = browser.get(address).text
    assert (said[0] in page, said[1] in page, f"{address}?only=closest" in page) == (True, True, True)
    used = use(browser, address, each, back=address)
    assert used.status_code == 303, used.text
    assert used.headers["location"] == f"{address}#q-2"
    after = browser.get(address).text
    assert (after.count(said[0]), said[2] in after, said[3] in after) == (1, True, True)
    toast = after.partition('class="notice toast')[2].partition("</form>")[0]
    undo = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', toast))
    assert f'action="{address}/passages/undo"' in toast
    assert browser.post(f"{address}/passages/undo", data=undo).status_code == 303
    assert waiting(browser, address)["answer"] == each["answer"]
    assert browser.post(f"{address}/passages/undo", data=undo).status_code == 409


def test_the_filter_shows_what_waits_and_leads_on_to_the_next(browser: TestClient, address: str) -> None:
    back = f"{address}?only=closest"
    page = browser.get(back)
    assert ids(page) == ["2", "3"]
    assert re.findall(r'href="(#q-\d)">', page.text) == ["#q-3", "#q-2"]
    used = use(browser, address, waiting(browser, address), back=back)
    assert used.headers["location"] == f"{back}#q-3"
    assert ids(browser.get(back)) == ["3"]


def test_a_value_is_offered_and_none_is_chosen(browser: TestClient, address: str) -> None:
    page = browser.get(f"{address}?only=closest").text
    form = page.partition('id="q-3"')[2].partition(f'action="{address}/passages"')[2].partition("</form>")[0]
    assert form.count('name="short"') == 1
    assert re.findall(r'<option value="(\w+)"', form)[:2] == ["yes", "no"]
    assert re.findall(r"selected|checked", form) == []
    version = re.findall(r'name="version" value="(\d+)"', form)[0]
    [passage, *_] = re.findall(r'<button name="passage" value="([^"]+)"', form)
    sent = {"question_id": "3", "version": version, "passage": passage, "short": "partial", "chosen": ""}
    assert post(browser, f"{address}/passages", **sent).status_code == 303
    questions = browser.get(f"/api/v1{address}").json()["questions"]
    assert (questions[2]["answer"]["short"], questions[2]["answer"]["taken"]) == ("partial", passage)


def test_what_was_erased_meanwhile_is_said_and_changes_nothing(
    browser: TestClient, application: bootstrap.Application, address: str
) -> None:
    each = waiting(browser, address)
    with application.database.unit_of_work() as uow:
        uow.session.execute(
            text("delete from passages where id = :id"), {"id": each["answer"]["closest"][0]["id"].split(":")[1]}
        )
    late = use(browser, address, each, back=address)
    assert (late.status_code, "ha cambiado o se ha quitado" in late.text) == (409, True)
    assert waiting(browser, address) == each
