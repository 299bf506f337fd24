"""Many answers go to the queue in the background; filled places are included together, and left out again."""

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.rfp_projects import Project, ProjectState
from copilot.errors import Conflict, CopilotError
from copilot.store.database import Database
from copilot.store.people import PeopleRepository
from copilot.workflows.rfp import filing_runs
from tests.conftest import MakeUser
from tests.rfp_builders import RULES, Rfp, make_rfp, question

AT_ONCE = RULES.model_copy(update={"file_at_once": 2})


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana, rules=AT_ONCE)


@pytest.fixture
def project(rfp: Rfp, ana: Viewer) -> Project:
    """Three answers, which somebody wants in the queue: two sections."""
    return rfp.answered(ana, question(1), question(2), question(3))


def ask(rfp: Rfp, project: Project, viewer: Viewer, per: str = "question") -> None:
    rfp.asked_for.clear()
    assert rfp.file(project, viewer, per=per) == ()


def test_more_than_policy_wants_at_once_are_filed_in_the_background(rfp: Rfp, project: Project, ana: Viewer) -> None:
    ask(rfp, project, ana)
    assert (rfp.get(project.id, ana).filing, rfp.asked_for) == (3, ["run"])
    assert set(rfp.states(project.id, ana).values()) == {"answered"}
    ended = iter([False, False, True])
    assert rfp.runs.run(lambda: next(ended, True)) == 2
    assert (rfp.get(project.id, ana).filing, rfp.asked_for[-1]) == (1, "again")
    assert rfp.runs.run() == 1
    assert set(rfp.states(project.id, ana).values()) == {"in_queue"}
    assert rfp.runs.run() == 0, "nothing is filed twice"
    items = {each.item_id for each in rfp.get(project.id, ana).questions}
    assert len(items) == 3


def test_a_section_is_filed_as_one(rfp: Rfp, project: Project, ana: Viewer) -> None:
    ask(rfp, project, ana, per="section")
    assert rfp.runs.run() == 2
    first, second, third = (each.item_id for each in rfp.get(project.id, ana).questions)
    assert first == second != third


def test_few_are_filed_at_once(rfp: Rfp, project: Project, ana: Viewer) -> None:
    assert len(rfp.file(project, ana, question_ids=["q1", "q2"])) == 2
    assert rfp.get(project.id, ana).filing == 0


def test_what_changed_meanwhile_is_not_filed_and_says_so(rfp: Rfp, project: Project, ana: Viewer) -> None:
    ask(rfp, project, ana, per="section")
    rfp.edit(project, "q2", ana, text="Other words.")
    rfp.runs.run()
    first, second, third = rfp.get(project.id, ana).questions
    assert (first.state.value, third.state.value) == ("in_queue", "in_queue")
    assert (second.state.value, second.failure) == ("answered", filing_runs.CHANGED)


def test_stop_leaves_the_rest_where_it_is(rfp: Rfp, project: Project, ana: Viewer) -> None:
    ask(rfp, project, ana)
    with rfp.database.unit_of_work() as uow:
        stopped = rfp.projects.stop(project.id, viewer=ana, uow=uow)
    assert (stopped.filing, stopped.state, rfp.runs.run()) == (0, ProjectState.REVIEW, 0)


def test_what_is_filed_at_once_meanwhile_waits_no_more(rfp: Rfp, project: Project, ana: Viewer) -> None:
    ask(rfp, project, ana)
    assert len(rfp.file(project, ana, question_ids=["q1"])) == 1
    assert rfp.get(project.id, ana).filing == 2
    rfp.runs.run()
    shown = rfp.get(project.id, ana).questions
    assert {(each.state.value, each.failure) for each in shown} == {("in_queue", "")}


def test_what_is_filed_after_all_no_longer_says_that_it_was_not(rfp: Rfp, project: Project, ana: Viewer) -> None:
    ask(rfp, project, ana)
    rfp.edit(project, "q2", ana, text="Other words.")
    rfp.runs.run()
    assert len(rfp.file(project, ana, question_ids=["q2"])) == 1
    assert [each.failure for each in rfp.get(project.id, ana).questions] == ["", "", ""]


def test_what_two_people_asked_for_is_filed_for_each_of_them(
    database: Database, ana: Viewer, make_user: MakeUser
) -> None:
    admin = make_user(role=Role.ADMIN)
    rfp = make_rfp(database, viewer=ana, rules=RULES.model_copy(update={"file_at_once": 0}))
    project = rfp.answered(ana, question(1), question(2))
    ask(rfp, project, ana, per="section")
    assert rfp.file(project, admin, per="section", question_ids=["q1"]) == ()
    assert rfp.runs.run() == 2
    first, second = (each.item_id for each in rfp.get(project.id, ana).questions)
    assert None not in {first, second}
    assert first != second


def test_nothing_is_filed_for_whoever_is_gone(rfp: Rfp, project: Project, ana: Viewer, make_user: MakeUser) -> None:
    ask(rfp, project, ana)
    admin = make_user(role=Role.ADMIN)
    with rfp.database.unit_of_work() as uow:
        PeopleRepository(uow).deactivate(ana.user_id, now=uow.clock.now())
    rfp.runs.run()
    shown = rfp.get(project.id, admin)
    assert {(each.state.value, each.failure) for each in shown.questions} == {("answered", filing_runs.ASKER_GONE)}


def test_one_that_cannot_be_filed_stops_no_other(
    rfp: Rfp, project: Project, ana: Viewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(rfp, project, ana)
    submit = rfp.approvals.submit
    broken = iter([CopilotError("It broke.")])

    def fail_once(*arguments: object, **named: object) -> object:
        for error in broken:
            raise error
        return submit(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr("copilot.approvals.service.ApprovalService.submit", lambda _self, *a, **k: fail_once(*a, **k))
    rfp.runs.run()
    first, *others = rfp.get(project.id, ana).questions
    assert (first.state.value, first.failure) == ("answered", "It broke.")
    assert {each.state.value for each in others} == {"in_queue"}


def test_filled_places_are_included_together_and_left_out_again(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.create(ana, question(1), question(2, given="As we said."), question(3, given="Yes"))
    before = rfp.states(project.id, ana)
    assert before == {"q1": "waiting", "q2": "excluded", "q3": "excluded"}
    with rfp.database.unit_of_work() as uow:
        assert rfp.projects.include_filled(project.id, viewer=ana, uow=uow) == 2
        assert rfp.projects.include_filled(project.id, viewer=ana, uow=uow) == 0
    assert (set(rfp.states(project.id, ana).values()), rfp.get(project.id, ana).included_together) == ({"waiting"}, 2)
    with rfp.database.unit_of_work() as uow:
        assert rfp.projects.leave_out_again(project.id, viewer=ana, uow=uow) == 2
    assert (rfp.states(project.id, ana), rfp.get(project.id, ana).included_together) == (before, 0)
    rfp.start(project, ana)
    with pytest.raises(Conflict), rfp.database.unit_of_work() as uow:
        rfp.projects.include_filled(project.id, viewer=ana, uow=uow)
