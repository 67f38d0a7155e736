"""`sweep` does what the command does, in any program, and `Sweep` has what it found."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from support.commands import Command, assert_success, bytes_of, environment
from support.locked import of_lock
from support.saved_models import ROWS, write_rows

from laser_sweep import ConfigError, Sweep, dry_run, read_results, sweep
from laser_sweep.report import read_report
from laser_sweep.run.worker import Worker
from laser_sweep.store.record import read_record

FOLDER = Path("multirun/demo/noisy_facts/rank_reduction")
COMMAND = ("lname=fc_in", "lnum=26,27", "rho=0.01,0.5", "dataset.limit=60")
SMALL: dict[str, Any] = {
    "lname": "fc_in",
    "lnum": range(26, 28),
    "rho": (0.01, 0.5),
    "dataset": {"limit": 60},
}
"""The options of COMMAND: four points and the base model."""
TINY: dict[str, Any] = {
    "model": {"path": "tiny"},
    "dataset": {"path": "rows.jsonl"},
    "lname": "fc_in",
    "lnum": 0,
    "rho": 0.5,
}
"""Two points of a tiny model."""


def run_program(folder: Path, text: str, *, python: tuple[str, ...] = ("-W", "error")) -> str:
    """Run a program in a process of its own; its output."""
    (folder / "program.py").write_text(text)
    result = subprocess.run(
        [sys.executable, *python, "program.py"],
        cwd=folder,
        env=environment(folder),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def without_times(folder: Path) -> dict[str, str]:
    """The files of a report, without what differs between any two runs of a command."""
    names = ("grid.csv", "selection.json", "report.md", "sweep.json")
    found = {name: (folder / name).read_text() for name in names}
    found["selection.json"] = json.dumps(
        {key: each for key, each in json.loads(found["selection.json"]).items() if key != "cost"}
    )
    lines = found["report.md"].splitlines()
    found["report.md"] = "\n".join(line for line in lines if " s " not in line)
    return found


def test_a_sweep_is_that_of_the_command_byte_for_byte(
    sweep_in_process: Command, here: Path, capsys: pytest.CaptureFixture[str]
):
    found = sweep(**SMALL, output="ours")
    printed = capsys.readouterr().out
    done = assert_success(sweep_in_process(*COMMAND, "output=ours"))
    assert "nothing to compute" in done
    assert_success(sweep_in_process(*COMMAND, "output=theirs"))
    theirs = here / "theirs/demo/noisy_facts/rank_reduction"
    assert bytes_of(found.folder) == bytes_of(theirs)
    ours = without_times(found.folder)
    assert {name: text.replace("ours", "theirs") for name, text in ours.items()} == without_times(
        theirs
    )
    assert printed.count("5 points, 0 done, 5 to do") == 1
    assert printed.count("Chosen on the validation part") == 1
    assert printed.count("Verdict: ") == 1


def test_what_was_found(here: Path):
    found = sweep(**SMALL)
    assert found.folder == here / FOLDER
    assert found.is_complete
    made = json.loads((found.folder / "selection.json").read_text())
    assert found.chosen is not None
    assert found.chosen.point == made["chosen"]["point"] == "fc_in-l27-rho0.01"
    assert found.chosen.test.accuracy == made["chosen"]["test"]["accuracy"]
    assert found.verdict.kind == "better"
    assert found.verdict.text in (found.folder / "report.md").read_text().replace(
        "Better", "better"
    )
    pd.testing.assert_frame_equal(found.results(), read_results(found.folder))
    report = read_report(found.folder)
    pd.testing.assert_frame_equal(found.report.grid, report.grid)
    assert found.report is found.report
    line = f"Sweep({FOLDER}: chosen fc_in-l27-rho0.01, {found.verdict.text})"
    assert repr(found) == line
    shown = found._repr_markdown_()
    assert shown.startswith("|            | point ")
    assert "\n\nChosen on the validation part: fc_in-l27-rho0.01." in shown
    with pytest.raises(AttributeError):
        found.folder = here  # type: ignore[misc]


def test_the_folder_of_a_command_is_opened(sweep_in_process: Command, here: Path):
    assert_success(sweep_in_process(*COMMAND))
    old = Sweep(str(FOLDER))
    assert old == Sweep(here / FOLDER)
    assert len({old, Sweep(here / FOLDER)}) == 1
    assert old.record == read_record(here / FOLDER)
    assert old.chosen is not None
    assert old.chosen.point == "fc_in-l27-rho0.01"
    again = sweep(**SMALL)
    assert again == old


def test_a_folder_that_is_no_sweeps(here: Path):
    with pytest.raises(ConfigError, match=r"nowhere has no sweep\.json"):
        Sweep("nowhere")


def test_the_same_call_computes_nothing_and_makes_no_plan(
    here: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    found = sweep(**SMALL)
    before = bytes_of(found.folder)
    monkeypatch.setattr("laser_sweep.plan.make.make_plan", None)
    capsys.readouterr()
    assert sweep(**SMALL) == found
    assert "5 points, 5 done, 0 to do: nothing to compute" in capsys.readouterr().out
    assert bytes_of(found.folder) == before


def test_calls_with_other_options_in_one_process(here: Path):
    first = sweep(**SMALL)
    files = bytes_of(first.folder)
    larger = sweep(**{**SMALL, "lnum": "25..27"}, split="kfold", select_per="lnum")
    assert bytes_of(first.folder).items() >= files.items()
    other = sweep(**{**SMALL, "dataset": {"dataset": "clean_facts", "limit": 60}})
    assert other.folder.parts[-2] == "clean_facts"
    assert len(larger.report.search.record.points) == 7
    # A call's figures stay its own, although a later one worked in its folder.
    assert len(first.report.search.record.points) == 5
    assert first.report.search.parts.folds == ()
    assert first.chosen is not None
    with pytest.raises(ConfigError, match="a later command has worked in this folder"):
        first.export("there")
    assert not (here / "there").exists()


def test_options_of_several_rooms_at_once(tiny: Path):
    others = [{**row, "question": f"Emil says {row['answer']}"} for row in ROWS]
    write_rows(tiny / "others.jsonl", others)
    found = sweep(
        **{**TINY, "lnum": "all", "rho": [0.1, 0.5]},
        search={"search": "gradient", "keep": 0.5},
        compose="greedy",
        split={"split": "fraction", "fraction": 0.5},
        selection="log_loss",
        also=[{"path": "others.jsonl"}],
        cache_gb=0,
        batch_tokens=64,
    )
    assert found.is_complete
    assert found.record.config.search.keep == 0.5
    assert (found.folder / "also/tiny/others").is_dir()


def test_an_awkward_path_needs_no_quotes(tiny: Path):
    name = "rows, of=mine [1] 'é'.jsonl"
    (tiny / "rows.jsonl").rename(tiny / name)
    found = sweep(**{**TINY, "dataset": {"path": tiny / name, "name": "x", "choices": None}})
    assert found.is_complete


def test_a_dry_run_is_described_and_writes_nothing(sweep_in_process: Command, here: Path):
    text = dry_run(**SMALL)
    printed = assert_success(sweep_in_process(*COMMAND, "dry_run=true")).rstrip("\n")
    # The time and the memory of a process are measured, each time anew.
    assert text.split("time:")[0] == printed.split("time:")[0]
    assert "memory:" in text.split("time:")[1]
    assert "points:   5\n" in text
    assert not (here / "multirun").exists()


def test_a_point_that_fails(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    def fails(*_: object) -> None:
        raise RuntimeError("no such luck")

    with monkeypatch.context() as patched:
        patched.setattr("laser_sweep.run.editor.Editor.edits", fails)
        found = sweep(**TINY)
    assert not found.is_complete
    assert "of 2 points failed, the first" in capsys.readouterr().out
    assert repr(found).endswith("not finished)")
    again = sweep(**TINY)
    assert again.is_complete
    # What is not complete is read anew.
    assert found.is_complete


def test_ctrl_c_keeps_what_is_finished(tiny: Path, monkeypatch: pytest.MonkeyPatch):
    ran = Worker.run

    def interrupted(worker: Worker, evaluations: Any) -> Any:
        ran(worker, evaluations[:1])
        os.kill(os.getpid(), signal.SIGINT)
        return []

    with monkeypatch.context() as patched:
        patched.setattr(Worker, "run", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sweep(**TINY)
    begun = Sweep("multirun/tiny/rows/rank_reduction")
    assert not begun.is_complete
    kept = bytes_of(begun.folder)
    assert len(kept) == 1
    assert bytes_of(sweep(**TINY).folder).items() > kept.items()


def test_an_export_is_that_of_the_command(command_in_process: Command, here: Path):
    found = sweep(**SMALL)
    assert found.export("ours") == Path("ours")
    assert_success(command_in_process("laser_sweep.export", FOLDER, "--to", "theirs"))
    files = {path.name for path in (here / "theirs").iterdir()}
    assert {path.name for path in (here / "ours").iterdir()} == files
    for name in files:
        assert (here / "ours" / name).read_bytes() == (here / "theirs" / name).read_bytes()
    base = found.export(here / "base", point="base", dtype="bfloat16", device="cpu")
    assert json.loads((base / "config.json").read_text())["dtype"] == "bfloat16"
    patch = found.export("patch", format="patch", point="fc_in-l26-rho0.5")
    assert not (patch / "config.json").exists()
    with pytest.raises(ConfigError, match="format 'gguf'"):
        found.export("there", format="gguf")
    with pytest.raises(ConfigError, match="Unknown point"):
        found.export("there", point="fc_out-l3-rho0.5")


def test_threads_may_sweep_at_the_same_time(
    tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    def one(number: int) -> Sweep:
        return sweep(**TINY, output=f"thread{number}")

    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(one, range(3)))
    assert all(each.is_complete for each in found)
    assert bytes_of(found[0].folder) == bytes_of(found[1].folder) == bytes_of(found[2].folder)
    assert capsys.readouterr().out.count("2 points, 0 done, 2 to do") == 3
    assert threading.current_thread() is threading.main_thread()


@contextmanager
def own_handler() -> Iterator[list[str]]:
    """A handler of the program's own on the root logger, and what it got."""
    got: list[str] = []
    handler = logging.Handler()
    handler.emit = lambda record: got.append(record.getMessage())  # type: ignore[method-assign]
    logging.getLogger().addHandler(handler)
    try:
        yield got
    finally:
        logging.getLogger().removeHandler(handler)


