"""The JSON API: what each route answers, for whom, and what it refuses."""

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.access import Viewer
from tests.api.ready_app import ready_app
from tests.api.web_company import PASSWORD, Company

Headers = dict[str, str]


@pytest.fixture
def api(application: bootstrap.Application) -> Iterator[TestClient]:
    """A program: it sends tokens and keeps no cookies of its own."""
    with TestClient(ready_app(application), raise_server_exceptions=False) as client:
        yield client


def token(application: bootstrap.Application, viewer: Viewer) -> Headers:
    """What a program of this person sends."""
    with application.database.unit_of_work() as uow:
        _, secret = application.people.create_api_token(viewer, name="t", valid_for=None, uow=uow)
    return {"authorization": f"Bearer {secret}"}


@pytest.fixture
def ae(application: bootstrap.Application, company: Company) -> Headers:
    return token(application, company.ae)


@pytest.fixture
def manager_token(application: bootstrap.Application, company: Company) -> Headers:
    return token(application, company.manager)


@pytest.fixture
def outsider(application: bootstrap.Application, company: Company) -> Headers:
    return token(application, company.outsider)


def make_brief(api: TestClient, company: Company, headers: Headers) -> dict[str, Any]:
    answer = api.post(f"/api/v1/accounts/{company.account_id}/briefs", json={"language": "es"}, headers=headers)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def item_of(body: dict[str, Any]) -> dict[str, Any]:
    item: dict[str, Any] = body["entry"]["item"]
    return item


def seen(item: dict[str, Any], headers: Headers) -> Headers:
    """Headers of somebody who changes the item as they saw it."""
    return headers | {"if-match": f'"{item["digest"]}.{item["revision"]}"'}


def test_accounts_are_listed_by_name_page_by_page(api: TestClient, ae: Headers) -> None:
    first = api.get("/api/v1/accounts?limit=1", headers=ae).json()
    assert [account["name"] for account in first["accounts"]] == ["Frigoríficos Valdemora"]
    assert first["total"] == 2
    second = api.get("/api/v1/accounts", params={"limit": 1, "cursor": first["next_cursor"]}, headers=ae).json()
    assert second["accounts"][0]["name"].startswith("Talleres Ñandú")
    assert second["next_cursor"] is None


def test_accounts_are_found_without_accents(api: TestClient, ae: Headers) -> None:
    found = api.get("/api/v1/accounts?query=FRIGORIFICOS", headers=ae).json()
    assert [account["owner_name"] for account in found["accounts"]] == ["Lucía Ferrer"]


def test_an_unreadable_cursor_says_what_to_do_in_the_language_asked_for(api: TestClient, ae: Headers) -> None:
    answer = api.get("/api/v1/accounts?cursor=!!!", headers=ae | {"accept-language": "es"})
    assert answer.status_code == 422
    assert answer.json()["hint"] == "Empiece por la primera página."


def test_an_account_has_its_figures_with_their_formulas(api: TestClient, ae: Headers, company: Company) -> None:
    body = api.get(f"/api/v1/accounts/{company.account_id}", headers=ae | {"accept-language": "en"}).json()
    figures = {figure["name"]: figure for figure in body["metrics"]}
    assert figures["days_to_renewal"]["value"] == "76"
    assert "renewal date" in figures["days_to_renewal"]["formula"]
    assert body["issues"][0]["text"].startswith("The sector “Logistca”")


def test_the_documents_and_issues_of_an_account(api: TestClient, ae: Headers, company: Company) -> None:
    documents = api.get(f"/api/v1/accounts/{company.account_id}/documents?kind=email", headers=ae).json()
    assert [document["id"] for document in documents] == [company.email_id]
    issues = api.get(f"/api/v1/accounts/{company.account_id}/data-issues", headers=ae).json()
    assert issues[0]["code"] == "value.misspelt_industry"


def test_a_document_has_blocks_and_passages_whose_offsets_fit_its_text(
    api: TestClient, ae: Headers, company: Company
) -> None:
    body = api.get(f"/api/v1/documents/{company.email_id}", headers=ae).json()
    text = body["document"]["text"]
    quoted = next(block for block in body["document"]["blocks"] if block["kind"] == "quoted")
    assert text[quoted["start"] : quoted["end"]].startswith("El lunes escribió")
    passage = body["passages"][0]
    evidence = api.get(f"/api/v1/evidence/{passage['evidence_id']}", headers=ae).json()["evidence"]
    assert evidence["text"] == text[passage["start"] : passage["end"]]


