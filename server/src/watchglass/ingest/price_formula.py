"""A price as linear algebra: token counts in, USD out, for many calls at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
from genai_prices.data_units import unit_data
from genai_prices.decompose import is_descendant_or_self
from genai_prices.types import ModelPrice, TieredPrices
from genai_prices.units import UnitDef, UnitRegistry

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

COUNTS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "output_reasoning_tokens",
    "input_audio_tokens",
    "output_audio_tokens",
    "cache_audio_read_tokens",
)
"""The token counts of a call, by their names in genai-prices; the order of the columns of every array of counts."""

INPUT, OUTPUT, CACHE_READ = 0, 1, 2
INPUT_AUDIO, CACHE_AUDIO_READ = 5, 7
_INPUT_PARTS = [position for position, name in enumerate(COUNTS) if "output" not in name and position != INPUT]
_OUTPUT_PARTS = [position for position, name in enumerate(COUNTS) if "output" in name and position != OUTPUT]


@dataclass(frozen=True, slots=True)
class Counts:
    """Token counts of n calls.

    Attributes:
        values: Tokens, 0 where not known, shape (n, len(COUNTS)).
        known: Which of them are known, same shape.
    """

    values: Floats
    known: Mask

    def only(self, rows: "npt.NDArray[np.int64] | slice") -> "Counts":
        """The counts of some of the calls."""
        return Counts(self.values[rows], self.known[rows])

    @property
    def is_whole(self) -> tuple[Mask, Mask]:
        """Where no part of the input is known without the input, and the same for the output, shapes (n,)."""
        input_ = self.known[:, INPUT] | ~(self.values[:, _INPUT_PARTS] > 0).any(axis=1)
        output = self.known[:, OUTPUT] | ~(self.values[:, _OUTPUT_PARTS] > 0).any(axis=1)
        return input_, output


@dataclass(frozen=True, slots=True)
class Formula:
    """What a model costs at one time.

    Every token is paid once, at the price of the most special kind that it is of and that has a price: a leaf is the
    number of tokens of a kind that are not of a more special one. Leaves are sums and differences of the counts, so the
    cost is a product of the counts with one matrix for each tier.

    Attributes:
        leaves: Counts to leaves, shape (len(COUNTS), kinds).
        usd: Counts to USD of input, of output, and in all, shape (tiers, len(COUNTS), 3).
        tier_starts: Input tokens above which the second and each further tier holds, ascending, shape (tiers - 1,).
        request_usd: USD of the call itself.
        priced: Which counts have a price, shape (len(COUNTS),).
    """

    leaves: Floats
    usd: Floats
    tier_starts: Floats
    request_usd: float
    priced: Mask

    def cost(self, counts: Counts) -> tuple[Floats, Mask]:
        """Return USD of input, of output and in all, shape (n, 3), and which calls could be priced, shape (n,).

        A call is not priced when no count that has a price is known, or when the counts contradict each other: more
        cached than input tokens, cached tokens and no input.
        """
        values = counts.values
        if len(self.tier_starts):
            # the tier that the call reaches holds for all its tokens, and begins above its start
            tier = np.searchsorted(self.tier_starts, values[:, INPUT], side="left")
            usd = np.matmul(values[:, np.newaxis, :], self.usd[tier])[:, 0, :]
        else:
            usd = values @ self.usd[0]
        usd[:, 2] += self.request_usd
        is_known: Mask = np.any(counts.known & self.priced, axis=1)
        adds_up: Mask = np.all(values @ self.leaves >= 0, axis=1)
        input_, output = counts.is_whole
        return usd, is_known & adds_up & (input_ | ~self.priced[INPUT]) & (output | ~self.priced[OUTPUT])


def build_formula(price: ModelPrice) -> Formula:
    """Build the formula of a price of genai-prices; kinds of usage that are not tokens or requests are left out.

    A model without any price is a free one: that is how the price list writes it.
    """
    rates = {key: rate for key, rate in vars(price).items() if rate is not None and not key.startswith("_")}
    units = {key: _registry().unit_for_price_key(key) for key in rates if key in _price_keys()}
    tokens = {key: unit for key, unit in units.items() if unit.dimensions["family"] == "tokens"}
    leaf_of = _leaves(list(tokens.values()))
    starts = sorted({tier.start for key in tokens for tier in getattr(rates[key], "tiers", ())})
    usd = np.zeros((len(starts) + 1, len(COUNTS), 3))
    for key, unit in tokens.items():
        leaf = leaf_of[unit.usage_key]
        column = {"input": 0, "output": 1}[unit.dimensions["direction"]]
        for position, lowest in enumerate([-1, *starts]):
            part = leaf * (_rate(rates[key], lowest) / unit.per)
            usd[position, :, column] += part
            usd[position, :, 2] += part
    requests = units.get("requests_kcount")
    request_usd = _rate(rates["requests_kcount"], -1) / requests.per if requests else 0.0
    leaves = np.stack(list(leaf_of.values()), axis=1) if leaf_of else np.zeros((len(COUNTS), 0))
    priced = (leaves != 0).any(axis=1) if rates else np.ones(len(COUNTS), dtype=np.bool_)
    return Formula(leaves, usd, np.array(starts, dtype=np.float64), request_usd, priced)


def _leaves(units: list[UnitDef]) -> dict[str, Floats]:
    """Counts to the leaf of each priced kind; a kind that spans do not count has none of its own."""
    leaf_of: dict[str, Floats] = {}
    for unit in sorted(units, key=lambda it: -len(it.dimensions)):
        leaf = np.array([float(name == unit.usage_key) for name in COUNTS])
        for other in units:
            if other is not unit and is_descendant_or_self(unit, other):
                leaf = leaf - leaf_of[other.usage_key]
        leaf_of[unit.usage_key] = leaf
    return leaf_of


def _rate(rate: object, lowest: int) -> float:
    """USD for one `per` of a unit, when the input tokens are in the tier that begins above `lowest`."""
    if not isinstance(rate, TieredPrices):
        return float(rate)  # type: ignore[arg-type]  # a Decimal
    reached = [tier.price for tier in rate.tiers if tier.start <= lowest]
    return float(reached[-1] if reached else rate.base)


@cache
def _registry() -> UnitRegistry:
    return UnitRegistry(unit_data)


@cache
def _price_keys() -> frozenset[str]:
    return frozenset(unit.price_key for unit in _registry().units.values())


def prices_of(rates: Mapping[str, float]) -> ModelPrice:
    """Return a price of genai-prices from USD by price key, such as `input_mtok`."""
    return ModelPrice(**rates)  # type: ignore[arg-type]  # only calc_price needs Decimals
