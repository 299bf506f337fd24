"""Mistakes planted in the correct briefs of the demo company: how many are caught, and how many correct sentences are
called wrong?

Run: python -m evals.guardrails.planted. One mistake at a time, per language; how mistakes are made is in `planting`
and was written without regard to how they are found.
"""

import argparse
import random
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from copilot import bootstrap
from copilot.domain.access import Role
from copilot.domain.drafts import Draft, Section, Segment
from copilot.domain.findings import Finding, Severity
from copilot.domain.language import Language
from copilot.guardrails.detector import Context
from copilot.guardrails.figures import FiguresDetector
from copilot.guardrails.grounding import GroundingDetector
from copilot.guardrails.pipeline import read_again, run_detectors
from copilot.guardrails.surroundings import read_surroundings
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.accounts import AccountRepository
from evals.figures import Figure, Goal, describe, record, today
from evals.guardrails.planting import Kind, Known, Planter
from evals.statistics import wilson_interval
from knowledge import demo_company
from knowledge.progress import Silent

_COMMAND = "python -m evals.guardrails.planted"
_SEED = 20261121
_CAUGHT = Goal(comparison=">=", threshold=0.99)
_FALSE = Goal(comparison="<=", threshold=0.02)
_WITH_GOAL = frozenset({Kind.FIGURE, Kind.DATE, Kind.NAME})
_NOTE = (
    "one mistake at a time in briefs of the offline writer; caught: the sentence gets a finding of `grounding.` that "
    "holds the draft; the rules were developed with the correct briefs in view (the false alarms are of seen texts); "
    "before the misses were read, names were at 0.974, speakers at 0.941 (es) and 0.959 (en), "
    "negations at 0.114 and 0.214; "
)


@dataclass(slots=True)
class Count:
    """How many of how many, and what was missed."""

    hits: int = 0
    cases: int = 0
    missed: list[str] = field(default_factory=list)

    def add(self, *, hit: bool, text: str) -> None:
        """Count one sentence; `text` is kept when it is not a hit."""
        self.cases += 1
        self.hits += hit
        if not hit:
            self.missed.append(text)


@dataclass(slots=True)
class Result:
    """Counts by language and, for planted ones, kind."""

    caught: dict[tuple[Language, Kind], Count] = field(default_factory=lambda: defaultdict(Count))
    alarms: dict[Language, Count] = field(default_factory=lambda: defaultdict(Count))
    weak: dict[Language, Count] = field(default_factory=lambda: defaultdict(Count))
    redrawn: int = 0


def contexts() -> Iterator[Context]:
    """Briefs of every demo account in both languages, with evidence and surroundings as the guardrails read them."""
    with tempfile.TemporaryDirectory() as data_dir:
        application = bootstrap.build(Settings(COPILOT_DATA_DIR=Path(data_dir), COPILOT_EMBEDDINGS="none"))
        try:
            company = demo_company.load_people(application, password="only-for-this-run")  # noqa: S106
            admin = next(person for person in company.people if person.role is Role.ADMIN)
            demo_company.load_records(application, actor=admin, progress=Silent())
            with application.database.unit_of_work() as uow:
                accounts = [item.id for item in AccountRepository(uow).page(viewer=admin, limit=500).accounts]
            for account_id in accounts:
                for language in Language:
                    with application.database.unit_of_work() as uow:
                        made = application.briefs.run(
                            account_id, viewer=admin, language=language, uow=uow, as_of=company.today
                        )
                        yield Context(
                            draft=made.draft,
                            current=read_again(made.draft, viewer=admin, uow=uow),
                            snapshot=made.draft.evidence_by_id,
                            surroundings=read_surroundings(made.draft, viewer=admin, uow=uow),
                        )
        finally:
            application.close()
            embedded.stop(Path(data_dir))


def measure(found: Iterable[Context]) -> Result:
    """Every cited sentence once as it is, and once with each kind of mistake that fits it."""
    result = Result()
    for number, context in enumerate(found):
        draft = context.draft
        planter = Planter(
            language=draft.language,
            draft_text="\n".join(segment.text for segment in draft.segments()),
            known=_known(context),
            randomness=random.Random(_SEED + number),
        )
        for segment in draft.segments():
            if segment.evidence_ids:
                _sentence(segment, context, planter, result)
        result.redrawn += planter.redrawn
    return result


def _sentence(segment: Segment, context: Context, planter: Planter, result: Result) -> None:
    language = context.draft.language
    findings = _findings(segment, context)
    alarm = _holds(findings)
    result.alarms[language].add(hit=alarm, text=segment.text)
    result.weak[language].add(hit=bool(findings) and not alarm, text=segment.text)
    for kind in Kind:
        planted = planter.plant(segment, context.cited(segment), kind)
        if planted is not None:
            changed = segment.model_copy(update={"text": planted.text})
            hit = _holds(_findings(changed, context))
            result.caught[language, kind].add(hit=hit, text=f"{planted.way}: {planted.text}")


def _findings(segment: Segment, context: Context) -> list[Finding]:
    section = Section(key=segment.id.split(".")[0], title="", segments=(segment,))
    draft: Draft = context.draft.model_copy(update={"sections": (section,)})
    alone = Context(draft=draft, current=context.current, snapshot=context.snapshot, surroundings=context.surroundings)
    found = run_detectors([FiguresDetector(), GroundingDetector()], alone, time_limit=60)
    return [item for item in found if item.rule.startswith(("grounding.", "guardrail."))]


def _holds(findings: Iterable[Finding]) -> bool:
    return any(item.severity.rank >= Severity.HIGH.rank for item in findings)


def _known(context: Context) -> Known:
    around = context.surroundings
    own = context.draft.account_name
    companies = {own} if own else set()
    return Known(
        people=tuple(sorted(around.known_names)),
        companies=tuple(sorted(companies)),
        products=tuple(sorted(around.organisations - companies)),
    )


def figures_of(result: Result) -> list[Figure]:
    """Both error rates for each language."""
    made = [
        _figure(f"planted.{kind.value}.caught", language, count, _CAUGHT if kind in _WITH_GOAL else None)
        for (language, kind), count in result.caught.items()
    ]
    made += [_figure("planted.false_alarms", language, count, _FALSE) for language, count in result.alarms.items()]
    made += [_figure("planted.correct_called_weak", language, count, _FALSE) for language, count in result.weak.items()]
    note = f"{_NOTE}seed {_SEED}; {result.redrawn} planted values were in the cited evidence and drawn again"
    return [item.model_copy(update={"note": note}) for item in made]


def _figure(name: str, language: Language, count: Count, goal: Goal | None) -> Figure:
    return Figure(
        name=f"guardrails.grounding.{name}",
        language=language.value,
        value=round(count.hits / count.cases, 4),
        n=count.cases,
        interval=wilson_interval(count.hits, count.cases),
        interval_method="Wilson",
        goal=goal,
        command=_COMMAND,
        measured_on=today(),
    )


def main() -> int:
    """Measure, print and record; `--misses` also prints what was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="Ignored: the demo company comes with the project.")
    parser.add_argument("--misses", action="store_true")
    arguments = parser.parse_args()
    result = measure(contexts())
    made = figures_of(result)
    record(made)
    sys.stdout.writelines(f"{describe(figure)}\n" for figure in made)
    if arguments.misses:
        for (language, kind), count in result.caught.items():
            sys.stdout.writelines(f"{language.value} {kind.value} missed: {text}\n" for text in count.missed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