def test_the_programs_logs_and_arguments_are_as_before(
    tiny: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "argv", ["notebook", "-f", "kernel.json"])
    logger = logging.getLogger("laser_sweep")
    before = (list(logger.handlers), logger.level, logger.propagate, logging.raiseExceptions)
    with own_handler() as got:
        for number in range(2):
            sweep(**TINY, output=f"out{number}")
            assert capsys.readouterr().out.count("2 points, 0 done, 2 to do") == 1
            assert before == (
                *(list(logger.handlers), logger.level, logger.propagate),
                logging.raiseExceptions,
            )
    # Lines that the library prints itself are not printed by the program's handlers, too.
    assert not [line for line in got if "to do" in line]
    assert sys.argv == ["notebook", "-f", "kernel.json"]


def test_a_mistake_leaves_the_logs_as_before(here: Path):
    logger = logging.getLogger("laser_sweep")
    before = list(logger.handlers)
    with pytest.raises(ConfigError):
        sweep(lnum=99)
    assert logger.handlers == before


LIGHT = """
import sys
import laser_sweep
from laser_sweep import ConfigError
heavy = {"torch", "transformers", "numpy", "pandas", "hydra"}
assert not heavy & set(sys.modules), heavy & set(sys.modules)
assert {"sweep", "Sweep", "dry_run", "read_results"} <= set(dir(laser_sweep))
from laser_sweep import Sweep, dry_run, read_results, sweep
assert "torch" not in sys.modules
try:
    sweep(lnmu=3)
except ConfigError:
    pass
assert "torch" not in sys.modules
try:
    laser_sweep.swep
except AttributeError as error:
    print(error)
"""


