"""Small worlds for the tests of guardrails, queue and release: an account, its evidence, and drafts about it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from copilot.approvals.policy import Policy, Rule, load_policy
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.evidence import Evidence, EvidenceKind, Origin
from copilot.domain.findings import Risk
from copilot.domain.language import Language
from copilot.domain.review_items import Decision, ReviewItem, Step, Verdict
from copilot.guardrails.pipeline import Guardrails
from copilot.store.audit import AuditLog
from copilot.store.database import Database
from copilot.store.evidence import EvidenceRepository
from copilot.store.reviews import ReviewRepository
from copilot.store.tables.documents import DocumentRow, PassageRow
from copilot.store.tables.records import AccountRow, SourceFileRow

ACCOUNT = "acc_00000000000000000001"
OTHER_ACCOUNT = "acc_00000000000000000002"
PASSAGE = "psg_00000000000000000001"
SHARED_PASSAGE = "psg_00000000000000000002"
TODAY = date(2026, 11, 16)
EMAIL_TEXT = "Hola: confirmamos 240 licencias por 48.000 € desde el 15 de marzo de 2026, un 12 % menos que en 2025."

ARR = f"record:{ACCOUNT}:arr"
RENEWAL = f"record:{ACCOUNT}:renewal_date"
EMAIL = f"passage:{PASSAGE}"
DAYS_LEFT = f"metric:days_to_renewal:{ACCOUNT}"


def add_account(database: Database, *, owner: Viewer, account_id: str = ACCOUNT, name: str = "Aceros Tormes") -> None:
    """An account with 84,000 EUR a year that renews on 31 January 2027."""
    with database.unit_of_work() as uow:
        uow.session.add(
            AccountRow(
                id=account_id,
                source_system="test",
                source_id=account_id,
                as_of=date(2026, 11, 13),
                content_hash="x",
                name=name,
                owner_email=owner.email,
                arr=Decimal(84000),
                currency="EUR",
                renewal_date=date(2027, 1, 31),
                search_key=name.lower(),
            )
        )


def add_email(
    database: Database,
    *,
    text: str = EMAIL_TEXT,
    passage_id: str = PASSAGE,
    account_id: str | None = ACCOUNT,
    visibility: str | None = None,
    origin: Origin = Origin.CUSTOMER,
) -> None:
    """A document with one passage: all of its text."""
    document_id = passage_id.replace("psg", "doc")
    with database.unit_of_work() as uow:
        uow.session.add(_source_file(document_id, len(text)))
        uow.flush()
        uow.session.add(
            DocumentRow(
                id=document_id,
                source_file_id=document_id,
                account_id=account_id,
                visibility=visibility,
                title="Renovación",
                kind="email",
                text=text,
                text_sha256="x",
                blocks=[],
                media_type="text/plain",
                language="es",
                origin=origin.value,
                authored_at=datetime(2026, 3, 1, 10, tzinfo=UTC),
                imported_at=datetime(2026, 11, 13, tzinfo=UTC),
            )
        )
        uow.flush()
        uow.session.add(
            PassageRow(
                id=passage_id,
                document_id=document_id,
                account_id=account_id,
                visibility=visibility,
                ordinal=0,
                start=0,
                end=len(text),
                text=text,
                language="es",
                search="",
            )
        )


def account_owner(database: Database, viewer: Viewer) -> Viewer:
    """The viewer, who from now on owns the account of `add_account` with the document of `add_email`."""
    add_account(database, owner=viewer)
    add_email(database)
    return viewer


def _source_file(file_id: str, size: int) -> SourceFileRow:
    return SourceFileRow(
        id=file_id,
        root="test",
        path=file_id,
        sha256="x",
        media_type="text/plain",
        size_bytes=size,
        imported_at=datetime(2026, 11, 13, tzinfo=UTC),
    )


def change_renewal(database: Database, *, to: date, account_id: str = ACCOUNT) -> None:
    """Change a cited record."""
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, account_id).renewal_date = to


def evidence_of(database: Database, ids: Sequence[str], *, viewer: Viewer) -> tuple[Evidence, ...]:
    """Evidence as the viewer gets it now; metrics by hand."""
    with database.unit_of_work() as uow:
        found = EvidenceRepository(uow).read(ids, viewer=viewer)
    if DAYS_LEFT in ids:
        found[DAYS_LEFT] = Evidence(
            id=DAYS_LEFT,
            kind=EvidenceKind.METRIC,
            text="days_to_renewal: 76",
            label="Cálculo",
            as_of=TODAY,
            account_id=ACCOUNT,
        )
    return tuple(found[item] for item in ids)


GOOD_TEXTS = (
    ("La cuenta factura 84.000 € al año.", (ARR,)),
    ("Renueva el 31 de enero de 2027, dentro de 76 días.", (RENEWAL, DAYS_LEFT)),
    ("El cliente confirmó 240 licencias por 48.000 €.", (EMAIL,)),
)


def draft_about(
    evidence: Sequence[Evidence],
    sentences: Sequence[tuple[str, tuple[str, ...]]] = GOOD_TEXTS,
    *,
    audience: Audience = Audience.INTERNAL,
    account_id: str | None = ACCOUNT,
    kind: DraftKind = DraftKind.BRIEF,
    language: Language = Language.ES,
    notes: tuple[str, ...] = (),
) -> Draft:
    """A brief of one section."""
    segments = tuple(
        Segment(id=f"summary.{number}", text=text, evidence_ids=ids)
        for number, (text, ids) in enumerate(sentences, start=1)
    )
    return Draft(
        kind=kind,
        audience=audience,
        language=language,
        title="Aceros Tormes",
        account_id=account_id,
        account_name="Aceros Tormes",
        as_of=TODAY,
        written_at=datetime(2026, 11, 16, 9, tzinfo=UTC),
        sections=(Section(key="summary", title="Resumen", segments=segments),),
        evidence=tuple(evidence),
        provenance=Provenance(writer="offline", code_version="test", notes=notes),
    )


def good_draft(database: Database, *, viewer: Viewer, audience: Audience = Audience.INTERNAL) -> Draft:
    """A brief without fault about the account of `add_account` and `add_email`."""
    return draft_about(evidence_of(database, (ARR, RENEWAL, DAYS_LEFT, EMAIL), viewer=viewer), audience=audience)


def policy_without_undo() -> Policy:
    """The policy that comes with the product, but what is approved may leave at once."""
    policy = load_policy()
    return policy.model_copy(
        update={"rule": tuple(rule.model_copy(update={"undo_seconds": 0}) for rule in policy.rule)}
    )


def policy_of_one_rule(*steps: Step, **changes: Any) -> Policy:
    """The policy that comes with the product, but the same steps decide everything."""
    rule = Rule(
        name="everything",
        kinds=tuple(DraftKind),
        risks=tuple(Risk),
        audiences=tuple(Audience),
        steps=steps,
        self_review=False,
        due_hours=8,
        expires_hours=48,
        **changes,
    )
    return load_policy().model_copy(update={"rule": (rule,)})


def service(policy: Policy | None = None) -> ApprovalService:
    """The queue under `policy`, or the one that comes with the product without its time to undo."""
    return ApprovalService(policy or policy_without_undo())


def submit(database: Database, draft: Draft, *, viewer: Viewer, policy: Policy | None = None) -> ReviewItem:
    """Check and file a draft."""
    with database.unit_of_work() as uow:
        report = Guardrails().check_draft(draft, viewer=viewer, uow=uow)
        return service(policy).submit(draft, report, viewer=viewer, uow=uow)


def item_now(database: Database, item: ReviewItem) -> ReviewItem:
    """The item as it now is."""
    with database.unit_of_work() as uow:
        entry = ReviewRepository(uow).get_unfiltered(item.id)
    assert entry is not None
    return entry.item


def actions(database: Database, item: ReviewItem) -> list[str]:
    """What the audit log says was done with an item, in order."""
    with database.unit_of_work() as uow:
        return [event.action for event in AuditLog(uow).about(f"review_item:{item.id}")]


def decision(
    item: ReviewItem,
    viewer: Viewer,
    *,
    verdict: Verdict = Verdict.APPROVE,
    comment: str | None = None,
    accepted: tuple[str, ...] = (),
) -> Decision:
    """What `viewer` wants to do with `item` as they saw it."""
    return Decision(
        verdict=verdict,
        decider_id=viewer.user_id,
        decider_role=viewer.role,
        digest=item.digest,
        comment=comment,
        accepted_segments=accepted,
    )


def approve(database: Database, item: ReviewItem, *, viewer: Viewer, accepted: tuple[str, ...] = ()) -> ReviewItem:
    """Approve in a unit of work of its own."""
    with database.unit_of_work() as uow:
        return service().decide(item.id, decision(item, viewer, accepted=accepted), viewer=viewer, uow=uow)
