"""`sales-copilot feedback`: what corrections taught, and what they propose.

Invariant: shows styles, items and proposals that the chosen user may see, and changes them with that user's rights.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from copilot.approvals.feedback.learning import learn_due
from copilot.approvals.feedback.proposals import export_text
from copilot.approvals.feedback.styles import person_scope, team_scope
from copilot.approvals.feedback.texts import failure
from copilot.bootstrap import Application
from copilot.cli.context import UserOption, acting_viewer, open_application, reported_errors
from copilot.cli.feedback_view import say, show_feedback, show_history, show_proposals, show_styles, text
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.domain.style import Scope
from copilot.errors import NotFound, UnavailableError
from copilot.store.database import UnitOfWork
from copilot.store.feedback import FeedbackRepository

feedback_app = typer.Typer(help="What corrections taught, and what they propose.", no_args_is_help=True)
style_app = typer.Typer(help="Preferences learnt from approved edits.", no_args_is_help=True)
proposals_app = typer.Typer(help="Changes that repeated corrections ask for.", no_args_is_help=True)
feedback_app.add_typer(style_app, name="style")
feedback_app.add_typer(proposals_app, name="proposals")


class Whose(StrEnum):
    """Whose style is meant."""

    ME = "me"
    TEAM = "team"


WhoseOption = Annotated[Whose, typer.Option("--scope", help="Your own style, or your team's.")]
LanguageOption = Annotated[Language, typer.Option("--language", help="es or en.")]
KeyArgument = Annotated[str, typer.Argument(help="The preference: `from>to`, or its full key.")]


def register(app: typer.Typer) -> None:
    """Add the command group."""
    app.add_typer(feedback_app, name="feedback")


@feedback_app.command("list")
def list_feedback(
    *,
    days: Annotated[int, typer.Option("--days", min=1, help="How far back.")] = 30,
    user: UserOption = None,
) -> None:
    """Corrections and refusals of the last days, by reference."""
    with reported_errors(), _acting(user) as (_, viewer, uow):
        since = uow.clock.now() - timedelta(days=days)
        show_feedback(FeedbackRepository(uow).recent(viewer=viewer, since=since), viewer)


@feedback_app.command("learn")
def learn_now(*, user: UserOption = None) -> None:
    """Learn now what the worker would learn within a minute."""
    with reported_errors(), _acting(user) as (application, viewer, uow):
        say("learnt_now", viewer, count=learn_due(uow=uow, rules=application.policy.feedback))


@feedback_app.command("redraft")
def redraft(item: str, *, user: UserOption = None) -> None:
    """Have a draft written again: as the request for changes asks, or from the evidence of now."""
    with reported_errors(), _acting(user) as (application, viewer, uow):
        item_id = application.approvals.resolve(item, viewer=viewer, uow=uow)
        new = application.redraft.run(item_id, viewer=viewer, uow=uow)
        say("redrafted", viewer, version=new.version, id=new.id)


@style_app.command("list")
def list_styles(*, user: UserOption = None) -> None:
    """Your own style and your team's, in both languages, with the items that taught them."""
    with reported_errors(), _acting(user) as (application, viewer, uow):
        show_styles(application.styles.of(viewer, uow=uow), viewer)


@style_app.command("history")
def history(*, whose: WhoseOption = Whose.ME, language: LanguageOption, user: UserOption = None) -> None:
    """Every version of one style."""
    with reported_errors(), _acting(user) as (application, viewer, uow):
        scope = _scope(whose, viewer, language)
        show_history(application.styles.history(scope, viewer=viewer, uow=uow), viewer)


@style_app.command("off")
def switch_off(
    key: KeyArgument, *, whose: WhoseOption = Whose.ME, language: LanguageOption, user: UserOption = None
) -> None:
    """Switch a preference off; in your own style also one of the team's, for you alone."""
    _switch(key, whose=whose, language=language, user=user, enabled=False)


