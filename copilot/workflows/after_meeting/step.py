"""The chat's steps that prepare a meeting and say what came of one.

Invariants: the user's own words choose the meeting and the people; no text of anybody else does. A step files drafts
for approval and has no other effect; what it found is written by rules.
"""

from copilot.domain.drafts import Draft
from copilot.domain.plans import MeetingStep, Step, StepKind
from copilot.errors import InputError
from copilot.workflows.after_meeting.workflow import AfterMeetingWorkflow
from copilot.workflows.chat.contract import Filed, Found, Line, Scene, of_kind
from copilot.workflows.meeting_prep.workflow import MeetingPrepWorkflow

_MOST_SHOWN = 8
_SHOWN = {StepKind.MEETING_PREP: ("meeting", "goals", "commitments"), StepKind.AFTER_MEETING: ("decisions", "actions")}


class MeetingSteps:
    """Carries out both kinds of step."""

    def __init__(self, prep: MeetingPrepWorkflow, after: AfterMeetingWorkflow) -> None:
        self._prep = prep
        self._after = after

    def run_step(self, step: Step, scene: Scene) -> Found:
        """Draft and file. Raises NotFound if the viewer may not see the account."""
        wanted = of_kind(step, MeetingStep)
        try:
            if wanted.kind is StepKind.MEETING_PREP:
                return self._prepared(wanted, scene)
            return self._summarised(wanted, scene)
        except InputError as error:
            return _nothing(str(error), wanted, scene)

    def _prepared(self, step: MeetingStep, scene: Scene) -> Found:
        made = self._prep.run(
            step.account_id, viewer=scene.viewer, language=scene.language, uow=scene.uow, request=step.request
        )
        filed = (Filed(item_id=made.item.id, kind=made.draft.kind.value, title=made.draft.title),)
        return _found(step, scene, draft=made.draft, filed=filed)

    def _summarised(self, step: MeetingStep, scene: Scene) -> Found:
        made = self._after.run(
            step.account_id, viewer=scene.viewer, language=scene.language, uow=scene.uow, request=step.request
        )
        filed = tuple(
            Filed(item_id=item.item.id, kind=item.draft.kind.value, title=item.draft.title)
            for item in (made.summary, *made.updates)
        )
        return _found(step, scene, draft=made.summary.draft, filed=filed)


def _found(step: MeetingStep, scene: Scene, *, draft: Draft, filed: tuple[Filed, ...]) -> Found:
    """The telling sections of the draft; the whole of it is in the queue."""
    shown = _SHOWN[step.kind]
    lines = [
        Line(text=segment.text, evidence_ids=segment.evidence_ids)
        for section in draft.sections
        if section.key in shown
        for segment in section.segments
    ][:_MOST_SHOWN]
    whole = scene.say(
        es="Lo demás está en el borrador, que espera en la cola.",
        en="The rest is in the draft, which waits in the queue.",
    )
    cited = {key for line in lines for key in line.evidence_ids}
    return Found(
        key=step.kind.value,
        title=draft.title,
        lines=(*lines, Line(text=whole, evidence_ids=(), uncited_reason="filed_draft")),
        evidence=tuple(item for item in draft.evidence if item.id in cited),
        account_ids=(step.account_id,),
        by_rules=True,
        filed=filed,
    )


def _nothing(why: str, step: MeetingStep, scene: Scene) -> Found:
    return Found(
        key=step.kind.value,
        title=scene.say(es="Reunión", en="Meeting"),
        lines=(Line(text=why, evidence_ids=(), uncited_reason="nothing_drafted"),),
        account_ids=(step.account_id,),
        nothing=True,
        by_rules=True,
    )
