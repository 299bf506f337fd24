"""Words of `sales-copilot guard`, in both languages.

Invariant: both languages have the same keys (a test compares them).
"""

from copilot.domain.language import Language

TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "risk": "Riesgo {risk}; hallazgos: {count}",
        "ran": "Controles aplicados: {names}",
        "needs_draft": "No aplicados, porque comparan un borrador con sus fuentes: {names}",
        "no_file": "No existe el archivo {name}.",
        "no_file_hint": "Dé la ruta de un texto o documento, o - para leer la entrada estándar.",
        "no_text": "El archivo {name} no es un documento conocido ni texto UTF-8.",
        "no_text_hint": "Guárdelo como texto UTF-8, PDF, DOCX, XLSX, PPTX, HTML, correo o subtítulos.",
        "too_large": "El archivo {name} supera {limit} MB (COPILOT_MAX_FILE_MB).",
        "replay_role": "Solo responsables y administradores pueden probar una política con borradores anteriores.",
        "replay_nothing": "No hay ninguna política que probar.",
        "replay_nothing_hint": "Indique --guardrail-policy ARCHIVO, --approval-policy ARCHIVO o ambas.",
        "replayed": "{count} borradores revisados; cambiarían {changed}. No se ha modificado nada.",
        "replay_columns": "Borrador|Riesgo|Quién aprueba|Hallazgos",
        "replay_more": "y {count} más; use --json para verlos todos.",
        "nobody": "nadie (retenido)",
        "info": "informativo",
        "low": "bajo",
        "medium": "medio",
        "high": "alto",
        "critical": "crítico",
    },
    "en": {
        "risk": "Risk {risk}; findings: {count}",
        "ran": "Checks that ran: {names}",
        "needs_draft": "Not run, because they compare a draft with its sources: {names}",
        "no_file": "There is no file {name}.",
        "no_file_hint": "Give the path of a text or document, or - to read standard input.",
        "no_text": "The file {name} is neither a known document nor UTF-8 text.",
        "no_text_hint": "Save it as UTF-8 text, PDF, DOCX, XLSX, PPTX, HTML, mail or subtitles.",
        "too_large": "The file {name} is larger than {limit} MB (COPILOT_MAX_FILE_MB).",
        "replay_role": "Only managers and administrators may try a policy on past drafts.",
        "replay_nothing": "There is no policy to try.",
        "replay_nothing_hint": "Say --guardrail-policy FILE, --approval-policy FILE, or both.",
        "replayed": "{count} drafts judged again; {changed} would change. Nothing was modified.",
        "replay_columns": "Draft|Risk|Who approves|Findings",
        "replay_more": "and {count} more; use --json to see them all.",
        "nobody": "nobody (held)",
        "info": "for information",
        "low": "low",
        "medium": "medium",
        "high": "high",
        "critical": "critical",
    },
}


def say(text: str, language: Language, **values: object) -> str:
    """A text in one language."""
    return TEXTS[language.value][text].format(**values)
