"""The writer of briefs: a model where there is one for this caller, the rules otherwise.

Invariant: which model it is, is asked for each brief, in the name of the person it is written for; nothing is contacted
and no library loaded before.
"""

from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Caller, ModelRole, Models
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.workflow import OfflineComposer, Writer
from copilot.workflows.brief.written import Written


class RoleComposer:
    """Writes with the model that has the writer's role."""

    def __init__(self, models: Models, *, guardrails: Guardrails | None = None) -> None:
        """`guardrails` say what a model may be given."""
        self._models = models
        self._guardrails = guardrails

    def compose(self, context: BriefContext) -> Written:
        """Ask for the model, write with it, or with rules when there is none."""
        return self._writer(context).compose(context)

    def _writer(self, context: BriefContext) -> Writer:
        viewer = context.viewer
        if viewer is None:
            return OfflineComposer()
        caller = Caller.of(viewer, language=context.language.value)
        model = self._models.for_role(ModelRole.WRITER, caller=caller)
        if model is None:
            return OfflineComposer()
        # Imported here: the model libraries take seconds to load, and most installations have no model.
        from copilot.workflows.brief.model import ModelComposer

        return ModelComposer(model, guardrails=self._guardrails)


def select_writer(models: Models, *, guardrails: Guardrails | None = None) -> Writer:
    """The writer for whatever models there are. Contacts nothing."""
    return RoleComposer(models, guardrails=guardrails)
