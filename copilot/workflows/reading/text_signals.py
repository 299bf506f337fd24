"""What the customer's words are signs of, and which of our promises were broken: sentences, for the scores.

Invariants: a sign is a sentence of the customer's (of a promise: of ours), whole, with the place where it stands; what
is denied, asked, over, wished for or named by us alone is none. A promise is broken from the day after it was due,
until a text says that it was kept. The same words on the same day count once.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from copilot.domain.documents import DocumentKind
from copilot.domain.facts import passage_evidence_id
from copilot.domain.folding import flat
from copilot.domain.signals import TextSignalKind
from copilot.store.text_signals import AccountTexts, TextSignal
from copilot.workflows.reading.cues import cue
from copilot.workflows.reading.instructions import split_off
from copilot.workflows.reading.names import words
from copilot.workflows.reading.outcomes import judged
from copilot.workflows.reading.people import Cast
from copilot.workflows.reading.promises import find_promise
from copilot.workflows.reading.rivals import Rivals
from copilot.workflows.reading.sentences import day_of, read_sentences
from copilot.workflows.reading.statements import UNNAMED_RIVAL
from copilot.workflows.reading.text import sentence_spans
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Sentence, Side

_SHORTEST, _LONGEST = 18, 360
_REACH = 40
"""Characters before a cue in which a negation takes it back, if no comma stands between."""
_CONDITION = re.compile(r"^(?:(?:y|pero|and|but)\s+)?(?:si|if|unless|when|cuando)\b")
_CLAUSE = re.compile(r"[,;:.]")
_NEGATED_CUE = re.compile(r"(?:not?|n't|never|nobody|no-one|nadie|nunca)\b|\w+n't\b")
_QUOTED = re.compile(r"[\"“«][^\"“”«»]{1,30}[\"”»]")
"""Words of something else, such as a button."""
_NEXT_DAY = timedelta(days=1)


@cache
def reader_version() -> str:
    """Names the rules: texts are read again when they are others."""
    files = sorted([*Path(__file__).parent.glob("*.py"), *Path(__file__).parent.glob("*.toml")])
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def first_day(texts: AccountTexts) -> date | None:
    """Of the oldest text; None if there is none."""
    return min([*(day_of(item) for item in texts.documents), *(item.day for item in texts.written)], default=None)


def text_signals(texts: AccountTexts) -> list[TextSignal]:
    """All signs in the texts of an account, whenever they are dated."""
    cast = Cast(texts.facts, texts.documents)
    spoken = read_sentences(texts.documents, passages=texts.facts.passages, cast=cast, today=date.max)
    clean, _ = split_off(spoken, {item.id: item.text for item in texts.documents})
    promises = [found for item in clean if (found := find_promise(item, cast)) is not None and found.by is Side.US]
    signs = [*_said(texts, clean, cast), *_broken(judged(promises, clean, today=date.max))]
    return list({(item.kind, item.evidence_id): item for item in signs}.values())


def _said(texts: AccountTexts, sentences: Sequence[Sentence], cast: Cast) -> Iterator[TextSignal]:
    """Signs in what was said, oldest first, so that a rival is known from then on."""
    facts = texts.facts
    names = [facts.account.name, *cast.names(), *facts.products]
    rivals = Rivals(frozenset(word for name in names for word in words(name)))
    said: set[tuple[TextSignalKind, date, str]] = set()
    for day, _, item in sorted([*_spoken(sentences), *_written(texts)], key=lambda each: each[:2]):
        heard = rivals.heard(item.text)
        if not item.is_customers:
            continue
        for kind in _kinds(item.text, is_ticket=item.is_ticket, names_rival=bool(heard)):
            key = (kind, day, flat(item.text))
            if key not in said:
                said.add(key)
                subject = heard[0] if heard and kind is TextSignalKind.COMPETITOR else None
                yield TextSignal(kind, item.evidence_id, day, document_id=item.document_id, subject=subject)


class _Item:
    """Words to be judged, and where they stand."""

    __slots__ = ("document_id", "evidence_id", "is_customers", "is_ticket", "text")

    def __init__(
        self,
        text: str,
        evidence_id: str,
        *,
        is_customers: bool,
        is_ticket: bool = False,
        document_id: str | None = None,
    ) -> None:
        self.text = text
        self.evidence_id = evidence_id
        self.is_customers = is_customers
        self.is_ticket = is_ticket
        self.document_id = document_id


def _spoken(sentences: Sequence[Sentence]) -> Iterator[tuple[date, int, _Item]]:
    for item in sentences:
        evidence_id = passage_evidence_id(item.passage_id, span=(item.start, item.end))
        is_customers = item.side is Side.CUSTOMER and item.kind is not DocumentKind.NOTE
        yield (
            item.day,
            item.order,
            _Item(item.text, evidence_id, is_customers=is_customers, document_id=item.document_id),
        )


def _written(texts: AccountTexts) -> Iterator[tuple[date, int, _Item]]:
    for field in texts.written:
        for start, end in sentence_spans(field.text, 0, len(field.text)):
            words_said = field.text[start:end]
            yield field.day, -1, _Item(words_said, field.evidence_id, is_customers=True, is_ticket=field.is_ticket)


def _kinds(text: str, *, is_ticket: bool, names_rival: bool) -> Iterator[TextSignalKind]:
    """What a sentence of the customer's is a sign of."""
    if not _SHORTEST <= len(text) <= _LONGEST or text.rstrip('»”") ').endswith("?"):
        return
    plain = _QUOTED.sub("", flat(text))
    if names_rival and cue("signals", "no_rival").search(plain):
        # Of somebody else, whatever more it says.
        return
    if _is_about_rival(plain, names_rival=names_rival):
        yield TextSignalKind.COMPETITOR
    if _complains(plain, is_ticket=is_ticket):
        yield TextSignalKind.COMPLAINT
        return
    if is_ticket or _CONDITION.search(plain):
        return
    if _has(plain, "praise") and not cue("signals", "no_praise").search(plain):
        yield TextSignalKind.PRAISE
    if _has(plain, "expansion") and not cue("signals", "no_expansion").search(plain):
        yield TextSignalKind.EXPANSION


