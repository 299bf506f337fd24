"""What the privacy service says to a person, in both languages.

Invariant: both languages have the same keys; no text repeats a name, address or number that was asked for.
"""

from collections.abc import Sequence

from copilot.domain.erasure import Step, Trouble
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
    "unknown": {
        Language.ES: ("No existe esa solicitud de borrado.", "Elija una de la lista."),
        Language.EN: ("There is no such erasure.", "Choose one from the list."),
    },
    "not_failed": {
        Language.ES: ("Ese borrado no ha fallado.", "Mire otra vez cómo va."),
        Language.EN: ("That erasure did not fail.", "Look again how far it is."),
    },
    "begun": {
        Language.ES: ("Ese borrado ya ha empezado o ha terminado.", "Ya no se puede retirar. Mire otra vez cómo va."),
        Language.EN: ("That erasure has begun, or is done.", "It cannot be withdrawn any more. See how far it is."),
    },
    "not_done": {
        Language.ES: ("Ese borrado aún no ha terminado.", "Espere a que termine y vuelva a intentarlo."),
        Language.EN: ("That erasure is not done yet.", "Wait until it is, then try again."),
    },
}

_TROUBLES: dict[Trouble, dict[Language, tuple[str, str]]] = {
    Trouble.LEFT: {
        Language.ES: (
            "Quedaban rastros en {tables}; no se ha borrado nada.",
            "Vuelva a intentarlo; si se repite, avise a quien mantiene esta instalación.",
        ),
        Language.EN: (
            "Traces were left in {tables}; nothing was erased.",
            "Try again; if it happens again, tell whoever maintains this installation.",
        ),
    },
    Trouble.CONFLICT: {
        Language.ES: (
            "Otra persona cambiaba los mismos datos en ese momento; no se ha borrado nada.",
            "Vuelva a intentarlo.",
        ),
        Language.EN: (
            "Somebody else was changing the same data at that moment; nothing was erased.",
            "Try again.",
        ),
    },
    Trouble.STAFF: {
        Language.ES: (
            "Esa dirección es ahora de alguien que trabaja aquí; no se ha borrado nada.",
            "Si es otra persona, cambie la dirección del usuario y vuelva a intentarlo.",
        ),
        Language.EN: (
            "That address is now of somebody who works here; nothing was erased.",
            "If it is somebody else, change the user's address and try again.",
        ),
    },
    Trouble.FILES: {
        Language.ES: (
            "La carpeta de los borradores aprobados no se puede leer o cambiar; la base de datos sigue como estaba.",
            "Quien mantiene el servidor debe revisar los permisos de esa carpeta; después vuelva a intentarlo.",
        ),
        Language.EN: (
            "The folder for approved drafts cannot be read or changed; the database is as it was.",
            "Whoever runs the server has to check that folder's rights; then try again.",
        ),
    },
    Trouble.DATABASE: {
        Language.ES: (
            "Se perdió la conexión con la base de datos; no se ha borrado nada.",
            "Vuelva a intentarlo; si se repite, quien mantiene el servidor ve la causa con `sales-copilot doctor`.",
        ),
        Language.EN: (
            "The database could not be reached; nothing was erased.",
            "Try again; if it happens again, whoever runs the server sees why with `sales-copilot doctor`.",
        ),
    },
    Trouble.DISK: {
        Language.ES: (
            "El disco de la base de datos está lleno; no se ha borrado nada.",
            "Libere espacio y vuelva a intentarlo.",
        ),
        Language.EN: (
            "The database's disk is full; nothing was erased.",
            "Free space, then try again.",
        ),
    },
    Trouble.CUT_OFF: {
        Language.ES: (
            "El proceso que lo hacía terminó varias veces a la mitad; no se ha borrado nada.",
            "Quizá le falte memoria: avise a quien mantiene el servidor y vuelva a intentarlo.",
        ),
        Language.EN: (
            "The process that did it ended in the middle several times; nothing was erased.",
            "It may lack memory: tell whoever runs the server, then try again.",
        ),
    },
    Trouble.UNEXPECTED: {
        Language.ES: (
            "Algo falló que no estaba previsto; no se ha borrado nada.",
            "Vuelva a intentarlo; si se repite, avise a quien mantiene el servidor: su registro dice de qué tipo fue.",
        ),
        Language.EN: (
            "Something failed that was not foreseen; nothing was erased.",
            "Try again; if it happens again, tell whoever runs the server: its log says of which kind it was.",
        ),
    },
}

_STEPS: dict[Step, dict[Language, str]] = {
    Step.TURN: {
        Language.ES: "Esperando a que termine una importación",
        Language.EN: "Waiting for an import to end",
    },
    Step.SEARCH: {Language.ES: "Buscando en todas las tablas", Language.EN: "Looking in every table"},
    Step.OVERWRITE: {Language.ES: "Borrando los rastros", Language.EN: "Overwriting the traces"},
    Step.CHECK: {
        Language.ES: "Comprobando en todas las tablas que no queda nada",
        Language.EN: "Checking in every table that nothing is left",
    },
    Step.FINISH: {
        Language.ES: "Retirando lo que se apoyaba en esos datos y anotándolo",
        Language.EN: "Withdrawing what rested on that data, and recording it",
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


def trouble_words(trouble: Trouble, *, language: Language, tables: Sequence[str] = ()) -> tuple[str, str]:
    """What went wrong, and what to do."""
    message, hint = _TROUBLES[trouble][language]
    return message.format(tables=", ".join(table_words(name, language=language) for name in tables)), hint


def step_words(step: Step, *, language: Language) -> str:
    """What is done now."""
    return _STEPS[step][language]


def problem(kind: type[CopilotError], name: str, language: str, **values: str) -> CopilotError:
    """An error in the language of whoever asked."""
    message, hint = _ERRORS[name][Language.ES if language == Language.ES else Language.EN]
    return kind(message.format(**values), hint=hint)
