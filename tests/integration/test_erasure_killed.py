"""A worker that dies while it erases leaves nothing half done, and the next one begins anew."""

import time
from pathlib import Path

import pytest

from copilot.domain.erasure import ErasureState
from copilot.store.database import Database
from copilot.store.erasure_requests import OpenErasures
from tests.conftest import MakeUser
from tests.dying_process import dying_process
from tests.integration.test_erasures_of_the_worker import ask, record
from tests.integration.test_privacy_erasure import World


@pytest.fixture
def company(database: Database, data_dir: Path, tmp_path: Path, make_user: MakeUser) -> World:
    return World(database, data_dir, tmp_path / "export", make_user)


def wait_until_nobody_erases(company: World) -> None:
    """The server lets go of a turn when it sees that whoever had it is gone: a moment after the death."""
    for _ in range(400):
        with company.database.unit_of_work() as uow:
            if OpenErasures(uow).take_turn():
                return
        time.sleep(0.05)
    pytest.fail("The turn of a killed process was never given back.")


def test_whoever_comes_next_begins_anew_what_a_killed_worker_was_at(company: World) -> None:
    other = ask(company, "juan.pedraza@duero.example")
    job = {"url": company.database.url, "data_dir": str(company.settings.data_dir)}
    with dying_process("tests.erasure_killed_run") as run:
        lines = run(job | {"die_at": 0})["lines"]
        assert record(company, other).state is ErasureState.DONE
        erasure_id, before = ask(company), company.records()
        for begun, part in ((1, 0.3), (2, 0.9)):
            assert run(job | {"die_at": int(lines * part)})["killed"]
            wait_until_nobody_erases(company)
            left = record(company, erasure_id)
            assert (left.state, left.begun, left.can_be_withdrawn) == (ErasureState.WAITING, begun, False)
            assert company.records() == before
    assert company.application.privacy.run_waiting() == 1
    assert company.named() == []
