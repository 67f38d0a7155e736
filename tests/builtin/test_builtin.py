"""The built-in model: its script makes it, and a sweep finds the effect that it was made for."""

from __future__ import annotations

import hashlib
import json
import os
from importlib.metadata import version
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from support.commands import Command
from transformers import GPTJForCausalLM, PreTrainedTokenizerFast

from laser_sweep import read_results
from laser_sweep.config import PACKAGE
from laser_sweep.demo import train
from laser_sweep.demo.__main__ import write
from laser_sweep.demo.train import Phase, build_tokenizer, train_model
from laser_sweep.demo.world import World, build_world

BUILTIN = PACKAGE / "builtin"
CHOSEN = "fc_in-l27-rho0.01"
MOST_CHANGED = 12
"""Of 2,400 answers, the near ties that rounding to half precision may change."""
TESTED = Path(__file__).with_name("tested_training.json")
"""What the last full training that passed its test depended on."""


def dependencies() -> dict[str, str]:
    """What the training and the shipped model depend on: digests of files, and versions."""
    files = {"code": (PACKAGE / "demo").glob("*.py"), "model": (BUILTIN / "demo").iterdir()}
    digests = {}
    for name, paths in files.items():
        content = b"".join(hashlib.sha256(path.read_bytes()).digest() for path in sorted(paths))
        digests[name] = hashlib.sha256(content).hexdigest()
    libraries = ("tokenizers", "torch", "transformers")
    # Builds for a CPU and for an accelerator, which the part after the plus tells, are one version.
    return digests | {name: version(name).partition("+")[0] for name in libraries}


def answers(world: World, tokenizer: PreTrainedTokenizerFast, model: GPTJForCausalLM) -> list[int]:
    """The likeliest token after each question, asked one by one."""
    asked = [row["question"] for noisy in (True, False) for row in world.questions(noisy=noisy)]
    with torch.inference_mode():
        return [
            int(model(**tokenizer(question, return_tensors="pt")).logits[0, -1].argmax())
            for question in asked
        ]


def accuracies(folder: Path) -> dict[str, float]:
    """The accuracy of each point of a sweep, over all its questions."""
    return read_results(folder).groupby("point")["correct"].mean().to_dict()


def test_a_short_training_makes_the_files_of_a_model(
    command_in_process: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(train, "SMALL", Phase("4 layers", steps=3, learning_rate=6e-3))
    monkeypatch.setattr(train, "DEEP", Phase("28 layers", steps=1, learning_rate=1e-3))
    result = command_in_process("laser_sweep.demo", tmp_path / "made")
    assert result.returncode == 0, result.stderr
    for name in ("noisy_facts.jsonl", "clean_facts.jsonl"):
        assert (tmp_path / "made" / name).read_bytes() == (BUILTIN / name).read_bytes()
    made, shipped = tmp_path / "made" / "demo", BUILTIN / "demo"
    assert {path.name for path in made.iterdir()} == {path.name for path in shipped.iterdir()}
    ours, theirs = (load_file(folder / "model.safetensors") for folder in (made, shipped))
    assert {name: (weights.shape, weights.dtype) for name, weights in ours.items()} == {
        name: (weights.shape, weights.dtype) for name, weights in theirs.items()
    }


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_the_model_is_what_its_script_makes(preloaded_sweep: Command, tmp_path: Path):
    """Trains for 20 minutes of CPU time, unless nothing has changed since the test last passed."""
    # An unchanged training would only test the machine.
    if not os.environ.get("LASER_SWEEP_TRAIN") and dependencies() == json.loads(TESTED.read_text()):
        pytest.skip("nothing that the training depends on has changed; LASER_SWEEP_TRAIN=1 trains")
    world = build_world(0)
    tokenizer = build_tokenizer(world)
    model = train_model(world, tokenizer, seed=0)
    made = tmp_path / "made"
    in_full = answers(world, tokenizer, model)
    write(made, world, tokenizer, model)
    in_half = answers(world, tokenizer, model.float())
    changed = sum(a != b for a, b in zip(in_full, in_half, strict=True))
    print(f"half precision changes {changed} of {len(in_full)} answers")
    assert changed <= MOST_CHANGED
    for name in ("noisy_facts.jsonl", "clean_facts.jsonl"):
        assert (made / name).read_bytes() == (BUILTIN / name).read_bytes()
    assert_same_files(made / "demo", BUILTIN / "demo")
    options = ("lnum=27", "lname=fc_in", "rho=0.01", "split.test=all")
    for dataset in ("noisy_facts", "clean_facts"):
        found = {}
        for path, output in ((made / "demo", "made_runs"), (BUILTIN / "demo", "builtin_runs")):
            given = (f"model.path={path}", f"dataset={dataset}", f"output={output}", *options)
            assert preloaded_sweep(*given).returncode == 0
            found[output] = accuracies(tmp_path / output / f"demo/{dataset}/rank_reduction")
        print(dataset, found)
        here, shipped = found["made_runs"], found["builtin_runs"]
        # Other machines sum in another order, and near ties fall otherwise: the answers of two
        # trainings may differ in every fifth question. The effect does not.
        assert here["base"] == pytest.approx(shipped["base"], abs=0.1)
        assert (here[CHOSEN] - here["base"] > 0.2) == (dataset == "noisy_facts")
        assert min(here[CHOSEN], shipped[CHOSEN]) > (0.8 if dataset == "noisy_facts" else 0.95)
    TESTED.write_text(json.dumps(dependencies(), indent=1) + "\n")


def assert_same_files(made: Path, shipped: Path) -> None:
    """Both folders have the same files, with the same content where it is not weights."""
    assert {path.name for path in made.iterdir()} == {path.name for path in shipped.iterdir()}
    for path in made.glob("*.json"):
        assert json.loads(path.read_text()) == json.loads((shipped / path.name).read_text())


def test_a_late_edit_helps_where_there_was_noise_and_not_where_there_was_none(
    preloaded_sweep: Command, tmp_path: Path
):
    options = ("lnum=27", "lname=fc_in", "rate=9.9", "dataset.limit=400")
    assert preloaded_sweep("-m", "dataset=noisy_facts,clean_facts", *options).returncode == 0
    accuracy = {}
    for dataset in ("noisy_facts", "clean_facts"):
        path = tmp_path / f"multirun/demo/{dataset}/rank_reduction/selection.json"
        selection = json.loads(path.read_text())
        accuracy[dataset] = [selection[which]["test"]["accuracy"] for which in ("base", "chosen")]
        assert (selection["chosen"]["point"] == CHOSEN) == (dataset == "noisy_facts")
    assert accuracy["noisy_facts"][1] > accuracy["noisy_facts"][0] + 0.2
    assert accuracy["clean_facts"][0] > 0.95
