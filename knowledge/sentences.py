"""Where sentences end, in Spanish and English, and how a long stretch is cut there.

Invariant: the spans returned lie in order inside the stretch, are at most `limit` characters long and begin and end
with visible characters; only white space lies between them.
"""

import re
from collections.abc import Iterator
from itertools import pairwise

_END = re.compile(
    r"[.!?…]+[\"'»”’)\]*_]*\s+(?=[\"'«“‘¿¡(\[*_#-]*[A-ZÁÉÍÓÚÜÑ0-9¿¡])"  # a sentence, then the start of the next
    r"|\n[ \t]*(?=(?:[-*•–—+]|\d{1,3}[.)]|[a-z][.)])[ \t])"  # a list item
    r"|\n\s*\n"
)
_SHORT_FORMS = """
    sr sra srta sres dr dra d dª dña ud uds vd vds lic ing arq prof gral avda av c pza ctra núm num nº no art arts pág
    págs pag cap apdo tel tfno ext etc ej p pp vs aprox máx mín ee uu s a l mr mrs ms st jr inc ltd co corp e.g i.e
    eg ie cf al fig vol ref dept approx est min max jan feb mar apr jun jul aug sept oct nov dec ene abr ago dic
    """
_ABBREVIATIONS = frozenset(_SHORT_FORMS.split())
_LAST_WORD = re.compile(r"([^\W_](?:[\w.]*\w)?)\.[\"'»”’)\]*_]*\s*$")


def spans(text: str, *, start: int, end: int, limit: int) -> list[tuple[int, int]]:
    """Cut `text[start:end]` into spans of at most `limit` characters, at sentence ends wherever one fits.

    A sentence longer than `limit` is cut at a line end, else after a semicolon or comma, else at a space, else
    anywhere.
    The spans are kept of similar length, so that no short remainder is left at the end.
    """
    if end - start <= limit:
        return [(start, end)]
    parts = -(-(end - start) // limit)
    goal = -(-(end - start) // parts)
    found: list[tuple[int, int]] = []
    open_start: int | None = None
    open_end = start
    for piece_start, piece_end in _pieces(text, start=start, end=end, limit=limit):
        if open_start is not None and (
            piece_end - open_start > limit or open_end - open_start + (piece_end - piece_start) / 2 >= goal
        ):
            found.append((open_start, open_end))
            open_start = None
        open_start = piece_start if open_start is None else open_start
        open_end = piece_end
    if open_start is not None:
        found.append((open_start, open_end))
    return found


def sentence_bounds(text: str, *, start: int, end: int) -> list[int]:
    """Positions at which a sentence begins, from `start`, and `end`."""
    bounds = [start]
    for match in _END.finditer(text, start, end):
        if match.end() < end and not _is_abbreviation(text, bounds[-1], match):
            bounds.append(match.end())
    return [*bounds, end]


def _is_abbreviation(text: str, sentence_start: int, match: re.Match[str]) -> bool:
    """`Sr. Ruiz`, `Acme S.A. firma` and initials do not end a sentence."""
    if not match.group().startswith(".") or "\n\n" in match.group():
        return False
    word = _LAST_WORD.search(text[max(sentence_start, match.start() - 20) : match.end()])
    if word is None:
        return False
    last = word.group(1)
    is_initial = len(last) == 1 and last.isupper()
    return is_initial or last.lower() in _ABBREVIATIONS or (last[0].lower() in "ei" and "." in last)


def _pieces(text: str, *, start: int, end: int, limit: int) -> Iterator[tuple[int, int]]:
    """Trimmed sentences, those beyond the limit cut up."""
    for sentence_start, sentence_end in pairwise(sentence_bounds(text, start=start, end=end)):
        left, right = _trimmed(text, sentence_start, sentence_end)
        while right - left > limit:
            cut = _break_before(text, left, left + limit)
            yield _trimmed(text, left, cut)
            left, right = _trimmed(text, cut, right)
        if right > left:
            yield left, right


def _break_before(text: str, left: int, most: int) -> int:
    """The best place to cut in the second half of `text[left:most]`; never between a letter and its accent."""
    middle = (left + most) // 2
    for mark in ("\n", "; ", ", ", " "):
        position = text.rfind(mark, middle, most)
        if position > left:
            return position + len(mark)
    return most


def _trimmed(text: str, left: int, right: int) -> tuple[int, int]:
    while left < right and text[left].isspace():
        left += 1
    while right > left and text[right - 1].isspace():
        right -= 1
    return left, right
