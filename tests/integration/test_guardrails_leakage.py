"""What belongs to another account, or to nobody outside, against a real database."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from copilot.domain.access import Role, Viewer
from copilot.domain.drafts import Audience, Draft, DraftKind
from copilot.domain.findings import Action, Finding, Severity
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import Database
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import AccountRow, ActivityRow, ContactRow, OpportunityRow
from tests import approvals_builders as world
from tests.conftest import MakeUser

HIDDEN_ACCOUNT = "acc_00000000000000000003"
SINGLE = "acc_00000000000000000004"
ACTIVITY, DEAL, CONTACT = "act_00000000000000000001", "opp_00000000000000000001", "con_00000000000000000001"
_COMMON = {"source_system": "test", "as_of": date(2026, 11, 13), "content_hash": "x"}


@pytest.fixture
def viewer(database: Database, make_user: MakeUser) -> Viewer:
    viewer = make_user("Lucía Ferrer", role=Role.AE)
    stranger = make_user("Otra Persona", role=Role.AE, team="south")
    world.add_account(database, owner=viewer)
    world.add_account(database, owner=viewer, account_id=world.OTHER_ACCOUNT, name="Frigoríficos del Norte, S.L.")
    world.add_account(database, owner=stranger, account_id=HIDDEN_ACCOUNT, name="Ashlock Fire & Security")
    world.add_account(database, owner=viewer, account_id=SINGLE, name="Horizonte")
    world.add_email(database)
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.OTHER_ACCOUNT).arr = Decimal("61584.00")
        uow.session.get_one(AccountRow, HIDDEN_ACCOUNT).arr = Decimal("91333.00")
        uow.session.get_one(AccountRow, HIDDEN_ACCOUNT).website = "https://www.ashlockfire.example/es"
        people = (
            (CONTACT, "Marta Ruiz Gil", "marta@tormes.example", "+34 000 000 061", world.ACCOUNT),
            ("con_2", "Begoña Arrieta Salvo", "b.arrieta@norte.example", "+34 000 000 077", world.OTHER_ACCOUNT),
            ("con_3", "Lucía Ferrer", "consultora@fuera.example", None, world.OTHER_ACCOUNT),
            ("con_4", "Marta Ruiz Gil", "marta@tormes.example", None, world.OTHER_ACCOUNT),
        )
        for contact_id, name, email, phone, account_id in people:
            uow.session.add(
                ContactRow(
                    id=contact_id, source_id=contact_id, name=name, email=email, phone=phone, account_id=account_id,
                    **_COMMON,
                )
            )  # fmt: skip
        uow.session.add(
            OpportunityRow(
                id=DEAL, source_id="1", account_id=world.ACCOUNT, name="Ampliación", status="open", probability=65,
                amount=Decimal(12000), currency="EUR", lost_reason="El precio les pareció alto frente a Mantenix",
                next_step="Ofrecer hasta un doce por ciento si firman antes de fin de mes", **_COMMON,
            )
        )  # fmt: skip
        uow.session.add(
            ActivityRow(
                id=ACTIVITY, source_id="1", account_id=world.ACCOUNT, kind="note", direction="internal",
                occurred_at=datetime(2026, 11, 2, 9, tzinfo=UTC), subject="Nota",
                body="Marta duda de su jefe y no quiere que lo sepamos por escrito.", **_COMMON,
            )
        )  # fmt: skip
    return viewer


def draft(
    database: Database,
    viewer: Viewer,
    sentence: str,
    *,
    cited: tuple[str, ...] = (world.RENEWAL,),
    audience: Audience = Audience.INTERNAL,
) -> Draft:
    evidence = world.evidence_of(database, cited, viewer=viewer)
    kind = DraftKind.BRIEF if audience is Audience.INTERNAL else DraftKind.FOLLOW_UP
    return world.draft_about(evidence, ((sentence, cited),), audience=audience, kind=kind)


def leaks(database: Database, made: Draft, *, viewer: Viewer) -> list[Finding]:
    with database.unit_of_work() as uow:
        findings = Guardrails().check_draft(made, viewer=viewer, uow=uow).findings
    return [item for item in findings if item.rule.startswith("leak.")]


@pytest.mark.parametrize(
    ("sentence", "rule", "quote"),
    [
        ("Le va como a Frigoríficos del Norte, que renovó.", "leak.other_account_name", "Frigoríficos del Norte"),
        ("Le va como a FRIGORIFICOS DEL NORTE, que renovó.", "leak.other_account_name", "FRIGORIFICOS DEL NORTE"),
        ("Horizonte también lo pidió.", None, ""),
        ("También lo pidió Horizonte.", "leak.other_account_name", "Horizonte"),
        ("Hay un horizonte más claro en Horizonte.", None, ""),
        ("Hay que llamar a Begoña Arrieta Salvo.", "leak.other_account_person", "Begoña Arrieta Salvo"),
        ("Begoña Arrieta lo confirma.", "leak.other_account_person", "Begoña Arrieta"),
        ("Escriba a B.Arrieta@norte.example.", "leak.other_account_address", "B.Arrieta@norte.example"),
        ("Llame al 34 000-000-077 mañana.", "leak.other_account_address", "34 000-000-077"),
        ("Pagan 61.584 € al año.", "leak.other_account_amount", "61.584 €"),
        ("Pagan 61 584,00 EUR al año.", "leak.other_account_amount", "61 584,00 EUR"),
        ("Pagan 61.584 $ al año.", None, ""),
        ("Marta Ruiz Gil renueva el 31 de enero de 2027.", None, ""),
        ("Escriba a marta@tormes.example o al +34 000 000 061.", None, ""),
        ("Lucía Ferrer lleva la cuenta Aceros Tormes.", None, ""),
        ("Aceros Tormes renueva el 31 de enero de 2027.", None, ""),
    ],
)  # fmt: skip
def test_names_addresses_and_amounts_of_another_account(
    database: Database, viewer: Viewer, sentence: str, rule: str | None, quote: str
) -> None:
    found = leaks(database, draft(database, viewer, sentence), viewer=viewer)
    if rule is None:
        assert found == []
        return
    [item] = found
    assert (item.rule, item.severity, item.action) == (rule, Severity.HIGH, Action.HOLD)
    assert item.start is not None
    assert item.end is not None
    assert sentence[item.start : item.end].strip() == quote
    assert quote in item.explanation["es"]
    assert quote in item.explanation["en"]


def test_a_finding_does_not_tell_whether_the_viewer_may_see_the_other_account(
    database: Database, viewer: Viewer
) -> None:
    seen, hidden = (
        leaks(database, draft(database, viewer, f"Es un caso como el de {name}."), viewer=viewer)[0]
        for name in ("Frigoríficos del Norte", "Ashlock Fire & Security")
    )
    assert (hidden.severity, hidden.action) == (seen.severity, seen.action) == (Severity.HIGH, Action.HOLD)
    assert (
        hidden.explanation["es"].replace("Ashlock Fire & Security", "Frigoríficos del Norte") == seen.explanation["es"]
    )


def test_a_company_is_known_by_its_short_name(database: Database, viewer: Viewer) -> None:
    [item] = leaks(database, draft(database, viewer, "Ashlock también lo pidió."), viewer=viewer)
    assert item.rule == "leak.other_account_name"
    assert leaks(database, draft(database, viewer, "Security también lo pidió."), viewer=viewer) == []


def test_what_leaves_the_company_blocks(database: Database, viewer: Viewer) -> None:
    made = draft(database, viewer, "Begoña Arrieta Salvo ya lo usa.", audience=Audience.EXTERNAL)
    [item] = leaks(database, made, viewer=viewer)
    assert (item.rule, item.action) == ("leak.other_account_person", Action.BLOCK)


def test_a_name_that_the_accounts_own_mail_mentions_is_at_home(database: Database, viewer: Viewer) -> None:
    mail = "Nos lo recomendó Frigoríficos del Norte, con Begoña Arrieta Salvo (b.arrieta@norte.example)."
    world.add_email(database, text=mail, passage_id=world.SHARED_PASSAGE)
    cited = (f"passage:{world.SHARED_PASSAGE}",)
    sentence = "Llegan por Frigoríficos del Norte y Begoña Arrieta Salvo (b.arrieta@norte.example)."
    assert leaks(database, draft(database, viewer, sentence, cited=cited), viewer=viewer) == []
    # Not cited, but in the account's mail: still its own.
    assert leaks(database, draft(database, viewer, sentence), viewer=viewer) == []
    outgoing = draft(database, viewer, sentence, cited=cited, audience=Audience.EXTERNAL)
    assert [(item.rule, item.action) for item in leaks(database, outgoing, viewer=viewer)] == [
        ("leak.customer_named", Action.FLAG)
    ]


def test_a_name_in_cited_shared_knowledge_is_nobodys_secret(database: Database, viewer: Viewer) -> None:
    story = "Caso de éxito: Frigoríficos del Norte ahorró un tercio de las visitas."
    world.add_email(
        database, text=story, passage_id=world.SHARED_PASSAGE, account_id=None, visibility="staff"
    )  # fmt: skip
    cited = (f"passage:{world.SHARED_PASSAGE}",)
    made = draft(database, viewer, "Frigoríficos del Norte ahorró un tercio de las visitas.", cited=cited)
    assert leaks(database, made, viewer=viewer) == []


def test_another_accounts_evidence_does_not_make_its_name_at_home(database: Database, viewer: Viewer) -> None:
    cited = (f"record:{world.OTHER_ACCOUNT}:name",)
    made = draft(database, viewer, "Frigoríficos del Norte también renueva.", cited=cited)
    assert [item.rule for item in leaks(database, made, viewer=viewer)] == ["leak.other_account_name"]


def test_an_amount_that_many_accounts_have_points_at_none(
    database: Database, viewer: Viewer, make_user: MakeUser
) -> None:
    owner = make_user("Más", role=Role.AE)
    for number in range(5, 10):
        world.add_account(
            database, owner=owner, account_id=f"acc_0000000000000000000{number}", name=f"Sociedad {number}x"
        )
    assert leaks(database, draft(database, viewer, "Pagan 84.000 € al año."), viewer=viewer) == []


def test_an_edit_is_checked_like_what_was_written(database: Database, viewer: Viewer) -> None:
    made = draft(database, viewer, "Renueva el 31 de enero de 2027.")
    item = world.submit(database, made, viewer=viewer)
    edits = {"summary.1": "Renueva el 31 de enero de 2027, como Frigoríficos del Norte."}
    with database.unit_of_work() as uow:
        filed = world.service().edit(item.id, edits, digest=item.digest, viewer=viewer, uow=uow)
        view = world.service().get(filed.id, viewer=viewer, uow=uow)
    assert "leak.other_account_name" in [found.rule for found in view.findings]


def _note(database: Database) -> str:
    world.add_email(database, text="Marta pide discreción.", passage_id=world.SHARED_PASSAGE)
    with database.unit_of_work() as uow:
        uow.session.get_one(DocumentRow, world.SHARED_PASSAGE.replace("psg", "doc")).kind = "note"
    return f"passage:{world.SHARED_PASSAGE}"


def _restricted(database: Database) -> str:
    world.add_email(
        database, passage_id=world.SHARED_PASSAGE, account_id=None, visibility="managers", text="Suelo: 25 %."
    )
    return f"passage:{world.SHARED_PASSAGE}"


INTERNAL_SOURCES = [
    f"record:{CONTACT}:stance",
    f"record:{DEAL}:probability",
    f"record:{DEAL}:lost_reason",
    f"record:{DEAL}:next_step",
    f"record:{ACTIVITY}:body",
]


@pytest.mark.parametrize("cited", [*INTERNAL_SOURCES, _note])
def test_what_we_note_for_ourselves_is_not_cited_outside(database: Database, viewer: Viewer, cited: object) -> None:
    source = cited(database) if callable(cited) else str(cited)
    sentence = "Hay algo que conviene saber."
    made = draft(database, viewer, sentence, cited=(source,), audience=Audience.EXTERNAL)
    found = leaks(database, made, viewer=viewer)
    assert [(item.rule, item.action, item.evidence_id) for item in found] == [
        ("leak.internal_source", Action.BLOCK, source)
    ]
    inside = draft(database, viewer, sentence, cited=(source,))
    assert leaks(database, inside, viewer=viewer) == []


def test_a_restricted_document_is_not_cited_outside(database: Database, viewer: Viewer, make_user: MakeUser) -> None:
    source, manager = _restricted(database), make_user("Jefa", role=Role.MANAGER)
    made = draft(database, manager, "Podemos llegar al 25 %.", cited=(source,), audience=Audience.EXTERNAL)
    assert [item.rule for item in leaks(database, made, viewer=manager)] == ["leak.internal_source"]


@pytest.mark.parametrize("cited", [world.RENEWAL, world.EMAIL, world.ARR, f"record:{DEAL}:amount"])
def test_what_the_customer_knows_may_be_cited_outside(database: Database, viewer: Viewer, cited: str) -> None:
    made = draft(database, viewer, "Gracias por su correo.", cited=(cited,), audience=Audience.EXTERNAL)
    assert leaks(database, made, viewer=viewer) == []


def test_words_of_an_internal_note_do_not_leave_without_being_cited(database: Database, viewer: Viewer) -> None:
    sentence = "Sabemos que Marta duda de su jefe y no quiere que conste."
    made = draft(database, viewer, sentence, audience=Audience.EXTERNAL)
    [item] = leaks(database, made, viewer=viewer)
    assert (item.rule, item.action) == ("leak.internal_words", Action.HOLD)
    assert sentence[item.start : item.end] == "Marta duda de su jefe y no quiere que"
    inside = draft(database, viewer, sentence)
    assert leaks(database, inside, viewer=viewer) == []


def test_a_draft_that_names_too_much_says_so(database: Database, viewer: Viewer) -> None:
    names = " ".join(f"Nombre{number} Apellido{number}" for number in range(4000))
    found = leaks(database, draft(database, viewer, names), viewer=viewer)
    assert [(item.rule, item.action) for item in found] == [("leak.too_much_to_check", Action.HOLD)]
