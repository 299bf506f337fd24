"""The texts on which the search for injected instructions is trained and measured.

Invariant: a text is in the half that the SHA-256 of its planted words says, so that no choice made later moves it.
"""

import csv
import hashlib
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.guardrails.injection.units import units_of

OWN_FOLDER = Path(__file__).parent / "data"
DEMO_FOLDER = Path(__file__).parents[2] / "knowledge" / "demo"
LANGUAGES = ("es", "en")
PLACES = ("start", "middle", "end")
_DEMO_PIECE = 1_500
_DEMO_PIECES = 4
_TURNS = 40
_LONGEST_MEETING = 4_000


@dataclass(frozen=True, slots=True)
class Sample:
    """A text with, where something was planted, the place of it."""

    text: str
    attack: bool
    kind: str
    language: str
    start: int
    end: int
    held_out: bool = False


def own_set(language: str, *, folder: Path = OWN_FOLDER) -> list[Sample]:
    """The project's own texts; people and companies in them are invented."""
    samples = []
    lines = (folder / f"injection_{language}.jsonl").read_text(encoding="utf-8").splitlines()
    for row in map(json.loads, lines):
        words = row.get("plain") or row["text"][row["start"] : row["end"]]
        samples.append(
            Sample(
                text=row["text"],
                attack=row["attack"],
                kind=row["kind"],
                language=language,
                start=row["start"],
                end=row["end"],
                held_out=in_held_out_half(words),
            )
        )
    return samples


def in_held_out_half(words: str) -> bool:
    """Whether the SHA-256 of the words starts with an odd byte."""
    return hashlib.sha256(words.encode()).digest()[0] % 2 == 1


@dataclass(frozen=True, slots=True)
class Bipia:
    """Emails, tables, and attacks by type."""

    emails: tuple[str, ...]
    tables: tuple[str, ...]
    attacks: dict[str, tuple[str, ...]]


def read_bipia(folder: Path) -> Bipia:
    """Read the benchmark's files."""
    attacks = {}
    for name in ("text_attack_train.json", "code_attack_train.json"):
        content = json.loads((folder / name).read_text(encoding="utf-8"))
        attacks.update({kind: tuple(words) for kind, words in content.items()})
    return Bipia(
        emails=_contexts(folder / "email_train.jsonl"),
        tables=tuple(sorted(set(_contexts(folder / "table_train.jsonl")))),
        attacks=attacks,
    )


def _contexts(path: Path) -> tuple[str, ...]:
    return tuple(json.loads(line)["context"] for line in path.read_text(encoding="utf-8").splitlines())


def read_notinject(folder: Path) -> list[str]:
    """Harmless texts full of trigger words."""
    content = json.loads((folder / "NotInject_one.json").read_text(encoding="utf-8"))
    return [row["prompt"] for row in content]


def read_workbench_emails(folder: Path) -> list[str]:
    """Emails of a fictional company."""
    with (folder / "emails.csv").open(encoding="utf-8", newline="") as file:
        return [row["body"].replace("\\n", "\n") for row in csv.DictReader(file)]


def read_meetings(qmsum: Path, summedits: Path) -> list[str]:
    """Pieces of meetings and sales calls."""
    found = []
    for line in (qmsum / "val.jsonl").read_text(encoding="utf-8").splitlines():
        turns = json.loads(line)["meeting_transcripts"][:_TURNS]
        found.append("\n".join(f"{turn['speaker']}: {turn['content']}" for turn in turns))
    calls = {row["doc"] for row in json.loads((summedits / "summedits_sales_call.json").read_text(encoding="utf-8"))}
    return [text[:_LONGEST_MEETING] for text in [*found, *sorted(calls)]]


def demo_pieces() -> list[str]:
    """Pieces of passage length from the texts of the demo company, in both languages."""
    found = []
    for path in sorted([*DEMO_FOLDER.rglob("*.md"), *DEMO_FOLDER.rglob("*.txt")]):
        text = path.read_text(encoding="utf-8")
        starts = range(0, min(len(text), _DEMO_PIECES * _DEMO_PIECE), _DEMO_PIECE)
        found += [text[start : start + _DEMO_PIECE] for start in starts]
    return found


def plant(host: str, words: str, *, place: str, chance: random.Random) -> tuple[str, int, int]:
    """Host with the words at its start, its end or before one of its units; and where they are."""
    if place == "start":
        return f"{words}\n{host}", 0, len(words)
    if place == "end":
        return f"{host}\n{words}", len(host) + 1, len(host) + 1 + len(words)
    units = units_of(host)
    position = units[chance.randrange(len(units))].start if units else 0
    return f"{host[:position]}\n{words}\n{host[position:]}", position + 1, position + 1 + len(words)


def planted(words: Sequence[str], hosts: Sequence[str], *, seed: int) -> Iterator[tuple[str, int, int]]:
    """Each of the words at each place, every time in a host drawn anew; what is drawn depends on words and seed."""
    for item in words:
        chance = random.Random(f"{seed} {item}")
        for place in PLACES:
            yield plant(chance.choice(hosts), item, place=place, chance=chance)
