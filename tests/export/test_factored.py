"""Factored exports: loaded without laser_sweep, they compute what the dense edit computes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file
from support.commands import environment
from support.exports import Sweeper, outcomes
from support.tiny import EXAMPLES, quick
from transformers import AutoModelForCausalLM, AutoTokenizer

from laser_sweep.errors import ConfigError
from laser_sweep.export.formats import factored
from laser_sweep.export.write import export
from laser_sweep.intervention import Factors, factors_of

SCRIPT = Path(__file__).with_name("loaded_elsewhere.py")
STACK = (
    "stack=[{lname: q_proj, lnum: 1, rho: 0.1}, {lname: v_proj, lnum: 1, rank: 2}, "
    "{lname: fc_out, lnum: 0, energy: 0.3}, {lname: fc_in, lnum: 1, rho: 0.9}]"
)
STACK_POINT = "fc_out-l0-energy0.3+q_proj-l1-rho0.1+v_proj-l1-rank2+fc_in-l1-rho0.9"
CASES = {
    "conv1d": ("gpt2", ("lname=fc_in", "lnum=0", "rho=0.1"), "fc_in-l0-rho0.1"),
    "last part of a Conv1D": ("gpt2", ("lname=v_proj", "lnum=0", "rho=0.1"), "v_proj-l0-rho0.1"),
    "stack, two parts of one layer": ("gpt2", (STACK,), STACK_POINT),
    "linear": ("llama", ("lname=fc_out", "lnum=1", "rho=0.1"), "fc_out-l1-rho0.1"),
    "all parts of a layer": ("gpt2", ("lname=attn", "lnum=0", "rho=0.2"), "attn-l0-rho0.2"),
    "part of each head": ("gpt_neox", ("lname=k_proj", "lnum=0", "rho=0.1"), "k_proj-l0-rho0.1"),
    "second half": ("phi3", ("lname=fc_up", "lnum=0", "rho=0.1"), "fc_up-l0-rho0.1"),
    "fused group": ("falcon", ("lname=q_proj", "lnum=0", "rho=0.1"), "q_proj-l0-rho0.1"),
    "all layers": ("mistral", ("lname=fc_in", "lnum=-1", "rho=0.2"), "fc_in-lall-rho0.2"),
    "masked": ("roberta", ("lname=q_proj", "lnum=0", "rho=0.1"), "q_proj-l0-rho0.1"),
    "one block as all layers": ("albert", ("lname=fc_in", "lnum=0", "rho=0.1"), "fc_in-l0-rho0.1"),
    "rank 0": ("llama", ("intervention=zero", "lname=fc_in", "lnum=0"), "fc_in-l0-rho0"),
}


def elsewhere(folder: Path, *pairs: tuple[Path, Path]) -> list[dict[str, Any]]:
    """What `loaded_elsewhere.py` finds of pairs of a dense and a factored export."""
    done = subprocess.run(
        [sys.executable, SCRIPT, *(f"{dense}:{factored}" for dense, factored in pairs)],
        cwd=folder,
        env=environment(folder),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
def test_a_process_without_laser_sweep_loads_and_computes_the_same(
    tiny_sweep: Sweeper, tmp_path: Path
):
    pairs = []
    for number, (family, options, point) in enumerate(CASES.values()):
        _, folder = tiny_sweep(family, *options)
        pair = (tmp_path / f"dense{number}", tmp_path / f"factored{number}")
        for to, form in zip(pair, ("dense", "factored"), strict=True):
            export(folder, to, format=form, point=point)
        pairs.append(pair)
    for case, found in zip(CASES, elsewhere(tmp_path, *pairs), strict=True):
        assert "trust_remote_code=True" in found["without_trust"], case
        assert found["difference"] < 2e-4, (case, found)
        assert found["base_difference"] < 2e-4, (case, found)
        assert found["base_class"].startswith("LowRank"), case
        assert found["exact"], (case, found)
        assert {"model.safetensors", "config.json", "modeling_low_rank.py"} <= set(found["saved"])
        assert found["parameters"] < found["dense_parameters"], case
        assert found.get("cached") == found.get("uncached") == found.get("dense"), case
        assert found["tied"] == (CASES[case][0] in ("gpt2", "roberta", "albert", "falcon")), case


def test_the_outcomes_are_those_of_the_sweep(swept: Sweeper, tmp_path: Path):
    _, folder = swept("gpt2", "lname=fc_in", "lnum=0", "rho=0.1")
    point = "fc_in-l0-rho0.1"
    export(folder, tmp_path / "factored", format="factored", point=point)
    path = tmp_path / "factored"
    model = AutoModelForCausalLM.from_pretrained(path, trust_remote_code=True)
    tokenizer = AutoTokenizer.from_pretrained(path, trust_remote_code=True)
    stored = outcomes(folder, point)["answer_logprob"].astype(float).to_numpy()
    base = outcomes(folder, "base")["answer_logprob"].astype(float).to_numpy()
    ours = []
    for example in EXAMPLES:
        ids = tokenizer(f"{example.prompt} {example.answer}", return_tensors="pt")["input_ids"]
        with torch.inference_mode():
            predicted = model(ids[:, :-1]).logits[0, -1].log_softmax(-1)
        ours.append(float(predicted[ids[0, -1]]))
    np.testing.assert_allclose(ours, stored, atol=1e-5)
    assert np.abs(ours - base).max() > 1e-2


def test_the_factors_have_the_rank_and_the_card_has_what_was_measured(
    swept: Sweeper, tmp_path: Path
):
    _, folder = swept("gpt2", STACK)
    to = tmp_path / "factored"
    export(folder, to, format="factored", point=STACK_POINT)
    weights = load_file(to / "model.safetensors")
    h = "transformer.h"
    assert weights[f"{h}.1.attn.c_attn.products.0.down.weight"].shape == (1, 16)
    assert weights[f"{h}.1.attn.c_attn.products.1.up.weight"].shape == (16, 2)
    assert weights[f"{h}.1.attn.c_attn.rest.weight"].shape == (16, 16)
    assert weights[f"{h}.0.mlp.c_proj.up.bias"].shape == (16,)
    # Rank 14 of (64, 16) would be larger as two factors.
    assert weights[f"{h}.1.mlp.c_fc.weight"].shape == (16, 64)
    card = (to / "README.md").read_text()
    assert "3 edited matrices are stored as the product of two smaller ones" in card
    (dense,) = (line for line in card.splitlines() if "`transformer.h.1.mlp.c_fc.weight`" in line)
    assert dense.rstrip("| ").endswith("dense")
    assert "two factors, 64 of 256 values" in card
    assert "| reading 24 tokens at once |" in card
    assert "| generating 16 tokens one by one |" in card
    size = sum(value.nbytes for value in weights.values()) / 1000
    assert f"{size:,.1f} kB of weights" in card


def test_a_sweep_of_a_factored_model_is_refused_with_the_way_out(swept: Sweeper, tmp_path: Path):
    _, folder = swept("gpt2", "lname=fc_in", "lnum=0", "rho=0.1")
    to = tmp_path / "factored"
    export(folder, to, format="factored", point="fc_in-l0-rho0.1")
    with pytest.raises(ConfigError, match=r"code of its own.*take the dense one"):
        swept("", "lname=dont", path=to)


def test_half_precision_is_kept(swept: Sweeper, tmp_path: Path):
    _, folder = swept("llama", "lname=fc_out", "lnum=1", "rho=0.1", "model.dtype=bfloat16")
    export(folder, tmp_path / "half", format="factored", point="fc_out-l1-rho0.1")
    path = tmp_path / "half"
    model = AutoModelForCausalLM.from_pretrained(path, trust_remote_code=True, dtype="auto")
    assert {value.dtype for value in model.parameters()} == {torch.bfloat16}
    card = (path / "README.md").read_text()
    assert 'dtype="bfloat16", trust_remote_code=True' in card


@pytest.mark.parametrize(
    ("family", "options", "point", "says"),
    [
        ("mixtral", ("lname=fc_in",), "fc_in-l0-rho0.1", r"experts.*holds several experts"),
        ("zamba2", ("lname=fc_out", "lnum=1"), "fc_out-l1-rho0.1", "is the same tensor as"),
        ("gpt2", ("intervention=pruning",), "fc_in-l0-rho0.1", "sets none: use dense or patch"),
        ("gpt2", (), "base", "the base model has no edited matrix: use dense"),
        (
            "gpt2",
            ("rho=0.9",),
            "fc_in-l0-rho0.9",
            r"shape \(64, 16\) has 1,024 values.* have 80 for each rank.*at most rank 12 pays",
        ),
    ],
)
def test_what_cannot_be_factored_is_refused_by_name(
    swept: Sweeper, tmp_path: Path, family: str, options: tuple[str, ...], point: str, says: str
):
    usual = ("lname=fc_in", "lnum=0", "rho=0.1")
    set_already = {option.split("=")[0] for option in options}
    _, folder = swept(family, *options, *(u for u in usual if u.split("=")[0] not in set_already))
    with pytest.raises(ConfigError, match=f"--format factored: .*{says}"):
        export(folder, tmp_path / "to", format="factored", point=point)
    assert not (tmp_path / "to").exists()


@pytest.mark.parametrize("wrong", [0.95, float("nan")])
def test_a_model_that_computes_something_else_is_not_written(
    swept: Sweeper, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: float
):
    def slightly_wrong(matrix: torch.Tensor, rank: int) -> Factors:
        up, down = factors_of(matrix, rank)
        return Factors(wrong * up, down)

    _, folder = swept("llama", "lname=fc_out", "lnum=0", "rho=0.1")
    monkeypatch.setattr(factored, "factors_of", slightly_wrong)
    with pytest.raises(ConfigError, match="something else than the dense one: on 24 random tokens"):
        export(folder, tmp_path / "to", format="factored", point="fc_out-l0-rho0.1")
    assert not (tmp_path / "to").exists()


@quick
@given(st.integers(1, 12), st.integers(1, 12), st.data())
def test_the_product_of_the_factors_is_the_matrix(rows: int, columns: int, data: st.DataObject):
    rank = data.draw(st.integers(0, min(rows, columns)))
    generator = torch.Generator().manual_seed(data.draw(st.integers(0, 999)))
    left = torch.randn(rows, rank, generator=generator)
    matrix = left @ torch.randn(rank, columns, generator=generator)
    up, down = factors_of(matrix, rank)
    assert up.shape == (rows, max(rank, 1))
    assert down.shape == (max(rank, 1), columns)
    torch.testing.assert_close(up @ down, matrix, atol=2e-5, rtol=1e-4)
    # Both factors have the square roots of the singular values.
    lengths = np.linalg.svd(matrix.numpy(), compute_uv=False)[: max(rank, 1)]
    for found in (up.norm(dim=0), down.norm(dim=1)):
        np.testing.assert_allclose(found.numpy() ** 2, lengths, atol=2e-5, rtol=1e-3)
