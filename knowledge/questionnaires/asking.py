"""What a text asks for by its words alone, in Spanish and English.

Invariant: no function here looks at where the text stands; the same text gets the same answer in every format.
"""

import re
import tomllib
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from copilot.domain.folding import flat
from copilot.domain.language import Language, detect
from copilot.domain.period_words import FoundPeriod, read_periods
from copilot.domain.questionnaires import AnswerForm, Limit
from knowledge.parsers.dates import stated_date

_LONGEST = 4_000
_TEXTS_FOR_LANGUAGE = 400
_SHORT_WORDS = 3
_LEADING = re.compile(
    r"^[\s\"'«“*•·–—>\-¿¡(\[]*"
    r"(?:(?:[a-z]{0,5}[-. ]?\d+(?:[.\-]\d+)*|[a-z]|[ivx]{1,5})(?:[.):\-–—]+|\s[-–—|])\s+"
    r"|[a-z]{0,5}[-.]?\d+(?:[.\-]\d+)+\s+)?"
    r"[\s¿¡\"'«“]*"
)
_SENTENCE = re.compile(r"(?<=[.?!:;])\s+|\n+")
_URL = re.compile(r"https?://\S+|www\.\S+")
_ASKS_WITH_MARK = re.compile(r"\?(?=$|[\s)\]\"'»”*.,;:]|[A-Z¿])")
_ABOUT_QUESTIONS = re.compile(r"\b(?:questions?|queries|doubts|dudas|consultas|preguntas)\?")
_BRACKETED = re.compile(r"[(\[]\s*([^()\[\]]{1,30}?)\s*[)\]]")
_AUXILIARY = re.compile(
    r"(?:do|does|did|is|are|was|were|has|have|had|can|could|will|would|must|may|might|shall|should)(?:n'?t)?\b"
)
_MUST = re.compile(r"^[(\[]M[)\]]\s|\s[(\[]M[)\]][.:]?$")
"""`(M)` before or behind a question: mandatory. `(O)` is optional in some files and obligatorio in others."""
_FOR_WORDS = ("interrogative", "imperative", "named", "polite")
_NOT_LETTERS = re.compile(r"[^a-z0-9*]+")


@lru_cache(maxsize=4096)
def is_question(text: str, *, language: Language) -> bool:
    """Whether the words ask or demand: a question mark, a question word, an imperative, a requirement."""
    written = _shortened(text)
    plain = flat(written)
    if not any(character.isalpha() for character in plain):
        return False
    if "¿" in written or _ASKS_WITH_MARK.search(written):
        return True
    return any(_sentence_asks(written, plain, code) for code in _languages(language))


@lru_cache(maxsize=4096)
def is_instruction(text: str, *, language: Language) -> bool:
    """Whether the words tell how the questionnaire is to be filled in, sent or read."""
    plain = flat(_shortened(text))
    start = _stripped(plain)
    if _asks_about_a_matter(plain):
        return False
    return any(pattern.search(start) for code in _languages(language) for pattern in _patterns("instruction", code))


def is_example(text: str, *, language: Language) -> bool:
    """Whether the text says of itself that it is an example."""
    plain = _stripped(flat(_shortened(text)))
    return any(_pattern("example", code).search(plain) for code in _languages(language))


def is_requirement(text: str, *, language: Language) -> bool:
    """Whether the text states what is demanded: `The vendor must...`, `El proveedor deberá...`."""
    plain = flat(_shortened(text))
    return any(pattern.search(plain) for code in _languages(language) for pattern in _patterns("requirement", code))


def form_of(text: str, *, choices: Sequence[str]) -> AnswerForm:
    """What an answer to `text` has to look like, given the values that the file allows (none: free text)."""
    plain = flat(_shortened(text))
    if choices:
        if allows_several(text):
            return AnswerForm.CHOICES
        return AnswerForm.YES_NO if are_yes_and_no(choices) else AnswerForm.CHOICE
    start = _stripped(plain)
    if _pattern("forms", "file").search(start):
        return AnswerForm.FILE
    if _pattern("forms", "date").search(start):
        return AnswerForm.DATE
    if _pattern("forms", "number").search(plain[:160]) and not _asks_yes_or_no(text):
        return AnswerForm.TEXT if _pattern("forms", "further").search(start) else AnswerForm.NUMBER
    return AnswerForm.YES_NO if _asks_yes_or_no(text) else AnswerForm.TEXT


