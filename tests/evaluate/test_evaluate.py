"""Outcomes of batches are those of one example at a time, computed plainly by transformers."""

from functools import cache

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from support.tiny import (
    CAUSAL,
    CHOICE_EXAMPLES,
    EXAMPLES,
    FAMILIES,
    PIECES,
    asked,
    make_config,
    make_model,
    make_tokenizer,
    quick,
)

from laser_sweep.dataset import ANSWER, CHOICE, GENERATION, NEXT_TOKEN, Example, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.engine.batch import make_batches
from laser_sweep.evaluate.engine.continuations import Continuations
from laser_sweep.evaluate.engine.greedy_decoder import Ending
from laser_sweep.evaluate.engine.predictions import LikeliestTokens, Prediction
from laser_sweep.evaluate.evaluator import Evaluator
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.evaluate.questions.question import GOLD, Pass, Question, Reading
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.evaluate.score import answer, choice
from laser_sweep.evaluate.score.scoring_context import ScoringContext
from laser_sweep.evaluate.score.vocabulary import read_vocabulary
from laser_sweep.model.layout_finder import find_layout
from laser_sweep.model.temporary import temporary_weights

LONG_ANSWERS = [
    Example("Anna drinks", "red wine"),
    Example("the dog of Bert sees a", "brown mouse of Carla"),
    Example("Dora eats", "soup"),
    Example("Emil says", "the cat is white"),
    Example("it is", "no"),
]
LONG_CHOICES = [
    Example("Anna drinks", "red wine", ("milk", "red wine", "white wine")),
    Example("Bert says that it is", "a cat", ("a cat", "the dog of Dora")),
    Example("Carla eats", "soup", ("soup", "rice and bread and soup", "bread")),
    Example("it is", "true", ("false", "true")),
]
KINDS = {
    "next_token": (EXAMPLES, Scoring(NEXT_TOKEN, single_token=True)),
    "answer": (LONG_ANSWERS, Scoring(ANSWER)),
    "choice": (CHOICE_EXAMPLES, Scoring(CHOICE)),
    "long_choice": (LONG_CHOICES, Scoring(CHOICE)),
    "generation": (LONG_ANSWERS, Scoring(GENERATION, new_tokens=4)),
}
budgets = st.integers(1, 150)
subsets = st.lists(st.integers(0, 30), min_size=1, max_size=8, unique=True)


@cache
def model_of(family):
    return make_model(family)


def evaluator(family, examples, scoring, batch_tokens=100, paper=False, model=None, tokenizer=None):
    prompting = asked(family, "paper" if paper else "corrected", tokenizer)
    config, model = make_config(family), model or model_of(family)
    questions = encode(examples, scoring, prompting, config).questions
    layout = find_layout(model, family)
    return Evaluator(model, layout, prompting, questions, scoring, batch_tokens)


def log_softmax(family, ids):
    """The log-probabilities that follow each position of one text alone."""
    with torch.no_grad():
        logits = model_of(family)(input_ids=torch.tensor([ids])).logits[0]
    return logits.double().log_softmax(dim=-1).numpy()


def pieces(text):
    return [PIECES.index(f"▁{word}") for word in text.split()]


@cache
def plain_logprobs(family, prompt, text):
    """The log-probability of each token of a text after a prompt, and the distributions."""
    tokenizer, wanted = make_tokenizer(family), pieces(text)
    if family == "roberta":
        ids = tokenizer(f"{prompt} " + "<mask>" * len(wanted) + ".")["input_ids"]
        first = ids.index(tokenizer.mask_token_id)
    else:
        ids = tokenizer(prompt)["input_ids"] + wanted
        first = len(ids) - len(wanted) - 1
    found = log_softmax(family, ids)[first : first + len(wanted)]
    return [float(found[n, token]) for n, token in enumerate(wanted)], found


