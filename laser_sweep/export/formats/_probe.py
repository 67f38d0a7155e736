"""Probes of two models that ought to compute the same: their predictions, and their speeds."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from transformers import GenerationConfig, PreTrainedModel

from laser_sweep.errors import ConfigError
from laser_sweep.model.context import context
from laser_sweep.model.embedding import embedding_rows

_TOKENS, _READ, _WRITTEN = 64, 256, 16
"""Tokens that are predicted, that are read at once, and that are generated one by one."""
_SECONDS, _FEWEST, _MOST = 6.0, 2, 9
"""The time of a comparison of speeds, and its fewest and most repetitions after the first."""


def tokens(model: PreTrainedModel, most: int = _TOKENS) -> Tensor:
    """Random token ids that a model can read, shape (1, up to `most`)."""
    length = int(min(most, context(model.config)))
    generator = torch.Generator().manual_seed(0)
    rows = embedding_rows(model)
    return torch.randint(rows, (1, length), generator=generator).to(model.device)


@torch.inference_mode()
def log_probs(model: torch.nn.Module, ids: Tensor) -> Tensor:
    """The log-probabilities of a model, in single precision, shape (1, tokens, vocabulary)."""
    return model(input_ids=ids).logits.float().log_softmax(-1)


_ROUNDING, _HALF_ROUNDING = 3e-4, 0.3
"""The typical difference of log-probabilities that rounding explains, in single precision and in
half precision."""


@dataclass(frozen=True)
class Agreement:
    """The agreement of two models' predictions on the same tokens.

    Attributes:
        tokens: the number of tokens.
        typical: the root mean square of the differences of log-probabilities, weighted by the
            probabilities; NaN if a prediction is not finite.
        largest: the largest difference of a log-probability.
    """

    tokens: int
    typical: float
    largest: float

    def check(self, dtype: torch.dtype, written: str, other: str) -> None:
        """Check that the rounding of a dtype explains the differences.

        Args:
            dtype: the dtype.
            written: the model that was written, in words, after the format.
            other: the model that it is compared with, in words.

        Raises:
            ConfigError: if it does not.
        """
        is_half = dtype not in (torch.float32, torch.float64)
        if not self.typical < (_HALF_ROUNDING if is_half else _ROUNDING):
            raise ConfigError(
                f"{written} computes something else than {other}: {self}. Use dense or patch."
            )

    def __str__(self) -> str:
        """The differences, in words for a model card."""
        return (
            f"on {self.tokens} random tokens, log-probabilities differ by {self.typical:.1e} (root "
            f"mean square, weighted by probability), and by {self.largest:.1e} at most"
        )


def agreement(wanted: Tensor, found: Tensor) -> Agreement:
    """The agreement of two tensors of log-probabilities, shape (1, tokens, vocabulary)."""
    # A token that is impossible for both has no difference.
    difference = torch.where(wanted == found, 0, wanted - found)
    typical = (wanted.exp() * difference.square()).sum(-1).mean().sqrt()
    return Agreement(wanted.shape[1], float(typical), float(difference.abs().max()))


@dataclass(frozen=True)
class Speed:
    """The speeds of two models at the same work, measured in turns.

    Attributes:
        work: the work, in words.
        dense: tokens per second of the first, the median.
        other: tokens per second of the second, the median.
        ratios: the second's speed divided by the first's: the lower quartile, the median and the
            upper quartile over the repetitions.
        repetitions: their number.
    """

    work: str
    dense: float
    other: float
    ratios: tuple[float, float, float]
    repetitions: int


def speeds(dense: PreTrainedModel, other: PreTrainedModel) -> list[Speed]:
    """The speeds of two models at reading a text and, where they can, at generating one."""
    ids = tokens(dense, _READ)
    read = f"reading {ids.shape[1]} tokens at once"
    found = [_speed(read, ids.shape[1], [_reader(each, ids) for each in (dense, other)])]
    written = int(min(_WRITTEN, context(dense.config) - 2))
    if dense.can_generate() and written > 0:
        writers = [_writer(each, ids[:, :1], written) for each in (dense, other)]
        found.append(_speed(f"generating {written} tokens one by one", written, writers))
    return found


def _reader(model: PreTrainedModel, ids: Tensor) -> Callable[[], object]:
    return lambda: model(input_ids=ids)


def _writer(model: PreTrainedModel, ids: Tensor, length: int) -> Callable[[], object]:
    # Not the model's own settings, which may sample, or stop early.
    settings = GenerationConfig(
        max_new_tokens=length, min_new_tokens=length, do_sample=False, use_cache=True
    )
    settings.pad_token_id = settings.eos_token_id = 0
    mask = torch.ones_like(ids)
    generate: Any = model.generate
    return lambda: generate(ids, attention_mask=mask, generation_config=settings)


@torch.inference_mode()
def _speed(work: str, count: int, both: Sequence[Callable[[], object]]) -> Speed:
    """The speeds of two callables that each process `count` tokens."""
    first = [_seconds(each) for each in both]  # warms up
    repetitions = max(_FEWEST, min(_MOST, int(_SECONDS / sum(first))))
    times = [[_seconds(each) for each in both] for _ in range(repetitions)]
    dense, other = (statistics.median(column) for column in zip(*times, strict=True))
    ratios = statistics.quantiles([one / two for one, two in times], n=4, method="inclusive")
    lower, middle, upper = ratios
    return Speed(work, count / dense, count / other, (lower, middle, upper), repetitions)


def _seconds(run: Callable[[], object]) -> float:
    _wait()
    started = time.perf_counter()
    run()
    _wait()
    return time.perf_counter() - started


def _wait() -> None:
    """Wait for the accelerator, whose work goes on after a call has returned."""
    if torch.cuda.is_available():
        torch.cuda.synchronize()
