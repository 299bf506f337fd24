"""`sales-copilot import`: exports and documents of a folder into the database.

Invariant: what each column was taken for is shown; a failure leaves everything as it was and the exit code is not 0.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from copilot.cli import context
from copilot.cli.import_progress import TerminalProgress
from copilot.cli.import_tables import print_report
from copilot.domain.access import Visibility
from copilot.domain.import_messages import localise
from copilot.domain.language import Language
from copilot.errors import CopilotError
from knowledge.fields import FIELDS
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions

__all__ = ["TerminalProgress", "register"]

_MEGABYTE = 1_000_000
_EXAMPLE = """
currency = "EUR"              # of amounts that do not say theirs
date_order = "dmy"            # or "mdy"
decimal = ","                 # or "."
timezone = "Europe/Madrid"    # of times that do not say theirs
as_of = 2026-11-13            # day the exports were taken
ignore = ["drafts/*"]         # globs of paths to leave alone

[[file]]
match = "deals*.csv"          # glob; "book.xlsx#Sheet" for one sheet
type = "opportunity"          # or skip; the types are listed below
system = "hubspot"            # source system whose ids the rows use
ignore = ["Internal code"]    # columns to leave out
[file.columns]                # field = "column" (or several)
name = "Deal title"
[file.constants]              # field = value for every row
currency = "MXN"
[file.values.stage]           # word of the export = value
"Firmado" = "won"

[[document]]
match = "contracts/lira/*"
account = "Ascensores Lira"   # source id or exact name
# or: visibility = "staff"
"""
_HELP = "\n\n".join(
    (
        "Import a folder (or one file) of CRM exports and documents.",
        (
            "CSV, XLSX, JSONL and JSON exports of Salesforce, HubSpot (English and Spanish) and plain tables are "
            "recognised by their headers and file names; --dry-run shows as what, and saves nothing."
        ),
        (
            "Documents (Markdown, text, HTML, DOCX, XLSX, PPTX, PDF, EML, VTT) go to an account by their folder "
            "accounts/ACCOUNT/ or by who takes part, and to shared knowledge by folder: knowledge/ for all staff, "
            "knowledge-managers/ for managers. What no rule places is not imported, and listed."
        ),
        (
            "Everything happens in one transaction. Importing again changes nothing; files that have gone from the "
            "folder are removed with what only they brought."
        ),
        "A file mapping.toml in the folder (or --mapping) corrects what was recognised:",
        "\b" + escape(_EXAMPLE),
        f"Types: {', '.join((*FIELDS, 'skip'))}. Their fields: knowledge/README.md.",
    )
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", help=_HELP)(import_command)


def import_command(
    path: Annotated[Path, typer.Argument(help="Folder or file to import.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would happen; save nothing.")] = False,
    mapping: Annotated[Path | None, typer.Option(help="Mapping file; default: mapping.toml in the folder.")] = None,
    account: Annotated[
        str | None, typer.Option(help="Account (name or source id) of documents that no rule assigns.")
    ] = None,
    visibility: Annotated[
        Visibility | None, typer.Option(help="Who may read documents that belong to no account and no folder says it.")
    ] = None,
    as_of: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day the exports were taken.")] = None,
    currency: Annotated[str | None, typer.Option(help="ISO code for amounts that do not state one.")] = None,
    root_name: Annotated[
        str | None, typer.Option(help="Name under which the folder is remembered; default: its full path.")
    ] = None,
    skip_unreadable: Annotated[
        bool, typer.Option("--skip-unreadable", help="Import the rest when files cannot be read.")
    ] = False,
    confirm_removals: Annotated[
        bool, typer.Option("--confirm-removals", help="Remove more than half of what the folder brought before.")
    ] = False,
    reread: Annotated[bool, typer.Option("--reread", help="Parse unchanged documents again.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as JSON.")] = False,
    user: context.UserOption = None,
) -> None:
    """Import and show the report."""
    language = Language.EN
    try:
        application = context.open_application()
        language = Language(application.settings.default_language)
        actor = context.acting_viewer(application, user=user)
        language = Language(actor.language) if actor.language in set(Language) else language
        options = ImportOptions(
            max_bytes=application.settings.max_file_megabytes * _MEGABYTE,
            dry_run=dry_run,
            mapping_file=mapping,
            root_name=root_name,
            account=account,
            visibility=visibility,
            as_of=as_of.date() if as_of else None,
            currency=currency.upper() if currency else None,
            skip_unreadable=skip_unreadable,
            confirm_removals=confirm_removals,
            reread=reread,
        )
        with TerminalProgress(language=language) as progress:
            report = import_folder(
                path,
                database=application.database,
                actor_id=actor.user_id,
                options=options,
                progress=progress,
                after_import=lambda uow: application.after_import(uow=uow),
            )
    except CopilotError as error:
        context.fail(_in_language(error, language))
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2, default=_as_text))
    else:
        print_report(report, console=context.console, language=language)


def _in_language(error: CopilotError, language: Language) -> CopilotError:
    message, hint = localise(error.message, language=language), localise(error.hint, language=language)
    return type(error)(message, hint=hint)


def _as_text(value: Any) -> str:
    return str(value)
