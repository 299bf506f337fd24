"""The audit chain as pages for an administrator: the latest first, narrowed, one page at a time.

Invariant: events are read, never changed; who may read them is decided by the caller.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Text, cast, func, or_, select

from copilot.domain.audit import AuditEvent
from copilot.store.database import UnitOfWork
from copilot.store.tables.people import UserRow
from copilot.store.tables.work import AuditEventRow


@dataclass(frozen=True, slots=True)
class AuditFilters:
    """What to list. Empty means any; what is set must hold together."""

    actions: Collection[str] = ()
    subject: str = ""
    """The whole subject, such as `review_item:review_1`, or its identifier alone."""
    actor_id: str = ""
    since: datetime | None = None
    """From this instant on."""
    until: datetime | None = None
    """Before this instant."""
    text: str = ""
    """Part of an action's code, a subject, or a name or value of the details."""
    text_actions: Collection[str] = ()
    """Actions that the text means too: whoever reads calls them by other words."""


@dataclass(frozen=True, slots=True)
class AuditPage:
    """One page, the latest event first. `before` starts the next one; None: there is none."""

    events: tuple[AuditEvent, ...]
    before: int | None


class AuditReading:
    """Reads within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._session = uow.session

    def last_sequence(self) -> int:
        """Number of the newest event; 0 before the first."""
        return self._session.scalar(select(func.max(AuditEventRow.sequence))) or 0

    def page(self, filters: AuditFilters, *, before: int | None, limit: int) -> AuditPage:
        """Events with a sequence below `before`."""
        query = select(AuditEventRow).order_by(AuditEventRow.sequence.desc()).limit(limit + 1)
        if filters.actions:
            query = query.where(AuditEventRow.action.in_(filters.actions))
        if filters.subject:
            prefixed = (f"review_item:{filters.subject}", f"delegation:{filters.subject}", filters.subject)
            query = query.where(AuditEventRow.subject.in_(prefixed))
        if filters.actor_id:
            query = query.where(AuditEventRow.actor_id == filters.actor_id)
        query = query.where(*_when_and_what(filters))
        if before is not None:
            query = query.where(AuditEventRow.sequence < before)
        rows = self._session.scalars(query).all()
        events = tuple(_to_domain(row) for row in rows[:limit])
        return AuditPage(events, events[-1].sequence if len(rows) > limit else None)

    def people(self) -> tuple[tuple[str, str], ...]:
        """Id and name of everybody who could have done something, former people too."""
        rows = self._session.execute(select(UserRow.id, UserRow.name).order_by(func.lower(UserRow.name), UserRow.id))
        return tuple((row[0], row[1]) for row in rows)


def _when_and_what(filters: AuditFilters) -> list[ColumnElement[bool]]:
    conditions = []
    if filters.since is not None:
        conditions.append(AuditEventRow.happened_at >= filters.since)
    if filters.until is not None:
        conditions.append(AuditEventRow.happened_at < filters.until)
    if filters.text:
        looked_at = (AuditEventRow.action, AuditEventRow.subject, cast(AuditEventRow.details, Text))
        parts = [column.icontains(filters.text, autoescape=True) for column in looked_at]
        conditions.append(or_(*parts, AuditEventRow.action.in_(filters.text_actions)))
    return conditions


def _to_domain(row: AuditEventRow) -> AuditEvent:
    return AuditEvent.model_validate({name: getattr(row, name) for name in AuditEvent.model_fields})
