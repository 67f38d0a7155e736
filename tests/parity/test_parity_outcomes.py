"""The reference's outcomes, example by example, in `protocol=paper`."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest
from support.configs import composed
from support.parity_cases import CASES, Case

from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan
from laser_sweep.run.worker import Worker

LOGPROB, SUM, RATIO = 1e-4, 1e-3, 1e-9


@cache
def planned(case: Case) -> Plan:
    return make_plan(composed(*case.overrides()))


@cache
def outcomes(case: Case) -> dict[str, list[Any]]:
    """Every example's outcome on the edited model, by column."""
    worker = Worker(planned(case))
    return worker.outcomes(planned(case).points[-1], range(len(planned(case).examples)))


def compared(case: Case, kind: str) -> list[int]:
    """The examples on which the reference in double precision says the same."""
    near_ties = case.golden["float64_check"][f"{kind}_at"]
    return [n for n in range(case.golden["num_examples"]) if n not in near_ties]


def stored(case: Case, *names: str) -> list[Any] | None:
    found = case.golden["examples"]
    return next((found[name] for name in names if name in found), None)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_prompts_are_the_references(case: Case):
    examples = planned(case).examples
    assert len(examples) == case.golden["num_examples"]
    for example, prompted in zip(examples, case.prompted, strict=True):
        wanted = prompted.get("prompted-question") or prompted.get("prompted_question")
        assert example.prompt == (wanted or prompted["question"])
        gold = prompted["gold-answer"]
        gold = example.choices[gold] if isinstance(gold, int) else gold
        assert example.answer == gold.removeprefix(" ")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_lengths_are_the_references(case: Case):
    assert outcomes(case)["answer_length"] == [each["answer_length"] for each in case.prompted]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_correct_is_what_the_reference_has(case: Case):
    ours, theirs = outcomes(case)["correct"], case.golden["examples"]["correct"]
    same = compared(case, "correct_differs")
    assert [ours[n] for n in same] == [theirs[n] for n in same]
    assert len(same) >= len(ours) - 2


@pytest.mark.parametrize("case", CASES, ids=str)
def test_log_probabilities_are_the_references(case: Case):
    ours = outcomes(case)
    for name, tolerance in (
        ("answer_logprob", LOGPROB),
        ("total_logprob", SUM),
        ("question_logprob", SUM),
    ):
        theirs = stored(case, name)
        if theirs is None:
            assert name not in ours or name == "total_logprob"
        else:
            np.testing.assert_allclose(ours[name], theirs, rtol=0, atol=tolerance)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_log_probabilities_of_labels_are_the_references(case: Case):
    labels = planned(case).examples[0].choices
    ours = outcomes(case).get("choice_logprobs")
    pairs = stored(case, "true_false_log_probs")
    for number, label in enumerate(labels):
        theirs = stored(case, f"{label}_logprob", f"{label}_log_prob")
        theirs = [pair[label] for pair in pairs] if theirs is None else theirs
        np.testing.assert_allclose([each[number] for each in ours], theirs, rtol=0, atol=LOGPROB)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_likeliest_tokens_are_the_references(case: Case):
    theirs = stored(case, "top_10_tokens", "predicted-topk-tokens")
    ours = outcomes(case).get("top_tokens")
    if theirs is None:
        assert ours is None
        return
    same = compared(case, "topk_tokens_differ")
    assert [ours[n] for n in same] == [theirs[n] for n in same]
    if (wanted := stored(case, "top_10_logprob", "predicted-topk-logprob")) is not None:
        np.testing.assert_allclose(outcomes(case)["top_logprobs"], wanted, atol=2e-4)
    for k in (1, 5, 10):
        if (hits := stored(case, f"top_{k}_acc")) is not None:
            assert [outcomes(case)[f"top_{k}"][n] for n in same] == [bool(hits[n]) for n in same]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_what_is_said_is_what_the_reference_says(case: Case):
    theirs = stored(case, "generation", "generation_not_saved_by_script")
    if theirs is None:
        return
    same = compared(case, "generation_differs")
    ours = outcomes(case)
    if ours.get("top_tokens") is None:
        said = ours["prediction"]
    else:
        said = [tokens[0] for tokens in ours["top_tokens"]]
    assert [said[n] for n in same] == [theirs[n] for n in same]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_overlaps_are_the_references(case: Case):
    other_words = case.golden.get("f1_sensitive_to_sentence_splitting_at", [])
    same = [n for n in compared(case, "generation_differs") if n not in other_words]
    for ours, theirs in (("f1", "f1_score"), ("precision", "precision"), ("recall", "recall")):
        wanted = stored(case, theirs)
        if wanted is None:
            assert ours not in outcomes(case)
        else:
            found = outcomes(case)[ours]
            np.testing.assert_allclose(
                [found[n] for n in same], [wanted[n] for n in same], rtol=0, atol=1e-8
            )


@pytest.mark.parametrize("case", CASES, ids=str)
def test_summaries_are_the_references(case: Case):
    summary, found = case.golden["summary"], outcomes(case)
    logprobs, lengths = np.array(found["answer_logprob"]), np.array(found["answer_length"])
    assert (logprobs / lengths).mean() == pytest.approx(summary["mean log prob"], rel=1e-4)
    perplexity = np.exp(-logprobs.sum() / lengths.sum())
    assert perplexity == pytest.approx(summary["perplexity"], rel=1e-4)
    assert 100 * np.mean(found["correct"]) == pytest.approx(summary["0-1 correctness"], rel=1e-4)
    assert lengths.sum() == summary["total answer tokens"]
