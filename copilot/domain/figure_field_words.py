"""What the fields, values and computed figures of queries are called, in both languages.

Invariant: every field of `figure_queries.FIELDS` and every name of `METRICS` has words here (tested).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from babel import Locale

from copilot.domain.facts import FieldValue
from copilot.domain.figure_queries import MONEY, Subject
from copilot.domain.formatting import LOCALES, Formatter
from copilot.domain.language import Language


@dataclass(frozen=True, slots=True)
class Noun:
    """A thing in both languages. `es` carries its article: `el importe`; plural nouns go with `son`."""

    es: str
    en: str
    plural: bool = False

    def bare(self, language: Language) -> str:
        """Without article."""
        return self.es.split(" ", 1)[1] if language is Language.ES else self.en

    def named(self, language: Language) -> str:
        """With article."""
        return self.es if language is Language.ES else f"the {self.en}"

    def of(self, language: Language) -> str:
        """`del importe`, `of the amount`."""
        if language is Language.EN:
            return f"of the {self.en}"
        return f"del {self.bare(language)}" if self.es.startswith("el ") else f"de {self.es}"


_FIELDS = {
    "name": Noun("el nombre", "name"),
    "country": Noun("el país", "country"),
    "industry": Noun("el sector", "industry"),
    "segment": Noun("el segmento", "segment"),
    "language": Noun("el idioma", "language"),
    "owner_email": Noun("el responsable", "owner"),
    "lifecycle": Noun("la fase", "lifecycle stage"),
    "employees": Noun("los empleados", "employees", plural=True),
    "annual_revenue": Noun("la facturación anual", "annual revenue"),
    "arr": Noun("el ARR", "ARR"),
    "currency": Noun("la moneda", "currency"),
    "seats_licensed": Noun("las licencias contratadas", "licensed seats", plural=True),
    "customer_since": Noun("la fecha de alta como cliente", "customer-since date"),
    "renewal_date": Noun("la fecha de renovación", "renewal date"),
    "churned_on": Noun("la fecha de baja", "leaving date"),
    "parent_name": Noun("la matriz", "parent company"),
    "kind": Noun("el tipo", "kind"),
    "stage": Noun("la etapa", "stage"),
    "status": Noun("el estado", "status"),
    "amount": Noun("el importe", "amount"),
    "probability": Noun("la probabilidad", "probability"),
    "product_name": Noun("el producto", "product"),
    "owner_name": Noun("el responsable", "owner"),
    "created_on": Noun("la fecha de creación", "creation date"),
    "close_date": Noun("la fecha de cierre", "close date"),
    "stage_changed_on": Noun("el último cambio de etapa", "last stage change"),
    "next_step": Noun("el próximo paso", "next step"),
    "lost_reason": Noun("el motivo de pérdida", "reason for the loss"),
    "subject": Noun("el asunto", "subject"),
    "priority": Noun("la prioridad", "priority"),
    "category": Noun("la categoría", "category"),
    "opened_at": Noun("la fecha de apertura", "opening date"),
    "closed_at": Noun("la fecha de cierre", "closing date"),
    "contact_name": Noun("la persona que respondió", "respondent"),
    "score": Noun("la puntuación", "score"),
    "comment": Noun("el comentario", "comment"),
    "answered_on": Noun("la fecha de respuesta", "answer date"),
    "occurred_at": Noun("la fecha", "date"),
    "direction": Noun("el sentido", "direction"),
    "author": Noun("el autor", "author"),
    "email": Noun("el correo electrónico", "email address"),
    "phone": Noun("el teléfono", "phone number"),
    "title": Noun("el cargo", "job title"),
    "stance": Noun("la postura", "stance"),
    "left_on": Noun("la fecha de salida", "leaving date"),
    "do_not_contact": Noun("la petición de no contactar", "do-not-contact request"),
}
_METRICS = {
    "days_to_renewal": Noun("los días hasta la renovación", "days to renewal", plural=True),
    "open_opportunities": Noun("las oportunidades abiertas", "open opportunities", plural=True),
    "open_pipeline": Noun("el pipeline abierto", "open pipeline"),
    "overdue_opportunities": Noun("las oportunidades con cierre vencido", "overdue opportunities", plural=True),
    "tickets_open": Noun("los tickets abiertos", "open tickets", plural=True),
    "tickets_open_p1": Noun("los tickets P1 abiertos", "open P1 tickets", plural=True),
    "tickets_opened_90d": Noun("los tickets de los últimos 90 días", "tickets of the last 90 days", plural=True),
    "tickets_opened_prev_90d": Noun("los tickets de los 90 días previos", "tickets of the 90 days before", plural=True),
    "median_days_to_close_180d": Noun("la mediana de días hasta el cierre", "median days to close"),
    "active_users_recent": Noun("los usuarios activos", "active users", plural=True),
    "active_users_prior": Noun("los usuarios activos 13 semanas antes", "active users 13 weeks earlier", plural=True),
    "active_users_change_pct": Noun("la variación de usuarios activos", "change in active users"),
    "seat_utilisation_pct": Noun("el uso de licencias", "seat utilisation"),
    "nps_latest": Noun("el último NPS", "latest NPS"),
    "nps_previous": Noun("el NPS anterior", "previous NPS"),
    "csat_mean_180d": Noun("la media de CSAT", "mean CSAT"),
    "last_activity": Noun("la última actividad", "last activity"),
    "days_since_last_inbound": Noun(
        "los días sin mensajes del cliente", "days since the customer last wrote, called or met", plural=True
    ),
}  # fmt: skip
PERCENTAGES = frozenset({"active_users_change_pct", "seat_utilisation_pct", "probability"})

_VALUES: dict[str, dict[str, tuple[str, str]]] = {
    "lifecycle": {
        "customer": ("cliente", "customer"),
        "prospect": ("cliente potencial", "prospect"),
        "churned": ("cliente perdido", "churned"),
    },
    "status": {
        "open": ("abierta", "open"),
        "won": ("ganada", "won"),
        "lost": ("perdida", "lost"),
        "pending": ("pendiente", "pending"),
        "closed": ("cerrado", "closed"),
    },
    "kind": {
        "new_business": ("nueva venta", "new business"),
        "renewal": ("renovación", "renewal"),
        "expansion": ("ampliación", "expansion"),
        "email": ("correo", "email"),
        "call": ("llamada", "call"),
        "meeting": ("reunión", "meeting"),
        "note": ("nota", "note"),
    },
    "direction": {
        "inbound": ("del cliente", "inbound"),
        "outbound": ("nuestra", "outbound"),
        "internal": ("interna", "internal"),
    },
    "stance": {
        "champion": ("impulsa el proyecto", "champion"),
        "supporter": ("a favor", "supporter"),
        "neutral": ("neutral", "neutral"),
        "sceptic": ("con reservas", "sceptic"),
        "blocker": ("en contra", "blocker"),
    },
    "language": {"es": ("español", "Spanish"), "en": ("inglés", "English")},
}


def noun_of(name: str) -> Noun:
    """A field or a computed figure. Raises KeyError for any other name."""
    return _FIELDS[name] if name in _FIELDS else _METRICS[name]


def value_in_words(
    field: str, value: FieldValue, *, language: Language, currency: str | None = None, subject: Subject | None = None
) -> str:
    """A filled value as a reader of the language writes it; texts of the CRM as they are."""
    write = Formatter(language)
    if field in MONEY and isinstance(value, Decimal):
        return write.money(value, currency=currency)
    match value:
        case datetime():
            return write.day(value.astimezone(UTC).date())
        case date():
            return write.day(value)
        case bool():
            yes = ("sí", "yes") if value else ("no", "no")
            return _pick(yes, language)
        case int() | Decimal():
            number = Decimal(value)
            return write.percent(number) if field in PERCENTAGES else write.number(number)
        case _:
            return _text(field, str(value), language, subject)


def _text(field: str, value: str, language: Language, subject: Subject | None) -> str:
    if field == "country":
        return country_name(value, language=language)
    known = _VALUES.get(field, {}).get(value.lower())
    if known is None:
        return value
    words = _pick(known, language)
    if field == "status" and subject is Subject.TICKETS and language is Language.ES:
        return words.removesuffix("a") + "o" if words.endswith("a") else words
    return words


def country_name(code: str, *, language: Language) -> str:
    """`Spain` for ES; what is no ISO code stays as it is."""
    territories = Locale.parse(LOCALES[language]).territories
    return str(territories.get(code.upper(), code)) if len(code) == 2 else code


def quoted(text: str, *, language: Language) -> str:
    """Between the marks of the language."""
    return f"«{text}»" if language is Language.ES else f"“{text}”"


def _pick(pair: tuple[str, str], language: Language) -> str:
    return pair[0] if language is Language.ES else pair[1]


def joined(items: list[str], *, language: Language) -> str:
    """`a, b o c` / `a, b or c`."""
    if len(items) < 2:
        return "".join(items)
    word = _spanish_or(items[-1]) if language is Language.ES else "or"
    return f"{', '.join(items[:-1])} {word} {items[-1]}"


def _spanish_or(following: str) -> str:
    return "u" if following.lstrip("«“").lower().startswith(("o", "ó", "ho", "hó")) else "o"
