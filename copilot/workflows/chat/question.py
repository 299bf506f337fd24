"""What a question asks for: its telling words, and the kind of answer it expects.

Invariant: pure and deterministic; the same lists serve both languages, because a word of one that means something else
in the other is left out.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from copilot.domain.figures import Figure, FigureKind, extract_figures
from copilot.domain.folding import flat
from copilot.domain.language import Language, detect
from copilot.guardrails.grounding.vocabulary import FUNCTION_WORDS
from copilot.guardrails.grounding.words import Word, words_of


class Expected(StrEnum):
    """Kind of thing that answers."""

    DATE = "date"
    MONEY = "money"
    NUMBER = "number"
    PERSON = "person"
    DURATION = "duration"
    """How long, or how often."""
    NAME = "name"
    """Of a company, or of somebody who is described: that somebody says it does not name them."""
    CONTACT = "contact"
    """A telephone number or an address to write to."""
    YES_NO = "yes_no"
    REASON = "reason"
    OTHER = "other"


_PATTERNS: tuple[tuple[Expected, str], ...] = (
    (
        Expected.CONTACT,
        (
            r"\b(?:tele)?phone number\b|\bmobile number\b|\be-?mail address\b|\bwhat(?: is|'?s) [\w' ]{2,40} (?:phone|"
            r"e-?mail)\b|^\W*(?:(?:cual es|que) )?(?:el |su |un )?(?:numero de )?(?:telefono|movil|celular) de\b|"
            r"\bcual es (?:el|su) (?:numero de )?(?:telefono|movil|celular|correo)\b|\bdireccion de correo\b"
        ),
    ),
    (
        Expected.NAME,
        (
            r"\b(?:what|which) (?:\w+ ){0,2}(?:firm|company|auditor|vendor|consultancy)\b(?! size)|"
            r"^\W*(?:(?:what(?: is|'?s)|and|give me) )?(?:the )?name of\b|"
            r"\b(?:que|cual es la|cual fue la) (?:firma (?=de |que |audit)|(?:empresa|compania|auditora|consultora|"
            r"aseguradora)\b)|\bcual es el nombre de\b|^\W*(?:el )?nombre de\b|\bcomo se llaman?\b"
        ),
    ),
    (Expected.REASON, r"\bwhy\b|\bpor que\b|\bhow come\b|\ba que se debe\b|\bpor que motivo\b"),
    (
        Expected.MONEY,
        (
            r"\bhow much (?:does|do|did|would|will|is|are|was|were|money|budget|can|could|of the budget)\b.*"
            r"\b(?:cost|costs|pay|paid|spend|charge|price|fee|worth|quote[ds]?|budget|invoice)\b|"
            r"\b(?:what|which) (?:\w+ ){0,3}(?:price|cost|fee|rate|budget|amount|tariff|discount)\b|"
            r"\bhow (?:much|expensive)\b.*\b(?:cost|pay|charge|worth)|\bcuanto (?:cuesta|cuestan|vale|valen|costaria|"
            r"costo|cobra|cobran|cobramos|paga|pagan|pagaria|nos cuesta)|\b(?:que|cual es el|cual es la|cual fue el) "
            r"(?:\w+ ){0,2}(?:precio|coste|costo|tarifa|cuota|presupuesto|importe|descuento)\b|\bde cuanto es\b"
        ),
    ),
    (
        Expected.DATE,
        (
            r"\bwhen\b|\b(?:what|which) (?:\w+ )?(?:date|day|month|week|year|deadline)\b|\bby when\b|\bhow soon\b|"
            r"\buntil when\b|\bcuando\b|\b(?:que|cual) (?:\w+ )?(?:fecha|dia|mes|semana|ano|plazo)\b|"
            r"\ben que (?:fecha|mes|"
            r"meses|ano|dia)\b"
        ),
    ),
    (Expected.PERSON, r"\bwho(?:m|se)?\b|\bquien(?:es)?\b"),
    (
        Expected.DURATION,
        (
            r"\bhow (?:long|often|far (?:ahead|in advance))\b|\bhow many (?:hours|days|weeks|months|years)\b|"
            r"\b(?:cuanto tiempo|cuantas (?:horas|semanas)|cuantos (?:dias|meses|anos|minutos)|"
            r"cada cuant[oa]s?|con cuanta (?:antelacion|frecuencia))\b"
        ),
    ),
    (
        Expected.NUMBER,
        (
            r"\bhow (?:many|much|often|long|far|fast|quickly|big|large|late|early|high|old)\b|"
            r"\bwhat (?:share|percentage|"
            r"proportion|number|score|size|ratio|volume)\b|\bcuant[oa]s?\b|\bque (?:porcentaje|proporcion|numero|nota|"
            r"cantidad|tamano|duracion)\b|\bcada cuanto\b|\bcon cuanta\b|\bhasta cuant[oa]s?\b"
        ),
    ),
)
_COMPILED = tuple((kind, re.compile(pattern)) for kind, pattern in _PATTERNS)
_ASKS_WHAT = re.compile(
    r"\b(?:what|which|how|where|tell|summari[sz]e|list|show|explain|describe)\b|"
    r"\b(?:que|cual|cuales|como|donde|cuentame|resume|lista|muestra|explica|dime|adonde)\b"
)
_ASKS_ANYWHERE = re.compile(
    r"^[\W_]*(?:(?:and|y|but|pero|so|a|in|on|at|by|to|for|from|of|with|de|en|con|por|para|hasta|desde|cada|sobre) )*"
    r"(?:what|which|who|whom|whose|when|where|why|how|what'?s|que|cual|cuales|quien|quienes|cuando|donde|como|cuant[oa]s?)\b"
)
_OPENS_YES_NO = re.compile(
    r"^[\W_]*(?:and |y |pero |so )?(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|shall|may|"
    r"must|any|hay|ha|han|hubo|tiene|tienen|tenemos|es|son|era|fue|fueron|esta|estan|puede|pueden|podemos|se puede|"
    r"existe|sabemos|nos|les|le|dijo|dijeron|acepto|aceptaron|pidio|pidieron|hemos|cuenta|cuentan|admite|incluye|"
    r"ofrecemos|ofrece|cumple|cumplimos|van|va)\b"
)
_ASIDE = """
    say says said saying tell tells told mention mentions mentioned talk talks talked speak spoke spoken write wrote
    written email emails emailed mail call calls called meeting meetings note notes ask asks asked know knows known
    think thinks thought regarding concerning according find found information info exactly currently still yet please
    show give anything something someone anyone everything happen happens happened about get got let like want wants
    dice dicen dijo dijeron dicho cuenta cuentan conto mencion menciona mencionan menciono mencionaron hablo hablaron
    hablado habla escribio escribieron escrito correo correos llamada llamadas reunion reuniones nota notas pregunto
    pidio sabe sabemos saben sabe piensa opina respecto segun exactamente actualmente todavia aun favor algo alguien
    todo paso pasa pasado ocurrio tema asunto dime cuentame quiere quieren gustaria
    there their does hold holds held keep keeps kept give gives gave given go goes going went gone out take takes took
    taken place make makes made put puts use uses used using do did done have has had must need needs needed come
    came set look looking offer offers
    dar da dan dio dieron dado poner pone ponen puso pusieron puesto hacer hace hacen hizo hicieron hecho tener tiene
    tienen tenemos tenia tuvo llevar lleva llevan debe deben debo puede pueden podemos ir va van vamos fue quedar
    queda quedan quedo quedado estar estara dejar deja dejan dejo sigue siguen siendo seguir conviene necesita
    necesitan usar usa usan usamos usarian ofrece ofrecen ofrecemos suele suelen
