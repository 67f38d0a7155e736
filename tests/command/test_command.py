"""The command as people type it: notation, sweeps, help, resuming, failures."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import signal
import subprocess
import sys
import termios
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.parquet as pq
import pytest
from safetensors.numpy import load_file, save_file
from support.commands import (
    SWEEP_FOLDER,
    Command,
    Result,
    assert_success,
    bytes_of,
    environment,
    run_command,
)
from support.configs import composed
from support.forked import Forked
from support.preloaded import forked
from transformers import AutoTokenizer, GPTJForCausalLM

from laser_sweep import dry_run, read_results
from laser_sweep.config import PACKAGE
from laser_sweep.grid.axes import bracket
from laser_sweep.plan.make import make_plan


class SmallSweep(NamedTuple):
    """The folder in which the sweep SMALL was started, and what the command returned."""

    folder: Path
    result: Result


SMALL = ("lnum=26..27", "lname=fc_in", "rate=5,9.9", "dataset.limit=60")
"""Four points and the base, on 12 examples that validate and 48 that test."""


REPORT = {"report.md", "report.html", "selection.json", "grid.csv", "grid.parquet", "figures"}


@pytest.fixture(scope="module")
def small_sweep(tmp_path_factory: pytest.TempPathFactory) -> SmallSweep:
    """The sweep SMALL, by a command in a process of its own, in a folder that no test changes."""
    folder = tmp_path_factory.mktemp("small")
    return SmallSweep(folder, run_command(folder, "laser_sweep", "-m", *SMALL))


@pytest.fixture
def swept(small_sweep: SmallSweep, tmp_path: Path) -> Path:
    """The folder of a finished sweep SMALL, which the test may change."""
    assert_success(small_sweep.result)
    shutil.copytree(small_sweep.folder, tmp_path, dirs_exist_ok=True)
    return tmp_path / SWEEP_FOLDER


NOTATIONS = {
    "-m lname=fc_in,fc_out lnum=0..27 rate=1,5,9.9": 1 + 2 * 28 * 3,
    "lname=fc_in,fc_out lnum=0..27 rate=1,5,9.9": 1 + 2 * 28 * 3,
    "lname=fc_in lnum=all rate=1": 1 + 28,
    "lname=fc_in lnum=0..3,7,9..27..3 rate=1": 1 + 12,
    "lname=fc_in lnum=[0,1,2..4] rate=1": 1 + 5,
    "lname=fc_in lnum=3,3,0..3 rho=0.5": 1 + 4,
    "lname=fc_in lnum=-1 rate=1,2": 1 + 2,
    "lname=fc_in,dont lnum=-1,5 rate=1": 1 + 2,
    "lname=mlp,attn,all lnum=0..1 rho=0.1,0.5": 1 + 12,
    "experiment=demo": 1 + 2 * 28 * 3,
    "experiment=demo lnum=26..27 lname=fc_in": 1 + 6,
    "intervention=zero lname=fc_in lnum=0..2 rate=1,5": 1 + 3,
    "intervention=none lnum=0..27": 1,
    "lname=dont": 1,
}


@pytest.mark.parametrize("written", NOTATIONS)
def test_a_notation_is_as_many_points_as_it_says(written: str, tmp_path: Path):
    overrides = map(bracket, written.removeprefix("-m ").split())
    plan = make_plan(composed(*overrides, f"output={tmp_path}"))
    assert len(plan.points) == NOTATIONS[written]


@pytest.mark.parametrize("written", list(NOTATIONS)[::6])
def test_a_dry_run_counts_the_points_and_writes_nothing(
    written: str, sweep_in_process: Command, tmp_path: Path
):
    output = assert_success(sweep_in_process(*written.split(), "dry_run=true"))
    facts = dict(line.split(":", 1) for line in output.strip().splitlines())
    assert int(facts["points"]) == NOTATIONS[written]
    assert int(facts["to do"]) == NOTATIONS[written]
    assert int(facts["done"]) == 0
    assert not (tmp_path / "multirun").exists()


@pytest.mark.parametrize(
    ("given", "points"), [("experiment=demo rho=0.1,0.5", 5), ("experiment=figure2 rate=9.9", 3)]
)
def test_an_amount_replaces_that_of_an_experiment(
    given: str, points: int, sweep_in_process: Command
):
    options = ("lname=fc_in", "lnum=1..2", "dry_run=true")
    output = assert_success(sweep_in_process(*given.split(), *options))
    assert f"points:   {points}\n" in output
    experiment, amount = (option.split("=") for option in given.split())
    keywords = {
        "lname": "fc_in",
        "lnum": "1..2",
        experiment[0]: experiment[1],
        amount[0]: amount[1],
    }
    assert f"points:   {points}\n" in dry_run(**keywords)


def test_comma_lists_of_other_options_are_sweeps(sweep_in_process: Command):
    options = ("dataset=noisy_facts,clean_facts", "intervention=zero,pruning", "lnum=1", "rate=1")
    output = assert_success(sweep_in_process("-m", *options, "dry_run=true"))
    assert output.count("sweep:") == 4


def test_a_sweep_from_the_command_to_the_report(
    small_sweep: SmallSweep, swept: Path, command: Command
):
    output = small_sweep.result.stdout
    assert f"Report: {SWEEP_FOLDER / 'report.md'}\n" in output
    assert f"The same as a page: {SWEEP_FOLDER / 'report.html'}\n" in output
    assert small_sweep.result.stderr == "", "quiet without a terminal"
    assert {path.name for path in swept.iterdir()} == {
        *("results", "figures", "sweep.json", "laser_sweep.log", ".report.json"),
        *("report.html", "report.md", "selection.json", "grid.csv", "grid.parquet"),
        *("examples.parquet", "spectrum.json", "events.jsonl"),
    }
    assert {path.name for path in (swept / "figures").iterdir()} == {
        f"{name}.{kind}" for name in ("heat_map", "lines") for kind in ("png", "svg", "pdf")
    }
    selection = json.loads((swept / "selection.json").read_text())
    assert selection["chosen"]["point"] in output
    assert selection["cost"]["candidates"] == 5
    assert selection["chosen"]["test"]["examples"] == 48
    first = (swept / "report.md").read_bytes()
    (swept / "report.md").unlink()
    assert_success(command("laser_sweep.report", swept))
    assert (swept / "report.md").read_bytes() == first


def test_outcomes_are_those_of_the_edited_model(sweep_in_process: Command, tmp_path: Path):
    """Against plain transformers on an edited copy of the weights, example by example."""
    assert_success(sweep_in_process("lnum=27", "lname=fc_in", "rho=0.01", "dataset.limit=60"))
    results = read_results(tmp_path / SWEEP_FOLDER)
    source = PACKAGE / "builtin" / "demo"
    weights = load_file(source / "model.safetensors")
    name = "transformer.h.27.mlp.fc_in.weight"
    u, s, vt = np.linalg.svd(weights[name].astype(np.float32), full_matrices=False)
    weights = {key: value.astype(np.float32) for key, value in weights.items()}
    weights[name] = s[0] * np.outer(u[:, 0], vt[0])
    (tmp_path / "edited").mkdir()
    save_file(weights, tmp_path / "edited" / "model.safetensors", metadata={"format": "pt"})
    (tmp_path / "edited" / "config.json").write_text((source / "config.json").read_text())
    tokenizer = AutoTokenizer.from_pretrained(source)
    model = GPTJForCausalLM.from_pretrained(tmp_path / "edited", dtype="float32")
    lines = (PACKAGE / "builtin/noisy_facts.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    edited = results[results["point"] == "fc_in-l27-rho0.01"]
    assert len(edited) == 12 + 48
    for outcome, row in zip(edited.itertuples(), rows, strict=False):
        logits = model(**tokenizer(row["question"], return_tensors="pt")).logits[0, -1]
        log_probs = logits.log_softmax(-1)
        gold = tokenizer.convert_tokens_to_ids(f"▁{row['answer']}")
        assert outcome.answer_logprob == pytest.approx(log_probs[gold].item(), abs=1e-4)
        assert outcome.prediction == tokenizer.decode([int(log_probs.argmax())]).strip()
        assert outcome.correct == (outcome.prediction == row["answer"])


@pytest.mark.parametrize("amount", ["rho=0.00001,0.5", "rank=mp,1", "energy=0.5,0.001"])
def test_however_much_is_kept_it_has_its_place_on_the_map(
    amount: str, sweep_in_process: Command, tmp_path: Path
):
    assert_success(sweep_in_process("lnum=27", "lname=fc_in", amount, "dataset.limit=60"))
    picture = (tmp_path / SWEEP_FOLDER / "figures" / "heat_map.svg").read_text()
    for value in amount.partition("=")[2].split(","):
        name = amount.partition("=")[0] if amount.startswith("energy") else ""
        shown = {"0.00001": "1e-05", "1": "rank1"}.get(value, value)
        assert f">{name}{shown}</text>" in picture


def test_the_same_command_again_computes_nothing(sweep: Command, swept: Path):
    before = bytes_of(swept)
    output = assert_success(sweep(*SMALL))
    assert "5 points, 5 done, 0 to do: nothing to compute" in output
    assert bytes_of(swept) == before
    log = (swept / "laser_sweep.log").read_text()
    assert log.count(" computing ") == len(before)


def test_a_missing_file_of_a_report_is_made_again(sweep_in_process: Command, swept: Path):
    picture = swept / "figures" / "heat_map.svg"
    before = picture.read_bytes()
    picture.unlink()
    assert_success(sweep_in_process(*SMALL))
    assert picture.read_bytes() == before


@pytest.mark.slow
def test_two_commands_in_one_folder_at_once_report_their_own_figures(tmp_path: Path):
    def start(limit: int, file: Path) -> Forked:
        with file.open("w") as output:
            options = (*SMALL, f"dataset.limit={limit}")
            return forked(tmp_path, "laser_sweep", *options, stdout=output.fileno())

    limits = {limit: tmp_path / f"{limit}.txt" for limit in (60, 100)}
    processes = [start(limit, file) for limit, file in limits.items()]
    assert [process.wait() for process in processes] == [0, 0]
    for limit, file in limits.items():
        output = file.read_text()
        assert start(limit, file).wait() == 0
        printed = file.read_text()
        assert f"({limit} examples" in output
        assert re.findall(r"[\d.]+ %", printed) == re.findall(r"[\d.]+ %", output)


def test_a_bit_that_changed_in_a_finished_sweep_is_noticed(sweep_in_process: Command, swept: Path):
    before = bytes_of(swept)
    path = next((swept / "results").glob("fc_in-l26-*.parquet"))
    stat = path.stat()
    content = bytearray(before[path.name])
    columns = pq.ParquetFile(path).metadata.row_group(0)
    stored = [columns.column(n) for n in range(columns.num_columns)]
    (column,) = [each for each in stored if each.path_in_schema == "answer_logprob"]
    # The last bytes of a column are its values, whose damage is never harmless.
    start = column.dictionary_page_offset or column.data_page_offset
    content[start + column.total_compressed_size - 4] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    assert "4 done, 1 to do" in assert_success(sweep_in_process(*SMALL))
    assert bytes_of(swept) == before


def test_a_larger_command_adds_only_what_is_missing(sweep_in_process: Command, swept: Path):
    output = assert_success(sweep_in_process(*SMALL, "lnum=25..27"))
    assert "7 points, 5 done, 2 to do" in output


def test_the_report_of_an_earlier_command_is_kept(command_in_process: Command, swept: Path):
    def chosen(folder: Path) -> str:
        return json.loads((folder / "selection.json").read_text())["verdict"]

    first, figure = (swept / "report.md").read_bytes(), Path("figures/heat_map.svg")
    before = chosen(swept)
    output = assert_success(command_in_process("laser_sweep", *SMALL, "split.fraction=0.5"))
    (kept,) = (swept / "earlier").iterdir()
    name = f"rank_reduction/earlier/{kept.name}/report.md"
    assert name in output
    assert (kept / "report.md").read_bytes() == first
    assert {path.name for path in kept.iterdir()} == REPORT
    assert (kept / figure).read_bytes() != (swept / figure).read_bytes()
    assert chosen(swept) != before
    # The report again is of the same command, and so is a command on another number of cores.
    assert_success(command_in_process("laser_sweep.report", swept))
    again = (*SMALL, "split.fraction=0.5", "threads=1")
    assert_success(command_in_process("laser_sweep", *again))
    assert list((swept / "earlier").iterdir()) == [kept]
    assert name in assert_success(command_in_process("laser_sweep.status", swept))
    # The first command again: its report is the newest, and the second one's is kept.
    assert_success(command_in_process("laser_sweep", *SMALL))
    (other,) = (swept / "earlier").iterdir()
    assert other != kept
    assert chosen(swept) == before


def test_a_report_of_no_command_is_written_over(command_in_process: Command, swept: Path):
    selection, before = swept / "selection.json", bytes_of(swept)
    for command in ("..", "", "/", "results"):
        selection.write_text(json.dumps({"command": command}))
        assert_success(command_in_process("laser_sweep.report", swept))
        assert bytes_of(swept) == before
        assert not (swept / "earlier").exists()


def test_truncated_results_are_computed_again(sweep_in_process: Command, swept: Path):
    before = bytes_of(swept)
    damaged = sorted((swept / "results").glob("fc_in-l2*.0-*.parquet"))[:3]
    for path, share in zip(damaged, (0.0, 0.5, 0.99), strict=True):
        path.write_bytes(before[path.name][: int(share * len(before[path.name]))])
    output = assert_success(sweep_in_process(*SMALL))
    assert all(f"{path.name} is damaged" in output for path in damaged)
    assert "2 done, 3 to do" in output
    assert bytes_of(swept) == before


def test_results_do_not_depend_on_the_order_of_the_work(
    sweep_in_process: Command, swept: Path, tmp_path: Path
):
    for lnum in (27, 26):
        assert_success(sweep_in_process(*SMALL, f"lnum={lnum}", "output=pieces"))
    whole = bytes_of(swept)
    pieces = bytes_of(tmp_path / "pieces" / SWEEP_FOLDER.relative_to("multirun"))
    shared = whole.keys() & pieces.keys()
    assert len(shared) >= 7
    assert all(whole[name] == pieces[name] for name in shared)


@pytest.mark.slow
def test_another_split_evaluates_only_the_examples_without_a_result(
    sweep_in_process: Command, tmp_path: Path
):
    """First a fifth of 100 examples; in folds the rest; after that nothing, whatever the split."""
    grid = (*SMALL, "dataset.limit=100", "rate=9")
    assert_success(sweep_in_process(*grid))
    folder = tmp_path / SWEEP_FOLDER
    output = assert_success(sweep_in_process(*grid, "split=kfold", "split.folds=4"))
    assert "Chosen in the folds: fc_in-l27-rho0.1 (4 of 4)" in output
    # The base model and the chosen point were tested on the rest already.
    names = sorted(path.name.split(".")[-3] for path in (folder / "results").iterdir())
    assert names == ["0-19"] * 3 + ["20-99"] * 3
    before = bytes_of(folder)
    for split in ("grouped", "all"):
        output = assert_success(sweep_in_process(*grid, f"split={split}"))
        assert "3 points, 3 done, 0 to do: nothing to compute" in output
        frame = read_results(folder)
        assert len(frame) == 3 * 100
        assert set(frame["part"]) == ({"test"} if split == "all" else {"validation", "test"})
    assert bytes_of(folder) == before
    assert_success(sweep_in_process(*grid, "split.test=all", "output=at_once"))
    at_once = read_results(tmp_path / "at_once" / SWEEP_FOLDER.relative_to("multirun"))
    both = frame.merge(at_once, on=["point", "example"], suffixes=("", "_at_once"))
    assert len(both) == 300
    assert (both["correct"] == both["correct_at_once"]).all()
    assert both["answer_logprob"].tolist() == pytest.approx(
        both["answer_logprob_at_once"].tolist(), abs=1e-4
    )


def test_the_best_of_each_layer_is_chosen_and_tested(sweep_in_process: Command, tmp_path: Path):
    output = assert_success(sweep_in_process(*SMALL, "select_per=lname,lnum", "lnum=26,27"))
    assert "fc_in-l27" in output
    report = (tmp_path / SWEEP_FOLDER / "report.md").read_text()
    assert "## The best of each `lnum`" in report
    found = json.loads((tmp_path / SWEEP_FOLDER / "selection.json").read_text())
    assert [best["value"] for best in found["per"]["lnum"]] == [26, 27]
    assert all(best["chosen"]["test"]["examples"] == 48 for best in found["per"]["lnum"])
    assert found["cost"]["seconds"] > 0
    assert "nothing to compute" in assert_success(
        sweep_in_process(*SMALL, "select_per=lname,lnum", "lnum=26,27")
    )


def test_a_failing_point_leaves_the_others_alone(sweep_in_process: Command, swept: Path):
    results = swept / "results"
    before = bytes_of(swept)
    blocked, missing = (next(results.glob(f"fc_in-l{lnum}-rho0.5.*")) for lnum in (26, 27))
    blocked.unlink()
    missing.unlink()
    (blocked / "in the way").mkdir(parents=True)
    result = sweep_in_process(*SMALL)
    assert result.returncode == 1
    assert "fc_in-l26-rho0.5 on 12 examples failed" in result.stdout
    assert "1 of 5 points failed" in result.stdout
    assert "Traceback (most recent call last)" not in result.stdout + result.stderr
    log = (swept / "laser_sweep.log").read_text()
    assert "Traceback (most recent call last)" in log
    (blocked / "in the way").rmdir()
    blocked.rmdir()
    assert missing.read_bytes() == before[missing.name]
    assert_success(sweep_in_process(*SMALL))
    assert bytes_of(swept) == before


def test_a_model_with_a_weight_that_is_not_finite_has_no_results(
    sweep_in_process: Command, tmp_path: Path
):
    broken = tmp_path / "broken"
    shutil.copytree(PACKAGE / "builtin" / "demo", broken)
    weights = load_file(broken / "model.safetensors")
    name = "transformer.h.26.mlp.fc_in.weight"
    weights[name] = np.full_like(weights[name], np.nan)
    save_file(weights, broken / "model.safetensors", metadata={"format": "pt"})
    result = sweep_in_process("model.path=broken", *SMALL)
    assert result.returncode == 1
    assert result.stderr.count("\n") == 1
    assert f"the weight {name} holds NaN" in result.stderr
    assert not list(tmp_path.glob("multirun/**/results/*"))


def test_a_progress_bar_in_a_terminal(tmp_path: Path):
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 120))
    process = forked(tmp_path, "laser_sweep", *SMALL, stderr=theirs)
    os.close(theirs)
    shown = b""
    while chunk := _read(ours):
        shown += chunk
    assert process.wait() == 0
    assert b"5/5" in shown
    assert b"fc_in-l27-rho0.01" in shown


@pytest.mark.slow
def test_a_reader_that_goes_away_does_not_stop_the_sweep(tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-m", "laser_sweep", *SMALL],
        cwd=tmp_path,
        env=environment(tmp_path),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.close()
    assert process.stderr.read() == b""
    process.stderr.close()
    assert process.wait() == 0
    assert (tmp_path / SWEEP_FOLDER / "report.md").exists()


def test_an_interrupt_says_how_to_go_on(tmp_path: Path):
    errors = tmp_path / "errors.txt"
    with errors.open("w") as stderr:
        options = ("lnum=0..27", "rate=1,5,9.9")
        process = forked(tmp_path, "laser_sweep", *options, stderr=stderr.fileno())
    results = tmp_path / SWEEP_FOLDER / "results"
    while process.poll() is None and not any(results.glob("fc_*.parquet")):
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) == 130
    assert errors.read_text().strip() == (
        "laser_sweep: interrupted; all finished work is kept, and the same command continues."
    )


def test_help_is_written_for_a_person(sweep: Command):
    output = assert_success(sweep("--help"))
    for word in ("lname", "lnum", "rate", "rho", "dry_run", "dataset.path", "noisy_facts", "τ"):
        assert word in output


def test_the_configuration_can_be_seen(sweep_in_process: Command):
    output = assert_success(sweep_in_process("--cfg", "job", "lnum=0..27", "rate=1,5"))
    assert "lnum: 0..27" in output
    assert "rank_reduction" in output
    assert_success(sweep_in_process("--info", "defaults", "lnum=0..27"))


def test_a_folder_of_ones_own_yaml_files(sweep_in_process: Command, tmp_path: Path):
    (tmp_path / "mine" / "model").mkdir(parents=True)
    (tmp_path / "mine" / "model" / "ours.yaml").write_text("name: ours\npath: ${builtin:demo}\n")
    options = ("--config-dir", "mine", "model=ours", "lnum=27", "rate=1", "dry_run=true")
    output = assert_success(sweep_in_process(*options))
    assert "multirun/ours/noisy_facts" in output


def test_a_hub_id_is_loaded_from_the_hubs_cache(preloaded_sweep: Command, tmp_path: Path):
    repository = tmp_path / "hugging-face/hub/models--some-org--some-model"
    commit = "0123456789abcdef0123456789abcdef01234567"
    (repository / "refs").mkdir(parents=True)
    (repository / "refs" / "main").write_text(commit)
    (repository / "snapshots").mkdir()
    (repository / "snapshots" / commit).symlink_to(PACKAGE / "builtin" / "demo")
    assert_success(preloaded_sweep("model.path=some-org/some-model", *SMALL))
    record = json.loads(
        (tmp_path / "multirun/some-model/noisy_facts/rank_reduction/sweep.json").read_text()
    )
    assert record["model"]["commit"] == commit
    assert record["identity"]["weights"] == commit


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:  # how a terminal says that the other end is closed
        return b""
