"""`sales-copilot queue`: list what waits, show one item in full; the parts that decide and handle are registered here.

Invariant: text from outside never reaches the terminal as control characters.
"""

from decimal import Decimal
from typing import Annotated

import typer

from copilot.cli import queue_deciding, queue_handling
from copilot.cli.acting import Acting, ItemArgument, JsonOption, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import item_as_json, print_item, print_json, print_page
from copilot.cli.queue_words import say
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk
from copilot.domain.review_items import OPEN, ReviewState
from copilot.errors import InputError
from copilot.store.people import PeopleRepository
from copilot.store.queue_filters import QueueFilters, Sort
from copilot.store.queue_pages import QueuePages

queue_app = typer.Typer(help="Show what waits for approval, and work on it.")


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(queue_app, name="queue")
    queue_deciding.register(app, queue_app)
    queue_handling.register(queue_app)


@queue_app.callback(invoke_without_command=True)
def queue(
    context: typer.Context,
    *,
    state: Annotated[list[ReviewState] | None, typer.Option(help="States to list (default: open ones).")] = None,
    every: Annotated[bool, typer.Option("--all", help="List every state.")] = False,
    risk: Annotated[list[Risk] | None, typer.Option(help="Risks to list (default: all).")] = None,
    kind: Annotated[list[DraftKind] | None, typer.Option(help="Kinds of drafts to list (default: all).")] = None,
    audience: Annotated[Audience | None, typer.Option(help="Only for this audience.")] = None,
    found: Annotated[
        list[str] | None, typer.Option(help="Rules or families that saw something, e.g. leak or grounding. Repeatable.")
    ] = None,
    mine: Annotated[bool, typer.Option("--mine", help="Only what you asked for.")] = False,
    for_me: Annotated[bool, typer.Option("--for-me", help="Only what you could approve now.")] = False,
    assigned: Annotated[bool, typer.Option("--assigned", help="Only what you are asked to decide.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is overdue.")] = False,
    value_from: Annotated[float | None, typer.Option(min=0, help="Only what is worth at least this.")] = None,
    search: Annotated[str | None, typer.Option(help="Words in title, account, requester or draft.")] = None,
    view: Annotated[str | None, typer.Option(help="Use this saved view instead of the filters.")] = None,
    sort: Annotated[Sort | None, typer.Option(help="Order (default: by deadline, or the view's).")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    cursor: Annotated[str | None, typer.Option(help="Marker of the next page, as printed.")] = None,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """List the queue, soonest due first."""
    if context.invoked_subcommand is not None:
        return
    with reported_errors():
        person = acting(user)
        me = person.viewer.user_id
        filters = QueueFilters(
            states=() if every else tuple(state or sorted(OPEN)),
            risks=tuple(risk or ()),
            kinds=tuple(kind or ()),
            audience=audience,
            rules=tuple(found or ()),
            requester_id=me if mine else None,
            assignee_id=me if assigned else None,
            for_me=for_me,
            overdue=overdue,
            value_from=None if value_from is None else Decimal(str(value_from)),
            q=search or None,
        )
        if view is not None:
            filters, order = _saved(view, person)
            sort = sort or order
        _print_list(person, filters, sort=sort or Sort.DEADLINE, cursor=cursor, limit=limit, as_json=as_json)


def _print_list(
    person: Acting, filters: QueueFilters, *, sort: Sort, cursor: str | None, limit: int, as_json: bool
) -> None:
    with person.application.database.unit_of_work() as uow:
        page = QueuePages(uow).page(filters, viewer=person.viewer, cursor=cursor, limit=limit, sort=sort)
        items = [entry.item for entry in page.entries]
        people = {item.assignee_id for item in items} | {item.claimed_by for item in items}
        names = PeopleRepository(uow).names([user_id for user_id in people if user_id])
    now = person.application.clock.now()
    print_page(page, names=names, viewer=person.viewer, as_json=as_json, now=now)


def _saved(name: str, person: Acting) -> tuple[QueueFilters, Sort]:
    """Filters and order of the view of that name. Raises InputError that names those there are."""
    with person.application.database.unit_of_work() as uow:
        views = person.application.saved_views.all(viewer=person.viewer, uow=uow)
    for view in views:
        if view.name.casefold() == name.casefold():
            return view.filters, view.sort
    names = ", ".join(view.name for view in views) or "-"
    raise InputError(say("no_view", person.viewer, names=names))


@queue_app.command("show")
def show(item: ItemArgument, *, as_json: JsonOption = False, user: UserOption = None) -> None:
    """Show one item: the draft, its sources, what the checks found, who decides, and what was said."""
    with reported_errors():
        person = acting(user)
        view = person.opened(item)
    if as_json:
        print_json(item_as_json(view))
    else:
        print_item(view, viewer=person.viewer)
