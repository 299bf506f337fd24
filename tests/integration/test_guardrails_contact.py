"""Rules of contact against a real database: who is read, what counts as a touch, and what may be recorded."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from copilot import bootstrap
from copilot.approvals.contact_preferences import consent, opt_out
from copilot.approvals.release import run_due_releases
from copilot.cli import contacts
from copilot.domain.access import Role, Viewer
from copilot.domain.contact_rules import Channel, TouchState
from copilot.errors import InputError, NotAllowed, NotFound
from copilot.settings import Settings
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import ContactRow
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.guardrails_contact_builders import (
    ADDRESS,
    COMMON,
    MARTA,
    NOW,
    PEDRO,
    STRANGER,
    contact_rules,
    facts,
    filed,
    log,
    message,
    record,
)


def test_a_contact_of_the_account_may_be_written_to(database: Database, requester: Viewer) -> None:
    assert contact_rules(database, message(database, requester), viewer=requester) == []


@pytest.mark.parametrize("recipient", [STRANGER, "con_unknown", "marta@tormes.example"])
def test_only_contacts_of_the_account_can_be_recipients(database: Database, requester: Viewer, recipient: str) -> None:
    found = contact_rules(database, message(database, requester, MARTA, recipient), viewer=requester)
    assert found == ["contact.not_of_account"]


def test_an_opt_out_blocks_in_any_letter_case_and_in_every_record_of_the_person(
    database: Database, requester: Viewer
) -> None:
    record(database, ADDRESS, opt_out(on=date(2026, 11, 3)), viewer=requester)
    assert contact_rules(database, message(database, requester), viewer=requester) == ["contact.opted_out"]
    with database.unit_of_work() as uow:
        uow.session.get_one(ContactRow, STRANGER).email = "MARTA@tormes.example"
    elsewhere = message(database, requester, STRANGER).model_copy(update={"account_id": world.OTHER_ACCOUNT})
    assert "contact.opted_out" in contact_rules(database, elsewhere, viewer=requester)


def test_an_opt_out_outlives_the_record_and_its_import(database: Database, requester: Viewer) -> None:
    record(database, ADDRESS, opt_out(Channel.EMAIL, on=date(2026, 11, 3)), viewer=requester)
    with database.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(ContactRow, MARTA))
        uow.flush()
        uow.session.add(
            ContactRow(id="con_again", source_id="9", name="M. Ruiz", email=ADDRESS, account_id=world.ACCOUNT, **COMMON)
        )
    assert contact_rules(database, message(database, requester, "con_again"), viewer=requester) == ["contact.opted_out"]


def test_a_ban_in_another_record_of_the_same_person_counts(database: Database, requester: Viewer) -> None:
    with database.unit_of_work() as uow:
        stranger = uow.session.get_one(ContactRow, STRANGER)
        stranger.email, stranger.do_not_contact = "marta@TORMES.example", True
    assert contact_rules(database, message(database, requester), viewer=requester) == ["contact.do_not_contact"]


def test_what_is_recorded_holds_no_address_and_is_in_the_chain(database: Database, requester: Viewer) -> None:
    record(database, ADDRESS, opt_out(on=date(2026, 11, 3)), viewer=requester)
    with database.unit_of_work() as uow:
        kept = uow.session.execute(text("select row_to_json(p)::text from contact_preferences p")).scalar_one()
        [event] = [item for item in AuditLog(uow).events() if item.action == "contact.opted_out"]
    assert "tormes" not in kept
    assert "tormes" not in str(event)
    assert (event.actor_id, event.details["channel"]) == (requester.user_id, "any")


def test_an_opt_out_of_anybody_is_taken_and_tells_nothing(database: Database, requester: Viewer) -> None:
    record(database, "nobody@nowhere.example", opt_out(on=date(2026, 11, 3)), viewer=requester)


def test_a_consent_needs_a_contact_one_may_see_and_over_an_opt_out_a_manager(
    database: Database, requester: Viewer, manager: Viewer, make_user: MakeUser
) -> None:
    agreed = consent(on=date(2026, 11, 10))
    with pytest.raises(NotFound):
        record(database, ADDRESS, agreed, viewer=make_user(role=Role.AE, team="south"))
    record(database, ADDRESS, opt_out(on=date(2026, 11, 3)), viewer=requester)
    with pytest.raises(NotAllowed):
        record(database, ADDRESS, agreed, viewer=requester)
    record(database, ADDRESS, agreed, viewer=manager)
    assert contact_rules(database, message(database, requester), viewer=requester) == []


def test_a_consent_to_calls_opens_no_way_over_an_opt_out_from_mail(database: Database, requester: Viewer) -> None:
    record(database, ADDRESS, opt_out(Channel.EMAIL, on=date(2026, 11, 3)), viewer=requester)
    record(database, ADDRESS, consent(Channel.PHONE, on=date(2026, 11, 4)), viewer=requester)
    with pytest.raises(NotAllowed):
        record(database, ADDRESS, consent(on=date(2026, 11, 5)), viewer=requester)
    assert contact_rules(database, message(database, requester), viewer=requester) == ["contact.opted_out"]


def test_an_opt_out_noted_before_the_address_was_known_counts_against_a_consent(
    database: Database, requester: Viewer
) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(ContactRow, MARTA).email = None
    record(database, MARTA, opt_out(on=date(2026, 11, 3)), viewer=requester)
    with database.unit_of_work() as uow:
        uow.session.get_one(ContactRow, MARTA).email = ADDRESS
    with pytest.raises(NotAllowed):
        record(database, ADDRESS, consent(on=date(2026, 11, 5)), viewer=requester)


def test_a_wish_needs_a_person_and_a_day_that_has_come(database: Database, requester: Viewer) -> None:
    with pytest.raises(InputError):
        record(database, "con_nobody", opt_out(on=date(2026, 11, 3)), viewer=requester)
    with pytest.raises(InputError):
        record(database, ADDRESS, opt_out(on=date(2026, 11, 17)), viewer=requester)


def test_touches_count_whoever_made_them_and_the_same_mail_once(database: Database, requester: Viewer) -> None:
    log(database, "Marta Ruiz Gil", kind="call")
    log(database, "marta@tormes.example", author="Ana", subject="Oferta")
    log(database, "Pedro Sanz")
    log(database, "Marta Ruiz Gil", kind="meeting")
    log(database, "Marta Ruiz Gil", direction="inbound")
    log(database, "marta@tormes.example", account_id=world.OTHER_ACCOUNT)
    with database.unit_of_work() as uow:
        mail = uow.session.get_one(DocumentRow, world.PASSAGE.replace("psg", "doc"))
        mail.direction, mail.title, mail.authored_at = "outbound", "Oferta", NOW - timedelta(days=2)
        mail.participants = ["ana@tramontia.example", "marta@tormes.example"]
    touches = facts(database, message(database, requester)).touches
    assert sorted((item.sender, bool(item.contact_ids)) for item in touches) == [
        ("Ana", True), ("Tom Whitlock", False), ("Tom Whitlock", True),
    ]  # fmt: skip
    log(database, "Marta Ruiz Gil", kind="call")
    assert contact_rules(database, message(database, requester), viewer=requester) == ["contact.cap_contact"]


def test_drafts_of_colleagues_count_as_they_move_on(
    database: Database, requester: Viewer, manager: Viewer, make_user: MakeUser, tmp_path: Path
) -> None:
    item = world.submit(database, message(database, requester, title="A"), viewer=requester)
    another = message(database, requester, title="B")

    def seen() -> list[tuple[TouchState, bool]]:
        return [(touch.state, bool(touch.contact_ids)) for touch in facts(database, another).touches]

    assert seen() == [(TouchState.PENDING, True)]
    world.approve(database, item, viewer=manager)
    assert seen() == [(TouchState.APPROVED, True)]
    assert run_due_releases(database, exports=tmp_path / "out") == 1
    assert seen() == [(TouchState.DONE, True)]
    to_pedro = message(database, requester, PEDRO, title="C")
    assert [bool(touch.contact_ids) for touch in facts(database, to_pedro).touches] == [False]


@pytest.mark.parametrize("item_state", ["release_failed", "stale"])
@pytest.mark.parametrize(("release_state", "counted"), [("parked", True), ("sending", True), ("failed", False)])
def test_what_may_have_left_counts_like_what_has(
    database: Database, requester: Viewer, manager: Viewer, release_state: str, item_state: str, counted: bool
) -> None:
    filed(database, requester, manager)
    with database.unit_of_work() as uow:
        uow.session.execute(text("update releases set state = :state"), {"state": release_state})
        uow.session.execute(text("update review_items set state = :state"), {"state": item_state})
    touches = facts(database, message(database, requester, title="B")).touches
    assert [(touch.state, bool(touch.contact_ids)) for touch in touches] == [(TouchState.DONE, True)] * counted


def test_words_of_a_contact_who_wants_to_be_left_alone_are_found(database: Database, requester: Viewer) -> None:
    log(database, "Pedro Sanz", direction="inbound", body="No me escriban más, por favor.")
    assert contact_rules(database, message(database, requester), viewer=requester) == []
    log(database, "Marta Ruiz Gil", direction="inbound", body="Quiero darme de baja de estos correos.")
    assert contact_rules(database, message(database, requester), viewer=requester) == ["contact.opt_out_words"]


def test_our_own_words_in_quoted_history_are_not_theirs(database: Database, requester: Viewer) -> None:
    own, quoted = "Gracias, lo vemos.", "> Para no recibir más: unsubscribe me"
    with database.unit_of_work() as uow:
        mail = uow.session.get_one(DocumentRow, world.PASSAGE.replace("psg", "doc"))
        mail.direction, mail.text, mail.authored_at = "inbound", f"{own}\n{quoted}", NOW - timedelta(days=2)
        mail.participants = [ADDRESS, requester.email]
        mail.blocks = [
            {"kind": "body", "start": 0, "end": len(own)},
            {"kind": "quoted", "start": len(own) + 1, "end": len(own) + 1 + len(quoted)},
        ]
    assert contact_rules(database, message(database, requester), viewer=requester) == []
    with database.unit_of_work() as uow:
        uow.session.get_one(DocumentRow, world.PASSAGE.replace("psg", "doc")).blocks = []
    assert contact_rules(database, message(database, requester), viewer=requester) == ["contact.opt_out_words"]


@pytest.fixture
def command(database: Database, monkeypatch: pytest.MonkeyPatch) -> typer.Typer:
    """The `contacts` commands on the test's database."""
    application = bootstrap.assemble(Settings(embedding_model="none"), database=database)
    monkeypatch.setattr(contacts, "open_application", lambda: application)
    app = typer.Typer()
    contacts.register(app)
    return app


def test_an_opt_out_at_the_command_line(database: Database, requester: Viewer, command: typer.Typer) -> None:
    said = ["contacts", "opt-out", ADDRESS, "--channel", "email", "--source", "call", "--on", "2026-11-03"]
    assert CliRunner().invoke(command, [*said, "--user", requester.email]).exit_code == 0
    assert contact_rules(database, message(database, requester), viewer=requester) == ["contact.opted_out"]
    refused = CliRunner().invoke(command, ["contacts", "opt-out", "nobody", "--user", requester.email])
    assert refused.exit_code == 2


def test_a_consent_at_the_command_line(
    database: Database, requester: Viewer, manager: Viewer, command: typer.Typer
) -> None:
    record(database, ADDRESS, opt_out(on=date(2026, 11, 3)), viewer=requester)
    said = ["contacts", "consent", ADDRESS, "--source", "form", "--user"]
    assert CliRunner().invoke(command, [*said, requester.email]).exit_code == 1
    assert CliRunner().invoke(command, [*said, manager.email]).exit_code == 0
    assert contact_rules(database, message(database, requester), viewer=requester) == []
