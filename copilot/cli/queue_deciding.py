"""`sales-copilot approve`, `reject`, `request-changes`, `edit` and `queue approve-many`.

Invariant: a decision is bound to the digest of what was shown, never to whatever is there when it arrives.
"""

from contextlib import suppress
from pathlib import Path
from typing import Annotated

import click
import typer
from rich.table import Table
from rich.text import Text

from copilot.approvals.bulk import BulkResult
from copilot.approvals.release_texts import describe
from copilot.approvals.service import ReviewView
from copilot.cli.acting import Acting, ItemArgument, JsonOption, acting, confirm
from copilot.cli.context import UserOption, console, reported_errors
from copilot.cli.queue_edits import edit_template, read_edit
from copilot.cli.queue_view import moment, plain, print_item, print_json, print_line, short, short_ids
from copilot.cli.queue_words import say
from copilot.domain.review_items import Decision, ReviewItem, ReviewState, Verdict
from copilot.errors import InputError, NotFound
from copilot.store.releases import ReleaseState

DigestOption = Annotated[
    str | None,
    typer.Option("--digest", help="Decide only if the content still has this digest (from 12 characters)."),
]
YesOption = Annotated[bool, typer.Option("--yes", "-y", help="Do not show the item and ask first.")]
_SHORTEST_DIGEST = 12


class _RehearsalOver(Exception):
    """Takes back what a rehearsal did."""


def register(app: typer.Typer, queue_app: typer.Typer) -> None:
    """Add the commands."""
    app.command("approve")(approve)
    app.command("reject")(reject)
    app.command("request-changes")(request_changes)
    app.command("edit")(edit)
    queue_app.command("approve-many")(approve_many)
    queue_app.command("retry")(retry)


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
    """Approve an item; with its last approval the approved files are released."""
    with reported_errors():
        person = acting(user)
        view = person.view(item)
        seen = _digest_seen(view, digest, person=person, yes=yes)
        decided = _decide(person, view, Verdict.APPROVE, seen, comment=comment, accepted=accept_segment or [])
        if decided.state is not ReviewState.APPROVED:
            print_line(say("counted", person.viewer))
            return
        print_line(say("approved", person.viewer))
        _release(person, item_id=view.item.id)


def reject(
    item: ItemArgument,
    *,
    comment: Annotated[str, typer.Option(help="Why; the requester reads it.")] = "",
    digest: DigestOption = None,
    user: UserOption = None,
) -> None:
    """Reject an item, saying why."""
    _send_back(item, Verdict.REJECT, comment=comment, digest=digest, user=user)


def request_changes(
    item: ItemArgument,
    *,
    comment: Annotated[str, typer.Option(help="What has to be otherwise; the requester reads it.")] = "",
    digest: DigestOption = None,
    user: UserOption = None,
) -> None:
    """Send an item back to its requester, saying what has to be otherwise."""
    _send_back(item, Verdict.REQUEST_CHANGES, comment=comment, digest=digest, user=user)


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
        person = acting(user)
        view = person.view(item)
        template = edit_template(view, viewer=person.viewer)
        if show_template:
            typer.echo(template)
            return
        written = _edited_text(file, template, person=person)
        with person.application.database.unit_of_work() as uow:
            filed = person.service.edit(
                view.item.id,
                read_edit(written, viewer=person.viewer),
                digest=_digest_seen(view, digest, person=person, yes=True),
                viewer=person.viewer,
                uow=uow,
            )
        print_line(say("edited", person.viewer, id=filed.id, version=filed.version))


def approve_many(
    items: Annotated[list[str], typer.Argument(help="Ids of the items; their first characters are enough.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would become of each.")] = False,
    yes: YesOption = False,
    as_json: JsonOption = False,
    user: UserOption = None,
) -> None:
    """Approve several items at once: only what policy lets be approved together and no check found more than low in."""
    with reported_errors():
        person = acting(user)
        digests, unknown = _named(items, person)
        results = (*_approve_together(person, digests, rehearse=True), *unknown)
        willing = {result.item_id: digests[result.item_id] for result in results if result.approved}
        if dry_run or not willing:
            _print_results(results, person, as_json=as_json, rehearsal=True)
            if not dry_run:
                print_line(say("bulk_none", person.viewer))
                raise typer.Exit(1)
            return
        if not yes:
            _print_results(results, person, as_json=False, rehearsal=True)
            confirm(say("bulk_confirm", person.viewer, count=len(willing)), person.viewer)
        # What was shown as refused is not tried again: nobody said yes to it.
        refused = [result for result in results if not result.approved]
        results = (*_approve_together(person, willing, rehearse=False), *refused)
        _print_results(results, person, as_json=as_json, rehearsal=False)
        person.application.release_due()
    if not all(result.approved for result in results):
        raise typer.Exit(1)


def retry(item: ItemArgument, *, user: UserOption = None) -> None:
    """Try a failed release again."""
    with reported_errors():
        person = acting(user)
        found = person.view(item).item.id
        with person.application.database.unit_of_work() as uow:
            person.service.retry_release(found, viewer=person.viewer, uow=uow)
        _release(person, item_id=found)


