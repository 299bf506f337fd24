"""Puts the work on questionnaires together from its parts.

Invariant: nothing connects and nothing is read here; the run and people's requests share one answerer and one library.
"""

from collections.abc import Callable
from dataclasses import dataclass

from copilot.approvals.rfp_rules import RfpRules
from copilot.approvals.service import ApprovalService
from copilot.guardrails.pipeline import Guardrails
from copilot.llm.roles import Models
from copilot.retrieval.service import RetrievalService
from copilot.store.database import Database, UnitOfWork
from copilot.workflows.rfp import filling
from copilot.workflows.rfp.answering import QuestionAnswerer
from copilot.workflows.rfp.answering.second_opinion import SecondOpinion
from copilot.workflows.rfp.answering.wording import Wording
from copilot.workflows.rfp.filing import RfpFiling
from copilot.workflows.rfp.filing_runs import FilingRuns
from copilot.workflows.rfp.library import AnswerLibrary
from copilot.workflows.rfp.parts import Signals
from copilot.workflows.rfp.projects import RfpProjects
from copilot.workflows.rfp.running import RfpRuns


@dataclass(frozen=True, slots=True)
class RfpWork:
    """What surfaces and the background job use."""

    projects: RfpProjects
    library: AnswerLibrary
    runs: RfpRuns


def rfp_work(
    database: Database,
    *,
    approvals: ApprovalService,
    guardrails: Guardrails,
    retrieval: RetrievalService,
    models: Models,
    rules: RfpRules,
    ask_for_run: Callable[[UnitOfWork], None],
    tell: Callable[[UnitOfWork], None],
    is_indexing: Callable[[UnitOfWork], bool] = lambda _uow: False,
) -> RfpWork:
    """Questionnaires of one installation. `ask_for_run` and `tell` set off what is done in the background;
    `is_indexing` says whether somebody makes vectors there."""
    library = AnswerLibrary(rules)
    wording, opinion = Wording(models, guardrails), SecondOpinion(models, guardrails)
    answerer = QuestionAnswerer(retrieval, library=library, wording=wording, opinion=opinion, rules=rules)
    projects = RfpProjects(
        approvals,
        guardrails=guardrails,
        answerer=answerer,
        papers=filling,
        library=library,
        rules=rules,
        signals=Signals(on_started=ask_for_run, on_assigned=tell),
    )
    filing = FilingRuns(database, RfpFiling(approvals, guardrails))

    def waits(uow: UnitOfWork) -> bool:
        return rules.wait_for_vectors and is_indexing(uow) and retrieval.waiting(uow=uow).pending > 0

    runs = RfpRuns(database, answerer=answerer, filing=filing, rules=rules, again=ask_for_run, waits=waits)
    return RfpWork(projects=projects, library=library, runs=runs)
