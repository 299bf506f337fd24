"""A small local model, raw and behind the whole chat: what of what it gets wrong reaches the reader unflagged?

Run `COPILOT_LOCAL_MODEL=FILE.gguf python -m evals.chat.local_model`. The same questions and the same evidence go to the
same model twice: as a plain prompt whose answer is shown as it comes, and through planner, gate, writer and guardrails.
What counts as wrong is decided by `evals.chat.statements`, from the evidence and the conversation set alone.
Invariant: a raw answer is kept in a file outside the repository and never asked for twice; the labels of statements
that a person read (`--read`) were given before any verdict of a guardrail was seen.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import httpx

from copilot.agent.planning import Planning
from copilot.domain.conversation import TurnState
from copilot.domain.language import Language
from copilot.domain.plans import PlanningContext
from copilot.llm.local import RUNTIME
from copilot.llm.roles import NoModels
from copilot.settings import Settings
from copilot.store.account_facts import AccountFactsRepository
from copilot.workflows.chat.contract import Found, Scene
from copilot.workflows.chat.figures import run_compare, run_query
from copilot.workflows.chat.score_step import ScoreSteps
from copilot.workflows.chat.steps import step_runners
from evals import figures
from evals.chat import dataset
from evals.chat.dataset import Category, Conversation, ExpectedTurn, Split
from evals.chat.matching import says
from evals.chat.statements import Judged, Question, judge, sentences_of
from evals.chat.world import World, demo_world, hold
from evals.run import SKIPPED
from evals.statistics import wilson_interval

COMMAND = "python -m evals.chat.local_model"
CACHE = Path.home() / ".cache" / "sales-copilot-evals" / "raw_answers.json"
_GROUPS = ((Category.DOCUMENTS, 12), (Category.UNANSWERABLE, 8), (Category.TIMELINES, 4))
"""Of these a model writes the answers; figures by query are said by rules and never given to it."""
_MOST_TOKENS = 220
_EVIDENCE_CHARACTERS = 8_000
_TIMES_LOWER = 10.0
_PROMPTS = {
    Language.ES: "Responde a la pregunta con la información siguiente.\n\n{evidence}\n\nPregunta: {question}",
    Language.EN: "Answer the question with the information below.\n\n{evidence}\n\nQuestion: {question}",
}


@dataclass(frozen=True, slots=True)
class Compared:
    """One question both ways."""

    language: Language
    expected: ExpectedTurn
    raw: tuple[Judged, ...]
    shown: tuple[Judged, ...]
    """What the whole chat shows without a note beside it."""
    raw_is_right: bool
    shown_is_right: bool
    evidence: str


def main() -> int:
    """Measure, print, and record with `--record`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--record", action="store_true", help="write the figures to evals/figures.json")
    parser.add_argument("--data", type=Path, default=dataset.FOLDER, help="folder with conversations.*.toml files")
    parser.add_argument("--questions", type=int, help="at most so many per language, for a trial")
    parser.add_argument("--raw-only", action="store_true", help="only fill the file of raw answers")
    parser.add_argument("--cache", type=Path, default=CACHE, help="file of raw answers, outside the repository")
    parser.add_argument("--read", type=Path, help="write every statement with its evidence here, for a person to label")
    wanted = parser.parse_args()
    file = os.environ.get("COPILOT_LOCAL_MODEL")
    if not file:
        sys.stdout.write("Skipped: COPILOT_LOCAL_MODEL names no model file.\n")
        return SKIPPED
    compared = measure(Path(file), wanted.data, wanted.cache, most=wanted.questions, raw_only=wanted.raw_only)
    if wanted.read:
        wanted.read.write_text(json.dumps(list(_to_read(compared)), ensure_ascii=False, indent=1), encoding="utf-8")
    if wanted.raw_only:
        return 0
    measured = list(_figures(compared))
    sys.stdout.writelines(f"{figures.describe(item)}\n" for item in measured)
    if wanted.record:
        figures.record(measured)
    return 0


def measure(model: Path, folder: Path, cache: Path, *, most: int | None, raw_only: bool) -> list[Compared]:
    """Ask everything both ways."""
    compared = []
    with demo_world({"COPILOT_LOCAL_MODEL": model}) as world:
        raw = _Raw(world.application.settings, cache)
        for file in (item for item in dataset.load(folder) if item.split is Split.TEST):
            chosen = list(_sample(file.conversations))
            for conversation in chosen[:most]:
                done = _both_ways(conversation, file.language, world, raw, raw_only=raw_only)
                compared.append(done)
                sys.stderr.write(f"{conversation.id}\n")
    return compared


