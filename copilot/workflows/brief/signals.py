"""Signals about the relationship: good and bad news, each with its ground.

Invariant: a signal is a threshold on a computed metric, a record, or a sentence somebody wrote; the clause
never says more than its evidence. The thresholds are those of this file and nowhere else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from copilot.domain.records import Lifecycle, OpportunityKind, Stance
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.contradictions import contradictions
from copilot.workflows.reading.types import CommitmentStatus, Side, Topic

USAGE_DROP_PCT, USAGE_RISE_PCT = Decimal(-10), Decimal(8)
LOW_UTILISATION_PCT, HIGH_UTILISATION_PCT = Decimal(60), Decimal(90)
DETRACTOR_MAX, PROMOTER_MIN = 6, 9
RENEWAL_NEAR_DAYS = 120
SILENCE_DAYS = 30
RECENT_TEXT_DAYS = 180


@dataclass(frozen=True, slots=True)
class Signal:
    """`clause` fits after a colon or a conjunction, in the brief's language. `weight` orders; bad news is negative."""

    key: str
    weight: int
    clause: str
    cites: tuple[str, ...]

    @property
    def is_bad(self) -> bool:
        return self.weight < 0


def signals(context: BriefContext) -> list[Signal]:
    """All signals, the weightiest first."""
    found = [signal for detect in _DETECTORS for signal in detect(context)]
    return sorted(found, key=lambda item: (-abs(item.weight), item.key))


def _signal(context: BriefContext, key: str, weight: int, *, es: str, en: str, cites: tuple[str, ...]) -> Signal:
    return Signal(key=key, weight=weight, clause=context.say(es=es, en=en), cites=cites)


def _usage(context: BriefContext) -> list[Signal]:
    change = context.facts.number("active_users_change_pct")
    if change is None:
        return []
    shown, cites = context.format.percent(abs(change)), (context.metric("active_users_change_pct"),)
    if change <= USAGE_DROP_PCT:
        es, en = f"el uso activo ha caído un {shown}", f"active use is down {shown}"
        return [_signal(context, "usage_drop", -8, es=es, en=en, cites=cites)]
    if change >= USAGE_RISE_PCT:
        es, en = f"el uso activo ha crecido un {shown}", f"active use is up {shown}"
        return [_signal(context, "usage_rise", 6, es=es, en=en, cites=cites)]
    return []


def _utilisation(context: BriefContext) -> list[Signal]:
    share = context.facts.number("seat_utilisation_pct")
    if share is None:
        return []
    shown, cites = context.format.percent(share), (context.metric("seat_utilisation_pct"),)
    if share < LOW_UTILISATION_PCT:
        es, en = f"solo se usa el {shown} de las licencias", f"only {shown} of the seats are in use"
        return [_signal(context, "low_utilisation", -5, es=es, en=en, cites=cites)]
    if share > HIGH_UTILISATION_PCT:
        es, en = f"se usa el {shown} de las licencias", f"{shown} of the seats are in use"
        return [_signal(context, "high_utilisation", 4, es=es, en=en, cites=cites)]
    return []


def _satisfaction(context: BriefContext) -> list[Signal]:
    score = context.facts.number("nps_latest")
    if score is None:
        return []
    shown, cites = context.number(score), (context.metric("nps_latest"),)
    es, en = f"el último NPS es un {shown}", f"the latest NPS score is {shown}"
    if score <= DETRACTOR_MAX:
        return [_signal(context, "detractor", -6, es=es, en=en, cites=cites)]
    if score >= PROMOTER_MIN:
        return [_signal(context, "promoter", 5, es=es, en=en, cites=cites)]
    return []


def _tickets(context: BriefContext) -> list[Signal]:
    urgent = context.facts.number("tickets_open_p1")
    if not urgent:
        return []
    es = f"hay {context.count(urgent, es=('ticket P1 abierto', 'tickets P1 abiertos'), en=('', ''))}"
    en = context.count(urgent, es=("", ""), en=("P1 ticket is open", "P1 tickets are open"))
    return [_signal(context, "p1_open", -7, es=es, en=en, cites=(context.metric("tickets_open_p1"),))]


def _champion(context: BriefContext) -> list[Signal]:
    champions = [item for item in context.facts.contacts if item.stance is Stance.CHAMPION]
    gone = [item for item in champions if item.left_on is not None and item.left_on <= context.today]
    if not gone or len(gone) < len(champions):
        return []
    latest = max(gone, key=lambda item: (item.left_on, item.name))
    es, en = f"{latest.name}, que impulsaba el proyecto, ya no está", f"the champion, {latest.name}, has left"
    cites = (context.record(latest, "left_on"), context.record(latest, "stance"), context.record(latest, "name"))
    return [_signal(context, "champion_left", -7, es=es, en=en, cites=cites)]


def _competitors(context: BriefContext) -> list[Signal]:
    recent = [
        item
        for item in context.reading.about(Topic.COMPETITOR)
        if item.subject and (context.today - item.sentence.day).days <= RECENT_TEXT_DAYS
    ]
    if not recent:
        return []
    names = list(dict.fromkeys(item.subject for item in recent if item.subject))[:2]
    shown = context.format.listed(names)
    plural = len(names) > 1
    es, en = (
        f"{shown} {'compiten' if plural else 'compite'} por la cuenta",
        f"{shown} {'are' if plural else 'is'} in play",
    )
    cites = tuple(context.sentence(next(i.sentence for i in recent if i.subject == name)) for name in names)
    return [_signal(context, "competitor", -6, es=es, en=en, cites=cites)]


