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
    r"\b(?:we|they|i|you)(?:'ve| have)? (?:all |both |also |finally |then )?(?:decided|agreed|settled on|resolved to|"
    r"opted for)\b"
    r"|\b(?:it was|it's|it is|this is|that's|all|is now) (?:all )?(?:agreed|decided|settled)\b|^(?:so )?agreed\b[,.:]? "
    r"|\bapproved on paper\b|\bwe(?:'ll| will| are going to|'re going to) (?:go (?:with|ahead with|for)|stick with)\b"
    r"|\blet's (?:go (?:with|ahead with|for)|stick with|settle on|do (?:it|that)\b|leave it at|agree on)"
    r"|\bwe(?:'re| are) going (?:with|ahead with)\b|\bthe decision is\b"
    r"|\b(?:board|owners|committee|council|finance|management)(?: has| have)?"
    r" (?:approved|decided|agreed|voted|capped)\b"
    r"|\b(?:i|we)(?:'d| would|'ll| will)? accept (?:that|it|the)\b|\b(?:decision|agreed):"
    r"|\b(?:hemos|habeis|han|ha|quedo|queda) (?:decidido|acordado|quedado en|optado por)\b"
    r"|\b(?:acordamos|decidimos|convenimos|optamos por|nos quedamos con)\b"
    r"|\bse (?:acordo|decidio|aprobo|acuerda|aprueba|conviene|opta por)\b"
    r"|\bse decide (?:que|no|el|la|los|las|un|una|por|a favor|[a-z]+(?:ar|er|ir)(?:lo|la|los|las)?)\b"
    r"|\bde acuerdo en (?!todo)|\b(?:decision|acuerdo|acordado):"
    r"|\b(?:consejo|comite|directorio|direccion|gerencia)(?: ya)?(?: ha)? (?:aprob\w+|decid\w+|autoriz\w+|acord\w+)\b"
    r"|\bquedamos (?:en|con|asi)\b|\b(?:lo|la) aprobo\b|\b(?:queda|esta) (?:aprobad|acordad|decidid|aplazad)[oa]\b"
    r"|\b(?:vamos|seguimos|tiramos) (?:adelante )?con (?:el|la|los|las|un|una|eso|esa|ese|esto|esta|vosotros|ustedes)\b"
    r"|\bvamos a (?:ir|tirar|seguir) con\b|\bvamos por (?:el|la|los|las) (?:plan|opcion|oferta|propuesta|paquete)\b"
    r"|\beso lo miramos en\b|\blo dejamos (?:para|en|asi)\b|\b(?:se )?(?:la|lo) mandamos a\b|\bpreferimos\b"
    r"|\blo aplaza\b|\bse les crea\b"
)
_NOT_DECIDED = re.compile(
    r"^(?:y |pero |and |but |so )?(?:si|if|when|cuando|unless)\b"
    r"|\b(?:hasta|until|not (?:yet |been )?(?:agreed|decided|approved|settled)|not yet|"
    r"no (?:se|esta|ha|han|hemos|habeis|quedamos|acordamos|decidimos|nos)|haven't|hasn't|"
    r"didn't|cuando (?:el|la)|if (?:the|they)|nothing|nada (?:esta|se|ha)|isn't)\b"
    r"|\b(?:would|could|might|may|should|maybe|perhaps|quizas?|tal vez|ojala|podriamos|a lo mejor|suppose)\b"
    r"|\b(?:con (?:el|la|los|las) (?:siguientes?|proxim[oa]|primer\w*|segund[oa]|ultim[oa]|orden|agenda|tema|punto|"
    r"retraso|demo|presentacion|numeros|cifras|preguntas|dudas|datos|resultados|novedades|incidencias))\b"
    r"|\blet's go (?:with|for|ahead with) (?:the )?(?:next|first|second|last|agenda|introductions|demo|lunch|coffee)\b"
    r"|\bagreed to disagree\b|\bse decide (?:el|la) (?:lunes|martes|miercoles|jueves|viernes|semana|proxim[oa]|dia)\b"
)
_ACCEPTS_IF = re.compile(r"\b(?:i|we)(?:'d| would) accept\b")
_ASKED_TO_DECIDE = re.compile(
    r"\b(?:aprob\w+|decid\w+|acord\w+|quedado|quedamos|approve\w*|decide\w*|agree\w*|settle\w*|chosen?|choose)\b"
)
_GIVES_IT = re.compile(r"^(?:que|that|to|yes|si|con|with) (?!si\b|va|no se)\w+")
_PLANNED = re.compile(
    r"\b(?:agree|decide|choose|settle|pick|acordar|decidir|elegir|fijar|escoger)(?: on)? (?P<what>.+)"
)
_SETTLED = re.compile(
    r"^(?:the |our |el |la |los |las )?(?P<what>[a-z]{4,}) (?:is|are|es|son|esta|estan|queda|quedan) "
    r"(?:easy|settled|sorted|done|agreed|clear|fixed|facil(?:es)?|clar[oa]s?|hech[oa]s?|cerrad[oa]s?|list[oa]s?)\b"
)
_PLAN_HOLDS = 12
"""Sentences between what a meeting is to settle and the words that settle it."""


def decisions(context: TalkContext) -> tuple[Sentence, ...]:
    """Sentences that say what was decided or agreed; that somebody meets or will decide is none."""
    said = context.sentences
    return tuple(
        item
        for place, item in enumerate(said)
        if not _asks(item) and (_is_decision(item, context) or _decides_what_was_asked(item, said[:place]))
    )


def _decides_what_was_asked(sentence: Sentence, before: tuple[Sentence, ...]) -> bool:
    """The answer to `what did the board approve?`, and what settles a point that was there to be agreed."""
    plain, last = flat(sentence.text), before[-1] if before else None
    if last is None or _NOT_DECIDED.search(plain):
        return False
    if _asks(last) and last.speaker != sentence.speaker and _GIVES_IT.match(plain):
        return bool(_ASKED_TO_DECIDE.search(flat(last.text)))
    settled = _SETTLED.match(plain)
    if settled is None:
        return False
    plans = (_PLANNED.search(flat(item.text)) for item in before[-_PLAN_HOLDS:])
    wanted = stems(settled["what"], sentence.language)
    return any(plan is not None and wanted & stems(plan["what"], sentence.language) for plan in plans)


def _is_decision(sentence: Sentence, context: TalkContext) -> bool:
    plain, line = flat(sentence.text), context.line_of(sentence)
    if line is not None and line.mark is Mark.DECISION:
        return not NOTHING.match(flat(sentence.text[max(0, line.begins - sentence.start) :]))
    without = _ACCEPTS_IF.sub("we accept", plain)
    return bool(_DECIDED.search(without)) and not _NOT_DECIDED.search(without)


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
