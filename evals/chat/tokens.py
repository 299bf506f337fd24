"""Tokens of evidence handed to a model for one question, against the whole account, at equal recall of the evidence.

Questions with known evidence: the promises of the demo company's truth files, asked in the account's language, and the
answerable development questions about accounts. Where the evidence is not among what is handed over, the question
counts as if the whole account had to be handed over besides: so both ways always hold the evidence. The evidence counts
as held when a stretch handed over has it, white space aside.

Run: python -m evals.chat.tokens
"""

import argparse
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.folding import flat
from copilot.domain.language import Language, detect
from copilot.domain.plans import SearchStep
from copilot.llm.embeddings.e5 import E5Embedder
from copilot.llm.tokens import count_tokens
from copilot.retrieval.indexing import embed_pending
from copilot.settings import Settings, load_settings
from copilot.store import embedded
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.workflows.brief.model_evidence import evidence_line
from copilot.workflows.chat.contract import Scene
from copilot.workflows.chat.search_step import MODEL_TOKENS, SearchRunner
from copilot.workflows.chat.spans import spans_of_told
from evals.brief import truth
from evals.figures import Figure, Goal
from evals.retrieval.scoring import scored
from evals.suite import finish
from knowledge import demo_company
from knowledge.progress import Silent

DEVELOPMENT = Path(__file__).parent / "data" / "search_development.toml"
_COMMAND = "python -m evals.chat.tokens"
_MOST_SHARE = 0.25
_NOTE = (
    f"selector with {MODEL_TOKENS} tokens of text; a question whose evidence is missed counts with the whole account"
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A question about an account, and texts any of which is its evidence."""

    account: str
    text: str
    language: Language
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """Tokens handed over, tokens of the whole account, and whether the evidence was among the former."""

    asked: Asked
    tokens: int
    whole: int
    held: bool

    @property
    def share(self) -> float:
        """Of the whole account, at equal recall."""
        return (self.tokens + (0 if self.held else self.whole)) / self.whole


def questions() -> Iterator[Asked]:
    """The questions, in the order of the files."""
    for story in truth.load():
        for promise in story.promises:
            language = detect(promise.quote)
            text = (
                f"¿A qué se comprometió {promise.who}? {promise.what}"
                if language is Language.ES
                else f"What did {promise.who} commit to? {promise.what}"
            )
            yield Asked(story.account, text, language, (promise.quote,))
    for item in tomllib.loads(DEVELOPMENT.read_text(encoding="utf-8"))["question"]:
        if item["account"] and item.get("answer"):
            yield Asked(item["account"], item["question"], Language(item["language"]), tuple(item["answer"]))


def measure(data_dir: Path) -> list[Measured]:
    """Load and index the demo in `data_dir`, and ask everything."""
    settings = Settings.model_validate({"data_dir": data_dir})
    application = bootstrap.build(settings)
    try:
        demo_company.load_people(application, password="not-used-here")  # noqa: S106
        application.close()
        application = bootstrap.build(settings)  # again: from here on, the business date is the demo's
        admin = next(person for person in demo_company.company().people if person.role is Role.ADMIN)
        demo_company.load_records(application, actor=admin, progress=Silent())
        embedder = E5Embedder(load_settings().data_dir / "models")
        embed_pending(application.database, embedder, shared=application.retrieval.shared)
        return list(_measured(application, admin))
    finally:
        application.close()
        embedded.stop(data_dir)


def _measured(application: Application, viewer: Viewer) -> Iterator[Measured]:
    runner = SearchRunner(application.retrieval)
    with application.database.unit_of_work() as uow:
        whole: dict[str, int] = {}
        for asked in questions():
            account = AccountRepository(uow).named(asked.account, viewer=viewer)[0]
            scene = Scene(
                viewer=viewer, uow=uow, today=application.clock.today(), language=asked.language, message=asked.text
            )
            if account.id not in whole:
                whole[account.id] = _whole_account(account.id, scene)
            step = SearchStep(question=asked.text, account_ids=(account.id,))
            telling, verdict = runner.look(step, scene, besides=(account.name,))
            handed = spans_of_told(verdict, telling.sentences, budget_tokens=MODEL_TOKENS)
            texts = [_plain(item.text) for item in handed]
            held = any(_plain(wanted) in text for wanted in asked.evidence for text in texts)
            yield Measured(asked, _tokens(handed, asked.language), whole[account.id], held)


def _whole_account(account_id: str, scene: Scene) -> int:
    """Every document of the account, whole, as one line of evidence each."""
    repository = DocumentRepository(scene.uow)
    heads = repository.of_account(account_id, viewer=scene.viewer)
    documents = [_document(head.id, scene.uow, scene.viewer) for head in heads]
    return _tokens(documents, scene.language)


def _document(document_id: str, uow: UnitOfWork, viewer: Viewer) -> Evidence:
    found = DocumentRepository(uow).for_viewer(document_id, viewer=viewer)
    return Evidence(
        id=f"passage:{document_id}",
        kind=EvidenceKind.PASSAGE,
        text=found.text,
        label=found.title,
        as_of=(found.authored_at or found.imported_at).date(),
        origin=found.origin,
    )


def _tokens(evidence: "tuple[Evidence, ...] | list[Evidence]", language: Language) -> int:
    return sum(
        count_tokens(evidence_line(item, number=place, language=language)) for place, item in enumerate(evidence, 1)
    )


def _plain(text: str) -> str:
    return " ".join(flat(text).replace("*", "").split())


def figures_of(measured: list[Measured]) -> list[Figure]:
    """Share of the account at equal recall, recall of what was handed over, and its tokens, by language."""
    made = []
    for language in ("es", "en"):
        items = [item for item in measured if item.asked.language == language]
        made += [
            scored(
                [item.share for item in items],
                name="chat.tokens.share_of_account",
                language=language,
                command=_COMMAND,
                goal=Goal(comparison="<=", threshold=_MOST_SHARE),
                note=_NOTE,
            ),
            scored(
                [float(item.held) for item in items],
                name="chat.tokens.evidence_recall",
                language=language,
                command=_COMMAND,
                note=_NOTE,
            ),
            scored(
                [float(item.tokens) for item in items],
                name="chat.tokens.handed_over",
                language=language,
                command=_COMMAND,
                note=_NOTE,
            ),
        ]
    return made


def main() -> int:
    """Measure, print and record; misses are printed with their question."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="sales-copilot-eval-") as name:
        measured = measure(Path(name))
    for item in measured:
        if not item.held:
            sys.stdout.write(f"missed: {item.asked.account}: {item.asked.text}\n")
    return finish(figures_of(measured), own_data=False)


if __name__ == "__main__":
    raise SystemExit(main())
