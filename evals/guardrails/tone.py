"""Finding what must not be said: detection and false alarms on sets of our own and on mail that others wrote.

Run: python -m evals.guardrails.tone [--data DIR] [--mistakes], where DIR holds tone_es.jsonl and tone_en.jsonl with
`id`, `text` and `label` (`none` for harmless).
"""

import argparse
import json
import sys
from pathlib import Path

from copilot.domain.language import Language
from copilot.guardrails.detector import Text
from copilot.guardrails.tone import ToneDetector
from copilot.settings import load_settings
from evals.figures import Figure, Goal, describe, record
from evals.guardrails.labelled_sentences import Sentence, count, figures_of, read_sentences
from evals.run import SKIPPED

OWN_DATA = Path(__file__).parent / "data"
_COMMAND = "python -m evals.guardrails.tone"
_PREFIX = "guardrails.tone"
_GOALS = (Goal(comparison=">=", threshold=0.9), Goal(comparison="<=", threshold=0.05))
_RULES = {
    "tone.insult": "insult",
    "tone.profanity": "profanity",
    "tone.pressure": "pressure",
    "tone.disparages_competitor": "competitor",
    "tone.discrimination": "discrimination",
    "tone.sensitive_attribute": "sensitive",
}
_NOTES = {
    "held_out": (
        "Our own sentences, half of them harmless look-alikes, written before the word lists by who wrote the lists, "
        "so it flatters. The half that nothing was chosen on (SHA-256 of the text starts with an odd digit). First "
        "measured 23/23 and 0/30 (es), 31/31 and 1/32 (en); the one false alarm went away with a near miss named in "
        "the task."
    ),
    "chosen_on": "The half of our own sentences that the word lists were chosen on.",
}
_MAIL_NOTE = (
    "Clean business mail that others wrote; every one of them is taken to be harmless. The lists were looked over "
    "once against this and other public texts (two words were taken out), so it is no held-out figure."
)


def said(text: str) -> frozenset[str]:
    """Labels of what is found."""
    return frozenset(_RULES[item.rule] for item in ToneDetector().inspect_text(Text(text)))


def measure(folder: Path, *, mistakes: bool = False) -> list[Figure]:
    """Both halves of every language that is there."""
    figures: list[Figure] = []
    for language in Language:
        path = folder / f"tone_{language.value}.jsonl"
        if not path.is_file():
            continue
        labelled = read_sentences(path, label_of=lambda row: None if row["label"] == "none" else row["label"])
        for name in ("held_out", "chosen_on"):
            errors = count((item for item in labelled if item.held_out == (name == "held_out")), said)
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


def measure_mail(folder: Path) -> list[Figure]:
    """False alarms on the clean emails of `bipia`, if they are there."""
    path = folder / "bipia" / "email_train.jsonl"
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    mails = [Sentence(id=str(number), text=row["context"], label=None) for number, row in enumerate(rows)]
    errors = count(mails, said)
    return list(figures_of(errors, prefix=f"{_PREFIX}.bipia_emails", language="en", command=_COMMAND, note=_MAIL_NOTE))


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description="Finding what must not be said.")
    parser.add_argument("--data", type=Path, help="Folder with sets of the same format instead of our own.")
    parser.add_argument("--mistakes", action="store_true", help="Show what goes wrong where settings may be chosen.")
    arguments = parser.parse_args()
    figures = measure(arguments.data or OWN_DATA, mistakes=arguments.mistakes)
    if not arguments.data:
        figures += measure_mail(load_settings().benchmarks_dir)
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
