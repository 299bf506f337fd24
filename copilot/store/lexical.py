"""How text becomes lexemes for the lexical index, the same way for passages and for queries.

Invariant: a passage and a query that contain the same word in the same language share a lexeme, whatever their
accents, case or inflection. Lexemes carry their language (`es/factur`, `en/invoic`): a word is matched inside
its language only. Identifiers (`AES-256`, `P1`, `ISO`, `27001`) are kept whole and match in every language.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

from copilot.domain.folding import fold

MAX_POSITION = 16_383
"""PostgreSQL keeps no larger position in a tsvector."""
_MAX_POSITIONS_OF_ONE_LEXEME = 255
_MAX_LEXEME_BYTES = 512
_LONGEST_ACRONYM = 5
_LONGEST_EXACT_QUERY = 6
"""Words."""
_TOKEN = re.compile(r"[^\W_]+(?:[-./+][^\W_]+)*")
_PART = re.compile(r"[^\W_]+")
_QUOTED = re.compile(r'["“”«»]')
_STEMMERS = {"es": "spanish", "en": "english"}

_SPANISH_STOP_WORDS = """
a al algo alguna alguno algunas algunos ante antes aquel aquella asi aun aunque cada como con contra cual
cuales cuando cuanta cuantas cuanto cuantos de debe deben del desde donde dos durante e el ella ellas ello
ellos en entre era eran es esa esas ese eso esos esta estan estas este esto estos fue fueron ha haber habia
han hasta hay la las le les lo los mas me mi mientras muy ni no nos nuestra nuestro o os otra otras otro
otros para pero por porque pues que quien quienes se sea segun ser si sido sin sobre solo son su sus tal
tambien tan tanto te tener tiene tienen toda todas todo todos tu un una unas uno unos y ya yo
"""
_ENGLISH_STOP_WORDS = """
a about after all also an and any are as at be because been before being between both but by can could did
do does doing during each for from had has have having he her here hers him his how i if in into is it its
itself just may me might more most must my no nor not of on once only or other our ours out over own s same
shall she should so some such t than that the their theirs them then there these they this those through to
too under until up upon very was we were what when where which while who whom whose why will with would you
your yours
"""
_STOP_WORDS = {"es": frozenset(_SPANISH_STOP_WORDS.split()), "en": frozenset(_ENGLISH_STOP_WORDS.split())}


def is_identifier(token: str) -> bool:
    """Whether a token names one thing exactly: it holds a digit, or is a short word in capitals."""
    if any(character.isdigit() for character in token):
        return True
    return token.isupper() and 1 < len(token) <= _LONGEST_ACRONYM


def has_identifier_or_quotes(query: str) -> bool:
    """Whether the asker means exact words: then lexical evidence weighs more.

    A long question that happens to hold a number or an acronym is still prose.
    """
    if _QUOTED.search(query):
        return True
    if len(_TOKEN.findall(query)) > _LONGEST_EXACT_QUERY:
        return False
    letters = [character for character in query if character.isalpha()]
    shouting = bool(letters) and all(character.isupper() for character in letters) and " " in query
    return not shouting and any(is_identifier(match.group()) for match in _TOKEN.finditer(query))


def passage_lexemes(text: str, language: str) -> Iterator[str]:
    """Lexemes of a passage in reading order, with repetitions."""
    for match in _TOKEN.finditer(text):
        token = match.group()
        parts = _PART.findall(token)
        if len(parts) > 1 and is_identifier(token):
            yield _identifier(token)
        for part in parts:
            if is_identifier(part):
                yield _identifier(part)
            elif (word := fold(part)) not in _STOP_WORDS.get(language, frozenset()):
                yield _stemmed(word, language)


def query_lexemes(query: str, language: str) -> list[str]:
    """Distinct lexemes that a query looks for. A plain word is also looked for as an acronym (`sso`)."""
    stop_words = _STOP_WORDS.get(language, frozenset())
    found: dict[str, None] = {}
    for match in _TOKEN.finditer(query):
        token = match.group()
        parts = _PART.findall(token)
        if len(parts) > 1 and is_identifier(token):
            found[_identifier(token)] = None
        for part in parts:
            word = fold(part)
            if is_identifier(part) or (1 < len(word) <= _LONGEST_ACRONYM and word not in stop_words):
                found[_identifier(part)] = None
            if not any(character.isdigit() for character in part) and word not in stop_words:
                found[_stemmed(word, language)] = None
    return list(found)


def tsvector_literal(text: str, language: str) -> tuple[str, int]:
    """Input form of PostgreSQL's tsvector for a passage, and its number of words."""
    positions: dict[str, list[int]] = {}
    count = 0
    for lexeme in passage_lexemes(text, language):
        count += 1
        places = positions.setdefault(lexeme, [])
        if len(places) < _MAX_POSITIONS_OF_ONE_LEXEME and count <= MAX_POSITION:
            places.append(count)
    literal = " ".join(
        f"{quoted(lexeme)}:{','.join(map(str, places))}" if places else quoted(lexeme)
        for lexeme, places in positions.items()
    )
    return literal, count


def quoted(lexeme: str) -> str:
    """A lexeme as tsvector and tsquery input write it."""
    escaped = lexeme.replace("\\", "\\\\").replace("'", "''")
    return f"'{escaped}'"


def _identifier(token: str) -> str:
    return _capped(f"=/{fold(token)}")


def _stemmed(word: str, language: str) -> str:
    return _capped(f"{language}/{_stem(word, language)}")


def _capped(lexeme: str) -> str:
    return lexeme.encode()[:_MAX_LEXEME_BYTES].decode("utf-8", "ignore")


@cache
def _stemmer(language: str) -> Any:
    import snowballstemmer

    return snowballstemmer.stemmer(_STEMMERS[language])


@lru_cache(maxsize=200_000)
def _stem(word: str, language: str) -> str:
    """Snowball stem of a folded word, folded. Cached: a language has few words, a corpus many.

    The Spanish stemmer knows `-ción` and `-sión` by their accent, which folding took away.
    """
    if language not in _STEMMERS:
        return word
    if language == "es" and word.endswith(("cion", "sion")):
        word = f"{word[:-2]}ón"
    return fold(_stemmer(language).stemWord(word))