"""
_LONGEST_SMALL_WORD = 1
_QUESTION_WORDS = """
    what which who whom whose when where why how much many long often far soon date day
    what's whats who's whos when's whens where's wheres how's hows
    que cual cuales quien quienes cuando donde como cuanto cuanta cuantos cuantas por fecha dia
"""
_DULL = frozenset(_ASIDE.split()) | frozenset(_QUESTION_WORDS.split())


@dataclass(frozen=True, slots=True)
class Question:
    """A question read."""

    text: str
    language: Language
    expected: Expected
    words: tuple[Word, ...]
    """All words, in order."""
    telling: tuple[int, ...]
    """Places in `words` of those that an answer must be about."""
    only_names: bool = False
    """Besides names that are understood anyway there is no such word."""


def read_question(text: str, *, language: Language | None = None, besides: frozenset[str] = frozenset()) -> Question:
    """`besides`: folded words that are understood anyway, such as the account's own name."""
    words = tuple(word for word in words_of(text) if word.is_word)
    telling = [
        place for place, word in enumerate(words) if _tells(word) and word.folded.removesuffix("'s") not in besides
    ]
    only_names = not telling and any(_tells(word) for word in words)
    if not telling:
        telling = [place for place, word in enumerate(words) if word.folded not in FUNCTION_WORDS]
    return Question(
        text=text,
        language=language or detect(text),
        expected=expected_kind(text),
        words=words,
        telling=tuple(telling or range(len(words))),
        only_names=only_names,
    )


