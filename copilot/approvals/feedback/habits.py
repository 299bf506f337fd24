"""Habits with a closed list of forms: greetings, sign-offs, forms of address, spelling, punctuation.

Invariant: only the forms listed here are ever recognised or written, so a habit can carry no fact.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from copilot.domain.language import Language
from copilot.domain.style import PreferenceKind

GREETINGS: Mapping[Language, Mapping[str, str]] = {
    Language.ES: {
        "estimado": r"estimad[oa]s?",
        "querido": r"querid[oa]s?",
        "hola": r"hola",
        "buenos días": r"buenos días",
        "buenas tardes": r"buenas tardes",
        "buenas": r"buenas",
    },
    Language.EN: {
        "dear": r"dear",
        "hello": r"hello",
        "hi": r"hi",
        "hey": r"hey",
        "good morning": r"good morning",
        "good afternoon": r"good afternoon",
        "greetings": r"greetings",
    },
}
"""Name of a greeting -> the forms it has, at the start of a text."""
INFLECTED = frozenset({"estimado", "querido"})
"""They agree with a person whom nobody names here, so they are never written."""
SIGN_OFFS: Mapping[Language, frozenset[str]] = {
    Language.ES: frozenset(
        {
            "un saludo", "saludos", "saludos cordiales", "un cordial saludo", "atentamente", "un abrazo",
            "reciba un cordial saludo", "recibe un cordial saludo", "muchas gracias y un saludo", "gracias",
            "cordialmente",
        }
    ),
    Language.EN: frozenset(
        {
            "kind regards", "best regards", "regards", "best", "best wishes", "sincerely", "yours sincerely",
            "yours faithfully", "many thanks", "thanks", "cheers", "warm regards", "all the best", "thank you",
        }
    ),
}  # fmt: skip
FORMAL_TO_FAMILIAR: Mapping[str, str] = {
    "le adjunto": "te adjunto", "le envío": "te envío", "le escribo": "te escribo", "le mando": "te mando",
    "le agradezco": "te agradezco", "le propongo": "te propongo", "le remito": "te remito", "le cuento": "te cuento",
    "le llamo": "te llamo", "le informo": "te informo", "a su disposición": "a tu disposición",
    "su respuesta": "tu respuesta", "si le parece": "si te parece", "si lo prefiere": "si lo prefieres",
    "le viene bien": "te viene bien", "avíseme": "avísame", "dígame": "dime", "cuénteme": "cuéntame",
    "escríbame": "escríbeme", "llámeme": "llámame", "indíqueme": "indícame", "con usted": "contigo",
    "para usted": "para ti",
}  # fmt: skip
"""What is said to one person, formally and familiarly, where no verb has to follow suit."""
_BRITISH_TO_AMERICAN_TEXT = """
    organise:organize organised:organized organising:organizing organisation:organization prioritise:prioritize
    prioritised:prioritized prioritising:prioritizing analyse:analyze analysed:analyzed analysing:analyzing
    utilise:utilize summarise:summarize summarised:summarized recognise:recognize recognised:recognized
    standardise:standardize standardised:standardized optimise:optimize optimised:optimized optimising:optimizing
    customise:customize customised:customized synchronise:synchronize synchronised:synchronized
    synchronisation:synchronization centralise:centralize centralised:centralized emphasise:emphasize
    realise:realize realised:realized apologise:apologize minimise:minimize maximise:maximize finalise:finalize
    finalised:finalized authorise:authorize authorised:authorized authorisation:authorization
    colour:color colours:colors favour:favor favourite:favorite behaviour:behavior labour:labor neighbour:neighbor
    honour:honor centre:center centres:centers theatre:theater metre:meter metres:meters fibre:fiber
    catalogue:catalog dialogue:dialog programme:program programmes:programs travelling:traveling labelled:labeled
    labelling:labeling modelling:modeling cancelled:canceled cancelling:canceling defence:defense enrolment:enrollment
    fulfil:fulfill skilful:skillful grey:gray ageing:aging
