"""An estimate in a line or two."""

from __future__ import annotations

from laser_sweep.evaluate.engine.memory import GIB
from laser_sweep.plan.estimate._estimate import Estimate

_ERROR = 1.7
"""The factor by which the time may be wrong: see docs/how-long.md."""
_SHOWN = 0.05
"""The smallest part of memory that is shown, in GiB."""
_TIMES = (("h", 3600.0), ("min", 60.0), ("s", 1.0))
_SIZES = (("P", 1e15), ("T", 1e12), ("G", 1e9))


def on_this_machine(estimate: Estimate) -> dict[str, str]:
    """The lines of a sweep on a device whose rate is known, by their names."""
    seconds, rate = estimate.seconds, estimate.rate
    if seconds is None or rate is None:
        return {}
    name, unit = next((each for each in _TIMES if seconds >= 1.5 * each[1]), _TIMES[-1])
    low, middle, high = (_short(seconds * by / unit) for by in (1 / _ERROR, 1.0, _ERROR))
    computed = flops(rate.forward)
    by = f"a measured {computed}/s" if rate.source == "measured" else f"{computed}/s, {rate.source}"
    time = f"about {middle} {name} ({low} to {high}) on this {estimate.device}, by {by}"
    return {"time": time, "memory": _memory(estimate)}


def in_tasks(estimate: Estimate, tasks: int) -> dict[str, str]:
    """The lines of a sweep whose tasks run on nodes of an unknown rate, by their names."""
    whole, share = flops(estimate.work.flops), flops(estimate.work.flops / max(1, tasks))
    shown = f"{whole}, about {share} a task; divide it by the rate of your nodes"
    return {"work": shown, "memory": _memory(estimate) + ", in each task"}


def flops(count: float) -> str:
    """A number of operations with its unit."""
    prefix, unit = next((each for each in _SIZES if count >= each[1]), _SIZES[-1])
    return f"{_short(count / unit)} {prefix}FLOP"


def _memory(estimate: Estimate) -> str:
    """The peak memory and its largest parts."""
    memory, is_cpu = estimate.memory, estimate.device == "cpu"
    peak = memory.total if is_cpu else memory.on_device
    parts = {
        name: size / GIB
        for name, size in memory.parts.items()
        if size >= _SHOWN * GIB and (is_cpu or name != "program")
    }
    listed = ", ".join(f"{name} {size:.1f}" for name, size in parts.items())
    more = "" if is_cpu else ", larger batches take up to half of what is free"
    return f"peak about {peak / GIB:.1f} GiB ({listed}){more}"


def _short(number: float) -> str:
    return f"{number:.0f}" if number >= 9.5 else f"{number:.1f}".removesuffix(".0")
