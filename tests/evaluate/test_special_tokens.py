"""Special tokens stand once, whoever writes them: the tokenizer or the prompt."""

from __future__ import annotations

import pytest
from support.seams import KINDS, make_seam_tokenizer
from support.tiny import asked
from transformers import LlamaConfig

from laser_sweep.dataset import ANSWER, CHOICE, GENERATION, Example, Scoring
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.evaluate.questions.tokens import Tokens

SCORINGS = [Scoring(ANSWER), Scoring(CHOICE), Scoring(GENERATION, new_tokens=4)]
PROTOCOLS = ["corrected", "paper"]


def encoded(kind, template, prompt, scoring, family="gptj", protocol="corrected", **options):
    """The questions of one prompt, and the tokenizer."""
    tokenizer = make_seam_tokenizer(kind, template)
    config = LlamaConfig(max_position_embeddings=options.pop("context", 512))
    choices = ("paris", "a cab") if scoring.kind == CHOICE else ()
    prompting = asked(family, protocol, tokenizer)
    return encode([Example(prompt, "paris", choices)], scoring, prompting, config, **options)


def texts_of(kind, template, *arguments, **options):
    """The tokens of every text of a prompt's question."""
    (question,) = encoded(kind, template, *arguments, **options).questions
    pieces = make_seam_tokenizer(kind, template).convert_ids_to_tokens
    texts = [each.ids for each in question.passes] + [question.prompt] * bool(question.prompt)
    return [pieces(list(ids)) for ids in texts]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scoring", SCORINGS, ids=lambda each: each.kind)
@pytest.mark.parametrize("protocol", PROTOCOLS)
@pytest.mark.parametrize("template", ["<s> $A", "<s> $A </s>", "$A"])
def test_a_prompt_that_begins_with_its_own_token_gets_no_other(kind, scoring, protocol, template):
    options = {"protocol": protocol}
    own = texts_of(kind, template, "<s>the capital is", scoring, **options)
    assert {(text[0], text.count("<s>"), text.count("</s>")) for text in own} == {("<s>", 1, 0)}
    if template != "$A":
        assert texts_of(kind, template, "the capital is", scoring, **options)[0][0] == "<s>"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scoring", SCORINGS, ids=lambda each: each.kind)
@pytest.mark.parametrize(
    "prompt",
    [
        "<s>the capital is <mask>.</s>",
        "<s>the capital is <mask>.",
        "the capital is <mask>.</s>",
        "<s>the capital is",
    ],
)
def test_a_masked_prompt_with_special_tokens_gets_no_others(kind, scoring, prompt):
    for text in texts_of(kind, "<s> $A </s>", prompt, scoring, family="roberta"):
        assert (text[0], text[-1]) == ("<s>", "</s>")
        assert (text.count("<s>"), text.count("</s>")) == (1, 1)


def test_a_token_is_added_before_those_of_the_prompt_only_if_it_is_missing():
    template = "<s> <|user|> $A"
    tokens = Tokens(make_seam_tokenizer("byte_level", template))
    for prompt in ("is", "<|user|>is", "<s><|user|>is"):
        (ids,) = tokens.plain([prompt])
        assert tokens.pieces(tokens.started(ids))[:3] == ["<s>", "<|user|>", "is"]
    (ids,) = tokens.plain(["<s>is"])
    assert tokens.pieces(tokens.started(ids)) == ["<s>", "is"]


def test_the_prompts_that_have_their_own_are_told():
    def once(prompt, template="<s> $A </s>", **options):
        return encoded("byte_level", template, prompt, Scoring(ANSWER), **options).once

    assert once("<s>the capital is")
    assert not once("the capital is")
    assert not once("the <s> capital is")
    # A tokenizer that adds none never wrote it twice.
    assert not once("<s>the capital is", template="$A")
    # After a causal prompt nothing is added.
    assert not once("the capital is</s>")
    assert once("the capital is <mask>.</s>", family="roberta")


@pytest.mark.parametrize("template", ["<s> $A", "$A"])
def test_a_prompts_own_first_token_is_not_cut_off(template):
    prompt = "<s>" + "the cab is a cab " * 20 + "is"
    fitted = encoded(
        "byte_level", template, prompt, Scoring(ANSWER), context=20, too_long="truncate_left"
    )
    (question,) = fitted.questions
    ids = question.passes[0].ids
    pieces = make_seam_tokenizer("byte_level", template).convert_ids_to_tokens(list(ids))
    assert len(ids) == 20
    assert (pieces[0], pieces.count("<s>")) == ("<s>", 1)
    assert fitted.once
