"""Tells what the sender of an email wrote from what they quoted and how they signed.

Invariant: the segments in order are the whole text. When in doubt a line is the sender's own words: indexing a
signature is a nuisance, losing a sentence is an error.
"""

import re
import unicodedata
from dataclasses import dataclass

from copilot.domain.documents import BlockKind

_WROTE = r"(?:wrote|escribió|escribio|ha escrito|va escriure)"
_ATTRIBUTIONS = (
    re.compile(rf"(?:On|El)\b(?=.*[\d@]).{{5,300}}\b{_WROTE}:$"),
    re.compile(rf".{{1,200}}<[^<>@\s]+@[^<>\s]+>\s*\)?\s*{_WROTE}\b.{{0,80}}:$"),
    re.compile(r"\d{4}-\d{2}-\d{2}\s+\d{1,2}:\d{2}.{0,80}<[^<>@\s]+@[^<>\s]+>:$"),
)
_ATTRIBUTION_START = re.compile(rf"(?:On|El)\s.*\d|\d{{4}}-\d{{2}}-\d{{2}}\s|.*@.*|.*\b{_WROTE}\b")
_ATTRIBUTION_LINES = 4
_SEPARATOR = re.compile(r"[-_*=\s]{2,}(?:original message|mensaje original|missatge original)[-_*=\s]{2,}$", re.I)
_FORWARD = re.compile(
    r"(?:[-_*=\s]{2,}(?:forwarded message|mensaje reenviado)[-_*=\s]{2,}|begin forwarded message:|"
    r"inicio del mensaje reenviado:)$",
    re.I,
)
_SENDER_LABEL = re.compile(r"\**(?:from|de|desde):\**\s*\S", re.I)
_OTHER_LABEL = re.compile(r"\**(?:sent|enviado(?: el)?|date|fecha|to|para|subject|asunto|cc):", re.I)
_LABEL_LINES = 7
_RULE = re.compile(r"[_\-=*]{5,}$")

_CLOSING = re.compile(
    r"(?:(?:muchas |mil )?gracias(?: de antemano| de nuevo| por todo| y (?:un )?saludos?)?|"
    r"(?:un |muchos |cordiales |atentos )?saludos?(?: cordial(?:es)?| afectuosos?| a tod[oa]s| desde \w+)?|"
    r"(?:recib[ae]n?|recibid|te mando|os mando) un (?:cordial )?(?:saludo|abrazo)|"
    r"un (?:fuerte |cordial |afectuoso )?(?:abrazo|saludo)|abrazos?|atentamente|muy atentamente|atte\.?|cordialmente|"
    r"hasta (?:pronto|luego)|"
    r"(?:with |many |kind |kindest |best |warm |warmest )*(?:regards|wishes|thanks)|best|cheers|rgds|"
    r"thanks(?: again| so much| very much| a lot| in advance| and regards)?|"
    r"thank you(?: very much| again| in advance)?|"
    r"(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|all the best|take care|(?:speak|talk) soon)\s*[,.!]*$",
    re.I,
)
_MOBILE = re.compile(
    r"(?:sent from my |enviado desde mi |get outlook for |obtener outlook para |obtén outlook para )", re.I
)
_DISCLAIMER = re.compile(
    r"(?:este (?:mensaje|correo)\b.{0,80}(?:confidencial|dirig|destinatari)|aviso (?:legal|de confidencialidad)|"
    r"this (?:e-?mail|message)\b.{0,80}(?:confidential|intended)|confidentiality notice|"
    r"la información contenida en este (?:mensaje|correo))",
    re.I,
)
_POSTSCRIPT = re.compile(r"p\.?\s?[sd]\.?\s?(?:[:\-–—]|\s(?=\S))", re.I)
_CONTACT = re.compile(r"@|www\.|https?:|\+?\d[\d ().-]{6,}|\b(?:S\.?A\.?|S\.?L\.?|Ltd|Inc|LLC|GmbH|C\.?V)\.?$")
_SIGNATURE_LINES = 14
_SIGNATURE_WORDS = 12
_NAME_LINES = 8


@dataclass(frozen=True, slots=True)
class Segment:
    """A run of whole lines of one kind: BODY, QUOTED or SIGNATURE."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class SplitMessage:
    """The parts of a message, and whether a forwarded one is among the quoted."""

    segments: tuple[Segment, ...]
    forwarded: bool


def split_message(text: str, *, author: str | None = None) -> SplitMessage:
    """Split the plain text of an email. `author` is the sender's display name, which often opens the signature."""
    lines = text.split("\n")
    quoted, forwarded = _quoted_lines(lines)
    segments: list[Segment] = []
    start = 0
    for index in range(1, len(lines) + 1):
        if index < len(lines) and quoted[index] == quoted[start]:
            continue
        run = lines[start:index]
        if quoted[start]:
            segments.append(Segment(kind=BlockKind.QUOTED, text="\n".join(run)))
        else:
            segments.extend(_own_words(run, author=author))
        start = index
    return SplitMessage(segments=tuple(part for part in segments if part.text.strip()), forwarded=forwarded)


