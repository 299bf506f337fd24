"""Which sentences of a text are worth telling, and which say that something was decided.

Invariant: a sentence is chosen for what stands in it (a figure, a product, a name, a complaint, the customer's own
voice); small talk and questions are not, and nothing is put in other words.
"""

import re

from copilot.domain.documents import DocumentKind
from copilot.domain.folding import flat
from copilot.workflows.after_meeting.context import TalkContext
from copilot.workflows.after_meeting.minutes import NOTHING, Mark
from copilot.workflows.reading.names import words
from copilot.workflows.reading.text import stems
from copilot.workflows.reading.types import Sentence, Side, Topic

_TOPICS = (
    Topic.RISK, Topic.PRAISE, Topic.COMPETITOR, Topic.BUDGET, Topic.POSTPONED, Topic.EXPANSION, Topic.STAKEHOLDER,
    Topic.INCIDENT, Topic.DISCREPANCY,
)  # fmt: skip
_MOST_OF_A_CALL, _MOST_OF_A_NOTE = 8, 12
_SHORTEST, _LONGEST, _FEWEST_STEMS = 40, 300, 4
_ENOUGH, _FEWEST = 4, 3
_FIGURE = re.compile(
    r"\d|\b(?:hundred|thousand|million|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|per cent|"
    r"cien\w*|doscient\w+|trescient\w+|mil|millones|veint\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|"
    r"noventa|por ciento|la mitad|half|twice|el doble)\b"
)
_PROBLEM = re.compile(
    r"\b(?:problem\w*|fail\w*|fallo?s?|broken?|slow|lent[oa]|lost|pierd\w+|perd\w+|duplicad\w+|duplicates?|wrong|error\w*|"
    r"mied\w+|afraid|worr\w+|preocup\w+|risk\w*|riesgo\w*|cause\w*|causa\w*|need\w*|necesit\w+|want\w*|quier\w+|"
    r"expensive|car[oa]|cost\w*|cuest\w+|price|precio|contract|contrato|renewal|renovacion|budget|presupuesto|"
    r"condition\w*|condicion\w*|security|seguridad|deadline|plazo|decid\w+|approv\w+|aprob\w+|competitor|competidor)\b"
)
_SMALL_TALK = re.compile(
    r"^(?:hola|buen[oa]s|gracias|thank|thanks|good (?:morning|afternoon)|morning|bye|hasta (?:luego|pronto)|perfecto|"
    r"encantad|un gusto|are we recording|se te oye|se me oye|right, i can see|mind yourself|nos vemos)\b"
)
_DECIDED = re.compile(
    r"\b(?:we|they|i|you)(?:'ve| have)? (?:decided|agreed|settled on)\b|\bit was (?:agreed|decided)\b"
    r"|\bapproved on paper\b"
    r"|\b(?:board|owners|committee|council|finance|management)(?: has| have)?"
    r" (?:approved|decided|agreed|voted|capped)\b"
    r"|\b(?:i|we)(?:'d| would|'ll| will)? accept (?:that|it|the)\b|\bwe(?:'ll| will) go with\b|\b(?:decision|agreed):"
    r"|\bhemos (?:decidido|acordado|quedado en)\b|\bse (?:acordo|decidio|aprobo)\b|\b(?:decision|acuerdo|acordado):"
    r"|\b(?:consejo|comite|directorio|direccion|gerencia)(?: ya)?(?: ha)? (?:aprob\w+|decid\w+|autoriz\w+|acord\w+)\b"
    r"|\bquedamos en (?:eso|que)\b|\b(?:lo|la) aprobo\b|\b(?:queda|esta) (?:aprobad|acordad|decidid|aplazad)[oa]\b"
    r"|\beso lo miramos en\b|\blo dejamos para\b|\b(?:se )?(?:la|lo) mandamos a\b|\bpreferimos\b|\blo aplaza\b"
    r"|\bse les crea\b"
)
_NOT_DECIDED = re.compile(
    r"^(?:y |pero |and |but |so )?(?:si|if|when|cuando|unless)\b"
    r"|\b(?:hasta|until|not|no (?:se|esta|ha|han|hemos)|haven't|"
    r"didn't|cuando (?:el|la)|if (?:the|they))\b"
)


def decisions(context: TalkContext) -> tuple[Sentence, ...]:
    """Sentences that say what was decided or agreed; that somebody meets or will decide is none."""
    return tuple(item for item in context.sentences if not _asks(item) and _is_decision(item, context))


def _is_decision(sentence: Sentence, context: TalkContext) -> bool:
    plain, line = flat(sentence.text), context.line_of(sentence)
    if line is not None and line.mark is Mark.DECISION:
        return not NOTHING.match(flat(sentence.text[max(0, line.begins - sentence.start) :]))
    return bool(_DECIDED.search(plain)) and not _NOT_DECIDED.search(plain)


def telling(context: TalkContext, *, besides: frozenset[int]) -> tuple[Sentence, ...]:
    """The sentences that say most, in reading order; of a note nearly all. `besides`: orders told elsewhere."""
    is_note = context.document.kind is DocumentKind.NOTE
    found = [
        (_salience(item, context), item)
        for item in context.sentences
        if item.order not in besides and not _asks(item) and _could_tell(item)
    ]
    by_salience = sorted(found, key=lambda pair: (-pair[0], pair[1].order))
    kept = [
        pair for place, pair in enumerate(by_salience) if is_note or pair[0] >= _ENOUGH or (pair[0] and place < _FEWEST)
    ]
    most = _MOST_OF_A_NOTE if is_note else _MOST_OF_A_CALL
    return tuple(sorted((item for _, item in kept[:most]), key=lambda item: item.order))


def _asks(sentence: Sentence) -> bool:
    return sentence.text.rstrip('»”") ').endswith("?")


def _could_tell(sentence: Sentence) -> bool:
    is_sized = _SHORTEST <= len(sentence.text) <= _LONGEST
    return is_sized and not _SMALL_TALK.match(flat(sentence.text)) and _says_enough(sentence)


def _says_enough(sentence: Sentence) -> bool:
    return len(stems(sentence.text, sentence.language)) >= _FEWEST_STEMS


def _salience(sentence: Sentence, context: TalkContext) -> int:
    plain, present = flat(sentence.text), set(words(sentence.text))
    observed = [item.weight for item in context.observed(*_TOPICS) if item.sentence.order == sentence.order]
    products = any(set(words(name)) & present - {"tramontia"} for name in context.base.facts.products)
    return (
        2 * bool(_FIGURE.search(plain))
        + 2 * bool(_PROBLEM.search(plain))
        + 2 * bool(products)
        + (sentence.side is Side.CUSTOMER)
        + (2 + max(observed) if observed else 0)
    )
