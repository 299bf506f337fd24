"""Assembles the commands. Each area registers its own, and is imported when one of its commands is run.

Invariant: listing the commands imports none of them. What they bring takes seconds to load, and nobody who asks for
help or presses the tab key should wait for it.
"""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from copilot import __version__

AREAS = {
    "demo": {"demo": "Load the demo company, write a real brief, show its queue entry, serve the web app."},
    "today": {"today": "Show what the day holds: meetings, what waits, alerts, renewals, the installation."},
    "serving": {
        "serve": "Serve the web app and the API, with background jobs in the same process.",
        "worker": "Run background jobs: vectors, releases, imports of uploads, erasures, housekeeping.",
        "down": "Stop the embedded database server of this data folder.",
    },
    "importing": {"import": "Import a folder (or one file) of CRM exports and documents."},
    "meeting": {"meeting": "Prepare a meeting, and say what came of one."},
    "search": {
        "search": "Find passages in accounts and shared knowledge, by words and by meaning, in both languages.",
        "reindex": "Embed every passage again, e.g. after choosing another embedding model.",
    },
    "brief": {"brief": "Write a cited account brief and put it in the approval queue."},
    "chat": {"chat": "Ask about accounts, figures and documents; every sentence of the answer shows its source."},
    "follow_up": {"follow-up": "Write a cited follow-up email and put it in the approval queue."},
    "rfp": {"rfp": "Answer a customer's questionnaire, from file to file."},
    "queue": {
        "queue": "Show what waits for approval, and work on it.",
        "approve": "Approve an item; with its last approval the approved files are released.",
        "reject": "Reject an item, saying why.",
        "request-changes": "Send an item back to its requester, saying what has to be otherwise.",
        "edit": "Change sentences of an item. The edited draft is checked again and becomes a new version.",
    },
    "releases": {"releases": "What waits to leave, and what nobody knows the outcome of."},
    "delegations": {"delegations": "Lend your right to approve until a date."},
    "notifications": {"notifications": "When you are written to about the queue."},
    "webhooks": {"webhooks": "Tell other programs what happens in the queue."},
    "audit": {"audit": "Check, export and sign the audit chain."},
    "feedback": {"feedback": "What corrections taught, and what they propose."},
    "reviewers": {
        "reviewers": "Show how carefully reviews are done: yours, your team's for a manager, everybody's for an admin."
    },
    "guard": {"guard": "Check any text, and try a changed policy on past items."},
    "contacts": {"contacts": "Record what contacts wish about being written to."},
    "privacy": {"privacy": "What is held about a person: hand it over, or erase it."},
    "users": {"users": "People, teams and tokens."},
    "models": {"models": "Models: what they can do, their calls and their budgets."},
    "alerts": {"alerts": "Alerts about accounts: what changed, what to do, what came of it."},
    "portfolio": {"portfolio": "What is at risk and what moved since last week, renewals, expansion, forecast."},
    "value": {
        "value": "What drafts came to and what that saved: yours, your team's for a manager, everybody's for an admin."
    },
    "scores": {"scores": "Scores of accounts, and the models that make them."},
    "training": {"train": "Learn a score from a history of your own."},
    "doctor": {"doctor": "Say what is configured, reachable and missing."},
}
"""Of each module its commands, with the first paragraph of what they say about themselves."""
_AREA_OF = {command: area for area, commands in AREAS.items() for command in commands}


class Commands(TyperGroup):
    """Lists stand-ins; the command itself comes when it is run, or asked about itself."""

    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        """The command that the arguments begin with, and the other arguments."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, (loaded(name) if name in _AREA_OF else command), rest


def loaded(name: str) -> Any:
    """The command with this name, from its area."""
    area = _AREA_OF[name]
    holder = typer.Typer()
    import_module(f"copilot.cli.{area}").register(holder)
    return get_group(holder).commands[name]


app = typer.Typer(
    name="sales-copilot",
    help="Cited account briefs in Spanish and English, behind one approval queue.",
    cls=Commands,
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
)


def _stand_in() -> None:
    """Listed under the name of a command, and never run."""


for _commands in AREAS.values():
    for _name, _summary in _commands.items():
        app.command(_name, help=_summary)(_stand_in)


@app.command("version")
def version() -> None:
    """Print the version."""
    typer.echo(__version__)


def main() -> None:
    """Entry point of the `sales-copilot` command."""
    app()
