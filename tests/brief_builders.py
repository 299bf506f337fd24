"""Small accounts and texts for tests of the brief."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from copilot.domain.account_facts import AccountFacts, Metric, PassageSpan
from copilot.domain.documents import Block, BlockKind, DocumentKind, StoredDocument
from copilot.domain.evidence import Origin
from copilot.domain.language import Language
from copilot.domain.records import Account, Contact, Lifecycle, Opportunity, OpportunityKind, Stance
from copilot.workflows.brief.context import BriefContext, Previous
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.reading.reader import read_texts
from copilot.workflows.reading.types import Reading

TODAY = date(2026, 11, 16)
SOURCE: dict[str, Any] = {"source_system": "hubspot", "as_of": date(2026, 11, 13)}
_METRICS: dict[str, str | None] = {
    "days_to_renewal": "76",
    "open_opportunities": "1",
    "overdue_opportunities": "0",
    "tickets_open": "2",
    "tickets_open_p1": "1",
    "tickets_opened_90d": "7",
    "tickets_opened_prev_90d": "3",
    "median_days_to_close_180d": "5.5",
    "active_users_recent": "186.5",
    "active_users_prior": "262.5",
    "active_users_change_pct": "-29",
    "seat_utilisation_pct": "60.2",
}


def account(**changes: Any) -> Account:
    """A customer with every field that matters."""
    given: dict[str, Any] = {
        **SOURCE,
        "source_id": "A1",
        "name": "Talleres Mencía",
        "country": "ES",
        "industry": "Maquinaria",
        "owner_email": "ana@tramontia.example",
        "employees": 640,
        "lifecycle": Lifecycle.CUSTOMER,
        "arr": Decimal(84000),
        "currency": "EUR",
        "seats_licensed": 310,
        "customer_since": date(2023, 2, 1),
        "renewal_date": date(2027, 1, 31),
    }
    return Account(**{**given, **changes})


def contact(name: str = "Marta Ruiz Gil", **changes: Any) -> Contact:
    """A contact with every field that matters."""
    given: dict[str, Any] = {
        **SOURCE,
        "source_id": name,
        "account_source_id": "A1",
        "name": name,
        "email": "marta.ruiz@mencia.example",
        "phone": "+34 000 000 011",
        "title": "Directora de Operaciones",
        "stance": Stance.CHAMPION,
    }
    return Contact(**{**given, **changes})


def opportunity(**changes: Any) -> Opportunity:
    """An open renewal with every field that matters."""
    given: dict[str, Any] = {
        **SOURCE,
        "source_id": "O1",
        "account_source_id": "A1",
        "name": "Renovación 2027",
        "kind": OpportunityKind.RENEWAL,
        "stage": "Negociación",
        "amount": Decimal(84000),
        "currency": "EUR",
        "probability": 60,
        "created_on": date(2026, 9, 1),
        "close_date": date(2027, 1, 31),
        "stage_changed_on": date(2026, 10, 20),
        "next_step": "Enviar el anexo",
    }
    return Opportunity(**{**given, **changes})


def metrics(**changes: Metric | str | None) -> dict[str, Metric]:
    """Every metric of a brief; a change is a value (or None: cannot be computed) or a whole metric."""
    values = {**_METRICS, **{key: value for key, value in changes.items() if not isinstance(value, Metric)}}
    found = {name: _metric(name, value) for name, value in values.items()}
    found["open_pipeline"] = Metric("open_pipeline", Decimal(84000), "open_pipeline: 84000 EUR", ("query:test",))
    found["last_activity"] = Metric("last_activity", date(2026, 11, 12), "last_activity: 2026-11-12", ("query:test",))
    found["nps_latest"] = _dated("nps_latest", "3", date(2026, 10, 6))
    found["nps_previous"] = _dated("nps_previous", "9", date(2026, 3, 10))
    found["days_since_last_inbound"] = _dated("days_since_last_inbound", "5", date(2026, 11, 11))
    found["csat_mean_180d"] = Metric(
        "csat_mean_180d", Decimal(3), "csat_mean_180d: 3 (n=4) [180 days to today]", ("query:test",), sample=4
    )
    found.update({key: value for key, value in changes.items() if isinstance(value, Metric)})
    return found


def _metric(name: str, value: str | None) -> Metric:
    window = " [90 days to today]" if name.endswith("_90d") else ""
    window = " [180 days to today]" if name.endswith("_180d") else window
    return Metric(
        name, None if value is None else Decimal(value), f"{name}: {value or 'unknown'}{window}", ("query:test",)
    )


def _dated(name: str, value: str, day: date) -> Metric:
    return Metric(name, Decimal(value), f"{name}: {value} ({day.isoformat()})", ("query:test",), day=day)


def facts(*, documents: Sequence[StoredDocument] = (), **changes: Any) -> AccountFacts:
    """An account under strain, with one champion and one open renewal."""
    given: dict[str, Any] = {
        "account": account(),
        "today": TODAY,
        "contacts": (contact(),),
        "opportunities": (opportunity(),),
        "tickets": (),
        "surveys": (),
        "activities": (),
        "issues": (),
        "passages": tuple(PassageSpan(f"psg_{d.id}", d.id, 0, len(d.text)) for d in documents),
        "metrics": metrics(),
        "staff": ("Inés Robledo", "Tom Whitlock"),
        "products": ("Tramontia Dispatch", "Tramontia Assets"),
    }
    return AccountFacts(**{**given, **changes})


def email(
    text: str,
    *,
    inbound: bool = True,
    day: date = date(2026, 11, 10),
    author: str | None = None,
    title: str = "Asunto",
    language: Language = Language.ES,
    identifier: str | None = None,
) -> StoredDocument:
    """One email, whole."""
    writer = author or ("Marta Ruiz Gil" if inbound else "Inés Robledo")
    return _document(
        text, kind=DocumentKind.EMAIL, day=day, title=title, language=language, author=writer, identifier=identifier,
        direction="inbound" if inbound else "outbound", origin=Origin.CUSTOMER if inbound else Origin.INTERNAL,
        blocks=(Block(kind=BlockKind.BODY, start=0, end=len(text)),),
    )  # fmt: skip


def call(
    *turns: tuple[str, str], day: date = date(2026, 11, 6), language: Language = Language.ES, title: str = "Llamada"
) -> StoredDocument:
    """One transcript: (speaker, what they say) in order."""
    text, blocks = "", []
    for speaker, said in turns:
        start = len(text)
        text += f"{speaker}: {said}\n"
        blocks.append(Block(kind=BlockKind.BODY, start=start, end=len(text) - 1, speaker=speaker))
    return _document(
        text, kind=DocumentKind.TRANSCRIPT, day=day, title=title, language=language, author=None, identifier=None,
        direction=None, origin=Origin.CUSTOMER, blocks=tuple(blocks),
        participants=tuple(dict.fromkeys(speaker for speaker, _ in turns)),
    )  # fmt: skip


def note(text: str, *, day: date = date(2026, 11, 12), language: Language = Language.ES) -> StoredDocument:
    """One note of our own."""
    return _document(
        text, kind=DocumentKind.NOTE, day=day, title="Nota", language=language, author="Tom Whitlock", identifier=None,
        direction=None, origin=Origin.INTERNAL, blocks=(Block(kind=BlockKind.BODY, start=0, end=len(text)),),
    )  # fmt: skip


def _document(
    text: str, *, kind: DocumentKind, day: date, title: str, language: Language, author: str | None,
    identifier: str | None, direction: str | None, origin: Origin, blocks: tuple[Block, ...],
    participants: tuple[str, ...] = (),
) -> StoredDocument:  # fmt: skip
    return StoredDocument(
        id=identifier or f"doc_{kind.value}_{day.isoformat()}_{abs(hash(text)) % 10_000}",
        account_id=account().id,
        visibility=None,
        source_file_id="source",
        source_path=f"{kind.value}s/{day.isoformat()}.txt",
        title=title,
        kind=kind,
        media_type="text/plain",
        language=language.value,
        origin=origin,
        authored_at=datetime(day.year, day.month, day.day, 10, tzinfo=UTC),
        author=author,
        participants=participants,
        direction=direction,
        message_id=None,
        in_reply_to=None,
        warnings=(),
        imported_at=datetime(2026, 11, 16, tzinfo=UTC),
        text=text,
        blocks=blocks,
    )


def reading(*documents: StoredDocument, **changes: Any) -> Reading:
    """What these texts say about the account of `facts`."""
    return read_texts(documents, facts(documents=documents, **changes))


def context(
    *documents: StoredDocument, language: Language = Language.ES, previous: Previous | None = None, **changes: Any
) -> BriefContext:
    """Everything a brief is written from."""
    known = facts(documents=documents, **changes)
    book = EvidenceBook(known, language=language)
    book.gather()
    return BriefContext(
        facts=known, reading=read_texts(documents, known), language=language, book=book, previous=previous
    )
