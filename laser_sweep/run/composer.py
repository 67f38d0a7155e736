"""The composition of a plan: a stack of the best edits, built on the validation part."""

from __future__ import annotations

import logging
import math

import pandas as pd

from laser_sweep.composition import RULES
from laser_sweep.errors import ConfigError
from laser_sweep.grid.point import BASE, Evaluation, Point
from laser_sweep.grid.stack import stacked
from laser_sweep.plan.plan import Plan
from laser_sweep.plan.rounds import wanted
from laser_sweep.run.worker import Worker
from laser_sweep.search import composition_key
from laser_sweep.split import VALIDATION
from laser_sweep.statistics import change, perplexity
from laser_sweep.store.composition import (
    ACCEPTED,
    FAILED,
    OVERLAPS,
    REFUSED,
    Composition,
    CompositionKey,
    Trial,
    write_composition,
)

log = logging.getLogger(__name__)


def compose(plan: Plan, worker: Worker) -> list[Evaluation]:
    """Try the best points on a stack, one after the other, and store what each of them changed.

    There is one pass: it ends with the last candidate. Trials that have outcomes are not evaluated
    again, so an interrupted pass continues, and failed trials are tried again.

    Returns:
        The trials that failed.
    """
    composer = _Composer(plan, worker, key_of(plan))
    write_composition(plan.store.folder, composer.composition())
    return composer.failed


def key_of(plan: Plan) -> CompositionKey:
    """The key of a plan's composition, once all rounds of the search are over."""
    names, examples = wanted(plan), plan.store.parts.validation
    outcomes = plan.store.read()
    of_points = outcomes["point"].isin(names) & (outcomes["part"] == VALIDATION)
    return composition_key(plan.config, plan.store.digest, names, examples, outcomes[of_points])


class _Composer:
    """One pass through the candidates of a composition.

    Args:
        plan: the plan.
        worker: the worker that evaluates stacks.
        key: what the composition depends on, with its candidates.
    """

    def __init__(self, plan: Plan, worker: Worker, key: CompositionKey):
        self._plan = plan
        self._worker = worker
        self._key = key
        self._rule = RULES.load(key.rule)
        self._points = {str(point): point for point in plan.points}
        self._stack = BASE
        self.failed: list[Evaluation] = []

    def composition(self) -> Composition:
        """Try every candidate, and return the finished composition."""
        log.info("composing: %d candidates, one after the other", len(self._key.candidates))
        trials = tuple(self._try(self._points[name]) for name in self._key.candidates)
        return Composition(self._key, trials, str(self._stack))

    def _try(self, candidate: Point) -> Trial:
        with_it = stacked(self._stack, candidate)
        try:
            self._plan.matrices(with_it)
        except ConfigError:
            return Trial(str(candidate), OVERLAPS)
        before, after = self._outcomes(self._stack), self._outcomes(with_it)
        if before is None or after is None:
            return Trial(str(candidate), FAILED)
        found = change(before, after)
        is_accepted = self._rule.accepts(found, self._plan.config.compose)
        trial = Trial(
            str(candidate),
            ACCEPTED if is_accepted else REFUSED,
            None if found.accuracy is None else float(after["correct"].mean()),
            found.accuracy,
            found.log_loss,
            found.z if math.isfinite(found.z) else None,
            perplexity(after) if found.accuracy is None else None,
        )
        _log(trial)
        if is_accepted:
            self._stack = with_it
        return trial

    def _outcomes(self, point: Point) -> pd.DataFrame | None:
        """The outcomes of a point on the validation part; None if it fails."""
        examples = self._plan.store.parts.validation
        missing = self._plan.missing([Evaluation(point, examples)])
        if failed := self._worker.run(missing, bar=False):
            self.failed += failed
            return None
        outcomes = self._plan.store.read_point(point)
        return outcomes[outcomes["part"] == VALIDATION]


def _log(trial: Trial) -> None:
    assert trial.log_loss_change is not None
    if trial.accuracy is not None and trial.accuracy_change is not None:
        figure = f"accuracy {100 * trial.accuracy:.1f} % ({100 * trial.accuracy_change:+.1f})"
    else:
        figure = f"perplexity {trial.perplexity:.2f}"
    log.info(
        "%s %s: %s, log-loss %+.3f, z %s",
        trial.candidate,
        trial.outcome,
        figure,
        trial.log_loss_change,
        "–" if trial.z is None else f"{trial.z:+.1f}",
    )
