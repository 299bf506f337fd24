"""The two working languages and how the product recognises them.

Invariant: `detect` always answers, and the same text with the same prior always gets the same answer.
"""

import re
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any


class Language(StrEnum):
    """ISO 639-1 codes of the languages the product writes in."""

    ES = "es"
    EN = "en"


_VOTING_WORDS = 2_000
"""Words looked at: a document's language shows in its first pages, and a vote stays cheap."""
_CLASSIFIER_CHARACTERS = 2_000
_WORD = re.compile(r"[^\W\d_]+")
_ONLY_SPANISH = re.compile(r"[¿¡ñÑ]")
_DECISIVE_RATIO = 2
_DECISIVE_MARGIN = 2

# Words of one language that are not words of the other ("no", "me", "sin", "he", "come" are left out).
_SPANISH = """
    el la los las un una unos unas lo al del de y que en con por para como más pero su sus se si sí es son está
    están este esta estos estas ese esa eso esto aquí ya muy también porque cuando donde dónde qué cuál cuándo cómo
    quién hay ser fue fueron era eran ha han hemos había sido estar tiene tienen tenemos tengo puede pueden podemos
    puedo nos les le mi mis nuestro nuestra nuestros nuestras usted ustedes tú vosotros yo ella ellos nosotros entre
    sobre desde hasta según durante tras ante cada todo toda todos todas otro otra otros otras mismo misma nada algo
    alguien ninguno ni aunque mientras después antes ahora hoy mañana ayer siempre nunca gracias hola buenos buenas
    saludos vale necesito quiero queremos hacer hace favor solo sólo así bien sería cuánto cuántos cuánta
    """
_SPANISH_WORDS = frozenset(_SPANISH.split())
_ENGLISH = """
    the an and of to in on at by for with from as is are was were be been being have had having do does did
    will would can could should may might must shall not but or if then than that this these those there here it
    its we you they she him her his our your their them us my mine what which who whom whose when where why how
    all any both each few more most other some such only own same too very just about above after again against
    before below between during into out over through under until up down off while because i am yes please thanks
    thank hello hi need want let us get got make made also however per within without
    """
_ENGLISH_WORDS = frozenset(_ENGLISH.split())


def detect(text: str, *, prior: Language | None = None) -> Language:
    """Return the language of `text`.

    A vote of function words decides where it is clear; `prior` (the document's or the conversation's language)
    decides where words of both languages or of neither appear; without a prior a statistical classifier does.
    Text without a single letter has the prior's language, else English.
    """
    spanish, english = _votes(text)
    winner = Language.ES if spanish > english else Language.EN
    high, low = max(spanish, english), min(spanish, english)
    if high >= _DECISIVE_RATIO * low and high - low >= _DECISIVE_MARGIN:
        return winner
    if prior is not None:
        return prior
    if _WORD.search(text) is None:
        return Language.EN
    return winner if high > low and low == 0 else _classified(text)


def _votes(text: str) -> tuple[int, int]:
    spanish = english = 0
    for match in islice(_WORD.finditer(text), _VOTING_WORDS):
        word = match.group().lower()
        if word in _SPANISH_WORDS:
            spanish += 1
        elif word in _ENGLISH_WORDS:
            english += 1
    if _ONLY_SPANISH.search(text, 0, _CLASSIFIER_CHARACTERS):
        spanish += 1
    return spanish, english


def _classified(text: str) -> Language:
    label, _ = _classifier().classify(text[:_CLASSIFIER_CHARACTERS])
    return Language(label)


@cache
def _classifier() -> Any:
    """The statistical model, loaded on the first text that needs it (half a second, once per process)."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages([language.value for language in Language])
    return identifier
