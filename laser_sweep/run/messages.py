"""Messages that every way to run a sweep logs."""

from __future__ import annotations

from laser_sweep.config import Config
from laser_sweep.store.results import Store


def title(config: Config, store: Store) -> str:
    """One line that names the sweep."""
    examples = len(store.parts.everything)
    return (
        f"{config.model.name} on {config.dataset.name}, {config.intervention.name} "
        f"({examples:,} examples, {store.identity.dtype}, {config.protocol} protocol)"
    )


def progress(points: int, todo: int) -> str:
    """The number of points, of finished points, and of points to evaluate."""
    rest = "" if todo else ": nothing to compute"
    return f"{points} points, {points - todo} done, {todo} to do{rest}"
