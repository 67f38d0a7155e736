"""Points of the grid: single edits, stacks of edits, and the base model."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from laser_sweep.errors import ConfigError
from laser_sweep.grid.amount import EDGE, RANK, Amount, amounts

ALL_LAYERS = -1
"""The `lnum` of an edit of all layers at once."""

_ATTENTION = ("q_proj", "k_proj", "v_proj", "q_a", "q_b", "kv_a", "kv_b", "out_proj")
_MLP = ("fc_in", "fc_up", "fc_out")
MATRIX_TYPES = (*_ATTENTION[:3], "qkv", *_ATTENTION[3:], *_MLP)
"""`qkv` is a fused parameter as a whole; its parts are `q_proj`, `k_proj` and `v_proj`. `q_a`,
`q_b`, `kv_a` and `kv_b` belong to multi-head latent attention."""
MATRIX_GROUPS = {"attn": _ATTENTION, "mlp": _MLP, "all": (*_ATTENTION, *_MLP)}
NO_EDIT = "dont"
"""The `lname` of the base model."""
LNAMES = (*MATRIX_TYPES, *MATRIX_GROUPS, NO_EDIT)
ALL_EXPERTS, SHARED_EXPERTS = "all", "shared"

_EDIT = re.compile(
    r"(?P<lname>\w+)-l(?P<lnum>all|\d+)(-e(?P<expert>\w+))?-(?P<by>rho|rank|energy|mp)(?P<value>.*)"
)


@dataclass(frozen=True)
class Edit:
    """One change of the model: (kind, ℓ, τ, amount).

    A group of matrix types, all layers, or all experts stand for several matrices. The edit
    keeps the same amount of each of them.

    Attributes:
        kind: the intervention's name.
        lname: the matrix type τ, or a group of matrix types.
        lnum: the layer ℓ, from 0; -1 for all layers at once.
        amount: the amount kept of each matrix.
        expert: in a mixture of experts, an expert's number, `shared`, or `all`.
    """

    kind: str
    lname: str
    lnum: int
    amount: Amount
    expert: str = ALL_EXPERTS

    def __str__(self) -> str:
        layer = "all" if self.lnum == ALL_LAYERS else str(self.lnum)
        expert = "" if self.expert == ALL_EXPERTS else f"-e{self.expert}"
        return f"{self.lname}-l{layer}{expert}-{self.amount}"


@dataclass(frozen=True)
class Point:
    """A model to evaluate: the base model (no edit), one edit, or a stack of several edits."""

    edits: tuple[Edit, ...] = ()

    def __str__(self) -> str:
        return "+".join(map(str, self.edits)) or "base"


class Evaluation(NamedTuple):
    """A point and the examples to evaluate it on; its outcomes are one result file.

    Attributes:
        point: the point.
        examples: the indices of the examples, in order.
    """

    point: Point
    examples: tuple[int, ...]


BASE = Point()
"""The base model."""


def point_of(name: str, kind: str) -> Point:
    """The point with a name such as `fc_out-l26-rho0.2+fc_in-l27-mp`.

    Args:
        name: the name, as `str(point)` writes it.
        kind: the intervention's name.

    Raises:
        ConfigError: if no point has this name.
    """
    if name == str(BASE):
        return BASE
    point = Point(tuple(_edit_of(each, kind) for each in name.split("+")))
    if str(point) != name:
        raise ConfigError(f"{name!r} is not the name of a point.")
    return point


def _edit_of(name: str, kind: str) -> Edit:
    if not (match := _EDIT.fullmatch(name)):
        raise ConfigError(f"{name!r} is not the name of an edit.")
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
