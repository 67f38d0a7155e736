"""Options of rank reduction: the solver, and the components that stay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass

from laser_sweep.config.intervention import EXACT, RANDOM, RANDOMIZED, SOLVERS, SPECTRA, TOP
from laser_sweep.errors import ConfigError, choose, unknown
from laser_sweep.grid.amount import RANK, RATE
from laser_sweep.grid.notation import items, range_of, ranges

_LARGEST_SEED = 2**63 - 1


@dataclass(frozen=True)
class Options:
    """The options of rank reduction; pruning and `zero` ignore them.

    Attributes:
        svd: `exact`, or `randomized` for `torch.svd_lowrank`, the reference's solver.
        niter: subspace iterations of the randomized solver; the reference has 2, or 20 for RoBERTa.
        oversample: columns of the randomized solver's sketch beyond the rank.
        seed: the seed of the randomized solver, and of `spectrum=random`.
        spectrum: the components that stay: `top`, `bottom`, `random`, or indices from 0, the
            largest first, like `0..9` or `0,2,5..7`.
    """

    svd: str = EXACT
    niter: int = 2
    oversample: int = 0
    seed: int = 0
    spectrum: str = TOP

    @property
    def uses_seed(self) -> bool:
        """Whether another seed gives another matrix."""
        return self.svd == RANDOMIZED or self.spectrum.strip() == RANDOM

    @property
    def changes(self) -> dict[str, str | int]:
        """The options that change results and differ from their defaults, by name."""
        defaults = asdict(Options())
        given = {**asdict(self), "spectrum": _canonical(self)}
        return {
            name: value
            for name, value in given.items()
            if value != defaults[name] and self._matters(name)
        }

    def _matters(self, option: str) -> bool:
        """Whether another value of an option can give another matrix."""
        if option == "seed":
            return self.uses_seed
        return option in ("svd", "spectrum") or self.svd == RANDOMIZED

    @property
    def indices(self) -> tuple[int, ...] | None:
        """The components that stay, ascending from 0, the largest; None for the named choices.

        Raises:
            ConfigError: if `spectrum` is neither a name nor a list of indices.
        """
        if self.spectrum.strip() in SPECTRA:
            return None
        return tuple(sorted({index for item in items(self.spectrum) for index in _expand(item)}))

    def check(self, amounts: Iterable[str] = ()) -> None:
        """Check the options.

        Args:
            amounts: the values of `Amount.by` that the edits have.

        Raises:
            ConfigError: if a name is unknown, a number is out of range, or two options exclude
                each other.
        """
        choose("svd", self.svd, SOLVERS)
        numbers = {"niter": self.niter, "oversample": self.oversample, "seed": self.seed}
        for name, value in numbers.items():
            if not 0 <= value <= _LARGEST_SEED:
                raise ConfigError(f"{name}={value} is out of range: expected 0..{_LARGEST_SEED}.")
        _ = self.indices
        if self.svd == RANDOMIZED:
            self._check_randomized(amounts)

    def _check_randomized(self, amounts: Iterable[str]) -> None:
        if self.spectrum.strip() != TOP:
            raise ConfigError(
                f"svd={RANDOMIZED} finds the largest components only: expected spectrum={TOP}, "
                f"given spectrum={self.spectrum}; svd={EXACT} finds all components."
            )
        if refused := [by for by in amounts if by not in (RATE, RANK)]:
            raise ConfigError(
                f"svd={RANDOMIZED} does not compute the whole spectrum, which {refused[0]} needs: "
                f"expected rate, rho or rank, or svd={EXACT}."
            )


def _canonical(options: Options) -> str:
    """The spectrum in one notation, however it is written: 0,1,2,7 and 7,0..2 are 0..2,7."""
    indices = options.indices
    return options.spectrum.strip() if indices is None else ranges(indices)


def _expand(item: str) -> range:
    """The indices that `5`, `0..9` or `0..9..3` stands for."""
    indices = range(int(item), int(item) + 1) if item.isdecimal() else range_of("spectrum", item)
    if indices is None or indices.start < 0:
        raise unknown("spectrum", item, (*SPECTRA, "indices like 0..9 or 0,2,5..7"))
    return indices
