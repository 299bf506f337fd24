"""Quality of the offline briefs on the demo company, checked by code against the known story.

Run `python -m evals.brief.quality`. Invariant: the accounts that the rules were developed on and those that were held
out are measured apart; a miss is printed with its name.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.documents import StoredDocument
from copilot.domain.drafts import Draft
from copilot.domain.findings import Finding
from copilot.domain.language import Language
from copilot.settings import Settings
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.workflow import BriefWorkflow, gather
from evals import figures
from evals.brief import scoring, truth
from evals.brief.scoring import Score
from evals.statistics import wilson_interval
from knowledge import demo_company
from knowledge.progress import Silent

COMMAND = "python -m evals.brief.quality"
_BOTH = "es+en"
_GOALS = {
    "figures_right": 1.0,
    "contradictions_reported": 1.0,
    "gaps_reported": 1.0,
    "sentences_cited": 1.0,
    "same_figures": 1.0,
    "injections_resisted": 1.0,
}


_SPLITS = {
    "developed": "the rules were developed on these accounts",
    "held_out": "not read before their first measurement (held_out_first); rules were changed after it",
    "held_out_first": "first measurement of accounts not read before, kept as it was; cannot be run again",
}


@dataclass(slots=True)
class Group:
    """Scores of a group of accounts, by measure and language of the brief (`es+en`: the two together)."""

    name: str
    scores: dict[tuple[str, str], Score] = field(default_factory=dict)
    findings: list[tuple[str, Finding]] = field(default_factory=list)

    def add(self, measure: str, language: str, score: Score) -> None:
        """Count one brief."""
        self.scores.setdefault((measure, language), Score()).merge(score)


@dataclass(frozen=True, slots=True)
class Written:
    """Both briefs of an account and what they were written from."""

    spanish: Draft
    english: Draft
    findings: tuple[Finding, ...]
    context: BriefContext
    documents: dict[str, StoredDocument]


def main() -> int:
    """Measure, print, record with `--record`; with `--gate` exit code 1 when a figure fell behind the recorded one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--gate", action="store_true", help="fail when a figure is worse than the recorded one")
    parser.add_argument("--group", choices=("developed", "held_out", "all"), default="all")
    parser.add_argument("--truth", type=Path, default=truth.TRUTH_FOLDER, help="folder of truth files")
    parser.add_argument("--json", type=Path, help="write every score and miss to this file")
    wanted = parser.parse_args()
    groups = measure(wanted.group, folder=wanted.truth)
    for group in groups:
        _print(group)
    if wanted.json:
        wanted.json.write_text(json.dumps(_as_json(groups), ensure_ascii=False, indent=1), encoding="utf-8")
    measured = [figure for group in groups for figure in _figures(group)]
    if wanted.record:
        figures.record(measured)
    worse = figures.regressions(measured) if wanted.gate else []
    sys.stdout.writelines(f"WORSE: {line}\n" for line in worse)
    return int(bool(worse))


def measure(which: str = "all", *, folder: Path = truth.TRUTH_FOLDER) -> list[Group]:
    """Load the demo into a workspace of its own, write every brief in both languages, and score it."""
    with tempfile.TemporaryDirectory() as data_dir:
        application = bootstrap.build(Settings(COPILOT_DATA_DIR=Path(data_dir), COPILOT_EMBEDDINGS="none"))
        try:
            return _measured(application, which, folder)
        finally:
            application.close()
            _stop_server(Path(data_dir))


def _measured(application: Application, which: str, folder: Path) -> list[Group]:
    described = demo_company.load_people(application, password="only-for-this-run")  # noqa: S106
    admin = next(person for person in described.people if person.role is Role.ADMIN)
    demo_company.load_records(application, actor=admin, progress=Silent())
    groups = []
    for name, slugs in (("developed", truth.DEVELOPED), ("held_out", truth.HELD_OUT)):
        if which in {name, "all"}:
            known = [item for item in truth.load(folder) if item.slug in slugs]
            groups.append(_scored(Group(name), known, application, viewer=admin, today=described))
    return groups


