"""Columns that regular expressions take out of other columns."""

import pytest
from support.row_files import ROWS, WRITERS

from laser_sweep.errors import ConfigError

STEPS = [
    {"question": f"q{n}", "answer": f"So it is {n}.\n#### {n}", "size": n + 0.5} for n in range(5)
]
NUMBER = {"answer": r"####\s*(?P<number>.+)"}


@pytest.mark.parametrize("ending", WRITERS)
def test_a_named_group_is_a_column(read, ending):
    found = read(STEPS, ending, patterns=NUMBER, answer="number", prompt="{question} {number}:")
    assert [(each.prompt, each.answer) for each in found] == [
        (f"q{n} {n}:", str(n)) for n in range(5)
    ]


def test_a_number_is_searched_as_it_is_written_and_a_path_may_be(read):
    patterns = {"size": r"(?P<whole>\d+)\.(?P<rest>\d)(?P<none>x)?"}
    found = read(STEPS, patterns=patterns, answer="rest", prompt="{whole}{none?}?")
    assert (found[3].prompt, found[3].answer) == ("3?", "5")
    rows = [{"q": {"text": f"a b{n}"}} for n in range(5)]
    found = read(rows, patterns={"q.text": r"(?P<start>\S+) (?P<end>\S+)"}, prompt="{q.text}",
                 answer="end")  # fmt: skip
    assert found[4].answer == "b4"


def test_a_pattern_that_is_not_found_is_told_with_the_row(read):
    rows = [*STEPS[:2], {**STEPS[2], "answer": "So it is two."}, *STEPS[3:]]
    with pytest.raises(ConfigError, match=r"jsonl: line 3: 'answer' is 'So it is two\.', in which"):
        read(rows, patterns=NUMBER, answer="number")
    with pytest.raises(ConfigError, match=r"line 1: no column 'answers'"):
        read(rows, patterns={"answers": "(?P<x>.)"})


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        ("####", r"dataset\.patterns=####: expected columns with regular expressions"),
        (
            {"answer": "(?P<number>"},
            r"patterns\.answer=.*expected a regular expression: missing \)",
        ),
        ({"answer": "#### (.+)"}, r"expected a group with the name of a new column"),
        ({"answer": "(?P<question>.)"}, r"line 1: .*adds 'question', but the row has 'question'"),
        ({"answer": 3}, r"expected a group with the name"),
    ],
)
def test_patterns_of_another_kind_are_refused(read, patterns, message):
    with pytest.raises(ConfigError, match=message):
        read(ROWS, patterns=patterns)