def _sample(conversations: tuple[Conversation, ...]) -> Iterator[Conversation]:
    """Evenly over each group, so that the same ones are taken whatever else is there; the groups in turn."""
    groups = []
    for category, wanted in _GROUPS:
        single = [item for item in conversations if item.category is category and len(item.turns) == 1]
        step = max(1, len(single) // wanted)
        groups.append(single[::step][:wanted])
    for place in range(max(len(group) for group in groups)):
        yield from (group[place] for group in groups if place < len(group))


def _both_ways(
    conversation: Conversation, language: Language, world: World, raw: "_Raw", *, raw_only: bool
) -> Compared:
    expected = conversation.turns[0]
    evidence, people = _evidence(conversation, language, world)
    question = Question(expected, language, evidence, people)
    answer = raw.answer(expected.message, evidence, language)
    raw_judged = tuple(judge(item, question) for item in sentences_of(answer))
    if raw_only:
        return Compared(language, expected, raw_judged, (), raw_is_right=False, shown_is_right=False, evidence=evidence)
    held = hold(world, (expected.message,), asker=conversation.asker)[0]
    visible = held.sentences if held.state is TurnState.ANSWERED else ()
    unflagged = [item.text for item in visible if not item.notes]
    return Compared(
        language=language,
        expected=expected,
        raw=raw_judged,
        shown=tuple(judge(text, question) for text in unflagged),
        raw_is_right=_is_right(answer, expected),
        shown_is_right=_is_right("\n".join(item.text for item in visible), expected),
        evidence=evidence,
    )


def _is_right(text: str, expected: ExpectedTurn) -> bool:
    return bool(expected.present) and all(says(text, item) for item in expected.present)


def _evidence(conversation: Conversation, language: Language, world: World) -> tuple[str, str]:
    """What the steps of the plan find for the writer, one line each: the same that the whole chat gives its model.

    And the names of the people around the accounts that it is about.
    """
    application, viewer = world.application, world.people[conversation.asker]
    scores = ScoreSteps(application.explanations)
    runners = step_runners(
        application.retrieval, application.briefs, query=run_query, compare=run_compare, scores=scores
    )
    message = conversation.turns[0].message
    plan = Planning(application.database, NoModels())(message, context=PlanningContext(), viewer=viewer)
    with application.database.unit_of_work() as uow:
        scene = Scene(viewer=viewer, uow=uow, today=uow.clock.today(), language=language, message=message)
        found: list[Found] = [runners[step.kind](step, scene) for step in plan.steps]
        accounts = dict.fromkeys(key for part in found for key in part.account_ids)
        facts = [AccountFactsRepository(uow).gather(key, viewer=viewer, today=scene.today) for key in accounts]
    people = [name for each in facts for name in (*(contact.name for contact in each.contacts), *each.staff)]
    lines = [f"- {item.as_of} {item.label}: {item.text}" for part in found for item in part.evidence]
    return "\n".join(dict.fromkeys(lines))[:_EVIDENCE_CHARACTERS], "\n".join(dict.fromkeys(people))


class _Raw:
    """The model as it is, its answers kept."""

    def __init__(self, settings: Settings, cache: Path) -> None:
        self._settings = settings
        self._cache = cache
        self._known: dict[str, str] = json.loads(cache.read_text("utf-8")) if cache.exists() else {}

    def answer(self, question: str, evidence: str, language: Language) -> str:
        """Ask once; the same prompt is answered from the file ever after."""
        prompt = _PROMPTS[language].format(evidence=evidence, question=question)
        key = sha256(prompt.encode()).hexdigest()
        if key not in self._known:
            self._known[key] = self._ask(prompt)
            self._cache.parent.mkdir(parents=True, exist_ok=True)
            self._cache.write_text(json.dumps(self._known, ensure_ascii=False, indent=1), encoding="utf-8")
        return self._known[key]

    def _ask(self, prompt: str) -> str:
        address = RUNTIME.address(self._settings)
        response = httpx.post(
            f"{address.url}/chat/completions",
            headers={"Authorization": f"Bearer {address.api_key.get_secret_value()}"},
            json={
                "messages": [{"role": "user", "content": prompt}],
                "max_tokens": _MOST_TOKENS,
                "temperature": 0,
                "seed": 7,
            },
            timeout=self._settings.local_timeout_seconds,
        )
        return str(response.raise_for_status().json()["choices"][0]["message"]["content"])


def _to_read(compared: list[Compared]) -> Iterator[dict[str, str]]:
    """Statements without any verdict, for a person to label."""
    for item in compared:
        for side, statements in (("raw", item.raw), ("shown", item.shown)):
            for judged in statements:
                yield {
                    "language": item.language.value,
                    "question": item.expected.message,
                    "side": side,
                    "statement": judged.text,
                    "evidence": item.evidence,
                    "label": "",
                }


def _figures(compared: list[Compared]) -> Iterator[figures.Figure]:
    for language in Language:
        mine = [item for item in compared if item.language is language]
        if mine:
            yield from _of_language(mine, language.value)
    if compared:
        yield from _of_language(compared, "es+en")


def _of_language(compared: list[Compared], language: str) -> Iterator[figures.Figure]:
    raw = [judged.is_wrong for item in compared for judged in item.raw]
    shown = [judged.is_wrong for item in compared for judged in item.shown]
    right = [item.shown_is_right for item in compared if item.raw_is_right]
    of = f"{len(compared)} questions"
    yield _share("wrong_before", raw, language, f"{of}; statements of the raw model that are wrong or unsupported")
    yield _share("wrong_after", shown, language, f"{of}; the same of what the chat shows without a note")
    yield _share("right_kept", right, language, f"{of}; right raw answers that the chat gives as well")
    if raw and sum(raw):
        before = sum(raw) / len(raw)
        after = sum(shown) / len(shown) if shown else 0.0
        yield figures.Figure(
            name="chat.local_model.times_lower",
            language=language,
            # Never infinite: where none is left, the next statement might have been wrong.
            value=round(before / after, 2) if after else float(len(shown)) * before,
            n=len(raw) + len(shown),
            goal=figures.Goal(comparison=">=", threshold=_TIMES_LOWER),
            command=COMMAND,
            measured_on=figures.today(),
            note="share before over share after; none after: as if one statement more had been wrong",
        )


def _share(name: str, cases: list[bool], language: str, note: str) -> figures.Figure:
    right = sum(cases)
    return figures.Figure(
        name=f"chat.local_model.{name}",
        language=language,
        value=round(right / len(cases), 4) if cases else 0.0,
        n=len(cases),
        interval=wilson_interval(right, len(cases)) if cases else None,
        interval_method="Wilson, over statements",
        command=COMMAND,
        measured_on=figures.today(),
        note=f"{note}; judged by stated rules, see evals/chat/statements.py; Qwen2.5-Coder 1.5B, Q4_K_M",
    )


if __name__ == "__main__":
    raise SystemExit(main())
