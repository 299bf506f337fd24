"""Steps that tell of scores: why one is what it is, and which accounts are at risk by their health and alerts.

Invariant: nothing is said of a score but its own explanation; where there is none, the answer says why and shows the
health.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from copilot.domain.plans import ExplainScoreStep, RisksStep, Step
from copilot.domain.scores import ScoreKind
from copilot.workflows.chat.brief_step import WORST_SHOWN, run_risks
from copilot.workflows.chat.contract import Found, Line, Scene, of_kind
from copilot.workflows.chat.risk_by_score import at_risk
from copilot.workflows.chat.wording import cited, said
from copilot.workflows.scores.explaining import Explanations
from copilot.workflows.scores.story import AccountStory, ScoreStory, Sign

_FIRST = (ScoreKind.CHURN_90, ScoreKind.CHURN_180, ScoreKind.CHURN_30)
"""Which probability of leaving is told of."""


class ScoreSteps:
    """Carries them out."""

    def __init__(self, explanations: Explanations) -> None:
        self._explanations = explanations

    def explain(self, step: Step, scene: Scene) -> Found:
        """Why the scores of an account are what they are; see `StepRunner`."""
        account_id = of_kind(step, ExplainScoreStep).account_id
        story = self._story(account_id, scene)
        lines = list(_lines(story, scene))
        alike = [one for one in story.alike if one.evidence is not None]
        shown = {evidence_id for line in lines for evidence_id in line.evidence_ids}
        return Found(
            key="explain_score",
            title=scene.say(es=f"Puntuación de {story.name}", en=f"Score of {story.name}"),
            lines=tuple(lines),
            evidence=tuple(item for item in story.evidence if item.id in shown),
            account_ids=(account_id, *(one.account_id for one in alike)),
            nothing=not any(score.is_there for score in story.scores),
            by_rules=True,
        )

    def risks(self, step: Step, scene: Scene) -> Found:
        """Signs of risk; of one account with its health before them, of many those that scores tell of before the
        others. See `StepRunner`."""
        account_id = of_kind(step, RisksStep).account_id
        if account_id is None:
            return self._risks_of_many(step, scene)
        found = run_risks(step, scene)
        health = self._story(account_id, scene, compare=False).of(ScoreKind.HEALTH)
        if health is None or health.evidence is None or not health.is_there:
            return found
        line = cited(health.sentence, [health.evidence.id])
        evidence = (*found.evidence, health.evidence)
        return replace(found, lines=(line, *found.lines), evidence=evidence)

    def _risks_of_many(self, step: Step, scene: Scene) -> Found:
        mine = of_kind(step, RisksStep).mine
        worst = at_risk(self._explanations, scene, mine=mine, limit=WORST_SHOWN)
        ids = [one.account_id for one in worst]
        found = run_risks(step, scene, but=ids)
        if not worst:
            return found
        rest = found.lines if found.evidence else ()
        evidence = [*(item for one in worst for item in one.evidence), *found.evidence]
        asked = scene.say(es="¿Qué riesgos tiene {name}?", en="What are the risks at {name}?")
        return replace(
            found,
            title=scene.say(es="Cuentas en riesgo", en="Accounts at risk"),
            lines=(*(line for one in worst for line in one.lines), *rest),
            evidence=tuple({item.id: item for item in evidence}.values()),
            account_ids=tuple(dict.fromkeys([*ids, *found.account_ids])),
            nothing=False,
            suggestions=tuple(asked.format(name=one.name) for one in worst[:2]),
        )

    def _story(self, account_id: str, scene: Scene, *, compare: bool = True) -> AccountStory:
        return self._explanations.explain(
            account_id, viewer=scene.viewer, language=scene.language, uow=scene.uow, compare=compare
        )


def _lines(story: AccountStory, scene: Scene) -> Iterator[Line]:
    if story.nothing:
        yield said(story.nothing)
    told = [score for score in story.scores if score.kind in {ScoreKind.HEALTH, ScoreKind.LEAD}]
    leaving = [score for kind in _FIRST if (score := story.of(kind)) is not None]
    # One that is there, else the reason why the first is not.
    told += [score for score in leaving if score.is_there][:1] or leaving[:1]
    for score in told:
        yield from _of_score(score, scene)
    for one in story.alike:
        if one.evidence is not None:
            yield cited(one.sentence, [one.evidence.id])


def _of_score(score: ScoreStory, scene: Scene) -> Iterator[Line]:
    own = [score.evidence.id] if score.evidence else []
    if not score.is_there:
        line = f"{score.title}: {score.why_not[:1].lower()}{score.why_not[1:]}"
        yield cited(line, own) if own else said(line)
        return
    yield cited(score.sentence, own) if own else said(score.sentence)
    yield from _signs(score.bad, own, scene.say(es="En contra:", en="Against it:"))
    yield from _signs(score.good, own, scene.say(es="A favor:", en="In its favour:"))
    if score.changes:
        yield said(scene.say(es="Qué lo cambiaría:", en="What would change it:"))
        yield from (cited(change.sentence, [change.evidence.id]) for change in score.changes)


def _signs(signs: Iterable[Sign], own: list[str], heading: str) -> Iterator[Line]:
    """Each sign with its source, and with the score that it is a part of."""
    cited_signs = [cited(sign.sentence, [sign.evidence.id, *own]) for sign in signs if sign.evidence is not None]
    if cited_signs:
        yield said(heading)
        yield from cited_signs
