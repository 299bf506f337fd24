"""What is said when an import cannot go on, in Spanish and English.

Invariant: every message has both languages with the same placeholders. Errors carry the English text, which stays
readable wherever it turns up; `localise` gives it in the reader's language, line by line.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache

from copilot.domain import document_messages
from copilot.domain.language import Language


class ImportMessage(StrEnum):
    """Codes of the messages."""

    NOTHING_THERE = "nothing_there"
    NOTHING_TO_IMPORT = "nothing_to_import"
    SEVERAL_UNREADABLE = "several_unreadable"
    CANNOT_OPEN = "cannot_open"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NO_ROWS = "no_rows"
    NOT_TEXT = "not_text"
    OTHER_CONTENT = "other_content"
    UNKNOWN_ENCODING = "unknown_encoding"
    STOPS_READING = "stops_reading"
    CUT_OFF = "cut_off"
    BAD_JSON = "bad_json"
    NOT_RECORDS = "not_records"
    PROTECTED_WORKBOOK = "protected_workbook"
    NO_WORKBOOK = "no_workbook"
    DAMAGED_WORKBOOK = "damaged_workbook"
    UNPACKS_TOO_MUCH = "unpacks_too_much"
    NO_MAPPING_FILE = "no_mapping_file"
    BAD_TOML = "bad_toml"
    BAD_ENTRY = "bad_entry"
    UNKNOWN_ENTRY = "unknown_entry"
    ENTRY_CHOICE = "entry_choice"
    BAD_ZONE = "bad_zone"
    BAD_CURRENCY = "bad_currency"
    NOTHING_USABLE = "nothing_usable"
    DOCUMENT_ENTRY = "document_entry"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_COLUMN = "unknown_column"
    UNUSED_ENTRY = "unused_entry"
    TYPE_NEEDED = "type_needed"
    FIELD_NEEDED = "field_needed"
    NO_SUCH_ACCOUNT = "no_such_account"
    SEVERAL_ACCOUNTS = "several_accounts"
    MANY_REMOVALS = "many_removals"


_TEXTS: dict[ImportMessage, tuple[str, str]] = {
    ImportMessage.NOTHING_THERE: (
        "No hay nada en {path}.\nCompruebe la ruta.",
        "There is nothing at {path}.\nCheck the path.",
    ),
    ImportMessage.NOTHING_TO_IMPORT: (
        "No hay nada que importar en {path}.\nIndique una carpeta con exportaciones o documentos.",
        "There is nothing to import in {path}.\nName a folder with exports or documents.",
    ),
    ImportMessage.SEVERAL_UNREADABLE: (
        (
            "Archivos que no se pueden leer: {count}. No se ha importado nada.\n"
            "Corríjalos o quítelos, o indique --skip-unreadable para importar el resto."
        ),
        (
            "Files that cannot be read: {count}. Nothing was imported.\n"
            "Correct or remove them, or say --skip-unreadable to import the rest."
        ),
    ),
    ImportMessage.CANNOT_OPEN: (
        "{file} no se puede abrir.\nCompruebe que tiene permiso de lectura.",
        "{file} cannot be opened.\nCheck that you may read it.",
    ),
    ImportMessage.EMPTY: (
        "{file} está vacío.\nExpórtelo de nuevo o sáquelo de la carpeta.",
        "{file} is empty.\nExport it again, or take it out of the folder.",
    ),
    ImportMessage.TOO_LARGE: (
        "{file} pasa de {limit} MB.\nDivídalo, o suba COPILOT_MAX_FILE_MB si la máquina tiene memoria.",
        "{file} is larger than {limit} MB.\nSplit it, or raise COPILOT_MAX_FILE_MB if the machine has the memory.",
    ),
    ImportMessage.NO_ROWS: (
        "{file} no tiene filas.\nExpórtelo con datos o sáquelo de la carpeta.",
        "{file} holds no rows.\nExport it with data, or take it out of the folder.",
    ),
    ImportMessage.NOT_TEXT: (
        "{file} no es texto: contiene bytes a cero.\nExpórtelo como CSV en UTF-8.",
        "{file} is not text: it has zero bytes.\nExport it as CSV in UTF-8.",
    ),
    ImportMessage.OTHER_CONTENT: (
        (
            "{file} se llama como una exportación de texto, pero su contenido es {content}.\n"
            "Déle el nombre de lo que es, o expórtelo de nuevo como CSV."
        ),
        (
            "{file} is named like a text export, but its content is {content}.\n"
            "Give it the name of what it is, or export it as CSV."
        ),
    ),
    ImportMessage.UNKNOWN_ENCODING: (
        "No se reconoce la codificación de {file}.\nGuárdelo como UTF-8.",
        "The text encoding of {file} is not known.\nSave it as UTF-8.",
    ),
    ImportMessage.STOPS_READING: (
        "{file} no se puede leer a partir de la línea {line}: {problem}.\nExpórtelo una vez más.",
        "{file} cannot be read after line {line}: {problem}.\nExport it once more.",
    ),
    ImportMessage.CUT_OFF: (
        (
            "{file} acaba dentro de una celda entre comillas: está cortado, o le falta una comilla.\n"
            "Expórtelo de nuevo completo."
        ),
        (
            "{file} ends inside a quoted cell: it was cut off, or a quotation mark is missing.\n"
            "Export it again completely."
        ),
    ),
    ImportMessage.BAD_JSON: (
        "{file} no es JSON válido en la línea {line}: {problem}.\nEl archivo está cortado o no es JSON; expórtelo.",
        "{file} is not valid JSON in line {line}: {problem}.\nThe file was cut off or is not JSON; export it again.",
    ),
    ImportMessage.NOT_RECORDS: (
        "{file} no es una lista de objetos JSON con campos.\nEscriba un objeto por línea, o una lista de objetos.",
        "{file} is not a list of JSON objects with fields.\nWrite one object a line, or a list of objects.",
    ),
    ImportMessage.PROTECTED_WORKBOOK: (
        (
            "{file} está protegido con contraseña o en el formato antiguo de Excel.\n"
            "Ábralo en Excel y guárdelo sin contraseña como .xlsx."
        ),
        (
            "{file} is protected with a password or in the old Excel format.\n"
            "Open it in Excel and save it without a password as .xlsx."
        ),
    ),
    ImportMessage.NO_WORKBOOK: (
        "{file} se llama como un libro de Excel y no lo es.\nCámbiele el nombre a .csv si es texto.",
        "{file} is named like a workbook but is not one.\nRename it to .csv if it is text.",
    ),
    ImportMessage.DAMAGED_WORKBOOK: (
        "{file} está dañado o cortado.\nÁbralo en Excel y guárdelo de nuevo como .xlsx.",
        "{file} is damaged or was cut off.\nOpen it in Excel and save it again as .xlsx.",
    ),
    ImportMessage.UNPACKS_TOO_MUCH: (
        "{file} ocupa descomprimido más de {limit} MB.\nDivídalo, o suba COPILOT_MAX_FILE_MB si se fía de él.",
        "{file} unpacks to more than {limit} MB.\nSplit it, or raise COPILOT_MAX_FILE_MB if you trust the file.",
    ),
    ImportMessage.NO_MAPPING_FILE: (
        "No existe el archivo de correspondencias {file}.\nCompruebe --mapping.",
        "There is no mapping file {file}.\nCheck --mapping.",
    ),
    ImportMessage.BAD_TOML: (
        "{file} no es TOML válido: {problem}.\nCorríjalo y pruebe otra vez.",
        "{file} is not valid TOML: {problem}.\nCorrect it and try again.",
    ),
    ImportMessage.BAD_ENTRY: (
        "{file}: {entry}: {problem}.\nEl formato está en `sales-copilot import --help`.",
        "{file}: {entry}: {problem}.\n`sales-copilot import --help` shows the format.",
    ),
    ImportMessage.UNKNOWN_ENTRY: (
        "{file}: no existe la entrada {entry}.\nLas que hay están en `sales-copilot import --help`.",
        "{file}: there is no entry {entry}.\n`sales-copilot import --help` lists those there are.",
    ),
    ImportMessage.ENTRY_CHOICE: (
        "{file}: {entry} solo puede ser {expected}.\nCorrija ese valor.",
        "{file}: {entry} can only be {expected}.\nCorrect that value.",
    ),
    ImportMessage.BAD_CURRENCY: (
        "{currency} no es una moneda.\nUse un código como EUR, USD o MXN.",
        "{currency} is not a currency.\nUse a code such as EUR, USD or MXN.",
    ),
    ImportMessage.NOTHING_USABLE: (
        (
            "No se ha podido aprovechar ninguna fila ni documento de {path}.\n"
            "Los motivos están arriba; corrija los archivos o diga qué son en mapping.toml."
        ),
        (
            "No row and no document of {path} could be used.\n"
            "The reasons are above; correct the files, or say what they are in mapping.toml."
        ),
    ),
    ImportMessage.BAD_ZONE: (
        "{file}: no existe la zona horaria {zone}.\nUse un nombre como Europe/Madrid.",
        "{file}: there is no time zone {zone}.\nUse a name such as Europe/Madrid.",
    ),
    ImportMessage.DOCUMENT_ENTRY: (
        "{file}: la entrada de documentos {pattern} necesita account o visibility.\nIndique una de las dos.",
        "{file}: the document entry {pattern} needs either account or visibility.\nGive exactly one of them.",
    ),
    ImportMessage.UNKNOWN_TYPE: (
        "{file}: {pattern} tiene el tipo desconocido {type}.\nUse uno de: {known}.",
        "{file}: {pattern} has the unknown type {type}.\nUse one of: {known}.",
    ),
    ImportMessage.UNKNOWN_FIELD: (
        "{file}: {type} no tiene el campo {field}.\nSus campos son: {known}.",
        "{file}: {type} has no field {field}.\nIts fields are: {known}.",
    ),
    ImportMessage.UNKNOWN_COLUMN: (
        "{file} no tiene la columna {column}.\nSus columnas son: {known}.",
        "{file} has no column {column}.\nIts columns are: {known}.",
    ),
    ImportMessage.UNUSED_ENTRY: (
        "{file}: nada coincide con {pattern}.\nCorrija el nombre o quite la entrada.",
        "{file}: nothing matches {pattern}.\nCorrect the name or remove the entry.",
    ),
    ImportMessage.TYPE_NEEDED: (
        "{file}: no se ha reconocido qué es la tabla.\nIndique su `type` en el archivo de correspondencias.",
        "{file}: what the table is was not recognised.\nSay its `type` in the mapping file.",
    ),
    ImportMessage.FIELD_NEEDED: (
        (
            "{file}: ninguna columna da {fields}, que {type} necesita.\n"
            "En mapping.toml, en la entrada [[file]] de ese archivo, indique [file.columns] {field} = «columna»."
        ),
        (
            "{file}: no column fills {fields}, which {type} needs.\n"
            "In mapping.toml, in the [[file]] entry of that file, say [file.columns] {field} = “column”."
        ),
    ),
    ImportMessage.NO_SUCH_ACCOUNT: (
        "Ninguna cuenta se llama {account}.\nIndique el nombre exacto o el identificador de una cuenta.",
        "No account is called {account}.\nGive the exact name or the source id of one account.",
    ),
    ImportMessage.SEVERAL_ACCOUNTS: (
        "Varias cuentas se llaman {account}.\nIndique el identificador de una de ellas.",
        "Several accounts are called {account}.\nGive the source id of one of them.",
    ),
    ImportMessage.MANY_REMOVALS: (
        (
            "Se borrarían {removed} registros que la carpeta trajo antes y quedarían {kept}.\n"
            "Si la carpeta está completa, indique --confirm-removals; no se ha cambiado nada."
        ),
        (
            "This would remove {removed} records that the folder brought before and keep {kept}.\n"
            "If the folder is complete, say --confirm-removals; nothing was changed."
        ),
    ),
}
_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_LISTED = re.compile(r"(?P<before>- [^\n]*?: |  → )(?P<text>.+)")


def import_message(
    code: ImportMessage, values: Mapping[str, str | int], *, language: Language = Language.EN
) -> tuple[str, str]:
    """What happened and what to do about it."""
    spanish, english = _TEXTS[code]
    template = spanish if language is Language.ES else english
    what, _, remedy = template.partition("\n")
    filled = {name: " ".join(str(value).split()) for name, value in values.items()}
    return what.format(**filled), remedy.format(**filled)


def localise(text: str, *, language: Language) -> str:
    """An error's message or hint in `language`; a line that is none of ours stays as it is."""
    if language is Language.EN:
        return text
    return "\n".join(_localised_line(line) for line in text.split("\n"))


def _localised_line(line: str) -> str:
    listed = _LISTED.fullmatch(line)
    if listed is not None:
        return listed["before"] + _localised_line(listed["text"])
    of_document = document_messages.localise(line, language=Language.ES)
    if of_document != line and line.startswith("The "):  # "The file is empty." is no file called "The file"
        return of_document
    for pattern, spanish in _patterns():
        match = pattern.fullmatch(line)
        if match:
            return spanish.format(**match.groupdict())
    return of_document


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    """The English lines as patterns, longest first, each with its Spanish template."""
    pairs = [pair for texts in _TEXTS.values() for pair in zip(*(text.split("\n") for text in texts), strict=True)]
    pairs.sort(key=lambda pair: len(pair[1]), reverse=True)
    return tuple((_pattern(english), spanish) for spanish, english in pairs)


def _pattern(template: str) -> re.Pattern[str]:
    parts = _PLACEHOLDER.split(template)
    return re.compile(
        "".join(re.escape(part) if index % 2 == 0 else f"(?P<{part}>.+?)" for index, part in enumerate(parts))
    )