def _send_back(item: str, verdict: Verdict, *, comment: str, digest: str | None, user: str | None) -> None:
    with reported_errors():
        person = acting(user)
        view = person.view(item)
        seen = _digest_seen(view, digest, person=person, yes=True)
        _decide(person, view, verdict, seen, comment=comment, accepted=[])
        print_line(say("rejected" if verdict is Verdict.REJECT else "sent_back", person.viewer))


def _digest_seen(view: ReviewView, given: str | None, *, person: Acting, yes: bool) -> str:
    """The digest the decision is bound to: the one given, or that of what is shown now."""
    if given is not None:
        matches = len(given) >= _SHORTEST_DIGEST and view.item.digest.startswith(given)
        return view.item.digest if matches else given
    if not yes:
        print_item(view, viewer=person.viewer)
        confirm(say("confirm", person.viewer), person.viewer)
    return view.item.digest


def _decide(
    person: Acting, view: ReviewView, verdict: Verdict, digest: str, *, comment: str | None, accepted: list[str]
) -> ReviewItem:
    decision = Decision(
        verdict=verdict,
        decider_id=person.viewer.user_id,
        decider_role=person.viewer.role,
        digest=digest,
        comment=comment,
        accepted_segments=tuple(accepted),
    )
    with person.application.database.unit_of_work() as uow:
        return person.service.decide(view.item.id, decision, viewer=person.viewer, uow=uow)


def _release(person: Acting, *, item_id: str) -> None:
    """Deliver what is due now, and say where this item's files are or why they are not."""
    application, viewer = person.application, person.viewer
    application.release_due()
    release = person.view(item_id).release
    if release is not None and release.state is ReleaseState.RELEASED:
        folder = release.receipt.get("folder")
        if folder:
            shown = application.settings.exports / folder
            console.print(say("released", viewer, folder=shown), highlight=False, soft_wrap=True)
        else:
            print_line(describe(release, language=viewer.language, now=application.database.clock.now()))
    elif release is not None and release.error_code:
        print_line(say("not_released", viewer, code=release.error_code, id=item_id))
        raise typer.Exit(1)
    elif release is not None and release.not_before is not None and release.state is ReleaseState.QUEUED:
        print_line(say("leaves", viewer, at=moment(release.not_before), id=short(item_id)))
    else:
        print_line(say("releasing", viewer))


def _named(items: list[str], person: Acting) -> tuple[dict[str, str], list[BulkResult]]:
    """Digest by id of what is there, and a refusal for each that is not: one wrong id stops nothing else."""
    digests: dict[str, str] = {}
    unknown: dict[str, BulkResult] = {}
    for given in items:
        try:
            item = person.view(given).item
            digests[item.id] = item.digest
        except NotFound as error:
            unknown[given] = BulkResult(
                given, approved=False, state=None, title=None, code=error.code, problem=error.message, hint=error.hint
            )
    return digests, list(unknown.values())


def _approve_together(person: Acting, digests: dict[str, str], *, rehearse: bool) -> tuple[BulkResult, ...]:
    """Approve, or (`rehearse`) do it in full and take it back."""
    if not digests:
        return ()
    results: tuple[BulkResult, ...] = ()
    with suppress(_RehearsalOver), person.application.database.unit_of_work() as uow:
        results = person.application.bulk.approve_many(digests, viewer=person.viewer, uow=uow)
        if rehearse:
            raise _RehearsalOver
    return results


def _print_results(results: tuple[BulkResult, ...], person: Acting, *, as_json: bool, rehearsal: bool) -> None:
    viewer = person.viewer
    if as_json:
        content = [
            {"id": line.item_id, "approved": line.approved, "code": line.code, "problem": line.problem}
            for line in results
        ]
        print_json({"dry_run": rehearsal, "results": content})
        return
    table = Table()
    for number, heading in enumerate(say("bulk_columns", viewer).split("|")):
        table.add_column(heading, no_wrap=number == 0, overflow="ellipsis" if number == 0 else "fold")
    ids = short_ids([line.item_id for line in results])
    for line in results:
        good = say("bulk_would", viewer) if rehearsal else say("state.approved", viewer)
        outcome = good if line.approved else line.problem or line.code or "-"
        table.add_row(Text(plain(ids[line.item_id])), Text(plain(line.title or "-")), Text(outcome))
    console.print(table)
    if rehearsal:
        print_line(say("bulk_dry", viewer))
    else:
        approved = sum(line.approved for line in results)
        print_line(say("bulk_done", viewer, approved=approved, count=len(results)))


def _edited_text(file: Path | None, template: str, *, person: Acting) -> str:
    if file is None:
        written = click.edit(template)
        if written is None:
            raise InputError(say("edit_left", person.viewer))
        return written
    try:
        return file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(say("edit_unreadable", person.viewer, file=file.name)) from error