def test_the_import_is_light(tmp_path: Path):
    assert "has no attribute 'swep'" in run_program(tmp_path, LIGHT)


PROGRAM = """
import sys
import threading
from dataclasses import dataclass

import hydra
from hydra.core.config_store import ConfigStore
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.experimental.callback import Callback
from hydra.version import getbase
from omegaconf import OmegaConf


@dataclass
class Mine:
    seed: str = "not a number"
    lnum: int = 26
    job: str = "${hydra:job.name}"
    path: str = "${builtin:mine}"


class HasALock(Callback):
    def __init__(self):
        self.lock = threading.Lock()


store = ConfigStore.instance()
for name in ("config", "schema"):
    store.store(name=name, node=Mine)
store.store(group="dataset", name="mine", node=Mine)
locked = {"lock": {"_target_": "__main__.HasALock"}}
store.store(group="hydra/callbacks", name="locked", node=locked)
OmegaConf.register_new_resolver("builtin", lambda name: f"my own {name}")


@hydra.main(version_base="VERSION", config_path=None, config_name="schema")
def main(config):
    from laser_sweep import ConfigError, sweep

    hydras = GlobalHydra.instance(), GlobalHydra.instance().hydra, HydraConfig.instance()
    base, repo = getbase(), ConfigStore.instance().repo
    found = sweep(lname="fc_in", lnum=config.lnum, rho=0.01, dataset={"limit": 60})
    try:
        sweep(dataset="mine")
    except ConfigError as error:
        print(error)
    assert found.is_complete
    assert hydras == (GlobalHydra.instance(), GlobalHydra.instance().hydra, HydraConfig.instance())
    assert getbase() == base and ConfigStore.instance().repo is repo
    assert HydraConfig.get().job.name == "program"
    fresh = OmegaConf.create({"a": "${hydra:job.name}", "b": "${builtin:x}"})
    assert (fresh.a, fresh.b) == ("program", "my own x")
    assert (config.job, config.path) == ("program", "my own mine")
    assert not OmegaConf.has_resolver("without_path")
    print("seen", config.lnum, found.chosen.point)


if __name__ == "__main__":
    sys.argv[1:] = ["lnum=27", "hydra/callbacks=locked"]
    main()
"""


