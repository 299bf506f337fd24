"""What the suites over labelled questionnaires have in common: asking every labelled question, telling what went wrong.

Invariant: every labelled question is asked once, by itself, whatever its condition; of a test half nothing is told but
its figures.
"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from copilot.domain.questionnaires import Questionnaire
from evals.rfp.labels import Label, find, with_keys
from evals.rfp.scoring import Judged, Outcome, judge
from evals.rfp.world import World


def ask(questionnaire: Questionnaire, *, labels: Sequence[Label], world: World) -> Iterator[Judged]:
    """The labelled questions of one questionnaire, answered in that world."""
    for label in labels:
        question = find(label.id, questionnaire.questions)
        answer = world.answer(question, questionnaire=questionnaire)
        yield judge(answer, with_keys(label, question), files=world.files)


def arguments(*, about: str, data: str) -> tuple[argparse.Namespace, bool]:
    """What the suite is called with, and whether that is its test half, which is recorded and never told."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--split", choices=["dev", "test"], default="test", help="half of the labels")
    parser.add_argument("--data", type=Path, help=data)
    parser.add_argument("--model", type=Path, help="GGUF file of a local model that writes")
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--verbose", action="store_true", help="print what went wrong (never of the test half)")
    wanted = parser.parse_args()
    is_test = wanted.data is None and wanted.split == "test"
    if wanted.verbose and is_test:
        parser.error("what went wrong in the test half is not printed: whoever sees it tunes on it")
    return wanted, is_test


def note_of(count: int, *, model: Path | None, is_test: bool) -> str:
    """Who wrote the answers, and to how many questions of which half."""
    writer = f"local model {model.name}" if model else "offline writer"
    return f"{writer}; {count} questions, {'test half' if is_test else 'not the test half'}"


def tell_what_went_wrong(judged: Sequence[Judged]) -> None:
    """Print every answer that is wrong, missing or says too much."""
    wrong = (Outcome.WRONG, Outcome.ABSTAINED_WRONG)
    sys.stdout.writelines(f"{_told(item)}\n" for item in judged if item.outcome in wrong or item.excess)


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
