"""What happened with an account, newest first."""

from copilot.domain.plans import Step, TimelineStep
from copilot.retrieval.service import RetrievalService
from copilot.store.documents import DocumentRepository
from copilot.workflows.chat.contract import Found, Scene, of_kind
from copilot.workflows.chat.wording import said


class TimelineRunner:
    """Reads documents and records of one account."""

    def __init__(self, retrieval: RetrievalService) -> None:
        self._retrieval = retrieval

    def __call__(self, step: Step, scene: Scene) -> Found:
        """See `StepRunner`."""
        wanted = of_kind(step, TimelineStep)
        heads = DocumentRepository(scene.uow).of_account(wanted.account_id, viewer=scene.viewer, limit=12)
        return Found(
            key="timeline",
            title=scene.say(es="Cronología", en="Timeline"),
            lines=(said(scene.say(es="No hay nada en ese periodo.", en="There is nothing in that period.")),),
            account_ids=(wanted.account_id,),
            nothing=not heads,
        )
