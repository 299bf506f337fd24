"""The page of one review item.

Invariant: what is offered is what `decide` would accept; what is not offered is explained.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fastapi import Request, Response

from api.errors import Failure
from api.languages import language_of
from api.queue_reading import rights_of
from api.web.document_view import Piece
from api.web.highlights import marked_spans
from api.web.templating import render
from copilot.approvals.service import ApprovalService, ReviewView
from copilot.approvals.texts import refusal
from copilot.domain.access import Viewer
from copilot.domain.approvals import RefusalCode
from copilot.domain.evidence import Evidence
from copilot.domain.findings import Finding, Severity
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewState
from copilot.store.accounts import AccountRepository
from copilot.store.cited_work import CitedWorkRepository
from copilot.store.database import UnitOfWork

ALL = "all"
_SAVED = (ReviewState.RELEASED,)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What was sent and refused, to be shown again with the reason."""

    failure: Failure
    comment: str = ""
    accepted: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)


def item_page(
    request: Request,
    item_id: str,
    *,
    viewer: Viewer,
    uow: UnitOfWork,
    approvals: ApprovalService,
    editing: str = "",
    attempt: Attempt | None = None,
) -> Response:
    """Render the item as it is now. Raises NotFound."""
    view = approvals.get(item_id, viewer=viewer, uow=uow)
    language = language_of(request)
    rights = rights_of(view, viewer=viewer, uow=uow)
    known = {segment.id for segment in view.draft.segments()} | {ALL}
    editing = editing if editing in known and rights.edit is None else ""
    account_id = view.entry.account_id
    seen = AccountRepository(uow).names([account_id] if account_id else [], viewer=viewer)
    files = sorted(approvals.deliverables(item_id, viewer=viewer, uow=uow)) if view.item.state in _SAVED else []
    newest = CitedWorkRepository(uow).newest_version_item_id(view.item.draft_id, viewer=viewer)
    return render(
        request,
        "item.html",
        status=attempt.failure.status if attempt else 200,
        view=view,
        draft=view.draft,
        item=view.item,
        entry=view.entry,
        rights=rights,
        why_not_approve=_reason(rights.approve, language),
        why_not_reject=_reason(rights.reject, language),
        findings=_by_segment(view),
        editing=editing,
        editable=rights.edit is None,
        attempt=attempt,
        files=files,
        newest=newest if newest != item_id else None,
        account_visible=bool(seen),
        evidence_of=_evidence_of(view),
        pieces_of=_pieces_of(view),
    )


def _reason(code: RefusalCode | None, language: Language) -> tuple[str, str] | None:
    return None if code is None else refusal(code, language=language.value)


def _by_segment(view: ReviewView) -> dict[str | None, list[Finding]]:
    """Findings by the sentence they are about; None for those about the whole draft. The most severe first."""
    found: dict[str | None, list[Finding]] = {}
    for finding in sorted(view.findings, key=lambda item: -item.severity.rank):
        found.setdefault(finding.segment_id, []).append(finding)
    return found


def _pieces_of(view: ReviewView) -> dict[str, list[Piece]]:
    """Each sentence with the characters marked that a finding is about."""
    found = _by_segment(view)
    return {
        segment.id: marked_spans(
            segment.text,
            [
                (item.start, item.end)
                for item in found.get(segment.id, [])
                if item.start is not None and item.end is not None and item.severity is not Severity.INFO
            ],
        )
        for segment in view.draft.segments()
    }


@dataclass(frozen=True, slots=True)
class EvidenceGroup:
    """What a sentence cites from one source, with the citation numbers."""

    cited: list[tuple[int, Evidence]]


def _evidence_of(view: ReviewView) -> dict[str, list[EvidenceGroup]]:
    """What each sentence cites, source by source."""
    numbered = {item.id: (position, item) for position, item in enumerate(view.draft.evidence, start=1)}
    found: dict[str, list[EvidenceGroup]] = {}
    for segment in view.draft.segments():
        groups: dict[tuple[str, str, str], EvidenceGroup] = {}
        for number, item in (numbered[key] for key in segment.evidence_ids if key in numbered):
            source = (item.label, item.as_of.isoformat(), item.kind.value + item.origin.value)
            groups.setdefault(source, EvidenceGroup([])).cited.append((number, item))
        found[segment.id] = list(groups.values())
    return found
