"""A small company for the tests of erasure: one person planted wherever a person can be, and others beside them.

Everybody is invented. `needles` are what must be gone; `everything_held` reads the whole database, catalogue first, so
that a table nobody thought of is read too.
"""

import json
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, text

from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.erasure import Reason
from copilot.domain.language import Language
from copilot.domain.review_items import Decision, ReviewItem, Verdict
from copilot.privacy.erasing import ErasureReport
from copilot.privacy.requests import PrivacyRequests
from copilot.store.database import Database
from copilot.store.tables.pseudonyms import PseudonymEntryRow, PseudonymVaultRow
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.report import ImportReport
from tests.conftest import MakeUser

PERSON = "Begoña Arrieta Salvo"
EMAIL = "begona.arrieta@tormes.example"
PHONE = "+34 612 345 678"
NEEDLES = ("begona", "arrieta", "arriet", "612345678")
"""Folded, digits without separators: name, family name, its stem in the lexical index, number."""
ACCOUNT_NAME = "Aceros del Duero"
OTHER_NAME = "Kestrel Rail"

_ACCOUNTS = """account id,name,country,website,description,owner email,renewal date,ARR,currency
1,Aceros del Duero,ES,https://duero.example,Compras las lleva Begoña Arrieta.,{owner},2027-01-31,84000,EUR
2,Kestrel Rail,GB,https://kestrelrail.example,Rail maintenance.,{owner},2027-05-01,52000,GBP
"""
_CONTACTS = """contact id,name,email,phone,title,account id
c1,Begoña Arrieta Salvo,Begona.Arrieta@tormes.example,+34 612 345 678,Directora de Compras,1
c2,Juan Pedraza Lobo,juan.pedraza@duero.example,+34 622 000 111,Asistente de Begoña Arrieta,1
c3,Alice Thornton,alice.thornton@kestrelrail.example,+44 20 7946 0958,Head of Fleet,2
"""
_SECOND_SYSTEM = """Record ID,First Name,Last Name,Email,Phone Number,Associated Company
9001,Begoña,Arrieta,begona.arrieta@tormes.example,612345678,Aceros del Duero
"""
_DEALS = """opportunity id,account id,opportunity name,stage,amount,currency,close date,next step
o1,1,Ampliación pedida por Begoña,Negotiation,5000.50,EUR,2026-12-01,Llamar a B. Arrieta al 612 34 56 78
o2,2,Fleet renewal,Proposal,9000,GBP,2026-12-15,Send the contract to Alice Thornton
"""
_ACTIVITIES = """activity id,account id,type,date,subject,body,author,participants
a1,1,call,2026-11-02T10:00:00Z,Llamada con BEGOÑA,Begoña pide (612) 345-678 y juan.pedraza@duero.example en copia.,Lucía,begona.arrieta@tormes.example;juan.pedraza@duero.example
a2,2,call,2026-11-03T10:00:00Z,Fleet call,Alice Thornton agreed. She knows Begoña Arrieta Salvo from Duero.,Lucía,alice.thornton@kestrelrail.example
a3,1,note,2026-11-04T10:00:00Z,Precios,Salvo que cambie el precio seguimos igual.,Lucía,
"""  # noqa: E501 - lines of a CSV file
_SURVEYS = """survey id,account id,contact name,kind,score,comment,date
s1,1,Begoña Arrieta,NPS,9,Firmado: Bego\u0301n Arrieta,2026-10-01
s2,1,Juan Pedraza Lobo,NPS,7,Bien.,2026-10-02
"""
_TICKETS = """ticket id,account id,subject,description,priority,status,opened at
t1,1,Acceso de Begon\u0303a Arrieta,No entra con begona.arrieta+crm@tormes.example.,P2,open,2026-11-05T09:00:00Z
t2,2,Slow reports,Reports are slow.,P3,open,2026-11-06T09:00:00Z
"""
_EMAIL = """From: Begoña Arrieta Salvo <{email}>
To: lucia.ferrer@tramontia.example
Cc: Juan Pedraza <juan.pedraza@duero.example>
Subject: Renovación y presupuesto
Date: Mon, 02 Nov 2026 10:00:00 +0100
Message-ID: <m1.begona.arrieta@tormes.example>
Content-Type: text/plain; charset=utf-8

Hola Lucía:

Soy Begoña. Necesitamos 240 licencias por 48.000 € antes del 15 de diciembre de 2026.
Juan Pedraza lo confirmará el viernes.

Un saludo,
Begoña Arrieta Salvo
Directora de Compras | 612.345.678 | {email}

El 30 de octubre de 2026, Lucía escribió:
> Begoña, ¿cuándo podéis firmar?
"""
_CALL = """Lucía Ferrer: Buenos días.
Begoña Arrieta: Enviaremos el contrato firmado antes del 30 de noviembre de 2026.
Juan Pedraza: De acuerdo con la Sra. Arrieta.
"""
_KNOWLEDGE = """# Caso de éxito

Begoña Arrieta Salvo, de Aceros del Duero, ahorró un 12 % con el producto. Alice Thornton también.
"""


def write_export(folder: Path, *, owner: str) -> None:
    """The folder that is imported."""
    for name, content in {
        "crm/accounts.csv": _ACCOUNTS.format(owner=owner),
        "crm/contacts.csv": _CONTACTS,
        "crm/opportunities.csv": _DEALS,
        "crm/activities.csv": _ACTIVITIES,
        "crm/surveys.csv": _SURVEYS,
        "crm/tickets.csv": _TICKETS,
        "hubspot/contacts.csv": _SECOND_SYSTEM,
        "emails/begona-arrieta-renovacion.eml": _EMAIL.format(email=EMAIL),
        "accounts/Aceros del Duero/calls/llamada.txt": _CALL,
        "knowledge/casos.md": _KNOWLEDGE,
    }.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")


