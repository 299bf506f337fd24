"""The models that the settings name.

Invariant: nothing is contacted, and no library loaded, before somebody asks; a model plans only once a check found it
at least as good as the rules, judges only once a check found it right often enough, and writes unless a check found it
unusable.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from copilot.domain.model_calls import Fitness
from copilot.llm.endpoints import Endpoint, chain_of, endpoint_of
from copilot.llm.policy import load_model_policy
from copilot.llm.roles import Caller, ModelRole
from copilot.settings import Settings
from copilot.store.database import Database
from copilot.store.model_calls import ModelCallRepository

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

    from copilot.llm.breaker import Breaker
    from copilot.llm.structured import StructuredModel


class ConfiguredModels:
    """Implements `Models`. One per process; safe for threads."""

    def __init__(self, settings: Settings, *, database: Database, sleep: Callable[[float], None] = time.sleep) -> None:
        """`sleep` is waited with between attempts (seconds).

        Raises ConfigurationError if the settings or the file of limits, budgets and prices cannot be used.
        """
        self.policy = load_model_policy(settings.models_file)
        self._chains = {role: chain_of(settings, role, policy=self.policy) for role in ModelRole}
        self._sleep = sleep
        self._settings = settings
        self._database = database
        self._lock = threading.Lock()
        self._breakers: dict[str, Breaker] = {}
        self._chats: dict[tuple[Endpoint, ModelRole], BaseChatModel] = {}

    def chain(self, role: ModelRole) -> tuple[Endpoint, ...]:
        """What is configured for a role, fit or not."""
        return self._chains[role]

    def for_role(self, role: ModelRole, *, caller: Caller) -> "StructuredModel | None":
        """The models of `role` behind budgets, limits and record; None when there is none that may take it."""
        fit = [endpoint for endpoint in self.chain(role) if self.may_take(endpoint, role)]
        return self.open(fit, role=role, caller=caller) if fit else None

    def open(self, endpoints: list[Endpoint], *, role: ModelRole, caller: Caller) -> "StructuredModel":
        """These models, checked or not, behind budgets, limits and record."""
        # Imported here: the libraries of models take seconds to load, and many installations have none.
        from copilot.llm.calling import Calls, Line
        from copilot.llm.metered import MeteredChatModel
        from copilot.llm.metering import Meter
        from copilot.llm.structured import StructuredModel

        lines = [
            Line(endpoint, self._breaker(endpoint), lambda endpoint=endpoint: self._chat(endpoint, role))  # type: ignore[misc]
            for endpoint in endpoints
        ]
        calls = Calls(
            lines=lines,
            meter=Meter(self._database, self.policy.budgets, role, caller),
            rules=self.policy.roles[role],
            limits=self.policy.limits,
            sleep=self._sleep,
        )
        return StructuredModel(MeteredChatModel(calls=calls), name=endpoints[0].model)

    def endpoint(self, entry: str) -> Endpoint:
        """Read `NAME`, `NAME@URL` or `local`. Raises ConfigurationError."""
        return endpoint_of(entry, settings=self._settings, policy=self.policy)

    def is_resting(self, endpoint: Endpoint) -> bool:
        """Whether this process leaves it alone at the moment, because it failed too often in a row."""
        with self._lock:
            breaker = self._breakers.get(endpoint.url or endpoint.label)
        return breaker is not None and breaker.is_open

    def reach(self, endpoint: Endpoint) -> None:
        """Start what runs in this process. Raises ConfigurationError or ModelUnavailable."""
        if endpoint.local_file is not None:
            self._chat(endpoint, ModelRole.WRITER)

    def may_take(self, endpoint: Endpoint, role: ModelRole) -> bool:
        """Whether a model may have a role, as the newest check of it says."""
        with self._database.unit_of_work_aside() as uow:
            verdict = ModelCallRepository(uow).verdict(endpoint.model, endpoint=endpoint.identity)
        if role is ModelRole.PLANNER:
            return verdict is not None and verdict.fitness is Fitness.PLANNER_AND_WRITER
        if role is ModelRole.JUDGE:
            return verdict is not None and verdict.may_judge
        return verdict is None or verdict.fitness is not Fitness.NOT_USABLE

    def _breaker(self, endpoint: Endpoint) -> "Breaker":
        from copilot.llm.breaker import Breaker

        with self._lock:
            key = endpoint.url or endpoint.label
            if key not in self._breakers:
                self._breakers[key] = Breaker(self.policy.breaker, clock=self._database.clock)
            return self._breakers[key]

    def _chat(self, endpoint: Endpoint, role: ModelRole) -> "BaseChatModel":
        """The client, kept so that connections are used again. Raises ConfigurationError or ModelUnavailable."""
        from copilot.llm.client import chat_at
        from copilot.llm.local import RUNTIME

        reached, url = endpoint, endpoint.url
        if endpoint.local_file is not None:
            address = RUNTIME.address(self._settings)
            reached, url = replace(endpoint, api_key=address.api_key), address.url
        with self._lock:
            if (endpoint, role) not in self._chats:
                self._chats[endpoint, role] = chat_at(reached, rules=self.policy.roles[role], base_url=url)
            return self._chats[endpoint, role]
