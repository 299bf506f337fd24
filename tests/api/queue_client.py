"""A program that works on the queue over HTTP for one person."""

from dataclasses import dataclass
from typing import Any

import httpx
from fastapi.testclient import TestClient

from copilot import bootstrap
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience
from copilot.domain.review_items import ReviewItem
from tests import approvals_builders as world

Answer = Any
"""An answer of the test client."""


@dataclass(frozen=True)
class Program:
    """Sends the token of a person, and the ETag that it last read."""

    client: httpx.Client | TestClient
    token: str

    def send(self, method: str, path: str, *, body: object = None, tag: str | None = None) -> Answer:
        headers = {"authorization": f"Bearer {self.token}", "accept-language": "en"}
        headers |= {} if tag is None else {"if-match": tag}
        return self.client.request(method, f"/api/v1{path}", json=body, headers=headers)

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def tag(self, item_id: str) -> str:
        answer = self.get(f"/queue/{item_id}")
        assert answer.status_code == 200, answer.text
        return str(answer.headers["etag"])

    def change(self, method: str, item_id: str, action: str, *, body: object = None) -> Answer:
        """Change an item as it is now."""
        return self.send(method, f"/queue/{item_id}/{action}", body=body, tag=self.tag(item_id))

    def decide(self, item: ReviewItem, verdict: str, *, comment: str | None = None) -> Answer:
        body = {"verdict": verdict, "digest": item.digest, "comment": comment}
        return self.change("POST", item.id, "decisions", body=body)


def program(client: httpx.Client | TestClient, application: bootstrap.Application, viewer: Viewer) -> Program:
    with application.database.unit_of_work() as uow:
        _, secret = application.people.create_api_token(viewer, name="t", valid_for=None, uow=uow)
    return Program(client, secret)


def submit(application: bootstrap.Application, viewer: Viewer, *, audience: Audience = Audience.INTERNAL) -> ReviewItem:
    draft = world.good_draft(application.database, viewer=viewer, audience=audience)
    with application.database.unit_of_work() as uow:
        report = application.guardrails.check_draft(draft, viewer=viewer, uow=uow)
        return application.approvals.submit(draft, report, viewer=viewer, uow=uow)
