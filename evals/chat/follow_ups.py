"""Follow-up emails over every call and email of the demo company, checked by code against labels read from the texts.

Run: python -m evals.chat.follow_ups [--record] [--misses]. Invariant: the labels were written before the workflow was
first run; a case that fails is counted, and a miss is printed with its name.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.drafts import Draft, Segment
from copilot.errors import InputError
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.workflows.filed_draft import FiledDraft
from evals.chat.labelled import DAY, FAULTS, Count, Counts, Suite, run
from knowledge import demo_company

COMMAND = "python -m evals.chat.follow_ups --record"
LABELS = Path(__file__).parent / "data" / "follow_ups.toml"
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


def _measured(application: Application, viewer: Viewer) -> Counts:
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
) -> FiledDraft | None:
    try:
        return application.follow_ups.run(account_id, viewer=viewer, language=None, uow=uow, document_id=source.id)
    except InputError:
        return None


def _case(
    name: str, label: dict[str, Any], made: FiledDraft | None, documents: list[StoredDocument], counts: Counts
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
                day = DAY.search(cited)
                yield side or "", day[1] if day else "", f"{segment.text} {cited}"


def _sentences(name: str, made: FiledDraft, documents: list[StoredDocument], add: Any) -> None:
    """Every sentence: does a guardrail find it unsupported, and does it rest on something internal?"""
    notes = {item.id for item in documents if item.kind not in {DocumentKind.EMAIL, DocumentKind.TRANSCRIPT}}
    faults = {item.segment_id for item in made.report.findings if item.rule.startswith(FAULTS)}
    leaks = {item.segment_id for item in made.report.findings if item.rule.startswith(_LEAKS)}
    for segment in made.draft.segments():
        add("sentences_unsupported", f"{name}: {segment.text}", right=segment.id not in faults)
        inside = segment.id in leaks or _cites_inside(segment, made.draft, notes)
        add("sentences_internal", f"{name}: {segment.text}", right=not inside)


def _cites_inside(segment: Segment, draft: Draft, notes: set[str]) -> bool:
    cited = [draft.evidence_by_id[key] for key in segment.evidence_ids]
    return any(item.document_id in notes or item.account_id not in {None, draft.account_id} for item in cited)


def _note(measure: str) -> str:
    return f"{_NOTE}First run: {_FIRST[measure]}; rules were changed once after it."


SUITE = Suite("follow_up.demo", command=COMMAND, goals=_GOALS, note=_note, measured=_measured)

if __name__ == "__main__":
    raise SystemExit(run(SUITE, description=__doc__))
