"""A small chat for tests: a planner and steps that do as they are told, over the real store, guardrails and queue."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from copilot import __version__
from copilot.agent.parts import Parts
from copilot.agent.planner.context import next_context
from copilot.agent.service import ChatService
from copilot.approvals.chat_rules import ChatRules
from copilot.approvals.service import ApprovalService
from copilot.clock import FixedClock
from copilot.domain.access import Viewer
from copilot.domain.conversation import Finished, Sentence, Started, Thread, Turn, TurnEvent, TurnState
from copilot.domain.drafts import Draft, Provenance
from copilot.domain.evidence import Evidence
from copilot.domain.findings import GuardrailReport, Stage
from copilot.domain.language import Language
from copilot.domain.plans import (
    AskedAbout,
    BriefStep,
    Candidate,
    Clarification,
    FollowUpStep,
    Plan,
    PlanningContext,
    Refusal,
    RefusalReason,
    SearchStep,
    Step,
    StepKind,
)
from copilot.domain.review_items import ReviewItem
from copilot.guardrails.pipeline import Guardrails
from copilot.store.chat import ChatRepository
from copilot.store.database import Database, UnitOfWork
from copilot.store.evidence import EvidenceRepository
from copilot.store.reviews import ReviewRepository
from copilot.workflows.chat.contract import Answer, Filed, Found, Line, Scene
from copilot.workflows.chat.draft import assemble
from evals.approvals.clocks import SetClock
from tests import approvals_builders as world

GOOD = (("La cuenta factura 84.000 € al año.", (world.ARR,)),)
WRONG = (("La cuenta factura 99.000 € al año.", (world.ARR,)),)
"""Says what its source does not: high risk."""


@dataclass
class Script:
    """What the stand-ins do."""

    calls: list[str] = field(default_factory=list)
    lines: tuple[tuple[str, tuple[str, ...]], ...] = GOOD
    about: tuple[str, ...] = (world.ACCOUNT,)
    writer: str = "offline"
    on_call: Callable[[str], None] = lambda _name: None
    """Called with the name of each part as it is used; may raise."""

    def note(self, name: str) -> None:
        """A part is used."""
        self.calls.append(name)
        self.on_call(name)

    def count(self, name: str) -> int:
        """How often a part was used."""
        return self.calls.count(name)


def plan_for(message: str) -> Plan:
    """By its first word: `which` asks back, `no` refuses, `follow` drafts, `search` searches; else a brief."""
    first = message.split()[0].lower()
    if first == "which":
        asked = Clarification(
            about=AskedAbout.ACCOUNT,
            question="¿Qué cuenta?",
            candidates=(Candidate(id=world.ACCOUNT, label="Aceros Tormes"),),
            message=message,
        )
        return Plan(language=Language.ES, clarification=asked)
    if first == "no":
        refusal = Refusal(reason=RefusalReason.OUT_OF_SCOPE, text="Eso no es lo mío.")
        return Plan(language=Language.ES, refusal=refusal)
    steps: dict[str, tuple[Step, ...]] = {
        "follow": (BriefStep(account_id=world.ACCOUNT), FollowUpStep(account_id=world.ACCOUNT, request=message)),
        "search": (SearchStep(question=message),),
    }
    return Plan(language=Language.ES, steps=steps.get(first, (BriefStep(account_id=world.ACCOUNT),)))


@dataclass(frozen=True)
class _Planner:
    script: Script

    def __call__(self, message: str, *, context: PlanningContext, viewer: Viewer) -> Plan:  # noqa: ARG002
        self.script.note("plan")
        return plan_for(message)


@dataclass(frozen=True)
class _Reads:
    """A step that reads what the script says."""

    script: Script

    def __call__(self, step: Step, scene: Scene) -> Found:
        self.script.note("read")
        ids = tuple(dict.fromkeys(each for _, cited in self.script.lines for each in cited))
        evidence = _read(ids, scene)
        lines = tuple(Line(text, cited) for text, cited in self.script.lines)
        return Found(
            key=step.kind.value,
            title="Cuenta",
            lines=lines,
            evidence=evidence,
            account_ids=self.script.about,
            suggestions=("¿Y sus incidencias?",),
        )


@dataclass(frozen=True)
class _Files:
    """A step that puts a draft into the queue."""

    script: Script
    service: Any

    def __call__(self, step: Step, scene: Scene) -> Found:  # noqa: ARG002
        self.script.note("file")
        evidence = _read((world.ARR,), scene)
        draft = world.draft_about(evidence, GOOD)
        report = Guardrails().check_draft(draft, viewer=scene.viewer, uow=scene.uow)
        item = self.service.submit(draft, report, viewer=scene.viewer, uow=scene.uow)
        self.script.note("filed")
        filed = Filed(item_id=item.id, kind=item.kind.value, title=draft.title)
        said = Line("He preparado un borrador; está en la cola.", (), uncited_reason="Says where a draft is.")
        return Found(key="follow_up", title="Borrador", lines=(said,), by_rules=True, filed=(filed,))


@dataclass(frozen=True)
class _Writer:
    script: Script

    def write(self, found: tuple[Found, ...], scene: Scene, *, tell: Callable[[str], None]) -> Answer:  # noqa: ARG002
        self.script.note("write")
        tell("…")
        return Answer(found=found, provenance=Provenance(writer=self.script.writer, code_version=__version__))


@dataclass
class Chat:
    """A chat with its world."""

    service: ChatService
    script: Script
    database: Database
    clock: FixedClock | SetClock
    parts: Parts
    approvals: ApprovalService
    """The queue, without the script's ears."""

    def start(self, viewer: Viewer) -> Thread:
        """A new thread."""
        with self.database.unit_of_work() as uow:
            return self.service.start(viewer=viewer, uow=uow)

    def ask(self, thread: Thread, message: str, viewer: Viewer) -> list[TurnEvent]:
        """Ask and wait for the end."""
        return list(self.service.ask(thread.id, message, viewer=viewer))

    def thread(self, thread: Thread, viewer: Viewer) -> Thread:
        """As it is now."""
        with self.database.unit_of_work() as uow:
            return self.service.thread(thread.id, viewer=viewer, uow=uow)

    def last_turn(self, thread: Thread, viewer: Viewer) -> Turn:
        """As it is now."""
        return self.thread(thread, viewer).turns[-1]

    def context(self, thread: Thread, viewer: Viewer) -> PlanningContext:
        """What the next plan is made with."""
        with self.database.unit_of_work() as uow:
            record = ChatRepository(uow).turn(self.last_turn(thread, viewer).id)
        assert record is not None
        return record.context

    def replay(self, turn_id: str, viewer: Viewer) -> tuple[TurnEvent, ...]:
        """As it is shown now."""
        with self.database.unit_of_work() as uow:
            return self.service.replay(turn_id, viewer=viewer, uow=uow)

    def wait_for(self, thread: Thread, viewer: Viewer) -> None:
        """Until the last turn is over."""
        for _ in range(600):
            if self.last_turn(thread, viewer).state is not TurnState.RUNNING:
                return
            time.sleep(0.05)

    def leave(self) -> None:
        """Let so much time pass that whoever worked is believed dead."""
        self.clock.instant += self.parts.rules.abandoned_after + timedelta(seconds=1)


