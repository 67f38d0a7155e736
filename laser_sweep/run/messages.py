"""Messages that every way to run a sweep logs."""

from __future__ import annotations

from laser_sweep.config import Config
from laser_sweep.store.results import Store


def title(config: Config, store: Store) -> str:
    """One line that says which sweep this is."""
    examples = len(store.parts.everything)
    return (
        f"{config.model.name} on {config.dataset.name}, {config.intervention.name} "
        f"({examples:,} examples, {store.identity.dtype}, {config.protocol} protocol)"
    )


def progress(points: int, todo: int) -> str:
    """How many points there are, are done, and are to do."""
    rest = "" if todo else ": nothing to compute"
    return f"{points} points, {points - todo} done, {todo} to do{rest}"
