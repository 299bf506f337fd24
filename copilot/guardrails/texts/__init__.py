"""What each rule says to a sales manager, in both languages.

Invariant: every rule has a text in every language, in exactly one table; a test compares the tables with the rules
in use.
"""

from collections.abc import Mapping

from copilot.guardrails.texts import (
    commitments,
    contact,
    core,
    freshness,
    grounding,
    injection,
    leakage,
    links,
    personal_data,
    tone,
)

_TABLES: tuple[Mapping[str, Mapping[str, str]], ...] = (
    contact.TEXTS,
    core.TEXTS,
    grounding.TEXTS,
    injection.TEXTS,
    leakage.TEXTS,
    personal_data.TEXTS,
    commitments.TEXTS,
    tone.TEXTS,
    links.TEXTS,
    freshness.TEXTS,
)
TEXTS: dict[str, Mapping[str, str]] = {rule: words for table in _TABLES for rule, words in table.items()}


def explain(rule: str, values: Mapping[str, str]) -> dict[str, str]:
    """Text of a rule per language. A value may be given per language as `<name>.es` and `<name>.en`."""
    return {language: _fill(template, values, language) for language, template in TEXTS[rule].items()}


def without_values(rule: str, *, language: str) -> str | None:
    """Text of a rule with no word of what it was found in, for those who do not read that; None: no such rule."""
    words = TEXTS.get(rule)
    return None if words is None else words[language].format_map(_LeftOut())


class _LeftOut(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


def _fill(template: str, values: Mapping[str, str], language: str) -> str:
    chosen = {name: value for name, value in values.items() if "." not in name}
    chosen |= {name[:-3]: value for name, value in values.items() if name.endswith(f".{language}")}
    return template.format(**chosen)
