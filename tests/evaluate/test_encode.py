"""Examples as token ids, for continuing a text and for filling in a mask."""

import pytest
from support.tiny import (
    CAUSAL,
    CHOICE_EXAMPLES,
    CONTEXT,
    EXAMPLES,
    FAMILIES,
    WORDS,
    asked,
    make_config,
    make_tokenizer,
)

from laser_sweep.dataset import ANSWER, CHOICE, GENERATION, NEXT_TOKEN, Example, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.evaluate.questions.tokens import Tokens

ONE_TOKEN = Scoring(NEXT_TOKEN, single_token=True)


def fit_for(family, *examples, scoring=None, tokenizer=None, paper=False, **options):
    scoring = scoring or Scoring(CHOICE if examples[0].choices else ANSWER)
    prompting = asked(family, "paper" if paper else "corrected", tokenizer)
    return encode(examples, scoring, prompting, make_config(family), **options)


def encode_for(family, *examples, **options):
    return fit_for(family, *examples, **options).questions


def asked_at(question):
    """The one position at which a question of one token is answered."""
    (each,) = question.passes
    ((position,),) = {reading.positions for reading in each.readings}
    return position


def ids_of(question):
    return question.passes[0].ids


def labels_of(question):
    return [reading.tokens for reading in question.passes[0].readings]


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
    assert tokens(family, ids_of(question)) == expected


def test_a_token_that_ends_a_text_does_not_come_between_prompt_and_answer():
    (question,) = encode_for(
        "gptj", Example("Anna speaks", "French"), tokenizer=make_tokenizer("roberta")
    )
    assert tokens("roberta", ids_of(question)) == ["<s>", "▁Anna", "▁speaks"]


@pytest.mark.parametrize("family", CAUSAL)
def test_a_causal_model_is_asked_at_the_last_token(family):
    questions = encode_for(family, *EXAMPLES)
    assert [asked_at(q) for q in questions] == [len(ids_of(q)) - 1 for q in questions]


def test_a_masked_model_is_asked_at_the_mask():
    for question in encode_for("roberta", *EXAMPLES):
        assert tokens("roberta", ids_of(question))[asked_at(question)] == "<mask>"


@pytest.mark.parametrize("family", FAMILIES)
def test_answer_and_labels_are_the_tokens_that_follow_a_space_in_their_order(family):
    for example, question in zip(
        CHOICE_EXAMPLES, encode_for(family, *CHOICE_EXAMPLES), strict=True
    ):
        assert tokens(family, question.gold) == [f"▁{example.answer}"]
        labels = [piece for label in labels_of(question) for piece in tokens(family, label)]
        assert labels == [f"▁{choice}" for choice in example.choices]
        assert question.labels == example.choices


@pytest.mark.parametrize("family", FAMILIES)
def test_without_choices_the_model_may_say_anything(family):
    assert {question.labels for question in encode_for(family, *EXAMPLES)} == {()}


@pytest.mark.parametrize("family", FAMILIES)
def test_an_answer_of_two_tokens_is_refused_with_its_tokens(family):
    with pytest.raises(ConfigError, match=r"Example 1: the answer 'red wine' is 2 tokens") as error:
        encode_for(
            family,
            Example("Anna drinks", "milk"),
            Example("Anna drinks", "red wine"),
            scoring=ONE_TOKEN,
        )
    assert "'▁red', '▁wine'" in str(error.value)


@pytest.mark.parametrize("family", FAMILIES)
def test_an_unknown_word_is_refused_as_answer_and_as_label(family):
    with pytest.raises(ConfigError, match="'Klingon' is not in the vocabulary"):
        encode_for(family, Example("Anna speaks", "Klingon"))
    with pytest.raises(ConfigError, match="'Klingon' is not in the vocabulary"):
        encode_for(family, Example("Anna speaks", "French", ("French", "Klingon")))


