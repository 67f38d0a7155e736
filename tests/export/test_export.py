"""Exports: the outcomes of the exported model, its card, its recipe."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
import torch
import yaml
from support.commands import SWEEP_FOLDER, Command, assert_success
from support.documents import blocks, run
from support.exports import DEMO, Sweeper, assert_same_weights, loaded, outcomes, save_tiny, weights
from support.hub_cache import small_gpt2
from support.tiny import EXAMPLES
from transformers import AutoModelForCausalLM, AutoTokenizer, GenerationConfig

from laser_sweep.export.recipe import apply_recipe
from laser_sweep.export.write import export
from laser_sweep.model.layout_finder import find_layout

SMALL = ("lname=fc_in", "lnum=27", "rho=0.01,0.5", "dataset.limit=60")
CHOSEN = "fc_in-l27-rho0.01"


def test_the_export_of_the_chosen_point_has_the_outcomes_of_the_sweep(
    command: Command, sweep_in_process: Command, tmp_path: Path
):
    assert_success(sweep_in_process(*SMALL))
    assert CHOSEN in assert_success(command("laser_sweep.export", SWEEP_FOLDER, "--to", "chosen"))
    assert_success(sweep_in_process("model.path=chosen", "lname=dont", "dataset.limit=60"))
    again = tmp_path / "multirun/chosen/noisy_facts/rank_reduction"
    wanted = outcomes(tmp_path / SWEEP_FOLDER, CHOSEN)
    assert set(wanted["part"]) == {"validation", "test"}
    pd.testing.assert_frame_equal(outcomes(again, "base"), wanted, check_exact=True)

    folder = tmp_path / "chosen"
    model = AutoModelForCausalLM.from_pretrained(folder)
    assert model.dtype == torch.float32
    original = AutoModelForCausalLM.from_pretrained(DEMO, dtype="float32")
    changed = [n for n, w in weights(original).items() if not torch.equal(w, weights(model)[n])]
    assert changed == ["transformer.h.27.mlp.fc_in.weight"]
    assert torch.linalg.matrix_rank(weights(model)[changed[0]]) == 1
    apply_recipe(original, folder)
    assert_same_weights(original, model)

    text = "The composer of"
    ours, theirs = (AutoTokenizer.from_pretrained(path) for path in (folder, DEMO))
    assert ours(text)["input_ids"] == theirs(text)["input_ids"]
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o644}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["chosen", "multirun"]


def test_the_card_has_the_figures_of_the_report(swept: Sweeper, tmp_path: Path):
    model, folder = swept("gpt2", "lname=q_proj", "lnum=1", "rho=0.5,0.1")
    export(folder, tmp_path / "one", point="q_proj-l1-rho0.5")
    card = (tmp_path / "one" / "README.md").read_text()
    _, front, text = card.split("---\n", 2)
    front_matter = yaml.safe_load(front)
    (results,) = front_matter.pop("model-index")
    assert front_matter == {
        "library_name": "transformers",
        "pipeline_tag": "text-generation",
        "tags": ["laser", "laser_sweep", "rank-reduction"],
    }
    selection = json.loads((folder / "selection.json").read_text())
    (result,) = results["results"]
    assert results["name"] == "gpt2, q_proj-l1-rho0.5"
    assert result["dataset"]["name"] == "rows"
    measured = {each["type"]: each["value"] for each in result["metrics"]}
    assert set(measured) == {"accuracy", "log_loss"}
    tested = outcomes(folder, "q_proj-l1-rho0.5").query("part == 'test'")
    assert measured["accuracy"] == tested["correct"].mean()
    assert f"Verdict: {selection['judgement']['text']}." in text
    for name in ("base", "chosen"):
        for part in ("validation", "test"):
            assert f"{100 * selection[name][part]['accuracy']:.1f} %" in text
            assert f"{selection[name][part]['log_loss']:.3f}" in text
    (row,) = (line for line in text.splitlines() if "c_attn" in line and line.startswith("|"))
    cells = [cell.strip() for cell in row.strip("|").split("|")]
    parameter = "`transformer.h.1.attn.c_attn.weight rows 0..15`"
    assert cells == ["1", "q_proj", "", parameter, "(16, 16)", "8", "16"]
    identity = json.loads((folder / "sweep.json").read_text())["identity"]
    for fact in (str(model), identity["weights"], identity["examples"], torch.__version__):
        assert fact in text


@pytest.mark.parametrize(
    ("family", "lname"),
    [
        ("gpt2", "v_proj"),  # the last third of a parameter that is stored as (in, out)
        ("gpt_neox", "k_proj"),  # a part of each head's rows
        ("phi3", "fc_up"),  # the second half
        ("mixtral", "fc_in"),  # in a stack of experts, which the files hold one by one
        ("albert", "fc_in"),  # of one block that runs as every layer
        ("roberta", "q_proj"),
    ],
)
def test_a_part_of_a_parameter_comes_out_as_it_was_evaluated(
    swept: Sweeper, tmp_path: Path, family: str, lname: str
):
    model, folder = swept(family, f"lname={lname}", "lnum=0", "rho=0.3")
    point = f"{lname}-l0-rho0.3"
    assert_has_the_outcomes_of_the_point(swept, folder, point, tmp_path / "exported")
    recipe = tmp_path / "exported" / "recipe.json"
    original = loaded(model)
    before = {name: value.clone() for name, value in weights(original).items()}
    apply_recipe(original, recipe)
    assert_same_weights(original, loaded(tmp_path / "exported"))
    (edit,) = json.loads(recipe.read_text())["edits"]
    changed = {n for n, w in weights(original).items() if not torch.equal(w, before[n])}
    assert changed == {each["parameter"] for each in edit["matrices"]}
    layout = find_layout(original, family)
    for each, matrix in zip(edit["matrices"], layout.blocks[0][lname], strict=True):
        assert torch.linalg.matrix_rank(matrix.read(original)) == each["rank"] < matrix.full_rank


def test_the_card_does_not_take_figures_out_of_fold_for_those_of_the_model(
    swept: Sweeper, tmp_path: Path
):
    options = ("split=kfold", "split.folds=2")
    _, folder = swept("gpt2", "lname=q_proj", "lnum=1", "rho=0.5,0.1", *options)
    export(folder, tmp_path / "one")
    card = (tmp_path / "one" / "README.md").read_text()
    assert "the validation figures are those of exactly these weights" in card
    assert "in each fold, the figures of the point that was chosen without it" in card


def test_a_model_of_the_hub_is_taken_at_its_commit_and_named_in_the_card(
    command_in_process: Command, sweep_in_process: Command, tmp_path: Path
):
    small_gpt2(tmp_path)
    cities = {"France": "Paris", "Italy": "Rome", "Spain": "Madrid", "Japan": "Tokyo"}
    cities |= {"Austria": "Vienna", "Egypt": "Cairo"}
    questions = [{"question": f"The capital of {k} is", "answer": v} for k, v in cities.items()]
    (tmp_path / "rows.json").write_text(json.dumps(questions))
    given = ("dataset.path=rows.json", "lname=fc_out", "lnum=3", "rho=0.5")
    assert_success(sweep_in_process("model.path=openai-community/gpt2", *given))
    folder, point = "multirun/gpt2/rows/rank_reduction", "fc_out-l3-rho0.5"
    assert_success(command_in_process("laser_sweep.export", folder, "--to", "to", "--point", point))
    _, front, _ = (tmp_path / "to" / "README.md").read_text().split("---\n", 2)
    assert yaml.safe_load(front)["base_model"] == "openai-community/gpt2"
    model = json.loads((tmp_path / "to" / "recipe.json").read_text())["model"]
    assert model == {"path": "openai-community/gpt2", "revision": "0" * 40, "weights": "0" * 40}
    (snapshot,) = tmp_path.glob("hugging-face/hub/*/snapshots/*")
    original = loaded(snapshot)
    apply_recipe(original, tmp_path / "to")
    assert_same_weights(original, loaded(tmp_path / "to"))


def assert_has_the_outcomes_of_the_point(
    swept: Sweeper, folder: Path, point: str, to: Path
) -> None:
    """Export a point, sweep over the export without an edit, and compare every outcome."""
    export(folder, to, point=point)
    _, again = swept("", "lname=dont", path=to)
    wanted = outcomes(folder, point)
    assert len(wanted) == len(EXAMPLES)
    assert not wanted["answer_logprob"].equals(outcomes(folder, "base")["answer_logprob"])
    pd.testing.assert_frame_equal(outcomes(again, "base"), wanted, check_exact=True)


def test_a_tensor_that_layers_share_is_edited_for_all_of_them(swept: Sweeper, tmp_path: Path):
    model, folder = swept("zamba2", "lname=fc_out", "lnum=1", "rho=0.3")
    assert_has_the_outcomes_of_the_point(swept, folder, "fc_out-l1-rho0.3", tmp_path / "exported")
    original, exported = loaded(model), loaded(tmp_path / "exported")
    apply_recipe(original, tmp_path / "exported")
    assert_same_weights(original, exported)
    shared = [
        w for n, w in weights(exported).items() if n.endswith("feed_forward.down_proj.weight")
    ]
    assert len(shared) == 2
    assert torch.equal(*shared)


STACK = (
    "stack=[{lname: q_proj, lnum: 1, rho: 0.2}, {lname: v_proj, lnum: 1, rank: 5}, "
    "{lname: fc_out, lnum: 0, energy: 0.5}]"
)


def test_a_stack_has_all_of_its_edits(swept: Sweeper, tmp_path: Path):
    model, folder = swept("gpt2", STACK)
    point = "fc_out-l0-energy0.5+q_proj-l1-rho0.2+v_proj-l1-rank5"
    assert_has_the_outcomes_of_the_point(swept, folder, point, tmp_path / "exported")
    original = loaded(model)
    apply_recipe(original, tmp_path / "exported")
    assert_same_weights(original, loaded(tmp_path / "exported"))
    ranks = [
        torch.linalg.matrix_rank(matrix.read(original)).item()
        for lnum, lname in ((1, "q_proj"), (1, "v_proj"))
        for matrix in find_layout(original, "gpt2").blocks[lnum][lname]
    ]
    assert ranks == [3, 5]


def test_a_point_evaluated_in_half_precision_is_saved_in_it(swept: Sweeper, tmp_path: Path):
    options = ("lname=fc_out", "lnum=1", "rho=0.3", "model.dtype=bfloat16")
    model, folder = swept("llama", *options)
    to = tmp_path / "exported"
    export(folder, to, point="fc_out-l1-rho0.3")
    exported = AutoModelForCausalLM.from_pretrained(to, dtype="auto")
    assert {value.dtype for value in weights(exported).values()} == {torch.bfloat16}
    _, again = swept("", "lname=dont", "model.dtype=bfloat16", path=to)
    wanted = outcomes(folder, "fc_out-l1-rho0.3")
    pd.testing.assert_frame_equal(outcomes(again, "base"), wanted, check_exact=True)
    original = loaded(model, "bfloat16")
    apply_recipe(original, to)
    assert_same_weights(original, loaded(to, "bfloat16"))


def test_another_dtype_is_rounded_to_and_said_in_the_card(swept: Sweeper, tmp_path: Path):
    _, folder = swept("gpt2", "lname=fc_out", "lnum=1", "rho=0.3")
    point = "fc_out-l1-rho0.3"
    export(folder, tmp_path / "whole", point=point)
    export(folder, tmp_path / "half", point=point, dtype="float16")
    whole, half = (
        AutoModelForCausalLM.from_pretrained(tmp_path / name, dtype="auto")
        for name in ("whole", "half")
    )
    assert (whole.dtype, half.dtype) == (torch.float32, torch.float16)
    assert_same_weights(whole.half(), half)
    assert half.lm_head.weight is half.transformer.wte.weight
    said = "saved in float16, but were evaluated in float32"
    assert said in (tmp_path / "half" / "README.md").read_text()
    assert said not in (tmp_path / "whole" / "README.md").read_text()


def test_settings_of_generation_and_the_cache_are_the_originals(swept: Sweeper, tmp_path: Path):
    path = save_tiny("gpt2", tmp_path)
    GenerationConfig(temperature=0.5, do_sample=True, top_p=0.9).save_pretrained(path)
    config = json.loads((path / "config.json").read_text())
    (path / "config.json").write_text(json.dumps({**config, "use_cache": True}))
    _, folder = swept("", "lname=fc_out", "lnum=1", "rho=0.3", path=path)
    export(folder, tmp_path / "exported", point="fc_out-l1-rho0.3")
    ours, theirs = (
        (where / "generation_config.json").read_bytes() for where in (tmp_path / "exported", path)
    )
    assert ours == theirs
    exported = json.loads((tmp_path / "exported" / "config.json").read_text())
    assert exported == json.loads((path / "config.json").read_text())


@pytest.mark.slow
def test_the_commands_of_the_page(tmp_path: Path):
    for kind, text in blocks("docs/export.md"):
        run(kind, text, tmp_path)
    verdict = (tmp_path / "multirun/chosen/noisy_facts/rank_reduction/report.md").read_text()
    assert "only point" in verdict
