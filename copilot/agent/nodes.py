"""The nodes of the graph: plan, gather, write, verify, submit.

Invariants: each can be carried out again without doing anything twice: what has an effect is recorded in the
transaction that has it, and only while the turn is this run's. No transaction is open while a model writes. Nothing of
the answer is told before it is checked and filed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from copilot.agent import texts
from copilot.agent.in_sight import announced
from copilot.agent.input_check import InputCheck, title_of
from copilot.agent.kept import from_kept, to_keep, when_over
from copilot.agent.parts import Parts
from copilot.agent.planner.context import accounts_of
from copilot.agent.runs import Bench
from copilot.domain import conversation as told
from copilot.domain.conversation import TurnStage, TurnState
from copilot.domain.drafts import Draft
from copilot.domain.plans import Plan, Refusal, RefusalReason, Step
from copilot.errors import Conflict, NotFound
from copilot.store.accounts import AccountRepository
from copilot.store.chat import ChatRepository, TurnRecord
from copilot.telemetry import get_logger
from copilot.workflows.chat.contract import Found, Scene

_log = get_logger(__name__)
_OFFLINE = "offline"
_MOST_SUGGESTIONS = 4


class Nodes:
    """Each method is a node: it is given the run's bench and says whether the graph goes on."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._input = InputCheck(parts.guardrails)

    def plan(self, bench: Bench) -> bool:
        """Check the message, make a plan, keep it with what it leaves for the next turn."""
        record = self._record(bench)
        if record.plan is None:
            self._tell_stage(bench, TurnStage.PLAN)
            refusal, message = self._input.look_at(record.turn.message, language=bench.language)
            if refusal is not None:
                values = {"refusal": refusal.model_dump(mode="json"), "message": message}
                self._end(bench, TurnState.REFUSED, title=title_of(message), **values)
                return False
            plan = self._parts.make_plan(record.turn.message, context=record.context, viewer=bench.viewer)
            record = self._keep_plan(bench, record, plan)
        if record.plan is None or record.turn.state is not TurnState.RUNNING:
            return False
        bench.language = record.plan.language
        self._tell_plan(bench, record)
        return True

    def gather(self, bench: Bench) -> bool:
        """Carry out the steps. False: the viewer may no longer see what the plan is about."""
        record = self._record(bench)
        self._tell_plan(bench, record)
        try:
            bench.found = self._carry_out(bench, record)
        except NotFound:
            words = texts.say("unknown_account", language=bench.language)
            refusal = Refusal(reason=RefusalReason.UNKNOWN_ACCOUNT, text=words)
            self._end(bench, TurnState.REFUSED, refusal=refusal.model_dump(mode="json"))
            return False
        return True

    def write(self, bench: Bench) -> bool:
        """Write the answer; keep what a model wrote, because it would cost again."""
        record = self._record(bench)
        if record.draft is not None:
            bench.draft = record.draft
            return True
        found = bench.found
        if found is None:
            if not self.gather(bench):
                return False
            found = bench.found or ()
        self._tell_stage(bench, TurnStage.WRITE)
        plan = _plan_of(record)
        with self._scene(bench, record) as scene:
            # The unit of work takes a connection when it is first asked for something: after a model has written.
            answer = self._parts.writer.write(found, scene, tell=self._teller(bench, TurnStage.WRITE))
            bench.draft = self._parts.assemble(answer, scene, plan)
        if bench.draft.provenance.writer != _OFFLINE:
            with self._parts.database.unit_of_work() as uow:
                kept = {"draft": bench.draft.model_dump(mode="json"), "suggestions": _suggestions(found)}
                self._require(ChatRepository(uow).change(bench.run, **kept), bench)
        return True

    def verify(self, bench: Bench) -> bool:
        """Check the whole draft against evidence that is read again."""
        draft = self._draft(bench)
        if draft is None:
            return False
        self._tell_stage(bench, TurnStage.VERIFY)
        with self._parts.database.unit_of_work() as uow:
            bench.report = self._parts.guardrails.check_draft(draft, viewer=bench.viewer, uow=uow)
        return True

    def submit(self, bench: Bench) -> bool:
        """File the answer and end the turn, in one transaction."""
        if bench.report is None and not self.verify(bench):
            return False
        draft, report = bench.draft, bench.report
        if draft is None or report is None:
            return False
        self._tell_stage(bench, TurnStage.SUBMIT)
        with self._parts.database.unit_of_work() as uow:
            chat = ChatRepository(uow)
            # First, so that the row is held: a run that was taken over files nothing.
            kept = {} if bench.found is None else {"suggestions": _suggestions(bench.found)}
            self._require(chat.change(bench.run, filed=_without_words(self._filed(chat, bench)), **kept), bench)
            item = self._parts.approvals.submit(draft, report, viewer=bench.viewer, uow=uow)
            shown = self._parts.rules.shows_at_once(item, report.findings)
            chat.finish(bench.run, TurnState.ANSWERED if shown else TurnState.HELD, item_id=item.id)
        _log.info("chat.answered", shown=shown, risk=item.risk.value, writer=draft.provenance.writer)
        return True

    @staticmethod
    def _filed(chat: ChatRepository, bench: Bench) -> tuple[Mapping[str, Any], ...]:
        record = chat.turn(bench.run.turn_id)
        return () if record is None else record.filed

    def _keep_plan(self, bench: Bench, record: TurnRecord, plan: Plan) -> TurnRecord:
        context = self._parts.next_context(plan, record.context)
        with self._parts.database.unit_of_work() as uow:
            chat = ChatRepository(uow)
            account_ids = tuple(dict.fromkeys(each for step in plan.steps for each in accounts_of(step)))
            names = AccountRepository(uow).names(account_ids, viewer=bench.viewer) if account_ids else {}
            words = list(self._parts.in_words(plan, names)) if plan.steps else []
            values: dict[str, Any] = {"plan": plan.model_dump(mode="json"), "step_names": words}
            self._require(chat.change(bench.run, **values), bench)
            chat.give_title(bench.run.turn_id, title_of(record.turn.message))
            chat.remember(record.turn.thread_id, context, language=plan.language)
            if plan.clarification is not None:
                chat.finish(bench.run, TurnState.ASKED, clarification=plan.clarification.model_dump(mode="json"))
            elif plan.refusal is not None:
                chat.finish(bench.run, TurnState.REFUSED, refusal=plan.refusal.model_dump(mode="json"))
            kept = chat.turn(bench.run.turn_id)
        if kept is None:
            raise texts.problem(Conflict, "taken_over", bench.viewer.language)
        return kept

    def _carry_out(self, bench: Bench, record: TurnRecord) -> tuple[Found, ...]:
        plan, kept = _plan_of(record), {each["step"]: each for each in record.filed}
        found: list[Found] = []
        for number, step in enumerate(plan.steps):
            words = texts.step(step.kind, language=bench.language)
            bench.tell(told.Progress(stage=TurnStage.GATHER, text=words, done=number, total=len(plan.steps)))
            if number in kept:
                with self._parts.database.unit_of_work() as uow:
                    found.append(from_kept(kept[number], viewer=bench.viewer, uow=uow))
            else:
                found.append(self._carry_out_one(bench, record, number, step, kept))
        return tuple(found)

    def _carry_out_one(self, bench: Bench, record: TurnRecord, number: int, step: Step, kept: dict[int, Any]) -> Found:
        """One step; what it filed is recorded with it, or not filed."""
        with self._scene(bench, record) as scene:
            found = self._parts.runners[step.kind](step, scene)
            if found.filed:
                kept[number] = to_keep(number, found)
                filed = [kept[place] for place in sorted(kept)]
                self._require(ChatRepository(scene.uow).change(bench.run, filed=filed), bench)
        for each in found.filed:
            tell_filed(bench, item_id=each.item_id, kind=each.kind, title=each.title)
        return found

    @contextmanager
    def _scene(self, bench: Bench, record: TurnRecord) -> Iterator[Scene]:
        with self._parts.database.unit_of_work() as uow:
            yield Scene(
                viewer=bench.viewer,
                uow=uow,
                today=uow.clock.today(),
                language=bench.language,
                message=record.turn.message,
                home_currency=self._parts.home_currency,
            )

    def _draft(self, bench: Bench) -> Draft | None:
        """The draft, written again if this run has not written it. None: the turn ended otherwise."""
        if bench.draft is None and not self.write(bench):
            return None
        return bench.draft

    def _record(self, bench: Bench) -> TurnRecord:
        with self._parts.database.unit_of_work() as uow:
            record = ChatRepository(uow).turn(bench.run.turn_id)
        if record is None or record.run_id != bench.run.run_id:
            raise texts.problem(Conflict, "taken_over", bench.viewer.language)
        if record.plan is not None:
            bench.language = record.plan.language
        return record

    def _end(self, bench: Bench, state: TurnState, *, title: str = "", **values: Any) -> None:
        with self._parts.database.unit_of_work() as uow:
            chat = ChatRepository(uow)
            self._require(chat.finish(bench.run, state, **values), bench)
            chat.give_title(bench.run.turn_id, title)

    @staticmethod
    def _require(held: bool, bench: Bench) -> None:  # noqa: FBT001 - what a change of the row said
        if not held:
            raise texts.problem(Conflict, "taken_over", bench.viewer.language)

    @staticmethod
    def _teller(bench: Bench, stage: TurnStage) -> Callable[[str], None]:
        return lambda words: bench.tell(told.Progress(stage=stage, text=words))

    @staticmethod
    def _tell_stage(bench: Bench, stage: TurnStage) -> None:
        bench.tell(told.Progress(stage=stage, text=texts.stage(stage, language=bench.language)))

    def _tell_plan(self, bench: Bench, record: TurnRecord) -> None:
        """Once in a run, with what an earlier run of the turn filed."""
        if bench.told_plan or not record.step_names:
            return
        bench.told_plan = True
        with self._parts.database.unit_of_work() as uow:
            events = tuple(announced(record, viewer=bench.viewer, uow=uow))
        for event in events:
            if isinstance(event, told.Filed):
                tell_filed(bench, item_id=event.item_id, kind=event.kind, title=event.title)
            else:
                bench.tell(event)


def tell_filed(bench: Bench, *, item_id: str, kind: str, title: str) -> None:
    """Tell the reader of a draft in the queue, once."""
    if item_id not in bench.told_filed:
        bench.told_filed.add(item_id)
        bench.tell(told.Filed(item_id=item_id, kind=kind, title=title))


def _plan_of(record: TurnRecord) -> Plan:
    if record.plan is None:
        raise LookupError("a turn is planned before anything else is done")
    return record.plan


def _without_words(filed: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [when_over(kept) for kept in filed]


def _suggestions(found: tuple[Found, ...]) -> list[str]:
    return list(dict.fromkeys(text for part in found for text in part.suggestions))[:_MOST_SUGGESTIONS]
