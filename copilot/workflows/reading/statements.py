"""What sentences say about the relationship: competitors, risk, praise, people who come and go, decisions.

Invariant: an observation is a sentence somebody wrote or said, whole; its topic is set by words that stand in it.
"""

import re
from collections.abc import Iterator, Sequence

from copilot.domain.folding import flat
from copilot.workflows.reading.cues import cue, words
from copilot.workflows.reading.types import Observation, Sentence, Side, Topic

_TOPICS = tuple(topic for topic in Topic if topic not in {Topic.COMPETITOR, Topic.INSTRUCTION})
_FROM_CUSTOMER = frozenset({Topic.PRAISE})
_NO_PRAISE = re.compile(
    r"\b(?:no|not|isn't|wasn't|hardly|nunca)\b.{0,15}\b(?:impress|encant|content|happy|funciona)|^(?:si|if)\b|problem"
)
_CONDITIONAL = re.compile(
    r"^(?:\w+,\s+)?(?:(?:y|pero|and|but)\s+)?(?:si|if|unless|when|cuando)\b|\b(?:depende\s+de|depends\s+on)\b"
)
_QUOTED_WORDS = re.compile(r"[\"“«][^\"“”«»]{1,30}[\"”»]")
_LONGEST, _SHORTEST, _TERSE = 360, 25, 50

RIVAL_NAME = r"(?P<name>[A-ZÁÉÍÓÚÑ][\wáéíóúñ&]{2,}(?:\s[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)?)"
RIVAL = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{RIVAL_NAME}(?:\s+(?:has|have|had|is|are|was|were|came|did))?\s+(?:quot(?:ed|ing)|offer(?:ed|ing)|bid(?:ding)?|pitch(?:ed|ing))\b",
        rf"\b{RIVAL_NAME}\s+(?:came\s+in|has\s+been\s+in|have\s+been\s+in|did\s+a\s+demo)\b",
        rf"\b(?:quote|bid|proposal|demo|offer|pricing|number)\s+(?:from|by)\s+{RIVAL_NAME}",
        rf"\b(?:plain|looking|talking)\s+(?:about|at|to)\s+{RIVAL_NAME}\b(?=\.|,)",
        rf"\b(?:switch(?:ing)?|mov(?:e|ing)|migrat(?:e|ing))\s+to\s+{RIVAL_NAME}",
        rf"\b{RIVAL_NAME}\s+(?:nos\s+|les\s+|me\s+)?(?:ha\s+|han\s+)?(?:ofrecido|ofrece|ofrecen|ofrecio|cotizo|cotizado|presupuestado|pasado\s+(?:una\s+)?(?:oferta|precio|presupuesto))\b",
        rf"\b(?:oferta|propuesta|cotización|presupuesto|demostración|demo|piloto)\s+(?:de|con|por\s+parte\s+de)\s+{RIVAL_NAME}",
        rf"\b(?:competidor|rival|competitor|alternative|alternativa)\w*,?\s+(?:es\s+|is\s+|called\s+|llamad[oa]\s+)?{RIVAL_NAME}",
        rf"\b(?:pasar(?:nos|se)?|cambiar(?:nos|se)?|migrar)\s+a\s+{RIVAL_NAME}",
    )
)
UNNAMED_RIVAL = re.compile(
    r"\b(?:another|other|cheaper|different)\s+(?:vendor|supplier|provider)\b|\bcompetitor\b|\bthere's\s+also\s+an\s+alternative\b"
    r"|\botro\s+proveedor\b|\bproveedor\s+mas\s+barato\b|\bla\s+competencia\b|\bcompetidor"
)


def observe(sentences: Sequence[Sentence], *, known: frozenset[str]) -> list[Observation]:
    """Observations of every sentence. `known` are folded words of names that are no competitors."""
    rivals = _rivals(sentences, known)
    found: list[Observation] = []
    for sentence in sentences:
        if _SHORTEST <= len(sentence.text) <= _LONGEST:
            found += _of(sentence, rivals)
    return found


def _of(sentence: Sentence, rivals: dict[str, re.Pattern[str]]) -> Iterator[Observation]:
    plain = flat(sentence.text)
    said = _QUOTED_WORDS.sub("", plain)
    for topic in _TOPICS:
        pattern = cue("topics", topic.value)
        cues = len({match.group() for match in pattern.finditer(said)})
        if not cues or (topic in _FROM_CUSTOMER and sentence.side is not Side.CUSTOMER):
            continue
        if topic is Topic.PRAISE and (_NO_PRAISE.search(plain) or plain.endswith("?")):
            continue
        if sentence.text.endswith("?") or (topic is Topic.DISCREPANCY and plain.startswith(("si ", "if "))):
            continue
        about = _if_conditional(topic, plain)
        if about is not None:
            yield Observation(topic=about, sentence=sentence, weight=_weight(sentence, cues))
    if sentence.text.endswith("?"):
        return
    named = [name for name, pattern in rivals.items() if pattern.search(sentence.text)]
    for name in named:
        yield Observation(topic=Topic.COMPETITOR, sentence=sentence, subject=name, weight=_weight(sentence, 2))
    if not named and UNNAMED_RIVAL.search(plain):
        yield Observation(topic=Topic.COMPETITOR, sentence=sentence, weight=_weight(sentence, 1))


def _if_conditional(topic: Topic, plain: str) -> Topic | None:
    """What would be put off or decided *if* something happens is a risk, not a fact; praise on condition is none."""
    if not _CONDITIONAL.search(plain):
        return topic
    if topic is Topic.POSTPONED:
        return Topic.RISK
    return None if topic in {Topic.DECISION, Topic.PRAISE, Topic.EXPANSION} else topic


def _weight(sentence: Sentence, cues: int) -> int:
    figures = bool(re.search(r"\d", sentence.text))
    short = len(sentence.text) < _TERSE
    return 2 * cues + (2 if sentence.side is Side.CUSTOMER else 0) + (1 if figures else 0) - (2 if short else 0)


def _rivals(sentences: Sequence[Sentence], known: frozenset[str]) -> dict[str, re.Pattern[str]]:
    """Names that quote, offer or pitch against us, found anywhere in the texts of the account."""
    names = {name for sentence in sentences for name in rival_names(sentence.text, known)}
    return {name: re.compile(rf"\b{re.escape(name)}\b") for name in sorted(names)}


def rival_names(text: str, known: frozenset[str], *, patterns: Sequence[re.Pattern[str]] = RIVAL) -> Iterator[str]:
    """Names that the sentence itself shows to be rivals."""
    for pattern in patterns:
        for match in pattern.finditer(text):
            name = match["name"].split()[0] if _is_known(match["name"].split()[-1], known) else match["name"]
            if not _is_known(name.split()[0], known):
                yield name


def _is_known(word: str, known: frozenset[str]) -> bool:
    plain = flat(word)
    return plain in known or plain in words("not_rivals")