def identifiers(text: str) -> frozenset[str]:
    """Figures that are a name's own, such as that of a standard: another one is another thing."""
    return frozenset(_IDENTIFIER.findall(text))


_NEXT_PART = re.compile(
    r"(?:[,;?.]\s*(?:and\s+|y\s+|e\s+)?|\s+(?:and|y)\s+)[¿\s]*(?=(?:what|what's|whats|which|who|whom|when|where|why|how|"
    r"qué|cuál|cuáles|quién|quiénes|cuándo|dónde|cómo|por qué|cuánt[oa]s?)\b)",
    re.IGNORECASE,
)
_IDENTIFIER = re.compile(r"\b[A-Z][\w/]*[ -](\d{3,})\b")
_LEAST_PART = 2
"""Telling words. "How and why" is one question."""


def parts_of(text: str) -> tuple[str, ...]:
    """The questions that one message asks, each of which is answered by itself."""
    parts = [part for part in _NEXT_PART.split(text) if part.strip()]
    if len(parts) < _LEAST_PART or any(_telling_words(part) < _LEAST_PART for part in parts):
        return (text,)
    # What is told first, such as who rang about what, belongs to the question after it.
    return tuple(parts) if _asks(parts[0]) else (text,)


def _asks(part: str) -> bool:
    plain = " ".join(flat(part).split())
    return "?" in part or bool(_ASKS_ANYWHERE.search(plain) or _OPENS_YES_NO.match(plain))


def _telling_words(text: str) -> int:
    return sum(_tells(word) for word in words_of(text) if word.is_word)


def _tells(word: Word) -> bool:
    if word.folded in FUNCTION_WORDS or word.folded in _DULL:
        return False
    return len(word.folded) > _LONGEST_SMALL_WORD


def expected_kind(text: str) -> Expected:
    """What kind of thing answers. A question with several question words is asked by the first that fits."""
    plain = " ".join(flat(text).split())
    for kind, pattern in _COMPILED:
        if pattern.search(plain) and not (kind is Expected.DATE and _OPENS_YES_NO.match(plain)):
            return kind
    if _OPENS_YES_NO.match(plain) and not _ASKS_WHAT.match(plain):
        return Expected.YES_NO
    return Expected.OTHER


