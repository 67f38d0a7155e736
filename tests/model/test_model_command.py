"""`python -m laser_sweep.model`, and models that are refused or loaded in a way of their own."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import pytest
import torch
from support.commands import Command, Result, assert_success
from support.preloaded import run_preloaded
from transformers import AutoConfig, AutoModelForCausalLM

from laser_sweep.config import PACKAGE, conf_folder

DEMO = PACKAGE / "builtin" / "demo"
SMALL = ("lnum=27", "lname=fc_in", "rho=0.01", "dataset.limit=60")


@pytest.fixture(scope="module")
def small_table(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The figures that the sweep SMALL of the built-in model prints."""
    folder = tmp_path_factory.mktemp("small")
    return table(assert_success(run_preloaded(folder, "laser_sweep", *SMALL)))


def saved_config(folder: Path, family: str, **overrides: object) -> Path:
    """A folder with the configuration of a model of two layers, without its weights."""
    AutoConfig.for_model(family, num_hidden_layers=2, **overrides).save_pretrained(folder)
    return folder


def copy_of_demo(folder: Path) -> Path:
    """A copy of the built-in model's folder."""
    return Path(shutil.copytree(DEMO, folder))


def refused(result: Result, *fragments: str) -> None:
    """The command failed with one line on standard error that has all fragments."""
    assert result.returncode != 0
    (line,) = result.stderr.strip().splitlines()
    assert all(fragment in line for fragment in fragments), line


def test_the_matrices_of_a_model_are_listed_from_its_configuration_alone(
    command: Command, tmp_path: Path
):
    saved_config(tmp_path / "mixtral", "mixtral")
    listed = assert_success(command("laser_sweep.model", "mixtral"))
    assert "MixtralForCausalLM, 2 layers" in listed
    line = next(line for line in listed.splitlines() if line.startswith("1") and "fc_up" in line)
    assert "0..7" in line
    assert "model.layers.1.mlp.experts.gate_up_proj[*] rows 14336..28671" in line
    assert "(14336, 4096)" in line
    assert line.split()[-1] == "4096"


def test_the_list_may_be_comma_separated_with_a_line_for_each_expert(
    command_in_process: Command, tmp_path: Path
):
    saved_config(tmp_path / "mixtral", "mixtral")
    listed = assert_success(
        command_in_process("laser_sweep.model", "mixtral", "--csv", "--experts")
    )
    rows = list(csv.DictReader(io.StringIO(listed)))
    experts = [row["expert"] for row in rows if row["τ"] == "fc_out" and row["ℓ"] == "0"]
    assert experts == [str(expert) for expert in range(8)]


def test_an_option_of_the_config_group_is_a_name_too(command_in_process: Command):
    listed = assert_success(command_in_process("laser_sweep.model", "demo"))
    assert "transformer.h.27.mlp.fc_out.weight" in listed


def test_an_unknown_architecture_is_described_in_yaml(command_in_process: Command, tmp_path: Path):
    saved_config(tmp_path / "odd", "mamba")
    refused(
        command_in_process("laser_sweep.model", "odd"),
        "no known matrix",
        "mixer.in_proj",
        "model.layout.names",
    )
    layout = {"blocks": "backbone.layers", "names": {"fc_in": "mixer.in_proj"}}
    (tmp_path / "odd.yaml").write_text(json.dumps({"path": "odd", "layout": layout}))
    listed = assert_success(command_in_process("laser_sweep.model", "odd", "--layout", "odd.yaml"))
    assert "backbone.layers.1.mixer.in_proj.weight" in listed


@pytest.mark.parametrize(
    ("given", "fragments"),
    [
        (["nowhere/at/all"], ["no such folder"]),
        (["demo", "--layout", "none.yaml"], ["none.yaml"]),
        (["demo", "--side", "left"], ["'left'", "decoder, encoder"]),
        (["demo", "--layout", "mistyped.yaml"], ["'nams'", "names.fc_in"]),
        (["demo", "--layout", "odd_form.yaml"], ["model.layout.form 'mixed'", "interleaved"]),
    ],
)
def test_a_mistake_is_one_line(
    given: list[str], fragments: list[str], command_in_process: Command, tmp_path: Path
):
    (tmp_path / "mistyped.yaml").write_text("layout: {nams: {fc_in: mlp.fc_in}}")
    (tmp_path / "odd_form.yaml").write_text("layout: {form: mixed}")
    refused(command_in_process("laser_sweep.model", *given), *fragments)


@pytest.mark.parametrize(
    "path", sorted((conf_folder() / "model").glob("*.yaml")), ids=lambda p: p.stem
)
def test_every_option_says_where_the_model_is(path: Path):
    text = path.read_text(encoding="utf-8")
    assert "\npath: " in f"\n{text}"


def test_quantised_weights_are_refused(preloaded_sweep: Command, tmp_path: Path):
    folder = copy_of_demo(tmp_path / "quantised")
    config = json.loads((folder / "config.json").read_text())
    config["quantization_config"] = {"quant_method": "gptq", "bits": 4}
    (folder / "config.json").write_text(json.dumps(config))
    refused(preloaded_sweep("model.path=quantised", *SMALL), "quantised (gptq)", "float32")


