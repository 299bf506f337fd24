"""Page markers of lists that are ordered by time, the newest first.

Invariant: what is no marker of ours is refused in words, whatever it is.
"""

import base64
import binascii
import json
from datetime import datetime

from copilot.errors import InputError


def write_cursor(moment: datetime, row_id: str) -> str:
    """The marker of the page after this row."""
    return base64.urlsafe_b64encode(json.dumps([moment.isoformat(), row_id]).encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """Time and id of the last row shown. Raises InputError."""
    try:
        moment, row_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        when, last = datetime.fromisoformat(moment), str(row_id)
    except (binascii.Error, ValueError, TypeError) as error:
        raise _unreadable() from error
    if when.tzinfo is None or "\0" in last:
        raise _unreadable()
    return when, last


def _unreadable() -> InputError:
    return InputError("This page marker cannot be read.", hint="Start again from the first page.")
