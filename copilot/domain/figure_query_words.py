"""A query about figures in plain words, in both languages.

Invariant: every condition of the query is said, none is added; two queries that differ in what they match differ in
their words. Accounts without a name among `names` are counted, not named.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from copilot.domain.figure_condition_words import condition_in_words, places_in_words
from copilot.domain.figure_field_words import joined, noun_of
from copilot.domain.figure_queries import DATES, Condition, FigureQuery, Measure, Operator, Related, Subject
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language

_NOUNS: dict[Subject, tuple[tuple[str, str], tuple[str, str]]] = {
    Subject.ACCOUNTS: (("cuenta", "cuentas"), ("account", "accounts")),
    Subject.OPPORTUNITIES: (("oportunidad", "oportunidades"), ("opportunity", "opportunities")),
    Subject.TICKETS: (("ticket", "tickets"), ("ticket", "tickets")),
    Subject.SURVEYS: (("respuesta de encuesta", "respuestas de encuesta"), ("survey answer", "survey answers")),
    Subject.ACTIVITIES: (("actividad", "actividades"), ("activity", "activities")),
    Subject.CONTACTS: (("contacto", "contactos"), ("contact", "contacts")),
}
"""(Spanish singular and plural), (English singular and plural)."""
_Adjective = tuple[tuple[str, str], str]
_AFTER_NOUN: dict[tuple[Subject, str], dict[str, _Adjective]] = {
    (Subject.OPPORTUNITIES, "status"): {
        "open": (("abierta", "abiertas"), "open"),
        "won": (("ganada", "ganadas"), "won"),
        "lost": (("perdida", "perdidas"), "lost"),
    },
    (Subject.OPPORTUNITIES, "kind"): {
        "renewal": (("de renovación", "de renovación"), "renewal"),
        "expansion": (("de ampliación", "de ampliación"), "expansion"),
        "new_business": (("de nueva venta", "de nueva venta"), "new-business"),
    },
    (Subject.TICKETS, "status"): {
        "open": (("abierto", "abiertos"), "open"),
        "pending": (("pendiente", "pendientes"), "pending"),
        "closed": (("cerrado", "cerrados"), "closed"),
    },
    (Subject.TICKETS, "priority"): {f"p{level}": ((f"P{level}", f"P{level}"), f"P{level}") for level in range(1, 5)},
    (Subject.ACCOUNTS, "lifecycle"): {
        "customer": (("cliente", "cliente"), "customer"),
        "prospect": (("potencial", "potenciales"), "prospect"),
        "churned": (("perdida", "perdidas"), "churned"),
    },
    (Subject.SURVEYS, "kind"): {name.lower(): ((name, name), name) for name in ("NPS", "CSAT", "CES")},
    (Subject.ACTIVITIES, "kind"): {
        "email": (("de correo", "de correo"), "email"),
        "call": (("de llamada", "de llamada"), "call"),
        "meeting": (("de reunión", "de reunión"), "meeting"),
        "note": (("de nota", "de nota"), "note"),
    },
    (Subject.ACTIVITIES, "direction"): {
        "inbound": (("del cliente", "del cliente"), "inbound"),
        "outbound": (("nuestra", "nuestras"), "outbound"),
        "internal": (("interna", "internas"), "internal"),
    },
    (Subject.CONTACTS, "stance"): {
        "champion": (("impulsor", "impulsores"), "champion"),
        "supporter": (("favorable", "favorables"), "supporting"),
        "neutral": (("neutral", "neutrales"), "neutral"),
        "sceptic": (("reticente", "reticentes"), "sceptical"),
        "blocker": (("contrario", "contrarios"), "opposing"),
    },
}  # fmt: skip
_FIRST = ("priority", "kind", "direction", "stance", "lifecycle", "status")
"""Order of adjectives after a Spanish noun; English has them before it, the other way round."""


@dataclass(frozen=True, slots=True)
class QueryWords:
    """The parts of a query, to be joined into a list or a sentence."""

    one: str
    """What is looked for, in the singular: `open opportunity`."""
    many: str
    whose: str
    """`of your accounts in Spain`; empty for all that the reader may see."""
    further: tuple[str, ...]
    """Conditions: `closing between 1 October 2026 and 31 December 2026`."""
    is_open: bool = False
    """Whether it looks for open opportunities of any kind: the pipeline."""

    def phrase(self, *, count: int) -> str:
        """As part of a sentence, in the number that `count` takes."""
        return " ".join(filter(None, [self.one if count == 1 else self.many, self.without_noun()]))

    def without_noun(self) -> str:
        """Whose, and the conditions."""
        head = " ".join(filter(None, [self.whose, *self.further[:1]]))
        return ", ".join([head, *self.further[1:]])

    def parts(self) -> tuple[str, ...]:
        """As a list."""
        return tuple(filter(None, [self.many, self.whose, *self.further]))


def words_of(query: FigureQuery, *, language: Language, names: Mapping[str, str]) -> QueryWords:
    """The query without its measure."""
    one, many, rest = _head(query.subject, query.conditions, language)
    further = condition_in_words(query.subject, rest, language=language)
    whose = _whose(query, language, names)
    related = tuple(_related(item, language) for item in query.related)
    computed = () if query.subject is not Subject.ACCOUNTS else _computed(query, language)
    if query.subject is Subject.ACCOUNTS:
        places, further = places_in_words(query.conditions, language=language), tuple(further)
        whose = " ".join(filter(None, [whose, places]))
    return QueryWords(
        one=one,
        many=many,
        whose=whose,
        further=(*further, *computed, *related),
        is_open=many in {"open opportunities", "oportunidades abiertas"},
    )


def query_in_words(query: FigureQuery, *, language: Language, names: Mapping[str, str], measured: bool = True) -> str:
    """The whole query: `sum of the amount · open opportunities · of accounts in Spain · closing …`.

    Without its first part if not `measured`, where the sentence says what was done.
    """
    words = words_of(query, language=language, names=names)
    parts = [*filter(None, [_measured(query, language) if measured else ""]), *words.parts()]
    if query.group_by is not None and query.measure is not Measure.LIST:
        parts.append(_grouped(query.group_by, language))
    if query.order_by is not None and not _is_usual_order(query):
        parts.append(_ordered(query, language))
    return " · ".join(parts)


def _measured(query: FigureQuery, language: Language) -> str:
    spanish = language is Language.ES
    match query.measure:
        case Measure.COUNT:
            return "recuento" if spanish else "count"
        case Measure.SUM | Measure.MEAN:
            name = noun_of(query.field or "").of(language)
            words = ("suma", "sum") if query.measure is Measure.SUM else ("media", "mean")
            return f"{words[0] if spanish else words[1]} {name}"
        case Measure.LIST:
            return ""


def group_in_words(name: str, *, language: Language) -> str:
    """What is grouped by: `country of the account`."""
    field = noun_of(name.removeprefix("account.")).bare(language)
    if not name.startswith("account."):
        return field
    return f"{field} de la cuenta" if language is Language.ES else f"{field} of the account"


def _grouped(name: str, language: Language) -> str:
    return f"{'por' if language is Language.ES else 'by'} {group_in_words(name, language=language)}"


def _is_usual_order(query: FigureQuery) -> bool:
    """By name or by day: what a list is in anyway."""
    if query.descending:
        return query.order_by in {"opened_at", "occurred_at", "answered_on"}
    return query.order_by == "name" or query.order_by in DATES


def _ordered(query: FigureQuery, language: Language) -> str:
    noun = noun_of(query.order_by or "").bare(language)
    if query.order_by in DATES:
        return f"por {noun}, lo último primero" if language is Language.ES else f"by {noun}, latest first"
    if language is Language.ES:
        return f"por {noun}, {'de mayor a menor' if query.descending else 'de menor a mayor'}"
    return f"by {noun}, {'descending' if query.descending else 'ascending'}"


def _head(
    subject: Subject, conditions: tuple[Condition, ...], language: Language
) -> tuple[str, str, tuple[Condition, ...]]:
    """Noun with its adjectives, singular and plural, and the conditions that they do not say."""
    said: dict[str, Condition] = {}
    for condition in (_as_open(subject, item) for item in conditions):
        known = _AFTER_NOUN.get((subject, condition.field), {})
        sayable = condition.operator is Operator.IS and all(str(value).lower() in known for value in condition.values)
        if sayable and condition.field not in said:
            said[condition.field] = condition
    rest = tuple(item for item in conditions if said.get(item.field) != _as_open(subject, item))
    adjectives = [_adjective(subject, said[name], language) for name in _FIRST if name in said]
    (es_one, es_many), (en_one, en_many) = _NOUNS[subject]
    if language is Language.ES:
        one = " ".join([es_one, *(pair[0] for pair in adjectives)])
        return one, " ".join([es_many, *(pair[1] for pair in adjectives)]), rest
    before = [pair[0] for pair in reversed(adjectives)]
    return " ".join([*before, en_one]), " ".join([*before, en_many]), rest


def _as_open(subject: Subject, condition: Condition) -> Condition:
    """A ticket that is not closed is an open one."""
    is_status = subject is Subject.TICKETS and condition.field == "status"
    not_closed = condition.operator is Operator.IS_NOT and [*map(str, condition.values)] == ["closed"]
    if is_status and not_closed:
        return condition.model_copy(update={"operator": Operator.IS, "values": ("open",)})
    return condition


def _adjective(subject: Subject, condition: Condition, language: Language) -> tuple[str, str]:
    known = [_AFTER_NOUN[subject, condition.field][str(value).lower()] for value in condition.values]
    if language is Language.EN:
        words = joined([item[1] for item in known], language=language)
        return words, words
    return (
        joined([item[0][0] for item in known], language=language),
        joined([item[0][1] for item in known], language=language),
    )


def _whose(query: FigureQuery, language: Language, names: Mapping[str, str]) -> str:
    """Of which accounts, with the conditions on them."""
    spanish, of_accounts = language is Language.ES, query.subject is not Subject.ACCOUNTS
    named = _named(query, language, names)
    if not of_accounts:
        own = ("a su cargo" if spanish else "of yours") if query.mine else ""
        listed = f"({named})" if named else ""
        return " ".join(filter(None, [own, listed]))
    _, accounts, rest = _head(Subject.ACCOUNTS, query.of_account, language)
    if named:
        whose, rest = f"{'de' if spanish else 'of'} {named}", query.of_account
    elif query.mine:
        whose = f"de sus {accounts}" if spanish else f"of your {accounts}"
    else:
        whose = (f"de {accounts}" if spanish else f"of {accounts}") if query.of_account or query.computed else ""
    places = places_in_words(query.of_account, language=language)
    further = ", ".join((*condition_in_words(Subject.ACCOUNTS, rest, language=language), *_computed(query, language)))
    return " ".join(filter(None, [whose, places, further]))


def _computed(query: FigureQuery, language: Language) -> tuple[str, ...]:
    return condition_in_words(Subject.ACCOUNTS, query.computed, language=language)


def _named(query: FigureQuery, language: Language, names: Mapping[str, str]) -> str:
    if not query.account_ids:
        return ""
    known = [names[item] for item in query.account_ids if item in names]
    unknown = len(query.account_ids) - len(known)
    if unknown:
        write = Formatter(language)
        word = ("cuenta", "cuentas") if language is Language.ES else ("account", "accounts")
        known.append(write.count(unknown, one=word[0], many=word[1]))
    return Formatter(language).listed(known)


def _related(related: Related, language: Language) -> str:
    _, many, rest = _head(related.subject, related.conditions, language)
    further = condition_in_words(related.subject, rest, language=language)
    if related.subject is Subject.ACCOUNTS:
        further = (*filter(None, [places_in_words(related.conditions, language=language)]), *further)
    tail = f" {', '.join(further)}" if further else ""
    spanish = language is Language.ES
    if related.at_most is not None:
        return f"{_counted(related.at_least, related.at_most, language)} {many}{tail}"
    if related.at_least == 0:
        return f"{'sin' if spanish else 'without'} {many}{tail}"
    if related.at_least == 1:
        return f"{'con' if spanish else 'with'} {many}{tail}"
    least = Formatter(language).number(related.at_least)
    return f"{'con al menos' if spanish else 'with at least'} {least} {many}{tail}"


def _counted(least: int, most: int, language: Language) -> str:
    """`with at most 3`, `con exactamente 2`, `with 2 to 5`."""
    low, high = Formatter(language).number(least), Formatter(language).number(most)
    spanish = language is Language.ES
    if least == most:
        return f"{'con exactamente' if spanish else 'with exactly'} {high}"
    if least == 0:
        return f"{'con' if spanish else 'with'} {'como mucho' if spanish else 'at most'} {high}"
    return f"con entre {low} y {high}" if spanish else f"with {low} to {high}"


def subject_in_words(subject: Subject, *, count: int, language: Language) -> str:
    """`oportunidades` / `opportunity`."""
    spanish, english = _NOUNS[subject]
    return (spanish if language is Language.ES else english)[0 if count == 1 else 1]


def related_in_words(related: Related, *, count: int, language: Language) -> str:
    """What a row counts: `open P1 tickets`."""
    one, many, _ = _head(related.subject, related.conditions, language)
    return one if count == 1 else many
