"""Computed figures of the accounts that a query lists.

Invariant: figures are those of `copilot.store.account_metrics`, read only as far as they are asked for; none is defined
here a second time.
"""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from copilot.domain.access import Viewer
from copilot.domain.account_facts import Metric
from copilot.domain.records import Account
from copilot.store import account_metrics
from copilot.store.account_metrics import Reader
from copilot.store.tables.records import AccountRow
from copilot.store.visibility import visible_accounts

_OF_READER: tuple[tuple[Reader, frozenset[str]], ...] = (
    (account_metrics.read_opportunities, frozenset({"open_opportunities", "open_pipeline", "overdue_opportunities"})),
    (
        account_metrics.read_tickets,
        frozenset(
            {
                "tickets_open", "tickets_open_p1", "tickets_opened_90d", "tickets_opened_prev_90d",
                "median_days_to_close_180d",
            }
        ),
    ),
    (
        account_metrics.read_usage,
        frozenset({"active_users_recent", "active_users_prior", "active_users_change_pct", "seat_utilisation_pct"}),
    ),
    (account_metrics.read_surveys, frozenset({"nps_latest", "nps_previous", "csat_mean_180d"})),
    (account_metrics.read_activities, frozenset({"last_activity", "days_since_last_inbound"})),
)  # fmt: skip


def read_metrics(
    session: Session, account_ids: Iterable[str], names: Iterable[str], *, viewer: Viewer, today: date
) -> dict[str, dict[str, Metric]]:
    """By account, then by name: those of `names`, of accounts that the viewer may see."""
    wanted = frozenset(names)
    if not wanted:
        return {}
    allowed = visible_accounts(viewer)
    rows = session.scalars(
        select(AccountRow).where(AccountRow.id.in_(set(account_ids)), AccountRow.id.in_(allowed))
    )  # fmt: skip
    return {row.id: _of_account(session, row, wanted, viewer=viewer, today=today) for row in rows}


def _of_account(
    session: Session, row: AccountRow, wanted: frozenset[str], *, viewer: Viewer, today: date
) -> dict[str, Metric]:
    account = Account.model_validate({name: getattr(row, name) for name in Account.model_fields})
    found = account_metrics.renewal_metrics(account, today=today)
    for read, names in _OF_READER:
        if names & wanted:
            found += read(session, row.id, visible_accounts(viewer), today)
    found += account_metrics.utilisation(account, found)
    return {metric.name: metric for metric in found if metric.name in wanted}
