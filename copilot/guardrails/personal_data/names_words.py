"""Capitalised words of a text, grouped into runs, and what each word can be.

Invariant: a run is a stretch of one line, at most seven words long, and every word of it keeps its place in the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from functools import lru_cache

from copilot.domain.folding import fold
from copilot.guardrails.personal_data.name_lists import AMBIGUOUS, FAMILY, GIVEN, NOT_NAMES, SOUNDS, WORDS

_LETTERS = [chr(code) for block in ((0x41, 0x530), (0x1E00, 0x2000)) for code in range(*block) if chr(code).isalpha()]
_UPPER = "".join(letter for letter in _LETTERS if letter.isupper())
_ANY = "".join(letter for letter in _LETTERS if letter not in "ªº")
_CAPITALISED = rf"(?:Mª|[{_UPPER}](?:[{_ANY}]|['’\-](?=[{_ANY}])){{0,40}}(?![\wªº]))"
_INITIAL = rf"(?:[{_UPPER}]\.(?:[ -]?[{_UPPER}]\.){{0,2}})"
_PARTICLE = (
    r"(?:de la|de los|de las|del|de|das|dos|da|do|di|du|la|le|van der|van den|van de|van|von der|von|zu|bin|ibn|al|el|"
    r"ter|ten|i|af|av)"
)
_RUN = re.compile(
    rf"(?:(?<![\w@.'’/\\-])|(?<=\b[DS]r\.)|(?<=\b[DS]ra\.))(?:{_INITIAL}[ \t]?)?{_CAPITALISED}"
    rf"(?:[ \t\u00a0]{{1,2}}(?:{_PARTICLE} )?(?:{_INITIAL}|{_CAPITALISED})){{0,6}}"
)
_WORD = re.compile(rf"{_INITIAL}|{_CAPITALISED}")
_FAMILY_ENDINGS = (
    "sson", "ssen", "dottir", "ovic", "ovich", "evic", "enko", "escu", "eanu", "oglu", "opoulos", "idis", "akis",
    "ishvili", "adze", "yan", "owski", "ewski", "inski", "ynski", "owska", "ewska", "inska", "ova", "ska", "sky",
    "czyk", "wicz", "quist", "qvist", "strom", "gren", "mann", "stein", "berger", "baum", "etti", "elli", "ucci", "ini",
    "oni", "acci", "azzi", "aro", "guez", "inez", "andez", "andes", "endez", "alvez", "etxea", "eta", "garay", "aga",
    "puig", "ells", "wala", "murthy", "swamy", "moto", "yama", "mura", "kawa", "naka", "shima", "inen", "nen", "ila",
)  # fmt: skip
_SHORTEST_ENDED = 5
_LONGEST_HEARD = 24
_SOUNDS_LIKE_A_NAME = 2.0


class Kind(Enum):
    """What a capitalised word is, by itself."""

    GIVEN = auto()
    AMBIGUOUS = auto()
    """A given name that is also a word, a place or a brand."""
    FAMILY = auto()
    FAMILY_WORD = auto()
    """A family name that is also an everyday word."""
    SOUNDS = auto()
    """On no list, but made of the letter groups that names are made of."""
    UNKNOWN = auto()
    INITIAL = auto()
    CAPITALS = auto()
    """In capitals and no name."""
    PARTICLE = auto()
    """`De`, `San`, `Van`: part of a family name where another part follows."""
    WORD = auto()
    """An everyday word: part of a name only between others."""
    NEVER = auto()
    """A pronoun, a month, a country, a trade word, a legal form: no part of a name."""


@dataclass(frozen=True, slots=True)
class Word:
    """One capitalised word at `start` of the text. `folded` is without case, accents and possessive."""

    start: int
    end: int
    folded: str
    kind: Kind
    capitals: bool


def runs(text: str) -> Iterator[list[Word]]:
    """Stretches of capitalised words in reading order."""
    for match in _RUN.finditer(text):
        yield [_word(part.group(), part.start()) for part in _WORD.finditer(text, match.start(), match.end())]


def _word(value: str, start: int) -> Word:
    if value.endswith("."):
        folded = value.lower().replace(" ", "")
        kind = Kind.NEVER if folded in _LEGAL_FORMS else Kind.INITIAL
        return Word(start, start + len(value), folded, kind, capitals=False)
    for possessive in ("'s", "’s"):
        value = value.removesuffix(possessive)
    folded, kind, capitals = ("maria", Kind.GIVEN, False) if value == "Mª" else _looked_up(value)
    return Word(start, start + len(value), folded, kind, capitals)


@lru_cache(maxsize=20_000)
def _looked_up(value: str) -> tuple[str, Kind, bool]:
    folded = fold(value)
    capitals = len(value) > 1 and value.isupper()
    kind = kind_of(folded)
    if len(value) == 1:
        kind = Kind.INITIAL
    elif capitals and kind in {Kind.UNKNOWN, Kind.SOUNDS}:
        kind = Kind.CAPITALS
    return folded, kind, capitals


def kind_of(folded: str) -> Kind:
    """What a word without case and accents is, hyphenated ones by their first part that is a name."""
    if folded in _PARTICLES:
        return Kind.PARTICLE
    if folded in GIVEN and folded not in AMBIGUOUS:
        return Kind.GIVEN
    word = folded in WORDS or folded in NOT_NAMES or folded in AMBIGUOUS
    if folded in FAMILY:
        return _FAMILY_KINDS[word, folded in GIVEN]
    if word:
        return _word_kind(folded)
    if "-" in folded:
        kinds = [kind_of(part) for part in folded.split("-", 3)[:3]]
        return next((kind for kind in (*_NAMED, Kind.NEVER, Kind.WORD) if kind in kinds), Kind.UNKNOWN)
    if len(folded) > _SHORTEST_ENDED and folded.endswith(_FAMILY_ENDINGS):
        return Kind.FAMILY
    return Kind.SOUNDS if sound(folded) >= _SOUNDS_LIKE_A_NAME else Kind.UNKNOWN


def sound(folded: str) -> float:
    """The log odds that a word is a name, by its groups of two to four letters."""
    padded = f" {folded[:_LONGEST_HEARD]} "
    groups = {padded[start : start + size] for size in (2, 3, 4) for start in range(len(padded) - size + 1)}
    return SOUNDS.get("=", 0.0) + sum(SOUNDS.get(group, 0.0) for group in groups)


def _word_kind(folded: str) -> Kind:
    if folded in AMBIGUOUS:
        return Kind.AMBIGUOUS
    return Kind.NEVER if folded in NOT_NAMES else Kind.WORD


_FAMILY_KINDS = {
    (False, False): Kind.FAMILY,
    (False, True): Kind.GIVEN,
    (True, False): Kind.FAMILY_WORD,
    (True, True): Kind.AMBIGUOUS,
}
"""By whether it is an everyday word, and whether it is a given name."""
_NAMED = (Kind.GIVEN, Kind.FAMILY, Kind.AMBIGUOUS)
_PARTICLES = frozenset(
    {"de", "del", "di", "da", "do", "dos", "la", "el", "al", "san", "van", "von", "der", "den", "saint", "bin"}
)
_LEGAL_FORMS = frozenset(
    {"s.l.", "s.a.", "s.l.u.", "s.c.", "c.v.", "c.c.", "n.l.", "b.v.", "n.v.", "s.p.", "u.s.", "u.k.", "d.c."}
)
