"""Where a role's models are: reads the settings into a chain of endpoints.

Invariants: a key is sent only to the address it was given for; what is shown or recorded of an address is its host
and port.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr

from copilot.errors import ConfigurationError
from copilot.llm.policy import FREE, ModelPolicy, Price
from copilot.llm.roles import ModelRole
from copilot.settings import Settings

LOCAL = "local"
"""In a chain: the model file of COPILOT_LOCAL_MODEL."""
OPENAI_HOST = "api.openai.com"
_ENTRY = re.compile(r"^(?P<name>.+?)(?:@(?P<url>https?://\S+))?$")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One model at one address."""

    model: str
    label: str
    """Host and port, or `local`: what is shown and recorded."""
    url: str | None
    """Base URL. None: OpenAI's own, or the local runtime's."""
    api_key: SecretStr | None = field(default=None, repr=False)
    local_file: Path | None = None
    price: Price | None = None
    """None: not known."""
    context_tokens: int | None = None
    """None: not known."""
    timeout_seconds: float = 60.0

    @property
    def identity(self) -> str:
        """What a check is remembered by: a model file that is replaced has to be checked again."""
        if self.local_file is None:
            return self.label
        size = self.local_file.stat().st_size if self.local_file.is_file() else 0
        return f"{self.label}:{size}"


def chain_of(settings: Settings, role: ModelRole, *, policy: ModelPolicy) -> tuple[Endpoint, ...]:
    """The models of a role in the order in which they are tried; empty: rules do the work.

    Without a model of its own the planner tries the writer's. Raises ConfigurationError.
    """
    return tuple(endpoint_of(entry, settings=settings, policy=policy) for entry in _entries(settings, role))


def endpoint_of(entry: str, *, settings: Settings, policy: ModelPolicy) -> Endpoint:
    """Read `NAME`, `NAME@URL` or `local`. Raises ConfigurationError."""
    if entry == LOCAL:
        return _local(settings)
    matched = _ENTRY.match(entry)
    name, given = (matched["name"], matched["url"]) if matched else (entry, None)
    url = given or settings.openai_base_url
    label = label_of(url)
    facts = policy.facts(name)
    return Endpoint(
        model=name,
        label=label,
        url=url,
        api_key=_key_for(label, settings=settings, is_default=given is None or given == settings.openai_base_url),
        price=facts.price or _writer_price(name, settings),
        context_tokens=facts.context_tokens,
        timeout_seconds=settings.model_timeout_seconds,
    )


def label_of(url: str | None) -> str:
    """Host and port. Raises ConfigurationError if it is no address."""
    if url is None:
        return OPENAI_HOST
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise ConfigurationError("The address of a model cannot be read.", hint=_ADDRESS_HINT) from error
    if not host or parts.scheme not in {"http", "https"}:
        raise ConfigurationError("The address of a model cannot be read.", hint=_ADDRESS_HINT)
    return f"{host}:{port}" if port else host


_ADDRESS_HINT = "Write NAME, NAME@http://HOST:PORT/v1 or local, several separated by commas."


def _entries(settings: Settings, role: ModelRole) -> tuple[str, ...]:
    fallback = LOCAL if settings.local_model else ""
    writer = settings.writer_model or fallback
    configured = {
        ModelRole.WRITER: writer,
        ModelRole.PLANNER: settings.planner_model or writer,
        ModelRole.JUDGE: settings.judge_model or "",
    }[role]
    return tuple(entry for entry in (part.strip() for part in configured.split(",")) if entry)


def _local(settings: Settings) -> Endpoint:
    if settings.local_model is None:
        raise ConfigurationError("A role asks for the local model, but none is set.", hint="Set COPILOT_LOCAL_MODEL.")
    return Endpoint(
        model=settings.local_model.stem,
        label=LOCAL,
        url=None,
        local_file=settings.local_model,
        price=FREE,
        context_tokens=settings.local_context_tokens,
        timeout_seconds=settings.local_timeout_seconds,
    )


def _key_for(label: str, *, settings: Settings, is_default: bool) -> SecretStr | None:
    own = _own_keys(settings).get(label)
    return own or (settings.openai_api_key if is_default else None)


def _own_keys(settings: Settings) -> dict[str, SecretStr]:
    if settings.model_keys is None:
        return {}
    keys = {}
    for part in filter(None, (item.strip() for item in settings.model_keys.get_secret_value().split(","))):
        host, equals, key = part.partition("=")
        if not (host and equals and key):
            raise ConfigurationError(
                "COPILOT_MODEL_KEYS cannot be read.", hint="Write HOST=KEY or HOST:PORT=KEY, separated by commas."
            )
        keys[host.strip()] = SecretStr(key.strip())
    return keys


def _writer_price(name: str, settings: Settings) -> Price | None:
    """The price given by variables is that of the writer's first model."""
    first = (settings.writer_model or "").split(",")[0].split("@http")[0].strip()
    if name != first or settings.model_input_price is None or settings.model_output_price is None:
        return None
    return Price(input=settings.model_input_price, output=settings.model_output_price)
