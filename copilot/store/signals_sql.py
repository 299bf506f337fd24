"""The statements that signals are computed with, each for all the chosen accounts at once.

Invariant: no statement looks at a row dated after `day`. Windows are half-open as in `copilot.store.account_metrics`:
the last 90 days are (day - 90, day]. Where the name of a signal is that of a metric, so is the number.

A count is zero only where it could have been another number: from the first day on which records of its kind are there
(of any account, for tickets and contact; of the account itself, for use, invoices and texts). Before that it is null,
which becomes NaN.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, literal_column

from copilot.domain.signals import Signal
from copilot.store.customers import as_sql, is_customer, is_prospect

ALL_ACCOUNTS = "select accounts.id from accounts where {population}"
SOME_ACCOUNTS = (
    "select accounts.id from unnest(cast(:account_ids as text[])) wanted(id) join accounts using (id) "
    "where {population}"
)  # fmt: skip
_DAY: ColumnElement[date] = literal_column(":day")
CUSTOMERS, PROSPECTS = as_sql(is_customer(_DAY)), as_sql(is_prospect(_DAY))
EVERYBODY = "true"

FIRST_RECORDED = """
select
  (select min(opened_at) from tickets) as tickets,
  least(
    (select min(occurred_at) from activities), (select min(authored_at) from documents where account_id is not null)
  ) as contact,
  cast((select min(created_on) from opportunities) as timestamp) at time zone 'UTC' as opportunities,
  cast((select min(left_on) from contacts) as timestamp) at time zone 'UTC' as left_contacts
"""
"""When the first record of a kind was, whosever it is; each is one look at the end of an index."""

_BEFORE = timedelta(days=180)


def recorded_by(day: date, first: Mapping[str, datetime | None]) -> dict[str, bool]:
    """Whether there are records of a kind by the day, and of some whether there were half a year earlier."""
    after = end_of(day)
    by_now = {kind: moment is not None and moment < after for kind, moment in first.items()}
    before = {kind: moment is not None and moment < after - _BEFORE for kind, moment in first.items()}
    return by_now | {f"{kind}_before": before[kind] for kind in ("tickets", "contact")}


ATTRIBUTES = """
select accounts.id, accounts.segment, accounts.industry, accounts.country, accounts.arr::float8, accounts.currency,
  case when customer_since <= :day then cast(:day as date) - customer_since end,
  case when :is_today then renewal_date - cast(:day as date) end
from chosen join accounts using (id)
"""


@dataclass(frozen=True, slots=True)
class Statement:
    """`sql` selects the account id and then a number for each of `signals`; `chosen` are the accounts."""

    sql: str
    signals: tuple[Signal, ...]
    recorded: tuple[str, ...] = ()
    """For each signal the kind of `recorded_by` without which it is not known; with it, an account without a row has
    zero."""


_USAGE = Statement(
    """
select chosen.id,
  case when points.prior_count = 4 and points.prior <> 0
    then round((points.recent - points.prior) / points.prior * 100, 1)::float8 end,
  case when points.year_count = 4 and points.year <> 0
    then round((points.recent - points.year) / points.year * 100, 1)::float8 end,
  greatest(cast(:day as date) - coalesce(last_used.period_start, first_point.period_start - 1) - 6, 0),
  case when :is_today and accounts.seats_licensed > 0
    then round(round(points.recent, 2) / accounts.seats_licensed * 100, 1)::float8 end
from chosen join accounts using (id)
cross join lateral (
  select
    avg(value) filter (where back <= 4) as recent,
    avg(value) filter (where back between 14 and 17) as prior,
    count(*) filter (where back between 14 and 17) as prior_count,
    avg(value) filter (where back between 53 and 56) as year,
    count(*) filter (where back between 53 and 56) as year_count
  from (
    select value, row_number() over (order by period_start desc) as back
    from usage_points
    where account_id = chosen.id and metric = 'active_users' and period_start <= :used
    order by period_start desc limit 56
  ) latest
) points
cross join lateral (
  select period_start from usage_points
  where account_id = chosen.id and metric = 'active_users' and period_start <= :used
  order by period_start limit 1
) first_point
left join lateral (
  select period_start from usage_points
  where account_id = chosen.id and metric = 'active_users' and period_start <= :used and value > 0
  order by period_start desc limit 1
) last_used on true
""",
    (Signal.USAGE_CHANGE, Signal.USAGE_CHANGE_YEAR, Signal.DAYS_SINCE_USE, Signal.SEAT_UTILISATION),
)

_BREADTH = Statement(
    """
select chosen.id, (
  select count(distinct metric) from usage_points
  where account_id = chosen.id and metric <> 'active_users' and value > 0
    and period_start > cast(:day as date) - 34 and period_start <= :used
)
from chosen
where exists (
  select from usage_points where account_id = chosen.id and metric <> 'active_users' and period_start <= :used
)
""",
    (Signal.USAGE_BREADTH,),
)

_TICKETS = Statement(
    """
