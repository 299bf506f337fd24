"""The metric queries of an account.

Invariant: one query per kind of record, each restricted to the account and to the accounts the viewer may see, and each
answering with exactly one row, so that all can be asked in one statement. Windows are half-open: the last 90 days are
(today - 90, today].
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Date,
    FromClause,
    Select,
    String,
    bindparam,
    cast,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session

from copilot.domain.access import Viewer
from copilot.domain.account_facts import UNKNOWN, Metric
from copilot.domain.formatting import canonical_money, canonical_number
from copilot.domain.records import Account
from copilot.store.database import UnitOfWork
from copilot.store.kept_statements import Asked as Statement
from copilot.store.kept_statements import Kept, ask, kept_for_viewers
from copilot.store.tables.documents import DocumentRow
from copilot.store.tables.records import ActivityRow, OpportunityRow, SurveyRow, TicketRow, UsagePointRow
from copilot.store.visibility import visible_accounts

Allowed = Select[str]
Asked = str | BindParameter[str]
"""An account's id, or the parameter that stands for it."""
_ACCOUNT: BindParameter[str] = bindparam("account_id", "", type_=String())
_DAYS_KEPT = 4


@dataclass(frozen=True, slots=True)
class Reader:
    """The metrics that come from one kind of record."""

    query: Callable[[Asked, Allowed, date], Select[Any]]
    """Of one account, as of a day. One row."""
    told: Callable[[Sequence[Any], date], list[Metric]]
    """What the row says."""
    columns: int
    """Of the row."""

    def __call__(self, session: Session, account_id: str, allowed: Allowed, today: date) -> list[Metric]:
        """Its metrics alone."""
        return self.told(session.execute(self.query(account_id, allowed, today)).one(), today)


def read_all(uow: UnitOfWork, account_id: str, *, viewer: Viewer, today: date) -> list[Metric]:
    """Those of every reader, in one statement, if the viewer may see the account."""
    [[row]] = ask(uow, all_asked(account_id, viewer=viewer, today=today))
    return all_told(row, today)


def all_asked(account_id: str, *, viewer: Viewer, today: date) -> Statement:
    """What `read_all` asks; one row, see `all_told`."""
    return _everything(today)(viewer).asked(viewer, **{_ACCOUNT.key: account_id})


def all_told(row: Sequence[Any], today: date) -> list[Metric]:
    """What it says."""
    found, begin = list[Metric](), 0
    for reader in READERS:
        found += reader.told(row[begin : begin + reader.columns], today)
        begin += reader.columns
    return found


@lru_cache(maxsize=_DAYS_KEPT)
def _everything(today: date) -> Callable[[Viewer], Kept]:
    """Written once for each day: it is long, and depends on nothing that is stored."""

    def together(viewer: Viewer) -> Select[Any]:
        first, *others = parts = [
            reader.query(_ACCOUNT, visible_accounts(viewer), today).subquery() for reader in READERS
        ]
        beside: FromClause = first
        for part in others:
            beside = beside.join(part, true())
        return select(*(column for part in parts for column in part.c)).select_from(beside)

    return kept_for_viewers(together)


def _listed(column: Any, *, by: Any) -> ColumnElement[Any]:
    """One column of several rows, in order; null where there is none."""
    return func.array_agg(aggregate_order_by(column, *by))


QUARTER = 90
HALF_YEAR = 180
_RECENT_POINTS = (1, 4)
_PRIOR_POINTS = (14, 17)
_LAST_DAY_OF_WEEK = timedelta(days=6)


def renewal_metrics(account: Account, *, today: date) -> list[Metric]:
    """Days to the renewal date of the account record (negative once it has passed)."""
    days = None if account.renewal_date is None else Decimal((account.renewal_date - today).days)
    return [_number("days_to_renewal", days, (f"record:{account.id}:renewal_date",))]


def utilisation(account: Account, metrics: list[Metric]) -> list[Metric]:
    """Recent active users as a share of licensed seats, in percent, one decimal."""
    recent = next((item.number for item in metrics if item.name == "active_users_recent"), None)
    share = None
    if recent is not None and account.seats_licensed:
        share = round_half_up(recent / account.seats_licensed * 100, places=1)
    sources = (f"metric:active_users_recent:{account.id}", f"record:{account.id}:seats_licensed")
    return [_number("seat_utilisation_pct", share, sources)]


def _opportunities(account_id: Asked, allowed: Allowed, today: date) -> Select[Any]:
    found = (
        select(
            OpportunityRow.currency,
            func.count().label("number"),
            func.sum(OpportunityRow.amount).label("total"),
            func.count().filter(OpportunityRow.close_date < today).label("overdue"),
        )
        .where(
            OpportunityRow.account_id == account_id,
            OpportunityRow.account_id.in_(allowed),
            OpportunityRow.status == "open",
        )
        .group_by(OpportunityRow.currency)
        .subquery()
    )
    return select(*(_listed(column, by=[found.c.currency]).label(f"deals_{column.name}") for column in found.c))


