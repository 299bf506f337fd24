"""An explanation says what moved a score and what would change it, and nothing that the score does not do."""

from datetime import date, timedelta

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.plans import RisksStep
from copilot.domain.scores import Band, ScoreKind
from copilot.domain.signals import Signal
from copilot.errors import NotFound
from copilot.scoring.health import Scorecard, load_scorecard
from copilot.store.database import Database
from copilot.store.evidence import EvidenceRepository
from copilot.store.score_due import ScoreDueRepository
from copilot.store.tables.records import TicketRow
from copilot.workflows.chat.score_step import ScoreSteps
from copilot.workflows.scores.explaining import Explanations
from copilot.workflows.scores.scorecard_check import check_scorecard
from copilot.workflows.scores.story import AccountStory
from tests import alert_worlds as alerts
from tests import chat_answer_world as chat
from tests.conftest import MakeUser
from tests.score_worlds import TODAY, add_customer, add_ticket, keep_model, service

ILL = {"users": [100] * 14 + [60] * 6, "nps": 3, "urgent": 2}
EN, ES = Language.EN, Language.ES


@pytest.fixture
def csm(make_user: MakeUser) -> Viewer:
    return make_user(role=Role.CSM)


def explained(database: Database, account_id: str, viewer: Viewer, *, language: Language = EN) -> AccountStory:
    with database.unit_of_work() as uow:
        return Explanations(service()).explain(account_id, viewer=viewer, language=language, uow=uow)


def test_the_strongest_signs_come_first_each_with_its_source(database: Database, csm: Viewer) -> None:
    add_customer(database, "ill", owner=csm.email, **ILL)  # type: ignore[arg-type]
    story = explained(database, "ill", csm)
    health = story.of(ScoreKind.HEALTH)
    assert health is not None
    assert health.band is Band.BAD
    assert [sign.name for sign in health.bad] == [Signal.USAGE_CHANGE, Signal.TICKETS_OPEN_URGENT, Signal.NPS]
    assert health.bad[0].sentence == "Active use is down 40%."
    assert health.bad[0].evidence is not None
    assert health.bad[0].evidence.text == "active_users_change_pct: -40"
    assert health.bad[0].evidence.inputs
    assert all(sign.effect > 0 for sign in health.good)
    assert explained(database, "ill", csm, language=ES).of(ScoreKind.HEALTH).bad[1].sentence == (  # type: ignore[union-attr]
        "Hay 2 tickets urgentes abiertos."
    )


def test_the_risks_of_an_account_begin_with_its_health(database: Database, csm: Viewer) -> None:
    add_customer(database, "ill", owner=csm.email, **ILL)  # type: ignore[arg-type]
    with database.unit_of_work() as uow:
        scene = chat.scene(uow, csm, "risks", language=EN)
        found = ScoreSteps(Explanations(service())).risks(RisksStep(account_id="ill"), scene)
    assert found.lines[0].text.startswith("Health: ")
    assert len(found.lines) > 1


def test_accounts_at_risk_are_told_by_their_health_and_alerts_with_the_sources(
    database: Database, csm: Viewer, make_user: MakeUser
) -> None:
    alerted = alerts.an_alert(database, csm)
    for name, owner in (("ill", csm), ("theirs", make_user(team="south"))):
        add_customer(database, name, owner=owner.email, **ILL)  # type: ignore[arg-type]
    service().recompute(database)
    with database.unit_of_work() as uow:
        scene = chat.scene(uow, csm, "which accounts are at risk?", language=EN)
        steps = ScoreSteps(Explanations(service()))
        found, mine = steps.risks(RisksStep(), scene), steps.risks(RisksStep(mine=True), scene)
    assert found.account_ids[:2] == (alerted.account_id, "ill")
    assert "theirs" not in found.account_ids
    text = "\n".join(line.text for line in found.lines)
    assert "Aceros 1, open alert: the probability that the customer leaves" in text
    assert "Compañía ill: health: " in text
    known = {item.id for item in found.evidence}
    assert all(line.evidence_ids and known.issuperset(line.evidence_ids) for line in found.lines)
    assert mine.account_ids == found.account_ids


def test_what_would_change_a_score_is_what_the_score_becomes_when_it_has_changed(
    database: Database, csm: Viewer
) -> None:
    add_customer(database, "ill", owner=csm.email, **ILL)  # type: ignore[arg-type]
    health = explained(database, "ill", csm).of(ScoreKind.HEALTH)
    assert health is not None
    told = next(change for change in health.changes if change.name == Signal.TICKETS_OPEN_URGENT)
    assert not told.of_healthy  # nobody else is there: as the scorecard counts as good
    assert "with this: no urgent ticket is open" in told.sentence
    with database.unit_of_work() as uow:
        for number in range(2):
            uow.session.get_one(TicketRow, f"ill:ticket:{number}").priority = "P4"
    after = explained(database, "ill", csm).of(ScoreKind.HEALTH)
    assert after is not None
    assert after.value == pytest.approx(told.value, abs=1e-9)


def test_changes_are_those_of_the_healthy_customers_that_the_viewer_sees(database: Database, csm: Viewer) -> None:
    add_customer(database, "ill", owner=csm.email, **ILL)  # type: ignore[arg-type]
    for number in range(6):
        add_customer(database, f"well{number}", owner=csm.email, users=[80] * 14 + [90] * 6, nps=9)
        add_customer(database, f"hidden{number}", owner="otra@tramontia.example", users=[10] * 14 + [90] * 6, nps=10)
    health = explained(database, "ill", csm).of(ScoreKind.HEALTH)
    assert health is not None
    usage = next(change for change in health.changes if change.name == Signal.USAGE_CHANGE)
    assert usage.of_healthy
    assert "active use is up 12.5%" in usage.clause
    assert health.together


