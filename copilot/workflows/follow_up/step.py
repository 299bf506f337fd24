"""The chat's step that drafts a follow-up.

Invariants: the user's own words choose source, people, tone and form; no text of anybody else does. The step files a
draft for approval and sends nothing; what it found is written by rules.
"""

from copilot.domain.plans import FollowUpStep, Step
from copilot.errors import InputError
from copilot.store.account_facts import AccountFactsRepository
from copilot.workflows.chat.contract import Filed, Found, Line, Scene
from copilot.workflows.filed_draft import FiledDraft
from copilot.workflows.follow_up import again
from copilot.workflows.follow_up.choices import Variant
from copilot.workflows.follow_up.recipients import contacts_called
from copilot.workflows.follow_up.workflow import FollowUpWorkflow

_KEY = "follow_up"


class FollowUpSteps:
    """Carries out follow-up steps with one workflow."""

    def __init__(self, workflow: FollowUpWorkflow) -> None:
        self._workflow = workflow

    def run_step(self, step: Step, scene: Scene) -> Found:
        """Draft and file it. Raises NotFound if the viewer may not see the account."""
        if not isinstance(step, FollowUpStep):
            raise TypeError(f"not a follow-up step: {step.kind}")
        try:
            return _filed(self._made(step, scene), step, scene)
        except InputError as error:
            return _nothing(str(error), step, scene)

    def _made(self, step: FollowUpStep, scene: Scene) -> FiledDraft:
        facts = AccountFactsRepository(scene.uow).gather(step.account_id, viewer=scene.viewer, today=scene.today)
        asked = again.read(step.request)
        people = contacts_called(step.request, facts.contacts, account_name=facts.account.name)
        return self._workflow.run(
            step.account_id,
            viewer=scene.viewer,
            language=asked.read.language,
            uow=scene.uow,
            request=step.request,
            recipient_contact_ids=tuple(item.id for item in people),
            register=asked.register,
            variant=asked.variant or Variant.PLAIN,
        )


def _filed(made: FiledDraft, step: FollowUpStep, scene: Scene) -> Found:
    email = made.draft.email
    to = scene.format.listed([box.name for box in email.to]) if email else ""
    text = scene.say(
        es=f"He preparado un correo de seguimiento para {to}. Espera aprobación en la cola; no se ha enviado nada.",
        en=f"I have drafted a follow-up email to {to}. It waits in the queue for approval; nothing was sent.",
    )
    cited = made.draft.evidence[:1]
    return Found(
        key=_KEY,
        title=scene.say(es="Correo de seguimiento", en="Follow-up email"),
        lines=(Line(text=text, evidence_ids=(), uncited_reason="filed_draft"),),
        evidence=cited,
        account_ids=(step.account_id,),
        by_rules=True,
        filed=(Filed(item_id=made.item.id, kind=made.draft.kind.value, title=made.draft.title),),
    )


def _nothing(why: str, step: FollowUpStep, scene: Scene) -> Found:
    return Found(
        key=_KEY,
        title=scene.say(es="Correo de seguimiento", en="Follow-up email"),
        lines=(Line(text=why, evidence_ids=(), uncited_reason="nothing_drafted"),),
        account_ids=(step.account_id,),
        nothing=True,
        by_rules=True,
    )
