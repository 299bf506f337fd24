"""Words of the commands about alerts, in both languages.

Invariant: both languages say the same things.
"""

from copilot.domain.access import Viewer
from copilot.domain.alerts import AlertKind, AlertState, Outcome
from copilot.domain.scores import ScoreKind

TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "none": "Ninguna alerta.",
        "columns": "Id|Cuenta|Alerta|Puntuación|Plan|Responsable|Día|Estado",
        "nobody": "nadie",
        "waiting": "{number} cambios más de hoy esperan: nadie recibe más de {most} alertas nuevas al día.",
        "changed": "{score}: {before} ({then}) → {now} ({day})",
        "today": "Hoy: {now}",
        "why": "Por qué:",
        "pushes": "empuja",
        "holds": "frena",
        "to_do": "Qué hacer: {name}. {goal}",
        "step": "[{mark}] {key}: {text} (hasta el {by})",
        "history": "Historia:",
        "machine": "cálculo diario",
        "reason": "Anotado: {reason}",
        "done": "Hecho. Estado: {state}. «sales-copilot alerts reopen» lo deshace.",
        "reopened": "Abierta de nuevo.",
        "ticked": "Anotado.",
        "drafted": "En la cola: {item}. No se ha enviado nada.",
        "quality_columns": "Causa|Alerta|Acierto|Intervalo del 95 %|Con resultado|Descartadas|Abiertas",
        "not_measured": "sin medir",
        "checked": "{number} planes, ninguno con faltas: {path}",
        "how": "Copie ese archivo, cámbielo, compruébelo con --check y ponga COPILOT_PLAYBOOKS=ARCHIVO.",
        AlertKind.CHURN_RISK: "riesgo de baja",
        AlertKind.EXPANSION: "posible ampliación",
        AlertState.OPEN: "abierta",
        AlertState.SNOOZED: "aplazada",
        AlertState.DISMISSED: "descartada",
        AlertState.CLOSED: "cerrada",
        Outcome.SAVED: "salvada",
        Outcome.LOST: "perdida",
        Outcome.FALSE_ALARM: "falsa alarma",
        Outcome.WON: "ganada",
        f"score.{ScoreKind.CHURN_90}": "Probabilidad de baja en 90 días",
        f"score.{ScoreKind.HEALTH}": "Salud",
        f"score.{ScoreKind.EXPANSION}": "Probabilidad de ampliar en 180 días",
    },
    "en": {
        "none": "No alert.",
        "columns": "Id|Account|Alert|Score|Playbook|Owner|Day|State",
        "nobody": "nobody",
        "waiting": "{number} more changes of today wait: nobody gets more than {most} new alerts a day.",
        "changed": "{score}: {before} ({then}) → {now} ({day})",
        "today": "Today: {now}",
        "why": "Why:",
        "pushes": "pushes",
        "holds": "holds back",
        "to_do": "What to do: {name}. {goal}",
        "step": "[{mark}] {key}: {text} (by {by})",
        "history": "History:",
        "machine": "daily run",
        "reason": "Noted: {reason}",
        "done": "Done. State: {state}. “sales-copilot alerts reopen” takes it back.",
        "reopened": "Open again.",
        "ticked": "Noted.",
        "drafted": "In the queue: {item}. Nothing was sent.",
        "quality_columns": "Cause|Alert|Right|95 % interval|With an outcome|Dismissed|Open",
        "not_measured": "not measured",
        "checked": "{number} playbooks, none with a fault: {path}",
        "how": "Copy that file, change it, check it with --check and set COPILOT_PLAYBOOKS=FILE.",
        AlertKind.CHURN_RISK: "risk of leaving",
        AlertKind.EXPANSION: "chance of expansion",
        AlertState.OPEN: "open",
        AlertState.SNOOZED: "snoozed",
        AlertState.DISMISSED: "dismissed",
        AlertState.CLOSED: "closed",
        Outcome.SAVED: "saved",
        Outcome.LOST: "lost",
        Outcome.FALSE_ALARM: "false alarm",
        Outcome.WON: "won",
        f"score.{ScoreKind.CHURN_90}": "Probability of leaving within 90 days",
        f"score.{ScoreKind.HEALTH}": "Health",
        f"score.{ScoreKind.EXPANSION}": "Probability of buying more within 180 days",
    },
}


def say(key: str, viewer: Viewer, /, **values: object) -> str:
    """A text in the viewer's language."""
    return TEXTS.get(viewer.language, TEXTS["en"])[key].format(**values)
