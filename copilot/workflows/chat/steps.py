"""Which part carries out which kind of step.

Invariant: every kind of step has a runner, so that no plan can ask for something that nobody answers; what is not
installed says so.
"""

from collections.abc import Mapping

from copilot.domain.plans import Step, StepKind
from copilot.retrieval.service import RetrievalService
from copilot.workflows.brief.workflow import BriefWorkflow
from copilot.workflows.chat.brief_step import BriefRunner, run_risks
from copilot.workflows.chat.contract import Found, Scene, StepRunner
from copilot.workflows.chat.rfp_step import RfpRunner
from copilot.workflows.chat.score_step import ScoreSteps
from copilot.workflows.chat.search_step import SearchRunner
from copilot.workflows.chat.timeline_step import TimelineRunner
from copilot.workflows.chat.wording import said

FIGURE_KINDS = (StepKind.FIND_ACCOUNTS, StepKind.FIGURES, StepKind.PIPELINE, StepKind.RENEWALS)


def step_runners(
    retrieval: RetrievalService,
    briefs: BriefWorkflow,
    *,
    query: StepRunner | None = None,
    compare: StepRunner | None = None,
    follow_up: StepRunner | None = None,
    meeting: StepRunner | None = None,
    scores: ScoreSteps | None = None,
) -> Mapping[StepKind, StepRunner]:
    """A runner for every kind of step.

    `query` runs the figures, `compare` the comparisons; `follow_up` and `meeting` draft; `scores` explains them.
    """
    given: dict[StepKind, StepRunner | None] = {
        **dict.fromkeys(FIGURE_KINDS, query),
        StepKind.COMPARE: compare,
        StepKind.FOLLOW_UP: follow_up,
        StepKind.MEETING_PREP: meeting,
        StepKind.AFTER_MEETING: meeting,
        StepKind.BRIEF: BriefRunner(briefs),
        StepKind.TIMELINE: TimelineRunner(retrieval),
        StepKind.RISKS: scores.risks if scores else run_risks,
        StepKind.EXPLAIN_SCORE: scores.explain if scores else None,
        StepKind.SEARCH: SearchRunner(retrieval),
        StepKind.RFP_ANSWER: RfpRunner(retrieval),
    }
    return {kind: given[kind] or not_installed for kind in StepKind}


def not_installed(step: Step, scene: Scene) -> Found:
    """What this installation cannot do."""
    return Found(
        key=step.kind.value,
        title=scene.say(es="No disponible", en="Not available"),
        lines=(said(scene.say(es="Esta instalación no puede hacerlo.", en="This installation cannot do that.")),),
        nothing=True,
        by_rules=True,
    )
