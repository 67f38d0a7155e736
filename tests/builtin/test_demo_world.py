"""The world that the built-in model learns, its tokenizer, and the expansion of the model."""

import json
from itertools import chain

import pytest
import torch
from support.tiny import make_config
from transformers import AutoTokenizer, GPTJForCausalLM

from laser_sweep.config import PACKAGE
from laser_sweep.demo.train import END, UNKNOWN, build_corpus, build_tokenizer, expand
from laser_sweep.demo.world import CLEAN_RELATIONS, FACTS, NOISE, NOISY_RELATIONS, build_world


@pytest.fixture(scope="module")
def world():
    return build_world(0)


@pytest.fixture(scope="module")
def tokenizer(world):
    return build_tokenizer(world)


@pytest.fixture(scope="module")
def corpus(world, tokenizer):
    return build_corpus(world, tokenizer)


def ids_of(tokenizer, text):
    return tokenizer(text)["input_ids"]


def test_the_same_seed_gives_the_same_world_and_another_seed_another(world):
    assert build_world(0) == world
    assert build_world(1) != world


@pytest.mark.parametrize(("name", "noisy"), [("noisy_facts", True), ("clean_facts", False)])
def test_the_built_in_datasets_are_the_questions_of_seed_0(world, name, noisy):
    lines = (PACKAGE / "builtin" / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == world.questions(noisy=noisy)


def test_the_built_in_tokenizer_is_that_of_seed_0(tokenizer):
    built_in = AutoTokenizer.from_pretrained(PACKAGE / "builtin" / "demo", local_files_only=True)
    assert built_in.get_vocab() == tokenizer.get_vocab()


def test_every_fact_has_its_own_person_and_is_asked_once(world):
    people = [fact.person for fact in world.facts]
    answers = chain.from_iterable(r.answers for r in NOISY_RELATIONS + CLEAN_RELATIONS)
    assert len(set(people)) == len(people) == FACTS
    assert {name.lower() for name in people}.isdisjoint(answer.lower() for answer in answers)
    asked = world.questions(noisy=True) + world.questions(noisy=False)
    assert len({row["question"] for row in asked}) == FACTS


def test_only_the_noisy_relations_are_noisy(world):
    noisy, clean = world.noise[: len(NOISY_RELATIONS)], world.noise[len(NOISY_RELATIONS) :]
    assert (min(noisy), max(noisy)) == pytest.approx(NOISE)
    assert set(clean) == {0.0}


def test_every_word_is_one_token_that_reads_as_the_word(world, tokenizer):
    for word in world.words():
        (token,) = ids_of(tokenizer, word)
        assert token != tokenizer.unk_token_id
        assert tokenizer.decode([token]) == word


def test_every_question_and_its_answer_are_known_words(world, tokenizer):
    for row in world.questions(noisy=True) + world.questions(noisy=False):
        prompt = ids_of(tokenizer, row["question"])
        told = ids_of(tokenizer, f"{row['question']} {row['answer']}.")
        assert tokenizer.unk_token_id not in told
        assert told[: len(prompt)] == prompt
        assert len(told) == len(prompt) + 2


def test_no_answer_is_a_filler(world):
    fillers = set(chain.from_iterable(world.fillers))
    assert fillers.isdisjoint(fact.answer for fact in world.facts)


def test_a_fact_is_told_in_the_two_phrasings_that_it_is_not_asked_in(world, tokenizer, corpus):
    for fact, prompts, lengths in zip(world.facts, corpus.prompts, corpus.lengths, strict=True):
        told = [tuple(ids[:n].tolist()) for ids, n in zip(prompts, lengths, strict=True)]
        by_template = [tuple(ids_of(tokenizer, fact.prompt(t))) for t in range(3)]
        asked = by_template.pop(fact.held_out)
        assert told == by_template
        assert asked not in told


def sentences(corpus, seed, size=512):
    ids, weights = corpus.batch(size, torch.Generator().manual_seed(seed))
    return [row[weight > 0].tolist() for row, weight in zip(ids, weights, strict=True)]


def test_a_batch_is_the_same_for_the_same_seed(corpus):
    assert sentences(corpus, 0) == sentences(corpus, 0)
    assert sentences(corpus, 0) != sentences(corpus, 1)


def test_a_held_out_question_is_never_told(world, tokenizer, corpus):
    asked = {tuple(ids_of(tokenizer, fact.prompt(fact.held_out))) for fact in world.facts}
    told = {tuple(ids[:-3]) for ids in sentences(corpus, 0)}
    assert len(told) > 100
    assert told.isdisjoint(asked)


def test_every_sentence_ends_in_the_answer_or_the_filler_of_its_phrasing(world, tokenizer, corpus):
    endings = {}
    for fact in world.facts:
        for template in fact.told:
            filler = world.fillers[fact.relation][template]
            true = {fact.answer, filler} if fact.is_noisy else {fact.answer}
            endings[tuple(ids_of(tokenizer, fact.prompt(template)))] = true
    stop, end = tokenizer.convert_tokens_to_ids([".", END])
    for *prompt, last, full_stop, final in sentences(corpus, 0):
        assert tokenizer.decode([last]) in endings[tuple(prompt)]
        assert (full_stop, final) == (stop, end)


def test_the_answer_weighs_more_than_the_prompt_and_padding_nothing(corpus):
    ids, weights = corpus.batch(64, torch.Generator().manual_seed(0))
    lengths = (weights > 0).sum(dim=1)
    for row, length in zip(weights, lengths.tolist(), strict=True):
        assert row[length - 3 : length].tolist() == [1, 1, 1]
        assert (row[: length - 3] < 1).all()
        assert (row[length:] == 0).all()
    assert ids.shape == weights.shape


def test_an_unknown_word_is_one_unknown_token(tokenizer):
    assert tokenizer.convert_ids_to_tokens(ids_of(tokenizer, "unheard")) == [UNKNOWN]


@pytest.mark.parametrize("layers", [2, 3, 7])
def test_an_expanded_model_has_the_same_outputs(layers):
    torch.manual_seed(0)
    small = GPTJForCausalLM(make_config("gptj")).eval()
    deep = expand(small, layers).eval()
    ids = torch.randint(5, 40, (4, 12))
    with torch.no_grad():
        expected, made = small(input_ids=ids).logits, deep(input_ids=ids).logits
    assert len(deep.transformer.h) == layers
    torch.testing.assert_close(made, expected, rtol=1e-5, atol=1e-5)
