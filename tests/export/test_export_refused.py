"""An export that is refused ends in one line and leaves nothing behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from support.commands import Command, Result, assert_success
from support.disk import disk_full
from support.exports import Sweeper, assert_same_weights, loaded, save_tiny

from laser_sweep.errors import ConfigError
from laser_sweep.export.recipe import apply_recipe
from laser_sweep.export.write import export


def refused(result: Result, *fragments: str) -> None:
    """The command failed with one line on standard error that has all fragments."""
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("laser_sweep.export: ")
    assert all(fragment in line for fragment in fragments), line


def test_a_chosen_base_model_is_exported_only_by_its_name(swept: Sweeper, tmp_path: Path):
    model, folder = swept("gpt2", "lname=dont")
    with pytest.raises(ConfigError, match=r"base model itself is chosen.*--point base"):
        export(folder, tmp_path / "exported")
    assert not (tmp_path / "exported").exists()
    export(folder, tmp_path / "exported", point="base")
    assert_same_weights(loaded(tmp_path / "exported"), loaded(model))
    untouched = loaded(model)
    apply_recipe(untouched, tmp_path / "exported")
    assert_same_weights(untouched, loaded(model))


def test_a_mistake_is_told_in_a_line_with_what_is_available(
    preloaded_command: Command, command_in_process: Command, swept: Sweeper, tmp_path: Path
):
    _, folder = swept("gpt2", "lname=fc_in", "lnum=1", "rho=0.3")
    nowhere = command_in_process("laser_sweep.export", tmp_path, "--to", "new")
    refused(nowhere, "has no sweep.json")
    given = ("--to", "new", "--point", "fc_in-l2-rho0.3")
    mistyped = preloaded_command("laser_sweep.export", folder, *given)
    refused(mistyped, "Did you mean 'fc_in-l1-rho0.3'?", "Available: base, fc_in-l1-rho0.3.")
    helped = assert_success(command_in_process("laser_sweep.export", "--help"))
    assert "--point NAME" in helped


@pytest.mark.parametrize(
    ("to", "given", "says"),
    [
        ("rows", {}, "expected a new .* this one is not empty"),
        ("rows/rank_reduction/grid.csv", {}, "this is a file"),
        ("rows/rank_reduction/grid.csv/in", {}, "cannot write to .*grid.csv: File exists"),
        ("new", {"dtype": "float8"}, "Unknown --dtype 'float8'.*Available: float32, bfloat16"),
        ("new", {"path": "nowhere/at/all"}, "no such folder"),
        ("new", {"device": "tpu"}, "expected auto, cpu, cuda"),
    ],
)
def test_an_export_that_is_refused_leaves_nothing(
    swept: Sweeper, tmp_path: Path, to: str, given: dict[str, str], says: str
):
    _, folder = swept("gpt2", "lname=fc_in", "lnum=1", "rho=0.3")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(ConfigError, match=says):
        export(folder, folder.parent.parent / to, point="fc_in-l1-rho0.3", **given)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_point_without_a_result_is_not_exported(swept: Sweeper, tmp_path: Path):
    _, folder = swept("gpt2", "lname=fc_in", "lnum=1", "rho=0.3")
    shutil.rmtree(folder / "results")
    with pytest.raises(ConfigError, match="nothing to choose from"):
        export(folder, tmp_path / "new")
    with pytest.raises(ConfigError, match=r"fc_in-l1-rho0\.3 has no result yet"):
        export(folder, tmp_path / "new", point="fc_in-l1-rho0.3")


def test_a_model_that_has_changed_is_refused_and_one_that_has_moved_is_taken(
    swept: Sweeper, tmp_path: Path
):
    model = save_tiny("gpt2", tmp_path)
    _, folder = swept("", "lname=fc_in", "lnum=1", "rho=0.3", path=model)
    moved = model.rename(tmp_path / "moved")
    (tmp_path / "rows.jsonl").unlink()
    to, point = tmp_path / "to", "fc_in-l1-rho0.3"
    with pytest.raises(ConfigError, match=r"no such folder.*--model PATH"):
        export(folder, to, point=point)
    export(folder, to, point=point, path=str(moved))
    shutil.rmtree(to)
    (moved / "tokenizer_config.json").write_text("{}")
    with pytest.raises(
        ConfigError, match=r"not those that were swept: xxh3:\w+ now, xxh3:\w+ then"
    ):
        export(folder, to, point=point, path=str(moved))
    assert sorted(path.name for path in tmp_path.iterdir() if "to" in path.name) == []


@pytest.mark.parametrize("after", [0, 20_000])
def test_a_full_disk_is_told_and_leaves_nothing(swept: Sweeper, tmp_path: Path, after: int):
    _, folder = swept("gpt2", "lname=fc_in", "lnum=1", "rho=0.3")
    to = tmp_path / "below" / "to"
    with disk_full(after), pytest.raises(ConfigError, match=r"could not be written: .*too large"):
        export(folder, to, point="fc_in-l1-rho0.3")
    assert list(to.parent.iterdir()) == []
    to.mkdir()
    export(folder, to, point="fc_in-l1-rho0.3")
    assert (to / "recipe.json").is_file()
