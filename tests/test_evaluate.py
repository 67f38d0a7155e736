"""Outcomes of batches are those of one example at a time, computed plainly by transformers."""

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from tiny import (
    CHOICE_EXAMPLES,
    EXAMPLES,
    FAMILIES,
    PIECES,
    make_config,
    make_model,
    make_tokenizer,
    quick,
)

from laser_sweep.evaluate import choice, next_token
from laser_sweep.evaluate.batch import Batch, make_batches
from laser_sweep.evaluate.encode import Question, encode
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.evaluate.vocabulary import read_vocabulary
from laser_sweep.model.edit import edited
from laser_sweep.model.find import find_layout

budgets = st.integers(1, 150)
some_examples = st.lists(st.sampled_from(range(len(EXAMPLES))), min_size=1, unique=True)
some_choice_examples = st.lists(
    st.sampled_from(range(len(CHOICE_EXAMPLES))), min_size=1, unique=True
)


@cache
def model_of(family):
    return make_model(family)


def evaluator(family, examples, batch_tokens=100, protocol="corrected", model=None):
    tokenizer = make_tokenizer(family)
    questions = encode(examples, tokenizer, make_config(family), masked=family == "roberta")
    return Evaluator(model or model_of(family), tokenizer, questions, batch_tokens, protocol)


@cache
def plain_log_probs(family, prompt):
    """The log-probabilities of the answer, from one prompt alone, by token id."""
    tokenizer = make_tokenizer(family)
    masked = family == "roberta"
    ids = tokenizer(f"{prompt} <mask>." if masked else prompt)["input_ids"]
    position = ids.index(tokenizer.mask_token_id) if masked else -1
    with torch.no_grad():
        logits = model_of(family)(input_ids=torch.tensor([ids])).logits[0, position]
    return logits.double().log_softmax(dim=-1).numpy()


def token(word):
    return PIECES.index(f"▁{word}")


def said(family, token_id):
    return make_tokenizer(family).decode([token_id]).strip()


def plain_next_token(family, example):
    """The outcome of an example to which the model may say anything."""
    log_probs = plain_log_probs(family, example.prompt)
    ranked = [said(family, i).lower() for i in np.argsort(-log_probs)]
    within = {f"top_{k}": example.answer.lower() in ranked[:k] for k in (1, 5, 10)}
    return {
        "correct": within["top_1"],
        "answer_logprob": pytest.approx(log_probs[token(example.answer)], abs=1e-4),
        "prediction": said(family, int(log_probs.argmax())),
        **within,
    }


def plain_choice(family, example):
    """The outcome of an example with labels."""
    log_probs = plain_log_probs(family, example.prompt)
    labels = [log_probs[token(label)] for label in example.choices]
    chosen = example.choices[int(np.argmax(labels))]
    return {
        "correct": chosen == example.answer,
        "answer_logprob": pytest.approx(log_probs[token(example.answer)], abs=1e-4),
        "prediction": chosen,
        "choice_logprobs": pytest.approx(labels, abs=1e-4),
    }


def rows_of(columns):
    return [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]


@pytest.mark.parametrize("family", FAMILIES)
@quick
@given(budgets, some_examples)
def test_next_tokens_in_batches_are_those_of_one_at_a_time(family, batch_tokens, chosen):
    outcomes = evaluator(family, EXAMPLES, batch_tokens).evaluate(chosen)
    assert rows_of(outcomes) == [plain_next_token(family, EXAMPLES[i]) for i in chosen]


@pytest.mark.parametrize("family", FAMILIES)
@quick
@given(budgets, some_choice_examples)
def test_choices_in_batches_are_those_of_one_at_a_time(family, batch_tokens, chosen):
    outcomes = evaluator(family, CHOICE_EXAMPLES, batch_tokens).evaluate(chosen)
    assert rows_of(outcomes) == [plain_choice(family, CHOICE_EXAMPLES[i]) for i in chosen]


@pytest.mark.parametrize("family", FAMILIES)
def test_an_edit_changes_the_outcomes_and_its_end_brings_them_back(family):
    model = make_model(family)
    (matrix,) = find_layout(model, family).blocks[1]["fc_out"]
    evaluate = evaluator(family, EXAMPLES, model=model).evaluate
    before = evaluate([0, 1, 2])
    with edited(model, {matrix: torch.zeros(matrix.shape)}):
        during = evaluate([0, 1, 2])
    assert during["answer_logprob"] != before["answer_logprob"]
    assert evaluate([0, 1, 2]) == before


@quick
@given(st.lists(st.integers(1, 30), min_size=1, max_size=20), st.integers(1, 80))
def test_batches_hold_every_question_once_and_keep_to_the_budget(lengths, batch_tokens):
    questions = [Question(tuple(range(2, 2 + n)), n - 1, 5, ()) for n in lengths]
    batches = make_batches(questions, 0, batch_tokens, "cpu")
    assert sorted(row for batch in batches for row in batch.rows.tolist()) == list(
        range(len(questions))
    )
    for batch in batches:
        assert len(batch) == 1 or batch.ids.numel() <= batch_tokens
        assert batch.ids.shape[1] == max(lengths[row] for row in batch.rows)
        for row, ids, mask in zip(batch.rows, batch.ids, batch.mask, strict=True):
            assert tuple(ids[mask.bool()].tolist()) == questions[row].ids
    widths = [batch.ids.shape[1] for batch in batches]
    assert widths == sorted(widths, reverse=True)


