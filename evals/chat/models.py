"""What budgets, breaker and record add to the time of a model.

Run `python -m evals.chat.models`. Invariant: the same question goes to the same stand-in for an endpoint, in turn
through the product's door and through the bare client, in one process; the ratio is reported.
"""

import argparse
import json
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
from pydantic import BaseModel

from copilot import telemetry
from copilot.llm.client import chat_at
from copilot.llm.configured import ConfiguredModels
from copilot.llm.roles import Caller, ModelRole
from copilot.llm.structured import StructuredModel
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.database import Database
from evals import figures

COMMAND = "python -m evals.chat.models"
GOAL = figures.Goal(comparison="<=", threshold=1.1)
MODEL_SECONDS = 0.3
"""What the stand-in takes to answer: a quick model, so that the overhead shows."""
_ANSWER = {
    "id": "c", "object": "chat.completion", "created": 1, "model": "stand-in",
    "choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": '{"word": "yes"}'}}],
    "usage": {"prompt_tokens": 2000, "completion_tokens": 5, "total_tokens": 2005},
}  # fmt: skip


class Word(BaseModel):
    """One word."""

    word: str


def main() -> None:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--calls", type=int, default=100, help="calls timed on each side")
    wanted = parser.parse_args()
    telemetry.configure()
    with tempfile.TemporaryDirectory() as folder:
        data_dir = Path(folder)
        found = embedded.start(data_dir)
        database = Database(found.application_url, owner_url=found.owner_url)
        try:
            database.migrate()
            figure = measure(database, calls=wanted.calls)
        finally:
            database.dispose()
            embedded.stop(data_dir)
    print(figures.describe(figure))  # noqa: T201
    if wanted.record:
        figures.record([figure])


def measure(database: Database, *, calls: int) -> figures.Figure:
    """Time both sides in turn."""
    with _stand_in() as url:
        settings = Settings(OPENAI_BASE_URL=url, COPILOT_WRITER_MODEL="stand-in")
        models = ConfiguredModels(settings, database=database)
        ours = models.for_role(ModelRole.WRITER, caller=Caller("bench", "bench"))
        if ours is None:
            raise RuntimeError("the stand-in is no writer")
        endpoint = models.chain(ModelRole.WRITER)[0]
        chat = chat_at(endpoint, rules=models.policy.roles[ModelRole.WRITER], base_url=url)
        bare = StructuredModel(chat, name="stand-in")
        for model in (ours, bare):
            _ask(model)
        pairs = np.array([(_seconds(ours), _seconds(bare)) for _ in range(calls)])

    def ratio(drawn: np.ndarray) -> float:
        return float(np.percentile(drawn[:, 0], 95) / np.percentile(drawn[:, 1], 95))

    low, high = _interval(pairs, ratio)
    added = float(np.median(pairs[:, 0] - pairs[:, 1])) * 1000
    return figures.Figure(
        name="models.overhead.p95_ratio",
        language="-",
        value=round(ratio(pairs), 4),
        unit="x",
        n=calls,
        interval=(round(low, 4), round(high, 4)),
        interval_method="bootstrap over pairs, 2,000 draws, seed 7",
        goal=GOAL,
        command=COMMAND,
        measured_on=figures.today(),
        note=f"a stand-in that answers after {MODEL_SECONDS} s; {added:.1f} ms more at the median",
    )


def _ask(model: StructuredModel) -> None:
    model.ask(system="You answer with one word.", user="The same words again and again. " * 250, shape=Word)


def _seconds(model: StructuredModel) -> float:
    start = time.perf_counter()
    _ask(model)
    return time.perf_counter() - start


def _interval(pairs: np.ndarray, statistic: Callable[[np.ndarray], float]) -> tuple[float, float]:
    chooser = np.random.default_rng(7)
    drawn = [statistic(pairs[chooser.integers(0, len(pairs), len(pairs))]) for _ in range(2_000)]
    low, high = np.percentile(drawn, [2.5, 97.5])
    return float(low), float(high)


@contextmanager
def _stand_in() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(MODEL_SECONDS)
            content = json.dumps(_ANSWER).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            """Keep the output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()


if __name__ == "__main__":
    main()
