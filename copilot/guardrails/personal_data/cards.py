"""Payment cards by issuer prefix, length and the Luhn check digit.

Invariant: a number that fails the check digit is no card.
"""

import re
from collections.abc import Iterable, Iterator

from stdnum import luhn

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.places import candidates, cue, cued, is_business_number
from copilot.guardrails.personal_data.recogniser import span_of

_CARD = re.compile(
    r"(?<![\w.,+-])(?:[0-9]{12,19}|[2-6][0-9]{3}(?P<separator>[ \u00a0.-])"
    r"(?:[0-9]{4}(?P=separator)[0-9]{4}(?P=separator)[0-9]{4}(?:(?P=separator)[0-9]{3})?|"
    r"[0-9]{6}(?P=separator)[0-9]{4,5}))"
    r"(?!\w|[.,-][0-9])"
)
_SEPARATORS = re.compile(r"[^0-9]")
_ISSUERS = (
    (re.compile(r"4(?:[0-9]{12}|[0-9]{15}|[0-9]{18})"), "visa"),
    (re.compile(r"(?:5[1-5][0-9]{2}|2(?:22[1-9]|2[3-9][0-9]|[3-6][0-9]{2}|7[01][0-9]|720))[0-9]{12}"), "mastercard"),
    (re.compile(r"3[47][0-9]{13}"), "amex"),
    (re.compile(r"(?:6011|65[0-9]{2}|64[4-9][0-9])[0-9]{12,15}"), "discover"),
    (re.compile(r"3(?:0[0-5]|09|[689][0-9])[0-9]{11}"), "diners"),
    (re.compile(r"35(?:2[89]|[3-8][0-9])[0-9]{12}"), "jcb"),
    (re.compile(r"(?:5018|5020|5038|5[6-8][0-9]{2}|6304|6759|676[1-3])[0-9]{8,15}"), "maestro"),
    (re.compile(r"62[0-9]{14,17}"), "unionpay"),
)
_CUE = cue(
    r"tarjetas?(?: de (?:cr[eé]dito|d[eé]bito))?|visa|mastercard|amex|american express|(?:credit|debit|"
    r"payment )?cards?|"
    r"card number|maestro|cc"
)


class CardRecogniser:
    """Finds card numbers, grouped or not."""

    name = "cards"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring."""
        del hints
        return _cards(text)


def _cards(text: str) -> Iterator[PersonalSpan]:
    for match in candidates(_CARD, text, minimum=12):
        digits = _SEPARATORS.sub("", match.group())
        issuer = next((name for pattern, name in _ISSUERS if pattern.fullmatch(digits)), None)
        if not luhn.is_valid(digits):
            continue
        is_named = cued(text, match.start(), _CUE)
        if is_named or (issuer is not None and not is_business_number(text, match.start())):
            scheme = f"card.{issuer}" if issuer else "card"
            yield span_of(text, match.span(), data_class=DataClass.CARD, scheme=scheme)