def test_an_adapter_is_refused_with_what_to_do(sweep_in_process: Command, tmp_path: Path):
    folder = copy_of_demo(tmp_path / "adapted")
    (folder / "adapter_config.json").write_text("{}")
    refused(sweep_in_process("model.path=adapted", *SMALL), "adapter", "merge_and_unload")


def test_a_model_that_answers_no_questions_is_refused(sweep_in_process: Command, tmp_path: Path):
    folder = copy_of_demo(tmp_path / "dt")
    AutoConfig.for_model("decision_transformer", n_layer=2).save_pretrained(folder)
    refused(
        sweep_in_process("model.path=dt", *SMALL),
        "decision_transformer is not a causal or masked language",
    )


def test_a_sharded_checkpoint_gives_the_numbers_of_a_whole_one(
    sweep_in_process: Command, tmp_path: Path, small_table: list[str]
):
    folder = copy_of_demo(tmp_path / "sharded")
    model = AutoModelForCausalLM.from_pretrained(DEMO, dtype=torch.float16)
    (folder / "model.safetensors").unlink()
    model.save_pretrained(folder, max_shard_size="2MB")
    assert len(list(folder.glob("*.safetensors"))) > 3
    printed = assert_success(sweep_in_process("model.path=sharded", *SMALL))
    assert table(printed) == small_table


@pytest.mark.slow
def test_weights_spread_by_a_device_map_give_the_same_numbers(
    preloaded_sweep: Command, small_table: list[str]
):
    spread = assert_success(preloaded_sweep(*SMALL, "model.device_map=auto"))
    assert table(spread) == small_table


@pytest.mark.slow
def test_half_precision_is_cast_for_operations_that_lack_it(
    sweep_in_process: Command, tmp_path: Path
):
    """One command sweeps in both formats: the model has a name, and so a folder, for each."""
    interventions = "intervention=rank_reduction,pruning,zero"
    dtypes = "model.dtype=bfloat16,float16"
    printed = assert_success(
        sweep_in_process("-m", *SMALL, dtypes, "model.name=${model.dtype}", interventions)
    )
    assert printed.count("2 points, 0 done, 2 to do") == 6
    for dtype in ("bfloat16", "float16"):
        swept = {path.name for path in (tmp_path / "multirun" / dtype / "noisy_facts").iterdir()}
        assert swept == {"rank_reduction", "pruning", "zero"}


def test_outcomes_of_another_arithmetic_are_computed_again(
    sweep_in_process: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    command = ("dataset.limit=20", "lname=dont", "model.dtype=bfloat16")
    with monkeypatch.context() as earlier:
        for module in ("plan.make", "command.finished"):
            earlier.setattr(f"laser_sweep.{module}.further_options", lambda *_: {})
        for expected in ("1 points, 0 done, 1 to do", "1 points, 1 done, 0 to do"):
            assert expected in assert_success(sweep_in_process(*command))
    for expected in ("1 points, 0 done, 1 to do", "1 points, 1 done, 0 to do"):
        assert expected in assert_success(sweep_in_process(*command))
    results = tmp_path / "multirun/demo/noisy_facts/rank_reduction/results"
    assert len({path.name.split(".")[-2] for path in results.iterdir()}) == 2


def test_a_stack_is_evaluated_and_reported(sweep_in_process: Command, tmp_path: Path):
    stack = "stack=[{lname:fc_in,lnum:27,rho:0.01},{lname:fc_out,lnum:26,rho:0.2}]"
    other = "stack=[{lname:fc_out,lnum:26,rho:0.2},{lname:fc_in,lnum:27,rho:0.01}]"
    printed = assert_success(sweep_in_process(stack, "dataset.limit=60"))
    assert "fc_out-l26-rho0.2+fc_in-l27-rho0.01" in printed
    assert "2 points, 2 done, 0 to do" in assert_success(
        sweep_in_process(other, "dataset.limit=60")
    )
    folder = tmp_path / "multirun/demo/noisy_facts/rank_reduction"
    assert "fc_out-l26-rho0.2+fc_in-l27-rho0.01" in (folder / "grid.csv").read_text()
    # A stack has no place on a map of layers and matrix types.
    assert "heat_map" not in (folder / "report.md").read_text()
    assert not list((folder / "figures").iterdir())


def test_a_stack_may_be_swept(sweep_in_process: Command):
    stack = "stack=[{lname:fc_in,lnum:27,rho:0.01},{lname:fc_out}]"
    printed = assert_success(sweep_in_process(stack, "lnum=0..26", "rho=0.1,0.5", "dry_run=true"))
    assert "points:   55" in printed


def test_other_parts_of_the_spectrum_have_folders_of_their_own(
    sweep_in_process: Command, tmp_path: Path
):
    printed = assert_success(
        sweep_in_process("-m", *SMALL, "intervention.spectrum=top,bottom,random")
    )
    assert printed.count("2 points, 0 done, 2 to do") == 3
    folders = {path.name for path in (tmp_path / "multirun/demo/noisy_facts").iterdir()}
    assert folders == {"rank_reduction", "rank_reduction-bottom", "rank_reduction-random"}


def table(printed: str) -> list[str]:
    """The lines of the base model and of the chosen point."""
    return [line for line in printed.splitlines() if line.startswith(("base ", "chosen "))]
