"""`sales-copilot reviewers`: how carefully reviews are done."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.table import Table

from copilot.approvals.quality.reviewers import ReviewerFigures, reviewer_figures
from copilot.cli.context import UserOption, acting_viewer, console, open_application, reported_errors
from copilot.domain.language import Language
from copilot.domain.proportions import Share

_WORDS = {
    Language.ES: {
        "columns": (
            "Persona",
            "Decisiones",
            "Pruebas detectadas",
            "Tiempo",
            "Aprobado sin cambios",
            "Acuerdo",
            "Revocado",
            "Demasiado rápido",
        ),
        "of": "{part} de {whole}",
        "none": "Nadie a quien pueda ver ha decidido nada en los últimos {days} días.",
        "flood": "{name}: aprobaciones más rápidas de lo que se puede leer.",
    },
    Language.EN: {
        "columns": (
            "Person",
            "Decisions",
            "Tests caught",
            "Time",
            "Approved as written",
            "Agreement",
            "Overturned",
            "Too fast",
        ),
        "of": "{part} of {whole}",
        "none": "Nobody whom you may look at decided anything in the last {days} days.",
        "flood": "{name}: approvals faster than the drafts can be read.",
    },
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reviewers")(reviewers)


def reviewers(
    *,
    days: Annotated[int, typer.Option(min=1, max=365, help="How many days to look back.")] = 90,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    user: UserOption = None,
) -> None:
    """Show how carefully reviews are done: yours, your team's for a manager, everybody's for an admin."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        with application.database.unit_of_work() as uow:
            found = reviewer_figures(application.policy.quality, days=days, viewer=viewer, uow=uow)
    if as_json:
        typer.echo(json.dumps([asdict(item) for item in found], ensure_ascii=False, indent=2, default=str))
        return
    _print(found, days=days, language=Language.ES if viewer.language == "es" else Language.EN)


def _print(found: tuple[ReviewerFigures, ...], *, days: int, language: Language) -> None:
    words = _WORDS[language]
    if not found:
        console.print(str(words["none"]).format(days=days))
        return

    def share(counted: Share) -> str:
        return str(words["of"]).format(part=counted.part, whole=counted.whole) if counted.whole else "–"

    table = Table(*words["columns"])
    for item in found:
        seconds = item.median_seconds
        time = "–" if seconds is None else f"{seconds / 60:.0f} min" if seconds >= 60 else f"{seconds:.0f} s"
        shares = (share(item.unchanged), share(item.agreement), share(item.overturned), share(item.too_fast))
        table.add_row(item.name, str(item.decisions), share(item.caught), time, *shares)
    console.print(table)
    for item in found:
        if item.flood_at:
            console.print(str(words["flood"]).format(name=item.name), highlight=False)
