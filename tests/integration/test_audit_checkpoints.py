"""Signed checkpoints: what they find that hashes alone cannot, and what stands in their way."""

import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from copilot.approvals.audit import check_database, check_export, checkpoints_beside, export_events
from copilot.approvals.checkpoints import Checkpoints, read_checkpoints, read_key
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.audit import GENESIS, AuditEvent, Fault, export_line, read_line, seal
from copilot.domain.checkpoints import CheckpointFault, SigningKey, next_checkpoint
from copilot.errors import ConfigurationError, Conflict, UnreadableFile
from copilot.settings import Settings
from copilot.store.audit import AuditLog
from copilot.store.checkpoints import CheckpointRepository
from copilot.store.database import Database

ADMIN = Viewer(user_id="root", email="root@tramontia.example", name="Raíz", role=Role.ADMIN)


def write(database: Database, count: int) -> None:
    with database.unit_of_work() as uow:
        for number in range(count):
            AuditLog(uow).append("test.happened", actor_id="ana", subject=f"thing:{number}")


@pytest.fixture
def checkpoints(tmp_path: Path) -> Checkpoints:
    return checkpoints_in(tmp_path)


def checkpoints_in(folder: Path, *, events: int = 100) -> Checkpoints:
    return Checkpoints(
        Settings(data_dir=folder, audit_checkpoint_dir=folder / "outside", audit_checkpoint_events=events)
    )


def made_anew(lines: list[str]) -> list[str]:
    """The same events in this order, numbered and hashed anew."""
    previous, found = GENESIS, []
    for number, line in enumerate(lines, start=1):
        event = read_line(line)
        assert event is not None
        sealed = seal(event.model_copy(update={"sequence": number, "previous_hash": previous}))
        previous = sealed.hash
        found.append(export_line(sealed))
    return found


def changed(line: str) -> str:
    event = read_line(line)
    assert event is not None
    return export_line(seal(event.model_copy(update={"actor_id": "eva"})))


def export(database: Database, folder: Path) -> Path:
    path = folder / "audit.jsonl"
    with database.unit_of_work() as uow:
        export_events(path, uow=uow)
    return path


@pytest.mark.parametrize(
    ("tamper", "first_bad"),
    [
        (lambda lines: [*lines[:6], changed(lines[6]), *lines[7:]], 7),
        (lambda lines: lines[:3] + lines[4:], 4),
        (lambda lines: [*lines[:3], changed(lines[3]), *lines[3:]], 4),
        (lambda lines: [lines[1], lines[0], *lines[2:]], 1),
        (lambda lines: lines[:-1], 12),
    ],
    ids=["edit", "delete", "insert", "reorder", "cut"],
)
def test_a_log_made_anew_is_found_and_the_first_bad_event_named(
    database: Database,
    checkpoints: Checkpoints,
    tmp_path: Path,
    tamper: Callable[[list[str]], list[str]],
    first_bad: int,
) -> None:
    for _ in range(3):
        write(database, 4)
        with database.unit_of_work() as uow:
            checkpoints.make(uow=uow)
    path = export(database, tmp_path)
    with database.unit_of_work() as uow:
        key = checkpoints.trusted(uow=uow)
    found = check_export(path, trusted=key)
    assert (found.intact, found.covered, found.trusted) == (True, 12, True)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(made_anew(tamper(lines))) + "\n")
    assert check_export(path, checkpoints=None).events.bad_sequence == first_bad
    found = check_export(path, trusted=key)
    assert not found.intact
    assert found.events.bad_sequence == first_bad
    assert found.events.fault in {Fault.NOT_AS_SIGNED, Fault.CUT_OFF}
    checkpoints_beside(path).unlink()
    assert check_export(path).intact, "without checkpoints nothing speaks against it"


def test_events_after_the_last_checkpoint_wait_for_the_next(
    database: Database, checkpoints: Checkpoints, tmp_path: Path
) -> None:
    write(database, 4)
    with database.unit_of_work() as uow:
        checkpoints.make(uow=uow)
        key = checkpoints.trusted(uow=uow)
    write(database, 2)
    path = export(database, tmp_path)
    lines = path.read_text().splitlines()
    path.write_text("\n".join(made_anew([*lines[:5], changed(lines[5])])) + "\n")
    found = check_export(path, trusted=key)
    assert (found.intact, found.events.events, found.covered) == (True, 6, 4)


