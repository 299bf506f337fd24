"""Time of answering 350 questions of questionnaires without a model, against bare retrieval of the same questions.

Run: python -m evals.rfp.speed [--data DIR] [--questions N] [--record]. The questions are VSAQ's and those of the
project's own questionnaires; what is known are the policies of the benchmarks folder and all documents of the demo
company. DIR holds `questionnaires/` of any readable format and `policies/*.md`, in place of VSAQ and those policies.
Bare retrieval is the product's own search with the words of each question, and nothing else: nothing is read, judged,
written or kept. Everything is indexed and read ahead, as the background task does it after an import.
Invariant: both are timed in turn, in alternating order, in one process that has done nothing before; no question is
asked twice in a pass. The first pass counts what is loaded, on both sides what both need; the second finds it loaded.
Ratios of sums are reported, never times alone.
"""

import argparse
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import get_context
from pathlib import Path

import numpy as np

from copilot import bootstrap, telemetry
from copilot.bootstrap import Application
from copilot.domain.questionnaires import Question, Questionnaire
from copilot.retrieval.search import SearchRequest
from copilot.settings import Settings, load_settings
from copilot.workflows.chat.reading_ahead import read_ahead
from copilot.workflows.rfp.answering import QuestionAnswerer
from evals.chat.world import demo_world
from evals.figures import Figure, Goal, today
from evals.retrieval.collection import READER
from evals.rfp.layouts import made
from evals.rfp.world import EmptyLibrary, import_texts
from evals.suite import finish, skip
from knowledge import demo_company
from knowledge.questionnaires import read_pasted, read_questionnaire

_COMMAND = "python -m evals.rfp.speed --record"
READ_ON = date(2026, 11, 16)
_PASSAGES = 8
"""Of one bare search."""
_SEED = 7
_DRAWS = 2_000
_METHOD = f"bootstrap over questions, {_DRAWS:,} draws, seed {_SEED}"


@dataclass(frozen=True, slots=True)
class Pass:
    """Seconds of every question of one pass on each side, and of loading the model of the search, which both need."""

    ours: tuple[float, ...]
    bare: tuple[float, ...]
    loading: float = 0.0

    @property
    def ratio(self) -> float:
        """Of the whole pass."""
        return (self.loading + sum(self.ours)) / (self.loading + sum(self.bare))

    def interval(self) -> tuple[float, float]:
        """95 % of the ratio over questions drawn again; what is loaded is loaded once in each draw."""
        drawn = np.random.default_rng(_SEED).integers(0, len(self.ours), size=(_DRAWS, len(self.ours)))
        ours = self.loading + np.array(self.ours)[drawn].sum(axis=1)
        bare = self.loading + np.array(self.bare)[drawn].sum(axis=1)
        low, high = np.percentile(ours / bare, [2.5, 97.5])
        return round(float(low), 3), round(float(high), 3)


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description="Time of answering a questionnaire against bare retrieval.")
    parser.add_argument("--data", type=Path, help="folder with questionnaires/ and policies/ of your own")
    parser.add_argument("--questions", type=int, default=350, help="how many are asked at most")
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    wanted = parser.parse_args()
    telemetry.configure("error")
    benchmarks = load_settings().benchmarks_dir
    asked = wanted.data / "questionnaires" if wanted.data else benchmarks / "vsaq" / "questionnaires"
    policies = wanted.data / "policies" if wanted.data else benchmarks / "datica_policies"
    for folder in (asked, policies):
        if not folder.is_dir():
            return skip(folder)
    questions = questions_of(_read(asked, and_own=wanted.data is None), most=wanted.questions)
    measured = figures_of(*measure(questions, policies=policies))
    return finish(measured, own_data=not wanted.record or wanted.data is not None, published="the data with `--record`")


