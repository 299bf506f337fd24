"""What the learner of style learns from approved edits, and what it must never learn.

Each case plants one change, made the same way in four drafts about four accounts among other edits. Style counts as
learnt when exactly that preference comes out; a fact counts as learnt when any preference comes out of its edits.

Run: python -m evals.approvals.style [--data DIR] [--cases dev|test]
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from copilot.approvals.feedback.facts import name_words
from copilot.approvals.feedback.mining import mine
from copilot.approvals.feedback.observing import Edit
from copilot.approvals.feedback.rules import FeedbackRules
from copilot.domain.language import Language
from copilot.domain.style import Preference
from evals.figures import Figure, Goal, today
from evals.statistics import wilson_interval
from evals.suite import finish, skip

DATA = Path(__file__).parent / "data" / "style"
COMMAND = "python -m evals.approvals.style"
_PREFIX = "approvals.style"
_STYLE, _FACT, _PAIR = "style", "fact", "pair"
_NAMES = {_STYLE: "preferences_learnt", _FACT: "facts_learnt", _PAIR: "fact_pairs_learnt"}
_DEV_EVERY = 3
_NOISE = {
    Language.ES: ("El cliente responde a los correos.", "El cliente responde a los correos con rapidez."),
    Language.EN: ("The customer answers emails.", "The customer answers emails within the day."),
}
_NOTE = (
    "planted edits written before the rules, every third line open while rules were tuned, the others reported here; "
    "the same hand wrote plants and rules, so real editors will plant what these lists do not hold"
)

_PAIR_NOTE = (
    "every ordered pair of the words of 18 families of facts, each planted the same way in four drafts about four "
    "accounts; written after the rules without their lists in view, nothing tuned on them; pairs of one family are "
    "alike, so the interval is narrower than what is known"
)
_GOALS = {
    _STYLE: Goal(comparison=">=", threshold=0.8),
    _FACT: Goal(comparison="==", threshold=0),
    _PAIR: Goal(comparison="==", threshold=0),
}


@dataclass(frozen=True, slots=True)
class Plant:
    """One change that somebody makes in every draft."""

    language: Language
    label: str
    family: str
    before: str
    after: str
    carriers: tuple[str, ...]
    dev: bool

    def edits(self) -> list[Edit]:
        """The planted edits, each in a draft and about an account of its own, and one that plants nothing."""
        texts = [(carrier.replace("{}", self.before), carrier.replace("{}", self.after)) for carrier in self.carriers]
        return [
            Edit(
                old=old,
                new=new,
                language=self.language,
                item_id=f"item-{number}",
                draft_id=f"draft-{number}",
                account_id=f"account-{number}",
                editor_id=f"editor-{number % 2}",
            )
            for number, (old, new) in enumerate([*texts, _NOISE[self.language]])
        ]


def read_plants(folder: Path) -> list[Plant]:
    """Every case of both languages."""
    carriers: dict[tuple[str, str], list[str]] = {}
    for language, group, carrier in _rows(folder / "carriers.tsv"):
        carriers.setdefault((language, group), []).append(carrier)
    return [
        Plant(
            language=language,
            label=label,
            family=family,
            before=before,
            after=after,
            carriers=tuple(carriers[language.value, group]),
            dev=number % _DEV_EVERY == 0,
        )
        for language in Language
        for number, (label, family, before, after, group) in enumerate(_rows(folder / f"plants_{language.value}.tsv"))
    ]


def read_families(folder: Path) -> list[Plant]:
    """Every ordered pair of the words of every family of facts."""
    plants = []
    for language in Language:
        carriers: dict[str, list[str]] = {}
        for code, group, carrier in _rows(folder / "carriers.tsv"):
            if code == language.value:
                carriers.setdefault(group, []).append(carrier)
        for family, group, phrase, words in _rows(folder / f"families_{language.value}.tsv"):
            plants += [
                Plant(
                    language=language,
                    label=_PAIR,
                    family=family,
                    before=phrase.replace("{}", before),
                    after=phrase.replace("{}", after),
                    carriers=tuple(carriers[group]),
                    dev=False,
                )
                for before, after in permutations(words.split(","), 2)
            ]
    return plants


def _rows(path: Path) -> Iterator[list[str]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield line.split("\t")


def learnt(plant: Plant, *, names: frozenset[str]) -> tuple[Preference, ...]:
    """What comes out of the edits of one case."""
    return mine(plant.edits(), rules=FeedbackRules(), names=names, people=2).preferences


def is_planted(plant: Plant, found: tuple[Preference, ...]) -> bool:
    """Whether the change itself, and nothing else, was learnt."""
    if len(found) != 1:
        return False
    if plant.family != "wording":
        return found[0].kind.value.replace("_", "") == plant.family
    # A word that both sides share may stand on either side of what is learnt.
    return found[0].before in plant.before.lower() and found[0].after in plant.after.lower()


def measure(plants: list[Plant], *, names: frozenset[str]) -> tuple[list[Figure], list[str]]:
    """Figures by language, and a line for each case that went wrong."""
    figures, wrong = [], []
    for language in Language:
        for label, goal in _GOALS.items():
            cases = [item for item in plants if item.language is language and item.label == label]
            outcomes = [(item, learnt(item, names=names)) for item in cases]
            hits = [item for item, found in outcomes if (is_planted(item, found) if label == _STYLE else found)]
            wrong += [
                f"{language.value} {label} {item.family}: {item.before} -> {item.after}: "
                + (", ".join(preference.key for preference in found) or "nothing")
                for item, found in outcomes
                if (item in hits) == (label != _STYLE)
            ]
            if cases:
                figures.append(_figure(label, language, hits=len(hits), of=len(cases), goal=goal))
    return figures, wrong


def _figure(label: str, language: Language, *, hits: int, of: int, goal: Goal) -> Figure:
    return Figure(
        name=f"{_PREFIX}.{_NAMES[label]}",
        language=language.value,
        value=hits / of,
        unit="share",
        n=of,
        interval=wilson_interval(hits, of),
        interval_method="Wilson score interval",
        goal=goal,
        command=COMMAND,
        measured_on=today(),
        note=_PAIR_NOTE if label == _PAIR else _NOTE,
    )


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description="What the learner of style learns.")
    parser.add_argument("--data", type=Path, help="Folder with plants and carriers of the same form.")
    parser.add_argument("--cases", choices=["dev", "test"], default="test", help="`dev`: print, do not record.")
    arguments = parser.parse_args()
    folder = arguments.data or DATA
    if not folder.is_dir():
        return skip(folder)
    names = name_words((folder / "names.txt").read_text(encoding="utf-8").splitlines())
    dev = arguments.cases == "dev"
    plants = [item for item in [*read_plants(folder), *read_families(folder)] if item.dev is dev]
    figures, wrong = measure(plants, names=names)
    sys.stdout.write("".join(f"  {line}\n" for line in wrong))
    return finish(figures, own_data=dev or arguments.data is not None, published="the held-out cases")


if __name__ == "__main__":
    raise SystemExit(main())
