"""The check of one model, and what it is found good for.

Invariants: a model plans only if it planned at least as many messages right as the rules did, in the same check; it
judges only if it judged most of the built-in pairs right.
"""

from collections.abc import Callable
from dataclasses import dataclass

from copilot.agent.model_check.judging import JudgingTally, judged
from copilot.agent.model_check.planning import CountedModel, PlanningTally, tally
from copilot.agent.planner import ModelPlanner, OfflinePlanner
from copilot.domain.model_calls import Fitness, ModelVerdict, may_judge
from copilot.llm.configured import ConfiguredModels
from copilot.llm.endpoints import Endpoint
from copilot.llm.probes import Abilities, probe
from copilot.llm.roles import Caller, ModelRole
from copilot.store.database import UnitOfWork
from copilot.store.model_calls import ModelCallRepository

_ENOUGH = 2 / 3
"""Share of answers in the right shape, and in the right language, below which a model cannot be used."""


@dataclass(frozen=True, slots=True)
class CheckReport:
    """What was found."""

    model: str
    endpoint: str
    abilities: Abilities
    planned: PlanningTally
    planned_offline: PlanningTally
    judged: JudgingTally
    fitness: Fitness

    @property
    def may_judge(self) -> bool:
        """See the function of this name."""
        return may_judge(self.fitness, right=self.judged.right, of=self.judged.of)


def check_model(
    endpoint: Endpoint,
    *,
    models: ConfiguredModels,
    caller: Caller,
    longest_context: int,
    patience_seconds: float,
    tell: Callable[[str], None] = lambda _: None,
) -> CheckReport:
    """Ask the model everything. `tell` hears the name of each part as it begins.

    Raises ConfigurationError or ModelUnavailable if it cannot be asked at all.
    """
    models.reach(endpoint)
    writer = models.open([endpoint], role=ModelRole.WRITER, caller=caller)
    planner = CountedModel(models.open([endpoint], role=ModelRole.PLANNER, caller=caller))
    abilities = probe(writer, longest_context=longest_context, patience_seconds=patience_seconds, tell=tell)
    tell("planning")
    planned_offline = tally(OfflinePlanner())
    planned = tally(ModelPlanner(planner), model=planner)
    tell("judging")
    return CheckReport(
        model=endpoint.model,
        endpoint=endpoint.label,
        abilities=abilities,
        planned=planned,
        planned_offline=planned_offline,
        judged=judged(models.open([endpoint], role=ModelRole.JUDGE, caller=caller)),
        fitness=fitness_of(abilities, planned=planned, planned_offline=planned_offline),
    )


def fitness_of(abilities: Abilities, *, planned: PlanningTally, planned_offline: PlanningTally) -> Fitness:
    """What such a model may do."""
    for found in (abilities.structured, abilities.languages):
        if found.right < found.of * _ENOUGH:
            return Fitness.NOT_USABLE
    if planned.right >= planned_offline.right and planned.right > 0:
        return Fitness.PLANNER_AND_WRITER
    return Fitness.WRITER_ONLY


def keep(report: CheckReport, endpoint: Endpoint, *, uow: UnitOfWork) -> None:
    """Remember the verdict; from now on it decides which roles the model may take."""
    verdict = ModelVerdict(
        model=report.model,
        endpoint=endpoint.identity,
        fitness=report.fitness,
        planned_right=report.planned.right,
        planned_right_offline=report.planned_offline.right,
        planned_of=report.planned.of,
        checked_at=uow.clock.now(),
        judged_right=report.judged.right,
        judged_of=report.judged.of,
    )
    ModelCallRepository(uow).keep_verdict(verdict)
