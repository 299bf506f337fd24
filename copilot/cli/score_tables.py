"""A table of texts, some of which came from outside.

Invariant: no cell is read as markup, and none has control characters.
"""

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from copilot.cli.queue_view import plain


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Under these headings."""
    found = Table()
    for heading in headings:
        found.add_column(heading, overflow="fold")
    for row in rows:
        found.add_row(*(Text(plain(cell)) for cell in row))
    return found
