"""What is said about a document that could not be read, or not wholly, in Spanish and English.

Invariant: every message has both languages with the same placeholders. Documents and errors carry the English text,
which stays readable wherever it turns up; `localise` gives any of them in the reader's language.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from copilot.domain.language import Language


class DocumentMessage(StrEnum):
    """Codes of the messages: problems make a file unreadable, notices accompany a document that was read."""

    CANNOT_OPEN = "cannot_open"
    NOT_A_FILE = "not_a_file"
    TOO_LARGE = "too_large"
    EMPTY = "empty"
    MISLABELLED = "mislabelled"
    UNSUPPORTED = "unsupported"
    ENCRYPTED = "encrypted"
    DAMAGED = "damaged"
    NO_TEXT = "no_text"
    ONLY_IMAGES = "only_images"
    EXPANDS_TOO_MUCH = "expands_too_much"
    UNSAFE_XML = "unsafe_xml"
    NESTED_TOO_DEEPLY = "nested_too_deeply"
    TOO_LONG = "too_long"
    NOT_TEXT = "not_text"
    TOO_MANY_ROWS = "too_many_rows"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_SHEETS = "too_many_sheets"
    TOO_MANY_QUESTIONS = "too_many_questions"
    NOT_A_QUESTIONNAIRE = "not_a_questionnaire"
    NO_QUESTIONS = "no_questions"

    CONTROL_CHARACTERS = "control_characters"
    INVISIBLE_CHARACTERS = "invisible_characters"
    LEGACY_ENCODING = "legacy_encoding"
    BROKEN_CHARACTERS = "broken_characters"
    HIDDEN_TEXT = "hidden_text"
    ATTACHMENT = "attachment"
    ALTERNATIVES_DIFFER = "alternatives_differ"
    FORWARDED = "forwarded"
    DELETED_TEXT = "deleted_text"
    COMMENTS = "comments"
    DRAWINGS = "drawings"
    HIDDEN_SHEET = "hidden_sheet"
    HIDDEN_ROWS = "hidden_rows"
    UNCALCULATED = "uncalculated"
    HIDDEN_SLIDES = "hidden_slides"
    IMAGE_PAGES = "image_pages"
    UNREADABLE_PAGES = "unreadable_pages"
    REPEATED_LINES = "repeated_lines"
    BAD_CUES = "bad_cues"
    BAD_DATE = "bad_date"
    EXTENSION_ALONE = "extension_alone"
    CONDITIONS_NOT_READ = "conditions_not_read"
    MACROS = "macros"
    TRACKED_CHANGES = "tracked_changes"


_TEXTS: dict[DocumentMessage, tuple[str, str]] = {
    DocumentMessage.CANNOT_OPEN: (
        "No se puede abrir el archivo.\nCompruebe que existe y que tiene permiso de lectura.",
        "The file cannot be opened.\nCheck that it exists and that you may read it.",
    ),
    DocumentMessage.NOT_A_FILE: (
        "No es un archivo normal.\nIndique un archivo, no una carpeta ni un dispositivo.",
        "This is not a regular file.\nName a file, not a folder or a device.",
    ),
    DocumentMessage.TOO_LARGE: (
        "El archivo ocupa {megabytes} MB; el límite es {limit} MB.\nDivídalo, o suba COPILOT_MAX_FILE_MB.",
        "The file has {megabytes} MB; the limit is {limit} MB.\nSplit it, or raise COPILOT_MAX_FILE_MB.",
    ),
    DocumentMessage.EMPTY: (
        "El archivo está vacío.\nExpórtelo de nuevo, o quítelo de la carpeta.",
        "The file is empty.\nExport it again, or take it out of the folder.",
    ),
    DocumentMessage.MISLABELLED: (
        "El nombre dice {named}, pero el contenido es {found}.\nCambie la extensión, o guárdelo de nuevo como {named}.",
        "The name says {named}, but the content is {found}.\nRename it, or save it again as {named}.",
    ),
    DocumentMessage.UNSUPPORTED: (
        "El formato {found} no se lee.\nÁbralo en su programa, guárdelo como {instead} e impórtelo de nuevo.",
        "The format {found} is not read.\nOpen it in its program, save it as {instead} and import that.",
    ),
    DocumentMessage.ENCRYPTED: (
        "El archivo está protegido con contraseña.\nÁbralo, guarde una copia sin contraseña e importe la copia.",
        "The file is protected by a password.\nOpen it, save a copy without the password and import the copy.",
    ),
    DocumentMessage.DAMAGED: (
        "El archivo {found} está dañado o incompleto.\nÁbralo en su programa y guárdelo de nuevo, o pida otra copia.",
        "The {found} file is damaged or incomplete.\nOpen it in its program and save it again, or ask for a new copy.",
    ),
    DocumentMessage.NO_TEXT: (
        "El archivo no contiene texto.\nCompruebe que es el archivo correcto, o quítelo de la carpeta.",
        "The file has no text.\nCheck that it is the right file, or take it out of the folder.",
    ),
    DocumentMessage.ONLY_IMAGES: (
        "Todas las páginas son imágenes, sin texto.\nPase un reconocimiento de texto (OCR) e importe el resultado.",
        "Every page is an image, without text.\nRun text recognition (OCR) on it and import the result.",
    ),
    DocumentMessage.EXPANDS_TOO_MUCH: (
        "El contenido comprimido del archivo es demasiado grande.\nSi es de confianza, divídalo en partes.",
        "The compressed content of the file is too large.\nIf you trust the file, split it into smaller parts.",
    ),
    DocumentMessage.UNSAFE_XML: (
        "El archivo contiene definiciones XML peligrosas.\nNo confíe en él; si lo conoce, guárdelo otra vez.",
        "The file contains dangerous XML definitions.\nDo not trust it; if you know it, save it again.",
    ),
    DocumentMessage.NESTED_TOO_DEEPLY: (
        "El contenido está anidado a demasiada profundidad para leerlo entero.\nGuárdelo como texto o PDF.",
        "The content is nested too deeply to be read whole.\nSave it as text or PDF.",
    ),
    DocumentMessage.TOO_LONG: (
        "El texto es demasiado largo para un solo documento.\nDivídalo en varios archivos.",
        "The text is too long for one document.\nSplit it into several files.",
    ),
    DocumentMessage.NOT_TEXT: (
        "El contenido no es texto, sino datos binarios.\nCompruebe la extensión, o expórtelo de nuevo como texto.",
        "The content is binary data, not text.\nCheck the extension, or export it again as text.",
    ),
    DocumentMessage.NOT_A_QUESTIONNAIRE: (
        (
            "El archivo JSON no es un cuestionario: faltan «questionnaire» y «extensions».\n"
            "Compruebe que es el archivo correcto, o pida el cuestionario en otro formato."
        ),
        (
            "The JSON file is not a questionnaire: it has neither “questionnaire” nor “extensions”.\n"
            "Check that it is the right file, or ask for the questionnaire in another format."
        ),
    ),
    DocumentMessage.NO_QUESTIONS: (
        "No se encontró ninguna pregunta en el archivo.\nCompruebe que es el archivo correcto, o pegue las preguntas.",
        "No question was found in the file.\nCheck that it is the right file, or paste the questions.",
    ),
    DocumentMessage.TOO_MANY_ROWS: (
        "El archivo tiene más de {limit} filas, demasiadas para un cuestionario.\nDivídalo, o quite lo que sobra.",
        "The file has more than {limit} rows, too many for a questionnaire.\nSplit it, or take out what is not asked.",
    ),
    DocumentMessage.TOO_MANY_COLUMNS: (
        "El archivo tiene más de {limit} columnas, demasiadas para un cuestionario.\nQuite las columnas que sobran.",
        "The file has more than {limit} columns, too many for a questionnaire.\nTake out the rest.",
    ),
    DocumentMessage.TOO_MANY_SHEETS: (
        "El libro tiene más de {limit} hojas, demasiadas para un cuestionario.\nDivídalo en varios archivos.",
        "The workbook has more than {limit} sheets, too many for a questionnaire.\nSplit it into several files.",
    ),
    DocumentMessage.TOO_MANY_QUESTIONS: (
        "Hay más de {limit} preguntas, demasiadas para un cuestionario.\nDivídalo por hojas o apartados.",
        "There are more than {limit} questions, too many for one questionnaire.\nSplit it by sheets or sections.",
    ),
    DocumentMessage.CONTROL_CHARACTERS: (
        "Caracteres de control eliminados: {count}.",
        "Control characters removed: {count}.",
    ),
    DocumentMessage.INVISIBLE_CHARACTERS: (
        "Caracteres invisibles eliminados: {count}.",
        "Invisible characters removed: {count}.",
    ),
    DocumentMessage.LEGACY_ENCODING: (
        "El texto no está en UTF-8; se leyó como {encoding}.",
        "The text is not UTF-8; it was read as {encoding}.",
    ),
    DocumentMessage.BROKEN_CHARACTERS: (
        "Caracteres ilegibles, mostrados como \N{REPLACEMENT CHARACTER}: {count}.",
        "Unreadable characters, shown as \N{REPLACEMENT CHARACTER}: {count}.",
    ),
    DocumentMessage.HIDDEN_TEXT: (
        "Se encontró texto oculto a la vista y se dejó fuera: {count} caracteres.",
        "Text hidden from the eye was found and left out: {count} characters.",
    ),
    DocumentMessage.ATTACHMENT: (
        "Adjunto no leído: {name} ({kilobytes} kB).",
        "Attachment not read: {name} ({kilobytes} kB).",
    ),
    DocumentMessage.ALTERNATIVES_DIFFER: (
        "La versión HTML del mensaje dice cosas que la versión de texto no dice; se leyó la de texto.",
        "The HTML version of the message says things that the text version does not; the text version was read.",
    ),
    DocumentMessage.FORWARDED: (
        "El mensaje reenviado se conserva, pero no se indexa; importe el original para poder buscarlo.",
        "The forwarded message is kept but not indexed; import the original to make it searchable.",
    ),
    DocumentMessage.DELETED_TEXT: (
        "Cambios marcados como eliminados, dejados fuera: {count}.",
        "Changes marked as deleted, left out: {count}.",
    ),
    DocumentMessage.COMMENTS: (
        "Comentarios de revisión dejados fuera: {count}.",
        "Review comments left out: {count}.",
    ),
    DocumentMessage.DRAWINGS: (
        "Imágenes, gráficos o diagramas sin leer: {count}.",
        "Pictures, charts or diagrams not read: {count}.",
    ),
    DocumentMessage.HIDDEN_SHEET: (
        "Hoja oculta dejada fuera: {name}.",
        "Hidden sheet left out: {name}.",
    ),
    DocumentMessage.HIDDEN_ROWS: (
        "Filas o columnas ocultas dejadas fuera en la hoja {name}: {count}.",
        "Hidden rows or columns left out on sheet {name}: {count}.",
    ),
    DocumentMessage.UNCALCULATED: (
        "Fórmulas sin resultado guardado en la hoja {name}: {count}. Abra el libro, guárdelo e impórtelo de nuevo.",
        "Formulas without a stored result on sheet {name}: {count}. Open the workbook, save it and import it again.",
    ),
    DocumentMessage.HIDDEN_SLIDES: (
        "Diapositivas ocultas dejadas fuera: {pages}.",
        "Hidden slides left out: {pages}.",
    ),
    DocumentMessage.IMAGE_PAGES: (
        "Páginas sin texto (imágenes): {pages}.",
        "Pages without text (images): {pages}.",
    ),
    DocumentMessage.UNREADABLE_PAGES: (
        "Páginas dañadas que no se pudieron leer: {pages}.",
        "Damaged pages that could not be read: {pages}.",
    ),
    DocumentMessage.REPEATED_LINES: (
        "Encabezados y pies de página repetidos, conservados una sola vez: {count}.",
        "Running page headers and footers, kept once: {count}.",
    ),
    DocumentMessage.BAD_CUES: (
        "Líneas de la transcripción sin marca de tiempo válida, dejadas fuera: {count}.",
        "Transcript lines without a valid timestamp, left out: {count}.",
    ),
    DocumentMessage.BAD_DATE: (
        "La fecha del documento no se entiende: {value}.",
        "The document's date cannot be understood: {value}.",
    ),
    DocumentMessage.EXTENSION_ALONE: (
        "Es una ampliación: sus preguntas se leyeron sin el cuestionario al que se añaden.",
        "This is an extension: its questions were read without the questionnaire that they are added to.",
    ),
    DocumentMessage.CONDITIONS_NOT_READ: (
        "Condiciones que no se entienden: {count}. Esas preguntas se responden siempre.",
        "Conditions that cannot be understood: {count}. Those questions are always answered.",
    ),
    DocumentMessage.MACROS: (
        "El archivo contiene macros; se leyó sin ellas.",
        "The file holds macros; it was read without them.",
    ),
    DocumentMessage.TRACKED_CHANGES: (
        "El archivo tiene cambios sin aceptar ({count}); se leyó como si todos estuvieran aceptados.",
        "The file has changes that were not accepted ({count}); it was read as if all of them were.",
    ),
}

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def document_message(
    code: DocumentMessage, values: Mapping[str, str | int], *, language: Language = Language.EN
) -> tuple[str, str]:
    """Return what happened and what to do about it (the latter empty where nothing needs doing)."""
    spanish, english = _TEXTS[code]
    text = (spanish if language is Language.ES else english).format(**values)
    what, _, remedy = text.partition("\n")
    return what, remedy


def notice(code: DocumentMessage, **values: str | int) -> str:
    """A warning for `ParsedDocument.warnings`, in English."""
    return document_message(code, {name: _one_line(value) for name, value in values.items()})[0]


def localise(text: str, *, language: Language) -> str:
    """Return a warning, or the message or hint of an UnreadableFile, in `language`; other text unchanged."""
    if language is Language.EN:
        return text
    for pattern, spanish in _patterns():
        match = pattern.fullmatch(text)
        if match:
            return spanish.format(**match.groupdict())
    return text


def _one_line(value: str | int) -> str | int:
    """Names come from files: they must not carry a line break into the message."""
    return value if isinstance(value, int) else " ".join(value.split())


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The English lines as patterns, each with its Spanish template."""
    found = []
    for spanish, english in _TEXTS.values():
        for spanish_line, english_line in zip(spanish.split("\n"), english.split("\n"), strict=True):
            found.append((_pattern(english_line), spanish_line))
    return tuple(found)


def _pattern(template: str) -> re.Pattern[str]:
    seen: set[str] = set()
    parts = []
    for index, part in enumerate(_PLACEHOLDER.split(template)):
        if index % 2 == 0:
            parts.append(re.escape(part))
        else:
            parts.append(f"(?P={part})" if part in seen else f"(?P<{part}>.+)")
            seen.add(part)
    return re.compile("".join(parts))
