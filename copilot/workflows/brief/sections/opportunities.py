"""Open opportunities and their real status: what the stage says against what the evidence says."""

import re
from decimal import Decimal

from copilot.domain.records import Opportunity
from copilot.workflows.brief.context import BriefContext, Line
from copilot.workflows.brief.contradictions import main_opportunity, names_opportunity
from copilot.workflows.brief.words import OPPORTUNITY_KINDS, pick
from copilot.workflows.reading.types import Observation, Topic

_SHOWN = 6
_STALLED_DAYS = 60
_DEAL = re.compile(
    r"\b(?:sign|budget|decision|contract|proposal|firm|presupuesto|decisión|contrato|propuesta|renovación|renewal)",
    re.I,
)


def write(context: BriefContext) -> list[Line]:
    """A line per open opportunity, and one more for what the evidence says about it."""
    opportunities = context.facts.open_opportunities
    if not opportunities:
        return [
            context.line(
                es="No hay ninguna oportunidad abierta.",
                en="There is no open opportunity.",
                cites=[context.metric("open_opportunities")],
            )
        ]
    lines: list[Line] = []
    for opportunity in opportunities[:_SHOWN]:
        lines += [stated(context, opportunity), _real(context, opportunity)]
    if len(opportunities) > _SHOWN:
        total = context.count(
            len(opportunities),
            es=("oportunidad abierta", "oportunidades abiertas"),
            en=("open opportunity", "open opportunities"),
        )
        lines.append(
            context.line(
                es=f"Aquí van las principales; en total hay {total}.",
                en=f"These are the main ones; there are {total} in all.",
                cites=[context.metric("open_opportunities")],
            )
        )
    return lines


def stated(context: BriefContext, opportunity: Opportunity) -> Line:
    """What the records say of it: kind, amount, stage, probability, close date."""
    cites = [context.record(opportunity, "name")]
    details: list[str] = []
    if opportunity.kind:
        details.append(pick(OPPORTUNITY_KINDS[opportunity.kind], language=context.language))
        cites.append(context.record(opportunity, "kind"))
    if opportunity.amount is not None:
        details.append(context.money(opportunity.amount, opportunity.currency))
        cites.append(context.record(opportunity, "amount"))
    about = f" ({', '.join(details)})" if details else ""
    stage = ""
    if opportunity.stage:
        cites.append(context.record(opportunity, "stage"))
        stage = context.say(es=f" figura en «{opportunity.stage}»", en=f" stands at “{opportunity.stage}”")
    else:
        stage = context.say(es=" está abierta", en=" is open")
    if opportunity.probability is not None:
        cites.append(context.record(opportunity, "probability"))
        percent = context.format.percent(Decimal(opportunity.probability))
        stage += context.say(es=f" con un {percent} de probabilidad", en=f" at {percent}")
    closing = ""
    if opportunity.close_date:
        cites.append(context.record(opportunity, "close_date"))
        closing = context.say(
            es=f" y cierre previsto el {context.day(opportunity.close_date)}",
            en=f", due to close on {context.day(opportunity.close_date)}",
        )
    name = context.named(opportunity.name)
    return context.line(es=f"{name}{about}{stage}{closing}.", en=f"{name}{about}{stage}{closing}.", cites=cites)


def _real(context: BriefContext, opportunity: Opportunity) -> Line:
    postponed = put_off(context, opportunity)
    if postponed is not None:
        return _said(
            context,
            postponed,
            es="En realidad está aplazada, según lo que se dijo el {day}: {quote}",
            en="In fact it has been put off, going by what was said on {day}: {quote}",
        )
    if opportunity.close_date is not None and opportunity.close_date < context.today:
        return _overdue(context, opportunity)
    about = latest_about(
        context, opportunity, Topic.DECISION, Topic.BUDGET, Topic.EXPANSION, Topic.RISK, Topic.COMPETITOR
    )
    if about is not None:
        return _said(
            context,
            about,
            es="Lo último que consta es del {day}: {quote}",
            en="The latest on record is of {day}: {quote}",
        )
    return _quiet(context, opportunity)


