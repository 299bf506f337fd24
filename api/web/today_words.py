"""What the cards of the home page are called, what they say when there is nothing, and what the first steps are.

Invariant: every kind of card and every step has its words (a test walks them).
"""

from dataclasses import dataclass

from api.localisation import mark as _
from copilot.domain.first_steps import Step
from copilot.workflows.today.view import CardKind


@dataclass(frozen=True, slots=True)
class CardWords:
    """A card's heading, the words of its link, and what it teaches when it is empty."""

    title: str
    more: str
    empty: str


@dataclass(frozen=True, slots=True)
class StepWords:
    """What to do, where, and why it is worth doing."""

    title: str
    address: str
    why: str


CARDS: dict[CardKind, CardWords] = {
    CardKind.MEETINGS: CardWords(
        _("Meetings of the next two weeks"),
        _("All accounts"),
        _(
            "No meeting is on record, and no recent email or call speaks of one. Meetings come from the CRM's "
            "activities and from what was said; you can prepare one on the page of its account."
        ),
    ),
    CardKind.FOR_ME: CardWords(
        _("Waiting for your decision"),
        _("Open your queue"),
        _("Nothing waits for you. Drafts that you may approve stand here, the riskiest first."),
    ),
    CardKind.RETURNED: CardWords(
        _("Sent back to you"),
        _("All that was sent back"),
        _("Nothing was sent back. When a reviewer asks for changes, the draft stands here, and its page says why."),
    ),
    CardKind.FOLLOW_UPS: CardWords(
        _("Follow-ups waiting"),
        _("All follow-ups"),
        _("No follow-up waits. Have one written on the page of an account, after a call or a meeting."),
    ),
    CardKind.MINE: CardWords(
        _("Your drafts that wait for approval"),
        _("All your drafts"),
        _("Nothing of yours waits. Briefs, emails and answers that you ask for stand here until they are approved."),
    ),
    CardKind.ALERTS: CardWords(
        _("Open alerts"),
        _("All alerts"),
        _("No alert is open. One is raised when the scores of an account change enough; it says why and what to do."),
    ),
    CardKind.RENEWALS: CardWords(
        _("Renewals near"),
        _("Calendar of renewals"),
        _("Nothing renews in the next 90 days. Renewals come from the date in the CRM."),
    ),
    CardKind.MOVEMENT: CardWords(
        _("Moved since last week"),
        _("Open the portfolio"),
        _("No customer is in another band of health. Who rises or falls from one week to the next stands here."),
    ),
    CardKind.BRIEFS: CardWords(
        _("Briefs waiting for approval"),
        _("All briefs that wait"),
        _("No brief waits. Ask for one on the page of an account; it says what changed and where each fact is from."),
    ),
    CardKind.OVERDUE: CardWords(
        _("Overdue"),
        _("All that is overdue"),
        _("Everything is within its time. What is undecided after it was due stands here, the longest first."),
    ),
    CardKind.OLDEST: CardWords(
        _("Still open"),
        _("All that is open"),
        _("Nothing is open. Drafts of your accounts stand here from when they are submitted until they are decided."),
    ),
    CardKind.RELEASES: CardWords(
        _("Deliveries to look at"),
        _("All that did not leave"),
        _("Every approved draft left. One whose outcome nobody knows waits here for a person; it is never sent twice."),
    ),
    CardKind.WEBHOOKS: CardWords(
        _("Webhooks that fail"),
        "",
        _("No webhook fails. Receivers are set up with “sales-copilot webhooks”."),
    ),
    CardKind.IMPORTS: CardWords(
        _("Left out of the last imports"),
        _("Data sources"),
        _("The last import took every row, or there was none yet: “sales-copilot import” reads a folder of exports."),
    ),
    CardKind.MODELS: CardWords(
        _("Models"),
        _("Models and budgets"),
        _("No model is set up: rules do the work."),
    ),
}
HEALTH = {
    "failing": _("fails"),
    "switched_off": _("switched off for failing"),
    "refused": _("not imported"),
    "rules": _("no model: rules do the work"),
    "unchecked": _("not checked yet, so it does not plan: run “sales-copilot models check”"),
    "unfit": _("a check found it not usable"),
    "checked": _("checked"),
}
ROLES = {"planner": _("Planner"), "writer": _("Writer"), "judge": _("Judge")}
STEPS: dict[Step, StepWords] = {
    Step.BRIEF: StepWords(
        _("Read a brief"),
        "/accounts",
        _("Open an account and ask for its brief. Each sentence leads to the record or email that it is from."),
    ),
    Step.CHAT: StepWords(
        _("Ask in the chat"),
        "/chat",
        _("Ask about your accounts, figures or documents, in Spanish or English."),
    ),
    Step.REVIEW: StepWords(
        _("Review a draft"),
        "/queue?show=open",
        _("Open a draft of the queue, look at its sources, then decide or leave a comment."),
    ),
    Step.PORTFOLIO: StepWords(
        _("Open the portfolio"),
        "/portfolio",
        _("See what renews, what is at risk, and what moved since last week."),
    ),
    Step.QUESTIONNAIRE: StepWords(
        _("Fill a questionnaire"),
        "/rfps",
        _("Upload a customer's questionnaire; it comes back filled, with the source of each answer."),
    ),
    Step.ALERT: StepWords(
        _("Act on an alert"),
        "/alerts",
        _("Read why it was raised, tick a step off, snooze it, or say what came of it."),
    ),
    Step.IMPORT: StepWords(
        _("Import your data"),
        "/admin/sources",
        _("Bring in exports of your CRM and documents. A dry run first says what would change."),
    ),
}
