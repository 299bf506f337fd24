"""The deterministic planner: the same words in the same conversation always give the same plan.

Invariant: it reads the user's words, the conversation's earlier plans and names the viewer may see, and nothing else.
"""

from datetime import date

from copilot.agent.planner.directory import Directory
from copilot.domain.access import Viewer
from copilot.domain.language import Language, detect
from copilot.domain.plans import BriefStep, Plan, PlanningContext, SearchStep


class OfflinePlanner:
    """Plans by rules, in Spanish and English."""

    def plan(
        self,
        message: str,
        *,
        context: PlanningContext,
        directory: Directory,
        viewer: Viewer,
        today: date,  # noqa: ARG002
    ) -> Plan:
        """What to read for `message`; or what to ask; or why not."""
        language = detect(message, prior=context.language or Language(viewer.language))
        mentions = directory.find(message, common=frozenset())
        accounts = [mention.accounts[0].id for mention in mentions.accounts] or list(context.account_ids)
        if accounts:
            return Plan(language=language, steps=(BriefStep(account_id=accounts[0]),))
        return Plan(language=language, steps=(SearchStep(question=message or "?"),))
