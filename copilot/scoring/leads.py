"""How good a lead is: how well it fits and how much it shows, by rules, or by a model learnt from what became of leads.

Invariants: a score is points between 0 and 100, a base and one effect for each thing that is known; the model takes the
place of the rules only while it is in use, that is, surely better than the base rate. A customer is no lead.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from copilot.domain.scores import AccountScore, Band, Missing, Part, ScoreKind
from copilot.domain.signals import Signal
from copilot.scoring.lead_rules import Fact, LeadRules, NumbersRule, WordsRule
from copilot.scoring.probabilities import InUse, in_use
from copilot.scoring.scored import without
from copilot.scoring.shapes import AdditiveModel, probability
from copilot.scoring.signal_columns import columns_of
from copilot.scoring.tables import Categories, Floats, Table
from copilot.store.database import UnitOfWork
from copilot.store.lead_facts import LeadFacts, LeadFactsRepository
from copilot.store.scores import ScoreRepository
from copilot.store.signals import Population, SignalsRepository, SignalTable

Value = float | str | None


@dataclass(frozen=True, slots=True)
class LeadScores:
    """Scores leads as the rules say."""

    rules: LeadRules

    def made_by(self, uow: UnitOfWork) -> str:
        """Names what makes the scores: another one means other scores."""
        kept = ScoreRepository(uow).model(ScoreKind.LEAD)
        return self.rules.digest if kept is None else f"{self.rules.digest} {kept.id}"

    def of_accounts(self, account_ids: Sequence[str], day: date, uow: UnitOfWork) -> list[AccountScore]:
        """Of those among the accounts that are prospects; those that are none any more lose their score."""
        table = SignalsRepository(uow).of_day(day, population=Population.PROSPECTS, account_ids=account_ids)
        no_leads = set(account_ids) - set(table.account_ids)
        had = ScoreRepository(uow).latest(ScoreKind.LEAD, account_ids=no_leads, on=day).values() if no_leads else ()
        gone = [
            without(one.account_id, ScoreKind.LEAD, table, Missing.NOT_A_CUSTOMER, version=one.version)
            for one in had
            if one.missing is not Missing.NOT_A_CUSTOMER
        ]
        return [*score_leads(table, uow, rules=self.rules), *gone]


def score_leads(table: SignalTable, uow: UnitOfWork, *, rules: LeadRules) -> list[AccountScore]:
    """The scores of a table of prospects."""
    if not table.account_ids:
        return []
    kept = ScoreRepository(uow).model(ScoreKind.LEAD)
    held = in_use(kept) if kept is not None else None
    if held is not None and held.model is not None:
        return list(_by_model(table, held, held.model, rules))
    repository = LeadFactsRepository(uow)
    return list(
        _by_rules(table, repository.of_day(table.account_ids, day=table.day), repository.customers_by_word(), rules)
    )


def _by_rules(
    table: SignalTable, facts: Mapping[str, LeadFacts], customers: Mapping[str, Mapping[str, int]], rules: LeadRules
) -> Iterator[AccountScore]:
    whole = sum(rule.weight for rule in rules.rules)
    base = sum(rule.weight * rule.unknown for rule in rules.rules) / whole
    for place, account_id in enumerate(table.account_ids):
        parts, known = [], 0.0
        for rule in rules.rules:
            value, points = _worth(rule, table, place, facts[account_id], customers)
            if points is not None:
                known += rule.weight
                effect = rule.weight * (points - rule.unknown) / whole
                parts.append(Part(name=rule.name, value=value, effect=effect))
        if known / whole < rules.least_known - 1e-9:
            yield without(account_id, ScoreKind.LEAD, table, Missing.FEW_SIGNALS, version=rules.digest)
            continue
        total = base + sum(part.effect for part in parts)
        yield _score(account_id, table.day, total, rules.bands.band(total), base, parts, version=rules.digest)


def _worth(
    rule: WordsRule | NumbersRule,
    table: SignalTable,
    place: int,
    facts: LeadFacts,
    customers: Mapping[str, Mapping[str, int]],
) -> tuple[Value, float | None]:
    if isinstance(rule, WordsRule):
        word = facts.words.get(rule.name)
        return word, rule.worth(word, customers.get(rule.name, {}))
    value = _number(rule.name, table, place, facts)
    return value, rule.worth(value)


def _number(name: str, table: SignalTable, place: int, facts: LeadFacts) -> float | None:
    told: float | None
    match name:
        case Fact.EMPLOYEES:
            told = facts.employees
        case Fact.CONTACTS:
            told = facts.contacts
        case Fact.OPEN_DEALS:
            told = facts.open_deals
        case Fact.MEETINGS:
            # Where no contact at all is recorded, none is no news.
            told = None if np.isnan(table.values[Signal.INBOUND][place]) and not facts.meetings else facts.meetings
        case _:
            told = float(table.values[Signal(name)][place])
    return None if told is None or np.isnan(told) else float(told)


def _by_model(table: SignalTable, held: InUse, model: AdditiveModel, rules: LeadRules) -> Iterator[AccountScore]:
    columns = columns_of(table)
    effects = model.contributions(columns)
    odds = model.base + effects.sum(axis=1)
    base, points = 100 * float(probability(np.array([model.base]))[0]), 100 * probability(odds)
    scaled = _in_points(effects, base=base, points=points)
    known = _known(columns, model)
    for place, account_id in enumerate(table.account_ids):
        if not known[place]:
            yield without(account_id, ScoreKind.LEAD, table, Missing.FEW_SIGNALS, version=held.kept.id)
            continue
        parts = [
            Part(name=name, value=_cell(columns, name, place), effect=float(effect))
            for name, effect in zip(model.names, scaled[place], strict=True)
        ]
        total = base + sum(part.effect for part in parts)
        band = _band(total / 100, held.usual, rules)
        yield _score(account_id, table.day, total, band, base, parts, version=held.kept.id)


def _in_points(effects: Floats, *, base: float, points: Floats) -> Floats:
    """Log odds as points that add up to the score: each gets its share of how far the score is from the base."""
    total = effects.sum(axis=1)
    slope = base * (100 - base) / 100
    close = np.abs(total) < 1e-6
    factor = np.where(close, slope, (points - base) / np.where(close, 1.0, total))
    scaled = effects * factor[:, None]
    return np.asarray(scaled, dtype=np.float64)


def _known(columns: Table, model: AdditiveModel) -> Floats:
    """Whether any number that the model looks at is known."""
    named = [columns.named(name) for name in model.names]
    numbers = [~np.isnan(column.values) for column in named if column and not isinstance(column, Categories)]
    return np.any(numbers, axis=0) if numbers else np.ones(columns.rows)


def _cell(columns: Table, name: str, place: int) -> Value:
    column = columns.named(name)
    if column is None:
        return None
    if isinstance(column, Categories):
        code = int(column.codes[place])
        return column.levels[code] if code >= 0 else None
    value = float(column.values[place])
    return None if np.isnan(value) else value


def _band(value: float, usual: float, rules: LeadRules) -> Band:
    if value >= rules.learnt.good * usual:
        return Band.GOOD
    return Band.WATCH if value >= rules.learnt.watch * usual else Band.BAD


def _score(
    account_id: str, day: date, value: float, band: Band, base: float, parts: Sequence[Part], *, version: str
) -> AccountScore:
    ordered = sorted((part for part in parts if part.effect), key=lambda part: -abs(part.effect))
    return AccountScore(
        account_id=account_id,
        kind=ScoreKind.LEAD,
        day=day,
        value=value,
        band=band,
        base=base,
        parts=tuple(ordered),
        version=version,
    )