def test_probabilities_say_what_raises_them_or_why_they_are_not_there(database: Database, csm: Viewer) -> None:
    add_customer(database, "ill", owner=csm.email, **ILL)  # type: ignore[arg-type]
    missing = explained(database, "ill", csm).of(ScoreKind.CHURN_90)
    assert missing is not None
    assert (missing.value, missing.shown) == (None, "—")
    assert "No model has been trained yet." in missing.why_not
    keep_model(database)
    there = explained(database, "ill", csm).of(ScoreKind.CHURN_90)
    assert there is not None
    assert {sign.name for sign in there.bad} == {Signal.USAGE_CHANGE, Signal.TICKETS_OPEN_URGENT}
    assert all(change.value < (there.value or 0) for change in there.changes)
    keep_model(database, refusal="no_better_than_chance", model_id="refused")


def test_similar_accounts_and_how_they_ended_are_visible_ones(database: Database, csm: Viewer) -> None:
    add_customer(database, "ill", owner=csm.email, users=[100] * 14 + [60] * 6, nps=None)
    assert explained(database, "ill", csm).alike == ()
    assert "no other accounts" in explained(database, "ill", csm).alike_note
    falling = [100] * 12 + [60] * 29
    for account_id, owner in (("gone", csm.email), ("secret", "otra@tramontia.example")):
        add_customer(
            database, account_id, owner=owner, users=falling, nps=None, lifecycle="churned",
            churned_on=date(2026, 9, 20),
        )  # fmt: skip
    add_customer(database, "calm", owner=csm.email, users=[100] * 60, nps=None, urgent=1, customer_since=TODAY)
    with database.unit_of_work() as uow:  # since there are tickets at all, having none is known
        uow.session.get_one(TicketRow, "calm:ticket:0").opened_at -= timedelta(days=400)
    story = explained(database, "ill", csm, language=ES)
    assert [one.account_id for one in story.alike] == ["gone"]
    assert story.alike[0].sentence == (
        "Compañía gone estaba poco antes de irse como esta cuenta hoy; se fue el 20 de septiembre de 2026."
    )
    assert story.alike[0].in_what.startswith("Se parecen en: variación del uso en 13 semanas, ")


def test_whoever_may_not_see_an_account_gets_nothing_of_it(
    database: Database, csm: Viewer, make_user: MakeUser
) -> None:
    add_customer(database, "ill", owner=csm.email, **ILL)  # type: ignore[arg-type]
    stranger = make_user(role=Role.AE, team="south")
    with pytest.raises(NotFound):
        explained(database, "ill", stranger)


def test_a_prospect_has_no_health_and_the_explanation_says_so(database: Database, csm: Viewer) -> None:
    add_customer(database, "new", owner=csm.email, lifecycle="prospect")
    story = explained(database, "new", csm)
    assert story.scores == ()
    assert story.nothing == "It is no customer: it has no health and no probability of leaving."


def test_the_score_of_a_week_ago_is_told(database: Database, csm: Viewer, clock: object) -> None:
    add_customer(database, "ill", owner=csm.email, **ILL)  # type: ignore[arg-type]
    service().recompute(database)
    clock.advance(timedelta(days=8))  # type: ignore[attr-defined]
    health = explained(database, "ill", csm).of(ScoreKind.HEALTH)
    assert health is not None
    assert health.before is not None
    assert health.before.day == TODAY + timedelta(days=1)


def test_the_evidence_of_signs_is_found_again_by_its_id(database: Database, csm: Viewer) -> None:
    add_customer(database, "ill", owner=csm.email, **ILL)  # type: ignore[arg-type]
    story = explained(database, "ill", csm)
    with database.unit_of_work() as uow:
        again = EvidenceRepository(uow).read_for(story.evidence, viewer=csm, today=TODAY)
    assert {item.id for item in story.evidence} == set(again)
    assert all(again[item.id].content_hash == item.content_hash for item in story.evidence)


def changed(**other: object) -> Scorecard:
    return load_scorecard().model_copy(update=other)


def test_a_changed_scorecard_tells_which_visible_accounts_would_change_band(database: Database, csm: Viewer) -> None:
    add_customer(database, "well", owner=csm.email, nps=9)
    add_customer(database, "ill", owner=csm.email, **ILL)  # type: ignore[arg-type]
    add_customer(database, "hidden", owner="otra@tramontia.example", nps=9)
    current = load_scorecard()
    stricter = changed(bands=current.bands.model_copy(update={"good": 99.0, "watch": 1.0}))
    with database.unit_of_work() as uow:
        found = check_scorecard(current, stricter, viewer=csm, uow=uow)
        assert not check_scorecard(current, current, viewer=csm, uow=uow).moved
    assert found.customers == 2
    assert {one.account_id: (one.before.band, one.after.band) for one in found.moved} == {
        "well": (Band.GOOD, Band.WATCH),
        "ill": (Band.BAD, Band.WATCH),
    }
    with database.unit_of_work() as uow:
        assert ScoreDueRepository(uow).progress().day is None


def test_a_ticket_more_makes_it_worse(database: Database, csm: Viewer) -> None:
    add_customer(database, "a", owner=csm.email, urgent=1)
    before = explained(database, "a", csm).of(ScoreKind.HEALTH)
    add_ticket(database, "a", number=5)
    after = explained(database, "a", csm).of(ScoreKind.HEALTH)
    assert before is not None
    assert after is not None
    assert (after.value or 0) < (before.value or 0)
