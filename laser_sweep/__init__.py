"""LASER sweeps: layer-selective rank reduction over ℓ × τ × ρ, selected on held-out examples.

`python -m laser_sweep -m lnum=0..27 rate=1,5,9.9` runs a sweep. `read_results` reads its outcomes;
`apply_recipe` edits a loaded model as an exported recipe says.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from laser_sweep.export.recipe import apply_recipe
    from laser_sweep.store.results import read_results

__all__ = ["apply_recipe", "read_results"]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    # Reading results needs pandas and pyarrow, which `--help` should not wait for.
    if name == "read_results":
        from laser_sweep.store.results import read_results

        return read_results
    if name == "apply_recipe":
        from laser_sweep.export.recipe import apply_recipe

        return apply_recipe
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
