"""The client against a real local server that speaks /v1/chat/completions, well and badly."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pydantic import BaseModel

from copilot.domain.language import Language
from copilot.errors import ModelOutputError, ModelUnavailable
from copilot.llm.client import writer_model
from copilot.llm.structured import StructuredModel
from copilot.settings import Settings
from copilot.workflows.brief.model import BY_MODEL, ModelComposer
from copilot.workflows.brief.writers import select_writer
from tests.brief_builders import context


class Greeting(BaseModel):
    """A greeting."""

    word: str


class Endpoint:
    """A server with a script: each answer is (status, body) or a delay in seconds before an ordinary one."""

    def __init__(self, url: str, requests: list[dict[str, Any]]) -> None:
        self.url = url
        self.requests = requests

    def model(self, *, timeout: float = 5.0) -> StructuredModel:
        """The client as the settings make it."""
        settings = Settings(
            OPENAI_BASE_URL=self.url,
            OPENAI_API_KEY="test",
            COPILOT_MODEL_TIMEOUT=timeout,
        )
        return writer_model(settings, name="local-model")


def completion(content: str) -> dict[str, Any]:
    """An ordinary answer."""
    return {
        "id": "c1",
        "object": "chat.completion",
        "created": 1,
        "model": "local-model-q4",
        "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}}],
        "usage": {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18},
    }


@contextmanager
def endpoint(*script: tuple[int, Any] | float) -> Iterator[Endpoint]:
    """Serve the script on a free port; the last step repeats."""
    requests: list[dict[str, Any]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            requests.append(json.loads(body))
            step = script[min(len(requests), len(script)) - 1]
            if isinstance(step, float):
                time.sleep(step)
                step = (200, completion('{"word": "late"}'))
            status, payload = step
            content = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Retry-After", "0")
            self.end_headers()
            try:
                self.wfile.write(content)
            except BrokenPipeError:
                return  # the client had given up

        def log_message(self, *_: Any) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield Endpoint(f"http://127.0.0.1:{server.server_port}/v1", requests)
    finally:
        server.shutdown()
        server.server_close()


def test_a_valid_answer_comes_back_in_shape_with_its_tokens() -> None:
    with endpoint((200, completion('{"word": "hello"}'))) as served:
        answer = served.model().ask(system="s", user="u", shape=Greeting)
    assert answer.value == Greeting(word="hello")
    assert (answer.input_tokens, answer.output_tokens, answer.repaired) == (11, 7, False)
    assert answer.model == "local-model-q4"
    assert served.requests[0]["response_format"]["type"] == "json_schema"
    assert [message["role"] for message in served.requests[0]["messages"]] == ["system", "user"]


def test_a_malformed_answer_is_sent_back_once_with_what_is_wrong() -> None:
    with endpoint((200, completion('{"wrod": 1}')), (200, completion('{"word": "hello"}'))) as served:
        answer = served.model().ask(system="s", user="u", shape=Greeting)
    assert answer.repaired
    assert (answer.input_tokens, answer.output_tokens) == (22, 14)
    assert "word: Field required" in served.requests[1]["messages"][-1]["content"]


@pytest.mark.parametrize("nonsense", ["I am a teapot.", '{"word": ', "[]", ""])
def test_nonsense_twice_is_an_honest_failure(nonsense: str) -> None:
    with endpoint((200, completion(nonsense))) as served, pytest.raises(ModelOutputError, match="answered"):
        served.model().ask(system="s", user="u", shape=Greeting)
    assert len(served.requests) <= 2


def test_a_server_that_is_no_model_is_an_honest_failure() -> None:
    with endpoint((200, b"<html>It works!</html>")) as served, pytest.raises((ModelOutputError, ModelUnavailable)):
        served.model().ask(system="s", user="u", shape=Greeting)


@pytest.mark.parametrize(("status", "message"), [(429, "429"), (500, "500"), (401, "key"), (404, "404")])
def test_refusals_are_named(status: int, message: str) -> None:
    with endpoint((status, {"error": {"message": "no"}})) as served, pytest.raises(ModelUnavailable, match=message):
        served.model().ask(system="s", user="u", shape=Greeting)
    assert len(served.requests) == (3 if status in {429, 500} else 1)


def test_a_passing_refusal_is_survived() -> None:
    with endpoint((429, {"error": {"message": "slow down"}}), (200, completion('{"word": "hello"}'))) as served:
        assert served.model().ask(system="s", user="u", shape=Greeting).value.word == "hello"


def test_a_model_that_does_not_answer_in_time_is_given_up() -> None:
    with endpoint(1.5) as served, pytest.raises(ModelUnavailable, match="in time"):
        served.model(timeout=0.2).ask(system="s", user="u", shape=Greeting)


def test_an_address_where_nobody_listens_is_named() -> None:
    settings = Settings(OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    with pytest.raises(ModelUnavailable, match="cannot be reached"):
        writer_model(settings, name="m").ask(system="s", user="u", shape=Greeting)


def test_a_brief_is_written_over_http_and_falls_back_when_the_server_breaks() -> None:
    sections = [{"key": key, "segments": [{"text": "All is well.", "evidence": [1]}]} for key in BY_MODEL]
    good = completion(json.dumps({"sections": sections}))
    known = context(language=Language.EN)
    with endpoint((200, good)) as served:
        assert ModelComposer(served.model()).compose(known).provenance.writer == "model"
    with endpoint((500, {"error": {"message": "no"}})) as served:
        fallen = ModelComposer(served.model()).compose(known)
    assert fallen.provenance.writer == "offline"
    assert "status 500" in fallen.provenance.notes[0]


def test_the_settings_choose_the_writer() -> None:
    assert type(select_writer(Settings())).__name__ == "OfflineComposer"
    configured = Settings(COPILOT_WRITER_MODEL="m", OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert type(select_writer(configured)).__name__ == "ModelComposer"
