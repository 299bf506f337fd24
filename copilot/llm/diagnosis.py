"""Whether the configured models answer, for `sales-copilot doctor`.

Invariant: raises ModelUnavailable with what to do when one does not; never shows a key.
"""

from copilot.errors import ModelUnavailable
from copilot.llm.embeddings import select_embedder
from copilot.settings import Settings


def check_embeddings(settings: Settings) -> str:
    """Load the embedding model, embed one word and say which model it is. Raises ModelUnavailable."""
    choice = select_embedder(settings)
    if choice.embedder is None:
        raise choice.reason or ModelUnavailable("There is no embedding model.", hint="Set COPILOT_EMBEDDINGS.")
    vector = choice.embedder.embed_query("renewal", "en")
    return f"{choice.embedder.model_id}, {vector.shape[-1]} dimensions"
