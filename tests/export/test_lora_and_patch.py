"""Adapters and patches: with the original model they are the edited model."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from safetensors.torch import load_file
from support.exports import Sweeper, assert_same_weights, loaded, outcomes, weights

from laser_sweep.errors import ConfigError
from laser_sweep.export.write import export

IDS = torch.arange(5, 17)[None]
PEFT = pytest.mark.filterwarnings("ignore::FutureWarning")
"""PEFT asks transformers for what it calls by another name."""


def logits(model: Any) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = model(IDS).logits
    return found


@PEFT
@pytest.mark.parametrize(
    ("family", "lname", "rho"),
    [
        ("gpt2", "fc_in", "0.9"),  # a Conv1D
        ("gpt2", "v_proj", "0.8"),  # a third of one
        ("gpt_neox", "k_proj", "0.95"),  # a part of each head
        ("llama", "fc_out", "0.9"),
        ("roberta", "fc_in", "0.9"),
        ("gpt2", "attn", "0.95"),  # several parts of one layer, and another layer
    ],
)
def test_the_original_with_the_adapter_is_the_edited_model(
    swept: Sweeper, tmp_path: Path, family: str, lname: str, rho: str
):
    from peft import PeftModel

    model, folder = swept(family, f"lname={lname}", "lnum=0", f"rho={rho}")
    point = f"{lname}-l0-rho{rho}"
    export(folder, tmp_path / "dense", point=point)
    export(folder, tmp_path / "lora", format="lora", point=point)
    dense = loaded(tmp_path / "dense")
    adapted = PeftModel.from_pretrained(loaded(model), tmp_path / "lora").eval()
    torch.testing.assert_close(logits(adapted), logits(dense), atol=2e-4, rtol=1e-4)
    assert (logits(loaded(model)) - logits(dense)).abs().max() > 1e-2
    merged = adapted.merge_and_unload()
    assert weights(merged).keys() == weights(dense).keys()
    for name, value in weights(merged).items():
        torch.testing.assert_close(value, weights(dense)[name], atol=1e-5, rtol=1e-4)
    config = json.loads((tmp_path / "lora" / "adapter_config.json").read_text())
    assert config["base_model_name_or_path"] == str(model)
    assert config["rank_pattern"] == config["alpha_pattern"]
    names = sorted(path.name for path in (tmp_path / "lora").iterdir())
    expected = ["README.md", "adapter_config.json", "adapter_model.safetensors", "recipe.json"]
    assert names == expected
    card = (tmp_path / "lora" / "README.md").read_text()
    assert "PeftModel.from_pretrained(model" in card
    assert "of the difference" in card


def test_an_adapter_larger_than_the_matrix_is_refused_with_both_numbers(
    swept: Sweeper, tmp_path: Path
):
    _, folder = swept("gpt2", "lname=fc_in", "lnum=0", "rho=0.1,0.9")
    with pytest.raises(ConfigError, match=r"would have 1,200 values \(rank 15\).* has 1,024"):
        export(folder, tmp_path / "lora", format="lora", point="fc_in-l0-rho0.1")
    assert not (tmp_path / "lora").exists()


def test_without_peft_the_extra_is_named(
    swept: Sweeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    _, folder = swept("gpt2", "lname=fc_in", "lnum=0", "rho=0.9")
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'laser_sweep\[peft\]'"):
        export(folder, tmp_path / "lora", format="lora", point="fc_in-l0-rho0.9")


@pytest.mark.parametrize(
    ("family", "lname", "dtype"),
    [
        ("gpt2", "v_proj", "float32"),
        ("mixtral", "fc_in", "float32"),  # in a parameter of several experts
        ("zamba2", "fc_out", "float32"),  # a tensor of two layers
        ("llama", "fc_out", "bfloat16"),
    ],
)
def test_the_original_with_the_patch_is_the_edited_model_to_the_bit(
    swept: Sweeper, tmp_path: Path, family: str, lname: str, dtype: str
):
    model, folder = swept(family, f"lname={lname}", "lnum=1", "rho=0.3", f"model.dtype={dtype}")
    point = f"{lname}-l1-rho0.3"
    export(folder, tmp_path / "dense", point=point)
    export(folder, tmp_path / "patch", format="patch", point=point)
    patched = loaded(model, dtype)
    patch = load_file(tmp_path / "patch" / "patch.safetensors")
    missing = patched.load_state_dict(patch, strict=False)
    assert not missing.unexpected_keys
    assert_same_weights(patched, loaded(tmp_path / "dense", dtype))
    (edit,) = json.loads((tmp_path / "patch" / "recipe.json").read_text())["edits"]
    assert set(patch) == {matrix["parameter"] for matrix in edit["matrices"]}
    names = sorted(path.name for path in (tmp_path / "patch").iterdir())
    assert names == ["README.md", "patch.safetensors", "recipe.json"]
    assert "strict=False" in (tmp_path / "patch" / "README.md").read_text()


def test_a_patched_model_has_the_outcomes_of_the_sweep(swept: Sweeper, tmp_path: Path):
    model, folder = swept("gpt2", "lname=fc_in", "lnum=1", "rho=0.3")
    export(folder, tmp_path / "patch", format="patch", point="fc_in-l1-rho0.3")
    patched = loaded(model)
    patched.load_state_dict(load_file(tmp_path / "patch" / "patch.safetensors"), strict=False)
    for file in model.glob("*token*"):
        (tmp_path / "patched").mkdir(exist_ok=True)
        (tmp_path / "patched" / file.name).write_bytes(file.read_bytes())
    patched.save_pretrained(tmp_path / "patched")
    _, again = swept("", "lname=dont", path=tmp_path / "patched")
    wanted = outcomes(folder, "fc_in-l1-rho0.3")
    pd.testing.assert_frame_equal(outcomes(again, "base"), wanted, check_exact=True)


def test_formats_that_there_are_not_and_points_without_an_edit(swept: Sweeper, tmp_path: Path):
    _, folder = swept("gpt2", "lname=fc_in", "lnum=0", "rho=0.9")
    with pytest.raises(ConfigError, match=r"Unknown --format 'lore'\. Did you mean 'lora'"):
        export(folder, tmp_path / "to", format="lore")
    for form in ("lora", "patch"):
        with pytest.raises(ConfigError, match=f"--format {form}: the base model has no edited"):
            export(folder, tmp_path / "to", format=form, point="base")
    assert not (tmp_path / "to").exists()
