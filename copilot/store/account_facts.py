"""All figures of an account, by query.

Invariant 3: every query filters by what the viewer may see. Invariant 2: figures are computed here, in SQL,
with the definitions of `copilot.domain.metric_words`; no writer computes any.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, and_, bindparam, select

from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts, DataIssue, Metric, PassageSpan
from copilot.domain.records import Account, Activity, Contact, Opportunity, Record, Survey, Ticket
from copilot.store import account_metrics
from copilot.store.accounts import no_account
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Kept, kept_for_viewers
from copilot.store.tables.base import Base
from copilot.store.tables.documents import PassageRow
from copilot.store.tables.people import UserRow
from copilot.store.tables.records import (
    AccountRow,
    ActivityRow,
    ContactRow,
    DataIssueRow,
    OpportunityRow,
    ProductRow,
    SurveyRow,
    TicketRow,
)
from copilot.store.visibility import account_is_visible, visible_accounts

RecordT = TypeVar("RecordT", bound=Record)
STAFF = select(UserRow.name).where(UserRow.active).order_by(UserRow.name)
"""Our own people."""
_ACTIVITY_WINDOW = timedelta(days=550)
_TICKET_WINDOW = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose data, for whom, and for which day."""

    account_id: str
    viewer: Viewer
    today: date

    def owns(self, column: Any) -> Any:
        """Condition that holds for the account's rows if the viewer may see the account."""
        return and_(column == self.account_id, column.in_(visible_accounts(self.viewer)))


class AccountFactsRepository:
    """Reads the facts of one account in a fixed number of queries, whatever its size."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow
        self._session = uow.session

    def gather(self, account_id: str, *, viewer: Viewer, today: date) -> AccountFacts:
        """Return every record and metric of the account that a brief uses.

        Raises NotFound if the account does not exist or the viewer may not see it (the same message).
        """
        found, scope = self._begun(account_id, viewer=viewer, today=today)
        return replace(
            found,
            tickets=self._records(Ticket, _tickets(scope)),
            surveys=self._records(Survey, _surveys(scope)),
            activities=self._records(Activity, activities_in(scope)),
            issues=tuple(DataIssue(*row) for row in self._session.execute(issues_in(scope))),
            passages=self._passages(scope),
            metrics=self._metrics(found.account, scope),
            staff=tuple(self._session.scalars(STAFF)),
            products=tuple(self._session.scalars(select(ProductRow.name).order_by(ProductRow.name))),
        )

    def _begun(self, account_id: str, *, viewer: Viewer, today: date) -> tuple[AccountFacts, Scope]:
        """The account with its people and deals; every other part is empty yet."""
        account = self.account(account_id, viewer=viewer)
        scope = Scope(account_id=account_id, viewer=viewer, today=today)
        found = AccountFacts(
            account=account,
            today=today,
            contacts=self._records(Contact, contacts_in(scope)),
            opportunities=self._records(Opportunity, opportunities_in(scope)),
            tickets=(),
            surveys=(),
            activities=(),
            issues=(),
            passages=(),
            metrics={},
        )
        return found, scope

    def account(self, account_id: str, *, viewer: Viewer) -> Account:
        """Its own record. Raises NotFound as `gather`."""
        scope = Scope(account_id=account_id, viewer=viewer, today=date.min)
        return account_of(self._session.execute(account_in(scope)))

    def _records(self, record_type: type[RecordT], query: Select[Any]) -> tuple[RecordT, ...]:
        return records_of(record_type, self._session.execute(query))

    def _passages(self, scope: Scope) -> tuple[PassageSpan, ...]:
        return tuple(PassageSpan(*row) for row in self._session.execute(passages_in(scope)))

    def _metrics(self, account: Account, scope: Scope) -> dict[str, Metric]:
        read = account_metrics.read_all(self._uow, scope.account_id, viewer=scope.viewer, today=scope.today)
        return with_own_metrics(account, read, today=scope.today)


def with_own_metrics(account: Account, read: list[Metric], *, today: date) -> dict[str, Metric]:
    """Every metric by name: those that were read, and those that the account's own record tells."""
    metrics: list[Metric] = account_metrics.renewal_metrics(account, today=today)
    metrics += read
    metrics += account_metrics.utilisation(account, metrics)
    return {metric.name: metric for metric in metrics}


