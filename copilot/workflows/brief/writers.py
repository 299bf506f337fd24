"""Which writer the settings ask for."""

from copilot.settings import Settings
from copilot.workflows.brief.workflow import OfflineComposer, Writer


def select_writer(settings: Settings) -> Writer:
    """The model where one is configured, the rules otherwise. Contacts nothing."""
    if settings.writer_model is None:
        return OfflineComposer()
    # Imported here: the model libraries take seconds to load, and most installations have no model.
    from copilot.guardrails.policy import load_guardrail_policy
    from copilot.llm.client import writer_model
    from copilot.workflows.brief.model import ModelComposer

    return ModelComposer(
        writer_model(settings, name=settings.writer_model),
        input_price=settings.model_input_price,
        output_price=settings.model_output_price,
        policy=load_guardrail_policy(settings.guardrail_policy_file),
    )
