"""Who could look after a lead, and why; nobody is assigned.

Invariant: the first route that fits the lead decides among whom; a suggestion says which facts it rests on, and where
nobody can be suggested it says what is missing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from copilot.scoring.lead_rules import LeadRules, Route
from copilot.store.lead_facts import Colleague, LeadFacts


class Why(StrEnum):
    """What speaks for somebody; or why there is nobody."""

    SPEAKS_LANGUAGE = "speaks_language"
    OTHER_LANGUAGE = "other_language"
    """Nobody there speaks the lead's."""
    LANGUAGE_UNKNOWN = "language_unknown"
    LEAST_LOAD = "least_load"
    ONLY_ONE = "only_one"
    OWNED = "owned"
    """Somebody looks after it already."""
    NO_ROUTE = "no_route"
    NOBODY_ON_ROUTE = "nobody_on_route"
    ALL_FULL = "all_full"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Who could look after a lead."""

    colleague: Colleague | None
    route: str | None
    why: tuple[Why, ...]
    others: int = 0
    """Who could as well."""


def suggested(lead: LeadFacts, colleagues: Sequence[Colleague], rules: LeadRules) -> Suggestion:
    """Somebody for this lead, or why there is nobody."""
    owner = next((one for one in colleagues if one.email == (lead.owner_email or "").lower()), None)
    if owner is not None:
        return Suggestion(owner, None, (Why.OWNED,))
    route = next((route for route in rules.route if _fits(lead, route)), None)
    if route is None:
        return Suggestion(None, None, (Why.NO_ROUTE,))
    asked = [one for one in colleagues if _is_on(one, route)]
    if not asked:
        return Suggestion(None, route.name, (Why.NOBODY_ON_ROUTE,))
    free = [one for one in asked if route.most_accounts is None or one.accounts < route.most_accounts]
    if not free:
        return Suggestion(None, route.name, (Why.ALL_FULL,))
    language = _language(lead.words.get("language"))
    speaking = [one for one in free if language and one.language == language]
    among = speaking or free
    # By email at last: the same facts give the same suggestion.
    chosen = min(among, key=lambda one: (one.accounts + rules.routing.deal_weight * one.open_deals, one.email))
    of_language = Why.SPEAKS_LANGUAGE if speaking else Why.OTHER_LANGUAGE if language else Why.LANGUAGE_UNKNOWN
    return Suggestion(
        chosen, route.name, (of_language, Why.LEAST_LOAD if len(among) > 1 else Why.ONLY_ONE), others=len(among) - 1
    )


def _fits(lead: LeadFacts, route: Route) -> bool:
    wanted = (("language", route.languages), ("country", route.countries), ("segment", route.segments))
    return all(_is_one_of(lead.words.get(name), words) for name, words in wanted)


def _is_one_of(word: str | None, words: Sequence[str]) -> bool:
    return not words or (word is not None and word.strip().casefold() in {one.casefold() for one in words})


def _is_on(colleague: Colleague, route: Route) -> bool:
    return (
        (not route.roles or colleague.role in route.roles)
        and (not route.teams or colleague.team in route.teams)
        and (not route.people or colleague.email in {one.lower() for one in route.people})
    )


def _language(word: str | None) -> str | None:
    """`es-MX` and `ES` are spoken by whoever speaks `es`."""
    return word.strip().casefold()[:2] if word and word.strip() else None
