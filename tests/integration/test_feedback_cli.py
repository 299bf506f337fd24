"""`sales-copilot feedback` as its users run it, and the proposals behind it."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from typer.testing import Result

from copilot.approvals.feedback.learning import learn_due
from copilot.approvals.feedback.rules import FeedbackRules
from copilot.cli import feedback
from copilot.cli.feedback_view import _TEXTS
from copilot.domain.access import Role, Viewer
from copilot.domain.review_items import Verdict
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from tests.command_line import command_line
from tests.conftest import MakeUser
from tests.feedback_builders import ACCOUNTS, add_accounts, approved, edited, filed, sent_back

Run = Callable[..., Result]
OLD = "Conviene utilizar el módulo: la cuenta factura 84.000 € al año."
NEW = "Conviene usar el módulo: la cuenta factura 84.000 € al año."


@pytest.fixture
def owner(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user("Inés Robledo", role=Role.AE)
    add_accounts(database, owner=viewer)
    return viewer


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Bruno Salas", role=Role.MANAGER, language="en")


@pytest.fixture
def admin(make_user: MakeUser) -> Viewer:
    return make_user("Dario Poza", role=Role.ADMIN, team="head")


@pytest.fixture
def run(database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return partial(command_line(database, tmp_path, monkeypatch, feedback, opened_in=feedback), "feedback")


def test_a_style_is_seen_switched_and_rolled_back(
    run: Run, database: Database, owner: Viewer, manager: Viewer, admin: Viewer
) -> None:
    for account_id in ACCOUNTS:
        item = edited(database, filed(database, OLD, requester=owner, account_id=account_id), NEW, editor=manager)
        approved(database, item, approver=admin)
    assert "New: 5" in run("learn", viewer=manager).output
    shown = run("style", "list", viewer=manager)
    assert "utilizar" in shown.output
    assert "usar" in shown.output
    assert item.id[:16] in shown.output
    assert "utilizar" not in run("style", "list", viewer=owner).output
    off = run("style", "off", "utilizar>usar", "--language", "es", viewer=manager)
    assert "version 2" in off.output, off.output
    assert run("style", "off", "nada>algo", "--language", "es", viewer=manager).exit_code == 2
    assert "version 3" in run("style", "rollback", "1", "--language", "es", viewer=manager).output
    history = run("style", "history", "--language", "es", viewer=manager).output
    assert "learnt from approved edits" in history
    assert "back to an older version" in history
    assert "edición" in run("list", viewer=owner).output


def test_repeated_refusals_become_a_proposal_that_a_manager_decides(
    run: Run, database: Database, owner: Viewer, manager: Viewer, admin: Viewer
) -> None:
    for number in range(4):
        item = filed(database, OLD, requester=owner, account_id=ACCOUNTS[number])
        sent_back(database, item, "Es demasiado largo.", by=manager if number % 2 else admin, verdict=Verdict.REJECT)
    with database.unit_of_work() as uow:
        learn_due(uow=uow, rules=FeedbackRules(proposal_items=4))
    assert run("proposals", "list", viewer=owner).exit_code == 1
    listed = run("proposals", "list", viewer=manager)
    assert "reason:too_long" in listed.output
    proposal = next(word for word in listed.output.split() if word.startswith("proposal_"))
    exported = run("proposals", "export", proposal, viewer=manager)
    assert item.id in exported.output
    assert "Released versions stay as they are" in " ".join(exported.output.split())
    assert run("proposals", "accept", proposal, "--note", "Sí", viewer=manager).exit_code == 0
    assert run("proposals", "decline", proposal, viewer=manager).exit_code == 1
    with database.unit_of_work() as uow:
        assert any(event.action == "proposal.accepted" for event in AuditLog(uow).events())
        # The same corrections do not propose the same again.
        learn_due(uow=uow, rules=FeedbackRules(proposal_items=4))
    assert run("proposals", "list", viewer=manager).output.count("too_long") == 1


def test_one_person_alone_proposes_nothing(run: Run, database: Database, owner: Viewer, manager: Viewer) -> None:
    for account_id in ACCOUNTS:
        item = filed(database, OLD, requester=owner, account_id=account_id)
        sent_back(database, item, "Es demasiado largo.", by=manager, verdict=Verdict.REJECT)
    with database.unit_of_work() as uow:
        learn_due(uow=uow, rules=FeedbackRules(proposal_items=4))
    assert "nothing to show" in run("proposals", "list", viewer=manager).output


def test_every_word_is_there_in_both_languages() -> None:
    assert _TEXTS["es"].keys() == _TEXTS["en"].keys()
