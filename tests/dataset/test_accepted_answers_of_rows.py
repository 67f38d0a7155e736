"""Several accepted answers in a row, and scores of choices."""

from __future__ import annotations

import json

import pytest
from support.row_files import ROWS, WRITERS

from laser_sweep.dataset import ANSWER, Example, Scoring, fingerprint
from laser_sweep.errors import ConfigError

SQUAD = [
    {
        "id": f"s{n}",
        "context": f"Norrigate lies on the river Tamsin, {n} miles from the sea.",
        "question": "Where does it lie?",
        "answers": {"text": ["on the river Tamsin", "the Tamsin", "the Tamsin"],
                    "answer_start": [15, 22, 22]},
    }
    for n in range(5)
]  # fmt: skip
TRIVIA = [
    {"question": f"q{n}", "answer": {"value": f"Ada {n}", "aliases": ["A. Da", f"Ada {n}"]}}
    for n in range(5)
]
SCORED = [
    {"question": f"q{n}", "target_scores": {"red": 0, "blue": 1, "green": 0.5, f"n{n}": 0}}
    for n in range(5)
]


def accepted(examples):
    return [(example.answer, *example.aliases) for example in examples]


@pytest.mark.parametrize("ending", WRITERS)
def test_each_text_of_a_list_is_accepted_and_the_first_is_the_gold_answer(read, ending):
    options = {"prompt": "{context}\nQ: {question}", "answer": "answers.text"}
    found = read(SQUAD, ending, **options)
    assert set(accepted(found)) == {("on the river Tamsin", "the Tamsin")}


@pytest.mark.parametrize("ending", WRITERS)
def test_a_list_may_be_the_column_itself(read, ending):
    rows = [{"question": f"q{n}", "answer": ["Ada", " Ada L. ", "A"]} for n in range(5)]
    assert set(accepted(read(rows, ending))) == {("Ada", "Ada L.", "A")}
    assert set(accepted(read(rows, ending, answer="answer.1"))) == {("Ada L.",)}


@pytest.mark.parametrize("answer", ['{"x": 1, "y": 2}', "[1, 2]", "[a, b]", "[]", '{"x": "y"}'])
def test_a_text_that_holds_no_list_of_texts_is_the_answer_as_it_is(read, answer, caplog):
    rows = [{"question": f"q{n}", "answer": answer} for n in range(5)]
    assert set(accepted(read(rows))) == {(answer,)}
    assert "are read as lists" not in caplog.text


def test_a_text_that_is_read_as_a_list_is_warned_of(read, caplog):
    rows = [{"question": f"q{n}", "answer": '["x", "y"]'} for n in range(5)]
    assert set(accepted(read(rows))) == {("x", "y")}
    assert 'texts that hold a list, such as ["x", "y"], are read as lists' in caplog.text


def test_a_list_of_fields_is_the_list_of_one_of_them(read):
    rows = [
        {**row, "answers": [{"text": text} for text in row["answers"]["text"]]} for row in SQUAD
    ]
    found = read(rows, prompt="{context}", answer="answers.text")
    assert set(accepted(found)) == {("on the river Tamsin", "the Tamsin")}


def test_aliases_are_accepted_after_the_answer(read):
    found = read(TRIVIA, answer="answer.value", aliases="answer.aliases")
    assert accepted(found)[1] == ("Ada 1", "A. Da")
    found = read(TRIVIA, answer="answer.value", aliases=["answer.aliases", "the {answer.value}"])
    assert accepted(found)[1] == ("Ada 1", "A. Da", "the Ada 1")
    rows = [{**row, "more": ["", None] if n else '["x", "y"]'} for n, row in enumerate(ROWS)]
    assert accepted(read(rows, aliases="more"))[:2] == [("French", "x", "y"), ("three",)]


def test_further_answers_are_part_of_the_fingerprint():
    made = [
        Example("a", "b"),
        Example("a", "b", aliases=("c",)),
        Example("a", "b", aliases=("c", "d")),
        Example("a", "b", ("b", "c")),
    ]
    assert len({fingerprint([each], Scoring(ANSWER)) for each in made}) == len(made)


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([], "'answer' is an empty list, expected one accepted answer or more"),
        (["a", None], r"'answer' is None \(NoneType\), expected text"),
        (["a", " "], "'answer' is empty"),
        ([["a"]], r"'answer' is \['a'\] \(list\), expected text"),
        ({"a": "b"}, r"'answer' is \{'a': 'b'\} \(dict\), expected text"),
    ],
)
def test_accepted_answers_that_are_none_are_refused_with_the_row(read, answer, message):
    rows = [{"question": f"q{n}", "answer": ["a"]} for n in range(5)]
    rows[2]["answer"] = answer
    with pytest.raises(ConfigError, match=rf"questions\.jsonl: line 3: {message}"):
        read(rows)


@pytest.mark.parametrize("aliases", [3, ["a", 3], {"a": 1}, ["{{question}}"], "nowhere"])
def test_aliases_of_another_kind_are_refused(read, aliases):
    with pytest.raises(ConfigError, match=r"dataset\.aliases=|no column 'nowhere'"):
        read(ROWS, aliases=aliases)


@pytest.mark.parametrize("ending", WRITERS)
def test_scores_tell_the_choices_and_the_right_one(read, ending):
    rows = SCORED
    if ending == "csv":
        rows = [{**row, "target_scores": json.dumps(row["target_scores"])} for row in SCORED]
    for options in ({}, {"answer": "target_scores"}):
        found = read(rows, ending, choices="target_scores", **options)
        assert set(found[3].choices) == {"red", "blue", "green", "n3"}
        assert set(accepted(found)) == {("blue",)}


def test_several_choices_may_have_the_largest_score(read):
    rows = [{**row, "target_scores": {"a": 0.5, "b": 0.5, "c": 0}} for row in SCORED]
    assert set(accepted(read(rows, choices="target_scores"))) == {("a", "b")}


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("labels", [[0, 1, 0], [0.1, 0.9, 0.0], [False, True, False]])
def test_scores_may_be_a_list_beside_the_choices(read, ending, labels):
    rows = [
        {"question": f"q{n}", "mc": {"choices": [f"x{n}", "y", "z"], "labels": labels}}
        for n in range(5)
    ]
    found = read(rows, ending, choices="mc.choices", answer="mc.labels")
    assert set(accepted(found)) == {("y",)}


def test_accepted_answers_may_be_choices_by_text_or_key(read):
    rows = [
        {"question": f"q{n}", "choices": ["x", "y", "z"], "answer": ["z", "x"]} for n in range(5)
    ]
    assert set(accepted(read(rows))) == {("z", "x")}
    rows = [{**row, "answer": ["C", "A"]} for row in rows]
    assert set(accepted(read(rows, choice_keys=["A", "B", "C"]))) == {("z", "x")}


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([1, 0], r"'answer' is \[1, 0\], expected a score for each of the choices"),
        ([0, 0, 0], r"has the scores \[0, 0, 0\]: expected one choice or more with a larger"),
        ([1, 1, 1], "expected one choice or more with a larger score"),
        ({"x": 1, "w": 0}, "expected a score for each of the choices"),
        (["x", "w"], "the answer 'w' is not one of the choices"),
        (["x", "y", "z"], "makes all choices .* right"),
    ],
)
def test_scores_that_tell_no_choice_are_refused_with_the_row(read, answer, message):
    rows = [{"question": f"q{n}", "choices": ["x", "y", "z"], "answer": ["x"]} for n in range(5)]
    rows[1]["answer"] = answer
    with pytest.raises(ConfigError, match=rf"questions\.jsonl: line 2: .*{message}"):
        read(rows)
