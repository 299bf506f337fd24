"""What a message asks, without the words that only ask for it.

Invariant: pure and deterministic; what is left is the person's own words in their order, and never nothing. Only what
opens or closes a sentence is taken off: greetings, courtesies, who wants to know it, and that somebody wants to know.
"""

import re

from copilot.domain.folding import flat

# One pattern to a line; letters are folded, and spaces of a pattern are spaces.
_GREETINGS = r"""
good (?:morning|afternoon|evening|day)(?: (?:all|everyone|team))?
(?:hi|hello|hey)(?: (?:there|all|team))?
(?:so )?sorry to (?:bother|trouble|disturb)(?: you)?(?: again)?
excuse me|forgive me|thanks|thank you|please
(?:okay|ok|right|so|well|also|a ver|pues|bueno|vale)(?=\s*[,.:;!])
(?:(?:one|another|a) )?(?:quick|silly|stupid|small) (?:question|one)
i'?m (?:still )?(?:(?:fairly|quite|rather|very) )?new(?: (?:here|to (?:this|it|all this|the \w+)))?
(?:so )?(?:please )?bear with me
(?:i'?m )?still (?:finding my feet|learning|getting used)(?: (?:with|to|in|about) [\w' ]{2,25}?)?(?=[:,;])
buen[oa]s(?: (?:dias|tardes|noches))?|buen dia|hola|oye|oiga|oigan|perdone?|perdona|disculp[ae]
que pena(?: (?:con ustede?s?|molestar(?:l[oae]s?)?|la molestia))?|por favor|porfa|gracias
(?:una|otra) (?:pregunta|consulta|duda)(?: rapida)?
soy nuev[oa](?: (?:aqui|en (?:esto|el equipo|la empresa)))?
"""
_ENGLISH = r"""
@can_you (?:tell|remind|show|give|let) (?:me|us)(?: know)?
@can_you (?:find out|check|confirm|say|ask)
(?:tell|remind) (?:me|us)
(?:do|does|did|would) (?:you|we|anyone|anybody)(?: happen to| by any chance)? (?:know|recall|remember)
any idea|(?:i|we)(?: was| am|'m| were|'ve been)? (?:just )?wondering
(?:i|we)(?:'d| would)(?: really)? (?:like|love) to @learn
(?:(?:and|but|so) )?(?:i|we) (?:just )?(?:need|want|have|wanted|needed|am trying) to @learn
@somebody (?:would like to know|wants to know|wonders)
@somebody (?:is asking|asks|has asked|asked)(?: (?:me|us))?(?: (?:for|about))?(?= (?:if|whether|wh\w+|how|our)\b)
"""
_SPANISH = r"""
(?:(?:me|nos) )?(?:puedes?|pueden|podrias?|podrian)(?: usted(?:es)?)?(?: por favor)? @telling(?:me|nos)?
(?:sabes?|saben|sabemos|sabra|sabrias?|recuerdas?)(?: usted(?:es)?| alguien)?@asked
(?:(?:y|pero) )?(?:quiero|quisiera|queria|querria|necesito|necesitamos|necesitaria) @saber
(?:me|nos) (?:gustaria|encantaria) @saber
(?:cuente|cuenta|diga|di|regale|regala|pase|pasa|recuerde|recuerda|explique|explica)(?:me|nos)(?:lo)?
(?:confirme|confirma|aclare|aclara|busque|busca)(?:me|nos)(?:lo)?
(?:@alguien )?(?:me|nos) (?:consultan?|preguntan?|piden?|han? preguntado)(?: en [\w ]{3,25}?)?@asked
(?:tengo|tenemos) (?:a )?una? (?:posible )?(?:client[ea]|contacto|prospecto) (?:que|q)(?: quiere)?
"""
_CLOSINGS = r"""
please|thanks|thank you|do you (?:know|think)|if (?:you|we) know(?: it)?
(?:if it is|is it|is that) (?:written|noted|recorded) (?:down )?(?:anywhere|somewhere)
what (?:may|can|should|do|must) i (?:tell|say|answer|reply)(?: to)?(?: her| him| them)?
por favor|porfa|gracias|si lo sabes?
(?:y )?(?:que|como) (?:debo|puedo|tengo que) (?:responder|contestar|decir)(?:les?)?
si es que lo (?:tenemos|sabemos)(?: (?:anotado|apuntado|escrito))?(?: en algu(?:na|n) (?:parte|lado|sitio))?
"""
_PARTS = {
    "can_you": r"(?:could|can|would|will|might|may) (?:you|i|we)(?: (?:possibly|please|perhaps|just|be able to))*",
    "learn": r"(?:know|hear|find out|check|confirm|understand)",
    "somebody": r"(?:(?:one|some|a few) of (?:my|our|the|their)|an?|the|my|our) [\w' -]{3,45}?",
    "telling": r"(?:decir|recordar|confirmar|explicar|contar|aclarar|indicar|pasar)",
    "saber": r"(?:saber|confirmar|conocer|averiguar|comprobar|entender|verificar|preguntar)",
    "alguien": r"(?:un|una|el|la|los|las|mi|mis|unos|unas) [\w ]{3,30}?",
    "asked": r"(?= (?:si|que|cual|cuales|quien|quienes|cuando|donde|como|cuant[oa]s?|por|a|de|en|contra|con|hasta)\b)",
}
_BETWEEN = r"[\s,.;:!?¡–—-]*"


def _one_of(*tables: str) -> str:
    lines = "|".join(line for table in tables for line in table.strip().splitlines())
    return re.sub(r"@([a-z_]+)", lambda found: _PARTS[found[1]], lines)


_OPENING = re.compile(
    rf"[¿\s]*(?:(?:{_one_of(_GREETINGS, _ENGLISH, _SPANISH)})(?![\w']){_BETWEEN})+(?:(?:if|whether|si) )?"
)
_CLOSING = re.compile(rf"(?:{_BETWEEN}\b(?:{_one_of(_CLOSINGS)})(?![\w']))+{_BETWEEN}$")
_SENTENCE = re.compile(
    r"(?<=[.?!;])\s+|\s+(?=¿)|"
    r"\s+(?=(?:and|but|so) (?:I|we) (?:just )?(?:need|want|would like) to (?:know|find out)\b)|"
    r"\s+(?=(?:y|pero) (?:necesito|quiero|quisiera|querría) saber\b)",
    re.IGNORECASE,
)


def without_courtesies(message: str) -> str:
    """Its sentences without what only asks; the message itself if nothing else stands in it."""
    bared = (_bare(sentence) for sentence in _SENTENCE.split(message.strip()))
    return " ".join(sentence for sentence in bared if sentence) or message


def _bare(sentence: str) -> str:
    opening = _OPENING.match(flat(sentence))
    left = sentence[opening.end() :] if opening else sentence
    closing = _CLOSING.search(flat(left))
    if closing is not None:
        ended = "?" if left.rstrip().endswith("?") else ""
        left = left[: closing.start()] + ended
    return left.strip(" ,;:¡-") if any(letter.isalnum() for letter in left) else ""
