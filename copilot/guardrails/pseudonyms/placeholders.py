"""How a pseudonym is written, and every way in which a model may write it back.

Invariant: `found` is the one reading of placeholders in answers. Whatever it would find in a text that comes in is a
look-alike, found by `look_alikes`, which reads more: nothing can pass as text and come back as a placeholder.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from copilot.domain.folding import flat
from copilot.domain.personal_data import DataClass
from copilot.guardrails.pseudonyms.spelling import Comparable, as_it_is

QUOTED = "QUOTED"
"""Kind of what only looked like a placeholder."""
SEAM = "\u2063"
"""Stands between a placeholder and a letter or digit that would otherwise become part of it."""
KINDS: dict[DataClass, str] = {
    DataClass.PERSON: "PERSON",
    DataClass.EMAIL: "EMAIL",
    DataClass.PHONE: "PHONE",
    DataClass.ADDRESS: "ADDRESS",
    DataClass.DATE_OF_BIRTH: "BIRTH_DATE",
    DataClass.NATIONAL_ID: "NATIONAL_ID",
    DataClass.PASSPORT: "PASSPORT",
    DataClass.BANK_ACCOUNT: "BANK_ACCOUNT",
    DataClass.CARD: "CARD",
    DataClass.IP_ADDRESS: "IP_ADDRESS",
    DataClass.CREDENTIAL: "CREDENTIAL",
}
_TRANSLATED = {
    "PERSONA": "PERSON",
    "CORREO": "EMAIL",
    "TELEFONO": "PHONE",
    "DIRECCION": "ADDRESS",
    "FECHA_DE_NACIMIENTO": "BIRTH_DATE",
    "PASAPORTE": "PASSPORT",
    "CUENTA_BANCARIA": "BANK_ACCOUNT",
    "TARJETA": "CARD",
    "DIRECCION_IP": "IP_ADDRESS",
    "CREDENCIAL": "CREDENTIAL",
}
"""A model that answers in Spanish may translate the kind."""
_ALL = {**{kind: kind for kind in (*KINDS.values(), QUOTED)}, **_TRANSLATED}
_BY_LETTERS = {kind.replace("_", "").lower(): canonical for kind, canonical in _ALL.items()}

_JOINT = r"(?:\\{0,2}_{1,2}|[ \t]{1,2}|[-\u2010\u2013#]|)"
"""Between the words of a kind, and before the number: `_`, `\\_`, a space, a dash, nothing."""
_WORDS = "|".join(_JOINT.join(kind.lower().split("_")) for kind in sorted(_ALL, key=lambda kind: (-len(kind), kind)))
_PATTERN = re.compile(
    rf"(?:(?<![^\W_])|(?<=\\[nrt]))(?P<kind>{_WORDS})(?P<joint>{_JOINT})(?P<number>\d{{1,5}})(?!\d)(?P<ending>'s|'|es|s|)(?![^\W_])"
)
_LONGEST = 72
"""Characters that a placeholder can take with every joint it may have; longer text cannot still become one."""
_JOINTS = re.compile(rf"[\s\\_\u2010\u2013#{SEAM}-]+")
_CONNECTING = frozenset({"_", "-"})
_JOINED_NUMBER = re.compile(r"-\d")
_ESCAPES = frozenset({"\\n", "\\r", "\\t"})
_AFTER_KIND = re.compile(r"\d{0,5}(?:'s?|es?|s)?")


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One placeholder as it stands in a text."""

    canonical: str
    """`PERSON_3`, however it was written."""
    start: int
    end: int
    ending: str
    """What the model inflected it with and must stay: `'s`, `’`."""


def found(text: str) -> Iterator[Placeholder]:
    """Every placeholder of `text`, in reading order."""
    yield from _found(as_it_is(text))


def look_alikes(text: Comparable) -> Iterator[tuple[int, int]]:
    """Where `text` has anything that `found` takes for a placeholder, or would without its invisible characters.

    The places may overlap.
    """
    readings = [text] if text.is_as_written else [text, as_it_is(text.original)]
    for reading in readings:
        for item in _found(reading):
            yield item.start, item.end


def _found(text: Comparable) -> Iterator[Placeholder]:
    for match in _PATTERN.finditer(text.text):
        start, end = text.place(match.start(), match.end())
        if _is_meant(match, text.original[start:end]):
            kind = _BY_LETTERS[_JOINTS.sub("", match["kind"])]
            ending = text.original[end - len(match["ending"]) : end] if match["ending"].startswith("'") else ""
            yield Placeholder(f"{kind}_{int(match['number'])}", start, end, ending)


def _is_meant(match: re.Match[str], written: str) -> bool:
    """Ordinary words before a number (`card 1`, `email-2`, `la persona 1`) are no placeholders, capitals are.

    Nor is a part of an identifier (`doc_email_2026-11-10`).
    """
    if written[: len(match["kind"])].isupper():
        return True
    around = match.string[: match.start()][-1:], match.string[match.end() :][:2]
    if around[0] in _CONNECTING or around[1][:1] == "_" or _JOINED_NUMBER.match(around[1]):
        return False
    joint = match["joint"].strip(" \t")
    if not match["kind"].startswith("person"):
        return "_" in joint
    return bool(joint) or not match["joint"] or written[0].isupper()


def holding_point(text: str) -> int:
    """From which character on `text` may still grow into a placeholder; its length where it cannot.

    Errs towards holding more: what is held comes out with the next piece.
    """
    window = max(0, len(text) - _LONGEST)
    tail = flat(text[window:])
    for start, char in enumerate(tail):
        opens = (char.isalnum() and begins_word(text, window + start)) or char == SEAM
        if opens and _could_grow(_JOINTS.sub("", tail[start:])):
            return window + start
    return len(text)


def begins_word(text: str, place: int) -> bool:
    """Whether a word may begin at `place`; the line break of a JSON string, `\\n`, does not belong to it."""
    before = text[max(0, place - 2) : place]
    return not before[-1:].isalnum() or before in _ESCAPES


def _could_grow(letters: str) -> bool:
    for kind in _BY_LETTERS:
        if kind.startswith(letters):
            return True
        if letters.startswith(kind) and _AFTER_KIND.fullmatch(letters[len(kind) :]):
            return True
    return False
