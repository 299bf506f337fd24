"""What follow-ups tell a person, in both languages.

Invariant: every refusal says what to do next, in the reader's language, and names no contact that the reader may not
see.
"""

from collections.abc import Iterable

from copilot.domain.access import Viewer
from copilot.domain.language import Language
from copilot.errors import CopilotError

_MESSAGES: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "no_source": (
        (
            "Esta cuenta no tiene ninguna llamada ni ningún correo con el cliente a los que dar seguimiento.",
            "Importe antes sus correos y llamadas, o escríbales por su cuenta.",
        ),
        (
            "This account has no call or email with the customer to follow up on.",
            "Import its emails and calls first, or write to them yourself.",
        ),
    ),
    "unknown_source": (
        (
            "No hay ninguna conversación así con este cliente entre las que usted puede ver.",
            "Elija una de la lista: las notas internas no sirven, porque el cliente no las conoce.",
        ),
        (
            "There is no such conversation with this customer among those you may see.",
            "Choose one from the list: internal notes do not serve, because the customer does not know them.",
        ),
    ),
    "no_recipient": (
        ("No se sabe con certeza a quién escribir.", "Diga a quién: {names}."),
        ("It is not certain to whom to write.", "Say to whom: {names}."),
    ),
    "nobody_to_write_to": (
        (
            "La cuenta no tiene ningún contacto al que se pueda escribir.",
            "Añada la dirección de un contacto en el CRM e impórtelo de nuevo.",
        ),
        (
            "The account has no contact who can be written to.",
            "Add a contact's address in the CRM and import it again.",
        ),
    ),
    "unknown_contact": (
        ("No hay ningún contacto así en esta cuenta.", "Se puede escribir a: {names}."),
        ("There is no such contact in this account.", "You can write to: {names}."),
    ),
    "not_to_be_written_to": (
        ("A {who} no se le puede escribir.", "Se puede escribir a: {names}."),
        ("{who} must not be written to.", "You can write to: {names}."),
    ),
}


def failure(
    kind: type[CopilotError], key: str, viewer: Viewer, *, names: Iterable[str] = (), who: str = ""
) -> CopilotError:
    """The refusal in the viewer's language."""
    spanish, english = _MESSAGES[key]
    message, hint = spanish if viewer.language == Language.ES else english
    listed = ", ".join(names) or "—"
    return kind(message.format(names=listed, who=who), hint=hint.format(names=listed, who=who))
