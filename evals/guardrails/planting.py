"""Plants one mistake in a correct sentence. Knows nothing of how mistakes are looked for.

Invariant: the same seed plants the same mistakes. A planted value that a cited source happens to have is no mistake:
it is drawn again, and counted.
"""

import random
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from copilot.domain.drafts import Segment
from copilot.domain.evidence import Evidence
from copilot.domain.figures import FigureKind, extract_figures
from copilot.domain.folding import flat
from copilot.domain.language import Language

_TRIES = 12
_DIGIT = re.compile(r"\d")
_SPANISH_MONTHS = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
_ENGLISH_MONTHS = "January February March April May June July August September October November December"
_MONTHS = {Language.ES: _SPANISH_MONTHS.split(), Language.EN: _ENGLISH_MONTHS.split()}
_OUTSIDERS = {
    "person": ("Wilhelmina Oduya", "Graciela Montalbán Ruz", "Piet Vandersloot", "Aurelio Cifuentes Mora"),
    "company": ("Bramblewick Foods", "Aceros Montenevado", "Northquay Logistics", "Viveros Altarroca"),
    "product": ("Tramontia Vision", "FieldPilot", "Nexora Suite"),
}
_NEGATIVE = {
    Language.ES: (" ha ", " han ", " es ", " está ", " hay ", " tiene ", " renueva ", " paga ", " pasó ", " cumplió "),
    Language.EN: (" has ", " have ", " is ", " are ", " was ", " were ", " will ", " can ", " did "),
}
_RAISED = {
    Language.ES: (("pidió", "acordó"), ("pide", "acepta"), ("ofreció", "firmó"), ("queremos", "hemos aceptado"),
                  ("podría", "se comprometió a"), ("quiere", "confirmó"), ("propuso", "firmó"), ("dijo", "acordó")),
    Language.EN: (("asked for", "agreed to"), ("asks for", "accepted"), ("has quoted", "has signed for"),
                  ("want", "have agreed to"), ("would", "agreed to"), ("could", "confirmed it will"),
                  ("said", "agreed"), ("need", "have signed for")),
}  # fmt: skip


class Kind(StrEnum):
    """What is made wrong."""

    FIGURE = "figure"
    DATE = "date"
    NAME = "name"
    NEGATION = "negation"
    MODALITY = "modality"
    SPEAKER = "speaker"


@dataclass(frozen=True, slots=True)
class Known:
    """Names around the draft, from the records."""

    people: tuple[str, ...]
    companies: tuple[str, ...]
    products: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planted:
    """A sentence made wrong, and in which way."""

    kind: Kind
    way: str
    text: str


