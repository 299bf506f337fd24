"""What the chat says at the command line, in both languages.

Invariant: both languages have the same keys (a test compares them); commands are known in either.
"""

from copilot.domain.access import Viewer

TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "welcome": "Pregunte por sus cuentas, cifras o documentos. /ayuda muestra lo que puede hacer; /salir termina.",
        "thread": "Conversación: {title}",
        "new_thread": "Nueva conversación",
        "prompt": "› ",
        "sources": "Fuentes",
        "more_sources": "… y {count} más: /fuentes",
        "no_sources": "La última respuesta no tiene fuentes.",
        "unreviewed": "Sin revisar por nadie. /aceptar, /corregir o /senalar",
        "unreviewed_alone": (
            "Sin revisar por nadie. Para aceptarla, corregirla o señalarla: sales-copilot chat --thread {id} y, allí, "
            "/ver y después /aceptar, /corregir o /senalar"
        ),
        "more_sources_alone": "… y {count} más: sales-copilot chat --thread {id} y, allí, /fuentes",
        "choose_alone": 'Responda con sales-copilot chat --thread {id} "su respuesta".',
        "next_alone": "Para seguir, puede preguntar:",
        "reviewed": "Aprobada.",
        "held": "Retenida hasta que otra persona la revise.",
        "in_queue": "En la cola como {id}",
        "asked": "Una pregunta antes:",
        "choose": "Escriba el número de una, o responda con sus palabras.",
        "refused": "Sin responder.",
        "failed": "Sin terminar.",
        "next": "Para seguir (escriba el número):",
        "filed": "Borrador en la cola",
        "steps": "Se ha entendido:",
        "stopped": "Ha dejado de esperar. La respuesta sigue en marcha: /ver la muestra cuando esté.",
        "interrupted": "Interrumpido. La pregunta queda guardada; sales-copilot chat la continúa la próxima vez.",
        "running": "Todavía se está respondiendo a esta pregunta.",
        "going_on": "Se continúa con la pregunta que quedó a medias: {message}",
        "accepted": "Aceptada: queda aprobada en la cola con su nombre.",
        "corrected": "Corregida: se comprueba desde el principio, como una versión nueva.",
        "reported": "Señalada. Quien cuida de las respuestas leerá el motivo.",
        "nothing_yet": "En esta conversación todavía no hay respuesta.",
        "not_read": "La última respuesta todavía no se ha mostrado aquí; léala antes con /ver.",
        "which_sentence": "Frase (número): ",
        "new_text": "Texto nuevo (vacío: se quita): ",
        "reason": "¿Qué está mal? ",
        "no_number": "No hay ninguna frase con ese número.",
        "no_threads": "Todavía no hay conversaciones.",
        "several": "Varias conversaciones empiezan así; escriba más letras de su id.",
        "no_such_thread": "No hay ninguna conversación con ese número.",
        "unknown": "No conozco {command}. /ayuda muestra lo que puede hacer.",
        "bye": "La conversación queda guardada: sales-copilot chat --thread {id}",
        "help": (
            "/fuentes          fuentes de la última respuesta\n"
            "/aceptar          la respuesta es correcta\n"
            "/corregir [N]     cambiar una frase de la respuesta\n"
            "/senalar [motivo] la respuesta está mal\n"
            "/ver              la última respuesta, como está ahora\n"
            "/continuar        seguir con una respuesta que no terminó\n"
            "/conversaciones   las anteriores; /abrir N pasa a una\n"
            "/nueva            empezar otra conversación\n"
            "/salir            terminar (también Ctrl-D)\n"
            "Ctrl-C deja de esperar; la respuesta no se pierde."
        ),
    },
    "en": {
        "welcome": "Ask about your accounts, figures or documents. /help shows what you can do; /quit ends.",
        "thread": "Conversation: {title}",
        "new_thread": "New conversation",
        "prompt": "› ",
        "sources": "Sources",
        "more_sources": "… and {count} more: /sources",
        "no_sources": "The last answer has no sources.",
        "unreviewed": "Not reviewed by anybody. /accept, /correct or /report",
        "unreviewed_alone": (
            "Not reviewed by anybody. To accept, correct or report it: sales-copilot chat --thread {id} and, there, "
            "/show and then /accept, /correct or /report"
        ),
        "more_sources_alone": "… and {count} more: sales-copilot chat --thread {id} and, there, /sources",
        "choose_alone": 'Answer with sales-copilot chat --thread {id} "your answer".',
        "next_alone": "You could ask next:",
        "reviewed": "Approved.",
        "held": "Held until somebody else has reviewed it.",
        "in_queue": "In the queue as {id}",
        "asked": "One question back:",
        "choose": "Type the number of one, or answer in your own words.",
        "refused": "Not answered.",
        "failed": "Not finished.",
        "next": "Ask next (type the number):",
        "filed": "Draft in the queue",
        "steps": "Understood as:",
        "stopped": "You stopped waiting. The answer is still being worked on: /show shows it once it is there.",
        "interrupted": "Interrupted. The question is kept; sales-copilot chat goes on with it next time.",
        "running": "This question is still being answered.",
        "going_on": "Going on with the question that was left unfinished: {message}",
        "accepted": "Accepted: it is approved in the queue under your name.",
        "corrected": "Corrected: it is checked from the beginning, as a new version.",
        "reported": "Reported. Whoever looks after answers reads why.",
        "nothing_yet": "There is no answer in this conversation yet.",
        "not_read": "The last answer was not shown here yet; read it first with /show.",
        "which_sentence": "Sentence (number): ",
        "new_text": "New text (empty: it is taken out): ",
        "reason": "What is wrong with it? ",
        "no_number": "There is no sentence of that number.",
        "no_threads": "There are no conversations yet.",
        "several": "Several conversations begin so; give more letters of the id.",
        "no_such_thread": "There is no conversation of that number.",
        "unknown": "I do not know {command}. /help shows what you can do.",
        "bye": "The conversation is kept: sales-copilot chat --thread {id}",
        "help": (
            "/sources          sources of the last answer\n"
            "/accept           the answer is right\n"
            "/correct [N]      change a sentence of the answer\n"
            "/report [reason]  the answer is wrong\n"
            "/show             the last answer as it is now\n"
            "/continue         go on with an answer that was not finished\n"
            "/threads          the earlier ones; /open N goes to one\n"
            "/new              begin another conversation\n"
            "/quit             end (Ctrl-D does too)\n"
            "Ctrl-C stops waiting; the answer is not lost."
        ),
    },
}
ALIASES = {
    "fuentes": "sources",
    "aceptar": "accept",
    "corregir": "correct",
    "senalar": "report",
    "señalar": "report",
    "ver": "show",
    "continuar": "continue",
    "conversaciones": "threads",
    "abrir": "open",
    "nueva": "new",
    "ayuda": "help",
    "salir": "quit",
    "exit": "quit",
}


def say(name: str, viewer: Viewer, **values: object) -> str:
    """A text in the person's language."""
    return TEXTS.get(viewer.language, TEXTS["en"])[name].format(**values)
