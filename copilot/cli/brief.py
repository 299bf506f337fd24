"""`sales-copilot brief ACCOUNT`: write an account brief and put it in the approval queue.

Invariant: what is written to a file or to standard output is what was submitted, byte for byte; a PDF, which is made
for reading only, says on every page whether it is approved.
"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from typer.core import TyperGroup

from copilot.bootstrap import Application
from copilot.cli.brief_schedules import schedule_app
from copilot.cli.brief_view import print_brief
from copilot.cli.context import UserOption, acting_viewer, console, error_console, open_application, reported_errors
from copilot.cli.named_account import find_account
from copilot.cli.queue_view import plain
from copilot.domain.access import Viewer
from copilot.domain.drafts import DraftKind
from copilot.domain.language import Language
from copilot.domain.rendering import render_deliverables
from copilot.errors import InputError, NotFound
from copilot.store.accounts import AccountRepository
from copilot.store.cited_work import CitedWorkRepository
from copilot.workflows.brief.printed import print_item
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
        "written": "Guardado en {file}",
        "no_brief": "Todavía no hay ningún informe de «{name}» entre los que puede ver.",
        "write_one": "Redacte uno: la misma orden sin --latest.",
        "not_written": "No se puede escribir en {file}: {why}.",
        "elsewhere": "Elija otra carpeta con --output. No se ha guardado nada.",
        "queued": "En la cola como {id}. Para aprobarlo: sales-copilot approve {id}",
    },
    "en": {
        "written": "Saved to {file}",
        "no_brief": "There is no brief of “{name}” yet among those you may see.",
        "write_one": "Write one: the same command without --latest.",
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


class AccountFirst(TyperGroup):
    """`brief ACCOUNT` is `brief write ACCOUNT`, as everybody types it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """What begins with none of the commands is an account, or an option of writing."""
        is_own = not args or args[0] in self.commands or args[0] == "--help"
        return super().parse_args(ctx, args if is_own else ["write", *args])


def register(app: typer.Typer) -> None:
    """Add the commands."""
    area = typer.Typer(
        cls=AccountFirst,
        help="Write a cited account brief and put it in the approval queue.\n\n"
        "`brief ACCOUNT` is short for `brief write ACCOUNT`.",
        no_args_is_help=True,
    )
    area.command("write")(brief)
    area.add_typer(schedule_app, name="schedule")
    app.add_typer(area, name="brief")


def brief(
    account: Annotated[str, typer.Argument(help="Name of the account (part of it is enough) or its id.")],
    *,
    language: Annotated[
        Language | None, typer.Option(help="Language of the brief (default: yours; --latest: any).")
    ] = None,
    output_format: Annotated[
        OutputFormat | None, typer.Option("--format", help="Write the file instead of showing the brief.")
    ] = None,
    output: Annotated[Path | None, typer.Option(help="File to write; without it, standard output.")] = None,
    pdf: Annotated[Path | None, typer.Option(help="PDF file to write, sources as footnotes.")] = None,
    latest: Annotated[bool, typer.Option("--latest", help="With --pdf: take the newest brief, write none.")] = False,
    user: UserOption = None,
) -> None:
    """Write a cited account brief and put it in the approval queue."""
    if latest and pdf is None:
        raise typer.BadParameter("--latest: --pdf FILE")
    with reported_errors():
        application = open_application()
        try:
            viewer = acting_viewer(application, user=user)
            if pdf is not None and latest:
                _print_latest(application, viewer, account, pdf, language=language)
                return
            result, content = _made(application, viewer, account, language, output_format, output, pdf=pdf)
        finally:
            application.close()
    if pdf is not None:
        _say_written(pdf, viewer=viewer)
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
    *,
    pdf: Path | None,
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
        if pdf is not None:
            printed, _ = print_item(result.item.id, approvals=application.approvals, viewer=viewer, uow=uow)
            _write(pdf, printed, viewer=viewer)
    return result, content


def _print_latest(
    application: Application, viewer: Viewer, account: str, pdf: Path, *, language: Language | None
) -> None:
    """Raises NotFound if there is no brief of the account yet, or none in the language."""
    texts = _TEXTS[viewer.language]
    with application.database.unit_of_work() as uow:
        found = find_account(account, viewer=viewer, repository=AccountRepository(uow))
        cited = CitedWorkRepository(uow)
        item_id = cited.latest_item_id(found.id, kind=DraftKind.BRIEF, language=language, viewer=viewer)
        if item_id is None:
            raise NotFound(texts["no_brief"].format(name=plain(found.name)), hint=texts["write_one"])
        printed, _ = print_item(item_id, approvals=application.approvals, viewer=viewer, uow=uow)
    _write(pdf, printed, viewer=viewer)
    _say_written(pdf, viewer=viewer)


def _say_written(file: Path, *, viewer: Viewer) -> None:
    console.print(_TEXTS[viewer.language]["written"].format(file=file), markup=False, highlight=False)


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
        _say_written(output, viewer=viewer)
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
