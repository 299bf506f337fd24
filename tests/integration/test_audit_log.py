"""The chain in the database: append-only, gapless under load, exportable."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from copilot.approvals.audit import export_events, verify_database, verify_export
from copilot.errors import InputError, UnavailableError, UnreadableFile
from copilot.store.audit import AuditLog
from copilot.store.database import Database, UnitOfWork


def write(database: Database, count: int = 1, *, actor: str = "ana") -> None:
    for number in range(count):
        with database.unit_of_work() as uow:
            AuditLog(uow).append("test.happened", actor_id=actor, subject=f"thing:{number}", details={"n": str(number)})


def test_events_are_chained_in_order(database: Database) -> None:
    write(database, 3)
    with database.unit_of_work() as uow:
        assert [event.sequence for event in AuditLog(uow).events()] == [1, 2, 3]
        assert [event.sequence for event in AuditLog(uow).events(after=2)] == [3]
        assert verify_database(uow=uow).intact
        assert [event.details for event in AuditLog(uow).about("thing:1")] == [{"n": "1"}]


@pytest.mark.parametrize(
    "statement",
    [
        "update audit_events set actor_id = 'eva' where sequence = 1",
        "delete from audit_events where sequence = 1",
        "truncate audit_events",
    ],
)
def test_the_database_refuses_to_change_events_even_for_the_owner(database: Database, statement: str) -> None:
    write(database, 2)
    for url in (database.url, database.owner_url):
        engine = create_engine(url)
        with pytest.raises(DBAPIError, match=r"append-only|permission denied"), engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()
    with database.unit_of_work() as uow:
        assert verify_database(uow=uow).events == 2


def test_what_is_rolled_back_leaves_no_event_and_no_gap(database: Database) -> None:
    write(database)

    def fail() -> None:
        with database.unit_of_work() as uow:
            AuditLog(uow).append("test.failed", actor_id="ana", subject="thing:9")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    write(database)
    with database.unit_of_work() as uow:
        assert [event.action for event in AuditLog(uow).events()] == ["test.happened"] * 2
        assert verify_database(uow=uow).intact


def test_what_a_savepoint_undoes_leaves_no_event(database: Database) -> None:
    def fail(uow: UnitOfWork) -> None:
        with uow.savepoint():
            with uow.savepoint():
                AuditLog(uow).append("test.undone", actor_id="ana", subject="thing:1")
            raise ZeroDivisionError

    with database.unit_of_work() as uow:
        AuditLog(uow).append("test.before", actor_id="ana", subject="thing:1")
        with pytest.raises(ZeroDivisionError):
            fail(uow)
        with uow.savepoint():
            AuditLog(uow).append("test.kept", actor_id="ana", subject="thing:1")
        assert list(AuditLog(uow).events()) == [], "the lock is taken at the very end"
    with database.unit_of_work() as uow:
        assert [event.action for event in AuditLog(uow).events()] == ["test.before", "test.kept"]


def test_thirty_two_writers_make_one_gapless_chain(database: Database) -> None:
    with ThreadPoolExecutor(max_workers=32) as pool:
        list(pool.map(lambda number: write(database, 8, actor=f"user-{number}"), range(32)))
    with database.unit_of_work() as uow:
        events = list(AuditLog(uow).events())
        assert verify_database(uow=uow).intact
    assert [event.sequence for event in events] == list(range(1, 32 * 8 + 1))
    for number in range(32):
        own = [event.details["n"] for event in events if event.actor_id == f"user-{number}"]
        assert own == [str(step) for step in range(8)]


def test_several_events_of_one_transaction_stay_together(database: Database) -> None:
    with database.unit_of_work() as uow:
        for name in ("first", "second"):
            AuditLog(uow).append(f"test.{name}", actor_id="ana", subject="thing:1")
    with database.unit_of_work() as uow:
        assert [event.action for event in AuditLog(uow).events()] == ["test.first", "test.second"]


def test_a_change_behind_the_trigger_is_found(database: Database, tmp_path: Path) -> None:
    write(database, 5)
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text("alter table audit_events disable trigger user"))
        connection.execute(text('update audit_events set details = \'{"n": "7"}\' where sequence = 3'))
    engine.dispose()
    with database.unit_of_work() as uow:
        assert verify_database(uow=uow).bad_sequence == 3
        export_events(tmp_path / "audit.jsonl", uow=uow)
    found = verify_export(tmp_path / "audit.jsonl")
    assert (found.events, found.bad_sequence, found.bad_place) == (2, 3, 3)


def test_an_export_is_verified_offline(database: Database, tmp_path: Path) -> None:
    write(database, 4)
    path = tmp_path / "audit.jsonl"
    with database.unit_of_work() as uow:
        assert export_events(path, uow=uow) == 4
        last = verify_database(uow=uow).last_hash
    assert verify_export(path, must_contain=last).intact
    content = path.read_bytes()
    for damaged in (content[:-1], content + b"\n", content.replace(b"ana", b"eva", 1), content.replace(b"\n", b"\r\n")):
        path.write_bytes(damaged)
        assert not verify_export(path).intact
    path.write_bytes(b"".join(content.splitlines(keepends=True)[:3]))
    assert verify_export(path).intact
    assert verify_export(path, must_contain=last).bad_sequence == 4


def test_what_cannot_be_read_or_written_is_said(database: Database, tmp_path: Path) -> None:
    (tmp_path / "empty.jsonl").touch()
    for name in ("empty.jsonl", "absent.jsonl"):
        with pytest.raises(UnreadableFile):
            verify_export(tmp_path / name)
    with database.unit_of_work() as uow, pytest.raises(UnavailableError):
        export_events(tmp_path / "absent" / "audit.jsonl", uow=uow)


def test_a_failing_append_undoes_everything_and_leaves_the_connection_usable(database: Database) -> None:
    write(database)

    def fail() -> None:
        with database.unit_of_work() as uow:
            uow.session.execute(text("insert into teams (id, name) values ('lost', 'lost')"))
            AuditLog(uow).append("test.failed", actor_id="ana", subject="thing:1", details={"n": "\0"})

    for _ in range(3):
        with pytest.raises(InputError):
            fail()
        write(database)
    with database.unit_of_work() as uow:
        assert uow.session.execute(text("select count(*) from teams")).scalar_one() == 0
        assert verify_database(uow=uow).events == 4


def test_a_commit_that_fails_raises_and_leaves_no_event(database: Database) -> None:
    """What the server checks only when the transaction ends fails together with the events."""
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        for change in (
            "drop constraint fk_users_team_id_teams",
            "add constraint late foreign key (team_id) references teams deferrable initially deferred",
        ):
            connection.execute(text(f"alter table users {change}"))
    engine.dispose()

    def fail() -> None:
        with database.unit_of_work() as uow:
            uow.session.execute(
                text(
                    "insert into users (id, email, name, role, team_id, language, active, created_at) "
                    "values ('u', 'u@x.example', 'u', 'ae', 'nowhere', 'es', true, now())"
                )
            )
            AuditLog(uow).append("test.failed", actor_id="ana", subject="thing:1")

    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        fail()
    write(database)
    with database.unit_of_work() as uow:
        assert [event.action for event in AuditLog(uow).events()] == ["test.happened"]
