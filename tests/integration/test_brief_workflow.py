"""A brief from the database to the queue: figures by query, visibility, one transaction."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from copilot.approvals.policy import load_policy
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Role, Viewer
from copilot.domain.evidence import EvidenceKind
from copilot.domain.identity import stable_id
from copilot.domain.language import Language
from copilot.domain.review_items import Decision, Verdict
from copilot.errors import NotFound
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.accounts import fold
from copilot.store.database import Database, UnitOfWork
from copilot.store.tables.documents import DocumentRow, PassageRow
from copilot.store.tables.records import (
    AccountRow,
    ActivityRow,
    ContactRow,
    OpportunityRow,
    SourceFileRow,
    SurveyRow,
    TicketRow,
    UsagePointRow,
)
from copilot.store.tables.work import ReviewItemRow
from copilot.workflows.brief import BriefWorkflow
from tests.conftest import MakeUser
from tests.statements import counted

TODAY = date(2026, 11, 16)
COMMON: dict[str, Any] = {"source_system": "hubspot", "as_of": date(2026, 11, 13), "content_hash": "x"}
MORNING = datetime(2026, 11, 10, 9, tzinfo=UTC)


@pytest.fixture
def workflow() -> BriefWorkflow:
    return BriefWorkflow(ApprovalService(load_policy(None)))


@pytest.fixture
def owner(make_user: MakeUser) -> Viewer:
    return make_user("Inés Robledo", role=Role.CSM)


@pytest.fixture
def account_id(database: Database, owner: Viewer) -> str:
    """An account with one of everything, owned by `owner`."""
    with database.unit_of_work() as uow:
        return fill(uow, "one", name="Talleres Mencía", owner_email=owner.email)


def fill(uow: UnitOfWork, source: str, *, name: str, owner_email: str | None) -> str:
    """Insert an account with records and two emails; return its id."""
    account = stable_id("account", "hubspot", source)
    mine = {**COMMON, "account_id": account, "account_source_id": source}
    uow.session.add(
        AccountRow(
            id=account, source_id=source, name=name, search_key=fold(name), lifecycle="customer", country="ES",
            industry="Maquinaria", owner_email=owner_email, arr=Decimal("84000.00"), currency="EUR", seats_licensed=200,
            customer_since=date(2023, 2, 1), renewal_date=date(2027, 1, 31), **COMMON,
        )
    )  # fmt: skip
    uow.flush()

    def row(table: type[Any], record_type: str, key: str, **values: Any) -> None:
        identifier = stable_id(record_type, "hubspot", f"{source}-{key}")
        uow.session.add(table(id=identifier, source_id=f"{source}-{key}", **mine, **values))

    row(ContactRow, "contact", "c", name="Marta Ruiz Gil", stance="champion")
    row(
        OpportunityRow, "opportunity", "o", name="Renovación 2027", status="open", kind="renewal", stage="Negociación",
        amount=Decimal("84000.00"), currency="EUR", close_date=date(2026, 10, 31),
    )  # fmt: skip
    row(TicketRow, "ticket", "1", subject="Se cae la app", priority="P1", status="open", opened_at=at(2026, 11, 9))
    row(
        TicketRow, "ticket", "2", subject="Duda", priority="P4", status="closed", opened_at=at(2026, 6, 1),
        closed_at=at(2026, 6, 4),
    )  # fmt: skip
    row(ActivityRow, "activity", "a", kind="call", direction="inbound", subject="Llamada", occurred_at=at(2026, 11, 2))
    row(SurveyRow, "survey", "1", kind="NPS", score=Decimal(9), answered_on=date(2026, 3, 10))
    row(SurveyRow, "survey", "2", kind="NPS", score=Decimal(3), answered_on=date(2026, 10, 6))
    row(SurveyRow, "survey", "3", kind="CSAT", score=Decimal(4), answered_on=date(2026, 10, 7))
    for week in range(20):
        start = date(2026, 11, 2) - timedelta(weeks=week)
        value = Decimal(80 if week < 9 else 100)
        row(UsagePointRow, "usage_point", f"u{week}", metric="active_users", period_start=start, value=value)
    text = "Os mando el inventario antes del viernes 20."
    add_email(uow, account, "in", text, direction="inbound", origin="customer", author="Marta Ruiz Gil")
    add_email(uow, account, "out", "Gracias, Marta.", direction="outbound", origin="internal", author="Inés Robledo")
    return account


def at(year: int, month: int, day: int) -> datetime:
    return datetime(year, month, day, 8, tzinfo=UTC)


def add_email(uow: UnitOfWork, account: str, key: str, text: str, **fields: str) -> None:
    """Insert an email with one passage over its whole text."""
    source = SourceFileRow(
        id=f"file_{account}_{key}", root="r", path=f"{account}/{key}.eml", sha256="x", media_type="message/rfc822",
        size_bytes=1, imported_at=MORNING,
    )  # fmt: skip
    uow.session.add(source)
    uow.flush()
    uow.session.add(
        DocumentRow(
            id=f"doc_{account}_{key}", source_file_id=source.id, account_id=account, visibility=None,
            title="Inventario", kind="email", text=text, text_sha256="x",
            blocks=[{"kind": "body", "start": 0, "end": len(text)}],
            media_type="message/rfc822", language="es", authored_at=MORNING, participants=[], message_id=None,
            in_reply_to=None, warnings=[], imported_at=MORNING, **fields,
        )
    )  # fmt: skip
    uow.flush()
    uow.session.add(
        PassageRow(
            id=f"psg_{account}{key}", document_id=f"doc_{account}_{key}", account_id=account, visibility=None,
            ordinal=0, start=0, end=len(text), text=text, language="es", search=func.to_tsvector("simple", text),
        )
    )  # fmt: skip


def test_metrics_follow_their_definitions(database: Database, owner: Viewer, account_id: str) -> None:
    with database.unit_of_work() as uow:
        facts = AccountFactsRepository(uow).gather(account_id, viewer=owner, today=TODAY)
    shown = {name: metric.text for name, metric in facts.metrics.items()}
    assert shown == {
        "days_to_renewal": "days_to_renewal: 76",
        "open_opportunities": "open_opportunities: 1",
        "open_pipeline": "open_pipeline: 84000 EUR",
        "overdue_opportunities": "overdue_opportunities: 1",
        "tickets_open": "tickets_open: 1",
        "tickets_open_p1": "tickets_open_p1: 1",
        "tickets_opened_90d": "tickets_opened_90d: 1 [90 days to today]",
        "tickets_opened_prev_90d": "tickets_opened_prev_90d: 1 [90 days to today]",
        "median_days_to_close_180d": "median_days_to_close_180d: 3 [180 days to today]",
        "active_users_recent": "active_users_recent: 80 (2026-11-02)",
        "active_users_prior": "active_users_prior: 100",
        "active_users_change_pct": "active_users_change_pct: -20",
        "seat_utilisation_pct": "seat_utilisation_pct: 40",
        "nps_latest": "nps_latest: 3 (2026-10-06)",
        "nps_previous": "nps_previous: 9 (2026-03-10)",
        "csat_mean_180d": "csat_mean_180d: 4 (n=1) [180 days to today]",
        "last_activity": "last_activity: 2026-11-10",
        "days_since_last_inbound": "days_since_last_inbound: 6 (2026-11-10)",
    }


def test_usage_of_less_than_17_weeks_has_no_comparison(database: Database, owner: Viewer, account_id: str) -> None:
    with database.unit_of_work() as uow:
        for row in uow.session.scalars(select(UsagePointRow).where(UsagePointRow.period_start < date(2026, 7, 20))):
            uow.session.delete(row)
        uow.flush()
        facts = AccountFactsRepository(uow).gather(account_id, viewer=owner, today=TODAY)
    assert facts.number("active_users_recent") == 80
    assert facts.number("active_users_change_pct") is None


@pytest.mark.parametrize("language", list(Language))
def test_a_brief_reaches_the_queue_without_a_finding(
    database: Database, owner: Viewer, account_id: str, workflow: BriefWorkflow, language: Language
) -> None:
    with database.unit_of_work() as uow:
        result = workflow.run(account_id, viewer=owner, language=language, uow=uow)
        assert uow.session.get(ReviewItemRow, result.item.id) is not None
    assert [item for item in result.report.findings if item.severity.value != "info"] == []
    assert result.draft.as_of == TODAY
    kinds = {item.kind for item in result.draft.evidence}
    assert kinds == set(EvidenceKind)
    assert len(result.draft.provenance.evidence_hashes) >= len(result.draft.evidence)


def test_an_account_of_somebody_else_reads_as_one_that_does_not_exist(
    database: Database, make_user: MakeUser, account_id: str, workflow: BriefWorkflow
) -> None:
    stranger = make_user("Otro", team="south")
    messages = []
    for wanted in (account_id, "acc_none"):
        with pytest.raises(NotFound) as raised, database.unit_of_work() as uow:
            workflow.run(wanted, viewer=stranger, language=Language.ES, uow=uow)
        messages.append(str(raised.value))
    assert messages[0] == messages[1]
    with database.unit_of_work() as uow:
        assert uow.session.scalar(select(func.count()).select_from(ReviewItemRow)) == 0


def test_nothing_of_another_account_gets_in(
    database: Database, owner: Viewer, account_id: str, workflow: BriefWorkflow
) -> None:
    with database.unit_of_work() as uow:
        other = fill(uow, "two", name="Otra Empresa", owner_email=owner.email)
    with database.unit_of_work() as uow:
        draft = workflow.run(account_id, viewer=owner, language=Language.ES, uow=uow).draft
    assert all(other not in f"{item.id}{item.document_id}{item.account_id}" for item in draft.evidence)


def test_the_number_of_queries_does_not_grow_with_the_account(
    database: Database, owner: Viewer, account_id: str, workflow: BriefWorkflow
) -> None:
    def statements(run: Callable[[UnitOfWork], object]) -> int:
        with counted() as sent, database.unit_of_work() as uow:
            run(uow)
        return len(sent)

    def gather(uow: UnitOfWork) -> object:
        return AccountFactsRepository(uow).gather(account_id, viewer=owner, today=TODAY)

    few = statements(gather)
    with database.unit_of_work() as uow:
        mine = {**COMMON, "account_id": account_id, "account_source_id": account_id}
        uow.session.add_all(
            ContactRow(id=f"con_more{number}", source_id=f"m{number}", name=f"Persona {number}", **mine)
            for number in range(40)
        )
    assert statements(gather) == few


def test_changes_are_told_since_the_last_approved_brief_of_an_earlier_day(
    database: Database, owner: Viewer, make_user: MakeUser, account_id: str, workflow: BriefWorkflow
) -> None:
    service = ApprovalService(load_policy(None))
    manager = make_user("Marta Solano", role=Role.MANAGER)
    with database.unit_of_work() as uow:
        item = workflow.run(account_id, viewer=owner, language=Language.ES, uow=uow, as_of=date(2026, 11, 12)).item
    with database.unit_of_work() as uow:
        decision = Decision(
            verdict=Verdict.APPROVE, decider_id=manager.user_id, decider_role=manager.role, digest=item.digest
        )
        service.decide(item.id, decision, viewer=manager, uow=uow)
        uow.session.get_one(AccountRow, account_id).arr = Decimal("90000.00")
    with database.unit_of_work() as uow:
        draft = workflow.run(account_id, viewer=owner, language=Language.ES, uow=uow).draft
    changes = next(section for section in draft.sections if section.key == "changes")
    assert any("el ARR ha pasado de «84000 EUR» a «90000 EUR»" in segment.text for segment in changes.segments)


def test_progress_names_every_step(database: Database, owner: Viewer, account_id: str, workflow: BriefWorkflow) -> None:
    seen: list[tuple[str, int, int]] = []
    with database.unit_of_work() as uow:
        workflow.run(
            account_id, viewer=owner, language=Language.EN, uow=uow,
            progress=lambda step, done, total: seen.append((step, done, total)),
        )  # fmt: skip
    assert [step for step, _, _ in seen] == ["records", "texts", "write", "verify", "submit", "done"]
    assert [done for _, done, _ in seen] == list(range(6))
