"""How much personal data reaches a model in agent runs over the demo company, and what masking costs the answers.

Run: python -m evals.guardrails.model_privacy [--misses]

Each account of the demo company is asked about in a conversation of two questions, by an agent with read-only tools and
a model with a script, once with masking and once without. What reached the model is searched for every name, address
and telephone number of the records' contacts and users, and for the personal data that we planted in notes.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from copilot import bootstrap
from copilot.bootstrap import Application
from copilot.clock import SystemClock
from copilot.domain.access import Role, Viewer
from copilot.domain.account_facts import AccountFacts
from copilot.domain.language import Language
from copilot.domain.personal_data import Hints
from copilot.domain.pseudonyms import KnownPerson
from copilot.guardrails.policy import default_guardrail_policy
from copilot.guardrails.pseudonyms.conversation import Conversation
from copilot.settings import Settings
from copilot.store import embedded
from copilot.store.account_facts import AccountFactsRepository
from copilot.store.accounts import AccountRepository
from copilot.store.pseudonyms import PseudonymRepository
from evals.figures import Figure, Goal, describe, record, today
from evals.guardrails.model_privacy_agent import run
from evals.guardrails.model_privacy_gold import Gold, planted
from evals.statistics import wilson_interval
from knowledge import demo_company
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions
from knowledge.progress import Silent

COMMAND = "python -m evals.guardrails.model_privacy"
_PREFIX = "guardrails.model_privacy"
_GOAL = 0.01
_NOTE_DAY = "2026-11-12"
_MEGABYTE = 1_000_000
_NOTES = {
    "known": "names, addresses and telephone numbers of all contacts and users in the records",
    "planted": "identity numbers, accounts, cards, addresses, secrets and the like in notes of our own",
    "name_parts": "one first or family name of a known person by itself, written with a capital and not in the name of "
    "a company; ordinary words that are spelled the same are among them",
    "unknown_names": "planted names of people whom no record knows; found by the name recogniser alone",
    "all": "all of these together",
}


@dataclass(slots=True)
class Tally:
    """Counts of one language."""

    would_be_sent: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)
    facts: int = 0
    identical: int = 0
    same_people: int = 0
    conversations: int = 0
    misses: list[str] = field(default_factory=list)


def main() -> int:
    """Measure, print and record."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--misses", action="store_true", help="show what got through and which facts changed")
    arguments = parser.parse_args()
    with demo() as (application, viewer):
        tallies = measure(application, viewer)
    measured = [figure for language, tally in tallies.items() for figure in figures(language, tally)]
    sys.stdout.writelines(f"{describe(figure)}\n" for figure in measured)
    if arguments.misses:
        sys.stdout.writelines(
            f"{language.value}: {miss}\n" for language in tallies for miss in tallies[language].misses
        )
    record(measured)
    return 0


@contextmanager
def demo() -> Iterator[tuple[Application, Viewer]]:
    """The demo company with the planted notes, in a workspace of its own, seen by its administrator."""
    with tempfile.TemporaryDirectory() as name:
        settings = Settings(COPILOT_DATA_DIR=Path(name) / "data", COPILOT_EMBEDDINGS="none")
        application = bootstrap.build(settings)
        try:
            described = demo_company.load_people(application, password="only-for-this-run")  # noqa: S106
            viewer = next(person for person in described.people if person.role is Role.ADMIN)
            folder = _with_notes(Path(name) / "demo")
            options = ImportOptions(
                max_bytes=settings.max_file_megabytes * _MEGABYTE,
                root_name=demo_company.ROOT_NAME,
                as_of=demo_company.EXPORTED_ON,
            )
            import_folder(
                folder, database=application.database, actor_id=viewer.user_id, options=options, progress=Silent()
            )
            application.database.clock = SystemClock(pinned_today=described.today)
            yield application, viewer
        finally:
            application.close()
            embedded.stop(settings.data_dir)


def measure(application: Application, viewer: Viewer) -> dict[Language, Tally]:
    """Every account in its own language, with masking and without."""
    people = _people(application, viewer)
    lines = [line for language in Language for line in planted(language)]
    accounts = list(_accounts(application, viewer))
    gold = Gold(people, lines, organisations=[facts.account.name for facts in accounts])
    tallies = {language: Tally() for language in Language}
    for facts in accounts:
        language = Language.ES if facts.account.language == "es" else Language.EN
        _converse(application, facts, viewer=viewer, language=language, gold=gold, tally=tallies[language])
    return tallies


