"""How fast texts are checked, as a ratio to Presidio's default analyzer on the same texts in the same run.

Also: whether either finds more of the same types, and whether the time of every text detector grows with the text's
length. The yardstick lives in an environment of its own: `make yardstick` first.

Run: python -m evals.guardrails.throughput [--data DIR]
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from copilot.domain.findings import Stage
from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.errors import UnavailableError
from copilot.guardrails.detector import Text, TextDetector
from copilot.guardrails.personal_data.analysis import find_personal_data
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.policy import default_guardrail_policy
from copilot.guardrails.registry import DETECTORS, text_detectors
from copilot.settings import load_settings
from evals.figures import Figure, Goal, today
from evals.guardrails.personal_data_gold import GoldText, read_presidio_research
from evals.guardrails.personal_data_scoring import Source, count, f2, figures
from evals.run import SKIPPED
from evals.statistics import bootstrap_interval
from evals.suite import finish

_ROOT = Path(__file__).parents[2]
_YARDSTICK = _ROOT / ".venv-yardstick" / "bin" / "python"
_COMMAND = "python -m evals.guardrails.throughput"
_PREFIX = "guardrails.throughput"
_HINTS = Hints(language=Language.EN, countries=("US", "GB"))
_BATCH = 75
_ROUNDS = 2
_THRESHOLDS = (0.0, 0.3, 0.4, 0.5, 0.6)
_SMALL, _TIMES_LARGER, _REPEATS = 100_000, 4, 3
_PRESIDIO_TYPES = {
    "PERSON": DataClass.PERSON,
    "EMAIL_ADDRESS": DataClass.EMAIL,
    "PHONE_NUMBER": DataClass.PHONE,
    "CREDIT_CARD": DataClass.CARD,
    "IBAN_CODE": DataClass.BANK_ACCOUNT,
    "US_SSN": DataClass.NATIONAL_ID,
    "US_DRIVER_LICENSE": DataClass.NATIONAL_ID,
    "US_ITIN": DataClass.NATIONAL_ID,
    "IP_ADDRESS": DataClass.IP_ADDRESS,
}
SHARED = frozenset(_PRESIDIO_TYPES.values())


@dataclass(frozen=True, slots=True)
class Answer:
    """What the yardstick took and found for one batch."""

    seconds: float
    spans: list[list[tuple[str, int, int, float]]]


class Yardstick:
    """The other analyzer, in its process."""

    def __init__(self, into: IO[str], out: IO[str]) -> None:
        self._into, self._out = into, out
        if not self._out.readline():
            raise UnavailableError("The yardstick does not start.", hint="Run `make yardstick` again.")

    def analyze(self, texts: Sequence[str]) -> Answer:
        """One batch."""
        self._into.write(json.dumps(list(texts)) + "\n")
        self._into.flush()
        answer = json.loads(self._out.readline())
        return Answer(answer["seconds"], [[(k, s, e, p) for k, s, e, p in items] for items in answer["spans"]])


@contextmanager
def yardstick() -> Iterator[Yardstick]:
    """Starts it and ends it."""
    script = Path(__file__).with_name("personal_data_yardstick.py")
    # Two paths of this project; no shell is involved.
    process = subprocess.Popen(  # noqa: S603
        [str(_YARDSTICK), str(script)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        encoding="utf-8",
    )
    if process.stdin is None or process.stdout is None:
        raise ValueError("the yardstick has no pipes")
    try:
        yield Yardstick(process.stdin, process.stdout)
    finally:
        process.stdin.close()
        process.wait(timeout=60)


def _batches(texts: Sequence[GoldText]) -> list[list[str]]:
    contents = [text.text for text in texts]
    return [contents[start : start + _BATCH] for start in range(0, len(contents), _BATCH)]


def _seconds(work: Callable[[str], object], batch: Sequence[str]) -> float:
    started = time.perf_counter()
    for text in batch:
        work(text)
    return time.perf_counter() - started


def speed_figures(texts: Sequence[GoldText], other: Yardstick) -> list[Figure]:
    """Ratios of characters per second, batch by batch in turn."""
    pipeline = Guardrails()

    def check(text: str) -> object:
        return pipeline.check_text(text, stage=Stage.CONTEXT, hints=_HINTS)

    def find(text: str) -> object:
        return find_personal_data(text, hints=_HINTS)

    batches = _batches(texts)
    for detector in text_detectors(pipeline.policy, Stage.CONTEXT):
        # Models are read on first use, without the pipeline's time limit.
        list(detector.inspect_text(Text(content=batches[0][0], hints=_HINTS, stage=Stage.CONTEXT)))
    _seconds(check, batches[0])
    other.analyze(batches[0])
    rows = [
        (_seconds(check, batch), _seconds(find, batch), other.analyze(batch).seconds, sum(map(len, batch)))
        for batch in batches * _ROUNDS
    ]
    found = []
    for name, column in (("context_stage", 0), ("find_personal_data", 1)):
        ratios = [row[2] / row[column] for row in rows]
        goal = Goal(comparison=">=", threshold=3.0)
        note = (
            f"{sum(row[3] for row in rows) / sum(row[column] for row in rows):,.0f} characters a second against "
            f"{sum(row[3] for row in rows) / sum(row[2] for row in rows):,.0f} of Presidio 2.2.366 with its small "
            "spaCy model (en_core_web_sm 3.8.0), same English texts one by one, in turn on one shared machine"
        )
        found.append(_ratio(f"{name}_to_presidio", ratios, goal=goal, note=note))
    return found


def _ratio(name: str, values: Sequence[float], *, goal: Goal, note: str) -> Figure:
    return Figure(
        name=f"{_PREFIX}.{name}",
        language="en",
        value=sum(values) / len(values),
        unit="x",
        n=len(values),
        interval=bootstrap_interval(values),
        interval_method="bootstrap over batches of 75 texts, 2,000 draws, seed 7",
        goal=goal,
        command=_COMMAND,
        measured_on=today(),
        note=note,
    )


def find_figures(texts: Sequence[GoldText], other: Yardstick) -> list[Figure]:
    """Recall, precision and F2 of both on the part that nothing was chosen on, over the types both have."""
    answers = {
        text: spans for batch in _batches(texts) for text, spans in zip(batch, other.analyze(batch).spans, strict=True)
    }
    choosing = [text for text in texts if not text.held_out]
    reported = [text for text in texts if text.held_out]
    threshold = max(_THRESHOLDS, key=lambda least: _f2_of(choosing, lambda text: _theirs(text, answers[text], least)))
    note = (
        "presidio_research, the half of templates that neither side's settings were chosen on; types both have: names, "
        "e-mails, telephones, cards, IBAN, US numbers, IP addresses. Presidio at the score threshold that is best for "
        f"it on the other half ({threshold:g})"
    )
    theirs = count(reported, lambda text: _theirs(text, answers[text], threshold))
    ours = count(reported, _ours)
    names = frozenset({DataClass.PERSON})
    found = []
    for label, clusters in (("presidio", theirs), ("ours", ours)):
        source = Source(prefix=f"{_PREFIX}.same_types.{label}", language="en", command=_COMMAND, note=note)
        found += figures(clusters, SHARED, source=source, label="all") + figures(
            clusters, names, source=source, label="names"
        )
    to_reach = next(item.value for item in found if ".presidio.f2.all" in item.name)
    goal = Goal(comparison=">=", threshold=round(to_reach, 3))
    return [item.model_copy(update={"goal": goal}) if ".ours.f2.all" in item.name else item for item in found]


def _theirs(text: str, spans: Sequence[tuple[str, int, int, float]], least: float) -> list[PersonalSpan]:
    return [
        PersonalSpan(_PRESIDIO_TYPES[kind], kind, start, end, text[start:end], score)
        for kind, start, end, score in spans
        if kind in _PRESIDIO_TYPES and score >= least
    ]


def _ours(text: str) -> list[PersonalSpan]:
    return [span for span in find_personal_data(text, hints=_HINTS) if span.data_class in SHARED]


def _f2_of(texts: Sequence[GoldText], find: Callable[[str], list[PersonalSpan]]) -> float:
    clusters = count(texts, find).values()
    marked, found, claimed, right = (
        sum(tally[item] for counts in clusters for item in SHARED for tally in [getattr(counts, name)])
        for name in ("marked", "found", "claimed", "right")
    )
    return f2(right / claimed if claimed else 1.0, found / marked if marked else 1.0)


def growth_figures(texts: Sequence[GoldText]) -> list[Figure]:
    """How much longer a text of four times the length takes, for every detector of texts."""
    sample = "\n".join(text.text for text in texts)
    small = (sample * (_SMALL // len(sample) + 1))[:_SMALL]
    large = small * _TIMES_LARGER
    policy = default_guardrail_policy()
    made = {name: factory(policy) for name, factory in DETECTORS.items()}
    found = []
    for name, detector in made.items():
        if isinstance(detector, TextDetector):
            ratios = [_took(detector, large) / _took(detector, small) for _ in range(_REPEATS)]
            found.append(_growth(name, sorted(ratios)))
    return found


def _took(detector: TextDetector, content: str) -> float:
    started = time.process_time()
    list(detector.inspect_text(Text(content=content, hints=_HINTS, stage=Stage.CONTEXT)))
    return max(time.process_time() - started, 1e-6)


def _growth(name: str, ratios: Sequence[float]) -> Figure:
    return Figure(
        name=f"{_PREFIX}.growth.{name}",
        language="-",
        value=ratios[len(ratios) // 2],
        unit="x",
        n=len(ratios),
        interval=(ratios[0], ratios[-1]),
        interval_method="smallest and largest of three runs",
        goal=Goal(comparison="<=", threshold=6.0),
        command=_COMMAND,
        measured_on=today(),
        note=f"time for {_SMALL * _TIMES_LARGER:,} characters over time for {_SMALL:,}; 4 is linear (processor time)",
    )


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description="Speed of the guardrails.")
    parser.add_argument("--data", type=Path, help="Folder with marked texts as presidio-research writes them.")
    arguments = parser.parse_args()
    folder = arguments.data or load_settings().benchmarks_dir / "presidio_research"
    texts = read_presidio_research(folder) if folder.is_dir() else []
    if not texts or not _YARDSTICK.exists():
        missing = f"no marked texts in {folder}" if not texts else "no .venv-yardstick; run `make yardstick` first"
        sys.stdout.write(f"Skipped: there is {missing}.\n")
        return SKIPPED
    with yardstick() as other:
        measured = speed_figures(texts, other) + find_figures(texts, other)
    measured += growth_figures(texts)
    return finish(measured, own_data=arguments.data is not None)


if __name__ == "__main__":
    raise SystemExit(main())
