"""`sales-copilot demo`: the product in one command, on a fictional company.

Invariant: the demo's password is drawn anew each time and printed, never stored in clear and never fixed.
"""

from typing import Annotated

import typer
from rich.panel import Panel
from rich.table import Table

from copilot.bootstrap import Application, build
from copilot.cli.brief_view import print_brief
from copilot.cli.context import console, reported_errors
from copilot.cli.import_progress import TerminalProgress
from copilot.cli.serving import check_port, run_server
from copilot.domain.access import Role
from copilot.domain.language import Language
from copilot.settings import load_settings
from copilot.store.accounts import AccountRepository
from knowledge import demo_company

SHOWN_ACCOUNT = {Language.ES: "Logística Andina del Maipo", Language.EN: "Pinecrest Facilities Group"}

_TEXTS = {
    Language.EN: {
        "columns": "Email|Name|Role|Team",
        "alerts": "Scores of the last weeks computed. Alerts since then: [bold]{alerts}[/], "
        "see `sales-copilot alerts list`.",
        "password": "Password of all of them, until the next `demo`: [bold]{password}[/]",
    },
    Language.ES: {
        "columns": "Correo|Nombre|Función|Equipo",
        "alerts": "Calculadas las puntuaciones de las últimas semanas. Alertas desde entonces: [bold]{alerts}[/], "
        "véanse con `sales-copilot alerts list`.",
        "password": "Contraseña de todos, hasta el próximo `demo`: [bold]{password}[/]",
    },
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    *,
    language: Annotated[Language, typer.Option(help="Language of the brief that is shown.")] = Language.EN,
    serve: Annotated[bool, typer.Option(help="Serve the web app afterwards.")] = True,
    port: Annotated[int | None, typer.Option(min=1, max=65535, help="Port of the web app.")] = None,
) -> None:
    """Load the demo company, write a real brief, show its queue entry, serve the web app."""
    with reported_errors():
        settings = load_settings()
        chosen_port = port or settings.port
        if serve:
            check_port(settings.host, chosen_port)
        application = build(settings)
        password = application.clock.new_token()[:16]
        described = demo_company.load_people(application, password=password)
        application = build(settings)  # again: from here on, the business date is the demo's
        admin = next(person for person in described.people if person.role is Role.ADMIN)
        with TerminalProgress(language=language) as progress:
            report = demo_company.load_records(application, actor=admin, progress=progress)
        console.print(report.summary(language=language), highlight=False)
        _show_alerts(demo_company.watch(application), language=language)
        _show_brief(application, described, language=language)
        _show_people(described, password=password, language=language)
        if serve:
            run_server(application, host=settings.host, port=chosen_port)
        application.close()


def _show_alerts(alerts: int, *, language: Language) -> None:
    if alerts:  # none when the demo is loaded again: they are there
        console.print(_TEXTS[language]["alerts"].format(alerts=alerts))


def _show_brief(application: Application, described: demo_company.Company, *, language: Language) -> None:
    owner = next(p for p in described.people if p.role is Role.MANAGER and p.language == language)
    with application.database.unit_of_work() as uow:
        account = AccountRepository(uow).named(SHOWN_ACCOUNT[language], viewer=owner)[0]
        result = application.briefs.run(account.id, viewer=owner, language=language, uow=uow)
    print_brief(result, viewer=owner)


def _show_people(described: demo_company.Company, *, password: str, language: Language) -> None:
    texts = _TEXTS[language]
    table = Table()
    for heading in texts["columns"].split("|"):
        table.add_column(heading, overflow="fold")
    for person in described.people:
        table.add_row(person.email, person.name, person.role.value, described.teams[person.team_id or ""])
    console.print(table)
    console.print(Panel(texts["password"].format(password=password), expand=False))
