"""Several accounts side by side.

Invariant: a comparison has two accounts or more, and shows the figures that the words name.
"""

from copilot.agent.planner.clause import NEEDS_ACCOUNT, Clause, Planned
from copilot.agent.planner.conditions import nouns
from copilot.agent.planner.cues import mark
from copilot.agent.planner.fact_words import facts_in
from copilot.agent.planner.reading import Reading
from copilot.agent.planner.subjects import Subjects
from copilot.domain.figure_queries import FigureQuery, Subject
from copilot.domain.plans import CompareStep

_COMPARED_SHOW = ("arr", "renewal_date", "seats_licensed")
_COMPARED_METRICS = ("open_pipeline", "tickets_open", "active_users_change_pct", "nps_latest")


def compared(clause: Clause) -> Planned:
    """A comparison of accounts; `account` if one is missing."""
    reading, subjects = clause.reading, clause.subjects
    ids = subjects.accounts
    if not reading.has("compare") and not (
        len(ids) > 1 and mark("either").search(reading.work) and mark("more_or_less").search(reading.work)
    ):
        return None
    ids = accounts_compared(subjects)
    if len(ids) < 2:
        return NEEDS_ACCOUNT if ids or reading.has("pronoun") else None
    return (comparison(clause.reading, ids),)


def accounts_compared(subjects: Subjects) -> tuple[str, ...]:
    """The accounts that are named; one that is named beside the last one spoken of; else those spoken of."""
    ids, before = subjects.accounts, subjects.before
    if len(ids) == 1:
        return tuple(dict.fromkeys((*before, *ids)))[-2:]
    if not ids and before:
        return before if len(before) > 1 else (*subjects.earlier[:1], *before)
    return ids


def comparison(reading: Reading, ids: tuple[str, ...]) -> CompareStep:
    """The figures that the words name, of these accounts; the usual ones where they name none."""
    facts = facts_in(reading.work)
    spoken = {noun.name for noun in nouns(reading.work)}
    metrics = [name for fact in facts for name in fact.metrics]
    metrics += ["tickets_open"] * ("tickets" in spoken) + ["open_pipeline"] * bool(
        spoken & {"pipeline", "opportunities"}
    )
    show = [name for fact in facts for name in fact.show]
    if not show and not metrics:
        show, metrics = list(_COMPARED_SHOW), list(_COMPARED_METRICS)
    query = FigureQuery(
        subject=Subject.ACCOUNTS,
        account_ids=ids[:20],
        show=tuple(dict.fromkeys(show))[:8],
        metrics=tuple(dict.fromkeys(metrics))[:8],
    )
    return CompareStep(query=query)
