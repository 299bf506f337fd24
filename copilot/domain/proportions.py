"""How sure a share is that was counted.

Invariant: no share is shown without how many cases it rests on.
"""

from dataclasses import dataclass
from math import sqrt

_Z = 1.959964
"""Of a two-sided 95 % interval of the normal distribution."""


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole` cases."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """Between 0 and 1; None without a case."""
        return self.part / self.whole if self.whole else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % interval; nothing is known (0 to 1) without a case."""
        return wilson_interval(self.part, self.whole) if self.whole else (0.0, 1.0)


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """95 % Wilson score interval of a proportion (Wilson 1927, doi:10.1080/01621459.1927.10502953).

    Raises ValueError without trials.
    """
    if trials <= 0:
        raise ValueError("no trials: a proportion needs at least one")
    share, spread = successes / trials, _Z**2 / trials
    centre = (share + spread / 2) / (1 + spread)
    half = _Z / (1 + spread) * sqrt(share * (1 - share) / trials + spread / (4 * trials))
    return max(0.0, centre - half), min(1.0, centre + half)