def _told_opportunities(row: Sequence[Any], _today: date) -> list[Metric]:
    """Open ones: how many, worth how much per currency, and how many are past their close date."""
    rows = list(zip(*row, strict=True)) if row[0] is not None else []
    sums = [(currency, total) for currency, _, total, _ in rows if total is not None]
    pipeline = "; ".join(canonical_money(total, currency=currency) for currency, total in sums)
    inputs = ("query:opportunities",)
    return [
        _number("open_opportunities", Decimal(sum(row[1] for row in rows)), inputs),
        Metric(
            name="open_pipeline",
            value=_pipeline_value([total for _, total in sums], any_open=bool(rows)),
            text=f"open_pipeline: {pipeline or (UNKNOWN if rows else '0')}",
            inputs=inputs,
        ),
        _number("overdue_opportunities", Decimal(sum(row[3] for row in rows)), inputs),
    ]


def _pipeline_value(totals: list[Decimal], *, any_open: bool) -> Decimal | None:
    """One number where there is one currency; nothing open is worth nothing, not unknown."""
    if not any_open:
        return Decimal(0)
    return totals[0] if len(totals) == 1 else None


def _tickets(account_id: Asked, allowed: Allowed, today: date) -> Select[Any]:
    opened, closed = _utc_day(TicketRow.opened_at), _utc_day(TicketRow.closed_at)
    is_open = TicketRow.status != "closed"
    return select(
        func.count().filter(is_open).label("tickets_open"),
        func.count().filter(is_open, TicketRow.priority == "P1").label("tickets_open_p1"),
        func.count().filter(opened > today - timedelta(days=QUARTER), opened <= today).label("tickets_opened"),
        func.count()
        .filter(opened > today - timedelta(days=2 * QUARTER), opened <= today - timedelta(days=QUARTER))
        .label("tickets_opened_before"),
        func.percentile_cont(0.5)
        .within_group(closed - opened)
        .filter(closed > today - timedelta(days=HALF_YEAR), closed <= today)
        .label("tickets_median"),
    ).where(TicketRow.account_id == account_id, TicketRow.account_id.in_(allowed))


def _told_tickets(row: Sequence[Any], _today: date) -> list[Metric]:
    """Open tickets, tickets opened per quarter, and the median days from opening to closing."""
    inputs = ("query:tickets",)
    median = None if row[4] is None else round_half_up(Decimal(str(row[4])), places=1)
    return [
        _number("tickets_open", Decimal(row[0]), inputs),
        _number("tickets_open_p1", Decimal(row[1]), inputs),
        _number("tickets_opened_90d", Decimal(row[2]), inputs, window_days=QUARTER),
        _number("tickets_opened_prev_90d", Decimal(row[3]), inputs, window_days=QUARTER),
        _number("median_days_to_close_180d", median, inputs, window_days=HALF_YEAR),
    ]


def last_week_over(today: date) -> date:
    """A week of use that began by this day is over at the end of `today`."""
    return today - _LAST_DAY_OF_WEEK


def _usage(account_id: Asked, allowed: Allowed, today: date) -> Select[Any]:
    ranked = (
        select(
            UsagePointRow.metric,
            UsagePointRow.value,
            UsagePointRow.period_start,
            func.row_number()
            .over(partition_by=UsagePointRow.metric, order_by=UsagePointRow.period_start.desc())
            .label("back"),
        )
        .where(
            UsagePointRow.account_id == account_id,
            UsagePointRow.account_id.in_(allowed),
            UsagePointRow.period_start <= last_week_over(today),
        )
        .subquery()
    )
    found = (
        select(
            ranked.c.metric,
            func.avg(ranked.c.value).filter(ranked.c.back.between(*_RECENT_POINTS)).label("recent"),
            func.avg(ranked.c.value).filter(ranked.c.back.between(*_PRIOR_POINTS)).label("prior"),
            func.max(ranked.c.period_start).label("last_week"),
            func.count().filter(ranked.c.back.between(*_PRIOR_POINTS)).label("prior_points"),
        )
        .group_by(ranked.c.metric)
        .subquery()
    )
    return select(*(_listed(column, by=[found.c.metric]).label(f"usage_{column.name}") for column in found.c))


def _told_usage(row: Sequence[Any], _today: date) -> list[Metric]:
    """Per usage metric: mean of the four latest weekly points, of the four 13 weeks earlier, and the change.

    Of weeks that are over: the running one would look like a fall on every day but its last.
    """
    metrics: list[Metric] = []
    for name, recent, prior, last_week, prior_points in zip(*row, strict=True) if row[0] is not None else ():
        complete = prior_points == _PRIOR_POINTS[1] - _PRIOR_POINTS[0] + 1
        metrics += _usage_metrics(name, recent=recent, prior=prior if complete else None, last_week=last_week)
    return metrics or _usage_metrics("active_users", recent=None, prior=None, last_week=None)


