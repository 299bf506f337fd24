"""Whatever people, runs and the queue do to a project, in whatever order, its questions stay true to it."""

from collections.abc import Callable
from contextlib import suppress
from typing import Literal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from copilot.domain.access import Viewer
from copilot.domain.questionnaires import Correction
from copilot.domain.review_items import OPEN, UNDECIDED, ReviewItem, ReviewState
from copilot.domain.rfp_answers import ShortForm
from copilot.domain.rfp_projects import Project, QuestionState
from copilot.errors import Conflict
from copilot.store.database import Database
from copilot.store.reviews import ReviewRepository
from copilot.store.rfp_questions import RfpQuestionRepository
from copilot.workflows.rfp.filing import approved_answers
from copilot.workflows.rfp.views import as_it_is
from tests.conftest import MakeUser
from tests.rfp_builders import Rfp, answer, make_rfp, question, yes_no

IDS = ("q1", "q2", "q3")
ACTS = ("start", "run", "stop", "edit", "again", "file", "approve", "send back", "change there", "exclude", "include")
HISTORIES = st.lists(st.tuples(st.sampled_from(ACTS), st.sampled_from(IDS), st.booleans()), min_size=3, max_size=12)


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


class History:
    """One project, and what is done to it."""

    def __init__(self, rfp: Rfp, ana: Viewer) -> None:
        self.rfp, self.ana = rfp, ana
        rfp.answerer.answers = {"q1": answer("q1", rfp.answerer.evidence, short=ShortForm.YES)}
        self.project = rfp.create(ana, yes_no(1), question(2, condition="q1_yes"), question(3))
        self.words: dict[str, str] = {}
        """What a person wrote last, by question."""
        self.written = 0

    def now(self) -> Project:
        return self.rfp.get(self.project.id, self.ana)

    def do(self, act: str, question_id: str, yes: bool) -> None:
        acts: dict[str, Callable[[], None]] = {
            "start": lambda: self.rfp.start(self.project, self.ana),
            "run": lambda: self._run(one=yes),
            "stop": self._stop,
            "edit": lambda: self._edit(question_id, ShortForm.YES if yes else ShortForm.NO),
            "again": lambda: self._again(question_id),
            "file": lambda: self._file(per="section" if yes else "question"),
            "approve": lambda: self._move(question_id, ReviewState.RELEASED),
            "send back": lambda: self._move(
                question_id, ReviewState.CHANGES_REQUESTED if yes else ReviewState.REJECTED
            ),
            "change there": lambda: self._change_there(question_id),
            "exclude": lambda: self._correct(Correction(question_id=question_id, included=False)),
            "include": lambda: self._correct(Correction(question_id=question_id, included=True)),
        }
        with suppress(Conflict):  # refused in words, which is an answer too
            acts[act]()

    def _run(self, *, one: bool) -> None:
        before = len(self.rfp.answerer.asked)
        self.rfp.runs.run(lambda: one and len(self.rfp.answerer.asked) > before)

    def _stop(self) -> None:
        with self.rfp.database.unit_of_work() as uow:
            self.rfp.projects.stop(self.project.id, viewer=self.ana, uow=uow)

    def _edit(self, question_id: str, short: ShortForm) -> None:
        self.written += 1
        version = next(each.version for each in self.now().questions if each.question.id == question_id)
        words = f"Words {self.written} of a person."
        self.rfp.edit(self.project, question_id, self.ana, text=words, short=short, version=version)
        self.words[question_id] = words

    def _again(self, question_id: str) -> None:
        version = next(each.version for each in self.now().questions if each.question.id == question_id)
        with self.rfp.database.unit_of_work() as uow:
            self.rfp.projects.answer_again(self.project.id, question_id, version=version, viewer=self.ana, uow=uow)
        self.words.pop(question_id, None)

    def _file(self, *, per: Literal["section", "question"]) -> None:
        self.rfp.file(self.project, self.ana, per=per)

    def _item(self, question_id: str) -> ReviewItem | None:
        item_id = next(each.item_id for each in self.now().questions if each.question.id == question_id)
        with self.rfp.database.unit_of_work() as uow:
            entry = None if item_id is None else ReviewRepository(uow).get_unfiltered(item_id)
        return None if entry is None else entry.item

    def _move(self, question_id: str, to: ReviewState) -> None:
        item = self._item(question_id)
        if item is not None:
            with self.rfp.database.unit_of_work() as uow:
                ReviewRepository(uow).move(item.id, to=to, allowed_from=OPEN)

    def _change_there(self, question_id: str) -> None:
        item = self._item(question_id)
        if item is None or item.state not in UNDECIDED:
            return
        self.written += 1
        words = f"Words {self.written} of a reviewer."
        with self.rfp.database.unit_of_work() as uow:
            self.rfp.approvals.edit(item.id, {f"{question_id}.1": words}, digest=item.digest, viewer=self.ana, uow=uow)
        self.words[question_id] = words

    def _correct(self, correction: Correction) -> None:
        with self.rfp.database.unit_of_work() as uow:
            self.rfp.projects.correct(self.project.id, [correction], viewer=self.ana, uow=uow)

    def check(self, before: Project) -> None:
        """What must hold after every act."""
        now = self.now()
        for old, new in zip(before.questions, now.questions, strict=True):
            assert new.version >= old.version
            if new.version == old.version and QuestionState.NOT_ASKED not in {old.state, new.state}:
                assert (old.answer and old.answer.text) == (new.answer and new.answer.text), "unsaid changes"
            words = self.words.get(new.question.id)
            if words is not None and new.state is not QuestionState.NOT_ASKED:
                assert new.answer is not None
                assert new.answer.text == words, "a person's words are only changed by people"
        with self.rfp.database.unit_of_work() as uow:
            [head] = [each for each in self.rfp.projects.heads(viewer=self.ana, uow=uow) if each.id == now.id]
            leaves = approved_answers(as_it_is(RfpQuestionRepository(uow).of(now.id), uow=uow))
        assert head.progress == now.progress
        for question_id in leaves:
            item = self._item(question_id)
            assert item is not None
            assert item.state is ReviewState.RELEASED, "only what was approved may leave"


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(HISTORIES)
def test_any_history_leaves_questions_true(ana: Viewer, shared: Rfp, history: list[tuple[str, str, bool]]) -> None:
    done = History(shared, ana)
    for act, question_id, yes in history:
        before = done.now()
        done.do(act, question_id, yes)
        done.check(before)


@pytest.fixture
def shared(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana)
