"""How much an edit keeps of a matrix, as it is written: by ρ, by rank, by energy, by the edge.

What that comes to for a matrix, its rank or its number of entries, is `laser_sweep.intervention`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from laser_sweep.errors import ConfigError
from laser_sweep.grid.notation import bounded, distinct, floats, items, numbers

RATE, RANK, ENERGY, EDGE = "rate", "rank", "energy", "mp"

AMOUNTS = ("rate", "rho", "rank", "energy")
"""The axes that say how much is kept, of which one may be given."""


@dataclass(frozen=True, order=True)
class Amount:
    """How much is kept.

    Attributes:
        by: what `value` counts. `rate`: tenths removed, 0..10. `rank`: the rank kept. `energy`: the
            share kept of the squared Frobenius norm, 0..1. `mp`: what is above the
            Marchenko-Pastur edge; it has no value.
        value: how many.
    """

    by: str
    value: float = 0.0

    @property
    def rate(self) -> float | None:
        """Tenths removed; None where the amount is not written so."""
        return self.value if self.by == RATE else None

    @property
    def rho(self) -> float | None:
        """The fraction kept, ρ = 1 - rate / 10, without the rounding error of the difference."""
        return round(1 - self.value / 10, 12) if self.by == RATE else None

    def __str__(self) -> str:
        if self.by == EDGE:
            return EDGE
        name, value = ("rho", self.rho) if self.by == RATE else (self.by, self.value)
        return f"{name}{value:.12g}"


def amounts(given: Mapping[str, object], default: Iterable[float]) -> list[Amount]:
    """The values of the one axis among `AMOUNTS` that is given, else the default rates.

    Raises:
        ConfigError: if several are given, or a value is no number or out of range.
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
