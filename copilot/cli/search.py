"""`search`: find passages; `reindex`: rebuild the vectors.

Invariant: a search runs on behalf of a user and shows only what that user may see.
"""

import json
from typing import Annotated

import typer
from rich.markup import escape
from rich.progress import Progress

from copilot.cli.context import UserOption, acting_viewer, console, error_console, open_application, reported_errors
from copilot.retrieval.indexing import IndexingProgress
from copilot.retrieval.search import Hit, SearchRequest, SearchResult

_EXCERPT = 280


def register(app: typer.Typer) -> None:
    """Add the commands of this area."""
    app.command("search")(search)
    app.command("reindex")(rebuild)


def search(
    query: Annotated[str, typer.Argument(help="What to look for, in Spanish or English.")],
    account: Annotated[
        list[str] | None, typer.Option("--account", help="Look only in this account (its id); may be repeated.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100, help="Number of passages.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,  # noqa: FBT002 - typer's way
    user: UserOption = None,
) -> None:
    """Find passages in accounts and shared knowledge, by words and by meaning, in both languages."""
    with reported_errors():
        application = open_application()
        try:
            viewer = acting_viewer(application, user=user)
            request = SearchRequest(
                query=query,
                account_ids=tuple(account) if account else None,
                include_shared=not account,
                limit=limit,
            )
            with application.database.unit_of_work() as uow:
                result = application.retrieval.search.search(request, viewer=viewer, uow=uow)
        finally:
            application.close()
    if as_json:
        typer.echo(json.dumps(result.model_dump(mode="json"), ensure_ascii=False, indent=2))
    else:
        _print(result, language=viewer.language)


def rebuild() -> None:
    """Embed every passage again, e.g. after choosing another embedding model."""
    with reported_errors():
        application = open_application()
        try:
            with Progress(console=error_console) as bar:
                task = bar.add_task("passages", total=None)

                def show(state: IndexingProgress) -> None:
                    bar.update(task, completed=state.done, total=state.total)

                done = application.retrieval.reindex(progress=show)
        finally:
            application.close()
    typer.echo(f"{done} passages embedded / pasajes indexados: {done}")


def _print(result: SearchResult, *, language: str) -> None:
    for number, hit in enumerate(result.hits, start=1):
        console.print(f"[bold]{number}.[/] {_heading(hit)}", highlight=False)
        console.print(f"   {_excerpt(hit.evidence.text)}", highlight=False, markup=False)
    if not result.hits:
        console.print("No se ha encontrado nada." if language == "es" else "Nothing was found.")
    for notice in result.missing:
        error_console.print(notice.text(language), style="yellow", highlight=False, markup=False)


def _heading(hit: Hit) -> str:
    where = hit.evidence.account_id or hit.evidence.visibility or ""
    return f"{escape(hit.evidence.label)} · {hit.evidence.as_of.isoformat()} · {where} · [dim]{hit.evidence.id}[/]"


def _excerpt(text: str) -> str:
    joined = " ".join(text.split())
    return joined if len(joined) <= _EXCERPT else f"{joined[:_EXCERPT]}…"
