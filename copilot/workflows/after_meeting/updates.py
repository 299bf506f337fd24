"""What a text says differently from the records, as proposals for the CRM.

Invariant: a proposal is made only from a sentence in which the new value stands, stated plainly: no question, no
condition, no wish, no hearsay of what somebody else's document or budget says. It carries that sentence; a value that
the record already has, or a target that is not certain, gives none. Nothing is written: each proposal is a draft of its
own for approval.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from copilot.domain.destinations import CrmUpdate
from copilot.domain.figures import FigureKind, extract_figures
from copilot.domain.folding import flat
from copilot.domain.formatting import canonical_number
from copilot.domain.records import Contact, Opportunity, Record
from copilot.workflows.after_meeting.actions import actions
from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.after_meeting.stated import NOT_CERTAIN, Stated, Value, only_deal, stated
from copilot.workflows.brief.context import shorten
from copilot.workflows.brief.contradictions import Contradiction, contradictions, names_opportunity
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.due_dates import named_days
from copilot.workflows.reading.names import mentions_person
from copilot.workflows.reading.types import Sentence, Side

_WRITABLE = frozenset({"renewal_date", "seats_licensed", "close_date"})
"""Not `amount`: what reading claims of it is what the customer can spend, which is no price of ours."""
_SEATS_OF_OTHERS = re.compile(
    r"\b(?:invoice|factura|billed|facturad\w+|roles|duplicat\w+|duplicad\w+|people|personas)\b"
)
_CLOSING = re.compile(r"\b(?:clos\w+|sign\w*|cierre\w*|cerrar\w*|firma\w*|deal|opportunity|oportunidad|negocio)\b")
_WANTS = re.compile(r"\b(?:want\w*|quier\w+|quer\w+|would like|gustaria\w*)\b")
_LONGEST_STEP = 160


@dataclass(frozen=True, slots=True)
class Proposal:
    """One field of one record: what it holds, what it should hold, and the sentence that says so."""

    record: Record
    target: str
    """The record's name, for a reader."""
    field: str
    before: str | None
    """Canonical."""
    after: str
    shown_before: str
    shown_after: str
    sentence: Sentence
    cites: tuple[str, ...]

    @property
    def update(self) -> CrmUpdate:
        """As it would be written."""
        return CrmUpdate(
            source_system=self.record.source_system,
            record_type=self.record.record_type,
            source_id=self.record.source_id,
            field=self.field,
            value_before=self.before,
            value=self.after,
        )


def proposals(context: TalkContext) -> tuple[Proposal, ...]:
    """At most one per record and field, the last that was said."""
    found = [*_next_steps(context), *_from_claims(context), *_stated(context), *_departures(context)]
    read = {item.order for item in context.sentences}
    certain = [item for item in found if item.sentence.order in read and _stands(item)]
    by_field = {(item.record.id, item.field): item for item in sorted(certain, key=lambda item: item.sentence.order)}
    return tuple(sorted(by_field.values(), key=lambda item: item.sentence.order))


def _stands(item: Proposal) -> bool:
    """Whether the sentence states the new value, as a figure or a day of its own, and asks nothing."""
    text = item.sentence.text
    if "?" in text or "¿" in text:
        return False
    match item.field:
        case "next_step":
            return True
        case "stage":
            return flat(item.after) in flat(text)
        case "seats_licensed" | "amount":
            figures = extract_figures(text, language=item.sentence.language)
            return any(each.value == Decimal(item.after) and each.kind is not FigureKind.DATE for each in figures)
        case _:
            return item.after in {each.day.isoformat() for each in named_days(text, said_on=item.sentence.day)}


def _from_claims(context: TalkContext) -> Iterator[Proposal]:
    for found in contradictions(context.base):
        here = found.claim.sentence.document_id == context.document.id
        if (
            here
            and not found.in_texts
            and found.field in _WRITABLE
            and _is_certain(context, found)
            and _is_plain(found)
        ):
            yield Proposal(
                record=found.record,
                target=found.record.name,
                field=found.field,
                before=_canonical(getattr(found.record, found.field)),
                after=found.claim.value.split(" ")[0],
                shown_before=found.recorded,
                shown_after=found.claimed,
                sentence=found.claim.sentence,
                cites=found.cites,
            )


