"""Instructions aimed at an assistant inside texts that outsiders wrote.

Invariant: a paragraph with such an instruction is taken out of everything else that is read; it is reported, never
followed, and never quoted as a fact.
"""

import re
from collections.abc import Sequence

from copilot.domain.evidence import Origin
from copilot.domain.folding import flat
from copilot.workflows.reading.types import Sentence, Side

_MACHINE = (
    r"(?:\b(?:ai|a\.i\.|llm|gpt|chatbot|copilot|language\s+model|virtual\s+assistant|digital\s+assistant|automated\s+(?:assistant|system|reader|summar\w+)"
    r"|summari[sz](?:er|ation\s+tool)|asistente\s+(?:virtual|automatic\w+|de\s+ia|digital)|inteligencia\s+artificial|modelo\s+de\s+lenguaje|copiloto|la\s+ia\b|una\s+ia\b)\b"
    r"|\b(?:the|your|any|an|el|la|un|su|tu)\s+(?:assistant|asistente)\b|\b(?:assistant|asistente)\s*[:,])"
)
_ORDER = (
    r"\b(?:ignore|disregard|forget|override|omit|do\s+not\s+(?:mention|include|report|flag)|don't\s+(?:mention|include|report|flag)|must|should|shall|please|mark|set|state|report|approve|send|forward|reply|include|"
    r"ignora|ignore|ignoren|olvida|omite|omita|no\s+mencion\w+|no\s+incluy\w+|marca|marque|indica|indique|aprueba|apruebe|envia|envie|reenvia|reenvie|responde|responda|debe|debes|deberas|incluye|incluya|anade|resume|resuma|confirma|confirme|clasifi\w+|trata|trate)\b"
)
_DIRECT = re.compile(
    r"""(?:
      \b(?:ignore|disregard|forget)\s+(?:all\s+|any\s+)?(?:of\s+)?(?:the\s+|your\s+)?(?:previous|prior|above|earlier)\s+(?:instructions|prompts?|rules|context)
    | \b(?:ignora|ignore|olvida|olvide|descarta)\s+(?:todas\s+)?(?:las\s+|tus\s+|sus\s+)?(?:instrucciones|indicaciones|reglas|ordenes)
    | \binstrucciones\s+(?:anteriores|previas)\b | \bsystem\s+prompt\b | \bprompt\s+del\s+sistema\b | \bnew\s+instructions\s*: | \bnuevas\s+instrucciones\s*:
    | \b(?:note|message|instructions?)\s+(?:to|for)\s+(?:the\s+|any\s+|all\s+)?(?:ai|assistant|llm|automated)\b | \b(?:nota|mensaje|instruccion(?:es)?)\s+para\s+(?:el\s+|la\s+|cualquier\s+)?(?:asistente|ia\b|sistema\s+automat)
    | \bif\s+you\s+are\s+an?\s+(?:ai|llm|assistant|automated|language\s+model) | \bsi\s+eres\s+(?:un|una)\s+(?:asistente|ia|modelo|inteligencia|sistema)
    | \byou\s+are\s+now\s+(?:an?|in)\b | \bahora\s+eres\s+un
    )""",
    re.X,
)
_MACHINE_ORDER = re.compile(rf"{_MACHINE}.{{0,160}}{_ORDER}|{_ORDER}.{{0,60}}{_MACHINE}")


def is_instruction(sentence: Sentence) -> bool:
    """Whether somebody outside tells an assistant what to do."""
    if sentence.origin is Origin.INTERNAL and sentence.side is not Side.CUSTOMER:
        return False
    plain = flat(sentence.text)
    return bool(_DIRECT.search(plain) or _MACHINE_ORDER.search(plain))


def split_off(sentences: Sequence[Sentence], texts: dict[str, str]) -> tuple[list[Sentence], list[Sentence]]:
    """Sentences to read, and those that instruct (the first of each paragraph stands for it)."""
    tainted: dict[tuple[str, int], Sentence] = {}
    for sentence in sentences:
        if is_instruction(sentence):
            tainted.setdefault(_paragraph(sentence, texts), sentence)
    clean = [item for item in sentences if _paragraph(item, texts) not in tainted]
    return clean, list(tainted.values())


def _paragraph(sentence: Sentence, texts: dict[str, str]) -> tuple[str, int]:
    text = texts.get(sentence.document_id, "")
    return sentence.document_id, text.rfind("\n\n", 0, sentence.start)
