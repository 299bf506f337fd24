"""Everything that happened with an account, read in one statement, newest first.

Invariant 3: records, documents and alerts through the accounts that the viewer may see, drafts through what of the
queue they may see. An account out of sight is not found, like one that does not exist.
"""

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    DateTime,
    Numeric,
    Select,
    String,
    and_,
    bindparam,
    cast,
    exists,
    func,
    literal,
    null,
    select,
    tuple_,
    union_all,
)

from copilot.domain.access import Viewer
from copilot.domain.records import InvoiceStatus, OpportunityStatus
from copilot.domain.timeline import TYPE_OF, EntryType, Happening, TimelineEntry, TimelineFilters, TimelinePage
from copilot.errors import InputError
from copilot.store.accounts import AccountHead, head_asked, head_of
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Kept, ask, kept_for_viewers
from copilot.store.review_entries import item_is_visible
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import ActivityRow, InvoiceRow, OpportunityRow, SurveyRow, TicketRow
from copilot.store.tables.scores import AlertRow, DealStageRow
from copilot.store.tables.work import ReleaseRow, ReviewItemRow
from copilot.store.visibility import visible_accounts

_LONGEST = 400
"""Characters of a source's words; the whole stands where the entry leads."""
_AFTER = ("after_at", "after_happening", "after_subject")
"""Parameters: the last entry of the page before."""
_STATEMENTS_KEPT = 64
_NAMES = ("happening", "at", "whole_day", "subject_id", "title", "code", "detail", "who", "amount", "currency")


