"""What the privacy service says to a person, in both languages.

Invariant: both languages have the same keys; no text repeats a name, address or number that was asked for.
"""

from copilot.domain.language import Language
from copilot.errors import CopilotError

_ERRORS: dict[str, dict[Language, tuple[str, str]]] = {
    "admin": {
        Language.ES: ("Solo un administrador puede hacer esto.", "Pídaselo a un administrador."),
        Language.EN: ("Only an administrator may do this.", "Ask an administrator."),
    },
    "nobody": {
        Language.ES: (
            "No hay ningún contacto con ese identificador, dirección, número o nombre.",
            "Dé un correo electrónico, o el nombre completo con la cuenta si la persona solo aparece en textos.",
        ),
        Language.EN: (
            "No contact with that id, address, number or name was found.",
            "Give an email address, or the full name with the account if the person is only named in texts.",
        ),
    },
    "several": {
        Language.ES: ("Podría ser más de una persona: {ids}.", "Diga cuál con el identificador del contacto."),
        Language.EN: ("Several people could be meant: {ids}.", "Say which by the contact's id."),
    },
    "no_account": {
        Language.ES: ("No hay ninguna cuenta con ese nombre.", "Dé su nombre completo o su identificador."),
        Language.EN: ("There is no account with that name.", "Give its full name or its id."),
    },
    "staff": {
        Language.ES: (
            "Es alguien que trabaja aquí.",
            "A los usuarios se les da de baja con `sales-copilot users deactivate`; lo que hicieron queda registrado.",
        ),
        Language.EN: (
            "That is somebody who works here.",
            "Users are deactivated with `sales-copilot users deactivate`; what they did stays on record.",
        ),
    },
    "left": {
        Language.ES: (
            "Quedaban rastros en {tables}; no se ha borrado nada.",
            "Vuelva a intentarlo; si se repite, avise a quien mantiene esta instalación.",
        ),
        Language.EN: (
            "Traces were left in {tables}; nothing was erased.",
            "Try again; if it happens again, tell whoever maintains this installation.",
        ),
    },
}

TABLES: dict[str, dict[Language, str]] = {
    name: {Language.ES: spanish, Language.EN: english}
    for name, spanish, english in (
        ("accounts", "cuentas", "accounts"),
        ("activities", "actividades", "activities"),
        ("contacts", "contactos", "contacts"),
        ("data_issues", "avisos sobre los datos", "data issues"),
        ("deliverables", "archivos de borradores", "files of drafts"),
        ("documents", "documentos", "documents"),
        ("draft_versions", "versiones de borradores", "versions of drafts"),
        ("import_runs", "informes de importación", "import reports"),
        ("invoices", "facturas", "invoices"),
        ("opportunities", "oportunidades", "opportunities"),
        ("passages", "pasajes", "passages"),
        ("pseudonym_entries", "seudónimos", "pseudonyms"),
        ("review_items", "cola de aprobación", "approval queue"),
        ("source_files", "archivos importados", "imported files"),
        ("surveys", "encuestas", "surveys"),
        ("tickets", "incidencias", "tickets"),
    )
}
"""Words for the tables; another table is called by its own name."""


def table_words(table: str, *, language: Language) -> str:
    """What a table is called."""
    return TABLES.get(table, {}).get(language, table)


def problem(kind: type[CopilotError], name: str, language: str, **values: str) -> CopilotError:
    """An error in the language of whoever asked."""
    message, hint = _ERRORS[name][Language.ES if language == Language.ES else Language.EN]
    return kind(message.format(**values), hint=hint)
