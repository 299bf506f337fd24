"""What of an account's records and texts was written for ourselves only.

Invariant 3: only of an account that the viewer may see. One query, read for drafts that leave the company.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select, union_all

from copilot.domain.access import Viewer
from copilot.domain.identity import record_type_of
from copilot.store.database import UnitOfWork
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import ActivityRow, OpportunityRow
from copilot.store.visibility import visible_accounts

_MOST_TEXTS = 60
_LONGEST_TEXT = 20_000
"""Characters of each. Notes are short; what is longer is compared from its beginning."""


@dataclass(frozen=True, slots=True)
class InternalText:
    """A note, a next step, a reason for a loss."""

    source_id: str
    """Of the record or document."""
    text: str

    @property
    def of_opportunity(self) -> bool:
        """Whether only some fields of its source are internal."""
        return record_type_of(self.source_id) == "opportunity"


class InternalTextsRepository:
    """Reads for the detector of leaks; nothing of it is shown to anybody."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def of_account(self, account_id: str, *, cited: Collection[str], viewer: Viewer) -> tuple[InternalText, ...]:
        """Notes and what the opportunities say to ourselves: the `cited` sources, the newest."""
        rows = self._session.execute(union_all(*_texts(account_id, set(cited), viewer))).all()
        return tuple(InternalText(row[0], row[1]) for row in rows if row[1])


def _texts(account_id: str, cited: set[str], viewer: Viewer) -> list[Select[*tuple[Any, ...]]]:
    def first(query: Select[*tuple[Any, ...]], table: Any, moment: Any) -> Select[*tuple[Any, ...]]:
        order = (table.id.in_(cited).desc(), moment.desc().nulls_last(), table.id)
        return select(query.order_by(*order).limit(_MOST_TEXTS + len(cited)).subquery())

    def cut(text: Any) -> Any:
        return func.left(text, _LONGEST_TEXT).label("text")

    allowed = visible_accounts(viewer)
    notes = select(DocumentRow.id.label("id"), cut(DocumentRow.text)).where(
        DocumentRow.account_id == account_id,
        DocumentRow.account_id.in_(allowed),
        or_(DocumentRow.kind == "note", DocumentRow.direction == "internal"),
    )
    activities = select(
        ActivityRow.id.label("id"), cut(func.concat_ws("\n", ActivityRow.subject, ActivityRow.body))
    ).where(
        ActivityRow.account_id == account_id,
        ActivityRow.account_id.in_(allowed),
        or_(ActivityRow.kind == "note", ActivityRow.direction == "internal"),
    )
    deals = select(
        OpportunityRow.id.label("id"),
        cut(func.concat_ws("\n", OpportunityRow.next_step, OpportunityRow.lost_reason)),
    ).where(OpportunityRow.account_id == account_id, OpportunityRow.account_id.in_(allowed))
    return [
        first(notes, DocumentRow, DocumentRow.authored_at),
        first(activities, ActivityRow, ActivityRow.occurred_at),
        first(deals, OpportunityRow, OpportunityRow.close_date),
    ]
