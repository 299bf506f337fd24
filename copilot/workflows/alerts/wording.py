"""What the draft about an alert says, in both languages.

Invariant: a figure is written out of the evidence that is cited beside it; a step of the playbook that states a figure
has no source, so it stays on the alert's page and out of the draft.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from copilot.domain.alerts import Alert, AlertKind
from copilot.domain.drafts import Section, Segment
from copilot.domain.evidence import Evidence, EvidenceKind
from copilot.domain.facts import metric_evidence_id
from copilot.domain.figures import extract_figures
from copilot.domain.formatting import Formatter, canonical_number
from copilot.domain.language import Language
from copilot.domain.scores import ScoreKind
from copilot.domain.signal_words import signal_clause
from copilot.workflows.alerts.playbooks import Playbook
from copilot.workflows.alerts.reasons import Reason
from copilot.workflows.scores.words import percent

NAMES: Mapping[str, tuple[str, ...]] = {
    "change": ("lo que ha cambiado", "cambio", "what changed", "change"),
    "reasons": ("por que", "motivos", "razones", "causas", "why", "reasons", "causes"),
    "steps": ("que hacer", "pasos", "plan", "what to do", "steps", "playbook"),
}
"""How people call the parts of the draft."""
_SECTIONS = {
    "change": ("Qué ha cambiado", "What changed"),
    "reasons": ("Por qué", "Why"),
    "steps": ("Qué hacer: {name}", "What to do: {name}"),
}
_TITLES = {
    AlertKind.CHURN_RISK: ("Alerta de riesgo: {name}", "Risk alert: {name}"),
    AlertKind.EXPANSION: ("Alerta de ampliación: {name}", "Expansion alert: {name}"),
}
_CHANGES = {
    ScoreKind.CHURN_90: (
        "La probabilidad de que el cliente se vaya en 90 días era del {before} el {then} y es del {now} el {day}.",
        "The probability that the customer leaves within 90 days was {before} on {then} and is {now} on {day}.",
    ),
    ScoreKind.HEALTH: (
        "La salud de la cuenta era de {before} puntos el {then} y es de {now} el {day}.",
        "The health of the account was {before} points on {then} and is {now} on {day}.",
    ),
    ScoreKind.EXPANSION: (
        "La probabilidad de que el cliente compre más en 180 días era del {before} el {then} y es del {now} el {day}.",
        "The probability that the customer buys more within 180 days was {before} on {then} and is {now} on {day}.",
    ),
}
_FORMULAS = {
    ScoreKind.CHURN_90: ("probabilidad de que se vaya en 90 días", "probability of leaving within 90 days"),
    ScoreKind.HEALTH: ("puntos de salud, de 0 a 100", "points of health, 0 to 100"),
    ScoreKind.EXPANSION: ("probabilidad de comprar más en 180 días", "probability of buying more within 180 days"),
}
_PUSHES = ("Lo empuja: {clause}.", "Pushing it: {clause}.")
_HOLDS_BACK = ("Lo frena: {clause}.", "Holding it back: {clause}.")
_NO_FACT = "playbook"
_LEAD_IN = 160


def title(kind: AlertKind, account_name: str, *, language: Language) -> str:
    """Of the draft."""
    return _pick(_TITLES[kind], language).format(name=account_name)


@dataclass(frozen=True)
class Telling:
    """Says it in one language."""

    language: Language
    format: Formatter = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "format", Formatter(self.language))

    def value(self, kind: ScoreKind, value: float) -> str:
        """A score as people read it."""
        number = shown_number(kind, value)
        return self.format.number(number) if kind is ScoreKind.HEALTH else self.format.percent(number)

    def change_evidence(self, alert: Alert, *, inputs: Sequence[str]) -> Evidence:
        """The move of the score as something that a sentence can cite."""
        unit = "" if alert.score_kind is ScoreKind.HEALTH else " %"
        before, now = (
            f"{canonical_number(shown_number(alert.score_kind, value))}{unit}"
            for value in (alert.before or 0, alert.now)
        )
        name = f"{alert.score_kind.value}_move"
        return Evidence(
            id=metric_evidence_id(name, alert.account_id),
            kind=EvidenceKind.METRIC,
            text=f"{name}: {before} ({(alert.before_day or alert.day).isoformat()}), {now} ({alert.day.isoformat()})",
            label=_pick(("Cálculo", "Computed"), self.language),
            as_of=alert.day,
            account_id=alert.account_id,
            inputs=tuple(inputs),
            formula=_pick(_FORMULAS[alert.score_kind], self.language),
        )

    def change(self, alert: Alert, cited: Evidence) -> Section:
        """What changed, in a sentence."""
        text = _pick(_CHANGES[alert.score_kind], self.language).format(
            before=self.value(alert.score_kind, alert.before or 0),
            now=self.value(alert.score_kind, alert.now),
            then=self._day(alert.before_day or alert.day, near=alert.day),
            day=self._day(alert.day, near=alert.day),
        )
        return self._section("change", [Segment(id="change.1", text=text, evidence_ids=(cited.id,))])

    def reasons(self, reasons: Iterable[Reason]) -> Section:
        """The signals that moved the score, as their sources state them."""
        segments = []
        for number, item in enumerate(reasons, start=1):
            words = _PUSHES if item.moved.pushes else _HOLDS_BACK
            text = _pick(words, self.language).format(clause=self.clause(item))
            segments.append(Segment(id=f"reasons.{number}", text=text, evidence_ids=(item.evidence.id,)))
        return self._section("reasons", segments)

    def clause(self, reason: Reason) -> str:
        """What a signal says, as its source states it."""
        return signal_clause(reason.moved.signal, _stated(reason.evidence), self.language)

    def steps(self, playbook: Playbook) -> Section:
        """The playbook, but for what states figures."""
        texts = [playbook.goal.in_language(self.language), *(item.in_language(self.language) for item in playbook.step)]
        kept = [text for text in texts if len(text) <= _LEAD_IN and not extract_figures(text, language=self.language)]
        segments = [
            Segment(id=f"steps.{number}", text=text, uncited_reason=_NO_FACT)
            for number, text in enumerate(kept, start=1)
        ]
        return self._section("steps", segments, name=playbook.name.in_language(self.language))

    def not_followed(self, clause: str) -> str:
        """That a part of what a colleague asked for was not done."""
        words = (
            "El redactor sin modelo no ha podido seguir esta parte de la petición: «{clause}».",
            "The writer without a model could not follow this part of the request: “{clause}”.",
        )
        return _pick(words, self.language).format(clause=clause)

    def _section(self, key: str, segments: Sequence[Segment], **values: str) -> Section:
        heading = _pick(_SECTIONS[key], self.language).format(**values)
        return Section(key=key, title=heading, segments=tuple(segments))

    def _day(self, day: date, *, near: date) -> str:
        return self.format.day_of_year(day) if day.year == near.year else self.format.day(day)


def shown_number(kind: ScoreKind, value: float) -> Decimal:
    """Points without decimals; a probability in percent, as everywhere."""
    return Decimal(round(value)) if kind is ScoreKind.HEALTH else percent(value)


def _stated(source: Evidence) -> float | None:
    """The number that the source states after its name."""
    try:
        return float(source.text.partition(": ")[2].split(" ")[0])
    except ValueError:
        return None


def _pick(pair: tuple[str, str], language: Language) -> str:
    return pair[0] if language is Language.ES else pair[1]
