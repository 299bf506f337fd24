"""Which records and sentences a signal of one account was computed from.

Invariant: the rows are those that `copilot.store.signals_sql` counts, the latest first; what comes back are identifiers
of evidence, whose readers check for themselves who may see them.
"""

from collections.abc import Collection, Mapping
from datetime import date

from sqlalchemy import text
from sqlalchemy.orm import Session

from copilot.domain.facts import metric_evidence_id, record_evidence_id
from copilot.domain.signals import SIGNAL_OF_TEXT, Signal, TextSignalKind
from copilot.store.signals_sql import end_of

MOST_INPUTS = 20

_DAYS_90, _DAYS_180 = "cast(:day as date) - 90", "cast(:day as date) - 180"
_YEAR = "cast(:day as date) - 365"
_OPENED = "cast(opened_at at time zone 'UTC' as date)"
_IS_OPEN = "opened_at < :after and (status <> 'closed' or closed_at >= :after)"
_ACTIVE = "metric = 'active_users' and period_start <= cast(:day as date) - 6"
_OVERDUE = (
    "due_on < :day and (paid_on is null or paid_on > :day) and coalesce(issued_on, due_on) <= :day and "
    "status = 'open' and coalesce(amount, 1) > 0"
)


def _records(field: str, table: str, where: str, order: str) -> str:
    return (
        f"select concat_ws(':', 'record', id, '{field}') from {table} "  # noqa: S608 - all parts are constants of this module
        f"where account_id = :account_id and {where} order by {order} desc, id limit :most"
    )


def _points(first: int, last: int) -> str:
    """Weekly points of active users, the four latest and those counted back."""
    return (
        "select concat_ws(':', 'record', id, 'value') "  # noqa: S608 - numbers and constants of this module
        "from (select id, row_number() over (order by period_start desc) as back "
        f"from usage_points where account_id = :account_id and {_ACTIVE}) points "
        f"where back <= 4 or back between {first} and {last} order by back"
    )


def _survey(kind: str, where: str, *, most: str = ":most") -> str:
    found = _records("score", "surveys", f"kind = '{kind}' and answered_on <= :day and {where}", "answered_on")
    return found.replace(":most", most)


def _inbound(since: str, *, kinds: str = "('email', 'call', 'meeting')", directions: str = "('inbound')") -> str:
    return f"""
select evidence_id from (
  select concat_ws(':', 'record', id, 'occurred_at') as evidence_id, occurred_at as moment
  from activities
  where account_id = :account_id and direction in {directions} and kind in {kinds} and occurred_at < :after
  union all
  select 'passage:' || passages.id, authored_at
  from documents join passages on passages.document_id = documents.id and passages.ordinal = 0
  where documents.account_id = :account_id and direction in {directions} and authored_at < :after
    and kind in {kinds.replace("'call', 'meeting'", "'transcript', 'note'")}
) said
where moment >= {since} order by moment desc, evidence_id limit :most
"""  # noqa: S608 - all parts are constants of this module


_SINCE_90 = "cast(:after as timestamptz) - interval '90 days'"
_SINCE_180 = "cast(:after as timestamptz) - interval '180 days'"


def _sentences(kind: TextSignalKind) -> str:
    return (
        "select evidence_id from text_signals where account_id = :account_id "  # noqa: S608 - constants
        f"and kind = '{kind.value}' and day <= :day and day > {_DAYS_180} and (until is null or until > :day) "
        "order by day desc, evidence_id limit :most"
    )


