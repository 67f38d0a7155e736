"""Interventions, one file each; the file's name is the option's value.

An intervention has two functions, in the manner of a solver that factorises once and solves often:

* `prepare(weight) -> Prepared`: what is computed once for a matrix, at the latest when it is first
  needed. `weight` has shape (out, in), dtype float32 or float64, and only finite entries.
* `apply(prepared, kept, options) -> Edited`: the edited matrix, of the same shape, for one amount,
  and the rank that it has kept. See `_kept` for `kept`, `_options` for `options`.

and says three things: `USES_AMOUNT`, whether how much is kept means anything to it; `AMOUNTS`, the
values of `Amount.by` that it takes; and `rank(kept, full_rank, options)`, the rank as far as it is
known without the weights, else None.
"""

from laser_sweep.intervention._edited import Edited
from laser_sweep.intervention._kept import Kept
from laser_sweep.intervention._options import Options

__all__ = ["Edited", "Kept", "Options"]
