"""Interventions, one file each; the file's name is the option's value.

An intervention has two functions, in the manner of a solver that factorises once and solves often:

* `prepare(weight) -> Prepared`: what is computed once for a matrix. `weight` has shape (out, in),
  dtype float32 or float64.
* `apply(prepared, kept) -> Tensor`: the edited matrix, of the same shape, for one ρ. `kept` says
  how much stays; see `laser_sweep.intervention._kept`.

and two facts: `USES_RATE`, whether ρ means anything to it, and `rank(kept, full_rank)`, the rank
that is recorded, or None where the intervention does not set one.
"""
