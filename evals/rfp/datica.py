"""Security questionnaires answered from a company's policies alone, held against labels written before any run.

Run: python -m evals.rfp.datica [--split dev|test] [--data DIR] [--model FILE.gguf] [--record] [--verbose].
The benchmarks folder gives the questionnaires (`vsaq/questionnaires`) and the policies (`datica_policies`); labels of
both halves are in `evals/rfp/data`. DIR holds `questionnaires/*.json` (VSAQ), `policies/*.md` and `labels.toml`
(format: `evals.rfp.labels`). Every labelled question is asked by itself, whatever its condition.
Invariant: only the test half is recorded, and only of the development half is it printed what went wrong.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from evals.figures import today
from evals.rfp.labels import Label, Place, find, place_of, read_labels
from evals.rfp.outcomes import figures_of, reliability
from evals.rfp.scoring import Judged, Outcome, judge
from evals.rfp.world import World, open_world
from evals.suite import finish, skip
from knowledge.questionnaires import vsaq

_RELIABILITY = Path(__file__).parent / "reliability.md"


def measure(place: Place, *, model: Path | None = None) -> list[Judged]:
    """Ask every labelled question once."""
    texts = {path.name: path.read_text(encoding="utf-8") for path in sorted(place.policies.glob("*.md"))}
    labels = read_labels(place.labels, texts=texts)
    with open_world(texts, model=model) as world:
        return [
            judged
            for file in dict.fromkeys(label.file for label in labels)
            for judged in _of_file(
                place.questionnaires / file, [label for label in labels if label.file == file], world
            )
        ]


def _of_file(path: Path, labels: Sequence[Label], world: World) -> Iterator[Judged]:
    questionnaire = vsaq.read(path.read_bytes(), name=path.name, today=today())
    for label in labels:
        question = find(label.id, questionnaire.questions)
        answer = world.answer(question, questionnaire=questionnaire)
        yield judge(answer, label, files=world.files)


def _told(item: Judged) -> str:
    answer = item.answer
    given = answer.short.value if answer.short else "-"
    excess = ",".join(sorted(item.excess)) or "-"
    lines = [
        f"{item.outcome.value} {item.label.name} [{item.label.verdict}, {item.label.strict}]",
        f"    gives: {given} {','.join(answer.chosen) or '-'}, excess {excess}",
        f"    confidence {answer.confidence.value:.2f}, {answer.route.value}",
        *(f"    says: {segment.text[:160]}" for segment in answer.segments),
        *(f"    stray: {text[:100]}" for text in item.strays),
    ]
    if item.label.wrong:
        lines.append(f"    label: not {item.label.wrong}")
    return "\n".join(lines)


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description="Security questionnaires answered from policies alone.")
    parser.add_argument("--split", choices=["dev", "test"], default="test", help="half of the labels")
    parser.add_argument("--data", type=Path, help="questionnaires, policies and labels of your own")
    parser.add_argument("--model", type=Path, help="GGUF file of a local model that writes")
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--verbose", action="store_true", help="print what went wrong (never of the test half)")
    wanted = parser.parse_args()
    own = wanted.data is not None
    is_test = not own and wanted.split == "test"
    if wanted.verbose and is_test:
        parser.error("what went wrong in the test half is not printed: whoever sees it tunes on it")
    place = place_of(wanted.data, split=wanted.split)
    if place.missing:
        return skip(place.missing)
    judged = measure(place, model=wanted.model)
    if wanted.verbose:
        wrong = (Outcome.WRONG, Outcome.ABSTAINED_WRONG)
        sys.stdout.writelines(f"{_told(item)}\n" for item in judged if item.outcome in wrong or item.excess)
    return _finish(judged, wanted, is_test=is_test)


def _finish(judged: Sequence[Judged], wanted: argparse.Namespace, *, is_test: bool) -> int:
    name = "rfp.datica.local_model" if wanted.model else "rfp.datica"
    command = "python -m evals.rfp.datica --record" + (" --model FILE" if wanted.model else "")
    writer = f"local model {wanted.model.name}" if wanted.model else "offline writer"
    note = f"{writer}; {len(judged)} questions, {'test half' if is_test else 'not the test half'}"
    figures = figures_of(judged, name=name, command=command, note=note)
    if wanted.record and is_test and not wanted.model:
        _RELIABILITY.write_text(reliability(judged, command=command), encoding="utf-8")
    return finish(figures, own_data=not (wanted.record and is_test), published="the test half with `--record`")


if __name__ == "__main__":
    raise SystemExit(main())
