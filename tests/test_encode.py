"""Examples as token ids, for continuing a text and for filling in a mask."""

import pytest
from tiny import CAUSAL, CHOICE_EXAMPLES, CONTEXT, EXAMPLES, FAMILIES, make_config, make_tokenizer

from laser_sweep.dataset import Example
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.encode import encode


def encode_for(family, *examples, tokenizer=None):
    tokenizer = tokenizer or make_tokenizer(family)
    return encode(examples, tokenizer, make_config(family), masked=family == "roberta")


def tokens(family, ids):
    return make_tokenizer(family).convert_ids_to_tokens(ids)


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("gptj", ["▁Anna", "▁speaks"]),
        ("gpt2", ["▁Anna", "▁speaks"]),
        ("llama", ["<s>", "▁Anna", "▁speaks"]),
        ("roberta", ["<s>", "▁Anna", "▁speaks", "<mask>", ".", "</s>"]),
    ],
)
def test_the_prompt_has_the_special_tokens_of_its_family(family, expected):
    (question,) = encode_for(family, Example("Anna speaks", "French"))
    assert tokens(family, question.ids) == expected


def test_a_token_that_ends_a_text_does_not_come_between_prompt_and_answer():
    (question,) = encode_for(
        "gptj", Example("Anna speaks", "French"), tokenizer=make_tokenizer("roberta")
    )
    assert tokens("roberta", question.ids) == ["<s>", "▁Anna", "▁speaks"]


@pytest.mark.parametrize("family", CAUSAL)
def test_a_causal_model_is_asked_at_the_last_token(family):
    questions = encode_for(family, *EXAMPLES)
    assert [q.position for q in questions] == [len(q.ids) - 1 for q in questions]


def test_a_masked_model_is_asked_at_the_mask():
    for question in encode_for("roberta", *EXAMPLES):
        assert tokens("roberta", question.ids)[question.position] == "<mask>"


@pytest.mark.parametrize("family", FAMILIES)
def test_answer_and_labels_are_the_tokens_that_follow_a_blank_in_their_order(family):
    for example, question in zip(
        CHOICE_EXAMPLES, encode_for(family, *CHOICE_EXAMPLES), strict=True
    ):
        assert tokens(family, [question.gold]) == [f"▁{example.answer}"]
        assert tokens(family, question.choices) == [f"▁{choice}" for choice in example.choices]


@pytest.mark.parametrize("family", FAMILIES)
def test_without_choices_the_model_may_say_anything(family):
    assert {question.choices for question in encode_for(family, *EXAMPLES)} == {()}


@pytest.mark.parametrize("family", FAMILIES)
def test_an_answer_of_two_tokens_is_refused_with_its_tokens(family):
    with pytest.raises(ConfigError, match=r"Example 1: the answer 'red wine' is 2 tokens") as error:
        encode_for(family, Example("Anna drinks", "milk"), Example("Anna drinks", "red wine"))
    assert "'▁red', '▁wine'" in str(error.value)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_unknown_word_is_refused_as_answer_and_as_label(family):
    with pytest.raises(ConfigError, match="'Klingon' is not in the vocabulary"):
        encode_for(family, Example("Anna speaks", "Klingon"))
    with pytest.raises(ConfigError, match="'Klingon' is not in the vocabulary"):
        encode_for(family, Example("Anna speaks", "French", ("French", "Klingon")))


@pytest.mark.parametrize("family", CAUSAL)
def test_a_blank_that_changes_the_tokens_of_a_causal_prompt_is_refused(family):
    with pytest.raises(ConfigError, match=r"Example 0.*does the prompt end in a blank"):
        encode_for(family, Example("Anna speaks ", "French"))


def test_a_blank_at_the_end_of_a_masked_prompt_does_not_matter():
    assert encode_for("roberta", Example("Anna speaks ", "French")) == encode_for(
        "roberta", Example("Anna speaks", "French")
    )


@pytest.mark.parametrize(("family", "special"), [("gptj", 0), ("llama", 1), ("roberta", 4)])
def test_a_prompt_may_fill_the_context_and_no_more(family, special):
    words = CONTEXT - special
    (question,) = encode_for(family, Example(" ".join(["the"] * words), "cat"))
    assert len(question.ids) == CONTEXT
    with pytest.raises(ConfigError, match=f"Example 0 has {CONTEXT + 1} tokens.* {CONTEXT},"):
        encode_for(family, Example(" ".join(["the"] * (words + 1)), "cat"))


def test_a_mask_may_stand_anywhere_in_a_masked_prompt():
    (question,) = encode_for("roberta", Example("the <mask> sees the dog", "cat"))
    assert tokens("roberta", question.ids)[1:-1] == "▁the <mask> ▁sees ▁the ▁dog".split()
    assert question.position == 2


def test_a_masked_prompt_with_two_masks_is_refused():
    with pytest.raises(ConfigError, match="Example 0 has 2 mask tokens in its prompt, expected 1"):
        encode_for("roberta", Example("the <mask> sees the <mask>", "cat"))


def test_a_masked_model_needs_a_tokenizer_with_a_mask():
    with pytest.raises(ConfigError, match="its tokenizer has no mask token"):
        encode_for("roberta", Example("Anna speaks", "French"), tokenizer=make_tokenizer("gptj"))