def kept_in(build: Callable[[Scope], Select[*tuple[Any, ...]]], *, today: date) -> Callable[[Viewer], Kept]:
    """What is asked of a scope, for any account: the parameter `account_id`."""
    account_id: Any = bindparam("account_id", "")
    return kept_for_viewers(lambda viewer: build(Scope(account_id=account_id, viewer=viewer, today=today)))


def account_of(rows: Iterable[Any]) -> Account:
    """What `account_in` finds. Raises NotFound: there is none, or the viewer may not see it."""
    found = records_of(Account, rows)
    if not found:
        raise no_account()
    return found[0]


def records_of(record_type: type[RecordT], rows: Iterable[Any]) -> tuple[RecordT, ...]:
    """Rows with the `record_columns`."""
    return tuple(record_type.model_validate(row._asdict()) for row in rows)


def record_columns(table: type[Base], record_type: type[Record]) -> Select[Any]:
    """What a record is made of; not yet filtered."""
    return select(*(getattr(table, name) for name in record_type.model_fields))


def account_in(scope: Scope) -> Select[Any]:
    """Its own record."""
    is_it = AccountRow.id == scope.account_id
    return record_columns(AccountRow, Account).where(is_it, account_is_visible(scope.viewer))


def passages_in(scope: Scope) -> Select[str, str, int, int]:
    """Where the account's passages lie."""
    return (
        select(PassageRow.id, PassageRow.document_id, PassageRow.start, PassageRow.end)
        .where(scope.owns(PassageRow.account_id))
        .order_by(PassageRow.document_id, PassageRow.ordinal)
    )


def issues_in(scope: Scope) -> Select[Any]:
    """What the import noticed about the account's data; the columns of a `DataIssue`."""
    columns = (
        DataIssueRow.id,
        DataIssueRow.code,
        DataIssueRow.record_type,
        DataIssueRow.record_id,
        DataIssueRow.details,
    )
    found = select(*columns).where(scope.owns(DataIssueRow.account_id))
    return found.order_by(DataIssueRow.code, DataIssueRow.id).limit(50)


def contacts_in(scope: Scope) -> Select[Any]:
    """The account's people."""
    query = record_columns(ContactRow, Contact).where(scope.owns(ContactRow.account_id))
    return query.order_by(ContactRow.name, ContactRow.id).limit(60)


def opportunities_in(scope: Scope) -> Select[Any]:
    """The account's deals, open ones first."""
    is_open = OpportunityRow.status == "open"
    query = record_columns(OpportunityRow, Opportunity).where(scope.owns(OpportunityRow.account_id))
    return query.order_by(is_open.desc(), OpportunityRow.close_date.desc(), OpportunityRow.id).limit(60)


def _tickets(scope: Scope) -> Select[Any]:
    since = scope.today - _TICKET_WINDOW
    recent = (TicketRow.status != "closed") | (TicketRow.opened_at >= since) | (TicketRow.closed_at >= since)
    query = record_columns(TicketRow, Ticket).where(scope.owns(TicketRow.account_id), recent)
    return query.order_by(TicketRow.opened_at.desc(), TicketRow.id).limit(80)


def _surveys(scope: Scope) -> Select[Any]:
    query = record_columns(SurveyRow, Survey).where(
        scope.owns(SurveyRow.account_id), SurveyRow.answered_on <= scope.today
    )
    return query.order_by(SurveyRow.answered_on.desc(), SurveyRow.id).limit(20)


def activities_in(scope: Scope, *, most: int = 80) -> Select[Any]:
    """What happened lately, the newest first."""
    query = record_columns(ActivityRow, Activity).where(
        scope.owns(ActivityRow.account_id),
        ActivityRow.occurred_at >= scope.today - _ACTIVITY_WINDOW,
        ActivityRow.occurred_at < scope.today + timedelta(days=1),
    )
    return query.order_by(ActivityRow.occurred_at.desc(), ActivityRow.id).limit(most)
