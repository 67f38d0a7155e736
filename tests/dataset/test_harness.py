"""Tasks of EleutherAI's harness: outcomes are the harness's own, document by document."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from unittest import mock

import pandas as pd
import pytest
from support.commands import Command, assert_one_line, assert_success, run_command
from support.harness_tasks import LANDS, TASKS, of_harness, save_model, write_tasks

from laser_sweep import read_results
from laser_sweep.dataset._harness.installation import check_installation
from laser_sweep.errors import ConfigError

POINT = "fc_in-l1-rho0.1"
OTHERS = {"0.4.9.2": "0.4", "0.5.0.dev1": "0.5"}
"""Other versions of the harness, each with its line of versions."""


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a model."""
    folder = tmp_path_factory.mktemp("taught") / "model"
    save_model(folder)
    return folder


@pytest.fixture
def folder(tmp_path: Path, model: Path) -> Path:
    """A folder with tasks and a model."""
    write_tasks(tmp_path / "tasks", "0.4")
    (tmp_path / "model").symlink_to(model)
    return tmp_path


def options(task: str) -> list[str]:
    return ["model.path=model", "dataset=lm_eval", f"dataset.task={task}", "dataset.path=tasks"]


GRID = ("lname=fc_in", "lnum=1", "rho=0.1")


def sweep_all(folder: Path, packages: str = "", *given: str) -> None:
    cut = "dataset.too_long=truncate_left"
    command = [*options(",".join(TASKS)), *GRID, "split.test=all", cut, *given]
    done = run_command(folder, "laser_sweep", "-m", *command, packages=packages)
    assert_success(done)


def assert_same(found: pd.DataFrame, wanted: list[dict]) -> None:
    """Every document has the harness's metrics, texts and log-likelihoods."""
    assert len(found) == len(wanted) == 16
    for outcome, document in zip(found.to_dict("records"), wanted, strict=True):
        assert outcome["example"] == document["doc_id"]
        if "exact_match" in document:
            assert outcome["correct"] == bool(document["exact_match"])
            assert outcome["prediction"] == document["resps"][0][0]
            continue
        lls = [request[0][0] for request in document["resps"]]
        ours = outcome["choice_logprobs"]
        ours = [outcome["answer_logprob"]] if ours is None else list(ours)
        assert ours == pytest.approx(lls[: len(ours)], abs=1e-4)
        for metric in {"acc", "acc_norm"} & set(document):
            given = outcome["correct"] if pd.isna(outcome["acc"]) else outcome[metric]
            assert bool(given) == bool(document[metric])


def outcomes(folder: Path, task: str, point: str) -> pd.DataFrame:
    results = read_results(folder / "multirun" / "model" / task / "rank_reduction")
    return results[results["point"] == point].sort_values("example").astype(object)


def installed(folder: Path, version: str) -> str:
    """A folder with another version of the harness."""
    target, name = folder / "packages", f"lm_eval=={version}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps"]
    subprocess.run([*command, "--target", str(target), name], check=True)
    return str(target)


@pytest.mark.slow
def test_base_and_edit_have_the_outcomes_of_the_harness(folder: Path):
    sweep_all(folder)
    sweep = Path("multirun/model/local_choice/rank_reduction")
    edited = ["--to", "edited", "--point", POINT]
    assert_success(run_command(folder, "laser_sweep.export", sweep, *edited))
    for point, model in (("base", "model"), (POINT, "edited")):
        wanted = of_harness(folder / model, folder / "tasks")
        for task in TASKS:
            assert_same(outcomes(folder, task, point), wanted[task])


@pytest.mark.slow
def test_outcomes_in_a_chat_template_are_those_of_the_harness(folder: Path):
    # The contexts of this task are lists, which no template takes.
    (folder / "tasks" / "local_contexts.yaml").unlink()
    tasks = [task for task in TASKS if task != "local_contexts"]
    sweep_all(folder, "", f"dataset.task={','.join(tasks)}", "dataset.chat_template=true")
    wanted = of_harness(folder / "model", folder / "tasks", chat=True, names=tasks)
    for task in tasks:
        assert_same(outcomes(folder, task, "base"), wanted[task])


