"""`sales-copilot import`: exports and documents of a folder into the database.

Invariant: what each column was taken for is shown; a failure leaves everything as it was and the exit code is not 0.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from copilot.bootstrap import Application
from copilot.cli import context
from copilot.cli.import_progress import TerminalProgress
from copilot.cli.import_tables import print_report
from copilot.domain.access import Role, Viewer, Visibility
from copilot.domain.import_messages import ImportMessage, localise
from copilot.domain.language import Language
from copilot.errors import CopilotError, NotAllowed
from knowledge.fields import FIELDS
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.problems import bad_input
from knowledge.report import ImportReport
from knowledge.report_texts import text
from knowledge.values.currencies import parse_currency

__all__ = ["EXAMPLE", "TerminalProgress", "register"]

_MEGABYTE = 1_000_000
EXAMPLE = """
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
        "\b" + escape(EXAMPLE),
        f"Types: {', '.join((*FIELDS, 'skip'))}. Their fields: knowledge/README.md.",
    )
)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import", help=_HELP)(import_command)


_Folder = Annotated[Path, typer.Argument(help="Folder or file to import.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would happen; save nothing.")]
_Mapping = Annotated[Path | None, typer.Option(help="Mapping file; default: mapping.toml in the folder.")]
_Account = Annotated[str | None, typer.Option(help="Account (name or id) of documents that no rule assigns.")]
_Audience = Annotated[
    Visibility | None, typer.Option(help="Who may read documents that belong to no account and no folder says it.")
]
_AsOf = Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Day the exports were taken.")]
_Currency = Annotated[str | None, typer.Option(help="ISO code for amounts that do not state one.")]
_RootName = Annotated[
    str | None, typer.Option(help="Name under which the folder is remembered; default: its full path.")
]
_SkipUnreadable = Annotated[bool, typer.Option("--skip-unreadable", help="Import the rest when files cannot be read.")]
_ConfirmRemovals = Annotated[
    bool, typer.Option("--confirm-removals", help="Remove more than half of what the folder brought before.")
]
_Reread = Annotated[bool, typer.Option("--reread", help="Parse unchanged documents again.")]
_Json = Annotated[bool, typer.Option("--json", help="Print the report as JSON.")]


def import_command(
    path: _Folder,
    *,
    dry_run: _DryRun = False,
    mapping: _Mapping = None,
    account: _Account = None,
    visibility: _Audience = None,
    as_of: _AsOf = None,
    currency: _Currency = None,
    root_name: _RootName = None,
    skip_unreadable: _SkipUnreadable = False,
    confirm_removals: _ConfirmRemovals = False,
    reread: _Reread = False,
    as_json: _Json = False,
    user: context.UserOption = None,
) -> None:
    """Import and show the report."""
    with context.reported_errors():
        application = context.open_application()
        actor = context.acting_viewer(application, user=user)
        if actor.role not in {Role.MANAGER, Role.ADMIN}:
            raise NotAllowed("Only managers and admins import.", hint="Say --user EMAIL of one of them.")
        language = Language(actor.language) if actor.language in set(Language) else Language.EN
        default_currency = _currency(currency, language=language)
        options = ImportOptions(
            max_bytes=application.settings.max_file_megabytes * _MEGABYTE,
            dry_run=dry_run,
            mapping_file=mapping,
            root_name=root_name,
            account=account,
            visibility=visibility,
            as_of=as_of.date() if as_of else None,
            currency=default_currency,
            skip_unreadable=skip_unreadable,
            confirm_removals=confirm_removals,
            reread=reread,
        )
        report = _run(application, path, options=options, actor=actor, language=language)
    if as_json:
        typer.echo(json.dumps(report.to_dict(), ensure_ascii=False, indent=2, default=str))
    else:
        print_report(report, console=context.console, language=language)
    with context.reported_errors():
        _close(report, path, application=application, language=language)


def _close(report: ImportReport, path: Path, *, application: Application, language: Language) -> None:
    """Say what comes next. Raises InputError when nothing was of use, so that the exit code tells."""
    if report.nothing_usable:
        raise _in_language(bad_input(ImportMessage.NOTHING_USABLE, path=str(path)), language)
    filed = any(document.outcome in {"imported", "changed"} for document in report.documents)
    if filed and not report.dry_run and application.settings.embedding_model != "none":
        context.error_console.print(text("vectors", language=language), highlight=False)


def _currency(said: str | None, *, language: Language) -> str | None:
    try:
        return parse_currency(said) if said else None
    except ValueError as error:
        raise _in_language(bad_input(ImportMessage.BAD_CURRENCY, currency=said or ""), language) from error


def _run(
    application: Application, path: Path, *, options: ImportOptions, actor: Viewer, language: Language
) -> ImportReport:
    try:
        with TerminalProgress(language=language) as progress:
            return import_folder(
                path,
                database=application.database,
                actor_id=actor.user_id,
                options=options,
                progress=progress,
                after_import=lambda uow: application.after_import(uow=uow),
            )
    except CopilotError as error:
        raise _in_language(error, language) from error


def _in_language(error: CopilotError, language: Language) -> CopilotError:
    message, hint = localise(error.message, language=language), localise(error.hint, language=language)
    return type(error)(message, hint=hint)