def test_a_brief_is_made_checked_and_found_again(api: TestClient, ae: Headers, company: Company) -> None:
    made = api.post(f"/api/v1/accounts/{company.account_id}/briefs", json={"language": "en"}, headers=ae)
    item = item_of(made.json())
    assert made.headers["etag"] == f'"{item["digest"]}.0"'
    assert made.headers["location"] == f"/api/v1/queue/{item['id']}"
    latest = api.get(f"/api/v1/accounts/{company.account_id}/briefs/latest", headers=ae)
    for path, language, status in (("latest", "en", 200), ("latest", "es", 404), ("latest/pdf", "es", 404)):
        found = api.get(f"/api/v1/accounts/{company.account_id}/briefs/{path}?language={language}", headers=ae)
        assert found.status_code == status
    assert latest.json()["draft"]["language"] == "en"
    assert latest.headers["etag"] == made.headers["etag"]


def test_every_citation_of_a_brief_can_be_opened(api: TestClient, ae: Headers, company: Company) -> None:
    draft = make_brief(api, company, ae)["draft"]
    assert draft["evidence"]
    for evidence in draft["evidence"]:
        found = api.get(f"/api/v1/evidence/{evidence['id']}", headers=ae)
        assert found.status_code == 200, evidence["id"]
        assert found.json()["evidence"]["text"] == evidence["text"]


def test_columns_of_the_store_are_no_evidence(api: TestClient, ae: Headers, company: Company) -> None:
    for name in ("content_hash", "search_key", "source_file_id"):
        assert api.get(f"/api/v1/evidence/record:{company.account_id}:{name}", headers=ae).status_code == 404


def test_search_finds_marks_and_says_what_is_missing(api: TestClient, ae: Headers, company: Company) -> None:
    body = api.get("/api/v1/search?query=contrato firmado", headers=ae | {"accept-language": "en"}).json()
    assert body["hits"][0]["document_id"] == company.email_id
    assert [notice["code"] for notice in body["notices"]] == ["no_embedding_model"]
    assert "by words only" in body["notices"][0]["text"]


def test_approving_releases_exactly_the_approved_bytes(
    api: TestClient, ae: Headers, company: Company, application: bootstrap.Application
) -> None:
    item = item_of(make_brief(api, company, ae))
    files = f"/api/v1/queue/{item['id']}/files"
    assert api.get(files, headers=ae).status_code == 409
    assert api.get(f"{files}/brief.md", headers=ae).status_code == 409
    decision = {"verdict": "approve", "digest": item["digest"]}
    approved = api.post(f"/api/v1/queue/{item['id']}/decisions", json=decision, headers=seen(item, ae))
    assert approved.json()["state"] == "approved"
    assert api.get(f"{files}/brief.md", headers=ae).status_code == 409
    assert application.release_due() == 1
    listed = {file["name"]: file["sha256"] for file in api.get(files, headers=ae).json()}
    assert set(listed) >= {"brief.md", "brief.html", "brief.json"}
    for name, digest in listed.items():
        fetched = api.get(f"{files}/{name}", headers=ae)
        assert hashlib.sha256(fetched.content).hexdigest() == digest
        assert fetched.headers["content-disposition"].startswith("attachment")
        assert "sandbox" in fetched.headers["content-security-policy"]
    on_disk = {path.name: path.read_bytes() for path in application.settings.exports.rglob("brief.*")}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in on_disk.items()} == listed


def test_the_same_decision_again_changes_nothing_and_another_one_is_a_conflict(
    api: TestClient, ae: Headers, manager_token: Headers, company: Company
) -> None:
    item = item_of(make_brief(api, company, ae))
    address = f"/api/v1/queue/{item['id']}/decisions"
    approve = {"verdict": "approve", "digest": item["digest"]}
    first = api.post(address, json=approve, headers=seen(item, ae))
    again = api.post(address, json=approve, headers=seen(item, ae))
    assert first.status_code == again.status_code == 200
    assert first.json()["decided_at"] == again.json()["decided_at"]
    reject = {"verdict": "reject", "digest": item["digest"], "comment": "No"}
    answer = api.post(address, json=reject, headers=seen(first.json(), manager_token))
    assert answer.status_code == 409
    assert answer.json()["code"] == "conflict"


def test_a_decision_about_other_content_is_refused(api: TestClient, ae: Headers, company: Company) -> None:
    item = item_of(make_brief(api, company, ae))
    address = f"/api/v1/queue/{item['id']}/decisions"
    other = api.post(address, json={"verdict": "approve", "digest": "0" * 64}, headers=seen(item, ae))
    assert (other.status_code, other.json()["code"]) == (409, "digest_mismatch")
    stale = ae | {"if-match": '"something else"'}
    assert api.post(address, json={"verdict": "approve", "digest": item["digest"]}, headers=stale).status_code == 412


