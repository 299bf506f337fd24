"""What an account is worth, as policy reads it: recurring revenue and what is still open.

Invariant: nothing is added across currencies and nothing is guessed. What cannot be said in the workspace's own
currency is not known, and unknown counts as large.
"""

from decimal import Decimal

from sqlalchemy import literal, select, union_all

from copilot.store.database import UnitOfWork
from copilot.store.tables.records import AccountRow, OpportunityRow


def value_at_stake(account_id: str | None, *, currency: str, uow: UnitOfWork) -> Decimal | None:
    """Recurring revenue plus the amounts of open opportunities, in `currency` (ISO 4217).

    None: no account, no amount is known, or one of them is in another (or no) currency.
    """
    if account_id is None:
        return None
    revenue = select(AccountRow.arr.label("amount"), AccountRow.currency).where(
        AccountRow.id == account_id, AccountRow.arr.is_not(None)
    )
    pipeline = select(OpportunityRow.amount, OpportunityRow.currency).where(
        OpportunityRow.account_id == account_id,
        OpportunityRow.status == literal("open"),
        OpportunityRow.amount.is_not(None),
    )
    amounts = uow.session.execute(union_all(revenue, pipeline)).all()
    if not amounts or any(row.currency != currency for row in amounts):
        return None
    return sum((Decimal(row.amount) for row in amounts), Decimal(0))
