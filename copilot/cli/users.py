"""`sales-copilot users`: add and list people, and make API tokens."""

import re
from datetime import timedelta
from typing import Annotated

import typer
from rich.table import Table

from copilot.cli.brief import find_account
from copilot.cli.context import UserOption, acting_viewer, console, open_application, reported_errors
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.errors import InputError, NotAllowed
from copilot.store.accounts import AccountRepository
from copilot.store.people import PeopleRepository

_ADDRESS = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@]+")

users_app = typer.Typer(help="Add and list people, and make API tokens.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(users_app, name="users")


@users_app.command("add")
def add(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[Role, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    team: Annotated[str | None, typer.Option(help="Team id; created when it is new.")] = None,
    language: Annotated[Language, typer.Option(help="Language the person reads.")] = Language.EN,
) -> None:
    """Add a user, or bring them up to date."""
    with reported_errors():
        _check_address(email)
        application = open_application()
        with application.database.unit_of_work() as uow:
            repository = PeopleRepository(uow)
            if team is not None and not repository.team_exists(team):
                repository.save_team(team, team)
            viewer = Viewer(
                user_id=str(application.clock.new_id()),
                email=email,
                name=name,
                role=role,
                team_id=team,
                language=language.value,
            )
            application.people.add_user(viewer, password=password, uow=uow)
            # Another role at once ends what was approved in the one before.
            application.approvals.void_lost_votes(uow=uow)
    console.print(f"Saved {email} as {role.value}.")


def _check_address(email: str) -> None:
    """Raises InputError for what can be no address: the person signs in with it."""
    if _ADDRESS.fullmatch(email) is None:
        raise InputError(f"{email!r} is not an email address.", hint="Give it as name@company.example.")


@users_app.command("list")
def list_users() -> None:
    """Show who may use this installation."""
    with reported_errors():
        application = open_application()
        table = Table("Email", "Name", "Role", "Team", "Language")
        with application.database.unit_of_work() as uow:
            for role in Role:
                for viewer in application.people.viewers_with_role(role, uow=uow):
                    table.add_row(viewer.email, viewer.name, viewer.role.value, viewer.team_id or "-", viewer.language)
    console.print(table)


@users_app.command("token")
def token(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is valid.")] = 90,
    user: UserOption = None,
) -> None:
    """Make an API token that acts with the user's rights; it is shown once."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        if viewer.role is Role.ADMIN and user is None:
            raise NotAllowed("A token of the admin must be asked for by name.", hint="Say --user EMAIL.")
        with application.database.unit_of_work() as uow:
            _, secret = application.people.create_api_token(viewer, name=name, valid_for=timedelta(days=days), uow=uow)
    console.print(secret, highlight=False, soft_wrap=True)


@users_app.command("deactivate")
def deactivate(email: Annotated[str, typer.Argument(help="Email of the person who leaves.")]) -> None:
    """Close the door for a person: sessions and tokens end at once; what they did stays on record."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            leaving = application.people.viewer_by_email(email, uow=uow)
            PeopleRepository(uow).deactivate(leaving.user_id, now=uow.clock.now())
            # At once: who is let in again later has not given these approvals anew.
            application.approvals.void_lost_votes(uow=uow)
    console.print(
        f"{leaving.email} can no longer sign in. `sales-copilot users add` with their email lets them back in."
    )


@users_app.command("grant")
def grant(
    account: Annotated[str, typer.Argument(help="Name or id of the account.")],
    email: Annotated[str, typer.Argument(help="Email of the person who may see it.")],
    user: UserOption = None,
) -> None:
    """Let a person see an account that is not theirs."""
    with reported_errors():
        application = open_application()
        granting = acting_viewer(application, user=user)
        if granting.role not in {Role.MANAGER, Role.ADMIN}:
            raise NotAllowed("Only managers and admins share accounts.", hint="Ask one of them.")
        with application.database.unit_of_work() as uow:
            found = find_account(account, viewer=granting, repository=AccountRepository(uow))
            receiver = application.people.viewer_by_email(email, uow=uow)
            PeopleRepository(uow).grant_account(found.id, user_id=receiver.user_id)
    console.print(f"{receiver.email} may now see {found.name}.")
