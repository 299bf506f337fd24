"""The queue at the command line, as its users run it."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from typer.testing import Result

from api.web.item_words import VOID_REASONS
from copilot.approvals.release_texts import waiting_for
from copilot.approvals.saved_views import SavedViews
from copilot.cli import queue, queue_view, queue_words
from copilot.domain.access import Role, Viewer
from copilot.domain.destinations import Destination
from copilot.domain.drafts import Audience
from copilot.domain.findings import Risk, Severity
from copilot.domain.review_items import ReviewItem, ReviewState
from copilot.guardrails.contact_rules import WAITING_HELPS
from copilot.store.database import Database
from copilot.store.queue_filters import QueueFilters
from copilot.store.releases import ReleaseState
from tests import approvals_builders as world
from tests.command_line import command_line
from tests.conftest import MakeUser

Run = Callable[..., Result]


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user(role=Role.AE))


@pytest.fixture
def item(database: Database, requester: Viewer) -> ReviewItem:
    return world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)


@pytest.fixture
def run(database: Database, requester: Viewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return partial(command_line(database, tmp_path, monkeypatch, queue), viewer=requester)


def test_from_the_list_to_the_approved_file(run: Run, item: ReviewItem, tmp_path: Path) -> None:
    listed = run("queue")
    assert listed.exit_code == 0
    assert item.id[:15] in listed.output
    assert "bajo" in listed.output
    shown = run("queue", "show", item.id[:15])
    assert "La cuenta factura 84.000 € al año. [1] (summary.1)" in shown.output
    assert "Los controles no encontraron nada." in shown.output
    approved = run("approve", item.id[:15], answer="s\n")
    assert approved.exit_code == 0, approved.output
    assert "¿Aprobar exactamente esto?" in approved.output
    [folder] = list((tmp_path / "exports").iterdir())
    assert str(folder) in approved.output
    assert run("queue").output.strip() == "No hay nada que mostrar."
    assert "entregado" in run("queue", "--all").output


def test_a_decision_by_digest_needs_no_question_and_must_match(run: Run, item: ReviewItem) -> None:
    refused = run("approve", item.id, "--digest", "0" * 64)
    assert refused.exit_code == 1
    assert run("approve", item.id, "--digest", item.digest[:5]).exit_code == 1
    assert run("approve", item.id, "--digest", item.digest[:12]).exit_code == 0


def test_saying_no_to_the_question_decides_nothing(run: Run, item: ReviewItem) -> None:
    assert run("approve", item.id, answer="n\n").exit_code == 1
    assert "pending" in run("queue", "--json").output


def test_a_rejection_needs_a_comment(run: Run, item: ReviewItem) -> None:
    assert run("reject", item.id).exit_code == 2
    assert run("reject", item.id, "--comment", "Falta el uso.").exit_code == 0
    assert "Falta el uso." in run("queue", "show", item.id).output


def test_an_unsupported_sentence_is_accepted_by_name(
    run: Run, database: Database, make_user: MakeUser, requester: Viewer
) -> None:
    wrong = (("La cuenta factura 85.000 € al año.", (world.ARR,)),)
    draft = world.draft_about(world.evidence_of(database, (world.ARR,), viewer=requester), wrong)
    item = world.submit(database, draft, viewer=requester)
    manager = make_user("Mar Jefa", role=Role.MANAGER, language="en")
    shown = run("queue", "show", item.id, viewer=manager)
    assert "The amount “85.000 €” does not appear in the sources cited." in shown.output
    assert "--accept-segment: summary.1" in shown.output
    assert "Usted no puede aprobarlo" in run("queue", "show", item.id).output
    assert run("approve", item.id, "--yes", viewer=manager).exit_code == 2
    assert run("approve", item.id, "--yes", "--accept-segment", "summary.1", viewer=manager).exit_code == 0


def test_edit_by_file(run: Run, item: ReviewItem, tmp_path: Path) -> None:
    template = run("edit", item.id, "--print").output
    assert "[summary.1]\nLa cuenta factura 84.000 € al año." in template
    edited = tmp_path / "edit.txt"
    edited.write_text(template.replace("La cuenta factura", "# Factura").replace("\ufeff", ""), encoding="utf-8-sig")
    saved = run("edit", item.id, "--file", str(edited))
    assert saved.exit_code == 0, saved.output
    content = json.loads(run("queue", "--json").output)
    assert [entry["version"] for entry in content["items"]] == [2]
    shown = json.loads(run("queue", "show", content["items"][0]["id"], "--json").output)
    assert shown["draft"]["sections"][0]["segments"][0]["text"] == "# Factura 84.000 € al año."


@pytest.mark.parametrize("content", [b"free text", b"", b"[a]\nx\n[a]\ny\n", b"\xff\xfe\x00"])
def test_an_edit_file_of_another_form_is_refused(run: Run, item: ReviewItem, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "edit.txt").write_bytes(content)
    assert run("edit", item.id, "--file", str(tmp_path / "edit.txt")).exit_code == 2


def test_what_one_may_not_see_does_not_exist(run: Run, item: ReviewItem, make_user: MakeUser) -> None:
    stranger = make_user(role=Role.AE, team="south", language="en")
    for arguments in (("queue", "show", item.id), ("approve", item.id, "--yes"), ("reject", "x", "--comment", "x")):
        refused = run(*arguments, viewer=stranger)
        assert refused.exit_code == 1
        assert "There is no such item" in refused.stderr


def test_text_of_others_never_controls_the_terminal() -> None:
    marked = queue_view.plain("a\x1b[31mb\u202ec\u200b\ne\x07")
    assert marked == "a‹U+001B CONTROL›[31mb‹U+202E RIGHT-TO-LEFT OVERRIDE›c‹U+200B ZERO WIDTH SPACE› e‹U+0007 CONTROL›"
    assert queue_view.plain("p\u0430y") == "p‹\u0430 = U+0430 CYRILLIC SMALL LETTER A›y"


def test_both_languages_say_the_same_things() -> None:
    spanish, english = queue_words.TEXTS["es"], queue_words.TEXTS["en"]
    assert spanish.keys() == english.keys()


def outgoing(database: Database, requester: Viewer) -> ReviewItem:
    """An item that its requester cannot approve alone."""
    draft = world.good_draft(database, viewer=requester, audience=Audience.EXTERNAL)
    return world.submit(database, draft, viewer=requester)


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER, language="en")


def test_an_item_goes_back_is_talked_about_and_comes_again(
    run: Run, database: Database, requester: Viewer, manager: Viewer
) -> None:
    item = outgoing(database, requester)
    assert run("request-changes", item.id, viewer=manager).exit_code == 2
    sent_back = run("request-changes", item.id, "--comment", "Falta la fecha.", viewer=manager)
    assert "Sent back to who asked for it." in sent_back.output
    assert run("queue", "comment", item.id, "¿Cuál?").exit_code == 0
    shown = run("queue", "show", item.id).output
    assert "con cambios pedidos" in shown
    assert "Mar Jefa: Falta la fecha." in shown
    assert "¿Cuál?" in shown
    again = run("queue", "submit-again", item.id)
    assert "versión 2" in again.output, again.output
    [listed] = json.loads(run("queue", "--mine", "--json").output)["items"]
    assert listed["version"] == 2


def test_who_works_on_it_is_said_and_taken_back(
    run: Run, database: Database, requester: Viewer, manager: Viewer
) -> None:
    item = outgoing(database, requester)
    assert run("queue", "claim", item.id, viewer=manager).exit_code == 0
    assert "Mar Jefa está en ello" in " ".join(run("queue").output.split())
    assert run("queue", "give-back", item.id, viewer=manager).exit_code == 0
    assigned = run("queue", "assign", item.id, manager.email)
    assert "Se le ha pedido a Mar Jefa." in assigned.output
    assert json.loads(run("queue", "--assigned", "--json", viewer=manager).output)["items"]
    assert run("queue", "assign", item.id, requester.email, viewer=manager).exit_code == 2
    assert "ya no" in run("queue", "assign", item.id).output.lower()


def test_what_is_approved_waits_and_can_be_recalled(
    run: Run, database: Database, requester: Viewer, manager: Viewer
) -> None:
    item = outgoing(database, requester)
    approved = run("approve", item.id, "--yes", viewer=manager)
    assert "takes it back" in approved.output
    assert run("queue", "withdraw", item.id).exit_code == 1
    assert "Recuperado antes de enviarse." in run("queue", "recall", item.id).output
    assert "Mar Jefa" in run("queue", "show", item.id).output


def test_an_own_item_is_withdrawn(run: Run, item: ReviewItem) -> None:
    assert run("queue", "withdraw", item.id).exit_code == 0
    assert run("queue").output.strip() == "No hay nada que mostrar."


def test_several_are_rehearsed_confirmed_and_approved(run: Run, item: ReviewItem, database: Database) -> None:
    dry = run("queue", "approve-many", item.id, "--dry-run")
    assert "Ensayo" in dry.output
    assert "pending" in run("queue", "--json").output
    assert run("queue", "approve-many", item.id, answer="n\n").exit_code == 1
    assert "pending" in run("queue", "--json").output
    assert "Aprobados: 1 de 1." in run("queue", "approve-many", item.id, answer="y\n").output
    output = run("queue", "approve-many", item.id, "--yes", "--json").output
    done = json.loads(output[output.index("{") :])
    assert [line["approved"] for line in done["results"]] == [True], "the same approval again is no fault"


def test_what_cannot_be_approved_together_is_named(
    run: Run, item: ReviewItem, database: Database, requester: Viewer
) -> None:
    other = outgoing(database, requester)
    mixed = run("queue", "approve-many", item.id, other.id, "--yes")
    assert mixed.exit_code == 1
    assert "Aprobados: 1 de 2." in mixed.output
    assert run("queue", "approve-many", other.id, "--yes").exit_code == 1


def test_the_list_is_filtered_and_uses_saved_views(
    run: Run, item: ReviewItem, database: Database, requester: Viewer
) -> None:
    assert json.loads(run("queue", "--search", "tormes", "--json").output)["items"]
    assert not json.loads(run("queue", "--search", "zeppelin", "--json").output)["items"]
    assert not json.loads(run("queue", "--risk", "high", "--json").output)["items"]
    assert not json.loads(run("queue", "--overdue", "--json").output)["items"]
    unknown = run("queue", "--view", "Mías")
    assert unknown.exit_code == 2
    with database.unit_of_work() as uow:
        SavedViews().create("Mías", QueueFilters(requester_id=requester.user_id), viewer=requester, uow=uow)
    assert json.loads(run("queue", "--view", "mías", "--json").output)["items"]


def test_every_state_and_risk_has_a_word() -> None:
    words = set(queue_words.TEXTS["en"])
    assert {f"state.{state.value}" for state in ReviewState} <= words
    assert {f"risk.{risk.value}" for risk in Risk} <= words
    assert {f"severity.{severity.value}" for severity in Severity} <= words
    assert {f"role.{role.value}" for role in Role} <= words
    assert {f"destination.{destination.value}" for destination in Destination} <= words
    assert {f"release.{state.value}" for state in ReleaseState} <= words
    for rule in WAITING_HELPS:
        assert len({rule, *(waiting_for(rule, language=language) for language in ("es", "en"))}) == 3, rule
    assert {f"void.{reason}" for reason in VOID_REASONS} <= words
