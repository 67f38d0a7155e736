"""A point from its name, as it is in reports and file names: `fc_out-l26-rho0.2+fc_in-l27-mp`."""

from __future__ import annotations

import re

from laser_sweep.amount import EDGE, RANK, Amount, amounts
from laser_sweep.errors import ConfigError
from laser_sweep.grid import ALL_EXPERTS, ALL_LAYERS, BASE, Edit, Point

_EDIT = re.compile(
    r"(?P<lname>\w+)-l(?P<lnum>all|\d+)(-e(?P<expert>\w+))?-(?P<by>rho|rank|energy|mp)(?P<value>.*)"
)


def point_of(name: str, kind: str) -> Point:
    """The point that has a name.

    Args:
        name: the name, as `str(point)` is.
        kind: the intervention's name.

    Raises:
        ConfigError: if no point has it.
    """
    if name == str(BASE):
        return BASE
    point = Point(tuple(_edit_of(each, kind) for each in name.split("+")))
    if str(point) != name:
        raise ConfigError(f"{name!r} is no point's name.")
    return point


def _edit_of(name: str, kind: str) -> Edit:
    if not (match := _EDIT.fullmatch(name)):
        raise ConfigError(f"{name!r} is no edit's name.")
    layer, expert = match["lnum"], match["expert"]
    return Edit(
        kind=kind,
        lname=match["lname"],
        lnum=ALL_LAYERS if layer == "all" else int(layer),
        amount=_amount_of(match["by"], match["value"]),
        expert=ALL_EXPERTS if expert is None else expert,
    )


def _amount_of(by: str, value: str) -> Amount:
    (amount,) = amounts({RANK: EDGE} if by == EDGE else {by: value}, ())
    return amount