select account_id,
  count(*) filter (where is_open),
  count(*) filter (where is_open and priority in ('P1', 'P2')),
  count(*) filter (where opened > cast(:day as date) - 90),
  count(*) filter (where opened > cast(:day as date) - 90)
    - count(*) filter (where opened > cast(:day as date) - 180 and opened <= cast(:day as date) - 90),
  coalesce(cast(:day as date) - min(opened) filter (where is_open), 0)
from (
  select account_id, priority, cast(opened_at at time zone 'UTC' as date) as opened,
    status <> 'closed' or closed_at >= :after as is_open
  from tickets join chosen on chosen.id = tickets.account_id
  where opened_at < :after
) ticket
group by account_id
""",
    (
        Signal.TICKETS_OPEN,
        Signal.TICKETS_OPEN_URGENT,
        Signal.TICKETS_OPENED,
        Signal.TICKETS_OPENED_CHANGE,
        Signal.OLDEST_TICKET_DAYS,
    ),
    recorded=("tickets", "tickets", "tickets", "tickets_before", "tickets"),
)

_SURVEYS = Statement(
    """
select account_id,
  max(score) filter (where kind = 'NPS' and back = 1 and answered_on > cast(:day as date) - 365)::float8,
  (max(score) filter (where kind = 'NPS' and back = 1 and answered_on > cast(:day as date) - 365)
    - max(score) filter (where kind = 'NPS' and back = 2))::float8,
  round(avg(score) filter (where kind = 'CSAT' and answered_on > cast(:day as date) - 180), 2)::float8,
  round(avg(score) filter (where kind = 'CES' and answered_on > cast(:day as date) - 180), 2)::float8
from (
  select account_id, kind, score, answered_on,
    row_number() over (partition by account_id, kind order by answered_on desc, surveys.id) as back
  from surveys join chosen on chosen.id = surveys.account_id
  where answered_on <= :day
) survey
group by account_id
""",
    (Signal.NPS, Signal.NPS_CHANGE, Signal.CSAT, Signal.CES),
)

# Nobody left says something only where it is written down that people leave.
_PEOPLE = Statement(
    """
select account_id,
  case when :is_today and bool_or(stance is not null)
    then count(*) filter (where stance = 'champion' and left_on > cast(:day as date) - 365 and left_on <= :day) end,
  case when exists (select from contacts where left_on <= :day)
    then count(*) filter (where left_on > cast(:day as date) - 180 and left_on <= :day) end
from contacts join chosen on chosen.id = contacts.account_id
group by account_id
""",
    (Signal.CHAMPIONS_LEFT, Signal.STAKEHOLDERS_LEFT),
)

# What the customer said, logged or imported: the kinds that `account_metrics.read_activities` counts.
_INBOUND = """
select account_id, occurred_at as moment, lower(btrim(author)) as person
from activities join chosen on chosen.id = activities.account_id
where direction = 'inbound' and kind in ('email', 'call', 'meeting') and occurred_at < :after
union all
select account_id, authored_at, lower(btrim(author))
from documents join chosen on chosen.id = documents.account_id
where direction = 'inbound' and documents.kind in ('email', 'transcript', 'note') and authored_at < :after
"""

_SILENCE = Statement(
    f"""
select account_id, cast(:day as date) - cast(max(moment) at time zone 'UTC' as date)
from ({_INBOUND}) inbound
group by account_id
""",  # noqa: S608 - both parts are constants
    (Signal.DAYS_SINCE_INBOUND,),
)

# The same email may be logged and imported: a person counts once a day.
_CONTACT = Statement(
    f"""
select account_id,
  case when count(person) filter (where is_recent) > 0 or not bool_or(is_recent)
    then count(distinct person) filter (where is_recent) end,
  count(*) filter (where is_recent),
  count(*) filter (where is_recent) - count(*) filter (where not is_recent)
from (
  select distinct account_id, person, cast(moment at time zone 'UTC' as date) as said,
    cast(moment at time zone 'UTC' as date) > cast(:day as date) - 90 as is_recent
  from ({_INBOUND}) inbound
  where moment >= cast(:after as timestamptz) - interval '180 days'
) said
group by account_id
""",  # noqa: S608 - both parts are constants
    (Signal.PEOPLE_HEARD, Signal.INBOUND, Signal.INBOUND_CHANGE),
    recorded=("contact", "contact", "contact_before"),
)

# The wait from the last email of ours before an answer; answers of the window, to emails at most a month older.
_REPLIES = Statement(
    """
select account_id,
  round(cast(percentile_cont(0.5) within group (order by extract(epoch from moment - before) / 86400) as numeric), 1)
    ::float8
