"""What the queue tells a person, in both languages.

Invariant: every refusal says what to do next, in the reader's language.
"""

from copilot.domain.approvals import RefusalCode
from copilot.domain.language import Language

REFUSALS: dict[RefusalCode, dict[str, tuple[str, str]]] = {
    "conflict": {
        "es": (
            "Este elemento ya no está pendiente: alguien lo ha decidido o hay una versión nueva.",
            "Ábralo de nuevo.",
        ),
        "en": ("This item is no longer pending: somebody decided it or there is a newer version.", "Open it again."),
    },
    "digest_mismatch": {
        "es": ("El contenido no es el que usted revisó.", "Ábralo de nuevo y decida sobre lo que ve ahora."),
        "en": ("The content is not what you reviewed.", "Open it again and decide on what you see now."),
    },
    "not_allowed": {
        "es": ("Su función no puede decidir sobre este elemento.", "Pídaselo a una de las funciones que se indican."),
        "en": ("Your role may not decide this item.", "Ask one of the roles it names."),
    },
    "not_your_turn": {
        "es": ("Antes tienen que aprobarlo otras personas.", "Espere a que se complete el paso anterior."),
        "en": ("Others have to approve it first.", "Wait until the step before is complete."),
    },
    "already_voted": {
        "es": ("Usted ya lo ha aprobado, o alguien en su nombre.", "Falta la aprobación de otra persona."),
        "en": ("You approved it before, or somebody did for you.", "It needs somebody else's approval."),
    },
    "delegation_over": {
        "es": ("La delegación no está vigente.", "Pida una nueva, o decida en nombre propio."),
        "en": ("The delegation is not in force.", "Ask for a new one, or decide in your own name."),
    },
    "own_draft": {
        "es": (
            "Usted lo pidió o escribió parte del texto, así que debe aprobarlo otra persona.",
            "Avise a su responsable.",
        ),
        "en": ("You asked for it or wrote some of it, so somebody else has to approve it.", "Tell your manager."),
    },
    "held": {
        "es": (
            "Ninguna regla de la política cubre este borrador, así que nadie puede aprobarlo.",
            "Revise la política.",
        ),
        "en": ("No policy rule covers this draft, so nobody can approve it.", "Review the policy."),
    },
    "expired": {
        "es": ("El plazo para decidir ha terminado.", "Vuelva a crear el borrador."),
        "en": ("The time to decide is over.", "Create the draft again."),
    },
    "comment_required": {
        "es": ("Para rechazar o pedir cambios hay que decir por qué.", "Añada un comentario."),
        "en": ("A rejection or a request for changes needs a reason.", "Add a comment."),
    },
    "unsupported_segments": {
        "es": (
            "Hay frases sin apoyo en sus fuentes que no se han aceptado una a una.",
            "Márquelas una a una como aceptadas, o edítelas.",
        ),
        "en": (
            "Some sentences are not carried by their sources and were not accepted by name.",
            "Accept or edit each.",
        ),
    },
    "blocked": {
        "es": ("Un control bloquea esta versión y no se puede aprobar.", "Edítela o vuelva a crear el borrador."),
        "en": ("A check blocks this version, so it cannot be approved.", "Edit it or create the draft again."),
    },
}