def _renewal(context: BriefContext) -> list[Signal]:
    days, account = context.facts.number("days_to_renewal"), context.facts.account
    if days is None or account.renewal_date is None or account.lifecycle is Lifecycle.CHURNED:
        return []
    cites = (context.record(account, "renewal_date"), context.metric("days_to_renewal"))
    if days < 0:
        es = f"la fecha de renovación del CRM ya pasó ({context.day(account.renewal_date)})"
        en = f"the renewal date in the CRM has passed ({context.day(account.renewal_date)})"
        return [_signal(context, "renewal_passed", -7, es=es, en=en, cites=cites)]
    has_renewal = any(item.kind is OpportunityKind.RENEWAL for item in context.facts.open_opportunities)
    if days > RENEWAL_NEAR_DAYS or has_renewal:
        return []
    left = context.count(days, es=("día", "días"), en=("day", "days"))
    es = f"faltan {left} para renovar y no hay oportunidad de renovación abierta"
    en = f"renewal is {left} away and no renewal opportunity is open"
    return [
        _signal(context, "renewal_uncovered", -6, es=es, en=en, cites=(*cites, context.metric("open_opportunities")))
    ]


def _overdue(context: BriefContext) -> list[Signal]:
    overdue = context.facts.number("overdue_opportunities")
    if not overdue:
        return []
    es = context.count(
        overdue,
        es=(
            "oportunidad abierta tiene la fecha de cierre vencida",
            "oportunidades abiertas tienen la fecha de cierre vencida",
        ),
        en=("", ""),
    )
    en = context.count(
        overdue,
        es=("", ""),
        en=("open opportunity is past its close date", "open opportunities are past their close dates"),
    )
    return [_signal(context, "overdue", -3, es=es, en=en, cites=(context.metric("overdue_opportunities"),))]


def last_from_customer(context: BriefContext) -> tuple[date, tuple[str, ...]] | None:
    """The day the customer last wrote, called or met, by the log or by the texts, and where it says so."""
    metric = context.facts.metrics.get("days_since_last_inbound")
    found = [(metric.day, (context.metric("days_since_last_inbound"),))] if metric and metric.day else []
    spoken = [item for item in context.reading.sentences if item.side is Side.CUSTOMER]
    if spoken:
        latest = max(spoken, key=lambda item: item.day)
        found.append((latest.day, (context.sentence(latest),)))
    return max(found, default=None, key=lambda item: item[0])


def _silence(context: BriefContext) -> list[Signal]:
    heard = last_from_customer(context)
    if heard is None or (context.today - heard[0]).days <= SILENCE_DAYS:
        return []
    when = context.day(heard[0])
    es, en = f"el cliente no da señales desde el {when}", f"the customer has been silent since {when}"
    return [_signal(context, "silence", -6, es=es, en=en, cites=heard[1])]


def _promises(context: BriefContext) -> list[Signal]:
    unmet = (CommitmentStatus.NO_EVIDENCE, CommitmentStatus.MISSED)
    ours = [item for item in context.reading.commitments if item.by is Side.US and item.status in unmet]
    if not ours:
        return []
    # Said without a negation: the promises cited hold none, and a sentence that brings its own is held for it.
    es = "quedan promesas nuestras por cumplir, o por confirmar si se cumplieron"
    en = "promises of ours are still to be kept, or to be confirmed as kept"
    cites = tuple(context.sentence(item.sentence) for item in ours[:3])
    return [_signal(context, "promises", -5, es=es, en=en, cites=cites)]


def _disagreement(context: BriefContext) -> list[Signal]:
    found = contradictions(context)
    if not found:
        return []
    fields = list(dict.fromkeys(item.field for item in found))[:2]
    shown = context.format.listed([context.field_name(name) for name in fields])
    es, en = f"los datos no coinciden en {shown}", f"the data disagree on {shown}"
    cites = tuple(cite for item in found if item.field in fields for cite in item.cites)
    return [_signal(context, "disagreement", -4, es=es, en=en, cites=cites)]


def _expansion(context: BriefContext) -> list[Signal]:
    growing = [
        item
        for item in context.facts.open_opportunities
        if item.kind is OpportunityKind.EXPANSION and (item.close_date is None or item.close_date >= context.today)
    ]
    if not growing:
        return []
    first = growing[0]
    es, en = (
        f"hay una ampliación en curso ({context.named(first.name)})",
        f"an expansion is open ({context.named(first.name)})",
    )
    cites = (context.record(first, "name"), context.record(first, "status"))
    return [_signal(context, "expansion", 5, es=es, en=en, cites=cites)]


def _praise(context: BriefContext) -> list[Signal]:
    recent = [
        item
        for item in context.reading.about(Topic.PRAISE)
        if item.sentence.side is Side.CUSTOMER and (context.today - item.sentence.day).days <= RECENT_TEXT_DAYS
    ]
    if not recent:
        return []
    sentence = recent[0].sentence
    es, en = "el cliente habla bien de nosotros por escrito", "the customer speaks well of us in writing"
    return [_signal(context, "praise", 3, es=es, en=en, cites=(context.sentence(sentence),))]


_DETECTORS: tuple[Callable[[BriefContext], list[Signal]], ...] = (
    _usage,
    _utilisation,
    _satisfaction,
    _tickets,
    _champion,
    _competitors,
    _renewal,
    _overdue,
    _silence,
    _promises,
    _disagreement,
    _expansion,
    _praise,
)
