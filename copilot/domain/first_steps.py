"""The first steps that are proposed to somebody new, by role.

Invariant: each step is something its role can really do.
"""

from enum import StrEnum

from copilot.domain.access import Role


class Step(StrEnum):
    BRIEF = "brief"
    CHAT = "chat"
    REVIEW = "review"
    PORTFOLIO = "portfolio"
    QUESTIONNAIRE = "questionnaire"
    ALERT = "alert"
    IMPORT = "import"


STEPS: dict[Role, tuple[Step, ...]] = {
    Role.AE: (Step.BRIEF, Step.CHAT, Step.QUESTIONNAIRE, Step.REVIEW, Step.PORTFOLIO),
    Role.CSM: (Step.PORTFOLIO, Step.ALERT, Step.BRIEF, Step.CHAT, Step.REVIEW, Step.QUESTIONNAIRE),
    Role.MANAGER: (Step.REVIEW, Step.BRIEF, Step.PORTFOLIO, Step.CHAT, Step.QUESTIONNAIRE),
    Role.ADMIN: (Step.IMPORT, Step.REVIEW, Step.BRIEF, Step.CHAT, Step.PORTFOLIO, Step.QUESTIONNAIRE),
}
"""In the order in which they are proposed."""
