"""Prices as the price book lists them.

Invariant: a listed price is valid on a day or it is not; nothing is converted from one currency to another.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """One line of the price book, or the list price of a product that the book does not name."""

    record_id: str
    product: str
    amount: Decimal
    currency: str
    """ISO 4217."""
    unit: str | None = None
    """As the price book has it: `seat/month`, `year`, `once`."""
    valid_from: date | None = None
    valid_to: date | None = None

    def valid_on(self, day: date) -> bool:
        """Whether it may be quoted on that day, both ends included."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)