def plain_said(family, prompt, new_tokens):
    """The text that a model says: one token at a time or, with masks, all tokens at once."""
    tokenizer = make_tokenizer(family)
    if family == "roberta":
        ids = tokenizer(f"{prompt} " + "<mask>" * new_tokens + ".")["input_ids"]
        first = ids.index(tokenizer.mask_token_id)
        said = log_softmax(family, ids)[first : first + new_tokens].argmax(-1).tolist()
        return tokenizer.decode(said, skip_special_tokens=True).strip()
    ids, said = tokenizer(prompt)["input_ids"], []
    while len(said) < new_tokens:
        following = log_softmax(family, ids + said)[-1]
        if not said:
            following[tokenizer.eos_token_id] = -np.inf
        said.append(int(following.argmax()))
        if said[-1] == tokenizer.eos_token_id:
            break
    return tokenizer.decode(said, skip_special_tokens=True).strip()


def said(family, token_id):
    return make_tokenizer(family).decode([token_id]).strip().lower()


def plain(family, example, scoring):
    """The outcome of an example, by the definitions of its columns."""
    gold, following = plain_logprobs(family, example.prompt, example.answer)
    outcome = {"answer_logprob": pytest.approx(sum(gold), abs=1e-4), "answer_length": len(gold)}
    if scoring.kind == CHOICE:
        each = [plain_logprobs(family, example.prompt, label)[0] for label in example.choices]
        sums, means = [sum(values) for values in each], [np.mean(values) for values in each]
        chosen = example.choices[int(np.argmax(sums))]
        outcome |= {
            "correct": chosen == example.answer,
            "prediction": chosen,
            "choice_logprobs": pytest.approx(sums, abs=1e-4),
        }
        if max(map(len, each)) > 1:
            per_token = example.choices[int(np.argmax(means))] == example.answer
            outcome |= {
                "choice_lengths": [len(values) for values in each],
                "correct_per_token": per_token,
            }
        return outcome
    if scoring.kind == GENERATION:
        text = plain_said(family, example.prompt, scoring.new_tokens)
        return outcome | {"prediction": text}
    words = example.answer.lower().split()
    ranked = [[said(family, i) for i in np.argsort(-row)] for row in following]
    likeliest = [row[0] for row in ranked]
    return outcome | {
        "correct": likeliest == words,
        **{f"top_{k}": words[0] in ranked[0][:k] for k in (1, 5, 10)},
    }


