"""The best-known benchmarks, each from invented rows of the shape in which it is published."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.commands import Command
from support.configs import composed
from support.parity_cases import PARITY
from support.row_files import write_jsonl
from support.tiny import asked

from laser_sweep.config import conf_folder
from laser_sweep.dataset import Example, load_dataset
from laser_sweep.errors import ConfigError

LETTERS = list("ABCDE")


def beside(n: int, count: int, keys: str = "ABCDE") -> dict[str, list[str]]:
    return {"text": [f"thing {n}.{k}" for k in range(count)], "label": list(keys[:count])}


def arc(n: int) -> dict[str, Any]:
    keys = "1234" if n == 1 else "ABCD"
    question = f"Which thing floats, {n}?"
    return {"id": f"X_{n}", "question": question, "choices": beside(n, 4, keys),
            "answerKey": keys[2]}  # fmt: skip


ARC = (
    arc,
    "Question: Which thing floats, 1?\nAnswer:",
    "thing 1.2",
    [f"thing 1.{k}" for k in range(4)],
)
OPTIONS = "\n".join(f"{letter}. thing 1.{k}" for k, letter in enumerate(LETTERS))
# For each benchmark a row by number; then of row 1 the prompt, the answer and the choices.
SHAPES: dict[str, tuple[Any, str, str, list[str]]] = {
    "mmlu": (
        lambda n: {"question": f"What is {n} + 2?", "subject": "elementary_mathematics",
                   "choices": [str(n + k) for k in range(4)], "answer": 2},
        "What is 1 + 2?\nA. 1\nB. 2\nC. 3\nD. 4\nAnswer:", "C", ["A", "B", "C", "D"],
    ),
    "arc_easy": ARC,
    "arc_challenge": ARC,
    "hellaswag": (
        lambda n: {"ind": n, "activity_label": "Rowing", "ctx_a": f"Boat {n} leaves.",
                   "ctx_b": "the crew", "ctx": f"Boat {n} leaves. the crew",
                   "endings": [f"rows {k}." for k in range(4)], "source_id": f"s{n}",
                   "split": "val", "split_type": "indomain", "label": str(n % 4)},
        "Rowing: Boat 1 leaves. the crew", "rows 1.", [f"rows {k}." for k in range(4)],
    ),
    "boolq": (
        lambda n: {"question": f"is garrow {n} a town", "answer": n % 2 == 1,
                   "passage": f"Garrow {n} is a town."},
        "Garrow 1 is a town.\nQuestion: is garrow 1 a town?\nAnswer:", "yes", ["no", "yes"],
    ),
    "piqa": (
        lambda n: {"goal": f"Dry boot {n}", "sol1": f"Wet it {n}.", "sol2": f"Warm it {n}.",
                   "label": n % 2},
        "Question: Dry boot 1\nAnswer:", "Warm it 1.", ["Wet it 1.", "Warm it 1."],
    ),
    "winogrande": (
        lambda n: {"sentence": f"The cup {n} did not fit the box because the _ was too big.",
                   "option1": "cup", "option2": "box", "answer": "1"},
        "The cup 1 did not fit the box because the", "cup was too big.",
        ["cup was too big.", "box was too big."],
    ),
    "commonsense_qa": (
        lambda n: {"id": f"c{n}", "question": f"Where is oar {n}?", "question_concept": "oar",
                   "choices": beside(n, 5), "answerKey": "E"},
        f"Question: Where is oar 1?\n{OPTIONS}\nAnswer:", "E", LETTERS,
    ),
    "openbookqa": (
        lambda n: {"id": f"o{n}", "question_stem": f"Rain {n} is", "choices": beside(n, 4),
                   "answerKey": "A"},
        "Rain 1 is", "thing 1.0", [f"thing 1.{k}" for k in range(4)],
    ),
    "sciq": (
        lambda n: {"question": f"What melts {n}?", "distractor1": "sand", "distractor2": "iron",
                   "distractor3": "clay", "correct_answer": "ice",
                   "support": f"Ice {n} melts." if n != 3 else ""},
        "Ice 1 melts.\nQuestion: What melts 1?\nAnswer:", "ice", ["sand", "iron", "clay", "ice"],
    ),
    "trivia_qa": (
        lambda n: {"question": f"Who rowed {n}?", "question_id": f"t{n}", "question_source": "x",
                   "entity_pages": {"title": [], "filename": []},
                   "answer": {"value": f"Ada Vos {n}", "aliases": [f"A. Vos {n}", f"Ada Vos {n}"],
                              "normalized_aliases": [f"ada vos {n}"], "type": "WikipediaEntity"}},
        "Question: Who rowed 1?\nAnswer:", "Ada Vos 1", [],
    ),
    "squad": (
        lambda n: {"id": f"q{n}", "title": "Garrow", "context": f"Garrow has {n} mills.",
                   "question": "How many mills?",
                   "answers": {"text": [f"{n}", f"{n} mills", f"{n}"],
                               "answer_start": [11, 11, 11]}},
        "Title: Garrow\n\nBackground: Garrow has 1 mills.\n\nQuestion: How many mills?\n\nAnswer:",
        "1", [],
    ),
    "gsm8k": (
        lambda n: {"question": f"A mill has {n} floors of 1,000 sacks. How many sacks?",
                   "answer": f"It has {n} * 1000 = <<{n}*1000={n}000>>{n}000.\n#### {n},000"},
        "Question: A mill has 1 floors of 1,000 sacks. How many sacks?\nAnswer:", "1,000", [],
    ),
    "lambada": (
        lambda n: {"text": f'Ada rowed {n} miles.\n"Where to?" asked Bruno as he took the oar'},
        'Ada rowed 1 miles.\n"Where to?" asked Bruno as he took the', "oar", [],
    ),
    "truthfulqa_mc1": (
        lambda n: {"question": f"Who founded town {n}?",
                   "mc1_targets": {"choices": ["Nobody.", "Ada.", "Bruno."], "labels": [0, 1, 0]},
                   "mc2_targets": {"choices": ["Nobody.", "Ada."], "labels": [0, 1]}},
        "Q: Who founded town 1?\nA:", "Ada.", ["Nobody.", "Ada.", "Bruno."],
    ),
}  # fmt: skip
ALIASES = {"trivia_qa": ("A. Vos 1",), "squad": ("1 mills",), "gsm8k": ("1000",)}


def rows_of(name: str) -> list[dict[str, Any]]:
    return [SHAPES[name][0](n) for n in range(6)]


def write_parquet(path: Path, rows: list[dict[str, Any]]) -> None:
    pq.write_table(pa.Table.from_pylist(rows), path)


def load(name: str, path: Path, *options: str, family: str = "gptj") -> list[Example]:
    config = composed(f"dataset={name}", f"dataset.path={path}", *options)
    return load_dataset(config.dataset, asked(family)).examples


def written(name: str, folder: Path, rows: list[dict[str, Any]] | None = None) -> Path:
    path = folder / "rows.jsonl"
    write_jsonl(path, rows or rows_of(name))
    return path


@pytest.mark.parametrize("write", [write_jsonl, write_parquet])
@pytest.mark.parametrize("name", SHAPES)
def test_rows_of_the_published_shape_are_asked_in_the_benchmarks_words(name, write, tmp_path):
    path = tmp_path / ("rows.jsonl" if write is write_jsonl else "rows.parquet")
    write(path, rows_of(name))
    _, prompt, answer, choices = SHAPES[name]
    example = load(name, path)[1]
    assert (example.prompt, example.answer) == (prompt, answer)
    assert example.choices == tuple(choices)
    assert example.aliases == ALIASES.get(name, ())


@pytest.mark.parametrize("name", SHAPES)
def test_without_a_file_the_rows_are_those_of_a_commit_on_the_hub(name):
    config = composed(f"dataset={name}").dataset
    assert (config.name, config.reader, config.path) == (name, "rows", None)
    assert config.hub
    assert config.split
    assert len(config.revision) == 40
    other = composed(f"dataset={name}", "dataset.split=train", "dataset.revision=main").dataset
    assert (other.hub, other.split, other.revision) == (config.hub, "train", "main")
    local = composed(f"dataset={name}", "dataset.path=rows.jsonl").dataset
    assert (local.hub, local.config, local.split, local.revision) == (None,) * 4
    assert local.name == name


@pytest.mark.parametrize("llm", ["gptj", "roberta"])
@pytest.mark.parametrize("name", SHAPES)
def test_a_model_is_evaluated_on_a_benchmark(
    name: str, llm: str, command_in_process: Command, tmp_path: Path
):
    result = command_in_process(
        "laser_sweep",
        f"model.path={PARITY / 'checkpoints' / llm}",
        f"dataset={name}",
        f"dataset.path={written(name, tmp_path)}",
        "intervention=none",
        "split=all",
        *(["dataset.new_tokens=8"] if llm == "roberta" and name == "gsm8k" else []),
    )
    assert result.returncode == 0, result.stderr
    assert list(tmp_path.glob(f"multirun/*/{name}/*/report.md"))


def test_every_benchmark_of_the_hub_is_tested():
    files = conf_folder().glob("dataset/*.yaml")
    assert {path.stem for path in files if "without_path" in path.read_text()} == set(SHAPES)


SPOILT: dict[str, tuple[dict[str, Any], str]] = {
    "mmlu": ({"answer": 4}, r"'answer' is 4, expected 0\.\.3"),
    "arc_challenge": ({"answerKey": "E"}, "'answerKey' is 'E', which is none of the keys"),
    "hellaswag": ({"label": ""}, "'label' is empty"),  # the test split has no labels
    "boolq": ({"answer": None}, r"'answer' is None"),
    "piqa": ({"label": -1}, "'label' is -1"),
    "winogrande": ({"sentence": "no gap"}, "'sentence' is 'no gap', in which dataset.patterns"),
    "openbookqa": ({"answerKey": "F"}, "'answerKey' is 'F', which is none of the keys"),
    "sciq": ({"correct_answer": ""}, "'correct_answer' is empty"),
    "trivia_qa": ({"answer": {"aliases": ["a"]}}, r"no column 'answer\.value'"),
    "squad": ({"answers": {"text": []}}, r"'answers\.text' is an empty list"),
    "gsm8k": ({"answer": "It is 3."}, "'answer' is 'It is 3.', in which dataset.patterns"),
    "lambada": ({"text": "word"}, "'text' is 'word', in which dataset.patterns does not find"),
    "truthfulqa_mc1": ({"mc1_targets": {"choices": ["a", "b"], "labels": [0, 0]}}, "larger score"),
}


@pytest.mark.parametrize("name", SPOILT)
def test_a_row_that_is_spoilt_is_told_with_file_and_line(name, tmp_path):
    values, message = SPOILT[name]
    rows = rows_of(name)
    rows[3] |= values
    with pytest.raises(ConfigError, match=rf"rows\.jsonl: line 4: .*{message}"):
        load(name, written(name, tmp_path, rows))


def test_files_of_the_authors_are_read_by_options_alone(tmp_path):
    stems = [
        {"id": f"i{n}", "answerKey": "B", "question": {"stem": f"Stem {n}?", "choices": [
            {"text": f"one {n}", "label": "A"}, {"text": f"two {n}", "label": "B"}]}}
        for n in range(5)
    ]  # fmt: skip
    options = (
        "dataset.prompt='{question.stem}'",
        "dataset.choices=question.choices.text",
        "dataset.choice_keys=question.choices.label",
    )
    example = load("arc_easy", written("", tmp_path, stems), *options)[2]
    assert (example.prompt, example.answer, example.choices) == (
        "Stem 2?",
        "two 2",
        ("one 2", "two 2"),
    )
    truthful = [
        {"question": f"q{n}", "mc1_targets": {"Yes.": 0, "No.": 1}, "mc2_targets": {}}
        for n in range(5)
    ]
    options = ("dataset.choices=mc1_targets", "dataset.answer=mc1_targets")
    example = load("truthfulqa_mc1", written("", tmp_path, truthful), *options)[0]
    assert (example.answer, example.choices) == ("No.", ("Yes.", "No."))


def test_rows_inside_of_rows_have_the_columns_of_those_around_them(tmp_path):
    article = {
        "title": "Garrow",
        "paragraphs": [
            {"context": f"Garrow has {n} mills.", "qas": [
                {"id": f"{n}{k}", "question": f"Q{k}?",
                 "answers": [{"text": f"{n}", "answer_start": 11}]} for k in range(3)]}
            for n in range(2)
        ],
    }  # fmt: skip
    path = written("", tmp_path, [article, {**article, "paragraphs": []}])
    options = ("dataset.record_path=paragraphs.qas",)
    examples = load("squad", path, *options)
    assert len(examples) == 6
    assert examples[4].prompt == (
        "Title: Garrow\n\nBackground: Garrow has 1 mills.\n\nQuestion: Q1?\n\nAnswer:"
    )
    assert examples[4].place == "line 1, paragraphs 2, qas 2"
    article["paragraphs"][1]["qas"] = 3  # type: ignore[index]
    with pytest.raises(ConfigError, match=r"line 1, paragraphs 2: 'qas' is 3, expected a list"):
        load("squad", written("", tmp_path, [article]), *options)
    with pytest.raises(ConfigError, match=r"record_path=paragraphs has no row"):
        load("squad", written("", tmp_path, [{"paragraphs": []}]), "dataset.record_path=paragraphs")


def test_unanswerable_questions_are_refused_with_the_row(tmp_path):
    rows = rows_of("squad")
    rows[5]["answers"] = {"text": [], "answer_start": []}
    with pytest.raises(ConfigError, match=r"line 6: 'answers\.text' is an empty list"):
        load("squad", written("squad", tmp_path, rows))
