"""Search over the demo company: is the passage that answers a question among the first?

Questions and the documents and quotes that answer them: `knowledge/demo/truth/knowledge.toml`, written before and
apart from search; nothing was chosen on them. A question counts as answered when a passage of an answering document
that holds a quoted answer is found. Everything the asker may see is searched, accounts included.

Run: python -m evals.retrieval.demo
"""

import argparse
import re
import sys
import tempfile
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.llm.embeddings.port import Embedder
from copilot.retrieval.fusion import Weights
from copilot.retrieval.indexing import embed_pending
from copilot.retrieval.search import Search, SearchRequest
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from evals.figures import Figure, today
from evals.retrieval.collection import DENSE, FUSED, LEXICAL, models
from evals.statistics import wilson_interval
from evals.suite import finish
from knowledge import demo_company
from knowledge.progress import Silent

_COMMAND = "python -m evals.retrieval.demo"
_MARKS = re.compile(r"[*_`]+")
_DEPTHS = (1, 5, 10)
_NOT_FOUND = 99


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and what answers it."""

    text: str
    language: Language
    documents: tuple[str, ...]
    quotes: tuple[str, ...]
    across: bool
    """Whether only documents in the other language answer it."""


def read_questions(path: Path, *, table: str) -> list[Asked]:
    """The questions of one table of the truth file."""
    entries = tomllib.loads(path.read_text("utf-8"))[table]
    return [
        Asked(
            text=entry["question"],
            language=Language(entry["language"]),
            documents=tuple(entry["answer_documents"]),
            quotes=tuple(_plain(quote) for quote in entry["answer_quotes"]),
            across=entry["only_in_other_language"],
        )
        for entry in entries
    ]


def measure(data_dir: Path) -> list[Figure]:
    """Load the demo into `data_dir`, embed it, ask everything in three modes."""
    application = bootstrap.build(Settings.model_validate({"data_dir": data_dir, "embedding_model": "none"}))
    try:
        described = demo_company.load_people(application, password="not-used-here")  # noqa: S106
        admin = next(person for person in described.people if person.role is Role.ADMIN)
        demo_company.load_records(application, actor=admin, progress=Silent())
        embedder = models()["e5"]
        sys.stdout.write("embedding the demo's passages\n")
        sys.stdout.flush()
        embed_pending(application.database, embedder, shared=application.retrieval.shared)
        return _figures(application, embedder, described.people)
    finally:
        application.close()
        embedded.stop(data_dir)


def _figures(application: Application, embedder: Embedder, people: Sequence[Viewer]) -> list[Figure]:
    truth = demo_company.FOLDER / "truth" / "knowledge.toml"
    seller = next(person for person in people if person.role is Role.AE)
    manager = next(person for person in people if person.role is Role.MANAGER)
    staff = read_questions(truth, table="question")
    restricted = read_questions(truth, table="manager_question")
    shared = application.retrieval.shared
    searches = {
        LEXICAL: Search(embedder=None, shared=shared),
        DENSE: Search(embedder=embedder, shared=shared, weights=Weights(plain=0.0, exact_words=0.0)),
        FUSED: Search(embedder=embedder, shared=shared),
    }
    figures: list[Figure] = []
    with application.database.unit_of_work() as uow:
        for mode, search in searches.items():
            ranks = [rank_of_answer(search, item, viewer=seller, uow=uow) for item in staff]
            for language in Language:
                for across in (False, True):
                    chosen = [
                        rank
                        for item, rank in zip(staff, ranks, strict=True)
                        if (item.language, item.across) == (language, across)
                    ]
                    figures += _shares(chosen, mode=mode, direction=_direction(language, across=across))
        leaked = [rank_of_answer(searches[FUSED], item, viewer=seller, uow=uow) for item in restricted]
        found = [rank_of_answer(searches[FUSED], item, viewer=manager, uow=uow) for item in restricted]
    figures.append(_share("managers_only.answer_in_first_10_for_manager", "-", [rank <= 10 for rank in found]))
    figures.append(_share("managers_only.answer_in_first_10_for_seller", "-", [rank <= 10 for rank in leaked]))
    return figures


def rank_of_answer(search: Search, asked: Asked, *, viewer: Viewer, uow: UnitOfWork) -> int:
    """Place of the first passage that holds the answer; 99 if it is not among the first ten."""
    request = SearchRequest(query=asked.text, language=asked.language)
    documents = DocumentRepository(uow)
    for place, hit in enumerate(search.search(request, viewer=viewer, uow=uow).hits, start=1):
        path = documents.for_viewer(hit.document_id, viewer=viewer).source_path
        text = _plain(hit.evidence.text)
        if any(
            path == document and quote in text for document, quote in zip(asked.documents, asked.quotes, strict=True)
        ):
            return place
    return _NOT_FOUND


def _plain(text: str) -> str:
    return " ".join(_MARKS.sub("", text).split())


def _direction(language: Language, *, across: bool) -> str:
    other = Language.EN if language is Language.ES else Language.ES
    return f"{language.value}->{other.value if across else 'any'}"


def _shares(ranks: Sequence[int], *, mode: str, direction: str) -> list[Figure]:
    if not ranks:
        return []
    return [
        _share(f"answer_in_first_{depth}.{mode}", direction, [rank <= depth for rank in ranks]) for depth in _DEPTHS
    ]


def _share(name: str, language: str, outcomes: Sequence[bool]) -> Figure:
    return Figure(
        name=f"retrieval.demo.{name}",
        language=language,
        value=sum(outcomes) / len(outcomes),
        n=len(outcomes),
        interval=wilson_interval(sum(outcomes), len(outcomes)),
        interval_method="Wilson",
        command=_COMMAND,
        measured_on=today(),
        note="a passage that holds the quoted answer; few cases, wide intervals",
    )


def main() -> int:
    """Measure, print and record."""
    argparse.ArgumentParser(description="Search over the demo company.").parse_args()
    with tempfile.TemporaryDirectory(prefix="sales-copilot-eval-") as folder:
        return finish(measure(Path(folder)), own_data=False)


if __name__ == "__main__":
    raise SystemExit(main())
