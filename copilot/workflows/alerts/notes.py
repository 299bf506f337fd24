"""The draft about one alert: what changed, why with its sources, what to do; and the drafted outreach.

Invariants: everything cited is what the viewer may see, on the day of the alert; a figure stands in the draft as its
source states it. Whatever is drafted has passed the guardrails and entered the queue in the same transaction that ties
it to the alert; nothing is sent from here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from copilot import __version__
from copilot.domain.access import Viewer
from copilot.domain.alerts import Alert
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, Section, cited_evidence, content_hashes
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.domain.review_items import ReviewState
from copilot.errors import Conflict, NotFound
from copilot.guardrails.pipeline import Guardrails
from copilot.store.accounts import AccountRepository
from copilot.store.alerts import AlertRepository, Drafted
from copilot.store.audit import AuditLog
from copilot.store.database import Database, UnitOfWork
from copilot.store.people import PeopleRepository
from copilot.store.reviews import UNRELEASED, ReviewRepository
from copilot.telemetry import get_logger
from copilot.workflows.alerts.acting import Alerts
from copilot.workflows.alerts.raising import subject_of
from copilot.workflows.alerts.reasons import reasons_of
from copilot.workflows.alerts.texts import error
from copilot.workflows.alerts.wording import NAMES, Telling, title
from copilot.workflows.filed_draft import FiledDraft, Submits
from copilot.workflows.follow_up import FollowUpWorkflow
from copilot.workflows.instructions import read_instruction

_log = get_logger(__name__)
_ALERT = "alert"
_SAYING: Mapping[Drafted, str] = {"item_id": "alert.drafted", "outreach_item_id": "alert.outreach_drafted"}
_STANDS = frozenset({*UNRELEASED, ReviewState.RELEASED})
"""States of a note that is of use still: decided on in its favour, or not decided yet."""


@dataclass(frozen=True, slots=True)
class Note:
    """The queue entry of the note about an alert."""

    item_id: str
    is_new: bool


class AlertDrafts:
    """Stateless; one instance serves any number of requests."""

    def __init__(self, alerts: Alerts, *, approvals: Submits, guardrails: Guardrails) -> None:
        self._alerts = alerts
        self._approvals = approvals
        self._guardrails = guardrails

    def note(self, alert_id: str, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> Note:
        """The note about an alert: the one that stands, else a new one, so that asking twice makes one.

        Raises NotFound or Conflict.
        """
        alert = self._alerts.find(alert_id, viewer=viewer, uow=uow).alert
        standing = _standing(alert.item_id, viewer=viewer, uow=uow)
        if standing is not None:
            return Note(standing, is_new=False)
        return Note(self.write(alert_id, viewer=viewer, language=language, uow=uow).item.id, is_new=True)

    def write(self, alert_id: str, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> FiledDraft:
        """Draft the note about an alert and put it in the queue. Raises NotFound or Conflict."""
        alert = self._alerts.find(alert_id, viewer=viewer, uow=uow).alert
        draft = self._draft(alert, viewer=viewer, language=language, uow=uow)
        report = self._guardrails.check_draft(draft, viewer=viewer, uow=uow)
        item = self._approvals.submit(draft, report, viewer=viewer, uow=uow)
        self._tie(alert, "item_id", item.id, viewer=viewer, uow=uow)
        _log.info("alert.written", alert=alert.id, language=language.value, findings=len(report.findings))
        return FiledDraft(draft=draft, report=report, item=item)

    def draft_again(self, previous: Draft, *, instruction: str | None, viewer: Viewer, uow: UnitOfWork) -> Draft:
        """Write the same note from the evidence of now, as `instruction` asks; nothing is filed. Raises NotFound."""
        wanted = read_instruction(instruction, names=NAMES) if instruction else None
        alert_id = previous.provenance.parameters.get(_ALERT, "")
        alert = self._alerts.find(alert_id, viewer=viewer, uow=uow).alert
        language = (wanted.language if wanted else None) or previous.language
        draft = self._draft(alert, viewer=viewer, language=language, uow=uow)
        if wanted is None:
            return draft
        notes = tuple(Telling(language).not_followed(clause) for clause in wanted.not_understood)
        provenance = draft.provenance.model_copy(update={"notes": (*draft.provenance.notes, *notes)})
        sections = wanted.honoured_in(draft.sections)
        return draft.model_copy(
            update={
                "sections": sections,
                "evidence": cited_evidence(sections, draft.evidence_by_id),
                "provenance": provenance,
            }
        )

    def reach_out(
        self,
        alert_id: str,
        *,
        by: FollowUpWorkflow,
        request: str = "",
        language: Language | None = None,
        viewer: Viewer,
        uow: UnitOfWork,
    ) -> FiledDraft:
        """Draft the email to the customer and put it in the queue. `request`: in the person's own words.

        Raises NotFound, Conflict, or InputError if there is nothing to follow up.
        """
        alert = self._alerts.find(alert_id, viewer=viewer, uow=uow).alert
        filed = by.run(alert.account_id, viewer=viewer, language=language, request=request, uow=uow)
        self._tie(alert, "outreach_item_id", filed.item.id, viewer=viewer, uow=uow)
        return filed

    def write_due(self, database: Database, *, should_stop: Callable[[], bool] = lambda: False) -> int:
        """Draft the notes about new alerts in their owners' names, some at a time. Returns how many were."""
        with database.unit_of_work() as uow:
            waiting = AlertRepository(uow).without_note(limit=self._alerts.rules.notes_at_once)
        written = 0
        for alert in waiting:
            if should_stop():
                break
            try:
                written += self._written_for_owner(alert, database)
            except (Conflict, NotFound):
                # Somebody else was faster, or the account went to another owner meanwhile.
                _log.info("alert.not_written", alert=alert.id)
        return written

    def _written_for_owner(self, alert: Alert, database: Database) -> bool:
        with database.unit_of_work() as uow:
            owner = PeopleRepository(uow).by_id(alert.owner_id or "")
            if owner is None:
                return False
            self.write(alert.id, viewer=owner, language=Language(owner.language), uow=uow)
        return True

    def _draft(self, alert: Alert, *, viewer: Viewer, language: Language, uow: UnitOfWork) -> Draft:
        telling, playbooks = Telling(language), self._alerts.playbooks
        reader = viewer.model_copy(update={"language": language.value})
        reasons = reasons_of(alert, viewer=reader, uow=uow)
        change = telling.change_evidence(alert, inputs=[item.evidence.id for item in reasons])
        written = (
            telling.change(alert, change),
            telling.reasons(reasons),
            telling.steps(playbooks.current(alert.playbook, alert.kind, alert.cause)),
        )
        gathered = {item.id: item for item in (change, *(reason.evidence for reason in reasons))}
        name = AccountRepository(uow).names((alert.account_id,), viewer=viewer)[alert.account_id]
        sections = tuple(section for section in written if section.segments)
        return _assembled(alert, name, sections, gathered, language=language, uow=uow)

    @staticmethod
    def _tie(alert: Alert, drafted: Drafted, item_id: str, *, viewer: Viewer, uow: UnitOfWork) -> None:
        if not AlertRepository(uow).tie(alert, drafted, item_id):
            raise error(Conflict, "changed", viewer)
        details = {"item": item_id}
        AuditLog(uow).append(_SAYING[drafted], actor_id=viewer.user_id, subject=subject_of(alert.id), details=details)


def _standing(item_id: str | None, *, viewer: Viewer, uow: UnitOfWork) -> str | None:
    """The entry of the newest version of the note, if it was not turned down and has not run out."""
    reviews = ReviewRepository(uow)
    entry = reviews.find(item_id, viewer=viewer) if item_id else None
    versions = reviews.of_draft(entry.item.draft_id, viewer=viewer) if entry else ()
    newest = versions[-1].item if versions else None
    return newest.id if newest is not None and newest.state in _STANDS else None


def _assembled(
    alert: Alert,
    account_name: str,
    sections: tuple[Section, ...],
    gathered: Mapping[str, Evidence],
    *,
    language: Language,
    uow: UnitOfWork,
) -> Draft:
    return Draft(
        kind=DraftKind.CHURN_ALERT,
        audience=Audience.INTERNAL,
        language=language,
        title=title(alert.kind, account_name, language=language),
        account_id=alert.account_id,
        account_name=account_name,
        as_of=alert.day,
        written_at=uow.clock.now(),
        sections=sections,
        evidence=cited_evidence(sections, gathered),
        provenance=Provenance(
            writer="offline",
            code_version=__version__,
            parameters={_ALERT: alert.id},
            evidence_hashes=content_hashes(gathered.values()),
        ),
    )
