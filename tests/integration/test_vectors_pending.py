"""Passages that only their words find so far: whoever asks is told, and what is answered better before long waits."""

import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from copilot import bootstrap
from copilot.cli import rfp_waiting
from copilot.cli.acting import Acting
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.plans import SearchStep
from copilot.domain.questionnaires import Place, Question
from copilot.domain.rfp_answers import NoticeCode
from copilot.jobs import Task
from copilot.llm.embeddings import EmbedderChoice
from copilot.retrieval.search import Search
from copilot.retrieval.service import RetrievalService
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.workflows.chat.contract import Found
from copilot.workflows.chat.search_step import SearchRunner
from copilot.workflows.rfp.answering import QuestionAnswerer
from copilot.workflows.rfp.assembly import rfp_work
from copilot.workflows.rfp.running import RfpRuns
from tests import chat_answer_world as chat
from tests.conftest import MakeUser
from tests.integration.test_rfp_answering import Library
from tests.retrieval_support import WordEmbedder
from tests.rfp_builders import RULES, make_rfp

TEXT = "Backups are encrypted with AES-256. They are kept for 35 days in Frankfurt."
ASKED = "How long are backups kept?"


@pytest.fixture
def asker(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", role=Role.AE, language="en")


@pytest.fixture
def application(database: Database, tmp_path: Path) -> bootstrap.Application:
    """With a model and one document that it has not read yet."""
    built = bootstrap.assemble(Settings.model_validate({"COPILOT_DATA_DIR": tmp_path}), database=database)
    embedder = WordEmbedder()
    cast("Any", built.retrieval)._choice = EmbedderChoice(embedder=embedder)  # in place of the slow one
    cast("Any", built.retrieval)._search = Search(embedder=embedder, shared=built.retrieval.shared)
    chat.add_text(database, "Backups", TEXT, account_id=None, author=None, language=Language.EN)
    return built


def found_in_chat(application: bootstrap.Application, asker: Viewer, language: Language) -> Found:
    with application.database.unit_of_work() as uow:
        scene = chat.scene(uow, asker, ASKED, language=language)
        return SearchRunner(application.retrieval)(SearchStep(question=ASKED), scene)


def notices_of_answer(application: bootstrap.Application, asker: Viewer) -> set[NoticeCode]:
    asked = Question(id="q1", text=ASKED, place=Place(address="A1"), language=Language.EN)
    with application.database.unit_of_work() as uow:
        answer = QuestionAnswerer(application.retrieval, library=Library()).answer(
            asked, questionnaire_language=Language.EN, account_id=None, viewer=asker, uow=uow
        )
    return {notice.code for notice in answer.notices}


def test_answers_say_so_until_everything_is_indexed(application: bootstrap.Application, asker: Viewer) -> None:
    (notice,) = found_in_chat(application, asker, Language.EN).notices
    assert notice.startswith("1 of 1 passages are still to be indexed by meaning")
    assert "Faltan por indexar por significado 1 de 1" in found_in_chat(application, asker, Language.ES).notices[0]
    assert NoticeCode.WORDS_ONLY in notices_of_answer(application, asker)
    application.retrieval.embed_pending()
    assert found_in_chat(application, asker, Language.EN).notices == ()
    assert NoticeCode.WORDS_ONLY not in notices_of_answer(application, asker)


def test_a_run_in_the_background_waits_for_the_worker_that_indexes(
    application: bootstrap.Application, asker: Viewer
) -> None:
    rfp, database = make_rfp(application.database), application.database
    indexing = [True]
    work = rfp_work(
        database,
        approvals=rfp.approvals,
        guardrails=application.guardrails,
        retrieval=application.retrieval,
        models=application.models,
        rules=application.policy.rfp,
        ask_for_run=lambda _uow: rfp.asked_for.append("again"),
        tell=lambda _uow: None,
        is_indexing=lambda _uow: indexing[0],
    )
    project = rfp.create(asker)
    rfp.start(project, asker)
    assert work.runs.run() == 0
    assert rfp.asked_for == ["run"], "asking at once would keep a worker busy with nothing"
    assert set(rfp.states(project.id, asker).values()) == {"waiting"}
    indexing[0] = False  # it failed: what there is must do
    assert work.runs.run() == 3


def test_whoever_runs_it_at_the_command_line_waits_for_nobody_else(database: Database, asker: Viewer) -> None:
    rfp = make_rfp(database)
    project = rfp.create(asker)
    rfp.start(project, asker)
    held_up = RfpRuns(
        database,
        answerer=rfp.answerer,
        filing=cast("Any", SimpleNamespace(run=lambda *_args, **_named: 0)),
        rules=RULES,
        again=lambda _uow: None,
        waits=lambda _uow: True,
    )
    assert held_up.run() == 0
    assert held_up.run(only=project.id) == 3


@pytest.mark.parametrize("wait", [True, False], ids=["wait", "no-wait"])
def test_the_command_line_indexes_first_where_no_worker_does(
    application: bootstrap.Application, asker: Viewer, capsys: pytest.CaptureFixture[str], *, wait: bool
) -> None:
    person = Acting(application=application, viewer=asker)
    rfp_waiting.see_to_vectors(person, threading.Event(), wait=wait)
    said = capsys.readouterr().err
    assert "1 of 1 passages are still to be indexed by meaning" in said
    assert ("Answering now with what there is" in said) is not wait
    assert application.retrieval.counts().pending == (0 if wait else 1)
    rfp_waiting.see_to_vectors(person, threading.Event(), wait=wait)
    assert (capsys.readouterr().err == "") is wait


def test_the_command_line_leaves_it_to_a_worker_and_goes_on_when_that_gets_nowhere(
    application: bootstrap.Application, asker: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rfp_waiting, "_PAUSE", 0)
    monkeypatch.setattr(rfp_waiting, "_STALLED", 2)
    monkeypatch.setattr(application.jobs, "has_worker", lambda *, uow: uow is not None)
    rfp_waiting.see_to_vectors(Acting(application=application, viewer=asker), threading.Event(), wait=True)
    assert application.retrieval.counts().pending == 1
    with application.database.unit_of_work() as uow:
        assert application.jobs.is_under_way(Task.EMBED, uow=uow)


def test_a_workplace_without_a_model_waits_for_nothing(database: Database, tmp_path: Path) -> None:
    settings = Settings.model_validate({"COPILOT_DATA_DIR": tmp_path, "COPILOT_EMBEDDINGS": "none"})
    chat.add_text(database, "Backups", TEXT, account_id=None, author=None, language=Language.EN)
    with database.unit_of_work() as uow:
        waiting = RetrievalService(settings, database=database).waiting(uow=uow)
        assert (waiting.passages, waiting.pending) == (1, 0)
        assert not bootstrap.assemble(settings, database=database).jobs.has_worker(uow=uow)
