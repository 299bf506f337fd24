"""Names of people and things as texts mention them.

Invariant: two names are the same person only if one's words are all in the other's and at least one family name
or both given name and family name agree; a first name alone never matches a different full name.
"""

import re
from functools import lru_cache

from copilot.domain.folding import fold
from copilot.workflows.reading.cues import words as cue_words

_WORD = re.compile(r"[^\W_]+")


@lru_cache(maxsize=20_000)
def words(text: str) -> tuple[str, ...]:
    """Folded words."""
    return tuple(_WORD.findall(fold(text)))


def same_person(one: str, other: str) -> bool:
    """Whether two ways of writing a name can be the same person (`Ana Ruiz Gil` and `Ana Ruiz`)."""
    first, second = words(one), words(other)
    if not first or not second:
        return False
    shorter, longer = sorted((first, second), key=len)
    if len(shorter) == 1:
        return len(longer) == 1 and shorter == longer
    return shorter[0] == longer[0] and set(shorter) <= set(longer)


def mentions_person(text: str, name: str) -> bool:
    """Whether a text names the person by given name, written as a name."""
    given = name.split()[0]
    return bool(re.search(rf"\b{re.escape(given)}\b", text)) and len(given) > 2


def mentions(text: str, subject: str, *, besides: str = "") -> bool:
    """Whether a text names the thing: a telling word of its name, a product for instance, stands in it.

    Words of `besides` (the account's name) tell nothing.
    """
    dull = cue_words("dull") | set(words(besides))
    telling = [word for word in words(subject) if len(word) > 3 and word not in dull and not word.isdigit()]
    present = set(words(text))
    return any(word in present for word in telling)
