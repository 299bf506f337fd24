"""A passage that a person takes as the answer: what it becomes, who may, and what stands in the way."""

from typing import Any

import pytest
from sqlalchemy import text as sql

from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.documents import Block, BlockKind
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.domain.rfp_answers import NoticeCode, RfpAnswer, Route, ShortForm
from copilot.domain.rfp_projects import Project, ProjectQuestion
from copilot.errors import Conflict, InputError, NotFound
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.tables.documents import DocumentRow, PassageRow
from copilot.workflows.rfp.taking import Taking
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.rfp_builders import POLICY_TEXT, Rfp, make_rfp, no_source, question, yes_no

ENCRYPTED, BACKUPS = POLICY_TEXT.split(". ")[0] + ".", POLICY_TEXT.split(". ")[1]


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    made = make_rfp(database, viewer=ana)
    body = Block(kind=BlockKind.BODY, start=0, end=len(POLICY_TEXT))
    with database.unit_of_work() as uow:
        document = uow.session.get_one(DocumentRow, world.SHARED_PASSAGE.replace("psg", "doc"))
        document.blocks, document.language = [body.model_dump(mode="json")], "en"
        uow.session.get_one(PassageRow, world.SHARED_PASSAGE).language = "en"
    return made


def sentences(rfp: Rfp, viewer: Viewer) -> tuple[Evidence, ...]:
    """Both sentences of the policy, as searches find them."""
    second = POLICY_TEXT.index(BACKUPS)
    spans = (f"0-{len(ENCRYPTED)}", f"{second}-{len(POLICY_TEXT)}")
    found = world.evidence_of(rfp.database, [f"passage:{world.SHARED_PASSAGE}:{span}" for span in spans], viewer=viewer)
    assert [item.text for item in found] == [ENCRYPTED, BACKUPS]
    return found


def unanswered(rfp: Rfp, viewer: Viewer, *questions: Any, **changes: Any) -> Project:
    """A project whose first question nothing answers; both sentences come close."""
    nothing = no_source("q1").model_copy(update={"closest": sentences(rfp, viewer)} | changes)
    rfp.answerer.answers["q1"] = nothing
    return rfp.answered(viewer, *questions)


def take(
    rfp: Rfp, project: Project, viewer: Viewer, wanted: Taking | None, *, version: int = 1, question_id: str = "q1"
) -> ProjectQuestion:
    with rfp.database.unit_of_work() as uow:
        return rfp.projects.take(project.id, question_id, wanted, version=version, viewer=viewer, uow=uow)


def answer_of(question_now: ProjectQuestion) -> RfpAnswer:
    assert question_now.answer is not None
    return question_now.answer


def closest(project: Project) -> list[str]:
    return [item.id for item in answer_of(project.questions[0]).closest]


def test_the_passage_is_the_answer_with_its_source_and_goes_through_the_queue(
    rfp: Rfp, ana: Viewer, make_user: MakeUser
) -> None:
    project = unanswered(rfp, ana)
    wanted = closest(project)[1]
    now = take(rfp, project, ana, Taking(wanted))
    answer = answer_of(now)
    assert (now.state.value, now.version) == ("answered", 2)
    assert [(each.id, each.text, each.evidence_ids) for each in answer.segments] == [("q1.1", BACKUPS, (wanted,))]
    assert [item.id for item in answer.evidence] == [wanted]
    assert (answer.edited, answer.taken, answer.route, answer.confidence.value) == (True, wanted, Route.EXPERT, 0)
    with rfp.database.unit_of_work() as uow:
        last = AuditLog(uow).about(f"rfp_project:{project.id}")[-1]
    assert (last.action, last.actor_id) == ("rfp.passage_taken", ana.user_id)
    assert last.details == {"question": "q1", "passage": wanted}
    [filed] = rfp.file(project, ana, question_ids=["q1"])
    assert [segment.evidence_ids for segment in filed.draft.segments()] == [(wanted,)]
    rfp.approve(filed.item, make_user(role=Role.MANAGER, language="en"))
    assert rfp.states(project.id, ana)["q1"] == "approved"


def test_taking_it_back_leaves_what_was_there(rfp: Rfp, ana: Viewer) -> None:
    project = unanswered(rfp, ana, yes_no(1))
    taken = take(rfp, project, ana, Taking(closest(project)[0], short=ShortForm.YES, chosen=("q1_yes",)))
    assert (answer_of(taken).short, answer_of(taken).chosen) == (ShortForm.YES, ("q1_yes",))
    back = take(rfp, project, ana, None, version=2)
    assert back.answer == project.questions[0].answer
    assert (back.state.value, back.version) == ("no_source", 3)
    with pytest.raises(Conflict):
        take(rfp, project, ana, None, version=3)


