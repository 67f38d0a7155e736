"""`dataset.target_delimiter` on the command line: figures, names of results, and what is shown."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from pandas import DataFrame
from support.commands import Result, assert_one_line, assert_success, run_in_process
from support.locked import of_lock
from support.saved_models import ROWS, save_tiny, write_rows
from support.seams import save_chinese

from laser_sweep import read_results

BASE = ("lname=dont", "split=all")
CHINESE = ("model.path=zh", *BASE)
USUAL = "base.0-4.093dbbd7.parquet"
"""The result file of the tiny model before there was the option."""
TINY = ("model.path=tiny", "dataset.path=rows.jsonl", *BASE)


@pytest.fixture(scope="module")
def chinese(tmp_path_factory) -> Path:
    """A folder with a model that knows six capitals in Chinese, and with rows."""
    folder = tmp_path_factory.mktemp("chinese")
    save_chinese(folder)
    return folder


def sweep(folder: Path, *options: str) -> Result:
    return run_in_process(folder, "laser_sweep", *options)


def results_of(output: Path) -> DataFrame:
    """The results of the one sweep below a folder."""
    (record,) = output.rglob("sweep.json")
    return read_results(record.parent)


def accuracy(folder: Path, output: str, *options: str) -> float:
    """The accuracy of the base model."""
    assert_success(sweep(folder, *CHINESE, f"output={output}", *options))
    results = results_of(folder / output)
    assert len(results) == 6
    return results["correct"].mean()


@pytest.mark.parametrize(
    "options",
    [
        ("dataset.path=zh.jsonl",),
        ("dataset.path=zh_choice.jsonl",),
        ("dataset.path=zh.jsonl", "dataset.scoring=generation", "dataset.new_tokens=12"),
        ("dataset.path=zh.jsonl", "dataset.target_delimiter="),
        ("dataset.path=zh_choice.jsonl", "dataset.target_delimiter=''"),
    ],
    ids=["answer", "choice", "generation", "answer_after_nothing", "choice_after_nothing"],
)
def test_a_model_that_knows_all_capitals_is_right_on_all(chinese, options, request):
    assert accuracy(chinese, request.node.callspec.id, *options) == 1.0


def test_a_space_that_no_text_has_makes_the_model_wrong(chinese):
    # The shell takes the quotes of dataset.target_delimiter=' '.
    space = ("dataset.path=zh.jsonl", "dataset.target_delimiter= ")
    assert accuracy(chinese, "space", *space) == 0.0


def names(folder: Path, output: str, *options: str) -> list[str]:
    """The names of the result files, which have the digest of the results' identity."""
    assert_success(sweep(folder, *TINY, f"output={output}", *options))
    return sorted(path.name for path in (folder / output).rglob("results/*"))


@of_lock("torch", "transformers", "tokenizers")
def test_the_delimiter_is_in_the_names_of_the_results_unless_it_is_the_usual_one(tmp_path):
    save_tiny(tmp_path)
    usual = names(tmp_path, "a")
    assert usual == [USUAL]
    assert names(tmp_path, "b", "dataset.target_delimiter=auto") == usual
    full_stop = names(tmp_path, "c", "dataset.target_delimiter='. '")
    assert full_stop != usual


def test_special_tokens_of_the_prompts_own_are_in_the_names_of_the_results(tmp_path):
    save_tiny(tmp_path)
    usual = names(tmp_path, "a")
    own = names(tmp_path, "b", "dataset.prompt='<s> {question}'")
    assert own != usual
    frames = [results_of(tmp_path / output) for output in "ab"]
    # The tokens are the same: Llama's tokenizer adds <s> where the prompt has none.
    assert frames[0]["answer_logprob"].tolist() == frames[1]["answer_logprob"].tolist()


def test_a_sweep_of_an_earlier_version_is_looked_at_again(tmp_path):
    save_tiny(tmp_path)
    first = names(tmp_path, "a")
    (record,) = (tmp_path / "a").rglob("sweep.json")
    written = record.read_text()
    record.write_text(written.replace('"a space": 5', ""))
    assert record.read_text() != written
    assert names(tmp_path, "a") == first
    assert record.read_text() == written


def shown(folder: Path, *options: str) -> str:
    """What the dataset's command prints."""
    return assert_success(run_in_process(folder, "laser_sweep.dataset", "rows", *options))


def test_the_datasets_command_says_and_shows_the_delimiter(chinese):
    of = partial(shown, chinese, "model.path=zh", "dataset.path=zh.jsonl", "--first", "1")
    printed = of()
    assert "Between prompt and answer: nothing\n" in printed
    assert "   seam    '法国的首都是' + '巴黎'\n" in printed
    assert "Between prompt and answer: a space\n" in of("dataset.target_delimiter= ")
    printed = of(r"dataset.target_delimiter=\n")
    assert r"Between prompt and answer: '\n'" in printed
    assert r"   seam    '法国的首都是' + '\n' + '巴黎'" in printed


def test_the_datasets_command_counts_delimiters_that_differ(tmp_path):
    prompts = ["法国的首都是", *(row["question"] for row in ROWS), "Anna said (<|user|>"]
    write_rows(tmp_path / "rows.jsonl", [{"question": each, "answer": "x"} for each in prompts])
    printed = shown(tmp_path, "dataset.path=rows.jsonl", "--first", "2")
    # Without a model, no special tokens are known.
    assert "Between prompt and answer: a space in 6 examples, nothing in 1\n" in printed
    assert "   seam    'Anna speaks' + ' ' + 'x'\n" in printed


def test_a_delimiter_that_is_no_text_is_one_line(tmp_path):
    save_tiny(tmp_path)
    result = sweep(tmp_path, *TINY, "dataset.target_delimiter=null")
    assert_one_line(result, "dataset.target_delimiter")
