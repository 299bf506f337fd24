"""What of a conversation its other side is told again: what was said, who owes what, what is open, when both meet.

Invariants: every point is a sentence of the conversation itself, which its readers heard or had; nothing said in
confidence, about a competitor, or as advice to an assistant is among them. A commitment is one only if its maker made
it and no later text shows it kept or given up.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from copilot.domain.account_facts import AccountFacts
from copilot.domain.documents import DocumentKind, StoredDocument
from copilot.domain.figures import FigureKind, extract_figures
from copilot.domain.folding import flat
from copilot.workflows.follow_up.cues import cue
from copilot.workflows.follow_up.sources import Conversation
from copilot.workflows.reading.due_dates import named_days
from copilot.workflows.reading.outcomes import judge
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.promises import find_promise
from copilot.workflows.reading.types import Commitment, CommitmentStatus, DueDate, Reading, Sentence, Side, Topic

_FORGOTTEN = timedelta(days=30)
"""After its day: a commitment of which no text speaks any more is then not brought up again."""
_UNWELCOME = (Topic.COMPETITOR, Topic.RISK, Topic.PRAISE, Topic.STAKEHOLDER, Topic.INSTRUCTION)
_TELLING = (Topic.DECISION, Topic.BUDGET, Topic.POSTPONED, Topic.EXPANSION, Topic.DISCREPANCY, Topic.INCIDENT)
_SHORTEST, _LONGEST = 30, 190
_MOST_SAID, _MOST_OWED, _MOST_QUESTIONS = 3, 4, 3
_SHORTEST_QUESTION = 20
_MOST_ASKED, _LONGEST_ITEM, _LONGEST_SENTENCE = 5, 140, 80
_ASKS, _DECIDED, _TOPIC, _FIGURE = 2, 2, 2, 1
_WORTH_SAYING = 2
_LIST_MARK = 3
"""Characters between two items of a list: the end of the line, a dash or a number, and a space."""
_ON_CONDITION = ("if ", "si ", "when ", "cuando ")
_OURS_TO_GIVE = frozenset({FigureKind.AMOUNT, FigureKind.PERCENTAGE})


@dataclass(frozen=True, slots=True)
class Meeting:
    """A day on which both sides meet or speak, and the sentence that says so."""

    sentence: Sentence
    due: DueDate


@dataclass(frozen=True, slots=True)
class Points:
    """What the email can be made of, each in the order it was said."""

    opening: Sentence | None
    """A sentence of the text that is followed up: it shows that it was, and when."""
    said: tuple[Sentence, ...]
    ours: tuple[Commitment, ...]
    """Of our side: still owed. What a text says we did not keep is in `failed`."""
    theirs: tuple[Commitment, ...]
    asked: tuple[Sentence, ...]
    """The items of a list that the customer asks for."""
    questions: tuple[Sentence, ...]
    meeting: Meeting | None
    failed: int = 0
    """How many commitments of ours a text says were not kept: the email does not repeat them."""

    @property
    def owed(self) -> tuple[Commitment, ...]:
        return (*self.ours, *self.theirs)


def points_of(talk: Conversation, documents: Sequence[StoredDocument], reading: Reading, facts: AccountFacts) -> Points:
    """Everything in the conversation that may be repeated to its other side."""
    inside = [item for item in reading.sentences if item.document_id in talk.document_ids]
    kept = _repeatable(inside, reading)
    judged = _commitments(kept, documents, reading, facts)
    owed = [item for item in judged if _is_owed(item, facts.today)]
    promised = {(item.sentence.document_id, item.sentence.start) for item in owed}
    main = [item for item in kept if item.document_id == talk.main.id]
    questions = tuple(_open_questions(talk, main, reading))[:_MOST_QUESTIONS]
    answered = not main or _answered(talk, main[-1], reading)
    asked = () if answered else tuple(_listed(main))[:_MOST_ASKED]
    taken = promised | {(item.document_id, item.start) for item in (*questions, *asked)}
    said = [item for item in main if (item.document_id, item.start) not in taken]
    return Points(
        opening=next(iter(main), None),
        said=_worth_repeating(said, reading),
        ours=tuple(item for item in owed if item.by is Side.US)[:_MOST_OWED],
        theirs=tuple(item for item in owed if item.by is Side.CUSTOMER)[:_MOST_OWED],
        asked=asked,
        questions=questions,
        meeting=_meeting(kept, today=facts.today),
        failed=sum(item.by is Side.US and item.status is CommitmentStatus.MISSED for item in judged),
    )


def _repeatable(sentences: Sequence[Sentence], reading: Reading) -> list[Sentence]:
    """Without what was said in confidence (nor its neighbours), and without what nobody wants to read back."""
    unwelcome = {(item.sentence.document_id, item.sentence.start) for item in reading.about(*_UNWELCOME)}
    hushed: set[int] = set()
    for item in sentences:
        if cue("repeat", "confidence").search(flat(item.text)):
            hushed |= {item.order - 1, item.order, item.order + 1}
    return [
        item
        for item in sentences
        if item.order not in hushed
        and (item.document_id, item.start) not in unwelcome
        and not cue("repeat", "leave").search(flat(item.text))
    ]


def _commitments(
    sentences: Sequence[Sentence], documents: Sequence[StoredDocument], reading: Reading, facts: AccountFacts
) -> list[Commitment]:
    cast = Cast(facts, documents)
    promises = [found for item in sentences if (found := find_promise(item, cast)) is not None]
    judged = judge(promises, reading.sentences, today=facts.today, whole_story=True)
    return sorted(judged, key=lambda item: item.sentence.order)


def _is_owed(item: Commitment, today: date) -> bool:
    """What is open; past its day for a while; what they did not keep. Ours that failed is for a person to answer."""
    if item.status is CommitmentStatus.KEPT:
        return False
    if item.status is CommitmentStatus.MISSED and item.by is Side.US:
        return False
    last = item.due.day if item.due else item.sentence.day
    return last >= today - _FORGOTTEN


def _open_questions(talk: Conversation, main: Sequence[Sentence], reading: Reading) -> Iterator[Sentence]:
    """In an email: what the customer asks and nobody has answered; in a call: what we said we would have to look up."""
    if talk.is_email:
        if main and not _answered(talk, main[-1], reading):
            yield from (item for item in main if item.side is Side.CUSTOMER and _asks(item))
        return
    by_order = {item.order: item for item in reading.sentences if item.document_id == talk.main.id}
    for item in main:
        if item.side is Side.CUSTOMER and _asks(item):
            replies = (by_order.get(item.order + step) for step in (1, 2))
            ours = (reply for reply in replies if reply is not None and reply.side is Side.US)
            if any(cue("repeat", "left_open").search(flat(reply.text)) for reply in ours):
                yield item


def _answered(talk: Conversation, last: Sentence, reading: Reading) -> bool:
    """Whether we wrote in the thread after the message."""
    return any(
        item.side is Side.US and item.order > last.order and item.document_id in talk.document_ids
        for item in reading.sentences
    )


def _asks(item: Sentence) -> bool:
    return item.text.rstrip('»”")').endswith("?") and len(item.text) >= _SHORTEST_QUESTION


def _listed(sentences: Sequence[Sentence]) -> Iterator[Sentence]:
    """The items of a list that the customer asks for: `Could you send me the following:`, then one a line."""
    before: Sentence | None = None
    for item in sentences:
        plain = flat(item.text)
        if item.side is not Side.CUSTOMER or item.kind is not DocumentKind.EMAIL:
            before = None
        elif item.text.endswith(":"):
            before = item if cue("repeat", "asks").search(plain) else None
        elif before is not None and item.start - before.end >= _LIST_MARK and _is_item(item):
            before = item
            yield item
        else:
            before = None


def _is_item(item: Sentence) -> bool:
    longest = _LONGEST_ITEM if item.text[-1].isalnum() or item.text.endswith((",", ")")) else _LONGEST_SENTENCE
    return len(item.text) <= longest and not item.text.endswith(("!", "?"))


def _worth_repeating(sentences: Sequence[Sentence], reading: Reading) -> tuple[Sentence, ...]:
    """What the customer asked for, told as decided or put in figures; the most telling, as they were said."""
    topics = {(item.sentence.document_id, item.sentence.start) for item in reading.about(*_TELLING)}
    weighed = [(_weight(item, telling=(item.document_id, item.start) in topics), item) for item in sentences]
    best = sorted(
        ((weight, item) for weight, item in weighed if weight >= _WORTH_SAYING),
        key=lambda pair: (-pair[0], pair[1].order),
    )[:_MOST_SAID]
    return tuple(sorted((item for _, item in best), key=lambda item: item.order))


def _weight(item: Sentence, *, telling: bool) -> int:
    if not _SHORTEST <= len(item.text) <= _LONGEST or item.text.endswith(("?", ":")) or item.side is Side.UNKNOWN:
        return 0
    plain = flat(item.text)
    if plain.startswith(_ON_CONDITION):
        return 0
    figures = {found.kind for found in extract_figures(item.text, language=item.language)}
    if item.side is Side.US:
        # Our own prices are repeated by who may give them, not by a recap.
        agreed = cue("repeat", "agreed").search(plain) is not None
        return _WORTH_SAYING if agreed and not _OURS_TO_GIVE & figures else 0
    decided = _DECIDED if cue("repeat", "decided").search(plain) else 0
    asks = _ASKS if cue("repeat", "asks").search(plain) else 0
    weight = decided + asks + (_TOPIC if telling else 0) + (_FIGURE if figures else 0)
    # Talk has more to say than it means: there it takes two signs.
    return weight if item.kind is DocumentKind.EMAIL else weight - 1


def _meeting(sentences: Sequence[Sentence], *, today: date) -> Meeting | None:
    """The first day still to come on which both are to meet or to speak."""
    found: list[Meeting] = []
    for item in sentences:
        plain = flat(item.text)
        if not (cue("repeat", "meet").search(plain) and cue("repeat", "together").search(plain)):
            continue
        if cue("repeat", "proposed").search(plain):
            continue
        days = (due for due in named_days(item.text, said_on=item.day) if due.exact and due.day >= today)
        found += [Meeting(sentence=item, due=due) for due in days]
    return min(found, key=lambda meeting: (meeting.due.day, meeting.sentence.order), default=None)
