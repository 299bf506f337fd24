"""A portfolio of somebody else's, lived through like an invented one.

Format of the folder: `imports/<YYYY-MM-DD>/` holds what a CRM exported on that day, in any form that
`sales-copilot import` reads (the first is the history; from the second on only what is new or changed is needed), and
`truth.csv` has a line for each customer with the columns `account` (id in the CRM), `left_on` (empty: stayed), `cause`
(`use`, `champion`, `support`, `silence`, `unpaid`, `competitor`; anything else: none of them) and `since`, its
first day. A model is trained on the first day of import; customers are scored on each day after it.
Invariant: the truth is read by the measurement alone and never imported.
"""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path

import numpy as np

from copilot.bootstrap import Application
from copilot.clock import FixedClock
from copilot.domain.scores import AccountScore
from copilot.domain.signals import Signal
from copilot.store.database import Database
from copilot.store.records import RecordRepository
from copilot.store.scores import ScoreRepository
from copilot.store.signals import SignalsRepository
from evals.figures import Figure
from evals.scoring.invented_accounts import Cause
from evals.scoring.portfolio_figures import explained, found
from evals.scoring.portfolio_life import LEAST_DAYS, SHOWN, Explained, analyse, explain, installation, train
from evals.scoring.portfolio_scoring import BUDGET, Leaver, explains, top
from knowledge.importing import import_folder
from knowledge.planning import ImportOptions

_MOST_BYTES = 500_000_000
_FALL_PERCENT = 20


@dataclass(frozen=True, slots=True)
class Truth:
    """What became of one customer."""

    left_on: date | None
    cause: Cause
    since: date | None


@dataclass(frozen=True, slots=True)
class OutsideScoring:
    """What the product said on one day, by account id."""

    day: date
    scores: Mapping[str, AccountScore]
    fallen: Mapping[str, float]
    """Of those whose use has fallen far enough, by how many percent."""
    explained: Mapping[str, Explained]
    """Of those for whom it is the last day that is early enough."""

    @property
    def budget(self) -> int:
        """How many may be alerted."""
        return round(BUDGET * len(self.scores))

    def alerted(self) -> frozenset[str]:
        """By the score."""
        return top({one: score.value or 0.0 for one, score in self.scores.items()}, self.budget)

    def by_rule(self) -> frozenset[str]:
        """By the fall of use."""
        return top(self.fallen, self.budget)


def measured(folder: Path) -> list[Figure]:
    """The figures that can be had without knowing hazards; none if the folder holds no such portfolio."""
    days = sorted(path for path in (folder / "imports").glob("*") if path.is_dir())
    if not days or not (folder / "truth.csv").is_file():
        return []
    truth = read_truth(folder / "truth.csv")
    clock = FixedClock(_morning(days[0]))
    with installation(clock) as application:
        scorings, languages = [], {}
        for place, path in enumerate(days):
            clock.instant = _morning(path)
            _import(application.database, path)
            application.scores.recompute(application.database)
            if place == 0:
                analyse(application.database)
                train(application.database)
            else:
                following = date.fromisoformat(days[place + 1].name) if place + 1 < len(days) else date.max
                scorings.append(_scored(application, truth, until=following))
        languages = _languages(application.database)
        ids = _ids(application.database)
    left = list(outside_leavers({ids[one]: told for one, told in truth.items() if one in ids}, scorings, languages))
    note = f"{folder.name}: {len(days)} imports, {len(truth)} customers"
    return [*found(left, note), *explained(left, note)]


def read_truth(path: Path) -> dict[str, Truth]:
    """By the customer's id in the CRM."""
    with path.open(encoding="utf-8", newline="") as file:
        return {row["account"]: _truth(row) for row in csv.DictReader(file)}


def _truth(row: Mapping[str, str]) -> Truth:
    cause = row.get("cause") or ""
    return Truth(
        left_on=date.fromisoformat(row["left_on"]) if row["left_on"] else None,
        cause=Cause(cause) if cause in {one.value for one in Cause} else Cause.NONE,
        since=date.fromisoformat(row["since"]) if row.get("since") else None,
    )


def outside_leavers(
    truth: Mapping[str, Truth], scorings: Sequence[OutsideScoring], languages: Mapping[str, str]
) -> Iterator[Leaver]:
    """As `portfolio_scoring.leavers`: everybody who was scored at least 30 days before they left."""
    for account_id, told in truth.items():
        early = [one for one in scorings if told.left_on and (told.left_on - one.day).days >= LEAST_DAYS]
        if told.left_on is None or not early:
            continue
        last, words = early[-1], early[-1].explained.get(account_id)
        runs = [one.day for one in scorings if one.day <= told.left_on]
        silent = [one.day for one in scorings if one.day <= told.left_on and account_id not in one.alerted()]
        begun = [one for one in runs if not silent or one > silent[-1]]
        yield Leaver(
            language=languages.get(account_id, "-"),
            cause=told.cause,
            days=(told.left_on - last.day).days,
            has_begun=told.since is not None and told.since <= last.day,
            found=account_id in last.alerted(),
            found_by_rule=account_id in last.by_rule(),
            found_by_truth=None,
            is_explained=None if words is None or told.cause is Cause.NONE else explains(words, told.cause),
            alerted_for=(told.left_on - begun[0]).days if begun else 0,
            explained=words,
        )


def _morning(path: Path) -> datetime:
    return datetime.combine(date.fromisoformat(path.name), time(9), tzinfo=UTC)


def _import(database: Database, path: Path) -> None:
    options = ImportOptions(max_bytes=_MOST_BYTES, root_name=path.name, as_of=date.fromisoformat(path.name))
    import_folder(path, database=database, actor_id="evaluation", options=options)


def _scored(application: Application, truth: Mapping[str, Truth], *, until: date) -> OutsideScoring:
    """The scores of today; of those who leave too soon after the next day, `until`, they are explained."""
    day, ids, languages = application.clock.today(), _ids(application.database), _languages(application.database)
    with application.database.unit_of_work() as uow:
        table = SignalsRepository(uow).of_day(day)
        latest = ScoreRepository(uow).latest(SHOWN, account_ids=table.account_ids, on=day)
    scores = {one: score for one, score in latest.items() if score.value is not None}
    fallen, left = (
        -table.values[Signal.USAGE_CHANGE],
        {ids[one]: told.left_on for one, told in truth.items() if one in ids},
    )
    asked = [one for one in scores if (left_on := left.get(one)) and _is_last(left_on, day, until=until)]
    return OutsideScoring(
        day=day,
        scores=scores,
        fallen={table.account_ids[at]: float(fallen[at]) for at in np.flatnonzero(fallen >= _FALL_PERCENT)},
        explained={one: explain(application, one, languages.get(one, "en")) for one in asked},
    )


def _is_last(left_on: date, day: date, *, until: date) -> bool:
    """Whether the day is early enough for somebody who left, and the next one is not."""
    return (left_on - day).days >= LEAST_DAYS > (left_on - until).days


def _ids(database: Database) -> dict[str, str]:
    """Account id by the id in the CRM."""
    with database.unit_of_work() as uow:
        return {key.source_id: key.id for key in RecordRepository(uow).account_keys()}


def _languages(database: Database) -> dict[str, str]:
    """Language of each account that has one."""
    with database.unit_of_work() as uow:
        rows = uow.session.connection().exec_driver_sql("select id, language from accounts where language is not null")
        return {row[0]: row[1] for row in rows}
