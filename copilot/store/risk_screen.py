"""Which accounts look worst, by figures alone: one statement over all accounts that a person may see.

Invariant 3: only visible accounts are looked at. What is found here only chooses and orders accounts; the figures that
are shown come from `copilot.store.account_metrics`, and the windows here are the same.
"""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, cast

import psycopg

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork, translated_errors
from copilot.store.lexical_plan import run_statement
from copilot.store.visibility import visible_accounts_sql


@dataclass(frozen=True, slots=True)
class ScreenRule:
    """Thresholds, and how heavily each sign weighs (a positive number; the weights follow the names of signals)."""

    usage_drop_pct: float
    low_utilisation_pct: float
    detractor_max: int
    renewal_near_days: int
    silence_days: int
    usage_drop: int
    low_utilisation: int
    detractor: int
    p1_open: int
    renewal_passed: int
    renewal_uncovered: int
    overdue: int
    silence: int


@dataclass(frozen=True, slots=True)
class Screened:
    """One account, and how bad its figures look."""

    account_id: str
    name: str
    score: int


@dataclass(frozen=True, slots=True)
class ScreenResult:
    """The worst accounts, worst first; how many have a bad sign at all, and how many were looked at."""

    worst: tuple[Screened, ...]
    flagged: int
    looked_at: int


class RiskScreen:
    """Reads within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    def run(self, rule: ScreenRule, *, viewer: Viewer, today: date, mine: bool, limit: int) -> ScreenResult:
        """The accounts with at least one bad sign. `mine`: only those that the viewer owns."""
        visible, parameters = visible_accounts_sql(viewer)
        owner = "and lower(a.owner_email) = %(owner)s" if mine else ""
        values = {**parameters, **asdict(rule), "today": today, "limit": limit, "owner": viewer.email.lower()}
        self._uow.flush()
        connection = cast("psycopg.Connection[Any]", self._uow.driver_connection())
        with translated_errors():
            rows = run_statement(connection, _SCREEN.format(visible=visible, owner=owner), values)
        worst = tuple(Screened(row[0], row[1], int(row[2])) for row in rows if row[0] is not None)
        flagged, looked_at = (int(rows[0][3]), int(rows[0][4])) if rows else (0, 0)
        return ScreenResult(worst=worst, flagged=flagged, looked_at=looked_at)


_SCREEN = """
with looked_at as materialized (
    select a.id, a.name, a.seats_licensed, a.renewal_date
    from accounts a
    where a.id in ({visible}) and coalesce(a.lifecycle, '') <> 'churned' {owner}
),
usage_points_ranked as (
    select u.account_id, u.value,
        row_number() over (partition by u.account_id order by u.period_start desc) as back
    from usage_points u
    where u.metric = 'active_users' and u.period_start <= %(today)s
        and u.account_id in (select id from looked_at)
),
usage as (
    select account_id, avg(value) filter (where back <= 4) as recent,
        case when count(*) filter (where back between 14 and 17) = 4
            then avg(value) filter (where back between 14 and 17) end as prior
    from usage_points_ranked where back <= 17 group by account_id
),
nps as (
    select distinct on (s.account_id) s.account_id, s.score
    from surveys s
    where s.kind = 'NPS' and s.answered_on <= %(today)s and s.account_id in (select id from looked_at)
    order by s.account_id, s.answered_on desc, s.id
),
urgent as (
    select t.account_id, count(*) as open_p1
    from tickets t
    where t.status <> 'closed' and t.priority = 'P1' and t.account_id in (select id from looked_at)
    group by t.account_id
),
deals as (
    select o.account_id, count(*) filter (where o.close_date < %(today)s) as overdue,
        count(*) filter (where o.kind = 'renewal') as renewals
    from opportunities o
    where o.status = 'open' and o.account_id in (select id from looked_at)
    group by o.account_id
),
heard as (
    select account_id, max(day) as last_inbound
    from (
        select c.account_id, (c.occurred_at at time zone 'UTC')::date as day
        from activities c
        where c.direction = 'inbound' and c.kind in ('email', 'call', 'meeting')
            and c.account_id in (select id from looked_at)
        union all
        select d.account_id, (d.authored_at at time zone 'UTC')::date
        from documents d
        where d.direction = 'inbound' and d.kind in ('email', 'transcript', 'note')
            and d.account_id in (select id from looked_at)
    ) said
    where day <= %(today)s group by account_id
),
scored as (
    select l.id, l.name,
        case when usage.prior > 0 and (usage.recent - usage.prior) / usage.prior * 100 <= %(usage_drop_pct)s
            then %(usage_drop)s else 0 end
        + case when l.seats_licensed > 0 and usage.recent / l.seats_licensed * 100 < %(low_utilisation_pct)s
            then %(low_utilisation)s else 0 end
        + case when nps.score <= %(detractor_max)s then %(detractor)s else 0 end
        + case when urgent.open_p1 > 0 then %(p1_open)s else 0 end
        + case when l.renewal_date < %(today)s then %(renewal_passed)s
            when l.renewal_date <= %(today)s::date + %(renewal_near_days)s::int
                and coalesce(deals.renewals, 0) = 0 then %(renewal_uncovered)s
            else 0 end
        + case when deals.overdue > 0 then %(overdue)s else 0 end
        + case when heard.last_inbound < %(today)s::date - %(silence_days)s::int then %(silence)s else 0 end
        as score
    from looked_at l
    left join usage on usage.account_id = l.id
    left join nps on nps.account_id = l.id
    left join urgent on urgent.account_id = l.id
    left join deals on deals.account_id = l.id
    left join heard on heard.account_id = l.id
),
totals as (select count(*) filter (where score > 0) as flagged, count(*) as looked_at from scored),
worst as (select * from scored where score > 0 order by score desc, name, id limit %(limit)s)
select worst.id, worst.name, worst.score, totals.flagged, totals.looked_at
from totals left join worst on true
order by worst.score desc nulls last, worst.name, worst.id
"""
