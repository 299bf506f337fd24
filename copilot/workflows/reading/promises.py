"""Sentences that promise something, told apart from offers, questions, wishes and conditions.

Invariant: precision before recall. A promise has somebody who makes it, an act that can be seen to be done, and a day
(or an explicit pledge); whatever is conditional, negated, asked or merely possible is no promise.
"""

import re
from dataclasses import dataclass
from datetime import timedelta

from copilot.domain.language import Language
from copilot.workflows.reading.due_dates import find_due
from copilot.workflows.reading.people import Cast
from copilot.domain.folding import flat
from copilot.workflows.reading.types import DueDate, Sentence, Side

_SPANISH_ACTS = (
    "envi mand pas entreg prepar confirm dej llam llev program compart remit respond contest revis arregl public "
    "firm pag devuelv devolv actualiz sub escrib pid ped resolv resuelv soluc compr aport present instal migr "
    "activ gestion emit abon tramit convoc agend fij visit redact complet termin acab vuelv volv busc reclam reserv "
    "facilit consig consult habl present reun pong pond ofrec inform concret valid autoriz aprob"
).split()
_ACT = "(?:" + "|".join(sorted(_SPANISH_ACTS, key=len, reverse=True)) + ")"
_CLITIC = r"(?:(?:te|os|le|les|se|nos)\s+)?(?:(?:lo|la|los|las)\s+)?"
_SPANISH = re.compile(
    rf"""\b(?:
      {_CLITIC}{_ACT}(?:amos|imos|are|ere|ire|aremos|eremos|iremos)\b
    | (?:(?:te|os|le|les|se|lo|la|los|las|yo)\s+|(?:^|[,;:]|\by)\s*){_ACT}(?:o|io)\b
    | {_CLITIC}(?:voy|vamos|va|van)\s+a\s+(?:{_ACT}|ten|hac|dar|est|sal)\w*
    | {_CLITIC}(?:hago|hacemos|hare|haremos)\s+llegar\b
    | (?:me|nos)\s+compromet\w+\s+a\b
    | qued(?:o|amos)\s+en\s+\w+(?:ar|er|ir)
    | {_CLITIC}(?:tienes|teneis|tiene(?:n)?(?=\s+usted|\s+ustedes|\s+la|\s+el|\s+list)|tendras|tendreis|tendra|tendran)\b(?!\s+que)
    | (?:lo|la|los|las)\s+(?:tienes|teneis|tiene|tienen)\b(?!\s+que)
    | (?:queda|quedan|quedara|quedaran|estara|estaran|sale|saldra|saldran|llega|llegara)\s+(?:en\s+produccion|publicad\w+|list\w+|activ\w+|resuelt\w+|funcionando|cerrad\w+|instalad\w+)
    | {_CLITIC}(?:mandara|enviara|entregara|pasara|llamara|publicara|escribira|preparara|dejara|firmara|confirmara|revisara)n?\b
    | vamos\b(?!\s+a\s+ver)(?!\s+(?:bien|mal|justos|con\b))
    )""",
    re.X,
)
_SPANISH_THIRD = re.compile(
    rf"^(?P<name>[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)\s+(?:te|os|les?|nos)\s+(?:lo\s+|la\s+|los\s+|las\s+)?(?:{_ACT})\w+", re.I
)
_ENGLISH_ACTS = (
    "send|share|get|have|give|put|set|bring|write|prepare|deliver|confirm|come|follow|draft|provide|fix|ship|publish|"
    "release|update|return|sign|pay|call|ring|visit|arrange|schedule|book|forward|pass|finish|complete|close|circulate|"
    "review|raise|chase|let|escalate|issue|add|post|mail|email|supply|present|install|migrate|refund|resolve|go|do|"
    "report|upload|hand|submit|check|run|produce|correct|replace|renew|decide|be|make|file|drop"
)
_ENGLISH = re.compile(
    rf"""\b(?:
      (?:i|we)(?:'ll|\s+will|\s+shall)\s+(?:\w+ly\s+|also\s+|then\s+|personally\s+)?(?:{_ENGLISH_ACTS})\b
    | (?:i|we)(?:'m|'re|\s+am|\s+are)\s+going\s+to\s+(?:{_ENGLISH_ACTS})\b
    | (?:you|he|she|they)(?:'ll|\s+will)\s+(?:have|get|receive|see|hear|be)\b
    | (?:it|that|this|they)(?:'ll|\s+will)\s+be\s+(?:live|ready|done|with\s+you|in|fixed|there|out|delivered|sent|on)\b
    | (?:i|we)\s+(?:promise|commit|undertake|guarantee)\b(?!\s+nothing)
    )""",
    re.X,
)
_ENGLISH_THIRD = re.compile(
    rf"^(?P<name>[A-Z]\w+)(?:\s+[A-Z]\w+)?(?:'ll|’ll|\s+will|\s+is\s+going\s+to)\s+(?:{_ENGLISH_ACTS})\b"
)
_PLEDGE = re.compile(
    r"\b(?:me comprometo|nos comprometemos|te lo prometo|se lo prometo|os lo prometo|i promise|we commit|we undertake|i guarantee|you have my word)\b"
)
_RECURRING = re.compile(
    r"\b(?:cada|todos los|todas las|every|each|lunes y|martes y|miercoles y|jueves y|monday and|tuesday and|wednesday and|thursday and)\s+(?:lunes|martes|miercoles|jueves|viernes|semana|semanas|mes|monday|tuesday|wednesday|thursday|friday|week|month)\b"
)
_NOT_A_PROMISE = re.compile(
    r"""(?:
      ^\s*(?:si|if|when|cuando|until|hasta\s+que|unless|salvo\s+que|en\s+cuanto|as\s+soon\s+as|once|suppos)\b
    | ^\s*(?:i|we|yo|nosotros)?\s*(?:would|could|might|may)\b | \b(?:i'd|we'd|you'd|he'd|she'd)\b | \b(?:podria|podriamos|querria|intentar|intento|trat(?:o|are|amos)\s+de|try|hope|maybe|perhaps|quizas?|tal\s+vez|a\s+lo\s+mejor|ojala)\w*\b
    | \b(?:propongo|proponemos|sugiero|suggest|propose)\b | \b(?:won't|will\s+not|wouldn't|can't|cannot|not\s+going\s+to|don't|didn't|never)\b
    | \bno\s+(?:te|os|le|les|se|lo|la|los|las|me|nos|voy|vamos|puedo|podemos|quiero|tengo|tenemos|va|van|llego|creo|prometo)\b
    | \b(?:dijiste|dijo|dijeron|dije|dijimos|prometio|prometi|prometimos|prometisteis|prometieron|said|told\s+(?:me|us)|promised|asked|pedi|pidio)\b
    | \b(?:tener?|tengo|tienes|tiene|teneis|tienen|tenemos)\s+que\b | \bhay\s+que\b | \b(?:have|has|had|need|needs)\s+to\b
    | \b(?:si\s+(?:me\s+dice|no|ellos|el\s+cliente)) | \b(?:if\s+(?:you|we|they|that|it))\b
    )""",
    re.X,
)
_IN_PASSING = timedelta(days=1)
"""A promise for today or tomorrow is talk in passing: by the next brief it is history."""
_LONGEST = 330


