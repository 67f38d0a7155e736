"""Pruning and zero."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import quick

from laser_sweep.errors import ConfigError
from laser_sweep.grid.amount import Amount
from laser_sweep.intervention import Options, Retention, pruning, zero

PROTOCOLS = ("corrected", "paper")


def pruned(weight, rate, protocol="corrected"):
    kept = Retention(Amount("rate", rate), protocol)
    return pruning.apply(pruning.prepare(weight), kept, Options()).weight


def prune_in_a_list(entries, tenths):
    """The rule as a list: the smallest magnitudes go, of equal ones those that come first."""
    smallest = sorted(range(len(entries)), key=lambda i: (abs(entries[i]), i))
    gone = set(smallest[: len(entries) * tenths // 100])
    return [0 if i in gone else entry for i, entry in enumerate(entries)]


@quick
@given(
    st.lists(st.sampled_from([-3, -2, -1, 1, 2, 3]), min_size=1, max_size=40),
    st.integers(0, 100),
)
def test_corrected_pruning_removes_exactly_the_smallest_ties_by_position(entries, tenths):
    weight = torch.tensor([entries], dtype=torch.float32)
    made = pruned(weight, tenths / 10)[0].tolist()
    assert made == prune_in_a_list(entries, tenths)


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
    made = pruned(weight, rate, "paper")
    assert torch.equal(made, torch.tensor(expected, dtype=torch.float32))


@pytest.mark.parametrize(
    ("rate", "paper", "corrected"), [(1, 4, 1), (4, 7, 4), (5, 7, 5), (10, 10, 10)]
)
def test_the_papers_pruning_takes_all_of_a_tie_and_corrected_only_its_share(rate, paper, corrected):
    weight = torch.tensor([[1, -1, 1, 1, 2], [2, -2, 3, 3, 4]], dtype=torch.float32)
    zeros = {protocol: int((pruned(weight, rate, protocol) == 0).sum()) for protocol in PROTOCOLS}
    assert zeros == {"paper": paper, "corrected": corrected}


@pytest.mark.parametrize("amount", [Amount("rank", 1), Amount("energy", 0.5), Amount("mp")])
def test_pruning_takes_only_a_rate(amount):
    assert amount.by not in pruning.AMOUNTS
    with pytest.raises(ConfigError, match=str(amount)):
        pruning.apply(pruning.prepare(torch.ones(2, 3)), Retention(amount), Options())


def test_pruning_prepares_no_more_than_the_magnitudes():
    weight = torch.randn(30, 40)
    prepared = pruning.prepare(weight)
    assert prepared.magnitudes.tolist() == sorted(weight.abs().flatten().tolist())


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_pruning_and_zero_ignore_the_options_of_rank_reduction(protocol):
    weight, kept = torch.randn(5, 4), Retention(Amount("rate", 5.0), protocol)
    options = Options(svd="randomized", seed=3, spectrum="0,1")
    for each in (pruning, zero):
        one, other = (each.apply(each.prepare(weight), kept, o) for o in (Options(), options))
        assert torch.equal(one.weight, other.weight)
        assert one.rank == other.rank == each.rank(kept, 4, options)


def test_zero_leaves_nothing_whatever_the_amount():
    weight = torch.ones(2, 3)
    for amount in (Amount("rate", 0.0), Amount("rate", 10.0), Amount("rank", 2), Amount("mp")):
        made = zero.apply(zero.prepare(weight), Retention(amount), Options())
        assert torch.equal(made.weight, torch.zeros(2, 3))
        assert made.rank == 0


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_matrix_that_is_stored_transposed_is_pruned_the_same(protocol):
    weight = torch.tensor([[3.0, -1.0, 2.0], [1.0, -2.0, 0.5], [0.5, 4.0, -3.0]])
    stored = weight.T.contiguous().T
    assert not stored.is_contiguous()
    assert torch.equal(pruned(stored, 5, protocol), pruned(weight, 5, protocol))
