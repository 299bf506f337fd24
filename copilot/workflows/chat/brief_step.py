"""Steps that show an account whole: its brief, its risks.

Invariant: the brief is made, checked and filed by its own workflow; risks are the signals of the brief, with the same
thresholds. Over many accounts only figures are read, never texts.
"""

from collections.abc import Collection, Iterable

from copilot.domain.account_facts import AccountFacts
from copilot.domain.evidence import Evidence
from copilot.domain.plans import BriefStep, RisksStep, Step
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.risk_screen import RiskScreen, ScreenResult, ScreenRule
from copilot.workflows.brief import signals as brief_signals
from copilot.workflows.brief.context import BriefContext
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.brief.signals import Signal, signals
from copilot.workflows.brief.workflow import BriefWorkflow, gather
from copilot.workflows.chat.contract import Filed, Found, Line, Scene, of_kind
from copilot.workflows.chat.wording import cited, said
from copilot.workflows.reading.types import Reading

WORST_SHOWN = 10
_BRIEF_LINES = 6
_SIGNALS_OF_ONE = 3
"""Said of each account in a list of accounts."""


class BriefRunner:
    """Files a brief and shows how it begins."""

    def __init__(self, briefs: BriefWorkflow) -> None:
        self._briefs = briefs

    def __call__(self, step: Step, scene: Scene) -> Found:
        """See `StepRunner`."""
        account_id = of_kind(step, BriefStep).account_id
        result = self._briefs.run(
            account_id, viewer=scene.viewer, language=scene.language, uow=scene.uow, as_of=scene.today
        )
        draft = result.draft
        summary = draft.sections[0].segments
        lines = tuple(Line(item.text, item.evidence_ids, item.uncited_reason) for item in summary[:_BRIEF_LINES])
        shown = {evidence_id for line in lines for evidence_id in line.evidence_ids}
        return Found(
            key="brief",
            title=draft.title,
            lines=lines,
            evidence=tuple(item for item in draft.evidence if item.id in shown),
            account_ids=(account_id,),
            by_rules=True,
            filed=(Filed(item_id=result.item.id, kind=draft.kind.value, title=draft.title),),
        )


def run_risks(step: Step, scene: Scene, *, but: Collection[str] = ()) -> Found:
    """Signals of one account, or the accounts whose figures look worst, without those that were told of before."""
    wanted = of_kind(step, RisksStep)
    if wanted.account_id is not None:
        return _of_account(wanted.account_id, scene)
    return _of_portfolio(scene, mine=wanted.mine, but=but)


def _of_account(account_id: str, scene: Scene) -> Found:
    context = gather(account_id, viewer=scene.viewer, language=scene.language, uow=scene.uow, as_of=scene.today)
    found = signals(context)
    bad = [item for item in found if item.is_bad]
    good = [item for item in found if not item.is_bad]
    lines = _lines(bad)
    if not bad:
        lines = [said(scene.say(es="No veo señales de riesgo en los datos.", en="I see no signs of risk in the data."))]
    if good:
        lines += [said(scene.say(es="A favor:", en="In our favour:")), *_lines(good)]
    return Found(
        key="risks",
        title=scene.say(es=f"Riesgos de {context.facts.account.name}", en=f"Risks at {context.facts.account.name}"),
        lines=tuple(lines),
        evidence=_evidence(context, lines),
        account_ids=(account_id,),
        nothing=not found,
    )


def _of_portfolio(scene: Scene, *, mine: bool, but: Collection[str]) -> Found:
    result = RiskScreen(scene.uow).run(_rule(), viewer=scene.viewer, today=scene.today, mine=mine, limit=WORST_SHOWN)
    lines: list[Line] = []
    evidence = []
    worst = [account for account in result.worst if account.account_id not in but]
    for account in worst[: WORST_SHOWN - len(but)]:
        context = _figures_only(account.account_id, scene)
        bad = [item for item in signals(context) if item.is_bad][:_SIGNALS_OF_ONE]
        if bad:
            cites = [context.record(context.facts.account, "name"), *(cite for item in bad for cite in item.cites)]
            lines.append(cited(f"{account.name}: {'; '.join(item.clause for item in bad)}.", cites))
            evidence += [context.book[item] for item in lines[-1].evidence_ids]
    if not lines:
        lines = [_none_at_risk(result, scene)]
    return Found(
        key="risks",
        title=scene.say(es="Cuentas con más señales de riesgo", en="Accounts with most signs of risk"),
        lines=tuple(lines),
        evidence=tuple({item.id: item for item in evidence}.values()),
        account_ids=tuple(item.account_id for item in result.worst),
        nothing=not result.worst,
        by_rules=True,
        suggestions=_next_questions(result, scene),
    )


def _none_at_risk(result: ScreenResult, scene: Scene) -> Line:
    if not result.looked_at:
        return said(scene.say(es="No hay cuentas que mirar.", en="There are no accounts to look at."))
    return said(scene.say(
        es="Ninguna de las cuentas que ves tiene señales de riesgo en sus cifras.",
        en="None of the accounts you can see has signs of risk in its figures.",
    ))  # fmt: skip


def _next_questions(result: ScreenResult, scene: Scene) -> tuple[str, ...]:
    return tuple(
        scene.say(es=f"¿Qué riesgos tiene {item.name}?", en=f"What are the risks at {item.name}?")
        for item in result.worst[:2]
    )


def _figures_only(account_id: str, scene: Scene) -> BriefContext:
    """What the signals need, without reading a single text."""
    facts: AccountFacts = AccountFactsRepository(scene.uow).gather(account_id, viewer=scene.viewer, today=scene.today)
    book = EvidenceBook(facts, language=scene.language)
    return BriefContext(facts=facts, reading=Reading(), language=scene.language, book=book)


def _lines(found: Iterable[Signal]) -> list[Line]:
    return [cited(f"{item.clause[:1].upper()}{item.clause[1:]}.", item.cites) for item in found]


def _evidence(context: BriefContext, lines: Iterable[Line]) -> tuple[Evidence, ...]:
    return tuple(context.book[item] for item in dict.fromkeys(cite for line in lines for cite in line.evidence_ids))


def _rule() -> ScreenRule:
    """The thresholds and weights of the brief's signals, so that both tell the same story."""
    return ScreenRule(
        usage_drop_pct=float(brief_signals.USAGE_DROP_PCT),
        low_utilisation_pct=float(brief_signals.LOW_UTILISATION_PCT),
        detractor_max=brief_signals.DETRACTOR_MAX,
        renewal_near_days=brief_signals.RENEWAL_NEAR_DAYS,
        silence_days=brief_signals.SILENCE_DAYS,
        usage_drop=8,
        low_utilisation=5,
        detractor=6,
        p1_open=7,
        renewal_passed=7,
        renewal_uncovered=6,
        overdue=3,
        silence=6,
    )
