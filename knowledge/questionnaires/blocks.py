"""What running texts are made of before anything is known about their parts.

Invariant: a block has all the characters that its stretch of the file shows, and the address of that stretch.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from copilot.domain.folding import flat
from copilot.domain.questionnaires import SkipReason

_LONGEST = 4_000
"""Characters of a text that are looked at; a hostile file may hold any."""
_MONTHS = (
    "january|february|march|april|may|june|july|august|september|october|november|december|"
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre"
)
_NAMED = r"(?:question|pregunta|cuesti[oó]n|requirement|requisito|req|control|item)\.?\s*(?:n[oº]\.?\s*)?\#?\s*"
_NTH = r"(?:n\.?[ºo°]\.?|n[uú]m\.|no\.|\#)\s*"
_NUMBER = re.compile(
    rf"""^\s*(?:
      (?:{_NAMED}|{_NTH})(?P<named>\d+(?:\.\d+)*[a-z]?)\s*[.):–—|-]?(?=\s|$)
    | (?P<coded>[A-Z]{{1,6}}(?:[-.][A-Z]{{1,6}})?[-.]?\d+(?:[.-]\d+)*[a-z]?)\s*(?:[.):–—|]|-(?=\s)|(?=\s))(?=\s|$)
    | [(\[]?(?P<marked>\d{{1,3}}(?:\.\d{{1,3}})*\.?[a-z]?)(?:[.)\]:º]|/(?=\s)|\s?[–—-](?=\s)|\.-)+(?=\s|[¿A-ZÁÉÍÓÚÑ])
    | (?P<dotted>\d{{1,3}}(?:\.\d{{1,3}})+[a-z]?)(?=\s)
    | \(?(?P<letter>[a-zA-Z]|[ivxIVX]{{1,5}})(?:\)|\.(?=\s)|\.-)(?=\s|$)
    | (?P<bare>\d{{1,3}})\s+(?=[¿A-ZÁÉÍÓÚÑ])(?!(?:{_MONTHS})\b)
    )\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_NEEDS_CAPITALS = re.compile(r"[A-Z]")
_BULLET = re.compile(r"^\s*(?:[-–—*•·▪●◦‣⁃➢✓>+]|\uf0b7|\uf0a7)\s+")
_ASKING = re.compile(r"^\s*(?:Q|P|Question|Pregunta)\s*[:.–—-]\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, line or cell."""

    text: str
    """Without its number or bullet; empty for an empty paragraph of a file that can be filled in."""
    address: str
    number: str = ""
    level: int = 0
    """Of a heading, 1 is the highest; 0: not marked as one."""
    title: bool = False
    item: bool = False
    """Of a list, bulleted or numbered."""
    indent: int = 0
    bold: bool = False
    note: bool = False
    """Set apart as a remark: italics."""
    choices: tuple[str, ...] = ()
    """Values that a control in it offers."""
    control: str = ""
    """Address of a control in it, to be filled in."""
    given: str = ""
    """What the control holds."""
    reason: SkipReason | None = None
    """Why it is no question, where the reader can tell by itself."""
    asked: bool = False
    """Asks, as the reader can tell by the kind of text: `We would like to know how...` in a mail."""
    shown: str = ""
    """The text with its number or bullet as the file writes it, if that is known."""

    @property
    def whole(self) -> str:
        """The text with its number, as it is shown."""
        return self.shown or f"{self.number} {self.text}".strip()


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a table on the grid; one merged into the cell above or to the left is empty and `merged`."""

    text: str
    address: str
    merged: bool = False
    bold: bool = False
    choices: tuple[str, ...] = ()
    control: bool = False
    given: str = ""
    parts: tuple[str, ...] = ()
    """The paragraphs of the cell, where there are several."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with what each row says."""

    rows: tuple[tuple[Cell, ...], ...]
    fillable: bool = True


Flow = Sequence[Block | Table]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A text apart from the number that it opens with."""

    number: str
    text: str
    item: bool = False


def split_number(text: str) -> Numbered:
    """`4.2) Do you...` -> number `4.2`; a bullet is an item without number."""
    if len(text) > _LONGEST:
        return Numbered("", text.strip())
    bullet = _BULLET.match(text) or _ASKING.match(text)
    if bullet:
        inner = split_number(text[bullet.end() :])
        return Numbered(inner.number, inner.text, item=True)
    match = _NUMBER.match(text)
    if match is None or not text[match.end() :].strip():
        return Numbered("", text.strip())
    groups = {name: value for name, value in match.groupdict().items() if value}
    name, value = next(iter(groups.items()))
    value = value.rstrip(".")
    if name == "coded" and not _is_code(value):
        return Numbered("", text.strip())
    if name == "letter" and len(value) > 1 and not set(value.lower()) <= set("ivx"):
        return Numbered("", text.strip())
    if name == "bare" and not text[match.end() :][:1].isupper() and text[match.end()] != "¿":
        return Numbered("", text.strip())
    return Numbered(value, text[match.end() :].strip(), item=True)


def _is_code(value: str) -> bool:
    """`AIS-01`, `Q12`; not `ISO27001` nor `TLS1.2`, which open sentences."""
    letters = re.match(r"[A-Za-z]+", value)
    name = letters.group().upper() if letters else ""
    return name not in _standards() and _NEEDS_CAPITALS.match(value) is not None


def _standards() -> frozenset[str]:
    return frozenset({"ISO", "TLS", "SSL", "SOC", "AES", "SHA", "IP", "IPV", "MD", "COVID", "PCI", "NIST", "EN", "UNE"})


@cache
def pattern(table: str, key: str) -> re.Pattern[str]:
    """One of the patterns of texts.toml, for flat text."""
    return re.compile(_data()[table][key])


def says(table: str, key: str, text: str) -> re.Match[str] | None:
    """Whether a pattern is found in the text, whatever its case and accents."""
    return pattern(table, key).search(flat(text.strip()[:_LONGEST]))


@cache
def _data() -> dict[str, dict[str, str]]:
    return tomllib.loads(resources.files(__package__).joinpath("texts.toml").read_text(encoding="utf-8"))