_DAY_WORD = re.compile(
    r"\b(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|today|tomorrow|yesterday|weekly|next (?:week|month|"
    r"quarter|year)|lunes|martes|miercoles|jueves|viernes|sabado|domingo|hoy|manana|ayer|proxim[oa] (?:semana|mes|"
    r"trimestre|ano)|semana que viene|end of (?:the )?(?:week|month|quarter|year)|first of|thirtieth|twentieth|"
    r"(?:january|february|march|april|may|june|july|august|september|october|november|december|enero|febrero|marzo|"
    r"abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre))\b"
)
_AMOUNT_WORD = re.compile(
    r"[$€£]|\b(?:euros?|dollars?|pounds?|pesos?|usd|eur|gbp|clp|mxn|libras?|dolares|thousand|mil|free of charge|"
    r"at no cost|sin coste|sin cargo|gratis|free)\b"
)
_REASON_WORD = re.compile(
    r"\b(?:because|since|due to|so that|as a result|reason|therefore|in order to|otherwise|porque|ya que|debido|"
    r"para que|por eso|motivo|razon|pues|puesto que|asi que|por culpa)\b"
)
_NUMBER_WORD = re.compile(
    r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty|fifty|sixty|"
    r"seventy|eighty|ninety|hundred|thousand|half|twice|dozen|dos|tres|cuatro|cinco|seis|siete|"
    r"ocho|nueve|diez|once|doce|quince|veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|ciento|"
    r"doscient[oa]s|mil|mitad|doble|tercio|ningun[oa]?|none)\b"
)
_DURATION_WORD = re.compile(
    r"\b(?:seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?|segundos?|minutos?|horas?|dias?|semanas?|"
    r"mes|meses|trimestres?|anos?|h|min|daily|weekly|monthly|quarterly|yearly|annually|diari[oa]s?|semanal(?:es)?|"
    r"mensual(?:es)?|trimestral(?:es)?|anual(?:es)?|always|never|siempre|nunca|permanent\w*|indefinid\w*)\b"
)
_NAME = re.compile(r"(?<![.!?¿¡]\s)(?<!^)\b[^\W\d_a-z](?=[^\W\d_]*[a-z])[^\W\d_]+")
"""Written with a capital within a sentence. Capitals throughout are an abbreviation: a standard, a product's part."""
_TELEPHONE = re.compile(r"\+?\d(?:[\s().-]?\d){6,}")
_NO_NAME = frozenset(
    """
    january february march april may june july august september october november december monday tuesday wednesday
    thursday friday saturday sunday type tipo part level version section answer respuesta question pregunta
    """.split()  # noqa: SIM905
)


@lru_cache(maxsize=4_096)
def _figures(text: str, language: Language) -> tuple[Figure, ...]:
    """Kept: the same sentences are asked about again and again."""
    return extract_figures(text, language=language)


def carries(expected: Expected, text: str, *, language: Language, question: Question, speaker: str | None) -> bool:
    """Whether a text holds a thing of the kind expected."""
    plain = flat(text)
    asked = flat(question.text)
    figures = [item for item in _figures(text, language) if flat(item.text).strip() not in asked]
    match expected:
        case Expected.DATE:
            dated = any(item.kind is FigureKind.DATE for item in figures)
            return dated or any(match[0] not in asked for match in _DAY_WORD.finditer(plain))
        case Expected.MONEY:
            kinds = {item.kind for item in figures}
            counted = FigureKind.NUMBER in kinds and bool(_AMOUNT_WORD.search(plain))
            return bool(kinds & {FigureKind.AMOUNT, FigureKind.PERCENTAGE}) or counted
        case Expected.DURATION:
            return _DURATION_WORD.search(plain) is not None
        case Expected.NUMBER:
            counted = any(item.kind is not FigureKind.DATE for item in figures)
            return counted or any(match[0] not in asked for match in _NUMBER_WORD.finditer(plain))
        case Expected.PERSON | Expected.NAME:
            own = {word.folded for word in question.words}
            named = [match for match in _NAME.findall(text) if flat(match) not in own | _NO_NAME]
            says_it = expected is Expected.PERSON and speaker is not None and flat(speaker).split()[0] not in own
            return bool(named) or says_it
        case Expected.CONTACT:
            return bool(_TELEPHONE.search(text) or "@" in text)
        case Expected.REASON:
            return bool(_REASON_WORD.search(plain))
        case _:
            return True
