"""What one does with an item over HTTP: decided, handed on, talked about, taken back, under strong ETags."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from copilot.domain.review_items import ReviewItem
from copilot.store.people import PeopleRepository
from tests import approvals_builders as world
from tests.api.queue_client import Program, program, submit
from tests.api.ready_app import ready_app
from tests.api.web_company import Company
from tests.conftest import MakeUser


@dataclass(frozen=True)
class People:
    """Programs of a requester and a manager, and who they are."""

    application: bootstrap.Application
    requester: Viewer
    manager: Viewer
    asks: Program
    decides: Program


@pytest.fixture
def api(application: bootstrap.Application) -> Iterator[TestClient]:
    with TestClient(ready_app(application), raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def people(api: TestClient, application: bootstrap.Application, make_user: MakeUser) -> People:
    requester = make_user("Rosa Prueba", role=Role.AE)
    manager = make_user("Mar Jefa", role=Role.MANAGER, language="en")
    world.add_account(application.database, owner=requester)
    world.add_email(application.database)
    return People(
        application,
        requester,
        manager,
        program(api, application, requester),
        program(api, application, manager),
    )


def test_the_etag_moves_with_every_change(people: People) -> None:
    item = submit(people.application, people.requester, audience=Audience.EXTERNAL)
    first = people.decides.tag(item.id)
    assert first == f'"{item.digest}.0"'
    claimed = people.decides.change("PUT", item.id, "claim")
    assert claimed.status_code == 200, claimed.text
    assert claimed.headers["etag"] == people.decides.tag(item.id) != first
    late = people.decides.send("PUT", f"/queue/{item.id}/assignee", body={"to": None}, tag=first)
    assert late.status_code == 412
    both = people.decides.send("DELETE", f"/queue/{item.id}/claim", tag=f"{first}, {late.headers['etag']}")
    assert both.status_code == 200
    assert people.decides.send("PUT", f"/queue/{item.id}/claim", tag="*").status_code == 200


def test_a_decision_that_is_repeated_answers_as_the_first_time(people: People) -> None:
    item = submit(people.application, people.requester, audience=Audience.EXTERNAL)
    body, tag = {"verdict": "approve", "digest": item.digest}, people.decides.tag(item.id)
    answers = [people.decides.send("POST", f"/queue/{item.id}/decisions", body=body, tag=tag) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    other = {"verdict": "reject", "digest": item.digest, "comment": "No."}
    assert people.decides.send("POST", f"/queue/{item.id}/decisions", body=other, tag=tag).status_code == 412
    now = people.decides.tag(item.id)
    assert people.decides.send("POST", f"/queue/{item.id}/decisions", body=other, tag=now).status_code == 409


def test_of_many_at_once_with_the_same_etag_one_wins(
    api: TestClient, people: People, application: bootstrap.Application, make_user: MakeUser
) -> None:
    item = submit(application, people.requester, audience=Audience.EXTERNAL)
    deciders = [program(api, application, make_user(role=Role.MANAGER)) for _ in range(8)]
    tag, body = people.decides.tag(item.id), {"verdict": "approve", "digest": item.digest}
    with ThreadPoolExecutor(max_workers=8) as executor:
        sent = [
            executor.submit(each.send, "POST", f"/queue/{item.id}/decisions", body=body, tag=tag) for each in deciders
        ]
        statuses = sorted(answer.result().status_code for answer in sent)
    assert statuses == [200] + [412] * 7


def test_the_content_is_named_in_the_body_too(people: People) -> None:
    item = submit(people.application, people.requester, audience=Audience.EXTERNAL)
    body = {"verdict": "approve", "digest": "0" * 64}
    answer = people.decides.change("POST", item.id, "decisions", body=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "digest_mismatch")


def test_changes_are_requested_made_and_compared(people: People) -> None:
    item = submit(people.application, people.requester, audience=Audience.EXTERNAL)
    assert people.decides.decide(item, "request_changes").status_code == 422
    sent_back = people.decides.decide(item, "request_changes", comment="Name the date.")
    assert sent_back.json()["state"] == "changes_requested"
    seen = people.asks.get(f"/queue/{item.id}").json()
    assert [(line["kind"], line["text"]) for line in seen["comments"]] == [("change_request", "Name the date.")]
    assert seen["allowed"]["edit"] is None
    texts = {"summary.1": "La cuenta factura 84.000 € cada año."}
    edited = people.asks.change("POST", item.id, "edits", body={"digest": item.digest, "texts": texts})
    assert edited.status_code == 201, edited.text
    new = edited.json()["entry"]["item"]["id"]
    assert edited.headers["location"] == f"/api/v1/queue/{new}"
    assert [line["version"] for line in edited.json()["versions"]] == [1, 2]
    address = edited.json()["versions"][0]["comparison"]
    compared = people.decides.get(address.removeprefix("/api/v1")).json()
    words = [(part["change"], part["text"].strip()) for line in compared["lines"] for part in line["parts"]]
    assert ("removed", "al") in words
    assert ("added", "cada") in words
    assert compared["unchanged"] == 2


def test_the_same_words_are_submitted_again(people: People) -> None:
    item = submit(people.application, people.requester, audience=Audience.EXTERNAL)
    assert people.decides.change("POST", item.id, "withdrawals").status_code == 403
    assert people.asks.change("POST", item.id, "withdrawals").json()["state"] == "withdrawn"
    again = people.asks.change("POST", item.id, "resubmissions")
    assert again.status_code == 201, again.text
    assert again.json()["entry"]["item"]["version"] == 2
    assert people.decides.change("POST", item.id, "resubmissions").status_code == 403


def test_a_brief_is_drafted_again(api: TestClient, application: bootstrap.Application, company: Company) -> None:
    asks, decides = (program(api, application, viewer) for viewer in (company.ae, company.manager))
    made = asks.send("POST", f"/accounts/{company.account_id}/briefs", body={"language": "es"})
    item = ReviewItem.model_validate(made.json()["entry"]["item"])
    early = decides.send("POST", f"/queue/{item.id}/redrafts", tag='"0.0"')
    assert early.status_code == 412
    decides.decide(item, "request_changes", comment="Más corto.")
    again = asks.change("POST", item.id, "redrafts")
    assert again.status_code == 201, again.text
    assert again.json()["entry"]["item"]["version"] == 2
    assert asks.get(f"/queue/{item.id}").json()["entry"]["item"]["state"] == "superseded"


def test_people_are_asked_and_answer(people: People, make_user: MakeUser) -> None:
    item = submit(people.application, people.requester, audience=Audience.EXTERNAL)
    asked = people.asks.get(f"/queue/{item.id}/assignable").json()
    assert {"id": people.manager.user_id, "name": "Mar Jefa", "role": "manager"} in asked
    assert people.requester.user_id not in {person["id"] for person in asked}
    answer = people.asks.change("PUT", item.id, "assignee", body={"to": people.manager.user_id})
    assert answer.json()["assignee_id"] == people.manager.user_id
    assert people.decides.get(f"/queue/{item.id}").json()["assignee_name"] == "Mar Jefa"
    listed = people.decides.get("/queue?assignee_id=me").json()["items"]
    assert [line["item"]["id"] for line in listed] == [item.id]
    stranger = make_user("Tom Otro", team="south")
    for nobody in (stranger.user_id, "user-none"):
        refused = people.asks.change("PUT", item.id, "assignee", body={"to": nobody})
        assert refused.status_code == 422
        assert "Tom" not in refused.text


def test_comments_need_no_etag_and_words(people: People) -> None:
    item = submit(people.application, people.requester)
    for text, status in (("Hola", 201), ("", 422), ("   ", 422), ("x" * 4_001, 422), ("a\0b", 422)):
        answer = people.asks.send("POST", f"/queue/{item.id}/comments", body={"text": text})
        assert answer.status_code == status, text[:5]
        assert answer.headers["content-type"].startswith("application/problem+json") is (status == 422)
    assert len(people.asks.get(f"/queue/{item.id}").json()["comments"]) == 1


def test_what_is_approved_is_copied_recalled_and_not_released(people: People) -> None:
    item = submit(people.application, people.requester, audience=Audience.EXTERNAL)
    assert people.asks.send("POST", f"/queue/{item.id}/copies").status_code == 409
    assert people.decides.decide(item, "approve").json()["state"] == "approved"
    assert "84.000" in people.asks.send("POST", f"/queue/{item.id}/copies").json()["text"]
    [waiting] = people.asks.get("/releases/waiting").json()
    assert waiting["item_id"] == item.id
    assert waiting["not_before"] is not None
    assert people.asks.get("/releases/parked").json() == []
    resolution = {"sent": True, "note": "Looked."}
    assert people.decides.change("POST", item.id, "release/resolution", body=resolution).status_code == 409
    assert people.decides.change("POST", item.id, "release/retry").status_code == 409
    assert people.asks.change("POST", item.id, "recalls").json()["state"] == "recalled"
    assert people.asks.get("/releases/waiting").json() == []


def test_several_are_rehearsed_and_approved_together(people: People) -> None:
    good = submit(people.application, people.requester)
    other = submit(people.application, people.requester, audience=Audience.EXTERNAL)
    digests = {good.id: good.digest, other.id: other.digest, "review_none": "0" * 64}
    dry = people.asks.send("POST", "/queue/approvals", body={"digests": digests, "dry_run": True}).json()
    assert [line["approved"] for line in dry["results"]] == [True, False, False]
    assert [line["code"] for line in dry["results"]] == [None, "not_allowed", "not_found"]
    assert people.asks.get(f"/queue/{good.id}").json()["entry"]["item"]["revision"] == 0
    assert people.asks.get("/releases/waiting").json() == []
    done = people.asks.send("POST", "/queue/approvals", body={"digests": digests, "dry_run": False}).json()
    assert done["approved"] == 1
    assert people.asks.get(f"/queue/{good.id}").json()["entry"]["item"]["state"] == "approved"
    for bad in ({}, {f"review_{number}": "x" for number in range(101)}):
        answer = people.asks.send("POST", "/queue/approvals", body={"digests": bad, "dry_run": True})
        assert answer.status_code == 422


def test_a_lent_right_decides_and_is_named(
    api: TestClient, people: People, application: bootstrap.Application, make_user: MakeUser
) -> None:
    colleague = make_user("Eva Colega", role=Role.CSM, language="en")
    with application.database.unit_of_work() as uow:
        PeopleRepository(uow).grant_account(world.ACCOUNT, user_id=colleague.user_id)
    acts = program(api, application, colleague)
    lent = people.decides.send(
        "POST", "/delegations", body={"delegate_email": colleague.email, "ends_at": "2026-11-20T00:00:00Z"}
    )
    assert lent.status_code == 201, lent.text
    wrong = (("La cuenta factura 85.000 € al año.", (world.ARR,)),)
    evidence = world.evidence_of(application.database, (world.ARR,), viewer=people.requester)
    draft = world.draft_about(evidence, wrong, audience=Audience.EXTERNAL)
    item = world.submit(application.database, draft, viewer=people.requester)
    assert acts.get("/queue?for_me=true").json()["items"]
    body = {"verdict": "approve", "digest": item.digest, "accepted_segments": ["summary.1"]}
    assert acts.change("POST", item.id, "decisions", body=body).status_code == 200
    [vote] = acts.get(f"/queue/{item.id}").json()["votes"]
    assert (vote["voter_name"], vote["on_behalf_of_name"], vote["role"]) == ("Eva Colega", "Mar Jefa", "manager")
    assert [line["in_force"] for line in acts.get("/delegations").json()["received"]] == [True]
    stranger = program(api, application, make_user("Tom Otro", team="south"))
    assert stranger.send("DELETE", f"/delegations/{lent.json()['id']}").status_code == 404
    assert people.decides.send("DELETE", f"/delegations/{lent.json()['id']}").status_code == 204
    for bad in (
        {"delegate_email": "nobody@tramontia.example", "ends_at": "2026-11-20T00:00:00Z"},
        {"delegate_email": colleague.email, "ends_at": "2026-11-10T00:00:00Z"},
        {"delegate_email": colleague.email, "ends_at": "2026-11-20T00:00:00"},
        {"delegate_email": colleague.email, "ends_at": "tomorrow"},
    ):
        assert people.decides.send("POST", "/delegations", body=bad).status_code == 422
