"""Whether an answer is right, from what its asker reads.

Invariant: a figure is right when every expected value stands in the answer, none that must not, and a list names
exactly the records worked out from the CSV files; a sentence that speaks of a number or of a known record and cites
nothing is without a source.
"""

import re
from collections.abc import Iterator

from copilot.domain.conversation import TurnState
from copilot.domain.figure_queries import Measure
from evals.chat.dataset import ExpectedTurn
from evals.chat.matching import fold, numbers_in, says
from evals.chat.world import Held

_MOST_LISTED = 15
_NOTHING = re.compile(
    r"no he encontrado|no encuentro|nada que lo diga|no consta|no esta registrad|no figura|sin dato|no hay "
    r"|found nothing|nothing (that )?says|not recorded|is not (stated|said)|no record|there (is|are) no "
)
_LEFT_OUT = re.compile(r"^(sin (sumar|contar|comparar|valorar)|left out|not judged)")
"""Records that were not counted are named as such: that is no claim that they belong."""
_SEARCHED = re.compile(r"^(he (buscado|contado|sumado|calculado|comparado|listado)|searched|looked|counted|i )")


def says_nothing(held: Held) -> bool:
    """Whether every part of the answer opens by saying that nothing says so."""
    if held.state is not TurnState.ANSWERED:
        return False
    openings: dict[str, str] = {}
    for item in held.sentences:
        openings.setdefault(item.section, fold(item.text))
    return bool(openings) and all(_NOTHING.search(text) for text in openings.values())


def faults_of_values(held: Held, expected: ExpectedTurn, known: frozenset[str]) -> list[str]:
    """Expected values that are missing, and wrong ones that are there. `known`: names of all records, folded."""
    faults = [f"lacks {item}" for item in expected.present if not says(held.told, item)]
    faults += [f"says {item}" for item in expected.absent if says(held.text, item)]
    if _names_its_records(expected):
        faults += _faults_of_names(held, expected, known)
    return faults


def _names_its_records(expected: ExpectedTurn) -> bool:
    is_list = expected.measure in {None, Measure.LIST} and not expected.group_by
    return is_list and 0 < len(expected.records) <= _MOST_LISTED


def _faults_of_names(held: Held, expected: ExpectedTurn, known: frozenset[str]) -> list[str]:
    text = fold(held.text)
    alternatives = [{fold(name) for name in names} for names in (expected.records, expected.or_records) if names]
    listed = fold("\n".join(item.text for item in held.sentences if not _LEFT_OUT.search(fold(item.text))))
    named = {name for name in known if name in listed}
    best: list[str] | None = None
    for wanted in alternatives:
        # Accounts are named beside their records: only records of the kind asked for can be wrong.
        wrong = [name for name in named - wanted if " – " in name or " - " in name]
        wrong = [name for name in wrong if any(" - " in item for item in wanted)]
        faults = [f"lacks {name}" for name in sorted(wanted - {name for name in wanted if name in text})]
        faults += [f"names {name}" for name in wrong]
        best = faults if best is None or len(faults) < len(best) else best
    return best or []


def is_cited(held: Held, expected: ExpectedTurn) -> bool:
    """Whether one of the expected sources is among those the answer cites."""
    sources = [fold(item) for item in held.sources]
    return any(fold(wanted) in source for wanted in expected.cites for source in sources)


def uncited_facts(held: Held, known: frozenset[str]) -> Iterator[str]:
    """Sentences that state something of the data and name no source."""
    for item in held.sentences:
        text = fold(item.text)
        if item.citations or _SEARCHED.search(text):
            continue
        if any(True for _ in numbers_in(text)) or any(name in text for name in known):
            yield item.text
