"""What corrections taught: styles, seen and changed, and proposals that managers decide on.

Invariant: everybody changes what they may change (the service decides, not the page), and nothing on this page shows
words of a draft: examples are links to items, for those who may see them.
"""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Form, Path, Request, Response
from fastapi.responses import RedirectResponse

from api.deps import ApplicationDep, UnitOfWorkDep, ViewerDep
from api.files import file_response
from api.languages import language_of
from api.localisation import mark as _
from api.web import flash
from api.web.templating import render
from copilot.approvals.feedback.proposals import export_text, may_decide
from copilot.approvals.feedback.styles import may_change, person_scope, team_scope
from copilot.approvals.feedback.texts import failure
from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.feedback import Proposal, ProposalState
from copilot.domain.language import Language
from copilot.domain.style import Scope, ScopeKind, Style
from copilot.errors import NotFound
from copilot.store.database import UnitOfWork
from copilot.workflows.brief.words import SECTION_TITLES, pick

router = APIRouter(include_in_schema=False)
_PAGE = "/feedback"
_VERSIONS_SHOWN = 10
KINDS = {
    "wording": _("Wording"),
    "greeting": _("Greeting"),
    "sign_off": _("Sign-off"),
    "address": _("Form of address"),
    "spelling": _("Spelling"),
    "punctuation": _("Punctuation"),
}
CHANGES = {
    "learnt": _("learnt from approved edits"),
    "switched": _("switched by a person"),
    "rolled_back": _("back to an older version"),
}
TARGETS = {"prompt": _("The writer's prompt"), "knowledge": _("The knowledge it draws on")}
STATES = {"open": _("Open"), "accepted": _("Accepted"), "declined": _("Declined")}
ABOUT = {
    "section": _("Section: %(name)s"),
    "finding": _("Finding: %(name)s"),
    "reason": _("Reason: %(name)s"),
}
REASONS = {
    "wrong": _("something is wrong"),
    "unsupported": _("nothing supports it"),
    "outdated": _("out of date"),
    "missing": _("something is missing"),
    "too_long": _("too long"),
    "tone": _("tone"),
    "language": _("language"),
    "irrelevant": _("not needed"),
    "confidential": _("confidential"),
}
KeyField = Annotated[str, Form(max_length=300)]


@dataclass(frozen=True, slots=True)
class StyleView:
    """One style with its versions, and whether the viewer may change it."""

    style: Style
    versions: tuple[Style, ...]
    changeable: bool
    is_own: bool

    @property
    def name(self) -> str:
        """What the forms call it."""
        return self.style.scope.kind.value


@router.get("/feedback")
def feedback(request: Request, viewer: ViewerDep, uow: UnitOfWorkDep, application: ApplicationDep) -> Response:
    """The viewer's style and their team's; for managers, the proposals."""
    views = [_view(style, viewer=viewer, uow=uow, application=application)
             for style in application.styles.of(viewer, uow=uow)]  # fmt: skip
    proposals = application.proposals.of(viewer, uow=uow) if may_decide(viewer) else ()
    return render(
        request,
        "feedback.html",
        views=views,
        decides=may_decide(viewer),
        waiting=[item for item in proposals if item.state is ProposalState.OPEN],
        settled=[item for item in proposals if item.state is not ProposalState.OPEN],
        about=about,
        kinds=KINDS,
        changes=CHANGES,
        targets=TARGETS,
        states=STATES,
        rules=application.policy.feedback,
    )


@router.post("/feedback/style/switch")
def switch(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    whose: Annotated[ScopeKind, Form()],
    language: Annotated[Language, Form()],
    key: KeyField,
    enabled: Annotated[bool, Form()],
) -> Response:
    """Switch one preference on or off."""
    scope = _scope(whose, viewer, language)
    application.styles.switch(scope, key, enabled=enabled, viewer=viewer, uow=uow)
    return _done("style_changed", application)


@router.post("/feedback/style/mute")
def mute(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    language: Annotated[Language, Form()],
    key: KeyField,
) -> Response:
    """Switch a preference of the team off for oneself."""
    application.styles.mute(key, language=language, viewer=viewer, uow=uow)
    return _done("style_changed", application)


@router.post("/feedback/style/rollback")
def roll_back(
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    whose: Annotated[ScopeKind, Form()],
    language: Annotated[Language, Form()],
    version: Annotated[int, Form(ge=0, le=1_000_000)],
) -> Response:
    """Go back to an older version."""
    application.styles.roll_back(_scope(whose, viewer, language), to=version, viewer=viewer, uow=uow)
    return _done("style_rolled_back", application, number=str(version))


@router.post("/feedback/proposals/{proposal_id}")
def decide(
    proposal_id: Annotated[str, Path(max_length=64)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
    accept: Annotated[bool, Form()],
    note: Annotated[str, Form(max_length=2_000)] = "",
) -> Response:
    """Accept or decline a proposal; nothing else changes."""
    application.proposals.decide(proposal_id, accept=accept, note=note, viewer=viewer, uow=uow)
    return _done("proposal_accepted" if accept else "proposal_declined", application)


@router.get("/feedback/proposals/{proposal_id}/text")
def export(
    request: Request,
    proposal_id: Annotated[str, Path(max_length=64)],
    viewer: ViewerDep,
    uow: UnitOfWorkDep,
    application: ApplicationDep,
) -> Response:
    """A text to start the change from."""
    found = application.proposals.find(proposal_id, viewer=viewer, uow=uow)
    content = export_text(found, language=language_of(request))
    return file_response(content.encode(), name=f"{found.id}.md")


def about(proposal: Proposal, language: Language) -> tuple[str, str, str]:
    """The sentence that says what it is about, what goes into it, and the list of words for that."""
    family, _colon, name = proposal.about.partition(":")
    if family == "section" and name in SECTION_TITLES:
        name = pick(SECTION_TITLES[name], language=language)
    return ABOUT.get(family, proposal.about), REASONS.get(name, name), family


def _view(style: Style, *, viewer: Viewer, uow: UnitOfWork, application: Application) -> StyleView:
    versions = application.styles.history(style.scope, viewer=viewer, uow=uow)
    return StyleView(
        style=style,
        versions=versions[:_VERSIONS_SHOWN],
        changeable=may_change(style.scope, viewer),
        is_own=style.scope.kind is ScopeKind.PERSON,
    )


def _scope(whose: ScopeKind, viewer: Viewer, language: Language) -> Scope:
    scope = person_scope(viewer, language) if whose is ScopeKind.PERSON else team_scope(viewer, language)
    if scope is None:
        raise failure(NotFound, "no_style", viewer)
    return scope


def _done(code: str, application: Application, **values: str) -> Response:
    response = RedirectResponse(_PAGE, status_code=HTTPStatus.SEE_OTHER)
    flash.leave(response, code, secure=application.settings.secure_cookies, **values)
    return response