@pytest.mark.parametrize("family", CAUSAL)
def test_a_space_at_the_end_of_a_causal_prompt_goes_to_the_answer(family):
    asked_after_space = encode_for(family, Example("Anna speaks ", "French"))
    asked_after_word = encode_for(family, Example("Anna speaks", "French"))
    assert [each.passes for each in asked_after_space] == [each.passes for each in asked_after_word]


def test_a_space_at_the_end_of_a_masked_prompt_does_not_matter():
    assert encode_for("roberta", Example("Anna speaks ", "French")) == encode_for(
        "roberta", Example("Anna speaks", "French")
    )


@pytest.mark.parametrize(("family", "special"), [("gptj", 0), ("llama", 1), ("roberta", 4)])
def test_a_prompt_may_fill_the_context_and_no_more(family, special):
    words = CONTEXT - special
    (question,) = encode_for(family, Example(" ".join(["the"] * words), "cat"))
    assert len(ids_of(question)) == CONTEXT
    with pytest.raises(ConfigError, match=f"Example 0 takes {CONTEXT + 1} tokens.* {CONTEXT},"):
        encode_for(family, Example(" ".join(["the"] * (words + 1)), "cat"))


def test_a_mask_may_stand_anywhere_in_a_masked_prompt():
    (question,) = encode_for("roberta", Example("the <mask> sees the dog", "cat"))
    assert tokens("roberta", ids_of(question))[1:-1] == "▁the <mask> ▁sees ▁the ▁dog".split()
    assert asked_at(question) == 2


def test_a_masked_prompt_with_two_masks_is_refused():
    with pytest.raises(ConfigError, match="Example 0 has 2 mask tokens in its prompt, expected 1"):
        encode_for("roberta", Example("the <mask> sees the <mask>", "cat"))


def test_a_masked_model_needs_a_tokenizer_with_a_mask():
    with pytest.raises(ConfigError, match="its tokenizer has no mask token"):
        encode_for("roberta", Example("Anna speaks", "French"), tokenizer=make_tokenizer("gptj"))


@pytest.mark.parametrize("family", CAUSAL)
def test_an_answer_of_several_tokens_is_read_where_each_is_predicted(family):
    (question,) = encode_for(family, Example("Anna drinks", "red wine"))
    (each,) = question.passes
    (reading,) = each.readings
    assert tokens(family, each.ids)[-3:] == "▁Anna ▁drinks ▁red".split()
    assert tokens(family, reading.tokens) == ["▁red", "▁wine"]
    assert reading.positions == each.likeliest == (len(each.ids) - 2, len(each.ids) - 1)
    assert question.length == 2


def test_a_masked_model_gets_as_many_masks_as_the_answer_has_tokens():
    (question,) = encode_for("roberta", Example("Anna drinks", "red wine"))
    (each,) = question.passes
    assert tokens("roberta", each.ids) == "<s> ▁Anna ▁drinks <mask> <mask> . </s>".split()
    assert each.readings[0].positions == each.likeliest == (3, 4)


def test_labels_of_as_many_tokens_share_a_pass():
    example = Example("Anna drinks", "milk", ("milk", "red wine", "tea", "white wine"))
    (causal,) = encode_for("gptj", example)
    assert [[reading.of for reading in each.readings] for each in causal.passes] == [
        [0, 2],
        [1],
        [3],
    ]
    (masked,) = encode_for("roberta", example)
    assert [[reading.of for reading in each.readings] for each in masked.passes] == [
        [0, 2],
        [1, 3],
    ]


@pytest.mark.parametrize("family", FAMILIES)
def test_labels_of_several_tokens_are_refused_where_they_have_to_be_one(family):
    example = Example("Anna drinks", "milk", ("milk", "red wine"))
    with pytest.raises(ConfigError, match="the answer 'red wine' is 2 tokens"):
        encode_for(family, example, scoring=Scoring(CHOICE, single_token=True))


