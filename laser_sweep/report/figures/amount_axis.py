"""The axis of the amounts kept: to scale, linear or logarithmic, from mild edits to severe ones."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from laser_sweep.report.figures.cells import unit_and_value

_TITLES = {"": "ρ (fraction kept)", "rank": "rank kept", "energy": "energy kept"}
"""The titles of the axes by the unit of the amounts."""
_LABEL_WIDTH = 0.15
"""The room that a label needs, as a share of the axis."""


@dataclass(frozen=True)
class AmountAxis:
    """The places of amounts on an axis.

    Attributes:
        title: the title of the axis.
        places: the place of each amount, from the mildest edit to the most severe one.
        labels: the labels of the amounts that have one.
        is_log: whether the scale is logarithmic.
        is_reversed: whether the places decrease, because mild edits keep more.
    """

    title: str
    places: dict[str, float]
    labels: dict[str, str]
    is_log: bool = False
    is_reversed: bool = True


def amount_axis(amounts: Sequence[str]) -> AmountAxis:
    """The axis of distinct amounts, which are given from the mildest to the most severe one.

    It is to scale if all amounts have the same unit; amounts of several units follow one another at
    equal distances. Of the linear and the logarithmic scale, it has the one that keeps the closest
    amounts further apart.
    """
    units = {unit_and_value(amount)[0] for amount in amounts}
    if len(units) > 1 or not units <= set(_TITLES):
        places = {amount: float(place) for place, amount in enumerate(amounts)}
        return AmountAxis("kept", places, dict(zip(amounts, amounts, strict=True)), False, False)
    places = {amount: unit_and_value(amount)[1] for amount in amounts}
    is_log = min(places.values()) > 0 and _closest(_logs(places)) > _closest(places.values())
    (unit,) = units
    labels = {amount: amount.removeprefix(unit) for amount in _labelled(places, is_log)}
    return AmountAxis(_TITLES[unit], places, labels, is_log)


def _logs(places: dict[str, float]) -> list[float]:
    return [math.log(place) for place in places.values()]


def _closest(places: Iterable[float]) -> float:
    """The smallest distance of neighbours, as a share of the axis."""
    ordered = sorted(places)
    span = ordered[-1] - ordered[0]
    return min((after - before for before, after in pairwise(ordered)), default=0) / (span or 1)


def _labelled(places: dict[str, float], is_log: bool) -> list[str]:
    """The amounts whose labels have room, the most severe one and those furthest from it first."""
    shown = dict(zip(places, _logs(places) if is_log else places.values(), strict=True))
    room = _LABEL_WIDTH * (max(shown.values()) - min(shown.values()))
    severe_first = list(reversed(shown))
    labelled: list[str] = []
    for amount in (severe_first[0], severe_first[-1], *severe_first[1:-1]):
        if all(abs(shown[amount] - shown[other]) >= room for other in labelled):
            labelled.append(amount)
    return [amount for amount in places if amount in set(labelled)]
