"""What the import noticed about an account's data, in words."""

from copilot.domain.account_facts import DataIssue
from copilot.domain.data_issues import describe
from copilot.domain.language import Language


def issue_text(issue: DataIssue, *, language: Language) -> str:
    """One sentence; an unknown code is shown as it is, never left out."""
    told = describe(issue.code, issue.details, language=language).replace("?.", "?")
    told = told[:1].lower() + told[1:]
    return f"Al importar: {told}" if language is Language.ES else f"On import: {told}"
