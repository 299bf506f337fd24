"""A plan in plain words, one line per step, so that the reader can see what was understood.

Invariant: every kind of step has words in both languages (tested); an account is called by its name, a period by its
days.
"""

from collections.abc import Mapping
from typing import assert_never

from copilot.domain.figure_query_words import query_in_words
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.periods import Period
from copilot.domain.plans import (
    BriefStep,
    CompareStep,
    ExplainScoreStep,
    FollowUpStep,
    MeetingStep,
    Plan,
    QueryStep,
    RfpAnswerStep,
    RisksStep,
    SearchStep,
    Step,
    StepKind,
    TimelineStep,
)

_TEXTS = {
    Language.EN: {
        "brief": "Brief on {account}",
        "timeline": "What happened with {account}{topic}{period}",
        "topic": ", about “{topic}”",
        "risks": "Signals of risk and of opportunity at {account}",
        "risks_mine": "Signals of risk and of opportunity over your own accounts",
        "risks_all": "Signals of risk and of opportunity over the accounts you may see",
        "search": "Texts of {account}{period}: “{question}”",
        "search_shared": "Our shared knowledge: “{question}”",
        "compare": "Side by side: {query}",
        "explain_score": "What stands behind the score of {account}",
        "follow_up": "Draft of an email to {account}, for the queue",
        "meeting_prep": "Preparation of a meeting with {account}, for the queue",
        "after_meeting": "Summary and proposed CRM changes after a meeting with {account}, for the queue",
        "rfp_answer": "Draft answer from our knowledge: “{question}”",
        "unknown": "an account",
        "from": ", from {start}",
        "to": ", until {end}",
        "both": ", from {start} to {end}",
    },
    Language.ES: {
        "brief": "Informe de {account}",
        "timeline": "Qué ha pasado con {account}{topic}{period}",
        "topic": ", sobre «{topic}»",
        "risks": "Señales de riesgo y de oportunidad en {account}",
        "risks_mine": "Señales de riesgo y de oportunidad en sus cuentas",
        "risks_all": "Señales de riesgo y de oportunidad en las cuentas que usted puede ver",
        "search": "Textos de {account}{period}: «{question}»",
        "search_shared": "Nuestra base de conocimiento: «{question}»",
        "compare": "Una al lado de otra: {query}",
        "explain_score": "Qué hay detrás de la puntuación de {account}",
        "follow_up": "Borrador de un correo para {account}, para la cola",
        "meeting_prep": "Preparación de una reunión con {account}, para la cola",
        "after_meeting": "Resumen y cambios propuestos en el CRM tras una reunión con {account}, para la cola",
        "rfp_answer": "Borrador de respuesta con nuestra base de conocimiento: «{question}»",
        "unknown": "una cuenta",
        "from": ", desde el {start}",
        "to": ", hasta el {end}",
        "both": ", del {start} al {end}",
    },
}
_LONGEST_QUESTION = 160


def plan_in_words(plan: Plan, *, names: Mapping[str, str]) -> tuple[str, ...]:
    """What each step does, in the plan's language. `names`: account ids to names."""
    return tuple(_step_in_words(step, language=plan.language, names=names) for step in plan.steps)


def _step_in_words(step: Step, *, language: Language, names: Mapping[str, str]) -> str:
    texts = _TEXTS[language]
    if isinstance(step, QueryStep):
        return query_in_words(step.query, language=language, names=names)
    if isinstance(step, CompareStep):
        return texts["compare"].format(query=query_in_words(step.query, language=language, names=names))
    if isinstance(step, SearchStep):
        return _search_in_words(step, language=language, names=names)
    if isinstance(step, RfpAnswerStep):
        return texts["rfp_answer"].format(question=_short(step.question))
    if isinstance(step, RisksStep) and step.account_id is None:
        return texts["risks_mine" if step.mine else "risks_all"]
    return _about_account(step, language=language, names=names)


def _about_account(
    step: BriefStep | TimelineStep | RisksStep | ExplainScoreStep | FollowUpStep | MeetingStep,
    *,
    language: Language,
    names: Mapping[str, str],
) -> str:
    texts = _TEXTS[language]
    account = names.get(step.account_id or "", texts["unknown"])
    if isinstance(step, TimelineStep):
        topic = texts["topic"].format(topic=step.topic) if step.topic else ""
        return texts["timeline"].format(
            account=account, topic=topic, period=_period_in_words(step.period, language=language)
        )
    match step.kind:
        case (
            StepKind.BRIEF
            | StepKind.RISKS
            | StepKind.EXPLAIN_SCORE
            | StepKind.FOLLOW_UP
            | StepKind.MEETING_PREP
            | StepKind.AFTER_MEETING
        ):
            return texts[step.kind.value].format(account=account)
        case _:
            assert_never(step.kind)


def _search_in_words(step: SearchStep, *, language: Language, names: Mapping[str, str]) -> str:
    texts = _TEXTS[language]
    if not step.account_ids:
        return texts["search_shared"].format(question=_short(step.question))
    accounts = Formatter(language).listed([names.get(item, texts["unknown"]) for item in step.account_ids])
    period = _period_in_words(step.period, language=language)
    return texts["search"].format(account=accounts, period=period, question=_short(step.question))


def _period_in_words(period: Period | None, *, language: Language) -> str:
    if period is None:
        return ""
    texts, day = _TEXTS[language], Formatter(language).day
    if period.start is not None and period.end is not None:
        return texts["both"].format(start=day(period.start), end=day(period.end))
    if period.start is not None:
        return texts["from"].format(start=day(period.start))
    return texts["to"].format(end=day(period.end)) if period.end is not None else ""


def _short(question: str) -> str:
    plain = " ".join(question.split())
    return plain if len(plain) <= _LONGEST_QUESTION else f"{plain[: _LONGEST_QUESTION - 1].rstrip()}…"
