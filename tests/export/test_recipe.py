"""The recipe makes the exported weights from the original weights, and refuses others."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from support.exports import Sweeper, assert_same_weights, loaded, weights
from support.most_used import make
from torch import nn

from laser_sweep import read_results
from laser_sweep.errors import ConfigError
from laser_sweep.export.recipe import apply_recipe
from laser_sweep.export.write import export


@pytest.mark.parametrize(
    "options",
    [
        ("intervention=pruning", "rho=0.5"),
        ("intervention=zero",),
        ("intervention.svd=randomized", "rho=0.2", "seed=7"),
        ("intervention.spectrum=random", "rho=0.2", "seed=7"),
        ("rank=mp",),
        ("protocol=paper", "rate=9"),
    ],
    ids=" ".join,
)
def test_whatever_the_intervention_the_recipe_makes_the_export(
    swept: Sweeper, tmp_path: Path, options: tuple[str, ...]
):
    model, folder = swept("gptj", "lname=fc_in", "lnum=-1", *options)
    (point,) = set(read_results(folder)["point"]) - {"base"}
    export(folder, tmp_path / "exported", point=point)
    original = loaded(model)
    before = {name: value.clone() for name, value in weights(original).items()}
    apply_recipe(original, tmp_path / "exported")
    assert_same_weights(original, loaded(tmp_path / "exported"))
    changed = {n for n, w in weights(original).items() if not torch.equal(w, before[n])}
    assert changed == {f"transformer.h.{lnum}.mlp.fc_in.weight" for lnum in (0, 1)}


def test_a_recipe_is_refused_where_the_weights_are_not_what_they_were(
    swept: Sweeper, tmp_path: Path
):
    model, folder = swept("gpt2", "lname=fc_in,fc_out", "lnum=1", "rho=0.3")
    export(folder, tmp_path / "exported", point="fc_out-l1-rho0.3")
    once = loaded(model)
    apply_recipe(once, tmp_path / "exported")
    with pytest.raises(ConfigError, match=r"mlp\.c_proj\.weight is not what .* edited already"):
        apply_recipe(once, tmp_path / "exported")
    with pytest.raises(ConfigError, match=r"GPTNeoX\w+ has no transformer\.h\.1\.mlp\.c_proj"):
        apply_recipe(make("gpt_neox")[0], tmp_path / "exported")
    apply_recipe(loaded(model, "bfloat16"), tmp_path / "exported")


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 2}', '{"format": 1, "edits": [1]}']
)
def test_what_is_no_recipe_is_told(tmp_path: Path, content: str):
    (tmp_path / "recipe.json").write_text(content)
    with pytest.raises(ConfigError, match="is no recipe that this version"):
        apply_recipe(nn.Linear(1, 1), tmp_path)
    with pytest.raises(ConfigError, match="No such file"):
        apply_recipe(nn.Linear(1, 1), tmp_path / "nowhere.json")
