"""Lists as tables at the command line, or as JSON.

Invariant: what came from outside is printed without control characters or markup.
"""

from collections.abc import Iterable, Sequence

from rich.table import Table
from rich.text import Text

from copilot.cli.context import console
from copilot.cli.queue_view import plain, print_line
from copilot.cli.table_words import say
from copilot.domain.access import Viewer


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    """Under these headings."""
    found = Table()
    for heading in headings:
        found.add_column(heading, overflow="fold")
    for row in rows:
        found.add_row(*(Text(plain(cell)) for cell in row))
    return found


def print_rows(columns: str, rows: Iterable[Sequence[str]], *, viewer: Viewer) -> None:
    """A table under the columns of that name; a sentence if there is nothing."""
    listed = list(rows)
    if not listed:
        print_line(say("empty", viewer))
        return
    console.print(table(say(columns, viewer).split("|"), listed))