@cache
def named_forms() -> tuple[tuple[AnswerForm, re.Pattern[str]], ...]:
    """What a cell may say of the form of an answer, as patterns of flat text."""
    return tuple((AnswerForm(name), re.compile(pattern)) for name, pattern in _data()["named_forms"].items())


def allows_several(text: str) -> bool:
    """Whether the words say that more than one value may be chosen."""
    return _pattern("forms", "several").search(flat(_shortened(text))) is not None


def are_yes_and_no(choices: Iterable[str]) -> bool:
    """Whether all values stand for yes, no, partly or not applicable, and yes and no are among them."""
    kinds = {value_kind(choice) for choice in choices if choice.strip()}
    return {"yes", "no"} <= kinds and "" not in kinds


def value_kind(text: str) -> str:
    """`yes`, `no`, `partly`, `not_applicable`, or empty for any other text."""
    return _value_kinds().get(_plain_words(text), "")


def limit_in(text: str) -> Limit:
    """The longest answer that the text allows: `max. 200 words`, `no más de 500 caracteres`."""
    plain = flat(_shortened(text))
    return Limit(words=_count(plain, "words"), characters=_count(plain, "characters"))


def deadline_in(text: str, *, today: date) -> tuple[date, str] | None:
    """The day by which the questionnaire is wanted, with the sentence that says so.

    Where figures fit two days (`03/04/2027`) Spanish reads the day first; English takes the earlier day, which is
    never too late.
    """
    for sentence in _SENTENCE_END.split(_shortened(text)):
        plain = flat(sentence)
        for language in Language:
            match = _pattern("deadline", language.value).search(plain)
            day = _day_after(sentence, match.start(), today=today, language=language) if match else None
            if day is not None:
                return day, " ".join(sentence.split())
    return None


def is_mandatory(text: str, *, among: Iterable[str] = ()) -> bool | None:
    """Whether an answer is compulsory: by a cell's one or two words, or by a mark in a question's text.

    `among`: all cells of the column; `O` beside `D` is obligatorio, not optional.
    """
    words = _plain_words(text)
    if words == "o" and "d" in (others := set(map(_plain_words, among))) and "m" not in others:
        return True
    if not words and text.strip() != "*":
        return None
    if len(words.split()) <= _SHORT_WORDS and "?" not in text:
        found = _mandatory_word(words or "*")
        if found is not None:
            return found
    for bracketed in _BRACKETED.findall(text):
        found = _mandatory_word(_plain_words(bracketed))
        if found is not None and len(_plain_words(bracketed)) > 1:
            return found
    opening = _mandatory_word(_plain_words(text.partition(":")[0])) if ":" in text else None
    if _MUST.search(text.strip()) or (opening and len(text.partition(":")[0]) > 1):
        return True
    return True if len(text.strip()) > 1 and text.strip().endswith("*") else None


def language_of(texts: Sequence[str]) -> Language:
    """The language of most of the words."""
    return detect(" \n".join(texts[:_TEXTS_FOR_LANGUAGE]))


_SENTENCE_END = re.compile(r"(?<=[.?!;])\s+(?=[A-ZÁÉÍÓÚÑ¿¡])|\n+")


def _shortened(text: str) -> str:
    return _URL.sub(" ", text.strip()[:_LONGEST])


def _languages(language: Language) -> tuple[str, ...]:
    """The named language first; files mix both, so the other one is tried as well."""
    return (language.value, *(other.value for other in Language if other is not language))


def _stripped(plain: str) -> str:
    """Without the number, bullet or opening mark at the start."""
    return _LEADING.sub("", plain, count=1)


def _sentence_asks(written: str, plain: str, code: str) -> bool:
    if any(pattern.search(plain) for pattern in _patterns("requirement", code)):
        return True
    position = 0
    for sentence in _SENTENCE.split(plain):
        start = plain.find(sentence, position)
        position = start + len(sentence)
        if _starts_asking(written[start:position].lower(), sentence, code):
            return True
    return False


def _starts_asking(written: str, plain: str, code: str) -> bool:
    start = _stripped(plain)
    for candidate in (start, _question_pattern(code, "condition").sub("", start, count=1)):
        if any(_question_pattern(code, kind).match(candidate) for kind in ("interrogative", "auxiliary", "imperative")):
            return True
    return code == Language.ES.value and _question_pattern(code, "accented").match(_stripped(written)) is not None


