"""What tells the numbers of one scheme from other numbers.

Invariant: a scheme without check digits needs a word before the number, or a form that nothing else has.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from copilot.domain.personal_data import DataClass

START = r"(?<![^\W_])"
"""Before a number: no letter and no digit."""
AFTER_NO_NUMBER = rf"{START}(?<![0-9][.,/-])"
"""As `START`, and not inside a longer number with separators."""
END = r"(?![^\W_])(?![-/.][^\W_])"
"""After a number: nothing that goes on with it."""
_SEPARATORS = re.compile(r"[^0-9A-Za-zÑñ&]")


@dataclass(frozen=True, slots=True)
class Scheme:
    """A kind of number. `pattern` bounds it on both sides; at most 64 characters, at least five digits."""

    name: str
    pattern: re.Pattern[str]
    is_valid: Callable[[str], bool]
    """Whether letters and digits, in upper case and without separators, can be such a number."""
    words: re.Pattern[str]
    """Made by `places.cue`: what is said before such a number."""
    is_plain: Callable[[str], bool] = str.isdigit
    """Whether a number as it is written could be anything, so that the words are needed beside the check digits."""
    takes_any: bool = False
    """Whether the words are enough: there are no check digits, or people get them wrong and it is one all the same."""
    mentions: tuple[str, ...] = ()
    """For a scheme that always needs its words: parts of them in small letters. A text without any is not searched."""
    data_class: DataClass = DataClass.NATIONAL_ID
    score: float = 1.0


def compact(written: str) -> str:
    """Letters and digits only, in upper case."""
    return _SEPARATORS.sub("", written).upper()


def has_no_dash(written: str) -> bool:
    """For schemes that are told from other numbers by their dashes."""
    return "-" not in written


def always(_: str) -> bool:
    """For schemes that need the words in any case, and for those without check digits."""
    return True
