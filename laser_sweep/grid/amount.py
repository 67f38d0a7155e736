"""The amount that an edit keeps of a matrix: by ρ, by rank, by energy, or by the noise edge.

`laser_sweep.intervention` turns an amount into the rank or the number of entries of a matrix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from laser_sweep.errors import ConfigError
from laser_sweep.grid.notation import bounded, distinct, floats, items, numbers

RATE, RANK, ENERGY, EDGE = "rate", "rank", "energy", "mp"

AMOUNTS = ("rate", "rho", "rank", "energy")
"""The axes that set the amount. A sweep has at most one of them."""


@dataclass(frozen=True, order=True)
class Amount:
    """The amount that an edit keeps of a matrix.

    Attributes:
        by: the unit of `value`. `rate`: tenths removed, 0..10. `rank`: the rank kept. `energy`: the
            share of the squared Frobenius norm kept, 0..1. `mp`: the components above the
            Marchenko-Pastur edge are kept, and `value` is 0.
        value: the amount in this unit.
    """

    by: str
    value: float = 0.0

    @property
    def rate(self) -> float | None:
        """The tenths removed; None for an amount in another unit."""
        return self.value if self.by == RATE else None

    @property
    def rho(self) -> float | None:
        """The fraction kept, ρ = 1 - rate / 10, rounded to 12 decimals; None for another unit."""
        return round(1 - self.value / 10, 12) if self.by == RATE else None

    def __str__(self) -> str:
        if self.by == EDGE:
            return EDGE
        name, value = ("rho", self.rho) if self.by == RATE else (self.by, self.value)
        return f"{name}{value:.12g}"


def amounts(given: Mapping[str, object], default: Iterable[float]) -> list[Amount]:
    """The amounts on the one axis of `AMOUNTS` that is given, or the default rates.

    Args:
        given: the values of options by name; None for an option without a value.
        default: the rates to use if none of the axes has a value.

    Raises:
        ConfigError: if several axes are given, or a value is not a number or is out of range.
    """
    written = {axis: value for axis in AMOUNTS if (value := given.get(axis)) is not None}
    if len(written) > 1:
        named = " and ".join(f"{axis}={value}" for axis, value in written.items())
        both = "both" if len(written) == 2 else "all"
        raise ConfigError(f"{named} are {both} given: expected one of them.")
    axis, value = next(iter(written.items()), ("rate", list(default)))
    return distinct(axis, _READERS[axis](value))


def _rates(written: object) -> Iterator[Amount]:
    for tenths in bounded("rate", floats("rate", written), 10, "the tenths removed"):
        yield Amount(RATE, round(tenths, 11))


def _rhos(written: object) -> Iterator[Amount]:
    for fraction in bounded("rho", floats("rho", written), 1, "the fraction kept"):
        yield Amount(RATE, round(10 * (1 - fraction), 11))


def _energies(written: object) -> Iterator[Amount]:
    meaning = "the share kept of the squared norm"
    for share in bounded("energy", floats("energy", written), 1, meaning):
        yield Amount(ENERGY, share)


def _ranks(written: object) -> Iterator[Amount]:
    expected = f"whole numbers and ranges like 1..8, or {EDGE!r} for the Marchenko-Pastur edge"
    for item in items(written):
        if item == EDGE:
            yield Amount(EDGE)
            continue
        for k in numbers("rank", item, int, expected):
            if k < 0:
                raise ConfigError(f"rank={k} is out of range: expected 0 or more.")
            yield Amount(RANK, k)


_READERS = {"rate": _rates, "rho": _rhos, "rank": _ranks, "energy": _energies}
