"""Stacks: their notation, their points, and the order of their edits, which does not matter."""

import itertools

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import LAYERS, make_model, quick

from laser_sweep.errors import ConfigError
from laser_sweep.grid import stack
from laser_sweep.grid.amount import RATE, Amount
from laser_sweep.grid.axes import Axes
from laser_sweep.grid.point import BASE, Edit
from laser_sweep.intervention import Options, Retention, rank_reduction
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.temporary import temporary_weights

AXES = Axes(["fc_in"], None, [Amount(RATE, 5.0), Amount(RATE, 9.0)], ["all"])
FAMILIES = ("gptj", "llama", "gpt2", "roberta")


def names(written, axes=AXES):
    made = stack.points("rank_reduction", stack.read(written), axes, lambda _: [0, 1])
    assert made[0] == BASE
    return [str(point) for point in made[1:]]


def test_one_stack_is_one_point():
    first, second = (
        {"lname": "fc_in", "lnum": 27, "rho": 0.01},
        {"lname": "fc_out", "lnum": 26, "rho": 0.2},
    )
    assert names([first, second]) == ["fc_out-l26-rho0.2+fc_in-l27-rho0.01"]
    assert names([second, first]) == names([first, second])


def test_several_stacks_are_several_points():
    one = [{"lname": "fc_in", "lnum": 1, "rate": 9}]
    assert names([one, [*one, {"lname": "fc_out", "lnum": 0, "rank": 3}]]) == [
        "fc_out-l0-rank3+fc_in-l1-rho0.1",
        "fc_in-l1-rho0.1",
    ]


def test_a_field_that_an_edit_leaves_out_is_swept_over_the_axis():
    kept = {"lname": "q_proj", "lnum": 0, "rho": 0.5}
    assert names([kept, {"lname": "fc_out"}]) == [
        "q_proj-l0-rho0.5+fc_out-l0-rho0.5",
        "q_proj-l0-rho0.5+fc_out-l0-rho0.1",
        "q_proj-l0-rho0.5+fc_out-l1-rho0.5",
        "q_proj-l0-rho0.5+fc_out-l1-rho0.1",
    ]


def test_a_field_of_an_edit_may_be_an_axis():
    written = [
        {"lname": "fc_in", "lnum": "0..1", "rho": [0.1, 0.5]},
        {"lname": "fc_out", "lnum": 3, "rank": 1},
    ]
    assert len(names(written)) == 4


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ([], "expected a list of edits"),
        ("fc_in", "expected a list of edits"),
        ([3], "3 is not an edit"),
        ([{}], "not an edit"),
        ([[{"lname": "fc_in"}], []], "a stack without edits"),
        ([{"layer": 3}], "'layer'.*lnum"),
    ],
)
def test_a_value_that_is_not_a_stack_is_refused(written, message):
    with pytest.raises(ConfigError, match=message):
        stack.read(written)


def edits_of(layout):
    """Edits of one matrix each, for all matrices of the model."""
    return [
        Edit("rank_reduction", lname, lnum, Amount(RATE, 5.0))
        for lnum, lname in itertools.product(range(LAYERS), layout.lnames)
        if lname != "qkv"
    ]


def bits(model):
    return {name: value.clone() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("family", FAMILIES)
@quick
@given(st.data())
def test_the_order_of_the_edits_does_not_matter(family, data):
    model = make_model(family)
    layout = find_layout(model, family)
    chosen = data.draw(
        st.lists(st.sampled_from(edits_of(layout)), min_size=2, max_size=6, unique=True)
    )
    before = bits(model)
    made = []
    for order in (chosen, data.draw(st.permutations(chosen))):
        values = {}
        for edit in order:
            for matrix in layout.matrices(edit):
                prepared = rank_reduction.prepare(matrix.read(model))
                values[matrix] = rank_reduction.apply(
                    prepared, Retention(edit.amount), Options()
                ).weight
        with temporary_weights(model, values):
            made.append(bits(model))
    assert all(torch.equal(made[0][name], made[1][name]) for name in before)
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
