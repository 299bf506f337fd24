"""What the import noticed about an account's data, in words."""

from copilot.domain.account_facts import DataIssue
from copilot.domain.language import Language

_FAMILIES = {
    "reference": ("se refiere a algo que no existe en los datos", "refers to something that the data do not have"),
    "duplicate": ("parece estar duplicado", "seems to be a duplicate"),
    "value": ("tiene un valor que no se pudo leer", "has a value that could not be read"),
    "spelling": ("está mal escrito", "is misspelt"),
}


def issue_text(issue: DataIssue, *, language: Language) -> str:
    """One sentence; an unknown code is shown as it is, never left out."""
    family = issue.code.split(".")[0]
    known = _FAMILIES.get(family)
    shown = issue.details.get("value") or issue.details.get("name") or issue.record_type or ""
    if known is None:
        text = ("Aviso de la importación", "Import notice")
        label = text[0] if language is Language.ES else text[1]
        return f"{label}: {issue.code}{f' ({shown})' if shown else ''}."
    if language is Language.ES:
        return f"Al importar se vio que «{shown}» {known[0]} ({issue.code})."
    return f"On import, “{shown}” {known[1]} ({issue.code})."
