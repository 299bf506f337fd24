"""A receiver of webhooks: a real HTTP server on this machine that keeps what it got and answers as told."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(frozen=True)
class Message:
    """What arrived."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answers`: statuses to give, in order; the last one stays. A status of 0 trickles an answer for ever."""

    port: int
    answers: list[int] = field(default_factory=lambda: [204])
    messages: list[Message] = field(default_factory=list)
    location: str = "http://127.0.0.1:1/elsewhere"

    def url(self, path: str = "/hook?tenant=1") -> str:
        return f"http://localhost:{self.port}{path}"


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that runs until the block ends."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            received.messages.append(Message(self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status = received.answers.pop(0) if len(received.answers) > 1 else received.answers[0]
            if status == 0:
                self._trickle()
                return
            self.send_response(status)
            self.send_header("Location", received.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def _trickle(self) -> None:
            for _ in range(200):
                try:
                    self.wfile.write(b"H")
                    self.wfile.flush()
                except OSError:
                    return
                time.sleep(0.05)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    received = Receiver(port=server.server_address[1])
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield received
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