def _asks_about_a_matter(plain: str) -> bool:
    """A real question, not `Any questions? Write to...`."""
    return plain.rstrip("* )\"'").endswith("?") and not _ABOUT_QUESTIONS.search(plain)


def _asks_yes_or_no(text: str) -> bool:
    """The first sentence that asks decides: `What are your hours? Is there cover at weekends?` wants more than yes."""
    for sentence in _SENTENCE.split(_shortened(text)):
        said = _spanish_yes_or_no(sentence) if "¿" in sentence else _plain_yes_or_no(sentence)
        if said is not None:
            return said
    return False


def _spanish_yes_or_no(sentence: str) -> bool:
    """Within the marks: `¿Y durante cuánto tiempo ...?` asks for words, `¿Dispone de ...?` for yes or no."""
    written = sentence.lower().rsplit("¿", 1)[1].strip()
    plain = flat(written)
    lead = _question_pattern("es", "lead").match(plain)
    condition = _question_pattern("es", "condition").match(plain)
    for cut in {0, lead.end() if lead else 0, condition.end() if condition else 0}:
        if any(_question_pattern("es", kind).match(plain[cut:]) for kind in _FOR_WORDS):
            return False
        if _question_pattern("es", "accented").match(written[cut:]):
            return False
    return True


def _plain_yes_or_no(sentence: str) -> bool | None:
    """None: the sentence asks nothing, or does not say by its first words what it asks for."""
    start = _stripped(flat(sentence))
    start = _question_pattern("en", "condition").sub("", start, count=1) if "?" in sentence else start
    if _question_pattern("en", "polite").match(start):
        return False
    if _question_pattern("en", "auxiliary").match(start) or _question_pattern("es", "auxiliary").match(start):
        return True
    if not start.endswith("?"):
        return None
    return _AUXILIARY.match(start) is not None


def _count(plain: str, unit: str) -> int | None:
    for pattern in _limit_patterns(unit):
        for match in pattern.finditer(plain):
            sentence = plain[max(0, plain.rfind(". ", 0, match.start())) : match.end()]
            if unit == "words" or not _pattern("limits", "other_subject").search(sentence):
                count = int(re.sub(r"\D", "", match.group("count")))
                return count or None
    return None


@cache
def _limit_patterns(unit: str) -> tuple[re.Pattern[str], ...]:
    data = _data()["limits"]
    number, before, after, name = data["number"], data["before"], data["after"], data[unit]
    return (
        re.compile(rf"\b{before}(?:the )?{number}[ -]*{name}\b"),
        re.compile(rf"\b{number}[ -]*{name}[ ,:(]*{after}"),
        re.compile(rf"[(\[]\s*{number}\s*{name}\s*[)\]]"),
        re.compile(rf"\b{name}[ ,:(]*{after}[ ):=.]*{number}"),
    )


def _day_after(sentence: str, start: int, *, today: date, language: Language) -> date | None:
    rest = sentence[start:]
    stated = stated_date(rest)
    if stated is not None:
        return stated.date()
    # Without its preposition a day is read as itself: `antes del 31` names the 31st.
    bare = _pattern("deadline", "cue").sub(lambda match: " " * len(match.group()), flat(rest))
    found = read_periods(bare, today=today, ahead=True, language=language)
    days = [item for item in found if item.period.start is not None and item.period.start == item.period.end]
    explicit = [item for item in days if any(character.isdigit() for character in item.period.words)]
    return _one_day(explicit[0], language=language) if explicit else None


def _one_day(found: FoundPeriod, *, language: Language) -> date | None:
    days = [period.start for period in (found.period, found.other) if period is not None and period.start is not None]
    return days[0] if language is Language.ES else min(days)


def _mandatory_word(words: str) -> bool | None:
    data = _data()["mandatory"]
    if words in data["yes"]:
        return True
    return False if words in data["no"] else None


def _plain_words(text: str) -> str:
    return _NOT_LETTERS.sub(" ", flat(text)).strip()


@cache
def _value_kinds() -> dict[str, str]:
    return {_plain_words(value): kind for kind, values in _data()["values"].items() for value in values}


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads(resources.files(__package__).joinpath("asking.toml").read_text(encoding="utf-8"))


@cache
def _pattern(table: str, key: str) -> re.Pattern[str]:
    return re.compile(_data()[table][key])


@cache
def _patterns(table: str, key: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern) for pattern in _data()[table][key])


@cache
def _question_pattern(code: str, kind: str) -> re.Pattern[str]:
    return re.compile(_data()["question"][code][kind])
