"""`sales-copilot users`: people, teams and tokens.

Invariant: the same services as the pages do the work, so the same is refused and the same is on record.
"""

from datetime import timedelta
from typing import Annotated

import typer

from copilot.approvals.entries import SYSTEM_VIEWER
from copilot.bootstrap import Application
from copilot.cli.context import UserOption, acting_viewer, console, open_application, reported_errors
from copilot.cli.named_account import find_account
from copilot.cli.tables import table
from copilot.cli.users_words import say
from copilot.domain.access import Role, Viewer
from copilot.domain.language import Language
from copilot.errors import NotAllowed
from copilot.identity import administration, links, teams, tokens
from copilot.identity.administration import Details
from copilot.identity.rules import record, subject_of
from copilot.identity.unlinking import unlink
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.staff import Person, StaffFilters, StaffRepository
from copilot.store.waiting import waiting_on

_MOST_LISTED = 10_000

users_app = typer.Typer(help="People, teams and tokens.", no_args_is_help=True)
EmailArgument = Annotated[str, typer.Argument(help="Email of the person.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(users_app, name="users")


def _actor(application: Application, user: str | None, *, uow: UnitOfWork) -> Viewer:
    """Who is on record as having done it: `--user`, else the only administrator, else the installation itself.

    Whoever can run commands here can read the data folder, so no password is asked. Raises NotAuthenticated.
    """
    if user is not None:
        return application.people.viewer_by_email(user, uow=uow)
    admins = application.people.viewers_with_role(Role.ADMIN, uow=uow)
    return admins[0] if len(admins) == 1 else SYSTEM_VIEWER


def _person(email: str, application: Application, *, uow: UnitOfWork) -> Person:
    """The person with this address, also a former one. Raises NotAuthenticated."""
    found = StaffRepository(uow).by_email(email)
    if found is None:
        # Raises, in the words of every other command.
        application.people.viewer_by_email(email, uow=uow)
    assert found is not None  # noqa: S101 - nobody active is missing among all
    return found


@users_app.command("add")
def add(
    email: str,
    name: Annotated[str, typer.Option(prompt=True)],
    role: Annotated[Role, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    team: Annotated[str | None, typer.Option(help="Team id; created when it is new.")] = None,
    language: Annotated[Language, typer.Option(help="Language the person reads.")] = Language.EN,
    user: UserOption = None,
) -> None:
    """Add a user, or bring them up to date."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            repository = PeopleRepository(uow)
            if team is not None and not repository.team_exists(team):
                repository.save_team(team, team)
                record(teams.CREATED, subject=f"team:{team}", actor=actor, uow=uow)
            details, known = Details(name, role, team, language), StaffRepository(uow).by_email(email.strip())
            if known is None:
                saved = administration.add_person(email, details, actor=actor, uow=uow)
            else:
                administration.reactivate(known.viewer.user_id, actor=actor, uow=uow)
                saved = administration.change_person(known.viewer.user_id, details, actor=actor, uow=uow)
            application.people.add_user(saved.viewer, password=password, uow=uow)
            record(links.CHOSEN, subject=subject_of(saved.viewer.user_id), actor=actor, uow=uow)
    console.print(say("saved", actor, email=saved.viewer.email, role=role.value))


@users_app.command("list")
def list_users(
    everybody: Annotated[bool, typer.Option("--all", help="Former people too.")] = False,  # noqa: FBT002
    user: UserOption = None,
) -> None:
    """Show who may use this installation."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            wanted = StaffFilters(active=None if everybody else True)
            found = StaffRepository(uow).page(wanted, limit=_MOST_LISTED)[0]
    console.print(table(say("columns", actor).split("|"), [_row(person, actor) for person in found]))


def _row(person: Person, actor: Viewer) -> list[str]:
    viewer, state = person.viewer, say("active" if person.active else "former", actor)
    return [viewer.email, viewer.name, viewer.role.value, person.team_name or "-", viewer.language, state]


@users_app.command("token")
def token(
    name: Annotated[str, typer.Argument(help="What the token is for.")],
    days: Annotated[int, typer.Option(min=1, max=366, help="How long it is valid.")] = 90,
    read_only: Annotated[bool, typer.Option("--read-only", help="It changes nothing.")] = False,  # noqa: FBT002
    user: UserOption = None,
) -> None:
    """Make an API token that acts with the user's rights; it is shown once."""
    with reported_errors():
        application = open_application()
        viewer = acting_viewer(application, user=user)
        if viewer.role is Role.ADMIN and user is None:
            raise NotAllowed("A token of the admin must be asked for by name.", hint="Say --user EMAIL.")
        with application.database.unit_of_work() as uow:
            made = tokens.create_token(
                name, days=days, read_only=read_only, people=application.people, viewer=viewer, uow=uow
            )
    console.print(made.secret, highlight=False, soft_wrap=True)


@users_app.command("tokens")
def list_tokens(user: UserOption = None) -> None:
    """Show live tokens: everybody's for an administrator, else your own. Secrets are not kept."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            is_admin = actor.role is Role.ADMIN
            found = tokens.all_tokens(actor=actor, uow=uow) if is_admin else tokens.own_tokens(viewer=actor, uow=uow)
        if not found:
            console.print(say("no_tokens", actor))
            return
        rows = []
        for token in found:
            moments = (token.last_used_at, token.expires_at)
            told = [f"{moment:%Y-%m-%d %H:%M} UTC" if moment else say("never", actor) for moment in moments]
            reach = say("reads" if token.read_only else "changes", actor)
            rows.append([token.id, token.name, token.user_name, reach, *told])
    console.print(table(say("token_columns", actor).split("|"), rows))


@users_app.command("revoke")
def revoke(token_id: Annotated[str, typer.Argument(help="Id of the token.")], user: UserOption = None) -> None:
    """End a token at once: an own one, for an administrator anybody's."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            ended = tokens.revoke_token(token_id, viewer=actor, uow=uow)
    console.print(say("revoked", actor, name=ended.name), markup=False)


@users_app.command("deactivate")
def deactivate(
    email: Annotated[str, typer.Argument(help="Email of the person who leaves.")],
    successor: Annotated[
        str | None, typer.Option("--hand-over-to", help="Email of who takes over drafts and questions.")
    ] = None,
    user: UserOption = None,
) -> None:
    """Close the door for a person: sessions and tokens end at once; what they did stays on record."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            leaving = application.people.viewer_by_email(email, uow=uow)
            after = application.people.viewer_by_email(successor, uow=uow).user_id if successor else None
            waiting = waiting_on(leaving.user_id, uow=uow)
            handed = administration.deactivate(
                leaving.user_id, successor_id=after, approvals=application.approvals, actor=actor, uow=uow
            )
    console.print(say("left", actor, email=leaving.email))
    given, free = handed.to_successor, handed.to_nobody
    console.print(say("handed", actor, given=given, free=free, ended=handed.delegations_ended))
    if waiting.accounts or waiting.alerts:
        console.print(say("follows", actor, accounts=waiting.accounts, alerts=waiting.alerts))


@users_app.command("reactivate")
def reactivate(email: EmailArgument, user: UserOption = None) -> None:
    """Let a person in again, as they were; sessions and tokens of before stay ended."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            person = _person(email, application, uow=uow)
            back = administration.reactivate(person.viewer.user_id, actor=actor, uow=uow).viewer
    console.print(say("back", actor, email=back.email, role=back.role.value))


@users_app.command("link")
def link(email: EmailArgument, user: UserOption = None) -> None:
    """Make a link by which a person chooses a password, once; it is shown once."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            person = _person(email, application, uow=uow).viewer
            path = links.make_link(person.user_id, people=application.people, actor=actor, uow=uow)
    settings = application.settings
    base = (settings.public_url or f"http://{settings.host}:{settings.port}").rstrip("/")
    hours = int(links.LASTS / timedelta(hours=1))
    console.print(say("link", actor, name=person.name, hours=hours), markup=False)
    console.print(f"{base}{path}", highlight=False, soft_wrap=True)


@users_app.command("unlink")
def undo_link(email: EmailArgument, user: UserOption = None) -> None:
    """Forget a person's account at the identity provider, which was made anew; their next sign-in links them again."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            person = _person(email, application, uow=uow)
            ended = unlink(person.viewer.user_id, actor=actor, uow=uow)
    told = "unlinked" if person.has_identity else "not_linked"
    console.print(say(told, actor, email=person.viewer.email, ended=ended))


@users_app.command("grant")
def grant(
    account: Annotated[str, typer.Argument(help="Name or id of the account.")],
    email: Annotated[str, typer.Argument(help="Email of the person who may see it.")],
    withdraw: Annotated[  # noqa: FBT002
        bool, typer.Option("--withdraw", help="Take it back instead. For administrators.")
    ] = False,
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
            if withdraw:
                administration.close_account(found.id, user_id=receiver.user_id, actor=granting, uow=uow)
            else:
                administration.open_account(found.id, user_id=receiver.user_id, actor=granting, uow=uow)
    told = say("closed" if withdraw else "opened", granting, email=receiver.email, account=found.name)
    console.print(told, markup=False)


@users_app.command("teams")
def list_teams(user: UserOption = None) -> None:
    """Show the teams."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            found = teams.teams(actor=actor, uow=uow)
        if not found:
            console.print(say("no_teams", actor))
            return
        rows = [[team.id, team.name, str(team.members), str(team.former)] for team in found]
    console.print(table(say("team_columns", actor).split("|"), rows))


@users_app.command("team")
def change_team(
    name: Annotated[str, typer.Argument(help="Name of the new team, or the new name.")] = "",
    rename: Annotated[str | None, typer.Option("--rename", help="Id of the team that gets the name.")] = None,
    delete: Annotated[str | None, typer.Option("--delete", help="Id of the team to delete; it has no people.")] = None,
    user: UserOption = None,
) -> None:
    """Create a team, or rename or delete one."""
    with reported_errors():
        application = open_application()
        with application.database.unit_of_work() as uow:
            actor = _actor(application, user, uow=uow)
            if delete is not None:
                teams.delete_team(delete, actor=actor, uow=uow)
                told = say("team_deleted", actor)
            elif rename is not None:
                teams.rename_team(rename, name, actor=actor, uow=uow)
                told = say("team_renamed", actor, name=name)
            else:
                made = teams.create_team(name, actor=actor, uow=uow)
                told = say("team_made", actor, name=made.name, id=made.id)
    console.print(told, markup=False)