@dataclass(slots=True)
class Planter:
    """Plants in the sentences of one draft."""

    language: Language
    draft_text: str
    """All sentences: where values are swapped from."""
    known: Known
    randomness: random.Random
    redrawn: int = 0
    _ways: dict[Kind, Callable[[Segment], Iterator[tuple[str, str, str]]]] = field(init=False)

    def __post_init__(self) -> None:
        self._ways = {
            Kind.FIGURE: self._figures,
            Kind.DATE: self._dates,
            Kind.NAME: self._names,
            Kind.NEGATION: self._negations,
            Kind.MODALITY: self._modalities,
            Kind.SPEAKER: self._speakers,
        }

    def plant(self, segment: Segment, evidence: Sequence[Evidence], kind: Kind) -> Planted | None:
        """One mistake of `kind`, or None where the sentence offers no place for it."""
        for _ in range(_TRIES):
            found = list(self._ways[kind](segment))
            if not found:
                return None
            way, text, value = self.randomness.choice(found)
            if value and _is_in(value, evidence):
                self.redrawn += 1
                continue
            return Planted(kind, way, text)
        return None

    def _figures(self, segment: Segment) -> Iterator[tuple[str, str, str]]:
        own = [item for item in extract_figures(segment.text, language=self.language) if item.kind != FigureKind.DATE]
        others = extract_figures(self.draft_text, language=self.language)
        for figure in own:
            said = figure.text
            swaps = [item.text for item in others if item.kind == figure.kind and item.text.strip() != said.strip()]
            if swaps:
                yield self._put(
                    segment, figure.start, figure.end, self.randomness.choice(swaps), "another of the draft"
                )
            places = [match.start() for match in _DIGIT.finditer(said)]
            if places:
                place = self.randomness.choice(places)
                digit = self.randomness.choice([item for item in "123456789" if item != said[place]])
                yield self._put(segment, figure.start, figure.end, said[:place] + digit + said[place + 1 :], "a digit")
            for sign, other in (("€", "£"), ("US$", "€"), ("£", "€")):
                if figure.kind is FigureKind.AMOUNT and sign in said:
                    text = segment.text[: figure.start] + said.replace(sign, other) + segment.text[figure.end :]
                    yield "the unit", text, ""
                    break

    def _dates(self, segment: Segment) -> Iterator[tuple[str, str, str]]:
        for figure in extract_figures(segment.text, language=self.language):
            if figure.kind is not FigureKind.DATE:
                continue
            said = figure.text
            months = [name for name in _MONTHS[self.language] if re.search(rf"\b{name}\b", said)]
            for month in months[:1]:
                other = self.randomness.choice([name for name in _MONTHS[self.language] if name != month])
                yield self._put(segment, figure.start, figure.end, said.replace(month, other), "the month", whole=True)
            day = re.search(r"\b\d{1,2}\b", said)
            if day and months:
                shifted = str((int(day[0]) + self.randomness.randint(1, 9) - 1) % 28 + 1)
                if shifted != day[0]:
                    text = said[: day.start()] + shifted + said[day.end() :]
                    yield self._put(segment, figure.start, figure.end, text, "the day", whole=True)
            year = re.search(r"\b20\d\d\b", said)
            if year:
                text = said.replace(year[0], str(int(year[0]) + self.randomness.choice([-2, -1, 1, 2])))
                yield self._put(segment, figure.start, figure.end, text, "the year", whole=True)

    def _names(self, segment: Segment) -> Iterator[tuple[str, str, str]]:
        groups = (("person", self.known.people), ("company", self.known.companies), ("product", self.known.products))
        for group, names in groups:
            for name in names:
                for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", segment.text):
                    inside = [other for other in names if other != name and other in self.draft_text]
                    for way, pool in (("of the draft", inside), ("from outside", _OUTSIDERS[group])):
                        if pool:
                            other = self.randomness.choice(pool)
                            text = segment.text[: match.start()] + other + segment.text[match.end() :]
                            yield f"{group} {way}", text, other

    def _negations(self, segment: Segment) -> Iterator[tuple[str, str, str]]:
        text = segment.text
        for verb in _NEGATIVE[self.language]:
            place = text.find(verb)
            if place < 0:
                continue
            before = self.language is Language.ES
            negated = f" no{verb}" if before else f"{verb}not "
            if " no" + verb in text or verb + "not " in text:
                continue
            yield "put in", text[:place] + negated + text[place + len(verb) :], ""
        for word in (" no ",) if self.language is Language.ES else (" not ", " no "):
            if word in text:
                yield "taken out", text.replace(word, " ", 1), ""

    def _modalities(self, segment: Segment) -> Iterator[tuple[str, str, str]]:
        for weak, firm in _RAISED[self.language]:
            match = re.search(rf"\b{weak}\b", segment.text)
            if match:
                yield f"{weak} > {firm}", segment.text[: match.start()] + firm + segment.text[match.end() :], ""

    def _speakers(self, segment: Segment) -> Iterator[tuple[str, str, str]]:
        opens = min((place for mark in "«“" if (place := segment.text.find(mark)) >= 0), default=-1)
        for name in self.known.people:
            place = segment.text.find(name)
            if 0 <= place < opens:
                others = [other for other in self.known.people if other != name and other in self.draft_text]
                if others:
                    other = self.randomness.choice(others)
                    yield "another of the draft", segment.text.replace(name, other, 1), other

    def _put(
        self, segment: Segment, start: int, end: int, value: str, way: str, *, whole: bool = False
    ) -> tuple[str, str, str]:
        """The sentence with `value` in place of what stood there; `whole`: the value is looked up as a date."""
        text = segment.text[:start] + value + segment.text[end:]
        return way, text, f"date:{value}" if whole else value


def _is_in(value: str, evidence: Sequence[Evidence]) -> bool:
    """Whether a cited source has the value: any word of a name, the digits of a figure, the day and month of a date."""
    texts = [f"{item.text} {item.label} {item.formula or ''} {item.as_of.isoformat()}" for item in evidence]
    if value.startswith("date:"):
        return _has_date(value.removeprefix("date:"), texts)
    digits = re.findall(r"\d+", value)
    if digits:
        wanted = "".join(digits)
        return any(wanted in _numbers(text) for text in texts)
    return any(flat(part) in flat(text) for text in texts for part in value.split() if len(part) > 2)


def _numbers(text: str) -> set[str]:
    """Digits of every number, with and without what follows a decimal sign."""
    found = set()
    for match in re.finditer(r"\d[\d.,\u00a0]*", text):
        digits = "".join(char for char in match[0] if char.isdigit())
        found |= {digits, re.split(r"[.,]", match[0])[0], digits.rstrip("0")}
    return found


def _has_date(value: str, texts: Sequence[str]) -> bool:
    month = next(
        (index for names in _MONTHS.values() for index, name in enumerate(names, 1) if flat(name) in flat(value)), None
    )
    day = re.search(r"\b\d{1,2}\b", value)
    if month is None:
        return any(value in text for text in texts)
    spoken = [flat(names[month - 1]) for names in _MONTHS.values()]
    for text in texts:
        iso = rf"-{month:02d}-{int(day[0]):02d}" if day else rf"-{month:02d}-"
        if re.search(iso, text) or any(name in flat(text) and (not day or day[0] in text) for name in spoken):
            return True
    return False
