"""Boxes to tick, gaps to fill and texts that stand for an answer, in the words of a line.

Invariant: the characters that are no box and no gap are kept in one of the parts.
"""

import re
from dataclasses import dataclass, replace

from copilot.domain.language import Language
from knowledge.questionnaires import asking
from knowledge.questionnaires.allowed import listed_values, yes_or_no_in
from knowledge.questionnaires.blocks import pattern, says

_LONGEST_OPTION = 400
_LONGEST_ASKED = 1_000
_SPACES = re.compile(r"[ \t]{2,}")
_COMMENT_AFTER = re.compile(r"\s{2,}|\t")
_WIDE = re.compile(r"\s{2,}|[\t\n]")
_ASKS = re.compile(r"(?:¿|[^\W\d_a-zß-ÿ]|\d).*\?", re.DOTALL)
"""A sentence of its own that ends in a question mark; `Other, which?` goes on with its value."""
_FEWEST_WORDS = 3
"""Of a question of its own; `Other? Which?` has fewer."""


@dataclass(frozen=True, slots=True)
class Options:
    """Allowed values written in a line."""

    texts: tuple[str, ...]
    ticked: tuple[str, ...] = ()
    before: str = ""
    """What stands before the first value."""
    after: str = ""
    """What asks for more after the last: `Comments:`."""
    after_as_written: str = ""
    boxed: bool = True
    """Each has a box of its own; not where what asks behind them has boxes too, which may say the same."""


def options_in(text: str) -> Options | None:
    """The values that the line offers with boxes, or as `Yes / No` alone; None if it offers none."""
    text, asked = split_asked(text)
    marks = _marks(text)
    if not marks:
        return _listed(text)
    before = text[: marks[0].start()].strip()
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    values = [text[mark.end() : end].strip() for mark, end in zip(marks, ends, strict=True)]
    if before and not values[-1] and asking.value_kind(_last_words(before)):
        return replace(_boxes_after(text, marks), boxed=not _marks(asked))
    last, after = _cut(values[-1])
    texts = [_value(value) for value in (*values[:-1], last)]
    if not any(texts) or any(len(value) > _LONGEST_OPTION for value in texts):
        return None
    ticked = [
        value for value, mark in zip(texts, marks, strict=True) if pattern("options", "ticked").match(mark.group())
    ]
    return Options(
        tuple(filter(None, texts)),
        tuple(filter(None, ticked)),
        before,
        without_gaps(after),
        after_as_written=after,
        boxed=not _marks(asked),
    )


def split_asked(text: str) -> tuple[str, str]:
    """The line up to a question of its own that stands behind a box, and the line from there on.

    `☐ Yes ☐ No   Do you have a DPO?`: what asks is no value, and the boxes before it are not its answer.
    """
    marks = _marks(text)
    behind = bool(marks) and bool(asking.value_kind(_last_words(text[: marks[0].start()].strip())))
    for index, mark in enumerate(marks):
        end = marks[index + 1].start() if index + 1 < len(marks) else len(text)
        at = _asked_at(text[mark.end() : end])
        if at == 0 and not behind:
            return text[: mark.start()].strip(), text[mark.end() :].strip()
        if at is not None:
            return text[: mark.end() + at].strip(), text[mark.end() + at :].strip()
    return text, ""


def _asked_at(value: str) -> int | None:
    """Where a question of its own begins in what stands behind a box: 0 if all of it asks."""
    if len(value) > _LONGEST_ASKED:
        return None
    if _is_asked(value.strip(), wide=False):
        return 0
    for space in re.finditer(r"(?<=\S)\s+(?=\S)", value):
        first, rest = value[: space.start()].strip(), value[space.end() :].strip()
        wide = _WIDE.search(space.group()) is not None
        if says("answer", "comment", rest):
            return None
        if (wide or asking.value_kind(first)) and _is_asked(rest, wide=wide):
            return space.end()
    return None


def _is_asked(text: str, *, wide: bool) -> bool:
    if len(text.split()) < _FEWEST_WORDS - text.startswith("¿") or asking.value_kind(re.split(r"[\s,;:(]", text)[0]):
        return False
    demands = wide and any(asking.is_question(text, language=language) for language in Language)
    return demands or _ASKS.match(text) is not None


def _marks(text: str) -> list[re.Match[str]]:
    return list(pattern("options", "box").finditer(text))


def gap_in(text: str) -> bool:
    """Whether the line has a gap to be filled in."""
    return says("answer", "gap", text) is not None


def without_gaps(text: str) -> str:
    """The words of a line without the gaps."""
    return "\n".join(_SPACES.sub(" ", pattern("answer", "gap").sub(" ", line)).strip() for line in text.split("\n"))


def is_placeholder(text: str) -> bool:
    """Whether the text only stands where the answer is to be written."""
    return says("answer", "placeholder", text) is not None


def _boxes_after(text: str, marks: list[re.Match[str]]) -> Options:
    """`Yes ☐  No ☐`: the box follows its value."""
    starts = [0] + [mark.end() for mark in marks[:-1]]
    pieces = [text[start : mark.start()].strip() for start, mark in zip(starts, marks, strict=True)]
    lead, first = _lead(pieces[0])
    texts = [first, *pieces[1:]]
    ticked = [
        value for value, mark in zip(texts, marks, strict=True) if pattern("options", "ticked").match(mark.group())
    ]
    return Options(tuple(map(_value, texts)), tuple(map(_value, ticked)), before=lead)


def _lead(piece: str) -> tuple[str, str]:
    """The question and the first value, which stand together before the first box."""
    last = _last_words(piece)
    return piece[: len(piece) - len(last)].strip(), last


def _last_words(piece: str) -> str:
    """The value that the piece ends in: the last word, or all of it."""
    return piece if asking.value_kind(piece) else re.split(r"[\s?:]+", piece)[-1]


def _listed(text: str) -> Options | None:
    """`Yes / No / N/A` alone, or any values behind words that announce them: `Opciones: Alta / Media / Baja`."""
    told = says("options", "words", text)
    if told:
        values = () if "?" in text else listed_values(text)
        return Options(values, before=text.strip()[: told.end()], boxed=False) if values else None
    values = yes_or_no_in(text)
    return Options(values, boxed=False) if values else None


def _cut(value: str) -> tuple[str, str]:
    """The last value, and what asks for more behind it."""
    for match in re.finditer(r"(?:^|\s)(?=\S)", value):
        rest = value[match.end() :]
        if match.end() and says("answer", "comment", rest):
            return value[: match.start()], rest
    return value, ""


def _value(text: str) -> str:
    return without_gaps(text).strip(" \t,;|/")
