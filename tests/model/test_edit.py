"""Temporary edits of a model, which is restored bit for bit."""

import pytest
import torch
from support.tiny import FAMILIES, WIDTH, make_model

from laser_sweep.grid.amount import RATE, Amount
from laser_sweep.grid.point import Edit
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.temporary import temporary_weights

DTYPES = (torch.float32, torch.float16, torch.bfloat16)


def bits(model):
    """The bytes of all parameters; unlike ==, they tell -0 from 0, and one NaN from another."""
    return {
        name: value.contiguous().view(torch.uint8).numpy().tobytes()
        for name, value in model.state_dict().items()
    }


def matrices_of(model, lname, lnum):
    return find_layout(model, "tiny").matrices(Edit("zero", lname, lnum, Amount(RATE, 10.0)))


def random_values(matrices):
    generator = torch.Generator().manual_seed(1)
    return {matrix: torch.randn(matrix.shape, generator=generator) for matrix in matrices}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize(("lname", "lnum"), [("fc_in", 0), ("v_proj", 1), ("attn", 1), ("all", -1)])
def test_after_an_edit_the_model_is_the_same_bit_for_bit(family, dtype, lname, lnum):
    model = make_model(family, dtype)
    matrices = matrices_of(model, lname, lnum)
    for matrix in matrices:
        matrix.view(model)[..., 0, :3] = torch.tensor(
            [-0.0, float("nan"), float("inf")], dtype=dtype
        )
    before = bits(model)
    with temporary_weights(model, random_values(matrices)):
        assert bits(model) != before
    assert bits(model) == before


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("family", FAMILIES)
def test_during_an_edit_the_matrices_have_the_values_and_nothing_else_changes(family, dtype):
    model = make_model(family, dtype)
    matrices = matrices_of(model, "mlp", 1)
    values = random_values(matrices)
    before = bits(model)
    with temporary_weights(model, values):
        for matrix, value in values.items():
            assert torch.equal(matrix.read(model), value.to(dtype))
        changed = {name for name, value in bits(model).items() if value != before[name]}
    assert changed == {matrix.parameter for matrix in matrices}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("third", "lname"), [(0, "q_proj"), (1, "k_proj"), (2, "v_proj")])
def test_a_part_of_gpt2s_fused_matrix_is_edited_in_its_own_columns_alone(dtype, third, lname):
    model = make_model("gpt2", dtype)
    (matrix,) = matrices_of(model, lname, 0)
    (value,) = random_values([matrix]).values()
    fused = model.transformer.h[0].attn.c_attn.weight
    expected = fused.clone()
    expected[:, third * WIDTH : (third + 1) * WIDTH] = value.T.to(dtype)
    with temporary_weights(model, {matrix: value}):
        assert torch.equal(fused, expected)


def test_an_edit_is_undone_when_what_it_was_made_for_fails():
    model = make_model("gptj")
    before = bits(model)
    with (
        pytest.raises(ZeroDivisionError),
        temporary_weights(model, random_values(matrices_of(model, "all", -1))),
    ):
        raise ZeroDivisionError
    assert bits(model) == before


def test_an_edit_with_values_of_a_wrong_shape_leaves_the_model_as_it_was():
    model = make_model("llama")
    first, second = matrices_of(model, "mlp", 0)[:2]
    before = bits(model)
    with (
        pytest.raises(ValueError, match="values are"),
        temporary_weights(model, {first: torch.zeros(first.shape), second: torch.zeros(3, 5)}),
    ):
        pytest.fail("the edit was made")
    assert bits(model) == before
