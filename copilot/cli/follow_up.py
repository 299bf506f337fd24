"""`sales-copilot follow-up ACCOUNT`: write a follow-up email and put it in the approval queue.

Invariant: it sends nothing; whom it is addressed to is chosen by code or by the person who types, never by a text.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from copilot.bootstrap import Application
from copilot.cli.context import UserOption, acting_viewer, open_application, reported_errors
from copilot.cli.follow_up_view import print_follow_up, print_sources
from copilot.cli.named_account import find_account
from copilot.cli.queue_view import plain
from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import InputError
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork
from copilot.workflows.filed_draft import FiledDraft
from copilot.workflows.follow_up import Register, Variant
from copilot.workflows.follow_up.recipients import contacts_called
from copilot.workflows.follow_up.sources import SourceChoice

_TEXTS = {
    "es": {
        "nobody": "No hay ningún contacto que se llame «{name}» en esta cuenta.",
        "contacts": "Sus contactos: {names}.",
        "unreadable": "No se puede leer {file}: {why}.",
        "another": "Elija otro archivo con --attach. No se ha escrito ningún correo.",
        "twice": "Hay dos archivos que se llaman {file}.",
    },
    "en": {
        "nobody": "There is no contact called “{name}” in this account.",
        "contacts": "Its contacts: {names}.",
        "unreadable": "{file} cannot be read: {why}.",
        "another": "Choose another file with --attach. No email was written.",
        "twice": "Two files are called {file}.",
    },
}


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("follow-up")(follow_up)


def follow_up(
    account: Annotated[str, typer.Argument(help="Name of the account (part of it is enough) or its id.")],
    *,
    activity: Annotated[str | None, typer.Option(help="Id of the CRM activity to follow up.")] = None,
    document: Annotated[str | None, typer.Option(help="Id of the call or email to follow up (see --list).")] = None,
    request: Annotated[str, typer.Option(help="What it should follow up, in your own words.")] = "",
    to: Annotated[list[str] | None, typer.Option(help="Name of a contact to write to; may be repeated.")] = None,
    language: Annotated[Language | None, typer.Option(help="Language (default: the customer's own).")] = None,
    form: Annotated[
        Register | None, typer.Option("--register", help="Form of address (default: as both sides write).")
    ] = None,
    variant: Annotated[Variant, typer.Option(help="Tone.")] = Variant.PLAIN,
    attach: Annotated[list[Path] | None, typer.Option(help="File to attach; may be repeated.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="List what can be followed up, and write nothing.")] = False,
    user: UserOption = None,
) -> None:
    """Write a cited follow-up email and put it in the approval queue."""
    with reported_errors():
        application = open_application()
        try:
            viewer = acting_viewer(application, user=user)
            with application.database.unit_of_work() as uow:
                account_id = find_account(account, viewer=viewer, repository=AccountRepository(uow)).id
                if listed:
                    print_sources(_sources(application, account_id, viewer, uow), viewer=viewer)
                    return
                made = _made(
                    application, account_id, viewer, uow,
                    names=to or [], files=attach or [], activity_id=activity, document_id=document,
                    request=request, language=language, register=form, variant=variant,
                )  # fmt: skip
        finally:
            application.close()
    print_follow_up(made, viewer=viewer)


def _sources(application: Application, account_id: str, viewer: Viewer, uow: UnitOfWork) -> tuple[SourceChoice, ...]:
    return application.follow_ups.sources(account_id, viewer=viewer, uow=uow)


def _made(
    application: Application,
    account_id: str,
    viewer: Viewer,
    uow: UnitOfWork,
    *,
    names: Sequence[str],
    files: Sequence[Path],
    activity_id: str | None,
    document_id: str | None,
    request: str,
    language: Language | None,
    register: Register | None,
    variant: Variant,
) -> FiledDraft:
    return application.follow_ups.run(
        account_id,
        viewer=viewer,
        language=language,
        uow=uow,
        request=request,
        activity_id=activity_id,
        document_id=document_id,
        recipient_contact_ids=_contact_ids(names, account_id, viewer, uow),
        register=register,
        variant=variant,
        attachments=_read(files, viewer),
    )


def _contact_ids(names: Sequence[str], account_id: str, viewer: Viewer, uow: UnitOfWork) -> tuple[str, ...]:
    """Ids of the contacts called so. Raises InputError with the account's contacts."""
    if not names:
        return ()
    facts = AccountFactsRepository(uow).gather(account_id, viewer=viewer, today=uow.clock.today())
    found: list[str] = []
    for name in names:
        known = [item.id for item in facts.contacts if item.id == name]
        known = known or [item.id for item in contacts_called(name.title(), facts.contacts)]
        if not known:
            texts = _TEXTS[viewer.language]
            listed = ", ".join(plain(item.name) for item in facts.contacts)
            raise InputError(texts["nobody"].format(name=plain(name)), hint=texts["contacts"].format(names=listed))
        found += known
    return tuple(dict.fromkeys(found))


def _read(files: Sequence[Path], viewer: Viewer) -> dict[str, bytes]:
    texts = _TEXTS[viewer.language]
    read: dict[str, bytes] = {}
    for path in files:
        if path.name in read:
            raise InputError(texts["twice"].format(file=plain(path.name)), hint=texts["another"])
        try:
            read[path.name] = path.read_bytes()
        except OSError as error:
            why = (error.strerror or type(error).__name__).lower()
            raise InputError(texts["unreadable"].format(file=path, why=why), hint=texts["another"]) from error
    return read
