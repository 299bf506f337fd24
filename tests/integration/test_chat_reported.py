"""Whoever looks after the answers hears that one was reported, with nothing of what it says or of why."""

import email
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.conversation import Turn
from copilot.domain.notifications import NotificationKind, NotificationRules, Preferences
from copilot.domain.review_items import Verdict
from copilot.mail import DryRunTransport
from copilot.notifications.service import Notifications
from copilot.notifications.texts import KINDS
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests.chat_builders import GOOD, Chat, item_of, make_chat
from tests.conftest import MakeUser

REASON = "Esa cifra es de Rosa Almendro."
RULES = NotificationRules()


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
        parsed = email.message_from_bytes(message, policy=default)
        assert isinstance(parsed, EmailMessage)
        part = parsed.get_body(("plain",))
        assert part is not None
        self.mails += [(recipient, str(part.get_content())) for recipient in recipients]
        return "250 queued"


@dataclass
class World:
    """A chat, and the mails that went out."""

    chat: Chat
    outgoing: Outgoing
    notifications: Notifications

    def reported(self, viewer: Viewer) -> Turn:
        """A question that was answered, and its answer reported."""
        thread = self.chat.start(viewer)
        self.chat.ask(thread, "¿Cuánto factura?", viewer)
        turn = self.chat.last_turn(thread, viewer)
        self.notifications.run()
        self.outgoing.mails.clear()
        return self.report(turn, viewer)

    def report(self, turn: Turn, viewer: Viewer) -> Turn:
        with self.chat.database.unit_of_work() as uow:
            return self.chat.service.report(turn.id, REASON, viewer=viewer, uow=uow)

    def told(self) -> dict[str, str]:
        """Run the job; the mails that went out, by reader."""
        self.outgoing.mails.clear()
        self.notifications.run()
        return dict(self.outgoing.mails)


@pytest.fixture
def ana(make_user: MakeUser) -> Viewer:
    return make_user("Ana Prueba")


@pytest.fixture
def company(database: Database, clock: FixedClock, ana: Viewer) -> Iterator[World]:
    world.add_account(database, owner=ana)
    chat = make_chat(database, clock)
    outgoing = Outgoing()
    settings = Settings(COPILOT_PUBLIC_URL="https://copilot.example/", COPILOT_SMTP_FROM="cola@tramontia.example")
    yield World(chat, outgoing, Notifications(settings, database=database, rules=RULES, transport=outgoing))
    chat.service.close()


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_askers_manager_hears_of_it_in_their_language(
    company: World, ana: Viewer, make_user: MakeUser, language: str
) -> None:
    manager = make_user("Mar Jefa", role=Role.MANAGER, language=language)
    make_user("Otra Jefa", role=Role.MANAGER, team="south")
    make_user("Inés Admin", role=Role.ADMIN)
    turn = company.reported(ana)
    told = company.told()
    assert list(told) == [manager.email]
    words = told[manager.email]
    assert KINDS[NotificationKind.REPORTED][language] in " ".join(words.split())
    assert f"/queue/{turn.item_id}" in words
    for secret in (GOOD[0][0], "84.000", REASON, "Almendro", "Aceros", ana.name):
        assert secret not in words


def test_once_however_often_it_is_reported(company: World, ana: Viewer, make_user: MakeUser) -> None:
    make_user("Mar Jefa", role=Role.MANAGER)
    turn = company.reported(ana)
    assert len(company.told()) == 1
    company.report(turn, ana)
    company.chat.clock.instant += timedelta(hours=1)
    assert company.told() == {}


def test_without_a_manager_who_may_see_it_administrators_hear(company: World, ana: Viewer, make_user: MakeUser) -> None:
    admin = make_user("Inés Admin", role=Role.ADMIN)
    make_user("Otra Jefa", role=Role.MANAGER, team="south")
    company.reported(ana)
    assert list(company.told()) == [admin.email]


def test_a_manager_who_asked_is_not_told_what_they_said(company: World, ana: Viewer, make_user: MakeUser) -> None:
    manager = make_user("Mar Jefa", role=Role.MANAGER)
    admin = make_user("Inés Admin", role=Role.ADMIN)
    company.reported(manager)
    assert list(company.told()) == [admin.email]
    del ana


def test_what_the_asker_may_no_longer_see_is_told_to_whoever_may(
    company: World, ana: Viewer, make_user: MakeUser
) -> None:
    make_user("Mar Jefa", role=Role.MANAGER)
    admin = make_user("Inés Admin", role=Role.ADMIN)
    thread = company.chat.start(ana)
    company.chat.ask(thread, "¿Cuánto factura?", ana)
    with company.chat.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).owner_email = "otra@tramontia.example"
    company.report(company.chat.last_turn(thread, ana), ana)
    assert list(company.told()) == [admin.email]


def test_what_was_dealt_with_meanwhile_is_no_news(company: World, ana: Viewer, make_user: MakeUser) -> None:
    manager = make_user("Mar Jefa", role=Role.MANAGER)
    turn = company.reported(ana)
    item = item_of(company.chat, turn.item_id)
    edit = {"brief.1": "La cuenta factura 84.000 € cada año."}
    with company.chat.database.unit_of_work() as uow:
        company.chat.approvals.edit(item.id, edit, digest=item.digest, viewer=manager, uow=uow)
    assert company.told() == {}


def test_who_does_not_want_it_is_not_written_to(company: World, ana: Viewer, make_user: MakeUser) -> None:
    manager = make_user("Mar Jefa", role=Role.MANAGER)
    wanted = Preferences(muted=(NotificationKind.REPORTED,))
    with company.chat.database.unit_of_work() as uow:
        company.notifications.preferences.choose(wanted, viewer=manager, uow=uow)
    company.reported(ana)
    assert company.told() == {}


def test_a_rejection_is_told_in_its_own_words(company: World, ana: Viewer, make_user: MakeUser) -> None:
    manager = make_user("Mar Jefa", role=Role.MANAGER)
    thread = company.chat.start(ana)
    company.chat.ask(thread, "¿Cuánto factura?", ana)
    turn = company.chat.last_turn(thread, ana)
    item = item_of(company.chat, turn.item_id)
    rejected = world.decision(item, manager, verdict=Verdict.REJECT, comment="No.")
    with company.chat.database.unit_of_work() as uow:
        company.chat.approvals.decide(item.id, rejected, viewer=manager, uow=uow)
    company.report(turn, ana)
    assert list(company.told()) == [ana.email]
