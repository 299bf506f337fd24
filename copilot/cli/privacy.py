"""`sales-copilot privacy`: hand over what is held about a person, or erase it.

Invariant: without `--confirm` nothing is erased; what is printed says how much is held, never what. What was confirmed
and is cut off here stays open for a worker.
"""

import time
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from copilot.bootstrap import Application
from copilot.cli.context import UserOption, acting_viewer, console, open_application, reported_errors
from copilot.domain.access import Viewer
from copilot.domain.erasure import ErasureState, Reason, Step, Trouble
from copilot.domain.language import Language
from copilot.errors import Conflict, UnavailableError
from copilot.privacy.rendering import to_json, to_markdown
from copilot.privacy.service import Holdings
from copilot.privacy.texts import step_words, table_words, trouble_words
from copilot.store.erasure_reading import ErasureRecord

_LOOK_AGAIN = 1.0
"""Seconds."""
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
        "elsewhere": "Otro proceso está borrando; se espera a que termine",
        "none_waits": "Ningún borrado espera.",
        "one": "Borrado {id}",
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
        "elsewhere": "Another process is erasing; waiting for it to end",
        "none_waits": "No erasure waits.",
        "one": "Erasure {id}",
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
    """Erase a person everywhere: records are removed, names in texts overwritten, and imports keep them out.

    What is confirmed is done here; if this is cut off, a worker goes on.
    """
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
            meant = application.privacy.identify(person, viewer=viewer, uow=uow, account=account)
            erasure_id = application.privacy.confirm(
                meant, reason=reason, viewer=viewer, uow=uow, remove_files=remove_files
            )
        record = _done_here(application, erasure_id, viewer=viewer)
    _print_record(record, viewer=viewer)
    if meant.shared:
        _say("shared", viewer, values=", ".join(meant.shared))


@privacy_app.command("run")
def run(user: UserOption = None) -> None:
    """Do the erasures that were confirmed and wait, here and now; without this a worker does them."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        with application.database.unit_of_work() as uow:
            waiting = application.privacy.waiting(viewer=viewer, uow=uow)
        if not waiting:
            _say("none_waits", viewer)
        for record in waiting:
            _say("one", viewer, id=record.id)
            _print_record(_done_here(application, record.id, viewer=viewer), viewer=viewer)


def _done_here(application: Application, erasure_id: str, *, viewer: Viewer) -> ErasureRecord:
    """Do it, or wait for whoever is at it. Raises Conflict with what to do if it did not end well."""
    tell = _Told(viewer)
    while True:
        application.privacy.run(erasure_id, tell=tell.step)
        with application.database.unit_of_work() as uow:
            record = application.privacy.one(erasure_id, viewer=viewer, uow=uow)
        if record.state == ErasureState.DONE:
            return record
        if record.problem is not None and record.state != ErasureState.UNDER_WAY:
            message, hint = trouble_words(
                Trouble(record.problem), language=_language(viewer), tables=record.problem_tables
            )
            raise Conflict(message, hint=hint)
        tell.wait()
        time.sleep(_LOOK_AGAIN)


class _Told:
    """Says each step once."""

    def __init__(self, viewer: Viewer) -> None:
        self._viewer = viewer
        self._said: str | None = None

    def step(self, step: Step, _done: int, _total: int) -> None:
        """What is done now."""
        self._tell(step_words(step, language=_language(self._viewer)))

    def wait(self) -> None:
        """Somebody else is at one."""
        self._tell(TEXTS[_language(self._viewer).value]["elsewhere"])

    def _tell(self, words: str) -> None:
        if words != self._said:
            console.print(f"{words}…", highlight=False, markup=False, soft_wrap=True)
            self._said = words


def _print_record(record: ErasureRecord, *, viewer: Viewer) -> None:
    counts, result = record.counts, record.result
    if any(counts.values()):
        _say(
            "erased",
            viewer,
            contacts=counts["contacts"],
            rows=sum(counts.values()) - counts["contacts"] - counts["passages"] - counts["drafts"],
            passages=counts["passages"],
            drafts=counts["drafts"],
            stale=result["drafts_made_stale"],
        )
    else:
        _say("nothing", viewer)
    if record.remove_files:
        _say("files_removed", viewer, count=result["files_removed"])
    elif result["files_left"]:
        _say("files_left", viewer, names=", ".join(result["files_left"]))
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
