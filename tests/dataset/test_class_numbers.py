"""Class numbers and truth values as answers: as a number or as text, in every format."""

from __future__ import annotations

import pytest
from support.row_files import WRITERS

from laser_sweep.errors import ConfigError


def rows(*answers: object) -> list[dict[str, object]]:
    return [{"question": f"q{n}", "answer": answer} for n, answer in enumerate(answers)]


def answers(examples) -> list[str]:
    return [example.answer for example in examples]


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("kind", [int, str])
def test_digits_that_are_no_label_are_a_class_number(read, ending, kind):
    given = rows(*map(kind, [0, 1, 1, 0, 1]))
    assert answers(read(given, ending, choices=["no", "yes"])) == ["no", "yes", "yes", "no", "yes"]
    with pytest.raises(
        ConfigError, match=r"5: 'answer' is 2, expected 0\.\.1, a label's number|6:"
    ):
        read(rows(*map(kind, [0, 1, 1, 0, 2])), ending, choices=["no", "yes"])


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize("kind", [int, str])
def test_digits_that_are_labels_are_these_labels(read, ending, kind):
    given = rows(*map(kind, [20, 10, 10, 30, 20]))
    found = read(given, ending, choices=["10", "20", "30"])
    assert answers(found) == ["20", "10", "10", "30", "20"]
    assert answers(read(rows(*map(kind, [0, 2, 1, 1, 0])), ending, choices=[0, 1, 2]))[1] == "2"


def test_texts_of_digits_are_labels_before_they_are_numbers(read):
    found = read(rows(*"12343"), "csv", choices=["1", "2", "3", "4"])
    assert answers(found) == list("12343")


@pytest.mark.parametrize("ending", WRITERS)
def test_rows_of_class_numbers_and_rows_of_labels_are_not_mixed(read, ending):
    given = rows(*"10000")
    for row, choices in zip(given, ["10", "ab", "ab", "ab", "ab"], strict=True):
        row["one"], row["two"] = choices
    # The first row has the label 1 or the label that stands at 1; the others can only be numbers.
    with pytest.raises(
        ConfigError, match=r"(line|row) \d has the number of a choice, and (line|row)"
    ):
        read(given, ending, choices=["{one}", "{two}"])


@pytest.mark.parametrize("answer", ["-1", "1.0", "01", " "])
def test_texts_that_are_nearly_a_class_number_are_refused(read, answer):
    with pytest.raises(ConfigError, match=r"line 1: .*(not one of the choices|is empty)"):
        read(rows(answer, *"0101"), choices=["no", "yes"])


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        (["no", "yes"], ["yes", "no"]),
        (["yes", "no"], ["yes", "no"]),
        (["Yes.", "No."], ["Yes.", "No."]),
        (["yes", "no", "maybe"], ["yes", "no"]),
        (["true", "false"], ["true", "false"]),
        (["1", "0"], ["1", "0"]),
        (["correct", "incorrect"], ["correct", "incorrect"]),
        (["right", "wrong"], ["right", "wrong"]),
        (["entailment", "not_entailment"], ["entailment", "not_entailment"]),
        (["acceptable", "unacceptable"], ["acceptable", "unacceptable"]),
        (["Yes, it is", "By no means"], ["Yes, it is", "By no means"]),
        (["nein", "ja"], ["ja", "nein"]),
    ],
)
@pytest.mark.parametrize("ending", WRITERS)
def test_truth_values_are_the_labels_that_say_so(read, ending, choices, expected):
    found = read(rows(True, False, True, True, False), ending, choices=choices)
    yes, no = expected
    assert answers(found) == [yes, no, yes, yes, no]


def test_of_two_other_labels_false_is_the_first_and_a_warning_says_so(read, caplog):
    read(rows(True, False, True, True, False), choices=["no", "yes"])
    assert "false is read as" not in caplog.text
    read(rows(True, False, True, True, False), choices=["nein", "ja"])
    assert "false is read as 'nein', true as 'ja'" in caplog.text


@pytest.mark.parametrize(
    "choices", [["red", "green", "blue"], ["yes", "correct", "no"], ["yes", "perhaps", "maybe"]]
)
def test_a_truth_value_that_no_label_says_is_refused(read, choices):
    with pytest.raises(ConfigError, match=r"line \d: 'answer' is (true|false), expected one label"):
        read(rows(True, False, True, True, False), choices=choices)


def test_truth_values_are_words_in_templates_answers_and_labels(read):
    given = [{**row, "labels": [True, False]} for row in rows(True, False, True, True, False)]
    assert read(given, prompt="{answer} or {question}?")[1].prompt == "false or q1?"
    assert answers(read(given)) == ["true", "false", "true", "true", "false"]
    assert read(given, choices="labels")[0].choices == ("true", "false")


def test_a_label_that_is_there_twice_is_one_label(read):
    given = [{**row, "choices": ["4", "a", "4", 5]} for row in rows("a", "4", "a", "a", "5")]
    assert read(given)[0].choices == ("4", "a", "5")
    numbered = [{**row, "choices": ["x", "y", "x", "z"]} for row in rows(3, 2, 1, 0, 3)]
    assert answers(read(numbered)) == ["z", "x", "y", "x", "z"]


def test_quotes_are_asked_for_where_yaml_makes_truth_values_of_labels(read):
    with pytest.raises(ConfigError, match=r"put the labels in quotes"):
        read(rows(*"01101"), "csv", choices=[False, True])
