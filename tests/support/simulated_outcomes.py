"""Outcomes of simulated models, one row for each example."""

import numpy as np
import pandas as pd
import scipy

from laser_sweep.grid.point import BASE


def outcomes(correct, clusters=None, point="edit", part="test", **columns):
    """Rows as of `read_results`, one for each example."""
    size = len(correct)
    given_ = {
        "point": point,
        "part": part,
        "example": np.arange(size),
        "cluster": pd.Series([None] * size if clusters is None else clusters, dtype=object),
        "correct": np.asarray(correct, dtype=bool),
        "answer_logprob": np.where(correct, -0.5, -2.0),
        "answer_length": pd.array([1] * size, dtype="Int32"),
        "prediction": [f"word {i % 7}" for i in range(size)],
        "f1": np.full(size, np.nan),
    }
    return pd.DataFrame({**given_, **columns})


def changed(corrected, broken, examples, **columns):
    """Base and chosen that differ on so many examples; the base is right on half of the others."""
    base = np.arange(examples) % 2 == 0
    base[:corrected], base[corrected : corrected + broken] = False, True
    chosen = base.copy()
    chosen[: corrected + broken] ^= True
    return outcomes(base, point=str(BASE), **columns), outcomes(chosen, **columns)


def trinomial(p_corrected, p_broken, shape, rng, within=None, size=1):
    """Differences -1, 0, 1, the same within a cluster to the degree `within` of a copula."""
    rows, examples = shape
    noise = rng.standard_normal(shape)
    if within is not None:
        shared = np.repeat(rng.standard_normal((rows, examples // size)), size, axis=1)
        noise = np.sqrt(within) * shared + np.sqrt(1 - within) * noise
    uniform = scipy.stats.norm.cdf(noise)
    return (uniform < p_corrected).astype(int) - (uniform > 1 - p_broken)


def models(differences):
    """A base and a chosen model with such differences."""
    base = np.where(differences == 0, np.arange(len(differences)) % 2 == 0, differences < 0)
    return base.astype(bool), (base + differences).astype(bool)


def useless(rng, candidates, examples, size=1, right=0.6):
    """Base (row 0) and candidates, all equally good and correlated, also within clusters."""
    count = examples // size

    def noise(rows):
        within = np.repeat(rng.standard_normal((rows, count)), size, axis=1)
        alone = rng.standard_normal((rows, examples))
        return alone if size == 1 else np.sqrt(0.8) * within + np.sqrt(0.2) * alone

    latent = np.sqrt(0.7) * noise(1) + np.sqrt(0.3) * noise(candidates + 1)
    return latent < scipy.stats.norm.ppf(right)


def gained(drawn):
    """What the candidates have more than the base model (row 0)."""
    base, *candidates = np.asarray(drawn, dtype=float)
    return {"accuracy": np.array(candidates) - base}


def sweep(drawn, clusters=None, part="validation"):
    names = [str(BASE), *(f"fc_in-l{i}-rho0.1" for i in range(len(drawn) - 1))]
    return pd.concat(
        [outcomes(row, clusters, name, part) for row, name in zip(drawn, names, strict=True)]
    )
