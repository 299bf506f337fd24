"""Follow-up emails over every call and email of the demo company, checked by code against labels read from the texts.

Run: python -m evals.chat.follow_ups [--record] [--misses]. Invariant: the labels were written before the workflow was
first run; a case that fails is counted, and a miss is printed with its name.
"""

import argparse
import re
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.drafts import Draft, Segment
from copilot.errors import InputError
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.workflows.follow_up import FollowUpResult
from evals.figures import Figure, Goal, describe, record, today
from evals.statistics import wilson_interval
from knowledge import demo_company
from knowledge.progress import Silent

COMMAND = "python -m evals.chat.follow_ups --record"
LABELS = Path(__file__).parent / "data" / "follow_ups.toml"
_DAY = re.compile(r"due_\S+: (\d{4}-\d{2}-\d{2})")
_FAULTS = ("grounding.", "evidence.", "figures.", "language.")
_LEAKS = ("leak.",)
_GOALS = {
    "recipients_right": (">=", 0.95),
    "language_right": (">=", 0.98),
    "register_right": (">=", 0.95),
    "commitments_found": (">=", 0.9),
    "commitments_invented": ("<=", 0.02),
    "sentences_unsupported": ("<=", 0.0),
    "sentences_internal": ("<=", 0.0),
}
_NOTE = (
    "Demo company, offline writer, no embeddings. Labels read from the texts before the first run, by who wrote the "
    "rules, so they flatter. "
)
_FIRST = {
    "recipients_right": "64 of 64 (en), 65 of 65 (es)",
    "language_right": "61 of 61 (en), 57 of 57 (es)",
    "register_right": "56 of 61 (en), 50 of 57 (es)",
    "commitments_found": "12 of 13 (en), 10 of 10 (es)",
    "commitments_invented": "1 of 14 (en), 3 of 21 (es)",
    "sentences_unsupported": "0 of 392 (en), 0 of 351 (es)",
    "sentences_internal": "0 of 392 (en), 2 of 351 (es)",
}
"""The first run, before any rule was changed after it; it cannot be run again."""


@dataclass(slots=True)
class Count:
    """Hits among cases, and the names of what went wrong."""

    hits: int = 0
    cases: int = 0
    misses: list[str] = field(default_factory=list)

    def add(self, name: str, *, right: bool) -> None:
        """Count one case; a wrong one keeps its name."""
        self.cases += 1
        self.hits += right
        if not right:
            self.misses.append(name)


Counts = dict[tuple[str, str], Count]
"""Measure and language -> count."""


