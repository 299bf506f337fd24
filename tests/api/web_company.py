"""A small company for the tests of the API and the pages: three accounts, of which the other team owns one.

Everything is invented. `seed` returns what the tests need to know about it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.documents import Block, BlockKind, DocumentKind, ParsedDocument, Passage
from copilot.domain.evidence import Origin
from copilot.domain.identity import stable_id
from copilot.store.accounts import fold
from copilot.store.database import UnitOfWork
from copilot.store.documents import DocumentRepository
from copilot.store.people import PeopleRepository
from copilot.store.tables import records as tables

PASSWORD = "correct horse battery"
AS_OF = date(2026, 11, 13)
HOSTILE = "<script>alert('x')</script>"

EMAIL_TEXT = """Hola Lucía:

Gracias por la llamada. Enviaremos el contrato firmado antes del 30 de noviembre de 2026.

Un saludo,
Rosa Almendro

El lunes escribió Lucía:
> Rosa, ¿cuándo podéis firmar?
"""
CALL_TEXT = "Rosa Almendro: Necesitamos el informe de uso cada mes.\nLucía Ferrer: Te lo mando el viernes."
NOTE_TEXT = "Data residency\n\nCustomer data is hosted in Frankfurt and Dublin. Backups are kept for 35 days."


@dataclass(frozen=True)
class Company:
    """Who there is and what they own."""

    ae: Viewer
    manager: Viewer
    outsider: Viewer
    """An account executive of another team."""
    account_id: str
    second_id: str
    foreign_id: str
    email_id: str
    knowledge_id: str
    foreign_document_id: str


def seed(application: Application, *, language: str = "es") -> Company:
    """Fill an empty database."""
    with application.database.unit_of_work() as uow:
        people = PeopleRepository(uow)
        people.save_team("north", "Norte")
        people.save_team("south", "Sur")
    ae = _person(application, "lucia", "Lucía Ferrer", role=Role.AE, team="north", language=language)
    manager = _person(application, "marta", "Marta Salcedo", role=Role.MANAGER, team="north", language=language)
    outsider = _person(application, "tom", "Tom Whitlock", role=Role.AE, team="south", language="en")
    with application.database.unit_of_work() as uow:
        account_id = _account(uow, "a1", "Frigoríficos Valdemora", owner=ae, arr="84000", renewal=date(2027, 1, 31))
        second_id = _account(uow, "a2", f"Talleres Ñandú {HOSTILE}", owner=ae, arr=None, renewal=None)
        foreign_id = _account(uow, "a3", "Brackenhill Rail", owner=outsider, arr="52000", renewal=date(2027, 5, 1))
        _records(uow, account_id)
        email_id = _email(uow, account_id)
        _document(uow, "calls/uso.txt", CALL_TEXT, kind=DocumentKind.TRANSCRIPT, account_id=account_id, title="Llamada")
        foreign_document_id = _document(
            uow, "emails/secret.eml", "Brackenhill will cancel.", kind=DocumentKind.EMAIL, account_id=foreign_id
        )
        knowledge_id = _document(
            uow, "knowledge/residency.md", NOTE_TEXT, kind=DocumentKind.KNOWLEDGE, title="Data residency"
        )
    return Company(
        ae=ae,
        manager=manager,
        outsider=outsider,
        account_id=account_id,
        second_id=second_id,
        foreign_id=foreign_id,
        email_id=email_id,
        knowledge_id=knowledge_id,
        foreign_document_id=foreign_document_id,
    )


def _person(application: Application, name: str, full_name: str, *, role: Role, team: str, language: str) -> Viewer:
    viewer = Viewer(
        user_id=f"user-{name}",
        email=f"{name}@tramontia.example",
        name=full_name,
        role=role,
        team_id=team,
        language=language,
    )
    with application.database.unit_of_work() as uow:
        return application.people.add_user(viewer, password=PASSWORD, uow=uow)


def _add(uow: UnitOfWork, table: type[Any], record_type: str, source_id: str, /, **values: Any) -> str:
    record_id = stable_id(record_type, "hubspot", source_id)
    uow.session.add(
        table(id=record_id, source_system="hubspot", source_id=source_id, as_of=AS_OF, content_hash=source_id, **values)
    )
    uow.flush()
    return record_id


def _account(
    uow: UnitOfWork, source_id: str, name: str, *, owner: Viewer, arr: str | None, renewal: date | None
) -> str:
    return _add(
        uow,
        tables.AccountRow,
        "account",
        source_id,
        name=name,
        country="ES",
        industry="Logística",
        segment="mid-market",
        website=f"{source_id}.example",
        language="es",
        owner_email=owner.email,
        lifecycle="customer",
        arr=Decimal(arr) if arr else None,
        currency="EUR" if arr else None,
        seats_licensed=120 if arr else None,
        customer_since=date(2024, 2, 1),
        renewal_date=renewal,
        search_key=fold(f"{name} {source_id}.example"),
    )


def _records(uow: UnitOfWork, account_id: str) -> None:
    of = {"account_id": account_id, "account_source_id": "a1"}
    _add(
        uow,
        tables.ContactRow,
        "contact",
        "c1",
        **of,
        name="Rosa Almendro",
        email="rosa@valdemora.example",
        title="Directora de operaciones",
        stance="champion",
    )
    _add(
        uow,
        tables.OpportunityRow,
        "opportunity",
        "o1",
        **of,
        name="Ampliación Assets",
        kind="expansion",
        stage="Propuesta",
        status="open",
        amount=Decimal("27840.50"),
        currency="EUR",
        probability=60,
        created_on=date(2026, 6, 1),
        close_date=date(2026, 10, 31),
    )
    _support(uow, of)
    uow.session.add(
        tables.DataIssueRow(
            id="issue-1",
            code="value.misspelt_industry",
            record_type="account",
            record_id=account_id,
            account_id=account_id,
            details={"value": "Logistca", "suggestion": "Logística"},
        )
    )


def _support(uow: UnitOfWork, of: dict[str, str]) -> None:
    """A ticket, a meeting and usage."""
    _add(
        uow,
        tables.TicketRow,
        "ticket",
        "t1",
        **of,
        subject="La app se cierra",
        priority="P1",
        status="open",
        opened_at=datetime(2026, 11, 2, 8, tzinfo=UTC),
    )
    _add(
        uow,
        tables.ActivityRow,
        "activity",
        "v1",
        **of,
        kind="meeting",
        occurred_at=datetime(2026, 11, 5, 10, tzinfo=UTC),
        direction="inbound",
        subject="Revisión trimestral",
        body="Piden un informe mensual.",
        author="Lucía Ferrer",
    )
    _usage(uow, of)


def _usage(uow: UnitOfWork, of: dict[str, str]) -> None:
    """Twenty weeks, slowly falling."""
    for week in range(20):
        _add(
            uow,
            tables.UsagePointRow,
            "usage_point",
            f"u{week}",
            **of,
            metric="active_users",
            period_start=date(2026, 11, 2) - timedelta(weeks=week),
            value=Decimal(96 + week),
        )


def _email(uow: UnitOfWork, account_id: str) -> str:
    quoted = EMAIL_TEXT.index("El lunes escribió")
    blocks = (
        Block(kind=BlockKind.BODY, start=0, end=quoted),
        Block(kind=BlockKind.QUOTED, start=quoted, end=len(EMAIL_TEXT)),
    )
    return _document(
        uow,
        "emails/contrato.eml",
        EMAIL_TEXT,
        kind=DocumentKind.EMAIL,
        account_id=account_id,
        title="Contrato de renovación",
        blocks=blocks,
        origin=Origin.CUSTOMER,
        warnings=("Text hidden from the eye was found and left out: 42 characters.",),
    )


def _document(
    uow: UnitOfWork,
    path: str,
    text: str,
    *,
    kind: DocumentKind,
    account_id: str | None = None,
    title: str = "Mensaje",
    blocks: tuple[Block, ...] = (),
    origin: Origin = Origin.INTERNAL,
    warnings: tuple[str, ...] = (),
) -> str:
    blocks = blocks or (Block(kind=BlockKind.BODY, start=0, end=len(text)),)
    file_id = _source_file(uow, path, size=len(text))
    parsed = ParsedDocument(
        title=title,
        kind=kind,
        text=text,
        blocks=blocks,
        media_type="text/plain",
        language="es" if account_id else "en",
        origin=origin,
        authored_at=datetime(2026, 11, 10, 9, tzinfo=UTC),
        author="Rosa Almendro",
        participants=("rosa@valdemora.example",),
        direction="inbound" if origin is Origin.CUSTOMER else None,
        warnings=warnings,
    )
    passages = [
        Passage(
            ordinal=number,
            start=block.start,
            end=block.end,
            text=text[block.start : block.end],
            language="es" if account_id else "en",
        )
        for number, block in enumerate(blocks)
        if block.kind is not BlockKind.QUOTED
    ]
    return DocumentRepository(uow).replace(
        parsed,
        passages,
        source_file_id=file_id,
        account_id=account_id,
        visibility=None if account_id else Visibility.STAFF,
    )


def _source_file(uow: UnitOfWork, path: str, *, size: int) -> str:
    file_id = f"file-{path}"
    uow.session.add(
        tables.SourceFileRow(
            id=file_id,
            root="test",
            path=path,
            sha256="0" * 64,
            media_type="text/plain",
            size_bytes=size,
            imported_at=uow.clock.now(),
        )
    )
    uow.flush()
    return file_id
