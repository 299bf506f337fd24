"""Words of the commands that explain scores, in both languages.

Invariant: both languages say the same things.
"""

from copilot.cli.counts import filled
from copilot.domain.language import Language

TEXTS: dict[Language, dict[str, str]] = {
    Language.ES: {
        "heading": "{name}, a {day}",
        "bad": "En contra:",
        "good": "A favor:",
        "changes": "Qué lo cambiaría:",
        "alike": "Cuentas parecidas y cómo acabaron:",
        "scorecard": "Cuadro de salud en uso: {path}",
        "how": "Copie ese archivo, cámbielo, compruébelo con --check y ponga COPILOT_HEALTH=ARCHIVO.",
        "checked": "{customers:cliente|clientes}; {moved:cambiaría|cambiarían} de banda. No se ha cambiado nada.",
        "few_signals": "sin datos suficientes",
        "recomputed": "{accounts:cuenta calculada|cuentas calculadas}; "
        "{written:puntuación nueva o distinta|puntuaciones nuevas o distintas}.",
    },
    Language.EN: {
        "heading": "{name}, on {day}",
        "bad": "Against it:",
        "good": "In its favour:",
        "changes": "What would change it:",
        "alike": "Accounts like it and how they ended:",
        "scorecard": "Scorecard of health in use: {path}",
        "how": "Copy that file, change it, check it with --check and set COPILOT_HEALTH=FILE.",
        "checked": "{customers:customer|customers}; {moved} would change band. Nothing was changed.",
        "few_signals": "too little known",
        "recomputed": "{accounts:account|accounts} computed; {written:score|scores} new or different.",
    },
}


def say(key: str, language: Language, **values: object) -> str:
    """One text with its values."""
    return filled(TEXTS[language][key], language, values)
