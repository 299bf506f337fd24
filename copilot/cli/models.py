"""`sales-copilot models`: what the models can do, what they were asked for, and what is left of the budgets.

Invariant: who is no administrator sees their own calls; a check is bounded in questions and time, and its verdict
decides which roles the model may take.
"""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from copilot.bootstrap import Application
from copilot.cli.context import UserOption, acting_viewer, console, open_application, reported_errors
from copilot.cli.models_words import say
from copilot.domain.access import Role, Viewer
from copilot.domain.model_calls import Budget, BudgetScope, CallTotals, ModelCall, Spending
from copilot.errors import ConfigurationError
from copilot.llm.endpoints import Endpoint
from copilot.llm.roles import Caller, ModelRole
from copilot.store.model_calls import ModelCallRepository

models_app = typer.Typer(help="Models: what they can do, their calls and their budgets.", no_args_is_help=True)
_LONGEST_CONTEXT = 8_000
_PATIENCE = 60.0
_WIDE = 140
"""Columns of a terminal that the whole table needs."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(models_app, name="models")


@models_app.command("check")
def check(
    *,
    role: Annotated[ModelRole, typer.Option(help="The role whose first model is checked.")] = ModelRole.WRITER,
    model: Annotated[str | None, typer.Option(help="Another model: NAME, or `local`.")] = None,
    url: Annotated[str | None, typer.Option(help="Where it is, e.g. http://HOST:PORT/v1.")] = None,
    longest: Annotated[
        int, typer.Option(min=1000, max=128_000, help="Most tokens to try in one question.")
    ] = _LONGEST_CONTEXT,
    patience: Annotated[
        float, typer.Option(min=1, help="Seconds after which no longer question is tried.")
    ] = _PATIENCE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    user: UserOption = None,
) -> None:
    """Ask a model what it must be able to do, and keep the verdict. Takes minutes."""
    # Imported here: the libraries of models take seconds to load.
    from copilot.agent.model_check import check_model
    from copilot.agent.model_check.check import keep
    from copilot.cli.models_report import print_report

    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        endpoint = _endpoint(application, role=role, model=model, url=url)
        with console.status("") as status:
            report = check_model(
                endpoint,
                models=application.models,
                caller=Caller.of(viewer),
                longest_context=longest,
                patience_seconds=patience,
                tell=lambda part: status.update(say(f"probing_{part}", viewer.language)),
            )
        with application.database.unit_of_work() as uow:
            keep(report, endpoint, uow=uow)
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False, indent=2, default=str))
        return
    print_report(report, language=viewer.language)


@models_app.command("calls")
def calls(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many of the newest calls.")] = 20,
    days: Annotated[int, typer.Option(min=1, max=366, help="Days to sum up.")] = 7,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    user: UserOption = None,
) -> None:
    """List the newest calls and sums by day: everybody's for an administrator, else yours."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        whose = None if viewer.role is Role.ADMIN else viewer.user_id
        with application.database.unit_of_work() as uow:
            recent = ModelCallRepository(uow).recent(limit=limit, user_id=whose)
            totals = ModelCallRepository(uow).totals(days=days, user_id=whose)
    if as_json:
        found = {"calls": [asdict(item) for item in recent], "days": [asdict(item) for item in totals]}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    if not recent:
        console.print(say("no_calls", viewer.language))
        return
    _print_calls(recent, language=viewer.language)
    _print_totals(totals, language=viewer.language)


@models_app.command("budget")
def budget(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    user: UserOption = None,
) -> None:
    """Show what you, your team and the workspace spent on models today, and what is left."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        budgets = application.models.policy.budgets
        with application.database.unit_of_work() as uow:
            spent = ModelCallRepository(uow).spent(viewer.user_id, team_id=viewer.team_id)
    if as_json:
        found = {
            scope.value: {
                "spent": asdict(amount),
                "budget": budgets.get(scope, Budget()).model_dump(),
            }
            for scope, amount in spent.items()
        }
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2, default=str))
        return
    _print_budget(spent, budgets, viewer)


def _endpoint(application: Application, *, role: ModelRole, model: str | None, url: str | None) -> Endpoint:
    if model is not None:
        return application.models.endpoint(f"{model}@{url}" if url else model)
    if url is not None:
        raise ConfigurationError("An address needs the name of a model.", hint="Say --model NAME --url URL.")
    chain = application.models.chain(role)
    if not chain:
        raise ConfigurationError(
            "No model is configured for this role.",
            hint="Set COPILOT_WRITER_MODEL or COPILOT_LOCAL_MODEL, or say --model NAME --url URL.",
        )
    return chain[0]


def _print_calls(found: tuple[ModelCall, ...], *, language: str) -> None:
    wide = console.width >= _WIDE
    table = Table(*say("call_columns_wide" if wide else "call_columns", language).split("|"))
    for call in found:
        prompt = f"{call.prompt_id} v{call.prompt_version}" if call.prompt_id else "–"
        cells = [
            call.called_at.strftime("%m-%d %H:%M:%S"),
            call.role,
            escape(call.model),
            f"{call.input_tokens}+{call.output_tokens}",
            "–" if call.cost_usd is None else f"{call.cost_usd:.4f}",
            f"{call.latency_ms / 1000:.1f} s",
            say(f"outcome_{call.outcome.value}", language),
        ]
        table.add_row(*cells, *((escape(call.endpoint), prompt, call.user_id) if wide else ()))
    console.print(table)
    if not wide:
        console.print(say("narrow", language))


def _print_totals(found: tuple[CallTotals, ...], *, language: str) -> None:
    table = Table(*say("total_columns", language).split("|"))
    for item in found:
        table.add_row(
            item.day.isoformat(),
            item.role,
            escape(item.model),
            str(item.calls),
            str(item.answered),
            str(item.input_tokens + item.output_tokens),
            f"{item.cost_usd:.4f}",
        )
    console.print(table)


def _print_budget(spent: dict[BudgetScope, Spending], budgets: dict[BudgetScope, Budget], viewer: Viewer) -> None:
    language = viewer.language
    table = Table(*say("budget_columns", language).split("|"))
    for scope, amount in spent.items():
        limit = budgets.get(scope, Budget())
        unlimited = say("unlimited", language)
        tokens = unlimited if limit.tokens is None else str(max(0, limit.tokens - amount.tokens))
        dollars = unlimited if limit.usd is None else f"{max(0, limit.usd - amount.cost_usd):.4f}"
        table.add_row(
            say(f"scope_{scope.value}", language), str(amount.tokens), tokens, f"{amount.cost_usd:.4f}", dollars
        )
    console.print(table)
    console.print(say("renewed", language))
