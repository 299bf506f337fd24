"""The run in the background: order, conditions, failures, stopping, and workers that die."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.questionnaires import Question
from copilot.domain.rfp_answers import NoticeCode, ShortForm
from copilot.domain.rfp_projects import ProjectState
from copilot.errors import DatabaseUnavailable, ModelUnavailable
from copilot.store.database import Database
from copilot.store.people import PeopleRepository
from copilot.workflows.rfp.running import CUT_OFF, NOBODY, UNEXPECTED
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.dying_process import dying_process
from tests.rfp_builders import Rfp, answer, make_rfp, no_source, question, yes_no

POINTS = 12


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database)


def test_every_question_is_answered_once_and_progress_is_counted(rfp: Rfp, ana: Viewer) -> None:
    rfp.answerer.answers["q2"] = no_source("q2")
    project = rfp.create(ana)
    rfp.start(project, ana)
    assert (rfp.get(project.id, ana).state, rfp.asked_for) == (ProjectState.ANSWERING, ["run"])
    assert rfp.runs.run() == 3
    after = rfp.get(project.id, ana)
    assert (after.state, after.progress.worked_on, after.progress.total) == (ProjectState.REVIEW, 3, 3)
    assert rfp.states(project.id, ana) == {"q1": "answered", "q2": "no_source", "q3": "answered"}
    assert rfp.runs.run() == 0
    rfp.start(project, ana)
    rfp.runs.run()
    assert rfp.answerer.asked == ["q1", "q2", "q3"], "starting again answers nothing twice"


@pytest.mark.parametrize(
    ("short", "child"),
    [
        (ShortForm.YES, "answered"),
        (ShortForm.NO, "not_asked"),
        (ShortForm.NOT_APPLICABLE, "not_asked"),
        (ShortForm.PARTIAL, "answered"),
        (None, "answered"),
    ],
    ids=["yes", "no", "not-applicable", "partly-is-no-no", "unknown-is-asked"],
)
def test_a_child_follows_its_parent_wherever_it_stands(
    rfp: Rfp, ana: Viewer, short: ShortForm | None, child: str
) -> None:
    rfp.answerer.answers["q2"] = answer("q2", short=short)
    project = rfp.answered(ana, question(1, "Which ones?", condition="q2_yes"), yes_no(2, "Do you have any?"))
    assert rfp.states(project.id, ana)["q1"] == child
    assert rfp.answerer.asked[0] == "q2"
    if child == "answered":
        assert rfp.answerer.contexts["q1"] == ("Security", "Do you have any?")


def test_children_of_what_is_not_asked_are_not_asked_either(rfp: Rfp, ana: Viewer) -> None:
    rfp.answerer.answers["q1"] = answer("q1", short=ShortForm.NO)
    project = rfp.answered(ana, yes_no(1), yes_no(2, condition="q1_yes"), question(3, condition="q2_yes"))
    assert rfp.states(project.id, ana) == {"q1": "answered", "q2": "not_asked", "q3": "not_asked"}


@pytest.mark.parametrize("condition", ["q9_yes", "q1_yes &&", "q2_yes"], ids=["of nobody", "unreadable", "of itself"])
def test_a_condition_that_says_nothing_leaves_nothing_out(rfp: Rfp, ana: Viewer, condition: str) -> None:
    project = rfp.answered(ana, yes_no(1), yes_no(2, condition=condition))
    assert rfp.states(project.id, ana)["q2"] == "answered"


def test_conditions_in_a_circle_end(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana, yes_no(1, condition="q2_yes"), yes_no(2, condition="q1_yes"))
    assert set(rfp.states(project.id, ana).values()) == {"answered"}


def test_a_person_who_changes_a_parent_changes_what_follows(rfp: Rfp, ana: Viewer) -> None:
    rfp.answerer.answers["q1"] = answer("q1", short=ShortForm.YES)
    project = rfp.answered(ana, yes_no(1), question(2, condition="q1_yes"))
    rfp.edit(project, "q1", ana, short=ShortForm.NO)
    assert rfp.states(project.id, ana)["q2"] == "not_asked"
    rfp.edit(project, "q1", ana, short=ShortForm.YES, version=2)
    assert rfp.states(project.id, ana)["q2"] == "waiting"
    assert rfp.get(project.id, ana).state is ProjectState.STOPPED
    rfp.start(project, ana)
    rfp.runs.run()
    assert rfp.states(project.id, ana)["q2"] == "answered"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ModelUnavailable("The model does not answer."), "The model does not answer."),
        (ValueError("secret"), UNEXPECTED),
    ],
    ids=["known", "unknown"],
)
def test_a_question_that_fails_says_so_and_the_others_go_on(
    rfp: Rfp, ana: Viewer, error: Exception, reason: str
) -> None:
    rfp.answerer.answers["q2"] = error
    project = rfp.answered(ana)
    assert rfp.states(project.id, ana) == {"q1": "answered", "q2": "failed", "q3": "answered"}
    assert project.questions[1].failure == reason
    assert project.state is ProjectState.REVIEW
    del rfp.answerer.answers["q2"]
    rfp.start(project, ana)
    rfp.runs.run()
    after = rfp.get(project.id, ana).questions[1]
    assert (after.state.value, after.failure) == ("answered", "")


def test_a_database_that_is_away_fails_no_question(rfp: Rfp, ana: Viewer) -> None:
    rfp.answerer.answers["q2"] = DatabaseUnavailable("away")
    project = rfp.create(ana)
    rfp.start(project, ana)
    with pytest.raises(DatabaseUnavailable):
        rfp.runs.run()
    assert rfp.states(project.id, ana) == {"q1": "answered", "q2": "waiting", "q3": "waiting"}


def test_stopping_takes_effect_after_the_question_that_is_worked_on(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.create(ana)

    def stop(asked: Question) -> None:
        if asked.id == "q2":
            with rfp.database.unit_of_work() as uow:
                rfp.projects.stop(project.id, viewer=ana, uow=uow)

    rfp.answerer.on_call = stop
    rfp.start(project, ana)
    rfp.runs.run()
    assert rfp.states(project.id, ana) == {"q1": "answered", "q2": "answered", "q3": "waiting"}
    assert rfp.get(project.id, ana).state is ProjectState.STOPPED
    rfp.answerer.on_call = lambda _question: None
    rfp.start(project, ana)
    rfp.runs.run()
    assert rfp.answerer.asked == ["q1", "q2", "q3"]


def test_what_a_person_writes_meanwhile_is_not_overwritten(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.create(ana)

    def write(asked: Question) -> None:
        if asked.id == "q2":
            rfp.edit(project, "q2", ana, text="By hand.", version=0)

    rfp.answerer.on_call = write
    rfp.start(project, ana)
    rfp.runs.run()
    kept = rfp.get(project.id, ana).questions[1]
    assert kept.answer is not None
    assert (kept.answer.text, kept.answer.edited, kept.version) == ("By hand.", True, 1)


def test_two_workers_share_the_work_and_answer_nothing_twice(rfp: Rfp, ana: Viewer, database: Database) -> None:
    other = make_rfp(database)
    project = rfp.create(ana, *(question(number) for number in range(6)))

    def let_the_other_try(asked: Question) -> None:
        if asked.id == "q3":
            other.runs.run()

    rfp.answerer.on_call = let_the_other_try
    rfp.start(project, ana)
    rfp.runs.run()
    assert sorted(rfp.answerer.asked + other.answerer.asked) == [f"q{number}" for number in range(6)]


def test_a_job_ends_after_its_time_and_asks_for_another(database: Database, ana: Viewer) -> None:
    rfp = make_rfp(database)
    project = rfp.create(ana)
    rfp.start(project, ana)
    assert rfp.runs.run(lambda: len(rfp.answerer.asked) >= 2) == 2
    assert rfp.asked_for == ["run", "again"]
    assert rfp.runs.run() == 1
    assert rfp.states(project.id, ana) == dict.fromkeys(("q1", "q2", "q3"), "answered")


def test_who_runs_one_project_leaves_the_others_to_their_worker(rfp: Rfp, ana: Viewer) -> None:
    first, second = rfp.create(ana), rfp.create(ana)
    for project in (first, second):
        rfp.start(project, ana)
    assert rfp.runs.run(only=second.id) == 3
    assert set(rfp.states(first.id, ana).values()) == {"waiting"}
    assert set(rfp.states(second.id, ana).values()) == {"answered"}


def test_a_run_reads_for_whoever_started_it_and_ends_without_them(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.create(ana)
    rfp.start(project, ana)
    with rfp.database.unit_of_work() as uow:
        PeopleRepository(uow).deactivate(ana.user_id, now=uow.clock.now())
    rfp.runs.run()
    after = rfp.get(project.id, ana)
    assert (after.state, after.failure, rfp.answerer.asked) == (ProjectState.STOPPED, NOBODY, [])


def test_contradictions_are_told_at_both_ends_until_they_are_gone(rfp: Rfp, ana: Viewer) -> None:
    rfp.answerer.answers["q1"] = answer("q1", text="Backups are kept for 30 days.")
    rfp.answerer.answers["q2"] = answer("q2", text="Backups are kept for 90 days.")
    project = rfp.answered(
        ana, question(1, "How long are backups kept?"), question(2, "How long are the backups kept?"), question(3)
    )
    told = [each.answer.notices for each in project.questions if each.answer]
    assert [[notice.question_id for notice in notices] for notices in told] == [["q2"], ["q1"], []]
    rfp.edit(project, "q2", ana, text="Backups are kept for 30 days.")
    assert all(not each.answer.notices for each in rfp.get(project.id, ana).questions if each.answer)


def test_what_this_customer_was_told_before_is_held_against_it(
    database: Database, ana: Viewer, make_user: MakeUser
) -> None:
    rfp = make_rfp(database, viewer=ana)
    world.add_account(database, owner=ana)
    asked = question(1, "How long are backups kept?")
    rfp.answerer.answers["q1"] = answer("q1", rfp.answerer.evidence, text="Backups are kept for 30 days.")
    first = rfp.answered(ana, asked, account_id=world.ACCOUNT)
    [filed] = rfp.file(first, ana)
    rfp.approve(filed.item, make_user(role=Role.MANAGER), accepted=tuple(s.id for s in filed.draft.segments()))
    rfp.answerer.answers["q1"] = answer("q1", rfp.answerer.evidence, text="Backups are kept for 90 days.")
    second = rfp.answered(ana, asked, account_id=world.ACCOUNT)
    elsewhere = rfp.answered(ana, asked)
    told = second.questions[0].answer
    assert told is not None
    assert [notice.code for notice in told.notices] == [NoticeCode.CONTRADICTS_EARLIER]
    other = elsewhere.questions[0].answer
    assert other is not None
    assert other.notices == ()


def test_a_question_that_ends_one_worker_after_the_other_is_given_up(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.create(ana)
    rfp.start(project, ana)

    def die(asked: Question) -> None:
        if asked.id == "q2":
            raise SystemExit  # as a killed process: nobody gets to say anything

    rfp.answerer.on_call = die
    for _ in range(3):
        with pytest.raises(SystemExit):
            rfp.runs.run()
    assert rfp.states(project.id, ana) == {"q1": "answered", "q2": "waiting", "q3": "waiting"}
    rfp.runs.run()
    assert rfp.states(project.id, ana) == {"q1": "answered", "q2": "failed", "q3": "answered"}
    assert rfp.get(project.id, ana).questions[1].failure == CUT_OFF


def test_workers_that_end_in_order_give_nothing_up(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.create(ana)
    rfp.start(project, ana)
    for _ in range(6):
        assert rfp.runs.run(lambda: True) == 0
    rfp.runs.run()
    assert set(rfp.states(project.id, ana).values()) == {"answered"}


@contextmanager
def runner() -> Iterator[Any]:
    """Runs questionnaires in processes that die where they are told to."""
    with dying_process("tests.rfp_killed_run") as run:
        yield lambda database, *, die_at: run({"url": database.url, "die_at": die_at})


def test_whoever_comes_next_goes_on_where_a_killed_worker_was(database: Database, ana: Viewer) -> None:
    rfp = make_rfp(database)
    asked = (yes_no(1), question(2, condition="q1_yes"), question(3))
    with runner() as run:
        project = rfp.create(ana, *asked)
        rfp.start(project, ana)
        lines = run(database, die_at=0)["lines"]
        assert rfp.stored_state(project.id) == "review"
        for point in range(1, POINTS + 1):
            project = rfp.create(ana, *asked)
            rfp.start(project, ana)
            assert run(database, die_at=point * lines // (POINTS + 1))["killed"]
            before = {each.question.id: each.version for each in rfp.get(project.id, ana).questions}
            rfp.answerer.asked.clear()
            rfp.runs.run()
            after = rfp.get(project.id, ana)
            assert after.state is ProjectState.REVIEW
            assert {each.version for each in after.questions} == {1}, "answered once, by one or the other"
            assert set(rfp.answerer.asked) == {key for key, version in before.items() if version == 0}
