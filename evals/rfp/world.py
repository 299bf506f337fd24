"""A throw-away installation whose only knowledge is a folder of policies; it is asked one question at a time.

Invariant: documents go through the product's parser, cutter, store and index; nothing else is known, the answer library
is empty, and no language model has a role unless a file of one is given.
"""

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.domain.access import Viewer, Visibility
from copilot.domain.language import Language
from copilot.domain.questionnaires import Question, Questionnaire
from copilot.domain.rfp_answers import RfpAnswer
from copilot.llm.configured import ConfiguredModels
from copilot.llm.endpoints import LOCAL
from copilot.llm.roles import Caller, ModelRole
from copilot.llm.structured import StructuredModel
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.workflows.rfp.answering import QuestionAnswerer
from copilot.workflows.rfp.answering.contract import LibraryMatch
from copilot.workflows.rfp.answering.second_opinion import SecondOpinion
from copilot.workflows.rfp.answering.wording import Wording
from evals.retrieval.collection import READER, source_file_row
from knowledge.chunking import cut
from knowledge.parsers.markdown import parse_markdown


class EmptyLibrary:
    """No answers that were given before."""

    def candidates(
        self,
        question: str,  # noqa: ARG002 - the interface
        *,
        language: Language,  # noqa: ARG002 - the interface
        viewer: Viewer,  # noqa: ARG002 - the interface
        uow: UnitOfWork,  # noqa: ARG002 - the interface
        limit: int = 10,  # noqa: ARG002 - the interface
    ) -> tuple[LibraryMatch, ...]:
        """None."""
        return ()


@dataclass(frozen=True, slots=True)
class Unchecked:
    """Implements `Models`: the local model has whatever role it is asked for, fit or not."""

    models: ConfiguredModels

    def for_role(self, role: ModelRole, *, caller: Caller) -> StructuredModel:
        """It."""
        return self.models.open([self.models.endpoint(LOCAL)], role=role, caller=caller)


@dataclass(frozen=True, slots=True)
class World:
    """The installation and what answers in it."""

    application: Application
    answerer: QuestionAnswerer
    files: Mapping[str, str]
    """File of each document, by the document's id."""

    def answer(self, question: Question, *, questionnaire: Questionnaire) -> RfpAnswer:
        """As a project does it, with the headings above the question."""
        with self.application.database.unit_of_work() as uow:
            return self.answerer.answer(
                question,
                questionnaire_language=questionnaire.language,
                account_id=None,
                viewer=READER,
                uow=uow,
                context=question.section,
            )


@contextmanager
def open_world(texts: Mapping[str, str], *, model: Path | None = None, judge: Path | None = None) -> Iterator[World]:
    """Import and index `texts` (file name -> Markdown); stop the server in the end.

    `model`: GGUF file of the model that words answers; `judge`: of the one that may doubt them, found fit or not.
    """
    with tempfile.TemporaryDirectory(prefix="sales-copilot-eval-") as folder:
        data_dir = Path(folder)
        given: dict[str, object] = {"COPILOT_DATA_DIR": data_dir}
        if model or judge:
            given["COPILOT_LOCAL_MODEL"] = model or judge
        application = bootstrap.build(Settings.model_validate(given))
        try:
            files = import_texts(texts, application)
            application.retrieval.embed_pending()
            wording = Wording(application.models, application.guardrails) if model else None
            opinion = SecondOpinion(Unchecked(application.models), application.guardrails) if judge else None
            answerer = QuestionAnswerer(application.retrieval, library=EmptyLibrary(), wording=wording, opinion=opinion)
            yield World(application, answerer, files)
        finally:
            application.close()
            embedded.stop(data_dir)


def import_texts(texts: Mapping[str, str], application: Application) -> dict[str, str]:
    """Store Markdown files as documents for all staff. Returns the file of each document, by its id."""
    files = {}
    with application.database.unit_of_work() as uow:
        for name, text in texts.items():
            uow.session.add(source_file_row(name, uow.clock.now()))
            uow.flush()
            parsed = parse_markdown(text.encode(), name)
            stored = DocumentRepository(uow).replace(
                parsed, cut(parsed), source_file_id=name, visibility=Visibility.STAFF
            )
            files[stored] = name
    return files
