"""The answer library over the API: taking over a table, owners who approve, pairs to look at."""

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from tests.api.test_rfps_api import Headers, ae, api, manager, outsider, token
from tests.api.web_company import Company

__all__ = ["ae", "api", "manager", "outsider", "token"]
LIBRARY = "/api/v1/answer-library"
TABLE = """Question,Answer
Is customer data encrypted at rest?,"Yes, with AES-256."
Is customer data encrypted at rest?,"No, it is not."
Where is customer data hosted?,In Frankfurt and Dublin.
Who audits you?,
"""


def take_over(api: TestClient, headers: Headers) -> dict[str, object]:
    answer = api.post(f"{LIBRARY}/imports", files={"file": ("kept.csv", TABLE.encode(), "text/csv")}, headers=headers)
    assert answer.status_code == 201, answer.text
    body: dict[str, object] = answer.json()
    return body


def entry_of(api: TestClient, headers: Headers, query: str) -> dict[str, object]:
    [found] = api.get(LIBRARY, params={"query": query}, headers=headers).json()
    entry: dict[str, object] = found
    return entry


def test_a_table_is_taken_over_once_and_names_what_it_could_not_use(api: TestClient, ae: Headers) -> None:
    first, again = take_over(api, ae), take_over(api, ae)
    assert (len(first["added"]), first["known"]) == (3, 0)  # type: ignore[arg-type]
    assert (again["added"], again["known"], again["unusable"]) == ([], 3, first["unusable"])
    assert len(first["unusable"]) == 1  # type: ignore[arg-type]
    [finding] = api.get(f"{LIBRARY}/findings", headers=ae).json()
    assert finding["kind"] == "conflict"


def test_nobody_approves_what_they_took_over_and_only_its_owner_gives_it_away_and_retires_it(
    api: TestClient, ae: Headers, manager: Headers, outsider: Headers, company: Company
) -> None:
    take_over(api, ae)
    entry = entry_of(api, ae, "hosted")
    path = f"{LIBRARY}/{entry['id']}"
    assert entry["state"] == "proposed"
    for headers in (outsider, ae):
        assert api.patch(path, json={"approve": True}, headers=headers).status_code == 403
    approved = api.patch(path, json={"approve": True, "review_by": "2026-11-20"}, headers=manager).json()
    assert (approved["state"], approved["review_by"]) == ("approved", "2026-11-20")
    given = api.patch(path, json={"owner_id": company.outsider.user_id}, headers=ae).json()
    assert given["owner_id"] == company.outsider.user_id
    assert api.patch(path, json={"retire": True}, headers=ae).status_code == 403
    assert api.patch(path, json={"retire": True}, headers=outsider).json()["state"] == "retired"
    assert api.get(f"{LIBRARY}/lib_nothing", headers=ae).status_code == 404


def test_entries_are_approved_together_by_whom_policy_lets(api: TestClient, ae: Headers, manager: Headers) -> None:
    ids = take_over(api, ae)["added"]
    path, wanted = f"{LIBRARY}/approvals", {"entry_ids": ids}
    assert api.post(path, json=wanted, headers=ae).status_code == 403
    approved = api.post(path, json=wanted, headers=manager).json()
    assert {entry["state"] for entry in approved} == {"approved"}
    assert {entry["owner_id"] for entry in approved} != {entry["approved_by"] for entry in approved}


@pytest.mark.parametrize("verdict", ["approve", "reject"])
def test_a_proposed_change_is_decided_once_by_its_owner(
    api: TestClient, application: bootstrap.Application, ae: Headers, company: Company, outsider: Headers, verdict: str
) -> None:
    take_over(api, ae)
    entry = entry_of(api, ae, "hosted")
    with application.database.unit_of_work() as uow:
        library = application.rfps.library
        held = library.get(str(entry["id"]), viewer=company.ae, uow=uow)
        library.propose(
            held.id,
            question=held.question,
            answer="In Dublin.",
            language=held.language,
            viewer=company.outsider,
            uow=uow,
        )
    [change] = api.get(f"{LIBRARY}/proposals", headers=ae).json()
    path = f"{LIBRARY}/proposals/{change['id']}/decision"
    assert api.post(path, json={"verdict": verdict}, headers=outsider).status_code == 403
    decided = api.post(path, json={"verdict": verdict}, headers=ae)
    assert decided.status_code == 200, decided.text
    assert api.get(f"{LIBRARY}/proposals", headers=ae).json() == []
    assert entry_of(api, ae, "hosted")["answer"] == ("In Dublin." if verdict == "approve" else held.answer)
    assert api.post(path, json={"verdict": verdict}, headers=ae).status_code == 404
