"""Webhooks against a real receiver: signed, retried, switched off, and never to a forbidden address."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from copilot.clock import FixedClock
from copilot.domain.access import Role, Viewer
from copilot.domain.notifications import PING, WEBHOOK_EVENTS, NotificationRules
from copilot.domain.review_items import ReviewItem, Verdict
from copilot.errors import Conflict, InputError, NotAllowed, NotFound
from copilot.notifications import signing
from copilot.notifications.delivery import WebhookSender
from copilot.notifications.links import Links
from copilot.notifications.outbox import Outbox
from copilot.notifications.webhooks import NewSecret, Webhooks
from copilot.store.database import Database
from copilot.store.webhooks import Delivery, DeliveryState, Webhook
from tests import approvals_builders as world
from tests.conftest import MakeUser
from tests.integration.webhook_receiver import Receiver, receiving

RULES = NotificationRules(webhook_attempts=3)
EVERYTHING = tuple(WEBHOOK_EVENTS)


@dataclass
class Setting:
    """An installation with one administrator and one item-to-be."""

    database: Database
    clock: FixedClock
    admin: Viewer
    requester: Viewer
    webhooks: Webhooks
    outbox: Outbox
    sender: WebhookSender

    def register(self, url: str, *events: str) -> NewSecret:
        with self.database.unit_of_work() as uow:
            return self.webhooks.register(url, events=events or EVERYTHING, viewer=self.admin, uow=uow)

    def run(self) -> int:
        self.outbox.read_on()
        return self.sender.run_due()

    def log(self, webhook: Webhook) -> tuple[Delivery, ...]:
        with self.database.unit_of_work() as uow:
            return self.webhooks.deliveries(webhook.id, viewer=self.admin, uow=uow).deliveries

    def now(self, webhook: Webhook) -> Webhook:
        with self.database.unit_of_work() as uow:
            return self.webhooks.get(webhook.id, viewer=self.admin, uow=uow)

    def submit(self) -> ReviewItem:
        return world.submit(
            self.database, world.good_draft(self.database, viewer=self.requester), viewer=self.requester
        )


@pytest.fixture
def setting(database: Database, clock: FixedClock, make_user: MakeUser) -> Setting:
    requester = make_user("Rosalía Prueba", role=Role.AE)
    world.add_account(database, owner=requester)
    world.add_email(database)
    return Setting(
        database=database,
        clock=clock,
        admin=make_user("Inés Admin", role=Role.ADMIN),
        requester=requester,
        webhooks=Webhooks(RULES, private_addresses=True),
        outbox=Outbox(database, links=Links("https://copilot.example/app/")),
        sender=WebhookSender(database, rules=RULES, private_addresses=True, timeout_seconds=2),
    )


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def test_an_event_arrives_signed_with_codes_and_nothing_personal(setting: Setting, receiver: Receiver) -> None:
    made = setting.register(receiver.url())
    item = setting.submit()
    assert setting.run() == 1
    [message] = receiver.messages
    assert message.path == "/hook?tenant=1"
    assert message.headers["host"] == f"localhost:{receiver.port}"
    assert signing.is_genuine(message.headers, message.body, key=made.secret, now=setting.clock.now())
    content = json.loads(message.body)
    assert content["type"] == "review.submitted"
    assert content["data"]["item"] == item.id
    assert content["data"]["digest"] == item.digest
    assert content["data"]["link"] == f"https://copilot.example/app/queue/{item.id}"
    for personal in ("Aceros", "Tormes", "Rosal", "factura", setting.requester.email, setting.requester.user_id):
        assert personal not in message.body.decode()
    assert [delivery.state for delivery in setting.log(made.webhook)] == [DeliveryState.DELIVERED]
    assert setting.run() == 0


def test_only_the_events_chosen_and_only_from_now_on(setting: Setting, receiver: Receiver) -> None:
    item = setting.submit()
    setting.register(receiver.url(), "review.rejected")
    with setting.database.unit_of_work() as uow:
        rejected = world.decision(item, setting.requester, verdict=Verdict.REJECT, comment="Falta el uso.")
        world.service().decide(item.id, rejected, viewer=setting.requester, uow=uow)
    setting.run()
    assert [json.loads(message.body)["type"] for message in receiver.messages] == ["review.rejected"]
    assert b"Falta" not in receiver.messages[0].body


def test_what_is_rolled_back_is_told_to_nobody(setting: Setting, receiver: Receiver) -> None:
    setting.register(receiver.url())
    item = setting.submit()
    setting.run()

    def decide_and_fail() -> None:
        with setting.database.unit_of_work() as uow:
            decision = world.decision(item, setting.requester)
            world.service().decide(item.id, decision, viewer=setting.requester, uow=uow)
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        decide_and_fail()
    setting.run()
    assert len(receiver.messages) == 1


def test_a_reader_that_is_cut_off_reads_again_and_queues_nothing_twice(
    setting: Setting, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = setting.register(receiver.url())
    setting.submit()

    def cut_off(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("copilot.store.notifications.NotificationRepository.move_cursor", cut_off)
        with pytest.raises(RuntimeError, match="killed"):
            setting.outbox.read_on()
    assert setting.log(made.webhook) == ()
    setting.outbox.read_on()
    setting.outbox.read_on()
    assert len(setting.log(made.webhook)) == 1


def test_a_failing_receiver_is_tried_again_with_growing_pauses_and_the_same_message(
    setting: Setting, receiver: Receiver
) -> None:
    made = setting.register(receiver.url())
    receiver.answers = [500, 302, 503]
    setting.submit()
    assert setting.run() == 0
    assert setting.run() == 0, "not before its time"
    assert len(receiver.messages) == 1
    setting.clock.advance(timedelta(seconds=16))
    setting.run()
    setting.clock.advance(timedelta(seconds=61))
    setting.run()
    assert [delivery.state for delivery in setting.log(made.webhook)] == [DeliveryState.FAILED]
    setting.clock.advance(timedelta(days=2))
    setting.run()
    assert len(receiver.messages) == 3, "a bounded number of attempts, and no redirect is followed"
    assert len({(message.headers["webhook-id"], message.body) for message in receiver.messages}) == 1
    assert [delivery.status_code for delivery in setting.log(made.webhook)] == [503]


def test_a_failed_delivery_is_made_again_by_hand(setting: Setting, receiver: Receiver) -> None:
    made = setting.register(receiver.url())
    receiver.answers = [500]
    setting.submit()
    for _ in range(3):
        setting.run()
        setting.clock.advance(timedelta(days=1))
    [failed] = setting.log(made.webhook)
    assert failed.state is DeliveryState.FAILED
    receiver.answers = [200]
    with setting.database.unit_of_work() as uow:
        setting.webhooks.redeliver(made.webhook.id, failed.id, viewer=setting.admin, uow=uow)
    assert setting.run() == 1
    assert [delivery.state for delivery in setting.log(made.webhook)] == [DeliveryState.DELIVERED]


def test_an_attempt_that_was_cut_off_is_made_again(
    setting: Setting, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting.register(receiver.url())
    setting.submit()

    def cut_off(*_: object, **__: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as patch:
        patch.setattr("copilot.notifications.delivery.WebhookSender._settle", cut_off)
        with pytest.raises(RuntimeError, match="killed"):
            setting.run()
    assert setting.run() == 0, "another process may still be at it"
    setting.clock.advance(timedelta(minutes=11))
    assert setting.run() == 1
    assert len({message.headers["webhook-id"] for message in receiver.messages}) == 1


def test_days_of_failure_switch_a_receiver_off_and_a_success_starts_anew(setting: Setting, receiver: Receiver) -> None:
    made = setting.register(receiver.url())
    receiver.answers = [500, 500, 500, 200, 500]
    setting.submit()
    for _ in range(3):
        setting.run()
        setting.clock.advance(timedelta(days=2))
    assert setting.now(made.webhook).failing_since is not None
    assert setting.now(made.webhook).active
    with setting.database.unit_of_work() as uow:
        setting.webhooks.ping(made.webhook.id, viewer=setting.admin, uow=uow)
    setting.run()
    assert setting.now(made.webhook).failing_since is None
    for _ in range(2):
        with setting.database.unit_of_work() as uow:
            setting.webhooks.ping(made.webhook.id, viewer=setting.admin, uow=uow)
        setting.run()
        setting.clock.advance(timedelta(days=6))
    setting.run()
    off = setting.now(made.webhook)
    assert not off.active
    assert off.switched_off_at is not None
    with pytest.raises(Conflict), setting.database.unit_of_work() as uow:
        setting.webhooks.ping(made.webhook.id, viewer=setting.admin, uow=uow)
    with setting.database.unit_of_work() as uow:
        on = setting.webhooks.change(off.id, url=off.url, events=off.events, active=True, viewer=setting.admin, uow=uow)
    assert on.active
    assert on.failing_since is None


def test_a_replaced_secret_signs_until_the_overlap_ends(setting: Setting, receiver: Receiver) -> None:
    made = setting.register(receiver.url())
    with setting.database.unit_of_work() as uow:
        rotated = setting.webhooks.rotate(made.webhook.id, viewer=setting.admin, uow=uow)

    def ping() -> list[bool]:
        with setting.database.unit_of_work() as uow:
            setting.webhooks.ping(made.webhook.id, viewer=setting.admin, uow=uow)
        setting.run()
        last, now = receiver.messages[-1], setting.clock.now()
        assert json.loads(last.body)["type"] == PING
        return [signing.is_genuine(last.headers, last.body, key=key, now=now) for key in (rotated.secret, made.secret)]

    assert ping() == [True, True]
    setting.clock.advance(timedelta(hours=25))
    assert ping() == [True, False]


def test_dead_receivers_do_not_keep_the_worker(setting: Setting) -> None:
    made = setting.register("http://127.0.0.1:1/")
    with setting.database.unit_of_work() as uow:
        for _ in range(60):
            setting.webhooks.ping(made.webhook.id, viewer=setting.admin, uow=uow)

    def tried() -> int:
        with setting.database.unit_of_work() as uow:
            page = setting.webhooks.deliveries(made.webhook.id, viewer=setting.admin, uow=uow, limit=100)
        return sum(delivery.attempts for delivery in page.deliveries)

    setting.run()
    assert tried() == 32
    setting.run()
    assert tried() == 60


def test_an_answer_that_trickles_is_given_up(setting: Setting, receiver: Receiver) -> None:
    made = setting.register(receiver.url())
    receiver.answers = [0]
    setting.submit()
    sender = WebhookSender(setting.database, rules=RULES, private_addresses=True, timeout_seconds=0.5)
    setting.outbox.read_on()
    assert sender.run_due() == 0
    assert [delivery.error_code for delivery in setting.log(made.webhook)] == ["timeout"]


@pytest.mark.parametrize("why", ["private", "dry_run", "closed", "no_tls"])
def test_a_delivery_that_cannot_be_made_says_why(setting: Setting, receiver: Receiver, why: str) -> None:
    url = {"closed": "http://127.0.0.1:1/", "no_tls": f"https://localhost:{receiver.port}/"}.get(why, receiver.url())
    made = setting.register(url)
    setting.submit()
    setting.outbox.read_on()
    sender = WebhookSender(
        setting.database, rules=RULES, private_addresses=why != "private", dry_run=why == "dry_run", timeout_seconds=2
    )
    assert sender.run_due() == 0
    code = {"private": "address_refused", "dry_run": "dry_run", "closed": "unreachable", "no_tls": "tls"}[why]
    assert [delivery.error_code for delivery in setting.log(made.webhook)] == [code]
    assert receiver.messages == []


def test_a_name_that_leads_inside_is_refused_when_it_is_looked_up(
    setting: Setting, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A public name whose address is private, or one of whose addresses is: nothing is connected to."""
    made = setting.register("https://hooks.company.example/x")
    setting.submit()
    setting.outbox.read_on()

    async def two_addresses(*_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", ("93.184.216.34", 443)), (0, 0, 0, "", ("169.254.169.254", 443))]

    monkeypatch.setattr("asyncio.base_events.BaseEventLoop.getaddrinfo", two_addresses)
    assert setting.sender.run_due() == 0
    assert [delivery.error_code for delivery in setting.log(made.webhook)] == ["address_refused"]


def test_private_addresses_need_the_setting(setting: Setting) -> None:
    strict = Webhooks(RULES)
    for url in ("http://localhost:9/", "https://10.0.0.1/", "https://[::1]/"):
        with pytest.raises(InputError, match=r"private|privada"), setting.database.unit_of_work() as uow:
            strict.register(url, events=EVERYTHING, viewer=setting.admin, uow=uow)


def test_what_administrators_do_is_theirs_alone(setting: Setting, receiver: Receiver) -> None:
    made = setting.register(receiver.url())
    outsider, webhooks = setting.requester, setting.webhooks
    calls: list[Callable[..., object]] = [
        lambda uow: webhooks.register(receiver.url(), events=EVERYTHING, viewer=outsider, uow=uow),
        lambda uow: webhooks.every(viewer=outsider, uow=uow),
        lambda uow: webhooks.get(made.webhook.id, viewer=outsider, uow=uow),
        lambda uow: webhooks.rotate(made.webhook.id, viewer=outsider, uow=uow),
        lambda uow: webhooks.remove(made.webhook.id, viewer=outsider, uow=uow),
        lambda uow: webhooks.ping(made.webhook.id, viewer=outsider, uow=uow),
        lambda uow: webhooks.redeliver(made.webhook.id, "msg_1", viewer=outsider, uow=uow),
        lambda uow: webhooks.deliveries(made.webhook.id, viewer=outsider, uow=uow),
        lambda uow: webhooks.change(
            made.webhook.id, url=receiver.url(), events=EVERYTHING, active=False, viewer=outsider, uow=uow
        ),
    ]
    for call in calls:
        with pytest.raises(NotAllowed), setting.database.unit_of_work() as uow:
            call(uow)


def test_unknown_events_and_receivers_are_refused(setting: Setting, receiver: Receiver) -> None:
    for events in ((), ("review.unheard_of",)):
        with pytest.raises(InputError), setting.database.unit_of_work() as uow:
            setting.webhooks.register(receiver.url(), events=events, viewer=setting.admin, uow=uow)
    with pytest.raises(NotFound), setting.database.unit_of_work() as uow:
        setting.webhooks.get("webhook_none", viewer=setting.admin, uow=uow)
    made = setting.register(receiver.url())
    with setting.database.unit_of_work() as uow:
        setting.webhooks.remove(made.webhook.id, viewer=setting.admin, uow=uow)
    with pytest.raises(NotFound), setting.database.unit_of_work() as uow:
        setting.webhooks.remove(made.webhook.id, viewer=setting.admin, uow=uow)
