"""One model at one address as a chat model.

Invariants: nothing is contacted before the first question; every question has a time limit and a limit on its answer;
it is sent once: whether to try again is decided by who asks.
"""

import re

import httpx2
from langchain_core.language_models import BaseChatModel
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from copilot.llm.deadline import DeadlineTransport
from copilot.llm.endpoints import OPENAI_HOST, Endpoint
from copilot.llm.policy import RoleRules
from copilot.llm.tokens import count_tokens

_OWN_TEMPERATURE = re.compile(r"^(o\d|gpt-5)")
"""Models of OpenAI that refuse to be given one."""
_AZURE = ".openai.azure.com"


def chat_at(endpoint: Endpoint, *, rules: RoleRules, base_url: str | None) -> BaseChatModel:
    """The client for `endpoint`; `base_url` is where it listens (the local runtime finds its port late)."""
    speaks_openai = _speaks_openai(endpoint.label)
    return ChatOpenAI(
        model=endpoint.model,
        base_url=base_url,
        # Local servers ask for no key, but the client insists on sending one.
        api_key=endpoint.api_key or SecretStr("none"),
        temperature=None if speaks_openai and _OWN_TEMPERATURE.match(endpoint.model) else rules.temperature,
        timeout=endpoint.timeout_seconds,
        max_retries=0,
        # The client sends the limit under OpenAI's newer name, which other servers do not all know.
        max_tokens=rules.max_output_tokens if speaks_openai else None,
        extra_body=None if speaks_openai else {"max_tokens": rules.max_output_tokens},
        http_client=httpx2.Client(
            transport=DeadlineTransport(seconds=endpoint.timeout_seconds), timeout=endpoint.timeout_seconds
        ),
        use_responses_api=False,
        stream_usage=True,
        custom_get_token_ids=lambda text: [0] * count_tokens(text),
    )


def limit_option(endpoint: Endpoint, most: int) -> dict[str, object]:
    """How one question is given a smaller limit than its role's."""
    return {"max_tokens": most} if _speaks_openai(endpoint.label) else {"extra_body": {"max_tokens": most}}


def _speaks_openai(label: str) -> bool:
    host = label.split(":")[0]
    return host == OPENAI_HOST or host.endswith(_AZURE)