def test_a_rejection_says_why(api: TestClient, ae: Headers, company: Company) -> None:
    item = item_of(make_brief(api, company, ae))
    address = f"/api/v1/queue/{item['id']}/decisions"
    silent = api.post(address, json={"verdict": "reject", "digest": item["digest"]}, headers=seen(item, ae))
    assert silent.status_code == 422
    assert "por qué" in silent.json()["detail"]


def test_an_edit_makes_a_new_version_and_voids_the_old_item(api: TestClient, ae: Headers, company: Company) -> None:
    body = make_brief(api, company, ae)
    item = item_of(body)
    edits = f"/api/v1/queue/{item['id']}/edits"
    change = {"digest": item["digest"], "texts": {"summary.1": "Texto nuevo de una persona con 999 licencias."}}
    edited = api.post(edits, json=change, headers=seen(item, ae))
    assert edited.status_code == 201, edited.text
    new = item_of(edited.json())
    assert new["version"] == 2
    assert edited.headers["etag"] == f'"{new["digest"]}.0"'
    assert "summary.1" in edited.json()["unsupported_segments"]
    assert item_of(api.get(f"/api/v1/queue/{item['id']}", headers=ae).json())["state"] == "superseded"
    assert api.post(edits, json=change, headers=seen(item, ae)).status_code == 412
    now = item_of(api.get(f"/api/v1/queue/{item['id']}", headers=ae).json())
    assert api.post(edits, json=change, headers=seen(now, ae)).status_code == 409


@pytest.mark.parametrize(
    "texts", [{}, {"summary.1": "x" * 10_001}, {"nothing.9": "x"}], ids=["none", "too long", "unknown"]
)
def test_an_edit_that_cannot_be_used_changes_nothing(
    api: TestClient, ae: Headers, company: Company, texts: dict[str, str]
) -> None:
    item = item_of(make_brief(api, company, ae))
    wanted = {"digest": item["digest"], "texts": texts}
    answer = api.post(f"/api/v1/queue/{item['id']}/edits", json=wanted, headers=seen(item, ae))
    assert answer.status_code == 422
    assert item_of(api.get(f"/api/v1/queue/{item['id']}", headers=ae).json())["state"] == "pending"


def test_the_queue_is_filtered_sorted_and_paged(
    api: TestClient, ae: Headers, manager_token: Headers, company: Company
) -> None:
    calm = item_of(make_brief(api, company, ae))
    risky = item_of(make_brief(api, company, ae))
    change = {"digest": risky["digest"], "texts": {"summary.1": "Pagan 123456 euros."}}
    risky = item_of(api.post(f"/api/v1/queue/{risky['id']}/edits", json=change, headers=seen(risky, ae)).json())
    assert risky["risk"] == "high"
    first = api.get("/api/v1/queue?sort=risk&limit=1", headers=manager_token).json()
    assert [line["item"]["id"] for line in first["items"]] == [risky["id"]]
    second = api.get(
        "/api/v1/queue", params={"sort": "risk", "limit": 1, "cursor": first["next_cursor"]}, headers=manager_token
    ).json()
    assert [line["item"]["id"] for line in second["items"]] == [calm["id"]]
    assert second["next_cursor"] is None or not _rest(api, manager_token, second["next_cursor"])
    assert api.get("/api/v1/queue?mine=true", headers=manager_token).json()["items"] == []
    low = api.get("/api/v1/queue?risk=low", headers=manager_token).json()["items"]
    assert [line["item"]["id"] for line in low] == [calm["id"]]
    assert api.get("/api/v1/queue?sort=risk&cursor=x~y", headers=ae).status_code == 422


def _rest(api: TestClient, headers: Headers, cursor: str) -> list[object]:
    body = api.get("/api/v1/queue", params={"sort": "risk", "limit": 1, "cursor": cursor}, headers=headers).json()
    items: list[object] = body["items"]
    return items


def test_the_page_knows_what_the_caller_may_do(
    api: TestClient, ae: Headers, manager_token: Headers, company: Company
) -> None:
    item = item_of(make_brief(api, company, ae))
    change = {"digest": item["digest"], "texts": {"summary.1": "Pagan 123456 euros."}}
    edited = api.post(f"/api/v1/queue/{item['id']}/edits", json=change, headers=seen(item, ae)).json()
    assert edited["allowed"]["approve"] == "not_allowed"
    assert edited["allowed"]["reject"] is None
    shown = api.get(f"/api/v1/queue/{item_of(edited)['id']}", headers=manager_token).json()
    assert shown["allowed"]["approve"] is None


def test_a_release_that_did_not_fail_is_not_repeated(api: TestClient, ae: Headers, company: Company) -> None:
    item = item_of(make_brief(api, company, ae))
    assert api.post(f"/api/v1/queue/{item['id']}/release/retry", headers=seen(item, ae)).status_code == 409


