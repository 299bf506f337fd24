"""The words that tell, as data, and how they become patterns over flattened text.

Invariant: cues are data; the files are read once, at the first use, never at import.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

_FOLDER = Path(__file__).parent
_NAMED = re.compile(r"<(\w+)>")
_LOOKED_BACK = 80
"""Characters before a place in which a mark that ends there is looked for."""
_OPEN_START = ("^", "(?:^", "(?<", "<\\s")


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a cue stands."""

    start: int
    end: int
    text: str


@cache
def table(file: str) -> dict[str, Any]:
    """One file, parsed."""
    return tomllib.loads((_FOLDER / f"{file}.toml").read_text(encoding="utf-8"))


@cache
def cue(file: str, section: str, name: str) -> re.Pattern[str]:
    """All lines of one name as a single pattern."""
    return pattern(str(table(file)[section][name]))


@cache
def pattern(lines: str) -> re.Pattern[str]:
    """Lines of cues as a single pattern."""
    return re.compile("|".join(_bounded(line) for line in lines.splitlines() if line.strip()))


@cache
def mark(name: str) -> re.Pattern[str]:
    """A single pattern of `marks.toml`, as it stands there."""
    return re.compile(str(table("marks")["marks"][name]))


def mark_before(name: str, text: str, place: int) -> int | None:
    """Where a mark that ends right before a place begins; None if it does not stand there."""
    start = max(0, place - _LOOKED_BACK)
    match = mark(name).search(text[start:place])
    return None if match is None else start + match.start()


def hits(text: str, lines: str) -> Iterator[Hit]:
    """Where any of the lines stands in the text."""
    for match in pattern(lines).finditer(text):
        if match.end() > match.start():
            yield Hit(match.start(), match.end(), match.group())


def longest(found: list[tuple[Hit, Any]]) -> list[tuple[Hit, Any]]:
    """Those that do not lie within a longer one, by place."""
    kept: list[tuple[Hit, Any]] = []
    for item in sorted(found, key=lambda item: (item[0].start, -item[0].end)):
        last = kept[-1][0] if kept else None
        # Whatever comes later begins no earlier: it lies within the last one kept if it does not end after it.
        if last is None or item[0].end > last.end or (item[0].start, item[0].end) == (last.start, last.end):
            kept.append(item)
    return kept


@cache
def spelled_words(*, refused: bool = True) -> frozenset[str]:
    """Every word that stands in a cue, as far as it is written out there; with or without those of what is refused:
    they are everyday words, and yet nothing is understood by them where nothing is refused."""
    words: set[str] = set()
    for file in ("records", "intents", "facts", "countries"):
        text = (_FOLDER / f"{file}.toml").read_text(encoding="utf-8")
        for lines in table(file)["refuse"].values() if file == "intents" and not refused else ():
            text = text.replace(str(lines), "")
        body = "\n".join(line for line in text.splitlines() if not line.startswith(("#", "[")))
        for stem, letters, _ in re.findall(r"([a-z]+)\[([a-z]+)\](s\?)?", body):
            words.update(f"{stem}{letter}{ending}" for letter in letters for ending in ("", "s"))
        for raw in re.findall(r"[a-z]+(?:\(\?:[a-z|\[\]]+\)\??|\?)?", body):
            words.update(_forms(raw))
    return frozenset(word for word in words if len(word) > 2)


def _forms(raw: str) -> Iterator[str]:
    """`oportunidad(?:es)?` -> oportunidad, oportunidades; `tickets?` -> ticket, tickets."""
    stem, _, endings = raw.partition("(?:")
    if endings:
        options = endings.partition(")")[0].split("|")
        yield from (f"{stem}{option}" for option in options if option.isalpha())
        if endings.endswith("?") or endings.partition(")")[2].startswith("?"):
            yield stem
    elif stem.endswith("?"):
        yield stem[:-1]
        yield stem[:-2]
    else:
        yield stem


def _bounded(line: str) -> str:
    named = _NAMED.sub(
        lambda match: f"(?:{table('intents')['words'][match[1]]})" if _is_word(match[1]) else match[0], line
    )
    left = "" if named.startswith(_OPEN_START) else r"(?<!\w)"
    right = "" if named.endswith((" ", "$", ":", "\\s*:", "(?=AMOUNT)")) else r"(?!\w)"
    spaced = named.replace(" ?", r"\s*").replace(" ", r"\s+")
    return rf"{left}(?:{spaced}){right}"


def _is_word(name: str) -> bool:
    return name in table("intents")["words"]
