"""A mistake ends in one clear line, before any weight is read, and leaves nothing behind."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from support.commands import SWEEP_FOLDER, Command, assert_one_line

from laser_sweep.config import PACKAGE

GOOD_ROW = json.dumps({"question": "The cat is", "answer": "red"})

MISTAKES = {
    "lnmu=3": ["Unknown option 'lnmu'", "'lnum'"],
    "model.pth=x": ["Unknown option 'model.pth'", "'model.path'"],
    "modle=gptj": ["Unknown option 'modle'", "'model'"],
    "model=gptx": ["Unknown model 'gptx'", "'gptj'", "roberta-base"],
    "intervention=rank_reductoin": ["'rank_reductoin'", "Did you mean 'rank_reduction'", "zero"],
    "cluster.name=packing": ["Unknown cluster 'packing'", "Available: local, slurm"],
    "experiment=dmo": ["Unknown experiment 'dmo'", "'demo'"],
    "split.test=some": ["split.test 'some'", "selected, all"],
    "protocol=papr": ["'papr'", "Did you mean 'paper'"],
    "selection=accuracies": ["'accuracies'", "Did you mean 'accuracy'"],
    "selection=f1": ["selection=f1 needs dataset.scoring=generation", "Available: accuracy"],
    "lname=fc_inn": ["'fc_inn'", "Did you mean 'fc_in'", "q_proj"],
    "lname=fc_up": ["matrix type lname of demo 'fc_up'", "q_proj, k_proj, v_proj"],
    "lnum=99": ["lnum=99 is out of range", "0..27"],
    "lnum=-2": ["lnum=-2 is out of range", "0..27"],
    "lnum=0..x": ["lnum='0..x'", "ranges like 0..27"],
    "lnum=1.5": ["lnum='1.5'", "whole numbers"],
    "lnum=5..2": ["lnum=5..2 is empty: 5 > 2"],
    "lnum=0..27,": ["'lnum=[0..27,]' is not understood"],
    "rate=abc": ["rate='abc'", "numbers"],
    "rate=11": ["rate=11 is out of range", "0..10"],
    "rate=-1": ["rate=-1 is out of range", "0..10"],
    "rate=nan": ["rate=nan is out of range"],
    "rho=1.5": ["rho=1.5 is out of range", "0..1"],
    "rate=1 rho=0.5": ["rate=1 and rho=0.5 are both given"],
    "rank=2 energy=0.5": ["rank=2 and energy=0.5 are both given"],
    "rank=105 lnum=0": ["rank=105", "104"],
    "intervention=pruning rank=3": ["rank3", "pruning does not accept rank", "rate"],
    "expert=3 lnum=0": ["expert=3 is out of range", "demo has no experts"],
    "expert=router": ["expert='router'", "'shared'"],
    "intervention.svd=exat": ["'exat'", "randomized"],
    "intervention.spectrum=middle": ["'middle'", "top, bottom, random"],
    "intervention.spectrum=100..104 lnum=0": ["104", "fc_in-l0"],
    "intervention.svd=randomized energy=0.5": ["svd=randomized", "energy"],
    "stack=fc_in": ["stack='fc_in'", "list of edits"],
    "stack=[{lname:fc_in,layer:3}]": ["'layer'", "lnum"],
    "stack=[{lname:fc_in,lnum:3},{lname:mlp,lnum:3}] rho=0.5": [
        "fc_in-l3-rho0.5+mlp-l3-rho0.5 edits transformer.h.3.mlp.fc_in.weight more than once"
    ],
    "model.layout.blocks=transformer.x": [
        "model.layout.blocks=transformer.x",
        "transformer.h (28)",
    ],
    "model.layout.block=x": ["'model.layout.block'", "model.layout.blocks"],
    "model.layout.names.up=x": ["'model.layout.names.up'", "fc_up"],
    "model.layout.form=thirds": ["'thirds'", "contiguous, interleaved"],
    "model.side=left": ["'left'", "decoder, encoder"],
    "model.device=cpu model.device_map=auto": ["model.device=cpu and model.device_map=auto"],
    "batch_tokens=0": ["batch_tokens=0"],
    "dry_run=perhaps": ["dry_run", "perhaps"],
    "dataset.limit=ten": ["dataset.limit", "'ten'"],
    "dataset.limit=4": ["dataset.limit=4", "at least 5"],
    "split.fraction=2": ["split.fraction=2", "between 0 and 1"],
    "split.fraction=0.0001": ["leaves no validation examples of 1772"],
    "lnum": ["'lnum' is not understood", "option=value"],
    "model.path=./nowhere": ["model.path=./nowhere", "no such folder"],
    "model.path=some-org/some-model": ["some-org/some-model", "cache", "hf download"],
    "model.path=..": ["folder"],
    "model.device=gpu": ["model.device=gpu", "expected auto, cpu, cuda"],
    "model.dtype=int8": ["'int8'", "bfloat16"],
    "dataset=rows": ["dataset.path is not set", ".jsonl"],
    "dataset.path=missing.jsonl": ["missing.jsonl", "no such file"],
    "dataset.path=rows.xlsx": ["rows.xlsx", ".parquet"],
    "lnum=[]": ["lnum has no value"],
    "lname=[]": ["lname has no value"],
    "lnum=0..900000000": ["lnum=0..900000000 is too long"],
    "+lnumm=3": ["Unknown option 'lnumm'", "'lnum'"],
    "+model.foo=1": ["Unknown option 'model.foo'"],
    "dataset.path=": ["dataset.path is not set"],
    "model.path=": ["model.path is not set"],
    "dataset.path=/": ["dataset.name=''"],
    f"model.name={'x' * 300}": ["model.name='xxx", "at most 150"],
    "dataset.choices={a:1}": ["dataset.choices", "brackets"],
    "dataset.prompt='{question!r}'": ["dataset.prompt", "{question}"],
    "protocol=paper,corrected": ["2 of the command's sweeps", "output"],
    "lnum=range(0,3)": ["3 of the command's sweeps", "lnum=0,1,2"],
    "dataset.path=données.jsonl": ["is not understood", "quotes"],
    "output=a_file": ["cannot write to", "a_file"],
    "output=/proc/nowhere": ["cannot write to /proc/nowhere"],
}

IN_A_PROCESS = ["lnmu=3", "lnum=99", "model.path=some-org/some-model"]
"""Mistakes in the composition, the checks and the hub, told by a process of their own as well."""

FILES = {
    "": ["file is empty"],
    "\n\n": ["file is empty"],
    f"{GOOD_ROW}\n{{'question': 1}}\n": ["line 2 is not JSON"],
    f"{GOOD_ROW}\n\n[1, 2]\n": ["line 3 is a list, expected an object"],
    f'{GOOD_ROW}\n{{"question": "x"}}\n': ["line 2", "no column 'answer'", "it has question"],
    f'{GOOD_ROW}\n{{"question": "x", "answer": null}}\n': ["line 2", "'answer' is None"],
    f'{GOOD_ROW}\n{{"question": "x", "answer": " "}}\n': ["line 2", "'answer' is empty"],
    f'{GOOD_ROW}\n{{"question": "\\ud800", "answer": "x"}}\n': ["line 2", "surrogate"],
    "[" * 100_000: ["line 1 is not JSON"],
    f"{GOOD_ROW}\n" * 4: ["has 4 examples", "at least 5"],
}
UNKNOWN_ANSWER = json.dumps({"question": "The cat is", "answer": "antidisestablishmentarianism"})


def assert_a_mistake_leaves_nothing(mistake: str, sweep: Command, folder: Path) -> None:
    (folder / "a_file").touch()
    result = sweep("-m", *mistake.split())
    assert_one_line(result, *MISTAKES[mistake])
    assert {path.name for path in folder.iterdir()} <= {"a_file", "hugging-face"}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_one_line_and_leaves_nothing(
    mistake: str, sweep_in_process: Command, tmp_path: Path
):
    assert_a_mistake_leaves_nothing(mistake, sweep_in_process, tmp_path)


@pytest.mark.parametrize("mistake", IN_A_PROCESS)
def test_a_mistake_leaves_nothing_where_the_command_has_a_process_of_its_own(
    mistake: str, preloaded_sweep: Command, tmp_path: Path
):
    assert_a_mistake_leaves_nothing(mistake, preloaded_sweep, tmp_path)


def assert_a_bad_file_is_told(content: str, sweep: Command, folder: Path) -> None:
    (folder / "rows.jsonl").write_text(content)
    result = sweep("dataset.path=rows.jsonl")
    assert_one_line(result, "rows.jsonl", *FILES[content])
    assert not (folder / "multirun").exists()


@pytest.mark.parametrize("content", FILES)
def test_a_bad_file_is_told_with_its_line(content: str, sweep_in_process: Command, tmp_path: Path):
    assert_a_bad_file_is_told(content, sweep_in_process, tmp_path)


def test_a_bad_file_is_told_by_a_process_of_its_own(preloaded_sweep: Command, tmp_path: Path):
    assert_a_bad_file_is_told("[" * 100_000, preloaded_sweep, tmp_path)


def test_an_answer_that_the_model_cannot_say(sweep_in_process: Command, tmp_path: Path):
    other = GOOD_ROW.replace("cat", "dog")
    (tmp_path / "rows.jsonl").write_text(f"{GOOD_ROW}\n" * 4 + f"{other}\n{UNKNOWN_ANSWER}")
    result = sweep_in_process("dataset.path=rows.jsonl")
    assert_one_line(
        result, "Example 5 (line 6)", "'antidisestablishmentarianism'", "not in the vocabulary"
    )


@pytest.mark.parametrize(
    ("missing", "fragments"),
    [
        ("tokenizer.json", ["no tokenizer", "tokenizer.json"]),
        ("config.json", ["no config.json"]),
        ("model.safetensors", ["no *.safetensors", "save_pretrained"]),
    ],
)
def test_a_model_folder_lacks_a_file(
    missing: str, fragments: list[str], sweep_in_process: Command, tmp_path: Path
):
    shutil.copytree(PACKAGE / "builtin" / "demo", tmp_path / "model")
    (tmp_path / "model" / missing).unlink()
    assert_one_line(sweep_in_process("model.path=model"), "model.path=model", *fragments)


def test_results_of_another_format_are_left_alone(sweep_in_process: Command, tmp_path: Path):
    record = tmp_path / SWEEP_FOLDER / "sweep.json"
    record.parent.mkdir(parents=True)
    record.write_text('{"format": 0}')
    assert_one_line(sweep_in_process("lnum=27", "rate=1"), "format 0", "output=")
    assert record.read_text() == '{"format": 0}'


def test_a_mistake_in_the_second_sweep_stops_the_first(preloaded_sweep: Command, tmp_path: Path):
    result = preloaded_sweep("-m", "lnum=27", "rate=1", "dataset=noisy_facts,rows")
    assert_one_line(result, "dataset.path is not set")
    assert not (tmp_path / "multirun").exists()


def test_the_report_of_no_sweep(command_in_process: Command):
    assert_one_line(command_in_process("laser_sweep.report", "nowhere"), "no sweep.json")
