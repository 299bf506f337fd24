"""Where a page of the queue ends, as an opaque marker that the next page starts from.

Invariant: a marker names the last item by what it is ordered by, not by a count, so items that come and go in between
neither repeat nor skip others; what is no marker of this order raises InputError and never reaches the database.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

from copilot.errors import InputError
from copilot.store.queue_filters import Sort

_LONGEST = 500
_LONGEST_ID = 100
_LARGEST = Decimal(10) ** 18
_HIGHEST_RANK = 99

Place = tuple[object, ...]
"""Values of `sort_columns`."""


def write_cursor(sort: Sort, place: Sequence[object]) -> str:
    """The marker of an item by the values of its sort columns."""
    content = [sort.value, *(value.isoformat() if isinstance(value, datetime) else value for value in place)]
    return base64.urlsafe_b64encode(json.dumps(content, default=str).encode()).decode()


def read_cursor(sort: Sort, cursor: str) -> Place:
    """The values that a marker of this order was made of. Raises InputError."""
    try:
        return _checked(sort, _decoded(cursor))
    except (binascii.Error, ValueError, TypeError, InvalidOperation, RecursionError) as error:
        raise InputError("This page marker cannot be read.", hint="Start again from the first page.") from error


def _decoded(cursor: str) -> object:
    if len(cursor) > _LONGEST:
        raise ValueError("too long")
    return json.loads(base64.b64decode(cursor.encode("ascii"), altchars=b"-_", validate=True))


def _checked(sort: Sort, written: object) -> Place:
    match sort, written:
        case Sort.DEADLINE, ["deadline", str(due_at), str(item_id)]:
            return (_time(due_at), _id(item_id))
        case Sort.RISK, ["risk", int(rank), str(due_at), str(item_id)] if 0 <= rank <= _HIGHEST_RANK:
            return (int(rank), _time(due_at), _id(item_id))
        case Sort.VALUE, ["value", str(amount), str(due_at), str(item_id)]:
            return (_amount(amount), _time(due_at), _id(item_id))
        case _:
            raise ValueError("not of this order")


def _time(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("no zone")
    return moment


def _amount(text: str) -> Decimal:
    amount = Decimal(text)
    if amount == Decimal("Infinity"):
        return amount
    if not amount.is_finite() or abs(amount) > _LARGEST:
        raise ValueError("no amount")
    return amount


def _id(text: str) -> str:
    if len(text) > _LONGEST_ID or not text.isprintable():
        raise ValueError("no id")
    return text
