"""`python -m laser_sweep.reproduce`: the figures of a recipe, found again or not."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from support.commands import SWEEP_FOLDER, Command, Result, assert_success
from support.exports import Sweeper, save_tiny

from laser_sweep.errors import ConfigError
from laser_sweep.export.write import export
from laser_sweep.reproduce.evaluation import reproduce

POINT = "fc_in-l1-rho0.3"
USUAL = ("lname=fc_in", "lnum=1", "rho=0.3")


def changed(recipe: Path, change: Any) -> None:
    """Rewrite a recipe with a change of its content."""
    content = json.loads(recipe.read_text())
    change(content)
    recipe.write_text(json.dumps(content))


def refused(result: Result, *fragments: str) -> None:
    assert result.returncode == 1
    (line,) = result.stderr.strip().splitlines()
    assert line.startswith("laser_sweep.reproduce: ")
    assert all(fragment in line for fragment in fragments), line


@pytest.mark.slow
def test_the_command_finds_the_figures_of_the_sweep_again(
    command: Command, sweep_in_process: Command, command_in_process: Command, tmp_path: Path
):
    assert_success(sweep_in_process("lname=fc_in", "lnum=27", "rho=0.01", "dataset.limit=60"))
    given = (SWEEP_FOLDER, "--to", "to", "--format", "patch")
    assert_success(command_in_process("laser_sweep.export", *given))
    shutil.rmtree(tmp_path / "multirun")
    printed = assert_success(command("laser_sweep.reproduce", "to"))
    assert "fc_in-l27-rho0.01, 48 examples of the test part" in printed
    assert "Reproduced: " in printed
    assert printed.count("accuracy") == printed.count("log-loss") == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["hugging-face", "to"] or sorted(
        path.name for path in tmp_path.iterdir()
    ) == ["to"]
    recipe = tmp_path / "to" / "recipe.json"
    # What is built in is found where the package is, wherever it was.
    place = "/elsewhere/laser_sweep/builtin/demo"
    changed(recipe, lambda content: content["evaluated"]["config"]["model"].update(path=place))
    changed(recipe, lambda content: content["evaluated"]["point"].update(accuracy=0.5))
    changed(recipe, lambda content: content["versions"].update(torch="0.0"))
    other = command_in_process("laser_sweep.reproduce", recipe)
    assert other.returncode == 1
    assert "Not reproduced: the figures differ by more than rounding." in other.stdout
    assert "Other versions: torch 0.0 then, " in other.stdout


STACK = "stack=[{lname: q_proj, lnum: 1, rho: 0.2}, {lname: fc_out, lnum: 0, energy: 0.5}]"


@pytest.mark.parametrize(
    ("family", "options", "point", "part"),
    [
        ("gpt2", USUAL, POINT, "test"),
        ("gpt2", (STACK,), "fc_out-l0-energy0.5+q_proj-l1-rho0.2", "test"),
        ("roberta", (*USUAL, "split=kfold", "split.folds=2"), POINT, "validation"),
        ("llama", (*USUAL, "split=all"), POINT, "test"),
        ("llama", (*USUAL, "model.dtype=bfloat16"), POINT, "test"),
        ("gpt2", (*USUAL, "intervention=pruning"), POINT, "test"),
        ("gpt2", (*USUAL, "search=gradient", "search.keep=1", "compose=guarded"), POINT, "test"),
        ("gpt2", USUAL, "base", "test"),
    ],
)
def test_every_figure_is_the_same(
    swept: Sweeper, tmp_path: Path, family: str, options: tuple[str, ...], point: str, part: str
):
    _, folder = swept(family, *options)
    export(folder, tmp_path / "to", point=point)
    found = reproduce(tmp_path / "to")
    assert found.is_same
    assert (found.point, found.part) == (point, part)
    assert {pair.model for pair in found.pairs} == {"base", point}
    assert {pair.name for pair in found.pairs} == {"accuracy", "log_loss"}
    stored = json.loads((folder / "selection.json").read_text())["base"][part]
    base = {pair.name: pair.then for pair in found.pairs if pair.model == "base"}
    assert base == {name: stored[name] for name in base}
    assert all(pair.then == pytest.approx(pair.now, rel=1e-6) for pair in found.pairs)


def test_figures_are_compared_figure_by_figure(swept: Sweeper, tmp_path: Path):
    _, folder = swept("gpt2", *USUAL)
    export(folder, tmp_path / "to", point=POINT)
    recipe = tmp_path / "to" / "recipe.json"
    figures = json.loads(recipe.read_text())["evaluated"]["point"]
    for name, factor, same in (
        ("log_loss", 1 + 1e-6, True),
        ("log_loss", 1.001, False),
        ("log_loss", 1.0, True),
    ):
        value = figures[name] * factor
        changed(recipe, lambda c, n=name, v=value: c["evaluated"]["point"].update({n: v}))
        assert reproduce(recipe).is_same is same
    changed(
        recipe, lambda content: content["evaluated"]["point"].update(log_loss=1.0, accuracy=1.0)
    )
    found = reproduce(recipe)
    assert not found.is_same
    assert {pair.name for pair in found.pairs if not pair.is_close} == {"log_loss", "accuracy"}


def test_what_has_moved_is_named_and_can_be_given(swept: Sweeper, tmp_path: Path):
    model = save_tiny("gpt2", tmp_path)
    _, folder = swept("", *USUAL, path=model)
    export(folder, tmp_path / "to", format="patch", point=POINT)
    moved = model.rename(tmp_path / "moved")
    with pytest.raises(ConfigError, match=r"no such folder.*--model PATH or --data PATH"):
        reproduce(tmp_path / "to")
    rows = (tmp_path / "rows.jsonl").rename(tmp_path / "others.jsonl")
    with pytest.raises(ConfigError, match=r"rows\.jsonl"):
        reproduce(tmp_path / "to", model=str(moved))
    assert reproduce(tmp_path / "to", model=str(moved), data=str(rows)).is_same
    lines = rows.read_text().splitlines()
    rows.write_text("\n".join([*lines[1:], lines[0]]) + "\n")
    with pytest.raises(ConfigError, match=r"the examples are not those of the sweep.*--data PATH"):
        reproduce(tmp_path / "to", model=str(moved), data=str(rows))
    (moved / "added_tokens.json").write_text("{}")
    with pytest.raises(ConfigError, match=r"the model's files are not those.*--model PATH"):
        reproduce(tmp_path / "to", model=str(moved), data=str(rows))


def test_what_is_no_recipe_is_told_in_a_line(
    command_in_process: Command, swept: Sweeper, tmp_path: Path
):
    refused(command_in_process("laser_sweep.reproduce", "nowhere"), "No such file")
    (tmp_path / "empty").mkdir()
    refused(command_in_process("laser_sweep.reproduce", "empty"), "No such file")
    _, folder = swept("gpt2", *USUAL)
    export(folder, tmp_path / "to", point=POINT)
    recipe = tmp_path / "to" / "recipe.json"
    changed(recipe, lambda content: content.update(evaluated=None, format=1))
    refused(command_in_process("laser_sweep.reproduce", "to"), "earlier version", "Export the")
    recipe.write_text("{")
    refused(command_in_process("laser_sweep.reproduce", "to"), "is not a recipe")
    helped = assert_success(command_in_process("laser_sweep.reproduce", "--help"))
    assert "--data PATH" in helped
