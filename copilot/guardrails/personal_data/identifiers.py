"""Identity, tax and social-security numbers, scheme by scheme.

Invariant: a number counts when its check digits are right and it is written as such numbers are, or when a word
before it says what it is. Where it could be anything (digits only, no separators), the word is needed in any case.
"""

from collections.abc import Iterable, Iterator

from copilot.domain.personal_data import Hints, PersonalSpan
from copilot.guardrails.personal_data.identifiers_english import ENGLISH
from copilot.guardrails.personal_data.identifiers_latin_america import LATIN_AMERICA
from copilot.guardrails.personal_data.identifiers_spain import SPAIN
from copilot.guardrails.personal_data.places import cued, digit_windows, is_business_number
from copilot.guardrails.personal_data.recogniser import span_of
from copilot.guardrails.personal_data.scheme import Scheme, compact

SCHEMES: tuple[Scheme, ...] = (*SPAIN, *LATIN_AMERICA, *ENGLISH)
_FEWEST_DIGITS = 5
_UNCHECKED_SCORE = 0.6


class IdentifierRecogniser:
    """Finds numbers of every scheme; what is valid in two is reported in both, and the analysis chooses."""

    name = "identifiers"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring."""
        del hints
        lower = text.lower()
        schemes = [item for item in SCHEMES if not item.mentions or any(mention in lower for mention in item.mentions)]
        for start, end, limit in digit_windows(text, minimum=_FEWEST_DIGITS):
            for scheme in schemes:
                for match in scheme.pattern.finditer(text, start, limit):
                    if match.start() >= end:
                        break
                    yield from _judged(scheme, text, match.span())


def _judged(scheme: Scheme, text: str, place: tuple[int, int]) -> Iterator[PersonalSpan]:
    written = text[place[0] : place[1]]
    is_named = cued(text, place[0], scheme.words)
    if not is_named and scheme.is_plain(written):
        return
    is_valid = scheme.is_valid(compact(written))
    counts = (is_valid or scheme.takes_any) if is_named else is_valid and not is_business_number(text, place[0])
    if counts:
        score = scheme.score if is_valid else _UNCHECKED_SCORE
        yield span_of(text, place, data_class=scheme.data_class, scheme=scheme.name, score=score)
