"""What came of it outside the queue: mails answered, customers kept, questions answered, people who use it.

Invariant: a case is counted only once its outcome can be known; the others are counted beside the share.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.domain.access import Role
from copilot.domain.alerts import AlertState, Outcome
from copilot.domain.proportions import Share
from copilot.domain.rfp_projects import QuestionState
from copilot.store.value_outcomes import ModelCost, ValueOutcomes
from copilot.store.value_people import Member
from copilot.workflows.value.rules import ValueRules

_NO_ANSWER = (QuestionState.NO_SOURCE, QuestionState.FAILED)


@dataclass(frozen=True, slots=True)
class Answers:
    """Follow-ups that were sent by mail."""

    answered: Share
    """Of those whose time to answer is over, as far as mail was imported since."""
    too_early: int
    """Sent too recently, or no mail was imported of the time after."""


@dataclass(frozen=True, slots=True)
class Kept:
    """Churn alerts, by what people said came of them."""

    kept: Share
    """Customers saved of those saved or lost, where somebody acted on the alert."""
    false_alarms: Share
    """Of all alerts with an outcome."""
    without_action: Mapping[Outcome, int]
    """Outcomes of alerts that nobody acted on: against these the share can be held."""
    open: int
    dismissed: int


@dataclass(frozen=True, slots=True)
class ActiveWeek:
    """How many people did something in a week."""

    week: date
    people: int
    by_role: Mapping[Role, int]


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Everything that came after."""

    answers: Answers
    kept: Kept
    questions: Share
    """Of the questionnaires' questions that were to be answered, those for which an answer with a source was found."""
    questions_waiting: int
    calls: ModelCost


def outcomes_of(found: ValueOutcomes, *, rules: ValueRules) -> Outcomes:
    """Of some people within some time."""
    questions = found.questions()
    answered = questions.get(QuestionState.ANSWERED, 0)
    unanswered = sum(questions.get(state, 0) for state in _NO_ANSWER)
    return Outcomes(
        answers=_answers(found, rules),
        kept=_kept(found),
        questions=Share(answered, answered + unanswered),
        questions_waiting=questions.get(QuestionState.WAITING, 0),
        calls=found.calls(),
    )


def active_weeks(
    found: ValueOutcomes, weeks: Sequence[date], *, members: Mapping[str, Member]
) -> tuple[ActiveWeek, ...]:
    """Who did anything, in the roles that they have now."""
    roles: dict[date, Counter[Role]] = {week: Counter() for week in weeks}
    for week, person in found.active():
        roles[week][members[person].role] += 1
    return tuple(
        ActiveWeek(week, sum(counted.values()), {role: counted[role] for role in Role})
        for week, counted in roles.items()
    )


def _answers(found: ValueOutcomes, rules: ValueRules) -> Answers:
    within, sent = timedelta(days=rules.answer_days), found.sent()
    known_until = found.mail_known_until() if sent else None
    over = [mail for mail in sent if known_until is not None and mail.sent_at + within <= known_until]
    answered = [mail for mail in over if mail.answered_at is not None and mail.answered_at <= mail.sent_at + within]
    return Answers(Share(len(answered), len(over)), len(sent) - len(over))


def _kept(found: ValueOutcomes) -> Kept:
    alerts = found.alerts()

    def ended(outcome: Outcome, *, acted: bool | None = None) -> int:
        return sum(
            each.number
            for each in alerts
            if each.state == AlertState.CLOSED.value
            and each.outcome == outcome.value
            and (acted is None or each.acted is acted)
        )

    def standing(*states: AlertState) -> int:
        return sum(each.number for each in alerts if each.state in {state.value for state in states})

    saved, lost, false = Outcome.SAVED, Outcome.LOST, Outcome.FALSE_ALARM
    acted_saved = ended(saved, acted=True)
    return Kept(
        kept=Share(acted_saved, acted_saved + ended(lost, acted=True)),
        false_alarms=Share(ended(false), ended(saved) + ended(lost) + ended(false)),
        without_action={each: ended(each, acted=False) for each in (saved, lost, false)},
        open=standing(AlertState.OPEN, AlertState.SNOOZED),
        dismissed=standing(AlertState.DISMISSED),
    )
