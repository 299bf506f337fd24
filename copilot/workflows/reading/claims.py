"""Values that texts state for what the records hold: renewal date, seats, yearly amount.

Invariant: a claim is made only by words that speak of the whole agreement; an offer, a part or a former state is
not one.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from copilot.workflows.reading.due_dates import named_days
from copilot.domain.folding import flat
from copilot.workflows.reading.types import Claim, Sentence, Side

RECENT = timedelta(days=400)
_END_OF_TERM = re.compile(
    r"""(?:
      \b(?:agreement|contract|term|subscription|licen[cs]e)s?\s+(?:runs?\s+out|ends?|expires?|comes?\s+up|is\s+up|terminates?|renews?|finish(?:es)?)\b
    | \brenewal\s+(?:date\s+)?(?:is|falls|comes|on)\b | \bwe\s+renew\s+(?:on|by)\b | \border\s+form\s+says\b | \b(?:expiry|end)\s+date\s+(?:is|of)\b
    | \b(?:contrato|acuerdo|suscripcion|licencias?)\b.{0,30}\b(?:vence|vencen|termina|acaba|finaliza|caduca|expira|se\s+renueva)\b
    | \b(?:vence|termina|acaba|finaliza|caduca|expira)\b.{0,20}\b(?:contrato|acuerdo|suscripcion)\b | \b(?:vencimiento|fecha\s+de\s+renovacion|fin\s+del?\s+contrato)\s+(?:es|sera|del?|el|:)
    | \brenovacion\s+(?:es|sera|del|el|cae)\b | \brenova(?:mos|is|n)\s+(?:el|a)\b
    )""",
    re.X,
)
_NOT_OURS = re.compile(r"\b(?:yardwright|competitor|lease|arrend|alquiler|notice|preaviso|insurance|seguro)\b")
_NUMBER = r"(?P<number>\d{1,3}(?:[.,]\d{3})+|\d+)"
_SEATS = re.compile(
    rf"""(?:
      \b(?:we|you|they)(?:\s+\w+)?\s+(?:pay\s+for|have|hold|licen[cs]e)\s+(?:a\s+total\s+of\s+)?{_NUMBER}\s+(?:seats|licen[cs]es|users\s+licen)
    | \b(?:contract|agreement|order\s+form)\s+(?:is|says|covers|has)\s+(?:for\s+)?{_NUMBER.replace("number", "number2")}\s+(?:seats|licen[cs]es|users)
    | \btotal\s+contratado\b.{{0,40}}?\b{_NUMBER.replace("number", "number3")}\s+licencias | \b(?:quedan|quedais|quedamos)\s+en\s+{_NUMBER.replace("number", "number4")}\s+licencias
    | \b(?:tenemos|teneis|tienen|pagamos|hay)\s+(?:contratadas\s+)?(?:las\s+)?{_NUMBER.replace("number", "number5")}\s+licencias(?:\s+contratadas)?
    | \b{_NUMBER.replace("number", "number6")}\s+licencias\s+contratadas
    | \bcontrato\s+(?:es|pone|dice|cubre)\s+(?:de\s+|por\s+)?{_NUMBER.replace("number", "number7")}\s+licencias
    )""",
    re.X,
)
_AMOUNT = r"(?:(?:\$|€|£|usd|eur|gbp)\s?)?(?P<{name}>\d{{1,3}}(?:[.,]\d{{3}})+(?:[.,]\d{{2}})?|\d{{4,7}})(?:\s?(?:€|\$|£|usd|eur|gbp|euros|dolares))?"
_YEARLY = re.compile(
    rf"""(?:
      \b(?:contratado|facturacion\s+anual|pagamos|pagais|paga|pagan)\s*:?\s*{_AMOUNT.format(name="amount")}\s+al\s+ano
    | \b(?:today's|current|existing)\s+agreement\s+(?:is|costs|comes\s+to)\s+{_AMOUNT.format(name="amount2")}
    | \bwe\s+pay\s+(?:you\s+)?{_AMOUNT.format(name="amount3")}\s+(?:a|per)\s+year
    | \bcontract\s+(?:is\s+worth|value\s+is)\s+{_AMOUNT.format(name="amount4")}
    )""",
    re.X,
)


_CURRENCIES = {"$": "USD", "us$": "USD", "usd": "USD", "dolares": "USD", "€": "EUR", "eur": "EUR", "euros": "EUR"}
_CURRENCIES |= {"£": "GBP", "gbp": "GBP", "mxn": "MXN", "clp": "CLP", "cop": "COP", "ars": "ARS", "dollars": "USD"}
_SIGN = "|".join(re.escape(sign) for sign in sorted(_CURRENCIES, key=len, reverse=True))
_SUM = re.compile(
    rf"(?P<before>(?:{_SIGN})\s?)(?P<amount>\d{{1,3}}(?:[.,]\d{{3}})+(?:[.,]\d{{2}})?|\d{{4,9}})(?P<after>)"
    rf"|(?P<before2>)(?P<amount2>\d{{1,3}}(?:[.,]\d{{3}})+(?:[.,]\d{{2}})?|\d{{4,9}})(?P<after2>\s?(?:{_SIGN}))"
)
_BUDGET = re.compile(
    r"\b(?:budget\s+(?:line|is|of|for)|capped|cap\s+of|ceiling|maximum|presupuesto\s+(?:es|para|de|aprobado)|tope|como\s+maximo|techo)\b"
)
_MOVED = re.compile(
    r"\b(?:moved|postponed|pushed|put\s+off|nothing\s+signed\s+before|aplaz\w+|pospon\w+|pospuest\w+|pasa\s+a|se\s+mueve|movid[oa]|retras\w+)\b"
)


def find_claims(sentences: Sequence[Sentence], *, today: date) -> Iterator[Claim]:
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
        yield from _moved(sentence, plain)


def _renewal(sentence: Sentence, plain: str, today: date) -> Iterator[Claim]:
    match = _END_OF_TERM.search(plain)
    if match is None or _NOT_OURS.search(plain[: match.end()]):
        return
    days = [found.day for found in named_days(sentence.text[match.start() :], said_on=sentence.day)]
    if days and abs((days[0] - today).days) < 2 * 366 and days[0] > sentence.day:
        yield Claim(about="renewal_date", value=days[0].isoformat(), sentence=sentence)


def _count(sentence: Sentence, plain: str) -> Iterator[Claim]:
    match = _SEATS.search(plain)
    if match is not None:
        number = next(value for value in match.groupdict().values() if value)
        yield Claim(about="seats_licensed", value=re.sub(r"\D", "", number), sentence=sentence)


def _yearly(sentence: Sentence, plain: str) -> Iterator[Claim]:
    match = _YEARLY.search(plain)
    if match is not None:
        amount = next(value for value in match.groupdict().values() if value)
        yield Claim(about="arr", value=_plain_decimal(amount), sentence=sentence)


def _budget(sentence: Sentence, plain: str) -> Iterator[Claim]:
    """What the customer says they have to spend on us."""
    cue = _BUDGET.search(plain)
    match = _SUM.search(plain, cue.start()) if cue else None
    if match is not None:
        sign = (match["before"] or match["after2"]).strip()
        amount = _plain_decimal(match["amount"] or match["amount2"])
        yield Claim(about="amount", value=f"{amount} {_CURRENCIES[sign]}", sentence=sentence)


def _moved(sentence: Sentence, plain: str) -> Iterator[Claim]:
    """A new day for a signature or a decision."""
    cue = _MOVED.search(plain)
    if cue is None or plain.startswith(("si ", "if ")):
        return
    days = [found.day for found in named_days(sentence.text[cue.start() :], said_on=sentence.day)]
    if days and days[-1] > sentence.day:
        yield Claim(about="close_date", value=days[-1].isoformat(), sentence=sentence)


def _plain_decimal(amount: str) -> str:
    cents = re.search(r"[.,](\d{2})$", amount)
    whole = re.sub(r"\D", "", amount[: cents.start()] if cents else amount)
    return f"{whole}.{cents[1]}" if cents and cents[1] != "00" else whole
