"""The board of deadlines: what is overdue, due today and later, by kind and by whom it waits for.

Invariant: every waiting item is in exactly one column, one kind and one person's line (or nobody's), so each table
adds up to the same sums.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from copilot.domain.access import Viewer
from copilot.store.database import UnitOfWork
from copilot.store.sla_board import DecidedWeek, Due, NamedItem, SlaBoard, Waiting
from copilot.workflows.value.report import last_weeks

WEEKS = 12
FEW_DECIDED = 5
"""A week with fewer decisions has no middle that says anything."""


@dataclass(frozen=True, slots=True)
class DueLine:
    """Waiting items with something in common."""

    key: str
    """A kind, or a person's id; empty: nobody in particular was asked."""
    name: str
    """Of the person."""
    by_due: Mapping[Due, int]
    escalated: int
    taken: int

    @property
    def items(self) -> int:
        return sum(self.by_due.values())


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Everything on the board."""

    total: DueLine
    by_kind: tuple[DueLine, ...]
    by_person: tuple[DueLine, ...]
    named: Mapping[Due, tuple[NamedItem, ...]]
    weeks: tuple[DecidedWeek, ...]


def read_deadlines(*, viewer: Viewer, uow: UnitOfWork) -> Deadlines:
    """As the viewer may see it, now."""
    board = SlaBoard(uow, viewer=viewer)
    waiting = board.waiting()
    total = _lines(waiting, lambda _: ("", ""))
    people = _lines(waiting, lambda each: (each.assignee_name or "", each.assignee_id or ""))
    sums = total[0] if total else DueLine("", "", dict.fromkeys(Due, 0), 0, 0)
    return Deadlines(
        total=sums,
        by_kind=_lines(waiting, lambda each: ("", each.kind)),
        by_person=people,
        named={due: board.named(due) if sums.by_due[due] else () for due in Due},
        weeks=board.decided(last_weeks(uow.clock.now(), WEEKS)),
    )


def _lines(waiting: tuple[Waiting, ...], key: Callable[[Waiting], tuple[str, str]]) -> tuple[DueLine, ...]:
    """One for each name and key, in their order."""
    found = defaultdict[tuple[str, str], list[Waiting]](list)
    for each in waiting:
        found[key(each)].append(each)
    return tuple(
        DueLine(
            key=what,
            name=name,
            by_due={due: sum(each.items for each in some if each.due is due) for due in Due},
            escalated=sum(each.escalated for each in some),
            taken=sum(each.taken for each in some),
        )
        for (name, what), some in sorted(found.items())
    )
