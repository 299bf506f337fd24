"""Drafts for the tests of commitments, tone, freshness and links: sentences and what they cite."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from copilot.domain.documents import DocumentKind
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.language import Language
from copilot.domain.prices import ListedPrice
from copilot.guardrails.detector import Context, Detector
from copilot.guardrails.surroundings import Surroundings
from copilot.store.commitment_sources import CitedDocument

ACCOUNT = "acc_00000000000000000001"
TODAY = date(2026, 11, 16)
DISPATCH = "pbe_00000000000000000001"
OLD_DISPATCH = "pbe_00000000000000000009"
PRICES = (
    ListedPrice(
        record_id=OLD_DISPATCH,
        product="Tramontia Dispatch",
        amount=Decimal("31.00"),
        currency="EUR",
        unit="seat/month",
        valid_to=date(2024, 12, 31),
    ),
    ListedPrice(
        record_id=DISPATCH,
        product="Tramontia Dispatch",
        amount=Decimal("38.00"),
        currency="EUR",
        unit="seat/month",
        valid_from=date(2025, 1, 1),
    ),
    ListedPrice(
        record_id="pbe_00000000000000000002",
        product="Tramontia Assets",
        amount=Decimal("29.00"),
        currency="EUR",
        unit="seat/month",
    ),
    ListedPrice(
        record_id="pbe_00000000000000000003",
        product="Premium Support",
        amount=Decimal("14400.00"),
        currency="EUR",
        unit="year",
    ),
)
DISPATCH_PRICE = Evidence(
    id=f"record:{DISPATCH}:unit_price",
    kind=EvidenceKind.RECORD,
    text="unit_price: 38 EUR",
    label="CRM · “Tramontia Dispatch”",
    as_of=date(2026, 11, 13),
    visibility="staff",
)


def passage(
    number: int,
    text: str,
    *,
    as_of: date = date(2026, 10, 1),
    origin: Origin = Origin.INTERNAL,
    account_id: str | None = None,
) -> Evidence:
    """A passage of document `number`; of shared knowledge unless an account is named."""
    return Evidence(
        id=f"passage:psg_{number:020d}",
        kind=EvidenceKind.PASSAGE,
        text=text,
        label=f"Documento {number}",
        as_of=as_of,
        origin=origin,
        account_id=account_id,
        visibility=None if account_id else "staff",
        document_id=f"doc_{number:020d}",
        start=0,
        end=len(text),
    )


def documents(kinds: Mapping[int, DocumentKind | CitedDocument]) -> dict[str, CitedDocument]:
    """What the documents are, by their number."""
    return {
        f"doc_{number:020d}": kind
        if isinstance(kind, CitedDocument)
        else CitedDocument(kind=kind, title=f"Documento {number}", path=f"docs/{number}.md")
        for number, kind in kinds.items()
    }


def context(
    *sentences: tuple[str, Iterable[Evidence]],
    audience: Audience = Audience.EXTERNAL,
    language: Language = Language.ES,
    surroundings: Surroundings | None = None,
    kinds: Mapping[int, DocumentKind | CitedDocument] | None = None,
    draft_kind: DraftKind | None = None,
) -> Context:
    """A follow-up (or, for ourselves, a brief) of these sentences, each with what it cites."""
    evidence = {item.id: item for _, cited in sentences for item in cited}
    segments = tuple(
        Segment(id=f"body.{number}", text=text, evidence_ids=tuple(item.id for item in cited))
        for number, (text, cited) in enumerate(((text, tuple(cited)) for text, cited in sentences), start=1)
    )
    draft = Draft(
        kind=draft_kind or (DraftKind.FOLLOW_UP if audience is Audience.EXTERNAL else DraftKind.BRIEF),
        audience=audience,
        language=language,
        title="Seguimiento",
        account_id=ACCOUNT,
        account_name="Aceros Tormes",
        as_of=TODAY,
        written_at=datetime(2026, 11, 16, 9, tzinfo=UTC),
        sections=(Section(key="body", title="Texto", segments=segments),),
        evidence=tuple(evidence.values()),
        provenance=Provenance(writer="offline", code_version="test"),
    )
    around = surroundings or Surroundings(price_list=PRICES, own_domains=frozenset({"tramontia.example"}))
    around = replace(around, cited_documents=documents(kinds or {}))
    return Context(draft=draft, current=evidence, snapshot=evidence, surroundings=around)


def rules(detector: Detector, given: Context) -> list[str]:
    """Names of the rules found, in order."""
    return [item.rule for item in detector.inspect(given)]