def _converse(
    application: Application, facts: AccountFacts, *, viewer: Viewer, language: Language, gold: Gold, tally: Tally
) -> None:
    country = facts.account.country
    conversation = Conversation.open(
        f"eval-{facts.account.id}",
        database=application.database,
        viewer=viewer,
        policy=default_guardrail_policy(),
        language=language,
        hints=Hints(
            language=language,
            countries=(country,) if country else (),
            organisations=frozenset({facts.account.name, *facts.products}),
        ),
    )
    plain_wire, plain_facts = run(application, facts, viewer=viewer, language=language, boundary=lambda model: model)
    wire, answered = run(application, facts, viewer=viewer, language=language, boundary=conversation.model)
    tally.conversations += 1
    for text in plain_wire:
        tally.would_be_sent += gold.count(text)
    for text in wire:
        found = gold.count(text)
        tally.sent += found
        if found.total():
            tally.misses += [f"{facts.account.name}: {place}" for place in gold.examples(text)]
    kept = set(answered)
    alike = {_without_names(fact, conversation) for fact in answered}
    for fact in plain_facts:
        tally.facts += 1
        tally.identical += fact in kept
        tally.same_people += _without_names(fact, conversation) in alike
        if _without_names(fact, conversation) not in alike:
            tally.misses.append(f"{facts.account.name}: changed fact: {fact[:200]}")


def _without_names(fact: str, conversation: Conversation) -> str:
    """The fact with every known person written in full, so that `Marta` and `Marta Ruiz Gil` are the same."""
    return conversation.restore(conversation.vault.mask(fact)).text


def _people(application: Application, viewer: Viewer) -> tuple[KnownPerson, ...]:
    with application.database.unit_of_work() as uow:
        return PseudonymRepository(uow).known_people(viewer=viewer)


def _accounts(application: Application, viewer: Viewer) -> Iterator[AccountFacts]:
    with application.database.unit_of_work() as uow:
        heads = AccountRepository(uow).page(viewer=viewer, limit=100).accounts
    for head in heads:
        with application.database.unit_of_work() as uow:
            yield AccountFactsRepository(uow).gather(head.id, viewer=viewer, today=uow.clock.today())


def _with_notes(target: Path) -> Path:
    shutil.copytree(demo_company.FOLDER, target)
    for language in Language:
        for line in planted(language):
            path = target / "accounts" / line.account / "notes" / f"{_NOTE_DAY}-details.md"
            before = path.read_text(encoding="utf-8") if path.exists() else "# Details\n"
            path.write_text(f"{before}\n{line.text}\n", encoding="utf-8")
    return target


def figures(language: Language, tally: Tally) -> list[Figure]:
    """Shares that reached the model, and shares of facts that stayed the same."""
    names = ("known", "name_parts", "planted", "unknown_names")
    groups = {group: (tally.sent[group], tally.would_be_sent[group]) for group in names}
    groups["all"] = (tally.sent.total(), tally.would_be_sent.total())
    found = []
    for group, (sent, would) in groups.items():
        if would:
            note = f"{_NOTES[group]}; {tally.conversations} conversations; occurrences in one are not independent"
            found.append(_figure(f"reached.{group}", language, sent, would, note=note, goal=group == "all"))
    note = "one line per record or passage shown; scripted model; "
    same, alike = "character for character", "with every known person written in full in both"
    found.append(_figure("facts_identical", language, tally.identical, tally.facts, note=note + same))
    found.append(_figure("facts_same_people", language, tally.same_people, tally.facts, note=note + alike))
    return found


def _figure(name: str, language: Language, hits: int, cases: int, *, note: str, goal: bool = False) -> Figure:
    return Figure(
        name=f"{_PREFIX}.{name}",
        language=language.value,
        value=round(hits / cases, 5),
        n=cases,
        interval=wilson_interval(hits, cases),
        interval_method="Wilson",
        goal=Goal(comparison="<=", threshold=_GOAL) if goal else None,
        command=COMMAND,
        measured_on=today(),
        note=note,
    )


if __name__ == "__main__":
    raise SystemExit(main())
