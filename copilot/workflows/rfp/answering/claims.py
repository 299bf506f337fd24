"""What a sentence of a source asserts: a fact, or something that is less than one.

Invariant: pure and deterministic, and it errs on the careful side: a word of intention, of a condition or of an
exception anywhere in a sentence makes it less than a fact, whatever else it says. A template blank asserts nothing.
"""

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path

from copilot.domain.folding import flat, flat_line
from copilot.workflows.chat.answering import asks

_FILE = Path(__file__).with_name("claims.toml")
_WORD = re.compile(r"[^\W\d_]+(?:['’]t)?")
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"|\*[^*]{20,}\*")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_MARKS = re.compile(r"^[\s*_#>•·-]*(?:\d+[.)]\s*)?")
_ENDS = re.compile(r"[.!?][\s*_)\]»”\"']*$|[.]\s*\([^)]*\)$")
_GERUND = re.compile(r"\w{3,}ing\b(?!.*\b(?:is|are|was|were|has|have|takes?|runs?|covers?|lasts?|needs?)\b)")
"""A sentence of no more than what is to be done: `Configuring audit logging as described below.`"""
_DEFINITIONS = re.compile(r"\b(?:definition|definicion|glossary|glosario)")
_MANNER = re.compile(r"^\w+ly\s+")


class Claim(StrEnum):
    """From the weakest to the strongest: where several fit, the first counts."""

    BLANK = "blank"
    FRAGMENT = "fragment"
    """No sentence: a heading, an item of a list."""
    QUESTION = "question"
    DEFINITION = "definition"
    OTHER_PARTY = "other_party"
    """Somebody else's duty or doing: a customer's, a vendor's."""
    RECOMMENDED = "recommended"
    INTENTION = "intention"
    """What shall be done, is planned, or is ordered."""
    CONDITIONAL = "conditional"
    POSSIBLE = "possible"
    """What may be so."""
    PARTIAL = "partial"
    NEGATED = "negated"
    ASSERTED = "asserted"


FACTS = frozenset({Claim.ASSERTED, Claim.NEGATED})


@dataclass(frozen=True, slots=True)
class Reading:
    """What a sentence is, with everything else that it is too."""

    claim: Claim
    all: frozenset[Claim]
    negations: int
    """Words that turn it."""


@lru_cache(maxsize=8_192)
def read_claim(text: str, *, lead: str = "", title: str = "") -> Reading:
    """`lead`: the line that announces a list in which the sentence stands; `title`: of its document and section."""
    readable = _LINK.sub(r"\1", text)
    spoken = _QUOTED.sub(" ", readable)
    plain = flat_line(spoken)
    before = flat_line(_QUOTED.sub(" ", _LINK.sub(r"\1", lead)))
    found = set(_weaknesses(text, readable, plain, before=before, title=flat(title)))
    negations = len(_negations(plain))
    found.add(Claim.NEGATED if negations else Claim.ASSERTED)
    claim = next(item for item in Claim if item in found)
    return Reading(claim, frozenset(found), negations)


def is_for_own_people(text: str) -> bool:
    """Whether a sentence tells our own people what to say, or speaks of other companies."""
    return _words().own_people.search(flat_line(text)) is not None


def negating_words(text: str) -> tuple[str, ...]:
    """Folded words of a text that turn what it says."""
    return _negations(flat_line(text))


def _negations(plain: str) -> tuple[str, ...]:
    words = _words().negated
    return tuple(word for word in _WORD.findall(plain.replace("’", "'")) if word in words)


def _weaknesses(text: str, readable: str, plain: str, *, before: str, title: str) -> list[Claim]:
    words = _words()
    head = _MARKS.sub("", plain)
    defines = words.definition.search(plain) or words.term.match(readable) or _DEFINITIONS.search(title)
    of_others = words.heads.match(head) or words.answers.search(plain) or words.heads.match(_MARKS.sub("", before))
    of_others = of_others or words.titles.search(title) or words.own_people.search(plain)
    found = {
        Claim.BLANK: words.blank.search(_LINK.sub(" ", text)),
        Claim.FRAGMENT: not _ENDS.search(readable) or _GERUND.match(head),
        Claim.QUESTION: asks(readable),
        Claim.DEFINITION: defines,
        Claim.OTHER_PARTY: of_others,
        Claim.RECOMMENDED: words.recommended.search(plain) or words.recommended.search(before),
        Claim.INTENTION: _intends(readable, plain, head) or words.intention.search(before),
        Claim.CONDITIONAL: words.conditional.search(plain) or words.conditional.search(before),
        Claim.POSSIBLE: words.possible.search(plain),
        Claim.PARTIAL: words.partial.search(plain),
    }
    return [claim for claim, seen in found.items() if seen]


def _intends(readable: str, plain: str, head: str) -> bool:
    words = _words()
    first = _MANNER.sub("", head).split(" ", 1)[0].strip(".,;:")
    return bool(words.intention.search(plain) or words.marked.search(readable.lower()) or first in words.orders)


@dataclass(frozen=True, slots=True)
class _Words:
    blank: re.Pattern[str]
    intention: re.Pattern[str]
    marked: re.Pattern[str]
    orders: frozenset[str]
    recommended: re.Pattern[str]
    possible: re.Pattern[str]
    partial: re.Pattern[str]
    conditional: re.Pattern[str]
    heads: re.Pattern[str]
    answers: re.Pattern[str]
    titles: re.Pattern[str]
    own_people: re.Pattern[str]
    definition: re.Pattern[str]
    term: re.Pattern[str]
    negated: frozenset[str]


def _one_of(*alternatives: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(alternatives)})(?![\w'])")


@cache
def _words() -> _Words:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    both = {key: _one_of(*data[key]["english"], *data[key]["spanish"]) for key in _BOTH}
    blanks = [f"(?i:{item[4:]})" if item.startswith("(?i)") else item for item in data["blank"]["patterns"]]
    return _Words(
        blank=re.compile("|".join(blanks)),
        intention=both["intention"],
        marked=_one_of(*data["intention"]["marked"]),
        orders=frozenset(data["intention"]["orders"].split()),
        recommended=both["recommended"],
        possible=both["possible"],
        partial=both["partial"],
        conditional=both["conditional"],
        heads=_one_of(*data["other_party"]["heads"]),
        answers=_one_of(*data["other_party"]["answers"]),
        titles=re.compile(data["other_party"]["titles"]),
        own_people=re.compile(data["other_party"]["own_people"]),
        definition=_one_of(*data["definition"]["patterns"]),
        term=re.compile(data["definition"]["term"]),
        negated=frozenset(data["negated"]["words"].split()),
    )


_BOTH = ("intention", "recommended", "partial", "possible", "conditional")