@pytest.mark.slow
@pytest.mark.parametrize(("version", "line"), OTHERS.items())
def test_other_versions_of_the_harness_have_the_same_outcomes(
    tmp_path: Path, model: Path, version: str, line: str
):
    write_tasks(tmp_path / "tasks", line)
    (tmp_path / "model").symlink_to(model)
    packages = installed(tmp_path, version)
    sweep_all(tmp_path, packages)
    # The models of version 0.4.9 do not load transformers 5; the requests are those of its line.
    by = "" if line == "0.4" else packages
    wanted = of_harness(tmp_path / "model", tmp_path / "tasks", by)
    for task in TASKS:
        assert_same(outcomes(tmp_path, task, "base"), wanted[task])


def test_a_task_is_swept_and_reported(folder: Path, preloaded_sweep: Command):
    command = [*options("local_choice"), "dataset.metric=acc_norm", *GRID]
    output = assert_success(preloaded_sweep(*command))
    assert "Report: " in output
    sweep = folder / "multirun" / "model" / "local_choice" / "rank_reduction"
    results = read_results(sweep)
    assert (results["correct"] == results["acc_norm"]).all()
    report = (sweep / "report.md").read_text()
    assert "task version 3.0, shots: 2, scored by acc_norm" in report
    assert "nothing to compute" in assert_success(preloaded_sweep(*command))


def test_another_list_of_filters_is_applied(folder: Path, sweep_in_process: Command):
    asked = [*options("local_filtered"), *GRID, "split=all", "dataset.filter='last letters'"]
    assert_success(sweep_in_process(*asked))
    results = outcomes(folder, "local_filtered", "base")
    said = results["prediction"].str[-2:]
    first_letters = pd.Series(list(LANDS.values()), index=results.index).str[:2]
    assert (results["correct"] == (said == first_letters)).all()


def test_the_command_of_datasets_shows_requests(folder: Path, preloaded_command: Command):
    shown = assert_success(
        preloaded_command(
            "laser_sweep.dataset", "lm_eval", "dataset.task=local_contexts", "dataset.path=tasks"
        )
    )
    assert "a choice between labels, by the harness's acc" in shown
    assert "labels  'the capital of Italy is', 'the capital of France is'" in shown
    assert "is' + ' ' + 'Paris'" in shown


@pytest.mark.parametrize(
    ("given", "fragments"),
    [
        (["dataset.task=local_choic"], ["Unknown task 'local_choic'", "'local_choice'"]),
        (["dataset.task=mmlu"], ["is a group of tasks", "such as mmlu_"]),
        (["dataset.task=arc_easy"], ["dataset.task=arc_easy: it cannot be loaded", "network"]),
        (["dataset.task=local_choice", "dataset.metric=f1"], ["expected acc or acc_norm"]),
        (["dataset.task=local_choice", "dataset.scoring=answer"], ["dataset.scoring=answer"]),
        (["dataset.task=local_choice", "dataset.filter=a"], ["generates no text"]),
        (["dataset.task=local_filtered", "dataset.filter=a"],
         ["it has first letters, last letters"]),
        (["dataset.task=local_choice", "dataset.shots_path=tasks/train.jsonl", "dataset.shots=1"],
         ["dataset.shots_path=tasks/train.jsonl: dataset=lm_eval has prompts of its own"]),
        (["dataset.task=local_choice", "protocol=paper"], ["not protocol=paper"]),
        (["dataset.task=local_choice", "dataset.system_prompt=Hm"], ["dataset.chat_template=true"]),
        (["dataset.task=local_choice", "dataset.limit=2"], ["expected at least 5"]),
        ([], ["dataset.task is not set"]),
    ],
)  # fmt: skip
def test_a_mistake_is_one_line(
    given: list[str], fragments: list[str], folder: Path, sweep_in_process: Command
):
    asked = ["model.path=model", "dataset=lm_eval", "dataset.path=tasks", *given]
    assert_one_line(sweep_in_process(*asked, *GRID), *fragments)


