"""Questionnaires over the API: from a file to a package, who may do what, and what is refused."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from copilot import bootstrap
from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from tests import approvals_builders as world
from tests.api.ready_app import ready_app
from tests.api.route_walk import every_route
from tests.api.web_company import Company
from tests.rfp_files import BACKUPS, HOSTED, MOON, XLSX, cells, workbook_bytes

Headers = dict[str, str]
RFPS = "/api/v1/rfps"
FILES = ("original", "working-copy", "gaps")


@pytest.fixture
def api(application: bootstrap.Application) -> Iterator[TestClient]:
    with TestClient(ready_app(application), raise_server_exceptions=False) as client:
        yield client


def token(application: bootstrap.Application, viewer: Viewer) -> Headers:
    with application.database.unit_of_work() as uow:
        _, secret = application.people.create_api_token(viewer, name="t", valid_for=None, uow=uow)
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture
def ae(application: bootstrap.Application, company: Company) -> Headers:
    return token(application, company.ae)


@pytest.fixture
def manager(application: bootstrap.Application, company: Company) -> Headers:
    return token(application, company.manager)


@pytest.fixture
def outsider(application: bootstrap.Application, company: Company) -> Headers:
    return token(application, company.outsider)


def hand_in(api: TestClient, headers: Headers, **fields: str) -> dict[str, Any]:
    answer = api.post(RFPS, files={"file": ("vendor.xlsx", workbook_bytes(), XLSX)}, data=fields, headers=headers)
    assert answer.status_code == 201, answer.text
    assert answer.headers["location"] == f"{RFPS}/{answer.json()['id']}"
    body: dict[str, Any] = answer.json()
    return body


def ask(api: TestClient, headers: Headers, path: str, **body: Any) -> dict[str, Any]:
    answer = api.post(f"{RFPS}/{path}", json=body or None, headers=headers)
    assert answer.status_code in {200, 201}, answer.text
    given: dict[str, Any] = answer.json()
    return given


def answered(api: TestClient, application: bootstrap.Application, headers: Headers, **fields: str) -> dict[str, Any]:
    """A project whose run is over."""
    made = hand_in(api, headers, **fields)
    assert ask(api, headers, f"{made['id']}/start")["state"] == "answering"
    while application.rfps.runs.run():  # a slow machine needs more than one turn
        pass
    project: dict[str, Any] = api.get(f"{RFPS}/{made['id']}", headers=headers).json()
    return project


def ask_list(api: TestClient, headers: Headers, path: str, **body: Any) -> list[dict[str, Any]]:
    answer = api.post(f"{RFPS}/{path}", json=body, headers=headers)
    assert answer.status_code == 201, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def by_text(project: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["question"]["text"]: each for each in project["questions"]}


def approve(application: bootstrap.Application, item_id: str, *, viewer: Viewer) -> None:
    """Approve an entry, accepting by name whatever its sources do not carry."""
    with application.database.unit_of_work() as uow:
        view = application.approvals.get(item_id, viewer=viewer, uow=uow)
        accepted = tuple(segment.id for segment in view.draft.segments())
        decided = world.decision(view.item, viewer, accepted=accepted)
        application.approvals.decide(item_id, decided, viewer=viewer, uow=uow)


def test_a_file_becomes_a_preview_with_places_for_the_answers(api: TestClient, ae: Headers, company: Company) -> None:
    made = hand_in(api, ae, title="Vendor review", account_id=company.account_id)
    assert (made["state"], made["title"], made["account_name"]) == (
        "preview",
        "Vendor review",
        "Frigoríficos Valdemora",
    )
    places = {text: each["question"]["answer_place"]["address"] for text, each in by_text(made).items()}
    assert places == {HOSTED: "C2", BACKUPS: "C3", MOON: "C4"}
    listed = api.get(RFPS, headers=ae).json()["projects"]
    assert [head["id"] for head in listed] == [made["id"]]


def test_from_the_file_to_the_approved_package(
    api: TestClient, application: bootstrap.Application, ae: Headers, company: Company, clock: FixedClock
) -> None:
    project = answered(api, application, ae, account_id=company.account_id)
    found = by_text(project)
    assert (found[BACKUPS]["state"], found[MOON]["state"]) == ("answered", "no_source")
    assert "35 days" in found[BACKUPS]["answer"]["segments"][0]["text"]
    wanted = found[BACKUPS]["question"]["id"]
    [filed] = ask_list(api, ae, f"{project['id']}/items", per="question", question_ids=[wanted])
    assert filed["question_ids"] == [wanted]
    approve(application, filed["item_id"], viewer=company.manager)
    package = ask(api, ae, f"{project['id']}/package")
    approve(application, package["item_id"], viewer=company.manager)
    assert api.get(f"{RFPS}/{project['id']}", headers=ae).json()["state"] == "packaged"

    clock.advance(timedelta(minutes=10))
    assert application.release_due() == 2
    kept = f"/api/v1/queue/{package['item_id']}/files"
    names = {item["name"] for item in api.get(kept, headers=ae).json()}
    assert {"vendor-filled.xlsx", "vendor-appendix.xlsx"} <= names
    filled = cells(api.get(f"{kept}/vendor-filled.xlsx", headers=ae).content)
    assert "35 days" in str(filled.pop("C3"))
    assert filled == cells(workbook_bytes())


def test_the_detection_is_corrected_and_a_line_left_out_becomes_a_question(api: TestClient, ae: Headers) -> None:
    made = hand_in(api, ae)
    found = by_text(made)
    left_out = made["skipped"][0]["place"]
    changes = [
        {"question_id": found[MOON]["question"]["id"], "included": False},
        {"question_id": f"{left_out['part']}!{left_out['address']}", "included": True, "text": "Name your auditors"},
    ]
    answer = api.patch(f"{RFPS}/{made['id']}/questions", json={"corrections": changes}, headers=ae)
    assert answer.status_code == 200, answer.text
    now = by_text(answer.json())
    assert (now[MOON]["state"], now["Name your auditors"]["state"]) == ("excluded", "waiting")
    assert len(answer.json()["skipped"]) == len(made["skipped"]) - 1


def test_an_answer_is_changed_only_as_it_was_seen(
    api: TestClient, application: bootstrap.Application, ae: Headers
) -> None:
    project = answered(api, application, ae)
    question = by_text(project)[MOON]
    path = f"{RFPS}/{project['id']}/questions/{question['question']['id']}/answer"
    body = {"text": "We operate none."}
    assert api.put(path, json=body, headers=ae).status_code == 428
    assert api.put(path, json=body, headers=ae | {"if-match": "soon"}).status_code == 412
    seen = ae | {"if-match": f'"{question["version"]}"'}
    edited = api.put(path, json=body, headers=seen)
    assert edited.status_code == 200, edited.text
    assert (edited.json()["state"], edited.json()["answer"]["edited"]) == ("answered", True)
    assert edited.headers["etag"] == f'"{question["version"] + 1}"'
    assert api.put(path, json={"text": "No."}, headers=seen).status_code == 409
    again = api.post(path + "-again", headers=ae | {"if-match": edited.headers["etag"]})
    assert (again.status_code, again.json()["state"]) == (200, "no_source")


def test_files_are_handed_out_to_be_saved(api: TestClient, application: bootstrap.Application, ae: Headers) -> None:
    project = answered(api, application, ae)
    answers = {what: api.get(f"{RFPS}/{project['id']}/{what}", headers=ae) for what in FILES}
    assert {what: answer.status_code for what, answer in answers.items()} == dict.fromkeys(FILES, 200)
    assert all(answer.headers["content-disposition"].startswith("attachment") for answer in answers.values())
    assert answers["original"].content == workbook_bytes()
    copy = cells(answers["working-copy"].content)
    assert str(copy["C3"]).startswith("[DRAFT, not approved]")
    assert any(MOON in str(value) for value in cells(answers["gaps"].content).values())


def test_the_checklist_no_go_and_back(api: TestClient, ae: Headers) -> None:
    made = hand_in(api, ae)
    key = made["checklist"][0]["key"]
    answer = api.put(f"{RFPS}/{made['id']}/checklist/{key}", json={"answer": True, "note": "ok"}, headers=ae)
    assert answer.json()["checklist"][0] == {"key": key, "answer": True, "note": "ok"}
    assert ask(api, ae, f"{made['id']}/decline")["state"] == "declined"
    assert api.post(f"{RFPS}/{made['id']}/start", headers=ae).status_code == 409
    assert ask(api, ae, f"{made['id']}/reopen")["state"] == "preview"
    assert api.delete(f"{RFPS}/{made['id']}", headers=ae).status_code == 204
    assert api.get(f"{RFPS}/{made['id']}", headers=ae).status_code == 404


def test_a_run_is_stopped_and_its_progress_told(api: TestClient, ae: Headers) -> None:
    made = hand_in(api, ae)
    ask(api, ae, f"{made['id']}/start")
    told = api.get(f"{RFPS}/{made['id']}/progress", headers=ae).json()
    assert (told["state"], told["progress"]["total"], told["progress"]["worked_on"]) == ("answering", 3, 0)
    assert (told["passages"] > 0, told["passages_pending"]) == (True, 0), "without a model nothing is waited for"
    assert ask(api, ae, f"{made['id']}/stop")["state"] == "stopped"


def test_pasted_questions_are_read(api: TestClient, ae: Headers) -> None:
    answer = api.post(f"{RFPS}/pasted", json={"text": f"1. {HOSTED}\n2. {BACKUPS}", "title": "Mail"}, headers=ae)
    assert answer.status_code == 201, answer.text
    assert [each["question"]["text"] for each in answer.json()["questions"]] == [HOSTED, BACKUPS]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "save it again"), ("es", "guárdelo de nuevo")], ids=["en", "es"]
)
def test_a_file_that_cannot_be_read_says_what_to_do(api: TestClient, ae: Headers, language: str, words: str) -> None:
    headers = ae | {"accept-language": language}
    answer = api.post(RFPS, files={"file": ("a.xlsx", b"PK\x03\x04broken", XLSX)}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "unreadable_file")
    assert words in answer.json()["detail"].casefold() + answer.json()["hint"].casefold()


def test_strangers_may_not_send_a_large_file_and_colleagues_may(api: TestClient, ae: Headers) -> None:
    large = {"file": ("a.txt", b"Are logs kept?\n" + b" " * 2_000_001, "text/plain")}
    unknown: tuple[Headers, ...] = ({}, {"Authorization": "Bearer nobody"}, {"Cookie": "sc_session=nobody"})
    for headers in unknown:
        answer = api.post(RFPS, files=large, data={"title": "T"}, headers=headers)
        assert (answer.status_code, answer.json()["detail"]) == (401, "Sign in before you send a file of this size.")
    assert api.post(RFPS, files=large, data={"title": "T"}, headers=ae).status_code != 401


def test_what_is_too_large_is_refused_unread(api: TestClient, ae: Headers) -> None:
    answer = api.post(RFPS, content=b"", headers=ae | {"content-length": "32000001"})
    assert answer.status_code == 413


ACTS: tuple[tuple[str, str, dict[str, Any] | None], ...] = (
    ("GET", "", None),
    ("GET", "/progress", None),
    ("GET", "/original", None),
    ("GET", "/working-copy", None),
    ("GET", "/gaps", None),
    ("PATCH", "/questions", {"corrections": [{"question_id": "x", "included": False}]}),
    ("POST", "/include-filled", None),
    ("POST", "/leave-out-again", None),
    ("POST", "/start", None),
    ("POST", "/stop", None),
    ("POST", "/decline", None),
    ("POST", "/reopen", None),
    ("POST", "/assignments", {"question_ids": ["x"], "to": None}),
    ("PUT", "/questions/x/answer", {"text": "x"}),
    ("POST", "/questions/x/answer-again", None),
    ("PUT", "/questions/x/passage", {"evidence_id": "x"}),
    ("DELETE", "/questions/x/passage", None),
    ("PUT", "/checklist/deadline", {"answer": True}),
    ("POST", "/items", {"per": "question"}),
    ("POST", "/package", None),
    ("DELETE", "", None),
)
ACT_IDS = [f"{method}{path}" for method, path, _ in ACTS]
FOR_HELPERS = {"GET", "GET/progress", "GET/gaps"}
ONE_QUESTION = {f"{method}{path}" for method, path, _ in ACTS if path.startswith("/questions/")}


def test_every_route_of_a_project_is_walked(application: bootstrap.Application) -> None:
    walked = {(method, f"/{path.strip('/')}") for method, path, _ in ACTS}
    found = set()
    for route in every_route(create_app(application, worker=False)):
        if route.path.startswith(f"{RFPS}/{{project_id}}"):
            path = route.path.removeprefix(f"{RFPS}/{{project_id}}").replace("{question_id:path}", "x")
            found |= {(method, f"/{path.replace('{key}', 'deadline').strip('/')}") for method in route.methods or ()}
    assert found - {("HEAD", path) for _, path in found} == walked


@pytest.mark.parametrize(("method", "path", "body"), ACTS, ids=ACT_IDS)
def test_a_stranger_learns_nothing(
    api: TestClient, ae: Headers, outsider: Headers, method: str, path: str, body: dict[str, Any] | None
) -> None:
    made = hand_in(api, ae)
    headers = outsider | {"if-match": '"0"'}
    real = api.request(method, f"{RFPS}/{made['id']}{path}", json=body, headers=headers)
    none = api.request(method, f"{RFPS}/rfp_nothing{path}", json=body, headers=headers)
    assert (real.status_code, real.json()) == (404, none.json())
    assert api.get(RFPS, headers=outsider).json() == {"projects": []}


@pytest.mark.parametrize(("method", "path", "body"), ACTS, ids=ACT_IDS)
def test_a_helper_sees_their_questions_and_leads_nothing(
    api: TestClient,
    ae: Headers,
    outsider: Headers,
    company: Company,
    method: str,
    path: str,
    body: dict[str, Any] | None,
) -> None:
    made = hand_in(api, ae)
    mine = by_text(made)[MOON]["question"]["id"]
    ask(api, ae, f"{made['id']}/assignments", question_ids=[mine], to=company.outsider.user_id)
    headers = outsider | {"if-match": '"0"'}
    answer = api.request(method, f"{RFPS}/{made['id']}{path}", json=body, headers=headers)
    name = f"{method}{path}"
    expected = 200 if name in FOR_HELPERS else 404 if name in ONE_QUESTION else 403
    assert answer.status_code == expected, answer.text
    seen = api.get(f"{RFPS}/{made['id']}", headers=outsider).json()
    assert [each["question"]["text"] for each in seen["questions"]] == [MOON]


def test_a_manager_of_the_team_may_lead(api: TestClient, ae: Headers, manager: Headers) -> None:
    made = hand_in(api, ae)
    assert ask(api, manager, f"{made['id']}/start")["state"] == "answering"
