"""Simulated searches among edits without any effect: ranked, chosen and composed on one part.

Base model and edits are equally good, exactly: the margin of an example is normal, and an edit, or
a stack of edits, mixes it with noise and scales the sum back to the same distribution. So the base
model and any fixed edit could change places, on each example or in each cluster.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from laser_sweep.composition import RULES
from laser_sweep.config import ComposeConfig
from laser_sweep.statistics import Change
from laser_sweep.statistics.clusters import cluster_sums, jackknife_variance
from laser_sweep.statistics.majority import CommonestPrediction
from laser_sweep.statistics.paired import accuracy_difference, p_value
from laser_sweep.statistics.verdict import judge

TRIED = 20
UNKNOWN = CommonestPrediction(None, 0.0, 0)


@dataclass(frozen=True)
class Setting:
    """The worlds of one cell of a table.

    Attributes:
        right: the accuracy of the base model and of all edits.
        alike: the correlation of the noise of any two edits, up to its sign.
        size: the number of examples of a cluster; 1 for independent examples.
        candidates: the number of edits that the search chooses among.
        keep: the share of them that the search evaluates.
        validating: the number of examples of the validation part.
        tested: the number of examples of the test part.
    """

    right: float
    alike: float = 0.5
    size: int = 1
    candidates: int = 600
    keep: float = 0.1
    validating: int = 160
    tested: int = 240


class Part:
    """The outcomes of a world on one part of the examples."""

    def __init__(self, world: World, examples: int, edits: np.ndarray):
        self.setting, self.examples = world.setting, examples
        self.clusters = np.arange(examples) // self.setting.size if self.setting.size > 1 else None
        self._signs, self._strengths = world.signs, world.strengths
        self._base, self._common, *own = world.noise(2 + len(edits), examples)
        self._own = dict(zip(edits.tolist(), own, strict=True))

    def margins(self, edits):
        """The margins of a stack of edits, shape (examples,); of the base model for none."""
        alike = self.setting.alike
        strengths, edits = self._strengths[list(edits)], list(edits)
        shared = (strengths * self._signs[edits]).sum()
        moved = self._base + np.sqrt(alike) * shared * self._common
        for strength, edit in zip(strengths, edits, strict=True):
            moved = moved + np.sqrt(1 - alike) * strength * self._own[edit]
        variance = 1 + alike * shared**2 + (1 - alike) * (strengths**2).sum()
        return moved / np.sqrt(variance) + scipy.special.ndtri(self.setting.right)

    def correct(self, edits):
        return self.margins(edits) > 0

    def loss(self, edits):
        """The log-loss of a choice between two answers whose logits differ by twice the margin."""
        return np.logaddexp(0.0, -2 * self.margins(edits))

    def all_correct(self):
        """Whether each single edit is correct on each example, shape (edits, examples)."""
        alike, edits = self.setting.alike, list(self._own)
        strengths = self._strengths[edits][:, None]
        own = np.sqrt(1 - alike) * np.stack(list(self._own.values()))
        noise = np.sqrt(alike) * self._signs[edits][:, None] * self._common + own
        margins = (self._base + strengths * noise) / np.sqrt(1 + strengths**2)
        return margins > -scipy.special.ndtri(self.setting.right)


class World:
    """Edits without an effect, and a search among them."""

    def __init__(self, setting: Setting, seed: int):
        self.setting, self.rng = setting, np.random.default_rng(seed)
        self.signs = self.rng.choice([-1.0, 1.0], setting.candidates)
        self.strengths = self.rng.uniform(0.05, 1.0, setting.candidates)
        self.validation = Part(self, setting.validating, np.arange(setting.candidates))

    def noise(self, rows, examples):
        """Normal noise, shape (rows, examples), four fifths of it the same within a cluster."""
        alone = self.rng.standard_normal((rows, examples), dtype=np.float32)
        size = self.setting.size
        if size == 1:
            return alone
        within = self.rng.standard_normal((rows, examples // size), dtype=np.float32)
        return np.sqrt(0.8) * np.repeat(within, size, axis=1) + np.sqrt(0.2) * alone

    def searched(self):
        """The evaluated edits, best first, and their outcomes, shape (edits, examples).

        It is the worst case of a ranking: it is nearly right about the very examples that choose.
        """
        correct = self.validation.all_correct()
        accuracy = correct.mean(axis=1)
        predicted = accuracy + self.rng.normal(0, 0.01, len(accuracy))
        kept = np.argsort(-predicted)[: int(self.setting.keep * len(accuracy))]
        losses = np.array([self.validation.loss([edit]).mean() for edit in kept])
        order = np.lexsort((losses, -accuracy[kept]))
        return kept[order], correct[kept[order]]

    def composed(self, order, rule="guarded"):
        """The stack of one pass through the best edits, with the rule that the package has."""
        accepts, options = RULES.load(rule).accepts, ComposeConfig(name=rule)
        stack: list[int] = []
        for edit in order[:TRIED].tolist():
            if accepts(changed(self.validation, stack, [*stack, edit]), options):
                stack.append(edit)
        return stack

    def verdicts(self, *stacks):
        """The kinds of the verdicts on stacks, on a test part that was not read before."""
        edits = sorted({edit for stack in stacks for edit in stack})
        test = Part(self, self.setting.tested, np.array(edits, dtype=int))
        return [verdict(test, stack) for stack in stacks]


def changed(part: Part, before, after) -> Change:
    """What `statistics.change` says of two stacks, without frames."""
    was, is_now = part.correct(before), part.correct(after)
    differences = part.loss(after) - part.loss(before)
    sums, sizes = cluster_sums(differences[:, None], part.clusters)
    error = float(np.sqrt(jackknife_variance(sums, sizes)[0]))
    return Change(
        accuracy=float(is_now.mean() - was.mean()),
        log_loss=float(differences.mean()),
        z=float(differences.mean()) / error,
        p_value=1.0 if part.clusters is not None else p_value(was, is_now),
    )


def verdict(part: Part, stack) -> str:
    """The kind of verdict that `statistics.compare` gives on a stack, without frames."""
    if not stack:
        return "base"
    before, after = part.correct([]), part.correct(stack)
    p = p_value(before, after, part.clusters)
    return judge(accuracy_difference(before, after, part.clusters, p_value=p), p, UNKNOWN).kind
