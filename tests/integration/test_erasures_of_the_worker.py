"""An erasure is the worker's: asked for at once, done as a whole, whatever ends whoever does it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from copilot.domain.erasure import ErasureState, Reason, Step, Trouble
from copilot.errors import Conflict, UnavailableError
from copilot.privacy import requests as privacy_requests
from copilot.privacy.erasing import Eraser
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.erasure_reading import ErasureRecord
from copilot.store.erasure_requests import OpenErasures
from tests import privacy_company as world
from tests.asynchronous import run
from tests.conftest import MakeUser
from tests.integration.test_privacy_erasure import World

ASKED, ERASED, FAILED = "privacy.erasure_requested", "privacy.erased", "privacy.erasure_failed"
WITHDRAWN = "privacy.erasure_withdrawn"


@pytest.fixture
def company(database: Database, data_dir: Path, tmp_path: Path, make_user: MakeUser) -> World:
    return World(database, data_dir, tmp_path / "export", make_user)


def ask(company: World, person: str = world.EMAIL, *, account: str | None = None) -> str:
    privacy = company.application.privacy
    with company.database.unit_of_work() as uow:
        meant = privacy.identify(person, viewer=company.admin, uow=uow, account=account)
        return privacy.confirm(meant, reason=Reason.REQUEST, viewer=company.admin, uow=uow)


def record(company: World, erasure_id: str) -> ErasureRecord:
    with company.database.unit_of_work() as uow:
        return company.application.privacy.one(erasure_id, viewer=company.admin, uow=uow)


def told(company: World) -> list[str]:
    with company.database.unit_of_work() as uow:
        actions = [event.action for event in AuditLog(uow).events()]
    return [action for action in actions if action in {ASKED, ERASED, FAILED, WITHDRAWN}]


def raising(error: BaseException) -> Callable[..., None]:
    def act(*_args: object, **_more: object) -> None:
        raise error

    return act


def test_the_worker_does_it_and_only_hashes_tell_who_it_was(company: World) -> None:
    with capture_logs() as logs:
        erasure_id = ask(company)
        assert record(company, erasure_id).state is ErasureState.WAITING
        assert [place for place in company.named() if place.startswith(("procrastinate", "erasures.", "audit"))] == []
        assert any(place.startswith("erasure_subjects.") for place in company.named())
        run(company.application.jobs.work(wait=False))
    done = record(company, erasure_id)
    assert done.state is ErasureState.DONE
    assert done.counts["contacts"] == 2
    assert company.named() == []
    assert world.where_named({"logs": [dict(line) for line in logs]}) == []
    assert told(company) == [ASKED, ERASED]


def test_from_the_moment_it_is_asked_for_imports_keep_the_person_out(company: World) -> None:
    ask(company)
    contacts = world.everything_held(company.database)["contacts"]
    assert {row["source_id"] for row in contacts if row["do_not_contact"]} == {"c1", "9001"}
    report = world.import_export(company.folder, company.application)
    assert report.issues["person.erased"] == 2


def test_one_person_has_one_open_erasure_and_one_done_at_a_time(company: World) -> None:
    first = ask(company)
    assert ask(company, world.PERSON) == first
    with company.database.unit_of_work() as uow:
        assert OpenErasures(uow).take_turn()
        assert company.application.privacy.run_waiting() == 0, "somebody else is at one"
    assert company.application.privacy.run_waiting() == 1
    assert company.application.privacy.run_waiting() == 0
    assert told(company) == [ASKED, ASKED, ERASED]


def test_a_worker_that_is_killed_leaves_all_of_it_to_the_next(company: World, monkeypatch: pytest.MonkeyPatch) -> None:
    erasure_id, before = ask(company), company.records()
    with monkeypatch.context() as killed:
        killed.setattr(privacy_requests, "_record", raising(KeyboardInterrupt()))  # all is overwritten by then
        with pytest.raises(KeyboardInterrupt):
            company.application.privacy.run_waiting()
    left = record(company, erasure_id)
    assert (left.state, left.begun, left.erased_at) == (ErasureState.WAITING, 1, None)
    assert company.records() == before
    assert company.application.privacy.run_waiting() == 1
    assert company.named() == []
    assert told(company) == [ASKED, ERASED]


def test_what_kills_workers_is_given_up_and_said(company: World, monkeypatch: pytest.MonkeyPatch) -> None:
    erasure_id = ask(company)
    with monkeypatch.context() as killed:
        killed.setattr(Eraser, "erase", raising(KeyboardInterrupt()))
        for _ in range(3):
            with pytest.raises(KeyboardInterrupt):
                company.application.privacy.run_waiting()
    assert company.application.privacy.run_waiting() == 0
    given_up = record(company, erasure_id)
    assert (given_up.state, given_up.problem) == (ErasureState.FAILED, Trouble.CUT_OFF)
    assert told(company) == [ASKED, FAILED]


def test_a_worker_that_ends_keeps_nothing_and_has_not_tried(company: World) -> None:
    erasure_id, before, asked = ask(company), company.records(), iter([False, False, False])
    assert company.application.privacy.run(erasure_id, should_stop=lambda: next(asked, True)) is None
    left = record(company, erasure_id)
    assert (left.state, left.begun) == (ErasureState.WAITING, 0)
    assert company.records() == before


@pytest.mark.parametrize(
    ("error", "trouble"),
    [
        (Conflict("meanwhile"), Trouble.CONFLICT),
        (UnavailableError("folder"), Trouble.FILES),
        (ValueError(world.PERSON), Trouble.UNEXPECTED),
    ],
)
def test_what_fails_is_tried_again_then_said_and_done_once_somebody_asks(
    company: World, monkeypatch: pytest.MonkeyPatch, error: Exception, trouble: Trouble
) -> None:
    erasure_id, privacy = ask(company), company.application.privacy
    with capture_logs() as logs, monkeypatch.context() as broken:
        broken.setattr(Eraser, "erase", raising(error))
        for state in (ErasureState.WAITING, ErasureState.WAITING, ErasureState.FAILED):
            assert privacy.run_waiting() == 0
            assert (record(company, erasure_id).state, record(company, erasure_id).problem) == (state, trouble)
    assert world.where_named({"logs": [dict(line) for line in logs]}) == []
    assert privacy.run_waiting() == 0
    with company.database.unit_of_work() as uow:
        privacy.again(erasure_id, viewer=company.admin, uow=uow)
    assert privacy.run_waiting() == 1
    assert company.named() == []
    assert told(company) == [ASKED, FAILED, ASKED, ERASED]


def test_others_see_how_far_it_is(company: World) -> None:
    erasure_id, seen = ask(company), []

    def look(step: Step, done: int, total: int) -> None:
        found = record(company, erasure_id)
        seen.append((step, found.state, done <= total))

    company.application.privacy.run(erasure_id, tell=look)
    assert {Step.TURN, Step.SEARCH, Step.OVERWRITE, Step.CHECK, Step.FINISH} == {step for step, _, _ in seen}
    assert {state for step, state, _ in seen if step is Step.CHECK} == {ErasureState.UNDER_WAY}
    assert all(sound for *_, sound in seen)
    assert record(company, erasure_id).step is None


def test_one_that_has_just_begun_was_not_cut_off(company: World) -> None:
    erasure_id = ask(company)
    with company.database.unit_of_work() as turn:
        assert OpenErasures(turn).take_turn()
        with company.database.unit_of_work_aside() as uow:
            assert OpenErasures(uow).begin(erasure_id) == 1
        assert record(company, erasure_id).state is ErasureState.UNDER_WAY
    assert record(company, erasure_id).state is ErasureState.WAITING


def test_a_person_is_known_again_when_their_record_has_gone_meanwhile(company: World) -> None:
    ask(company)
    with company.database.unit_of_work() as uow:
        uow.session.connection().exec_driver_sql("delete from contacts where source_id in ('c1', '9001')")
    assert company.application.privacy.run_waiting() == 1
    assert company.named() == []


def test_of_somebody_of_whom_nothing_is_held_nothing_is_kept(company: World) -> None:
    erasure_id = ask(company, "nobody@elsewhere.example")
    assert company.application.privacy.run_waiting() == 1
    done = record(company, erasure_id)
    assert (done.state, sum(done.counts.values()), done.kept_out) == (ErasureState.DONE, 0, 0)


def test_what_housekeeping_deletes_meanwhile_holds_nothing_up(company: World) -> None:
    erasure_id = ask(company)

    def delete(step: Step, _done: int, _total: int) -> None:
        if step is Step.OVERWRITE:
            with company.database.unit_of_work() as uow:
                uow.session.execute(text("delete from pseudonym_entries"))

    assert company.application.privacy.run(erasure_id, tell=delete) is not None
    assert company.named() == []


def test_who_owned_accounts_is_in_no_sum_of_them(company: World) -> None:
    with company.database.unit_of_work() as uow:
        owned = "update accounts set owner_email = :email where id in (select min(id) from accounts)"
        uow.session.execute(text(owned), {"email": world.EMAIL})
        uow.session.execute(text("update account_standing set day = current_date"))
    assert any(place.startswith("standing_sums.owner") for place in company.named())
    ask(company)
    assert company.application.privacy.run_waiting() == 1
    assert company.named() == []
