"""`sales-copilot train`: learns a score from a history of your own, with a report that says whether to believe it.

Invariant: the file is only read, nothing that is there is overwritten, and no score is saved that cannot be believed.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from copilot.cli.context import console, reported_errors
from copilot.cli.train_report import report
from copilot.cli.train_words import say
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.scoring.believable import judge
from copilot.settings import load_settings
from knowledge.history import Asked, read_history

train_app = typer.Typer(help="Learn a score from a history of your own.", no_args_is_help=True)
_MOST_BYTES = 500_000_000


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(train_app, name="train")


@train_app.callback()
def _group() -> None:
    """Learn a score from a history of your own."""


@train_app.command()
def churn(
    source: Annotated[
        Path, typer.Option("--from", exists=True, dir_okay=False, help="CSV, JSON or XLSX: a row for each account.")
    ],
    label: Annotated[str, typer.Option(help="Column that says how it ended.")],
    positive: Annotated[str | None, typer.Option(help="Its value for an account that went.")] = None,
    day: Annotated[
        str | None, typer.Option("--date", help="Column of the day of each row: judge on the latest quarter.")
    ] = None,
    segment: Annotated[str | None, typer.Option(help="Column of groups in which the score should hold alike.")] = None,
    without: Annotated[list[str] | None, typer.Option(help="A column not to learn from.")] = None,
    keep: Annotated[list[str] | None, typer.Option(help="A column that was known before the outcome.")] = None,
    to: Annotated[Path, typer.Option(help="Folder for the model and the report.")] = Path(),
    language: Annotated[Language | None, typer.Option(help="Of the report (default: COPILOT_LANGUAGE).")] = None,
) -> None:
    """Learn how likely accounts are to go, and say how far to believe it. A score without worth is refused."""
    with reported_errors():
        told = language or Language(load_settings().default_language)
        asked = Asked(label, positive, day, segment, frozenset(without or ()), frozenset(keep or ()))
        model_file, report_file = to / "churn-model.json", to / "churn-report.md"
        for path in (model_file, report_file):
            if path.exists():
                raise InputError(say("exists", told, path=path), hint=say("exists_hint", told))
        read = read_history(source, asked, max_bytes=_MOST_BYTES)
        verdict = judge(read.history)
        text = report(read, verdict, file=source.name, label=label, language=told)
        files = {report_file: text}
        if verdict.model is not None:
            files[model_file] = verdict.model.model_dump_json(indent=1) + "\n"
        _write(files, told)
        console.print(text, markup=False, highlight=False, soft_wrap=True)
        if verdict.model is None:
            console.print(say("saved_report", told, report=report_file), markup=False, highlight=False, soft_wrap=True)
            raise typer.Exit(3)
        said = say("saved", told, model=model_file, report=report_file)
        console.print(said, markup=False, highlight=False, soft_wrap=True)


def _write(files: Mapping[Path, str], language: Language) -> None:
    """All of them or none. Raises InputError."""
    written: list[Path] = []
    for path, text in files.items():
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8") as file:
                written.append(path)
                file.write(text)
        except OSError as error:
            for begun in written:
                begun.unlink(missing_ok=True)
            why = (error.strerror or type(error).__name__).lower()
            raise InputError(
                say("unwritable", language, path=path, why=why), hint=say("exists_hint", language)
            ) from error
