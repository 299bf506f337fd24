"""Doctor's question to a model endpoint, against a server that speaks the protocol."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr

from copilot.errors import ConfigurationError, ModelUnavailable
from copilot.llm import diagnosis
from copilot.llm.diagnosis import check_endpoint
from copilot.llm.endpoints import chain_of
from copilot.llm.policy import load_model_policy
from copilot.llm.roles import ModelRole
from copilot.settings import Settings


class ModelsEndpoint(BaseHTTPRequestHandler):
    """Answers GET /v1/models; `/broken` answers with something else."""

    def do_GET(self) -> None:
        models = {"object": "list", "data": [{"id": "small-writer", "object": "model", "created": 0, "owned_by": "t"}]}
        body = b"<html>" if self.path.startswith("/broken") else json.dumps(models).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html" if body == b"<html>" else "application/json")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Keep the test's output clean."""


@pytest.fixture
def endpoint() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), ModelsEndpoint)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()
    thread.join()


def settings(url: str | None, *, model: str = "small-writer") -> Settings:
    return Settings(openai_base_url=url, writer_model=model, openai_api_key=None)


def check_writer(settings: Settings) -> str:
    """Check the writer's first model."""
    return check_endpoint(chain_of(settings, ModelRole.WRITER, policy=load_model_policy())[0])


def test_a_model_that_is_offered_is_fine(endpoint: str) -> None:
    assert check_writer(settings(f"{endpoint}/v1")) == "answers"


def test_a_model_that_is_not_offered_is_named_with_those_that_are(endpoint: str) -> None:
    with pytest.raises(ModelUnavailable, match="small-writer"):
        check_writer(settings(f"{endpoint}/v1", model="large-writer"))


@pytest.mark.parametrize("path", ["broken", None])
def test_nonsense_and_silence_say_what_to_check(endpoint: str, path: str | None) -> None:
    url = f"{endpoint}/{path}" if path else "http://127.0.0.1:1/v1"
    with pytest.raises(ModelUnavailable, match="OPENAI_BASE_URL") as caught:
        check_writer(settings(url).model_copy(update={"openai_api_key": SecretStr("hush-hush")}))
    assert "hush-hush" not in str(caught.value)


def test_no_endpoint_at_all_is_said() -> None:
    with pytest.raises(ModelUnavailable, match="no endpoint"):
        check_writer(settings(None))


def test_a_model_file_is_looked_at_without_being_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "small.gguf"
    with pytest.raises(ConfigurationError, match="cannot be read"):
        check_writer(Settings(COPILOT_LOCAL_MODEL=file))
    file.write_bytes(b"GGUF and so on")
    monkeypatch.setattr(diagnosis, "find_spec", lambda _: None)
    with pytest.raises(ConfigurationError, match=r"sales-copilot\[local\]"):
        check_writer(Settings(COPILOT_LOCAL_MODEL=file))
    monkeypatch.setattr(diagnosis, "find_spec", lambda name: name)
    assert check_writer(Settings(COPILOT_LOCAL_MODEL=file)) == "runs in this process"
