"""What is kept about how many records there are equals a count of them, whoever changed them and however."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Executable, delete, func, select, update

from copilot import bootstrap
from copilot.domain.access import Role
from copilot.privacy.erasing import Eraser
from copilot.settings import Settings
from copilot.store.database import Database, UnitOfWork
from copilot.store.import_reading import ImportReading
from copilot.store.record_counts import RecordCount, RecordCounts
from copilot.store.records import RECORD_TABLES
from copilot.store.tables.records import (
    AccountRow,
    ActivityRow,
    ContactRow,
    OpportunityRow,
    RecordCountRow,
    SourceFileRow,
    TicketRow,
)
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from tests import privacy_company as world
from tests.conftest import MakeUser

OPTIONS = ImportOptions(max_bytes=5_000_000, as_of=date(2026, 11, 13))
LATER = date(2026, 11, 16)


def counted(uow: UnitOfWork) -> set[RecordCount]:
    """The plain way: every record is looked at."""
    found = set()
    for record_type, table in RECORD_TABLES.items():
        columns = table.__table__.c
        query = select(columns.source_system, func.count(), func.max(columns.as_of)).group_by(columns.source_system)
        found |= {RecordCount(record_type, *row) for row in uow.session.execute(query)}
    return found


@pytest.fixture
def company(database: Database, tmp_path: Path, make_user: MakeUser) -> bootstrap.Application:
    application = bootstrap.assemble(Settings(data_dir=tmp_path, embedding_model="none"), database=database)
    owner, _, _ = world.people(make_user)
    world.write_export(tmp_path / "export", owner=owner.email)
    world.import_export(tmp_path / "export", application)
    return application


def check(application: bootstrap.Application) -> set[RecordCount]:
    with application.database.unit_of_work() as uow:
        kept = RecordCounts(uow).read()
        assert len(kept) == len(set(kept))
        assert set(kept) == counted(uow)
    return set(kept)


def again(application: bootstrap.Application, folder: Path, **options: object) -> None:
    import_folder(
        folder,
        database=application.database,
        actor_id="tester",
        options=replace(OPTIONS, **options),  # type: ignore[arg-type]
    )


def test_an_import_counts_every_kind_and_leaves_a_row_for_each(company: bootstrap.Application) -> None:
    found = check(company)
    assert {count.record_type for count in found} >= {
        "account",
        "contact",
        "opportunity",
        "activity",
        "ticket",
        "survey",
    }
    with company.database.unit_of_work() as uow:
        rows = uow.session.scalars(select(RecordCountRow)).all()
        assert {row.number > 0 for row in rows} == {True}
        assert len(rows) == len({(row.record_type, row.system, row.as_of) for row in rows})
        systems = {system.name: system for system in ImportReading(uow).systems()}
    assert systems["hubspot"].records == {"contact": 1}
    assert systems["hubspot"].newest == OPTIONS.as_of


def test_what_is_new_changed_moved_on_or_gone_is_counted(company: bootstrap.Application, tmp_path: Path) -> None:
    before = check(company)
    crm = tmp_path / "export" / "crm"
    deals = (crm / "opportunities.csv").read_text(encoding="utf-8")
    (crm / "opportunities.csv").write_text(deals.replace("9000", "9900") + "o3,2,More,Proposal,1,GBP,2026-12-15,\n")
    (crm / "surveys.csv").unlink()
    (tmp_path / "export" / "hubspot" / "contacts.csv").unlink()
    again(company, tmp_path / "export", as_of=LATER, confirm_removals=True)
    after = check(company)
    assert {count.newest for count in after} == {LATER}
    number = {(count.record_type, count.system): count.number for count in after}
    assert ("survey", "export") not in number
    assert ("contact", "hubspot") not in number
    assert number["opportunity", "export"] == 1 + next(c.number for c in before if c.record_type == "opportunity")


def test_a_rehearsal_counts_nothing(company: bootstrap.Application, tmp_path: Path) -> None:
    before = check(company)
    crm = tmp_path / "export" / "crm"
    crm.joinpath("surveys.csv").unlink()
    again(company, tmp_path / "export", as_of=LATER, confirm_removals=True, dry_run=True)
    assert check(company) == before


@pytest.mark.parametrize(
    ("change", "shows"),
    [
        (delete(TicketRow), True),
        (delete(AccountRow), True),
        (delete(SourceFileRow), False),
        (update(ActivityRow).values(as_of=LATER), True),
        (update(ContactRow).values(source_system="elsewhere"), True),
        (update(OpportunityRow).where(OpportunityRow.source_id == "o1").values(as_of=date(2020, 1, 1)), False),
    ],
)
def test_statements_of_anybody_are_counted(company: bootstrap.Application, change: Executable, shows: bool) -> None:
    before = check(company)
    with company.database.unit_of_work() as uow:
        uow.session.execute(change)
    touched = check(company)
    assert (touched != before) is shows
    with company.database.unit_of_work() as uow:
        RecordCounts(uow).fold()
    assert check(company) == touched


def test_an_erased_name_of_a_system_goes_with_its_records(
    company: bootstrap.Application, tmp_path: Path, make_user: MakeUser
) -> None:
    """A folder can be called after a person; a contact that goes is one fewer."""
    folder = tmp_path / "Begoña Arrieta"
    folder.mkdir()
    lines = ("ticket id,account id,subject,status,opened at", "x1,1,Slow,open,2026-11-05", "x2,2,Late,open,2026-11-06")
    (folder / "tickets.csv").write_text("\n".join(lines))
    again(company, folder)
    before = check(company)
    assert any("arrieta" in count.system for count in before)
    admin = make_user("Inés Admin", role=Role.ADMIN)
    with company.database.unit_of_work() as uow:
        person = company.privacy.identify(world.EMAIL, viewer=admin, uow=uow)
        Eraser(person, uow, lambda *_: None).erase(exports=tmp_path / "none", after_erasure=lambda _uow: 0)
    after = check(company)
    assert not any("arrieta" in count.system for count in after)
    with company.database.unit_of_work() as uow:
        assert not [name for name in uow.session.scalars(select(RecordCountRow.system)) if "arrieta" in name]
    assert sum(count.number for count in after) < sum(count.number for count in before)
