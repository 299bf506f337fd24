"""Values that a sentence states of the deal or the account: `the close date moves to…`, `Stage: Proposal`.

Invariant: a value is read only after words that say which field it is, from a sentence that states it: no wish, no
doubt, no question, no former state, and nothing that is said of somebody whom the records do not know.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from copilot.domain.figures import FigureKind, extract_figures
from copilot.domain.folding import flat
from copilot.domain.records import Account, Opportunity
from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.brief.context import shorten
from copilot.workflows.brief.contradictions import names_opportunity
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.cues import words as word_list
from copilot.workflows.reading.due_dates import named_days
from copilot.workflows.reading.names import words
from copilot.workflows.reading.types import Sentence

Value = date | Decimal | int | str
NOT_CERTAIN = re.compile(
    r"\b(?:si|if|quiza|quizas|tal vez|a lo mejor|maybe|perhaps|might|may|could|would|should|podria\w*|deberia\w*|seria|"
    r"creo|cree|think|thinks|supon\w+|suppose|imagine|ojala|hope|unless|salvo que|propon\w+|propos\w+|suggest\w*|"
    r"no se|nobody|nadie|antes (?:era|eran)|used to|wrong|equivocad\w+|wasn't|isn't|not|no|never|nunca|tampoco|ni)\b"
)
_OF_DEAL, _OF_ACCOUNT = ("close_date", "amount", "stage", "next_step"), ("renewal_date", "seats_licensed")
_NAMED = re.compile(r"(?<![.!?:;—«“\"(\-•*\n] )(?<![.!?:;\n«“\"(])(?<!^)\b[A-ZÁÉÍÓÚÑ][\wáéíóúñü]{2,}")
_CLAUSE = re.compile(r"[;\n]|[.!](?=\s|$)|,\s+(?:pero|but|y|and)\s")
_LONGEST_STEP, _SHORTEST_STEP = 160, 8


@dataclass(frozen=True, slots=True)
class Stated:
    """One field of one record, and the value that a sentence states of it."""

    record: Account | Opportunity
    field: str
    value: Value
    sentence: Sentence


def stated(context: TalkContext) -> Iterator[Stated]:
    """Every value that differs from the record's."""
    for sentence in context.sentences:
        plain = flat(sentence.text)
        if plain.rstrip('»”") ').endswith("?") or "¿" in plain or names_somebody_else(context, sentence.text):
            continue
        deal = only_deal(context, sentence.text)
        for field in (*_OF_DEAL, *_OF_ACCOUNT):
            record = deal if field in _OF_DEAL else context.base.facts.account
            value = _value(context, field, sentence, plain, record) if record else None
            if record is not None and value is not None and value != getattr(record, field):
                yield Stated(record, field, value, sentence)


def only_deal(context: TalkContext, text: str) -> Opportunity | None:
    """The one open deal that a text can be about."""
    deals = context.base.facts.open_opportunities
    named = [deal for deal in deals if names_opportunity(context.base, text, deal)]
    certain = named if len(named) == 1 else deals if len(deals) == 1 else ()
    return certain[0] if certain else None


def names_somebody_else(context: TalkContext, text: str) -> bool:
    """Whether a text names what is neither this account, its people and deals, nor ours: it may be about that."""
    facts = context.base.facts
    known = {word for name in (facts.account.name, *context.cast.names(), *facts.products) for word in words(name)}
    for deal in facts.opportunities:
        known |= {*words(deal.name), *words(deal.stage or ""), *words(deal.product_name or "")}
    known |= word_list("not_rivals")
    return any(flat(match.group()) not in known for match in _NAMED.finditer(text) if not match.group().isupper())


def _value(
    context: TalkContext, field: str, sentence: Sentence, plain: str, record: Account | Opportunity
) -> Value | None:
    match = cue("updates", field).search(plain)
    if match is None or cue("updates", "wish").search(plain):
        return None
    end = _CLAUSE.search(sentence.text, match.end())
    text = sentence.text[match.end() : end.start() if end else len(sentence.text)]
    if field == "next_step":
        return _step(text)
    if NOT_CERTAIN.search(plain):
        return None
    match field:
        case "close_date" | "renewal_date":
            return _day(text, sentence)
        case "amount":
            return _amount(text, sentence, record)
        case "seats_licensed":
            return _seats(text, sentence)
        case _:
            return _stage(context, text)


def _day(text: str, sentence: Sentence) -> date | None:
    days = [item.day for item in named_days(text, said_on=sentence.day) if item.exact]
    return days[0] if len(days) == 1 else None


def _amount(text: str, sentence: Sentence, record: Account | Opportunity) -> Decimal | None:
    """Only in the deal's own currency."""
    money = [item for item in extract_figures(text, language=sentence.language) if item.kind is FigureKind.AMOUNT]
    if len(money) != 1 or record.currency not in money[0].currencies or not isinstance(money[0].value, Decimal):
        return None
    return money[0].value


def _seats(text: str, sentence: Sentence) -> int | None:
    found = [item for item in extract_figures(text, language=sentence.language) if item.kind is FigureKind.NUMBER]
    value = found[0].value if len(found) == 1 else None
    is_whole = isinstance(value, Decimal) and value == value.to_integral_value() and value > 1
    return int(value) if is_whole and isinstance(value, Decimal) else None


def _stage(context: TalkContext, text: str) -> str | None:
    """A stage is known by its name in the source system, as a deal of this account has or had it."""
    known = dict.fromkeys(deal.stage for deal in context.base.facts.opportunities if deal.stage)
    plain = flat(text)
    named = [stage for stage in known if re.search(rf"\b{re.escape(flat(stage))}\b", plain)]
    return named[0] if len(named) == 1 else None


def _step(text: str) -> str | None:
    step = " ".join(text.split()).rstrip(". ")
    if len(step) < _SHORTEST_STEP or cue("updates", "no_step").search(flat(step)):
        return None
    return shorten(f"{step[:1].upper()}{step[1:]}", _LONGEST_STEP)
