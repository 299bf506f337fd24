"""Between the confirmation of an erasure and its end: nothing brings the person back, and it can be withdrawn."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from copilot import bootstrap
from copilot.domain.access import Role
from copilot.domain.erasure import ErasureState, Reason
from copilot.errors import Conflict, NotAllowed, NotFound
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.erasure_requests import OpenErasures
from copilot.store.surroundings_people import read_persons
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.progress import Silent
from tests import privacy_company as world
from tests.conftest import MakeUser
from tests.integration.test_erasures_of_the_worker import ASKED, WITHDRAWN, ask, record, told
from tests.integration.test_privacy_erasure import World

NEW = "nora.quiroga@tormes.example"


@pytest.fixture
def company(database: Database, data_dir: Path, tmp_path: Path, make_user: MakeUser) -> World:
    return World(database, data_dir, tmp_path / "export", make_user)


@dataclass(frozen=True)
class Interrupted(Silent):
    """Does something in the middle of an import, after its beginning and before its end."""

    stage: str
    act: Callable[[], object]

    def start(self, stage: str, *, total: int) -> None:  # noqa: ARG002 - the protocol's
        if stage == self.stage:
            with ThreadPoolExecutor(1) as aside:
                aside.submit(self.act).result(timeout=20)


def import_again(company: World, *, stage: str, act: Callable[[], object]) -> None:
    import_folder(
        company.folder,
        database=company.database,
        actor_id="tester",
        options=ImportOptions(max_bytes=5_000_000, as_of=date(2026, 11, 14)),
        progress=Interrupted(stage, act),
        after_import=lambda uow: company.application.after_import(uow=uow),
    )


def change(company: World, file: str, before: str, after: str) -> None:
    path = company.folder / file
    content = path.read_text(encoding="utf-8")
    assert before in content
    path.write_text(content.replace(before, after), encoding="utf-8")


def withdraw(company: World, erasure_id: str) -> None:
    with company.database.unit_of_work() as uow:
        company.application.privacy.withdraw(erasure_id, viewer=company.admin, uow=uow)


def may_be_written_to(company: World) -> dict[str, bool]:
    """By the id in its system, as the release gate is told."""
    ids = {row["id"]: row["source_id"] for row in world.everything_held(company.database)["contacts"]}
    with company.database.unit_of_work() as uow:
        return {ids[one.id]: not one.recipient.do_not_contact for one in read_persons(uow, sorted(ids))}


def banned(company: World) -> set[str]:
    """What the records say, by the id in its system."""
    contacts = world.everything_held(company.database)["contacts"]
    return {row["source_id"] for row in contacts if row["do_not_contact"]}


NOBODY_BUT_THEM = {"c1": False, "9001": False, "c2": True, "c3": True}


def test_an_import_does_not_bring_back_who_waits_to_be_erased(company: World) -> None:
    ask(company)
    change(company, "crm/contacts.csv", "Directora de Compras", "Directora General")
    change(company, "crm/activities.csv", "a3,1,note", f"a4,1,note,2026-11-05T10:00:00Z,{world.PERSON},,,\na3,1,note")
    (company.folder / "hubspot" / "contacts.csv").write_text(
        "Record ID,First Name,Last Name,Email,Phone Number,Associated Company\n"
        f"9002,Begoña,Arrieta,{world.EMAIL},612345678,Aceros del Duero\n",
        encoding="utf-8",
    )
    report = world.import_export(company.folder, company.application)
    assert report.issues["person.erased"] == 2
    held = world.everything_held(company.database)
    assert "9002" not in {row["source_id"] for row in held["contacts"]}
    assert "Directora General" not in {row["title"] for row in held["contacts"]}
    [note] = [row for row in held["activities"] if row["source_id"] == "a4"]
    assert world.where_named({"activities": [note]}) == []
    assert company.application.privacy.run_waiting() == 1
    assert company.named() == []


@pytest.mark.parametrize("stage", ["writing", "documents"])
def test_an_import_that_runs_meanwhile_lets_nobody_write_to_them_and_is_not_waited_for(
    company: World, stage: str
) -> None:
    change(company, "crm/contacts.csv", "Directora de Compras", "Directora General")
    import_again(company, stage=stage, act=lambda: ask(company))
    assert may_be_written_to(company) == NOBODY_BUT_THEM
    assert company.application.privacy.run_waiting() == 1
    assert company.named() == []


@pytest.mark.parametrize(("person", "account"), [(NEW, None), ("Nora Quiroga Vales", world.ACCOUNT_NAME)])
def test_whom_an_import_brings_that_ran_meanwhile_is_erased(company: World, person: str, account: str | None) -> None:
    change(company, "crm/contacts.csv", "c2,", f"c9,Nora Quiroga Vales,{NEW},,Jefa,1\nc2,")
    import_again(company, stage="writing", act=lambda: ask(company, person, account=account))
    assert world.where_named(world.everything_held(company.database), ("quiroga",))
    assert company.application.privacy.run_waiting() == 1
    assert world.where_named(world.everything_held(company.database), ("quiroga",)) == []
    report = world.import_export(company.folder, company.application)
    assert report.issues["person.erased"] == 1


def test_one_that_nobody_has_begun_can_be_withdrawn_and_leaves_nothing(company: World) -> None:
    before = company.records()
    erasure_id = ask(company)
    assert record(company, erasure_id).can_be_withdrawn
    withdraw(company, erasure_id)
    held = world.everything_held(company.database)
    assert (held["erasures"], held["erasure_subjects"], held["suppressions"]) == ([], [], [])
    assert company.records() == before
    with pytest.raises(NotFound):
        record(company, erasure_id)
    assert company.application.privacy.run_waiting() == 0
    assert told(company) == [ASKED, WITHDRAWN]


def test_what_imports_left_out_meanwhile_comes_with_the_next(company: World) -> None:
    before = company.records()
    erasure_id = ask(company)
    world.import_export(company.folder, company.application)
    assert company.records() != before
    withdraw(company, erasure_id)
    world.import_export(company.folder, company.application)
    assert company.records() == before


def test_one_that_was_begun_or_is_done_cannot_be_withdrawn(company: World) -> None:
    erasure_id = ask(company)
    with company.database.unit_of_work() as uow:
        assert OpenErasures(uow).begin(erasure_id) == 1
    assert not record(company, erasure_id).can_be_withdrawn
    with pytest.raises(Conflict):
        withdraw(company, erasure_id)
    assert company.application.privacy.run_waiting() == 1
    with pytest.raises(Conflict):
        withdraw(company, erasure_id)
    assert record(company, erasure_id).state is ErasureState.DONE


def test_only_an_administrator_withdraws(company: World) -> None:
    erasure_id = ask(company)
    with company.database.unit_of_work() as uow, pytest.raises(NotAllowed):
        company.application.privacy.withdraw(erasure_id, viewer=company.manager, uow=uow)


def test_who_may_not_be_written_to_for_another_reason_stays_so(company: World) -> None:
    with company.database.unit_of_work() as uow:
        uow.session.execute(text("update contacts set do_not_contact = true where source_id in ('c2', '9001')"))
    erasure_id = ask(company)
    assert banned(company) == {"c1", "c2", "9001"}
    withdraw(company, erasure_id)
    assert banned(company) == {"c2", "9001"}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_withdrawing_one_of_two_of_the_same_person_leaves_what_the_other_needs(
    company: World, order: tuple[int, int]
) -> None:
    first = ask(company)
    with company.database.unit_of_work() as uow:
        uow.session.execute(text("delete from contacts where source_id = '9001'"))  # so that it is another request
    erasures = (first, ask(company))
    assert erasures[0] != erasures[1]
    withdraw(company, erasures[order[0]])
    assert "c1" in banned(company)
    report = world.import_export(company.folder, company.application)
    assert report.issues["person.erased"] == 2
    withdraw(company, erasures[order[1]])
    assert banned(company) == set()
    assert world.everything_held(company.database)["suppressions"] == []


def test_two_people_and_one_person_twice_are_asked_for_at_the_same_moment(
    database: Database, data_dir: Path, make_user: MakeUser
) -> None:
    application = bootstrap.assemble(Settings(data_dir=data_dir, embedding_model="none"), database=database)
    admin, wanted = make_user("Inés Admin", role=Role.ADMIN), (NEW, NEW, world.EMAIL)
    together = threading.Barrier(len(wanted), timeout=20)

    def confirm(person: str) -> str:
        with database.unit_of_work() as uow:
            meant = application.privacy.identify(person, viewer=admin, uow=uow)
            together.wait()
            return application.privacy.confirm(meant, reason=Reason.REQUEST, viewer=admin, uow=uow)

    with ThreadPoolExecutor(len(wanted)) as threads:
        one, same, other = threads.map(confirm, wanted)
    assert one == same != other
    held = world.everything_held(database)
    assert {row["erasure_id"] for row in held["suppressions"]} == {one, other}
    assert [row["key"] for row in held["workspace"] if row["key"] == "privacy.key"] == ["privacy.key"]