"""
BRITISH_TO_AMERICAN: Mapping[str, str] = dict(pair.split(":") for pair in _BRITISH_TO_AMERICAN_TEXT.split())
BRITISH, AMERICAN, FORMAL, FAMILIAR = "british", "american", "usted", "tú"
_WORD_END = r"(?=\s|$)"
PUNCTUATION: Mapping[tuple[str, str], re.Pattern[str]] = {
    ("!", "."): re.compile(rf"(?<=[^\W\d_])!{_WORD_END}"),
    ("...", "."): re.compile(rf"(?<=[^\W\d_])\.\.\.{_WORD_END}"),
    ("…", "."): re.compile(rf"(?<=[^\W\d_])…{_WORD_END}"),
    ("...", "…"): re.compile(r"(?<!\.)\.\.\.(?!\.)"),
    ("-", "–"): re.compile(r"(?<=[^\W\d_] )-(?= [^\W\d_])"),
    ("-", "—"): re.compile(r"(?<=[^\W\d_] )-(?= [^\W\d_])"),
    ("—", "–"): re.compile(r"(?<=[^\W\d_] )—(?= [^\W\d_])"),
    ("–", "—"): re.compile(r"(?<=[^\W\d_] )–(?= [^\W\d_])"),
    (", and", " and"): re.compile(r"(?<=[^\W\d_]), and(?= [^\W\d_])"),
}
"""Marks before and after -> where the change can be made: beside words, never beside a figure."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one edit did, as a preference would say it."""

    kind: PreferenceKind
    before: str
    after: str


def greeting_of(text: str, language: Language) -> tuple[str, int] | None:
    """The greeting that a text starts with, by name, and where it ends."""
    for name, form in sorted(GREETINGS[language].items(), key=lambda item: -len(item[0])):
        match = re.match(rf"{form}\b", text, re.IGNORECASE)
        if match:
            return name, match.end()
    return None


def sign_off_of(text: str, language: Language) -> str | None:
    """The sign-off that a text consists of, without its marks and without case."""
    plain = text.strip().rstrip(".,;!").strip().lower()
    return plain if plain in SIGN_OFFS[language] else None


def changes_of_form(old: str, new: str, language: Language) -> Iterator[Change]:
    """Greetings and sign-offs that an edit changed."""
    greetings = greeting_of(old, language), greeting_of(new, language)
    if greetings[0] and greetings[1] and greetings[0][0] != greetings[1][0]:
        yield Change(PreferenceKind.GREETING, greetings[0][0], greetings[1][0])
    sign_offs = sign_off_of(old, language), sign_off_of(new, language)
    if sign_offs[0] and sign_offs[1] and sign_offs[0] != sign_offs[1]:
        yield Change(PreferenceKind.SIGN_OFF, sign_offs[0], sign_offs[1])
    if language is Language.ES:
        yield from _address(old.lower(), new.lower())
    yield from _marks(old, new, language)


def _address(old: str, new: str) -> Iterator[Change]:
    for formal, familiar in FORMAL_TO_FAMILIAR.items():
        if _has(old, formal) and _has(new, familiar) and not _has(new, formal):
            yield Change(PreferenceKind.ADDRESS, FORMAL, FAMILIAR)
            return
        if _has(old, familiar) and _has(new, formal) and not _has(new, familiar):
            yield Change(PreferenceKind.ADDRESS, FAMILIAR, FORMAL)
            return


def _marks(old: str, new: str, language: Language) -> Iterator[Change]:
    for (before, after), pattern in PUNCTUATION.items():
        if before == ", and" and language is not Language.EN:
            continue
        if pattern.search(old) and pattern.sub(after, old) == new:
            yield Change(PreferenceKind.PUNCTUATION, before, after)


def spelling_change(before: str, after: str) -> Change | None:
    """Whether two words are one word in British and American spelling."""
    if BRITISH_TO_AMERICAN.get(before) == after:
        return Change(PreferenceKind.SPELLING, BRITISH, AMERICAN)
    if BRITISH_TO_AMERICAN.get(after) == before:
        return Change(PreferenceKind.SPELLING, AMERICAN, BRITISH)
    return None


def _has(text: str, phrase: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text) is not None
