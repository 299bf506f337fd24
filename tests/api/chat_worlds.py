"""A chat behind the API whose planner and steps do as they are told, and programs that talk to it."""

import json
from dataclasses import dataclass
from typing import Any

from fastapi.testclient import TestClient

from api.citation_words import in_words
from copilot import bootstrap
from copilot.domain.access import Viewer
from copilot.domain.conversation import Progress, TurnEvent
from copilot.domain.language import Language
from tests import approvals_builders as world
from tests.api.queue_client import Program
from tests.chat_builders import Chat, make_chat

Event = dict[str, Any]


def chat_of(application: bootstrap.Application, clock: Any, *, owner: Viewer) -> Chat:
    """The chat of this application, over the world of one account."""
    world.add_account(application.database, owner=owner)
    made = make_chat(application.database, clock, rules=application.policy.chat)
    # The application builds its chat once; this one stands in for it.
    vars(application)["chat"] = made.service
    return made


@dataclass(frozen=True)
class ServerEvent:
    """One event as it came over the wire."""

    name: str
    id: str
    data: Event


def events_of(text: str) -> list[ServerEvent]:
    """The events of a stream; comments and the time to wait are passed over."""
    found = []
    for block in text.split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if line and not line.startswith(":"))
        if "event" in fields:
            found.append(ServerEvent(fields["event"], fields.get("id", ""), json.loads(fields["data"])))
    return found


@dataclass(frozen=True)
class Talker:
    """Somebody's program that talks to the chat."""

    client: TestClient
    program: Program

    def start(self) -> str:
        """A new thread's id."""
        made = self.program.send("POST", "/chat/threads")
        assert made.status_code == 201, made.text
        return str(made.json()["id"])

    def ask(self, thread_id: str, message: str) -> Any:
        """Ask and wait."""
        return self.program.send("POST", f"/chat/threads/{thread_id}/turns", body={"message": message})

    def stream(self, method: str, path: str, *, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        """The answer to a request for events."""
        sent = (
            {"accept": "text/event-stream"}
            | {"authorization": f"Bearer {self.program.token}", "accept-language": "en"}
            | (headers or {})
        )
        return self.client.request(method, f"/api/v1{path}", json=body, headers=sent)


def kept(events: list[TurnEvent] | tuple[TurnEvent, ...]) -> list[Event]:
    """What is sent of them to a program that reads English when they are read again."""
    said = in_words(events, language=Language.EN)
    return [event.model_dump(mode="json") for event in said if not isinstance(event, Progress)]
