"""Words of the command that shows use and value, in both languages.

Invariant: both languages say the same things.
"""

from copilot.domain.language import Language

TEXTS: dict[Language, dict[str, str]] = {
    Language.ES: {
        "own": "Borradores propios desde el {day}.",
        "team": "Equipo {name} desde el {day}; personas: {people}.",
        "no_team": "Personas sin equipo desde el {day}; personas: {people}.",
        "all": "Todo el mundo desde el {day}; personas: {people}.",
        "nothing": "En este periodo no se ha presentado nada. Pruebe con más semanas: --weeks 26.",
        "columns": "Parte|Borradores|Tal cual|Editados|Rechazados|Retirados|Caducados|Pendientes|Aprobados|Mediana|"
        "Ahorro",
        "total": "Total",
        "week": "Semana del {day}",
        "brief": "Informe de cuenta",
        "meeting_prep": "Preparación de reunión",
        "follow_up": "Correo de seguimiento",
        "rfp_answer": "Respuesta de RFP",
        "rfp_package": "Cuestionario rellenado",
        "churn_alert": "Alerta de cuenta",
        "chat_answer": "Respuesta del chat",
        "after_meeting": "Resumen de reunión",
        "crm_update": "Actualización del CRM",
        "in_no_team": "En ningún equipo",
        "share": "{share} ({part} de {whole}; {low} a {high})",
        "counts": "{part} de {whole}",
        "few": "pocos ({cases})",
        "hours": "{value} h",
        "saved": "{likely} h ({low} a {high})",
        "distance": "Palabras cambiadas en los aprobados, de media: {value} ({low} a {high}; {cases} casos).",
        "method": "El ahorro supone minutos por tipo (revisados el {day}) y resta todas las revisiones: no es una "
        "medida.",
        "cost": "Coste de modelos por borrador aprobado: {amount}.",
        "no_model": "No se usó ningún modelo: sin coste.",
        "no_price": "No se sabe el coste: {number} borradores de un modelo sin precio.",
        "answers": "Seguimientos respondidos en {days} días: {share}; {early} aún no se pueden saber.",
        "kept": "Clientes conservados tras actuar en una alerta: {share}. Falsas alarmas: {false}.",
        "questions": "Preguntas de cuestionarios respondidas: {share}; {waiting} pendientes.",
        "active": "Personas activas por semana: {weeks}.",
        "cannot": "Estas cifras no dicen si un borrador era correcto, ni qué habría pasado sin el copiloto, ni lo "
        "buena que es una persona.",
    },
    Language.EN: {
        "own": "Your own drafts from {day} on.",
        "team": "Team {name} from {day} on; people: {people}.",
        "no_team": "People in no team from {day} on; people: {people}.",
        "all": "Everybody from {day} on; people: {people}.",
        "nothing": "Nothing was filed in this time. Try more weeks: --weeks 26.",
        "columns": "Part|Drafts|As written|Edited|Rejected|Taken back|Lapsed|Waiting|Approved|Median time|Saved",
        "total": "Total",
        "week": "Week from {day}",
        "brief": "Account brief",
        "meeting_prep": "Meeting preparation",
        "follow_up": "Follow-up email",
        "rfp_answer": "RFP answer",
        "rfp_package": "Questionnaire filled in",
        "churn_alert": "Account alert",
        "chat_answer": "Chat answer",
        "after_meeting": "Meeting summary",
        "crm_update": "CRM update",
        "in_no_team": "In no team",
        "share": "{share} ({part} of {whole}; {low} to {high})",
        "counts": "{part} of {whole}",
        "few": "few ({cases})",
        "hours": "{value} h",
        "saved": "{likely} h ({low} to {high})",
        "distance": "Words changed in approved ones, on average: {value} ({low} to {high}; {cases} cases).",
        "method": "Time saved assumes minutes by kind (reviewed on {day}) less all reviews; it is no measurement.",
        "cost": "Model cost per approved draft: {amount}.",
        "no_model": "No model was used: no cost.",
        "no_price": "The cost is not known: {number} drafts of a model without a price.",
        "answers": "Follow-ups answered within {days} days: {share}; {early} cannot be known yet.",
        "kept": "Customers kept after acting on an alert: {share}. False alarms: {false}.",
        "questions": "Questions of questionnaires answered: {share}; {waiting} waiting.",
        "active": "Active people by week: {weeks}.",
        "cannot": "These figures do not tell whether a draft was right, what would have happened without the copilot, "
        "or how good a person is.",
    },
}


def say(key: str, language: Language, **values: object) -> str:
    """A text in one language."""
    return TEXTS[language][key].format(**values)
