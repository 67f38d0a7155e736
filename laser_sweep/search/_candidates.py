"""The points that a composition tries."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from laser_sweep.config import Config
from laser_sweep.grid.notation import ranges
from laser_sweep.grid.point import BASE
from laser_sweep.search._evidence import Evidence
from laser_sweep.selection import measure
from laser_sweep.store.composition import CompositionKey


def composition_key(
    config: Config, digest: str, points: Sequence[str], examples: Sequence[int], seen: pd.DataFrame
) -> CompositionKey:
    """The key of a composition, with the best points in order.

    Args:
        config: the configuration of the sweep.
        digest: the identity's digest.
        points: the names of the points of the sweep.
        examples: the validation examples.
        seen: the outcomes of these points on the validation part; points that lack one of an
            example are not candidates.
    """
    edited = tuple(point for point in points if point != str(BASE))
    evidence = Evidence(outcomes=seen, measure=measure(config.selection))
    best = evidence.order(edited, tuple(examples))[: config.compose.candidates]
    options = config.compose
    return CompositionKey(digest, options.name, options.z, ranges(examples), tuple(best))