class _Guardrails(Guardrails):
    """The pipeline, which notes that it is used."""

    def __init__(self, script: Script) -> None:
        super().__init__()
        self._script = script

    def check_draft(
        self, draft: Draft, *, viewer: Viewer, uow: UnitOfWork, stage: Stage = Stage.OUTPUT
    ) -> GuardrailReport:
        self._script.note("verify")
        return super().check_draft(draft, viewer=viewer, uow=uow, stage=stage)


class _Approvals(ApprovalService):
    """The queue, which notes what is filed."""

    def __init__(self, script: Script) -> None:
        super().__init__(world.policy_without_undo())
        self._script = script

    def submit(
        self,
        draft: Draft,
        report: GuardrailReport,
        *,
        viewer: Viewer,
        uow: UnitOfWork,
        attachments: Mapping[str, bytes] = MappingProxyType({}),
    ) -> ReviewItem:
        self._script.note("submit")
        item = super().submit(draft, report, viewer=viewer, uow=uow, attachments=attachments)
        self._script.note("submitted")
        return item


@dataclass(frozen=True)
class _Assembles:
    script: Script

    def __call__(self, answer: Answer, scene: Scene, plan: Plan) -> Draft:
        self.script.note("assemble")
        return assemble(answer, scene, plan)


def make_chat(database: Database, clock: FixedClock | SetClock, *, rules: ChatRules | None = None) -> Chat:
    """A chat over this database."""
    script = Script()
    approvals = world.service()
    runners: dict[StepKind, Any] = dict.fromkeys(StepKind, _Reads(script))
    runners[StepKind.FOLLOW_UP] = _Files(script, approvals)
    parts = Parts(
        database=database,
        guardrails=_Guardrails(script),
        approvals=_Approvals(script),
        rules=rules or ChatRules(questions_per_minute=600),
        make_plan=_Planner(script),
        next_context=next_context,
        in_words=_in_words,
        runners=runners,
        writer=_Writer(script),
        assemble=_Assembles(script),
    )
    return Chat(ChatService(parts), script, database, clock, parts, approvals)


def with_rules(chat: Chat, rules: ChatRules) -> Chat:
    """The same chat under other rules."""
    parts = replace(chat.parts, rules=rules)
    return replace(chat, parts=parts, service=ChatService(parts))


def _read(ids: tuple[str, ...], scene: Scene) -> tuple[Evidence, ...]:
    found = EvidenceRepository(scene.uow).read(ids, viewer=scene.viewer)
    return tuple(found[each] for each in ids if each in found)


def _in_words(plan: Plan, names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(f"{step.kind.value} {' '.join(sorted(names.values()))}".strip() for step in plan.steps)


def sentences(events: list[TurnEvent] | tuple[TurnEvent, ...]) -> list[str]:
    """The text that was shown."""
    return [event.text for event in events if isinstance(event, Sentence)]


def finished(events: list[TurnEvent] | tuple[TurnEvent, ...]) -> Finished:
    """The last event."""
    last = events[-1]
    assert isinstance(last, Finished)
    return last


def turn_id_of(events: list[TurnEvent] | tuple[TurnEvent, ...]) -> str:
    """From the first event."""
    first = events[0]
    assert isinstance(first, Started)
    return first.turn_id


def item_of(chat: Chat, item_id: str | None) -> ReviewItem:
    """An item of the queue as it is now."""
    assert item_id is not None
    with chat.database.unit_of_work() as uow:
        entry = ReviewRepository(uow).get_unfiltered(item_id)
    assert entry is not None
    return entry.item
