"""A killed process loses nothing that was acknowledged, and the next start recovers by itself."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from sqlalchemy import select

from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.database import Database, open_database
from copilot.store.tables.people import TeamRow

WRITER = textwrap.dedent(
    """
    import sys
    from pathlib import Path
    from copilot.settings import Settings
    from copilot.store.database import open_database
    from copilot.store.tables.people import TeamRow

    database = open_database(Settings(data_dir=Path(sys.argv[1])))
    for number in range(1_000_000):
        with database.unit_of_work() as uow:
            uow.session.add(TeamRow(id=f"team-{number}", name=f"Team {number}"))
        print(number, flush=True)
    """
)


def write_until(data: Path, *, acknowledged: int) -> tuple[subprocess.Popen[str], int]:
    """Start a writer and wait for so many acknowledged commits; return it and the last number."""
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(data)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    last = -1
    while last < acknowledged:
        line = writer.stdout.readline()
        assert line, "the writer ended early"
        last = int(line)
    return writer, last


def stored_teams(data: Path) -> set[str]:
    database: Database = open_database(Settings(data_dir=data))
    try:
        with database.unit_of_work() as uow:
            return set(uow.session.scalars(select(TeamRow.id)))
    finally:
        database.dispose()


@pytest.mark.parametrize("victim", ["client", "server"])
def test_what_was_acknowledged_survives_kill_9(own_server_folder: Path, victim: str) -> None:
    writer, _ = write_until(own_server_folder, acknowledged=20)
    if victim == "server":
        postmaster = int((embedded.data_folder(own_server_folder) / "postmaster.pid").read_text().splitlines()[0])
        os.kill(postmaster, signal.SIGKILL)
    else:
        writer.kill()
    rest, _ = writer.communicate(timeout=60)
    last = max([20, *(int(line) for line in rest.split() if line.isdigit())])

    stored = stored_teams(own_server_folder)

    assert {f"team-{number}" for number in range(last + 1)} <= stored
    # At most the one commit whose acknowledgement the kill swallowed may be there beyond.
    assert len(stored) <= last + 2