def measure(questions: Sequence[Question], *, policies: Path) -> tuple[Pass, Pass]:
    """Fill and index a workspace, then ask in a process that has done nothing before: the first and second pass."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(policies.glob("*.md"))}
    with demo_world() as world:
        application = world.application
        import_texts(texts, application)
        application.retrieval.embed_pending()
        read_ahead(application.database, application.retrieval.model.embedder)
        with ProcessPoolExecutor(max_workers=1, mp_context=get_context("spawn")) as fresh:
            return fresh.submit(_asked_afresh, application.settings.data_dir, questions).result()


def _asked_afresh(data_dir: Path, questions: Sequence[Question]) -> tuple[Pass, Pass]:
    telemetry.configure("error")
    # Modules are nobody's work: without this, whichever side is asked first would load them for both.
    import chromadb  # noqa: F401
    import onnxruntime  # noqa: F401
    import tokenizers  # noqa: F401

    given = {"COPILOT_DATA_DIR": data_dir, "COPILOT_TODAY": demo_company.company().today}
    application = bootstrap.build(Settings.model_validate(given))
    try:
        loading = _seconds(lambda: application.retrieval.search)
        answerer = QuestionAnswerer(application.retrieval, library=EmptyLibrary())
        ours, bare = partial(_answer, application, answerer), partial(_search, application)
        first = _in_turn(questions, ours=ours, bare=bare)
        return Pass(*first, loading=loading), Pass(*_in_turn(questions, ours=ours, bare=bare))
    finally:
        application.close()


def _in_turn(
    questions: Sequence[Question], *, ours: Callable[[Question], None], bare: Callable[[Question], None]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    times: tuple[list[float], list[float]] = ([], [])
    for place, question in enumerate(questions):
        sides = [(times[0], ours), (times[1], bare)]
        for kept, ask in sides if place % 2 else reversed(sides):
            kept.append(_seconds(partial(ask, question)))
    return tuple(times[0]), tuple(times[1])


def _answer(application: Application, answerer: QuestionAnswerer, question: Question) -> None:
    with application.database.unit_of_work() as uow:
        answerer.answer(
            question,
            questionnaire_language=question.language,
            account_id=None,
            viewer=READER,
            uow=uow,
            context=question.section,
        )


def _search(application: Application, question: Question) -> None:
    request = SearchRequest(query=question.text, account_ids=(), limit=_PASSAGES, language=question.language)
    with application.database.unit_of_work() as uow:
        application.retrieval.search.search(request, viewer=READER, uow=uow)


def _seconds(run: Callable[[], object]) -> float:
    begin = time.perf_counter()
    run()
    return time.perf_counter() - begin


def _read(folder: Path, *, and_own: bool) -> Iterable[Questionnaire]:
    files = [(path.name, path.read_bytes()) for path in sorted(folder.iterdir()) if path.is_file()]
    for name, content in [*files, *((file.name, file.content) for file in made() if and_own)]:
        if name.endswith(".txt"):
            yield read_pasted(content.decode(), today=READ_ON)
        else:
            yield read_questionnaire(name, content, today=READ_ON)


def questions_of(questionnaires: Iterable[Questionnaire], *, most: int) -> list[Question]:
    """The first of all, none with the words of another."""
    every = {question.text: question for item in questionnaires for question in item.questions if question.text.strip()}
    return list(every.values())[:most]


def figures_of(first: Pass, warm: Pass) -> list[Figure]:
    """Whole run, warm run, and what is behind them."""
    note = (
        "offline writer, empty library; policies and documents of the demo company, indexed and read ahead; bare: the "
        "same search with the question's words, nothing else"
    )
    loaded = f"{note}; from a new process, with what is loaded"
    goal = Goal(comparison="<=", threshold=2.0)
    return [
        _figure("ratio", first.ratio, first, unit="x", note=loaded, goal=goal, interval=first.interval()),
        _figure("ratio_warm", warm.ratio, warm, unit="x", note=f"{note}; second pass", interval=warm.interval()),
        _figure("first_pass", first.loading + sum(first.ours), first, unit=" s", note=loaded),
        _figure("warm_per_question", 1000 * sum(warm.ours) / len(warm.ours), warm, unit=" ms", note=note),
        _figure("bare_per_question", 1000 * sum(warm.bare) / len(warm.bare), warm, unit=" ms", note=note),
    ]


def _figure(
    name: str,
    value: float,
    timed: Pass,
    *,
    unit: str,
    note: str,
    goal: Goal | None = None,
    interval: tuple[float, float] | None = None,
) -> Figure:
    return Figure(
        name=f"rfp.speed.{name}",
        language="-",
        value=round(value, 3),
        unit=unit,
        n=len(timed.ours),
        interval=interval,
        interval_method=_METHOD if interval else None,
        goal=goal,
        command=_COMMAND,
        measured_on=today(),
        note=note,
    )


if __name__ == "__main__":
    raise SystemExit(main())
