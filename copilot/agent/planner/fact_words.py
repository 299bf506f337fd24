"""The single facts of an account that words name.

Invariant: a fact is a field or a computed figure that exists; of overlapping words the longer ones count.
"""

from dataclasses import dataclass

from copilot.agent.planner.cues import Hit, hits, longest, table


@dataclass(frozen=True, slots=True)
class Fact:
    """Fields and computed figures of an account that a question names."""

    show: tuple[str, ...]
    metrics: tuple[str, ...]


def facts_in(work: str) -> tuple[Fact, ...]:
    """Facts that the words name, in order."""
    found: list[tuple[Hit, Fact]] = []
    for entry in table("facts")["fact"]:
        fact = Fact(tuple(entry.get("show", ())), tuple(entry.get("metrics", ())))
        found += [(hit, fact) for hit in hits(work, entry["words"])]
    kept: dict[Fact, None] = {}
    for _, fact in longest(found):
        kept[fact] = None
    return tuple(kept)