def _quoted_lines(lines: list[str]) -> tuple[list[bool], bool]:
    """Which lines are quoted history. Blank lines between quoted ones belong to them."""
    quoted = [False] * len(lines)
    index = 0
    while index < len(lines):
        line = lines[index].strip()
        forward = bool(_FORWARD.match(line))
        if forward or _SEPARATOR.match(line) or _is_header_block(lines, index):
            start = _with_rule_above(lines, index)
            quoted[start:] = [True] * (len(lines) - start)
            return quoted, forward
        length = _attribution_length(lines, index)
        if length and not _prefixed_after(lines, index + length):
            quoted[index:] = [True] * (len(lines) - index)
            return quoted, False
        for offset in range(max(length, 1)):
            quoted[index + offset] = bool(length) or line.startswith(">")
        index += max(length, 1)
    _bridge_blank_lines(lines, quoted)
    return quoted, False


def _bridge_blank_lines(lines: list[str], quoted: list[bool]) -> None:
    gap: list[int] = []
    inside = False
    for index, line in enumerate(lines):
        if not line.strip() and inside:
            gap.append(index)
            continue
        if quoted[index]:
            for blank in gap:
                quoted[blank] = True
        inside, gap = quoted[index], []


def _attribution_length(lines: list[str], index: int) -> int:
    """Number of lines of an attribution such as `El lun, 3 mar 2025 a las 10:22, X <x@y> escribió:`, else 0."""
    first = lines[index].strip()
    if not first or not _ATTRIBUTION_START.match(first[:300]):
        return 0
    joined = ""
    for length in range(1, _ATTRIBUTION_LINES + 1):
        if index + length > len(lines) or not lines[index + length - 1].strip():
            return 0
        joined = f"{joined} {lines[index + length - 1].strip()}".strip()
        if len(joined) > 400:
            return 0
        if joined.endswith(":") and any(pattern.match(joined) for pattern in _ATTRIBUTIONS):
            return length
    return 0


def _prefixed_after(lines: list[str], index: int) -> bool:
    """Whether the next line with text is prefixed, so that the quote's end can be seen."""
    following = next((line for line in lines[index : index + 4] if line.strip()), "")
    return following.lstrip().startswith(">")


def _is_header_block(lines: list[str], index: int) -> bool:
    """`De: … Enviado el: … Para: … Asunto: …`, as Outlook puts above what it quotes."""
    if not _SENDER_LABEL.match(lines[index].strip()):
        return False
    following = [line.strip() for line in lines[index + 1 : index + _LABEL_LINES]]
    return sum(bool(_OTHER_LABEL.match(line)) for line in following) >= 2


def _with_rule_above(lines: list[str], index: int) -> int:
    """The line drawn above a quoted header belongs to it."""
    above = index - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and _RULE.match(lines[above].strip()) else index


def _own_words(lines: list[str], *, author: str | None) -> list[Segment]:
    """Split a run of the sender's lines into words, signature and, after it, a postscript."""
    start = _signature_start(lines, author=author)
    if start is None:
        return [Segment(kind=BlockKind.BODY, text="\n".join(lines))]
    end = next((index for index in range(start + 1, len(lines)) if _POSTSCRIPT.match(lines[index].strip())), len(lines))
    return [
        Segment(kind=BlockKind.BODY, text="\n".join(lines[:start])),
        Segment(kind=BlockKind.SIGNATURE, text="\n".join(lines[start:end])),
        Segment(kind=BlockKind.BODY, text="\n".join(lines[end:])),
    ]


def _signature_start(lines: list[str], *, author: str | None) -> int | None:
    for index, line in enumerate(lines):
        if line.rstrip() == "--":
            return index
    end = _disclaimer_start(lines)
    filled = [index for index in range(end) if lines[index].strip()]
    start = _closing_start(lines, filled) or _name_start(lines, filled, author=author)
    if start is not None:
        return start
    return end if end < len(lines) else None


def _disclaimer_start(lines: list[str]) -> int:
    """Where a confidentiality notice or a mobile client's line ends the message, else the number of lines."""
    for index in range(max(0, len(lines) - 3 * _SIGNATURE_LINES), len(lines)):
        line = lines[index].strip()
        if _MOBILE.match(line) or _DISCLAIMER.match(line[:300]):
            return index
    return len(lines)


def _closing_start(lines: list[str], filled: list[int]) -> int | None:
    """The first closing formula from which on every line could be part of a signature."""
    found = None
    for index in reversed(filled[-_SIGNATURE_LINES:]):
        line = lines[index].strip()
        if _CLOSING.match(line):
            found = index
        elif not _fits_signature(line):
            break
    return found


def _name_start(lines: list[str], filled: list[int], *, author: str | None) -> int | None:
    """The sender's own name alone on a line, near the end."""
    names = _names_of(author)
    found = None
    for index in reversed(filled[-_NAME_LINES:]):
        line = lines[index].strip()
        if _folded(line.rstrip(".,")) in names:
            found = index
        elif not _fits_signature(line):
            break
    return found if found != (filled[0] if filled else None) else None


def _fits_signature(line: str) -> bool:
    """Short, and not a sentence."""
    if _POSTSCRIPT.match(line):
        return True
    if _CONTACT.search(line) and len(line) <= 120:
        return not line.endswith("?")
    return len(line) <= 80 and len(line.split()) <= _SIGNATURE_WORDS and not line.endswith((".", "?", "!", ":", ";"))


def _names_of(author: str | None) -> frozenset[str]:
    words = _folded(author or "").split()
    if not words or "@" in words[0]:
        return frozenset()
    return frozenset({words[0], " ".join(words), " ".join(words[:2])})


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFD", text.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))
