"""Properties of every intervention in the folder."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import quick

from laser_sweep.errors import ConfigError
from laser_sweep.grid.amount import Amount
from laser_sweep.intervention import INTERVENTIONS, Options, Retention

NAMES = INTERVENTIONS.names()
MODULES = {name: INTERVENTIONS.load(name) for name in NAMES}
WITH_RATE = [name for name in NAMES if "rate" in MODULES[name].AMOUNTS]
rates = st.sampled_from([0.0, 0.1, 1.0, 2.5, 3.3, 5.0, 6.6, 7.5, 9.0, 9.9, 10.0])
protocols = st.sampled_from(("corrected", "paper"))
OPTIONS = (
    Options(),
    Options(spectrum="bottom"),
    Options(spectrum="random", seed=4),
    Options(spectrum="0"),
    Options(svd="randomized", seed=4),
    Options(svd="randomized", niter=0, oversample=3),
)


@st.composite
def weights(draw, dtypes=(torch.float32, torch.float64)):
    """Matrices of small shapes with distinct entries."""
    shape = draw(st.tuples(st.integers(1, 12), st.integers(1, 12)))
    generator = torch.Generator().manual_seed(draw(st.integers(0, 1000)))
    return torch.randn(shape, generator=generator, dtype=draw(st.sampled_from(dtypes)))


@st.composite
def demands(draw, name):
    """A matrix, with a retention and options that an intervention accepts."""
    weight = draw(weights())
    options = draw(st.sampled_from(OPTIONS))
    allowed = list(MODULES[name].AMOUNTS or ("rate",))
    if options.svd == "randomized":
        allowed = [by for by in allowed if by in ("rate", "rank")]
    values = {
        "rate": rates,
        "rank": st.integers(0, min(weight.shape)),
        "energy": st.floats(0, 1),
        "mp": st.just(0.0),
    }
    by = draw(st.sampled_from(allowed))
    return weight, Retention(Amount(by, draw(values[by])), draw(protocols)), options


def same_bits(one, other):
    return one.dtype == other.dtype and one.numpy().tobytes() == other.numpy().tobytes()


def test_an_unknown_intervention_is_answered_with_the_available_ones():
    with pytest.raises(ConfigError, match="'rank_reducton'") as error:
        INTERVENTIONS.load("rank_reducton")
    assert all(name in str(error.value) for name in NAMES)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(st.data())
def test_every_intervention_keeps_shape_and_dtype_and_leaves_its_input_alone(name, data):
    weight, kept, options = data.draw(demands(name))
    before = weight.clone()
    made = MODULES[name].apply(MODULES[name].prepare(weight), kept, options).weight
    assert (made.shape, made.dtype) == (weight.shape, weight.dtype)
    assert made.isfinite().all()
    assert same_bits(weight, before)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(st.data())
def test_every_intervention_gives_the_same_bits_whatever_was_applied_before(name, data):
    weight, *first = data.draw(demands(name))
    sequence = [tuple(first)]
    for rate in data.draw(st.lists(rates, min_size=1, max_size=4)):
        sequence.append((Retention(Amount("rate", rate)), data.draw(st.sampled_from(OPTIONS))))
    apply, prepare = MODULES[name].apply, MODULES[name].prepare
    prepared = prepare(weight)
    shared = [apply(prepared, *each).weight.clone() for each in sequence + sequence[:1]]
    for each, made in zip(sequence + sequence[:1], shared, strict=True):
        assert same_bits(made, apply(prepare(weight.clone()), *each).weight)


@pytest.mark.parametrize("name", WITH_RATE)
@quick
@given(weights(), protocols)
def test_every_intervention_that_has_a_rate_is_the_identity_at_rate_0(name, weight, protocol):
    kept = Retention(Amount("rate", 0.0), protocol)
    made = MODULES[name].apply(MODULES[name].prepare(weight), kept, Options())
    assert same_bits(made.weight, weight)


@pytest.mark.parametrize("name", NAMES)
@quick
@given(st.data())
def test_every_intervention_keeps_at_most_the_rank_that_it_records(name, data):
    weight, kept, options = data.draw(demands(name))
    weight = weight.double()
    known = MODULES[name].rank(kept, min(weight.shape), options)
    made = MODULES[name].apply(MODULES[name].prepare(weight), kept, options)
    assert known in (None, made.rank)
    if made.rank is not None:
        assert 0 <= made.rank <= min(weight.shape)
        assert np.linalg.matrix_rank(made.weight.numpy(), tol=1e-10) <= made.rank


@pytest.mark.parametrize("name", NAMES)
def test_the_amounts_of_every_intervention_are_known_ones(name):
    assert set(MODULES[name].AMOUNTS) <= {"rate", "rank", "energy", "mp"}
