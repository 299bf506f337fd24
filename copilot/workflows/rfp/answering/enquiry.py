"""What a line of a questionnaire asks, in words that a source can be looked for with.

Invariant: pure; every part is made of the questionnaire's own words, and there is always at least one. A requirement
("The vendor must encrypt backups") asks whether it is so; what says how to fill the form in is left out.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from copilot.domain.folding import flat
from copilot.domain.questionnaires import AnswerForm, Question
from copilot.workflows.chat.asking import without_courtesies
from copilot.workflows.chat.question import Expected, expected_kind, parts_of
from copilot.workflows.rfp.answering.whether import asks_whether, offers_yes_and_no

_FILE = Path(__file__).with_name("enquiry.toml")
_BRACKET = re.compile(r"\s*[(\[]([^()\[\]]{2,600})[)\]]")
_SENTENCE = re.compile(r"(?<=[.?!:])\s+(?=[¿¡\"“(]?[A-ZÁÉÍÓÚÑ])|\n+")
_NEXT_CLAUSE = re.compile(
    r"\s*[,;]\s*(?:and|or|y|o|e)\s+(?=(?:do|does|is|are|has|have|did|was|were)\b|"
    r"(?:¿|tienen?|cuentan?|disponen?|se|es|son|están?)\s)",
    re.IGNORECASE,
)
_TAKES_UP = re.compile(
    r"^\W*(?:\w+\s+){0,3}(?:it|they|them|these|this|those|that|some|its|their)\b|\b(?:ell[oa]s?|est[oa]s?|es[oa]s?|lo|los|las)\b",
    re.IGNORECASE,
)
_OPENING = re.compile(r"^[\s\W\d.]*")
_LEAST_WORDS = 3
_MOST_WORDS_OF_HEADING = 12


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked."""

    text: str
    yes_no: bool
    """Whether yes or no answers it."""


@dataclass(frozen=True, slots=True)
class Enquiry:
    """All that one line asks."""

    parts: tuple[Part, ...]
    topic: str
    """What the questionnaire says around it: headings and the question above."""
    wants_file: bool = False


def enquiry_of(question: Question, *, context: Sequence[str] = ()) -> Enquiry:
    """Read a question. `context`: headings and the question above it, outermost first."""
    text = " ".join(_without_asides(question.text).split())
    asking = _asking_sentences(text) or text or question.text
    wants_file = question.form is AnswerForm.FILE or _asks_for_file(asking)
    parts = [part for piece in parts_of(without_courtesies(asking)) for part in _NEXT_CLAUSE.split(piece)]
    parts = [part for part in parts if len(part.split()) >= _LEAST_WORDS] or [asking]
    yes_no = question.form is AnswerForm.YES_NO or offers_yes_and_no(question.choices)
    read = tuple(_part(part, yes_no=yes_no) for part in dict.fromkeys(_whole(parts)))
    return Enquiry(read, _topic(context), wants_file=wants_file)


def _whole(parts: Sequence[str]) -> list[str]:
    """Each part with what it speaks of: "and does it classify them?" needs the part before it."""
    return [f"{parts[0]} {part}" if place and _TAKES_UP.search(part) else part for place, part in enumerate(parts)]


def queries_of(text: str) -> tuple[str, ...]:
    """What to search a text by: all of it, and the heading it opens with (`Audit planning. Audit plans shall ...`)."""
    heading, stop, rest = text.partition(". ")
    is_heading = bool(stop and rest.strip()) and len(heading.split()) <= _MOST_WORDS_OF_HEADING
    return (text, heading) if is_heading else (text,)


def light_words() -> frozenset[str]:
    """Folded words that say how somebody asks."""
    return _patterns().light


def _part(text: str, *, yes_no: bool) -> Part:
    words, required = _without_addressee(text)
    plain = " ".join(words.split()) or text
    asks_yes_no = required or expected_kind(text) is Expected.YES_NO
    # "Are they reviewed when somebody leaves" asks for no date, and what comes after "and how often" is beside the yes.
    return Part(plain, yes_no=asks_yes_no or (yes_no and asks_whether(plain)))


def _without_addressee(text: str) -> tuple[str, bool]:
    """The text as asked of "you", and whether it was a requirement."""
    found = _patterns().requirement.match(text)
    if found is not None:
        return f"{'usted ' if found['es'] else 'you '}{text[found.end() :].strip()}", True
    return _patterns().addressee.sub(lambda match: "su" if match[0].lower().startswith("su ") else "you", text), False


def _without_asides(text: str) -> str:
    patterns = _patterns()
    return _BRACKET.sub(lambda match: "" if patterns.aside.match(match[1].strip()) else match[0], text)


def _asking_sentences(text: str) -> str:
    """What asks, without the background before it and the instructions after it."""
    patterns = _patterns()
    sentences = [part for part in _SENTENCE.split(text) if part.strip()]
    kept = [part for place, part in enumerate(sentences) if not place or not patterns.instruction.match(part)]
    asking = [part for part in kept if part.rstrip().endswith("?")] or [
        part for part in kept if patterns.requirement.match(part)
    ]
    if not asking:
        return " ".join(kept)
    if len(asking[0].split()) <= _LEAST_WORDS and asking[0] != kept[0]:
        return " ".join(kept[: kept.index(asking[-1]) + 1])
    return " ".join(asking)


def _asks_for_file(text: str) -> bool:
    return _patterns().file.search(text) is not None


def _topic(context: Sequence[str]) -> str:
    return ". ".join(item for item in context[-2:] if item.strip())


def same_words(text: str) -> str:
    """Folded, without marks around it."""
    return " ".join(_OPENING.sub("", flat(text)).rstrip(" ?.!:;").split())


@dataclass(frozen=True, slots=True)
class _Patterns:
    aside: re.Pattern[str]
    instruction: re.Pattern[str]
    requirement: re.Pattern[str]
    addressee: re.Pattern[str]
    file: re.Pattern[str]
    light: frozenset[str]


@cache
def _patterns() -> _Patterns:
    data = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    english = "|".join(data["addressee"]["english"])
    spanish = "|".join(data["addressee"]["spanish"])
    subject = r"(?:all |each |every |any )?"
    requirement = (
        rf"^[\W\d.]*(?:(?P<en>{subject}(?:{english})\s+{data['addressee']['requirement_english']})|"
        rf"(?P<es>(?:{spanish})\s+{data['addressee']['requirement_spanish']}))\s"
    )
    return _Patterns(
        aside=re.compile(rf"(?:{'|'.join(data['aside']['openings'])})", re.IGNORECASE),
        instruction=re.compile(rf"(?:{'|'.join(data['aside']['sentences'])})", re.IGNORECASE),
        requirement=re.compile(requirement, re.IGNORECASE),
        addressee=re.compile(rf"\b(?:{english}|{spanish})(?!['’]s)\b", re.IGNORECASE),
        file=re.compile(rf"(?:{data['file']['english']})|(?:{data['file']['spanish']})", re.IGNORECASE),
        light=frozenset(flat(data["light"]["words"]).split()),
    )
