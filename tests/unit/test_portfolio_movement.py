"""Whoever is counted as in another band is named, however little the health moved."""

from types import SimpleNamespace
from typing import Any

import pytest

from copilot.domain.scores import Band
from copilot.workflows.portfolio.movement import Move

SOMEBODY: Any = SimpleNamespace()


@pytest.mark.parametrize(
    ("before", "now", "bands", "fell", "rose"),
    [
        pytest.param(50.2, 49.9, (Band.WATCH, Band.BAD), True, False, id="into a worse band by a hair"),
        pytest.param(49.9, 50.2, (Band.BAD, Band.WATCH), False, True, id="into a better band by a hair"),
        pytest.param(60.2, 59.9, (Band.WATCH, Band.WATCH), False, False, id="nothing that can be seen"),
        pytest.param(60, 55, (Band.WATCH, Band.WATCH), True, False, id="fell within its band"),
    ],
)
def test_who_moved(before: float, now: float, bands: tuple[Band, Band], *, fell: bool, rose: bool) -> None:
    move = Move(SOMEBODY, before=before, now=now, before_band=bands[0], now_band=bands[1])
    assert (move.has_fallen, move.has_risen) == (fell, rose)
