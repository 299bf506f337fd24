"""Rules of contact against a real database: who is read, what counts as a touch, and what the release gate does."""

import threading
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from copilot import bootstrap
from copilot.approvals.contact_preferences import consent, opt_out, record_wish
from copilot.approvals.release import run_due_releases
from copilot.cli import contacts
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import ReviewItem, ReviewState
from copilot.domain.contact_rules import Channel, ContactFacts, TouchState
from copilot.domain.drafts import Audience, Draft, DraftKind
from copilot.domain.findings import Action
from copilot.errors import InputError, NotAllowed, NotFound
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.surroundings import read_contacts
from copilot.settings import Settings
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import AccountRow, ActivityRow, ContactRow
from tests import approvals_builders as world
from tests.conftest import MakeUser

MARTA, PEDRO, STRANGER = "con_marta", "con_pedro", "con_stranger"
ADDRESS = "marta@tormes.example"
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
_COMMON = {"source_system": "test", "as_of": date(2026, 11, 13), "content_hash": "x"}


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user("Lucía Ferrer", role=Role.AE)
    world.add_account(database, owner=viewer)
    world.add_account(database, owner=viewer, account_id=world.OTHER_ACCOUNT, name="Otra Empresa")
    world.add_email(database)
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).country = "ES"
        for contact_id, name, email, account_id in (
            (MARTA, "Marta Ruiz Gil", "Marta@Tormes.example", world.ACCOUNT),
            (PEDRO, "Pedro Sanz", "pedro@tormes.example", world.ACCOUNT),
            (STRANGER, "Eva Ajena", "eva@otra.example", world.OTHER_ACCOUNT),
        ):
            uow.session.add(
                ContactRow(
                    id=contact_id, source_id=contact_id, name=name, email=email, account_id=account_id, **_COMMON
                )
            )
    return viewer


@pytest.fixture
def manager(make_user: MakeUser, requester: Viewer) -> Viewer:
    return make_user("Marta Solano", role=Role.MANAGER)


def message(database: Database, viewer: Viewer, *recipients: str, title: str = "Renovación") -> Draft:
    evidence = world.evidence_of(database, (world.RENEWAL,), viewer=viewer)
    sentences = (("Su contrato renueva el 31 de enero de 2027.", (world.RENEWAL,)),)
    draft = world.draft_about(evidence, sentences, audience=Audience.EXTERNAL, kind=DraftKind.FOLLOW_UP)
    return draft.model_copy(update={"recipients": recipients or (MARTA,), "title": title})


def contact_rules(database: Database, draft: Draft, *, viewer: Viewer) -> list[str]:
    with database.unit_of_work() as uow:
        findings = Guardrails().check_draft(draft, viewer=viewer, uow=uow).findings
    return [item.rule for item in findings if item.rule.startswith("contact.")]


def facts(database: Database, draft: Draft) -> ContactFacts:
    with database.unit_of_work() as uow:
        read = read_contacts(draft, sender="Lucía Ferrer", uow=uow)
    assert read is not None
    return read


def log(
    database: Database,
    *participants: str,
    moment: datetime = NOW - timedelta(days=2),
    kind: str = "email",
    direction: str = "outbound",
    author: str = "Tom Whitlock",
    subject: str | None = None,
    body: str | None = None,
    account_id: str = world.ACCOUNT,
) -> None:
    with database.unit_of_work() as uow:
        number = uow.session.scalar(text("select count(*) from activities"))
        uow.session.add(
            ActivityRow(
                id=f"act_{number}", source_id=str(number), account_id=account_id, kind=kind, occurred_at=moment,
                direction=direction, subject=subject, body=body, author=author, participants=list(participants),
                **_COMMON,
            )
        )  # fmt: skip


def filed(database: Database, requester: Viewer, manager: Viewer, *recipients: str, title: str = "A") -> ReviewItem:
    item = world.submit(database, message(database, requester, *recipients, title=title), viewer=requester)
    return world.approve(database, item, viewer=manager)


def release_of(database: Database, item: ReviewItem) -> tuple[ReleaseState, str | None]:
    with database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(item.id)
    assert release is not None
    return release.state, release.error_code


def record(database: Database, who: str, stated: object, *, viewer: Viewer) -> None:
    with database.unit_of_work() as uow:
        record_wish(who, stated, viewer=viewer, uow=uow)  # type: ignore[arg-type]


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
            ContactRow(
                id="con_again", source_id="9", name="M. Ruiz", email=ADDRESS, account_id=world.ACCOUNT, **_COMMON
            )
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


def _opt_out(database: Database, requester: Viewer) -> None:
    record(database, ADDRESS, opt_out(on=date(2026, 11, 16)), viewer=requester)


def _leaves(database: Database, requester: Viewer) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(ContactRow, MARTA).left_on = date(2026, 11, 16)


def _moves(database: Database, requester: Viewer) -> None:
    with database.unit_of_work() as uow:
        uow.session.get_one(ContactRow, MARTA).account_id = world.OTHER_ACCOUNT


