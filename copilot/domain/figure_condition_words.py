"""One condition of a query in plain words, in both languages.

Invariant: the words say the field, the operator, every value and, for money, the currency.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal

from copilot.domain.figure_field_words import joined, noun_of, quoted, value_in_words
from copilot.domain.figure_queries import COMPUTED_DAYS, DATES, Condition, Operator, Subject, Value
from copilot.domain.language import Language

_DATED = {
    "close_date": ("con cierre", "closing"),
    "renewal_date": ("con renovación", "renewing"),
    "customer_since": ("con alta como cliente", "that became customers"),
    "churned_on": ("con baja", "that left"),
    "last_activity": ("con última actividad", "last active"),
    "created_on": ("con creación", "created"),
    "stage_changed_on": ("con cambio de etapa", "with a stage change"),
    "opened_at": ("con apertura", "opened"),
    "closed_at": ("con cierre", "closed"),
    "occurred_at": ("con fecha", "dated"),
    "answered_on": ("con respuesta", "answered"),
    "left_on": ("con salida", "who left"),
}
_DAYS = DATES | COMPUTED_DAYS
_DATE_OPERATORS = {
    Operator.IS: ("el {0}", "on {0}"),
    Operator.IS_NOT: ("no el {0}", "not on {0}"),
    Operator.AT_LEAST: ("desde el {0}", "from {0} on"),
    Operator.MORE_THAN: ("después del {0}", "after {0}"),
    Operator.AT_MOST: ("hasta el {0}", "up to {0}"),
    Operator.LESS_THAN: ("antes del {0}", "before {0}"),
}
_CHANGE = "active_users_change_pct"
_FALLS = {
    Operator.LESS_THAN: ("de más de {0}", "of more than {0}"),
    Operator.AT_MOST: ("de al menos {0}", "of at least {0}"),
}
_NUMBER_OPERATORS = {
    Operator.IS: ("de {0}", "of {0}"),
    Operator.IS_NOT: ("distinto de {0}", "other than {0}"),
    Operator.AT_LEAST: ("de al menos {0}", "of at least {0}"),
    Operator.MORE_THAN: ("de más de {0}", "of more than {0}"),
    Operator.AT_MOST: ("de como mucho {0}", "of at most {0}"),
    Operator.LESS_THAN: ("de menos de {0}", "of less than {0}"),
}


def condition_in_words(subject: Subject, conditions: Iterable[Condition], *, language: Language) -> tuple[str, ...]:
    """Each condition by itself, a stretch of days as one. Countries of accounts are said by `places_in_words`."""
    return tuple(_said(subject, [item for item in conditions if not _is_place(subject, item)], language))


def places_in_words(conditions: Iterable[Condition], *, language: Language) -> str:
    """Countries of accounts: `in Spain or Portugal`."""
    places = []
    for condition in conditions:
        if _is_place(Subject.ACCOUNTS, condition):
            names = [value_in_words("country", str(value), language=language) for value in condition.values]
            preposition = ("en", "in") if condition.operator is Operator.IS else ("fuera de", "outside")
            places.append(f"{preposition[0 if language is Language.ES else 1]} {joined(names, language=language)}")
    return ", ".join(places)


def _is_place(subject: Subject, condition: Condition) -> bool:
    return (
        subject is Subject.ACCOUNTS
        and condition.field == "country"
        and condition.operator in {Operator.IS, Operator.IS_NOT}
    )


def _said(subject: Subject, conditions: list[Condition], language: Language) -> Iterator[str]:
    left = list(conditions)
    while left:
        condition = left.pop(0)
        other = next((item for item in left if _is_stretch(condition, item)), None)
        if other is not None:
            left.remove(other)
            yield _between(condition, other, language)
        else:
            yield _one(subject, condition, language)


def _is_stretch(first: Condition, other: Condition) -> bool:
    ends = {first.operator, other.operator}
    same = first.field == other.field and first.currency == other.currency
    return same and ends == {Operator.AT_LEAST, Operator.AT_MOST}


def _between(first: Condition, other: Condition, language: Language) -> str:
    low, high = (first, other) if first.operator is Operator.AT_LEAST else (other, first)
    if first.field in _DAYS and low.values == high.values:
        return _dated(low.model_copy(update={"operator": Operator.IS}), language)
    start, end = (_value(item, item.values[0], language, None) for item in (low, high))
    if first.field in _DAYS:
        verb = _DATED[first.field]
        if language is Language.ES:
            return f"{verb[0]} entre el {start} y el {end}"
        return f"{verb[1]} between {start} and {end}"
    noun = noun_of(first.field).bare(language)
    if language is Language.ES:
        return f"con {noun} de entre {start} y {end}"
    return f"with {noun} between {start} and {end}"


def _one(subject: Subject, condition: Condition, language: Language) -> str:
    index, noun = 0 if language is Language.ES else 1, noun_of(condition.field)
    operator = condition.operator
    if operator is Operator.IS_EMPTY:
        return f"{('sin', 'without')[index]} {noun.bare(language)}"
    if operator is Operator.IS_FILLED:
        return f"{('con', 'with')[index]} {noun.bare(language)}"
    if condition.field in _DAYS:
        return _dated(condition, language)
    if (fall := _fall(condition, language)) is not None:
        return fall
    if all(isinstance(value, Decimal) for value in condition.values):
        values = joined([_value(condition, value, language, subject) for value in condition.values], language=language)
        return f"{('con', 'with')[index]} {noun.bare(language)} {_NUMBER_OPERATORS[operator][index].format(values)}"
    if condition.field == "do_not_contact":
        return _asked_for_silence(condition, language)
    return _on_text(subject, condition, language)


def _fall(condition: Condition, language: Language) -> str | None:
    """`fell by more than 20 %` rather than a change of less than -20 %."""
    number = condition.values[0] if condition.values else None
    if condition.field != _CHANGE or condition.operator not in _FALLS or not isinstance(number, Decimal) or number >= 0:
        return None
    share = _FALLS[condition.operator][0 if language is Language.ES else 1].format(
        _value(condition, -number, language, None)
    )
    if language is Language.ES:
        return f"con una caída de usuarios activos {share}"
    return f"with a fall in active users {share}"


def _dated(condition: Condition, language: Language) -> str:
    index = 0 if language is Language.ES else 1
    values = [_value(condition, value, language, None) for value in condition.values]
    template = _DATE_OPERATORS[condition.operator][index]
    return f"{_DATED[condition.field][index]} {template.format(joined(values, language=language))}"


def _asked_for_silence(condition: Condition, language: Language) -> str:
    wanted = {bool(value) for value in condition.values}
    asked = True in wanted if condition.operator is Operator.IS else True not in wanted
    if language is Language.ES:
        words = "que pidieron que no se les contacte" if asked else "a quienes se puede contactar"
    else:
        words = "who opted out of contact" if asked else "who may be contacted"
    return words if len(wanted) == 1 else f"{words} (…)"


def _on_text(subject: Subject, condition: Condition, language: Language) -> str:
    values = [_value(condition, value, language, subject) for value in condition.values]
    listed, noun = joined(values, language=language), noun_of(condition.field).bare(language)
    spanish = language is Language.ES
    joint = {
        Operator.CONTAINS: " que contiene" if spanish else " containing",
        Operator.IS_NOT: " distinto de" if spanish else " other than",
    }.get(condition.operator, "")
    return f"{'con' if spanish else 'with'} {noun}{joint} {listed}"


def _value(condition: Condition, value: Value, language: Language, subject: Subject | None) -> str:
    words = value_in_words(
        condition.field, value, language=language, currency=condition.currency, subject=subject
    )  # fmt: skip
    if isinstance(value, date | Decimal | bool) or words != value:
        return words
    return quoted(words, language=language)
