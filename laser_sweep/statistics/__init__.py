"""Intervals and tests of a sweep's figures, and a verdict in plain words.

`compare` compares the chosen model with the base model on the same examples. `null_band` gives the
gain that the best of a sweep's points reaches where no point has an effect. The same seed gives the
same figures.
"""

from laser_sweep.statistics.audit import Audit, audit
from laser_sweep.statistics.best_gain import NullBand, null_band
from laser_sweep.statistics.comparison import Comparison, PairedMeans, compare
from laser_sweep.statistics.estimate import Estimate
from laser_sweep.statistics.fold_null import OutOfFoldNull, out_of_fold_null
from laser_sweep.statistics.majority import CommonestPrediction, majority_accuracy
from laser_sweep.statistics.measures import log_loss_shares, perplexity
from laser_sweep.statistics.paired import SIGNIFICANT
from laser_sweep.statistics.paired_change import Change, change
from laser_sweep.statistics.point_intervals import accuracy_intervals, perplexity_intervals
from laser_sweep.statistics.searched_gain import SearchedGain, searched_gain
from laser_sweep.statistics.verdict import UNSELECTED, UNTESTED, Verdict

__all__ = [
    "SIGNIFICANT",
    "UNSELECTED",
    "UNTESTED",
    "Audit",
    "Change",
    "CommonestPrediction",
    "Comparison",
    "Estimate",
    "NullBand",
    "OutOfFoldNull",
    "PairedMeans",
    "SearchedGain",
    "Verdict",
    "accuracy_intervals",
    "audit",
    "change",
    "compare",
    "log_loss_shares",
    "majority_accuracy",
    "null_band",
    "out_of_fold_null",
    "perplexity",
    "perplexity_intervals",
    "searched_gain",
]
