"""Whatever is known of accounts: a score is its base and its parts, and what it says of an account is its own."""

from collections.abc import Mapping
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from copilot.domain.scores import CHURN_DAYS, AccountScore, ScoreKind, ScoreModel
from copilot.domain.signals import Signal
from copilot.scoring.bands import load_bands
from copilot.scoring.health import load_scorecard
from copilot.scoring.probabilities import in_use
from copilot.scoring.service import Making
from copilot.scoring.shapes import AdditiveModel, Curve, Levels, probability
from copilot.store.signals import SignalTable
from tests.conftest import TODAY

_SIGNALS = (Signal.USAGE_CHANGE, Signal.NPS, Signal.TICKETS_OPEN_URGENT, Signal.DAYS_SINCE_INBOUND, Signal.COMPLAINTS)
_SEGMENTS = st.sampled_from([None, "SMB", "Enterprise", "Pequeña empresa", "Otro"])
_VALUES = st.one_of(st.none(), st.floats(-1e4, 1e4, allow_nan=False), st.integers(-100, 400).map(float))
_EFFECTS = st.floats(-4, 4, allow_nan=False)
_ROWS = st.lists(st.tuples(st.lists(_VALUES, min_size=5, max_size=5), _SEGMENTS), min_size=1, max_size=6)
_MODELS = st.dictionaries(
    st.sampled_from([*CHURN_DAYS, ScoreKind.EXPANSION]),
    st.tuples(st.floats(-6, 6, allow_nan=False), st.lists(st.tuples(_EFFECTS, _EFFECTS), min_size=5, max_size=5)),
)


def table_of(rows: list[tuple[list[float | None], str | None]]) -> SignalTable:
    values = {signal: np.full(len(rows), np.nan) for signal in Signal}
    for place, signal in enumerate(_SIGNALS):
        values[signal] = np.array([np.nan if row[place] is None else row[place] for row, _ in rows], dtype=np.float64)
    nothing = (None,) * len(rows)
    segments = tuple(segment for _, segment in rows)
    return SignalTable(
        day=TODAY.date(),
        account_ids=tuple(f"a{number}" for number in range(len(rows))),
        values=values,
        attributes={"segment": segments, "industry": nothing, "country": nothing},
        arr=np.full(len(rows), np.nan),
        currency=nothing,
    )


def making(models: Mapping[ScoreKind, tuple[float, list[tuple[float, float]]]]) -> Making:
    """A model of lines for each kind; of some kinds it lacks one signal, as what was learnt may."""
    found = {}
    for number, (kind, (base, effects)) in enumerate(models.items()):
        curves = [
            Curve(name=signal.value, knots=(-50.0, 50.0), effects=pair, missing=pair[0] / 2)
            for place, (signal, pair) in enumerate(zip(_SIGNALS, effects, strict=True))
            if place != number
        ]
        levels = Levels(name="segment", effects={"SMB": effects[0][0]}, other=0.1, missing=-0.1)
        model = AdditiveModel(base=base, shapes=(*curves, levels))
        kept = ScoreModel(
            id=kind.value, kind=kind, trained_at=TODAY, trained_on=date(2026, 11, 1), refusal=None,
            model=model.model_dump(mode="json"), report={},
        )  # fmt: skip
        found[kind] = in_use(kept)
    bands = load_bands().model_copy(update={"least_known": 0.0})
    return Making(load_scorecard().model_copy(update={"least_known": 0.0}), bands, found)


def added(score: AccountScore) -> float:
    told = score.base + sum(part.effect for part in score.parts)
    return told if score.kind is ScoreKind.HEALTH else float(probability(np.array([told]))[0])


@settings(max_examples=60, deadline=None)
@given(rows=_ROWS, models=_MODELS)
def test_every_score_is_the_sum_of_its_parts_and_probabilities_of_leaving_rise(
    rows: list[tuple[list[float | None], str | None]],
    models: dict[ScoreKind, tuple[float, list[tuple[float, float]]]],
) -> None:
    scores = making(models).scores(table_of(rows))
    by_account: dict[str, list[float]] = {}
    for score in scores:
        if score.value is None:
            assert score.kind not in models
            continue
        assert score.value == pytest.approx(added(score), abs=1e-6)
        strengths = [abs(part.effect) for part in score.parts]
        assert strengths == sorted(strengths, reverse=True)
        if score.kind is ScoreKind.HEALTH:
            assert 0 <= score.value <= 100
        elif score.kind in CHURN_DAYS:
            by_account.setdefault(score.account_id, []).append(score.value)
    for leaving in by_account.values():
        assert all(one <= following + 1e-9 for one, following in pairwise(leaving))


@settings(max_examples=30, deadline=None)
@given(rows=_ROWS, models=_MODELS)
def test_the_score_of_an_account_does_not_depend_on_the_others(
    rows: list[tuple[list[float | None], str | None]],
    models: dict[ScoreKind, tuple[float, list[tuple[float, float]]]],
) -> None:
    made = making(models)
    together = made.scores(table_of(rows))
    for number, row in enumerate(rows):
        alone = made.scores(table_of([row]))
        mine = [score for score in together if score.account_id == f"a{number}"]
        assert [score.model_copy(update={"account_id": "a0"}) for score in mine] == alone


def test_a_neighbour_whose_models_cross_moves_no_bit_of_an_account() -> None:
    """The models know different columns; where one account's cross, all of them are spread over one set of names."""
    effects = [(0.0, 0.0)] * 4
    made = making(
        {
            ScoreKind.CHURN_30: (0.0, [*effects, (0.0, 0.0)]),
            ScoreKind.CHURN_90: (-2.0, [(1.3268051740889386, 0.0), *effects[1:], (0.0, 3.0)]),
        }
    )
    mine: tuple[list[float | None], str | None] = ([None, None, None, None, 0.0], None)
    crossing: tuple[list[float | None], str | None] = ([None] * 5, None)
    alone, together = made.scores(table_of([mine])), made.scores(table_of([mine, crossing]))
    assert [score for score in together if score.account_id == "a0"] == alone


@settings(max_examples=60, deadline=None)
@given(
    row=st.lists(_VALUES, min_size=5, max_size=5),
    segment=_SEGMENTS,
    known=st.floats(-100, 100, allow_nan=False),
)
def test_what_becomes_known_moves_health_by_its_own_part_alone(
    row: list[float | None], segment: str | None, known: float
) -> None:
    made = making({})
    before, after = (
        made.scores(table_of([([None, *row[1:]], segment)])),
        made.scores(table_of([([known, *row[1:]], segment)])),
    )
    kept = {part.name: part.effect for part in before[0].parts}
    new = {part.name: part.effect for part in after[0].parts}
    assert new.pop(Signal.USAGE_CHANGE.value, 0.0) == pytest.approx((after[0].value or 0) - (before[0].value or 0))
    assert new == kept
