"""Finding what must not be said: detection and false alarms on sets of our own and on mail that others wrote.

Run: python -m evals.guardrails.tone [--data DIR] [--mistakes], where DIR holds tone_es.jsonl and tone_en.jsonl with
`id`, `text` and `label` (`none` for harmless).
"""

import json

from copilot.guardrails.detector import Text
from copilot.guardrails.tone import ToneDetector
from copilot.settings import load_settings
from evals.figures import Figure
from evals.guardrails.labelled_sentences import LabelledSets, Sentence, count, figures_of

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


def parts(sentences: list[Sentence]) -> dict[str, list[Sentence]]:
    """Both halves."""
    return {
        "held_out": [item for item in sentences if item.held_out],
        "chosen_on": [item for item in sentences if not item.held_out],
    }


SETS = LabelledSets(
    name="tone",
    label_of=lambda row: None if row["label"] == "none" else row["label"],
    parts=parts,
    find=said,
    notes=_NOTES,
)


def measure_mail() -> list[Figure]:
    """False alarms on the clean emails of `bipia`, if they are there."""
    path = load_settings().benchmarks_dir / "bipia" / "email_train.jsonl"
    if not path.is_file():
        return []
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    mails = [Sentence(id=str(number), text=row["context"], label=None) for number, row in enumerate(rows)]
    errors = count(mails, said)
    return list(
        figures_of(errors, prefix=f"{SETS.prefix}.bipia_emails", language="en", command=SETS.command, note=_MAIL_NOTE)
    )


if __name__ == "__main__":
    raise SystemExit(SETS.run("Finding what must not be said.", others=measure_mail))
