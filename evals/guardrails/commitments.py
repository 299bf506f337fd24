"""Finding promises in our name: detection and false alarms on sets of our own, per language.

Run: python -m evals.guardrails.commitments [--data DIR] [--mistakes], where DIR holds commitments_es.jsonl and
commitments_en.jsonl with `id`, `text`, `stance` (`ours` is a promise), `kind` and `source`.
"""

import argparse
import sys
from pathlib import Path

from copilot.domain.language import Language
from copilot.guardrails.commitments.reading import clauses_in
from evals.figures import Figure, Goal, describe, record
from evals.guardrails.labelled_sentences import Sentence, count, figures_of, read_sentences
from evals.run import SKIPPED

OWN_DATA = Path(__file__).parent / "data"
_COMMAND = "python -m evals.guardrails.commitments"
_PREFIX = "guardrails.commitments"
_GOALS = (Goal(comparison=">=", threshold=0.9), Goal(comparison="<=", threshold=0.05))
_NOTES = {
    "held_out": (
        "Our own sentences, written before the cues by who wrote the cues, so it flatters. The half that nothing was "
        "chosen on (SHA-256 of the text starts with an odd digit). First measured 29/31 and 2/39 (es), 33/33 and "
        "0/37 (en); the cues were then widened on letters, not on this half."
    ),
    "letters": (
        "Sentences of letters that others wrote for the demo company, labelled before any cue ran on them; real "
        "letters are terser than made-up sentences. First measured 4/10 and 0/39 (es), 5/10 and 1/56 (en); then the "
        "cues were widened, also on these misses, so this is no longer held out."
    ),
    "answers": (
        "Sentences of the demo company's approved tender answers, which others wrote, labelled before any cue ran on "
        "them. Without its question an answer is often no promise to read (`Yes, every year`); in drafts of tender "
        "answers every sentence needs an approved source for that reason. First measured 15/25 and 0/11 (es), 15/26 "
        "and 0/17 (en); six cues were then added after a look at the misses."
    ),
    "chosen_on": "The half of our own sentences that the cues were chosen on.",
}


def promised(text: str) -> frozenset[str]:
    """Kinds of what a text for outsiders promises."""
    return frozenset(kind.value for clause in clauses_in(text) if clause.commits for kind in clause.kinds)


def parts(sentences: list[Sentence]) -> dict[str, list[Sentence]]:
    """What is measured apart, by the name it is reported under."""
    written = [item for item in sentences if item.source == "written"]
    return {
        "held_out": [item for item in written if item.held_out],
        "letters": [item for item in sentences if item.source == "letters"],
        "answers": [item for item in sentences if item.source == "answers"],
        "chosen_on": [item for item in written if not item.held_out],
    }


def measure(folder: Path, *, mistakes: bool = False) -> list[Figure]:
    """Every part of every language that is there."""
    figures: list[Figure] = []
    for language in Language:
        path = folder / f"commitments_{language.value}.jsonl"
        if not path.is_file():
            continue
        labelled = read_sentences(path, label_of=lambda row: row["kind"] if row["stance"] == "ours" else None)
        for name, sentences in parts(labelled).items():
            errors = count(sentences, promised)
            if mistakes and name != "held_out":
                sys.stdout.writelines(f"{name} {line}\n" for line in errors.mistakes)
            figures += figures_of(
                errors,
                prefix=f"{_PREFIX}.{name}",
                language=language.value,
                command=_COMMAND,
                note=_NOTES[name],
                goals=_GOALS if name == "held_out" else (None, None),
            )
    return figures


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description="Finding promises in our name.")
    parser.add_argument("--data", type=Path, help="Folder with sets of the same format instead of our own.")
    parser.add_argument("--mistakes", action="store_true", help="Show what goes wrong where settings may be chosen.")
    arguments = parser.parse_args()
    figures = measure(arguments.data or OWN_DATA, mistakes=arguments.mistakes)
    if not figures:
        sys.stdout.write(f"Skipped: there are no labelled sentences in {arguments.data or OWN_DATA}.\n")
        return SKIPPED
    sys.stdout.writelines(f"{describe(figure)}\n" for figure in figures)
    if arguments.data:
        sys.stdout.write("Not recorded: these are not our sets.\n")
    else:
        record(figures)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