@pytest.mark.parametrize("disturb", [_opt_out, _leaves, _moves])
def test_what_changes_after_the_approval_stops_the_delivery(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path, disturb: object
) -> None:
    item = filed(database, requester, manager)
    disturb(database, requester)  # type: ignore[operator]
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    assert release_of(database, item) == (ReleaseState.FAILED, "may_not_be_contacted")
    assert not (tmp_path / "out").exists()


def test_an_opted_out_recipient_cannot_be_approved(database: Database, requester: Viewer, manager: Viewer) -> None:
    _opt_out(database, requester)
    item = world.submit(database, message(database, requester), viewer=requester)
    with pytest.raises(NotAllowed):
        world.approve(database, item, viewer=manager)


def test_a_delivery_waits_for_working_hours_and_then_goes(
    database: Database, requester: Viewer, manager: Viewer, clock: FixedClock, tmp_path: Path
) -> None:
    clock.instant = datetime(2026, 11, 16, 20, 0, tzinfo=UTC)
    item = filed(database, requester, manager)
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    assert release_of(database, item) == (ReleaseState.QUEUED, None)
    clock.instant = datetime(2026, 11, 17, 7, 29, tzinfo=UTC)
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    clock.instant = datetime(2026, 11, 17, 7, 30, tzinfo=UTC)
    assert run_due_releases(database, exports=tmp_path / "out") == 1
    assert release_of(database, item)[0] is ReleaseState.RELEASED


def test_waiting_ends_with_the_approval(
    database: Database, requester: Viewer, manager: Viewer, clock: FixedClock, tmp_path: Path
) -> None:
    clock.instant = datetime(2026, 11, 13, 20, 0, tzinfo=UTC)
    item = filed(database, requester, manager)
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    clock.instant = item.requirement.expires_at
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    assert release_of(database, item) == (ReleaseState.FAILED, "expired")


def _sent(database: Database, items: Sequence[ReviewItem]) -> int:
    return sum(release_of(database, item)[0] is ReleaseState.RELEASED for item in items)


def test_deliveries_at_the_same_moment_do_not_both_count_as_the_last_allowed(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    log(database, "Marta Ruiz Gil", moment=NOW - timedelta(days=2))
    log(database, "Marta Ruiz Gil", moment=NOW - timedelta(days=3))
    # Filed before any of them is approved, so that none of the approvers was told about a limit.
    items = [
        world.submit(database, message(database, requester, title=f"Mensaje {number}"), viewer=requester)
        for number in range(4)
    ]
    items = [world.approve(database, item, viewer=manager) for item in items]
    workers = [
        threading.Thread(target=run_due_releases, args=(database,), kwargs={"exports": tmp_path / "out"})
        for _ in range(3)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert _sent(database, items) == 1
    assert {release_of(database, item)[0] for item in items} == {ReleaseState.RELEASED, ReleaseState.QUEUED}


def test_what_the_approver_was_told_does_not_hold_up_the_delivery(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    for days in (2, 3, 4):
        log(database, "Marta Ruiz Gil", moment=NOW - timedelta(days=days))
    draft = message(database, requester)
    with database.unit_of_work() as uow:
        [told] = [
            item
            for item in Guardrails().check_draft(draft, viewer=requester, uow=uow).findings
            if item.rule.startswith("contact.")
        ]
    assert (told.rule, told.action) == ("contact.cap_contact", Action.HOLD)
    item = world.approve(database, world.submit(database, draft, viewer=requester), viewer=manager)
    assert run_due_releases(database, exports=tmp_path / "out") == 1
    assert _sent(database, [item]) == 1


@pytest.mark.parametrize("writer", ["Marta Ruiz Gil", "Pedro Sanz"], ids=["again", "another"])
def test_who_asks_after_the_approval_to_be_left_alone_was_not_in_front_of_the_approver(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path, writer: str
) -> None:
    asks = "No me escriban más, por favor."
    log(database, "Marta Ruiz Gil", direction="inbound", body=asks, moment=NOW - timedelta(days=9))
    item = filed(database, requester, manager, MARTA, PEDRO)
    log(database, writer, direction="inbound", body=asks, moment=NOW - timedelta(hours=1))
    assert run_due_releases(database, exports=tmp_path / "out") == 0
    assert release_of(database, item) == (ReleaseState.FAILED, "guardrail_holds")


def test_words_that_the_approver_saw_do_not_hold_up_the_delivery(
    database: Database, requester: Viewer, manager: Viewer, tmp_path: Path
) -> None:
    log(database, "Marta Ruiz Gil", direction="inbound", body="No me escriban más, por favor.")
    item = filed(database, requester, manager)
    assert run_due_releases(database, exports=tmp_path / "out") == 1
    assert release_of(database, item)[0] is ReleaseState.RELEASED


def test_the_state_of_the_item_follows(database: Database, requester: Viewer, manager: Viewer, tmp_path: Path) -> None:
    item = filed(database, requester, manager)
    _opt_out(database, requester)
    run_due_releases(database, exports=tmp_path / "out")
    with database.unit_of_work() as uow:
        assert world.service().get(item.id, viewer=requester, uow=uow).item.state is ReviewState.RELEASE_FAILED


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