def rows_of(columns):
    rows = [
        dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    return [{name: value for name, value in row.items() if value is not None} for row in rows]


@pytest.mark.parametrize("family", CAUSAL)
def test_texts_without_a_prompt_follow_the_beginning_of_a_text(family):
    pair = ("Anna drinks red wine", "red wine drinks Anna")
    examples = [Example("", text, pair) for text in pair]
    outcomes = rows_of(evaluator(family, examples, Scoring(CHOICE)).evaluate([0, 1]))
    first, sums = make_tokenizer(family).bos_token_id, []
    for text in pair:
        ids = [first, *pieces(text)]
        following = log_softmax(family, ids)
        sums.append(sum(following[n, token] for n, token in enumerate(ids[1:])))
    for outcome in outcomes:
        assert outcome["choice_logprobs"] == pytest.approx(sums, abs=1e-4)
        assert outcome["prediction"] == pair[int(np.argmax(sums))]
    with pytest.raises(ConfigError, match="no prompt, which protocol=paper needs"):
        evaluator(family, examples, Scoring(CHOICE), paper=True)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", FAMILIES)
@quick
@given(budgets, subsets)
def test_outcomes_in_batches_are_those_of_one_at_a_time(family, kind, batch_tokens, subset):
    examples, scoring = KINDS[kind]
    chosen = sorted({number % len(examples) for number in subset}, key=subset.__contains__)
    outcomes = rows_of(evaluator(family, examples, scoring, batch_tokens).evaluate(chosen))
    for number, outcome in zip(chosen, outcomes, strict=True):
        wanted = plain(family, examples[number], scoring)
        assert {name: outcome.get(name) for name in wanted} == wanted


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("change", ["left", "right", "none"])
def test_it_does_not_matter_how_a_tokenizer_pads(family, kind, change):
    import copy

    tokenizer = copy.deepcopy(make_tokenizer(family))
    if change == "none":
        tokenizer.pad_token = None
    else:
        tokenizer.padding_side = change
    examples, scoring = KINDS[kind]
    everything = range(len(examples))
    wanted = evaluator(family, examples, scoring).evaluate(everything)
    found = evaluator(family, examples, scoring, tokenizer=tokenizer).evaluate(everything)
    assert rows_of(found) == rows_of(wanted)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("family", FAMILIES)
def test_the_papers_prompts_are_as_likely_as_their_tokens(family, kind):
    examples, scoring = KINDS[kind]
    scoring = Scoring(**{**vars(scoring), "details": True})
    outcomes = evaluator(family, examples, scoring, paper=True).evaluate(range(len(examples)))
    for example, outcome in zip(examples, rows_of(outcomes), strict=True):
        gold = sum(plain_logprobs(family, example.prompt, example.answer)[0])
        assert outcome["answer_logprob"] == pytest.approx(gold, abs=1e-4)
        if family == "roberta":
            assert "total_logprob" not in outcome
            continue
        ids = make_tokenizer(family)(example.prompt)["input_ids"]
        found = log_softmax(family, ids)
        prompt = sum(found[n, token] for n, token in enumerate(ids[1:]))
        assert outcome["total_logprob"] == pytest.approx(prompt + gold, abs=1e-3)


@pytest.mark.parametrize("family", CAUSAL)
def test_continuations_end_at_the_token_that_ends_a_text_but_do_not_begin_with_it(family):
    model = make_model(family)
    end = make_tokenizer(family).eos_token_id
    model.get_output_embeddings().weight.data[:] = 0
    bias = torch.zeros(len(PIECES))
    bias[end], bias[7] = 2.0, 1.0
    handle = model.get_output_embeddings().register_forward_hook(lambda *_: _[2] * 0 + bias)
    assert Continuations(model, [(5, 6), (6,), (7, 8)], Ending(4), 100).run() == [[7]] * 3
    handle.remove()


@pytest.mark.parametrize("family", CAUSAL)
def test_how_a_checkpoint_likes_to_sample_does_not_matter(family):
    examples, scoring = KINDS["generation"]
    model = make_model(family)
    model.generation_config.update(
        do_sample=True, temperature=5.0, repetition_penalty=3.0, max_length=2, num_beams=3
    )
    found = evaluator(family, examples, scoring, model=model).evaluate(range(len(examples)))
    wanted = evaluator(family, examples, scoring).evaluate(range(len(examples)))
    assert found == wanted


@pytest.mark.parametrize("family", FAMILIES)
def test_an_edit_changes_the_outcomes_and_its_end_brings_them_back(family):
    model = make_model(family)
    (matrix,) = find_layout(model, family).blocks[1]["fc_out"]
    evaluate = evaluator(family, EXAMPLES, Scoring(ANSWER), model=model).evaluate
    before = evaluate([0, 1, 2])
    with temporary_weights(model, {matrix: torch.zeros(matrix.shape)}):
        during = evaluate([0, 1, 2])
    assert during["answer_logprob"] != before["answer_logprob"]
    assert evaluate([0, 1, 2]) == before


@quick
@given(
    st.lists(st.tuples(st.integers(1, 30), st.integers(1, 9)), min_size=1, max_size=20),
    st.integers(1, 80),
    st.integers(1, 20),
)
def test_batches_hold_every_pass_once_and_keep_to_the_budgets(sizes, batch_tokens, most_places):
    passes = [
        Pass(tuple(range(2, 2 + n)), (Reading(0, tuple(range(min(n, k))), (5,) * min(n, k)),))
        for n, k in sizes
    ]
    batches = make_batches(passes, 0, batch_tokens, most_places, "cpu")
    numbers = [number for batch in batches for number in batch.numbers]
    assert sorted(numbers) == list(range(len(passes)))
    for batch in batches:
        if len(batch.numbers) > 1:
            assert batch.ids.numel() <= batch_tokens
            assert len(batch.rows) <= most_places
        for row, number in enumerate(batch.numbers):
            ids, mask = batch.ids[row], batch.mask[row]
            assert tuple(ids[mask.bool()].tolist()) == passes[number].ids
            assert batch.columns[batch.rows == row].tolist() == passes[number].read_positions
    widths = [batch.ids.shape[1] for batch in batches]
    assert widths == sorted(widths, reverse=True)


VOCABULARY = read_vocabulary(make_tokenizer("gptj"), len(PIECES))
SAY_FRENCH = [PIECES.index(piece) for piece in ("French", "▁French", "▁french")]


def token(word):
    return PIECES.index(f"▁{word}")


def context(scoring=None):
    prompting = asked("gptj")
    tokens = Tokens(prompting.tokenizer)
    return ScoringContext(scoring or Scoring(ANSWER), prompting, tokens, VOCABULARY)


def answered(gold, likeliest):
    """The columns of a question of one token, from the likeliest tokens."""
    question = Question((), (gold,), "French")
    values = [-float(n) for n, _ in enumerate(likeliest, 1)]
    prediction = Prediction(question, {GOLD: [-2.0]}, [LikeliestTokens(likeliest, values)])
    return answer.score(prediction, context()).columns()


@pytest.mark.parametrize("gold", SAY_FRENCH)
@pytest.mark.parametrize("likeliest", SAY_FRENCH)
def test_tokens_that_differ_in_spaces_or_case_say_the_same(gold, likeliest):
    outcome = answered(gold, [likeliest, 8])
    assert outcome["correct"]
    assert outcome["prediction"].lower() == "french"
    assert outcome["answer_logprob"] == -2.0


@pytest.mark.parametrize("gold", SAY_FRENCH)
def test_tokens_of_other_words_do_not_say_the_same(gold):
    outcome = answered(gold, [token("dog")])
    assert not outcome["correct"]
    assert outcome["prediction"] == "dog"


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
    outcome = answered(20 + place, list(range(21, 31)))
    assert tuple(outcome[f"top_{k}"] for k in (1, 5, 10)) == expected


def test_outputs_beyond_the_tokenizer_say_nothing_that_a_token_says():
    vocabulary = read_vocabulary(make_tokenizer("gptj"), len(PIECES) + 3)
    assert len(vocabulary.texts) == len(PIECES) + 3
    assert vocabulary.texts[: len(PIECES)] == VOCABULARY.texts
    assert set(vocabulary.same[-3:]).isdisjoint(vocabulary.same[:-3])


def test_tokens_that_are_a_part_of_a_character_do_not_say_the_same():
    class Bytes:
        def __len__(self):
            return 4

        def batch_decode(self, ids, **_):
            return ["\ufffd", "\ufffd", " ", "a"]

    assert len(set(read_vocabulary(Bytes(), 4).same)) == 4


def chosen(labels, gold, strict=False, lengths=None):
    """The outcome of a choice between labels of one token, or of some, with these values."""
    question = Question((), (1,), gold, tuple(labels))
    lengths = lengths or [1] * len(labels)
    logprobs = {
        number: [value / length] * length
        for number, (value, length) in enumerate(zip(labels.values(), lengths, strict=True))
    }
    scoring = Scoring(CHOICE, strict=strict)
    return choice.score(Prediction(question, logprobs), context(scoring)).columns()


@pytest.mark.parametrize(
    ("strict", "gold", "correct"),
    [(False, "false", True), (False, "true", False), (True, "false", False), (True, "true", False)],
)
def test_in_a_tie_the_first_wins_and_under_the_strict_rule_nobody(strict, gold, correct):
    outcome = chosen({"false": -2.0, "true": -2.0}, gold, strict)
    assert outcome["correct"] == correct
    assert outcome["prediction"] == "false"


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("gold", "correct"), [("true", True), ("false", False)])
def test_without_a_tie_the_likelier_of_two_labels_wins_under_both_rules(strict, gold, correct):
    outcome = chosen({"false": -2.0, "true": -1.9}, gold, strict)
    assert outcome["correct"] == correct
    assert outcome["prediction"] == "true"
    assert outcome["choice_logprobs"] == [-2.0, -1.9]
    assert outcome["answer_logprob"] == (-1.9 if correct else -2.0)
    assert "correct_per_token" not in outcome


def test_sums_favour_short_labels_and_means_long_ones():
    outcome = chosen({"no": -3.0, "not at all": -4.0}, "not at all", lengths=[1, 3])
    assert not outcome["correct"]
    assert outcome["correct_per_token"]
    assert outcome["choice_lengths"] == [1, 3]
