"""Words of the audit commands. What needs no account is said in both languages."""

from copilot.domain.access import Viewer

_TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "admin": "Solo un administrador puede hacer esto con la auditoría.",
        "exported": "{count} eventos exportados a {file}, con sus puntos de control al lado.",
        "checkpoint": "Punto de control {number} firmado hasta el evento {sequence}: {hash}",
        "nothing_new": "No ha ocurrido nada desde el último punto de control.",
        "rotated": "Desde ahora firma una clave nueva; la anterior lo ha dejado firmado. Anote la clave pública:",
        "rotated_lost": "Desde ahora firma una clave nueva. Nadie avaló el cambio: quien verifique necesita "
        "la clave anterior y esta:",
    },
    "en": {
        "admin": "Only an administrator may do this with the audit chain.",
        "exported": "{count} events exported to {file}, with their checkpoints beside it.",
        "checkpoint": "Checkpoint {number} signed, up to event {sequence}: {hash}",
        "nothing_new": "Nothing has happened since the last checkpoint.",
        "rotated": "A new key signs from now on; the one before has signed that. Note the public key:",
        "rotated_lost": "A new key signs from now on. Nobody vouched for the change: whoever verifies needs "
        "the key before and this one:",
    },
}
_BOTH: dict[str, str] = {
    "good": "{count} events, chain intact / {count} eventos, cadena íntegra. Last hash / último hash: {hash}",
    "bad_event": "The chain breaks at event {sequence} (position {place}): {reason} / "
    "La cadena se rompe en el evento {sequence} (posición {place}).",
    "event_unreadable": "not a line of an export (no es una línea de exportación)",
    "event_out_of_order": "out of order (fuera de orden)",
    "event_changed": "its hash is not of what it says (su hash no es de lo que dice)",
    "event_not_as_signed": "a checkpoint was signed for another event (un punto de control avala otro evento)",
    "event_cut_off": "the log ends before it (el registro termina antes)",
    "bad_checkpoint": "Checkpoint {number} does not hold: {reason} / El punto de control {number} no vale.",
    "checkpoint_unreadable": "it cannot be read (no se puede leer)",
    "checkpoint_out_of_order": "one is missing or was added (falta uno o sobra)",
    "checkpoint_signature": "its signature is wrong (firma falsa)",
    "checkpoint_unknown_key": "signed with a key that is not trusted (firmado con una clave ajena)",
    "checkpoint_other_copy": "the copy kept outside differs (la copia externa es distinta)",
    "checkpoint_retired_key": "signed with a key that had handed over (firmado con una clave ya relevada)",
    "no_checkpoint": "No signed checkpoint: a log made anew as a whole would not be noticed. / "
    "Sin puntos de control firmados: no se notaría un registro rehecho entero.",
    "covered": "Signed up to event {sequence} ({made}); {left} after it wait for the next checkpoint. / "
    "Firmado hasta el evento {sequence}; {left} posteriores esperan al próximo punto de control.",
    "covered_unsigned": "Checkpoints up to event {sequence} ({made}); their signatures were NOT checked: give --key. "
    "{left} events after it. / Puntos de control hasta el evento {sequence}; firmas SIN comprobar: use --key.",
    "old_key": "before / antes: {key} (checkpoints / puntos de control {first}-{last})",
    "key_not_named": "{id} (only its short name is known / solo se conoce su nombre corto)",
}


def say(text: str, viewer: Viewer, **values: object) -> str:
    """A text in the viewer's language."""
    return _TEXTS.get(viewer.language, _TEXTS["en"])[text].format(**values)


def both(text: str, **values: object) -> str:
    """A text in both languages."""
    return _BOTH[text].format(**values)
