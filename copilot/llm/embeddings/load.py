"""Chooses the embedding model that the settings ask for, and says why there is none.

Invariant: a model that cannot be loaded never stops the product; search then runs on words alone and says so.
"""

from dataclasses import dataclass
from typing import assert_never

from copilot.errors import ModelUnavailable, StorageFull, UnavailableError
from copilot.llm.embeddings.e5 import E5Embedder
from copilot.llm.embeddings.openai_compatible import OpenAICompatibleEmbedder
from copilot.llm.embeddings.port import Embedder
from copilot.llm.embeddings.use import UseEmbedder
from copilot.settings import Settings
from copilot.telemetry import get_logger

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class EmbedderChoice:
    """The model, or None; `reason` says why it is not the one asked for."""

    embedder: Embedder | None
    reason: UnavailableError | None = None


def select_embedder(settings: Settings) -> EmbedderChoice:
    """Load the model that `settings` names.

    Embedded models are loaded here, so that a failure is known at once; call it off the start-up path.
    A remote model is only configured: its failures surface when it is used.
    """
    embedder: E5Embedder | UseEmbedder | OpenAICompatibleEmbedder
    match settings.embedding_model:
        case "none":
            return EmbedderChoice(None, ModelUnavailable("Embeddings are switched off (COPILOT_EMBEDDINGS=none)."))
        case "e5-small":
            embedder = E5Embedder(settings.data_dir / "models")
        case "use-multilingual":
            embedder = UseEmbedder()
        case "openai":
            key = settings.openai_api_key
            embedder = OpenAICompatibleEmbedder(
                model=settings.embedding_api_model,
                api_key=key.get_secret_value() if key else None,
                base_url=settings.openai_base_url,
                timeout_seconds=settings.model_timeout_seconds,
            )
        case _ as unreachable:
            assert_never(unreachable)
    try:
        embedder.load()
    except ModelUnavailable as error:
        return _second_choice(error) if settings.embedding_model == "e5-small" else EmbedderChoice(None, error)
    except StorageFull as error:
        # Not a reason to change the model: every vector would have to be made again.
        return EmbedderChoice(None, error)
    return EmbedderChoice(embedder)


def _second_choice(reason: ModelUnavailable) -> EmbedderChoice:
    """Where the default model has no build (Windows), the other embedded one takes its place."""
    embedder = UseEmbedder()
    try:
        embedder.load()
    except ModelUnavailable:
        return EmbedderChoice(None, reason)
    _log.warning("embeddings.second_choice", model=embedder.model_id, reason=reason.code)
    return EmbedderChoice(embedder, reason)


def load_embedder(settings: Settings) -> Embedder | None:
    """The model, or None; `select_embedder` also gives the reason."""
    return select_embedder(settings).embedder
