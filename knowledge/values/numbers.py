"""Numbers as Spanish and English exports write them.

Invariant: whether a comma is a decimal sign is decided for a column from all its values; a value that
contradicts the decision is refused, not reinterpreted.
"""

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

DecimalSign = Literal[".", ","]

_SPACES = re.compile(r"[\s\u00a0\u202f'’]")
_DIGITS = re.compile(r"\d")
_PLAIN = re.compile(r"[+-]?[\d.,]*\d[\d.,]*")
_CURRENCY_WORD = re.compile(r"(?<![A-Za-z])(?:[A-Z]{3}|eur|euros?|usd|[A-Z]{0,3}\$|S/\.?)(?![A-Za-z])|[€£¥$%]")


def bare_number(text: str) -> str:
    """Drop currency marks, percent signs and spaces; a value in parentheses becomes negative."""
    cleaned = _CURRENCY_WORD.sub("", text.replace("−", "-"))
    cleaned = _SPACES.sub("", cleaned)
    if cleaned.startswith("(") and cleaned.endswith(")"):
        cleaned = "-" + cleaned[1:-1]
    if cleaned.endswith("-"):
        cleaned = "-" + cleaned[:-1]
    return cleaned


@dataclass(slots=True)
class NumberProfile:
    """What the values of one column say about its decimal sign."""

    comma: int = 0
    point: int = 0
    ambiguous: int = 0
    numeric: int = 0
    other: int = 0
    example: str | None = field(default=None)

    def add(self, text: str) -> None:
        """Count one value."""
        cleaned = bare_number(text)
        if not _PLAIN.fullmatch(cleaned):
            self.other += 1
            return
        self.numeric += 1
        sign = decimal_sign_of(cleaned)
        if sign == ",":
            self.comma += 1
        elif sign == ".":
            self.point += 1
        elif sign == "?":
            self.ambiguous += 1
            self.example = self.example or text

    def sign(self) -> DecimalSign | None:
        """The decimal sign that the values show, the more frequent one if they disagree; None if they do not say."""
        if self.comma == self.point:
            return None
        return "," if self.comma > self.point else "."


def decimal_sign_of(cleaned: str) -> Literal[".", ",", "?", ""]:
    """Which sign one bare number shows to be the decimal one; `?` if it could be either, empty if it has none."""
    commas, points = cleaned.count(","), cleaned.count(".")
    if not commas and not points:
        return ""
    if commas and points:
        return "," if cleaned.rfind(",") > cleaned.rfind(".") else "."
    separator: DecimalSign = "," if commas else "."
    other: DecimalSign = "." if commas else ","
    if commas + points > 1:
        return other
    before, after = cleaned.lstrip("+-").split(separator)
    grouped = len(after) == 3 and 1 <= len(before) <= 3 and not before.startswith("0")
    return "?" if grouped else separator


def parse_number(text: str, *, decimal_sign: DecimalSign) -> Decimal:
    """Read one number with the column's decimal sign.

    Raises ValueError if it is no number, or one whose separators contradict the sign.
    """
    cleaned = bare_number(text)
    if not _PLAIN.fullmatch(cleaned):
        raise ValueError(text)
    grouping = "." if decimal_sign == "," else ","
    whole, sign, fraction = cleaned.partition(decimal_sign)
    if grouping in fraction or decimal_sign in fraction:
        raise ValueError(text)
    groups = whole.lstrip("+-").split(grouping)
    if len(groups) > 1 and (not 1 <= len(groups[0]) <= 3 or any(len(group) != 3 for group in groups[1:])):
        raise ValueError(text)
    number = whole.replace(grouping, "") + ("." + fraction if sign and fraction else "")
    if not _DIGITS.search(number):
        raise ValueError(text)
    return Decimal(number)
