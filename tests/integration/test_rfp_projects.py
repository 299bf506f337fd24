"""Projects of questionnaires: who sees them, what is found and corrected, and how people work on the answers."""

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.questionnaires import AnswerForm, Correction
from copilot.domain.rfp_answers import NoticeCode, ShortForm
from copilot.domain.rfp_projects import ProjectState, QuestionState
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.rfp_builders import FILE, Rfp, answer, make_rfp, no_source, question, yes_no


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana)


def audited(rfp: Rfp, project_id: str) -> list[str]:
    with rfp.database.unit_of_work() as uow:
        return [event.action for event in AuditLog(uow).about(f"rfp_project:{project_id}")]


def test_a_new_project_waits_to_be_confirmed_and_keeps_its_file(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.create(ana, question(1), question(2, hidden=True))
    assert project.state is ProjectState.PREVIEW
    assert [each.state for each in project.questions] == [QuestionState.WAITING, QuestionState.EXCLUDED]
    assert (project.progress.total, project.progress.worked_on) == (1, 0)
    assert [item.key for item in project.checklist] == ["deadline", "must_haves", "references", "budget", "legal"]
    with rfp.database.unit_of_work() as uow:
        assert rfp.projects.original(project.id, viewer=ana, uow=uow) == FILE
    assert rfp.runs.run() == 0, "nothing is answered before somebody confirms what was found"
    assert rfp.answerer.asked == []


def test_what_was_found_is_corrected_and_what_was_skipped_becomes_a_question(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.create(ana)
    corrections = [
        Correction(question_id="q1", text="Do you encrypt backups?", form=AnswerForm.YES_NO, mandatory=True),
        Correction(question_id="q2", included=False),
        Correction(question_id="B40", section=("Audit",)),
    ]
    with rfp.database.unit_of_work() as uow:
        after = rfp.projects.correct(project.id, corrections, viewer=ana, uow=uow)
    first, second, _, new = after.questions
    assert (first.question.text, first.question.form) == ("Do you encrypt backups?", AnswerForm.YES_NO)
    assert first.question.mandatory is True
    assert second.state is QuestionState.EXCLUDED
    assert (new.question.text, new.question.section) == ("Name your auditors", ("Audit",))
    assert after.skipped == ()
    assert after.progress.total == 3
    with pytest.raises(NotFound), rfp.database.unit_of_work() as uow:
        rfp.projects.correct(project.id, [Correction(question_id="B41")], viewer=ana, uow=uow)


def test_a_reworded_question_is_asked_again_but_a_persons_words_stay(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana)
    rfp.edit(project, "q1", ana, text="Ours alone.")
    corrections = [Correction(question_id="q1", text="Really?"), Correction(question_id="q2", text="Truly?")]
    with rfp.database.unit_of_work() as uow:
        after = rfp.projects.correct(project.id, corrections, viewer=ana, uow=uow)
    assert [each.state.value for each in after.questions] == ["answered", "waiting", "answered"]
    assert after.questions[0].answer is not None
    assert after.questions[0].answer.text == "Ours alone."
    assert after.questions[1].answer is None
    assert after.state is ProjectState.STOPPED, "not every question is worked on any more"


def test_who_may_not_know_of_a_project_is_told_that_there_is_none(rfp: Rfp, ana: Viewer, make_user: MakeUser) -> None:
    project = rfp.create(ana)
    manager, admin = make_user(role=Role.MANAGER), make_user(role=Role.ADMIN)
    strangers = [make_user(), make_user(role=Role.MANAGER, team="south")]
    for reader in (ana, manager, admin):
        assert rfp.get(project.id, reader).id == project.id
    with rfp.database.unit_of_work() as uow:
        for stranger in strangers:
            assert rfp.projects.heads(viewer=stranger, uow=uow) == ()
            for act in (rfp.projects.get, rfp.projects.start, rfp.projects.decline, rfp.projects.original):
                with pytest.raises(NotFound):
                    act(project.id, viewer=stranger, uow=uow)


def test_who_may_no_longer_see_the_account_may_not_see_its_project(rfp: Rfp, ana: Viewer, make_user: MakeUser) -> None:
    world.add_account(rfp.database, owner=ana)
    project = rfp.create(ana, account_id=world.ACCOUNT)
    assert rfp.get(project.id, ana).account_name == "Aceros Tormes"
    with rfp.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).owner_email = "other@tramontia.example"
    with pytest.raises(NotFound):
        rfp.get(project.id, ana)
    with pytest.raises(NotFound):
        rfp.create(make_user(), account_id=world.ACCOUNT)


def test_a_helper_sees_and_answers_only_what_was_assigned_to_them(rfp: Rfp, ana: Viewer, make_user: MakeUser) -> None:
    bea = make_user("Bea Prueba", team="south")
    project = rfp.answered(ana)
    with rfp.database.unit_of_work() as uow:
        rfp.projects.assign(project.id, ["q2"], to_user_id=bea.user_id, viewer=ana, uow=uow)
    assert rfp.asked_for[-1] == "notify"
    seen = rfp.get(project.id, bea)
    assert [each.question.id for each in seen.questions] == ["q2"]
    assert (seen.questions[0].assigned_to, seen.questions[0].assigned_by) == (bea.user_id, ana.user_id)
    with rfp.database.unit_of_work() as uow:
        [(head, mine)] = rfp.projects.mine(rfp.projects.heads(viewer=bea, uow=uow), viewer=bea, uow=uow)
        [listed] = rfp.projects.heads(viewer=bea, uow=uow)
    assert (head.id, [each.question.id for each in mine]) == (project.id, ["q2"])
    assert listed.progress.total == 1
    rfp.edit(project, "q2", bea, text="As Bea knows.")
    assert rfp.get(project.id, ana).questions[1].answer is not None
    with rfp.database.unit_of_work() as uow:
        with pytest.raises(NotFound):
            rfp.projects.edit(project.id, "q1", text="No.", short=None, chosen=(), version=1, viewer=bea, uow=uow)
        with pytest.raises(NotAllowed):
            rfp.projects.file(project.id, per="question", viewer=bea, uow=uow)


def test_nobody_is_asked_who_may_not_see_the_account(rfp: Rfp, ana: Viewer, make_user: MakeUser) -> None:
    world.add_account(rfp.database, owner=ana)
    bea = make_user("Bea Prueba", team="south")
    project = rfp.create(ana, account_id=world.ACCOUNT)
    with rfp.database.unit_of_work() as uow:
        for nobody in (bea.user_id, "user-none"):
            with pytest.raises(InputError):
                rfp.projects.assign(project.id, ["q1"], to_user_id=nobody, viewer=ana, uow=uow)
        with pytest.raises(NotFound):
            rfp.projects.assign(project.id, ["q1", "q99"], to_user_id=ana.user_id, viewer=ana, uow=uow)


def test_an_edit_keeps_what_its_sentences_rest_on_and_marks_what_is_new(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana)
    before = project.questions[0].answer
    assert before is not None
    rfp.edit(project, "q1", ana, text=f"Gladly. {before.text}", short=ShortForm.YES)
    after = rfp.get(project.id, ana).questions[0]
    assert after.answer is not None
    assert [segment.text for segment in after.answer.segments] == ["Gladly.", before.text]
    assert [bool(segment.evidence_ids) for segment in after.answer.segments] == [False, True]
    assert (after.answer.edited, after.answer.short, after.version) == (True, ShortForm.YES, 2)


def test_of_two_who_edit_the_second_is_told(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana)
    rfp.edit(project, "q1", ana, text="First.")
    with pytest.raises(Conflict):
        rfp.edit(project, "q1", ana, text="Second.")
    with pytest.raises(Conflict), rfp.database.unit_of_work() as uow:
        rfp.projects.answer_again(project.id, "q1", version=1, viewer=ana, uow=uow)
    answer_now = rfp.get(project.id, ana).questions[0].answer
    assert answer_now is not None
    assert answer_now.text == "First."


def test_words_for_what_has_no_source_make_it_answered_and_none_take_it_back(rfp: Rfp, ana: Viewer) -> None:
    rfp.answerer.answers["q1"] = no_source("q1")
    project = rfp.answered(ana)
    assert rfp.states(project.id, ana)["q1"] == "no_source"
    rfp.edit(project, "q1", ana, text="We do.")
    assert rfp.states(project.id, ana)["q1"] == "answered"
    rfp.edit(project, "q1", ana, text="", version=2)
    assert rfp.states(project.id, ana)["q1"] == "no_source"


def test_only_values_that_the_questionnaire_allows_are_chosen(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana, yes_no(1))
    with pytest.raises(InputError):
        rfp.edit(project, "q1", ana, chosen=("q2_yes",))
    rfp.edit(project, "q1", ana, chosen=("q1_yes",))
    chosen = rfp.get(project.id, ana).questions[0].answer
    assert chosen is not None
    assert chosen.chosen == ("q1_yes",)


def test_an_answer_that_is_too_long_says_so(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana, question(1, limit={"words": 3}))
    rfp.edit(project, "q1", ana, text="One two three four.")
    first = rfp.get(project.id, ana).questions[0].answer
    assert first is not None
    assert NoticeCode.TOO_LONG in {notice.code for notice in first.notices}
    rfp.edit(project, "q1", ana, text="One two.", version=2)
    second = rfp.get(project.id, ana).questions[0].answer
    assert second is not None
    assert second.notices == ()


def test_an_answer_is_written_again_when_somebody_asks(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana)
    rfp.edit(project, "q1", ana, text="By hand.")
    rfp.answerer.answers["q1"] = answer("q1", text="Written anew.")
    with rfp.database.unit_of_work() as uow:
        again = rfp.projects.answer_again(project.id, "q1", version=2, viewer=ana, uow=uow)
    assert again.answer is not None
    assert (again.answer.text, again.answer.edited, again.version) == ("Written anew.", False, 3)


def test_the_checklist_and_no_go(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana)
    with rfp.database.unit_of_work() as uow:
        after = rfp.projects.checklist(project.id, "budget", answer=False, note="None.", viewer=ana, uow=uow)
        assert [(item.key, item.answer) for item in after.checklist if item.answer is not None] == [("budget", False)]
        with pytest.raises(NotFound):
            rfp.projects.checklist(project.id, "weather", answer=True, viewer=ana, uow=uow)
        assert rfp.projects.decline(project.id, viewer=ana, uow=uow).state is ProjectState.DECLINED
        for act in (
            lambda: rfp.projects.start(project.id, viewer=ana, uow=uow),
            lambda: rfp.projects.file(project.id, per="question", viewer=ana, uow=uow),
            lambda: rfp.projects.package(project.id, viewer=ana, uow=uow),
        ):
            with pytest.raises(Conflict):
                act()
        assert rfp.projects.reopen(project.id, viewer=ana, uow=uow).state is ProjectState.REVIEW


def test_deleting_leaves_the_audit_chain_and_nothing_else(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana)
    with rfp.database.unit_of_work() as uow:
        rfp.projects.delete(project.id, viewer=ana, uow=uow)
    with pytest.raises(NotFound):
        rfp.get(project.id, ana)
    assert audited(rfp, project.id) == ["rfp.created", "rfp.started", "rfp.finished", "rfp.deleted"]


def test_an_answer_from_knowledge_that_is_closed_to_somebody_is_not_there_for_them(
    rfp: Rfp, ana: Viewer, make_user: MakeUser
) -> None:
    manager = make_user(role=Role.MANAGER)
    secret = tuple(item.model_copy(update={"visibility": "managers"}) for item in rfp.answerer.evidence)
    rfp.answerer.answers["q1"] = answer("q1", secret)
    rfp.answerer.answers["q2"] = no_source("q2").model_copy(update={"closest": secret})
    project = rfp.answered(ana)
    hidden, without, shown = (each.answer for each in rfp.get(project.id, ana).questions)
    assert hidden is None
    assert without is not None
    assert without.closest == ()
    assert shown is not None
    first, second, _ = (each.answer for each in rfp.get(project.id, manager).questions)
    assert first is not None
    assert second is not None
    assert second.closest == secret
    assert [[section.key for section in each.draft.sections] for each in rfp.file(project, ana)] == [["q3"]]
    with pytest.raises(Conflict):
        rfp.file(project, ana, question_ids=["q1"])


def test_what_a_person_writes_while_an_answer_is_written_again_stays(rfp: Rfp, ana: Viewer) -> None:
    project = rfp.answered(ana)
    rfp.answerer.on_call = lambda _question: rfp.edit(project, "q1", ana, text="By hand.")
    with pytest.raises(Conflict), rfp.database.unit_of_work() as uow:
        rfp.projects.answer_again(project.id, "q1", version=1, viewer=ana, uow=uow)
    kept = rfp.get(project.id, ana).questions[0]
    assert kept.answer is not None
    assert (kept.answer.text, kept.version) == ("By hand.", 2)
