"""Contacts of an account, messages to them and what went on before, for the tests of the rules of contact."""

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text

from copilot.approvals.contact_preferences import record_wish
from copilot.domain.access import Viewer
from copilot.domain.contact_rules import ContactFacts
from copilot.domain.drafts import Audience, Draft, DraftKind
from copilot.domain.review_items import ReviewItem
from copilot.guardrails.pipeline import Guardrails
from copilot.guardrails.surroundings import read_contacts
from copilot.store.database import Database
from copilot.store.releases import ReleaseRepository, ReleaseState
from copilot.store.tables.records import AccountRow, ActivityRow, ContactRow
from tests import approvals_builders as world

MARTA, PEDRO, STRANGER = "con_marta", "con_pedro", "con_stranger"
ADDRESS = "marta@tormes.example"
NOW = datetime(2026, 11, 16, 9, 0, tzinfo=UTC)
COMMON = {"source_system": "test", "as_of": date(2026, 11, 13), "content_hash": "x"}


def add_people(database: Database, *, owner: Viewer) -> None:
    """Two contacts of the account, and one of another."""
    world.add_account(database, owner=owner)
    world.add_account(database, owner=owner, account_id=world.OTHER_ACCOUNT, name="Otra Empresa")
    world.add_email(database)
    with database.unit_of_work() as uow:
        uow.session.get_one(AccountRow, world.ACCOUNT).country = "ES"
        for contact_id, name, email, account_id in (
            (MARTA, "Marta Ruiz Gil", "Marta@Tormes.example", world.ACCOUNT),
            (PEDRO, "Pedro Sanz", "pedro@tormes.example", world.ACCOUNT),
            (STRANGER, "Eva Ajena", "eva@otra.example", world.OTHER_ACCOUNT),
        ):
            uow.session.add(
                ContactRow(id=contact_id, source_id=contact_id, name=name, email=email, account_id=account_id, **COMMON)
            )


def message(database: Database, viewer: Viewer, *recipients: str, title: str = "Renovación") -> Draft:
    """A message with one sentence to some contacts."""
    evidence = world.evidence_of(database, (world.RENEWAL,), viewer=viewer)
    sentences = (("Su contrato renueva el 31 de enero de 2027.", (world.RENEWAL,)),)
    draft = world.draft_about(evidence, sentences, audience=Audience.EXTERNAL, kind=DraftKind.FOLLOW_UP)
    return draft.model_copy(update={"recipients": recipients or (MARTA,), "title": title})


def contact_rules(database: Database, draft: Draft, *, viewer: Viewer) -> list[str]:
    """Which rules of contact see something in a draft."""
    with database.unit_of_work() as uow:
        findings = Guardrails().check_draft(draft, viewer=viewer, uow=uow).findings
    return [item.rule for item in findings if item.rule.startswith("contact.")]


def facts(database: Database, draft: Draft) -> ContactFacts:
    """What is read about the recipients."""
    with database.unit_of_work() as uow:
        read = read_contacts(draft, sender="Lucía Ferrer", uow=uow)
    assert read is not None
    return read


def log(
    database: Database,
    *participants: str,
    moment: datetime = NOW - timedelta(days=2),
    kind: str = "email",
    direction: str = "outbound",
    author: str = "Tom Whitlock",
    subject: str | None = None,
    body: str | None = None,
    account_id: str = world.ACCOUNT,
) -> None:
    """One email or call in the CRM."""
    with database.unit_of_work() as uow:
        number = uow.session.scalar(text("select count(*) from activities"))
        uow.session.add(
            ActivityRow(
                id=f"act_{number}", source_id=str(number), account_id=account_id, kind=kind, occurred_at=moment,
                direction=direction, subject=subject, body=body, author=author, participants=list(participants),
                **COMMON,
            )
        )  # fmt: skip


def filed(database: Database, requester: Viewer, manager: Viewer, *recipients: str, title: str = "A") -> ReviewItem:
    """A message that is approved and waits to go out."""
    item = world.submit(database, message(database, requester, *recipients, title=title), viewer=requester)
    return world.approve(database, item, viewer=manager)


def release_of(database: Database, item: ReviewItem) -> tuple[ReleaseState, str | None]:
    """How far the delivery of an item is, and why it ended."""
    with database.unit_of_work() as uow:
        release = ReleaseRepository(uow).get(item.id)
    assert release is not None
    return release.state, release.error_code


def record(database: Database, who: str, stated: object, *, viewer: Viewer) -> None:
    """Record what somebody wants."""
    with database.unit_of_work() as uow:
        record_wish(who, stated, viewer=viewer, uow=uow)  # type: ignore[arg-type]
