"""Interventions: what holds for every file in the folder, and what each of them computes."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny import quick

import laser_sweep.intervention
from laser_sweep import plugin
from laser_sweep.errors import ConfigError
from laser_sweep.intervention import pruning, rank_reduction, zero
from laser_sweep.intervention._kept import Kept

NAMES = plugin.names(laser_sweep.intervention)
WITH_RATE = [name for name in NAMES if plugin.load(laser_sweep.intervention, name).USES_RATE]
PROTOCOLS = ("corrected", "paper")
rates = st.sampled_from([0.0, 0.1, 1.0, 2.5, 3.3, 5.0, 6.6, 7.5, 9.0, 9.9, 10.0])
protocols = st.sampled_from(PROTOCOLS)

# The ranks of the paper's grid, by full rank 4096, 2048 and 768.
RANKS = {
    0: (4096, 2048, 768),
    1: (3686, 1843, 691),
    2: (3276, 1638, 614),
    2.5: (3072, 1536, 576),
    4: (2457, 1228, 460),
    5: (2048, 1024, 384),
    6: (1638, 819, 307),
    7.5: (1024, 512, 192),
    8: (819, 409, 153),
    9: (409, 204, 76),
    9.25: (307, 153, 57),
    9.5: (204, 102, 38),
    9.75: (102, 51, 19),
    9.8: (81, 40, 15),
    9.85: (61, 30, 11),
    9.9: (40, 20, 7),
    9.95: (20, 10, 3),
    9.975: (10, 5, 1),
    9.995: (2, 1, 0),
    10: (0, 0, 0),
}


@st.composite
def weights(draw, dtypes=(torch.float32, torch.float64)):
    """Matrices of small shapes with distinct entries."""
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 1000)))
    return torch.randn(shape, generator=generator, dtype=draw(st.sampled_from(dtypes)))


def same_bits(one, other):
    return one.dtype == other.dtype and one.numpy().tobytes() == other.numpy().tobytes()


def test_an_unknown_intervention_is_answered_with_those_that_there_are():
    with pytest.raises(ConfigError, match="'rank_reducton'") as error:
        plugin.load(laser_sweep.intervention, "rank_reducton")
    assert all(name in str(error.value) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(weights(), rates, protocols)
def test_every_intervention_keeps_shape_and_dtype_and_leaves_its_input_alone(
    name, weight, rate, protocol
):
    intervention = plugin.load(laser_sweep.intervention, name)
    before = weight.clone()
    made = intervention.apply(intervention.prepare(weight), Kept(rate, protocol))
    assert (made.shape, made.dtype) == (weight.shape, weight.dtype)
    assert made.isfinite().all()
    assert same_bits(weight, before)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(weights(), st.lists(rates, min_size=2, max_size=5), protocols)
def test_every_intervention_gives_the_same_bits_whatever_was_applied_before(
    name, weight, sequence, protocol
):
    intervention = plugin.load(laser_sweep.intervention, name)
    prepared = intervention.prepare(weight)
    shared = [intervention.apply(prepared, Kept(rate, protocol)).clone() for rate in sequence]
    for rate, made in zip(sequence, shared, strict=True):
        alone = intervention.apply(intervention.prepare(weight.clone()), Kept(rate, protocol))
        assert same_bits(made, alone)


@pytest.mark.parametrize("name", WITH_RATE)
@quick
@given(weights(), protocols)
def test_every_intervention_that_has_a_rate_is_the_identity_at_rate_0(name, weight, protocol):
    intervention = plugin.load(laser_sweep.intervention, name)
    made = intervention.apply(intervention.prepare(weight), Kept(0.0, protocol))
    assert same_bits(made, weight)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(weights((torch.float64,)), rates, protocols)
def test_every_intervention_keeps_at_most_the_rank_that_it_records(name, weight, rate, protocol):
    intervention = plugin.load(laser_sweep.intervention, name)
    kept = Kept(rate, protocol)
    recorded = intervention.rank(kept, min(weight.shape))
    made = intervention.apply(intervention.prepare(weight), kept)
    if recorded is not None:
        assert 0 <= recorded <= min(weight.shape)
        assert np.linalg.matrix_rank(made.numpy(), tol=1e-10) <= recorded


@quick
@given(weights(), rates, protocols)
def test_rank_reduction_leaves_out_exactly_the_tail_of_the_spectrum(weight, rate, protocol):
    kept = Kept(rate, protocol)
    made = rank_reduction.apply(rank_reduction.prepare(weight), kept)
    exact = weight.double().numpy()
    tail = np.linalg.svd(exact, compute_uv=False)[kept.of(min(weight.shape)) :]
    residual = np.linalg.norm(exact - made.double().numpy())
    precision = 1e-12 if weight.dtype == torch.float64 else 1e-5
    assert residual == pytest.approx(np.linalg.norm(tail), abs=precision * np.linalg.norm(exact))


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(
    ("rate", "rank", "residual"),
    [(0, 3, 0), (3.3, 2, 1), (3.4, 1, 2.236068), (6.6, 1, 2.236068), (6.7, 0, 3.741657)],
)
def test_rank_reduction_of_a_diagonal_matrix(protocol, rate, rank, residual):
    weight = torch.zeros(4, 3)
    weight[range(3), range(3)] = torch.tensor([3.0, 2.0, 1.0])
    kept = Kept(rate, protocol)
    made = rank_reduction.apply(rank_reduction.prepare(weight), kept)
    assert rank_reduction.rank(kept, 3) == rank
    assert torch.linalg.norm(weight - made).item() == pytest.approx(residual, abs=1e-6)


def test_rank_reduction_of_a_matrix_that_has_the_rank_already_is_that_matrix():
    generator = torch.Generator().manual_seed(0)
    left, right = torch.randn(10, 3, generator=generator), torch.randn(3, 20, generator=generator)
    made = rank_reduction.apply(rank_reduction.prepare(left @ right), Kept(5.0))
    torch.testing.assert_close(made, left @ right, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize(("rate", "ranks"), RANKS.items())
def test_the_ranks_are_the_papers(protocol, rate, ranks):
    assert tuple(Kept(rate, protocol).of(full) for full in (4096, 2048, 768)) == ranks


def test_only_the_paper_protocol_loses_a_rank_to_rounding():
    assert Kept(9.9, "paper").of(1000) == 9
    assert Kept(9.9, "corrected").of(1000) == 10


@quick
@given(st.integers(0, 10_000), st.integers(1, 20_000))
def test_corrected_ranks_are_those_of_exact_arithmetic(thousandths, full):
    kept = 1 - Fraction(thousandths, 10_000)
    assert Kept(thousandths / 1000).of(full) == math.floor(full * kept)


@pytest.mark.parametrize("shape", [(768, 3072), (1600, 6400), (5120, 13824), (8192, 28672)])
def test_the_number_of_pruned_entries_is_exact_in_large_matrices_too(shape):
    entries = math.prod(shape)
    removed = [Kept(hundredths / 100).removed(entries) for hundredths in range(1001)]
    assert removed == [entries * hundredths // 1000 for hundredths in range(1001)]


@quick
@given(
    st.lists(st.sampled_from([-3, -2, -1, 1, 2, 3]), min_size=1, max_size=40),
    st.integers(0, 100),
)
def test_corrected_pruning_removes_exactly_the_smallest_ties_by_position(entries, tenths):
    weight = torch.tensor([entries], dtype=torch.float32)
    made = pruning.apply(pruning.prepare(weight), Kept(tenths / 10))[0].tolist()
    smallest = sorted(range(len(entries)), key=lambda i: (abs(entries[i]), i))
    gone = set(smallest[: len(entries) * tenths // 100])
    assert made == [0 if i in gone else entry for i, entry in enumerate(entries)]


@pytest.mark.parametrize(
    ("rate", "expected"),
    [
        (0, [[0.5, -0.1, 0.3], [-0.7, 0.2, -0.4]]),
        (1, [[0.5, 0, 0.3], [-0.7, 0.2, -0.4]]),
        (2, [[0.5, 0, 0.3], [-0.7, 0, -0.4]]),
        (3, [[0.5, 0, 0.3], [-0.7, 0, -0.4]]),
        (5, [[0.5, 0, 0], [-0.7, 0, 0]]),
        (7.5, [[0, 0, 0], [-0.7, 0, 0]]),
        (9, [[0, 0, 0], [0, 0, 0]]),
        (9.9, [[0, 0, 0], [0, 0, 0]]),
        (10, [[0, 0, 0], [0, 0, 0]]),
    ],
)
def test_the_papers_pruning_removes_up_to_and_including_the_threshold(rate, expected):
    weight = torch.tensor([[0.5, -0.1, 0.3], [-0.7, 0.2, -0.4]])
    made = pruning.apply(pruning.prepare(weight), Kept(rate, "paper"))
    assert torch.equal(made, torch.tensor(expected, dtype=torch.float32))


@pytest.mark.parametrize(
    ("rate", "paper", "corrected"), [(1, 4, 1), (4, 7, 4), (5, 7, 5), (10, 10, 10)]
)
def test_the_papers_pruning_takes_all_of_a_tie_and_corrected_only_its_share(rate, paper, corrected):
    weight = torch.tensor([[1, -1, 1, 1, 2], [2, -2, 3, 3, 4]], dtype=torch.float32)
    zeros = {
        protocol: int((pruning.apply(pruning.prepare(weight), Kept(rate, protocol)) == 0).sum())
        for protocol in PROTOCOLS
    }
    assert zeros == {"paper": paper, "corrected": corrected}


def test_zero_leaves_nothing_whatever_the_rate():
    weight = torch.ones(2, 3)
    for rate in (0.0, 5.0, 10.0):
        assert torch.equal(zero.apply(zero.prepare(weight), Kept(rate)), torch.zeros(2, 3))
