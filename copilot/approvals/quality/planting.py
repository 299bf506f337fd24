"""Files test items: drafts that were approved, with one fault planted in them.

Invariants: a test item looks like any other until it is decided; it can never be released (a trigger of the database
refuses it, whatever this code does); its text never becomes a draft that somebody works on.
"""

from collections.abc import Callable
from datetime import timedelta
from itertools import islice

from copilot.approvals.quality.faults import FaultyDraft, faulty_drafts
from copilot.approvals.quality.rules import QualityRules
from copilot.domain.access import Viewer
from copilot.domain.drafts import Draft
from copilot.domain.findings import Finding, GuardrailReport, blocking
from copilot.domain.review_items import ReviewItem
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import UnitOfWork
from copilot.store.drafts import DraftRepository
from copilot.store.people import PeopleRepository
from copilot.store.quality import QualityRepository, Source
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_SOURCES = 5
_TRIES = 8
"""Faults tried for each source: each costs a run of the guardrails."""

FileItem = Callable[[Draft, GuardrailReport, Viewer, UnitOfWork], ReviewItem]
"""Files a checked draft on behalf of a requester, without announcing it to anybody."""


def plant_due(rules: QualityRules, *, guardrails: Guardrails, file_item: FileItem, uow: UnitOfWork) -> int:
    """File one test item if the policy's share asks for one. Returns how many that was, 0 or 1."""
    repository = QualityRepository(uow)
    if repository.filed_since_last_planted() * rules.test_item_share < 1:
        return 0
    sources = repository.sources(decided_after=uow.clock.now() - timedelta(days=rules.source_days), limit=_SOURCES)
    for source in sources:
        if _plant(source, guardrails=guardrails, file_item=file_item, uow=uow):
            return 1
    _log.info("quality.nothing_planted", sources=len(sources))
    return 0


def _plant(source: Source, *, guardrails: Guardrails, file_item: FileItem, uow: UnitOfWork) -> bool:
    requester = PeopleRepository(uow).by_id(source.requester_id)
    if requester is None:
        return False
    draft = DraftRepository(uow).version(source.draft_id, source.version).draft
    if draft.files:
        return False  # a fault in the words would not be one of the files, which say the same
    draft = draft.model_copy(update={"written_at": uow.clock.now()})
    before = guardrails.check_draft(draft, viewer=requester, uow=uow).findings
    if blocking(before):
        return False
    chosen = _choose(draft, source, before, guardrails=guardrails, requester=requester, uow=uow)
    if chosen is None:
        return False
    faulty, report, flagged = chosen
    item = file_item(faulty.draft, report, requester, uow)
    QualityRepository(uow).plant(
        item, source_item_id=source.item_id, segment_id=faulty.segment_id, fault=faulty.fault.value, flagged=flagged
    )
    _log.info("quality.planted", fault=faulty.fault.value, flagged=flagged)
    return True


def _choose(
    draft: Draft,
    source: Source,
    before: tuple[Finding, ...],
    *,
    guardrails: Guardrails,
    requester: Viewer,
    uow: UnitOfWork,
) -> tuple[FaultyDraft, GuardrailReport, bool] | None:
    """A fault that no guardrail points at, else one that some do; never one that blocks the draft."""
    second_best = None
    for faulty in islice(faulty_drafts(draft, seed=source.item_id), _TRIES):
        report = guardrails.check_draft(faulty.draft, viewer=requester, uow=uow)
        if blocking(report.findings):
            continue
        seen = {(item.rule, item.segment_id) for item in before}
        if all((item.rule, item.segment_id) in seen for item in report.findings):
            return faulty, report, False
        second_best = second_best or (faulty, report, True)
    return second_best
