"""What a conversation says of itself, in both languages: progress, ends, and what it refuses to do.

Invariant: both languages have the same keys; every error says what to do next; nothing quotes a message or a draft.
"""

from copilot.domain.conversation import LONGEST_MESSAGE, TurnStage
from copilot.domain.language import Language
from copilot.domain.plans import StepKind
from copilot.domain.review_items import ReviewState
from copilot.errors import CopilotError

_ES, _EN = Language.ES, Language.EN

_STAGES: dict[TurnStage, dict[Language, str]] = {
    TurnStage.PLAN: {_ES: "Entendiendo la pregunta", _EN: "Understanding the question"},
    TurnStage.GATHER: {_ES: "Buscando", _EN: "Looking things up"},
    TurnStage.WRITE: {_ES: "Redactando la respuesta", _EN: "Writing the answer"},
    TurnStage.VERIFY: {_ES: "Comprobando cada frase", _EN: "Checking every sentence"},
    TurnStage.SUBMIT: {_ES: "Registrando la respuesta", _EN: "Filing the answer"},
}
_STEPS: dict[StepKind, dict[Language, str]] = {
    StepKind.FIND_ACCOUNTS: {_ES: "Buscando cuentas", _EN: "Finding accounts"},
    StepKind.FIGURES: {_ES: "Consultando cifras", _EN: "Looking up figures"},
    StepKind.PIPELINE: {_ES: "Consultando el pipeline", _EN: "Looking up the pipeline"},
    StepKind.RENEWALS: {_ES: "Consultando renovaciones", _EN: "Looking up renewals"},
    StepKind.BRIEF: {_ES: "Leyendo la cuenta", _EN: "Reading the account"},
    StepKind.TIMELINE: {_ES: "Leyendo lo ocurrido", _EN: "Reading what happened"},
    StepKind.RISKS: {_ES: "Buscando señales de riesgo", _EN: "Looking for signs of risk"},
    StepKind.SEARCH: {_ES: "Buscando en los documentos", _EN: "Searching the documents"},
    StepKind.COMPARE: {_ES: "Comparando cuentas", _EN: "Comparing accounts"},
    StepKind.EXPLAIN_SCORE: {_ES: "Leyendo de qué depende la valoración", _EN: "Reading what the score rests on"},
    StepKind.FOLLOW_UP: {_ES: "Redactando el correo de seguimiento", _EN: "Drafting the follow-up"},
    StepKind.MEETING_PREP: {_ES: "Preparando la reunión", _EN: "Preparing the meeting"},
    StepKind.AFTER_MEETING: {_ES: "Resumiendo la reunión", _EN: "Writing up the meeting"},
    StepKind.RFP_ANSWER: {
        _ES: "Buscando la respuesta en los documentos",
        _EN: "Looking for the answer in the documents",
    },
}
_SAYS: dict[str, dict[Language, str]] = {
    "instruction": {
        _ES: "Eso intenta cambiar cómo trabajo, así que no lo hago. Pregúnteme por cuentas, cifras, documentos o "
        "próximos pasos.",
        _EN: "That tries to change how I work, so I will not do it. Ask me about accounts, figures, documents or next "
        "steps.",
    },
    "secret": {
        _ES: "El mensaje lleva una contraseña o una clave. No la he guardado; cámbiela si ya la ha compartido y "
        "pregunte de nuevo sin ella.",
        _EN: "The message has a password or a key in it. I have not kept it; change it if you have shared it elsewhere "
        "and ask again without it.",
    },
    "unchecked": {
        _ES: "No he podido comprobar el mensaje, así que no sigo. Inténtelo de nuevo dentro de un momento.",
        _EN: "I could not check the message, so I stop here. Try again in a moment.",
    },
    "unknown_account": {
        _ES: "No conozco esa cuenta entre las que usted puede ver. Escriba su nombre completo.",
        _EN: "I know no such account among those you may see. Write its full name.",
    },
    "too_wide": {
        _ES: "Son demasiados países, productos o condiciones para una sola pregunta. Pregunte por menos a la vez.",
        _EN: "Those are too many countries, products or conditions for one question. Ask about fewer at a time.",
    },
    "held": {
        _ES: "Antes de enseñar esta respuesta la tiene que revisar otra persona. Aparecerá aquí cuando se apruebe.",
        _EN: "Somebody else has to review this answer before it is shown. It appears here once it is approved.",
    },
    "held_without_finding": {
        _ES: "La política pide que alguien la revise antes.",
        _EN: "Policy asks for a review first.",
    },
    "out_of_sight": {
        _ES: "Ya no puede ver algo de lo que cita esta respuesta, así que no se muestra.",
        _EN: "You may no longer see something that this answer cites, so it is not shown.",
    },
    "emptied": {
        _ES: "El texto de esta respuesta se borró al terminar su plazo de conservación.",
        _EN: "The text of this answer was deleted when its retention period ended.",
    },
    "unreviewed": {
        _ES: "Nadie ha revisado todavía esta respuesta.",
        _EN: "Nobody has reviewed this answer yet.",
    },
    "correction_waits": {
        _ES: "Hay una versión corregida que espera revisión; esta es la anterior.",
        _EN: "A corrected version waits for review; this is the one before it.",
    },
    "failed": {
        _ES: "No he podido terminar. Puede continuar desde donde se quedó.",
        _EN: "I could not finish. You can continue from where it stopped.",
    },
    "failed.interrupted": {
        _ES: "La respuesta se interrumpió. Pregunte de nuevo.",
        _EN: "The answer was interrupted. Ask again.",
    },
    "failed.database_unavailable": {
        _ES: "La base de datos no responde ahora. Inténtelo de nuevo dentro de un momento.",
        _EN: "The database does not answer now. Try again in a moment.",
    },
    "failed.model_unavailable": {
        _ES: "El modelo no responde ahora. Inténtelo de nuevo dentro de un momento.",
        _EN: "The model does not answer now. Try again in a moment.",
    },
    "failed.storage_full": {
        _ES: "No queda sitio en el disco. Avise a quien administra la instalación.",
        _EN: "The disk is full. Tell your administrator.",
    },
}
_STATES: dict[ReviewState, dict[Language, str]] = {
    ReviewState.REJECTED: {
        _ES: "Quien la revisó la rechazó: no se apoye en ella.",
        _EN: "A reviewer rejected it: do not rely on it.",
    },
    ReviewState.CHANGES_REQUESTED: {
        _ES: "Se ha devuelto con una objeción; mírela en la cola antes de apoyarse en ella.",
        _EN: "It was sent back with an objection; read that in the queue before you rely on it.",
    },
    ReviewState.STALE: {
        _ES: "Lo que cita ha cambiado desde entonces. Pregunte de nuevo.",
        _EN: "What it cites has changed since. Ask again.",
    },
    ReviewState.EXPIRED: {
        _ES: "Nadie la revisó a tiempo. Pregunte de nuevo si la necesita.",
        _EN: "Nobody reviewed it in time. Ask again if you need it.",
    },
    ReviewState.WITHDRAWN: {_ES: "Se retiró de la cola.", _EN: "It was taken out of the queue."},
    ReviewState.RECALLED: {_ES: "Se retiró después de aprobarla.", _EN: "It was taken back after its approval."},
}
_ERRORS: dict[str, dict[Language, tuple[str, str]]] = {
    "no_thread": {
        _ES: ("Esa conversación no existe o no es suya.", "Abra una de su lista o empiece otra."),
        _EN: ("There is no such conversation, or it is not yours.", "Open one from your list, or start another."),
    },
    "busy": {
        _ES: ("En esta conversación todavía se está respondiendo a otra pregunta.", "Espere a que termine."),
        _EN: ("Another question of this conversation is still being answered.", "Wait until it is done."),
    },
    "empty": {
        _ES: ("El mensaje está vacío.", "Escriba una pregunta."),
        _EN: ("The message is empty.", "Write a question."),
    },
    "too_long": {
        _ES: ("El mensaje es demasiado largo.", f"Escriba como mucho {LONGEST_MESSAGE} caracteres."),
        _EN: ("The message is too long.", f"Write at most {LONGEST_MESSAGE} characters."),
    },
    "unusable": {
        _ES: ("El texto contiene caracteres que no se pueden guardar.", "Escríbalo de nuevo."),
        _EN: ("The text has characters that cannot be stored.", "Type it again."),
    },
    "bad_title": {
        _ES: ("Ese nombre no sirve para una conversación.", "Escriba entre 1 y 120 caracteres."),
        _EN: ("A conversation cannot have this name.", "Write 1 to 120 characters."),
    },
    "not_last": {
        _ES: ("Después de esa pregunta ya hay otras.", "Hágala de nuevo al final de la conversación."),
        _EN: ("Other questions came after that one.", "Ask it again at the end of the conversation."),
    },
    "taken_over": {
        _ES: ("Otro proceso ya sigue con esta respuesta.", "Ábrala de nuevo dentro de un momento."),
        _EN: ("Another process goes on with this answer.", "Open it again in a moment."),
    },
    "not_shown": {
        _ES: ("Aquí no hay ninguna respuesta que usted pueda ver.", "Mire en la cola si espera revisión."),
        _EN: ("There is no answer here that you may see.", "See in the queue whether it waits for review."),
    },
    "changed": {
        _ES: (
            "La respuesta ha cambiado desde que usted la leyó.",
            "Léala de nuevo y decida sobre lo que vea entonces.",
        ),
        _EN: ("The answer changed since you read it.", "Read it again, and decide on what you see then."),
    },
    "no_answer": {
        _ES: ("Esta pregunta no tiene respuesta que señalar.", "Señale una respuesta."),
        _EN: ("This question has no answer to report.", "Report an answer."),
    },
    "no_reason": {
        _ES: ("Falta decir qué está mal.", "Escriba una frase que lo explique."),
        _EN: ("It does not say what is wrong.", "Write a sentence that says so."),
    },
}


def stage(which: TurnStage, *, language: Language) -> str:
    """What is done in a stage."""
    return _STAGES[which][language]


def step(kind: StepKind, *, language: Language) -> str:
    """What is done in a step."""
    return _STEPS[kind][language]


def say(name: str, *, language: Language) -> str:
    """A sentence to the reader, by its name."""
    return _SAYS[name][language]


def failed(code: str | None, *, language: Language) -> str:
    """What became of a turn that failed."""
    return _SAYS.get(f"failed.{code}", _SAYS["failed"])[language]


def state(which: ReviewState, *, language: Language) -> str | None:
    """What a reader of an answer should know of where it stands; None: nothing."""
    found = _STATES.get(which)
    return None if found is None else found[language]


def problem(kind: type[CopilotError], name: str, language: str) -> CopilotError:
    """A typed error in the reader's language."""
    known = _ERRORS[name]
    words, hint = known[Language(language)] if language in set(Language) else known[_EN]
    return kind(words, hint=hint)
