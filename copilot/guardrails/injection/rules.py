"""Wordings that speak to an assistant, in both languages.

Invariant: precise before complete: a wording is here only if people do not write it to each other in business. Every
repetition is bounded, so that a search is linear in the length of the text.
"""

import re
import tomllib
from functools import cache, lru_cache
from pathlib import Path

from copilot.guardrails.injection.disguise import normalised, respelt

_QUOTE_LENGTH = 120
_SCAN_LIMIT = 500_000
"""Characters of one text that are looked at; evidence is a passage or a field, far below that."""

_WORDINGS = Path(__file__).parent / "data" / "wordings.toml"
_WORD_START = r"\b"
_STANDS_FOR = {
    "<words>": r"(?:[\w'’]{1,30} ){0,4}",
    "<machine>": (
        r"(?:ai|a\.i\.|artificial intelligence|llm|language model|chatbot|virtual assistant|assistant|copilot|"
        r"bot|recorder|ia|i\.a\.|inteligencia artificial|modelo de lenguaje|asistente virtual|asistente|"
        r"copiloto|transcriptor)"
    ),
    "<reader>": (
        r"(?:system|model|tool|tools|bot|ai|assistant|software|program|agent|sistemas?|modelos?|herramientas?|"
        r"asistentes?|ia|inteligencia artificial|programa|agente)"
    ),
}


@cache
def _pattern() -> re.Pattern[str]:
    """All wordings as one expression."""
    groups = tomllib.loads(_WORDINGS.read_text(encoding="utf-8"))
    rules = [rule for group in groups.values() for rule in group]
    # The start of a word is looked for once, not once for each of two hundred wordings.
    at_words = "|".join(f"(?:{rule.removeprefix(_WORD_START)})" for rule in rules if rule.startswith(_WORD_START))
    elsewhere = "|".join(f"(?:{rule})" for rule in rules if not rule.startswith(_WORD_START))
    pattern = rf"\b(?:{at_words})|{elsewhere}"
    for short, long in _STANDS_FOR.items():
        pattern = pattern.replace(short, long)
    return re.compile(pattern)


@lru_cache(maxsize=4096)
def instruction_in(text: str) -> str | None:
    """The first words of `text` that read like an instruction to an assistant, normalised; None if none do.

    Linear in the length of `text`: every repetition in the rules is bounded.
    """
    looked_at = text[:_SCAN_LIMIT]
    match = _pattern().search(normalised(looked_at))
    if match is None and (plain := respelt(looked_at)) is not None:
        match = _pattern().search(plain)
    if match is None:
        return None
    return "".join(char for char in match.group()[:_QUOTE_LENGTH] if char.isprintable()).strip()