def _is_about_rival(plain: str, *, names_rival: bool) -> bool:
    unnamed = UNNAMED_RIVAL.search(plain)
    return names_rival or (unnamed is not None and not _is_denied(plain, unnamed))


def _complains(plain: str, *, is_ticket: bool) -> bool:
    """Whether the sentence is displeased. A ticket tells of a fault anyway: that alone is no complaint."""
    if cue("signals", "no_complaint").search(plain) or _is_over(plain):
        return False
    troubles = ("complaint",) if is_ticket else ("complaint", "incident")
    if not _CONDITION.search(plain) and any(_has(plain, name) for name in troubles):
        return True
    return any(not _is_denied(plain, match) for match in cue("topics", "risk").finditer(plain))


def _is_over(plain: str) -> bool:
    """Whether it says that the trouble is past."""
    return any(not _is_denied(plain, match) for match in cue("signals", "over").finditer(plain))


def _has(plain: str, name: str) -> bool:
    """Whether a cue stands in the sentence that nothing takes back."""
    return any(not _is_denied(plain, match) for match in cue("signals", name).finditer(plain))


def _is_denied(plain: str, match: re.Match[str]) -> bool:
    if _NEGATED_CUE.match(match.group()):
        return False
    before = _CLAUSE.split(plain[max(0, match.start() - _REACH) : match.start()])[-1]
    return cue("signals", "negation").search(before) is not None


def _broken(commitments: Sequence[Commitment]) -> Iterator[TextSignal]:
    """Promises whose day passed without a sign that they were kept, or of which a text says that they were not."""
    for item in commitments:
        proof = item.proof.day if item.proof is not None else None
        if item.due is not None:
            sentence, day = item.sentence, item.due.day + _NEXT_DAY
        elif item.status is CommitmentStatus.MISSED and item.proof is not None:
            sentence, day = item.proof, item.proof.day
        else:
            continue
        until = proof if item.status is CommitmentStatus.KEPT else None
        if until is not None and until <= day:
            continue
        yield TextSignal(
            TextSignalKind.PROMISE_BROKEN,
            passage_evidence_id(sentence.passage_id, span=(sentence.start, sentence.end)),
            day,
            document_id=sentence.document_id,
            until=until,
        )