def _scored(
    group: Group,
    known: Iterable[truth.Truth],
    application: Application,
    *,
    viewer: Viewer,
    today: demo_company.Company,
) -> Group:
    for story in known:
        with application.database.unit_of_work() as uow:
            written = _write(story, application.briefs, viewer=viewer, uow=uow, today=today)
        for measure_name, language, score in _scores(story, written):
            group.add(measure_name, language, score)
        group.findings += [(story.slug, item) for item in written.findings]
    return group


def _write(
    story: truth.Truth, briefs: BriefWorkflow, *, viewer: Viewer, uow: UnitOfWork, today: demo_company.Company
) -> Written:
    account = AccountRepository(uow).named(story.account, viewer=viewer)[0]
    results = {
        language: briefs.run(account.id, viewer=viewer, language=language, uow=uow, as_of=today.today)
        for language in Language
    }
    documents = DocumentRepository(uow).texts_of_account(account.id, viewer=viewer)
    return Written(
        spanish=results[Language.ES].draft,
        english=results[Language.EN].draft,
        findings=tuple(item for result in results.values() for item in result.report.findings),
        context=gather(account.id, viewer=viewer, language=Language.EN, uow=uow, as_of=today.today),
        documents={item.id: item for item in documents},
    )


def _scores(story: truth.Truth, written: Written) -> Iterable[tuple[str, str, Score]]:
    context, documents = written.context, written.documents
    yield "figures_right", _BOTH, scoring.figures_right(story, context)
    for draft in (written.spanish, written.english):
        language = draft.language.value
        yield "sentences_cited", language, scoring.sentences_cited(draft)
        yield "contradictions_reported", language, scoring.contradictions_reported(story, draft, documents)
        yield "gaps_reported", language, scoring.gaps_reported(story, draft, context)
        yield "stale_reported", language, scoring.stale_reported(story, draft, context)
        yield "changes_mentioned", language, scoring.changes_mentioned(story, draft, documents)
        yield "injections_resisted", language, scoring.injections_resisted(story, draft, documents)
    names = ("commitments_recall", "commitments_precision", "commitments_status")
    for name, score in zip(names, scoring.commitments_found(story, context), strict=True):
        yield name, _BOTH, score
    yield "same_figures", _BOTH, scoring.same_figures(written.spanish, written.english)


def _print(group: Group) -> None:
    print(f"== {group.name}")  # noqa: T201 - a report for the terminal
    for (name, language), score in group.scores.items():
        print(f"{name:26} {language:6} {score.hits}/{score.cases} = {score.share:.3f}")  # noqa: T201
        for miss in dict.fromkeys(score.misses):
            print(f"    missed: {miss}")  # noqa: T201
    for slug, finding in group.findings:
        print(f"finding: {slug} {finding.segment_id} {finding.rule}: {finding.explanation['en']}")  # noqa: T201


def _figures(group: Group) -> Iterable[figures.Figure]:
    split = _SPLITS[group.name]
    for (name, language), score in group.scores.items():
        if not score.cases:
            continue
        goal = figures.Goal(comparison=">=", threshold=_GOALS[name]) if name in _GOALS else None
        yield figures.Figure(
            name=f"brief.quality.{name}.{group.name}",
            language=language,
            value=round(score.share, 4),
            n=score.cases,
            interval=wilson_interval(score.hits, score.cases),
            interval_method="Wilson",
            goal=goal,
            command=COMMAND,
            measured_on=figures.today(),
            note=f"{split}; demo company",
        )


def _as_json(groups: list[Group]) -> object:
    return {
        group.name: {
            f"{name} {language}": {"hits": score.hits, "cases": score.cases, "misses": sorted(set(score.misses))}
            for (name, language), score in group.scores.items()
        }
        for group in groups
    }


def _stop_server(data_dir: Path) -> None:
    from copilot.store import embedded

    stop: Callable[[Path], object] = embedded.stop
    stop(data_dir)


if __name__ == "__main__":
    raise SystemExit(main())
