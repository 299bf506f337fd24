"""Assembles the commands. Each area registers its own."""

import typer

from copilot import __version__
from copilot.cli import (
    audit,
    brief,
    chat,
    contacts,
    delegations,
    demo,
    doctor,
    feedback,
    follow_up,
    guard,
    importing,
    meeting,
    models,
    notifications,
    privacy,
    queue,
    releases,
    reviewers,
    rfp,
    search,
    serving,
    users,
    webhooks,
)

app = typer.Typer(
    name="sales-copilot",
    help="Cited account briefs in Spanish and English, behind one approval queue.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)

for area in (
    demo,
    serving,
    importing,
    meeting,
    search,
    brief,
    chat,
    follow_up,
    rfp,
    queue,
    releases,
    delegations,
    notifications,
    webhooks,
    audit,
    feedback,
    reviewers,
    guard,
    contacts,
    privacy,
    users,
    models,
    doctor,
):
    area.register(app)


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Entry point of the `sales-copilot` command."""
    app()
