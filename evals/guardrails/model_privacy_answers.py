"""What masking costs a real, small model: short questions with known answers, asked with masking and without.

Run: python -m evals.guardrails.model_privacy_answers [--model FILE.gguf] [--show]

Needs `xllamacpp` (pip install xllamacpp) and a chat model as a GGUF file; without them it says so and is skipped.
The questions are made from the demo company's records and from the promises of its story; nothing was chosen on them.
"""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage
from langchain_openai import ChatOpenAI
from pydantic import SecretStr

from copilot.bootstrap import Application
from copilot.domain.access import Viewer
from copilot.domain.account_facts import AccountFacts
from copilot.domain.folding import flat
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.guardrails.policy import default_guardrail_policy
from copilot.guardrails.pseudonyms.conversation import Conversation
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.accounts import AccountRepository
from copilot.store.documents import DocumentRepository
from evals.brief import truth
from evals.figures import Figure, describe, record, today
from evals.guardrails.model_privacy import demo
from evals.run import SKIPPED
from evals.statistics import bootstrap_interval, wilson_interval

COMMAND = "python -m evals.guardrails.model_privacy_answers"
DEFAULT_MODEL = Path.home() / ".cache/sales-copilot-tests/qwen2.5-coder-1.5b-instruct-q4_k_m.gguf"
_PREFIX = "guardrails.model_privacy.answers"
_LONGEST_ANSWER = 40
_WINDOW = 260
_SHOWN = 5
_SHORTEST = 3
_WORDING = {
    Language.ES: {
        "system": "Responde con las menos palabras posibles, solo con lo que dice el texto. Nombres como PERSON_1 o "
        "EMAIL_1 representan a personas y direcciones: cópialos tal cual.",
        "title": "¿Qué cargo tiene {name}?",
        "who": "¿Quién ocupa el cargo de {title}?",
        "email": "¿Cuál es el correo de {name}?",
        "promise": "¿Quién dice «{quote}»? Responde solo con el nombre.",
    },
    Language.EN: {
        "system": "Answer in as few words as possible, only with what the text says. Names such as PERSON_1 or EMAIL_1 "
        "stand for people and addresses: copy them exactly.",
        "title": "What is the job title of {name}?",
        "who": "Who is the {title}?",
        "email": "What is the email address of {name}?",
        "promise": "Who says “{quote}”? Answer with the name only.",
    },
}


@dataclass(frozen=True, slots=True)
class Question:
    """A question over a short text, and what an answer must contain."""

    kind: str
    text: str
    question: str
    gold: tuple[str, ...]
    """Any of these."""


