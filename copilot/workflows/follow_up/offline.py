"""The writer that needs no model: an email from what was said, owed and asked, in the customer's form of address.

Invariant: deterministic; every sentence that states a fact is a quotation or a day of the conversation with its
evidence. Greeting, lead-ins, the question for a day and the closing state none, and say so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from copilot.domain.documents import DocumentKind
from copilot.domain.drafts import Section, Segment
from copilot.domain.records import Contact
from copilot.workflows.brief.sections.commitments import due_cite
from copilot.workflows.follow_up.choices import Variant
from copilot.workflows.follow_up.context import FollowUpContext
from copilot.workflows.follow_up.points import Meeting
from copilot.workflows.reading.names import same_person
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Sentence

GREETING, LEAD_IN, ASKS, CLOSING = "greeting", "lead_in", "question_to_the_reader", "closing"
NO_FACT = frozenset({GREETING, LEAD_IN, ASKS, CLOSING})
"""Reasons for which a sentence of a follow-up may rest on nothing."""
SECTIONS = ("greeting", "recap", "theirs", "ours", "answers", "open_points", "next_step", "closing")
_SHORT = frozenset({"recap", "open_points"})


@dataclass(frozen=True, slots=True)
class Said:
    """One paragraph and what it rests on, or why it rests on nothing."""

    text: str
    cites: tuple[str, ...] = ()
    reason: str | None = None


def write(context: FollowUpContext) -> tuple[Section, ...]:
    """Every section that has something to say, in order."""
    parts = {
        "greeting": _greeting(context),
        "recap": _recap(context),
        "theirs": _owed(context, context.points.theirs, lead="lead_theirs"),
        "ours": _owed(context, context.points.ours, lead="lead_ours"),
        "answers": _answers(context),
        "open_points": _open_points(context),
        "next_step": _next_step(context),
        "closing": closing(context),
    }
    if context.manner.variant is Variant.SHORTER:
        parts = {key: _shorter(key, lines) for key, lines in parts.items()}
    return tuple(section(key, parts[key]) for key in SECTIONS if parts[key])


def section(key: str, lines: Iterable[Said]) -> Section:
    """Number the paragraphs. An email has no headings, so the title is empty."""
    segments = tuple(
        Segment(id=f"{key}.{number}", text=line.text, evidence_ids=line.cites, uncited_reason=line.reason)
        for number, line in enumerate(lines, start=1)
    )
    return Section(key=key, title="", segments=segments)


def greeting(context: FollowUpContext) -> Said:
    """To everybody in `To`, by first name."""
    return Said(context.say("greeting", names=_first_names(context)), reason=GREETING)


def closing(context: FollowUpContext) -> list[Said]:
    """Good wishes and the name of who sends it."""
    return [Said(context.say("closing"), reason=CLOSING), Said(context.viewer.name, reason=CLOSING)]


def _greeting(context: FollowUpContext) -> list[Said]:
    opening = context.points.opening
    if opening is None:
        return [greeting(context)]
    key = "opening_call"
    if context.talk.is_email:
        key = "opening_inbound" if context.talk.main.direction == "inbound" else "opening_outbound"
    text = context.say(key, day=context.base.day(opening.day))
    return [greeting(context), Said(text, (context.base.sentence(opening),))]


def _first_names(context: FollowUpContext) -> str:
    return context.base.format.listed([_first_name(item) for item in context.recipients.to])


def _first_name(contact: Contact) -> str:
    return contact.name.split()[0]


def _recap(context: FollowUpContext) -> list[Said]:
    told = sorted({*context.points.said, *context.points.asked}, key=lambda item: item.order)
    if not told:
        return []
    lead = "lead_asked" if context.talk.is_email else "lead_said"
    return [Said(context.say(lead), reason=LEAD_IN), *(_quoted(context, item) for item in told)]


def _quoted(context: FollowUpContext, item: Sentence) -> Said:
    key, named = _attribution(context, item.speaker, item)
    quote, cites = context.base.quote(item.text), (context.base.sentence(item),)
    return Said(context.say(f"{key}_undated", quote=quote, **named), cites)


def _owed(context: FollowUpContext, owed: tuple[Commitment, ...], *, lead: str) -> list[Said]:
    if not owed:
        return []
    return [Said(context.say(lead), reason=LEAD_IN), *(_owes(context, item) for item in owed)]


def _owes(context: FollowUpContext, item: Commitment) -> Said:
    cites = (context.base.sentence(item.sentence), *due_cite(context.base, item))
    # Whose words they are, not whose promise: of "Ana sends us the list" Ana may have said nothing.
    key, named = _attribution(context, item.sentence.speaker or item.who, item.sentence)
    values = {"quote": context.base.quote(item.sentence.text)} | named | _day(context, item)
    return Said(context.say(key if item.due else f"{key}_undated", **values), cites)


def _day(context: FollowUpContext, item: Commitment) -> dict[str, str]:
    return {"day": context.base.day(item.due.day)} if item.due else {}


def _attribution(context: FollowUpContext, name: str | None, item: Sentence) -> tuple[str, dict[str, str]]:
    """How to say whose words they are, and the name where there is one: `you` to the only reader, `I` of who writes.

    A quotation that nobody is told to have said could be taken for our own word.
    """
    if name is None:
        return "item", {}
    to = context.recipients.to
    said = "wrote" if item.kind is DocumentKind.EMAIL else "said"
    if same_person(name, context.viewer.name):
        return f"item_i_{said}", {}
    if len(to) == 1 and same_person(name, to[0].name):
        return ("item_you_asked" if item in context.points.asked else f"item_you_{said}"), {}
    return "item_named", {"name": name}


def _answers(context: FollowUpContext) -> list[Said]:
    if not context.answers:
        return []
    found = []
    for item in context.answers:
        question, quote = context.base.quote(item.question.text), context.base.quote(item.answer.text)
        cites = (context.base.sentence(item.question), item.answer.id)
        found.append(Said(context.say("answer", question=question, quote=quote), cites))
    return [Said(context.say("lead_documents"), reason=LEAD_IN), *found]


def _open_points(context: FollowUpContext) -> list[Said]:
    """Questions that no document answers: told as open, and nothing is promised about them."""
    answered = {item.question.start for item in context.answers}
    left = [item for item in context.points.questions if item.start not in answered]
    if not left:
        return []
    lead = Said(context.say("lead_question" if len(left) == 1 else "lead_questions"), reason=LEAD_IN)
    return [lead, *(_quoted(context, item) for item in left)]


def _next_step(context: FollowUpContext) -> list[Said]:
    """One, from what was agreed: the soonest day still to come; else the question for a day."""
    step = _dated_step(context) or Said(context.say("next_open"), reason=ASKS)
    if context.talk.is_email or context.manner.variant is Variant.SHORTER:
        return [step]
    return [step, Said(context.say("check"), reason=ASKS)]


def _dated_step(context: FollowUpContext) -> Said | None:
    today, points = context.base.today, context.points
    due = [item for item in points.owed if item.due is not None and item.due.day >= today]
    soonest = min(due, key=lambda item: (item.due.day if item.due else today, item in points.ours), default=None)
    meeting = points.meeting
    told = {item.sentence.start for item in points.owed}
    sooner = meeting is not None and (
        soonest is None or (soonest.due is not None and meeting.due.day <= soonest.due.day)
    )
    if meeting is not None and sooner and meeting.sentence.start not in told:
        day, quote = context.base.day(meeting.due.day), context.base.quote(meeting.sentence.text)
        return Said(context.say("next_meeting", day=day, quote=quote), _met(context, meeting))
    if soonest is None or soonest.due is None:
        return None
    cites = (context.base.sentence(soonest.sentence), *due_cite(context.base, soonest))
    key = "next_ours" if soonest in points.ours else "next_theirs"
    return Said(context.say(key, day=context.base.day(soonest.due.day)), cites)


def _met(context: FollowUpContext, meeting: Meeting) -> tuple[str, ...]:
    """The sentence that names the day, and the day its words mean."""
    sentence, due = meeting.sentence, meeting.due
    agreed = Commitment(by=sentence.side, who=None, sentence=sentence, due=due, status=CommitmentStatus.OPEN)
    return (context.base.sentence(sentence), *due_cite(context.base, agreed))


def _shorter(key: str, lines: list[Said]) -> list[Said]:
    """At most one point where several are told; what is owed stays whole."""
    return lines[:2] if key in _SHORT else lines
