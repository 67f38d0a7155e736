"""Side effects: base and chosen on datasets that had no part in the choice."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.commands import Command, assert_one_line, assert_success, bytes_of
from support.saved_models import write_rows

from laser_sweep import read_results
from laser_sweep.statistics import compare

FOLDER = Path("multirun/demo/noisy_facts/rank_reduction")
SWEEP = ("lname=fc_in", "lnum=26,27", "rate=9.9", "dataset.limit=200")
TEXTS = "{dataset: rows, path: texts.jsonl, scoring: perplexity}"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A file of documents."""
    path = tmp_path / "texts.jsonl"
    people = ("Hioprurk", "Prucos", "Bromeath", "Stearon", "Muwal", "Quupux")
    write_rows(path, [{"text": f"The instrument of {name} is the piano."} for name in people])
    return path


def on(folder: Path, dataset: str) -> Path:
    return folder / FOLDER / "also/demo" / dataset / "rank_reduction"


def made(folder: Path) -> dict:
    return json.loads((folder / FOLDER / "selection.json").read_text())


def test_base_and_chosen_alone_are_evaluated_on_other_datasets(sweep_in_process, texts, tmp_path):
    done = sweep_in_process("-m", *SWEEP, f"also=[{{dataset: clean_facts, limit: 50}},{TEXTS}]")
    assert_success(done)
    chosen = made(tmp_path)["chosen"]["point"]
    report = (tmp_path / FOLDER / "report.md").read_text()
    found = {each["dataset"]: each for each in made(tmp_path)["also"]}
    for dataset, examples, measure in (("clean_facts", 50, "accuracy"), ("texts", 6, "perplexity")):
        results = read_results(on(tmp_path, dataset))
        assert set(results["point"]) == {"base", chosen}
        rows = {point: results[results["point"] == point] for point in ("base", chosen)}
        assert all(len(each) == examples for each in rows.values())
        wanted = compare(rows["base"], rows[chosen])
        assert found[dataset]["measure"] == measure
        assert found[dataset]["comparison"]["p_value"] == wanted.p_value
        figure = found[dataset]["comparison"][measure]["chosen"]["value"]
        assert figure == pytest.approx(wanted.headline.chosen.value)
        assert wanted.verdict.text in done.stdout
        assert f"| {dataset}" in report
    page = (tmp_path / FOLDER / "report.html").read_text()
    assert "Side effects" in page


@pytest.mark.slow
def test_outcomes_elsewhere_are_those_of_a_sweep_of_that_dataset(sweep_in_process, tmp_path):
    assert_success(sweep_in_process("-m", *SWEEP, "also=clean_facts"))
    alone = ("dataset=clean_facts", "split=all", "output=alone")
    assert_success(sweep_in_process("-m", *SWEEP[:3], *alone))
    elsewhere = read_results(on(tmp_path, "clean_facts"))
    sweep = read_results(tmp_path / "alone/demo/clean_facts/rank_reduction")
    for point in elsewhere["point"].unique():
        ours, theirs = (each[each["point"] == point] for each in (elsewhere, sweep))
        assert list(ours["answer_logprob"]) == list(theirs["answer_logprob"])
        assert list(ours["prediction"]) == list(theirs["prediction"])


def test_the_choice_and_its_results_do_not_depend_on_other_datasets(sweep_in_process, tmp_path):
    assert_success(sweep_in_process("-m", *SWEEP))
    before, files = made(tmp_path), bytes_of(tmp_path / FOLDER)
    assert_success(sweep_in_process("-m", *SWEEP, "also=clean_facts"))
    after = made(tmp_path)
    assert bytes_of(tmp_path / FOLDER) == files
    assert (after["chosen"], after["comparison"]) == (before["chosen"], before["comparison"])
    assert before["also"] == []


def test_a_repeated_command_evaluates_nothing_again(sweep_in_process, texts, tmp_path):
    command = ("-m", *SWEEP, f"also=[{TEXTS}]")
    assert_success(sweep_in_process(*command))
    times = {path: path.stat().st_mtime_ns for path in on(tmp_path, "texts").rglob("*.parquet")}
    again = sweep_in_process(*command)
    assert_success(again)
    assert "Also on texts" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in times} == times
    # A file that has changed since is evaluated.
    write_rows(texts, [{"text": f"The opinion of {name} is good."} for name in "abcdefgh"])
    assert_success(sweep_in_process(*command))
    assert len(read_results(on(tmp_path, "texts"))["example"].unique()) == 8


def test_a_lost_result_elsewhere_is_computed_again(sweep_in_process, texts, tmp_path):
    command = ("-m", *SWEEP, f"also=[{TEXTS}]")
    assert_success(sweep_in_process(*command))
    lost = next(on(tmp_path, "texts").glob("results/fc_in*.parquet"))
    lost.unlink()
    assert_success(sweep_in_process(*command))
    assert lost.exists()


def test_the_stack_is_evaluated_elsewhere_too(sweep_in_process, texts, tmp_path):
    assert_success(sweep_in_process("-m", *SWEEP, f"also=[{TEXTS}]", "compose=greedy"))
    stack = json.loads((tmp_path / FOLDER / "composition.json").read_text())["point"]
    models = {each["model"]: each["point"] for each in made(tmp_path)["also"]}
    assert models["chosen"] == made(tmp_path)["chosen"]["point"]
    assert "+" in stack
    assert models["stack"] == stack


def test_results_elsewhere_are_no_sweep_of_their_own(preloaded_command: Command, texts, tmp_path):
    assert_success(preloaded_command("laser_sweep", "-m", *SWEEP, f"also=[{TEXTS}]"))
    listed = preloaded_command("laser_sweep.leaderboard", "multirun")
    assert_success(listed)
    assert "texts" not in listed.stdout
    exported = preloaded_command("laser_sweep.export", FOLDER, "--to", "exported")
    assert_success(exported)
    card = (tmp_path / "exported/README.md").read_text()
    assert "| texts" in card
    assert "has not been measured" not in card


@pytest.mark.parametrize(
    ("also", "words"),
    [
        ("noisy_fact", ["noisy_facts", "clean_facts"]),
        ("[noisy_facts]", ["also=noisy_facts", "the sweep itself"]),
        ("[{dataset: noisy_facts, limit: 200, name: other}]", ["also=other", "the sweep itself"]),
        ("[clean_facts,clean_facts]", ["two datasets", "clean_facts"]),
        ("[{dataset: clean_facts, limt: 3}]", ["limt", "limit"]),
        ("[{path: nowhere.jsonl}]", ["also=nowhere", "there is no such file"]),
        ("[{dataset: clean_facts, target_delimiter: ''}]", ["also=clean_facts"]),
        ("3", ["also=3", "expected a list of datasets"]),
        ("[3]", ["also has 3", "expected a list of datasets"]),
    ],
)
def test_bad_datasets_are_refused_in_one_line(preloaded_sweep, also, words):
    assert_one_line(preloaded_sweep("-m", *SWEEP, f"also={also}"), *words)


def test_a_further_dataset_may_stand_in_a_folder_of_ones_own(sweep_in_process, texts, tmp_path):
    (tmp_path / "mine/dataset").mkdir(parents=True)
    (tmp_path / "mine/dataset/people.yaml").write_text(f"path: {texts}\nscoring: perplexity\n")
    for folder in (["--config-dir", "mine"], [f"hydra.searchpath=[file://{tmp_path}/mine]"]):
        done = sweep_in_process(*folder, *SWEEP, "also=[people]", "dry_run=true")
        assert "base and chosen on texts (6) examples" in assert_success(done)
