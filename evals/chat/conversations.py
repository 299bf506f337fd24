"""Whole conversations over the demo company, asked through the application's own chat without any model.

Run `python -m evals.chat.conversations`. Conversations and what is right: `evals/chat/data/conversations.*.toml`, see
`evals.chat.dataset`; of the split `test` only totals are printed, so that nothing is built to fit single ones.
Invariant: one conversation does not see another; what is counted as right is decided before an answer is read.
"""

import argparse
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from copilot.domain.access import Role
from copilot.domain.conversation import TurnState
from copilot.domain.language import Language
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.records import RecordRepository
from evals import figures
from evals.chat import dataset
from evals.chat.answer_scoring import faults_of_values, is_cited, says_nothing, uncited_facts
from evals.chat.dataset import Category, Conversation, ConversationFile, ExpectedTurn, Outcome, Split
from evals.chat.matching import fold
from evals.chat.plan_scoring import Asker, faults_of_plan
from evals.chat.world import Held, World, demo_world, hold
from evals.statistics import wilson_interval
from evals.suite import skip

COMMAND = "python -m evals.chat.conversations"
_GOALS = {
    "plan_right": 0.95,
    "figures_right": 0.98,
    "unanswerable_recognised": 0.95,
    "not_allowed_refused": 1.0,
}
_LARGEST_GAP = 0.03
_DRAWS = 2000
_FIGURES = {Category.FIGURES, Category.COMPARISONS, Category.MULTI_TURN, Category.TIMELINES}
_STATES = {
    Outcome.ASKS: {TurnState.ASKED},
    Outcome.REFUSES: {TurnState.REFUSED},
    Outcome.ANSWER: {TurnState.ANSWERED},
}


@dataclass(slots=True)
class Tally:
    """Cases of one measure: right ones are True; a miss keeps why."""

    cases: list[bool] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)

    def add(self, label: str, faults: Iterable[str]) -> None:
        """Count one case."""
        found = list(faults)
        self.cases.append(not found)
        if found:
            self.misses.append(f"{label}: {'; '.join(found)}")

    @property
    def share(self) -> float:
        """Of right cases."""
        return sum(self.cases) / len(self.cases)


Tallies = dict[tuple[str, str], Tally]
"""By measure and language."""


