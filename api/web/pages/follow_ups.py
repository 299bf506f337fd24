"""Asking for a follow-up email on the page of an account.

Invariant: the form offers only contacts who may be written to and conversations that the customer took part in; what
it leaves open is worked out from the history, and the draft goes to the queue, never out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Form, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.routes.accounts import AccountId
from api.web import flash
from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import DocumentKind, StoredDocumentHead
from copilot.domain.language import Language
from copilot.domain.records import Contact
from copilot.workflows.follow_up import Register, Variant
from copilot.workflows.follow_up.sources import may_be_followed_up

router = APIRouter(include_in_schema=False)
_OFFERED = 20
_ID = Form(max_length=100)


@dataclass(frozen=True, slots=True)
class FollowUpForm:
    """What the form offers."""

    sources: tuple[StoredDocumentHead, ...]
    contacts: tuple[Contact, ...]
    registers: tuple[Register, ...] = tuple(Register)
    variants: tuple[Variant, ...] = tuple(Variant)

    @property
    def is_possible(self) -> bool:
        return bool(self.sources and self.contacts)


def follow_up_form(facts: AccountFacts, documents: Sequence[StoredDocumentHead]) -> FollowUpForm:
    """The newest conversations, and the contacts with an address who are still there and may be contacted."""
    calls = frozenset({DocumentKind.TRANSCRIPT, DocumentKind.EMAIL})
    found = [item for item in documents if item.kind in calls and may_be_followed_up(item, facts)]
    contacts = tuple(
        item
        for item in facts.contacts
        if item.email and not item.do_not_contact and (item.left_on is None or item.left_on > facts.today)
    )
    return FollowUpForm(sources=tuple(found[:_OFFERED]), contacts=contacts)


@router.post("/accounts/{account_id}/follow-ups")
def make_follow_up(
    account_id: AccountId,
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    document_id: Annotated[str, _ID] = "",
    to: Annotated[list[str] | None, Form()] = None,
    language: Annotated[Language | None, Form()] = None,
    form_of_address: Annotated[Register | None, Form()] = None,
    variant: Annotated[Variant, Form()] = Variant.PLAIN,
) -> Response:
    """Write it and go to its entry in the queue."""
    made = application.follow_ups.run(
        account_id,
        viewer=viewer,
        language=language,
        uow=uow,
        document_id=document_id or None,
        recipient_contact_ids=tuple(to or ()),
        register=form_of_address,
        variant=variant,
    )
    response = RedirectResponse(f"/queue/{made.item.id}", status_code=303)
    flash.leave(response, "follow_up_made", secure=application.settings.secure_cookies)
    return response
