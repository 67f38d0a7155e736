"""Tasks of BIG-bench as they are published: any `task.json`, and those of the named datasets."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from support.commands import Command
from support.paper_datasets import some_rows
from support.row_files import write_jsonl
from support.tiny import asked

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import ANSWER, CHOICE, DATASETS, GENERATION, ExampleSet, load_dataset
from laser_sweep.errors import ConfigError

CHOOSE = [
    {"input": f"Is {n} even?", "target_scores": {"yes": (n + 1) % 2, "no": n % 2, "maybe": 0}}
    for n in range(6)
]
SAY = [{"input": f"The country of town {n} is ", "target": f"Land {n}"} for n in range(6)]


def task(folder: Path, examples: object, **fields: object) -> Path:
    """A `task.json` with the fields that the schema demands."""
    about = {"name": "n", "description": "d", "keywords": [], "metrics": ["multiple_choice_grade"]}
    path = folder / "task.json"
    path.write_text(json.dumps({"canary": "c", **about, **fields, "examples": examples}))
    return path


def load(path: Path, reader: str = "bigbench", family: str = "gptj", **options: Any) -> ExampleSet:
    config = DatasetConfig(reader=reader, path=str(path), **options)
    return load_dataset(config, asked(family))


def test_a_task_is_asked_with_the_prefixes_of_the_schema(tmp_path):
    loaded = load(task(tmp_path, CHOOSE))
    assert loaded.scoring.kind == CHOICE
    example = loaded.examples[1]
    assert example.prompt == ("Q: Is 1 even?\n  choice: maybe\n  choice: no\n  choice: yes\nA:")
    assert (example.answer, example.choices) == ("no", ("maybe", "no", "yes"))
    assert example.place == "example 2"
    assert load(tmp_path).examples == loaded.examples


def test_a_task_has_prefixes_of_its_own(tmp_path):
    own = {
        "task_prefix": "Say it.\n\n",
        "example_input_prefix": "Premise: ",
        "example_output_prefix": "\nRelation: ",
        "append_choices_to_input": False,
    }
    prompts = [each.prompt for each in load(task(tmp_path, CHOOSE, **own)).examples]
    assert prompts[0] == "Say it.\n\nPremise: Is 0 even?\nRelation:"
    masked = load(task(tmp_path, CHOOSE, **own), family="roberta").examples
    assert masked[0].prompt == "Say it.\n\nPremise: Is 0 even?\nRelation: <mask>"


def test_a_target_is_a_free_answer_or_a_list_of_accepted_ones(tmp_path):
    bare = {"example_input_prefix": "", "example_output_prefix": ""}
    examples = [*SAY, {"input": "x is", "target": ["a", "b", "a"]}, {"input": "5 is", "target": 5}]
    loaded = load(task(tmp_path, examples, **bare))
    assert loaded.scoring.kind == ANSWER
    assert (loaded.examples[0].prompt, loaded.examples[0].answer) == (
        "The country of town 0 is",
        "Land 0",
    )
    assert (loaded.examples[6].answer, loaded.examples[6].aliases) == ("a", ("b",))
    assert loaded.examples[7].answer == "5"
    assert load(tmp_path, scoring="generation").scoring.kind == GENERATION
    assert not load(task(tmp_path, CHOOSE), scoring="answer").examples[0].choices


def test_scores_may_be_decimal_and_several_may_be_the_largest(tmp_path):
    examples = [
        {"input": f"q{n}", "target_scores": {"a": 0.5, "b": 0.5, "c": 0.1, "d": -1}}
        for n in range(5)
    ]
    example = load(task(tmp_path, examples)).examples[0]
    assert (example.answer, example.aliases, len(example.choices)) == ("a", ("b",), 4)


def test_examples_of_a_cluster_have_a_column_or_the_start_of_their_input_in_common(tmp_path):
    texts = ["A tale. Is it so?", "A tale. Is it not?", "Another story. Is it so?"] * 2
    examples = [
        {"input": text, "target_scores": {"Yes": 1, "No": 0}, "comment": f"book {n // 2}"}
        for n, text in enumerate(texts)
    ]
    path = task(tmp_path, examples)
    sources = [each.cluster for each in load(path, cluster_by="comment").examples]
    assert sources == [f"book {n // 2}" for n in range(6)]
    stories = load(path, patterns={"input": r"^(?P<story>.{7})"}, cluster_by="story").examples
    assert [each.cluster for each in stories] == ["A tale.", "A tale.", "Another"] * 2
    assert [each.prompt for each in stories] == [each.prompt for each in load(path).examples]
    with pytest.raises(ConfigError, match=r"no column 'source'.*comment"):
        load(path, cluster_by="source")


def test_choices_that_are_whole_sentences_need_no_prompt(tmp_path):
    bare = {
        "example_input_prefix": "",
        "example_output_prefix": "",
        "append_choices_to_input": False,
    }
    examples = [
        {"input": "", "target_scores": {f"{n} fell.": 1, f"Fell {n}.": 0}} for n in range(5)
    ]
    example = load(task(tmp_path, examples, **bare)).examples[1]
    assert (example.prompt, example.seam, example.answer) == ("", "", "1 fell.")
    with pytest.raises(ConfigError, match="'inputs' is empty"):
        load(task(tmp_path, [{"input": "", "target": "x"}] * 5, **bare))


def test_a_task_may_be_compressed_and_rows_of_the_hub_are_read_too(tmp_path):
    path = tmp_path / "task.json.gz"
    path.write_bytes(gzip.compress(task(tmp_path, CHOOSE).read_bytes()))
    assert load(path).examples == load(tmp_path / "task.json").examples
    rows = [
        {
            "idx": n,
            "inputs": f"q{n}\nA:",
            "targets": ["x"],
            "multiple_choice_targets": ["x", "y"],
            "multiple_choice_scores": [1, 0],
        }
        for n in range(5)
    ]
    write_jsonl(tmp_path / "rows.jsonl", rows)
    example = load(tmp_path / "rows.jsonl").examples[4]
    assert (example.prompt, example.answer, example.choices) == ("q4\nA:", "x", ("x", "y"))


@pytest.mark.parametrize(
    ("examples", "message"),
    [
        ([{"input": "q"}] * 5, "example 1: expected 'target', or 'target_scores'.*it has input"),
        ([*SAY, {"target": "x"}], "example 7: no column 'input'; it has target"),
        ([*SAY, {"input": "q", "target": []}], "example 7: 'target' is an empty list"),
        ([*SAY, {"input": "q", "target": {"a": 1}}], "example 7: 'target' is .*expected text"),
        ([*SAY, 3], "example 7: no column 'input'; it has nothing"),
        ([*CHOOSE, SAY[0]], "example 7: it has no choices, which other examples have"),
        ([*CHOOSE, {"input": "q", "target_scores": {"a": 0, "b": 0}}], "example 7: .*larger score"),
        ([*CHOOSE, {"input": "q", "target_scores": {"a": 1}}], "example 7: .*larger score"),
        ([*CHOOSE, {"input": "q", "target_scores": {"a": "x", "b": 1}}], "example 7: expected 'ta"),
        ([], r"expected a task of BIG-bench.*its rows have nothing"),
        ({"a": 1}, "expected a JSON list of rows"),
    ],
)
def test_a_task_of_another_kind_is_refused_with_file_and_example(tmp_path, examples, message):
    with pytest.raises(ConfigError, match=rf"task\.json: {message}"):
        load(task(tmp_path, examples))


def test_a_file_that_is_no_task_is_refused(tmp_path):
    write_jsonl(tmp_path / "rows.jsonl", [{"question": "q", "answer": "a"}] * 5)
    with pytest.raises(
        ConfigError, match=r"rows\.jsonl: expected a task of BIG-bench.*question, an"
    ):
        load(tmp_path / "rows.jsonl")
    with pytest.raises(ConfigError, match=r"task_prefix is 3, expected text"):
        load(task(tmp_path, CHOOSE, task_prefix=3))
    with pytest.raises(ConfigError, match=r"nowhere\.json: there is no such file"):
        load(tmp_path / "nowhere.json")
    with pytest.raises(ConfigError, match=r"dataset\.answer=x is for rows of your own"):
        load(task(tmp_path, CHOOSE), answer="x")
    with pytest.raises(ConfigError, match=r"dataset\.path is not set"):
        load_dataset(DatasetConfig(reader="bigbench"), asked())


def of_the_hub(name: str, path: Path | None = None) -> list[tuple[str, str, tuple[str, ...]]]:
    config = DatasetConfig(reader=name, path=str(path or some_rows(name)))
    examples = DATASETS.load(name).load(config, asked()).examples
    return [(each.prompt, each.answer, each.choices) for each in examples]


def fixture(name: str) -> list[dict[str, Any]]:
    rows = [json.loads(line) for line in some_rows(name).read_text("utf-8").splitlines()]
    return sorted(rows, key=lambda row: row["split"] == "train")  # validation first


@pytest.mark.parametrize("name", ["epistemic_reasoning", "epistemic_reasoning_tf"])
def test_epistemic_reasoning_as_it_is_published_is_that_of_the_hub(name, tmp_path):
    start = fixture(name)[0]["inputs"].partition("Premise:")[0]
    examples = [
        {
            "input": row["inputs"].removeprefix(start).removesuffix("\nRelation:"),
            "target_scores": {
                label: int(label in row["targets"]) for label in ("entailment", "non-entailment")
            },
        }
        for row in fixture(name)
    ]
    own = {"example_input_prefix": "", "example_output_prefix": "\nRelation: "}
    path = task(tmp_path, examples, task_prefix=start, append_choices_to_input=False, **own)
    assert of_the_hub(name, path) == of_the_hub(name)


def test_causal_judgment_as_it_is_published_is_that_of_the_hub(tmp_path):
    start = "How would a typical person answer each of the following questions about causation?\n\n"
    examples = [
        {
            "input": row["inputs"].removeprefix(f"{start}\nQ: ").removesuffix("\nA:"),
            "target_scores": {label: int(label in row["targets"]) for label in ("Yes", "No")},
        }
        for row in fixture("causal_judgement")
    ]
    path = task(tmp_path, examples, task_prefix=start, append_choices_to_input=False)
    assert of_the_hub("causal_judgement", path) == of_the_hub("causal_judgement")
    examples[1]["target_scores"] = {"yes": 1, "no": 0}
    with pytest.raises(ConfigError, match=r"example 2: the answer is 'yes', expected one of 'Yes'"):
        of_the_hub("causal_judgement", task(tmp_path, examples))


def test_qa_wikidata_as_it_is_published_is_that_of_the_hub(tmp_path):
    examples = [{"input": row["inputs"], "target": row["targets"]} for row in fixture("wikidataqa")]
    path = task(tmp_path, examples, example_input_prefix="", example_output_prefix="")
    assert of_the_hub("wikidataqa", path) == of_the_hub("wikidataqa")


def test_web_of_lies_may_have_scores(tmp_path):
    rows = [json.loads(line) for line in some_rows("web_of_lies").read_text().splitlines()]
    examples = [
        {"input": row["input"], "target_scores": {w: int(w == row["target"].lower())
         for w in ("yes", "no")}}
        for row in rows
    ]  # fmt: skip
    assert of_the_hub("web_of_lies", task(tmp_path, examples)) == of_the_hub("web_of_lies")


def test_truthfulqa_is_read_in_every_shape_that_is_published(tmp_path):
    rows = [json.loads(line) for line in some_rows("truthfulqa").read_text().splitlines()]
    scored = [
        {
            "question": row["question"],
            "mc2_targets": dict(zip(*row["mc2_targets"].values(), strict=True)),
        }
        for row in rows
    ]
    path = tmp_path / "mc_task.json"
    path.write_text(json.dumps(scored))
    assert of_the_hub("truthfulqa", path) == of_the_hub("truthfulqa")
    bench = [{"input": each["question"], "target_scores": each["mc2_targets"]} for each in scored]
    task(tmp_path, bench).rename(tmp_path / "task_mc.json")
    assert of_the_hub("truthfulqa", tmp_path / "task_mc.json") == of_the_hub("truthfulqa")
    bench[1]["target_scores"]["x"] = 0.5
    path.write_text(json.dumps(bench))
    with pytest.raises(ConfigError, match=r"row 2: 'target_scores' has the labels .*0 and 1"):
        of_the_hub("truthfulqa", path)
    assert load(task(tmp_path, bench * 3)).scoring.kind == CHOICE


def test_the_command_reads_a_task(command_in_process: Command, tmp_path):
    path = task(tmp_path, CHOOSE)
    result = command_in_process("laser_sweep.dataset", "bigbench", f"dataset.path={path}")
    assert result.returncode == 0, result.stderr
    assert "6 examples" in result.stdout
    assert "labels  'maybe', 'no', 'yes'" in result.stdout
