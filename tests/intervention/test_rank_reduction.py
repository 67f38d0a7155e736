"""Rank reduction against NumPy's singular value decomposition, and against the reference's call."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import quick

from laser_sweep.errors import ConfigError
from laser_sweep.grid.amount import Amount
from laser_sweep.intervention import Options, Retention, rank_reduction
from laser_sweep.intervention._decomposition import components

PRECISION = {torch.float32: 1e-5, torch.float64: 1e-12}
EDGE_CASES = (
    "decaying",
    "flat",
    "zero",
    "one",
    "half",
    "ill",
    "repeated",
    "outlier",
    "huge",
    "tiny",
)


def spectrum_of(kind, r):
    """Singular values in descending order."""
    i = np.arange(r)
    return {
        "decaying": (i + 1) ** -0.5,
        "flat": 1 - i / (2 * r),
        "zero": 0.0 * i,
        "one": 3.0 * (i == 0),
        "half": 1.0 * (i < r / 2),
        "ill": 10.0 ** np.linspace(0, -12, r),
        "repeated": 2.0 ** -(i // 4),
        "outlier": np.where(i == 0, 1e3, 1 - i / (2 * r)),
        "huge": 1e30 / (i + 1),
        "tiny": 1e-30 / (i + 1),
    }[kind]


@st.composite
def matrices(draw):
    """Matrices of any shape with a spectrum that is hard in one way or another; float64."""
    shape = draw(
        st.sampled_from([(1, 1), (1, 5000), (5000, 1), (3, 40), (40, 3), (17, 17), (64, 33)])
    )
    rng = np.random.default_rng(draw(st.integers(0, 1000)))
    r = min(shape)
    u, v = (np.linalg.qr(rng.standard_normal((side, r)))[0] for side in shape)
    return torch.from_numpy((u * spectrum_of(draw(st.sampled_from(EDGE_CASES)), r)) @ v.T)


def reduced(weight, by, value=0.0, **options):
    prepared = rank_reduction.prepare(weight)
    return rank_reduction.apply(prepared, Retention(Amount(by, value)), Options(**options))


def numpy_cut(weight, which):
    """The sum of the components with these indices, by NumPy in float64."""
    u, s, vt = np.linalg.svd(weight.double().numpy(), full_matrices=False)
    return (u[:, which] * s[which]) @ vt[which]


@quick
@given(matrices(), st.sampled_from([torch.float32, torch.float64]), st.floats(0, 1))
def test_the_residual_is_exactly_the_tail_of_the_spectrum(weight, dtype, share):
    weight = weight.to(dtype)
    k = int(share * min(weight.shape))
    made = reduced(weight, "rank", k)
    exact = weight.double().numpy()
    tail = np.linalg.svd(exact, compute_uv=False)[k:]
    residual = np.linalg.norm(exact - made.weight.double().numpy())
    norm = np.linalg.norm(exact)
    assert made.rank == k
    assert residual == pytest.approx(np.linalg.norm(tail), abs=PRECISION[dtype] * norm, rel=0)


@pytest.mark.parametrize("kind", ["decaying", "flat", "outlier", "repeated"])
@pytest.mark.parametrize("shape", [(300, 300), (200, 500), (500, 200)])
def test_the_residual_is_the_smallest_possible_to_1e_5_of_itself(kind, shape):
    rng, r = np.random.default_rng(0), min(shape)
    u, v = (np.linalg.qr(rng.standard_normal((side, r)))[0] for side in shape)
    weight = torch.from_numpy((u * spectrum_of(kind, r)) @ v.T).float()
    prepared = rank_reduction.prepare(weight)
    s = np.linalg.svd(weight.double().numpy(), compute_uv=False)
    for rho in (0.9, 0.8, 0.6, 0.4, 0.2, 0.1, 0.05, 0.01, 0.005):
        made = rank_reduction.apply(prepared, Retention(Amount("rate", 10 * (1 - rho))), Options())
        tail = np.linalg.norm(s[made.rank :])
        if tail > 1e-3 * np.linalg.norm(s):
            residual = torch.linalg.norm(weight.double() - made.weight.double()).item()
            assert residual == pytest.approx(tail, rel=1e-5)


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("kind", EDGE_CASES)
def test_the_singular_values_are_numpys(kind, dtype):
    rng = np.random.default_rng(0)
    u, v = (np.linalg.qr(rng.standard_normal((side, 60)))[0] for side in (60, 90))
    weight = torch.from_numpy((u * spectrum_of(kind, 60)) @ v.T).to(dtype)
    made, s = components(weight), np.linalg.svd(weight.double().numpy(), compute_uv=False)
    tolerance = PRECISION[dtype] * 0.1
    np.testing.assert_allclose(made.s.numpy(), s, atol=tolerance * s[0], rtol=0)
    assert (made.s.diff() <= 0).all()
    identity = torch.eye(60, dtype=torch.float64)
    torch.testing.assert_close(made.u.T.double() @ made.u.double(), identity, rtol=0, atol=3e-6)


def test_small_singular_values_keep_their_digits_beside_large_ones():
    i = np.arange(200)
    rng = np.random.default_rng(0)
    u, v = (np.linalg.qr(rng.standard_normal((200, 200)))[0] for _ in range(2))
    spectrum = 10.0 ** (-4 * i / 200)
    weight = torch.from_numpy((u * spectrum) @ v.T).float()
    exact = np.linalg.svd(weight.double().numpy(), compute_uv=False)
    np.testing.assert_allclose(components(weight).s.numpy(), exact, rtol=1e-3)


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
@pytest.mark.parametrize(
    ("rate", "rank", "residual"),
    [(0, 3, 0), (3.3, 2, 1), (3.4, 1, 2.236068), (6.6, 1, 2.236068), (6.7, 0, 3.741657)],
)
def test_rank_reduction_of_a_diagonal_matrix(protocol, rate, rank, residual):
    weight = torch.zeros(4, 3)
    weight[range(3), range(3)] = torch.tensor([3.0, 2.0, 1.0])
    kept = Retention(Amount("rate", rate), protocol)
    made = rank_reduction.apply(rank_reduction.prepare(weight), kept, Options())
    assert made.rank == rank_reduction.rank(kept, 3, Options()) == rank
    assert torch.linalg.norm(weight - made.weight).item() == pytest.approx(residual, abs=1e-6)


@pytest.mark.parametrize("k", [3, 5, 9])
def test_rank_reduction_of_a_matrix_that_has_the_rank_already_is_that_matrix(k):
    generator = torch.Generator().manual_seed(0)
    left, right = torch.randn(10, 3, generator=generator), torch.randn(3, 20, generator=generator)
    made = reduced(left @ right, "rank", k).weight
    torch.testing.assert_close(made, left @ right, rtol=0, atol=2e-6)


@pytest.mark.parametrize(
    "options", [{}, {"spectrum": "bottom"}, {"spectrum": "0..5"}, {"svd": "randomized"}]
)
def test_the_full_rank_is_the_very_matrix(options):
    weight = torch.randn(6, 9)
    assert reduced(weight, "rank", 6, **options).weight is weight


@pytest.mark.parametrize("options", [{}, {"spectrum": "random"}, {"svd": "randomized"}])
def test_rank_0_is_zeros(options):
    assert torch.equal(reduced(torch.randn(6, 9), "rank", 0, **options).weight, torch.zeros(6, 9))


@quick
@given(matrices(), st.floats(0, 1))
def test_energy_is_the_smallest_rank_that_has_the_share(weight, share):
    made = reduced(weight, "energy", share)
    squares = np.linalg.svd(weight.numpy(), compute_uv=False) ** 2
    rounding = 1e-12 * squares.sum()
    if share < 1:
        assert squares[: made.rank].sum() >= share * squares.sum() - rounding
        assert made.rank == 0 or squares[: made.rank - 1].sum() <= share * squares.sum() + rounding
    else:
        assert made.rank == min(weight.shape)


@pytest.mark.parametrize("shape", [(60, 60), (50, 400), (400, 50)])
@pytest.mark.parametrize("planted", [0, 1, 7])
def test_the_edge_finds_the_components_that_stand_out_of_noise(shape, planted):
    rng = np.random.default_rng(1)
    u, v = (np.linalg.qr(rng.standard_normal((side, 7)))[0] for side in shape)
    edge = 0.3 * (np.sqrt(shape[0]) + np.sqrt(shape[1]))
    signal = (u[:, :planted] * 3 * edge) @ v[:, :planted].T
    noise = rng.standard_normal(shape) * 0.3
    assert reduced(torch.from_numpy(signal + noise), "mp").rank == planted


@pytest.mark.parametrize("weight", [torch.zeros(5, 8), torch.ones(5, 8)])
def test_the_edge_of_a_matrix_without_noise_is_rounding(weight):
    assert reduced(weight, "mp").rank == np.linalg.matrix_rank(weight.numpy())


@quick
@given(st.integers(1, 12), st.integers(0, 100), st.data())
def test_the_components_that_stay_are_those_that_were_asked_for(k, seed, data):
    weight = torch.randn(12, 15, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    indices = sorted(data.draw(st.sets(st.integers(0, 11), min_size=1)))
    first = data.draw(st.integers(0, 11))
    asked = {
        "top": range(k),
        "bottom": range(12 - k, 12),
        ",".join(map(str, indices)): indices,
        f"{first}..11": range(first, 12),
        f"{first}..11..3": range(first, 12, 3),
    }
    for spectrum, which in asked.items():
        made = reduced(weight, "rank", k, spectrum=spectrum)
        assert made.rank == len(which)
        np.testing.assert_allclose(made.weight.numpy(), numpy_cut(weight, list(which)), atol=1e-12)


@quick
@given(st.integers(1, 11), st.integers(0, 100))
def test_random_components_are_components_and_the_seed_says_which(k, seed):
    weight = torch.diag(torch.arange(12, 0, -1.0)) @ torch.eye(12, 15)
    random = reduced(weight, "rank", k, spectrum="random", seed=seed)
    again = reduced(weight, "rank", k, spectrum="random", seed=seed)
    larger = reduced(weight, "rank", k + 1, spectrum="random", seed=seed)
    kept = [set(each.weight.abs().gt(0.5).nonzero()[:, 0].tolist()) for each in (random, larger)]
    assert random.rank == len(kept[0]) == k
    assert kept[0] < kept[1] or k == 11
    assert torch.equal(random.weight, again.weight)


def test_other_seeds_keep_other_components():
    weight = torch.randn(12, 15)
    made = {
        reduced(weight, "rank", 5, spectrum="random", seed=seed).weight.numpy().tobytes()
        for seed in range(20)
    }
    assert len(made) > 15


@quick
@given(
    st.sampled_from([(8, 8), (6, 20), (20, 6)]),
    st.integers(1, 5),
    st.integers(0, 3),
    st.integers(0, 2**31),
)
def test_randomized_is_the_references_call_under_the_same_seed(shape, k, niter, seed):
    weight = torch.randn(shape)
    before = torch.get_rng_state()
    made = reduced(weight, "rank", k, svd="randomized", niter=niter, seed=seed)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(seed)
    u, s, v = torch.svd_lowrank(weight, q=k, niter=niter)
    assert torch.equal(made.weight, u @ torch.diag(s) @ v.T)
    assert made.rank == k


def test_randomized_computes_no_exact_decomposition(monkeypatch):
    monkeypatch.setattr(rank_reduction, "components", lambda matrix: pytest.fail("decomposed"))
    reduced(torch.randn(8, 9), "rate", 5.0, svd="randomized")


def test_oversampling_comes_nearer_to_the_optimum_at_the_same_rank():
    weight = torch.randn(100, 120, generator=torch.Generator().manual_seed(0))
    plain, over, exact = (
        reduced(weight, "rank", 20, **options).weight
        for options in ({"svd": "randomized"}, {"svd": "randomized", "oversample": 40}, {})
    )
    residuals = [torch.linalg.norm(weight - each).item() for each in (plain, over, exact)]
    assert residuals[0] > 1.003 * residuals[1] > residuals[2]
    assert torch.linalg.matrix_rank(over, rtol=1e-5) == 20


def test_an_index_beyond_the_matrix_is_named():
    for spectrum in ("0..9", "2,9"):
        with pytest.raises(ConfigError, match=r"no component 9.*full rank.*is 6"):
            reduced(torch.randn(6, 9), "rate", 0.0, spectrum=spectrum)
        with pytest.raises(ConfigError, match="no component 9"):
            rank_reduction.rank(Retention(Amount("rate", 5.0)), 6, Options(spectrum=spectrum))


def test_a_rank_beyond_the_matrix_is_named():
    with pytest.raises(ConfigError, match=r"rank=7 .*0\.\.6"):
        reduced(torch.randn(6, 9), "rank", 7)


@pytest.mark.parametrize("amount", [Amount("energy", 0.9), Amount("mp")])
def test_the_rank_by_energy_or_edge_is_unknown_without_the_matrix(amount):
    assert rank_reduction.rank(Retention(amount), 6, Options()) is None
    assert rank_reduction.rank(Retention(amount), 6, Options(spectrum="1,2")) == 2
