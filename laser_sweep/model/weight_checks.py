"""Checks of the weights that were loaded: all there, of the right shapes, in memory, and finite."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import torch
from torch import Tensor
from transformers import PreTrainedModel

from laser_sweep.errors import ConfigError
from laser_sweep.model.source import Source

_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)


def check_complete(
    model: PreTrainedModel, loaded: Mapping[str, Collection[object]], source: Source
) -> None:
    """Check that the files hold every weight, in the shape that the configuration gives it.

    transformers would give all other weights random values.

    Args:
        model: the model with its weights.
        loaded: what transformers tells about the loading.
        source: the files.

    Raises:
        ConfigError: if a weight is missing or has another shape; the error names the first.
    """
    if missing := sorted(map(str, loaded["missing_keys"])):
        raise ConfigError(
            f"model.path={source.path}: the files lack {len(missing)} weights of "
            f"{type(model).__name__}, the first {missing[0]}."
        )
    shapes = _other_shapes(loaded["mismatched_keys"])
    if shapes:
        first = next((name for name in model.state_dict() if name in shapes), min(shapes))
        in_file, expected = shapes[first]
        others = f" {len(shapes) - 1} other weights differ too." if len(shapes) > 1 else ""
        raise ConfigError(
            f"model.path={source.path}: the weight {first} has the shape {in_file} in the file, "
            f"and {expected} by the configuration.{others} Are the files of one model?"
        )


def check_in_memory(model: PreTrainedModel, source: Source) -> None:
    """Check that all weights are in the memory of devices, and not offloaded.

    Raises:
        ConfigError: if some are not.
    """
    on_disk = "disk" in getattr(model, "hf_device_map", {}).values()
    on_meta = sum(parameter.is_meta for parameter in model.parameters())
    if on_disk or on_meta:
        raise ConfigError(
            f"model.path={source.path}: {on_meta} of its weights do not fit in the memory of the "
            "devices, and an offloaded weight cannot be edited. Use more or larger devices, or a "
            "smaller model.dtype."
        )


def check_finite(model: PreTrainedModel, source: Source) -> None:
    """Check that no weight holds NaN or an infinite value.

    Raises:
        ConfigError: if one does; the error names the first.
    """
    for name, weight in model.named_parameters():
        held = _not_finite(weight)
        if held is not None:
            raise ConfigError(
                f"model.path={source.path}: the weight {name} holds {held}. Is the file damaged?"
                f"{_of_overflow(held, weight.dtype)}"
            )


def _other_shapes(mismatched: Collection[object]) -> dict[str, tuple[object, object]]:
    """The shapes of weights in the file and by the configuration, where they differ, by name."""
    found: dict[str, tuple[object, object]] = {}
    for each in mismatched:
        assert isinstance(each, tuple)
        name, in_file, expected = each
        found[str(name)] = (tuple(in_file), tuple(expected))
    return found


def _not_finite(weight: Tensor) -> str | None:
    """The kind of the values of a weight that are not finite; None if all are finite."""
    if weight.dtype not in _FLOATS or not weight.numel():
        return None
    # One pass without a copy; a copy of a large weight may not fit beside the model.
    ends = torch.stack(torch.aminmax(weight.detach()))
    if torch.isfinite(ends).all():
        return None
    return "NaN" if torch.isnan(ends).any() else "infinite values"


def _of_overflow(held: str, dtype: torch.dtype) -> str:
    """The advice for values that a smaller dtype has made infinite."""
    if held == "NaN" or dtype != torch.float16:
        return ""
    return " If its values are too large for float16, use model.dtype=bfloat16 or float32."
