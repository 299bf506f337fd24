"""Words of the `scores` commands and of the report of a score learnt from the records, in both languages.

Invariant: both languages say the same things.
"""

from copilot.cli.counts import filled
from copilot.domain.language import Language

TEXTS: dict[Language, dict[str, str]] = {
    Language.ES: {
        "admin": "Solo administración entrena modelos y elige cuál se usa.",
        "horizon": "{days} días no es un plazo de estas puntuaciones.",
        "horizon_hint": "Es 30, 90 o 180.",
        "working": "Leyendo el pasado…",
        "learning": "Aprendiendo: {kind}…",
        "kind.churn_30": "Baja en 30 días",
        "kind.churn_90": "Baja en 90 días",
        "kind.churn_180": "Baja en 180 días",
        "kind.expansion": "Compra de más en 180 días",
        "kind.health": "Salud",
        "kind.lead": "Posible cliente",
        "put.in_use": "modelo {id} en uso",
        "put.worse": "el modelo {id} es peor que {before}, que sigue en uso; con --even-if-worse, o "
        "`sales-copilot scores use {id}`, se usa de todas formas",
        "put.refused": "sin modelo; nadie recibe esta puntuación",
        "put.refused_beside": "sin modelo nuevo; {before} sigue en uso",
        "put.beside_choice": "{id} queda aparte: {before} se eligió a mano y sigue en uso; con --even-if-worse se "
        "usa {id}, y con `sales-copilot scores take-back {before}` vuelve a decidir el reentrenamiento",
        "chosen": "elegido a mano por {name} el {day}; ningún entrenamiento lo sustituye mientras la elección valga",
        "later_refusal": "lo aprendido después se rechazó: {why}",
        "taken_back": "El reentrenamiento vuelve a decidir ({kind}). Hasta entonces puntúa el modelo {id}.",
        "not_chosen": "El modelo {id} no está elegido a mano.",
        "state.in_use": "en uso",
        "state.older": "anterior",
        "state.aside": "aparte",
        "state.refused": "rechazado",
        "state.refused_in_use": "rechazado: sin puntuación",
        "no_model": "No se ha entrenado ninguno. Con `sales-copilot scores train` se aprende de los datos.",
        "used": "Desde ahora puntúa el modelo {id} ({kind}).",
        "title": "{kind}: modelo {id}",
        "title_refused": "{kind}: sin modelo ({id})",
        "trained": "Entrenado el {day}; estado: {state}.",
        "counts": "{rows:fila|filas} (un cliente al final de un mes) de {accounts:cliente|clientes}, del {first} al "
        "{last}; a {positives} les pasó.",
        "counts_none": "{accounts:cliente|clientes}; ninguna fila con desenlace conocido.",
        "sampled": "Muestra del {share} de los clientes.",
        "by.churned_on": "por la fecha de baja, {count}",
        "by.lost_renewal": "por la de la renovación perdida, {count}",
        "left_by": "Bajas con fecha: {said}.",
        "findings": "Lo que llama la atención",
        "nothing_found": "Nada.",
        "without_day": "Se fueron en una fecha que no consta: {count}. No se aprende de ellos, así que las "
        "probabilidades quedan algo por debajo de la realidad.",
        "gone_before_they_came": "Se fueron antes de llegar, según sus fechas: {count}. No se aprende de ellos.",
        "used_after_leaving": "Con uso más de un mes después de su baja: {count}. ¿Es esa la fecha?",
        "unknown_rows": "Filas sin nada conocido salvo el tiempo: {count}. No se aprende de ellas.",
        "delay.setting": "Se supone que una baja consta a los {days:día|días}.",
        "delay.records": "Las bajas se anotan tarde: nueve de cada diez constan a los "
        "{days:día|días} ({cases:caso|casos}). Solo cuentan las ventanas que terminaron antes.",
        "delay.silence": "Desde hace {days} días no consta ninguna baja, y a su ritmo la habría: se anotan tarde. "
        "Solo cuentan las ventanas que terminaron antes.",
        "leak": "{column} delata el desenlace por sí sola ({detail}): se anotó después. No se usa; si se conocía "
        "antes, use --keep.",
        "season": "El uso de todos sube y baja con la época del año (η² {quarter} en un trimestre, {year} en un año).",
        "shift": "{column}: los clientes de hoy no son como aquellos de los que aprendió (índice de estabilidad "
        "{index}, umbral {threshold}; Siddiqi 2006).",
        "deviates": "{column} {name}: se predijo {predicted} y ocurrió {observed} ({low} – {high}).",
        "lately": "Del {first} al {last} les pasó a {happened}; por lo aprendido se esperaban {expected}. La "
        "puntuación se llevó al nivel de esos meses: la razón de probabilidades de todos se multiplicó por {factor}.",
        "lately_group": "{column} {name}: del {first} al {last} les pasó a {happened} y se esperaban {expected}, una "
        "diferencia con los demás mayor que el azar; se cuenta y no cambia la puntuación.",
        "compared.brier": "Frente al modelo {id} en uso, en {rows} filas que ninguno había visto: Brier {own}, el "
        "suyo {other} (diferencia {low} – {high}).",
        "compared.skill": "Frente al modelo {id} en uso, cada uno en sus propias filas: mejora {own}, la suya {other}.",
        "judged": "Aprendió de los meses hasta el {learnt} ({learnt_happened} clientes a los que les pasó) y se juzga "
        "del {first} al {last} ({judged_happened}), {embargo} días después como mínimo: nada de lo que aprendió se "
        "supo más tarde. Ningún cliente cuenta dos veces en {window} días.",
        "judged_again": "Cada trimestre aprendió de nuevo, {times} veces en total, de lo que ya constaba ese día.",
        "known_since": "{column} se conoce desde el {day}; no influye en los días anteriores.",
        "lead": "Con tiempo",
        "lead_said": "Avisando al {budget} de los clientes cada mes, de {happened} a los que les pasó {found} "
        "({share}; {low} – {high}) estaban avisados {least} días antes o más; al azar, {budget}. La mitad de los "
        "avisos sin interrupción llegó con {median} días o más. Se cumple en plazo el {precision} de los avisos.",
        "alerts": "Avisos",
        "alerts_said": "{cause}: {right} de {closed:aviso cerrado acertó|avisos cerrados acertaron}.",
        "alerts_saved": "Avisados que se salvaron: {count}. Cuentan como si nada hubiera pasado, así que lo que los "
        "puso en riesgo parece menos grave de lo que es.",
        "quarters": "Por trimestres",
        "groups": "Por grupos",
        "group_columns": "Grupo|Dicho|Ocurrió|Intervalo|AUC|Avisados|Filas",
        "left_out": "Columnas que no se usan",
        "empty_ones": "Sin ningún dato: {columns}.",
        "score": "La puntuación en conjunto",
        "segment": "Segmento",
        "industry": "Sector",
        "country": "País",
        "quarter": "Trimestre",
    },
    Language.EN: {
        "admin": "Only admins train models and choose which one is used.",
        "horizon": "{days} days are no horizon of these scores.",
        "horizon_hint": "It is 30, 90 or 180.",
        "working": "Reading the past…",
        "learning": "Learning: {kind}…",
        "kind.churn_30": "Leaving within 30 days",
        "kind.churn_90": "Leaving within 90 days",
        "kind.churn_180": "Leaving within 180 days",
        "kind.expansion": "Buying more within 180 days",
        "kind.health": "Health",
        "kind.lead": "Lead",
        "put.in_use": "model {id} in use",
        "put.worse": "model {id} is worse than {before}, which stays in use; with --even-if-worse, or "
        "`sales-copilot scores use {id}`, it is used all the same",
        "put.refused": "no model; nobody gets this score",
        "put.refused_beside": "no new model; {before} stays in use",
        "put.beside_choice": "{id} is kept aside: {before} was chosen by hand and stays in use; with --even-if-worse "
        "{id} is used, and with `sales-copilot scores take-back {before}` retraining decides again",
        "chosen": "chosen by hand by {name} on {day}; no training takes its place while the choice stands",
        "later_refusal": "what was learnt since was refused: {why}",
        "taken_back": "Retraining decides again ({kind}). Until then model {id} scores.",
        "not_chosen": "Model {id} is not chosen by hand.",
        "state.in_use": "in use",
        "state.older": "earlier",
        "state.aside": "aside",
        "state.refused": "refused",
        "state.refused_in_use": "refused: no score",
        "no_model": "None has been trained. `sales-copilot scores train` learns from the records.",
        "used": "From now on model {id} scores ({kind}).",
        "title": "{kind}: model {id}",
        "title_refused": "{kind}: no model ({id})",
        "trained": "Trained on {day}; state: {state}.",
        "counts": "{rows:row|rows} (a customer at the end of a month) of {accounts:customer|customers}, from "
        "{first} to {last}; it happened to {positives}.",
        "counts_none": "{accounts:customer|customers}; no row with a known outcome.",
        "sampled": "A sample of {share} of the customers.",
        "by.churned_on": "by the day of leaving, {count}",
        "by.lost_renewal": "by that of the lost renewal, {count}",
        "left_by": "Left on a known day: {said}.",
        "findings": "What stands out",
        "nothing_found": "Nothing.",
        "without_day": "Left on a day that no record holds: {count}. Nothing is learnt from them, so probabilities are "
        "somewhat below the truth.",
        "gone_before_they_came": "Left before they came, by their dates: {count}. Nothing is learnt from them.",
        "used_after_leaving": "With use more than a month after they left: {count}. Is that the day?",
        "unknown_rows": "Rows with nothing known but the time: {count}. Nothing is learnt from them.",
        "delay.setting": "A departure is taken to be on record after {days:day|days}.",
        "delay.records": "Departures are recorded late: nine in ten are on record after "
        "{days:day|days} ({cases:case|cases}). Only windows that ended before count.",
        "delay.silence": "For {days} days no departure has been on record, and at their rate there would be: they are "
        "recorded late. Only windows that ended before count.",
        "leak": "{column} gives the outcome away by itself ({detail}): it was noted later. It is not used; if it was "
        "known before, use --keep.",
        "season": "Everybody's use goes up and down with the time of the year (η² {quarter} over a quarter, {year} "
        "over a year).",
        "shift": "{column}: the customers of today are not like those that it learnt from (stability index {index}, "
        "threshold {threshold}; Siddiqi 2006).",
        "deviates": "{column} {name}: predicted {predicted}, observed {observed} ({low} – {high}).",
        "lately": "From {first} to {last} it happened to {happened}; by what was learnt {expected} were expected. The "
        "score was brought to the level of those months: everybody's odds were multiplied by {factor}.",
        "lately_group": "{column} {name}: from {first} to {last} it happened to {happened} and {expected} were "
        "expected, further from the others than by chance; this is told and does not change the score.",
        "compared.brier": "Beside model {id} in use, on {rows} rows that neither had seen: Brier {own}, the other's "
        "{other} (difference {low} – {high}).",
        "compared.skill": "Beside model {id} in use, each on rows of its own: better than the base rate by {own}, the "
        "other by {other}.",
        "judged": "It learnt from the months up to {learnt} ({learnt_happened} customers to whom it happened) and is "
        "judged from {first} to {last} ({judged_happened}), at least {embargo} days later: nothing that it learnt was "
        "known later. No customer counts twice within {window} days.",
        "judged_again": "Each quarter it learnt again, {times} times in all, from what was on record by that day.",
        "known_since": "{column} has been known since {day}; it has no effect on the days before.",
        "lead": "In time",
        "lead_said": "Alerting {budget} of the customers each month, of {happened} to whom it happened {found} "
        "({share}; {low} – {high}) were alerted {least} days before or more; by chance, {budget}. Half of the "
        "unbroken alerts came with {median} days or more. Of the alerts {precision} come true within the time.",
        "alerts": "Alerts",
        "alerts_said": "{cause}: {right} of {closed:closed alert was|closed alerts were} right.",
        "alerts_saved": "Alerted and saved: {count}. They count as if nothing had been wrong, so what put them at "
        "risk looks less grave than it is.",
        "quarters": "By quarter",
        "groups": "By group",
        "group_columns": "Group|Said|Came true|Interval|AUC|Alerted|Rows",
        "left_out": "Columns that are not used",
        "empty_ones": "Without any data: {columns}.",
        "score": "The score as a whole",
        "segment": "Segment",
        "industry": "Industry",
        "country": "Country",
        "quarter": "Quarter",
    },
}


def say(key: str, language: Language, **values: object) -> str:
    """One text with its values."""
    return filled(TEXTS[language][key], language, values)


def score_name(kind: str, language: Language) -> str:
    """What a kind of score is called."""
    return TEXTS[language][f"kind.{kind}"]
