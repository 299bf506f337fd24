"""One delivery that cannot be made or settled holds up no other; what the chain keeps of a delivery names nobody."""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult
from sqlalchemy import text
from structlog.testing import capture_logs

from copilot.approvals.release import ReleaseGate
from copilot.approvals.sinks import Delivery, Sink, nothing_to_begin
from copilot.approvals.sinks.choice import choose_sinks
from copilot.domain.access import Viewer
from copilot.domain.review_items import ReviewItem
from copilot.errors import CopilotError, DatabaseUnavailable, InputError, MailRefused, NotFound, UnavailableError
from copilot.mail import SmtpTransport, read_server
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.queue_locks import lock_items
from copilot.store.releases import ReleaseRepository, ReleaseState
from tests import approvals_builders as world
from tests.release_builders import SHORT, MailServer, approved_email, release_of

ACCENT = "contrase%C3%B1a"


@dataclass
class Broken:
    """A folder that cannot be looked at."""

    error: Exception
    channel: str = "files"
    repeatable: bool = True
    tried_again: bool = False

    def deliver(
        self,
        delivery: Delivery,  # noqa: ARG002
        *,
        begin: Callable[[], None] = nothing_to_begin,  # noqa: ARG002
    ) -> dict[str, str]:
        raise self.error

    def delivered(self, delivery: Delivery) -> dict[str, str] | None:  # noqa: ARG002
        raise self.error


@pytest.fixture
def brief(database: Database, requester: Viewer) -> ReviewItem:
    """Approved files."""
    item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    return world.approve(database, item, viewer=requester)


@pytest.fixture
def cut_off(database: Database, brief: ReviewItem) -> ReviewItem:
    """Files whose delivery was begun by a process that is no more."""
    with database.unit_of_work() as uow:
        assert ReleaseRepository(uow).start(brief.id, attempt_id="a", channel="files")
    return brief


def run_with(database: Database, sinks: Mapping[str, Sink]) -> int:
    return ReleaseGate(database, sinks=sinks).run_due()


@pytest.mark.parametrize(
    ("error", "left"),
    [
        (UnavailableError("away"), ReleaseState.SENDING),
        (UnicodeEncodeError("ascii", "ñ", 0, 1, "no"), ReleaseState.SENDING),
        (InputError("unsafe"), ReleaseState.PARKED),
    ],
    ids=["away", "characters", "unsafe"],
)
def test_a_cut_off_delivery_that_cannot_be_settled_holds_up_no_email(
    database: Database,
    cut_off: ReviewItem,
    requester: Viewer,
    manager: Viewer,
    tmp_path: Path,
    error: Exception,
    left: ReleaseState,
) -> None:
    approved_email(database, requester=requester, approver=manager)
    with MailServer().running() as server, capture_logs() as logs:
        sinks = {**choose_sinks(tmp_path, mail=server.transport(database.clock)), "files": Broken(error)}
        assert run_with(database, sinks) == 1
    assert len(server.taken) == 1
    assert release_of(database, cut_off).state is left
    [told] = [each for each in logs if each.get("item") == cut_off.id]
    assert (told["log_level"], str(error) in str(told)) == ("error", False)


def test_what_could_not_be_settled_is_settled_once_it_can_be(
    database: Database, cut_off: ReviewItem, tmp_path: Path
) -> None:
    assert run_with(database, {"files": Broken(UnavailableError("away"))}) == 0
    assert run_with(database, choose_sinks(tmp_path)) == 1
    assert release_of(database, cut_off).state is ReleaseState.RELEASED


