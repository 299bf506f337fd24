"""What the commands show before they ask, at the width of a small terminal, and per item of many."""

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from copilot.cli import delegations, queue
from copilot.cli.delegations import _last, _until
from copilot.cli.queue_destination import destination_lines
from copilot.cli.queue_view import short_ids
from copilot.domain.access import Role, Viewer
from copilot.domain.destinations import Attachment, CrmUpdate, Destination, Email, Mailbox
from copilot.domain.drafts import Audience, Draft
from copilot.domain.review_items import ReviewItem
from copilot.store.database import Database
from tests import approvals_builders as world
from tests.command_line import command_line
from tests.conftest import MakeUser

Run = Callable[..., Result]
QUESTION = "¿Aprobar exactamente esto? [s/N]"


@pytest.fixture
def requester(database: Database, make_user: MakeUser) -> Viewer:
    return world.account_owner(database, make_user("Rosa Prueba", role=Role.AE))


@pytest.fixture
def manager(make_user: MakeUser) -> Viewer:
    return make_user("Mar Jefa", role=Role.MANAGER)


@pytest.fixture
def item(database: Database, requester: Viewer) -> ReviewItem:
    return world.submit(database, world.good_draft(database, viewer=requester), viewer=requester)


@pytest.fixture
def run(database: Database, requester: Viewer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    return partial(command_line(database, tmp_path, monkeypatch, queue, delegations), viewer=requester)


def email_draft(database: Database, viewer: Viewer, **changes: Any) -> Draft:
    parts: dict[str, Any] = {
        "sender": Mailbox(address=viewer.email, name=viewer.name),
        "to": (Mailbox(address="eva@tormes.example", name="Eva Rey"),),
        "cc": (Mailbox(address="leo@tormes.example", name="Leo\u202eSanz"),),
        "subject": "Renovación\u200b de marzo",
        "message_id": "<draft-1@acme.example>",
        "in_reply_to": "<their-7@tormes.example>",
        "attachments": (Attachment(name="oferta.pdf", media_type="application/pdf", sha256="ab" * 32),),
    }
    draft = world.good_draft(database, viewer=viewer, audience=Audience.EXTERNAL)
    return draft.model_copy(update={"destination": Destination.EMAIL, "email": Email(**(parts | changes))})


SAMPLE_TEXT = "La cuenta factura"


def shown_before_the_question(output: str, *parts: str) -> None:
    """Every part stands before the text, and the text before the question."""
    positions = [output.index(part) for part in parts]
    assert max(positions) < output.index(SAMPLE_TEXT) < output.index(QUESTION)


def test_an_email_is_approved_with_its_envelope_in_sight(
    run: Run, database: Database, requester: Viewer, manager: Viewer
) -> None:
    draft = email_draft(database, requester, attachments=())
    item = world.submit(database, draft, viewer=requester)
    envelope = (
        "Destino: Correo",
        f"De: Rosa Prueba <{requester.email}>",
        "Para: Eva Rey <eva@tormes.example> (no es contacto nuestro)",
        "Copia a: Leo‹U+202E RIGHT-TO-LEFT OVERRIDE›Sanz <leo@tormes.example>",
        "Asunto: Renovación‹U+200B ZERO WIDTH SPACE› de marzo",
        "Adjuntos: -",
        "Conversación: responde al mensaje <their-7@tormes.example>",
    )
    asked = run("approve", item.id, viewer=manager, answer="n\n")
    assert asked.exit_code == 1
    assert "Cancelado." in asked.output
    assert "Aborted" not in asked.output
    shown_before_the_question(asked.output, *envelope)
    shown = run("queue", "show", item.id).output
    assert all(part in shown for part in envelope)


def test_attachments_are_named() -> None:
    viewer = Viewer(user_id="u", email="u@acme.example", name="U", role=Role.AE, language="en")
    email = Email(
        sender=Mailbox(address="u@acme.example"),
        to=(Mailbox(address="eva@tormes.example", contact_id="con_1"),),
        subject="x",
        message_id="<1@acme.example>",
        attachments=(Attachment(name="offer\u202e.pdf", media_type="application/pdf", sha256="ab" * 32),),
    )
    draft = world.draft_about(()).model_copy(update={"destination": Destination.EMAIL, "email": email})
    lines = list(destination_lines(draft, viewer))
    assert "Attachments: offer‹U+202E RIGHT-TO-LEFT OVERRIDE›.pdf (application/pdf, sha256 abababababab)" in lines
    assert "To: <eva@tormes.example>" in lines
    assert "Thread: a new email, answers none" in lines


def test_a_change_of_the_crm_is_approved_with_record_field_and_values_in_sight(
    run: Run, database: Database, requester: Viewer
) -> None:
    update = CrmUpdate(
        source_system="demo-crm",
        record_type="opportunity",
        source_id="opp-7",
        field="next_step",
        value_before="Enviar oferta",
        value="Llamar",
    )
    draft = world.good_draft(database, viewer=requester).model_copy(
        update={"destination": Destination.CRM, "crm": update}
    )
    item = world.submit(database, draft, viewer=requester)
    asked = run("approve", item.id, answer="\n")
    assert asked.exit_code == 1
    shown_before_the_question(
        asked.output,
        "Registro: demo-crm · Oportunidad · opp-7",
        "Campo: next_step",
        "Valor actual: Enviar oferta",
        "Valor nuevo: Llamar",
    )


@pytest.mark.parametrize("answer", ["s\n", "sí\n", "SI\n", "si\u0301\n"], ids=["s", "accent", "upper", "decomposed"])
def test_yes_is_said_in_spanish(run: Run, item: ReviewItem, answer: str) -> None:
    assert run("approve", item.id, answer=answer).exit_code == 0


@pytest.mark.parametrize("answer", ["", "\n", "no\n", "quizá\n"], ids=["end", "enter", "no", "other"])
def test_anything_else_approves_nothing(run: Run, item: ReviewItem, answer: str) -> None:
    refused = run("approve", item.id, answer=answer)
    assert refused.exit_code == 1
    assert "Cancelado." in refused.output
    assert "pending" in run("queue", "--json").output


def test_the_id_in_the_list_is_whole_in_a_small_terminal(run: Run, database: Database, requester: Viewer) -> None:
    items = [world.submit(database, world.good_draft(database, viewer=requester), viewer=requester) for _ in range(2)]
    listed = run("queue", width=80).output
    assert max(len(line) for line in listed.splitlines() if line.startswith(("│", "┃", "|"))) <= 80
    for item in items:
        assert item.id[:15] in listed
        assert "UTC" in listed
        printed = next(line.split()[1] for line in listed.splitlines() if item.id[:15] in line)
        approved = run("approve", printed, "--yes", width=80)
        assert approved.exit_code == 0, approved.output


def test_ids_that_begin_alike_are_printed_longer() -> None:
    alike = ["review_12345678a0", "review_12345678b0"]
    assert short_ids(alike) == {each: each[:16] for each in alike}
    assert short_ids(["review_123456789"]) == {"review_123456789": "review_12345678"}


def test_roles_and_severities_are_words(run: Run, database: Database, requester: Viewer, manager: Viewer) -> None:
    item = world.submit(
        database, world.good_draft(database, viewer=requester, audience=Audience.EXTERNAL), viewer=requester
    )
    shown = run("queue", "show", item.id, viewer=manager).output
    who = next(line for line in shown.splitlines() if line.startswith("Puede aprobar: "))
    assert {"Responsable", "Administrador"} <= set(who.replace(",", " ").split())
    assert "Huella de lo que se aprueba:" in shown
    assert "manager" not in who


def test_an_unknown_id_is_reported_beside_the_others(run: Run, item: ReviewItem) -> None:
    mixed = run("queue", "approve-many", item.id, "review_none", "--dry-run")
    assert item.id[:15] in mixed.output
    assert "se aprobaría" in mixed.output
    assert "review_none" in mixed.output
    assert "No hay ningún elemento así" in mixed.output
    done = run("queue", "approve-many", "review_none", item.id, "--yes", "--json")
    assert done.exit_code == 1
    results = json.JSONDecoder().raw_decode(done.output[done.output.index('{\n  "dry_run"') :])[0]["results"]
    assert {line["id"]: line["approved"] for line in results} == {item.id: True, "review_none": False}
    alone = run("queue", "approve-many", "review_none", "--yes")
    assert alone.exit_code == 1
    assert "No hay ningún elemento así" in alone.output


def test_who_may_withdraw_is_said(run: Run, database: Database, item: ReviewItem, manager: Viewer) -> None:
    refused = run("queue", "withdraw", item.id, viewer=manager)
    assert refused.exit_code == 1
    said = " ".join(refused.stderr.split())
    assert "Solo puede retirarlo quien lo pidió (Rosa Prueba) o un administrador." in said
    assert "pending" in run("queue", "--json").output


@pytest.mark.parametrize(
    ("written", "ends", "said"),
    [
        ("2027-01-07", "2027-01-08T00:00:00+00:00", "2027-01-07 23:59 UTC"),
        ("2027-01-07T00:00", "2027-01-07T00:00:00+00:00", "2027-01-06 23:59 UTC"),
        ("2027-01-07T12:30", "2027-01-07T12:30:00+00:00", "2027-01-07 12:30 UTC"),
    ],
    ids=["day", "midnight", "minute"],
)
def test_a_plain_date_lasts_to_its_end(written: str, ends: str, said: str) -> None:
    assert _until(written).isoformat() == ends
    assert _last(_until(written)) == said


@pytest.mark.parametrize("written", ["mañana", "2027-02-30", "9999-12-31", ""], ids=["word", "no_day", "last", "empty"])
def test_what_is_no_date_is_refused(run: Run, manager: Viewer, written: str) -> None:
    assert run("delegations", "add", "a@acme.example", "--until", written, viewer=manager).exit_code == 2


def test_the_help_says_that_the_day_counts(run: Run) -> None:
    said = " ".join(run("delegations", "add", "--help").output.replace("│", " ").split())
    assert "end of that day" in said


def test_an_edit_never_saves_a_mark_as_text(run: Run, database: Database, requester: Viewer) -> None:
    sentences = (("La cuenta factura\u200b 84.000 € al año.", (world.ARR,)),)
    draft = world.draft_about(world.evidence_of(database, (world.ARR,), viewer=requester), sentences)
    item = world.submit(database, draft, viewer=requester)
    assert "factura‹U+200B ZERO WIDTH SPACE› 84" in run("queue", "show", item.id).output
    assert "La cuenta factura 84.000 €" in run("edit", item.id, "--print").output
