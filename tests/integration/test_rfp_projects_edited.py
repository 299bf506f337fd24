"""Answers that somebody edited in the queue: all that was approved there leaves, and nothing else."""

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.domain.rfp_answers import ShortForm
from copilot.store.database import Database
from copilot.store.reviews import ReviewRepository
from tests.conftest import MakeUser
from tests.rfp_builders import SOURCE, Rfp, answer, make_rfp, question, yes_no


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER, language="en")


@pytest.fixture
def rfp(database: Database, ana: Viewer) -> Rfp:
    return make_rfp(database, viewer=ana)


def edit_in_queue(rfp: Rfp, item: ReviewItem, viewer: Viewer, texts: dict[str, str]) -> ReviewItem:
    with rfp.database.unit_of_work() as uow:
        return rfp.approvals.edit(item.id, texts, digest=item.digest, viewer=viewer, uow=uow)


@pytest.mark.parametrize("words", ["Yes, on every system.", "Yes; see below"], ids=["sentence", "reference"])
def test_a_short_answer_that_somebody_put_in_other_words_is_not_dropped(
    rfp: Rfp, ana: Viewer, manager: Viewer, words: str
) -> None:
    rfp.answerer.answers["q1"] = answer("q1", rfp.answerer.evidence, short=ShortForm.YES)
    project = rfp.answered(ana, yes_no(1))
    [filed] = rfp.file(project, ana)
    edit_in_queue(rfp, filed.item, manager, {"q1.short": words})
    given = rfp.get(project.id, ana).questions[0].answer
    assert given is not None
    assert given.short is None
    assert given.text == f"{words} Customer data is encrypted at rest with AES-256."


def test_values_that_somebody_put_in_other_words_are_not_dropped(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    rfp.answerer.answers["q1"] = answer("q1", rfp.answerer.evidence, chosen=("q1_yes",))
    project = rfp.answered(ana, yes_no(1))
    [filed] = rfp.file(project, ana)
    edit_in_queue(rfp, filed.item, manager, {"q1.chosen": "Both of them"})
    given = rfp.get(project.id, ana).questions[0].answer
    assert given is not None
    assert (given.chosen, given.text.startswith("Both of them ")) == ((), True)


def test_a_bare_yes_keeps_what_it_rests_on(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    rfp.answerer.answers["q1"] = answer("q1", rfp.answerer.evidence, text="", short=ShortForm.YES)
    project = rfp.answered(ana, yes_no(1))
    [filed] = rfp.file(project, ana)
    edit_in_queue(rfp, filed.item, manager, {"q1.short": "Partly"})
    given = rfp.get(project.id, ana).questions[0].answer
    assert given is not None
    assert (given.short, [item.id for item in given.evidence]) == (ShortForm.PARTIAL, [SOURCE])


def test_an_entry_is_not_given_words_of_another_language(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    with rfp.database.unit_of_work() as uow:
        entry = rfp.library.add(
            "¿Cifran los datos?",
            "Los datos se cifran.",
            language=Language.ES,
            owner_id=ana.user_id,
            viewer=ana,
            uow=uow,
        )
        rfp.library.approve(entry.id, viewer=manager, uow=uow)
    rfp.answerer.answers["q1"] = answer("q1", rfp.answerer.evidence, library_entry_id=entry.id)
    project = rfp.answered(ana, question(1))
    rfp.edit(project, "q1", ana, text="Backups are kept for 30 days.")
    [filed] = rfp.file(project, ana)
    with rfp.database.unit_of_work() as uow:
        assert ReviewRepository(uow).move(filed.item.id, to=ReviewState.APPROVED, allowed_from=tuple(ReviewState))
        rfp.projects.package(project.id, viewer=ana, uow=uow)
        [change] = rfp.library.changes(viewer=ana, uow=uow)
    assert (change.entry_id, change.language) == (None, Language.EN)
    assert change.question == project.questions[0].question.text


def test_an_edit_in_the_queue_is_held_against_the_other_answers(rfp: Rfp, ana: Viewer, manager: Viewer) -> None:
    for key in ("q1", "q2"):
        rfp.answerer.answers[key] = answer(key, rfp.answerer.evidence, text="Backups are kept for 30 days.")
    project = rfp.answered(
        ana, question(1, "How long are backups kept?"), question(2, "How long are the backups kept?")
    )
    filed = rfp.file(project, ana)
    edited = edit_in_queue(rfp, filed[1].item, manager, {"q2.1": "Backups are kept for 90 days."})

    def told() -> list[list[str | None]]:
        shown = rfp.get(project.id, ana).questions
        return [[notice.question_id for notice in each.answer.notices] for each in shown if each.answer]

    assert told() == [["q2"], ["q1"]]
    edit_in_queue(rfp, edited, manager, {"q2.1": "Backups are kept for 30 days."})
    assert told() == [[], []]


def test_what_follows_from_an_answer_is_asked_no_more_once_the_queue_says_no(
    rfp: Rfp, ana: Viewer, manager: Viewer
) -> None:
    rfp.answerer.answers["q1"] = answer("q1", rfp.answerer.evidence, short=ShortForm.YES, chosen=("q1_yes",))
    project = rfp.answered(ana, yes_no(1), question(2, condition="q1_yes"))
    [parent] = rfp.file(project, ana, question_ids=["q1"])
    edit_in_queue(rfp, parent.item, manager, {"q1.short": "No.", "q1.chosen": "No"})
    assert rfp.states(project.id, ana) == {"q1": "in_queue", "q2": "not_asked"}
