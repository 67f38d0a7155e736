"""The comparison of two models on documents of very unequal length."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import scipy

from laser_sweep.statistics import change, compare
from laser_sweep.statistics.paired import total_p_value

WORLDS = 400


def documents(point: str, losses: np.ndarray, tokens: np.ndarray) -> pd.DataFrame:
    """Outcomes of documents with these losses, in nats per token."""
    return pd.DataFrame(
        {
            "point": point,
            "part": "test",
            "example": range(len(losses)),
            "cluster": None,
            "correct": np.nan,
            "prediction": None,
            "answer_logprob": -losses * tokens,
            "answer_length": tokens,
            "text_bytes": 4 * tokens,
        }
    )


def world(rng: np.random.Generator, size: int, effect: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Base and edited outcomes; the log-loss of the edited model is higher by the effect."""
    tokens = np.ceil(np.exp(rng.normal(5, 0.8, size)))
    base = rng.normal(3, 0.5, size)
    edited = base + effect + rng.normal(0, 0.1, size)
    return documents("base", base, tokens), documents("edit", edited, tokens)


def test_figures_are_those_of_all_tokens():
    base, edited = world(np.random.default_rng(0), 50, 0.05)
    found = compare(base, edited)
    nats = {name: -rows["answer_logprob"].sum() for name, rows in (("b", base), ("e", edited))}
    tokens, size = base["answer_length"].sum(), base["text_bytes"].sum()
    assert found.log_loss.base.value == pytest.approx(nats["b"] / tokens)
    assert found.perplexity.chosen.value == pytest.approx(math.exp(nats["e"] / tokens))
    ratio = math.exp((nats["e"] - nats["b"]) / tokens) - 1
    assert found.headline.difference.value == pytest.approx(ratio)
    assert found.bits_per_byte is not None
    assert found.bits_per_byte.base.value == pytest.approx(nats["b"] / math.log(2) / size)
    assert found.accuracy is None
    assert found.corrected is None


def test_standard_errors_are_those_of_a_ratio():
    base, edited = world(np.random.default_rng(1), 60, 0.02)
    tokens = base["answer_length"].to_numpy(float)
    nats = (base["answer_logprob"] - edited["answer_logprob"]).to_numpy(float)
    # The jackknife, one document left out at a time.
    total, size = nats.sum(), len(nats)
    left = np.array([(total - nats[i]) / (tokens.sum() - tokens[i]) for i in range(size)])
    error = math.sqrt((size - 1) / size * ((left - total / tokens.sum()) ** 2).sum())
    assert change(base, edited).z == pytest.approx(total / tokens.sum() / error)


def test_p_values_of_few_documents_are_exact():
    differences = np.array([3.0, -1.0, 2.0, 5.0, 0.5])
    signs = np.array(np.meshgrid(*[[1, -1]] * 5)).reshape(5, -1)
    exact = np.mean(np.abs(differences @ signs) >= differences.sum() - 1e-9)
    assert total_p_value(differences) == pytest.approx(exact)
    assert total_p_value(np.zeros(5)) == 1.0


def test_one_document_that_outweighs_all_others_is_no_evidence():
    tokens = np.array([1e6, *[10] * 19])
    base, edited = (
        documents(name, np.full(20, loss), tokens) for name, loss in (("base", 2), ("e", 3))
    )
    found = compare(base, edited)
    assert found.p_value < 0.05
    assert np.isnan(found.log_loss.difference.low)
    assert found.verdict.kind == "no evidence"
    assert "interval unknown" in found.verdict.text


def test_a_ruined_model_has_an_infinite_perplexity():
    tokens = np.full(20, 50.0)
    found = compare(
        documents("base", np.full(20, 2.0), tokens), documents("e", np.full(20, 1e4), tokens)
    )
    assert found.perplexity.chosen.value == np.inf
    assert found.verdict.kind == "worse"


@pytest.mark.slow
def test_intervals_hold_the_truth_and_useless_edits_are_seldom_called_better():
    rng = np.random.default_rng(2)
    held, better = [], []
    for _ in range(WORLDS):
        found = compare(*world(rng, 60, 0.03))
        held.append(found.log_loss.difference.low <= 0.03 <= found.log_loss.difference.high)
        better.append(compare(*world(rng, 60, 0.0)).verdict.kind == "better")
    print("documents", np.mean(held), np.mean(better))
    assert np.mean(held) > 0.92
    assert sum(better) <= scipy.stats.binom.ppf(0.999, WORLDS, 0.025)
