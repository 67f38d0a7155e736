"""Keys by which answers name choices: `A` to `E`, `1` to `4`, a list of keys beside the choices."""

from __future__ import annotations

from typing import Any

import pytest
from support.row_files import WRITERS

from laser_sweep.errors import ConfigError


def arc(*keys: str, letters: str = "ABCD") -> list[dict[str, Any]]:
    """Rows of the shape of ARC."""
    return [
        {
            "id": f"r{n}",
            "question": f"Which is it, {n}?",
            "choices": {"text": [f"{word} {n}" for word in letters], "label": list(letters)},
            "answerKey": key,
        }
        for n, key in enumerate(keys)
    ]


BESIDE = {"choices": "choices.text", "choice_keys": "choices.label", "answer": "answerKey"}


@pytest.mark.parametrize("ending", [ending for ending in WRITERS if ending != "csv"])
def test_a_key_names_a_choice_of_the_list_beside_its_own(read, ending):
    rows = [*arc("B", "A", "D"), *arc("3", "1", letters="1234")]
    for n, row in enumerate(rows):
        row["id"] = n
    found = read(rows, ending, **BESIDE)
    assert [each.answer for each in found] == ["B 0", "A 1", "D 2", "3 0", "1 1"]
    assert found[0].choices == ("A 0", "B 0", "C 0", "D 0")


@pytest.mark.parametrize("ending", WRITERS)
def test_keys_may_be_the_same_for_all_rows(read, ending):
    rows = [
        {"sentence": f"s{n}", "option1": f"Ann {n}", "option2": f"Bob {n}", "answer": key}
        for n, key in enumerate("12212")
    ]
    options = {"prompt": "{sentence}", "choices": ["{option1}", "{option2}"]}
    found = read(rows, ending, **options, choice_keys=[1, 2])
    assert [each.answer for each in found] == ["Ann 0", "Bob 1", "Bob 2", "Ann 3", "Bob 4"]


def test_keys_beyond_the_choices_of_a_row_do_not_matter_unless_it_names_one(read):
    rows = [{"question": f"q{n}", "choices": ["x", "y", "z"][: 2 + n % 2], "answer": "B"}
            for n in range(5)]  # fmt: skip
    assert {each.answer for each in read(rows, choice_keys=list("ABCDE"))} == {"y"}
    rows[2]["answer"] = "C"
    with pytest.raises(ConfigError, match=r"line 3: 'answer' is 'C', which is none of the keys"):
        read(rows, choice_keys=list("ABCDE"))


def test_keys_tell_numbers_of_choices_from_choices_that_are_numbers(read):
    rows = [{"question": f"q{n}", "choices": ["1", "0", "3", "2"], "answer": 1} for n in range(5)]
    with pytest.raises(
        ConfigError, match=r"a label itself, expected text, or dataset\.choice_keys"
    ):
        read(rows)
    assert read(rows, choice_keys=[0, 1, 2, 3])[0].answer == "0"


def test_a_key_that_points_to_no_choice_is_refused(read):
    rows = arc("B", "A", "E", "A", "A")
    message = r"jsonl: line 3: 'answerKey' is 'E', which is none of the keys \['A', 'B', 'C', 'D'\]"
    with pytest.raises(ConfigError, match=message):
        read(rows, **BESIDE)
    with pytest.raises(ConfigError, match=r"line 1: the answer 'B' is not .*choice_keys"):
        read(rows, choices="choices.text", answer="answerKey")


@pytest.mark.parametrize("label", [["A", "B"], ["A", "B", "C", "C"], list("ABCDE"), "ABCD", None])
def test_keys_that_are_not_one_for_each_choice_are_refused(read, label):
    rows = arc("B", "A", "A", "A", "A")
    rows[2]["choices"]["label"] = label
    with pytest.raises(ConfigError, match=r"line 3: 'choices\.label' is "):
        read(rows, **BESIDE)


@pytest.mark.parametrize("keys", [["A", "A"], [["A"]], {"A": 1}, 3])
def test_keys_of_another_kind_are_refused(read, keys):
    with pytest.raises(ConfigError, match=r"dataset\.choice_keys="):
        read(arc(*"BAAAA"), choices="choices.text", answer="answerKey", choice_keys=keys)


def test_keys_without_choices_are_refused(read):
    with pytest.raises(ConfigError, match=r"keys of choices, but there are no choices"):
        read(arc(*"BAAAA"), choices=None, answer="answerKey", choice_keys=["A", "B"])
