"""All recognisers over one text.

Invariant: the spans handed on are sorted, lie inside the text and never overlap. Where two claim the same characters,
the one with a valid check digit wins, then the longer, then the surer.
"""

from bisect import bisect_left
from collections.abc import Iterable

from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.addresses import AddressRecogniser
from copilot.guardrails.personal_data.bank_accounts import BankAccountRecogniser
from copilot.guardrails.personal_data.cards import CardRecogniser
from copilot.guardrails.personal_data.credentials import CredentialRecogniser
from copilot.guardrails.personal_data.dates_of_birth import DateOfBirthRecogniser
from copilot.guardrails.personal_data.emails import EmailRecogniser
from copilot.guardrails.personal_data.identifiers import IdentifierRecogniser
from copilot.guardrails.personal_data.ip_addresses import IpAddressRecogniser
from copilot.guardrails.personal_data.names import NamesRecogniser
from copilot.guardrails.personal_data.phones import PhoneRecogniser
from copilot.guardrails.personal_data.recogniser import Recogniser

RECOGNISERS: tuple[Recogniser, ...] = (
    CredentialRecogniser(),
    EmailRecogniser(),
    IdentifierRecogniser(),
    BankAccountRecogniser(),
    CardRecogniser(),
    PhoneRecogniser(),
    IpAddressRecogniser(),
    DateOfBirthRecogniser(),
    AddressRecogniser(),
    NamesRecogniser(),
)
_CHECKED = frozenset({DataClass.NATIONAL_ID, DataClass.BANK_ACCOUNT, DataClass.CARD})
"""Classes whose certain finds (score 1) passed a check digit."""
_NO_HINTS = Hints()


def find_personal_data(text: str, *, hints: Hints = _NO_HINTS) -> tuple[PersonalSpan, ...]:
    """Personal data in `text`, in reading order, without overlaps."""
    return without_overlaps(span for recogniser in RECOGNISERS for span in recogniser.find(text, hints))


def without_overlaps(spans: Iterable[PersonalSpan]) -> tuple[PersonalSpan, ...]:
    """The strongest spans that can stand beside each other, in reading order."""
    kept: list[PersonalSpan] = []
    starts: list[int] = []
    for span in sorted(spans, key=_strength, reverse=True):
        place = bisect_left(starts, span.end)
        # What is kept does not overlap, so only the last one that starts before this one ends can touch it.
        if span.start < span.end and (place == 0 or kept[place - 1].end <= span.start):
            kept.insert(place, span)
            starts.insert(place, span.start)
    return tuple(kept)


def _strength(span: PersonalSpan) -> tuple[bool, int, float, int]:
    checked = span.data_class in _CHECKED and span.score >= 1
    return checked, span.end - span.start, span.score, -span.start
