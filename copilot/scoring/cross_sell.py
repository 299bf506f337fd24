"""What customers like this one bought as well.

Invariant: nothing is proposed that few customers stand for: it takes enough customers to compare with, enough who
bought both, and a lift that is above 1 for sure although many pairs of products were looked at.

Lift is the share of buyers among those who have a product, over the share among those who have it not (a risk ratio;
interval by logarithms, Katz et al. 1978), at the level that all pairs together keep (Bonferroni; Dunn 1961).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import permutations
from math import exp, log, sqrt
from statistics import NormalDist

from copilot.store.business_won import Bought

LEAST_CUSTOMERS = 30
LEAST_OF_SEGMENT = 60
"""With fewer customers, those of all segments are compared with."""
LEAST_BOTH = 5
"""Customers who bought both products."""
_LEVEL = 0.05


class NoCrossSell(StrEnum):
    """Why nothing is proposed to a customer."""

    FEW_CUSTOMERS = "few_customers"
    NOTHING_BOUGHT = "nothing_bought"
    """No won deal of theirs names a product."""
    NOTHING_SURE = "nothing_sure"
    """No product is surely bought more often by those who have theirs."""


@dataclass(frozen=True, slots=True)
class Pair:
    """How often `product` is bought with `having`."""

    having: str
    product: str
    both: int
    with_having: int
    product_without: int
    """Customers who have the product and not `having`."""
    without_having: int
    lift: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class CrossSell:
    """For one customer: pairs of which they have the first product and not the second, the highest low end first."""

    account_id: str
    pairs: tuple[Pair, ...]
    missing: NoCrossSell | None
    customers: int
    """Who were compared with."""
    segment: str | None
    """Of those; None: of all segments."""


def cross_sells(bought: Sequence[Bought], account_ids: Iterable[str]) -> list[CrossSell]:
    """Of these accounts, in their order; one proposal per product."""
    of_account = {one.account_id: one for one in bought}
    sizes: dict[str, int] = {}
    for one in bought:
        if one.segment is not None:
            sizes[one.segment] = sizes.get(one.segment, 0) + 1
    groups: dict[str | None, list[Bought]] = {None: list(bought)}
    for segment, size in sizes.items():
        if size >= LEAST_OF_SEGMENT:
            groups[segment] = [one for one in bought if one.segment == segment]
    pairs = {segment: sure_pairs(group) for segment, group in groups.items()}
    return [_of_account(account_id, of_account.get(account_id), groups, pairs) for account_id in account_ids]


def _of_account(
    account_id: str,
    one: Bought | None,
    groups: Mapping[str | None, Sequence[Bought]],
    pairs: Mapping[str | None, Sequence[Pair]],
) -> CrossSell:
    segment = one.segment if one is not None and one.segment in groups else None
    customers = len(groups[segment])

    def without(missing: NoCrossSell) -> CrossSell:
        return CrossSell(account_id, (), missing, customers, segment)

    if customers < LEAST_CUSTOMERS:
        return without(NoCrossSell.FEW_CUSTOMERS)
    if one is None:
        return without(NoCrossSell.NOTHING_BOUGHT)
    found: dict[str, Pair] = {}
    for pair in pairs[segment]:
        if pair.having in one.products and pair.product not in one.products:
            found.setdefault(pair.product, pair)
    if not found:
        return without(NoCrossSell.NOTHING_SURE)
    return CrossSell(account_id, tuple(found.values()), None, customers, segment)


def sure_pairs(bought: Sequence[Bought]) -> list[Pair]:
    """Pairs with a lift surely above 1, the highest low end first; none where there are few customers."""
    if len(bought) < LEAST_CUSTOMERS:
        return []
    having: dict[str, set[str]] = {}
    for one in bought:
        for product in one.products:
            having.setdefault(product, set()).add(one.account_id)
    looked_at = [(first, second) for first, second in permutations(sorted(having), 2)]
    z = NormalDist().inv_cdf(1 - _LEVEL / max(len(looked_at), 1) / 2)
    pairs = [_pair(first, second, having, len(bought), z) for first, second in looked_at]
    return sorted((pair for pair in pairs if pair is not None and pair.low > 1), key=lambda pair: -pair.low)


def _pair(first: str, second: str, having: Mapping[str, set[str]], customers: int, z: float) -> Pair | None:
    both, with_first = len(having[first] & having[second]), len(having[first])
    only_second, without_first = len(having[second]) - both, customers - with_first
    if both < LEAST_BOTH or not without_first:
        return None
    # Half a customer more where there is none, so that the ratio is not infinite (Haldane 1956).
    bare = max(float(only_second), 0.5)
    lift = (both / with_first) / (bare / without_first)
    error = sqrt(1 / both - 1 / with_first + 1 / bare - 1 / without_first)
    low, high = (exp(log(lift) + sign * z * error) for sign in (-1, 1))
    return Pair(first, second, both, with_first, only_second, without_first, lift, low, high)
