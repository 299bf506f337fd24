"""Words of `scores leads`, in both languages.

Invariant: both languages say the same things.
"""

from copilot.cli.counts import filled
from copilot.domain.language import Language

TEXTS: dict[Language, dict[str, str]] = {
    Language.ES: {
        "no_leads": "No hay ninguna cuenta que pueda ver que sea posible cliente.",
        "by_rules": "Por reglas. {why}",
        "by_model": "Por el modelo {id}, aprendido de qué cuentas se hicieron clientes.",
        "lead": "Cuenta",
        "score": "Puntuación",
        "reads": "Lectura",
        "why": "Por qué",
        "who": "Quién podría llevarla",
        "fit": "encaje {points}",
        "intent": "interés {points}",
        "few": "se sabe muy poco",
        "nobody_assigned": "Nadie queda asignado: es una propuesta.",
        "because": "{name} ({why})",
        "why.speaks_language": "habla su idioma",
        "why.other_language": "nadie habla su idioma",
        "why.language_unknown": "su idioma no consta",
        "why.least_load": "el menos cargado de {count}: {accounts:cuenta|cuentas}, {deals:oportunidad|oportunidades}",
        "why.only_one": "no hay nadie más",
        "why.owned": "ya la lleva",
        "why.no_route": "ninguna regla la cubre",
        "why.nobody_on_route": "nadie cumple la regla «{route}»",
        "why.all_full": "quienes cumplen la regla «{route}» ya llevan demasiadas",
        "more": "Y {count} más: use --limit.",
    },
    Language.EN: {
        "no_leads": "There is no prospect that you can see.",
        "by_rules": "By rules. {why}",
        "by_model": "By model {id}, learnt from which accounts became customers.",
        "lead": "Account",
        "score": "Score",
        "reads": "Reads",
        "why": "Why",
        "who": "Who could look after it",
        "fit": "fit {points}",
        "intent": "intent {points}",
        "few": "too little is known",
        "nobody_assigned": "Nobody is assigned: this is a proposal.",
        "because": "{name} ({why})",
        "why.speaks_language": "speaks its language",
        "why.other_language": "nobody speaks its language",
        "why.language_unknown": "its language is not known",
        "why.least_load": "least to do of {count}: {accounts:account|accounts}, {deals:deal|deals}",
        "why.only_one": "there is nobody else",
        "why.owned": "looks after it already",
        "why.no_route": "no rule covers it",
        "why.nobody_on_route": "nobody fits the rule “{route}”",
        "why.all_full": "those who fit the rule “{route}” have too many already",
        "more": "And {count} more: use --limit.",
    },
}


def say(key: str, language: Language, **values: object) -> str:
    """One text with its values."""
    return filled(TEXTS[language][key], language, values)
