"""The words of the import report in Spanish and English.

Invariant: every reason, rule and outcome that a report can hold has both texts; a code without one is shown as
it is, never left out.
"""

from copilot.domain.language import Language

_TEXTS: dict[str, tuple[str, str]] = {
    "account": ("cuentas", "accounts"),
    "contact": ("contactos", "contacts"),
    "opportunity": ("oportunidades", "opportunities"),
    "activity": ("actividades", "activities"),
    "ticket": ("incidencias", "tickets"),
    "usage_point": ("datos de uso", "usage points"),
    "survey": ("encuestas", "surveys"),
    "invoice": ("facturas", "invoices"),
    "product": ("productos", "products"),
    "price_book_entry": ("precios", "prices"),
    "imported": ("nuevos", "imported"),
    "changed": ("cambiados", "changed"),
    "unchanged": ("sin cambios", "unchanged"),
    "removed": ("eliminados", "removed"),
    "skipped": ("omitidos", "skipped"),
    "rows": ("filas", "rows"),
    "file": ("archivo", "file"),
    "type": ("tipo", "type"),
    "column": ("columna", "column"),
    "field": ("campo", "field"),
    "sample": ("ejemplo", "sample"),
    "confidence": ("seguridad", "confidence"),
    "why": ("por qué", "why"),
    "reason": ("motivo", "reason"),
    "outcome": ("resultado", "outcome"),
    "documents": ("documentos", "documents"),
    "finding": ("hallazgo", "finding"),
    "count": ("cuántos", "count"),
    "example": ("ejemplo", "example"),
    "records": ("registros", "records"),
    "not_imported": ("no se importa", "not imported"),
    "no_field": ("ningún campo", "no field"),
    "named": ("cabecera del sistema", "the system's header"),
    "synonym": ("cabecera conocida", "known header"),
    "similar": ("cabecera parecida", "similar header"),
    "metric_column": ("columna de cifras", "column of figures"),
    "mapping file": ("archivo de correspondencias", "mapping file"),
    "headers and file name": ("cabeceras y nombre del archivo", "headers and file name"),
    "headers": ("cabeceras", "headers"),
    "file name": ("nombre del archivo", "file name"),
    "no known headers": ("ninguna cabecera conocida", "no known headers"),
    "type.description": (
        "describe los datos, no los contiene",
        "describes data, holds none",
    ),
    "type.people": (
        "personas del sistema de origen: los usuarios los crea un administrador",
        "people of the source system: an administrator creates users",
    ),
    "type.unrecognised": (
        "no se reconoce qué es; indique su tipo en mapping.toml",
        "not recognised; say its type in mapping.toml",
    ),
    "type.skipped_by_mapping": ("omitido por el archivo de correspondencias", "skipped by the mapping file"),
    "row.blank": ("fila vacía", "blank row"),
    "row.footer": ("pie del informe", "footer of the report"),
    "row.above_header": ("título sobre la cabecera", "title above the header"),
    "row.too_long": (
        "más celdas que columnas: falta una comilla o sobra un separador",
        "more cells than columns: a quotation mark is missing or a delimiter is too many",
    ),
    "duplicate.identical": ("repetida, idéntica", "repeated, identical"),
    "duplicate.superseded": (
        "mismo identificador que una fila posterior, que es la que vale",
        "same id as a later row, which counts",
    ),
    "person.erased": ("persona borrada: no vuelve a entrar", "erased person: not brought back"),
    "ignored.hidden": ("oculto", "hidden"),
    "ignored.link": ("enlace u objeto especial", "link or special file"),
    "ignored.lock_file": ("temporal del sistema", "temporary file"),
    "ignored.archive_leftover": ("resto de un archivo comprimido", "left over from an archive"),
    "ignored.mapping_file": ("archivo de correspondencias", "mapping file"),
    "ignored.evaluation_data": ("datos de evaluación de la demo", "evaluation data of the demo"),
    "ignored.company_file": ("descripción de la empresa de la demo", "description of the demo company"),
    "ignored.by_mapping_file": ("excluido en mapping.toml", "excluded in mapping.toml"),
    "skipped.unsupported_type": ("tipo de archivo que no se lee", "file type that is not read"),
    "unassigned.unknown_folder": (
        "la carpeta no es de ninguna cuenta; déle el nombre de la cuenta o indíquela en mapping.toml",
        "the folder is no account's; name it after the account or say which in mapping.toml",
    ),
    "unassigned.several_accounts": (
        "podría ser de varias cuentas; indique cuál en mapping.toml",
        "could be several accounts'; say which in mapping.toml",
    ),
    "unassigned.no_account": (
        "ningún participante es de una cuenta conocida; use accounts/<cuenta>/, --account o mapping.toml",
        "no participant is of a known account; use accounts/<account>/, --account or mapping.toml",
    ),
    "unassigned.no_audience": (
        "no se sabe quién puede leerlo; use la carpeta knowledge/ o knowledge-managers/, --visibility o mapping.toml",
        "who may read it is not known; use folder knowledge/ or knowledge-managers/, --visibility or mapping.toml",
    ),
    "title_dry": ("Ensayo: no se ha guardado nada", "Rehearsal: nothing was saved"),
    "title": ("Importación de {root}", "Import of {root}"),
    "mapping_title": ("Qué es cada archivo y qué campo llena cada columna", "What each file is, what its columns fill"),
    "rows_title": ("Filas", "Rows"),
    "findings_title": ("Lo que hay que saber de los datos", "What to know about the data"),
    "documents_title": ("Documentos", "Documents"),
    "ignored_title": ("Archivos que quedan fuera por regla", "Files left out by rule"),
    "unreadable_title": ("Archivos que no se pueden leer", "Files that cannot be read"),
    "records_title": ("Registros", "Records"),
    "without_account": ("sin cuenta", "without account"),
    "nothing_changed": ("Todo estaba ya así: no ha cambiado nada.", "Everything was so already: nothing changed."),
    "files_removed": (
        "Archivos que ya no están: {count}; documentos retirados: {documents}.",
        "Files that are gone: {count}; documents removed: {documents}.",
    ),
    "vectors": (
        "Ya se busca por palabras; por significado, cuando haya funcionado `sales-copilot serve` o `worker`.",
        "Search by words works now; by meaning once `sales-copilot serve` or `worker` has run.",
    ),
    "stale": (
        "Borradores pendientes que citaban algo que ha cambiado: {count}.",
        "Pending drafts that cited what has changed: {count}.",
    ),
    "sum": (
        "{rows} filas leídas = {imported} nuevas + {changed} cambiadas + {unchanged} sin cambios + {skipped} omitidas.",
        "{rows} rows read = {imported} imported + {changed} changed + {unchanged} unchanged + {skipped} skipped.",
    ),
    "document_sum": (
        "{count} documentos = {imported} nuevos + {changed} cambiados + {unchanged} sin cambios + {skipped} omitidos.",
        "{count} documents = {imported} imported + {changed} changed + {unchanged} unchanged + {skipped} skipped.",
    ),
    "findings_sum": (
        "Hallazgos sobre los datos: {count}.",
        "Findings about the data: {count}.",
    ),
    "ignored_sum": (
        "Archivos: {files}, de ellos {ignored} fuera por regla.",
        "Files: {files}, {ignored} of them left out by rule.",
    ),
    "looking": ("Mirando los archivos", "Looking at the files"),
    "writing": ("Guardando registros", "Writing records"),
    "reading_documents": ("Leyendo documentos", "Reading documents"),
}  # fmt: skip


def text(code: str, *, language: Language, **values: str | int) -> str:
    """The words for a code."""
    if code.startswith("required."):
        name = code.partition(".")[2]
        spanish, english = f"falta el campo obligatorio {name}", f"the required field {name} is missing"
    else:
        spanish, english = _TEXTS.get(code, (code, code))
    return (spanish if language is Language.ES else english).format(**values)
