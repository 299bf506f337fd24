"""The page of one review item.

Invariant: what is offered is what the rules would accept; what is not offered is explained, with who could do it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response

from api.deps import is_in_person
from api.errors import Failure
from api.languages import language_of
from api.queue_reading import RIGHTS_OFFERED_APART, Rights, rights_of
from api.web import queue_query
from api.web.item_changes import changes_of
from api.web.item_sentences import by_sentence, sentences_of
from api.web.item_steps import clock_of, steps_of
from api.web.templating import render
from copilot.approvals.comparison import word_diff
from copilot.approvals.handling import deciders_of
from copilot.approvals.quality.openings import note_opening
from copilot.approvals.quality.outcome import revealed
from copilot.approvals.release_texts import describe
from copilot.approvals.service import ApprovalService, ReviewView
from copilot.approvals.texts import refusal
from copilot.bootstrap import Application
from copilot.domain.access import Role, Viewer
from copilot.domain.approvals import RefusalCode, open_step
from copilot.domain.findings import Finding
from copilot.domain.language import Language
from copilot.domain.review_items import OPEN, SUBMITTED_AGAIN, UNDECIDED, ReviewItem, ReviewState
from copilot.store.database import UnitOfWork
from copilot.store.releases import ReleaseState

ALL = "all"
_MOST_NAMED = 6
_TASK = "task"
"""Parameter of the provenance in which a workflow keeps what it was asked for."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was sent and refused, to be shown again with the reason."""

    failure: Failure
    comment: str = ""
    remark: str = ""
    accepted: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened:
    """How the page was asked for."""

    list_text: str = ""
    """Query of the list it was opened from."""
    editing: str = ""
    """Id of the sentence to change, or `all`."""
    attempt: Attempt | None = None
    copied: str | None = None
    """The approved text, for a browser that cannot copy it by itself."""


def item_page(
    request: Request,
    item_id: str,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    application: Application,
    opened: Opened | None = None,
) -> Response:
    """Render the item as it is now. Raises NotFound."""
    opened = opened or Opened()
    view = application.approvals.get(item_id, viewer=viewer, uow=uow)
    if is_in_person(request):
        note_opening(view, viewer=viewer, uow=uow)
    rights = rights_of(view, viewer=viewer)
    status = opened.attempt.failure.status if opened.attempt else 200
    context = {
        **_about(view, uow=uow),
        **_weighed(view, viewer=viewer, language=language_of(request), uow=uow),
        **_offered(view, rights, language=language_of(request), opened=opened),
        **_people(view, rights, viewer=viewer, uow=uow),
        **_delivery(view, rights, language=language_of(request), viewer=viewer, uow=uow, application=application),
        **_list_of(opened),
    }
    return render(request, "item.html", status=status, **context)


def _about(view: ReviewView, *, uow: UnitOfWork) -> dict[str, Any]:
    """The item and its draft, and who is named on the page."""
    crm = view.draft.crm
    return {
        "view": view,
        "draft": view.draft,
        "item": view.item,
        "entry": view.entry,
        "pending": view.item.state in UNDECIDED,
        # An item of an account is only there for who may see the account.
        "account_visible": view.entry.account_id is not None,
        "names": view.names,
        "newest": view.newest_item_id if view.newest_item_id != view.item.id else None,
        "task": view.draft.provenance.parameters.get(_TASK, ""),
        "crm_change": word_diff(crm.value_before or "", crm.value or "") if crm else (),
        "steps": steps_of(view),
        "void_votes": [line for line in view.votes if line.voided_at is not None],
        "clock": clock_of(view, now=uow.clock.now()),
        "here_path": f"/queue/{view.item.id}",
        "test": revealed(view.item, uow=uow),
    }