def test_the_papers_masked_answer_has_no_special_tokens_and_counts_one_too_many():
    scoring = Scoring(GENERATION, new_tokens=3, bare=True)
    (question,) = encode_for(
        "roberta", Example("Anna drinks", "red wine"), scoring=scoring, paper=True
    )
    answer, said = question.passes
    assert tokens("roberta", answer.ids) == "▁Anna ▁drinks <mask> <mask>".split()
    assert tokens("roberta", said.ids) == "<s> ▁Anna ▁drinks <mask> <mask> <mask> </s>".split()
    assert said.likeliest == (3, 4, 5)
    assert question.length == 3


LONG = Example("Bert says " + "the cat " * CONTEXT + "likes", "milk", place="line 2")
SHORT = Example("Anna drinks", "milk")


@pytest.mark.parametrize("family", FAMILIES)
def test_a_prompt_that_is_too_long_is_an_error_that_names_the_ways_out(family):
    with pytest.raises(ConfigError, match=r"Example 1 \(line 2\) takes .*and 1 others.*drop"):
        fit_for(family, SHORT, LONG, LONG)


@pytest.mark.parametrize("family", FAMILIES)
def test_prompts_that_are_too_long_are_left_out_where_that_is_asked_for(family):
    fitted = fit_for(family, SHORT, LONG, SHORT, too_long="drop")
    assert (fitted.dropped, fitted.truncated) == ((1,), ())


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("answer", ["milk", "red wine"])
def test_prompts_that_are_too_long_are_cut_on_the_left(family, answer):
    long = Example(LONG.prompt, answer)
    fitted = fit_for(family, SHORT, long, too_long="truncate_left")
    (each,) = fitted.questions[1].passes
    assert (fitted.dropped, fitted.truncated) == ((), (1,))
    assert len(each.ids) == CONTEXT
    # A prompt of as many words as fit in the context, with the same end.
    words = LONG.prompt.split()
    start = next(
        n for n in range(len(words)) if len(encode_ids(family, words[n:], answer)) <= CONTEXT
    )
    (wanted,) = encode_for(family, Example(" ".join(words[start:]), answer))
    assert each == wanted.passes[0]


def encode_ids(family, words, answer):
    (question,) = encode_for(family, Example(" ".join(words), answer), too_long="drop")
    return ids_of(question)


def test_what_the_prompt_says_of_itself_is_cut_with_it():
    scoring = Scoring(NEXT_TOKEN, single_token=True, details=True)
    fitted = fit_for("llama", LONG, scoring=scoring, paper=True, too_long="truncate_left")
    (each,) = fitted.questions[0].passes
    question = each.readings[1]
    assert question.tokens == each.ids[2:]
    assert question.positions == tuple(range(1, CONTEXT - 1))


def test_positions_are_left_for_the_tokens_that_the_model_generates():
    scoring = Scoring(GENERATION, new_tokens=5)
    words = ["the"] * (CONTEXT - 5)
    fit_for("gptj", Example(" ".join(words), "cat"), scoring=scoring)
    with pytest.raises(ConfigError, match=f"takes {CONTEXT + 1} tokens"):
        fit_for("gptj", Example(" ".join([*words, "the"]), "cat"), scoring=scoring)


def test_a_prompt_is_not_cut_into_its_answer():
    long = Example("Anna drinks", " ".join(["red wine"] * CONTEXT))
    with pytest.raises(ConfigError, match="fewer tokens before its answer or its mask"):
        fit_for("gptj", long, too_long="truncate_left")


@pytest.mark.parametrize("length", [1, 15, 17, 300, 20_000])
def test_the_tokens_of_a_long_answer_are_found_from_the_end(length):
    tokens = Tokens(make_tokenizer("gptj"))
    answer = " ".join(WORDS[n % len(WORDS)] for n in range(length))
    (ids,) = tokens.plain([f"Anna speaks {answer}"])
    assert tokens.suffix_length("here", ids, answer) == length
    with pytest.raises(ConfigError, match="is not the text of the last tokens"):
        tokens.suffix_length("here", ids, answer.replace(" ", "-") + "-")
