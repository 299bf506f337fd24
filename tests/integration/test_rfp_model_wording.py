"""A model words what the rules chose: what it is given, which of its sentences stand, what happens when it fails."""

import json
from typing import Any

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.questionnaires import AnswerForm, Place, Question
from copilot.domain.rfp_answers import NoticeCode, RfpAnswer, ShortForm
from copilot.errors import BudgetExceeded, ModelUnavailable
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Caller, ModelRole
from copilot.store.database import Database
from copilot.workflows.rfp.answering import QuestionAnswerer
from copilot.workflows.rfp.answering.wording import Wording
from evals.rfp.world import EmptyLibrary
from tests import chat_answer_world as chat
from tests.conftest import MakeUser
from tests.rfp_models import FACT, MEDIA, RULE, OneModel, add_access_policy


def writer(*answers: Any) -> OneModel:
    return OneModel(ModelRole.WRITER, *answers)


@pytest.fixture
def asker(database: Database, make_user: MakeUser) -> Viewer:
    add_access_policy(database)
    return make_user(Role.AE)


def answer(
    database: Database,
    viewer: Viewer,
    text: str,
    models: OneModel,
    *,
    form: AnswerForm = AnswerForm.TEXT,
    language: Language = Language.EN,
) -> RfpAnswer:
    asked = Question(id="q1", text=text, place=Place(address="A1"), language=language, form=form)
    answerer = QuestionAnswerer(chat.retrieval(), library=EmptyLibrary(), wording=Wording(models, Guardrails()))
    with database.unit_of_work() as uow:
        return answerer.answer(asked, questionnaire_language=language, account_id=None, viewer=viewer, uow=uow)


def written(*texts: str, cites: tuple[int, ...] = (1,)) -> str:
    return json.dumps({"segments": [{"text": text, "evidence": list(cites)} for text in texts]})


def test_a_sentence_that_its_source_carries_stands_and_cites_it(database: Database, asker: Viewer) -> None:
    models = writer(written("We encrypt all removable media with AES-256."))
    said = answer(database, asker, MEDIA, models, form=AnswerForm.YES_NO)
    assert said.text == "We encrypt all removable media with AES-256."
    assert [item.text for item in said.evidence] == [FACT]
    assert said.short is ShortForm.YES, "which rules alone decide"
    assert said.provenance is not None
    assert (said.provenance.writer, said.provenance.prompt_id) == ("model", "rfp_answer")
    assert models.callers == [Caller(asker.user_id, asker.team_id, language="en")]


@pytest.mark.parametrize(
    "invented",
    [
        "We encrypt all removable media with AES-512.",
        "We encrypt all removable media and all laptops with AES-256, audited by Deloitte.",
        "We do not encrypt removable media.",
        "Yes.",
        "Ciframos todos los soportes extraíbles con AES-256.",
        "EMAIL_7 encrypts all removable media with AES-256.",
    ],
    ids=["figure", "addition", "denial", "bare yes", "language", "nobody"],
)
def test_what_no_source_carries_is_dropped_and_said_by_rules(database: Database, asker: Viewer, invented: str) -> None:
    said = answer(database, asker, MEDIA, writer(written(invented)))
    assert said.text == FACT
    assert said.provenance is not None
    assert said.provenance.writer == "offline"
    assert said.provenance.parameters["dropped"] == "1"
    assert said.provenance.notes


@pytest.mark.parametrize(
    ("told", "stands"),
    [
        ("The operations team tests backups every quarter.", False),
        ("Our access policy requires that the operations team test backups every quarter.", True),
    ],
    ids=["as a fact", "as a rule"],
)
def test_a_rule_stays_a_rule(database: Database, asker: Viewer, told: str, stands: bool) -> None:
    said = answer(database, asker, "How often are backups tested?", writer(written(told)))
    assert (said.text == told) is stands
    assert NoticeCode.INTENTION in {notice.code for notice in said.notices}


def test_a_model_sees_no_person_of_a_document(database: Database, asker: Viewer) -> None:
    models = writer(written("Security incidents are reported to PERSON_1 at EMAIL_1 within 24 hours."))
    said = answer(database, asker, "To whom are security incidents reported?", models)
    assert "berta.quiroga@vendor.example" not in models.was_given
    assert "within 24 hours" in models.was_given
    assert "berta.quiroga@vendor.example" in said.text


def test_a_source_of_another_language_is_told_in_that_of_the_question(database: Database, asker: Viewer) -> None:
    told = "Ciframos todos los soportes extraíbles con AES-256."
    said = answer(database, asker, f"¿{FACT[:-1]}?", writer(written(told)), language=Language.ES)
    assert NoticeCode.OTHER_LANGUAGE in {notice.code for notice in said.notices}, "so that somebody compares"
    assert said.text == told


@pytest.mark.parametrize("error", [ModelUnavailable("gone"), BudgetExceeded("used up")], ids=["gone", "budget"])
def test_a_model_that_fails_leaves_the_words_of_the_rules_and_a_note(
    database: Database, asker: Viewer, error: Exception
) -> None:
    said = answer(database, asker, MEDIA, writer(error))
    assert said.text == FACT
    assert said.provenance is not None
    assert said.provenance.writer == "offline"
    assert len(said.provenance.notes) == 1


def test_a_source_that_a_sentence_only_cites_is_not_lost(database: Database, asker: Viewer) -> None:
    asked = f"{MEDIA} How often are backups tested by the operations team?"
    by_rules = answer(database, asker, asked, writer(ModelUnavailable("gone")))
    assert RULE in by_rules.text
    told = "Our access policy requires all removable media to be encrypted with AES-256."
    said = answer(database, asker, asked, writer(written(told, cites=(1, 2))))
    first, second = said.segments
    assert first.text == told
    assert RULE in second.text
    assert not set(first.evidence_ids) & set(second.evidence_ids)


def test_nothing_is_asked_of_a_model_where_nothing_answers(database: Database, asker: Viewer) -> None:
    models = writer()
    said = answer(database, asker, "Do you hold a licence for maritime salvage?", models)
    assert said.segments == ()
    assert not models.chat.asked