def _weighed(view: ReviewView, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> dict[str, Any]:
    """What the reviewer weighs: sentences, evidence, findings, changes."""
    sentences = sentences_of(view, viewer=viewer, language=language, uow=uow)
    by_id = sentences.by_id()
    return {
        "sentences": sentences,
        "accepted_sentences": [by_id[name] for name in view.item.accepted_segments if name in by_id],
        "listed_findings": _listed(view),
        "changes": changes_of(view, viewer=viewer, uow=uow),
        "versions": view.versions,
        "comments": view.comments,
        "version_of": {line.item_id: line.version for line in view.versions},
    }


def _listed(view: ReviewView) -> list[tuple[str | None, Finding]]:
    """The findings, the most severe first; those about the whole draft before those about a sentence."""
    grouped = by_sentence(view.findings)
    pairs = [(segment_id, finding) for segment_id, listed in grouped.items() for finding in listed]
    return sorted(pairs, key=lambda pair: (-pair[1].severity.rank, pair[0] is not None))


def _offered(view: ReviewView, rights: Rights, *, language: Language, opened: Opened) -> dict[str, Any]:
    """What the viewer may do, and why not."""
    known = {segment.id for segment in view.draft.segments()} | {ALL}
    editing = opened.editing if opened.editing in known and rights.edit is None else ""
    asked = ("approve", "reject", "request_changes")
    return {
        "rights": rights,
        "approving_roles": _approving_roles(view.item),
        "why_not": {name: _reason(getattr(rights, name), language) for name in asked},
        "editing": editing,
        "editable": rights.edit is None,
        "attempt": opened.attempt,
        "copied": opened.copied,
        "resubmitted_by": _resubmitted_by(view, rights),
        "offered": opened.copied is not None or any(getattr(rights, name) is None for name in RIGHTS_OFFERED_APART),
    }


def _approving_roles(item: ReviewItem) -> tuple[Role, ...]:
    """Whose turn it is; where it is nobody's, everybody who approves in some step."""
    step = open_step(item)
    return item.requirement.roles if step is None else item.requirement.steps[step].roles


def _resubmitted_by(view: ReviewView, rights: Rights) -> str:
    """Who can submit it again, where that is somebody else than the viewer; empty: it does not come to that."""
    ended = view.item.state in SUBMITTED_AGAIN - UNDECIDED
    return view.entry.requester_name if ended and rights.submit_again is not None else ""


def _people(view: ReviewView, rights: Rights, *, viewer: Viewer, uow: UnitOfWork) -> dict[str, Any]:
    """Who could decide, asked only where the page names them."""
    wanted = view.item.state in OPEN and (rights.approve is not None or rights.reassign is None)
    cited = {item.account_id for item in view.draft.evidence if item.account_id}
    found = deciders_of(view.entry, cited=cited, seen_by=viewer, uow=uow) if wanted else ()
    others = [person.name for person in found if person.user_id != viewer.user_id]
    return {"assignable": found, "who_can": others[:_MOST_NAMED]}


def _delivery(
    view: ReviewView, rights: Rights, *, language: Language, viewer: Viewer, uow: UnitOfWork, application: Application
) -> dict[str, Any]:
    """How what was approved leaves: in words, with what a person has to look for where nobody knows."""
    released = view.item.state is ReviewState.RELEASED
    approvals: ApprovalService = application.approvals
    files = sorted(approvals.deliverables(view.item.id, viewer=viewer, uow=uow)) if released else []
    return {
        "files": files,
        "delivery": describe(view.release, language=language.value, now=uow.clock.now()) if view.release else "",
        "parked": view.release is not None and view.release.state is ReleaseState.PARKED,
        "may_resolve": rights.resolve is None,
        "dry_run": application.settings.dry_run,
    }


def _list_of(opened: Opened) -> dict[str, Any]:
    """The list the item was opened from."""
    query = queue_query.from_text(opened.list_text)
    return {
        "list_text": query.text if opened.list_text else "",
        "list_address": query.address if opened.list_text else "/queue",
    }


def _reason(code: RefusalCode | None, language: Language) -> tuple[str, str] | None:
    return None if code is None else refusal(code, language=language.value)
