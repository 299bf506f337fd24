"""Accounts at risk as their scores and alerts tell: those with an alert first, then those whose health is bad.

Invariant: each figure is that of the score's or the alert's own evidence; an alert is one of an account that the viewer
may see, and what its signals are computed from is what they may read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from copilot.domain.alerts import Alert, AlertKind, AlertState
from copilot.domain.evidence import Evidence
from copilot.domain.portfolio import Slice
from copilot.domain.scores import ScoreKind
from copilot.store.alerts import AlertFilters, AlertRepository
from copilot.store.portfolio import PortfolioRepository
from copilot.store.portfolio_sums import PortfolioSums
from copilot.workflows.alerts.reasons import reasons_of
from copilot.workflows.alerts.wording import Telling
from copilot.workflows.chat.contract import Line, Scene
from copilot.workflows.chat.wording import cited
from copilot.workflows.scores.explaining import Explanations
from copilot.workflows.scores.story import ScoreStory

_SIGNS = 2
"""Said of each account in a list of accounts."""
_STANDING = (AlertState.OPEN, AlertState.SNOOZED)


@dataclass(frozen=True, slots=True)
class AtRisk:
    """One account, with what is said of it."""

    account_id: str
    name: str
    lines: tuple[Line, ...]
    evidence: tuple[Evidence, ...]


def at_risk(explanations: Explanations, scene: Scene, *, mine: bool, limit: int) -> list[AtRisk]:
    """The worst accounts, worst first; none where no score tells of a risk."""
    alerts = _alerts(scene, mine=mine, limit=limit)
    names = {one.account_id: name for one, name in alerts.values()}
    chosen = Slice(owner=scene.viewer.email if mine else None)
    worst = PortfolioSums(chosen, viewer=scene.viewer, uow=scene.uow).worst(most=limit)
    ill = PortfolioRepository(scene.uow).customers(
        worst, viewer=scene.viewer, today=scene.uow.clock.today(), kinds=(ScoreKind.HEALTH,)
    )
    ill.sort(key=lambda one: (one.value(ScoreKind.HEALTH) or 0.0, one.name))
    names |= {one.account_id: one.name for one in ill}
    found = []
    for account_id in list(names)[:limit]:
        alert = alerts[account_id][0] if account_id in alerts else None
        one = _told(account_id, names[account_id], alert, explanations, scene)
        if one.lines:
            found.append(one)
    return found


def _alerts(scene: Scene, *, mine: bool, limit: int) -> Mapping[str, tuple[Alert, str]]:
    """By account, the open ones first, with the account's name."""
    filters = AlertFilters(
        states=_STANDING, kind=AlertKind.CHURN_RISK, owner_id=scene.viewer.user_id if mine else ""
    )  # fmt: skip
    page = AlertRepository(scene.uow).page(filters, viewer=scene.viewer, limit=limit)
    return {item.alert.account_id: (item.alert, item.account_name) for item in page.alerts}


def _told(account_id: str, name: str, alert: Alert | None, explanations: Explanations, scene: Scene) -> AtRisk:
    lines, evidence = [], []
    health = explanations.health(account_id, viewer=scene.viewer, language=scene.language, uow=scene.uow)
    for line, sources in (*_of_health(name, health), *_of_alert(name, alert, scene)):
        lines.append(line)
        evidence += sources
    return AtRisk(account_id, name, tuple(lines), tuple(evidence))


def _of_health(name: str, health: ScoreStory | None) -> Iterator[tuple[Line, list[Evidence]]]:
    if health is None or not health.is_there or health.evidence is None:
        return
    signs = [sign for sign in health.bad if sign.evidence is not None][:_SIGNS]
    why = "; ".join(sign.clause for sign in signs)
    told = f"{name}: {health.sentence[:1].lower()}{health.sentence[1:].rstrip('.')}"
    sources = [health.evidence, *(sign.evidence for sign in signs if sign.evidence is not None)]
    yield cited(f"{told}; {why}." if why else f"{told}.", [source.id for source in sources]), sources


def _of_alert(name: str, alert: Alert | None, scene: Scene) -> Iterator[tuple[Line, list[Evidence]]]:
    if alert is None:
        return
    telling = Telling(scene.language)
    reasons = reasons_of(alert, viewer=scene.viewer, uow=scene.uow)
    change = telling.change_evidence(alert, inputs=[reason.evidence.id for reason in reasons])
    [segment] = telling.change(alert, change).segments
    told = scene.say(es=f"{name}, alerta abierta: ", en=f"{name}, open alert: ")
    if alert.state is AlertState.SNOOZED:
        told = scene.say(es=f"{name}, alerta aplazada: ", en=f"{name}, snoozed alert: ")
    yield cited(f"{told}{segment.text[:1].lower()}{segment.text[1:]}", [change.id]), [change]
