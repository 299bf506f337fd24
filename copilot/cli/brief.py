"""`sales-copilot brief ACCOUNT`: write an account brief and put it in the approval queue.

Invariant: what is written to a file or to standard output is what was submitted, byte for byte.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from copilot.bootstrap import Application
from copilot.cli.brief_view import print_brief
from copilot.cli.context import UserOption, acting_viewer, console, error_console, open_application, reported_errors
from copilot.cli.queue_view import plain
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.rendering import render_deliverables
from copilot.errors import InputError, NotFound
from copilot.store.accounts import AccountHead, AccountRepository
from copilot.workflows.filed_draft import FiledDraft

_STEPS = {
    "es": {
        "records": "Leyendo los registros",
        "texts": "Leyendo correos, llamadas y notas",
        "write": "Redactando",
        "verify": "Comprobando cada frase",
        "submit": "Enviando a la cola",
        "done": "Listo",
    },
    "en": {
        "records": "Reading records",
        "texts": "Reading emails, calls and notes",
        "write": "Writing",
        "verify": "Checking every sentence",
        "submit": "Putting it in the queue",
        "done": "Done",
    },
}
_TEXTS = {
    "es": {
        "none": "No hay ninguna cuenta «{name}» entre las que puede ver.",
        "similar": "Quizá: {names}.",
        "search": "Búsquela con otra parte de su nombre.",
        "several": "Hay varias cuentas que coinciden con «{name}».",
        "say": "Escriba el nombre completo o el id de una: {names}.",
        "written": "Guardado en {file}",
        "not_written": "No se puede escribir en {file}: {why}.",
        "elsewhere": "Elija otra carpeta con --output. No se ha guardado nada.",
        "queued": "En la cola como {id}. Para aprobarlo: sales-copilot approve {id}",
    },
    "en": {
        "none": "There is no account “{name}” among those you may see.",
        "similar": "Perhaps: {names}.",
        "search": "Search for it by another part of its name.",
        "several": "Several accounts match “{name}”.",
        "say": "Give the full name or the id of one: {names}.",
        "written": "Saved to {file}",
        "not_written": "{file} cannot be written: {why}.",
        "elsewhere": "Choose another folder with --output. Nothing was saved.",
        "queued": "In the queue as {id}. To approve it: sales-copilot approve {id}",
    },
}


class OutputFormat(StrEnum):
    """Files a brief comes as."""

    MARKDOWN = "md"
    HTML = "html"
    JSON = "json"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("brief")(brief)


def brief(
    account: Annotated[str, typer.Argument(help="Name of the account (part of it is enough) or its id.")],
    *,
    language: Annotated[Language | None, typer.Option(help="Language of the brief (default: yours).")] = None,
    output_format: Annotated[
        OutputFormat | None, typer.Option("--format", help="Write the file instead of showing the brief.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="File to write; without it, standard output.")] = None,
    user: UserOption = None,
) -> None:
    """Write a cited account brief and put it in the approval queue."""
    with reported_errors():
        application = open_application()
        try:
            viewer = acting_viewer(application, user=user)
            result, content = _made(application, viewer, account, language, output_format, output)
        finally:
            application.close()
    if content is None:
        print_brief(result, viewer=viewer)
        return
    _deliver(result, content, output, viewer=viewer)


def _made(
    application: Application,
    viewer: Viewer,
    account: str,
    language: Language | None,
    output_format: OutputFormat | None,
    output: Path | None,
) -> tuple[FiledDraft, bytes | None]:
    """Write the brief. A file that cannot be written leaves nothing in the queue either."""
    chosen = output_format or _format_of(output)
    with application.database.unit_of_work() as uow:
        found = find_account(account, viewer=viewer, repository=AccountRepository(uow))
        with _progress() as progress:
            task = progress.add_task("", total=None)

            def moved(step: str, done: int, total: int) -> None:
                progress.update(task, description=_STEPS[viewer.language][step], completed=done, total=total)

            wanted = language or Language(viewer.language)
            result = application.briefs.run(found.id, viewer=viewer, language=wanted, uow=uow, progress=moved)
        content = render_deliverables(result.draft)[f"brief.{chosen.value}"] if chosen else None
        if content is not None and output is not None:
            _write(output, content, viewer=viewer)
    return result, content


def find_account(name: str, *, viewer: Viewer, repository: AccountRepository) -> AccountHead:
    """The account with this id or name. Raises NotFound or InputError, with candidates."""
    texts = _TEXTS[viewer.language]
    if name.startswith("acc_"):
        return repository.head(name, viewer=viewer)
    found = repository.named(name, viewer=viewer)
    exact = [item for item in found if item.name.casefold() == name.strip().casefold()]
    if len(exact) == 1 or len(found) == 1:
        return (exact or found)[0]
    if not found:
        similar = [
            item.name for word in name.split() if len(word) > 2 for item in repository.named(word, viewer=viewer)
        ]
        hint = texts["similar"].format(names=", ".join(dict.fromkeys(similar))) if similar else texts["search"]
        raise NotFound(texts["none"].format(name=plain(name)), hint=hint)
    names = ", ".join(f"{item.name} ({item.id})" for item in found)
    raise InputError(texts["several"].format(name=plain(name)), hint=texts["say"].format(names=names))


def _format_of(output: Path | None) -> OutputFormat | None:
    if output is None:
        return None
    try:
        return OutputFormat(output.suffix.lstrip(".").lower())
    except ValueError:
        return OutputFormat.MARKDOWN


def _write(output: Path, content: bytes, *, viewer: Viewer) -> None:
    texts = _TEXTS[viewer.language]
    try:
        output.write_bytes(content)
    except OSError as error:
        why = (error.strerror or type(error).__name__).lower()
        raise InputError(texts["not_written"].format(file=output, why=why), hint=texts["elsewhere"]) from error


def _deliver(result: FiledDraft, content: bytes, output: Path | None, *, viewer: Viewer) -> None:
    texts = _TEXTS[viewer.language]
    if output is None:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    else:
        console.print(texts["written"].format(file=output), markup=False, highlight=False)
    error_console.print(texts["queued"].format(id=result.item.id), markup=False, highlight=False)


def _progress() -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        console=error_console,
        transient=True,
        disable=not error_console.is_terminal,
    )