_SQL: Mapping[Signal, str] = {
    Signal.USAGE_CHANGE: _points(14, 17),
    Signal.USAGE_CHANGE_YEAR: _points(53, 56),
    Signal.USAGE_BREADTH: (
        "select distinct on (metric) concat_ws(':', 'record', id, 'value') from usage_points "
        "where account_id = :account_id and metric <> 'active_users' and value > 0 "
        "and period_start <= cast(:day as date) - 6 and period_start > cast(:day as date) - 34 "
        "order by metric, period_start desc limit :most"
    ),
    Signal.DAYS_SINCE_USE: _records("value", "usage_points", f"{_ACTIVE} and value > 0", "period_start").replace(
        ":most", "1"
    ),
    Signal.TICKETS_OPEN: _records("status", "tickets", _IS_OPEN, "opened_at"),
    Signal.TICKETS_OPEN_URGENT: _records(
        "priority", "tickets", f"{_IS_OPEN} and priority in ('P1', 'P2')", "opened_at"
    ),
    Signal.TICKETS_OPENED: _records(
        "opened_at", "tickets", f"opened_at < :after and {_OPENED} > {_DAYS_90}", "opened_at"
    ),
    Signal.TICKETS_OPENED_CHANGE: _records(
        "opened_at", "tickets", f"opened_at < :after and {_OPENED} > {_DAYS_180}", "opened_at"
    ),
    Signal.OLDEST_TICKET_DAYS: (
        f"select concat_ws(':', 'record', id, 'opened_at') from tickets where account_id = :account_id and {_IS_OPEN} "  # noqa: S608
        "order by opened_at, id limit 1"
    ),
    Signal.NPS: _survey("NPS", "answered_on > cast(:day as date) - 365", most="1"),
    Signal.NPS_CHANGE: _survey("NPS", "true", most="2"),
    Signal.CSAT: _survey("CSAT", f"answered_on > {_DAYS_180}"),
    Signal.CES: _survey("CES", f"answered_on > {_DAYS_180}"),
    Signal.CHAMPIONS_LEFT: _records(
        "left_on",
        "contacts",
        "stance = 'champion' and left_on <= :day and left_on > cast(:day as date) - 365",
        "left_on",
    ),
    Signal.STAKEHOLDERS_LEFT: _records("left_on", "contacts", f"left_on <= :day and left_on > {_DAYS_180}", "left_on"),
    Signal.PEOPLE_HEARD: _inbound(_SINCE_90),
    Signal.DAYS_SINCE_INBOUND: _inbound("'-infinity'").replace(":most", "1"),
    Signal.INBOUND: _inbound(_SINCE_90),
    Signal.INBOUND_CHANGE: _inbound(_SINCE_180),
    Signal.REPLY_DAYS: _inbound(_SINCE_180, kinds="('email')", directions="('inbound', 'outbound')"),
    Signal.INVOICES_OVERDUE: _records("due_on", "invoices", _OVERDUE, "due_on"),
    Signal.DAYS_OVERDUE: (
        f"select concat_ws(':', 'record', id, 'due_on') from invoices where account_id = :account_id and {_OVERDUE} "  # noqa: S608
        "order by due_on, id limit 1"
    ),
    Signal.INVOICES_PAID_LATE: _records(
        "paid_on", "invoices", "paid_on > due_on and paid_on <= :day and paid_on > cast(:day as date) - 365", "paid_on"
    ),
    Signal.EXPANSION_OPEN: _records(
        "status",
        "opportunities",
        "kind = 'expansion' and created_on <= :day and (status = 'open' or close_date > :day)",
        "created_on",
    ),
    **{signal: _sentences(kind) for kind, signal in SIGNAL_OF_TEXT.items()},
}


def inputs_of(
    session: Session, account_id: str, signals: Collection[Signal], *, day: date
) -> dict[Signal, tuple[str, ...]]:
    """Identifiers of what each signal rests on, at most `MOST_INPUTS`; nothing where there is no such record.

    One statement for all.
    """
    of_account = {
        Signal.SEAT_UTILISATION: (
            metric_evidence_id("active_users_recent", account_id),
            record_evidence_id(account_id, "seats_licensed"),
        ),
        Signal.DAYS_TO_RENEWAL: (record_evidence_id(account_id, "renewal_date"),),
        Signal.TENURE_DAYS: (record_evidence_id(account_id, "customer_since"),),
    }
    found = {signal: of_account[signal] for signal in signals if signal in of_account}
    read = [signal for signal in signals if signal not in of_account]
    if not read:
        return found
    sql = "select " + ", ".join(f"array({_SQL[signal]})" for signal in read)
    values = {"account_id": account_id, "day": day, "after": end_of(day), "most": MOST_INPUTS}
    wanted = {name: value for name, value in values.items() if f":{name}" in sql}
    row = session.execute(text(sql), wanted).one()
    return found | {signal: tuple(ids) for signal, ids in zip(read, row, strict=True)}