@pytest.mark.parametrize(
    ("change", "fragments"),
    [
        ("output_type: loglikelihood_rolling", ["its output_type is loglikelihood_rolling"]),
        ("process_results: !function contexts.doc_to_text", ["a function of its own"]),
        ("metric_list:\n  - metric: mcc", ["its metrics are mcc", "dataset.metric=acc"]),
        ("num_fewshot: 2\nfewshot_split: test", ["2 shots are drawn from the evaluated documents"]),
        ('doc_to_target: "{{land}}"', ["the right choice is 'France'"]),
        ('doc_to_choice: "{{[city]}}"\ndoc_to_target: 0', ["has 1 choices, expected two or more"]),
        ("doc_to_text: '{{missing}}'", ["it cannot be loaded: 'missing' is undefined"]),
        ("""doc_to_text: '{{ {"France": "x"}[land] + "y" }}'\nnum_fewshot: 0""",
         ["the harness cannot make its requests"]),
        (GENERATED := "output_type: generate_until\nmetric_list:\n  - metric: exact_match\n"
         "generation_kwargs:\n  do_sample: true\n  temperature: 0.7", ["have do_sample"]),
        (GENERATED.replace("  do_sample: true\n", "").replace("temperature: 0.7", "top_k: 3"),
         ["have top_k"]),
        ("output_type: generate_until\nmetric_list:\n  - metric: exact_match\nfilter_list:\n"
         "  - name: a\n    filter:\n      - function: majority_vote",
         ["it has the filters majority_vote"]),
    ],
)  # fmt: skip
def test_a_task_that_cannot_be_scored_is_refused_by_name(
    change: str, fragments: list[str], folder: Path, sweep_in_process: Command
):
    task = folder / "tasks" / "local_choice.yaml"
    changed = {line.partition(":")[0] for line in change.splitlines() if line[0] not in " -"}
    kept, keeps = [], True
    for line in task.read_text().splitlines():
        if line[:1] not in (" ", "-", ""):
            keeps = line.partition(":")[0] not in changed
        kept += [line] if keeps else []
    task.write_text("\n".join([*kept, change]))
    assert_one_line(sweep_in_process(*options("local_choice"), *GRID), *fragments)


@pytest.mark.parametrize(
    ("found", "fragment"),
    [
        ("0.4.8", "lm_eval 0.4.8 is installed, expected 0.4.9 or newer"),
        ("0.6.0", "older than 0.6"),
        (None, "is not installed; pip install 'laser_sweep[lm-eval]'"),
    ],
)
def test_another_version_of_the_harness_is_refused(found: str | None, fragment: str):
    def version(name: str) -> str:
        if found is None:
            raise PackageNotFoundError(name)
        return found

    with (
        mock.patch("laser_sweep.dataset._harness.installation.version", version),
        pytest.raises(ConfigError, match=re.escape(fragment)),
    ):
        check_installation()


def test_documents_that_shots_are_drawn_from_are_left_out(folder: Path, preloaded_sweep: Command):
    tasks = folder / "tasks"
    with (tasks / "train.jsonl").open("a") as file:
        file.write("".join((tasks / "test.jsonl").read_text().splitlines(keepends=True)[:2]))
    result = preloaded_sweep(*options("local_choice"), *GRID, "split=all")
    assert_success(result)
    assert "2 documents are left out" in result.stdout + result.stderr
    sweep = folder / "multirun" / "model" / "local_choice" / "rank_reduction"
    assert set(read_results(sweep)["example"]) == set(range(14))
