"""What sentences say about the relationship: competitors, risk, praise, people who come and go, decisions.

Invariant: an observation is a sentence somebody wrote or said, whole; its topic is set by words that stand in it.
"""

import re
from collections.abc import Iterator, Sequence

from copilot.domain.folding import flat
from copilot.workflows.reading.types import Observation, Sentence, Side, Topic

_CUES: dict[Topic, str] = {
    Topic.RISK: r"""
        not\s+(?:going\s+to\s+)?renew | non-?renew | \bcancel(?!l?ation\s+policy) | terminate | switch(?:ing)?\s+to | look(?:ing)?\s+(?:at|for)\s+(?:alternatives|another|other)
      | stop(?:ped)?\s+using | disappointed | frustrat | unacceptable | lost\s+(?:trust|confidence|patience) | \bhurt\s+us | too\s+(?:expensive|high)
      | sink\s+us | earn\s+it\s+back | \bat\s+risk\b | \bwe\s+lose\b | walk\s+away | rethink | reconsider | don't\s+(?:fully\s+)?trust
      | isn't\s+good\s+enough | not\s+good\s+enough | fed\s+up | last\s+chance | use\s+(?:is|was|has|had)\s+(?:down|dropped|fallen)
      | dejo\s+de\s+confiar | no\s+(?:vamos\s+a\s+)?renov | busc(?:ar|amos|aremos|quemos)\s+otr | cancelar\s+(?:el|la|nuestr) | vamos\s+a\s+cancelar | dar(?:nos)?\s+de\s+baja | rescind | inaceptable
      | decepcion | no\s+podria\s+recomendar | hoy\s+no\s+podria | lo\s+perdemos | perder\s+(?:la|el|al)\s+(?:cuenta|cliente) | penaliz | no\s+(?:nos\s+|me\s+)?fi(?:o|amos)
      | volvieron\s+al\s+papel | la\s+va\s+a\s+ver\s+el\s+directorio | dejar\s+de\s+usar | dejado\s+de\s+usar | est(?:oy|amos|an)\s+hart[oa]s? | preocupa | no\s+estamos\s+content
      | no\s+contesta | no\s+responde | nos\s+vamos | plantear(?:nos|se)?\s+(?:otr|cambi|si) | no\s+merece | demasiado\s+(?:caro|cara|alto)
    """,
    Topic.PRAISE: r"""
        \b(?:i|we)\s+(?:really\s+)?(?:love|like)\s+(?:it|him|you|the) | recommend(?:ed)?\s+(?:you|it|them)\s+to | \bbest\b.{0,40}\b(?:this\s+year|ever|seen|had) | great\s+(?:job|work|result)
      | \bimpressed\b | prefers?\s+you\b | very\s+happy | delighted | works?\s+(?:really\s+)?well | big\s+improvement | couldn't\s+do\s+without | small\s+part\s+of\s+the\s+win
      | \bencantad[oa]s? | \bmuy\s+content[oa]s? | en\s+general\s+content[oa] | los\s+recomiendo | os\s+recomiendo | impresiono | me\s+haces\s+el\s+ano | funciona\.\s+gracias | \bfunciona\b.{0,12}$
      | da\s+gusto | muy\s+satisfech | estupend | fenomenal | ha\s+sido\s+un\s+acierto | todo\s+merito | no\s+hayamos\s+perdido | (?:bajamos|reducimos|hemos\s+(?:bajado|reducido))\s+
    """,
    Topic.STAKEHOLDER: r"""
        \blast\s+day\b | taken\s+a\s+(?:new\s+)?job | \bleav(?:es|ing)\s+(?:the\s+company|us|at|in|on)\b | has\s+left\b | joined\s+\w+\s+as | \bnew\s+(?:cfo|ceo|coo|cio|cto|director|head|manager|owner|boss)\b
      | takes?\s+over | taken\s+(?:this|it)\s+over | will\s+look\s+after | interim\s+owner | replac(?:es|ing)\s+\w+\s+as | moves?\s+to\s+another | my\s+successor | retir(?:es|ing)
      | quien\s+decide | la\s+decision\s+(?:es|la\s+toma|pasa|corresponde|depende) | ultima\s+palabra | firma\s+el\s+gasto | decision[- ]maker | makes?\s+the\s+(?:final\s+)?decision | owns?\s+the\s+budget | last\s+word
      | me\s+voy\s+de | mi\s+ultimo\s+dia | ultimo\s+dia | deja\s+la\s+empresa | ha\s+dejado\s+la | se\s+marcha | se\s+va\s+de\s+la | nuev[oa]\s+(?:director|directora|gerente|jefe|jefa|responsable)\b
      | se\s+incorpora | (?:me|le|lo|la)\s+sustituir?[aey] | se\s+jubila | toma\s+el\s+relevo | asume\s+la | ocupara\s+mi\s+puesto | cambia\s+de\s+puesto | ya\s+no\s+trabaja
    """,
    Topic.DECISION: r"""
        \bboard\b.{0,40}\b(?:approv|meet|decid|sign|vot) | \bowners\b.{0,40}\b(?:approv|meet|decid|moved|see) | \b(?:we|i|they)(?:'ve|\s+have)\s+decided | \bapproved\s+(?:the|our|a|it) | signed\s+off
      | \bgo(?:es)?\s+ahead\b | sign-off | \bwe\s+got\s+it\b | \bconsejo\b.{0,40}\b(?:aprob|dicho|decid|reun|ve(?:ra)?) | \b(?:directorio|comite|gerencia|direccion)\b.{0,40}\b(?:aprob|decid|autoriz|ver\b)
      | hemos\s+decidido | visto\s+bueno | aprobo | aprobad[oa] | luz\s+verde | se\s+puede\s+firmar | no\s+tengo\s+objecion | tres\s+condiciones | acept(?:a|o|amos|an|ado)\s+(?:la|el|las|los|que|una)
    """,
    Topic.BUDGET: r"""
        budget\s+(?:line|is|was|meeting|cap|freeze|cut) | \bcapped\b | \ball\s+in(?=,|\.|$) | reduction\s+of | cost[- ]cutting | \b(?:i|we)\s+need\s+\d+\s?% | \bcut\s+(?:costs|spend) | margin\s+problem | price\s+increase
      | your\s+number\s+is | presupuesto\s+(?:para|de|es|esta|queda|cerrado|congelad|aprob) | \brecort | sin\s+presupuesto | no\s+hay\s+presupuesto | congelad | subida\s+de\s+precio | rebaj | ahorr(?:ar|o)\s+(?:de|un|el)
    """,
    Topic.POSTPONED: r"""
        moved\s+the\s+.{0,30}\bto\b | postpon | pushed?\s+(?:it\s+)?(?:back|out|to)\b | not\s+going\s+to\s+make\s+the | put\s+(?:it\s+)?off | on\s+hold | nothing\s+signed\s+before | isn't\s+closing | \bdelayed?\b
      | wait\s+(?:for|until)\s+(?:next|the\s+new|january|february|march|spring|q[1-4]) | not\s+this\s+(?:year|quarter) | won't\s+(?:close|sign|happen)\s+(?:in|before|this)
      | aplaz | pospon | pospuest | lo\s+dejamos\s+para | lo\s+miramos\s+en | se\s+va\s+a\s+(?:enero|febrero|marzo|abril|mayo|junio|septiembre|octubre) | se\s+retrasa | no\s+toca | este\s+ano\s+no | hasta\s+el\s+ano\s+que\s+viene
      | para\s+(?:el\s+)?(?:ano\s+que\s+viene|proximo\s+ano|primer\s+trimestre|segundo\s+trimestre) | en\s+pausa | parad[oa]\s+hasta | \bno\s+antes\s+de
    """,
    Topic.EXPANSION: r"""
        (?:more|additional|extra|further)\s+(?:seats|users|licen[cs]es) | add\s+(?:\w+\s+){0,3}(?:seats|users|sites|yards|plants) | roll(?:ing)?\s+(?:it\s+)?out\s+to | \bexpan(?:d|sion)\b
      | licencias\s+mas | mas\s+licencias | \d+\s+licencias\s+(?:mas|de) | ampliar | ampliacion | otr[oa]s?\s+(?:dos\s+)?(?:plantas?|talleres|sedes?|centros?) | meter\s+\w+\s+y\s+\w+
    """,
    Topic.INCIDENT: r"""
        \boutage\b | went\s+(?:down|blank|dark) | \bp1\b | created\s+twice | \bduplicate\s+work\s+orders | lost\s+(?:the\s+)?(?:photos|data|jobs) | crash(?:es|ed)? | \bnot\s+working\b
      | (?<!no\s)se\s+cae\b | se\s+cayo | se\s+cierra\s+al | se\s+cierra\s+sol | caida\s+(?:del?|de\s+la) | se\s+pierde | perdimos\s+la | dejo\s+de\s+funcionar | no\s+funciona | incidencia\s+(?:grave|p1|critica)
    """,
    Topic.DISCREPANCY: r"""
        (?:the\s+)?(?:crm|contract|order\s+form|record|invoice|quote)\s+(?:still\s+)?(?:says|shows|has|states)\b | (?:it|which)\s+still\s+says | thinks\s+the\s+(?:agreement|contract) | doesn't\s+match | does\s+not\s+match | don't\s+match
      | different\s+from\s+(?:what|the) | not\s+what\s+(?:we|the) | should\s+(?:say|be|read)\s+\d | wrong\s+(?:date|amount|number|quantity|seat)
      | (?:el\s+)?(?:crm|contrato|pedido|factura|anexo|ficha|hubspot|salesforce)\s+(?:todavia\s+|aun\s+|sigue\s+)?(?:dice|pone|diciendo|indica|muestra|figura) | no\s+coincide | no\s+cuadra | la\s+diferencia\s+es\s+de | cantidad\s+erronea
      | donde\s+debia\s+poner | en\s+vez\s+de\s+(?:las\s+|los\s+)?\d | en\s+lugar\s+de\s+(?:las\s+|los\s+)?\d | error\s+de\s+transcripcion | figura(?:n|ba)?\s+(?:en\s+el\s+crm|como|con\s+fecha) | mal\s+(?:la\s+fecha|el\s+importe|facturad)
    """,
}
_PATTERNS = {topic: re.compile(cues, re.X) for topic, cues in _CUES.items()}
_FROM_CUSTOMER = frozenset({Topic.PRAISE})
_NO_PRAISE = re.compile(
    r"\b(?:no|not|isn't|wasn't|hardly|nunca)\b.{0,15}\b(?:impress|encant|content|happy|funciona)|^(?:si|if)\b|problem"
)
_CONDITIONAL = re.compile(
    r"^(?:\w+,\s+)?(?:(?:y|pero|and|but)\s+)?(?:si|if|unless|when|cuando)\b|\b(?:depende\s+de|depends\s+on)\b"
)
_QUOTED_WORDS = re.compile(r"[\"“«][^\"“”«»]{1,30}[\"”»]")
_LONGEST, _SHORTEST, _TERSE = 360, 25, 50

