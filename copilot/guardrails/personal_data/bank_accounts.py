"""Bank accounts: IBAN, and the national numbers of Mexico, Argentina and Spain.

Invariant: without a word that says so, only a number whose check digits are right is an account.
"""

import re
from collections.abc import Iterable, Iterator

from stdnum import iban
from stdnum.ar import cbu
from stdnum.es import ccc

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.places import candidates, cue, cued, is_business_number
from copilot.guardrails.personal_data.recogniser import span_of

_IBAN = re.compile(
    r"(?<![^\W_])[A-Z]{2}[ -]?[0-9]{2}(?:[ \u00a0.-]?[A-Z0-9]{4}){2,7}(?:[ \u00a0.-]?[A-Z0-9]{1,4})?(?![^\W_])",
    re.IGNORECASE,
)
_NATIONAL = re.compile(r"(?<![\w.,+-])[0-9](?:[ -]?[0-9]){16,21}(?![\w]|[.,-][0-9])")
_ACCOUNT_NUMBER = re.compile(r"(?<![\w.,+-])[0-9](?:[ -]?[0-9]){5,17}(?![\w]|[.,-][0-9])")
_LETTERS_OR_DIGITS = re.compile(r"[^A-Za-z0-9]")
_CUE = cue(
    r"clabe|cbu|cvu|ccc|iban|cuentas? (?:bancarias?|corrientes?|de ahorros?|clabe)|n[uú]mero de cuenta|n\.?º de cuenta|"
    r"transferencias?(?: a)?|domiciliaci[oó]n|bank accounts?|account (?:number|no\.?)|acct\.?|wire(?: transfer)? to"
)
_STRONG_CUE = cue(
    r"cuentas? (?:bancarias?|corrientes?|de ahorros?)|n[uú]mero de cuenta bancaria|bank account(?: number| no\.?)?|"
    r"checking account(?: number)?|savings account(?: number)?|iban"
)
_SHORTEST_IBAN = 15
_CLABE_WEIGHTS = (3, 7, 1)


class BankAccountRecogniser:
    """Finds account numbers."""

    name = "bank_accounts"

    def find(self, text: str, hints: Hints) -> Iterable[PersonalSpan]:
        """See the class docstring."""
        del hints
        yield from _ibans(text)
        yield from _national_numbers(text)
        yield from _account_numbers(text)


def is_clabe(digits: str) -> bool:
    """Whether 18 digits are a Mexican interbank code: weights 3, 7, 1, each product modulo 10."""
    if len(digits) != 18:
        return False
    total = sum(int(digit) * _CLABE_WEIGHTS[place % 3] % 10 for place, digit in enumerate(digits[:17]))
    return (10 - total % 10) % 10 == int(digits[17])


def _ibans(text: str) -> Iterator[PersonalSpan]:
    for match in candidates(_IBAN, text, minimum=8):
        end = _end_of_iban(match.group())
        if end:
            place = (match.start(), match.start() + end)
            yield span_of(text, place, data_class=DataClass.BANK_ACCOUNT, scheme="iban")
        elif len(match.group()) >= _SHORTEST_IBAN and cued(text, match.start(), _STRONG_CUE):
            yield span_of(text, match.span(), data_class=DataClass.BANK_ACCOUNT, scheme="iban", score=0.6)


def _end_of_iban(written: str) -> int:
    """How many characters of `written` are an IBAN; the words behind it may look like more of it. 0: none."""
    end = len(written)
    while end >= _SHORTEST_IBAN:
        compact = _LETTERS_OR_DIGITS.sub("", written[:end]).upper()
        if iban.is_valid(compact, check_country=False):
            return end
        cut = max(written.rfind(" ", 0, end), written.rfind("\u00a0", 0, end))
        if cut < 0:
            break
        end = cut
    return 0


def _national_numbers(text: str) -> Iterator[PersonalSpan]:
    for match in candidates(_NATIONAL, text, minimum=17):
        scheme = _national_scheme(_LETTERS_OR_DIGITS.sub("", match.group()))
        is_grouped = " " in match.group() or "-" in match.group()
        if scheme is None:
            continue
        if cued(text, match.start(), _CUE) or (is_grouped and not is_business_number(text, match.start())):
            yield span_of(text, match.span(), data_class=DataClass.BANK_ACCOUNT, scheme=scheme)


def _national_scheme(digits: str) -> str | None:
    if is_clabe(digits):
        return "mx.clabe"
    if len(digits) == 22 and cbu.is_valid(digits):
        return "ar.cbu"
    if len(digits) == 20 and ccc.is_valid(digits):
        return "es.ccc"
    return None


def _account_numbers(text: str) -> Iterator[PersonalSpan]:
    for match in candidates(_ACCOUNT_NUMBER, text, minimum=6):
        if cued(text, match.start(), _STRONG_CUE):
            yield span_of(text, match.span(), data_class=DataClass.BANK_ACCOUNT, scheme="account", score=0.7)
