"""Compositions: which edits a rule accepts, and the pass through the candidates."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from support.commands import SWEEP_FOLDER, Command, assert_one_line, assert_success

from laser_sweep import read_results
from laser_sweep.composition import RULES
from laser_sweep.config import ComposeConfig
from laser_sweep.statistics import Change, change
from laser_sweep.store.composition import ACCEPTED, read_composition

NOTHING = Change(accuracy=0.0, log_loss=0.0, z=0.0, p_value=1.0)
SWEEP = ("lnum=0,1,26,27", "lname=fc_in", "rho=0.01,0.5", "dataset.limit=600")


@pytest.mark.parametrize(
    ("rule", "z", "changes", "is_accepted"),
    [
        ("guarded", 2.0, {"z": -2.1, "log_loss": -0.1}, True),
        ("guarded", 2.0, {"z": -2.0, "log_loss": -0.1}, False),
        ("guarded", 3.0, {"z": -2.1, "log_loss": -0.1}, False),
        ("guarded", 2.0, {"z": -9.0, "log_loss": -0.1, "accuracy": -0.01}, False),
        ("guarded", 2.0, {"z": -2.1, "log_loss": -0.1, "accuracy": 0.01}, True),
        ("guarded", 2.0, {"z": 0.0, "accuracy": 0.2}, False),
        ("greedy", 2.0, {"accuracy": 0.01, "log_loss": 0.2}, True),
        ("greedy", 2.0, {"log_loss": -1e-9}, True),
        ("greedy", 2.0, {}, False),
        ("greedy", 2.0, {"accuracy": -0.01, "log_loss": -0.2}, False),
        ("significant", 3.0, {"z": -3.1, "accuracy": -0.01, "p_value": 0.3}, True),
        ("significant", 3.0, {"z": -3.1, "accuracy": -0.05, "p_value": 0.01}, False),
        ("significant", 3.0, {"z": -2.9}, False),
    ],
)
def test_rules(rule: str, z: float, changes: dict[str, float], is_accepted: bool):
    options = ComposeConfig(rule, z=z)
    assert RULES.load(rule).accepts(replace(NOTHING, **changes), options) is is_accepted


@pytest.fixture
def composed(tmp_path: Path, preloaded_sweep: Command) -> Path:
    assert_success(preloaded_sweep(*SWEEP, "compose=guarded"))
    return tmp_path / SWEEP_FOLDER


def test_the_path_follows_from_the_outcomes(composed: Path):
    found = read_composition(composed)
    record = json.loads((composed / "sweep.json").read_text())
    results = read_results(composed)
    validating = results[results["part"] == "validation"]
    single = validating[validating["point"].isin(record["points"])]
    means = single.assign(loss=-single["answer_logprob"] / single["answer_length"].astype(float))
    table = means.groupby("point", sort=False)[["correct", "loss"]].mean().drop("base")
    order = table.sort_values(["correct", "loss"], ascending=[False, True], kind="stable").index
    assert [trial.candidate for trial in found.trials] == list(order)
    stack: list[str] = []
    for trial in found.trials:
        if trial.outcome == "overlaps":
            matrix = trial.candidate.rpartition("-")[0]
            assert any(each.startswith(f"{matrix}-") for each in stack)
            continue
        names = ["+".join(sorted(each, key=_layer)) for each in (stack, [*stack, trial.candidate])]
        before, after = (validating[validating["point"] == (name or "base")] for name in names)
        expected = change(before, after)
        assert trial.z == pytest.approx(expected.z)
        assert trial.accuracy_change == pytest.approx(expected.accuracy)
        is_accepted = expected.z < -2 and expected.accuracy >= 0
        assert (trial.outcome == ACCEPTED) is is_accepted
        stack += [trial.candidate] if is_accepted else []
    assert found.point == "+".join(sorted(stack, key=_layer))
    assert len(stack) > 1


def _layer(name: str) -> int:
    return int(name.split("-")[1].removeprefix("l"))


def test_base_single_and_stack_are_tested_and_reported(composed: Path):
    found = read_composition(composed)
    selection = json.loads((composed / "selection.json").read_text())
    results = read_results(composed)
    tested = results[results["part"] == "test"]
    assert set(tested["point"]) == {"base", selection["chosen"]["point"], found.point}
    stack = tested[tested["point"] == found.point]
    composition = selection["composition"]
    assert composition["stack"]["test"]["accuracy"] == pytest.approx(stack["correct"].mean())
    base = tested[tested["point"] == "base"]
    difference = composition["against_base"]["accuracy"]["difference"]["value"]
    assert difference == pytest.approx(stack["correct"].mean() - base["correct"].mean())
    for name in ("report.md", "report.html"):
        text = (composed / name).read_text(encoding="utf-8")
        assert "compose=guarded tried 8 edits" in text
        assert all(trial.candidate in text for trial in found.trials)


def test_the_stack_is_a_row_of_the_leaderboard(
    composed: Path, tmp_path: Path, preloaded_command: Command
):
    output = assert_success(preloaded_command("laser_sweep.leaderboard"))
    assert "stack minus base" in output
    row = pd.read_csv(tmp_path / "multirun/leaderboard_stacks.csv").iloc[0]
    composition = json.loads((composed / "selection.json").read_text())["composition"]
    assert row["stack"] == pytest.approx(composition["stack"]["test"]["accuracy"])
    assert row["edits"] == len(read_composition(composed).accepted)
    for before, against in (("minus_base", "against_base"), ("minus_chosen", "against_chosen")):
        expected = composition[against]["accuracy"]["difference"]
        found = (row[before], row[f"{before}_low"], row[f"{before}_high"])
        assert found == pytest.approx(tuple(expected[name] for name in ("value", "low", "high")))
    assert "Stacks of edits" in (tmp_path / "multirun/leaderboard.html").read_text()


@pytest.mark.slow
def test_a_finished_sweep_is_composed_from_its_results(tmp_path: Path, preloaded_sweep: Command):
    assert_success(preloaded_sweep(*SWEEP))
    folder = tmp_path / SWEEP_FOLDER
    before = {path.name: path.stat().st_mtime_ns for path in (folder / "results").iterdir()}
    result = preloaded_sweep(*SWEEP, "compose=guarded")
    assert "9 points, 9 done, 0 to do" in assert_success(result)
    after = {path.name: path.stat().st_mtime_ns for path in (folder / "results").iterdir()}
    assert before.items() < after.items()
    written = (folder / "composition.json").stat().st_mtime_ns
    again = assert_success(preloaded_sweep(*SWEEP, "compose=guarded"))
    assert "nothing to compute" in again
    assert "compose=guarded tried" in again
    assert (folder / "composition.json").stat().st_mtime_ns == written
    # Another rule has another path, from the same outcomes.
    assert "compose=greedy tried" in assert_success(preloaded_sweep(*SWEEP, "compose=greedy"))
    assert "compose=" not in assert_success(preloaded_sweep(*SWEEP))


def test_the_stack_can_be_exported(composed: Path, tmp_path: Path, preloaded_command: Command):
    name = read_composition(composed).point
    result = preloaded_command(
        "laser_sweep.export", composed, "--to", tmp_path / "out", "--point", "stack"
    )
    assert_success(result)
    recipe = json.loads((tmp_path / "out" / "recipe.json").read_text())
    assert recipe["point"] == name


def test_the_test_part_has_no_influence_on_the_path(tmp_path: Path, preloaded_sweep: Command):
    rows = [
        {"question": f"Anna has {number} and", "answer": answer}
        for number, answer in enumerate(["red", "blue", "green", "cat", "dog"] * 30)
    ]
    paths = []
    for name, changed in (("one", "wine"), ("other", "soup")):
        given = [*rows[:75], *({**row, "answer": changed} for row in rows[75:])]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in given))
        output = assert_success(
            preloaded_sweep(
                f"dataset.path={name}.jsonl", "split.fraction=0.5", "dataset=rows",
                "lname=fc_in,fc_out", "lnum=20..27", "rho=0.01,0.5", "search=gradient",
                "search.keep=0.5", "compose=greedy", f"output={name}", "split=first20",
            )
        )  # fmt: skip
        assert "compose=greedy tried" in output
        (path,) = (tmp_path / name).rglob("composition.json")
        ranking = json.loads((path.parent / "ranking.json").read_text())
        paths.append((read_composition(path.parent).trials, ranking["changes"]))
    assert paths[0] == paths[1]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("compose=guarded", "split=kfold"), ("the very fold that is tested",)),
        (("compose=guarded", "split=all"), ("no validation part",)),
        (("compose=guarded", "lname=dont"), ("no edits to compose",)),
        (("compose=greedy", "compose.z=1"), ("compose=greedy does not read it", "guarded")),
        (("compose=greedyy",), ("greedyy", "greedy", "guarded", "none", "significant")),
        (("compose.candidates=0", "compose=guarded"), ("expected at least 1",)),
    ],
)
def test_mistakes_are_told(
    options: tuple[str, ...], words: tuple[str, ...], command_in_process: Command
):
    assert_one_line(command_in_process("laser_sweep", *SWEEP, *options), *words)
