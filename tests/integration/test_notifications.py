"""Emails about the queue: to whom, when, once, with nothing in them that should not leave."""

import email
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from email.message import EmailMessage
from email.policy import default

import pytest
from sqlalchemy import text

from copilot.approvals.delegations import Delegations
from copilot.approvals.policy import load_policy
from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from copilot.domain.notifications import MailMode, NotificationKind, NotificationRules, Preferences
from copilot.domain.review_items import ReviewItem, Verdict
from copilot.errors import MailRefused, MailUnavailable, NotFound, OutcomeUnknown
from copilot.mail import DryRunTransport
from copilot.notifications.service import Notifications
from copilot.notifications.texts import KINDS, MAIL
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.people import PeopleRepository
from copilot.store.tables.notifications import NotificationRow
from copilot.store.tables.records import AccountRow
from tests import approvals_builders as world
from tests.conftest import MakeUser

RULES = NotificationRules()


@dataclass
class Outgoing:
    """Stands for the mail server: keeps what it is given, or fails as told."""

    mails: list[tuple[str, EmailMessage]] = field(default_factory=list)
    failure: BaseException | None = None

    def send(
        self,
        message: bytes,
        *,
        sender: str,
        recipients: Sequence[str],
        begin: Callable[[], None] | None = None,  # noqa: ARG002
    ) -> str:
        if self.failure is not None:
            raise self.failure
        DryRunTransport().send(message, sender=sender, recipients=recipients)
        assert b"\r\nList-Unsubscribe: <https://copilot.example/unsubscribe/" in message
        parsed = email.message_from_bytes(message, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.mails += [(recipient, parsed) for recipient in recipients]
        return "250 queued"


@dataclass
class Company:
    """An account executive who asks, a manager who decides, an administrator; and the mails that went out."""

    database: Database
    clock: FixedClock
    requester: Viewer
    manager: Viewer
    admin: Viewer
    outgoing: Outgoing
    notifications: Notifications

    def submit(self, *, audience: Audience = Audience.EXTERNAL) -> ReviewItem:
        draft = world.good_draft(self.database, viewer=self.requester, audience=audience)
        return world.submit(self.database, draft, viewer=self.requester)

    def decide(self, item: ReviewItem, who: Viewer, verdict: Verdict) -> ReviewItem:
        with self.database.unit_of_work() as uow:
            decision = world.decision(item, who, verdict=verdict, comment="Falta Rosa Almendro.")
            return world.service().decide(item.id, decision, viewer=who, uow=uow)

    def choose(self, who: Viewer, **wanted: object) -> None:
        with self.database.unit_of_work() as uow:
            self.notifications.preferences.choose(Preferences.model_validate(wanted), viewer=who, uow=uow)

    def run(self) -> list[str]:
        """Run the job; who was written to."""
        before = len(self.outgoing.mails)
        self.notifications.run()
        return sorted(recipient for recipient, _ in self.outgoing.mails[before:])

    def last(self) -> EmailMessage:
        return self.outgoing.mails[-1][1]

    def states(self) -> list[str]:
        with self.database.unit_of_work() as uow:
            return sorted(row.state for row in uow.session.query(NotificationRow).all())


@pytest.fixture
def company(database: Database, clock: FixedClock, make_user: MakeUser) -> Company:
    requester = make_user("Rosalía Prueba", role=Role.AE)
    world.add_account(database, owner=requester)
    world.add_email(database)
    outgoing = Outgoing()
    settings = Settings(COPILOT_PUBLIC_URL="https://copilot.example/", COPILOT_SMTP_FROM="cola@tramontia.example")
    return Company(
        database=database,
        clock=clock,
        requester=requester,
        manager=make_user("Mar Jefa", role=Role.MANAGER, language="en"),
        admin=make_user("Inés Admin", role=Role.ADMIN),
        outgoing=outgoing,
        notifications=Notifications(settings, database=database, rules=RULES, transport=outgoing),
    )


def body_of(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_who_may_decide_hears_in_their_language_with_nothing_of_the_draft(company: Company) -> None:
    item = company.submit()
    assert company.run() == sorted([company.manager.email, company.admin.email])
    mails = dict(company.outgoing.mails)
    english = body_of(mails[company.manager.email])
    assert f"https://copilot.example/queue/{item.id}" in english
    assert "Waits for your decision: account brief, low risk, due 2026-11-16 17:00 UTC" in english
    assert "Espera su decisión" in body_of(mails[company.admin.email])
    assert mails[company.manager.email]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    whole = "".join(str(mail) for mail in mails.values())
    for private in ("Aceros", "Tormes", "Rosalía", "factura", "84.000", "licencias"):
        assert private not in whole


def test_nobody_hears_the_same_twice(company: Company) -> None:
    company.submit()
    assert len(company.run()) == 2
    company.clock.advance(timedelta(days=1))
    assert company.run() == []


def test_an_item_that_makes_no_sense_keeps_no_other_news_from_anybody(company: Company) -> None:
    for person in (company.manager, company.admin):
        company.choose(person, mode="digest", digest_hour=20)
    broken, fine = company.submit(), company.submit()
    assert company.run() == []
    with company.database.unit_of_work() as uow:
        broken_requirement = text("update review_items set requirement = requirement - 'steps' where id = :id")
        uow.session.execute(broken_requirement, {"id": broken.id})
    company.clock.advance(timedelta(hours=12))
    assert company.run() == sorted([company.manager.email, company.admin.email])
    assert fine.id in body_of(company.outgoing.mails[0][1])
    assert broken.id not in body_of(company.outgoing.mails[0][1])


def test_what_its_requester_may_approve_alone_disturbs_nobody(company: Company) -> None:
    company.submit(audience=Audience.INTERNAL)
    assert company.run() == []


def test_nobody_hears_of_what_they_may_not_see(company: Company, make_user: MakeUser) -> None:
    stranger = make_user("Tom Otro", role=Role.MANAGER, team="south")
    company.submit()
    assert stranger.email not in company.run()


def test_who_lost_sight_of_it_before_the_mail_is_not_written_to(company: Company, make_user: MakeUser) -> None:
    other = make_user("Tom Otro", role=Role.AE, team="south")
    company.choose(company.manager, mode="digest", digest_hour=20)
    company.submit()
    assert company.run() == [company.admin.email]
    with company.database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).owner_email = other.email
    company.clock.advance(timedelta(hours=12))
    assert company.run() == []
    assert "dropped" in company.states()


@pytest.mark.parametrize(
    ("verdict", "words"),
    [
        (Verdict.APPROVE, "Aprobado"),
        (Verdict.REJECT, "Rechazado"),
        (Verdict.REQUEST_CHANGES, "Le piden cambios"),
    ],
)
def test_the_requester_hears_what_became_of_it_and_the_decider_does_not(
    company: Company, verdict: Verdict, words: str
) -> None:
    item = company.submit()
    company.run()
    company.decide(item, company.manager, verdict)
    company.clock.advance(timedelta(minutes=1))
    assert company.run() == [company.requester.email]
    assert words in body_of(company.last())
    assert "Almendro" not in str(company.last()), "the comment stays in the queue"


def test_old_news_is_left_out(company: Company) -> None:
    item = company.submit()
    company.decide(item, company.manager, Verdict.REJECT)
    assert company.run() == [company.requester.email], "it no longer waits for the admin"


def test_who_is_asked_hears_it_and_the_others_do_not(company: Company) -> None:
    with company.database.unit_of_work() as uow:
        item = company.submit()
        world.service().reassign(item.id, to=company.manager.user_id, viewer=company.requester, uow=uow)
    assert company.run() == [company.manager.email]
    assert "Assigned to you" in body_of(company.last())


def test_what_is_overdue_is_told_to_whom_policy_names(company: Company) -> None:
    company.submit()
    company.run()
    company.clock.advance(timedelta(hours=9))
    with company.database.unit_of_work() as uow:
        assert world.service().escalate_due(uow=uow) == 1
    assert company.run() == sorted([company.manager.email, company.admin.email])
    assert "Fuera de plazo" in body_of(dict(company.outgoing.mails)[company.admin.email])


def test_a_delegate_who_sees_it_hears_too(company: Company, make_user: MakeUser) -> None:
    colleague = make_user("Eva Colega", role=Role.CSM, language="en")
    with company.database.unit_of_work() as uow:
        PeopleRepository(uow).grant_account(world.ACCOUNT, user_id=colleague.user_id)
        Delegations(load_policy().review).create(
            colleague.email,
            company.clock.now(),
            company.clock.now() + timedelta(days=2),
            viewer=company.manager,
            uow=uow,
        )
    wrong = (("La cuenta factura 85.000 € al año.", (world.ARR,)),)
    evidence = world.evidence_of(company.database, (world.ARR,), viewer=company.requester)
    draft = world.draft_about(evidence, wrong, audience=Audience.EXTERNAL)
    world.submit(company.database, draft, viewer=company.requester)
    assert colleague.email in company.run()


def test_several_things_within_a_pause_make_one_mail(company: Company) -> None:
    company.submit()
    company.run()
    for _ in range(3):
        company.submit()
        company.clock.advance(timedelta(minutes=2))
        assert company.run() == []
    company.clock.advance(timedelta(minutes=RULES.minutes_between_mails))
    assert company.run() == sorted([company.manager.email, company.admin.email])
    assert "3" in company.last()["Subject"]


def test_a_digest_comes_once_a_day_from_the_local_hour_chosen(company: Company) -> None:
    company.choose(company.manager, mode="digest", digest_hour=12, time_zone="Europe/Madrid")
    company.choose(company.admin, mode="none")
    company.submit()
    assert company.run() == [], "it is ten in Madrid"
    company.clock.advance(timedelta(hours=2))
    assert company.run() == [company.manager.email]
    assert "due 2026-11-16 18:00 CET" in body_of(company.last())
    company.submit()
    company.clock.advance(timedelta(hours=6))
    assert company.run() == []
    company.clock.advance(timedelta(hours=18))
    assert company.run() == [company.manager.email]


def test_who_wants_none_or_not_this_gets_none(company: Company) -> None:
    company.choose(company.manager, mode="none")
    company.choose(company.admin, muted=["waiting"])
    company.submit()
    assert company.run() == []
    assert company.states() == ["dropped", "dropped"]


def test_the_link_in_a_mail_stops_them(company: Company) -> None:
    company.submit()
    company.run()
    mail = dict(company.outgoing.mails)[company.manager.email]
    token = mail["List-Unsubscribe"].strip("<>").rpartition("/")[2]
    with company.database.unit_of_work() as uow:
        company.notifications.preferences.unsubscribe(token, uow=uow)
        assert company.notifications.preferences.of(company.manager, uow=uow).mode is MailMode.NONE
        with pytest.raises(NotFound):
            company.notifications.preferences.unsubscribe("guess", uow=uow)
    company.submit()
    company.clock.advance(timedelta(hours=1))
    assert company.run() == [company.admin.email]


def test_what_certainly_did_not_go_is_tried_again(company: Company) -> None:
    company.outgoing.failure = MailUnavailable("not now")
    company.submit()
    assert company.run() == []
    assert company.states() == ["pending", "pending"]
    company.outgoing.failure = None
    assert len(company.run()) == 2


@pytest.mark.parametrize("failure", [OutcomeUnknown("lost"), MailRefused("no")])
def test_what_may_have_gone_or_is_refused_is_not_sent_again(company: Company, failure: Exception) -> None:
    company.outgoing.failure = failure
    company.submit()
    company.run()
    company.outgoing.failure = None
    company.clock.advance(timedelta(hours=1))
    assert company.run() == []


def test_a_process_killed_while_it_sends_sends_nothing_twice(company: Company) -> None:
    company.submit()
    company.outgoing.failure = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        company.run()
    company.outgoing.failure = None
    company.clock.advance(timedelta(hours=1))
    assert len(company.run()) == 1, "the other person's mail, not that which may have gone"


def test_without_a_mail_server_old_news_is_dropped(company: Company) -> None:
    silent = Notifications(Settings(), database=company.database, rules=RULES, transport=None)
    company.submit()
    silent.run()
    assert company.states() == ["pending", "pending"]
    company.clock.advance(timedelta(days=RULES.forget_after_days, minutes=1))
    silent.run()
    assert company.states() == ["dropped", "dropped"]


def test_a_webhook_that_was_switched_off_is_told_to_administrators(company: Company) -> None:
    webhooks = company.notifications.webhooks
    with company.database.unit_of_work() as uow:
        made = webhooks.register("https://hooks.invalid/", events=["review.approved"], viewer=company.admin, uow=uow)
    for _ in range(2):
        with company.database.unit_of_work() as uow:
            if webhooks.get(made.webhook.id, viewer=company.admin, uow=uow).active:
                webhooks.ping(made.webhook.id, viewer=company.admin, uow=uow)
        told = company.run()
        company.clock.advance(timedelta(hours=RULES.webhook_off_after_hours, minutes=1))
    assert told == [company.admin.email]
    assert "se ha apagado" in body_of(company.last())
    assert "hooks.invalid" not in str(company.last())


def test_a_person_who_left_is_not_written_to(company: Company) -> None:
    company.choose(company.manager, mode="digest", digest_hour=23)
    company.submit()
    company.run()
    with company.database.unit_of_work() as uow:
        PeopleRepository(uow).deactivate(company.manager.user_id, now=uow.clock.now())
    company.clock.advance(timedelta(hours=14))
    assert company.run() == []


def test_every_reason_has_words_in_both_languages() -> None:
    assert set(KINDS) == set(NotificationKind)
    assert all(set(words) == {"es", "en"} for words in KINDS.values())
    assert MAIL["es"].keys() == MAIL["en"].keys()