@pytest.mark.parametrize("error", [NotFound("gone"), ValueError("odd")], ids=["typed", "value"])
def test_an_error_while_one_is_prepared_holds_up_no_other(
    database: Database,
    brief: ReviewItem,
    requester: Viewer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    later = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    world.approve(database, later, viewer=requester)
    gate = ReleaseGate(database, sinks=choose_sinks(tmp_path))
    run = gate.run

    def run_or_fail(item_id: str) -> ReleaseState | None:
        if item_id == brief.id:
            raise error
        return run(item_id)

    monkeypatch.setattr(gate, "run", run_or_fail)
    assert gate.run_due() == 1
    assert release_of(database, later).state is ReleaseState.RELEASED


def test_a_database_that_is_away_ends_the_run(database: Database, brief: ReviewItem) -> None:
    with pytest.raises(DatabaseUnavailable):
        run_with(database, {"files": Broken(DatabaseUnavailable("away"))})


@pytest.mark.parametrize("login", [f"lucia:{ACCENT}", "luc%C3%ADa:secret"], ids=["password", "user"])
def test_a_login_that_mail_cannot_carry_is_refused_in_words(database: Database, login: str) -> None:
    with MailServer().running(auth_require_tls=False, authenticator=lambda *_: AuthResult(success=True)) as server:
        address = read_server(f"smtp://{login}@127.0.0.1:{server.port}")
        transport = SmtpTransport(address, clock=database.clock, patience=SHORT)
        begun: list[bool] = []
        with pytest.raises(MailRefused) as refused:
            transport.send(
                b"Subject: x\r\n\r\nx\r\n",
                sender="a@b.example",
                recipients=["c@d.example"],
                begin=lambda: begun.append(True),
            )
    assert (begun, server.taken) == ([], [])
    # The error of the encoding holds the whole password.
    assert refused.value.__cause__ is None
    assert refused.value.__suppress_context__


def test_a_login_that_mail_cannot_carry_fails_the_email_and_not_the_files(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    email = approved_email(database, requester=requester, approver=manager)
    files = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
    world.approve(database, files, viewer=requester)
    with MailServer().running(auth_require_tls=False, authenticator=lambda *_: AuthResult(success=True)) as server:
        address = read_server(f"smtp://lucia:{ACCENT}@127.0.0.1:{server.port}")
        transport = SmtpTransport(address, clock=database.clock, patience=SHORT)
        assert run_with(database, choose_sinks(tmp_path, mail=transport)) == 1
    release = release_of(database, email)
    assert (release.state, release.error_code) == (ReleaseState.FAILED, "mail_refused")


@pytest.mark.parametrize("dry_run", [False, True], ids=["real", "dry"])
@pytest.mark.parametrize("way", ["files", "eml", "smtp"])
def test_the_chain_names_neither_customer_nor_file_nor_address(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path, way: str, dry_run: bool
) -> None:
    if way == "files":
        item = world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)
        world.approve(database, item, viewer=requester)
    else:
        item = approved_email(database, requester=requester, approver=manager)
    with MailServer(on_data="250 2.0.0 queued for Tormes").running() as server:
        mail = server.transport(database.clock) if way == "smtp" else None
        assert run_with(database, choose_sinks(tmp_path, mail=mail, dry_run=dry_run)) == 1
    with database.unit_of_work() as uow:
        [event] = [each for each in AuditLog(uow).about(f"review_item:{item.id}") if each.action == "release.released"]
    assert event.details["channel"] == ("dry_run" if dry_run else way)
    told = str(event.details).lower()
    assert [word for word in ("tormes", "marta", ".md", ".docx", ".eml", str(tmp_path)) if word in told] == []


def test_who_decides_through_the_api_waits_for_the_delivery_before_the_item(
    database: Database, brief: ReviewItem, requester: Viewer
) -> None:
    """The gate holds the delivery and is about to take the item: nobody may hold that and want the other."""
    outcome: list[str] = []

    def recall() -> None:
        try:
            with database.unit_of_work() as uow:
                lock_items([brief.id], viewer=requester, uow=uow)
                ReleaseRepository(uow).recall(brief.id)
            outcome.append("done")
        except CopilotError as error:
            outcome.append(error.code)

    thread = threading.Thread(target=recall)
    with database.unit_of_work() as uow:
        uow.session.execute(text("select 1 from releases where review_item_id = :id for update"), {"id": brief.id})
        thread.start()
        _wait_until_somebody_waits(database)
        uow.session.execute(text("select 1 from review_items where id = :id for update nowait"), {"id": brief.id})
    thread.join(timeout=20)
    assert outcome == ["done"]


def _wait_until_somebody_waits(database: Database) -> None:
    waiting = text(
        "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    )
    for _ in range(200):
        with database.unit_of_work() as uow:
            if uow.session.execute(waiting).scalar_one():
                return
        time.sleep(0.05)
    pytest.fail("Nobody waits.")