def import_export(folder: Path, application: Application, *, reread: bool = False) -> ImportReport:
    """Import it; the same again changes nothing."""
    return import_folder(
        folder,
        database=application.database,
        actor_id="tester",
        options=ImportOptions(max_bytes=5_000_000, as_of=date(2026, 11, 13), reread=reread),
        after_import=lambda uow: application.after_import(uow=uow),
    )


def file_drafts(
    application: Application, *, owner: Viewer, manager: Viewer
) -> tuple[ReviewItem, ReviewItem, ReviewItem]:
    """A released brief, a pending brief with the person, and a pending brief of the other account."""
    first = brief(application, ACCOUNT_NAME, viewer=owner)
    decide(application, first, viewer=manager)
    application.release_due()
    return first, brief(application, ACCOUNT_NAME, viewer=owner), brief(application, OTHER_NAME, viewer=owner)


def brief(application: Application, account: str, *, viewer: Viewer) -> ReviewItem:
    """A real brief, filed."""
    with application.database.unit_of_work() as uow:
        found = uow.session.execute(text("select id from accounts where name = :name"), {"name": account}).scalar_one()
        return application.briefs.run(str(found), viewer=viewer, language=Language.ES, uow=uow).item


def decide(application: Application, item: ReviewItem, *, viewer: Viewer) -> None:
    """Approve, with a comment that names the person."""
    with application.database.unit_of_work() as uow:
        segments = application.approvals.get(item.id, viewer=viewer, uow=uow).unsupported_segments
        decision = Decision(
            verdict=Verdict.APPROVE,
            decider_id=viewer.user_id,
            decider_role=viewer.role,
            digest=item.digest,
            comment="Hablado con Begoña Arrieta.",
            accepted_segments=segments,
        )
        application.approvals.decide(item.id, decision, viewer=viewer, uow=uow)


def people(make_user: MakeUser) -> tuple[Viewer, Viewer, Viewer]:
    """Account executive, manager and administrator."""
    return (
        make_user("Lucía Ferrer", role=Role.AE),
        make_user("Marta Salcedo", role=Role.MANAGER),
        make_user("Inés Admin", role=Role.ADMIN),
    )


def erase(
    requests: PrivacyRequests, person: str, *, viewer: Viewer, database: Database, remove_files: bool = False
) -> ErasureReport:
    """Ask for an erasure, and do it at once."""
    with database.unit_of_work() as uow:
        meant = requests.identify(person, viewer=viewer, uow=uow)
        erasure_id = requests.confirm(meant, reason=Reason.REQUEST, viewer=viewer, uow=uow, remove_files=remove_files)
    report = requests.run(erasure_id)
    assert report is not None
    return report


def add_pseudonyms(database: Database) -> None:
    """What a conversation with a model remembered."""
    with database.unit_of_work() as uow:
        now = uow.clock.now()
        uow.session.add(
            PseudonymVaultRow(conversation_id="talk-1", created_at=now, last_used_at=now, last_number=2, masked={})
        )
        uow.flush()
        for number, value in enumerate((PERSON, "Alice Thornton"), start=1):
            uow.session.add(
                PseudonymEntryRow(
                    conversation_id="talk-1",
                    placeholder=f"PERSON_{number}",
                    data_class="person",
                    value=value,
                    value_key=fold_all(value),
                    created_at=now,
                    expires_at=now,
                )
            )


def everything_held(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table of every schema that is not the server's own, read as the schema's owner."""
    engine = create_engine(database.owner_url)
    try:
        with engine.connect() as connection:
            tables = connection.execute(
                text(
                    "select table_schema, table_name from information_schema.tables where table_type = 'BASE TABLE' "
                    "and table_schema not in ('pg_catalog', 'information_schema') order by 1, 2"
                )
            ).all()
            return {
                table: [dict(row) for row in connection.execute(text(f'table "{schema}"."{table}"')).mappings()]
                for schema, table in tables
            }
    finally:
        engine.dispose()


def where_named(held: dict[str, list[dict[str, Any]]], needles: tuple[str, ...] = NEEDLES) -> list[str]:
    """`table.column: needle` for every occurrence."""
    found = set()
    for table, rows in held.items():
        for row in rows:
            for column, value in row.items():
                found |= {f"{table}.{column}: {needle}" for needle in needles if needle in _searchable(value)}
    return sorted(found)


def files_naming(folder: Path, needles: tuple[str, ...] = NEEDLES) -> list[str]:
    """Files below a folder, of whatever kind, that hold a needle in their bytes or their name."""
    return sorted(
        path.relative_to(folder).as_posix()
        for path in files_below(folder)
        if any(needle in _searchable(path.name) or needle in _searchable(path.read_bytes()) for needle in needles)
    )


def files_below(folder: Path) -> Iterator[Path]:
    """Every file, however deep."""
    return (path for path in folder.rglob("*") if path.is_file())


def _searchable(value: Any) -> str:
    if value is None or isinstance(value, bool | int | float):
        return ""
    if isinstance(value, bytes | memoryview):
        value = bytes(value).decode("utf-8", "replace")
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False, default=str)
    folded = fold_all(value)
    squeezed = "".join(char for char in folded if char not in " ().-/")
    return f"{folded}\n{squeezed}"


def fold_all(value: str) -> str:
    """Lower case, accents off."""
    decomposed = unicodedata.normalize("NFKD", value.lower())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def without(row: dict[str, Any], columns: set[str]) -> dict[str, Any]:
    """The row without some columns."""
    return {name: value for name, value in row.items() if name not in columns}
