"""`sales-copilot privacy`: hand over what is held about a person, or erase it.

Invariant: without `--confirm` nothing is erased; what is printed says how much is held, never what.
"""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from copilot.cli.context import UserOption, acting_viewer, console, open_application, reported_errors
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import UnavailableError
from copilot.privacy.rendering import to_json, to_markdown
from copilot.privacy.service import ErasureReport, Holdings, Reason
from copilot.privacy.texts import table_words

privacy_app = typer.Typer(help="What is held about a person: hand it over, or erase it.", no_args_is_help=True)

PersonArgument = Annotated[str, typer.Argument(help="Email, telephone, contact id or full name.")]
AccountOption = Annotated[str | None, typer.Option("--account", help="Name or id of the person's account.")]

TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "columns": "Dónde|Lugares",
        "files": "archivos entregados",
        "nothing": "No se conserva nada de esa persona.",
        "written": "Escrito: {names}. Contiene datos personales: entréguelo y bórrelo.",
        "dry": "Ensayo: no se ha borrado nada. Repita con --confirm para borrarlo.",
        "erased": "Borrado: {contacts} contactos, {rows} registros, {passages} pasajes, {drafts} versiones de "
        "borradores. {stale} borradores sin decidir han quedado desactualizados.",
        "backup": "Las copias de seguridad y los archivos de origen quedan fuera: bórrelo también allí.",
        "shared": "Se dejó, porque también es de otras personas o es una palabra corriente: {values}",
        "files_left": "Archivos entregados que aún la nombran (bórrelos, o repita con --remove-files): {names}",
        "files_removed": "Archivos entregados borrados: {count}.",
        "unwritable": "No se puede escribir ahí.",
        "unwritable_hint": "Indique otro archivo con --output.",
    },
    "en": {
        "columns": "Where|Places",
        "files": "released files",
        "nothing": "Nothing is held about that person.",
        "written": "Written: {names}. It holds personal data: hand it over, then delete it.",
        "dry": "Rehearsal: nothing was erased. Repeat with --confirm to erase it.",
        "erased": "Erased: {contacts} contacts, {rows} records, {passages} passages, {drafts} versions of drafts. "
        "{stale} undecided drafts became stale.",
        "backup": "Backups and the source files are outside: erase it there too.",
        "shared": "Left, because others have it too or it is an ordinary word: {values}",
        "files_left": "Released files that still name them (delete them, or repeat with --remove-files): {names}",
        "files_removed": "Released files deleted: {count}.",
        "unwritable": "It cannot be written there.",
        "unwritable_hint": "Name another file with --output.",
    },
}


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(privacy_app, name="privacy")


@privacy_app.command("export")
def export(
    person: PersonArgument,
    *,
    output: Annotated[
        Path | None, typer.Option("--output", help="JSON file; a Markdown file is written beside it. Default: print.")
    ] = None,
    account: AccountOption = None,
    user: UserOption = None,
) -> None:
    """Hand over everything held about a person, with where it is from and its dates."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        with application.database.unit_of_work() as uow:
            holdings = application.privacy.export(person, viewer=viewer, uow=uow, account=account)
            now = uow.clock.now()
        if output is None:
            typer.echo(to_json(holdings, now=now))
            return
        markdown = output.with_suffix(".md")
        _write(output, to_json(holdings, now=now), viewer=viewer)
        _write(markdown, to_markdown(holdings, now=now, language=_language(viewer)), viewer=viewer)
    _print_counts(holdings, viewer=viewer)
    _say("written", viewer, names=f"{output.name}, {markdown.name}")


@privacy_app.command("erase")
def erase(
    person: PersonArgument,
    *,
    reason: Annotated[Reason, typer.Option("--reason", help="Why; recorded in the audit chain.")],
    confirm: Annotated[
        bool, typer.Option("--confirm/--dry-run", help="Erase; without it only counts are shown.")
    ] = False,
    remove_files: Annotated[bool, typer.Option("--remove-files", help="Delete released files that name them.")] = False,
    account: AccountOption = None,
    user: UserOption = None,
) -> None:
    """Erase a person everywhere: records are removed, names in texts overwritten, and imports keep them out."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        if not confirm:
            with application.database.unit_of_work() as uow:
                holdings = application.privacy.find(person, viewer=viewer, uow=uow, account=account)
            _print_counts(holdings, viewer=viewer)
            _say("nothing" if holdings.empty else "dry", viewer)
            return
        with application.database.unit_of_work() as uow:
            report = application.privacy.erase(person, reason=reason, viewer=viewer, uow=uow, account=account)
        removed = application.privacy.remove_files(report.files) if remove_files else None
    _print_report(report, removed=removed, viewer=viewer)


def _print_report(report: ErasureReport, *, removed: int | None, viewer: Viewer) -> None:
    if report.erasure_id is None and not report.files:
        _say("nothing", viewer)
        return
    if report.erasure_id is not None:
        _say(
            "erased",
            viewer,
            contacts=report.contacts,
            rows=sum(report.rows.values()),
            passages=report.passages,
            drafts=report.drafts,
            stale=report.drafts_made_stale,
        )
    if report.shared:
        _say("shared", viewer, values=", ".join(report.shared))
    if removed is not None:
        _say("files_removed", viewer, count=removed)
    elif report.files:
        _say("files_left", viewer, names=", ".join(file.path for file in report.files))
    _say("backup", viewer)


def _print_counts(holdings: Holdings, *, viewer: Viewer) -> None:
    table = Table()
    for heading in TEXTS[_language(viewer).value]["columns"].split("|"):
        table.add_column(heading, overflow="fold")
    for name, count in holdings.counts.items():
        table.add_row(table_words(name, language=_language(viewer)), str(count))
    if holdings.files:
        table.add_row(TEXTS[_language(viewer).value]["files"], str(len(holdings.files)))
    console.print(table)
    if holdings.person.shared:
        _say("shared", viewer, values=", ".join(holdings.person.shared))


def _write(path: Path, content: str, *, viewer: Viewer) -> None:
    """Readable by its owner only: it is full of personal data. Raises UnavailableError."""
    words = TEXTS[_language(viewer).value]
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise UnavailableError(words["unwritable"], hint=words["unwritable_hint"]) from error


def _language(viewer: Viewer) -> Language:
    return Language.ES if viewer.language == Language.ES else Language.EN


def _say(name: str, viewer: Viewer, **values: str | int) -> None:
    console.print(TEXTS[_language(viewer).value][name].format(**values), highlight=False, markup=False, soft_wrap=True)
