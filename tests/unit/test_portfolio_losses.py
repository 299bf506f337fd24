"""The distribution of what is lost, held against every combination and against drawing."""

from itertools import product

import numpy as np
import pytest

from copilot.workflows.portfolio import losses
from copilot.workflows.portfolio.losses import LEVEL, loss


def every_loss(amounts: list[float], probabilities: list[float]) -> dict[float, float]:
    """Each possible loss and its probability, by looking at all combinations."""
    found: dict[float, float] = {}
    for leaves in product((0, 1), repeat=len(amounts)):
        lost = float(np.dot(leaves, amounts))
        chance = np.prod([p if left else 1 - p for left, p in zip(leaves, probabilities, strict=True)])
        found[lost] = found.get(lost, 0.0) + float(chance)
    return found


def test_one_customer_is_lost_or_kept() -> None:
    assert loss([84_000], [0.04]).high == 0
    assert (loss([84_000], [0.5]).low, loss([84_000], [0.5]).high) == (0, 84_000)
    assert loss([84_000], [0.96]).low == 84_000
    assert loss([84_000], [1.0]) == losses.Loss(84_000, 84_000, 84_000)


def test_nobody_who_pays_or_leaves_is_no_loss() -> None:
    assert loss([], []) == loss([0.0], [0.9]) == loss([5_000.0], [0.0]) == losses.Loss(0, 0, 0)


@pytest.mark.parametrize("exactly", [True, False], ids=["every combination", "on the grid"])
def test_the_interval_is_that_of_every_combination(exactly: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    generator = np.random.default_rng(11)
    amounts = [float(round(amount)) for amount in generator.lognormal(9.5, 1.2, 10)]
    probabilities = [float(p) for p in generator.beta(1, 4, 10)]
    known = sorted(every_loss(amounts, probabilities).items())
    below = np.cumsum([chance for _, chance in known])
    low = known[int(np.searchsorted(below, (1 - LEVEL) / 2))][0]
    high = known[int(np.searchsorted(below, 1 - (1 - LEVEL) / 2))][0]
    if not exactly:
        monkeypatch.setattr(losses, "_FEW", 0)
    found = loss(amounts, probabilities)
    near = sum(amounts) / 2**14 * len(amounts)
    assert found.expected == pytest.approx(np.dot(amounts, probabilities))
    assert found.low == pytest.approx(low, abs=0 if exactly else near)
    assert found.high == pytest.approx(high, abs=0 if exactly else near)


def test_the_interval_of_many_holds_as_many_draws_as_it_says() -> None:
    generator = np.random.default_rng(3)
    amounts, probabilities = generator.lognormal(10, 1, 400), generator.beta(1, 9, 400)
    found = loss(amounts.tolist(), probabilities.tolist())
    drawn = (generator.random((20_000, 400)) < probabilities) @ amounts
    below, above = float((drawn < found.low).mean()), float((drawn > found.high).mean())
    # Three standard errors of a share of one in twenty among 20,000 draws.
    assert [below, above] == pytest.approx([0.05, 0.05], abs=0.005)
    assert drawn.mean() == pytest.approx(found.expected, rel=0.01)
    assert loss(amounts.tolist(), probabilities.tolist()) == found
