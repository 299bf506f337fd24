"""Scores learnt from the records of a database: what is learnt, what is refused and why, and which model is in use."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from copilot.cli import scores as commands
from copilot.clock import FixedClock
from copilot.domain.access import Role
from copilot.domain.language import Language
from copilot.domain.records import Account, Lifecycle
from copilot.domain.scores import ScoreKind, ScoreModel
from copilot.domain.signals import Signal
from copilot.scoring import registry
from copilot.scoring.backtest import customers_past, train_from_records
from copilot.scoring.believable import Refusal
from copilot.scoring.labels import DelaySource
from copilot.scoring.quality import Measure
from copilot.scoring.refusals import refusal_text
from copilot.scoring.registry import Put
from copilot.scoring.report import Compared, Report
from copilot.scoring.shapes import AdditiveModel
from copilot.scoring.signal_columns import columns_of
from copilot.scoring.tables import Reason
from copilot.store.audit import AuditLog
from copilot.store.courses import CourseRepository
from copilot.store.database import Database
from copilot.store.records import RecordEntry, RecordRepository
from copilot.store.scores import ScoreRepository
from copilot.store.signals import SignalsRepository
from copilot.store.tables.records import AccountRow, OpportunityRow, SourceFileRow
from copilot.store.tables.scores import AlertRow
from tests.command_line import command_line
from tests.conftest import MakeUser
from tests.scoring_builders import TODAY, Portfolio, add_portfolio, plain

KIND = ScoreKind.CHURN_30
ENDED = "scores.choice_ended"
USUAL = Portfolio()


def train(database: Database) -> ScoreModel:
    with database.unit_of_work() as uow:
        return train_from_records(uow, KIND)


def add_oddities(database: Database) -> None:
    """Left on a day that no record holds; on that of a lost renewal; before it came."""
    came, lost = TODAY - timedelta(days=900), TODAY - timedelta(days=200)
    rows = {
        "no-day": AccountRow(**plain("no-day"), lifecycle="churned", customer_since=came),
        "renewal": AccountRow(**plain("renewal"), lifecycle="churned", customer_since=came),
        "backwards": AccountRow(
            **plain("backwards"), lifecycle="churned", customer_since=came, churned_on=came - timedelta(days=1)
        ),
        "prospect": AccountRow(**plain("prospect"), lifecycle="prospect"),
    }
    with database.unit_of_work() as uow:
        for row in rows.values():
            row.name = row.search_key = row.id
            uow.session.add(row)
        uow.flush()
        uow.session.add(
            OpportunityRow(
                **plain("lost"), account_id="renewal", account_source_id="renewal", name="Renovación",
                kind="renewal", status="lost", close_date=lost,
            )
        )  # fmt: skip


def add_saved(database: Database) -> None:
    """An alert whose customer stayed."""
    with database.unit_of_work() as uow:
        now = uow.clock.now()
        alert = AlertRow(
            id="alert", account_id="a00000", kind="churn_risk", cause=Signal.USAGE_CHANGE.value, score_kind=KIND.value,
            now=0.4, day=TODAY, playbook="use", state="closed", outcome="saved", opened_at=now, changed_at=now,
            version=1,
        )  # fmt: skip
        uow.session.add(alert)


def test_churn_is_learnt_from_what_was_known_on_the_day_and_its_report_says_how_good_it_is(database: Database) -> None:
    gone = add_portfolio(database, USUAL)
    with database.unit_of_work() as uow:
        uow.session.execute(update(AccountRow).values(industry="Manufacturing"))
        uow.session.execute(update(AccountRow).where(AccountRow.lifecycle == "churned").values(industry="Former"))
    add_oddities(database)
    model = train(database)
    report = Report.model_validate(model.report)
    assert model.refusal is None, model.refusal
    assert (report.counts.happened, report.counts.happened_by) == (gone + 1, {"churned_on": gone, "lost_renewal": 1})
    assert (report.counts.without_day, report.counts.gone_before_they_came) == (1, 1)
    assert report.counts.last_day == date(2026, 8, 31), "30 days and the delay of 30 later its outcome is on record"
    assert report.quality is not None
    assert report.quality.figures[Measure.AUC].low > 0.65
    assert report.lead is not None
    assert report.lead.low < report.lead.share < report.lead.high
    assert {group.column for group in report.segments} == {"segment", "country"}
    assert report.split is not None
    assert report.split.learnt.last_day is not None
    assert (report.split.from_day - report.split.learnt.last_day).days > report.split.embargo_days == 60
    assert Signal.USAGE_CHANGE in report.used
    assert report.lately is not None
    assert (TODAY - report.lately.last_day).days > report.delay.days, "what is told of lately was on record"
    assert ("industry", Reason.LEAK) in {(item.column, item.reason) for item in report.left_out}
    assert refusal_text(model, Language.EN) is None
    with database.unit_of_work() as uow:
        today = columns_of(SignalsRepository(uow).of_day(TODAY))
    chances = AdditiveModel.model_validate(model.model).probabilities(today)
    assert chances.shape == (today.rows,)
    assert 0 < chances.min() < chances.mean() < 0.2


def test_outcomes_that_use_does_not_tell_are_refused_and_the_model_before_scores_nobody_any_more(
    database: Database, clock: FixedClock
) -> None:
    add_portfolio(database, Portfolio(telling=False))
    with database.unit_of_work() as uow:
        earlier = ScoreModel(
            id="earlier", kind=KIND, trained_at=clock.now(), trained_on=TODAY, refusal=None, model={}, report={}
        )
        ScoreRepository(uow).keep(earlier)
    clock.advance(timedelta(minutes=1))
    with database.unit_of_work() as uow:
        done = registry.train_and_keep(uow, KIND)
        in_use = ScoreRepository(uow).model(KIND)
    assert done.model.refusal == Refusal.NO_BETTER_THAN_CHANCE
    assert done.put is Put.REFUSED
    assert in_use is not None
    assert in_use.refusal == Refusal.NO_BETTER_THAN_CHANCE
    assert "base rate" in (refusal_text(in_use, Language.EN) or "")
    assert "tasa media" in (refusal_text(in_use, Language.ES) or "")


def test_few_departures_are_too_few_and_the_refusal_counts_them(database: Database, clock: FixedClock) -> None:
    add_portfolio(database, Portfolio(accounts=40, weeks=60, monthly_churn=0.03))
    add_oddities(database)
    with database.unit_of_work() as uow:
        found = customers_past(uow)
        model = train_from_records(uow, KIND, found=found)
    there = found.counts.happened
    assert 0 < there < 50
    assert model.refusal in {Refusal.FEW_OF_AN_OUTCOME, Refusal.FEW_ROWS}
    said = refusal_text(model, Language.EN) or ""
    assert f"It needs 50 customers who left with a known day; there are {there}." in said
    assert said.endswith("Left on a day that no record holds: 1.")
    assert f"hay {there}." in (refusal_text(model, Language.ES) or "")
    with database.unit_of_work() as uow:
        assert registry.keep(uow, model, before=None).put is Put.REFUSED
        good = model.model_copy(update={"id": "good", "refusal": None, "model": {"base": 0, "shapes": []}})
        assert registry.keep(uow, model.model_copy(update={"id": "again"}), before=good).put is Put.REFUSED_BESIDE


def test_nobody_to_learn_from_is_refused(database: Database) -> None:
    model = train(database)
    assert model.refusal == Refusal.FEW_ROWS
    assert "there are 0" in (refusal_text(model, Language.EN) or "")


def test_departures_recorded_late_end_the_history_earlier(database: Database) -> None:
    add_portfolio(database, Portfolio(accounts=120, late_days=80))
    report = Report.model_validate(train(database).report)
    assert report.delay.source is DelaySource.SILENCE
    assert report.delay.days >= 80
    assert report.counts.last_day is not None
    assert report.counts.last_day <= TODAY - timedelta(days=110)


def test_a_worse_model_is_kept_aside_and_an_earlier_one_can_be_chosen_again(
    database: Database, clock: FixedClock
) -> None:
    def model(name: str, **report: object) -> ScoreModel:
        made = AdditiveModel(base=0, shapes=()).model_dump(mode="json")
        return ScoreModel(
            id=name, kind=KIND, trained_at=clock.now(), trained_on=TODAY, refusal=None, model=made, report=report
        )

    beside = Compared(
        other_id="first", measure=Measure.BRIER, rows=300, own=0.2, other=0.1, low=0.05, high=0.15, is_worse=True
    ).model_dump(mode="json")
    with database.unit_of_work() as uow:
        repository = ScoreRepository(uow)
        first = registry.keep(uow, model("first"), before=None)
        clock.advance(timedelta(minutes=1))
        worse = registry.keep(uow, model("worse", compared=beside), before=first.model)
        assert (first.put, worse.put) == (Put.IN_USE, Put.WORSE)
        assert (repository.model(KIND) or worse.model).id == "first"
        clock.advance(timedelta(minutes=1))
        assert (
            registry.keep(uow, model("taken", compared=beside), before=first.model, even_if_worse=True).put
            is Put.IN_USE
        )
        assert (repository.model(KIND) or worse.model).id == "taken"
        clock.advance(timedelta(minutes=1))
        registry.put_in_use(uow, "first", actor_id="somebody")
        assert (repository.model(KIND) or worse.model).id == "first"
        assert [found.id for found in repository.models()] == ["taken", "worse", "first"]
    with database.unit_of_work() as uow:
        told = [(event.action, event.subject) for event in AuditLog(uow).events()]
    assert told[-1] == ("scores.put_in_use", "score_model:first")
    assert [action for action, _ in told].count("scores.trained") == 3


def test_what_was_chosen_by_hand_stands_until_that_is_taken_back(database: Database, clock: FixedClock) -> None:
    def learnt(name: str, refusal: Refusal | None = None, *, even_if_worse: bool = False) -> Put:
        clock.advance(timedelta(minutes=1))
        made = None if refusal else AdditiveModel(base=0, shapes=()).model_dump(mode="json")
        model = ScoreModel(
            id=name, kind=KIND, trained_at=clock.now(), trained_on=TODAY, refusal=refusal, model=made, report={}
        )
        with database.unit_of_work() as uow:
            before = ScoreRepository(uow).model(KIND)
            return registry.keep(uow, model, before=before, even_if_worse=even_if_worse).put

    def scoring() -> tuple[str, str | None]:
        with database.unit_of_work() as uow:
            found = ScoreRepository(uow).model(KIND)
        assert found is not None
        return found.id, found.chosen_by

    assert [learnt("first"), learnt("second")] == [Put.IN_USE, Put.IN_USE]
    with database.unit_of_work() as uow:
        registry.put_in_use(uow, "first", actor_id="ada")
        registry.put_in_use(uow, "first", actor_id="bea")  # again: it stays the first one's choice
    for name, refusal in (("better", None), ("chance", Refusal.NO_BETTER_THAN_CHANCE)):
        assert learnt(name, refusal) is Put.BESIDE_CHOICE
        assert scoring() == ("first", "ada")
    # A training that decided before the choice was there, and is written after it.
    with database.unit_of_work() as uow:
        clock.advance(timedelta(minutes=1))
        late = ScoreRepository(uow).models_named("second")[0].model_copy(update={"id": "late"})
        ScoreRepository(uow).keep(late)
    assert scoring() == ("first", "ada")
    assert learnt("forced", even_if_worse=True) is Put.IN_USE
    assert scoring() == ("forced", None)
    clock.advance(timedelta(minutes=1))
    with database.unit_of_work() as uow:
        registry.put_in_use(uow, "second", actor_id="ada")
        assert registry.take_back_choice(uow, KIND, actor_id="bea")
        assert not registry.take_back_choice(uow, KIND, actor_id="bea")
    assert scoring() == ("second", None)
    assert learnt("newest") is Put.IN_USE
    assert scoring() == ("newest", None)
    with database.unit_of_work() as uow:
        ended = [(event.subject, event.actor_id) for event in AuditLog(uow).events() if event.action == ENDED]
    assert ended == [("score_model:first", "system"), ("score_model:second", "bea")]


def test_of_two_who_choose_at_once_one_choice_is_left(database: Database, clock: FixedClock) -> None:
    made = AdditiveModel(base=0, shapes=()).model_dump(mode="json")
    with database.unit_of_work() as uow:
        for name in ("first", "second"):
            ScoreRepository(uow).keep(
                ScoreModel(
                    id=name, kind=KIND, trained_at=clock.now(), trained_on=TODAY, refusal=None, model=made, report={}
                )
            )

    def choose(name: str) -> None:
        with database.unit_of_work() as uow:
            registry.put_in_use(uow, name, actor_id=name)

    with ThreadPoolExecutor(1) as pool:
        with database.unit_of_work() as uow:
            ScoreRepository(uow).choose(ScoreRepository(uow).models_named("first")[0], by="ada")
            waiting = pool.submit(choose, "second")
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.5)
        waiting.result(timeout=30)
    with database.unit_of_work() as uow:
        assert [one.id for one in ScoreRepository(uow).models() if one.chosen_at is not None] == ["second"]


def test_the_commands_train_show_and_choose_models_and_only_an_admin_may(
    database: Database, make_user: MakeUser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clock: FixedClock
) -> None:
    add_portfolio(database, USUAL)
    add_saved(database)
    run = command_line(database, tmp_path, monkeypatch, commands)
    admin, seller = make_user(role=Role.ADMIN, language="en"), make_user(role=Role.AE)
    spaniard = make_user("Otra Prueba", role=Role.ADMIN, language="es")
    for command in (["train"], ["use", "x"]):
        refused = run("scores", *command, viewer=seller)
        assert refused.exit_code == 1
        assert "Solo administración" in refused.output
    assert "None has been trained" in run("scores", "models", viewer=admin).output
    trained = run("scores", "train", "--horizon", "30", "--json", viewer=admin)
    assert trained.exit_code == 0, trained.output
    [short] = json.loads(trained.output[trained.output.index("[\n") :])
    assert (short["kind"], short["put"]) == ("churn_30", "in_use")
    clock.advance(timedelta(minutes=1))
    again = run("scores", "train", "--horizon", "30", viewer=admin)
    assert "in use" in again.output
    listed = run("scores", "models", viewer=seller).output
    assert "en uso" in listed
    assert "anterior" in listed
    used = run("scores", "use", short["id"], viewer=admin)
    assert used.exit_code == 0, used.output
    assert f"chosen by hand by {admin.name}" in " ".join(run("scores", "models", viewer=admin).output.split())
    kept = run("scores", "train", "--horizon", "30", viewer=admin).output
    assert "is kept aside" in kept
    for words in ("vuelve a decidir", "no está elegido a mano"):
        assert "Solo administración" in run("scores", "take-back", short["id"], viewer=seller).output
        told = run("scores", "take-back", short["id"], viewer=spaniard)
        assert words in " ".join(told.output.split())
    shown = run("scores", "show", "--horizon", "30", viewer=admin).output
    assert "Leaving within 30 days" in shown
    assert "by what was learnt" in " ".join(shown.split())
    assert "Change of use over 13 weeks" in shown
    assert "were alerted 30 days before or more" in " ".join(shown.split())
    assert "Change of use over 13 weeks: 1 of 1 closed alert was right" in shown
    assert "Alerted and saved: 1." in shown
    beside = run(
        "scores", "show", json.loads(run("scores", "models", "--json", viewer=admin).output)[0]["id"], viewer=seller
    )
    assert "Frente al modelo" in beside.output
    assert "avisos cerrados" not in beside.output
    assert all(
        "alerts" not in one["report"] for one in json.loads(run("scores", "models", "--json", viewer=seller).output)
    )
    assert run("scores", "show", "nothing", viewer=admin).exit_code == 1
    assert run("scores", "train", "--horizon", "7", viewer=admin).exit_code == 2


def test_the_day_on_which_a_departure_was_first_recorded_never_moves(database: Database) -> None:
    def imported(day: date, content: str, **values: Any) -> date | None:
        account = Account(source_system="crm", source_id="1", as_of=day, name="Norte Frío", **values)
        entry = RecordEntry(id="one", record=account, account_id=None, content_hash=content, source_file_id="file")
        with database.unit_of_work() as uow:
            RecordRepository(uow).upsert("account", [entry])
        with database.unit_of_work() as uow:
            [found] = CourseRepository(uow).customers(until=TODAY)
            return found.recorded_on

    first, second, third = (TODAY - timedelta(days=days) for days in (60, 40, 20))
    left = {"lifecycle": Lifecycle.CHURNED, "churned_on": first - timedelta(days=5)}
    with database.unit_of_work() as uow:
        uow.session.add(
            SourceFileRow(
                id="file", root="crm", path="accounts.csv", sha256="file", media_type="text/csv", size_bytes=1,
                imported_at=uow.clock.now(),
            )
        )  # fmt: skip
    assert imported(first, "customer", lifecycle=Lifecycle.CUSTOMER) is None
    assert imported(second, "left", **left) == second
    assert imported(third, "left", **left) == second, "confirmed"
    assert imported(third, "another name", **left, segment="SMB") == second, "changed"
    assert imported(TODAY - timedelta(days=10), "came back", lifecycle=Lifecycle.CUSTOMER) is None
    again = {"lifecycle": Lifecycle.CHURNED, "churned_on": TODAY - timedelta(days=8)}
    assert imported(TODAY, "left again", **again) == TODAY, "another departure"
