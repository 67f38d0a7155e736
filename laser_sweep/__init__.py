"""LASER sweeps: layer-selective rank reduction over ℓ × τ × ρ, selected on held-out examples.

`python -m laser_sweep -m lnum=0..27 rate=1,5,9.9` runs a sweep, and so does `sweep` in Python;
`dry_run` describes one. `Sweep` opens a sweep's folder, and `read_results` reads its outcomes.
`apply_recipe` edits a loaded model as an exported recipe says.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from laser_sweep.errors import ConfigError

if TYPE_CHECKING:
    from laser_sweep.export.recipe import apply_recipe
    from laser_sweep.library.call import dry_run, sweep
    from laser_sweep.library.swept import Sweep
    from laser_sweep.store.results import read_results

__all__ = ["ConfigError", "Sweep", "apply_recipe", "dry_run", "read_results", "sweep"]
__version__ = "0.1.0"

# What they import takes seconds, which `--help` should not wait for.
_MODULES = {
    "Sweep": "laser_sweep.library.swept",
    "apply_recipe": "laser_sweep.export.recipe",
    "dry_run": "laser_sweep.library.call",
    "read_results": "laser_sweep.store.results",
    "sweep": "laser_sweep.library.call",
}


def __getattr__(name: str) -> object:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_MODULES})