def test_forged_checkpoints_are_found(database: Database, checkpoints: Checkpoints, tmp_path: Path) -> None:
    for _ in range(2):
        write(database, 3)
        with database.unit_of_work() as uow:
            checkpoints.make(uow=uow)
    path = export(database, tmp_path)
    with database.unit_of_work() as uow:
        key = checkpoints.trusted(uow=uow)
    lines = made_anew([changed(line) for line in path.read_text().splitlines()])
    path.write_text("\n".join(lines) + "\n")
    hashes = [event.hash for line in lines if (event := read_line(line))]
    forged = next_checkpoint(None, hashes, key=SigningKey.generate(), made_at=database.clock.now())
    own = forged.model_copy(update={"key_id": key[0].id})
    for checkpoint, fault in ((forged, CheckpointFault.UNKNOWN_KEY), (own, CheckpointFault.SIGNATURE)):
        checkpoints_beside(path).write_text(f"{export_checkpoint(checkpoint)}\n")
        found = check_export(path, trusted=key)
        assert (found.intact, found.checkpoints.fault, found.covered) == (False, fault, 0)
    beside = (tmp_path / "outside").joinpath("nothing")
    with pytest.raises(UnreadableFile):
        check_export(path, checkpoints=beside, trusted=key)


def export_checkpoint(checkpoint: object) -> str:
    from copilot.domain.checkpoints import Checkpoint, checkpoint_line

    assert isinstance(checkpoint, Checkpoint)
    return checkpoint_line(checkpoint)


def test_housekeeping_makes_them_when_due(database: Database, clock: FixedClock, tmp_path: Path) -> None:
    checkpoints = checkpoints_in(tmp_path, events=5)
    assert checkpoints.keep(database) == 0
    write(database, 1)
    assert checkpoints.keep(database) == 1, "the first event of all is signed at once"
    write(database, 4)
    assert checkpoints.keep(database) == 0
    clock.advance(timedelta(minutes=15))
    assert checkpoints.keep(database) == 1
    write(database, 5)
    assert checkpoints.keep(database) == 1
    assert checkpoints.keep(database) == 0
    copies = checkpoints.outside()
    with database.unit_of_work() as uow:
        assert copies == CheckpointRepository(uow).all()
    assert [item.sequence for item in copies if item] == [1, 5, 10]


def test_many_events_take_several_checkpoints(database: Database, checkpoints: Checkpoints) -> None:
    write(database, 2_001)
    with database.unit_of_work() as uow:
        assert [item.sequence for item in checkpoints.make(uow=uow)] == [1000, 2000, 2001]
        assert check_database(uow=uow, trusted=checkpoints.trusted(uow=uow)).covered == 2001


def test_nothing_is_signed_that_does_not_fit(database: Database, checkpoints: Checkpoints) -> None:
    write(database, 3)
    _behind_the_trigger(database, "update audit_events set actor_id = 'eva' where sequence = 2")
    with database.unit_of_work() as uow, pytest.raises(Conflict, match="event 2"):
        checkpoints.make(uow=uow)
    assert checkpoints.keep(database) == 0


def test_the_copies_outside_tell_of_a_database_set_back(database: Database, checkpoints: Checkpoints) -> None:
    write(database, 3)
    checkpoints.keep(database)
    write(database, 2)
    with database.unit_of_work() as uow:
        checkpoints.make(uow=uow)
        checkpoints.copy_outside(uow=uow)
    _behind_the_trigger(database, "delete from audit_events where sequence > 3")
    _behind_the_trigger(database, "delete from audit_checkpoints where number > 1", table="audit_checkpoints")
    with database.unit_of_work() as uow:
        trusted = checkpoints.trusted(uow=uow)
        assert check_database(uow=uow, trusted=trusted).intact
        found = check_database(uow=uow, trusted=trusted, outside=checkpoints.outside())
    assert (found.checkpoints.bad_number, found.checkpoints.fault) == (2, CheckpointFault.OTHER_COPY)
    assert (found.events.bad_sequence, found.events.fault) == (4, Fault.CUT_OFF)


