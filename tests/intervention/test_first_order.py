"""First-order changes: the product of a gradient with what an edit changes, in float64."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from laser_sweep.errors import ConfigError
from laser_sweep.grid.amount import Amount
from laser_sweep.intervention import INTERVENTIONS, Options, Retention, first_order_changes

SHAPES = [(12, 12), (8, 40), (40, 8), (1, 9)]
"""The last one has a single component, which `spectrum=0` keeps."""
AMOUNTS = {
    "rank_reduction": [
        *[("rate", rate) for rate in (0, 2, 5, 9, 9.9)],
        *[("rank", rank) for rank in (0, 1)],
        *[("energy", share) for share in (0, 0.3, 0.9, 1)],
        ("mp", 0),
    ],
    "pruning": [("rate", rate) for rate in (0, 2, 5, 9.9, 10)],
    "zero": [("rate", 0)],
}
OPTIONS = [
    Options(),
    Options(spectrum="bottom"),
    Options(spectrum="random", seed=3),
    Options(spectrum="0"),
]


def matrix_and_gradient(shape: tuple[int, int]) -> tuple[Tensor, Tensor]:
    torch.manual_seed(0)
    decaying = torch.diag(torch.arange(1, min(shape) + 1) ** -0.5)
    weight = torch.randn(shape[0], min(shape)) @ decaying @ torch.randn(min(shape), shape[1])
    return weight, torch.randn(shape)


def changes(
    name: str, amounts: list[tuple[str, float]], options: Options, shape: tuple[int, int]
) -> tuple[list[float], list[float]]:
    """The changes, and the products with each edited matrix."""
    weight, gradient = matrix_and_gradient(shape)
    intervention = INTERVENTIONS.load(name)
    retentions = [Retention(Amount(by, value)) for by, value in amounts]
    found = first_order_changes(intervention, weight, gradient, retentions, options)
    edited = [
        intervention.apply(intervention.prepare(weight), each, options).weight
        for each in retentions
    ]
    return found, [float((gradient.double() * (each - weight).double()).sum()) for each in edited]


@pytest.mark.parametrize("options", OPTIONS, ids=lambda options: options.spectrum)
@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("name", AMOUNTS)
def test_changes_are_products_with_what_is_edited(
    name: str, shape: tuple[int, int], options: Options
):
    found, wanted = changes(name, AMOUNTS[name], options, shape)
    assert max(map(abs, wanted)) > 0.1 or min(shape) == 1
    assert found == pytest.approx(wanted, abs=1e-4)


def test_every_intervention_is_tested():
    assert set(AMOUNTS) == set(INTERVENTIONS.names())


def test_the_exact_components_stand_for_those_of_the_randomized_solver():
    amounts = [("rank", 4.0)]
    found, _ = changes("rank_reduction", amounts, Options(svd="randomized"), (12, 12))
    _, wanted = changes("rank_reduction", amounts, Options(), (12, 12))
    assert found == pytest.approx(wanted, abs=1e-4)


def test_a_component_that_the_matrix_lacks_is_refused():
    with pytest.raises(ConfigError, match="no component 8"):
        changes("rank_reduction", [("rate", 0)], Options(spectrum="0,8"), (8, 40))
    with pytest.raises(ConfigError, match="rank"):
        changes("rank_reduction", [("rank", 9)], Options(), (8, 40))
