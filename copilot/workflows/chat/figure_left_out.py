"""What a query could not take in, in sentences: how much, why, and which records for instance.

Invariant: nothing is left out in silence; the count is the query's, the instances are cited by their own fields.
"""

from collections.abc import Iterator, Sequence

from copilot.domain.facts import record_evidence_id
from copilot.domain.figure_field_words import Noun, noun_of, quoted
from copilot.domain.figure_queries import Measure
from copilot.domain.figure_query_words import related_in_words
from copilot.domain.figure_results import LeftOut, LeftOutReason, LeftOutRecord
from copilot.workflows.chat.contract import Line
from copilot.workflows.chat.figure_told import Told

_QUOTED = ("opp_", "tic_", "act_")
"""Records whose names are words of people."""


def left_out_lines(told: Told) -> Iterator[Line]:
    """One line for each reason and field."""
    by_reason: dict[tuple[LeftOutReason, str, bool, int | None], list[LeftOut]] = {}
    for item in told.result.left_out:
        by_reason.setdefault((item.reason, item.field, item.of_account, item.place), []).append(item)
    for items in by_reason.values():
        sources = [record_evidence_id(each.record_id, item.field) for item in items for each in item.examples]
        yield told.line(_sentence(told, items), told.query_id, *sources)


def _sentence(told: Told, items: Sequence[LeftOut]) -> str:
    scene, first = told.scene, items[0]
    noun = noun_of(first.field)
    counts = scene.format.listed([_count(told, item) for item in items])
    return f"{_opening(told, first)}{_reason(told, first, noun, _whose(told, first))}: {counts}."


def _whose(told: Told, item: LeftOut) -> str:
    """Whose the field is, where it is not that of the records themselves."""
    scene = told.scene
    if item.of_account:
        return scene.say(es=" de la cuenta", en=" of the account")
    if item.place is None:
        return ""
    linked = related_in_words(told.result.query.related[item.place], count=2, language=scene.language)
    return scene.say(es=f" de sus {linked}", en=f" of their {linked}")


def _opening(told: Told, item: LeftOut) -> str:
    """Records without the money that a list adds up are in the list, only not in the sum.

    The account of a linked record may be in the list or not: all that is certain is that it was not judged by it.
    """
    query = told.result.query
    if item.place is not None:
        return told.scene.say(es="Sin valorar, por ", en="Not judged, as ")
    judged = any(condition.field == item.field for condition in (*query.conditions, *query.of_account, *query.computed))
    if query.measure is Measure.LIST and not judged:
        return told.scene.say(es="Sin sumar, por ", en="Left out of the sum, as ")
    return told.scene.say(es="Sin contar, por ", en="Left out, as ")


def _reason(told: Told, item: LeftOut, noun: Noun, whose: str) -> str:
    scene = told.scene
    named, verb = f"{noun.named(scene.language)}{whose}", "are" if noun.plural else "is"
    match item.reason:
        case LeftOutReason.OTHER_CURRENCY:
            return scene.say(es=f"tener {named} en otra moneda", en=f"{named} {verb} in another currency")
        case LeftOutReason.NO_CURRENCY:
            return scene.say(es=f"faltar la moneda {noun.of(scene.language)}{whose}", en=f"{named} lacks a currency")
        case LeftOutReason.NO_VALUE:
            return scene.say(es=f"faltar {named}", en=f"{named} {verb} missing")


def _count(told: Told, item: LeftOut) -> str:
    """`3 in USD (Pinecrest Facilities Group US$208,788, …)`"""
    scene = told.scene
    count = scene.format.number(item.count)
    if item.reason is LeftOutReason.OTHER_CURRENCY:
        count += f" {scene.say(es='en', en='in')} {item.currency}"
    if not item.examples:
        return count
    names = [_example(told, each) for each in item.examples]
    more = ["…"] if len(item.examples) < item.count and not item.of_account else []
    return f"{count} ({', '.join([*names, *more])})"


def _example(told: Told, example: LeftOutRecord) -> str:
    name = example.name
    if example.record_id.startswith(_QUOTED):
        name = quoted(name, language=told.scene.language)
    if example.value is None or example.currency is None:
        return name
    return f"{name} {told.scene.format.money(example.value, currency=example.currency)}"