from (
  select account_id, moment, direction,
    lag(direction) over mails as direction_before, lag(moment) over mails as before
  from (
    select account_id, direction, occurred_at as moment
    from activities join chosen on chosen.id = activities.account_id
    where kind = 'email' and direction in ('inbound', 'outbound') and occurred_at < :after
      and occurred_at >= cast(:after as timestamptz) - interval '210 days'
    union all
    select account_id, direction, authored_at
    from documents join chosen on chosen.id = documents.account_id
    where documents.kind = 'email' and direction in ('inbound', 'outbound') and authored_at < :after
      and authored_at >= cast(:after as timestamptz) - interval '210 days'
  ) mail
  window mails as (partition by account_id order by moment, direction)
) answer
where direction = 'inbound' and direction_before = 'outbound'
  and moment >= cast(:after as timestamptz) - interval '180 days'
group by account_id
""",
    (Signal.REPLY_DAYS,),
)

# One that is paid, nobody knows when, says nothing about any day.
_INVOICES = Statement(
    """
select account_id,
  count(*) filter (where is_overdue),
  coalesce(cast(:day as date) - min(due_on) filter (where is_overdue), 0),
  count(*) filter (where paid_on > due_on and paid_on > cast(:day as date) - 365 and paid_on <= :day)
from (
  select account_id, due_on, paid_on, due_on < :day and (paid_on is null or paid_on > :day) as is_overdue
  from invoices join chosen on chosen.id = invoices.account_id
  where coalesce(issued_on, due_on) <= :day and status <> 'void' and coalesce(amount, 1) > 0
    and (status = 'open' or paid_on is not null)
) invoice
group by account_id
""",
    (Signal.INVOICES_OVERDUE, Signal.DAYS_OVERDUE, Signal.INVOICES_PAID_LATE),
)

# One that may have been open on the day, for all that is known, leaves the count unknown.
_OPPORTUNITIES = Statement(
    """
select account_id,
  case when not bool_or(created_on is null and (status = 'open' or close_date is null or close_date > :day))
    then count(*) filter (where created_on <= :day and (status = 'open' or close_date > :day)) end
from opportunities join chosen on chosen.id = opportunities.account_id
where opportunities.kind = 'expansion' and (created_on is null or created_on <= :day)
group by account_id
""",
    (Signal.EXPANSION_OPEN,),
    recorded=("opportunities",),
)

TEXT_DAYS = timedelta(days=180)
"""So far back what texts say counts, as written in the statement."""

_TEXTS = Statement(
    """
select texts_read.account_id,
  count(*) filter (where signal.kind = 'promise_broken'),
  count(*) filter (where signal.kind = 'competitor'),
  count(*) filter (where signal.kind = 'complaint'),
  count(*) filter (where signal.kind = 'praise'),
  count(*) filter (where signal.kind = 'expansion')
from texts_read join chosen on chosen.id = texts_read.account_id
left join text_signals signal on signal.account_id = texts_read.account_id
  and signal.day > cast(:day as date) - 180 and signal.day <= :day
  and (signal.until is null or signal.until > :day)
where texts_read.first_day <= :day
group by texts_read.account_id
""",
    (
        Signal.PROMISES_BROKEN,
        Signal.COMPETITOR_MENTIONS,
        Signal.COMPLAINTS,
        Signal.PRAISE,
        Signal.EXPANSION_MENTIONS,
    ),
)

STATEMENTS = (
    _USAGE,
    _BREADTH,
    _TICKETS,
    _SURVEYS,
    _PEOPLE,
    _SILENCE,
    _CONTACT,
    _REPLIES,
    _INVOICES,
    _OPPORTUNITIES,
    _TEXTS,
)

SNAPSHOT_DAYS = timedelta(days=31)
"""So far back a snapshot tells of a day, as written in the statement."""

SNAPSHOTS = """
select distinct on (snapshot.account_id) snapshot.account_id, snapshot.day, snapshot.values
from signal_snapshots snapshot join chosen on chosen.id = snapshot.account_id
where snapshot.day <= :day and snapshot.day > cast(:day as date) - 31
order by snapshot.account_id, snapshot.day desc
"""

KEEP_SNAPSHOTS = """
insert into signal_snapshots (account_id, day, values)
select new.account_id, :day, cast(new.values as jsonb)
from unnest(cast(:account_ids as text[]), cast(:values as text[])) new(account_id, values)
join accounts on accounts.id = new.account_id
left join lateral (
  select latest.values from signal_snapshots latest
  where latest.account_id = new.account_id and latest.day <= :day and latest.day > cast(:day as date) - 7
  order by latest.day desc limit 1
) kept on true
where kept.values is distinct from cast(new.values as jsonb)
on conflict (account_id, day) do update set values = excluded.values
"""


def end_of(day: date) -> datetime:
    """The first moment after the day, which the statements call `after`."""
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=UTC)
