"""Whether promises were kept, from what was written later.

Invariant: `kept` and `missed` need a later sentence that says so about the same thing; everything else is open or,
once the day has passed, without evidence.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from copilot.domain.folding import flat
from copilot.workflows.reading.cues import cue, words
from copilot.workflows.reading.due_dates import named_days
from copilot.workflows.reading.promises import Promise
from copilot.workflows.reading.text import stems
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Sentence, Side

_ALREADY = re.compile(r"\bya\s+(?:no|lo\s+tenemos\s+hablado)\b|\bnot\s+attached\b|\bno\s+adjunt")
_PROMISED = re.compile(
    r"\b(?:prometi\w*|prometid\w*|promised|se\s+les\s+habia\s+dicho|dijimos|se\s+dijo|we\s+said|you\s+said)\b"
)
_WEEKDAY = re.compile(r"\b(?:lunes|martes|miercoles|jueves|viernes|monday|tuesday|wednesday|thursday|friday)\b")
_SHARED_WORDS = 2
_CONTEXT = 4
_GRACE = timedelta(days=21)
RELEVANT, FADES, WHOLE_STORY = timedelta(days=120), timedelta(days=90), timedelta(days=550)


def judge(
    promises: Sequence[Promise], sentences: Sequence[Sentence], *, today: date, whole_story: bool = False
) -> list[Commitment]:
    """Each distinct promise of the last four months, or due in them, with what became of it.

    `whole_story`: those of the last eighteen months, for a customer who has left: what went wrong matters then.
    """
    since = today - (WHOLE_STORY if whole_story else RELEVANT)
    recent = [item for item in promises if (item.due.day if item.due else item.sentence.day) >= since]
    return [item for item in judged(recent, sentences, today=today) if whole_story or not _faded(item, today)]


def judged(promises: Sequence[Promise], sentences: Sequence[Sentence], *, today: date) -> list[Commitment]:
    """Each distinct promise, however old, with what became of it."""
    by_order = {item.order: item for item in sentences}
    rare = _rare_words(sentences)
    return [_judged(item, sentences, by_order, rare, today=today) for item in distinct(promises, by_order, rare)]


def _faded(commitment: Commitment, today: date) -> bool:
    """A day long past about which the texts say nothing more: it tells a reader nothing."""
    due = commitment.due
    return commitment.status is CommitmentStatus.NO_EVIDENCE and due is not None and due.day < today - FADES


def distinct(promises: Sequence[Promise], by_order: dict[int, Sentence], rare: frozenset[str]) -> list[Promise]:
    """Promises without their repetitions: same side and day, and about the same thing or in the same breath."""
    kept: list[Promise] = []
    for promise in sorted(promises, key=lambda item: item.sentence.order):
        if not any(_repeats(promise, earlier, by_order, rare) for earlier in kept):
            kept.append(promise)
    return kept


def _repeats(later: Promise, earlier: Promise, by_order: dict[int, Sentence], rare: frozenset[str]) -> bool:
    if later.by is not earlier.by or later.sentence.language is not earlier.sentence.language:
        return False
    same_day = later.due is not None and earlier.due is not None and later.due.day == earlier.due.day
    if later.due is None and earlier.due is None:
        days = _weekdays(flat(later.sentence.text))
        if days and days == _weekdays(flat(earlier.sentence.text)):
            return True
    if not same_day:
        near = later.sentence.document_id == earlier.sentence.document_id
        return near and later.due is None and abs(later.sentence.order - earlier.sentence.order) <= 3
    own = _telling(later)
    return not own or bool(own & _about(earlier, by_order)) or bool(_telling(earlier) & _about(later, by_order) & rare)


def _telling(promise: Promise) -> frozenset[str]:
    """Words of the sentence itself, without figures, and without those that only point."""
    return frozenset(
        word
        for word in stems(promise.sentence.text, promise.sentence.language)
        if not word.isdigit() and word not in words("pointing")
    )


def _about(promise: Promise, by_order: dict[int, Sentence]) -> frozenset[str]:
    """Words for what was promised; where the sentence only points (`it`, `la tienes`), those said just before."""
    own = _telling(promise)
    if len(own) >= _SHARED_WORDS + 1:
        return own
    before = [by_order.get(promise.sentence.order - step) for step in range(1, _CONTEXT + 1)]
    nearby = [item for item in before if item is not None and item.document_id == promise.sentence.document_id]
    return own.union(*(stems(item.text, item.language) for item in nearby)) if nearby else own


def _rare_words(sentences: Sequence[Sentence]) -> frozenset[str]:
    """Stems that stand in few sentences of the account: they tell what a sentence is about."""
    counts: dict[str, int] = {}
    for sentence in sentences:
        for stem in stems(sentence.text, sentence.language):
            counts[stem] = counts.get(stem, 0) + 1
    limit = max(3, len(sentences) // 40)
    return frozenset(stem for stem, count in counts.items() if count <= limit and not stem.isdigit())


def _judged(
    promise: Promise, sentences: Sequence[Sentence], by_order: dict[int, Sentence], rare: frozenset[str], *, today: date
) -> Commitment:
    about = _about(promise, by_order)
    later = [item for item in sentences if item.day >= promise.sentence.day and item.order > promise.sentence.order]
    later = [item for item in later if item.document_id != promise.sentence.document_id]
    missed = _first(later, lambda item: _says_missed(item, promise, about, rare, by_order))
    kept = _first(later, lambda item: _says_kept(item, promise, about, rare))
    in_time = kept is not None and (promise.due is None or kept.day <= promise.due.day)
    if missed is not None and not in_time:
        status, proof = CommitmentStatus.MISSED, missed
    elif kept is not None:
        status, proof = CommitmentStatus.KEPT, _fullest(kept, about, by_order)
    else:
        passed = promise.due is not None and promise.due.day < today
        status, proof = (CommitmentStatus.NO_EVIDENCE if passed else CommitmentStatus.OPEN), None
    return Commitment(
        by=promise.by, who=promise.who, sentence=promise.sentence, due=promise.due, status=status, proof=proof
    )


def _fullest(proof: Sentence, about: frozenset[str], by_order: dict[int, Sentence]) -> Sentence:
    """`Done.` proves little to a reader: the sentence right after it that speaks of the thing shows more."""
    if len(stems(proof.text, proof.language)) > _SHARED_WORDS:
        return proof
    nearby = [by_order.get(proof.order + step) for step in (1, 2)]
    fuller = [item for item in nearby if item is not None and item.document_id == proof.document_id]
    return max([proof, *fuller], key=lambda item: len(stems(item.text, item.language) & about))


def _first(found: Iterable[Sentence], test: object) -> Sentence | None:
    assert callable(test)  # noqa: S101 - narrowed for the type checker
    return next((item for item in found if test(item)), None)


def _says_kept(item: Sentence, promise: Promise, about: frozenset[str], rare: frozenset[str]) -> bool:
    plain = flat(item.text)
    if (
        not cue("outcomes", "kept").search(plain)
        or cue("outcomes", "not_yet").search(plain)
        or _ALREADY.search(plain)
        or item.text.rstrip().endswith("?")
    ):
        return False
    if promise.due is not None and item.day > promise.due.day + _GRACE:
        return False
    if item.side is not promise.by and item.side is not Side.UNKNOWN and not _acknowledges(plain):
        return False
    shared = about & _with_title(item)
    if cue("outcomes", "delivery").search(plain) and (thing := cue("outcomes", "handed_over").search(plain)):
        return bool(stems(thing.group(), item.language) & shared)
    return len(shared & rare) >= _SHARED_WORDS or (len(shared) > _SHARED_WORDS and bool(shared & rare))


def _acknowledges(plain: str) -> bool:
    return bool(re.search(r"\b(?:thank|received|got|have|gracias|recibid|cumplid|funciona|quedaron)", plain))


def _says_missed(
    item: Sentence, promise: Promise, about: frozenset[str], rare: frozenset[str], by_order: dict[int, Sentence]
) -> bool:
    plain = flat(item.text)
    if not cue("outcomes", "not_yet").search(plain):
        return False
    due = promise.due
    if due is not None and item.day < due.day:
        return False
    here, nearby = _with_title(item), plain
    before = by_order.get(item.order - 1)
    if before is not None and before.document_id == item.document_id:
        here |= stems(before.text, before.language)
        nearby = f"{flat(before.text)} {plain}"
    if due is None:
        days = _weekdays(flat(promise.sentence.text))
        return len(days) > 1 and days <= _weekdays(nearby)
    names_day = any(found.day == due.day for found in named_days(item.text, said_on=due.day))
    if names_day and _PROMISED.search(plain):
        return True
    telling = _telling(promise)
    shared = (about if len(telling) < _SHARED_WORDS else telling) & here
    return bool(shared & rare) if names_day else len(shared & rare) >= _SHARED_WORDS


def _weekdays(plain: str) -> set[str]:
    return set(_WEEKDAY.findall(plain))


def _with_title(item: Sentence) -> frozenset[str]:
    return stems(item.text, item.language) | stems(item.title, item.language)