def test_a_key_hands_over(database: Database, checkpoints: Checkpoints, tmp_path: Path) -> None:
    write(database, 2)
    with database.unit_of_work() as uow:
        checkpoints.make(uow=uow)
        first = checkpoints.trusted(uow=uow)
    old_file = (tmp_path / "audit.key").read_bytes()
    second = checkpoints.rotate(database, viewer=ADMIN)
    write(database, 2)
    with database.unit_of_work() as uow:
        checkpoints.make(uow=uow)
        lines = checkpoints.keys(uow=uow)
        assert [line.current for line in lines] == [False, True]
        assert lines[1].public == second.text
        assert [event.action for event in AuditLog(uow).events()].count("audit.key_rotated") == 1
    path = export(database, tmp_path)
    for key in (first, (second,)):
        found = check_export(path, trusted=key)
        assert (found.intact, found.covered) == (True, 5)
    (tmp_path / "audit.key").write_bytes(old_file)
    write(database, 1)
    with database.unit_of_work() as uow, pytest.raises(ConfigurationError):
        checkpoints.make(uow=uow)
    stolen = SigningKey.from_pem(old_file)
    beside = checkpoints_beside(path)
    last = list(read_checkpoints(beside))[-1]
    with beside.open("a") as stream:
        stream.write(export_checkpoint(next_checkpoint(last, [], key=stolen, made_at=database.clock.now())) + "\n")
    assert check_export(path, trusted=first).checkpoints.fault is CheckpointFault.RETIRED_KEY


def test_a_rotation_cut_off_before_the_file_moved_is_finished(
    database: Database, checkpoints: Checkpoints, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(database, 1)

    def fail(self: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("copilot.approvals.signing_key.KeyFile.take_over", fail)
        with pytest.raises(KeyboardInterrupt):
            checkpoints.rotate(database, viewer=ADMIN)
    newer = checkpoints.rotate(database, viewer=ADMIN)
    with database.unit_of_work() as uow:
        checkpoints.make(uow=uow)
        trusted = checkpoints.trusted(uow=uow)
        assert trusted == (newer,)
        assert check_database(uow=uow, trusted=trusted).intact
        assert len(checkpoints.keys(uow=uow)) == 3


def test_a_lost_key_is_not_replaced_in_silence(database: Database, checkpoints: Checkpoints, tmp_path: Path) -> None:
    write(database, 1)
    with database.unit_of_work() as uow:
        checkpoints.make(uow=uow)
        first = checkpoints.trusted(uow=uow)
    (tmp_path / "audit.key").unlink()
    write(database, 1)
    assert checkpoints.keep(database) == 0
    with database.unit_of_work() as uow, pytest.raises(ConfigurationError):
        checkpoints.make(uow=uow)
    new = checkpoints.rotate(database, viewer=ADMIN, lost=True)
    with database.unit_of_work() as uow:
        checkpoints.make(uow=uow)
        assert check_database(uow=uow, trusted=(*first, new)).intact
        found = check_database(uow=uow, trusted=first)
    assert (found.checkpoints.fault, found.covered) == (CheckpointFault.UNKNOWN_KEY, 1)


def test_the_key_file_is_its_owners_alone(database: Database, checkpoints: Checkpoints, tmp_path: Path) -> None:
    write(database, 1)
    with database.unit_of_work() as uow:
        checkpoints.make(uow=uow)
    assert stat.S_IMODE((tmp_path / "audit.key").stat().st_mode) == 0o600
    with database.unit_of_work() as uow:
        public = checkpoints.trusted(uow=uow)[0]
    (tmp_path / "public").write_text(f"{public.text}\n")
    assert read_key(str(tmp_path / "public")) == read_key(public.text) == public
    for wrong in ("ed25519:12", "nothing", str(tmp_path / "audit.key")):
        with pytest.raises(UnreadableFile):
            read_key(wrong)
    (tmp_path / "audit.key").write_text("no key")
    with database.unit_of_work() as uow, pytest.raises(ConfigurationError):
        checkpoints.make(uow=uow)


def _behind_the_trigger(database: Database, statement: str, *, table: str = "audit_events") -> None:
    engine = create_engine(database.owner_url)
    with engine.begin() as connection:
        connection.execute(text(f"alter table {table} disable trigger user"))
        connection.execute(text(statement))
        connection.execute(text(f"alter table {table} enable trigger user"))
    engine.dispose()


def test_the_servers_function_hashes_like_the_domain(database: Database) -> None:
    hostile = {"ñ": 'a"b\\c\n\u2028😀', "z": "", "a": "\x7f'); --", "previous_hash": "x"}
    with database.unit_of_work() as uow:
        for number in range(3):
            AuditLog(uow).append(f"t.{number}", actor_id='á"', subject="x:\\", details=hostile)
    with database.unit_of_work() as uow:
        events: list[AuditEvent] = list(AuditLog(uow).events())
        assert check_database(uow=uow).intact
    previous = GENESIS
    for number, event in enumerate(events):
        expected = seal(
            AuditEvent(
                sequence=number + 1,
                happened_at=database.clock.now(),
                actor_id='á"',
                action=f"t.{number}",
                subject="x:\\",
                details=hostile,
                previous_hash=previous,
                hash="",
            )
        )
        assert event == expected
        previous = expected.hash