_NAME = r"(?P<name>[A-ZÁÉÍÓÚÑ][\wáéíóúñ&]{2,}(?:\s[A-ZÁÉÍÓÚÑ][\wáéíóúñ]+)?)"
_RIVAL = tuple(
    re.compile(pattern)
    for pattern in (
        rf"\b{_NAME}(?:\s+(?:has|have|had|is|are|was|were|came|did))?\s+(?:quot(?:ed|ing)|offer(?:ed|ing)|bid(?:ding)?|pitch(?:ed|ing))\b",
        rf"\b{_NAME}\s+(?:came\s+in|has\s+been\s+in|have\s+been\s+in|did\s+a\s+demo)\b",
        rf"\b(?:quote|bid|proposal|demo|offer|pricing|number)\s+(?:from|by)\s+{_NAME}",
        rf"\b(?:plain|looking|talking)\s+(?:about|at|to)\s+{_NAME}\b(?=\.|,)",
        rf"\b(?:switch(?:ing)?|mov(?:e|ing)|migrat(?:e|ing))\s+to\s+{_NAME}",
        rf"\b{_NAME}\s+(?:nos\s+|les\s+|me\s+)?(?:ha\s+|han\s+)?(?:ofrecido|ofrece|ofrecen|ofrecio|cotizo|cotizado|presupuestado|pasado\s+(?:una\s+)?(?:oferta|precio|presupuesto))\b",
        rf"\b(?:oferta|propuesta|cotización|presupuesto|demostración|demo|piloto)\s+(?:de|con|por\s+parte\s+de)\s+{_NAME}",
        rf"\b(?:competidor|rival|competitor|alternative|alternativa)\w*,?\s+(?:es\s+|is\s+|called\s+|llamad[oa]\s+)?{_NAME}",
        rf"\b(?:pasar(?:nos|se)?|cambiar(?:nos|se)?|migrar)\s+a\s+{_NAME}",
    )
)
_UNNAMED_RIVAL = re.compile(
    r"\b(?:another|other|cheaper|different)\s+(?:vendor|supplier|provider)\b|\bcompetitor\b|\bthere's\s+also\s+an\s+alternative\b"
    r"|\botro\s+proveedor\b|\bproveedor\s+mas\s+barato\b|\bla\s+competencia\b|\bcompetidor"
)
_NOT_RIVALS = frozenset(
    """
    he she they it we you i who nobody somebody everyone someone what which nadie alguien ella ellos esto eso
    the our your his her their this that they there and but for june july march april may august october november
    december january february september monday tuesday wednesday thursday friday tudela connect dispatch assets insight
    vision premium support onboarding pack tramontia excel sap microsoft google android whatsapp iphone salesforce
    hubspot outlook usd eur gbp crm lunes martes miercoles jueves viernes enero febrero marzo abril mayo junio julio
    agosto septiembre octubre noviembre diciembre una uno los las del que con para por finance legal security
    procurement board formacion renovacion ampliacion capex servicio ingles espana mexico chile colombia argentina
    """.split()
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
    for topic, pattern in _PATTERNS.items():
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
    if not named and _UNNAMED_RIVAL.search(plain):
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
    names: dict[str, int] = {}
    for sentence in sentences:
        for pattern in _RIVAL:
            for match in pattern.finditer(sentence.text):
                name = match["name"].split()[0] if _is_known(match["name"].split()[-1], known) else match["name"]
                if not _is_known(name.split()[0], known):
                    names[name] = names.get(name, 0) + 1
    return {name: re.compile(rf"\b{re.escape(name)}\b") for name in sorted(names)}


def _is_known(word: str, known: frozenset[str]) -> bool:
    plain = flat(word)
    return plain in known or plain in _NOT_RIVALS
