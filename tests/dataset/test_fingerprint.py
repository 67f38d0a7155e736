"""The fingerprint of examples changes with everything that changes an outcome."""

import pytest
from support.row_files import EXAMPLES, ROWS

from laser_sweep.dataset import ANSWER, Example, Scoring
from laser_sweep.dataset import fingerprint as fingerprint_of
from laser_sweep.errors import ConfigError


def fingerprint(examples):
    return fingerprint_of(examples, Scoring(ANSWER))


def test_the_fingerprint_is_that_of_the_same_examples():
    assert fingerprint(EXAMPLES) == fingerprint(list(EXAMPLES))


@pytest.mark.parametrize(
    "other",
    [
        [Example("ab", "d"), Example("e", "f")],
        [Example("a", "bd"), Example("e", "f")],
        [Example("a", "b", ("d",)), Example("e", "f")],
        [Example("e", "f"), Example("ab", "c")],
        [Example("ab", "c")],
        [Example("ab", "c"), Example("e", "f"), Example("", "")],
        [Example("ab", "c", ("e", "f"))],
    ],
)
def test_the_fingerprint_changes_with_every_text_its_place_and_the_order(other):
    assert fingerprint(other) != fingerprint([Example("ab", "c"), Example("e", "f")])


def test_the_fingerprint_changes_with_how_examples_are_scored():
    made = {fingerprint_of(EXAMPLES, Scoring(ANSWER, new_tokens=n)) for n in range(3)}
    assert len(made) == 3


def test_a_cluster_is_text_or_a_number_and_part_of_the_fingerprint(read):
    rows = [{**row, "a": n, "b": [n], "c": "\ud800"} for n, row in enumerate(ROWS)]
    assert fingerprint(read(rows, cluster_by="a")) != fingerprint(read(rows))
    for column, message in (("b", "expected a text or a number"), ("c", "half a surrogate pair")):
        with pytest.raises(ConfigError, match=f"line 1: .*{message}"):
            read(rows, cluster_by=column)
