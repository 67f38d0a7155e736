"""What the figures of a sweep are worth: intervals, tests, and a verdict in plain words.

`compare` sets the chosen model against the base model on the same examples; `null_band` says how
good the best of so many points looks where none has an effect. Both are the same for the same seed.
"""

from laser_sweep.statistics.band import null_band
from laser_sweep.statistics.comparison import Comparison, Paired, compare
from laser_sweep.statistics.constant import Commonest, majority_accuracy
from laser_sweep.statistics.estimate import Estimate
from laser_sweep.statistics.null import Null
from laser_sweep.statistics.out_of_fold import OutOfFold, out_of_fold
from laser_sweep.statistics.paired import SIGNIFICANT
from laser_sweep.statistics.point_intervals import accuracy_intervals
from laser_sweep.statistics.verdict import UNSELECTED, UNTESTED, Verdict

__all__ = [
    "SIGNIFICANT",
    "UNSELECTED",
    "UNTESTED",
    "Commonest",
    "Comparison",
    "Estimate",
    "Null",
    "OutOfFold",
    "Paired",
    "Verdict",
    "accuracy_intervals",
    "compare",
    "majority_accuracy",
    "null_band",
    "out_of_fold",
]
