"""The client against a server that speaks `/v1/embeddings` as OpenAI documents it."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest

from copilot.errors import ModelUnavailable
from copilot.llm.embeddings.openai_compatible import OpenAICompatibleEmbedder


class _Server(ThreadingHTTPServer):
    """Answers with `[length of the text, 1, 0]`; `mode` makes it misbehave."""

    mode = "well"
    requests: list[dict[str, Any]]


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.requests.append({"path": self.path, "key": self.headers["Authorization"], **body})
        rows = [
            {"object": "embedding", "index": index, "embedding": [float(len(text)), 1.0, 0.0]}
            for index, text in enumerate(body["input"])
        ]
        status = 200
        if self.server.mode == "short":
            rows = rows[1:]
        elif self.server.mode == "empty":
            rows = [{**row, "embedding": []} for row in rows]
        elif self.server.mode == "shuffled":
            rows.reverse()
        elif self.server.mode == "refuses":
            status = 401
        answer = json.dumps({"object": "list", "data": rows, "model": "m", "usage": {}}).encode()
        if self.server.mode == "nonsense":
            answer = b"<html>not here</html>"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_arguments: object) -> None:
        pass


@pytest.fixture
def server() -> Iterator[_Server]:
    found = _Server(("127.0.0.1", 0), _Handler)
    found.requests = []
    thread = threading.Thread(target=found.serve_forever)
    thread.start()
    yield found
    found.shutdown()
    thread.join()
    found.server_close()


def _embedder(server: _Server) -> OpenAICompatibleEmbedder:
    address = f"http://127.0.0.1:{server.server_port}/v1"
    return OpenAICompatibleEmbedder(model="m", api_key="secret-key", base_url=address, timeout_seconds=10)


def test_vectors_come_back_in_order_scaled_and_in_batches(server: _Server) -> None:
    texts = ["a" * (n % 7 + 1) for n in range(200)]
    vectors = _embedder(server).embed_passages(texts, ["en"] * 200)
    assert vectors.shape == (200, 3)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(vectors[:, 0] / vectors[:, 1], [len(text) for text in texts])
    assert [len(request["input"]) for request in server.requests] == [96, 96, 8]
    assert server.requests[0]["path"] == "/v1/embeddings"
    assert server.requests[0]["model"] == "m"
    assert server.requests[0]["key"] == "Bearer secret-key"


def test_order_follows_the_index_not_the_answer(server: _Server) -> None:
    server.mode = "shuffled"
    vectors = _embedder(server).embed_passages(["a", "aaaa"], ["en", "en"])
    assert vectors[0, 0] < vectors[1, 0]


def test_the_dimension_is_asked_once(server: _Server) -> None:
    embedder = _embedder(server)
    assert (embedder.dimension, embedder.dimension) == (3, 3)
    assert len(server.requests) == 1
    assert embedder.model_id == "openai:m"


@pytest.mark.parametrize("mode", ["short", "empty", "refuses", "nonsense"])
def test_a_wrong_answer_is_a_clear_error_without_the_key(server: _Server, mode: str) -> None:
    server.mode = mode
    with pytest.raises(ModelUnavailable) as caught:
        _embedder(server).embed_query("hola", "es")
    assert "COPILOT_EMBEDDINGS" in str(caught.value) or "OPENAI_BASE_URL" in str(caught.value)
    assert "secret-key" not in str(caught.value)


def test_nobody_listening_is_a_clear_error() -> None:
    embedder = OpenAICompatibleEmbedder(model="m", api_key="k", base_url="http://127.0.0.1:9/v1", timeout_seconds=2)
    with pytest.raises(ModelUnavailable):
        embedder.embed_query("hola", "es")