def _usage_metrics(name: str, *, recent: Decimal | None, prior: Decimal | None, last_week: date | None) -> list[Metric]:
    change = round_half_up((recent - prior) / prior * 100, places=1) if recent is not None and prior else None
    inputs = (f"query:usage_points.{name}",)

    def shown(value: Decimal | None) -> Decimal | None:
        return None if value is None else round_half_up(value, places=2)

    return [
        _number(f"{name}_recent", shown(recent), inputs, day=last_week),
        _number(f"{name}_prior", shown(prior), inputs),
        _number(f"{name}_change_pct", change, inputs),
    ]


def _surveys(account_id: Asked, allowed: Allowed, today: date) -> Select[Any]:
    mine = (SurveyRow.account_id == account_id, SurveyRow.account_id.in_(allowed), SurveyRow.answered_on <= today)
    latest = (
        select(SurveyRow.score, SurveyRow.answered_on, SurveyRow.id)
        .where(*mine, SurveyRow.kind == "NPS")
        .order_by(SurveyRow.answered_on.desc(), SurveyRow.id)
        .limit(2)
        .subquery()
    )
    order = (latest.c.answered_on.desc(), latest.c.id)
    scores = select(*(_listed(column, by=order).label(f"nps_{column.name}") for column in latest.c)).subquery()
    answered = (
        select(func.avg(SurveyRow.score).label("csat_mean"), func.count().label("csat_answers"))
        .where(*mine, SurveyRow.kind == "CSAT", SurveyRow.answered_on > today - timedelta(days=HALF_YEAR))
        .subquery()
    )
    return select(*scores.c, *answered.c).select_from(scores.join(answered, true()))


def _told_surveys(row: Sequence[Any], _today: date) -> list[Metric]:
    """The two latest NPS scores and the mean CSAT score of the last 180 days."""
    *latest, mean, answers = row
    scores = list(zip(*latest, strict=True)) if latest[0] is not None else []
    metrics = []
    for position, name in enumerate(("nps_latest", "nps_previous")):
        score, day, survey = scores[position] if position < len(scores) else (None, None, None)
        inputs = (f"record:{survey}:score",) if survey else ("query:surveys",)
        metrics.append(_number(name, score, inputs, day=day))
    mean = None if mean is None else round_half_up(mean, places=2)
    metrics.append(_number("csat_mean_180d", mean, ("query:surveys",), window_days=HALF_YEAR, sample=answers))
    return metrics


def _activities(account_id: Asked, allowed: Allowed, today: date) -> Select[Any]:
    happened = _utc_day(ActivityRow.occurred_at)
    inbound = (ActivityRow.direction == "inbound") & ActivityRow.kind.in_(("email", "call", "meeting"))
    written = _utc_day(DocumentRow.authored_at)
    logged = select(happened.label("day"), inbound.label("inbound")).where(
        ActivityRow.account_id == account_id, ActivityRow.account_id.in_(allowed), happened <= today
    )
    texts = select(written.label("day"), (DocumentRow.direction == "inbound").label("inbound")).where(
        DocumentRow.account_id == account_id,
        DocumentRow.account_id.in_(allowed),
        DocumentRow.kind.in_(("email", "transcript", "note")),
        written <= today,
    )
    everything = union_all(logged, texts).subquery()
    last = func.max(everything.c.day)
    return select(last.label("last_day"), last.filter(everything.c.inbound).label("last_inbound"))


def _told_activities(row: Sequence[Any], today: date) -> list[Metric]:
    """Day of the last activity, and days since the customer last wrote, called or met.

    An email, call or note counts the same whether it was logged in the CRM or imported as a text.
    """
    last, last_inbound = row
    days = None if last_inbound is None else Decimal((today - last_inbound).days)
    return [
        Metric("last_activity", last, f"last_activity: {last or UNKNOWN}", ("query:activities",)),
        _number("days_since_last_inbound", days, ("query:activities",), day=last_inbound),
    ]


read_opportunities = Reader(_opportunities, _told_opportunities, columns=4)
read_tickets = Reader(_tickets, _told_tickets, columns=5)
read_usage = Reader(_usage, _told_usage, columns=5)
read_surveys = Reader(_surveys, _told_surveys, columns=5)
read_activities = Reader(_activities, _told_activities, columns=2)
READERS: tuple[Reader, ...] = (read_opportunities, read_tickets, read_usage, read_surveys, read_activities)


def round_half_up(value: Decimal, *, places: int) -> Decimal:
    """Round as people do on paper: 0.05 -> 0.1."""
    return value.quantize(Decimal(1).scaleb(-places), rounding="ROUND_HALF_UP")


def _utc_day(column: Any) -> Any:
    return cast(func.timezone("UTC", column), Date)


def _number(
    name: str,
    value: Decimal | None,
    inputs: tuple[str, ...],
    *,
    day: date | None = None,
    window_days: int | None = None,
    sample: int | None = None,
) -> Metric:
    text = f"{name}: {UNKNOWN if value is None else canonical_number(value)}"
    if sample is not None:
        text += f" (n={sample})"
    if day is not None:
        text += f" ({day.isoformat()})"
    if window_days is not None:
        text += f" [{window_days} days to today]"
    return Metric(name, value, text, inputs, day=day, window_days=window_days, sample=sample)
