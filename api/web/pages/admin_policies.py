"""The pages of the policies: what they say in plain words, and a place to try them.

Invariant: nothing of what is tried is stored, filed or sent, and nothing of it stands in an address.
"""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, Response

from api.admin_access import LeaderDep
from api.deps import ApplicationDep, UnitOfWorkDep
from api.errors import Failure, failure_of
from api.routes.admin_policies import dry_run_of
from api.web.templating import render
from copilot.approvals.dry_run import LONGEST_TEXT, Rehearsed, Wanted
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, DraftKind
from copilot.domain.findings import Risk, Stage
from copilot.domain.language import Language
from copilot.errors import InputError, NotFound
from copilot.guardrails.policy import PROTECTED, REQUIRED
from copilot.store.accounts import AccountRepository
from copilot.store.database import UnitOfWork

router = APIRouter(prefix="/admin/policies", include_in_schema=False)
_Short = Annotated[str, Form(max_length=320)]
_Long = Annotated[str, Form(max_length=LONGEST_TEXT)]


@router.get("")
def policies(request: Request, viewer: LeaderDep, application: ApplicationDep) -> Response:
    """Both policies in plain words, and the form to try them."""
    return _page(request, application=application, asked={"language": Language(viewer.language).value})


@router.post("/dry-run")
def dry_run(
    request: Request,
    viewer: LeaderDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    kind: Annotated[DraftKind, Form()],
    audience: Annotated[Audience, Form()] = Audience.EXTERNAL,
    language: Annotated[Language, Form()] = Language.ES,
    risk: Annotated[Risk, Form()] = Risk.LOW,
    account: _Short = "",
    value: Annotated[str, Form(max_length=30)] = "",
    recipient: _Short = "",
    text: _Long = "",
) -> Response:
    """What the policies say about a draft that nobody has written."""
    asked = {
        "kind": kind.value,
        "audience": audience.value,
        "language": language.value,
        "risk": risk.value,
        "account": account,
        "value": value,
        "recipient": recipient,
        "text": text,
    }
    try:
        wanted = Wanted(
            kind=kind,
            audience=audience,
            language=language,
            risk=risk,
            account_id=_account(account, viewer=viewer, uow=uow),
            value=_amount(value),
            recipient_domain=recipient.strip(),
            text=text,
        )
        found = dry_run_of(application).rehearse(wanted, viewer=viewer, uow=uow)
    except (InputError, NotFound) as error:
        return _page(request, application=application, asked=asked, problem=failure_of(request, error))
    return _page(request, application=application, asked=asked, found=found)


def _account(name: str, *, viewer: Viewer, uow: UnitOfWork) -> str | None:
    """The account of a name, of those that the viewer may see. Raises NotFound or InputError."""
    if not name.strip():
        return None
    found = AccountRepository(uow).named(name.strip(), viewer=viewer)
    if not found:
        raise NotFound("There is no account of that name.", hint="Write its whole name.")
    if len(found) > 1:
        raise InputError("Several accounts have that name.", hint="Write its whole name.")
    return found[0].id


def _amount(text: str) -> Decimal | None:
    """What an account is worth; nothing said is not known. Raises InputError."""
    plain = text.strip().replace(" ", "").replace("\u00a0", "")
    if not plain:
        return None
    try:
        amount = Decimal(plain)
    except InvalidOperation as error:
        raise InputError("That is no amount.", hint="Write digits only, for example 500000.") from error
    if not amount.is_finite() or amount < 0:
        raise InputError("That is no amount.", hint="Write digits only, for example 500000.")
    return amount


def _page(
    request: Request,
    *,
    application: Application,
    asked: dict[str, str],
    found: Rehearsed | None = None,
    problem: Failure | None = None,
) -> Response:
    usual = {"kind": DraftKind.FOLLOW_UP.value, "audience": Audience.EXTERNAL.value, "risk": Risk.LOW.value}
    return render(
        request,
        "admin_policies.html",
        status=problem.status if problem else 200,
        asked={**usual, "account": "", "value": "", "recipient": "", "text": "", **asked},
        found=found,
        problem=problem,
        policy=application.policy,
        rules=application.guardrails.policy,
        choices=_CHOICES,
        required=REQUIRED,
        protected=PROTECTED,
        currency=application.settings.home_currency,
        own_policy=application.settings.policy_file is not None,
        own_rules=application.settings.guardrail_policy_file is not None,
        longest=LONGEST_TEXT,
        by_id={segment.id: segment.text for segment in found.segments} if found else {},
    )


_CHOICES: dict[str, Any] = {
    "kinds": list(DraftKind),
    "audiences": list(Audience),
    "risks": list(Risk),
    "languages": list(Language),
    "stages": list(Stage),
}
