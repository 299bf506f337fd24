"""What a text says differently from the records, as proposals for the CRM.

Invariant: a proposal is made only from a sentence that states the value plainly, as `copilot.workflows.reading.claims`
reads it, or names the person and the day they leave; it carries that sentence; a value that the record already has, or
a target that is not certain, gives none. Nothing is written: each proposal is a draft of its own for approval.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from copilot.domain.destinations import CrmUpdate
from copilot.domain.folding import flat
from copilot.domain.formatting import canonical_number
from copilot.domain.records import Contact, Opportunity, Record
from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.brief.context import shorten
from copilot.workflows.brief.contradictions import Contradiction, contradictions, names_opportunity
from copilot.workflows.reading.due_dates import named_days
from copilot.workflows.reading.names import mentions_person
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Sentence, Side

_WRITABLE = frozenset({"renewal_date", "seats_licensed", "amount", "close_date"})
_LEAVES = re.compile(
    r"\b(?:deja|dejo|dejara|se va|se marcha|se jubila|causa baja|ultimo dia|leaves|leaving|is leaving|last day|"
    r"moves on|moving on|retires|has left|se fue|ya no (?:esta|trabaja))\b"
)
_NOT_CERTAIN = re.compile(r"\b(?:si|if|quiza|quizas|tal vez|maybe|might|may|podria|could|no se va|not leaving)\b")
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
    found = [*_from_claims(context), *_departures(context), *_next_steps(context)]
    by_field = {(item.record.id, item.field): item for item in sorted(found, key=lambda item: item.sentence.order)}
    return tuple(sorted(by_field.values(), key=lambda item: item.sentence.order))


def _from_claims(context: TalkContext) -> Iterator[Proposal]:
    for found in contradictions(context.base):
        here = found.claim.sentence.document_id == context.document.id
        if here and not found.in_texts and found.field in _WRITABLE and _is_certain(context, found):
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
        if not _LEAVES.search(plain) or _NOT_CERTAIN.search(plain) or plain.endswith("?"):
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
    """Our next promise as the step of the one deal it can belong to."""
    base = context.base
    pending = [
        item
        for item in context.commitments
        if item.by is Side.US and item.due and item.due.day >= base.today and item.status is CommitmentStatus.OPEN
    ]
    for item in sorted(pending, key=lambda found: found.due.day if found.due else base.today)[:1]:
        deal = _deal_of(context, item)
        step = shorten(" ".join(item.sentence.text.split()), _LONGEST_STEP)
        if deal is not None and deal.next_step != step:
            cites = (base.record(deal, "next_step"), base.sentence(item.sentence))
            yield Proposal(
                record=deal,
                target=deal.name,
                field="next_step",
                before=deal.next_step,
                after=step,
                shown_before=base.quote(deal.next_step) if deal.next_step else "",
                shown_after=base.quote(step),
                sentence=item.sentence,
                cites=cites,
            )


def _deal_of(context: TalkContext, item: Commitment) -> Opportunity | None:
    deals = context.base.facts.open_opportunities
    named = [deal for deal in deals if names_opportunity(context.base, item.sentence.text, deal)]
    certain = named if len(named) == 1 else deals if len(deals) == 1 else ()
    return certain[0] if certain else None