class TimelineRepository:
    """Works within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def page(
        self, account_id: str, filters: TimelineFilters, *, viewer: Viewer, cursor: str | None = None, limit: int = 50
    ) -> TimelinePage:
        """Entries of one account. Raises NotFound, and InputError for a cursor that is not ours."""
        return self.page_of(account_id, filters, viewer=viewer, cursor=cursor, limit=limit)[1]

    def page_of(
        self, account_id: str, filters: TimelineFilters, *, viewer: Viewer, cursor: str | None = None, limit: int = 50
    ) -> tuple[AccountHead, TimelinePage]:
        """The same with the account itself."""
        within, narrowed = _within(filters), _Narrowed(filters.types)
        values: dict[str, Any] = {name: value for name, value in within.items() if value is not None}
        if cursor is not None:
            values |= dict(zip(_AFTER, _decoded(cursor), strict=True))
        narrowed = replace(narrowed, since="since" in values, until="until" in values, goes_on=cursor is not None)
        values |= {"account_id": account_id, "today": self._uow.clock.today(), "most": limit + 1}
        heads, rows = ask(
            self._uow, head_asked(account_id, viewer=viewer), _newest(narrowed)(viewer).asked(viewer, **values)
        )
        head, found = head_of(heads), [_entry(row, account_id) for row in rows]
        more = len(found) > limit
        return head, TimelinePage(tuple(found[:limit]), _encoded(found[limit - 1]) if more else None)


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """Which question it is, whatever it is asked with."""

    types: frozenset[EntryType]
    since: bool = False
    until: bool = False
    goes_on: bool = False


@lru_cache(maxsize=_STATEMENTS_KEPT)
def _newest(narrowed: _Narrowed) -> Callable[[Viewer], Kept]:
    """Written once for each: it is long, and depends on nothing that is stored."""
    return kept_for_viewers(lambda viewer: _entries(narrowed, viewer))


def _entries(narrowed: _Narrowed, viewer: Viewer) -> Select[Any]:
    scope = _Scope(bindparam("account_id", ""), viewer, today=bindparam("today", date.min))
    wanted = [part for happening, part in _parts(scope) if not narrowed.types or TYPE_OF[happening] in narrowed.types]
    entries = union_all(*wanted).subquery("entries")
    query = select(entries)
    if narrowed.since:
        query = query.where(entries.c.at >= _moment("since"))
    if narrowed.until:
        query = query.where(entries.c.at < _moment("until"))
    if narrowed.goes_on:
        at, happening, subject_id = _AFTER
        before = tuple_(_moment(at), bindparam(happening, ""), bindparam(subject_id, ""))
        query = query.where(tuple_(entries.c.at, entries.c.happening, entries.c.subject_id) < before)
    newest = query.order_by(entries.c.at.desc(), entries.c.happening.desc(), entries.c.subject_id.desc())
    return newest.limit(bindparam("most", 0))


def _moment(name: str) -> BindParameter[datetime]:
    return bindparam(name, datetime.min.replace(tzinfo=UTC), DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class _Scope:
    account_id: Any
    viewer: Viewer
    today: Any
    """Parameters, as they are of no account in particular."""

    def owns(self, column: Any) -> ColumnElement[bool]:
        """Of the account, if the viewer may see it."""
        return and_(column == self.account_id, column.in_(visible_accounts(self.viewer)))


def _parts(scope: _Scope) -> list[tuple[Happening, Select[Any]]]:
    return [
        (Happening.ACTIVITY, _activities(scope)),
        *_tickets(scope),
        *_deals(scope),
        (Happening.DEAL_STAGE, _stages(scope)),
        (Happening.DEAL_STAGE, _present_stages(scope)),
        (Happening.SURVEY, _surveys(scope)),
        *_invoices(scope),
        (Happening.ALERT, _alerts(scope)),
        *_drafts(scope),
        (Happening.DOCUMENT, _documents(scope)),
    ]


def _part(
    happening: Happening,
    *,
    at: Any,
    subject_id: Any,
    title: Any,
    code: Any = None,
    detail: Any = None,
    who: Any = None,
    amount: Any = None,
    currency: Any = None,
    is_day: bool = False,
) -> Select[Any]:
    """One kind of entries in the columns that all have. `is_day`: `at` is a date."""
    moment = func.timezone("UTC", cast(at, DateTime(timezone=False))) if is_day else at
    words = null() if detail is None else func.left(detail, _LONGEST)
    return select(
        literal(happening.value).label("happening"),
        cast(moment, DateTime(timezone=True)).label("at"),
        literal(is_day).label("whole_day"),
        cast(subject_id, String).label("subject_id"),
        func.coalesce(cast(title, String), "").label("title"),
        cast(null() if code is None else code, String).label("code"),
        cast(words, String).label("detail"),
        cast(null() if who is None else who, String).label("who"),
        cast(null() if amount is None else amount, Numeric).label("amount"),
        cast(null() if currency is None else currency, String).label("currency"),
    ).where(at.is_not(None))


def _activities(scope: _Scope) -> Select[Any]:
    row = ActivityRow
    found = _part(
        Happening.ACTIVITY,
        at=row.occurred_at,
        subject_id=row.id,
        title=row.subject,
        code=row.kind,
        detail=row.body,
        who=row.author,
    )
    return found.where(scope.owns(row.account_id))


def _tickets(scope: _Scope) -> list[tuple[Happening, Select[Any]]]:
    row = TicketRow
    own = scope.owns(row.account_id)
    opened = _part(
        Happening.TICKET_OPENED,
        at=row.opened_at,
        subject_id=row.id,
        title=row.subject,
        code=row.priority,
        detail=row.body,
    )
    closed = _part(Happening.TICKET_CLOSED, at=row.closed_at, subject_id=row.id, title=row.subject, code=row.priority)
    return [(Happening.TICKET_OPENED, opened.where(own)), (Happening.TICKET_CLOSED, closed.where(own))]


def _deals(scope: _Scope) -> list[tuple[Happening, Select[Any]]]:
    row = OpportunityRow
    of_deal: dict[str, Any] = {"subject_id": row.id, "title": row.name, "code": row.kind, "who": row.owner_name}
    of_deal |= {"amount": row.amount, "currency": row.currency, "is_day": True}
    created = _part(Happening.DEAL_CREATED, at=row.created_on, **of_deal).where(scope.owns(row.account_id))
    found = [(Happening.DEAL_CREATED, created)]
    for happening, status, reason in (
        (Happening.DEAL_WON, OpportunityStatus.WON, None),
        (Happening.DEAL_LOST, OpportunityStatus.LOST, row.lost_reason),
    ):
        ended = _part(happening, at=row.close_date, detail=reason, **of_deal)
        found.append((happening, ended.where(scope.owns(row.account_id), row.status == status.value)))
    return found


def _stage(*, at: Any, stage: Any) -> Select[Any]:
    """A deal that came to a stage on a day."""
    deal = OpportunityRow
    return _part(
        Happening.DEAL_STAGE,
        at=at,
        subject_id=deal.id,
        title=deal.name,
        code=deal.kind,
        detail=stage,
        who=deal.owner_name,
        is_day=True,
    )


def _stages(scope: _Scope) -> Select[Any]:
    """As they were written down from day to day."""
    deal = OpportunityRow
    found = _stage(at=DealStageRow.since, stage=DealStageRow.stage)
    return found.join_from(DealStageRow, deal, deal.id == DealStageRow.opportunity_id).where(
        scope.owns(deal.account_id)
    )


def _present_stages(scope: _Scope) -> Select[Any]:
    """The last change that an export tells, where nobody wrote that stage down."""
    deal = OpportunityRow
    found = _stage(at=deal.stage_changed_on, stage=deal.stage)
    kept = select(DealStageRow.since).where(DealStageRow.opportunity_id == deal.id, DealStageRow.stage == deal.stage)
    return found.where(scope.owns(deal.account_id), deal.stage.is_not(None), ~exists(kept))


def _surveys(scope: _Scope) -> Select[Any]:
    row = SurveyRow
    found = _part(
        Happening.SURVEY,
        at=row.answered_on,
        subject_id=row.id,
        title=row.kind,
        code=row.kind,
        detail=row.comment,
        who=row.contact_name,
        amount=row.score,
        is_day=True,
    )
    return found.where(scope.owns(row.account_id))


def _invoices(scope: _Scope) -> list[tuple[Happening, Select[Any]]]:
    row = InvoiceRow
    of_invoice: dict[str, Any] = {"subject_id": row.id, "title": row.number, "code": row.status}
    of_invoice |= {"amount": row.amount, "currency": row.currency, "is_day": True}
    own = scope.owns(row.account_id)
    overdue = and_(row.status == InvoiceStatus.OPEN.value, row.due_on < scope.today, row.paid_on.is_(None))
    return [
        (Happening.INVOICE_ISSUED, _part(Happening.INVOICE_ISSUED, at=row.issued_on, **of_invoice).where(own)),
        (Happening.INVOICE_OVERDUE, _part(Happening.INVOICE_OVERDUE, at=row.due_on, **of_invoice).where(own, overdue)),
        (Happening.INVOICE_PAID, _part(Happening.INVOICE_PAID, at=row.paid_on, **of_invoice).where(own)),
    ]


def _alerts(scope: _Scope) -> Select[Any]:
    row = AlertRow
    found = _part(
        Happening.ALERT, at=row.opened_at, subject_id=row.id, title=row.kind, code=row.cause, detail=row.state
    )
    return found.where(scope.owns(row.account_id))


def _drafts(scope: _Scope) -> list[tuple[Happening, Select[Any]]]:
    item = ReviewItemRow
    seen = and_(scope.owns(item.account_id), item_is_visible(scope.viewer), ~item.is_test)
    of_item: dict[str, Any] = {"subject_id": item.id, "title": item.title, "code": item.kind}
    filed = _part(Happening.DRAFT_FILED, at=item.submitted_at, detail=item.state, **of_item).where(seen)
    left = _part(Happening.DRAFT_RELEASED, at=ReleaseRow.finished_at, detail=ReleaseRow.sink, **of_item)
    released = left.join_from(ReleaseRow, item, item.id == ReleaseRow.review_item_id).where(
        seen, ReleaseRow.state == "released"
    )
    return [(Happening.DRAFT_FILED, filed), (Happening.DRAFT_RELEASED, released)]


def _documents(scope: _Scope) -> Select[Any]:
    row = DocumentRow
    when = func.coalesce(row.authored_at, row.imported_at)
    found = _part(Happening.DOCUMENT, at=when, subject_id=row.id, title=row.title, code=row.kind, who=row.author)
    return found.where(scope.owns(row.account_id))


def _within(filters: TimelineFilters) -> dict[str, datetime | None]:
    """From when on, and before when."""
    since, until = filters.since, filters.until
    after = until + timedelta(days=1) if until is not None and until < date.max else None
    return {"since": _begin(since), "until": _begin(after)}


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), UTC)


def _entry(row: Any, account_id: str) -> TimelineEntry:
    values = {name: getattr(row, name) for name in _NAMES}
    happening = Happening(row.happening)
    # A note or a file mostly bears a date alone, which is kept as the first moment of that day.
    dated = happening is Happening.DOCUMENT and row.at.astimezone(UTC).time() == time()
    values |= {"happening": happening, "whole_day": row.whole_day or dated}
    return TimelineEntry(account_id=account_id, **values)


def _encoded(entry: TimelineEntry) -> str:
    content = "\x1f".join((entry.at.isoformat(), entry.happening.value, entry.subject_id))
    return base64.urlsafe_b64encode(content.encode()).decode()


def _decoded(cursor: str) -> tuple[datetime, str, str]:
    try:
        at, happening, subject_id = base64.urlsafe_b64decode(cursor.encode()).decode().split("\x1f")
        moment = datetime.fromisoformat(at)
    except (binascii.Error, ValueError) as error:
        raise InputError("This page marker is not one of ours.", hint="Start again from the first page.") from error
    if moment.tzinfo is None or "\x00" in happening + subject_id:
        raise InputError("This page marker is not one of ours.", hint="Start again from the first page.")
    return moment, happening, subject_id