_MESSAGES: dict[str, dict[str, tuple[str, str]]] = {
    "not_found": {
        "es": ("No hay ningún elemento así entre los que usted puede ver.", "Busque en la lista de la cola."),
        "en": ("There is no such item among those you may see.", "Look for it in the list of the queue."),
    },
    "account_not_found": {
        "es": ("No hay ninguna cuenta así entre las que usted puede ver.", "Búsquela por su nombre."),
        "en": ("There is no such account among those you may see.", "Search for it by name."),
    },
    "not_yourself": {
        "es": ("Nadie puede decidir en nombre de otra persona.", "Entre con su propio usuario."),
        "en": ("Nobody can decide for somebody else.", "Sign in as yourself."),
    },
    "unknown_segment": {
        "es": ("La edición nombra frases que esta versión no tiene: {names}.", "Ábralo de nuevo."),
        "en": ("The edit names sentences that this version does not have: {names}.", "Open it again."),
    },
    "nothing_changed": {
        "es": ("La edición no cambia nada.", "Apruebe o rechace el elemento tal como está."),
        "en": ("The edit changes nothing.", "Approve or reject the item as it is."),
    },
    "nothing_left": {
        "es": ("La edición deja el borrador vacío.", "Si no sirve, rechácelo."),
        "en": ("The edit leaves the draft empty.", "If it is of no use, reject it."),
    },
    "unusable_text": {
        "es": ("El texto contiene caracteres que no se pueden guardar.", "Quite los caracteres nulos o rotos."),
        "en": ("The text contains characters that cannot be stored.", "Take out null or broken characters."),
    },
    "not_failed": {
        "es": ("Esta entrega no ha fallado, así que no hay nada que repetir.", "Vea su estado en la cola."),
        "en": ("This release did not fail, so there is nothing to try again.", "See its state in the queue."),
    },
    "already_released": {
        "es": ("Ya ha salido, así que no se puede recuperar.", "Escriba a quien lo recibió."),
        "en": ("It has left already, so it cannot be recalled.", "Write to whoever received it."),
    },
    "leaving_now": {
        "es": ("Está saliendo en este momento, así que no se puede recuperar.", "Mire dentro de un momento si salió."),
        "en": ("It is leaving at this moment, so it cannot be recalled.", "See in a moment whether it left."),
    },
    "outcome_unknown": {
        "es": (
            "No se sabe si salió, así que no se puede recuperar.",
            "Compruebe la entrega y anote lo que encuentre.",
        ),
        "en": ("Nobody knows whether it left, so it cannot be recalled.", "Check the delivery and say what you find."),
    },
    "not_recallable": {
        "es": ("Solo se recupera lo que está aprobado y aún no ha salido.", "Vea su estado en la cola."),
        "en": ("Only what is approved and has not left can be recalled.", "See its state in the queue."),
    },
    "claimed_by_other": {
        "es": ("Otra persona lo está revisando.", "Puede decidir igualmente, o esperar a que lo devuelva."),
        "en": ("Somebody else is working on it.", "You can decide all the same, or wait until they give it back."),
    },
    "not_claimed": {
        "es": ("Usted no lo tiene en revisión.", "Vea en la cola quién lo tiene."),
        "en": ("You are not the one working on it.", "See in the queue who is."),
    },
    "not_assignable": {
        "es": ("Esa persona no puede ver y aprobar este elemento.", "Elija a alguien de la lista."),
        "en": ("That person may not both see and approve this item.", "Choose somebody from the list."),
    },
    "not_submittable": {
        "es": (
            "Así como está, este elemento no se puede presentar de nuevo.",
            "Se presenta de nuevo lo devuelto, retirado, recuperado, vencido u obsoleto.",
        ),
        "en": (
            "As it is, this item cannot be submitted again.",
            "What was sent back, withdrawn, recalled, expired or went stale can be.",
        ),
    },
    "perhaps_left": {
        "es": (
            "Está saliendo, ha salido, o no se sabe si salió, así que no se puede presentar otra versión.",
            "Compruebe la entrega y anote lo que encuentre.",
        ),
        "en": (
            "It is leaving, has left, or nobody knows whether it left, so no other version can be filed.",
            "Check the delivery and say what you find.",
        ),
    },
    "newer_version": {
        "es": ("Hay una versión más nueva de este borrador.", "Abra esa."),
        "en": ("There is a newer version of this draft.", "Open that one."),
    },
    "comment_empty": {
        "es": ("El comentario está vacío.", "Escriba qué quiere decir."),
        "en": ("The comment is empty.", "Write what you want to say."),
    },
    "comment_long": {
        "es": ("El comentario es demasiado largo.", "Acórtelo."),
        "en": ("The comment is too long.", "Shorten it."),
    },
    "attachments_differ": {
        "es": ("Los adjuntos no son los que nombra el borrador.", "Adjunte exactamente los que nombra."),
        "en": ("The attachments are not those that the draft names.", "Attach exactly those it names."),
    },
    "delegate_unknown": {
        "es": ("No hay nadie activo con esa dirección.", "Revise la dirección."),
        "en": ("There is nobody active with that address.", "Check the address."),
    },
    "delegate_self": {
        "es": ("Nadie delega en sí mismo.", "Elija a otra persona."),
        "en": ("Nobody delegates to themselves.", "Choose somebody else."),
    },
    "delegation_times": {
        "es": ("La delegación tiene que terminar después de empezar, y en el futuro.", "Corrija las fechas."),
        "en": ("A delegation has to end after it starts, and in the future.", "Correct the dates."),
    },
    "delegation_long": {
        "es": ("La delegación dura más de lo que permite la política.", "Elija una fecha final más cercana."),
        "en": ("The delegation lasts longer than the policy allows.", "Choose an earlier end."),
    },
    "delegation_not_found": {
        "es": ("No hay ninguna delegación así entre las suyas.", "Búsquela en su lista."),
        "en": ("There is no such delegation among yours.", "Look for it in your list."),
    },
}


def refusal(code: RefusalCode, *, language: str) -> tuple[str, str]:
    """Message and hint of a refused decision."""
    return _in(REFUSALS[code], language)


def message(name: str, *, language: str) -> tuple[str, str]:
    """Message and hint of anything else that the queue refuses."""
    return _in(_MESSAGES[name], language)


def _in(texts: dict[str, tuple[str, str]], language: str) -> tuple[str, str]:
    return texts.get(language) or texts[Language.EN.value]
