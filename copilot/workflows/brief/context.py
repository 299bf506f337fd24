"""What every section of a brief is written from, and the voice it is written in.

Invariant: a sentence is said in both languages side by side, from the same values, so that both briefs carry
the same figures.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import StoredDocument
from copilot.domain.drafts import Draft
from copilot.domain.formatting import Formatter
from copilot.domain.language import Language
from copilot.domain.records import Record
from copilot.workflows.brief.evidence_book import EvidenceBook
from copilot.workflows.brief.words import FIELDS, pick
from copilot.workflows.instructions import Instruction
from copilot.workflows.reading.types import Reading, Sentence

QUOTE_LENGTH = 190
_SHORTEST_LAST_WORD = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence (or list item) and the ids it rests on, in citation order."""

    text: str
    evidence_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Previous:
    """The brief before this one, to compare with."""

    day: date
    draft: Draft


@dataclass(frozen=True)
class BriefContext:
    """Facts, texts and evidence of one account, for one language."""

    facts: AccountFacts
    reading: Reading
    language: Language
    book: EvidenceBook
    previous: Previous | None = None
    instruction: Instruction | None = None
    """What a colleague asked of this version."""
    viewer: Viewer | None = None
    """For whom it is written, and on whose account a model is asked."""
    documents: Sequence[StoredDocument] = ()
    """The texts that `reading` was read from."""
    format: Formatter = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "format", Formatter(self.language))

    @property
    def today(self) -> date:
        return self.facts.today

    def say(self, *, es: str, en: str) -> str:
        """The wording for this brief's language."""
        return es if self.language is Language.ES else en

    def line(self, *, es: str, en: str, cites: Iterable[str]) -> Line:
        """A sentence in both wordings, resting on `cites`."""
        return Line(text=self.say(es=es, en=en), evidence_ids=tuple(dict.fromkeys(cites)))

    def day(self, value: date) -> str:
        """The day, without the year where it is the current one."""
        return self.format.day(value) if value.year != self.today.year else self.format.day_of_year(value)

    def money(self, amount: Decimal, currency: str | None) -> str:
        return self.format.money(amount, currency=currency)

    def number(self, value: Decimal | int) -> str:
        return self.format.number(value)

    def count(self, number: Decimal | int, *, es: tuple[str, str], en: tuple[str, str]) -> str:
        """`3 tickets abiertos` / `3 open tickets`: the figure with the noun that agrees."""
        one, many = es if self.language is Language.ES else en
        return self.format.count(int(number), one=one, many=many)

    def quote(self, text: str) -> str:
        """A short quotation with the marks of this language; cut at a word, never changed."""
        short = shorten(" ".join(text.replace("**", "").split()), QUOTE_LENGTH)
        return f"«{short}»" if self.language is Language.ES else f"“{short}”"

    def named(self, name: str) -> str:
        """A title in the quotation marks of this language."""
        return f"«{name}»" if self.language is Language.ES else f"“{name}”"

    def field_name(self, name: str) -> str:
        """`la fecha de renovación` / `the renewal date`."""
        return pick(FIELDS.get(name, (name, name)), language=self.language)

    def record(self, record: Record, name: str) -> str:
        return self.book.record(record, name)

    def metric(self, name: str) -> str:
        return self.book.metric(name)

    def sentence(self, sentence: Sentence) -> str:
        return self.book.sentence(sentence)


def shorten(text: str, limit: int) -> str:
    """Cut at the last word that fits and mark the cut."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1].split(" ")[:-1]
    # A figure at the cut may have lost its unit or its month: it would say something else.
    while kept and (any(char.isdigit() for char in kept[-1]) or len(kept[-1]) < _SHORTEST_LAST_WORD):
        kept.pop()
    return " ".join(kept).rstrip(" ,;:—-") + "…"
