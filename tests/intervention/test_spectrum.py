"""Options of rank reduction, and the ranks by energy and by the edge."""

import numpy as np
import pytest
import torch

from laser_sweep.errors import ConfigError
from laser_sweep.intervention import Options
from laser_sweep.intervention._spectrum import edge_rank, energy_rank, marchenko_pastur_median


def test_the_median_of_the_square_case_is_the_published_one():
    # Gavish and Donoho 2014: 4/√3 with known noise, 2.858 with unknown; the ratio is √median.
    assert 4 / np.sqrt(3) / np.sqrt(marchenko_pastur_median(1.0)) == pytest.approx(2.858, abs=5e-4)


@pytest.mark.parametrize("beta", [0.05, 0.1, 0.25, 0.5, 0.75, 1.0])
def test_the_medians_are_those_of_random_matrices_and_of_the_published_fit(beta):
    # The threshold for unknown noise by formula (11), and its fit to two digits, formula (5).
    known = np.sqrt(2 * (beta + 1) + 8 * beta / (beta + 1 + np.sqrt(beta**2 + 14 * beta + 1)))
    median = marchenko_pastur_median(beta)
    fit = 0.56 * beta**3 - 0.95 * beta**2 + 1.82 * beta + 1.43
    assert known / np.sqrt(median) == pytest.approx(fit, abs=0.02)
    noise = np.random.default_rng(0).standard_normal((round(1000 * beta), 1000)) / np.sqrt(1000)
    assert np.median(np.linalg.svd(noise, compute_uv=False) ** 2) == pytest.approx(median, rel=0.03)


def test_a_median_halves_the_law():
    beta = 0.3
    a, b = (1 - np.sqrt(beta)) ** 2, (1 + np.sqrt(beta)) ** 2
    x = np.linspace(a, b, 400_001)
    density = np.sqrt((b - x) * (x - a)) / (2 * np.pi * beta * x)
    below = density[x <= marchenko_pastur_median(beta)].sum() * (x[1] - x[0])
    assert below == pytest.approx(0.5, abs=1e-4)


def test_the_edge_is_where_noise_ends():
    s = torch.linalg.svdvals(
        torch.randn(300, 900, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    )
    edge = float(np.sqrt(300) + np.sqrt(900))
    ladder = torch.cat([torch.tensor([1.5, 1.2, 1.05], dtype=torch.float64) * edge, s[3:]])
    assert edge_rank(ladder, (300, 900)) == edge_rank(ladder, (900, 300)) == 3
    assert edge_rank(ladder * 7, (300, 900)) == 3


@pytest.mark.parametrize(
    ("share", "rank"), [(0, 0), (0.1, 1), (0.64, 1), (0.65, 2), (0.99, 2), (1, 2)]
)
def test_energy_counts_squares(share, rank):
    assert energy_rank(torch.tensor([8.0, 6.0, 0.0], dtype=torch.float64), share) == rank


@pytest.mark.parametrize(
    ("spectrum", "indices"),
    [
        ("0", (0,)),
        ("0..3", (0, 1, 2, 3)),
        ("7, 0..2", (0, 1, 2, 7)),
        ("0..6..3", (0, 3, 6)),
        ("2,2,1..2", (1, 2)),
        ("top", None),
        (" random ", None),
    ],
)
def test_the_notation_of_indices(spectrum, indices):
    assert Options(spectrum=spectrum).indices == indices


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"svd": "exakt"}, "'exakt'.*Did you mean 'exact'"),
        ({"spectrum": "botom"}, "'botom'.*Did you mean 'bottom'"),
        ({"spectrum": ""}, "Unknown spectrum ''"),
        ({"spectrum": "1,,2"}, "Unknown spectrum ''"),
        ({"spectrum": "-1"}, "'-1'"),
        ({"spectrum": "3..1"}, r"spectrum=3\.\.1 is empty"),
        ({"spectrum": "0..99999999999"}, "at most 100,000"),
        ({"niter": -1}, "niter=-1"),
        ({"oversample": -1}, "oversample=-1"),
        ({"seed": -1}, "seed=-1"),
        ({"svd": "randomized", "spectrum": "bottom"}, "spectrum=top.*spectrum=bottom"),
        ({"svd": "randomized", "spectrum": "0..3"}, r"spectrum=top.*spectrum=0\.\.3"),
    ],
)
def test_impossible_options_are_refused_in_one_line(options, said):
    with pytest.raises(ConfigError, match=said) as error:
        Options(**options).check()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("by", ["energy", "mp"])
def test_randomized_has_no_spectrum_to_measure(by):
    with pytest.raises(ConfigError, match=by):
        Options(svd="randomized").check(["rate", by])
    Options().check(["rate", by])
    Options(svd="randomized").check(["rate", "rank"])


@pytest.mark.parametrize(
    ("options", "changes"),
    [
        ({}, {}),
        ({"seed": 5, "niter": 20, "oversample": 3}, {}),
        ({"spectrum": "bottom", "seed": 5}, {"spectrum": "bottom"}),
        ({"spectrum": "random", "seed": 5}, {"seed": 5, "spectrum": "random"}),
        ({"spectrum": "7,0..1,2"}, {"spectrum": "0..2,7"}),
        ({"svd": "randomized"}, {"svd": "randomized"}),
        (
            {"svd": "randomized", "niter": 20, "oversample": 3, "seed": 5},
            {"svd": "randomized", "niter": 20, "oversample": 3, "seed": 5},
        ),
    ],
)
def test_only_options_that_change_results_are_changes(options, changes):
    assert Options(**options).changes == changes
    assert Options(**options).uses_seed is (
        "randomized" in options.values() or "random" in options.values()
    )