def _is_certain(context: TalkContext, found: Contradiction) -> bool:
    """Whether it is plain which opportunity is meant: the only open one, or the one that the sentence names."""
    if not isinstance(found.record, Opportunity):
        return True
    deals = context.base.facts.open_opportunities
    return len(deals) == 1 or names_opportunity(context.base, found.claim.sentence.text, found.record)


def _is_plain(found: Contradiction) -> bool:
    """Whether the sentence states the value as it is: not in doubt, not of something else."""
    plain = flat(found.claim.sentence.text)
    if NOT_CERTAIN.search(plain):
        return False
    match found.field:
        case "seats_licensed":
            return not _SEATS_OF_OTHERS.search(plain)
        case "close_date":
            return bool(_CLOSING.search(plain))
        case _:
            return True


def _stated(context: TalkContext) -> Iterator[Proposal]:
    base = context.base
    for found in stated(context):
        before = getattr(found.record, found.field)
        cites = [
            base.record(found.record, found.field),
            base.record(found.record, "name"),
            base.sentence(found.sentence),
        ]
        if isinstance(found.value, date):
            cites.append(_day_cite(context, found.sentence, found.value))
        yield Proposal(
            record=found.record,
            target=found.record.name,
            field=found.field,
            before=_canonical(before),
            after=_canonical(found.value) or "",
            shown_before=_shown(context, before, found),
            shown_after=_shown(context, found.value, found),
            sentence=found.sentence,
            cites=tuple(cites),
        )


def _shown(context: TalkContext, value: Value | None, found: Stated) -> str:
    match value:
        case date():
            return context.base.format.day(value)
        case Decimal() if isinstance(found.record, Opportunity):
            return context.base.money(value, found.record.currency)
        case Decimal() | int():
            return context.base.number(value)
        case str() if value:
            return context.base.named(value) if found.field == "stage" else context.base.quote(value)
        case _:
            return ""


def _canonical(value: object) -> str | None:
    match value:
        case None:
            return None
        case date():
            return value.isoformat()
        case Decimal() | int():
            return canonical_number(value)
        case _:
            return str(value)


def _departures(context: TalkContext) -> Iterator[Proposal]:
    for sentence in context.sentences:
        plain = flat(sentence.text)
        # `Ya no trabaja aquí` says no of the job, not of the news.
        around = cue("updates", "left").sub("", plain)
        if around == plain or NOT_CERTAIN.search(around) or plain.endswith("?") or _WANTS.search(around):
            continue
        days = [item for item in named_days(sentence.text, said_on=sentence.day) if item.exact]
        people = [item for item in context.base.facts.contacts if mentions_person(sentence.text, item.name)]
        if len(days) == 1 and len(people) == 1 and people[0].left_on is None:
            yield _departure(context, sentence, people[0], days[0].day)


def _departure(context: TalkContext, sentence: Sentence, contact: Contact, day: date) -> Proposal:
    base = context.base
    return Proposal(
        record=contact,
        target=contact.name,
        field="left_on",
        before=None,
        after=day.isoformat(),
        shown_before="",
        shown_after=base.format.day(day),
        sentence=sentence,
        cites=(base.record(contact, "left_on"), base.sentence(sentence), _day_cite(context, sentence, day)),
    )


def _day_cite(context: TalkContext, sentence: Sentence, day: date) -> str:
    base, name = context.base, f"day_{sentence.passage_id}_{sentence.start}"
    return base.book.computed(
        name,
        text=f"{name}: {day.isoformat()}",
        inputs=(base.sentence(sentence),),
        formula=base.say(es="el día que nombra la frase", en="the day that the sentence names"),
    )


def _next_steps(context: TalkContext) -> Iterator[Proposal]:
    """Our next promise as the step of the one deal it can belong to, where the step on record is empty."""
    base = context.base
    pending = [item for item in actions(context) if item.by is Side.US and item.due and item.due.day >= base.today]
    for item in sorted(pending, key=lambda found: found.due.day if found.due else base.today)[:1]:
        deal = only_deal(context, item.sentence.text)
        step = shorten(" ".join(item.sentence.text.split()), _LONGEST_STEP)
        if deal is not None and not deal.next_step:
            yield Proposal(
                record=deal,
                target=deal.name,
                field="next_step",
                before=None,
                after=step,
                shown_before="",
                shown_after=base.quote(step),
                sentence=item.sentence,
                cites=(base.record(deal, "next_step"), base.sentence(item.sentence)),
            )
