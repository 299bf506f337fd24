"""Finding personal data: recall, precision and F2 per class, in two public sets and a business set of our own.

Run: python -m evals.guardrails.personal_data [--data DIR] [--mistakes], where DIR holds `*.json` as presidio-research
writes it, `*.ann` beside `*.txt` (BRAT), or `*.jsonl` with our markup (`[[person|Ana Ruiz]]`).
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from copilot.domain.language import Language
from copilot.domain.personal_data import DataClass, Hints, PersonalSpan
from copilot.guardrails.personal_data.analysis import find_personal_data
from copilot.settings import load_settings
from evals.figures import Figure
from evals.guardrails.personal_data_gold import LEFT_OUT, GoldText, read_brat, read_marked, read_presidio_research
from evals.guardrails.personal_data_scoring import GOALS, GROUPS, Mistake, Source, count, figures
from evals.run import SKIPPED
from evals.suite import finish

OWN_DATA = Path(__file__).parent / "data"
_COMMAND = "python -m evals.guardrails.personal_data"
_PREFIX = "guardrails.personal_data"
_COUNTRIES = {Language.ES: ("ES", "MX", "CO", "AR", "CL"), Language.EN: ("US", "GB")}
"""Telephone formats that are looked for; in the product they come from the account and the owner."""


@dataclass(frozen=True, slots=True)
class Collection:
    """One set of marked texts."""

    name: str
    language: Language
    texts: Sequence[GoldText]
    note: str


def collections(benchmarks: Path) -> list[Collection]:
    """The sets that are there. Ours always are."""
    found = []
    if (benchmarks / "presidio_research").is_dir():
        texts = read_presidio_research(benchmarks / "presidio_research")
        note = (
            "The set has no official split: reported is the half of its templates that nothing was chosen on (SHA-256 "
            f"of the template's number is odd), the whole beside it. {LEFT_OUT}"
        )
        found.append(Collection("presidio_research", Language.EN, texts, note))
    if (benchmarks / "meddocan").is_dir():
        train = read_brat(benchmarks / "meddocan" / "train", held_out=False)
        texts = train + read_brat(benchmarks / "meddocan" / "dev", held_out=True)
        note = f"Reported is `dev`; settings were chosen on `train`; `whole` is both. {LEFT_OUT}"
        found.append(Collection("meddocan", Language.ES, texts, note))
    for language in Language:
        path = OWN_DATA / f"personal_data_{language.value}.jsonl"
        note = (
            "Our own set of business sentences, people and numbers invented. Reported is the half that nothing was "
            "chosen on (SHA-256 of the id is odd), the whole beside it. Who wrote the sentences also wrote the name "
            "recogniser, so it flatters; the public sets do not."
        )
        if path.is_file():
            found.append(Collection("business", language, read_marked(path), note))
    return found


def own_collections(folder: Path) -> list[Collection]:
    """Whatever somebody points at; the file's name ending in `_es` or `_en` says its language, else English."""
    found = []
    if any(folder.glob("*.json")):
        found.append(Collection("data_json", Language.EN, read_presidio_research(folder), ""))
    if any(folder.glob("*.ann")):
        found.append(Collection("data_brat", Language.ES, read_brat(folder, held_out=True), ""))
    for path in sorted(folder.glob("*.jsonl")):
        language = Language.ES if path.stem.endswith("_es") else Language.EN
        found.append(Collection(f"data_{path.stem}", language, read_marked(path), ""))
    return found


def finder(language: Language, text: str) -> tuple[PersonalSpan, ...]:
    """What the product finds without knowing anybody: no name of the CRM is given."""
    return find_personal_data(text, hints=Hints(language=language, countries=_COUNTRIES[language]))


def measure(collection: Collection, *, mistakes: list[Mistake] | None = None) -> list[Figure]:
    """Groups and classes on the part that is reported, groups again on the whole."""
    held_out = [text for text in collection.texts if text.held_out]
    source = Source(
        prefix=f"{_PREFIX}.{collection.name}",
        language=collection.language.value,
        command=_COMMAND,
        note=collection.note,
    )
    found = []
    clusters = count(held_out, lambda text: finder(collection.language, text), mistakes=mistakes)
    for group, classes in GROUPS.items():
        found += figures(clusters, classes, source=source, label=group, goal=GOALS.get(group))
    for data_class in DataClass:
        made = figures(clusters, frozenset({data_class}), source=source, label=f"class_{data_class.value}")
        found += [figure for figure in made if ".f2." not in figure.name]
    whole = count(collection.texts, lambda text: finder(collection.language, text))
    for group, classes in GROUPS.items():
        found += figures(whole, classes, source=source, label=f"{group}_whole")
    return found


def show_choosing_mistakes(collection: Collection) -> None:
    """What goes wrong on the part that settings may be chosen on; the other part is never shown."""
    mistakes: list[Mistake] = []
    texts = [text for text in collection.texts if not text.held_out]
    count(texts, lambda text: finder(collection.language, text), mistakes=mistakes)
    for item in mistakes:
        sys.stdout.write(f"{collection.name} {item.kind} {item.data_class.value}: {item.value!r} in {item.around!r}\n")


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description="Finding personal data.")
    parser.add_argument("--data", type=Path, help="Folder with marked texts instead of the benchmarks.")
    parser.add_argument("--mistakes", action="store_true", help="Show what goes wrong where settings may be chosen.")
    arguments = parser.parse_args()
    benchmarks = load_settings().benchmarks_dir
    found = own_collections(arguments.data) if arguments.data else collections(benchmarks)
    if not found:
        sys.stdout.write(f"Skipped: there are no marked texts in {arguments.data or benchmarks}.\n")
        return SKIPPED
    for collection in found:
        if arguments.mistakes:
            show_choosing_mistakes(collection)
            continue
        finish(measure(collection), own_data=arguments.data is not None)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
