"""Why there is no model, in words that say what is missing.

Invariant: both languages say the same things, and every refusal says what there would have to be and what there is.
"""

from decimal import Decimal

from pydantic import ValidationError

from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.scores import CHURN_DAYS, ScoreModel
from copilot.scoring.believable import Refusal
from copilot.scoring.quality import Measure
from copilot.scoring.report import Report

TEXTS: dict[Language, dict[str, str]] = {
    Language.ES: {
        "never": "Todavía no se ha entrenado ningún modelo.",
        "train": "Lo hace un administrador con «sales-copilot scores train{what}».",
        "other": "No hay modelo: {code}.",
        "few_rows": "Hacen falta {least} fines de mes de clientes con desenlace conocido; hay {there}.",
        "few_happened": "Hacen falta {least} {whom} con fecha conocida; hay {there}.",
        "few_in_time": "Hacen falta {least} {whom} en los meses de los que se puede aprender; hay {there} "
        "({all} en total).",
        "few_stayed": "Hacen falta {least} clientes a los que no les pasó; hay {there}.",
        "few_before": "Para juzgarlo hacen falta {least} {whom} antes del {day} (y otros tantos a los que no); "
        "hay {there}.",
        "few_after": "Para juzgarlo hacen falta {least} {whom} desde el {day} (y otros tantos a los que no); "
        "hay {there}.",
        "without_day": "Se fueron en una fecha que no consta: {count}.",
        "no_columns": "Ninguna señal se conoce durante el tiempo suficiente para aprender de ella.",
        "no_better_than_chance": "En los meses que no había visto no acierta con seguridad más que la tasa media "
        "(área bajo la curva {auc}; azar: 0,5).",
        "too_good": "Acierta demasiado (área bajo la curva {auc}): algo se anotó después del desenlace.",
        "whom_churn": "clientes que se fueron",
        "whom_expansion": "clientes que compraron más",
        "whom_lead": "posibles clientes que se hicieron clientes",
    },
    Language.EN: {
        "never": "No model has been trained yet.",
        "train": "An administrator does that with “sales-copilot scores train{what}”.",
        "other": "There is no model: {code}.",
        "few_rows": "It needs {least} month ends of customers whose outcome is known; there are {there}.",
        "few_happened": "It needs {least} {whom} with a known day; there are {there}.",
        "few_in_time": "It needs {least} {whom} in the months that can be learnt from; there are {there} "
        "({all} in all).",
        "few_stayed": "It needs {least} customers to whom it did not happen; there are {there}.",
        "few_before": "To be judged it needs {least} {whom} before {day} (and as many to whom it did not happen); "
        "there are {there}.",
        "few_after": "To be judged it needs {least} {whom} from {day} on (and as many to whom it did not happen); "
        "there are {there}.",
        "without_day": "Left on a day that no record holds: {count}.",
        "no_columns": "No signal is known for long enough to learn from it.",
        "no_better_than_chance": "In the months that it had not seen it is not surely better than the base rate "
        "(area under the curve {auc}; chance: 0.5).",
        "too_good": "It is right too often (area under the curve {auc}): something was noted down after the outcome.",
        "whom_churn": "customers who left",
        "whom_expansion": "customers who bought more",
        "whom_lead": "leads that became customers",
    },
}


def refusal_text(model: ScoreModel | None, language: Language, *, advises: str | None = None) -> str | None:
    """Why there is no model; None if there is one. `advises`: with the command that would
    make one, which takes this as what to learn."""
    if model is None:
        never = TEXTS[language]["never"]
        if advises is None:
            return never
        return f"{never} {TEXTS[language]['train'].format(what=f' {advises}' if advises else '')}"
    if model.refusal is None:
        return None
    try:
        return _Words(model, Refusal(model.refusal), language).text()
    except (ValidationError, ValueError):
        return TEXTS[language]["other"].format(code=model.refusal)


class _Words:
    """Of one refusal."""

    def __init__(self, model: ScoreModel, refusal: Refusal, language: Language) -> None:
        self._refusal = refusal
        self._report = Report.model_validate(model.report)
        self._language = language
        self._format = Formatter(language)
        self._whom = TEXTS[language]["whom_churn" if model.kind in CHURN_DAYS else f"whom_{model.kind.value}"]

    def text(self) -> str:
        if self._refusal is Refusal.FEW_ROWS:
            needed = self._report.needed.rows
            told = self._say("few_rows", least=needed, there=self._report.counts.rows)
            # Without anybody who left there is no use in more months.
            few = self._report.counts.happened < self._report.needed.of_an_outcome
            return f"{told} {self._few()}" if few else told
        if self._refusal is Refusal.FEW_OF_AN_OUTCOME:
            return self._few()
        auc = self._report.quality.of(Measure.AUC) if self._report.quality else 0.0
        return TEXTS[self._language][self._refusal].format(auc=self._format.number(Decimal(f"{auc:.2f}")))

    def _say(self, key: str, **counts: int) -> str:
        values = {name: self._format.number(count) for name, count in counts.items()}
        return TEXTS[self._language][key].format(whom=self._whom, day=self._day(), **values)

    def _day(self) -> str:
        return self._format.day(self._report.split.from_day) if self._report.split else ""

    def _few(self) -> str:
        told = self._which()
        without = self._report.counts.without_day
        return f"{told} {self._say('without_day', count=without)}" if without else told

    def _which(self) -> str:
        counts, least, split = self._report.counts, self._report.needed.of_an_outcome, self._report.split
        if counts.happened < least:
            return self._say("few_happened", least=least, there=counts.happened)
        if counts.positives < least:
            return self._say("few_in_time", least=least, there=counts.positives, all=counts.happened)
        if counts.negatives < least or split is None:
            return self._say("few_stayed", least=least, there=counts.negatives)
        before = min(split.learnt.positives, split.learnt.negatives)
        side = self._report.needed.of_a_side
        if before < side:
            return self._say("few_before", least=side, there=before)
        return self._say("few_after", least=side, there=min(split.judged.positives, split.judged.negatives))