def test_nothing_is_chosen_for_anybody_and_only_what_is_allowed(rfp: Rfp, ana: Viewer) -> None:
    project = unanswered(rfp, ana, yes_no(1))
    with pytest.raises(InputError):
        take(rfp, project, ana, Taking(closest(project)[0], chosen=("q2_yes",)))
    answer = answer_of(take(rfp, project, ana, Taking(closest(project)[0])))
    assert (answer.short, answer.chosen) == (None, ())


def test_shortened_words_keep_the_source_and_new_ones_have_none(rfp: Rfp, ana: Viewer) -> None:
    project = unanswered(rfp, ana)
    wanted = closest(project)[0]
    take(rfp, project, ana, Taking(wanted))
    rfp.edit(project, "q1", ana, text="Customer data is encrypted. Gladly.", version=2)
    answer = answer_of(rfp.get(project.id, ana).questions[0])
    assert [(each.text, each.evidence_ids) for each in answer.segments] == [
        ("Customer data is encrypted.", (wanted,)),
        ("Gladly.", ()),
    ]
    assert (answer.taken, answer.edited) == (None, True)
    with pytest.raises(Conflict, match="no longer"):
        take(rfp, project, ana, None, version=3)


def test_of_two_who_take_one_the_second_is_told_and_an_answer_is_not_replaced(rfp: Rfp, ana: Viewer) -> None:
    project = unanswered(rfp, ana)
    first, second = closest(project)
    take(rfp, project, ana, Taking(first))
    with pytest.raises(Conflict, match="Somebody changed"):
        take(rfp, project, ana, Taking(second))
    with pytest.raises(Conflict, match="an answer already"):
        take(rfp, project, ana, Taking(second), version=2)
    assert answer_of(rfp.get(project.id, ana).questions[0]).taken == first


@pytest.mark.parametrize(
    "change",
    [
        "update passages set text = replace(text, '30 days', '90 days') where id = :passage",
        "update passages set visibility = 'managers' where id = :passage",
        "delete from passages where id = :passage",
    ],
    ids=["changed", "closed", "erased"],
)
def test_what_reads_otherwise_by_now_is_not_taken(rfp: Rfp, ana: Viewer, change: str) -> None:
    project = unanswered(rfp, ana)
    before = rfp.get(project.id, ana).questions[0]
    with rfp.database.unit_of_work() as uow:
        uow.session.execute(sql(change), {"passage": world.SHARED_PASSAGE})
    with pytest.raises(Conflict, match="changed or removed"):
        take(rfp, project, ana, Taking(closest(project)[1]))
    assert rfp.get(project.id, ana).questions[0] == before


def test_only_what_was_found_and_may_be_read_is_taken(rfp: Rfp, ana: Viewer, make_user: MakeUser) -> None:
    secret = tuple(item.model_copy(update={"visibility": Visibility.MANAGERS.value}) for item in sentences(rfp, ana))
    project = unanswered(rfp, ana, closest=secret)
    for wanted in (secret[0].id, f"passage:{world.SHARED_PASSAGE}"):
        with pytest.raises(NotFound):
            take(rfp, project, ana, Taking(wanted))
    with pytest.raises(NotFound):
        take(rfp, project, make_user("Bea Prueba"), Taking(secret[0].id))


def test_a_helper_takes_one_for_the_question_they_were_given(rfp: Rfp, ana: Viewer, make_user: MakeUser) -> None:
    bea = make_user("Bea Prueba", language="en")
    project = unanswered(rfp, ana)
    with rfp.database.unit_of_work() as uow:
        rfp.projects.assign(project.id, ["q1"], to_user_id=bea.user_id, viewer=ana, uow=uow)
    assert take(rfp, project, bea, Taking(closest(project)[0])).state.value == "answered"
    with pytest.raises(NotFound):
        take(rfp, project, bea, Taking(closest(project)[0]), question_id="q2")


def test_another_language_is_quoted_as_such_and_a_limit_is_said(rfp: Rfp, ana: Viewer) -> None:
    project = unanswered(rfp, ana, question(1, language=Language.ES, limit={"words": 3}), language=Language.ES)
    answer = answer_of(take(rfp, project, ana, Taking(closest(project)[1])))
    assert answer.text == f"De «Security policy» (en inglés): «{BACKUPS}»"
    assert {notice.code for notice in answer.notices} == {NoticeCode.OTHER_LANGUAGE, NoticeCode.TOO_LONG}
    assert answer_of(take(rfp, project, ana, None, version=2)).notices == ()
