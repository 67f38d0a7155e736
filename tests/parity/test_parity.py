"""The reference's edits: the same matrices, ranks, norms and numbers of zeros."""

import json
from functools import cache

import pytest
import torch
from support.parity_cases import PARITY

from laser_sweep.grid.amount import RATE, Amount
from laser_sweep.grid.point import Edit
from laser_sweep.intervention import INTERVENTIONS, Options, Retention
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.load import load_config, load_model, skeleton
from laser_sweep.model.source import find_source
from laser_sweep.model.temporary import temporary_weights

CASES = json.loads((PARITY / "edited.json").read_text())
KINDS = {"rank-reduction": "rank_reduction", "dropout": "pruning", "zero": "zero"}
RANDOMIZED = [name for name, case in CASES.items() if case["randomized_seed_0_fro_after"]]


@cache
def loaded(llm):
    source = find_source(str(PARITY / "checkpoints" / llm), None)
    config = load_config(source)
    model = load_model(source, config, torch.float32, "cpu")
    return model, find_layout(skeleton(config), llm)


def edit_of(case):
    amount = Amount(RATE, case["rate"])
    return Edit(KINDS[case["intervention"]], case["lname"], case["lnum"], amount)


def apply(model, layout, edit, options):
    """The edited matrices of a model, by parameter."""
    intervention = INTERVENTIONS.load(edit.kind)
    return {
        matrix: intervention.apply(
            intervention.prepare(matrix.read(model)), Retention(edit.amount, "paper"), options
        )
        for matrix in layout.matrices(edit)
    }


@pytest.mark.parametrize("name", CASES)
def test_an_edit_is_the_references(name):
    case = CASES[name]
    model, layout = loaded(name.split("/")[0])
    made = apply(model, layout, edit_of(case), Options())
    before = {matrix.parameter: matrix.read(model) for matrix in made}
    expected = {each["param"]: each for each in case["edited"]}
    assert set(before) == set(expected)
    assert len(made) == len(expected)
    with temporary_weights(model, {matrix: each.weight for matrix, each in made.items()}):
        for matrix, each in made.items():
            wanted, weight = expected[matrix.parameter], model.get_parameter(matrix.parameter)
            assert list(matrix.shape) == wanted["shape"]
            if wanted.get("rank") is not None:
                assert each.rank == wanted["rank"]
            norm = before[matrix.parameter].double().norm().item()
            assert norm == pytest.approx(wanted["fro_before"], rel=1e-6)
            after = weight.double().norm().item()
            assert after == pytest.approx(wanted["fro_after"], rel=1e-5, abs=1e-7)
            assert int(weight.count_nonzero()) == wanted["nonzero_after"]


@pytest.mark.parametrize("name", RANDOMIZED)
def test_the_references_own_solver_gives_its_numbers_for_its_seed(name):
    case = CASES[name]
    llm = name.split("/")[0]
    model, layout = loaded(llm)
    options = Options(svd="randomized", niter=20 if llm == "roberta" else 2, seed=0)
    made = apply(model, layout, edit_of(case), options)
    norms = {each["param"]: n for each, n in zip(
        case["edited"], case["randomized_seed_0_fro_after"], strict=True)}  # fmt: skip
    for matrix, each in made.items():
        norm = each.weight.double().norm().item()
        assert norm == pytest.approx(norms[matrix.parameter], rel=1e-4)
