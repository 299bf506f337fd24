"""Whether promises were kept, from what was written later.

Invariant: `kept` and `missed` need a later sentence that says so about the same thing; everything else is open or,
once the day has passed, without evidence.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from copilot.workflows.reading.due_dates import named_days
from copilot.workflows.reading.promises import Promise
from copilot.domain.folding import flat
from copilot.workflows.reading.text import stems
from copilot.workflows.reading.types import Commitment, CommitmentStatus, Sentence, Side

_KEPT = re.compile(
    r"""(?:
      \b(?:as|like)\s+(?:i\s+|we\s+)?promised\b | \bas\s+agreed\b | \b(?:is|are|'s)\s+attached\b | ^\s*attached\b | \bi(?:'ve|\s+have)?\s+attach
    | \bhere\s+(?:is|are|it\s+is|they\s+are)\b | \bwent\s+out\b | \b(?:has|have)\s+(?:been\s+)?(?:sent|delivered|gone\s+out|arrived)\b
    | \bi(?:'ve|\s+have)?\s+sent\b | \bwe(?:'ve|\s+have)?\s+sent\b | \b(?:is|are|went|now)\s+live\b | \bin\s+production\s+since\b | \bkept\b
    | ^\s*(?:done|sent|fixed)\b | \b(?:was|were)\s+(?:sent|delivered|completed|fixed|installed)\b | \bthanks?\s+(?:you\s+)?for\s+(?:the|sending)\b
    | \b(?:received|got)\s+(?:it|the|your|them)\b | \bi\s+have\s+\w+(?:\s+\w+)?'s\s+\w+ | \bnow\s+(?:scheduled|named|done|set\s+up)\b
    | \badjunt\w* | \b(?:te|os|le|les)\s+(?:envio|mando|paso|adjunto|hago\s+llegar|dejo)\b | \baqui\s+(?:tienes|teneis|tiene|va|van|esta)\b
    | ^\s*(?:hecho|enviad[oa]s?|listo|cumplid[oa]s?)\b | \bcumplid[oa]s?\b | \b(?:lo|la)\s+prometid\w* | \blo\s+prometi\b | \bcomo\s+(?:te|os|les?)\s+(?:prometi|dije|adelante)\b
    | \b(?:se\s+)?(?:envio|entrego|publico|firmo|enviaron|quedaron|quedo)\b | \bya\s+(?:esta|estan|lo\s+tene|la\s+tene|he|hemos|quedo)\w* | \ben\s+produccion\s+desde\b
    | \bhemos\s+(?:recibido|enviado|entregado)\b | \bgracias\s+por\s+(?:el|la|los|las|enviar|mandar)\b | \brecibid[oa]s?\b | \bhe\s+(?:enviado|mandado|recibido)\b
    )""",
    re.X,
)
_NOT_YET = re.compile(
    r"""(?:
      \b(?:haven't|hasn't|have\s+not|has\s+not|not\s+yet|never\s+(?:came|arrived|got)|didn't|did\s+not)\b | \bstill\s+(?:waiting|open|nothing|not|no|don't|haven't|outstanding|missing|owe)\b
    | \bnothing\s+yet\b | \bslipped\b | \bmissed\b | \boverdue\b | \bwe\s+failed\b | \bnot\s+kept\b | \bno\s+sign\s+of\b
    | \bno\s+(?:se\s+|lo\s+|la\s+|les\s+)?(?:cumpli\w*|llego|ha\s+llegado|han\s+llegado|ha\s+salido|han\s+salido|hemos\s+recibido|nos\s+ha\s+llegado|me\s+ha\s+llegado|se\s+ha\s+(?:enviado|hecho|resuelto|recibido))\b
    | \bno\s+(?:la|lo|las|los)\s+(?:tenemos|hemos\s+recibido|tengo|han\s+enviado)\b | \bincumplid\w* | \bsigo\s+(?:esperando|sin)\b | \bseguimos\s+(?:esperando|sin)\b | \b(?:todavia|aun)\s+(?:no|sin)\b
    | \bsin\s+emitir\b | \bno\s+sale\s+(?:hoy|manana)\b | \bhemos\s+fallado\b | \bpendiente\s+desde\b | \bno\s+ha\s+salido\b | \bsigue(?:n)?\s+(?:pendiente|sin)\w*
    )""",
    re.X,
)
_ALREADY = re.compile(r"\bya\s+(?:no|lo\s+tenemos\s+hablado)\b|\bnot\s+attached\b|\bno\s+adjunt")
_POINTING = frozenset("tell told come want bring will rob he it him".split())
_HANDED_OVER = re.compile(
    r"\b(?:propuesta|presupuesto|informe|acta|contrato|anexo|factura|oferta|cuestionario|listado|inventario|calculo|plan|borrador|nota de credito|"
    r"proposal|quote|report|contract|questionnaire|list|inventory|letter|draft|plan|markup|calculation|summary|minutes|credit note|invoice)s?\b"
)
_DELIVERY = re.compile(
    r"\b(?:attached|attach|enclosed|here (?:is|are)|adjunt\w*|(?:te|os|le|les) (?:envio|mando|paso|hago llegar)|went out|aqui (?:tienes|teneis|va|van))\b"
)
_PROMISED = re.compile(
    r"\b(?:prometi\w*|prometid\w*|promised|se\s+les\s+habia\s+dicho|dijimos|se\s+dijo|we\s+said|you\s+said)\b"
)
_WEEKDAY = re.compile(r"\b(?:lunes|martes|miercoles|jueves|viernes|monday|tuesday|wednesday|thursday|friday)\b")
_SHARED_WORDS = 2
_CONTEXT = 4
_GRACE = timedelta(days=21)
RELEVANT, FADES = timedelta(days=120), timedelta(days=90)


def judge(promises: Sequence[Promise], sentences: Sequence[Sentence], *, today: date) -> list[Commitment]:
    """Each distinct promise of the last four months, or due in them, with what became of it."""
    since = today - RELEVANT
    promises = [item for item in promises if (item.due.day if item.due else item.sentence.day) >= since]
    by_order = {item.order: item for item in sentences}
    rare = _rare_words(sentences)
    found = [_judged(item, sentences, by_order, rare, today=today) for item in distinct(promises, by_order, rare)]
    return [item for item in found if not _faded(item, today)]


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
        if not word.isdigit() and word not in _POINTING
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
    if not _KEPT.search(plain) or _NOT_YET.search(plain) or _ALREADY.search(plain) or item.text.rstrip().endswith("?"):
        return False
    if promise.due is not None and item.day > promise.due.day + _GRACE:
        return False
    if item.side is not promise.by and item.side is not Side.UNKNOWN and not _acknowledges(plain):
        return False
    shared = about & _with_title(item)
    if _DELIVERY.search(plain) and (thing := _HANDED_OVER.search(plain)):
        return bool(stems(thing.group(), item.language) & shared)
    return len(shared & rare) >= _SHARED_WORDS or (len(shared) > _SHARED_WORDS and bool(shared & rare))


def _acknowledges(plain: str) -> bool:
    return bool(re.search(r"\b(?:thank|received|got|have|gracias|recibid|cumplid|funciona|quedaron)", plain))


def _says_missed(
    item: Sentence, promise: Promise, about: frozenset[str], rare: frozenset[str], by_order: dict[int, Sentence]
) -> bool:
    plain = flat(item.text)
    if not _NOT_YET.search(plain):
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
