"""Texts whose personal data somebody marked, read from three formats into one.

Invariant: every marked span lies at its place in the text that is searched, and which part of a set settings may be
chosen on is decided by its ids alone, before anything is measured.
"""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from copilot.domain.personal_data import DataClass
from copilot.errors import InputError

_MARK = re.compile(r"\[\[([a-z_]{1,20})\|([^\[\]|]{1,300})\]\]")
_BORN = re.compile(r"(?:born|birth|\bdob\b|naci(?:miento|d[oa])|nac\.)[^\n]{0,30}$", re.IGNORECASE)
"""A date after one of these words is a date of birth; neither benchmark has a type of its own for it."""

PRESIDIO_TYPES = {
    "PERSON": DataClass.PERSON,
    "STREET_ADDRESS": DataClass.ADDRESS,
    "CREDIT_CARD": DataClass.CARD,
    "PHONE_NUMBER": DataClass.PHONE,
    "EMAIL_ADDRESS": DataClass.EMAIL,
    "IBAN_CODE": DataClass.BANK_ACCOUNT,
    "US_SSN": DataClass.NATIONAL_ID,
    "US_DRIVER_LICENSE": DataClass.NATIONAL_ID,
    "IP_ADDRESS": DataClass.IP_ADDRESS,
}
MEDDOCAN_TYPES = {
    "NOMBRE_SUJETO_ASISTENCIA": DataClass.PERSON,
    "NOMBRE_PERSONAL_SANITARIO": DataClass.PERSON,
    "CORREO_ELECTRONICO": DataClass.EMAIL,
    "NUMERO_TELEFONO": DataClass.PHONE,
    "NUMERO_FAX": DataClass.PHONE,
    "CALLE": DataClass.ADDRESS,
    "ID_ASEGURAMIENTO": DataClass.NATIONAL_ID,
}
_DATES = frozenset({"DATE_TIME", "FECHAS"})
_TOLERATED = {
    "GPE": DataClass.ADDRESS,
    "ZIP_CODE": DataClass.ADDRESS,
    "TERRITORIO": DataClass.ADDRESS,
    "PAIS": DataClass.ADDRESS,
    "TITLE": DataClass.PERSON,
    "ID_SUJETO_ASISTENCIA": DataClass.NATIONAL_ID,
    "ID_TITULACION_PERSONAL_SANITARIO": DataClass.NATIONAL_ID,
    "ID_CONTACTO_ASISTENCIAL": DataClass.NATIONAL_ID,
}
"""Types that are left out, and the class as which finding them is neither right nor wrong: a town or a postcode
beside a street, a title beside a name, a number that only a hospital gives."""
LEFT_OUT = (
    "Left out, because they are no personal data of their own in business text: other dates, ages, sex, nationalities, "
    "professions and titles, organisations and hospitals, towns, postcodes and countries alone, web addresses, "
    "relatives ('su hermano'), and numbers that only a hospital or a medical college gives (NHC, episode, NºCol). "
)


@dataclass(frozen=True, slots=True)
class GoldSpan:
    """Characters `start`/`end` that somebody marked."""

    data_class: DataClass
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class GoldText:
    """One marked text. Texts of one `cluster` (a template, a file) are not independent of each other."""

    id: str
    cluster: str
    text: str
    spans: tuple[GoldSpan, ...]
    tolerated: tuple[GoldSpan, ...] = ()
    held_out: bool = True
    """Whether no setting was chosen on it."""


def choosing_half(key: str) -> bool:
    """Whether settings may be chosen on what `key` names: its SHA-256, read as a number, is even."""
    return int(hashlib.sha256(key.encode()).hexdigest(), 16) % 2 == 0


def read_presidio_research(folder: Path) -> list[GoldText]:
    """English sentences in the benchmark's JSON. The sentences of one template stay on one side of the split."""
    found = []
    for path in sorted(folder.glob("*.json")):
        for number, row in enumerate(json.loads(path.read_text(encoding="utf-8"))):
            template = str(row.get("template_id"))
            marked = [(span["entity_type"], span["start_position"], span["end_position"]) for span in row["spans"]]
            found.append(
                _gold(
                    f"{path.stem}-{number}",
                    row["full_text"],
                    marked,
                    types=PRESIDIO_TYPES,
                    cluster=template,
                    held_out=not choosing_half(template),
                )
            )
    return found


def read_brat(folder: Path, *, held_out: bool) -> list[GoldText]:
    """A folder of `.txt` files, each with its `.ann` beside it."""
    found = []
    for path in sorted(folder.glob("*.ann")):
        with path.with_suffix(".txt").open(encoding="utf-8", newline="") as file:
            text = file.read()
        marked = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("T"):
                kind, start, end = line.split("\t")[1].split(" ")
                marked.append((kind, int(start), int(end)))
        found.append(_gold(path.stem, text, marked, types=MEDDOCAN_TYPES, cluster=path.stem, held_out=held_out))
    return found


def read_marked(path: Path) -> list[GoldText]:
    """Our own format: one JSON object a line with `id` and `text`, personal data written `[[person|Ana Ruiz]]`."""
    found, seen = [], set()
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            key, source = row["id"], row["text"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            raise InputError(
                f"{path.name}, line {number}: not a JSON object with `id` and `text`.", hint="Correct the line."
            ) from error
        if key in seen:
            raise InputError(f"{path.name}, line {number}: the id `{key}` is used twice.", hint="Give it another.")
        seen.add(key)
        text, spans = _unmarked(source, where=f"{path.name}, line {number}")
        found.append(GoldText(id=key, cluster=key, text=text, spans=spans, held_out=not choosing_half(key)))
    return found


def _unmarked(source: str, *, where: str) -> tuple[str, tuple[GoldSpan, ...]]:
    parts: list[str] = []
    spans: list[GoldSpan] = []
    length = position = 0
    for match in _MARK.finditer(source):
        before, value = source[position : match.start()], match[2]
        try:
            data_class = DataClass(match[1])
        except ValueError as error:
            raise InputError(
                f"{where}: `{match[1]}` is no class of personal data.", hint=f"Use one of {', '.join(DataClass)}."
            ) from error
        start = length + len(before)
        length = start + len(value)
        parts += [before, value]
        spans.append(GoldSpan(data_class, start, length))
        position = match.end()
    text = "".join([*parts, source[position:]])
    if "[[" in text or "]]" in text:
        raise InputError(f"{where}: broken markup.", hint="Write [[class|value]] without brackets inside.")
    return text, tuple(spans)


def _gold(
    key: str,
    text: str,
    marked: Iterable[tuple[str, int, int]],
    *,
    types: dict[str, DataClass],
    cluster: str,
    held_out: bool,
) -> GoldText:
    spans, tolerated = [], []
    for kind, start, end in marked:
        if kind in types:
            spans.append(GoldSpan(types[kind], start, end))
        elif kind in _DATES and _BORN.search(text, max(0, start - 60), start):
            spans.append(GoldSpan(DataClass.DATE_OF_BIRTH, start, end))
        elif kind in _TOLERATED:
            tolerated.append(GoldSpan(_TOLERATED[kind], start, end))
    return GoldText(
        id=key, cluster=cluster, text=text, spans=tuple(spans), tolerated=tuple(tolerated), held_out=held_out
    )
