"""Security questionnaires answered from a company's policies alone, held against labels written before any run.

Run: python -m evals.rfp.datica [--split dev|test] [--data DIR] [--model FILE.gguf] [--record] [--verbose].
The benchmarks folder gives the questionnaires (`vsaq/questionnaires`) and the policies (`datica_policies`); labels of
both halves are in `evals/rfp/data`. DIR holds `questionnaires/*.json` (VSAQ), `policies/*.md` and `labels.toml`
(format: `evals.rfp.labels`). Every labelled question is asked by itself, whatever its condition.
Invariant: only the test half is recorded, and only of the development half is it printed what went wrong.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

from evals.figures import today
from evals.rfp.labelled import arguments, ask, note_of, tell_what_went_wrong
from evals.rfp.labels import Place, place_of, read_labels
from evals.rfp.outcomes import figures_of, reliability
from evals.rfp.scoring import Judged
from evals.rfp.world import open_world
from evals.suite import finish, skip
from knowledge.questionnaires import vsaq

_RELIABILITY = Path(__file__).parent / "reliability.md"


def measure(place: Place, *, model: Path | None = None) -> list[Judged]:
    """Ask every labelled question once."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(place.policies.glob("*.md"))}
    labels = read_labels(place.labels, texts=texts)
    judged: list[Judged] = []
    with open_world(texts, model=model) as world:
        for file in dict.fromkeys(label.file for label in labels):
            content = (place.questionnaires / file).read_bytes()
            questionnaire = vsaq.read(content, name=file, today=today())
            judged += ask(questionnaire, labels=[label for label in labels if label.file == file], world=world)
    return judged


def main() -> int:
    """Measure, print, and record with `--record`."""
    wanted, is_test = arguments(
        about="Security questionnaires answered from policies alone.",
        data="questionnaires, policies and labels of your own",
    )
    place = place_of(wanted.data, split=wanted.split)
    if place.missing:
        return skip(place.missing)
    judged = measure(place, model=wanted.model)
    if wanted.verbose:
        tell_what_went_wrong(judged)
    return _finish(judged, wanted, is_test=is_test)


def _finish(judged: Sequence[Judged], wanted: argparse.Namespace, *, is_test: bool) -> int:
    name = "rfp.datica.local_model" if wanted.model else "rfp.datica"
    command = "python -m evals.rfp.datica --record" + (" --model FILE" if wanted.model else "")
    note = note_of(len(judged), model=wanted.model, is_test=is_test)
    figures = figures_of(judged, name=name, command=command, note=note)
    if wanted.record and is_test and not wanted.model:
        _RELIABILITY.write_text(reliability(judged, command=command), encoding="utf-8")
    return finish(figures, own_data=not (wanted.record and is_test), published="the test half with `--record`")


if __name__ == "__main__":
    raise SystemExit(main())
