"""All figures of an account, by query.

Invariant 3: every query filters by what the viewer may see. Invariant 2: figures are computed here, in SQL,
with the definitions of `copilot.domain.metric_words`; no writer computes any.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, and_, select

from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts, DataIssue, Metric, PassageSpan
from copilot.domain.records import Account, Activity, Contact, Opportunity, Record, Survey, Ticket
from copilot.errors import NotFound
from copilot.store import account_metrics
from copilot.store.database import UnitOfWork
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
_ACTIVITY_WINDOW = timedelta(days=550)
_TICKET_WINDOW = timedelta(days=180)
_SHOWN = 6
"""Activities on the page of an account."""


@dataclass(frozen=True, slots=True)
class _Scope:
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
            activities=self._records(Activity, _activities(scope)),
            issues=self._issues(scope),
            passages=self._passages(scope),
            metrics=self._metrics(found.account, scope),
            staff=self._staff(),
            products=tuple(self._session.scalars(select(ProductRow.name).order_by(ProductRow.name))),
        )

    def overview(self, account_id: str, *, viewer: Viewer, today: date) -> AccountFacts:
        """Only what the page of an account shows; every other part is left empty. Raises NotFound as `gather`."""
        found, scope = self._begun(account_id, viewer=viewer, today=today)
        return replace(
            found,
            activities=self._records(Activity, _activities(scope, most=_SHOWN)),
            issues=self._issues(scope),
            metrics=self._metrics(found.account, scope),
        )

    def around_texts(self, account_id: str, *, viewer: Viewer, today: date) -> AccountFacts:
        """Only what values stated in texts are read and compared with; every other part is left empty.

        Raises NotFound as `gather`.
        """
        found, scope = self._begun(account_id, viewer=viewer, today=today)
        return replace(found, passages=self._passages(scope), staff=self._staff())

    def _begun(self, account_id: str, *, viewer: Viewer, today: date) -> tuple[AccountFacts, _Scope]:
        """The account with its people and deals; every other part is empty yet."""
        account = self.account(account_id, viewer=viewer)
        scope = _Scope(account_id=account_id, viewer=viewer, today=today)
        found = AccountFacts(
            account=account,
            today=today,
            contacts=self._records(Contact, _contacts(scope)),
            opportunities=self._records(Opportunity, _opportunities(scope)),
            tickets=(),
            surveys=(),
            activities=(),
            issues=(),
            passages=(),
            metrics={},
        )
        return found, scope

    def _staff(self) -> tuple[str, ...]:
        return tuple(self._session.scalars(select(UserRow.name).where(UserRow.active).order_by(UserRow.name)))

    def account(self, account_id: str, *, viewer: Viewer) -> Account:
        """Its own record. Raises NotFound as `gather`."""
        query = _columns(AccountRow, Account).where(AccountRow.id == account_id, account_is_visible(viewer))
        found = self._records(Account, query)
        if not found:
            raise NotFound("There is no such account among those you may see.", hint="Search for it by name.")
        return found[0]

    def _records(self, record_type: type[RecordT], query: Select[Any]) -> tuple[RecordT, ...]:
        rows = self._session.execute(query).mappings()
        return tuple(record_type.model_validate(dict(row)) for row in rows)

    def _issues(self, scope: _Scope) -> tuple[DataIssue, ...]:
        query = (
            select(
                DataIssueRow.id,
                DataIssueRow.code,
                DataIssueRow.record_type,
                DataIssueRow.record_id,
                DataIssueRow.details,
            )
            .where(scope.owns(DataIssueRow.account_id))
            .order_by(DataIssueRow.code, DataIssueRow.id)
            .limit(50)
        )
        return tuple(DataIssue(*row) for row in self._session.execute(query))

    def _passages(self, scope: _Scope) -> tuple[PassageSpan, ...]:
        query = (
            select(PassageRow.id, PassageRow.document_id, PassageRow.start, PassageRow.end)
            .where(scope.owns(PassageRow.account_id))
            .order_by(PassageRow.document_id, PassageRow.ordinal)
        )
        return tuple(PassageSpan(*row) for row in self._session.execute(query))

    def _metrics(self, account: Account, scope: _Scope) -> dict[str, Metric]:
        metrics: list[Metric] = account_metrics.renewal_metrics(account, today=scope.today)
        metrics += account_metrics.read_all(self._session, scope.account_id, viewer=scope.viewer, today=scope.today)
        metrics += account_metrics.utilisation(account, metrics)
        return {metric.name: metric for metric in metrics}


def _columns(table: type[Base], record_type: type[Record]) -> Select[Any]:
    return select(*(getattr(table, name) for name in record_type.model_fields))


def _contacts(scope: _Scope) -> Select[Any]:
    query = _columns(ContactRow, Contact).where(scope.owns(ContactRow.account_id))
    return query.order_by(ContactRow.name, ContactRow.id).limit(60)


def _opportunities(scope: _Scope) -> Select[Any]:
    is_open = OpportunityRow.status == "open"
    query = _columns(OpportunityRow, Opportunity).where(scope.owns(OpportunityRow.account_id))
    return query.order_by(is_open.desc(), OpportunityRow.close_date.desc(), OpportunityRow.id).limit(60)


def _tickets(scope: _Scope) -> Select[Any]:
    since = scope.today - _TICKET_WINDOW
    recent = (TicketRow.status != "closed") | (TicketRow.opened_at >= since) | (TicketRow.closed_at >= since)
    query = _columns(TicketRow, Ticket).where(scope.owns(TicketRow.account_id), recent)
    return query.order_by(TicketRow.opened_at.desc(), TicketRow.id).limit(80)


def _surveys(scope: _Scope) -> Select[Any]:
    query = _columns(SurveyRow, Survey).where(scope.owns(SurveyRow.account_id), SurveyRow.answered_on <= scope.today)
    return query.order_by(SurveyRow.answered_on.desc(), SurveyRow.id).limit(20)


def _activities(scope: _Scope, *, most: int = 80) -> Select[Any]:
    query = _columns(ActivityRow, Activity).where(
        scope.owns(ActivityRow.account_id),
        ActivityRow.occurred_at >= scope.today - _ACTIVITY_WINDOW,
        ActivityRow.occurred_at < scope.today + timedelta(days=1),
    )
    return query.order_by(ActivityRow.occurred_at.desc(), ActivityRow.id).limit(most)
