"""Plans for messages: by a model where one has the role, by rules where not.

Invariant: a planner is given the user's words, the thread's earlier plans and names that the viewer may see; no
transaction is open while a model plans.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from pydantic import ValidationError

from copilot.agent import texts
from copilot.agent.planner import Directory, ModelPlanner, OfflinePlanner
from copilot.agent.planner.reading import language_of
from copilot.agent.planner.subjects import says
from copilot.domain.access import Viewer
from copilot.domain.figure_queries import OUT_OF_RANGE
from copilot.domain.language import Language
from copilot.domain.mentions import Mentions, NamedAccount, NamedContact
from copilot.domain.plans import Plan, PlanningContext, Refusal, RefusalReason
from copilot.llm.roles import Caller, ModelRole, Models
from copilot.store.database import Database
from copilot.store.directory import AccountDirectory

_TOO_LONG = "too_long"
"""Type of the error that a condition or query would hold too much."""


@dataclass(frozen=True, slots=True)
class Planning:
    """Makes plans for anybody."""

    database: Database
    models: Models

    def __call__(self, message: str, *, context: PlanningContext, viewer: Viewer) -> Plan:
        """See `copilot.agent.parts.MakesPlans`."""
        try:
            return self._planned(message, context=context, viewer=viewer)
        except ValidationError as error:
            reasons = {str(found["type"]) for found in error.errors(include_input=False, include_context=False)}
            if not reasons & {_TOO_LONG, OUT_OF_RANGE}:
                raise  # a fault of ours
        preferred = Language.ES if viewer.language == Language.ES.value else Language.EN
        language = language_of(message, before=context.language, preferred=preferred)
        beyond = OUT_OF_RANGE in reasons
        text = says(language, OUT_OF_RANGE) if beyond else texts.say("too_wide", language=language)
        refusal = Refusal(reason=RefusalReason.HELP, text=text)
        return Plan(language=language, refusal=refusal)

    def _planned(self, message: str, *, context: PlanningContext, viewer: Viewer) -> Plan:
        caller = Caller.of(viewer)
        model = self.models.for_role(ModelRole.PLANNER, caller=caller)
        today = self.database.clock.today()
        if model is None:
            with self.database.unit_of_work() as uow:
                directory = AccountDirectory(uow, viewer=viewer)
                return OfflinePlanner().plan(message, context=context, directory=directory, viewer=viewer, today=today)
        aside = _DirectoryByQuestion(self.database, viewer)
        return ModelPlanner(model).plan(message, context=context, directory=aside, viewer=viewer, today=today)


@dataclass(frozen=True, slots=True)
class _DirectoryByQuestion:
    """A directory that reads each answer in a transaction of its own, so that none is open in between."""

    database: Database
    viewer: Viewer

    @contextmanager
    def _open(self) -> Iterator[Directory]:
        with self.database.unit_of_work() as uow:
            yield AccountDirectory(uow, viewer=self.viewer)

    def find(self, text: str, *, common: Collection[str]) -> Mentions:
        """See `Directory`."""
        with self._open() as directory:
            return directory.find(text, common=common)

    def accounts(self, account_ids: Sequence[str]) -> tuple[NamedAccount, ...]:
        """See `Directory`."""
        with self._open() as directory:
            return directory.accounts(account_ids)

    def contacts(self, contact_ids: Sequence[str]) -> tuple[NamedContact, ...]:
        """See `Directory`."""
        with self._open() as directory:
            return directory.contacts(contact_ids)

    def some_accounts(self, *, limit: int) -> tuple[NamedAccount, ...]:
        """See `Directory`."""
        with self._open() as directory:
            return directory.some_accounts(limit=limit)

    def topics(self, words: Collection[str]) -> frozenset[str]:
        """See `Directory`."""
        with self._open() as directory:
            return directory.topics(words)

    def products(self) -> tuple[str, ...]:
        """See `Directory`."""
        with self._open() as directory:
            return directory.products()
