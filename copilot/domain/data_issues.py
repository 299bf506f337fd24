"""What can be said about dirty data, in both languages, by code.

Invariant: every code that an import can record has a text in Spanish and in English; `describe` never fails
on a detail that is missing.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from copilot.domain.document_messages import localise
from copilot.domain.language import Language

TEXTS: Mapping[str, Mapping[Language, str]] = {
    code: {Language.ES: spanish, Language.EN: english}
    for code, spanish, english in (
        ("reference.no_account", "No dice a qué cuenta pertenece.", "It does not say which account it belongs to."),
        (
            "reference.unknown_account",
            "Se refiere a la cuenta «{value}», que no existe{suggestion}.",
            "It refers to the account “{value}”, which does not exist{suggestion}.",
        ),
        (
            "reference.ambiguous_account",
            "Se refiere a la cuenta «{value}» y hay varias con ese nombre.",
            "It refers to the account “{value}” and there are several of that name.",
        ),
        (
            "reference.several_accounts",
            "Está asociado a varias cuentas ({value}); se ha tomado la primera.",
            "It is associated with several accounts ({value}); the first was taken.",
        ),
        (
            "reference.unknown_product",
            "El producto «{value}» no está en el catálogo{suggestion}.",
            "The product “{value}” is not in the catalogue{suggestion}.",
        ),
        (
            "reference.unknown_parent",
            "La matriz «{value}» no es una cuenta conocida{suggestion}.",
            "The parent “{value}” is not a known account{suggestion}.",
        ),
        (
            "reference.unknown_owner",
            "El propietario «{value}» no es un usuario de esta instalación; nadie ve la cuenta como suya.",
            "The owner “{value}” is not a user of this installation; nobody sees the account as theirs.",
        ),
        (
            "value.misspelt_industry",
            "El sector «{value}» parece mal escrito{suggestion}.",
            "The sector “{value}” looks misspelt{suggestion}.",
        ),
        (
            "value.unknown_country",
            "No se reconoce el país «{value}»{suggestion}.",
            "The country “{value}” is not recognised{suggestion}.",
        ),
        (
            "value.invalid_number",
            "«{value}» en {column} no es un número; el campo queda vacío.",
            "“{value}” in {column} is not a number; the field is left empty.",
        ),
        (
            "value.invalid_date",
            "«{value}» en {column} no es una fecha; el campo queda vacío.",
            "“{value}” in {column} is not a date; the field is left empty.",
        ),
        (
            "value.invalid_email",
            "«{value}» en {column} no es una dirección de correo; el campo queda vacío.",
            "“{value}” in {column} is not an email address; the field is left empty.",
        ),
        (
            "value.unusual_email",
            "La dirección «{value}» no tiene un dominio completo.",
            "The address “{value}” has no complete domain.",
        ),
        (
            "value.unknown_choice",
            "No se conoce el valor «{value}» en {column}; el campo queda vacío.",
            "The value “{value}” in {column} is not known; the field is left empty.",
        ),
        (
            "value.unknown_currency",
            "No se reconoce la moneda «{value}»; el campo queda vacío.",
            "The currency “{value}” is not recognised; the field is left empty.",
        ),
        (
            "value.unknown_language",
            "No se reconoce el idioma «{value}»; el campo queda vacío.",
            "The language “{value}” is not recognised; the field is left empty.",
        ),
        (
            "value.invalid_boolean",
            "«{value}» en {column} no es ni sí ni no; el campo queda vacío.",
            "“{value}” in {column} is neither yes nor no; the field is left empty.",
        ),
        (
            "value.out_of_range",
            "El valor {value} de {field} está fuera de lo posible; el campo queda vacío.",
            "The value {value} of {field} is out of range; the field is left empty.",
        ),
        (
            "value.unlikely_score",
            "La puntuación {value} no cabe en la escala de {kind}.",
            "The score {value} does not fit the scale of {kind}.",
        ),
        (
            "value.amount_without_currency",
            "Hay un importe sin moneda.",
            "There is an amount without a currency.",
        ),
        (
            "value.future_date",
            "{field} ({value}) es posterior a los datos.",
            "{field} ({value}) is later than the data.",
        ),
        (
            "record.duplicate_id",
            "El identificador {source_id} aparece con contenidos distintos; vale la última ({kept}).",
            "The id {source_id} occurs with different contents; the last one ({kept}) counts.",
        ),
        (
            "row.too_short",
            "La fila tiene menos celdas que columnas; las que faltan quedan vacías.",
            "The row has fewer cells than columns; those missing are left empty.",
        ),
        (
            "record.skipped",
            "La fila {row} no se ha importado: falta el campo obligatorio {field}.",
            "Row {row} was not imported: the required field {field} is missing.",
        ),
        (
            "account.possible_duplicate",
            "Podría ser la misma cuenta que «{other}» ({reason}).",
            "It may be the same account as “{other}” ({reason}).",
        ),
        (
            "account.renewal_before_start",
            "La renovación ({renewal_date}) es anterior al inicio como cliente ({customer_since}).",
            "The renewal ({renewal_date}) is before the start as a customer ({customer_since}).",
        ),
        (
            "account.left_before_start",
            "El último día como cliente ({churned_on}) es anterior al inicio como cliente ({customer_since}).",
            "The last day as a customer ({churned_on}) is before the start as a customer ({customer_since}).",
        ),
        (
            "account.left_but_customer",
            "Dejó de ser cliente el {churned_on} y sigue figurando como cliente.",
            "They left on {churned_on} and are still listed as a customer.",
        ),
        (
            "opportunity.closed_before_created",
            "La fecha de cierre ({close_date}) es anterior a la de creación ({created_on}).",
            "The close date ({close_date}) is before the creation date ({created_on}).",
        ),
        ("opportunity.negative_amount", "El importe es negativo ({value}).", "The amount is negative ({value})."),
        (
            "opportunity.won_without_amount",
            "Está ganada y no tiene importe.",
            "It is won and has no amount.",
        ),
        (
            "opportunity.without_account",
            "La oportunidad no está asociada a ninguna cuenta.",
            "The opportunity belongs to no account.",
        ),
        (
            "opportunity.unknown_stage",
            "No se conoce la etapa «{value}»; se trata como abierta.",
            "The stage “{value}” is not known; it is treated as open.",
        ),
        (
            "ticket.closed_before_opened",
            "La incidencia se cerró ({closed_at}) antes de abrirse ({opened_at}).",
            "The ticket was closed ({closed_at}) before it was opened ({opened_at}).",
        ),
        (
            "ticket.closed_without_date",
            "La incidencia está cerrada y no dice cuándo.",
            "The ticket is closed and does not say when.",
        ),
        (
            "invoice.due_before_issued",
            "La factura vence ({due_on}) antes de emitirse ({issued_on}).",
            "The invoice is due ({due_on}) before it was issued ({issued_on}).",
        ),
        (
            "invoice.paid_before_issued",
            "La factura se pagó ({paid_on}) antes de emitirse ({issued_on}).",
            "The invoice was paid ({paid_on}) before it was issued ({issued_on}).",
        ),
        (
            "invoice.negative_amount",
            "El importe de la factura es negativo ({value}): quizá sea un abono.",
            "The amount of the invoice is negative ({value}): it may be a credit note.",
        ),
        (
            "invoice.paid_without_date",
            "La factura está pagada y no dice cuándo.",
            "The invoice is paid and does not say when.",
        ),
        (
            "invoice.open_though_paid",
            "La factura figura como pendiente y dice que se pagó el {paid_on}.",
            "The invoice is listed as open and says it was paid on {paid_on}.",
        ),
        (
            "invoice.without_due_date",
            "La factura está pendiente y no dice cuándo vence.",
            "The invoice is open and does not say when it is due.",
        ),
        (
            "assumed.decimal_sign",
            "En {column} no se distingue el signo decimal ({example}); se ha tomado «{taken}».",
            "In {column} the decimal sign cannot be told ({example}); “{taken}” was taken.",
        ),
        (
            "assumed.date_order",
            "En {column} no se distingue día de mes ({example}); se ha tomado {taken}.",
            "In {column} day and month cannot be told apart ({example}); {taken} was taken.",
        ),
        (
            "assumed.time_zone",
            "Las horas de {column} no dicen su zona; se ha tomado {taken}.",
            "The times in {column} do not say their zone; {taken} was taken.",
        ),
        (
            "assumed.currency_unknown",
            "Los importes de {column} no dicen su moneda; queda vacía.",
            "The amounts in {column} do not say their currency; it is left empty.",
        ),
        (
            "assumed.currency_mixed",
            "Los importes de {column} mezclan monedas.",
            "The amounts in {column} mix currencies.",
        ),
        (
            "assumed.stage_open",
            "No se conoce la etapa «{example}»; se trata como abierta.",
            "The stage “{example}” is not known; it is treated as open.",
        ),
        (
            "table.no_account_column",
            "La tabla {file} no dice a qué cuenta pertenece cada fila.",
            "The table {file} does not say which account each row belongs to.",
        ),
        (
            "document.unassigned",
            "No se sabe de qué cuenta es el documento «{file}»; no se ha importado.",
            "It is not known which account the document “{file}” belongs to; it was not imported.",
        ),
        ("document.warning", "{file}: {value}", "{file}: {value}"),
        (
            "person.erased",
            "La fila {row} es de una persona cuyos datos se borraron; no se ha importado.",
            "Row {row} is about a person whose data were erased; it was not imported.",
        ),
    )
}
_SUGGESTION = {Language.ES: " (¿quizá «{}»?)", Language.EN: " (perhaps “{}”?)"}


def describe(code: str, details: Mapping[str, Any], *, language: Language) -> str:
    """One sentence about an issue. An unknown code is its own text."""
    text = TEXTS.get(code, {}).get(language)
    if text is None:
        return code
    filled: dict[str, str] = defaultdict(str, {key: str(value) for key, value in details.items() if value is not None})
    if "value" in filled:
        # A reader's warning about a document is stored in English.
        filled["value"] = localise(filled["value"], language=language)
    if filled.get("suggestion"):
        filled["suggestion"] = _SUGGESTION[language].format(filled["suggestion"])
    return text.format_map(filled)