def main() -> int:
    """Ask, print, record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, default=DEFAULT_MODEL)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--show", action="store_true", help="print every answer")
    arguments = parser.parse_args()
    if find_spec("xllamacpp") is None or not arguments.model.is_file():
        sys.stdout.write("Not measured: it needs xllamacpp and a chat model as a GGUF file (--model).\n")
        return SKIPPED
    measured: list[Figure] = []
    with demo() as (application, viewer), _served(arguments.model, threads=arguments.threads) as model:
        for language in Language:
            scores = list(_asked(application, viewer, language=language, model=model, show=arguments.show))
            measured += _figures(language, scores, name=arguments.model.stem)
    sys.stdout.writelines(f"{describe(figure)}\n" for figure in measured)
    record(measured)
    return 0


@contextmanager
def _served(path: Path, *, threads: int) -> Iterator[BaseChatModel]:
    library = import_module("xllamacpp")
    wanted = library.CommonParams()
    wanted.model.path = str(path)
    wanted.n_ctx, wanted.n_parallel, wanted.port = 2048, 1, 0
    # All cores at once is slower than one where others use them too: the threads wait for each other.
    wanted.cpuparams.n_threads = wanted.cpuparams_batch.n_threads = threads
    server = library.Server(wanted)
    yield ChatOpenAI(
        model="local",
        base_url=f"{server.listening_address}/v1",
        api_key=SecretStr("none"),
        temperature=0,
        max_completion_tokens=_LONGEST_ANSWER,
        timeout=300,
    )


def _asked(
    application: Application, viewer: Viewer, *, language: Language, model: BaseChatModel, show: bool
) -> Iterator[tuple[str, bool, bool]]:
    for story in truth.load():
        with application.database.unit_of_work() as uow:
            head = AccountRepository(uow).named(story.account, viewer=viewer)[0]
            facts = AccountFactsRepository(uow).gather(head.id, viewer=viewer, today=uow.clock.today())
            texts = {
                document.source_path: document.text
                for document in DocumentRepository(uow).texts_of_account(head.id, viewer=viewer)
            }
        if facts.account.language != language.value:
            continue
        masked = _boundary(application, viewer, facts, language, model)
        for item in [*_about_contacts(facts, language), *_about_promises(story, texts, language)]:
            plain, hidden = (_answer(chat, item, language) for chat in (model, masked))
            if show:
                sys.stdout.write(f"{item.kind}: {item.question} {item.gold}\n   {plain!r}\n   {hidden!r}\n")
                sys.stdout.flush()
            yield item.kind, _is_right(plain, item), _is_right(hidden, item)


def _boundary(
    application: Application, viewer: Viewer, facts: AccountFacts, language: Language, model: BaseChatModel
) -> BaseChatModel:
    conversation = Conversation.open(
        f"eval-{facts.account.id}",
        database=application.database,
        viewer=viewer,
        policy=default_guardrail_policy(),
        language=language,
        hints=Hints(language=language, organisations=frozenset({facts.account.name, *facts.products})),
    )
    return conversation.model(model, default_source=facts.account.id)


def _about_contacts(facts: AccountFacts, language: Language) -> Iterator[Question]:
    wording = _WORDING[language]
    people = [item for item in facts.contacts if item.title and item.email][:_SHOWN]
    lines = "\n".join(f"- {item.name}, {item.title}, {item.email}, {item.phone or '—'}" for item in people)
    text = f"{facts.account.name}\n{lines}"
    for place, item in enumerate(people):
        title, email = item.title or "", item.email or ""
        yield Question("title", text, wording["title"].format(name=item.name), (title,))
        if sum(other.title == title for other in people) == 1:
            yield Question("who", text, wording["who"].format(title=title), _parts(item.name))
        if place % 2 == 0:
            yield Question("email", text, wording["email"].format(name=item.name), (email,))


def _about_promises(story: truth.Truth, texts: dict[str, str], language: Language) -> Iterator[Question]:
    for promise in story.promises:
        text = next((text for path, text in texts.items() if path.endswith(promise.source)), "")
        place = text.find(promise.quote)
        if place < 0 or not promise.who:
            continue
        window = text[max(0, place - _WINDOW) : place + len(promise.quote) + 60]
        if any(part in flat(window) for part in _parts(promise.who)):
            question = _WORDING[language]["promise"].format(quote=promise.quote)
            yield Question("promise", window, question, _parts(promise.who))
            return  # one of each account: a long text takes a small model a minute


def _parts(name: str) -> tuple[str, ...]:
    return tuple(word for word in flat(name).split() if len(word) >= _SHORTEST)


def _answer(model: BaseChatModel, item: Question, language: Language) -> str:
    messages = [SystemMessage(_WORDING[language]["system"]), HumanMessage(f"{item.text}\n\n{item.question}")]
    return " ".join(str(model.invoke(messages).content).split())


def _is_right(answer: str, item: Question) -> bool:
    return any(flat(gold) in flat(answer) for gold in item.gold)


def _figures(language: Language, scores: list[tuple[str, bool, bool]], *, name: str) -> list[Figure]:
    plain, masked = [right for _, right, _ in scores], [right for _, _, right in scores]
    lost = [float(with_masking) - float(without) for without, with_masking in zip(plain, masked, strict=True)]
    note = f"{name}, temperature 0, one run; job titles, names and addresses of contacts, and who made a promise"
    found = [
        _figure(key, language, sum(right) / len(right), len(right), wilson_interval(sum(right), len(right)), note=note)
        for key, right in (("right_without_masking", plain), ("right_with_masking", masked))
    ]
    interval = bootstrap_interval(lost)
    note = f"paired, with masking minus without; {note}"
    found.append(_figure("difference", language, sum(lost) / len(lost), len(lost), interval, note=note))
    return found


def _figure(
    key: str, language: Language, value: float, cases: int, interval: tuple[float, float], *, note: str
) -> Figure:
    return Figure(
        name=f"{_PREFIX}.{key}",
        language=language.value,
        value=round(value, 4),
        n=cases,
        interval=interval,
        interval_method="bootstrap over questions, 2,000 draws, seed 7" if key == "difference" else "Wilson",
        command=COMMAND,
        measured_on=today(),
        note=note,
    )


if __name__ == "__main__":
    raise SystemExit(main())
