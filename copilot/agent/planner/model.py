"""A planner with a model: structured output over the same choices, checked by code, rules where it fails.

Invariant: the model sees the user's words, the kinds of lookup and numbered names of accounts that the viewer may see,
and nothing that anybody else wrote. It chooses kinds and numbers; ids, periods, queries and refusals of what is not
allowed are made by code. What it answers beyond that is not used. Invariant 7: it is asked through a vault, so people,
addresses and numbers in the user's words reach it as pseudonyms, which are turned back in its answer.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from copilot.agent.planner.clause import Clause
from copilot.agent.planner.cues import spelled_words
from copilot.agent.planner.directory import Directory
from copilot.agent.planner.legible import LONGEST_READ
from copilot.agent.planner.offline import OfflinePlanner
from copilot.agent.planner.reading import Reading, read
from copilot.agent.planner.refusals import refusal_for
from copilot.agent.planner.spelling import common
from copilot.agent.planner.steps import query_of
from copilot.agent.planner.subjects import says, subjects_of, which_account
from copilot.agent.planner.topics import topic_of
from copilot.domain.access import Viewer
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.mentions import Mention, NamedAccount
from copilot.domain.personal_data import Hints
from copilot.domain.plans import (
    MOST_STEPS,
    BriefStep,
    ExplainScoreStep,
    FollowUpStep,
    MeetingStep,
    Plan,
    PlanningContext,
    Refusal,
    RefusalReason,
    RfpAnswerStep,
    RisksStep,
    SearchStep,
    Step,
    StepKind,
    TimelineStep,
)
from copilot.domain.pseudonyms import STAFF, KnownPerson, typed_by
from copilot.errors import ModelOutputError, ModelUnavailable, PromptError
from copilot.guardrails.personal_data.name_lists import NOT_NAMES
from copilot.guardrails.pseudonyms import Vault
from copilot.guardrails.pseudonyms.chat_model import MaskedChatModel
from copilot.guardrails.pseudonyms.messages import MessageMasker
from copilot.llm.structured import StructuredModel
from copilot.prompting import PromptRegistry
from copilot.telemetry import get_logger

_log = get_logger(__name__)
_PROMPT = "chat_plan"
_NONE = "-"
_LONGEST_TOPIC = 80
_WORD = re.compile(r"[^\W\d_]+")
Kind = Literal[
    "query", "brief", "timeline", "risks", "search", "compare", "explain_score", "follow_up", "meeting_prep",
    "after_meeting", "rfp_answer", "not_allowed", "out_of_scope", "unclear",
]  # fmt: skip
_REFUSED = {"not_allowed": RefusalReason.NOT_ALLOWED, "out_of_scope": RefusalReason.OUT_OF_SCOPE}
_NEEDS_ACCOUNT = frozenset({"brief", "timeline", "explain_score", "follow_up", "meeting_prep", "after_meeting"})


class Lookup(BaseModel):
    """One thing that is asked."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    accounts: list[int] = Field(default_factory=list, max_length=5)
    topic: str = ""


class Lookups(BaseModel):
    """What answers a message."""

    model_config = ConfigDict(extra="forbid")

    lookups: list[Lookup] = Field(min_length=1, max_length=MOST_STEPS)


class ModelPlanner:
    """Plans with a model; with rules where that fails."""

    def __init__(self, model: StructuredModel, *, prompts: PromptRegistry | None = None) -> None:
        self._model = model
        self._prompts = prompts or PromptRegistry()
        self._rules = OfflinePlanner()

    def plan(
        self, message: str, *, context: PlanningContext, directory: Directory, viewer: Viewer, today: date
    ) -> Plan:
        """As `OfflinePlanner.plan`. What rules refuse or ask stays refused and asked, whatever the model says."""
        ruled = self._rules.plan(message, context=context, directory=directory, viewer=viewer, today=today)
        if not ruled.steps or context.clarification is not None:
            return ruled
        reading = read(message, directory=directory, today=today, language=ruled.language)
        if refusal_for(reading, viewer) is not None:
            return ruled
        known = _known(reading, context, directory)
        try:
            private = _Private.of(reading, known, directory, viewer)
            answer = self._ask(reading, known=known, context=context, today=today, private=private)
        except (ModelUnavailable, ModelOutputError, PromptError) as error:
            _log.warning("planner.model_failed", error=type(error).__name__)
            return ruled
        clause = Clause(reading, subjects_of(reading, context=context, directory=directory), viewer, today)
        return _planned(answer, clause, known, ruled)

    def _ask(
        self,
        reading: Reading,
        *,
        known: Sequence[NamedAccount],
        context: PlanningContext,
        today: date,
        private: "_Private",
    ) -> Sequence[Lookup]:
        prompt = self._prompts.load(_PROMPT, language=reading.language)
        before = [number for number, account in enumerate(known, 1) if account.id in context.account_ids]
        rendered = prompt.render(
            today=today.isoformat(),
            accounts="; ".join(f"{number}. {account.name}" for number, account in enumerate(known, 1)) or _NONE,
            before=", ".join(map(str, before)) or _NONE,
            last=", ".join(step.kind.value for step in context.steps) or _NONE,
            message=private.message[:LONGEST_READ],
        )

        def check(lookups: Lookups) -> Sequence[str]:
            wrong = {number for item in lookups.lookups for number in item.accounts if not 1 <= number <= len(known)}
            return [f"There is no account number {number}." for number in sorted(wrong)]

        model = self._model.through(lambda chat: MaskedChatModel(inner=chat, masker=private.masker))
        return model.ask(system=rendered.system, user=rendered.user, shape=Lookups, check=check).value.lookups


