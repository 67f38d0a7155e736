"""Stacks whose edits change the same matrix, which are refused."""

import pytest
from support.tiny import make_model

from laser_sweep.errors import ConfigError
from laser_sweep.grid.amount import RATE, Amount
from laser_sweep.grid.point import Edit, Point
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.plan.disjoint import check_disjoint


@pytest.mark.parametrize(
    ("first", "second"),
    [("fc_in", "fc_in"), ("fc_in", "mlp"), ("qkv", "q_proj"), ("attn", "v_proj"), ("all", "mlp")],
)
def test_two_edits_of_a_matrix_are_refused(first, second):
    layout = find_layout(make_model("gpt2"), "gpt2")
    point = Point(tuple(Edit("zero", lname, 1, Amount(RATE, 10.0)) for lname in (first, second)))
    matrices = [matrix for edit in point.edits for matrix in layout.matrices(edit)]
    with pytest.raises(ConfigError, match=r"edits transformer\.h\.1\..* more than once"):
        check_disjoint(point, matrices)


def test_the_parts_of_a_fused_parameter_are_different_matrices():
    layout = find_layout(make_model("gpt2"), "gpt2")
    point = Point(tuple(Edit("zero", name, 1, Amount(RATE, 10.0)) for name in ("q_proj", "k_proj")))
    check_disjoint(point, [m for edit in point.edits for m in layout.matrices(edit)])
