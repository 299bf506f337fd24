"""What there is to know of an account, as one digest, and the digest that a brief was written from.

Invariant: any record or text of the account that is added, changed or removed makes another digest; the day on which
it is asked for does not.
"""

import hashlib
from typing import Any

from sqlalchemy import Select, func, literal_column, select, union_all
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from copilot.store.database import UnitOfWork
from copilot.store.tables.briefs import BriefBasisRow
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import (
    AccountRow,
    ActivityRow,
    ContactRow,
    InvoiceRow,
    OpportunityRow,
    SurveyRow,
    TicketRow,
    UsagePointRow,
)

_OF_ACCOUNT = (ActivityRow, ContactRow, InvoiceRow, OpportunityRow, SurveyRow, TicketRow, UsagePointRow)


class BriefBasisRepository:
    """Works within one unit of work. The caller has seen to it that the viewer may see the account."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def digest(self, account_id: str) -> str:
        """SHA-256 (hex) over the ids and contents of all records and texts of the account."""
        parts: list[Select[str, str | None]] = [
            _digest_of(AccountRow.__tablename__, AccountRow.id, AccountRow.content_hash).where(
                AccountRow.id == account_id
            ),
            _digest_of(DocumentRow.__tablename__, DocumentRow.id, DocumentRow.text_sha256).where(
                DocumentRow.account_id == account_id
            ),
        ]
        for row in _OF_ACCOUNT:
            found = _digest_of(row.__tablename__, row.id, row.content_hash).where(row.account_id == account_id)
            parts.append(found)
        lines = sorted(f"{name} {digest or ''}" for name, digest in self._session.execute(union_all(*parts)))
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    def keep(self, draft_id: str, account_id: str) -> None:
        """Note what a brief that was just written rests on."""
        values = {"draft_id": draft_id, "digest": self.digest(account_id)}
        self._session.execute(insert(BriefBasisRow).values(**values).on_conflict_do_nothing())

    def of_draft(self, draft_id: str) -> str | None:
        """What a brief was written from; None: nobody noted it."""
        return self._session.scalar(select(BriefBasisRow.digest).where(BriefBasisRow.draft_id == draft_id))


def _digest_of(name: str, key: Any, content: Any) -> Select[str, str | None]:
    lines = func.string_agg(func.concat(key, " ", content), aggregate_order_by(literal_column("'|'"), key))
    return select(literal_column(f"'{name}'").label("name"), func.md5(lines).label("digest"))
