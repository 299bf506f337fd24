"""Puts the chat together from its parts.

Invariant: nothing connects and nothing loads here; that happens when a question is asked.
"""

from copilot.agent.parts import Parts
from copilot.agent.planner import next_context, plan_in_words
from copilot.agent.planning import Planning
from copilot.agent.service import ChatService
from copilot.approvals.chat_rules import ChatRules
from copilot.approvals.service import ApprovalService
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Models
from copilot.retrieval.service import RetrievalService
from copilot.store.database import Database
from copilot.workflows.brief import BriefWorkflow
from copilot.workflows.chat.contract import StepRunner
from copilot.workflows.chat.draft import assemble
from copilot.workflows.chat.figures import run_compare, run_query
from copilot.workflows.chat.model import ModelAnswerWriter
from copilot.workflows.chat.score_step import ScoreSteps
from copilot.workflows.chat.steps import step_runners


def chat_service(
    database: Database,
    *,
    approvals: ApprovalService,
    guardrails: Guardrails,
    rules: ChatRules,
    models: Models,
    retrieval: RetrievalService,
    briefs: BriefWorkflow,
    follow_up: StepRunner | None = None,
    meeting: StepRunner | None = None,
    scores: ScoreSteps | None = None,
    home_currency: str = "EUR",
) -> ChatService:
    """The chat of one installation. `follow_up` and `meeting` carry out the steps that draft, `scores` explains."""
    runners = step_runners(
        retrieval, briefs, query=run_query, compare=run_compare, follow_up=follow_up, meeting=meeting, scores=scores
    )
    return ChatService(
        Parts(
            database=database,
            guardrails=guardrails,
            approvals=approvals,
            rules=rules,
            make_plan=Planning(database, models),
            next_context=next_context,
            in_words=lambda plan, names: plan_in_words(plan, names=names),
            runners=runners,
            writer=ModelAnswerWriter(models, guardrails=guardrails),
            assemble=assemble,
            home_currency=home_currency,
        )
    )
