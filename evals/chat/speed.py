"""Time of a turn of chat without a model at 10,000 accounts, and with 200 people asking at once.

Run `python -m evals.chat.speed`. A turn is measured against the least that could be called an answer: one search by the
product's own embedder over as many passages in Chroma, the account's row, and a filled template; no visibility, no
figures, no guardrails, no queue, nothing kept. Invariant: both are timed in turn on the same questions, in the same
process; ratios are reported, never times alone. Many users are compared with one user of the same run.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from copilot import bootstrap, telemetry
from copilot.bootstrap import Application
from copilot.domain import conversation as told
from copilot.domain.access import Role, Viewer
from copilot.domain.conversation import TurnState
from copilot.domain.language import Language
from copilot.llm.embeddings.e5 import E5Embedder
from copilot.settings import Settings
from copilot.store import embedded
from evals import figures
from evals.brief import bare_chain, large_company
from evals.chat.world import without_haste
from knowledge import demo_company

COMMAND = "python -m evals.chat.speed"
SEED = 7
_DRAWS = 2_000
_QUESTIONS = (
    "ARR de Company {n}?",
    "qué ha pasado con Company {n} en los últimos 30 días",
    "oportunidades abiertas de Company {n}",
    "what did Company {n} say about the renewal?",
    "how many open P1 tickets does Company {n} have",
    "what are the risks at Company {n}",
)
_TEMPLATE = "Account: {row}\n\nContext:\n{context}\n\nAnswer the question: {question}"


@dataclass(frozen=True, slots=True)
class Timed:
    """Seconds of one turn."""

    first: float
    """Until the first event that says what is being done."""
    shown: float
    """Until the first sentence, or the end where there is none."""
    total: float
    state: TurnState


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--passages", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=120, help="turns timed on each side")
    parser.add_argument("--users", type=int, default=200, help="people asking at once")
    wanted = parser.parse_args()
    telemetry.configure("error")
    size = large_company.Size(accounts=wanted.accounts, passages=wanted.passages)
    measured = measure(size, turns=wanted.turns, users=wanted.users)
    for figure in measured:
        sys.stdout.write(f"{figures.describe(figure)}\n    {figure.note}\n")
    if wanted.record:
        figures.record(measured)
    return 0


def measure(size: large_company.Size, *, turns: int, users: int) -> list[figures.Figure]:
    """Fill a workspace of its own and time everything in it."""
    with tempfile.TemporaryDirectory(prefix="sales-copilot-eval-") as folder, _company(Path(folder), size) as company:
        questions = _questions(turns, size=size)
        for question, _ in questions[:6]:
            company.ask(question, company.viewer)
        alone = [company.ask(question, company.viewer) for question, _ in questions]
        many = _at_once(company, users=users, size=size)
        bare = _bare(company, size=size)
        for question, number in questions[:3]:
            bare(question, number)
        against = [_seconds(partial(bare, *asked)) for asked in questions]
        return [*_turn_figures(alone, against, size=size), *_user_figures(alone, many, size=size)]


@dataclass(frozen=True, slots=True)
class _Company:
    application: Application
    viewer: Viewer
    texts: tuple[str, ...]
    models: Path

    def ask(self, question: str, viewer: Viewer) -> Timed:
        """One turn in a thread of its own, timed from the question on."""
        chat = self.application.chat
        with self.application.database.unit_of_work() as uow:
            thread_id = chat.start(viewer=viewer, uow=uow).id
        begin = time.perf_counter()
        first = shown = 0.0
        state = TurnState.FAILED
        for event in chat.ask(thread_id, question, viewer=viewer):
            now = time.perf_counter() - begin
            if not first and isinstance(event, told.Progress | told.Planned):
                first = now
            if not shown and isinstance(event, told.Sentence | told.Finished):
                shown = now
            if isinstance(event, told.Finished):
                state = event.state
        return Timed(first, shown, time.perf_counter() - begin, state)


@contextmanager
def _company(data_dir: Path, size: large_company.Size) -> "Iterator[_Company]":
    settings = Settings.model_validate({"COPILOT_DATA_DIR": data_dir, "COPILOT_TODAY": large_company.TODAY})
    application = without_haste(bootstrap.build(settings))
    try:
        texts = large_company.sample_texts(demo_company.FOLDER / "accounts")
        large_company.fill(application.database, size=size, texts=texts)
        viewer = Viewer(user_id="bench-admin", email=large_company.OWNER, name="Bench Admin", role=Role.ADMIN)
        yield _Company(application, viewer, tuple(item.text for item in texts), data_dir / "models")
    finally:
        application.close()
        embedded.stop(data_dir)


def _questions(turns: int, *, size: large_company.Size) -> list[tuple[str, int]]:
    chooser = random.Random(SEED)
    numbers = [chooser.randint(1, size.accounts) for _ in range(turns)]
    return [(_QUESTIONS[place % len(_QUESTIONS)].format(n=number), number) for place, number in enumerate(numbers)]


def _at_once(company: _Company, *, users: int, size: large_company.Size) -> list[Timed]:
    """Everybody asks one question at the same moment, each in a thread and conversation of their own."""
    people = _people(company, users)
    questions = _questions(users, size=size)
    together = threading.Barrier(users)
    done: list[Timed] = []
    lock = threading.Lock()

    def one(place: int) -> None:
        together.wait()
        timed = company.ask(questions[place][0], people[place])
        with lock:
            done.append(timed)

    workers = [threading.Thread(target=one, args=(place,)) for place in range(users)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return done


def _people(company: _Company, users: int) -> list[Viewer]:
    people = [
        Viewer(user_id=f"bench-{place}", email=f"p{place}@bench.invalid", name=f"Person {place}", role=Role.ADMIN)
        for place in range(users)
    ]
    with company.application.database.unit_of_work() as uow:
        run = uow.session.connection().exec_driver_sql
        for person in people:
            run(
                "insert into users (id, email, name, role, language, active, created_at)"
                " values (%s, %s, %s, 'admin', 'es', true, now())",
                (person.user_id, person.email, person.name),
            )
    return people


def _bare(company: _Company, *, size: large_company.Size) -> Callable[[str, int], str]:
    embedder = E5Embedder(company.models)
    collection = bare_chain.collection_of(
        company.texts, passages=size.passages, dimension=embedder.dimension, seed=SEED
    )
    retriever = bare_chain.ChromaRetriever(
        collection=collection, embed=lambda query: embedder.embed_query(query, Language.EN.value)
    )

    def bare(question: str, number: int) -> str:
        with company.application.database.unit_of_work() as uow:
            row = uow.session.connection().exec_driver_sql(
                "select * from accounts where name = %(name)s", {"name": f"Company {number}"}
            ).mappings().one()  # fmt: skip
        context = "\n".join(item.page_content for item in retriever.invoke(question))
        return _TEMPLATE.format(row=dict(row), context=context, question=question)

    return bare


def _seconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def _turn_figures(alone: Sequence[Timed], bare: Sequence[float], *, size: large_company.Size) -> list[figures.Figure]:
    note = (
        f"{size.accounts} accounts, {size.passages} passages, six kinds of question; against one search and a template"
    )
    against = np.array(bare)
    made = []
    for name, of in (("first_event", "first"), ("first_sentence", "shown"), ("total", "total")):
        ours = np.array([getattr(item, of) for item in alone])
        made += [
            _figure(f"{name}_ratio_{kind}", _at(ours, share) / _at(against, share), n=len(ours), note=note).model_copy(
                update={"interval": _interval(ours, against, share), "interval_method": _METHOD}
            )
            for kind, share in (("p50", 50.0), ("p95", 95.0))
        ]
        made.append(_figure(f"{name}_p95", 1000 * _at(ours, 95.0), unit="ms", n=len(ours), note=note))
    made.append(_figure("bare_p95", 1000 * _at(against, 95.0), unit="ms", n=len(against), note=note))
    return made


def _user_figures(alone: Sequence[Timed], many: Sequence[Timed], *, size: large_company.Size) -> list[figures.Figure]:
    note = f"{len(many)} people ask one question each at the same moment; {size.accounts} accounts; offline writer"
    failed = sum(item.state is TurnState.FAILED for item in many)
    one, together = np.array([item.total for item in alone]), np.array([item.total for item in many])
    spent = float(np.max(together))
    return [
        _figure("users_errors", failed, n=len(many), note=note, goal=figures.Goal(comparison="==", threshold=0)),
        _figure("users_p95_ratio", _at(together, 95.0) / _at(one, 95.0), n=len(many), note=f"{note}; against one user"),
        _figure("users_turns_per_second", len(many) / spent, n=len(many), note=note),
    ]


_METHOD = f"bootstrap over questions, {_DRAWS} draws, seed {SEED}"


def _at(values: np.ndarray, share: float) -> float:
    return float(np.percentile(values, share))


def _interval(ours: np.ndarray, bare: np.ndarray, share: float) -> tuple[float, float]:
    drawn = np.random.default_rng(SEED).integers(0, len(ours), size=(_DRAWS, len(ours)))
    ratios = np.percentile(ours[drawn], share, axis=1) / np.percentile(bare[drawn], share, axis=1)
    low, high = np.percentile(ratios, [2.5, 97.5])
    return round(float(low), 3), round(float(high), 3)


def _figure(
    name: str, value: float, *, n: int, note: str, unit: str = "", goal: figures.Goal | None = None
) -> figures.Figure:
    return figures.Figure(
        name=f"chat.speed.{name}", language="-", value=round(float(value), 3), unit=unit, n=n, goal=goal,
        command=COMMAND, measured_on=figures.today(), note=note,
    )  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
