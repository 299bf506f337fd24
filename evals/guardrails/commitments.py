"""Finding promises in our name: detection and false alarms on sets of our own, per language.

Run: python -m evals.guardrails.commitments [--data DIR] [--mistakes], where DIR holds commitments_es.jsonl and
commitments_en.jsonl with `id`, `text`, `stance` (`ours` is a promise), `kind` and `source`.
"""

from copilot.guardrails.commitments.reading import clauses_in
from evals.guardrails.labelled_sentences import LabelledSets, Sentence

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


SETS = LabelledSets(
    name="commitments",
    label_of=lambda row: row["kind"] if row["stance"] == "ours" else None,
    parts=parts,
    find=promised,
    notes=_NOTES,
)


if __name__ == "__main__":
    raise SystemExit(SETS.run("Finding promises in our name."))
