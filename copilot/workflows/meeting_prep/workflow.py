"""Gather -> write -> verify -> submit, for one meeting with an account.

Invariants: everything read is what the viewer may see; nothing is returned that has not passed the guardrails and
entered the queue in the same transaction. Answers to likely questions are quoted from documents, or there are none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

from copilot import __version__
from copilot.approvals.feedback.drafting import with_style
from copilot.domain.access import Viewer
from copilot.domain.drafts import Audience, Draft, DraftKind, Provenance, cited_evidence, content_hashes
from copilot.domain.evidence import Evidence
from copilot.domain.language import Language
from copilot.domain.plans import SearchStep
from copilot.domain.records import Contact, Stance
from copilot.guardrails.pipeline import Guardrails
from copilot.store.database import UnitOfWork
from copilot.telemetry import get_logger
from copilot.workflows.brief import instructed
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.workflow import Progress, gather, reporter
from copilot.workflows.brief.written import Written
from copilot.workflows.chat.contract import Scene, StepRunner
from copilot.workflows.filed_draft import FiledDraft, Submits
from copilot.workflows.instructions import read_instruction
from copilot.workflows.meeting_prep import sections
from copilot.workflows.meeting_prep.context import Expected, MeetingContext
from copilot.workflows.meeting_prep.upcoming import Meeting, next_meeting
from copilot.workflows.reading.names import mentions_person, same_person
from copilot.workflows.reading.text import stems
from copilot.workflows.reading.types import Sentence, Side, Topic

_log = get_logger(__name__)
_RECENT = timedelta(days=120)
_MOST_EXPECTED = 4
_MOST_LIKELY = 4
_FEWEST_STEMS = 4
_OBJECTIONS = (Topic.RISK, Topic.COMPETITOR, Topic.BUDGET, Topic.INCIDENT, Topic.POSTPONED)


class MeetingPrepWorkflow:
    """Prepares meetings. Stateless; one instance serves any number of requests."""

    def __init__(self, approvals: Submits, *, search: StepRunner, guardrails: Guardrails | None = None) -> None:
        """`search` answers a question from the shared knowledge, see `copilot.workflows.chat.search_step`."""
        self._approvals = approvals
        self._search = search
        self._guardrails = guardrails or Guardrails()

    def run(
        self,
        account_id: str,
        *,
        viewer: Viewer,
        language: Language,
        uow: UnitOfWork,
        request: str = "",
        attendee_ids: Sequence[str] = (),
        progress: Progress | None = None,
    ) -> FiledDraft:
        """Write the preparation and put it in the queue. `request`: the user's own words, read for who comes.

        Raises NotFound if the account does not exist or the viewer may not see it.
        """
        report_step = reporter(progress)
        base = gather(account_id, viewer=viewer, language=language, uow=uow, report_step=report_step)
        report_step("write")
        context = self.prepared(base, request=request, attendee_ids=attendee_ids, viewer=viewer, uow=uow)
        draft = _assembled(context, request=request, attendee_ids=attendee_ids, viewer=viewer, uow=uow)
        report_step("verify")
        report = self._guardrails.check_draft(draft, viewer=viewer, uow=uow)
        report_step("submit")
        item = self._approvals.submit(draft, report, viewer=viewer, uow=uow)
        _log.info("meeting_prep.written", account=account_id, language=language.value, findings=len(report.findings))
        return FiledDraft(draft=draft, report=report, item=item)

    def draft_again(self, previous: Draft, *, instruction: str | None, viewer: Viewer, uow: UnitOfWork) -> Draft:
        """Write the same preparation from the evidence of now, as `instruction` asks; nothing is filed.

        Raises NotFound if the viewer may no longer see the account.
        """
        wanted = read_instruction(instruction, names=sections.NAMES) if instruction else None
        language = (wanted.language if wanted else None) or previous.language
        base = gather(previous.account_id or "", viewer=viewer, language=language, uow=uow)
        base = replace(base, instruction=wanted)
        request = previous.provenance.parameters.get("request", "")
        attendees = tuple(filter(None, previous.provenance.parameters.get("attendees", "").split(" ")))
        context = self.prepared(base, request=request, attendee_ids=attendees, viewer=viewer, uow=uow)
        return _assembled(context, request=request, attendee_ids=attendees, viewer=viewer, uow=uow)

    def prepared(
        self, base: BriefContext, *, request: str, attendee_ids: Sequence[str], viewer: Viewer, uow: UnitOfWork
    ) -> MeetingContext:
        """Everything that a preparation is written from, with answers from what the viewer may see."""
        named = tuple(_named(base, request=request, ids=attendee_ids))
        meeting = next_meeting(base, contacts=named)
        found: dict[str, Evidence] = {}
        expected = tuple(
            self._answered(item, base, found=found, viewer=viewer, uow=uow) for item in _likely_to_come_up(base)
        )
        return MeetingContext(
            base=base,
            meeting=meeting,
            attendees=named or tuple(_spoken_of(base, meeting)),
            likely=tuple(_heard_lately(base)),
            on_record=tuple(_on_record(base)),
            expected=expected,
            found=found,
        )

    def _answered(
        self, item: Expected, base: BriefContext, *, found: dict[str, Evidence], viewer: Viewer, uow: UnitOfWork
    ) -> Expected:
        """With what the shared knowledge says about it, quoted."""
        question = " ".join(item.sentence.text.split())
        scene = Scene(viewer=viewer, uow=uow, today=base.today, language=base.language, message=question)
        answer = self._search(SearchStep(question=question), scene)
        if answer.nothing:
            return item
        lines = tuple(
            Line(text=line.text, evidence_ids=line.evidence_ids) for line in answer.lines if line.evidence_ids
        )
        found.update({evidence.id: evidence for evidence in answer.evidence})
        return replace(item, answer=lines[:1])


def _named(base: BriefContext, *, request: str, ids: Sequence[str]) -> Iterator[Contact]:
    for contact in base.facts.contacts:
        gone = contact.left_on is not None and contact.left_on <= base.today
        if contact.id in ids or (request and not gone and mentions_person(request, contact.name)):
            yield contact


def _spoken_of(base: BriefContext, meeting: Meeting | None) -> Iterator[Contact]:
    """Contacts that what speaks of the meeting names, and who said it."""
    if meeting is None:
        return
    for contact in base.facts.contacts:
        if meeting.sentence is not None:
            said = meeting.sentence
            spoke = any(name and same_person(name, contact.name) for name in (said.speaker, said.addressee))
            if spoke or mentions_person(said.text, contact.name):
                yield contact
        elif meeting.activity is not None and any(
            same_person(name, contact.name) for name in meeting.activity.participants
        ):
            yield contact


def _heard_lately(base: BriefContext) -> list[Contact]:
    heard = []
    for contact in base.facts.contacts:
        said = next((item for name, item in base.reading.last_heard.items() if same_person(name, contact.name)), None)
        gone = contact.left_on is not None and contact.left_on <= base.today
        if said is not None and not gone and base.today - said.day <= _RECENT:
            heard.append((said.order, contact))
    return _each_once([contact for _, contact in sorted(heard, key=lambda pair: -pair[0])])[:_MOST_LIKELY]


def _on_record(base: BriefContext) -> list[Contact]:
    """Who is there by the records, those who push the matter first."""
    here = [item for item in base.facts.contacts if item.left_on is None or item.left_on > base.today]
    reachable = [item for item in here if not item.do_not_contact]
    first = {Stance.CHAMPION: 0, Stance.SUPPORTER: 1, Stance.BLOCKER: 2, Stance.SCEPTIC: 3}
    by_stance = sorted(reachable, key=lambda item: (first.get(item.stance, 4) if item.stance else 5, item.name))
    return _each_once(by_stance)[:_MOST_LIKELY]


def _each_once(contacts: Sequence[Contact]) -> list[Contact]:
    """A person who stands in the CRM twice comes once: as the first of both records."""
    kept: list[Contact] = []
    for contact in contacts:
        if not any(same_person(contact.name, other.name) for other in kept):
            kept.append(contact)
    return kept


def _likely_to_come_up(base: BriefContext) -> list[Expected]:
    """Questions without an answer first, then recent ones, then what they complained or doubted about."""
    since = base.today - _RECENT
    open_ones = [item.sentence for item in base.reading.questions]
    recent = [item for item in base.reading.sentences if _is_question(item) and item.day >= since]
    asked = list(dict.fromkeys([*reversed(open_ones), *reversed(recent)]))[:2]
    doubts = [
        item.sentence
        for item in base.reading.most_telling(*_OBJECTIONS, since=since, limit=_MOST_EXPECTED)
        if item.sentence.side is Side.CUSTOMER and item.sentence not in asked
    ]
    found = [Expected(item, is_question=True) for item in asked] + [
        Expected(item, is_question=False) for item in doubts
    ]
    return found[:_MOST_EXPECTED]


def _is_question(sentence: Sentence) -> bool:
    """Whether the customer asks about something: "have you a minute?" asks for no answer worth preparing."""
    ends = sentence.text.rstrip('»”") ').endswith("?")
    return ends and sentence.side is Side.CUSTOMER and len(stems(sentence.text, sentence.language)) >= _FEWEST_STEMS


def _assembled(
    context: MeetingContext, *, request: str, attendee_ids: Sequence[str], viewer: Viewer, uow: UnitOfWork
) -> Draft:
    base = context.base
    parameters = {"request": " ".join(request.split()), "attendees": " ".join(attendee_ids)}
    provenance = Provenance(
        writer="offline",
        code_version=__version__,
        parameters={key: value for key, value in parameters.items() if value},
    )
    written = instructed.honoured(Written(sections.write(context), provenance), base)
    gathered, account = context.evidence(), base.facts.account
    draft = Draft(
        kind=DraftKind.MEETING_PREP,
        audience=Audience.INTERNAL,
        language=base.language,
        title=base.say(es=f"Preparación de la reunión: {account.name}", en=f"Meeting preparation: {account.name}"),
        account_id=account.id,
        account_name=account.name,
        as_of=base.today,
        written_at=uow.clock.now(),
        sections=written.sections,
        evidence=cited_evidence(written.sections, gathered),
        provenance=written.provenance.model_copy(update={"evidence_hashes": content_hashes(gathered.values())}),
    )
    return with_style(draft, viewer=viewer, uow=uow)
