"""A real local server that speaks /v1/chat/completions, well and badly."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from copilot.llm.configured import ConfiguredModels
from copilot.llm.roles import Caller, ModelRole
from copilot.llm.structured import StructuredModel
from copilot.settings import Settings
from copilot.store.database import Database

CALLER = Caller(user_id="user-1", team_id="north")


@dataclass(frozen=True)
class Reply:
    """One answer of the server."""

    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    wait: float = 0.0
    """Seconds before it begins."""
    drip: float = 0.0
    """Seconds between its bytes."""
    events: tuple[str, ...] = ()
    """A stream of server-sent events instead of a body."""
    breaks_off: bool = False
    """The connection ends before the answer does."""


def completion(content: str, *, finish_reason: str = "stop", usage: tuple[int, int] | None = (11, 7)) -> dict[str, Any]:
    """An ordinary answer."""
    message = {"role": "assistant", "content": content}
    counted = (
        {"usage": {"prompt_tokens": usage[0], "completion_tokens": usage[1], "total_tokens": sum(usage)}}
        if usage
        else {}
    )
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "local-model-q4",
        "choices": [{"index": 0, "finish_reason": finish_reason, "message": message}],
        **counted,
    }


def said(content: str, **changes: Any) -> Reply:
    """A good answer."""
    return Reply(body=completion(content, **changes))


def streamed(*words: str, **changes: Any) -> Reply:
    """A good answer word by word."""
    chunks = [
        {
            "id": "c1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "delta": {"role": "assistant", "content": word},
                    "finish_reason": "stop" if position == len(words) else None,
                }
            ],
        }
        for position, word in enumerate(words, start=1)
    ]
    return Reply(events=(*(json.dumps(chunk) for chunk in chunks), "[DONE]"), **changes)


def refused(status: int, *, message: str = "no", **headers: str) -> Reply:
    """An error of the endpoint."""
    return Reply(
        status, {"error": {"message": message}}, {name.replace("_", "-"): value for name, value in headers.items()}
    )


class Endpoint:
    """A running server and what it was asked."""

    def __init__(self, url: str, requests: list[dict[str, Any]], keys: list[str | None]) -> None:
        self.url = url
        self.requests = requests
        self.keys = keys

    def settings(self, *, timeout: float = 5.0, **changes: Any) -> Settings:
        """Settings whose writer is behind this server."""
        return Settings(**{
            "OPENAI_BASE_URL": self.url,
            "OPENAI_API_KEY": "test",
            "COPILOT_MODEL_TIMEOUT": timeout,
            "COPILOT_WRITER_MODEL": "local-model",
            **changes,
        })  # fmt: skip

    def model(self, database: Database, *, timeout: float = 5.0, **changes: Any) -> StructuredModel:
        """The writer as the settings make it."""
        return writer_of(self.settings(timeout=timeout, **changes), database)


def writer_of(
    settings: Settings, database: Database, *, caller: Caller = CALLER, sleep: Callable[[float], None] = lambda _: None
) -> StructuredModel:
    """The model of the writer's role, which is there."""
    model = ConfiguredModels(settings, database=database, sleep=sleep).for_role(ModelRole.WRITER, caller=caller)
    assert model is not None
    return model


@contextmanager
def endpoint(*script: Reply) -> Iterator[Endpoint]:
    """Serve the script on a free port; the last reply repeats."""
    requests: list[dict[str, Any]] = []
    keys: list[str | None] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append(json.loads(body))
            keys.append(self.headers.get("Authorization"))
            reply = script[min(len(requests), len(script)) - 1]
            time.sleep(reply.wait)
            try:
                _send(self, reply)
            except (BrokenPipeError, ConnectionResetError):
                return  # the client had given up

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Endpoint(f"http://127.0.0.1:{server.server_port}/v1", requests, keys)
    finally:
        server.shutdown()
        server.server_close()


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    handler.send_response(reply.status)
    for name, value in reply.headers.items():
        handler.send_header(name, value)
    if reply.events:
        handler.send_header("Content-Type", "text/event-stream")
        handler.end_headers()
        for event in reply.events:
            handler.wfile.write(f"data: {event}\n\n".encode())
            handler.wfile.flush()
            time.sleep(reply.drip)
        return
    content = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    if reply.breaks_off:
        handler.wfile.write(content[: len(content) // 2])
        return
    for position in range(len(content)) if reply.drip else ():
        handler.wfile.write(content[position : position + 1])
        handler.wfile.flush()
        time.sleep(reply.drip)
    if not reply.drip:
        handler.wfile.write(content)
