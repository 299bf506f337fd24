"""The values that a cell, a line or the end of a question allows as an answer: `Yes / No / N/A`, `1 - 5`, `Date`.

Invariant: the slash of `N/A` and its like never parts two values; a text that only describes an answer lists none.
"""

import re
from collections.abc import Sequence

from copilot.domain.folding import flat
from copilot.domain.questionnaires import AnswerForm
from knowledge.questionnaires import asking
from knowledge.questionnaires.blocks import says

_LONGEST_VALUE = 60
_MOST_VALUES = 15
_LONGEST_LIST = 1_000
_LONGEST_SCALE = 11
_FEW_WORDS = 5
_NO_BREAK = re.compile(
    r"\([^()]*\)|\[[^\[\]]*\]"
    r"|(?<![^\W_])n ?/ ?a(?![^\W_])\.?"
    r"|(?:(?<=no[/|,;])|(?<=[/|,;] ))n/[pdc](?![^\W_])"
    r"|(?<![^\W_])(?:and/or|y/o|i/o|e/s|iso/iec|une/iso|client/server)(?![^\W_])"
    r"|(?<!\d)24/7|\d{1,2}/(?:\d{1,2}/)?\d{4}",
    re.IGNORECASE,
)
"""Brackets and abbreviations, whose signs are their own."""
_MARKED = re.compile(r"(?:^|(?<=\s))[•·▪●◦○☐□✓*-]\s+")
_LINES = re.compile(r"\s*\n\s*")
_SIGNS = tuple(map(re.compile, (r"\s*;\s*", r"\s*[|¦]\s*", r"\s+/\s+", r"\s*/\s*")))
_WORDS = tuple(map(re.compile, (r"\s*,\s+", r"\s+(?:or|o|u)\s+", r"\s+[–—-]\s+", r"\s+")))
_LAST_TWO = re.compile(r"^(?:or|o|u)\s+|\s+(?:or|o|u)\s+", re.IGNORECASE)
_SCALE = re.compile(r"(?:(?:escala|scale)\s*:?\s*)?(?:de |from )?(\d)\s*(?:-|–|to|a)\s*(\d{1,2})", re.IGNORECASE)
_ABBREVIATED = re.compile(r"(?:\b[^\W\d_]\.){2,}$")
_NOTE = re.compile(r"(?<!\s)\s*+[(\[][^()\[\]]*[)\]]\s*$")
_INSIDE = re.compile(r"[(\[]([^()\[\]]{3,80})[)\]]")


def listed_values(text: str, *, signs_only: bool = False) -> tuple[str, ...]:
    """The values that a text lists; none if it describes, or names a single one.

    `signs_only`: commas and `or` part no values, as in texts that may be sentences.
    """
    told = says("options", "words", text)
    bare = (text.strip()[told.end() :] if told else text).strip()
    if not bare or len(bare) > _LONGEST_LIST or named_form(_LINES.split(bare)[0]) is not None:
        return ()
    if not signs_only and (scale := _scale(bare)):
        return scale
    values = list(dict.fromkeys(filter(None, map(_tidy, _parts(bare, signs_only=signs_only)))))
    fits = 2 <= len(values) <= _MOST_VALUES and all(len(value) <= _LONGEST_VALUE for value in values)
    return tuple(values) if fits else ()


def yes_or_no_in(text: str) -> tuple[str, ...]:
    """The values of a line that offers yes, no and their like, and says nothing else."""
    found = listed_values(text.strip().strip("()"), signs_only=True)
    return found if asking.are_yes_and_no(found) else ()


def offered_in(question: str) -> tuple[str, ...]:
    """The values that a question offers itself: `... at rest? (Yes / No / N/A)`, `... at rest? Yes/No`."""
    before, _, behind = question.rpartition(":")
    if asking.allows_several(before) and (several := listed_values(behind, signs_only=True)):
        return several
    for candidate in (*_INSIDE.findall(question), question.rpartition("?")[2], behind):
        if found := yes_or_no_in(candidate):
            return found
    return ()


def named_form(text: str) -> AnswerForm | None:
    """The form that a cell names instead of values: `Free text (max. 200 words)`, `Fecha`, `Attachment`."""
    words = flat(_NOTE.sub("", text.strip()))
    return next((form for form, pattern in asking.named_forms() if pattern.fullmatch(words)), None)


def is_told_by(text: str, values: Sequence[str]) -> bool:
    """Whether the values say all that the text says, so that nothing of it is lost without it."""
    letters = {word for value in values for word in re.findall(r"\w+", value)}
    return bool(values) and letters.issuperset(re.findall(r"\w+", text))


def lists_values(texts: Sequence[str]) -> bool:
    """Whether the cells of a column say what may be answered, and are no answers."""
    known = [text for text in texts if named_form(text) is not None or yes_or_no_in(text)]
    return bool(known) and 2 * sum(1 for text in texts if listed_values(text) or text in known) > len(texts)


def _scale(text: str) -> tuple[str, ...]:
    match = _SCALE.fullmatch(_NOTE.sub("", text))
    if match is None:
        return ()
    first, last = int(match.group(1)), int(match.group(2))
    return tuple(map(str, range(first, last + 1))) if 1 < last - first + 1 <= _LONGEST_SCALE else ()


def _parts(text: str, *, signs_only: bool) -> list[str]:
    lines = [_MARKED.sub("", line) for line in _LINES.split(text)]
    if len(lines) > 1:
        return [part for line in lines for part in _kinds_of(line)]
    for sign in _SIGNS:
        parts = _split(text, sign)
        if len(parts) > 1:
            return [piece for part in parts for piece in _kinds_of(part)]
    return [] if signs_only else _by_words(text)


def _by_words(text: str) -> list[str]:
    """`Yes, No or N/A`, `High or low`; signs that stand in sentences as well, so that only short values count."""
    comma, either, *weaker = _WORDS
    parts = _split(text, comma)
    parts = [*parts[:-1], *filter(None, _LAST_TWO.split(parts[-1]))] if len(parts) > 1 else _split(text, either)
    if len(parts) > 1 and all(len(part.split()) <= _FEW_WORDS for part in parts):
        return parts
    for sign in weaker:
        parts = _split(text, sign)
        if len(parts) > 1 and all(map(asking.value_kind, parts)):
            return parts
    return []


def _kinds_of(part: str) -> list[str]:
    """A part that lists yes, no and their like by a weaker sign is several; any other is one."""
    if _NO_BREAK.fullmatch(f" / {part}", 3):
        return [part]
    inner = [piece for sign in (*_SIGNS, *_WORDS[:2]) if len(pieces := _split(part, sign)) > 1 for piece in pieces]
    return inner if inner and all(map(asking.value_kind, inner)) else [part]


def _split(text: str, sign: re.Pattern[str]) -> list[str]:
    """Apart at the signs that stand outside of brackets and abbreviations."""
    hidden = _NO_BREAK.sub(lambda match: "\0" * len(match.group()), text)
    parts, start = [], 0
    for match in sign.finditer(hidden):
        parts.append(text[start : match.start()])
        start = match.end()
    return [part for part in (*parts, text[start:]) if part.strip()]


def _tidy(value: str) -> str:
    """Without full stop, and without a remark in brackets behind yes, no and their like."""
    tidy = value.strip(" -–\t\"'«»“”")
    tidy = tidy if _ABBREVIATED.search(tidy) else tidy.rstrip(".")
    bare = _NOTE.sub("", tidy)
    return bare if asking.value_kind(bare) else tidy
