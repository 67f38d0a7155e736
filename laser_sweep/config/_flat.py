"""The options of a configuration as one list, for those who compare or record sweeps."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict

from laser_sweep.config._root import Config

_WITHOUT_EFFECT = ("cluster", "threads", "tracker", "output", "dry_run")
"""Groups and options that change neither an outcome nor the choice."""


def flat_options(config: Config) -> Iterator[tuple[str, str | int | float | bool | None]]:
    """The options that may change an outcome or the choice, such as `model.path`, by name."""
    given = {name: value for name, value in asdict(config).items() if name not in _WITHOUT_EFFECT}
    return _flat(given)


def _flat(
    given: Mapping[str, object], prefix: str = ""
) -> Iterator[tuple[str, str | int | float | bool | None]]:
    for name, value in given.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{prefix}{name}.")
        elif value is None or isinstance(value, str | int | float | bool):
            yield f"{prefix}{name}", value
        else:
            yield f"{prefix}{name}", json.dumps(value, default=str, ensure_ascii=False)