@dataclass(frozen=True, slots=True)
class Promise:
    """A sentence that promises, who does, and for when."""

    sentence: Sentence
    by: Side
    who: str | None
    due: DueDate | None


def find_promise(sentence: Sentence, cast: Cast) -> Promise | None:
    """The promise that the sentence makes, or None."""
    if sentence.side is Side.UNKNOWN or len(sentence.text) > _LONGEST or sentence.text.rstrip('»”")').endswith("?"):
        return None
    if "¿" in sentence.text or sentence.text.startswith(("“", '"', "«")):
        return None
    plain = flat(sentence.text)
    maker = _maker(sentence, plain, cast)
    if maker is None or _NOT_A_PROMISE.search(plain):
        return None
    recurring = bool(_RECURRING.search(plain))
    due = None if recurring else find_due(sentence.text, said_on=sentence.day)
    if due is not None and due.day <= sentence.day + _IN_PASSING:
        due = None
    if due is None and not recurring and not _PLEDGE.search(plain):
        return None
    return Promise(sentence=sentence, by=maker[1], who=maker[0], due=due)


def _maker(sentence: Sentence, plain: str, cast: Cast) -> tuple[str | None, Side] | None:
    spanish = sentence.language is Language.ES
    third = (_SPANISH_THIRD if spanish else _ENGLISH_THIRD).match(sentence.text)
    if third is not None:
        named = cast.mentioned(third["name"])
        if named is not None and named[1] is not Side.UNKNOWN:
            return named
    if (_SPANISH if spanish else _ENGLISH).search(plain):
        return sentence.speaker, sentence.side
    inside = (
        re.search(r"\b(\w+)\s+(?:les?|nos|os|te)\s+(?:manda|envia|deja|pasa|escribe|entrega)\b", plain)
        if spanish
        else None
    )
    if inside is not None:
        named = cast.mentioned(inside[1])
        if named is not None and named[1] is not Side.UNKNOWN:
            return named
    return None
