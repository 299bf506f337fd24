"""Whether the configured models answer, for `sales-copilot doctor`.

Invariant: raises ModelUnavailable with what to do when one does not; never shows a key.
"""

from importlib.util import find_spec

from copilot.errors import ModelUnavailable
from copilot.llm.embeddings import select_embedder
from copilot.llm.endpoints import Endpoint
from copilot.llm.local import check_file, missing_extra
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


def check_endpoint(endpoint: Endpoint) -> str:
    """Ask the endpoint for its models; of a model file, only whether it could be run. Returns what was found.

    Raises ModelUnavailable or ConfigurationError.
    """
    if endpoint.local_file is not None:
        check_file(endpoint.local_file)
        if find_spec("xllamacpp") is None:
            raise missing_extra()
        return "runs in this process"
    if endpoint.api_key is None and endpoint.url is None:
        raise ModelUnavailable("A model is named, but no endpoint is.", hint="Set OPENAI_API_KEY, or OPENAI_BASE_URL.")
    names = _offered(endpoint)
    if endpoint.model not in names:
        raise ModelUnavailable(
            f"The endpoint does not offer the model {endpoint.model}.",
            hint=f"It offers: {', '.join(names[:_MOST_NAMED]) or 'none'}.",
        )
    return "answers"


def _offered(endpoint: Endpoint) -> list[str]:
    # Imported here: the library takes a second to load and `doctor` is often run without a model.
    from openai import OpenAI, OpenAIError

    key = endpoint.api_key.get_secret_value() if endpoint.api_key else "none"
    try:
        client = OpenAI(api_key=key, base_url=endpoint.url, timeout=_PATIENCE_SECONDS, max_retries=0)
        return [model.id for model in client.models.list()]
    # The client trips over an answer that is not JSON with either of the other two.
    except (OpenAIError, ValueError, AttributeError) as error:
        raise ModelUnavailable(
            f"The model endpoint did not answer as expected ({type(error).__name__}).",
            hint="Check OPENAI_BASE_URL and OPENAI_API_KEY. Until it answers, texts are written without a model.",
        ) from error