def test_what_another_team_owns_reads_like_nothing(
    api: TestClient, ae: Headers, outsider: Headers, company: Company
) -> None:
    """Invariant 3: same status and same body as for what does not exist, on every route."""
    item = item_of(make_brief(api, company, ae))
    account, review = company.account_id, item["id"]
    passage = api.get("/api/v1/search?query=contrato", headers=ae).json()["hits"][0]["evidence"]["id"]
    decision = {"verdict": "reject", "digest": item["digest"], "comment": "x"}
    routes: list[tuple[str, str, object]] = [
        ("GET", f"/api/v1/accounts/{account}", None),
        ("GET", f"/api/v1/accounts/{account}/data-issues", None),
        ("GET", f"/api/v1/accounts/{account}/scores", None),
        ("GET", f"/api/v1/accounts/{account}/documents", None),
        ("POST", f"/api/v1/accounts/{account}/briefs", {"language": "es"}),
        ("GET", f"/api/v1/accounts/{account}/briefs/latest", None),
        ("GET", f"/api/v1/documents/{company.email_id}", None),
        ("GET", f"/api/v1/evidence/record:{account}:arr", None),
        ("GET", f"/api/v1/evidence/metric:days_to_renewal:{account}", None),
        ("GET", f"/api/v1/evidence/{passage}", None),
        ("GET", f"/api/v1/queue/{review}", None),
        ("POST", f"/api/v1/queue/{review}/decisions", decision),
        ("POST", f"/api/v1/queue/{review}/edits", {"digest": item["digest"], "texts": {"summary.1": "x"}}),
        ("POST", f"/api/v1/queue/{review}/release/retry", None),
        ("GET", f"/api/v1/queue/{review}/files", None),
        ("GET", f"/api/v1/queue/{review}/files/brief.md", None),
    ]
    swaps = {
        account: "acc_00000000000000000000",
        review: "review_none",
        company.email_id: "doc_00000000000000000000",
        passage: "passage:psg_00000000000000000000",
    }
    for method, address, body in routes:
        missing = address
        for old, new in swaps.items():
            missing = missing.replace(old, new)
        forbidden = api.request(method, address, json=body, headers=outsider)
        absent = api.request(method, missing, json=body, headers=outsider)
        assert forbidden.status_code == absent.status_code == 404, address
        assert forbidden.json() == absent.json(), address
    assert api.get("/api/v1/queue", headers=outsider).json()["items"] == []
    assert api.get("/api/v1/search?query=contrato firmado", headers=outsider).json()["hits"] == []
    names = [line["name"] for line in api.get("/api/v1/accounts", headers=outsider).json()["accounts"]]
    assert names == ["Brackenhill Rail"]


def test_searching_in_somebody_elses_account_finds_nothing(
    api: TestClient, outsider: Headers, company: Company
) -> None:
    found = api.get(
        "/api/v1/search", params={"query": "contrato", "account_id": company.account_id}, headers=outsider
    ).json()
    assert found["hits"] == []


def test_a_cookie_session_needs_the_csrf_token_for_everything_that_changes_something(
    api: TestClient, ae: Headers, company: Company
) -> None:
    item = item_of(make_brief(api, company, ae))
    signed_in = api.post("/api/v1/sessions", json={"email": company.ae.email, "password": PASSWORD})
    csrf = {"x-csrf-token": signed_in.json()["csrf_token"]}
    decision = {"verdict": "reject", "digest": item["digest"], "comment": "x"}
    routes: list[tuple[str, object]] = [
        (f"/api/v1/accounts/{company.account_id}/briefs", {"language": "es"}),
        (f"/api/v1/queue/{item['id']}/edits", {"digest": "0" * 64, "texts": {"summary.1": "x"}}),
        (f"/api/v1/queue/{item['id']}/release/retry", None),
        (f"/api/v1/queue/{item['id']}/decisions", decision),
    ]
    for address, body in routes:
        assert api.post(address, json=body).status_code == 403, address
    assert api.post(routes[-1][0], json=decision, headers=seen(item, csrf)).json()["state"] == "rejected"


def test_the_api_describes_itself(api: TestClient, ae: Headers) -> None:
    schema = api.get("/api/v1/openapi.json", headers=ae).json()
    without_model = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            assert operation.get("description"), f"{method} {path} does not say what it is for"
            good = [answer for code, answer in operation["responses"].items() if code.startswith("2")]
            described = any(media.get("schema") for answer in good for media in answer.get("content", {}).values())
            says_nothing = "204" in operation["responses"]
            if not described and not says_nothing and not path.endswith("/files/{name}"):
                without_model.append(f"{method} {path}")
    assert without_model == []
    assert not any(path.startswith(("/accounts", "/queue", "/search")) for path in schema["paths"])
