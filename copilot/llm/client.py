"""Any OpenAI-compatible endpoint as a structured model.

Invariant: nothing is contacted before the first question.
"""

from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from copilot.llm.structured import StructuredModel
from copilot.llm.tokens import count_tokens
from copilot.settings import Settings

TEMPERATURE = 0.2
RETRIES = 2
"""After a time-out, a 429 or a 5xx, with growing pauses."""


def writer_model(settings: Settings, *, name: str) -> StructuredModel:
    """The model called `name` at the endpoint of the settings."""
    chat = ChatOpenAI(
        model=name,
        base_url=settings.openai_base_url,
        # Local servers ask for no key, but the client insists on sending one.
        api_key=settings.openai_api_key or SecretStr("none"),
        temperature=TEMPERATURE,
        timeout=settings.model_timeout_seconds,
        max_retries=RETRIES,
        use_responses_api=False,
        stream_usage=False,
        custom_get_token_ids=lambda text: [0] * count_tokens(text),
    )
    return StructuredModel(chat, name=name)
