"""Who is told of assigned questions; what erasure and retention leave of questionnaires and the library."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from sqlalchemy import text

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.domain.notifications import NotificationKind, NotificationRules
from copilot.domain.questionnaires import QuestionnaireFormat
from copilot.errors import NotFound
from copilot.guardrails.retention_policy import RetentionRules
from copilot.mail import DryRunTransport
from copilot.notifications.service import Notifications
from copilot.notifications.texts import KINDS
from copilot.privacy.requests import PrivacyRequests
from copilot.privacy.retention import let_go
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow, ContactRow
from copilot.store.tables.rfp import RfpProjectRow
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.privacy_company import erase
from tests.rfp_builders import Rfp, answer, make_rfp, question

PERSON = "Begoña Arrieta"


@dataclass
class Outgoing:
    """Stands for the mail server: keeps what it is given."""

    mails: list[tuple[str, str]] = field(default_factory=list)

    def send(
        self,
        message: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        begin: Callable[[], None] | None = None,  # noqa: ARG002
    ) -> str:
        DryRunTransport().send(message, sender=sender, recipients=recipients)
        parsed = message_from_bytes(message, policy=default)
        assert isinstance(parsed, EmailMessage)
        part = parsed.get_body(("plain",))
        assert part is not None
        self.mails += [(recipient, str(part.get_content())) for recipient in recipients]
        return "250 queued"


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba", language="en")


@pytest.fixture
def rfp(database: Database) -> Rfp:
    return make_rfp(database)


def notifications(database: Database, outgoing: Outgoing) -> Notifications:
    settings = Settings(COPILOT_PUBLIC_URL="https://copilot.example/", COPILOT_SMTP_FROM="cola@tramontia.example")
    return Notifications(settings, database=database, rules=NotificationRules(), transport=outgoing)


def assign(rfp: Rfp, project_id: str, question_id: str, *, to: Viewer | None, by: Viewer) -> None:
    with rfp.database.unit_of_work() as uow:
        to_user_id = None if to is None else to.user_id
        rfp.projects.assign(project_id, [question_id], to_user_id=to_user_id, viewer=by, uow=uow)


@pytest.mark.parametrize("language", ["es", "en"])
def test_whoever_is_assigned_questions_hears_of_it_once(
    rfp: Rfp, ana: Viewer, make_user: MakeUser, language: str
) -> None:
    bea = make_user("Bea Prueba", language=language)
    outgoing = Outgoing()
    service = notifications(rfp.database, outgoing)
    project = rfp.create(ana, question(1, "Is the vault of Begoña locked?"), title="Secret tender")
    assign(rfp, project.id, "q1", to=bea, by=ana)
    service.run()
    service.run()
    [(reader, words)] = outgoing.mails
    assert reader == bea.email
    assert KINDS[NotificationKind.RFP_ASSIGNED][language] in " ".join(words.split())
    assert f"https://copilot.example/rfps/{project.id}" in words
    for secret in ("Secret", "vault", ana.name):
        assert secret not in words


def test_what_was_taken_back_or_is_ones_own_doing_is_no_news(rfp: Rfp, ana: Viewer, make_user: MakeUser) -> None:
    bea, outgoing = make_user("Bea Prueba"), Outgoing()
    service = notifications(rfp.database, outgoing)
    project = rfp.create(ana)
    assign(rfp, project.id, "q1", to=ana, by=ana)
    assign(rfp, project.id, "q2", to=bea, by=ana)
    assign(rfp, project.id, "q2", to=None, by=ana)
    service.run()
    assert outgoing.mails == []


def named_in(database: Database) -> set[str]:
    """Tables of questionnaires in which the person is named."""
    found = set()
    with database.unit_of_work() as uow:
        for table in ("rfp_projects", "rfp_questions", "library_entries", "library_versions", "library_changes"):
            rows = uow.session.execute(text(f"select t::text from {table} t"))  # noqa: S608
            if any("Arrieta" in row[0] or "arriet" in row[0] for row in rows):
                found.add(table)
    return found


def held_of_a_person(database: Database, ana: Viewer) -> tuple[Rfp, str]:
    """A questionnaire and a library that name a contact of the account."""
    rfp = make_rfp(database)
    world.add_account(database, owner=ana)
    with database.unit_of_work() as uow:
        uow.session.add(
            ContactRow(
                id="con_00000000000000000001",
                source_system="test",
                source_id="1",
                as_of=date(2026, 11, 13),
                content_hash="x",
                account_id=world.ACCOUNT,
                name=PERSON,
                email="begona.arrieta@aceros.example",
            )
        )
    rfp.answerer.answers["q1"] = answer("q1", text=f"{PERSON} has agreed to it.")
    project = rfp.answered(ana, question(1, f"Has {PERSON} agreed?"), question(2), account_id=world.ACCOUNT)
    with database.unit_of_work() as uow:
        rfp.library.add(
            f"Who is {PERSON}?",
            f"{PERSON} is a customer.",
            language=Language.EN,
            owner_id=ana.user_id,
            viewer=ana,
            uow=uow,
        )
        rfp.library.propose(None, question="Who?", answer=f"{PERSON}.", language=Language.EN, viewer=ana, uow=uow)
    return rfp, project.id


@pytest.mark.parametrize("kept", [True, False], ids=["text", "packed"])
def test_a_person_is_erased_from_questionnaires_and_the_library(
    database: Database, ana: Viewer, make_user: MakeUser, tmp_path: Path, kept: bool
) -> None:
    rfp, project_id = held_of_a_person(database, ana)
    if not kept:
        with database.unit_of_work() as uow:
            uow.session.get_one(RfpProjectRow, project_id).format = QuestionnaireFormat.XLSX.value
    admin = make_user(role=Role.ADMIN)
    everywhere = {"rfp_questions", "library_entries", "library_versions", "library_changes"}
    assert named_in(database) == everywhere
    privacy = PrivacyRequests(database, exports=tmp_path, after_erasure=lambda _uow: 0)
    with database.unit_of_work() as uow:
        assert privacy.find(PERSON, viewer=admin, uow=uow).counts.keys() >= everywhere
    erase(privacy, PERSON, viewer=admin, database=database)
    assert named_in(database) == set(), "not even as a stem that is searched for"
    assert "█" in rfp.get(project_id, ana).questions[0].question.text
    with database.unit_of_work() as uow:
        if kept:
            assert rfp.projects.original(project_id, viewer=ana, uow=uow)
        else:
            with pytest.raises(NotFound, match="erased"):
                rfp.projects.original(project_id, viewer=ana, uow=uow)


def test_questionnaires_that_nobody_touched_go_when_policy_says_so(
    database: Database, clock: FixedClock, ana: Viewer
) -> None:
    rfp = make_rfp(database, viewer=ana)
    idle, waiting, running = rfp.answered(ana), rfp.answered(ana), rfp.create(ana)
    rfp.file(waiting, ana)
    rfp.start(running, ana)
    clock.advance(timedelta(days=31))
    for days, expected in ((0, 3), (40, 3), (30, 2)):
        with database.unit_of_work() as uow:
            let_go(RetentionRules(questionnaire_days=days), uow=uow)
        with database.unit_of_work() as uow:
            assert len(rfp.projects.heads(viewer=ana, uow=uow)) == expected
    with pytest.raises(NotFound):
        rfp.get(idle.id, ana)


def test_a_project_outlives_its_account_for_those_who_lead_it(
    database: Database, ana: Viewer, make_user: MakeUser
) -> None:
    rfp = make_rfp(database)
    world.add_account(database, owner=ana)
    project = rfp.create(ana, account_id=world.ACCOUNT)
    with database.unit_of_work() as uow:
        uow.session.delete(uow.session.get_one(AccountRow, world.ACCOUNT))
    assert rfp.get(project.id, ana).account_id is None
    assert rfp.get(project.id, make_user(role=Role.MANAGER)).id == project.id
