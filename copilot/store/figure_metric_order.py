"""The computed figures of an account as expressions to order accounts by, and to compare.

Invariant: each says what `copilot.store.account_metrics` says for the same account and day, in one statement over all
accounts (tested); what is shown is always read from there, never from here. What is compared is rounded as it is shown.
"""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Integer, Numeric, cast, func, select, union_all

from copilot.domain.figure_queries import Condition
from copilot.store.account_metrics import HALF_YEAR, QUARTER, last_week_over
from copilot.store.figure_conditions import compared, utc_day
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import AccountRow, ActivityRow, OpportunityRow, SurveyRow, TicketRow, UsagePointRow

_PLACES = {
    "active_users_recent": 2, "active_users_prior": 2, "active_users_change_pct": 1, "seat_utilisation_pct": 1,
    "csat_mean_180d": 2, "median_days_to_close_180d": 1,
}  # fmt: skip
"""Decimals that are shown."""
Expression = Callable[[date], Any]
_USERS = "active_users"
_RECENT = 4
_PRIOR_FROM = 13


def metric_expression(name: str, today: date) -> Any:
    """A scalar expression over the row of `accounts`. Raises KeyError if there is no such figure."""
    return _EXPRESSIONS[name](today)


def metric_holds(condition: Condition, today: date) -> ColumnElement[bool]:
    """A comparison of a computed figure, over the row of `accounts`; of a figure that is not known it does not hold."""
    found = metric_expression(condition.field, today)
    if condition.field in _PLACES:
        found = func.round(cast(found, Numeric), _PLACES[condition.field])
    return compared(found, condition.operator, condition.values[0])


def _days_to_renewal(today: date) -> Any:
    return AccountRow.renewal_date - today


def _opportunities(what: Any) -> Any:
    own = (OpportunityRow.account_id == AccountRow.id, OpportunityRow.status == "open")
    return _scalar(select(what).where(*own))


def _open_pipeline(_: date) -> Any:
    """Where an account's deals are in several currencies it has no one number, as in the figure itself."""
    total = func.coalesce(func.sum(OpportunityRow.amount), 0)
    unknown = (func.count() > 0) & (func.count(OpportunityRow.amount.distinct()) == 0)
    filled = OpportunityRow.amount.is_not(None)
    several = func.count(func.coalesce(OpportunityRow.currency, "").distinct()).filter(filled) > 1
    return _opportunities(_unless(unknown | several, total))


def _tickets(what: Any) -> Any:
    return _scalar(select(what).where(TicketRow.account_id == AccountRow.id))


def _is_open() -> Any:
    return TicketRow.status != "closed"


def _opened_between(after: date, until: date) -> Any:
    opened = utc_day(TicketRow.opened_at)
    return _tickets(func.count().filter(opened > after, opened <= until))


def _median_days(today: date) -> Any:
    opened, closed = utc_day(TicketRow.opened_at), utc_day(TicketRow.closed_at)
    recent = (closed > today - timedelta(days=HALF_YEAR)) & (closed <= today)
    return _tickets(func.percentile_cont(0.5).within_group(closed - opened).filter(recent))


def _users(today: date, *, skip: int) -> Any:
    """The mean of four weekly points; unknown where there are not four of them further back."""
    points = (
        select(UsagePointRow.value)
        .where(
            UsagePointRow.account_id == AccountRow.id,
            UsagePointRow.metric == _USERS,
            UsagePointRow.period_start <= last_week_over(today),
        )
        .order_by(UsagePointRow.period_start.desc())
        .offset(skip)
        .limit(_RECENT)
        .correlate(AccountRow)
        .subquery()
    )
    mean = func.avg(points.c.value)
    return select(_unless(func.count() < _RECENT, mean) if skip else mean).scalar_subquery()


def _recent(today: date) -> Any:
    return _users(today, skip=0)


def _prior(today: date) -> Any:
    return _users(today, skip=_PRIOR_FROM)


def _nps(today: date, *, skip: int) -> Any:
    answers = select(SurveyRow.score).where(
        SurveyRow.account_id == AccountRow.id, SurveyRow.kind == "NPS", SurveyRow.answered_on <= today
    )
    return _scalar(answers.order_by(SurveyRow.answered_on.desc(), SurveyRow.id).offset(skip).limit(1))


def _csat(today: date) -> Any:
    mean = select(func.avg(SurveyRow.score)).where(
        SurveyRow.account_id == AccountRow.id,
        SurveyRow.kind == "CSAT",
        SurveyRow.answered_on <= today,
        SurveyRow.answered_on > today - timedelta(days=HALF_YEAR),
    )
    return _scalar(mean)


def _last(today: date, *, inbound: bool) -> Any:
    """The latest day on which something was logged or written."""
    happened, written = utc_day(ActivityRow.occurred_at), utc_day(DocumentRow.authored_at)
    logged = select(happened.label("day")).where(ActivityRow.account_id == AccountRow.id, happened <= today)
    texts = select(written.label("day")).where(
        DocumentRow.account_id == AccountRow.id,
        DocumentRow.kind.in_(("email", "transcript", "note")),
        written <= today,
    )
    if inbound:
        logged = logged.where(ActivityRow.direction == "inbound", ActivityRow.kind.in_(("email", "call", "meeting")))
        texts = texts.where(DocumentRow.direction == "inbound")
    everything = union_all(logged.correlate(AccountRow), texts.correlate(AccountRow)).subquery()
    return select(func.max(everything.c.day)).scalar_subquery()


def _unless(condition: Any, value: Any) -> Any:
    return func.nullif(cast(condition, Integer), 1) * 0 + value


def _scalar(statement: Any) -> Any:
    return statement.correlate(AccountRow).scalar_subquery()


_EXPRESSIONS: dict[str, Expression] = {
    "days_to_renewal": _days_to_renewal,
    "open_opportunities": lambda _: _opportunities(func.count()),
    "open_pipeline": _open_pipeline,
    "overdue_opportunities": lambda today: _opportunities(func.count().filter(OpportunityRow.close_date < today)),
    "tickets_open": lambda _: _tickets(func.count().filter(_is_open())),
    "tickets_open_p1": lambda _: _tickets(func.count().filter(_is_open(), TicketRow.priority == "P1")),
    "tickets_opened_90d": lambda today: _opened_between(today - timedelta(days=QUARTER), today),
    "tickets_opened_prev_90d": lambda today: _opened_between(
        today - timedelta(days=2 * QUARTER), today - timedelta(days=QUARTER)
    ),
    "median_days_to_close_180d": _median_days,
    "active_users_recent": _recent,
    "active_users_prior": _prior,
    "active_users_change_pct": lambda today: (
        (_recent(today) - _prior(today)) / func.nullif(_prior(today), 0) * Decimal(100)
    ),
    "seat_utilisation_pct": lambda today: (
        func.round(_recent(today), 2) / func.nullif(AccountRow.seats_licensed, 0) * Decimal(100)
    ),
    "nps_latest": lambda today: _nps(today, skip=0),
    "nps_previous": lambda today: _nps(today, skip=1),
    "csat_mean_180d": _csat,
    "last_activity": lambda today: _last(today, inbound=False),
    "days_since_last_inbound": lambda today: today - _last(today, inbound=True),
}