def _said(context: BriefContext, found: Observation, *, es: str, en: str) -> Line:
    day, quote = context.day(found.sentence.day), context.quote(found.sentence.text)
    return context.line(
        es=es.format(day=day, quote=quote), en=en.format(day=day, quote=quote), cites=[context.sentence(found.sentence)]
    )


def _overdue(context: BriefContext, opportunity: Opportunity) -> Line:
    assert opportunity.close_date is not None  # noqa: S101 - checked by the caller
    cites = [context.record(opportunity, "close_date"), context.record(opportunity, "status")]
    moved_es = moved_en = ""
    if opportunity.stage_changed_on:
        cites.append(context.record(opportunity, "stage_changed_on"))
        moved_es = f" y la etapa no se ha movido desde el {context.day(opportunity.stage_changed_on)}"
        moved_en = f" and the stage has not moved since {context.day(opportunity.stage_changed_on)}"
    return context.line(
        es=f"La fecha de cierre ya pasó{moved_es}: mientras nadie la actualice, no cuente con ella en la previsión.",
        en=f"The close date has passed{moved_en}: leave it out of the forecast until somebody updates it.",
        cites=cites,
    )


def _quiet(context: BriefContext, opportunity: Opportunity) -> Line:
    step_es = step_en = ""
    cites = []
    if opportunity.next_step:
        cites.append(context.record(opportunity, "next_step"))
        step_es = step_en = context.quote(opportunity.next_step)
    moved = opportunity.stage_changed_on
    if moved is None:
        cites += [context.record(opportunity, "stage_changed_on")]
        if not opportunity.next_step:
            cites.append(context.record(opportunity, "next_step"))
            return context.line(
                es="Ni el CRM ni los textos permiten saber si avanza: no consta cambio de etapa ni próximo paso.",
                en="Neither the CRM nor the texts show whether it is moving: no stage change, no next step on record.",
                cites=cites,
            )
        return context.line(
            es=f"El próximo paso anotado es {step_es}; los textos no dicen nada que lo contradiga.",
            en=f"The next step on record is {step_en}; the texts say nothing against it.",
            cites=cites,
        )
    cites.append(context.record(opportunity, "stage_changed_on"))
    stalled = (context.today - moved).days > _STALLED_DAYS
    es = "Parece parada: la etapa no se mueve" if stalled else "Avanza: la etapa cambió por última vez"
    en = "It looks stalled: the stage has not moved" if stalled else "It is moving: the stage last changed"
    es = f"{es} desde el {context.day(moved)}" if stalled else f"{es} el {context.day(moved)}"
    en = f"{en} since {context.day(moved)}" if stalled else f"{en} on {context.day(moved)}"
    if step_es:
        es, en = f"{es}; próximo paso anotado, {step_es}", f"{en}; next step on record, {step_en}"
    return context.line(es=f"{es}.", en=f"{en}.", cites=cites)


def put_off(context: BriefContext, opportunity: Opportunity) -> Observation | None:
    """The last statement that puts the opportunity off, unless something was decided about it since."""
    said = latest_about(context, opportunity, Topic.POSTPONED, deal_only=True)
    if said is None:
        return None
    decided = latest_about(context, opportunity, Topic.DECISION, deal_only=True)
    return None if decided is not None and decided.sentence.order > said.sentence.order else said


def latest_about(
    context: BriefContext, opportunity: Opportunity, *topics: Topic, deal_only: bool = False
) -> Observation | None:
    """The last statement on these topics that names the opportunity, or that can only be about it.

    `deal_only`: it must name it (itself or in the title of its text) or speak of signing, deciding or budgets.
    """
    since = opportunity.created_on
    return next(
        (
            item
            for item in context.reading.about(*topics)
            if (since is None or item.sentence.day >= since)
            and main_opportunity(context, said=item.sentence) == opportunity
            and (not deal_only or _speaks_of_deal(context, item, opportunity))
        ),
        None,
    )


def _speaks_of_deal(context: BriefContext, item: Observation, opportunity: Opportunity) -> bool:
    text = f"{item.sentence.text} {item.sentence.title}"
    return names_opportunity(context, text, opportunity) or bool(_DEAL.search(item.sentence.text))
