"""Emails through the release gate against a real mail server: what arrives is what was approved, once, or nothing."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from copilot.approvals import releases
from copilot.approvals.delivery_rules import DeliveryRules
from copilot.approvals.policy import load_policy
from copilot.approvals.release import ReleaseGate, run_due_releases
from copilot.approvals.release_texts import describe
from copilot.approvals.sinks.choice import choose_sinks
from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.destinations import Attachment, Mailbox
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.errors import Conflict, InputError
from copilot.store.database import Database
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import ContactRow
from tests import approvals_builders as world
from tests.guardrails_contact_builders import MARTA
from tests.release_builders import (
    MARTA_ADDRESS,
    MailServer,
    approved_bytes,
    approved_email,
    deliver_due,
    email_draft,
    release_actions,
    release_of,
    state_of,
)


@pytest.fixture
def item(database: Database, requester: Viewer, manager: Viewer) -> ReviewItem:
    return approved_email(database, requester=requester, approver=manager)


def test_what_arrives_is_what_was_approved_with_a_date_in_front_and_once(
    database: Database, item: ReviewItem, tmp_path: Path
) -> None:
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path) == 1
        assert deliver_due(database, server, tmp_path) == 0
    [(sender, recipients, content)] = server.taken
    date, _, rest = content.partition(b"\r\n")
    assert date.startswith(b"Date: Mon, 16 Nov 2026 09:00:00")
    assert rest == approved_bytes(database, item)
    assert recipients == (MARTA_ADDRESS,)
    release = release_of(database, item)
    assert release.state is ReleaseState.RELEASED
    assert release.receipt["message_id"] == "<draft-1@tramontia.example>"
    assert release.receipt["sha256"] == hashlib.sha256(rest).hexdigest()
    assert sender.endswith("@tramontia.example")
    assert state_of(database, item) == ReviewState.RELEASED
    assert release_actions(database, item) == ["release.released"]
    assert list(tmp_path.iterdir()) == []


def test_undeliverable_mail_returns_to_where_the_settings_say(
    database: Database, item: ReviewItem, tmp_path: Path
) -> None:
    with MailServer().running() as server:
        deliver_due(database, server, tmp_path, returns_to="bounces@tramontia.example")
    assert server.taken[0][0] == "bounces@tramontia.example"


def test_attachments_and_thread_are_in_the_message_and_covered_by_the_approval(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 40
    attached = Attachment(
        name="Propuesta José.pdf", media_type="application/pdf", sha256=hashlib.sha256(content).hexdigest()
    )
    item = approved_email(
        database,
        requester=requester,
        approver=manager,
        files={attached.name: content},
        attachments=(attached,),
        in_reply_to="<q@tormes.example>",
        references=("<p@tormes.example>", "<q@tormes.example>"),
    )
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path) == 1
    message = message_from_bytes(server.taken[0][2], policy=policy.default)
    assert message["In-Reply-To"] == "<q@tormes.example>"
    assert str(message["References"]).split() == ["<p@tormes.example>", "<q@tormes.example>"]
    [part] = list(message.iter_attachments())
    assert (part.get_filename(), part.get_content()) == (attached.name, content)
    with database.unit_of_work() as uow:
        uow.session.execute(text("update releases set state = 'queued'"))
        uow.session.execute(text("update review_items set state = 'approved'"))
        uow.session.execute(text("update deliverables set content = 'x' where name like 'attachments/%'"))
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path) == 0
    assert release_of(database, item).error_code == "digest_mismatch"


def _new_address(database: Database, requester: Viewer) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(ContactRow, MARTA).email = "marta@otra-empresa.example"


def _no_address(database: Database, requester: Viewer) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(ContactRow, MARTA).email = None


def _sender_leaves(database: Database, requester: Viewer) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(UserRow, requester.user_id).active = False


@pytest.mark.parametrize(
    ("disturb", "code"),
    [(_new_address, "recipient_changed"), (_no_address, "guardrail_holds"), (_sender_leaves, "sender_changed")],
)
def test_an_address_that_is_no_longer_theirs_is_not_written_to(
    database: Database,
    requester: Viewer,
    item: ReviewItem,
    tmp_path: Path,
    disturb: Callable[[Database, Viewer], None],
    code: str,
) -> None:
    disturb(database, requester)
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path) == 0
    assert (server.taken, release_of(database, item).error_code) == ([], code)


def test_an_email_reaches_colleagues_and_the_people_it_names_and_nobody_else(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    stranger = Mailbox(address="eve@elsewhere.example", name="Eve")
    item = approved_email(database, requester=requester, approver=manager, cc=(stranger,))
    colleague = approved_email(
        database,
        requester=requester,
        approver=manager,
        cc=(Mailbox(address="ventas@tramontia.example"),),
        message_id="<draft-2@tramontia.example>",
    )
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path) == 1
    assert release_of(database, item).error_code == "recipient_changed"
    assert release_of(database, colleague).state is ReleaseState.RELEASED
    assert server.taken[0][1] == (MARTA_ADDRESS, "ventas@tramontia.example")
    other = email_draft(database, requester).model_copy(update={"recipients": ("con_pedro",)})
    with pytest.raises(InputError):
        world.submit(database, other, viewer=requester)


def test_a_mail_server_that_says_later_is_asked_again_and_not_for_ever(
    database: Database, clock: FixedClock, item: ReviewItem, requester: Viewer, tmp_path: Path
) -> None:
    impatient = load_policy().model_copy(update={"delivery": DeliveryRules(retry_minutes=(1, 5))})
    with MailServer(on_recipient={MARTA_ADDRESS: "451 4.7.1 greylisted"}).running() as server:
        for minutes in impatient.delivery.retry_minutes:
            assert deliver_due(database, server, tmp_path, policy=impatient) == 0
            release = release_of(database, item)
            assert (release.state, release.waits_for) == (ReleaseState.QUEUED, "mail_unavailable")
            assert release.waits_until == clock.now() + timedelta(minutes=minutes)
            assert "mail server" in describe(release, language="en", now=clock.now())
            clock.advance(timedelta(minutes=minutes, seconds=-1))
            assert deliver_due(database, server, tmp_path, policy=impatient) == 0
            assert release_of(database, item) == release
            clock.advance(timedelta(seconds=1))
        assert deliver_due(database, server, tmp_path, policy=impatient) == 0
    failed = release_of(database, item)
    assert (failed.state, failed.error_code, failed.tries) == (ReleaseState.FAILED, "mail_unavailable", 2)
    assert state_of(database, item) == ReviewState.RELEASE_FAILED
    with MailServer().running() as server:
        with database.unit_of_work() as uow:
            world.service().retry_release(item.id, viewer=requester, uow=uow)
        assert deliver_due(database, server, tmp_path) == 1


def test_a_refusal_for_good_fails(database: Database, item: ReviewItem, tmp_path: Path) -> None:
    with MailServer(on_data="554 5.6.0 spam").running() as server:
        assert deliver_due(database, server, tmp_path) == 0
    release = release_of(database, item)
    assert (release.state, release.error_code, server.taken) == (ReleaseState.FAILED, "mail_refused", [])


def test_a_message_refused_for_now_after_it_was_begun_goes_later(
    database: Database, clock: FixedClock, item: ReviewItem, tmp_path: Path
) -> None:
    with MailServer(on_data="452 4.3.1 full").running() as server:
        assert deliver_due(database, server, tmp_path) == 0
        assert release_of(database, item).state is ReleaseState.QUEUED
        server.on_data = "250 OK"
        clock.advance(timedelta(minutes=1))
        assert deliver_due(database, server, tmp_path) == 1
    assert len(server.taken) == 1
    assert release_actions(database, item) == ["release.postponed", "release.released"]


def test_who_lost_the_database_while_sending_is_waited_for(
    database: Database, clock: FixedClock, item: ReviewItem, requester: Viewer, tmp_path: Path
) -> None:
    with database.unit_of_work() as uow:
        assert ReleaseRepository(uow).start(item.id, attempt_id="first", channel="smtp")
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path) == 0
    assert release_of(database, item).error_code == "outcome_unknown"
    with database.unit_of_work() as uow, pytest.raises(Conflict):
        releases.resolve_parked(item.id, sent=False, note="Not there.", viewer=requester, uow=uow)
    clock.advance(timedelta(minutes=20))
    with database.unit_of_work() as uow:
        releases.resolve_parked(item.id, sent=False, note="Not there.", viewer=requester, uow=uow)
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path) == 1
    assert len(server.taken) == 1


def test_a_delivery_begun_one_way_is_not_done_again_another_way(
    database: Database, item: ReviewItem, tmp_path: Path
) -> None:
    with database.unit_of_work() as uow:
        ReleaseRepository(uow).start(item.id, attempt_id="first", channel="smtp")
    assert run_due_releases(database, exports=tmp_path) == 0
    assert release_of(database, item).state is ReleaseState.PARKED
    assert list(tmp_path.iterdir()) == []


def test_the_server_says_yes_after_somebody_parked_it(database: Database, item: ReviewItem, tmp_path: Path) -> None:
    with MailServer().running() as server:
        transport = server.transport(database.clock)
        gates: list[ReleaseGate] = []

        class Slow:
            """The database forgot our lock while the message was under way."""

            def send(self, *arguments: Any, **options: Any) -> str:
                answer = transport.send(*arguments, **options)
                with database.unit_of_work() as uow:
                    release = ReleaseRepository(uow).get(item.id)
                    assert release is not None
                    gates[0]._finish_cut_off(release, gates[0]._sinks["email"], uow=uow)
                return answer

        gates.append(ReleaseGate(database, sinks=choose_sinks(tmp_path, mail=Slow())))
        assert gates[0].run(item.id) is ReleaseState.RELEASED
    assert state_of(database, item) == ReviewState.RELEASED
    assert release_actions(database, item) == ["release.parked", "release.released"]


def test_recalled_in_the_last_moment_nothing_is_handed_over(
    database: Database, item: ReviewItem, requester: Viewer, tmp_path: Path
) -> None:
    with MailServer().running() as server:
        transport = server.transport(database.clock)

        class Recalling:
            """Somebody recalls while the recipients are being named."""

            def send(self, *arguments: Any, **options: Any) -> str:
                with database.unit_of_work() as uow:
                    world.service().recall(item.id, viewer=requester, uow=uow)
                return transport.send(*arguments, **options)

        gate = ReleaseGate(database, sinks=choose_sinks(tmp_path, mail=Recalling()))
        assert gate.run_due() == 0
    assert server.taken == []
    assert release_of(database, item).state is ReleaseState.RECALLED
    assert state_of(database, item) == ReviewState.RECALLED


def test_nothing_leaves_while_it_can_be_taken_back(
    database: Database, clock: FixedClock, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    service = world.service(load_policy())
    item = approved_email(database, requester=requester, approver=manager, service=service)
    undo = item.requirement.undo_seconds
    assert undo > 0
    with MailServer().running() as server:
        clock.advance(timedelta(seconds=undo - 1))
        assert deliver_due(database, server, tmp_path) == 0
        said = describe(release_of(database, item), language="en", now=clock.now())
        assert "recalled" in said
        clock.advance(timedelta(seconds=1))
        assert deliver_due(database, server, tmp_path) == 1
    assert len(server.taken) == 1


def test_a_changed_policy_lets_nothing_out_that_was_approved_under_the_old_one(
    database: Database, item: ReviewItem, tmp_path: Path
) -> None:
    stricter = load_policy()
    rules = tuple(rule.model_copy(update={"steps": (*rule.steps, *rule.steps)}) for rule in stricter.rule)
    with MailServer().running() as server:
        assert deliver_due(database, server, tmp_path, policy=stricter.model_copy(update={"rule": rules})) == 0
    assert (server.taken, release_of(database, item).error_code) == ([], "policy_changed")
    assert state_of(database, item) == ReviewState.STALE