@dataclass(frozen=True, slots=True)
class _Private:
    """What a message leaves through."""

    message: str
    """With the names in it written as names, which is how a vault knows them."""
    masker: MessageMasker

    @classmethod
    def of(cls, reading: Reading, known: Sequence[NamedAccount], directory: Directory, viewer: Viewer) -> "_Private":
        """A vault that knows whoever the message names, in small letters as well; accounts keep their names."""
        no_names = NOT_NAMES | spelled_words()
        unusual = _capitalised(reading.message, lambda word: word not in no_names)
        mentions = (*reading.people, *directory.find(unusual, common=common()).people)
        people = [person for mention in mentions for person in _people(mention)]
        parts = {flat(word) for person in people for word in _WORD.findall(person.name)}
        hints = Hints(
            language=reading.language,
            countries=tuple(dict.fromkeys(account.country for account in known if account.country)),
            organisations=frozenset(account.name for account in known),
        )
        own = typed_by(viewer.user_id)
        sources = {own, STAFF, *(source for person in people for source in person.sources)}
        vault = Vault(people, hints=hints, language=reading.language)
        masker = MessageMasker(vault, viewer_may_see=sources.__contains__, typed=own)
        return cls(_capitalised(reading.message, parts.__contains__), masker)


def _capitalised(message: str, wanted: Callable[[str], bool]) -> str:
    """The message with a capital on every word that is wanted in its flat spelling."""

    def written(match: re.Match[str]) -> str:
        word = match.group()
        return word[:1].upper() + word[1:] if wanted(flat(word)) else word

    return _WORD.sub(written, message)


def _people(mention: Mention) -> Iterator[KnownPerson]:
    for contact in mention.contacts:
        yield KnownPerson(contact.name, sources=frozenset({contact.account_id}))
    for colleague in mention.colleagues:
        yield KnownPerson(colleague.name, emails=(colleague.email,), sources=frozenset({STAFF}), is_contact=False)


def _known(reading: Reading, context: PlanningContext, directory: Directory) -> tuple[NamedAccount, ...]:
    """The accounts that the model may choose from: those named, those of named people, those spoken of before."""
    named = list(reading.named)
    people = [contact.account_id for mention in reading.people for contact in mention.contacts]
    named += directory.accounts((*people, *context.account_ids))
    return tuple({account.id: account for account in named}.values())


def _planned(lookups: Sequence[Lookup], clause: Clause, known: Sequence[NamedAccount], ruled: Plan) -> Plan:
    """The model's choice as a plan; the rules' plan where it chose nothing that can be carried out."""
    language: Language = ruled.language
    for lookup in lookups:
        if lookup.kind in _REFUSED:
            refusal = Refusal(reason=_REFUSED[lookup.kind], text=says(language, lookup.kind))
            return Plan(language=language, refusal=refusal, planner="model")
    steps: list[Step] = []
    for lookup in lookups:
        ids = tuple(known[number - 1].id for number in dict.fromkeys(lookup.accounts))
        if lookup.kind == "unclear" or (lookup.kind in _NEEDS_ACCOUNT and not ids):
            asked = which_account(clause.reading, known)
            return Plan(language=language, clarification=asked, planner="model")
        steps += [step for step in _steps(lookup, ids, clause) if step not in steps]
    if not steps:
        return ruled
    return Plan(language=language, steps=tuple(steps[:MOST_STEPS]), planner="model")


def _steps(lookup: Lookup, ids: tuple[str, ...], clause: Clause) -> tuple[Step, ...]:
    reading, period = clause.reading, clause.period
    if lookup.kind in {"query", "compare"}:
        subjects = replace(clause.subjects, accounts=ids, before=())
        return query_of(replace(clause, subjects=subjects), compare=lookup.kind == "compare")
    if lookup.kind == "search":
        return (SearchStep(question=reading.message, account_ids=ids[:5], period=period),)
    if lookup.kind == "rfp_answer":
        return (RfpAnswerStep(question=reading.message),)
    if lookup.kind == "risks" and not ids:
        return (RisksStep(mine=clause.mine),)
    return tuple(step for account_id in ids for step in _of_account(lookup, account_id, clause))


def _of_account(lookup: Lookup, account_id: str, clause: Clause) -> tuple[Step, ...]:
    message = clause.reading.message
    match lookup.kind:
        case "brief":
            return (BriefStep(account_id=account_id),)
        case "risks":
            return (RisksStep(account_id=account_id),)
        case "timeline":
            topic = lookup.topic if lookup.topic.lower() in message.lower() else topic_of(clause.reading)
            return (TimelineStep(account_id=account_id, period=clause.period, topic=topic[:_LONGEST_TOPIC]),)
        case "explain_score":
            return (ExplainScoreStep(account_id=account_id),)
        case "follow_up":
            return (FollowUpStep(account_id=account_id, request=message),)
        case "meeting_prep":
            return (MeetingStep(kind=StepKind.MEETING_PREP, account_id=account_id, request=message),)
        case "after_meeting":
            return (MeetingStep(kind=StepKind.AFTER_MEETING, account_id=account_id, request=message),)
        case _:
            return ()
