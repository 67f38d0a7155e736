"""The paper's figures beside ours, and the reasons why they are not comparable."""

from dataclasses import replace

import pytest

from laser_sweep.config import PaperConfig

PAPER = PaperConfig(
    model="EleutherAI/gpt-j-6b",
    revision="float16",
    examples=13086,
    base_accuracy=50.2,
    base_loss=1.24,
    laser_accuracy=56.2,
    laser_loss=1.27,
    lname="fc_in",
    lnum=24,
    rho=0.01,
)
SAME = {
    "path": "EleutherAI/gpt-j-6b",
    "revision": "float16",
    "examples": 13086,
    "protocol": "paper",
}


def test_the_headline_has_both_accuracies_the_point_and_both_losses():
    assert PAPER.headline == "paper: 50.2 → 56.2 at fc_in, 24, 0.01 (log-loss 1.24 → 1.27)"


def test_without_figures_there_is_neither_a_headline_nor_a_difference():
    assert PaperConfig().headline == ""
    assert PaperConfig().differences("gpt2", None, 10, "corrected") == []


def test_the_same_model_examples_and_protocol_are_comparable():
    assert PAPER.differences(**SAME) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"path": "gpt2"}, "EleutherAI/gpt-j-6b at float16, these are of gpt2 at float16."),
        ({"revision": None}, "-6b at float16, these are of EleutherAI/gpt-j-6b."),
        ({"examples": 1000}, "of 13,086 examples, these are of 1,000."),
        ({"protocol": "corrected"}, "protocol=paper, these are of protocol=corrected."),
    ],
)
def test_each_difference_is_one_sentence(change: dict, sentence: str):
    (found,) = PAPER.differences(**{**SAME, **change})
    assert found.startswith("The paper's figures are of ")
    assert found.endswith(sentence)


def test_all_differences_are_told():
    assert len(PAPER.differences("gpt2", None, 5, "corrected")) == 3
    assert len(replace(PAPER, revision=None).differences(**SAME)) == 1
