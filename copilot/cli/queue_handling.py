"""`sales-copilot queue claim`, `give-back`, `assign`, `comment`, `withdraw`, `recall`, `submit-again`, `redraft`.

Invariant: none of these approves anything.
"""

from collections.abc import Callable
from typing import Annotated

import typer

from copilot.cli.acting import Acting, ItemArgument, acting
from copilot.cli.context import UserOption, reported_errors
from copilot.cli.queue_view import plain, print_line
from copilot.cli.queue_words import say
from copilot.domain.access import Viewer
from copilot.domain.review_items import ReviewItem
from copilot.errors import NotAllowed
from copilot.store.database import UnitOfWork

Action = Callable[[Acting, str, UnitOfWork], object]


def register(queue_app: typer.Typer) -> None:
    """Add the commands."""
    for name, command in (
        ("claim", claim),
        ("give-back", give_back),
        ("assign", assign),
        ("comment", comment),
        ("withdraw", withdraw),
        ("recall", recall),
        ("submit-again", submit_again),
        ("redraft", redraft),
    ):
        queue_app.command(name)(command)


def claim(item: ItemArgument, *, user: UserOption = None) -> None:
    """Say that you are on an item; others may still decide."""
    _do(item, user, lambda who, found, uow: who.service.claim(found, viewer=who.viewer, uow=uow), "claimed")


def give_back(item: ItemArgument, *, user: UserOption = None) -> None:
    """Say that you are no longer on it."""
    _do(item, user, lambda who, found, uow: who.service.give_back(found, viewer=who.viewer, uow=uow), "given_back")


def assign(
    item: ItemArgument,
    email: Annotated[str | None, typer.Argument(help="Who is asked to decide; nobody: no longer anybody.")] = None,
    *,
    user: UserOption = None,
) -> None:
    """Ask somebody who may approve the item to decide."""
    with reported_errors():
        person = acting(user)
        item_id = person.view(item).item.id
        with person.application.database.unit_of_work() as uow:
            asked = _person(email, person, uow=uow)
            to = None if asked is None else asked.user_id
            person.service.reassign(item_id, to=to, viewer=person.viewer, uow=uow)
    words = say("unassigned", person.viewer) if asked is None else say("assigned", person.viewer, name=asked.name)
    print_line(words)


def comment(
    item: ItemArgument, text: Annotated[str, typer.Argument(help="What you want to say.")], *, user: UserOption = None
) -> None:
    """Say something about an item."""
    _do(item, user, lambda who, found, uow: who.service.comment(found, text, viewer=who.viewer, uow=uow), "commented")


def withdraw(item: ItemArgument, *, user: UserOption = None) -> None:
    """Take back, before a decision, what you asked for."""
    _do(item, user, _withdraw, "withdrawn")


def recall(item: ItemArgument, *, user: UserOption = None) -> None:
    """Take back what is approved and has not begun to leave."""
    _do(item, user, lambda who, found, uow: who.service.recall(found, viewer=who.viewer, uow=uow), "recalled")


def submit_again(item: ItemArgument, *, user: UserOption = None) -> None:
    """File the same words anew, checked against today's evidence."""
    _do(item, user, lambda who, found, uow: who.service.submit_again(found, viewer=who.viewer, uow=uow), "edited")


def redraft(item: ItemArgument, *, user: UserOption = None) -> None:
    """Have it written again, with the requested changes as instruction."""
    _do(item, user, lambda who, found, uow: who.application.redraft.run(found, viewer=who.viewer, uow=uow), "edited")


def _person(email: str | None, person: Acting, *, uow: UnitOfWork) -> Viewer | None:
    return None if email is None else person.application.people.viewer_by_email(email, uow=uow)


def _withdraw(person: Acting, item_id: str, uow: UnitOfWork) -> ReviewItem:
    """Withdraw; whoever may not is told who may: it has nothing to do with who decides."""
    try:
        return person.service.withdraw(item_id, viewer=person.viewer, uow=uow)
    except NotAllowed as error:
        requester = person.service.get(item_id, viewer=person.viewer, uow=uow).entry.requester_name
        raise NotAllowed(say("who_withdraws", person.viewer, requester=plain(requester))) from error


def _do(item: str, user: str | None, action: Action, words: str) -> None:
    """Do it for the person, in one transaction, and say that it is done."""
    with reported_errors():
        person = acting(user)
        item_id = person.view(item).item.id
        with person.application.database.unit_of_work() as uow:
            result = action(person, item_id, uow)
    values = {"id": result.id, "version": result.version} if isinstance(result, ReviewItem) else {}
    print_line(say(words, person.viewer, **values))