# Python is run with warnings as errors, and other versions of libraries have theirs.
@of_lock("torch", "matplotlib", "accelerate")
@pytest.mark.parametrize("version", ["1.3", "1.2"])
def test_a_program_of_hydras_may_sweep(version: str, tmp_path: Path):
    output = run_program(tmp_path, PROGRAM.replace("VERSION", version))
    assert output.count("2 points, 0 done, 2 to do") == 1
    assert "seen 27 fc_in-l27-rho0.01" in output
    assert "Unknown dataset 'mine'" in output


NOTEBOOK = """
import warnings
warnings.simplefilter("error")
from laser_sweep import sweep
found = sweep(lname="fc_in", lnum=27, rho=0.01, dataset={"limit": 60})
"""


@pytest.mark.slow
def test_a_notebook_may_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    import nbformat
    from nbclient import NotebookClient
    from support.ipynb import outputs

    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / ".jupyter"))
    cells = [nbformat.v4.new_code_cell(text) for text in (NOTEBOOK, NOTEBOOK, "found")]
    notebook = nbformat.v4.new_notebook(cells=cells)
    kernel = {**environment(tmp_path), "IPYTHONDIR": str(tmp_path / ".ipython")}
    NotebookClient(notebook, timeout=300).execute(cwd=str(tmp_path), env=kernel)
    printed = ["".join(each.get("text", "") for each in outputs(cell)) for cell in notebook.cells]
    assert not [each for cell in notebook.cells for each in outputs(cell) if "stderr" in str(each)]
    assert printed[0].count("2 points, 0 done, 2 to do") == 1
    assert printed[1].count("nothing to compute") == 1
    (shown,) = outputs(notebook.cells[2])
    assert shown.data["text/markdown"].startswith("|            | point ")
    assert shown.data["text/plain"].startswith("Sweep(multirun/demo/noisy_facts/rank_reduction: ")