def main() -> int:
    """Measure and print; `--record` writes the figures of our own set, `--gate` fails when one fell behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--gate", action="store_true", help="fail when a figure is worse than the recorded one")
    parser.add_argument("--data", type=Path, default=dataset.FOLDER, help="folder with conversations.*.toml files")
    parser.add_argument("--split", choices=[item.value for item in Split], default=Split.TEST.value)
    parser.add_argument("--json", type=Path, help="write every miss to this file")
    wanted = parser.parse_args()
    split = Split(wanted.split)
    files = [item for item in dataset.load(wanted.data) if item.split is split]
    if not files:
        return skip(wanted.data)
    tallies = measure(files)
    _print(tallies, misses=split is Split.DEV)
    if wanted.json:
        wanted.json.write_text(json.dumps(_as_json(tallies), ensure_ascii=False, indent=1), encoding="utf-8")
    measured = list(_figures(tallies, split))
    sys.stdout.writelines(f"{figures.describe(item)}\n" for item in measured if item.goal)
    if wanted.record and wanted.data == dataset.FOLDER:
        figures.record(measured)
    worse = figures.regressions(measured) if wanted.gate else []
    sys.stdout.writelines(f"WORSE: {line}\n" for line in worse)
    return int(bool(worse))


def measure(files: Iterable[ConversationFile]) -> Tallies:
    """Hold every conversation and score it."""
    tallies: Tallies = {}
    with demo_world() as world:
        known = _names_of_records(world)
        for file in files:
            for conversation in file.conversations:
                _score(conversation, file.language, world, known, tallies)
    return tallies


def _score(
    conversation: Conversation, language: Language, world: World, known: frozenset[str], tallies: Tallies
) -> None:
    turns = hold(world, tuple(turn.message for turn in conversation.turns), asker=conversation.asker)
    viewer = world.people[conversation.asker]
    for expected, held in zip(conversation.turns, turns, strict=True):
        label = f"{conversation.id} «{expected.message}»"
        with world.application.database.unit_of_work() as uow:
            asker = Asker(viewer, uow, uow.clock.today())
            was_refused = held.state is TurnState.REFUSED
            plan_faults = faults_of_plan(held.plan, expected, asker, was_refused=was_refused)
        scores = [("plan_right", plan_faults), (f"plan_right.{conversation.category.value}", plan_faults)]
        scores += _of_outcome(conversation.category, expected, held)
        scores += _of_answer(conversation.category, expected, held, known)
        if held.plan is not None:
            scores.append(("language_right", [] if held.plan.language is language else ["spoke the other one"]))
        for name, faults in scores:
            tallies.setdefault((name, language.value), Tally()).add(label, faults)


def _of_outcome(category: Category, expected: ExpectedTurn, held: Held) -> Iterator[tuple[str, list[str]]]:
    """Whether it refused, asked, or said that nothing says so, where that was right."""
    if category is Category.UNANSWERABLE:
        yield "unanswerable_recognised", [] if says_nothing(held) else [f"{held.state.value}: {held.text[:300]}"]
    names = {
        Category.NOT_ALLOWED: "not_allowed_refused",
        Category.OUT_OF_SCOPE: "out_of_scope_refused",
        Category.AMBIGUOUS: "ambiguous_asked",
    }
    if category in names:
        right = set().union(*(_STATES.get(item, set()) for item in expected.outcomes))
        right |= {TurnState.ANSWERED} if Outcome.NOTHING in expected.outcomes else set()
        yield names[category], [] if held.state in right else [f"{held.state.value}: {held.text[:300]}"]


def _of_answer(
    category: Category, expected: ExpectedTurn, held: Held, known: frozenset[str]
) -> Iterator[tuple[str, list[str]]]:
    if expected.outcome is Outcome.ANSWER and held.state in {TurnState.ANSWERED, TurnState.HELD, TurnState.FAILED}:
        yield "shown_at_once", [] if held.state is TurnState.ANSWERED else [f"{held.state.value} {held.finished.text}"]
    if expected.outcome is Outcome.ANSWER and (expected.present or expected.records):
        faults = faults_of_values(held, expected, known)
        if category in _FIGURES:
            yield "figures_right", faults
            yield f"figures_right.{category.value}", faults
        elif category is Category.DOCUMENTS:
            yield "documents_answered", faults
    if category is Category.DOCUMENTS and expected.cites:
        yield "documents_answered", [] if is_cited(held, expected) else ["cites none of the documents that say so"]
    if held.state is TurnState.ANSWERED:
        uncited = list(uncited_facts(held, known))
        yield "facts_cited", [f"no source: {item[:150]}" for item in uncited]


def _names_of_records(world: World) -> frozenset[str]:
    """Names of all accounts and opportunities, folded: what a wrong list would name."""
    admin = next(person for person in world.people.values() if person.role is Role.ADMIN)
    with world.application.database.unit_of_work() as uow:
        keys, facts = RecordRepository(uow).account_keys(), AccountFactsRepository(uow)
        known = [facts.gather(key.id, viewer=admin, today=uow.clock.today()) for key in keys]
    names = [name for one in known for name in (one.account.name, *(item.name for item in one.opportunities))]
    return frozenset(map(fold, names))


def _print(tallies: Tallies, *, misses: bool) -> None:
    for (name, language), tally in sorted(tallies.items()):
        sys.stdout.write(f"{name:36} {language} {sum(tally.cases)}/{len(tally.cases)} = {tally.share:.3f}\n")
        if misses:
            sys.stdout.writelines(f"    {miss}\n" for miss in tally.misses)


def _figures(tallies: Tallies, split: Split) -> Iterator[figures.Figure]:
    for (name, language), tally in sorted(tallies.items()):
        yield figures.Figure(
            name=f"chat.conversations.{name}",
            language=language,
            value=round(tally.share, 4),
            n=len(tally.cases),
            interval=wilson_interval(sum(tally.cases), len(tally.cases)),
            interval_method="Wilson, over messages",
            goal=figures.Goal(comparison=">=", threshold=_GOALS[name]) if name in _GOALS else None,
            command=COMMAND,
            measured_on=figures.today(),
            note=f"offline planner and writer, demo company, split {split.value}",
        )
    for name in _GOALS:
        if (name, "es") in tallies and (name, "en") in tallies:
            yield _gap(name, tallies[name, "es"].cases, tallies[name, "en"].cases, split)


def _gap(name: str, spanish: list[bool], english: list[bool], split: Split) -> figures.Figure:
    """English less Spanish, bootstrapped over the messages of each."""
    generator = np.random.default_rng(7)
    draws = [
        float(np.mean(generator.choice(english, len(english))) - np.mean(generator.choice(spanish, len(spanish))))
        for _ in range(_DRAWS)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return figures.Figure(
        name=f"chat.conversations.{name}.gap",
        language="en-es",
        value=round(float(np.mean(english) - np.mean(spanish)), 4),
        n=len(english) + len(spanish),
        interval=(float(low), float(high)),
        interval_method="bootstrap over messages, 2,000 draws, seed 7",
        goal=figures.Goal(comparison="<=", threshold=_LARGEST_GAP),
        command=COMMAND,
        measured_on=figures.today(),
        note=f"share right in English less that in Spanish; the sets are no translations; split {split.value}",
    )


def _as_json(tallies: Tallies) -> object:
    return {
        f"{name} {language}": {"right": sum(item.cases), "cases": len(item.cases), "misses": item.misses}
        for (name, language), item in sorted(tallies.items())
    }


if __name__ == "__main__":
    raise SystemExit(main())
