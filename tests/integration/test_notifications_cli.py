"""Deliveries, delegations, webhooks and notifications at the command line."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from copilot.cli import delegations, notifications, queue, releases, table_words, webhooks
from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience
from copilot.domain.review_items import ReviewItem
from copilot.store.database import Database
from tests import approvals_builders as world
from tests.command_line import command_line
from tests.conftest import MakeUser
from tests.integration.webhook_receiver import Receiver, receiving

Run = Callable[..., Result]


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Rosa Prueba", role=Role.AE))


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER, language="en")


@pytest.fixture
def admin(make_user: MakeUser) -> Viewer:
    return make_user("Inés Admin", role=Role.ADMIN, language="en")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    areas = (queue, releases, delegations, webhooks, notifications)
    return command_line(database, tmp_path, monkeypatch, *areas, COPILOT_WEBHOOK_PRIVATE_ADDRESSES=True)


def content(result: Result) -> Any:
    """The JSON of an output; in tests, logs stand before it."""
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    start = next(number for number, line in enumerate(lines) if line[:1] in {"[", "{"})
    return json.loads("\n".join(lines[start:]))


def waiting_item(database: Database, requester: Viewer, manager: Viewer) -> ReviewItem:
    """An approved item that may still be recalled."""
    draft = world.good_draft(database, viewer=requester, audience=Audience.EXTERNAL)
    item = world.submit(database, draft, viewer=requester)
    return world.approve(database, item, viewer=manager)


def test_what_waits_to_leave_is_listed_and_its_text_copied(
    run: Run, database: Database, requester: Viewer, manager: Viewer
) -> None:
    assert "No hay nada" in run("releases", "waiting", viewer=requester).output
    item = waiting_item(database, requester, manager)
    [line] = content(run("releases", "waiting", "--json", viewer=requester))
    assert line["item_id"] == item.id
    assert item.id[:15] in run("releases", "waiting", viewer=requester).output
    assert content(run("releases", "parked", "--json", viewer=requester)) == []
    copied = run("releases", "copy", item.id, viewer=manager)
    assert "La cuenta factura 84.000 € al año." in copied.output
    assert "[1]" not in copied.output
    early = run("releases", "resolve", item.id, "--sent", "--note", "x", viewer=manager)
    assert early.exit_code == 1


def test_a_right_is_lent_and_taken_back(run: Run, requester: Viewer, manager: Viewer) -> None:
    lent = run("delegations", "add", requester.email, "--until", "2026-11-30", viewer=manager)
    assert "Rosa Prueba may approve for you until 2026-11-30 23:59 UTC" in lent.output
    [line] = content(run("delegations", "list", "--json", viewer=requester))
    assert line["in_force"]
    assert line["ends_at"].startswith("2026-12-01T00:00"), "the whole day counts"
    assert run("delegations", "add", manager.email, "--until", "2026-11-30", viewer=manager).exit_code == 2
    assert run("delegations", "revoke", line["id"], viewer=manager).exit_code == 0
    assert " no " in run("delegations", "list", viewer=requester).output
    assert run("delegations", "revoke", "delegation_none", viewer=manager).exit_code == 1


def test_a_webhook_from_its_secret_to_its_log(run: Run, admin: Viewer, requester: Viewer, receiver: Receiver) -> None:
    refused = run("webhooks", "add", receiver.url(), viewer=requester)
    assert refused.exit_code == 1
    assert "Solo un administrador" in refused.stderr
    assert run("webhooks", "add", "http://hooks.company.example", viewer=admin).exit_code == 2
    made = content(run("webhooks", "add", receiver.url(), "--event", "review.approved", "--json", viewer=admin))
    assert isinstance(made, dict)
    assert made["secret"].startswith("whsec_")
    assert made["secret"] not in run("webhooks", "list", "--json", viewer=admin).output
    assert "delivered 204" in run("webhooks", "ping", made["id"], viewer=admin).output
    receiver.answers = [500]
    assert run("webhooks", "ping", made["id"], viewer=admin).exit_code == 1
    lines = content(run("webhooks", "log", made["id"], "--json", viewer=admin))
    assert isinstance(lines, list)
    assert {line["status_code"] for line in lines} == {204, 500}
    failed = next(line["id"] for line in lines if line["status_code"] == 500)
    receiver.answers = [200]
    assert run("webhooks", "redeliver", made["id"], failed, viewer=admin).exit_code == 0
    assert "whsec_" in run("webhooks", "rotate", made["id"], viewer=admin).output
    assert run("webhooks", "change", made["id"], "--off", viewer=admin).exit_code == 0
    assert run("webhooks", "ping", made["id"], viewer=admin).exit_code == 1
    assert run("webhooks", "remove", made["id"], viewer=admin).exit_code == 0
    assert "Nothing to show." in run("webhooks", "list", viewer=admin).output


def test_everybody_chooses_when_they_are_written_to(run: Run, requester: Viewer) -> None:
    assert "al momento" in run("notifications", "show", viewer=requester).output
    chosen = run("notifications", "set", "--mode", "digest", "--hour", "7", "--zone", "Europe/Madrid", viewer=requester)
    assert "resumen diario a las 7:00" in chosen.output
    assert "COPILOT_SMTP_URL" in chosen.output
    kept = content(run("notifications", "set", "--mute", "approved", "--json", viewer=requester))
    expected = {"mode": "digest", "digest_hour": 7, "time_zone": "Europe/Madrid", "muted": ["approved"]}
    assert kept == expected
    bad = run("notifications", "set", "--zone", "Madrid", viewer=requester)
    assert bad.exit_code == 2
    assert "Europe/Madrid" in bad.stderr


def test_both_languages_say_the_same_things() -> None:
    spanish, english = table_words.TEXTS["es"], table_words.TEXTS["en"]
    assert spanish.keys() == english.keys()
