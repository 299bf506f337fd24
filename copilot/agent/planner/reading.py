"""A message with what it names, its periods and its amounts read out and marked.

Invariant: `work` is flattened text in which ACCT, PERSON, WHEN and AMOUNT stand where those were read, in the order
of their lists; a user cannot write these marks, because what they write is lower case there.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from copilot.agent.planner.amounts import Amount, read_amounts
from copilot.agent.planner.cues import cue, mark, table
from copilot.agent.planner.directory import Directory
from copilot.agent.planner.legible import legible
from copilot.agent.planner.spelling import common, corrected, given_names, with_capitals
from copilot.domain.folding import flat
from copilot.domain.language import Language, detect
from copilot.domain.mentions import Mention, NamedAccount
from copilot.domain.period_words import FoundPeriod, read_periods

_SHORT = re.compile(r"(?<![\w'/@.])w/o?(?=[\s\w])|(?<![\w'/@.-])[a-z]{1,8}(?![\w'/@.-]*\w)", re.IGNORECASE)
_MARKS = re.compile(r"ACCT|PERSON|WHEN|AMOUNT")


@dataclass(frozen=True)
class Reading:
    """One message, read."""

    message: str
    shown: str
    """The message with marks, in its own spelling."""
    work: str
    language: Language
    accounts: tuple[Mention, ...]
    people: tuple[Mention, ...]
    periods: tuple[FoundPeriod, ...]
    amounts: tuple[Amount, ...]
    today: date
    products: tuple[str, ...] = ()
    """Words of product names, as they may stand in a message, lower case."""

    def has(self, name: str, *, file: str = "intents", section: str = "wants") -> bool:
        """Whether a cue stands in the message."""
        return cue(file, section, name).search(self.plain) is not None

    @cached_property
    def plain(self) -> str:
        """`work` without the marks that open a Spanish sentence."""
        return re.sub(r"[¿¡]", "", self.work).strip()

    @cached_property
    def marks(self) -> tuple[tuple[str, int], ...]:
        """Marks and their places in `work`, in order."""
        return tuple((match.group(), match.start()) for match in _MARKS.finditer(self.work))

    def places(self, mark: str) -> tuple[int, ...]:
        """Where in `work` this mark stands; the n-th belongs to the n-th entry of its list."""
        return tuple(place for name, place in self.marks if name == mark)

    @property
    def named(self) -> tuple[NamedAccount, ...]:
        """Accounts that are named beyond doubt."""
        return tuple(mention.accounts[0] for mention in self.accounts if len(mention.accounts) == 1)


def read(message: str, *, directory: Directory, today: date, language: Language, ahead: bool | None = None) -> Reading:
    """Read a message. `language`: the one it was found to be in. `ahead`: whether a month without a year is to come;
    None: as the words tell."""
    plain = _MARKS.sub(lambda match: match.group().lower(), legible(message).replace("’", "'"))
    text = corrected(with_capitals(_written_out(plain)))
    mentions = directory.find(text, common=common())
    if not mentions.people and (named := given_names(text)) != text:
        found = directory.find(named, common=common())
        text, mentions = (named, found) if found.people else (text, mentions)
    spans = [(item.start, item.end, "ACCT") for item in mentions.accounts]
    spans += [(item.start, item.end, "PERSON") for item in mentions.people]
    shown = _marked(text, spans)
    periods = _stated(
        read_periods(
            _without_now(_hidden(shown)),
            today=today,
            ahead=_looks_ahead(shown) if ahead is None else ahead,
            language=language,
        )
    )
    shown = _marked(shown, [(item.start, item.end, "WHEN") for item in periods])
    amounts = read_amounts(_flat(shown))
    shown = _marked(shown, sorted({(item.start, item.end, "AMOUNT") for item in amounts}))
    return Reading(
        message=message.strip(),
        shown=shown,
        work=_flat(shown),
        language=language,
        accounts=mentions.accounts,
        people=mentions.people,
        periods=periods,
        amounts=amounts,
        today=today,
        products=_product_words(directory.products()),
    )


def _written_out(text: str) -> str:
    """The text with what people shorten written out: `w/o`, `tmrw`, `reu`."""
    short = table("unanswerable")["shorthand"]
    return _SHORT.sub(lambda match: str(short.get(match.group().lower(), match.group())), text)


def _product_words(names: Sequence[str]) -> tuple[str, ...]:
    """Full names, and the words that only one product has."""
    folded = [flat(name) for name in names]
    words = [word for name in folded for word in name.split()]
    own = {
        word
        for word in words
        if words.count(word) == 1 and len(word) > 3 and word not in {"support", "pack", "onboarding"}
    }
    return tuple(sorted({*folded, *own}, key=len, reverse=True))


def language_of(message: str, *, before: Language | None, preferred: Language) -> Language:
    """The language a short message is written in: by its function words, else by its trade words, else as before."""
    readings = {detect(message, prior=prior) for prior in Language}
    if len(readings) == 1 and len(message.split()) > 2:
        return readings.pop()
    words = set(re.findall(r"[^\W\d_]+", flat(message)))
    lists = table("talk")["words"]
    spanish = (
        len(words & set(str(lists["spanish"]).split()))
        + 2 * bool(re.search(r"[¿¡]", message))
        + bool(re.search(r"\b[a-zñ]*[áéíóúñ][a-zñ]*\b", message))
    )
    english = len(words & set(str(lists["english"]).split()))
    spanish += len(
        words & {"de", "la", "el", "los", "las", "con", "en", "y", "para", "que", "del", "mis", "mi", "su", "sus"}
    )
    english += len(
        words & {"of", "the", "with", "in", "and", "for", "my", "their", "its", "to", "on", "at", "what", "is"}
    )
    if spanish != english:
        return Language.ES if spanish > english else Language.EN
    return before or preferred


def _looks_ahead(shown: str) -> bool:
    """Whether a month without a year lies ahead: by the words of the message, and ahead where nothing tells."""
    plain = _flat(shown)
    return bool(mark("ahead").search(plain)) or not mark("back").search(plain)


def _marked(text: str, spans: Sequence[tuple[int, int, str]]) -> str:
    for start, end, sign in sorted(spans, reverse=True):
        text = f"{text[:start]}{sign}{text[end:]}"
    return text


def _hidden(shown: str) -> str:
    """Marks replaced by something of the same length that is no word of a period."""
    return _MARKS.sub(lambda match: "#" * len(match.group()), shown)


def _without_now(hidden: str) -> str:
    """`as of today`, `a día de hoy`: when it is asked, no days that anything falls into."""
    plain = flat(hidden)
    if len(plain) != len(hidden):
        return hidden
    for match in mark("as_of_today").finditer(plain):
        hidden = f"{hidden[: match.start()]}{'#' * len(match.group())}{hidden[match.end() :]}"
    return hidden


def _stated(periods: tuple[FoundPeriod, ...]) -> tuple[FoundPeriod, ...]:
    """The days of the message; `coming up` tells none where others are told."""
    told = tuple(item for item in periods if not mark("coming_up").match(flat(item.period.words)))
    return told or periods


def _flat(shown: str) -> str:
    """Flattened text, the marks as they are."""
    pieces = _MARKS.split(shown)
    marks = _MARKS.findall(shown)
    flattened = [flat(piece) for piece in pieces]
    return "".join(piece + mark for piece, mark in zip(flattened, [*marks, ""], strict=True))
