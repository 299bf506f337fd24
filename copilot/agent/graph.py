"""The graph of a turn: plan -> gather -> write -> verify -> submit.

Invariants: a checkpoint holds the id of the turn and the way it takes, no word that anybody wrote; after a crash a turn
goes on behind the last node that was finished.
"""

from collections.abc import Callable, Hashable
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypedDict

from copilot.agent.nodes import Nodes
from copilot.agent.parts import Parts
from copilot.agent.runs import Bench
from copilot.domain.conversation import TurnStage
from copilot.store.database import translated_errors
from copilot.store.driver_pool import DriverPool

if TYPE_CHECKING:
    from langgraph.graph.state import CompiledStateGraph
    from langgraph.runtime import Runtime

_GOES_ON, _ENDS = "goes_on", "ends"


class Reached(TypedDict, total=False):
    """What a checkpoint holds."""

    turn_id: str
    way: str


class TurnGraph:
    """Runs turns, from wherever they got to. One instance serves any number of threads."""

    def __init__(self, parts: Parts) -> None:
        self._nodes = Nodes(parts)
        self._pool = DriverPool(parts.database)

    def run(self, bench: Bench) -> None:
        """Carry a turn to its end, or as far as it gets: what a node raises is raised here."""
        # Imported here: its libraries take a second to load, and most commands need no graph.
        from langgraph.checkpoint.postgres import PostgresSaver

        with translated_errors():
            # A saver has one lock for all who use it, so that each run gets its own; the pool is shared.
            saver = PostgresSaver(self._pool.open())
            graph = self._graph.copy({"checkpointer": saver})
            place: Any = {"configurable": {"thread_id": bench.run.turn_id}}
            is_new = bench.is_new or saver.get_tuple(place) is None
            start = Reached(turn_id=bench.run.turn_id) if is_new else None
            graph.invoke(start, place, context=bench, durability="sync")

    def close(self) -> None:
        """Give connections back."""
        self._pool.close()

    @cached_property
    def _graph(self) -> "CompiledStateGraph[Reached, Bench, Reached, Reached]":
        from langgraph.graph import END, START, StateGraph

        stages = tuple(TurnStage)
        work: dict[TurnStage, Callable[[Bench], bool]] = {
            TurnStage.PLAN: self._nodes.plan,
            TurnStage.GATHER: self._nodes.gather,
            TurnStage.WRITE: self._nodes.write,
            TurnStage.VERIFY: self._nodes.verify,
            TurnStage.SUBMIT: self._nodes.submit,
        }
        graph = StateGraph(Reached, context_schema=Bench)
        for stage in stages:
            graph.add_node(stage.value, _node(work[stage]))
        graph.add_edge(START, stages[0].value)
        for stage, following in pairwise(stages):
            ways: dict[Hashable, str] = {_GOES_ON: following.value, _ENDS: END}
            graph.add_conditional_edges(stage.value, _way, ways)
        graph.add_edge(stages[-1].value, END)
        return graph.compile()


def _node(work: Callable[[Bench], bool]) -> Callable[..., Reached]:
    def node(_reached: Reached, *, runtime: "Runtime[Bench]") -> Reached:
        return Reached(way=_GOES_ON if work(runtime.context) else _ENDS)

    return node


def _way(reached: Reached) -> str:
    return reached["way"]