@style_app.command("on")
def switch_on(
    key: KeyArgument, *, whose: WhoseOption = Whose.ME, language: LanguageOption, user: UserOption = None
) -> None:
    """Switch a preference on again."""
    _switch(key, whose=whose, language=language, user=user, enabled=True)


@style_app.command("rollback")
def roll_back(
    version: int, *, whose: WhoseOption = Whose.ME, language: LanguageOption, user: UserOption = None
) -> None:
    """Go back to an older version; what came later stays, switched off."""
    with reported_errors(), _acting(user) as (application, viewer, uow):
        scope = _scope(whose, viewer, language)
        made = application.styles.roll_back(scope, to=version, viewer=viewer, uow=uow)
        say("changed", viewer, scope=whose.value, language=language.value, number=made.version)


@proposals_app.command("list")
def list_proposals(*, user: UserOption = None) -> None:
    """Every proposal, the open ones first."""
    with reported_errors(), _acting(user) as (application, viewer, uow):
        show_proposals(application.proposals.of(viewer, uow=uow), viewer)


@proposals_app.command("accept")
def accept(
    proposal: str, *, note: Annotated[str | None, typer.Option("--note")] = None, user: UserOption = None
) -> None:
    """Record that the change is wanted; nothing changes by itself."""
    _decide(proposal, accept=True, note=note, user=user)


@proposals_app.command("decline")
def decline(
    proposal: str, *, note: Annotated[str | None, typer.Option("--note")] = None, user: UserOption = None
) -> None:
    """Record that the change is not wanted."""
    _decide(proposal, accept=False, note=note, user=user)


@proposals_app.command("export")
def export(
    proposal: str,
    *,
    output: Annotated[Path | None, typer.Option("--output", help="File to write. Default: print.")] = None,
    user: UserOption = None,
) -> None:
    """A text to start the change from, with the examples by reference."""
    with reported_errors(), _acting(user) as (application, viewer, uow):
        found = application.proposals.find(proposal, viewer=viewer, uow=uow)
        content = export_text(found, language=Language.ES if viewer.language == Language.ES else Language.EN)
        if output is None:
            typer.echo(content)
            return
        try:
            output.write_text(content, encoding="utf-8")
        except OSError as error:
            raise UnavailableError(text("unwritable", viewer), hint=text("unwritable_hint", viewer)) from error
        say("written", viewer, file=output.name)


@contextmanager
def _acting(user: str | None) -> Iterator[tuple[Application, Viewer, UnitOfWork]]:
    application = open_application()
    viewer = acting_viewer(application, user=user)
    with application.database.unit_of_work() as uow:
        yield application, viewer, uow


def _scope(whose: Whose, viewer: Viewer, language: Language) -> Scope:
    scope = person_scope(viewer, language) if whose is Whose.ME else team_scope(viewer, language)
    if scope is None:
        raise failure(NotFound, "no_style", viewer)
    return scope


def _switch(key: str, *, whose: Whose, language: Language, user: str | None, enabled: bool) -> None:
    with reported_errors(), _acting(user) as (application, viewer, uow):
        scope = _scope(whose, viewer, language)
        own = {item.key for style in application.styles.of(viewer, uow=uow) if style.scope == scope
               for item in style.preferences}  # fmt: skip
        wanted = next((item for item in sorted(own) if item == key or item.endswith(f":{key}")), None)
        if wanted is None and whose is Whose.ME and not enabled:
            full = key if ":" in key else f"wording:{key}"
            made = application.styles.mute(full, language=language, viewer=viewer, uow=uow)
        else:
            made = application.styles.switch(scope, wanted or key, enabled=enabled, viewer=viewer, uow=uow)
        say("changed", viewer, scope=whose.value, language=language.value, number=made.version)


def _decide(proposal: str, *, accept: bool, note: str | None, user: str | None) -> None:
    with reported_errors(), _acting(user) as (application, viewer, uow):
        found = application.proposals.decide(proposal, accept=accept, note=note, viewer=viewer, uow=uow)
        say("decided", viewer, state=text(found.state.value, viewer), id=found.id)