VOCABULARY = read_vocabulary(make_tokenizer("gptj"), len(PIECES), "cpu")
OTHER = PIECES.index("▁dog")
SAY_FRENCH = [PIECES.index(piece) for piece in ("French", "▁French", "▁french")]


def asked(gold, *choices):
    """A batch of one question, of which only answer and labels matter."""
    one = torch.zeros(1, 1, dtype=torch.long)
    labels = torch.tensor([choices], dtype=torch.long)
    return Batch(torch.tensor([0]), one, one, torch.tensor([0]), torch.tensor([gold]), labels)


def log_probs_of(**by_word):
    values = torch.full((1, len(PIECES)), -30.0)
    for word, value in by_word.items():
        values[0, token(word)] = value
    return values


@pytest.mark.parametrize("gold", SAY_FRENCH)
@pytest.mark.parametrize("likeliest", SAY_FRENCH)
def test_tokens_that_differ_in_blank_or_case_say_the_same(gold, likeliest):
    log_probs = log_probs_of()
    log_probs[0, likeliest] = -1.0
    outcome = next_token.score(log_probs, asked(gold), VOCABULARY, "corrected")
    assert outcome["correct"] == [True]
    assert outcome["prediction"][0].lower() == "french"
    assert outcome["answer_logprob"] == [log_probs[0, gold].item()]


def test_tokens_of_other_words_do_not_say_the_same():
    for gold in SAY_FRENCH:
        outcome = next_token.score(log_probs_of(dog=-1.0), asked(gold), VOCABULARY, "corrected")
        assert outcome["correct"] == [False]
        assert outcome["prediction"] == ["dog"]


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (1, (True, True, True)),
        (2, (False, True, True)),
        (5, (False, True, True)),
        (6, (False, False, True)),
        (10, (False, False, True)),
        (11, (False, False, False)),
    ],
)
def test_the_gold_answer_is_among_the_top_k_by_its_place(place, expected):
    log_probs = -torch.arange(1.0, len(PIECES) + 1)[None]
    outcome = next_token.score(log_probs, asked(place - 1), VOCABULARY, "corrected")
    assert tuple(outcome[f"top_{k}"][0] for k in (1, 5, 10)) == expected


def test_outputs_beyond_the_tokenizer_say_nothing_that_a_token_says():
    vocabulary = read_vocabulary(make_tokenizer("gptj"), len(PIECES) + 3, "cpu")
    assert len(vocabulary.texts) == len(PIECES) + 3
    assert vocabulary.texts[: len(PIECES)] == VOCABULARY.texts
    assert set(vocabulary.same[-3:].tolist()).isdisjoint(vocabulary.same[:-3].tolist())


@pytest.mark.parametrize(
    ("protocol", "gold", "correct"),
    [
        ("corrected", "false", True),
        ("corrected", "true", False),
        ("paper", "false", False),
        ("paper", "true", False),
    ],
)
def test_in_a_tie_of_two_labels_the_first_wins_and_in_the_paper_nobody(protocol, gold, correct):
    batch = asked(token(gold), token("false"), token("true"))
    log_probs = log_probs_of(false=-2.0, true=-2.0)
    outcome = choice.score(log_probs, batch, VOCABULARY, protocol)
    assert outcome["correct"] == [correct]
    assert outcome["prediction"] == ["false"]


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
@pytest.mark.parametrize(("gold", "correct"), [("red", True), ("blue", False), ("green", False)])
def test_in_a_tie_of_three_labels_the_first_wins(protocol, gold, correct):
    batch = asked(token(gold), *map(token, ("red", "blue", "green")))
    log_probs = log_probs_of(red=-2.0, blue=-2.0, green=-3.0)
    assert choice.score(log_probs, batch, VOCABULARY, protocol)["correct"] == [correct]


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
@pytest.mark.parametrize(("gold", "correct"), [("true", True), ("false", False)])
def test_without_a_tie_the_likelier_of_two_labels_wins_in_both_protocols(protocol, gold, correct):
    batch = asked(token(gold), token("false"), token("true"))
    log_probs = log_probs_of(false=-2.0, true=-1.9, dog=-0.1)
    outcome = choice.score(log_probs, batch, VOCABULARY, protocol)
    assert outcome["correct"] == [correct]
    assert outcome["prediction"] == ["true"]
    assert outcome["choice_logprobs"] == [pytest.approx([-2.0, -1.9])]


def test_the_strict_rule_is_for_two_labels_also_beside_questions_with_more():
    batch = Batch(
        rows=torch.tensor([0, 1]),
        ids=torch.zeros(2, 1, dtype=torch.long),
        mask=torch.ones(2, 1, dtype=torch.long),
        position=torch.tensor([0, 0]),
        gold=torch.tensor([token("yes"), token("yes")]),
        choices=torch.tensor(
            [[token("yes"), token("no"), -1], [token("yes"), token("no"), token("maybe")]]
        ),
    )
    log_probs = log_probs_of(yes=-2.0, no=-2.0, maybe=-4.0).expand(2, -1)
    outcome = choice.score(log_probs, batch, VOCABULARY, "paper")
    assert outcome["correct"] == [False, True]
    assert outcome["choice_logprobs"] == [[-2.0, -2.0], [-2.0, -2.0, -4.0]]