def main() -> int:
    """Measure, print, record with `--record`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--misses", action="store_true", help="name every case that went wrong")
    wanted = parser.parse_args()
    counts = measure()
    figures = list(_figures(counts))
    for figure in figures:
        sys.stdout.write(f"{describe(figure)}\n")
    if wanted.misses:
        lines = (f"{name} ({language}): {miss}\n" for (name, language), c in counts.items() for miss in c.misses)
        sys.stdout.writelines(lines)
    if wanted.record:
        record(figures)
    return 0


def measure() -> Counts:
    """Load the demo into a workspace of its own and write one follow-up of every call and email."""
    with tempfile.TemporaryDirectory() as data_dir:
        application = bootstrap.build(Settings(COPILOT_DATA_DIR=Path(data_dir), COPILOT_EMBEDDINGS="none"))
        try:
            described = demo_company.load_people(application, password="only-for-this-run")  # noqa: S106
            admin = next(person for person in described.people if person.role is Role.ADMIN)
            demo_company.load_records(application, actor=admin, progress=Silent())
            return _measured(application, viewer=admin)
        finally:
            application.close()
            embedded.stop(Path(data_dir))


def _measured(application: Application, *, viewer: Viewer) -> Counts:
    counts: Counts = {}
    labels = tomllib.loads(LABELS.read_text(encoding="utf-8"))
    for slug, files in labels.items():
        with application.database.unit_of_work() as uow:
            account = AccountRepository(uow).named(_account_name(slug), viewer=viewer)[0]
            documents = DocumentRepository(uow).texts_of_account(account.id, viewer=viewer)
            for name, label in files.items():
                source = next(item for item in documents if item.source_path.endswith(f"{slug}/{_folder(name)}/{name}"))
                _case(
                    f"{slug}/{name}", label, _written(application, account.id, source, viewer, uow), documents, counts
                )
    return counts


def _account_name(slug: str) -> str:
    described = tomllib.loads((demo_company.FOLDER / "truth" / f"{slug}.toml").read_text(encoding="utf-8"))
    return str(described["account"])


def _folder(name: str) -> str:
    return "emails" if name.endswith(".eml") else "calls"


def _written(
    application: Application, account_id: str, source: StoredDocument, viewer: Viewer, uow: UnitOfWork
) -> FollowUpResult | None:
    try:
        return application.follow_ups.run(account_id, viewer=viewer, language=None, uow=uow, document_id=source.id)
    except InputError:
        return None


def _case(
    name: str, label: dict[str, Any], made: FollowUpResult | None, documents: list[StoredDocument], counts: Counts
) -> None:
    language = label.get("language", "es" if name.startswith("naviera") else "en")

    def add(measure: str, what: str, *, right: bool) -> None:
        counts.setdefault((measure, language), Count()).add(what, right=right)

    if label.get("error") or made is None:
        add("recipients_right", name, right=bool(label.get("error")) and made is None)
        return
    draft = made.draft
    add("recipients_right", f"{name}: {_people(draft)}", right=_people_right(draft, label))
    add("language_right", f"{name}: {draft.language.value}", right=draft.language.value == label["language"])
    register = draft.provenance.parameters["register"]
    add("register_right", f"{name}: {register}", right=register == label["register"])
    told = list(_told(draft))
    for side, day, words in label.get("owed", ()):
        found = any(item[:2] == (side, day) and words in item[2] for item in told)
        add("commitments_found", f"{name}: {words}", right=found)
    known = [words for _, _, words in label.get("owed", ())] + list(label.get("may", ()))
    for _, _, text in told:
        add("commitments_invented", f"{name}: {text}", right=any(words in text for words in known))
    _sentences(name, made, documents, add)


def _people(draft: Draft) -> tuple[list[str], list[str]]:
    email = draft.email
    boxes = (email.to, email.cc) if email else ((), ())
    to, cc = ([box.name.split()[0] for box in part] for part in boxes)
    return to, cc


def _people_right(draft: Draft, label: dict[str, Any]) -> bool:
    to, cc = _people(draft)
    first = label.get("to")
    return sorted([*to, *cc]) == sorted(label["all"]) and (first is None or to[0] == first)


def _told(draft: Draft) -> Iterator[tuple[str, str, str]]:
    """Side, day and text of what the email says is owed."""
    evidence = draft.evidence_by_id
    for section in draft.sections:
        side = {"theirs": "customer", "ours": "us"}.get(section.key)
        for segment in section.segments if side else ():
            if segment.evidence_ids:
                cited = " ".join(evidence[key].text for key in segment.evidence_ids)
                day = _DAY.search(cited)
                yield side or "", day[1] if day else "", f"{segment.text} {cited}"


def _sentences(name: str, made: FollowUpResult, documents: list[StoredDocument], add: Any) -> None:
    """Every sentence: does a guardrail find it unsupported, and does it rest on something internal?"""
    notes = {item.id for item in documents if item.kind not in {DocumentKind.EMAIL, DocumentKind.TRANSCRIPT}}
    faults = {item.segment_id for item in made.report.findings if item.rule.startswith(_FAULTS)}
    leaks = {item.segment_id for item in made.report.findings if item.rule.startswith(_LEAKS)}
    for segment in made.draft.segments():
        add("sentences_unsupported", f"{name}: {segment.text}", right=segment.id not in faults)
        inside = segment.id in leaks or _cites_inside(segment, made.draft, notes)
        add("sentences_internal", f"{name}: {segment.text}", right=not inside)


def _cites_inside(segment: Segment, draft: Draft, notes: set[str]) -> bool:
    cited = [draft.evidence_by_id[key] for key in segment.evidence_ids]
    return any(item.document_id in notes or item.account_id not in {None, draft.account_id} for item in cited)


def _figures(counts: Counts) -> Iterator[Figure]:
    """Shares; of what is invented, unsupported or internal, the share of wrong ones."""
    for (name, language), count in sorted(counts.items()):
        comparison, threshold = _GOALS[name]
        wrong = comparison == "<="
        hits = count.cases - count.hits if wrong else count.hits
        yield Figure(
            name=f"follow_up.demo.{name}",
            language=language,
            value=round(hits / count.cases, 4),
            n=count.cases,
            interval=wilson_interval(hits, count.cases),
            interval_method="Wilson",
            goal=Goal(comparison=comparison, threshold=threshold),
            command=COMMAND,
            measured_on=today(),
            note=f"{_NOTE}First run: {_FIRST[name]}; rules were changed once after it.",
        )


if __name__ == "__main__":
    raise SystemExit(main())
