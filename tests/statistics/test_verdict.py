"""The verdict in plain words, and models that always give the same answer."""

import pandas as pd
import pytest

from laser_sweep.statistics import majority_accuracy
from laser_sweep.statistics.estimate import Estimate
from laser_sweep.statistics.majority import CommonestPrediction, commonest_prediction
from laser_sweep.statistics.verdict import judge

VARIED = CommonestPrediction("false", 0.6, 500)


def test_the_commonest_prediction_is_the_first_in_the_alphabet_of_several():
    tied, none = pd.Series(["b", "a", None, "b", "a", "c"]), pd.Series([None, None], dtype=object)
    assert commonest_prediction(tied) == CommonestPrediction("a", 0.4, 5)
    assert commonest_prediction(none) == CommonestPrediction(None, 0.0, 0)


@pytest.mark.parametrize(
    ("same", "examples", "constant"),
    [(19, 20, True), (18, 20, False), (19, 19, False), (949, 1000, False), (950, 1000, True)],
)
def test_a_model_is_constant_if_95_of_100_predictions_are_the_same(same, examples, constant):
    predictions = ["false"] * same + [f"{i}" for i in range(examples - same)]
    assert commonest_prediction(pd.Series(predictions)).is_constant is constant


def test_an_answer_is_repeated_if_two_examples_have_it():
    assert commonest_prediction(pd.Series(["b", "a", "b"])).is_repeated
    assert not commonest_prediction(pd.Series(["b", "a", "c"])).is_repeated
    assert not commonest_prediction(pd.Series([None, "a"])).is_repeated


def test_the_majority_accuracy_is_that_of_the_commonest_gold_answer():
    assert majority_accuracy(["a", "b", "b", "c"]) == 0.5
    with pytest.raises(ValueError, match="no gold answers"):
        majority_accuracy([])


@pytest.mark.parametrize(
    ("ends", "p_value", "kind", "text"),
    [
        ((0.0594, 0.046, 0.0721), 1e-9, "better", "better: +5.9 points, 95 % interval 4.6 to 7.2"),
        ((-0.03, -0.05, -0.01), 0.01, "worse", "worse: -3.0 points, 95 % interval -5.0 to -1.0"),
        (
            (0.008, -0.012, 0.028),
            0.4,
            "no evidence",
            "no evidence of a difference: +0.8 points, 95 % interval -1.2 to 2.8",
        ),
        (
            (0.0, -0.0001, 0.0001),
            1.0,
            "no evidence",
            "no evidence of a difference: 0.00 points, 95 % interval -0.01 to 0.01",
        ),
        (
            (0.004, 0.0002, 0.0078),
            0.04,
            "better",
            "better: +0.40 points, 95 % interval 0.02 to 0.78",
        ),
        (
            (0.02, 0.01, 0.03),
            0.06,
            "no evidence",
            "no evidence of a difference: +2.0 points, 95 % interval 1.0 to 3.0",
        ),
        (
            (0.02, -0.001, 0.041),
            0.04,
            "no evidence",
            "no evidence of a difference: +2.0 points, 95 % interval -0.1 to 4.1",
        ),
    ],
)
def test_the_verdict_is_told_in_plain_words(ends, p_value, kind, text):
    verdict = judge(Estimate(*ends), p_value, VARIED)
    assert (verdict.kind, verdict.text) == (kind, text)
    assert verdict.short == text.partition(":")[0]


def test_a_constant_answer_is_told_beside_the_verdict():
    better, nothing = Estimate(0.06, 0.04, 0.08), Estimate(0.0, -0.02, 0.02)
    nearly = CommonestPrediction(" false", 0.996, 500)
    always = CommonestPrediction("x" * 99, 1.0, 500)
    verdict = judge(better, 1e-6, nearly)
    assert verdict.kind == "better"
    assert verdict.text.endswith("; but the chosen model answers 'false' 99 % of the time")
    assert verdict.short == "better; but the chosen model answers 'false' 99 % of the time"
    verdict = judge(nothing, 1.0, nearly)
    assert verdict.kind == "constant"
    assert verdict.text.startswith("the chosen model answers 'false' 99 % of the time; no evidence")
    assert verdict.short.endswith("; no evidence of a difference")
    assert f"'{'x' * 40}…' every time" in judge(nothing, 1.0, always).text
