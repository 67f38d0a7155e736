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
from laser_sweep.export.recipe_file import read_recipe, write_recipe
from laser_sweep.export.write import export
from laser_sweep.model.matrix import Rows


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
def test_the_recipe_of_every_intervention_makes_the_export(
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


def test_a_recipe_is_refused_for_other_weights(swept: Sweeper, tmp_path: Path):
    model, folder = swept("gpt2", "lname=fc_in,fc_out", "lnum=1", "rho=0.3")
    export(folder, tmp_path / "exported", point="fc_out-l1-rho0.3")
    once = loaded(model)
    apply_recipe(once, tmp_path / "exported")
    with pytest.raises(ConfigError, match=r"mlp\.c_proj\.weight is not what .* edited already"):
        apply_recipe(once, tmp_path / "exported")
    with pytest.raises(ConfigError, match=r"GPTNeoX\w+ has no transformer\.h\.1\.mlp\.c_proj"):
        apply_recipe(make("gpt_neox")[0], tmp_path / "exported")
    apply_recipe(loaded(model, "bfloat16"), tmp_path / "exported")


WRITTEN = """{
  "format": 1,
  "point": "fc_in-l1-e1-rho0.3+q_proj-l0-rank5",
  "model": {
    "path": "models/tiny",
    "revision": null,
    "weights": "xxh3:w"
  },
  "dtype": "float32",
  "protocol": "corrected",
  "options": {
    "svd": "exact",
    "niter": 2,
    "oversample": 0,
    "seed": 0,
    "spectrum": "top"
  },
  "versions": {
    "laser_sweep": "0.1.0",
    "git_commit": null
  },
  "edits": [
    {
      "kind": "rank_reduction",
      "lname": "fc_in",
      "lnum": 1,
      "amount": {
        "by": "rate",
        "value": 7.0
      },
      "expert": "1",
      "matrices": [
        {
          "parameter": "model.layers.1.mlp.experts.gate_up_proj",
          "lnum": 1,
          "lname": "fc_in",
          "shape": [
            64,
            32
          ],
          "transposed": false,
          "rows": [
            1,
            0,
            64
          ],
          "expert": 1,
          "stack": [
            1,
            4
          ],
          "shared_with": [],
          "repeated": false,
          "original": "xxh3:a",
          "rank": 9
        }
      ]
    },
    {
      "kind": "rank_reduction",
      "lname": "q_proj",
      "lnum": 0,
      "amount": {
        "by": "rank",
        "value": 5.0
      },
      "expert": "all",
      "matrices": [
        {
          "parameter": "model.layers.0.attn.q_proj.weight",
          "lnum": 0,
          "lname": "q_proj",
          "shape": [
            16,
            16
          ],
          "transposed": true,
          "rows": null,
          "expert": null,
          "stack": null,
          "shared_with": [
            "model.layers.2.attn.q_proj.weight"
          ],
          "repeated": false,
          "original": "xxh3:b",
          "rank": null
        }
      ]
    }
  ]
}
"""
"""A recipe as version 0.1.0 wrote it; exports hold such files, so the format stays."""


def test_the_format_of_the_file_stays(tmp_path: Path):
    path = tmp_path / "recipe.json"
    path.write_text(WRITTEN)
    recipe = read_recipe(path)
    assert str(recipe.changes[0][0]) == "fc_in-l1-e1-rho0.3"
    assert recipe.changes[0][1].matrix.rows == Rows(1, 0, 64)
    assert recipe.changes[1][1].matrix.shared_with == ("model.layers.2.attn.q_proj.weight",)
    assert recipe.evaluated is None
    write_recipe(path, recipe)
    since = WRITTEN.replace('"format": 1', '"format": 2')
    assert path.read_text() == since.removesuffix("\n}\n") + ',\n  "evaluated": null\n}\n'
    assert read_recipe(path) == recipe


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (('"format": 1', '"format": 3'), "expected format 2, found 3"),
        (('"rank": 9', '"rank": "nine"'), "rank"),
        (('"rank": 9', '"rank": 9, "further": 1'), "further"),
        (('"lname": "q_proj",', ""), "lname"),
    ],
    ids=["format", "type", "unknown", "missing"],
)
def test_a_mistake_in_a_recipe_is_named(tmp_path: Path, change: tuple[str, str], says: str):
    (tmp_path / "recipe.json").write_text(WRITTEN.replace(*change))
    with pytest.raises(ConfigError, match=f"is not a recipe .*{says}"):
        apply_recipe(nn.Linear(1, 1), tmp_path)


@pytest.mark.parametrize(
    "content", ["", "[]", "{}", '{"format": 3}', '{"format": 1, "edits": [1]}']
)
def test_a_file_that_is_not_a_recipe_is_refused(tmp_path: Path, content: str):
    (tmp_path / "recipe.json").write_text(content)
    with pytest.raises(ConfigError, match="is not a recipe that this version"):
        apply_recipe(nn.Linear(1, 1), tmp_path)
    with pytest.raises(ConfigError, match="No such file"):
        apply_recipe(nn.Linear(1, 1), tmp_path / "nowhere.json")
