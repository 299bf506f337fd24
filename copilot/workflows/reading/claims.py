"""Values that texts state for what the records hold: renewal date, seats, yearly amount.

Invariant: a claim is made only by words that speak of the whole agreement; an offer, a part or a former state is
not one.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from copilot.domain.figures import FigureKind, extract_figures
from copilot.domain.folding import flat
from copilot.domain.formatting import canonical_number
from copilot.workflows.reading.cues import captured, cue
from copilot.workflows.reading.due_dates import named_days
from copilot.workflows.reading.names import mentions_person
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.types import Claim, Sentence, Side

RECENT = timedelta(days=400)
_NOT_OURS = re.compile(r"\b(?:yardwright|competitor|lease|arrend|alquiler|notice|preaviso|insurance|seguro)\b")
_CURRENCIES = {"$": "USD", "us$": "USD", "usd": "USD", "dolares": "USD", "€": "EUR", "eur": "EUR", "euros": "EUR"}
_CURRENCIES |= {"£": "GBP", "gbp": "GBP", "mxn": "MXN", "clp": "CLP", "cop": "COP", "ars": "ARS", "dollars": "USD"}
_SIGN = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True))
_SUM = re.compile(
    rf"(?P<before>(?:{_SIGN})\s?)(?P<amount>\d{{1,3}}(?:[.,]\d{{3}})+(?:[.,]\d{{2}})?|\d{{4,9}})(?P<after>)"
    rf"|(?P<before2>)(?P<amount2>\d{{1,3}}(?:[.,]\d{{3}})+(?:[.,]\d{{2}})?|\d{{4,9}})(?P<after2>\s?(?:{_SIGN}))"
)


def find_claims(sentences: Sequence[Sentence], *, today: date, cast: Cast) -> Iterator[Claim]:
    """Claims of the last thirteen months."""
    for sentence in sentences:
        if today - sentence.day > RECENT or sentence.text.rstrip().endswith("?"):
            continue
        plain = flat(sentence.text)
        yield from _renewal(sentence, plain, today)
        yield from _count(sentence, plain)
        yield from _yearly(sentence, plain)
        if sentence.side is Side.CUSTOMER:
            yield from _budget(sentence, plain)
            yield from _people(sentence, plain)
        yield from _moved(sentence, plain)
        yield from _decider(sentence, plain, cast)


def _renewal(sentence: Sentence, plain: str, today: date) -> Iterator[Claim]:
    match = cue("claims", "end_of_term").search(plain)
    if match is None or _NOT_OURS.search(plain[: match.end()]):
        return
    named = named_days(sentence.text[match.start() :], said_on=sentence.day)
    days = [found.day for found in named if found.exact]
    if days and abs((days[0] - today).days) < 2 * 366 and days[0] > sentence.day:
        yield Claim(about="renewal_date", value=days[0].isoformat(), sentence=sentence)


def _count(sentence: Sentence, plain: str) -> Iterator[Claim]:
    match = cue("claims", "seats").search(plain)
    if match is not None:
        yield Claim(about="seats_licensed", value=re.sub(r"\D", "", captured(match)), sentence=sentence)


def _decider(sentence: Sentence, plain: str, cast: Cast) -> Iterator[Claim]:
    """Who decides or signs on the customer's side, by name."""
    told = cue("claims", "decides").search(plain)
    if told is None:
        return
    for name, side in cast.known():
        if side is Side.CUSTOMER and mentions_person(sentence.text, name):
            yield Claim(about="decision_maker", value=name, sentence=sentence)
            return


def _people(sentence: Sentence, plain: str) -> Iterator[Claim]:
    """How many people the customer says should have a seat."""
    told = cue("claims", "people_with_seats").search(plain)
    if told is None:
        return
    numbers = [
        figure.value
        for figure in extract_figures(told.group(), language=sentence.language)
        if figure.kind is FigureKind.NUMBER and isinstance(figure.value, Decimal)
    ]
    if numbers and numbers[0] > 1:
        yield Claim(about="seats_licensed", value=canonical_number(numbers[0]), sentence=sentence)


def _yearly(sentence: Sentence, plain: str) -> Iterator[Claim]:
    match = cue("claims", "yearly").search(plain)
    if match is not None:
        named = _SUM.search(plain, match.start())
        sign = (named["before"] or named["after2"] or "").strip() if named else ""
        currency = f" {_CURRENCIES[sign]}" if sign else ""
        yield Claim(about="arr", value=f"{_plain_decimal(captured(match))}{currency}", sentence=sentence)


def _budget(sentence: Sentence, plain: str) -> Iterator[Claim]:
    """What the customer says they have to spend on us."""
    told = cue("claims", "budget").search(plain)
    match = _SUM.search(plain, told.start()) if told else None
    if match is not None:
        sign = (match["before"] or match["after2"]).strip()
        amount = _plain_decimal(match["amount"] or match["amount2"])
        yield Claim(about="amount", value=f"{amount} {_CURRENCIES[sign]}", sentence=sentence)


def _moved(sentence: Sentence, plain: str) -> Iterator[Claim]:
    """A new day for a signature or a decision."""
    told = cue("claims", "moved").search(plain)
    if told is None or plain.startswith(("si ", "if ")):
        return
    named = named_days(sentence.text[told.start() :], said_on=sentence.day)
    days = [found.day for found in named if found.exact]
    if days and days[-1] > sentence.day:
        yield Claim(about="close_date", value=days[-1].isoformat(), sentence=sentence)


def _plain_decimal(amount: str) -> str:
    cents = re.search(r"[.,](\d{2})$", amount)
    whole = re.sub(r"\D", "", amount[: cents.start()] if cents else amount)
    return f"{whole}.{cents[1]}" if cents and cents[1] != "00" else whole
