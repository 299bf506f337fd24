"""Whether the configured models answer, for `sales-copilot doctor`.

Invariant: raises ModelUnavailable with what to do when one does not; never shows a key.
"""

from copilot.errors import ModelUnavailable
from copilot.llm.embeddings import select_embedder
from copilot.settings import Settings

_PATIENCE_SECONDS = 10.0
_MOST_NAMED = 8


def check_embeddings(settings: Settings) -> str:
    """Load the embedding model, embed one word and say which model it is. Raises ModelUnavailable."""
    choice = select_embedder(settings)
    if choice.embedder is None:
        raise choice.reason or ModelUnavailable("There is no embedding model.", hint="Set COPILOT_EMBEDDINGS.")
    vector = choice.embedder.embed_query("renewal", "en")
    return f"{choice.embedder.model_id}, {vector.shape[-1]} dimensions"


def check_writer(settings: Settings) -> str:
    """Ask the endpoint for its models and say whether the writer's is among them. Raises ModelUnavailable."""
    # Imported here: the library takes a second to load and `doctor` is often run without a model.
    from openai import OpenAI, OpenAIError

    if not settings.openai_api_key and not settings.openai_base_url:
        raise ModelUnavailable(
            "COPILOT_WRITER_MODEL is set, but no endpoint is.", hint="Set OPENAI_API_KEY, or OPENAI_BASE_URL."
        )
    key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else "none"
    try:
        client = OpenAI(api_key=key, base_url=settings.openai_base_url, timeout=_PATIENCE_SECONDS, max_retries=0)
        names = [model.id for model in client.models.list()]
    # The client trips over an answer that is not JSON with either of the other two.
    except (OpenAIError, ValueError, AttributeError) as error:
        raise ModelUnavailable(
            f"The model endpoint did not answer as expected ({type(error).__name__}).",
            hint="Check OPENAI_BASE_URL and OPENAI_API_KEY. Until it answers, briefs are written without a model.",
        ) from error
    if settings.writer_model not in names:
        raise ModelUnavailable(
            "The endpoint does not offer the model that COPILOT_WRITER_MODEL names.",
            hint=f"It offers: {', '.join(names[:_MOST_NAMED]) or 'none'}.",
        )
    return str(settings.writer_model)
