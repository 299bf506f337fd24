"""How styles, feedback and proposals are printed.

Invariant: every word is there in Spanish and English; what stands in a draft is never printed here, only where it is.
"""

from collections.abc import Sequence

from rich.table import Table

from copilot.cli.context import console
from copilot.domain.access import Viewer
from copilot.domain.feedback import Feedback, Proposal
from copilot.domain.language import Language
from copilot.domain.style import ScopeKind, Style

_TEXTS: dict[str, dict[str, str]] = {
    "es": {
        "nothing": "No hay nada que mostrar.",
        "empty": "Sin preferencias.",
        "person": "Su estilo",
        "team": "Estilo del equipo",
        "version": "versión {number}",
        "columns": "Preferencia|De|A|Activa|Enseñada por",
        "versions": "Versión|Cuándo|Por qué|Preferencias|Activas",
        "feedback": "Cuándo|Qué|Elemento|Frase|Temas",
        "proposals": "Propuesta|Cambia|Motivo|Ejemplos|Personas|Estado",
        "on": "sí",
        "off": "no",
        "learnt": "aprendido de ediciones aprobadas",
        "switched": "alguien la activó o desactivó",
        "rolled_back": "vuelta a una versión anterior",
        "wording": "palabras",
        "greeting": "saludo",
        "sign_off": "despedida",
        "address": "tratamiento",
        "spelling": "ortografía",
        "punctuation": "puntuación",
        "edit": "edición",
        "removal": "frase quitada",
        "rejection": "rechazo",
        "change_request": "petición de cambios",
        "prompt": "instrucciones del redactor",
        "knowledge": "conocimiento",
        "open": "abierta",
        "accepted": "aceptada",
        "declined": "descartada",
        "changed": "Hecho: {scope}, {language}, versión {number}.",
        "decided": "Propuesta {state}. Nada cambia por sí solo: use `feedback proposals export {id}` para prepararlo.",
        "written": "Escrito en {file}.",
        "unwritable": "No se puede escribir ahí.",
        "unwritable_hint": "Indique otro archivo con --output.",
        "learnt_now": "Novedades: {count}.",
        "redrafted": "Nueva versión {version} en la cola: {id}",
    },
    "en": {
        "nothing": "There is nothing to show.",
        "empty": "No preferences.",
        "person": "Your style",
        "team": "The team's style",
        "version": "version {number}",
        "columns": "Preference|From|To|On|Taught by",
        "versions": "Version|When|Why|Preferences|On",
        "feedback": "When|What|Item|Sentence|About",
        "proposals": "Proposal|Changes|Reason|Examples|People|State",
        "on": "yes",
        "off": "no",
        "learnt": "learnt from approved edits",
        "switched": "somebody switched it on or off",
        "rolled_back": "back to an older version",
        "wording": "wording",
        "greeting": "greeting",
        "sign_off": "sign-off",
        "address": "form of address",
        "spelling": "spelling",
        "punctuation": "punctuation",
        "edit": "edit",
        "removal": "sentence taken out",
        "rejection": "rejection",
        "change_request": "request for changes",
        "prompt": "the writer's prompt",
        "knowledge": "knowledge",
        "open": "open",
        "accepted": "accepted",
        "declined": "declined",
        "changed": "Done: {scope}, {language}, version {number}.",
        "decided": "Proposal {state}. Nothing changes by itself: `feedback proposals export {id}` gives a start.",
        "written": "Written to {file}.",
        "unwritable": "It cannot be written there.",
        "unwritable_hint": "Name another file with --output.",
        "learnt_now": "New: {count}.",
        "redrafted": "New version {version} in the queue: {id}",
    },
}
_SHORT_ID = 16


def text(name: str, viewer: Viewer, **values: str | int) -> str:
    """A phrase in the viewer's language."""
    language = Language.ES if viewer.language == Language.ES else Language.EN
    return _TEXTS[language.value][name].format(**values)


def say(name: str, viewer: Viewer, **values: str | int) -> None:
    """Print a phrase."""
    console.print(text(name, viewer, **values), highlight=False, markup=False, soft_wrap=True)


def show_styles(styles: Sequence[Style], viewer: Viewer) -> None:
    """Each style with its preferences."""
    for style in styles:
        scope = "person" if style.scope.kind is ScopeKind.PERSON else "team"
        version = text("version", viewer, number=style.version)
        console.print(
            f"{text(scope, viewer)} · {style.scope.language.value} · {version}", highlight=False, markup=False
        )
        if not style.preferences:
            say("empty", viewer)
            continue
        table = _table("columns", viewer)
        for item in style.preferences:
            table.add_row(
                text(item.kind.value, viewer),
                item.before,
                item.after,
                text("on" if item.enabled else "off", viewer),
                ", ".join(item_id[:_SHORT_ID] for item_id in item.items),
            )
        console.print(table)


def show_history(styles: Sequence[Style], viewer: Viewer) -> None:
    """The versions of one style."""
    table = _table("versions", viewer)
    for style in styles:
        table.add_row(
            str(style.version),
            f"{style.created_at:%Y-%m-%d %H:%M}" if style.created_at else "",
            text(style.change.value, viewer),
            str(len(style.preferences)),
            str(sum(item.enabled for item in style.preferences)),
        )
    _print(table, viewer)


def show_feedback(entries: Sequence[Feedback], viewer: Viewer) -> None:
    """What was corrected and refused, by reference."""
    table = _table("feedback", viewer)
    for entry in entries:
        table.add_row(
            f"{entry.created_at:%Y-%m-%d %H:%M}",
            text(entry.kind.value, viewer),
            entry.item_id[:_SHORT_ID],
            entry.segment_id or "",
            ", ".join(entry.topics),
        )
    _print(table, viewer)


def show_proposals(proposals: Sequence[Proposal], viewer: Viewer) -> None:
    """The proposals with where their examples are."""
    table = _table("proposals", viewer)
    for item in proposals:
        table.add_row(
            item.id[: len("proposal_") + 8],
            text(item.target.value, viewer),
            f"{item.about} · {item.draft_kind.value} · {item.language.value}",
            str(len(item.items)),
            str(item.people),
            text(item.state.value, viewer),
        )
    _print(table, viewer)


def _table(columns: str, viewer: Viewer) -> Table:
    table = Table()
    for heading in text(columns, viewer).split("|"):
        table.add_column(heading, overflow="fold")
    return table


def _print(table: Table, viewer: Viewer) -> None:
    if table.row_count:
        console.print(table)
    else:
        say("nothing", viewer)
