"""Approved emails to many people, a mail server that counts, and what became of each message.

Invariant: what the mail server took is counted by Message-ID, where nothing of the product can reach; an email is
judged by that count and by its delivery's row.
"""

import hashlib
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from email.parser import BytesHeaderParser
from pathlib import Path
from uuid import uuid4

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from copilot.approvals.policy import DEFAULT_POLICY, load_policy
from copilot.approvals.service import ApprovalService
from copilot.domain.access import Role, Viewer
from copilot.domain.destinations import Destination, Email, Mailbox
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, Segment
from copilot.domain.language import Language
from copilot.domain.review_items import Decision, ReviewItem, Verdict
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import Database
from copilot.store.evidence import EvidenceRepository
from copilot.store.people import PeopleRepository
from copilot.store.tables.records import AccountRow, ContactRow
from evals.approvals.clocks import START

REQUESTER = Viewer(
    user_id="ana", email="ana@tramontia.example", name="Ana Prueba", role=Role.AE, team_id="north", language="es"
)
APPROVER = Viewer(
    user_id="rosa", email="rosa@tramontia.example", name="Rosa Ensayo", role=Role.ADMIN, team_id="north", language="es"
)
TOKEN = "faults-evaluation-token"  # noqa: S105 - of an invented person in a database of this run
_COMMON = {"source_system": "evaluation", "as_of": date(2026, 11, 13), "content_hash": "x"}


class CountingServer:
    """A real SMTP server in this process. Counts the messages it took, by Message-ID."""

    def __init__(self) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.taken: Counter[str] = Counter()
        self._lock = threading.Lock()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        """As in COPILOT_SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take the message: from here on it would be delivered."""
        content = envelope.original_content or b""
        message_id = str(BytesHeaderParser().parsebytes(content)["Message-ID"])
        with self._lock:
            self.taken[message_id] += 1
        return "250 2.0.0 queued"

    @contextmanager
    def running(self) -> Iterator["CountingServer"]:
        """Serve until the block ends."""
        self._controller.start()
        try:
            yield self
        finally:
            self._controller.stop()


@dataclass(frozen=True, slots=True)
class Case:
    """One email in the queue."""

    item: ReviewItem
    message_id: str


@dataclass(slots=True)
class World:
    """A database with people, accounts and their contacts, and emails filed in its queue."""

    database: Database
    folder: Path
    cases: list[Case] = field(default_factory=list)

    @property
    def policy_file(self) -> Path:
        """The policy that comes with the product, without time to recall: a release begins at once."""
        return self.folder / "policy.toml"

    @property
    def service(self) -> ApprovalService:
        """The queue under that policy."""
        return ApprovalService(load_policy(self.policy_file))

    def file(self, count: int, *, approved: bool) -> list[Case]:
        """File so many emails, each to a contact and an account of its own."""
        start = len(self.cases)
        new = [self._file(number, approved=approved) for number in range(start, start + count)]
        self.cases += new
        return new

    def approve(self, case: Case) -> None:
        """Approve it; again changes nothing."""
        decision = Decision(
            verdict=Verdict.APPROVE, decider_id=APPROVER.user_id, decider_role=APPROVER.role, digest=case.item.digest
        )
        with self.database.unit_of_work() as uow:
            self.service.decide(case.item.id, decision, viewer=APPROVER, uow=uow)

    def _file(self, number: int, *, approved: bool) -> Case:
        draft = self._draft(number)
        with self.database.unit_of_work() as uow:
            report = Guardrails().check_draft(draft, viewer=REQUESTER, uow=uow)
            item = self.service.submit(draft, report, viewer=REQUESTER, uow=uow)
        case = Case(item, draft.email.message_id if draft.email else "")
        if approved:
            self.approve(case)
        return case

    def _draft(self, number: int) -> Draft:
        account, contact = f"acc_{number:020d}", f"con_{number}"
        address, renewal = f"marta@cliente{number}.example", f"record:{account}:renewal_date"
        with self.database.unit_of_work() as uow:
            uow.session.add(_account(account, number))
            uow.session.add(
                ContactRow(
                    id=contact, source_id=contact, name="Marta Ruiz", email=address, account_id=account, **_COMMON
                )
            )
        with self.database.unit_of_work() as uow:
            evidence = tuple(EvidenceRepository(uow).read([renewal], viewer=REQUESTER).values())
        text = "Su contrato renueva el 31 de enero de 2027."
        segment = Segment(id="text.1", text=text, evidence_ids=(renewal,))
        email = Email(
            sender=Mailbox(address=REQUESTER.email, name=REQUESTER.name),
            to=(Mailbox(address=address, name="Marta Ruiz", contact_id=contact),),
            subject="Renovación",
            message_id=f"<{uuid4().hex}@tramontia.example>",
        )
        return Draft(
            kind=DraftKind.FOLLOW_UP,
            audience=Audience.EXTERNAL,
            language=Language.ES,
            title="Renovación",
            account_id=account,
            account_name=f"Cliente {number}",
            as_of=START.date(),
            written_at=START,
            sections=(Section(key="text", title="", segments=(segment,)),),
            evidence=evidence,
            provenance=Provenance(writer="offline", code_version="evaluation"),
            recipients=(contact,),
            destination=Destination.EMAIL,
            email=email,
        )


def build_world(database: Database, folder: Path) -> World:
    """People, their token for the API, and the policy."""
    world = World(database, folder)
    text = DEFAULT_POLICY.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("undo_seconds")]
    world.policy_file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    with database.unit_of_work() as uow:
        people = PeopleRepository(uow)
        people.save_team("north", "North")
        for person in (REQUESTER, APPROVER):
            people.save(person, password_hash=None)
        uow.flush()
        people.add_api_token(
            token_id="faults",  # noqa: S106
            token_sha256=hashlib.sha256(TOKEN.encode()).hexdigest(),
            user_id=APPROVER.user_id,
            name="evaluation",
            read_only=False,
            now=START,
            until=START + timedelta(days=30),
        )
    return world


def _account(account: str, number: int) -> AccountRow:
    return AccountRow(
        id=account,
        source_id=account,
        name=f"Cliente {number}",
        owner_email=REQUESTER.email,
        arr=Decimal(84000),
        currency="EUR",
        country="ES",
        renewal_date=date(2027, 1, 31),
        search_key=f"cliente {number}",
        **_COMMON,
    )
