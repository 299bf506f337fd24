"""Which writer the settings ask for."""

from copilot.guardrails.pipeline import Guardrails
from copilot.settings import Settings
from copilot.workflows.brief.workflow import OfflineComposer, Writer


def select_writer(settings: Settings, *, guardrails: Guardrails | None = None) -> Writer:
    """The model where one is configured, the rules otherwise. Contacts nothing."""
    if settings.writer_model is None:
        return OfflineComposer()
    # Imported here: the model libraries take seconds to load, and most installations have no model.
    from copilot.llm.client import writer_model
    from copilot.workflows.brief.model import ModelComposer

    return ModelComposer(
        writer_model(settings, name=settings.writer_model),
        input_price=settings.model_input_price,
        output_price=settings.model_output_price,
        guardrails=guardrails,
    )
