"""`sales-copilot queue`, `approve`, `reject`, `edit`: the approval queue at the command line.

Invariant: a decision is bound to the digest of what was shown, and text from outside never reaches the
terminal as control characters.
"""

import json
from pathlib import Path
from typing import Annotated

import click
import typer

from copilot.approvals.service import ApprovalService, QueueFilters, ReviewView
from copilot.bootstrap import Application
from copilot.cli.context import UserOption, acting_viewer, console, open_application, reported_errors
from copilot.cli.queue_view import edit_template, item_as_json, print_item, print_page, read_edit, say
from copilot.domain.access import Viewer
from copilot.domain.findings import Risk
from copilot.domain.review_items import OPEN, Decision, ReviewItem, ReviewState, Verdict
from copilot.errors import InputError
from copilot.store.releases import ReleaseState

queue_app = typer.Typer(help="Show what waits for approval, and one item in full.")

ItemArgument = Annotated[str, typer.Argument(help="Id of the queue item; its first characters are enough.")]
DigestOption = Annotated[
    str | None,
    typer.Option("--digest", help="Decide only if the content still has this digest (from 12 characters)."),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not show the item and ask first.")]
_SHORTEST_DIGEST = 12


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(queue_app, name="queue")
    app.command("approve")(approve)
    app.command("reject")(reject)
    app.command("edit")(edit)


@queue_app.callback(invoke_without_command=True)
def queue(
    context: typer.Context,
    *,
    state: Annotated[list[ReviewState] | None, typer.Option(help="States to list (default: pending).")] = None,
    every: Annotated[bool, typer.Option("--all", help="List every state.")] = False,
    risk: Annotated[list[Risk] | None, typer.Option(help="Risks to list (default: all).")] = None,
    found: Annotated[
        list[str] | None, typer.Option(help="Rules or families that saw something, e.g. leak or grounding. Repeatable.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200)] = 50,
    cursor: Annotated[str | None, typer.Option(help="Marker of the next page, as printed.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    user: UserOption = None,
) -> None:
    """List the queue, soonest due first."""
    if context.invoked_subcommand is not None:
        return
    with reported_errors():
        application, viewer, service = _opened(user)
        states = () if every else tuple(state or sorted(OPEN))
        filters = QueueFilters(states=states, risks=tuple(risk or ()), rules=tuple(found or ()))
        with application.database.unit_of_work() as uow:
            page = service.list_queue(viewer=viewer, uow=uow, filters=filters, cursor=cursor, limit=limit)
    print_page(page, viewer=viewer, as_json=as_json, now=application.clock.now())


@queue_app.command("show")
def show(
    item: ItemArgument,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    user: UserOption = None,
) -> None:
    """Show one item: the draft, its sources, what the checks found, and who decides."""
    with reported_errors():
        application, viewer, service = _opened(user)
        view = _view(item, application, viewer, service)
    if as_json:
        typer.echo(json.dumps(item_as_json(view), ensure_ascii=False, indent=2))
    else:
        print_item(view, viewer=viewer)


@queue_app.command("retry")
def retry(item: ItemArgument, *, user: UserOption = None) -> None:
    """Try a failed release again."""
    with reported_errors():
        application, viewer, service = _opened(user)
        with application.database.unit_of_work() as uow:
            found = service.resolve(item, viewer=viewer, uow=uow)
            service.retry_release(found, viewer=viewer, uow=uow)
        _release(application, viewer, service, item_id=found)


def approve(
    item: ItemArgument,
    *,
    digest: DigestOption = None,
    accept_segment: Annotated[
        list[str] | None, typer.Option(help="Accept this sentence although its sources do not carry it. Repeatable.")
    ] = None,
    comment: Annotated[str | None, typer.Option(help="For the record.")] = None,
    yes: YesOption = False,
    user: UserOption = None,
) -> None:
    """Approve an item, and release the approved files."""
    with reported_errors():
        application, viewer, service = _opened(user)
        view = _view(item, application, viewer, service)
        seen = _digest_seen(view, digest, viewer=viewer, yes=yes)
        decision = Decision(
            verdict=Verdict.APPROVE,
            decider_id=viewer.user_id,
            decider_role=viewer.role,
            digest=seen,
            comment=comment,
            accepted_segments=tuple(accept_segment or ()),
        )
        _decide(view.item, decision, application, viewer, service)
        console.print(say("approved", viewer), highlight=False)
        _release(application, viewer, service, item_id=view.item.id)


def reject(
    item: ItemArgument,
    *,
    comment: Annotated[str, typer.Option(help="Why; the requester reads it.")] = "",
    digest: DigestOption = None,
    user: UserOption = None,
) -> None:
    """Reject an item, saying why."""
    with reported_errors():
        application, viewer, service = _opened(user)
        view = _view(item, application, viewer, service)
        decision = Decision(
            verdict=Verdict.REJECT,
            decider_id=viewer.user_id,
            decider_role=viewer.role,
            digest=_digest_seen(view, digest, viewer=viewer, yes=True),
            comment=comment,
        )
        _decide(view.item, decision, application, viewer, service)
        console.print(say("rejected", viewer), highlight=False)


def edit(
    item: ItemArgument,
    *,
    file: Annotated[Path | None, typer.Option(help="File with the new texts; without it, $EDITOR opens.")] = None,
    show_template: Annotated[bool, typer.Option("--print", help="Print the texts in the form --file reads.")] = False,
    digest: DigestOption = None,
    user: UserOption = None,
) -> None:
    """Change sentences of an item. The edited draft is checked again and becomes a new version."""
    with reported_errors():
        application, viewer, service = _opened(user)
        view = _view(item, application, viewer, service)
        template = edit_template(view, viewer=viewer)
        if show_template:
            typer.echo(template)
            return
        written = _edited_text(file, template, viewer=viewer)
        with application.database.unit_of_work() as uow:
            filed = service.edit(
                view.item.id,
                read_edit(written, viewer=viewer),
                digest=_digest_seen(view, digest, viewer=viewer, yes=True),
                viewer=viewer,
                uow=uow,
            )
        console.print(say("edited", viewer, id=filed.id, version=filed.version), highlight=False)


def _opened(user: str | None) -> tuple[Application, Viewer, ApprovalService]:
    application = open_application()
    viewer = acting_viewer(application, user=user)
    return application, viewer, application.approvals


def _view(item: str, application: Application, viewer: Viewer, service: ApprovalService) -> ReviewView:
    with application.database.unit_of_work() as uow:
        return service.get(service.resolve(item, viewer=viewer, uow=uow), viewer=viewer, uow=uow)


def _digest_seen(view: ReviewView, given: str | None, *, viewer: Viewer, yes: bool) -> str:
    """The digest the decision is bound to: the one given, or that of what is shown now."""
    if given is not None:
        matches = len(given) >= _SHORTEST_DIGEST and view.item.digest.startswith(given)
        return view.item.digest if matches else given
    if not yes:
        print_item(view, viewer=viewer)
        typer.confirm(say("confirm", viewer), abort=True)
    return view.item.digest


def _decide(
    item: ReviewItem, decision: Decision, application: Application, viewer: Viewer, service: ApprovalService
) -> None:
    with application.database.unit_of_work() as uow:
        service.decide(item.id, decision, viewer=viewer, uow=uow)


def _release(application: Application, viewer: Viewer, service: ApprovalService, *, item_id: str) -> None:
    """Deliver what is due now, and say where this item's files are or why they are not."""
    application.release_due()
    with application.database.unit_of_work() as uow:
        release = service.get(item_id, viewer=viewer, uow=uow).release
    if release is not None and release.state is ReleaseState.RELEASED:
        folder = application.settings.exports / release.receipt.get("folder", "")
        console.print(say("released", viewer, folder=folder), highlight=False, soft_wrap=True)
    elif release is not None and release.error_code:
        console.print(say("not_released", viewer, code=release.error_code, id=item_id), highlight=False)
        raise typer.Exit(1)
    else:
        console.print(say("releasing", viewer), highlight=False)


def _edited_text(file: Path | None, template: str, *, viewer: Viewer) -> str:
    if file is None:
        written = click.edit(template)
        if written is None:
            raise InputError(say("edit_left", viewer))
        return written
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(say("edit_unreadable", viewer, file=file.name)) from error
