"""The seam: the tokens that are scored are those of the delimiter and the answer."""

from __future__ import annotations

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from support.seams import KINDS, make_seam_tokenizer
from support.tiny import asked, quick
from transformers import LlamaConfig

from laser_sweep.dataset import ANSWER, CHOICE, GENERATION, NEXT_TOKEN, Example, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.engine.predictions import LikeliestTokens, Prediction
from laser_sweep.evaluate.questions.encode import encode
from laser_sweep.evaluate.questions.question import GOLD
from laser_sweep.evaluate.questions.seam import Unsplit, split
from laser_sweep.evaluate.questions.tokens import Tokens
from laser_sweep.evaluate.score.scorers import score
from laser_sweep.evaluate.score.scoring_context import ScoringContext
from laser_sweep.evaluate.score.vocabulary import read_vocabulary

CONFIG = LlamaConfig(max_position_embeddings=512)
LETTERS = "abc是巴黎北京"
texts = st.text(alphabet=f'{LETTERS} .(:$\n"', min_size=1, max_size=12)
prompts = texts.filter(lambda text: text.strip())
answers = st.text(alphabet=f"{LETTERS} .", min_size=1, max_size=8).filter(
    lambda text: text == text.strip() and any(letter in text for letter in LETTERS)
)
delimiters = st.sampled_from(["", " ", "\n", ": ", " -> ", "\n\n"])


def tokens_of(kind):
    return Tokens(make_seam_tokenizer(kind))


def divided(kind, prompt, delimiter, *labels):
    """The tokens of a prompt and of its labels."""
    (made,) = split([Unsplit("Example 0", prompt, delimiter, labels)], tokens_of(kind))
    return made


def written(kind, ids):
    """The characters of tokens, as each kind of tokenizer spells them."""
    tokens = tokens_of(kind)
    if kind == "byte_level":
        return tokens.text(ids)
    return "".join(tokens.pieces(ids)).replace("▁", " ")


@quick
@given(prompts, delimiters, answers)
@pytest.mark.parametrize("kind", ["byte_level", "metaspace"])
def test_the_scored_tokens_say_delimiter_and_answer(kind, prompt, delimiter, answer):
    made = divided(kind, prompt, delimiter, answer)
    said = written(kind, made.labels[answer])
    assert said.endswith(f"{delimiter}{answer}")
    # Of the prompt, nothing but spaces at its end is scored, and nothing is lost.
    moved = said.removesuffix(f"{delimiter}{answer}")
    assert not moved.strip()
    whole = f"{written(kind, made.prompt)}{said}"
    assert whole.removeprefix("" if kind == "byte_level" else " ") in (
        f"{prompt}{delimiter}{answer}",
        f"{prompt}{delimiter}{answer}".removeprefix(" "),
    )


@quick
@given(prompts, delimiters, answers)
def test_the_scored_parts_of_words_say_delimiter_and_answer(prompt, delimiter, answer):
    try:
        made = divided("word_piece", prompt, delimiter, answer)
    except ConfigError:
        assume(False)
    pieces = tokens_of("word_piece").pieces(made.labels[answer])
    said = "".join(piece.removeprefix("##") for piece in pieces)
    assert said == "".join(f"{delimiter}{answer}".split())
    joined = f"{prompt}{delimiter}"[-1] in "abc" and answer[0] in "abc"
    assert pieces[0].startswith("##") == joined


@pytest.mark.parametrize("kind", KINDS)
def test_after_a_space_the_tokens_are_those_of_the_whole_text(kind):
    tokens = tokens_of(kind)
    made = divided(kind, "the capital of France is", " ", "Paris", "Rome", "a cab")
    for label, ids in made.labels.items():
        (whole,) = tokens.plain([f"the capital of France is {label}"])
        assert [*made.prompt, *ids] == whole
        assert ids == tokens.words([label])[label]


@pytest.mark.parametrize("kind", KINDS)
def test_a_space_at_the_end_of_a_prompt_goes_to_the_answers(kind):
    assert divided(kind, "the capital is ", "", "Paris") == divided(
        kind, "the capital is", " ", "Paris"
    )


def test_all_labels_follow_the_same_tokens():
    # Only the second label changes the prompt's last token, a space.
    made = divided("byte_level", "the capital is ", "", "(Rome)", "Paris")
    assert made == divided("byte_level", "the capital is", " ", "(Rome)", "Paris")


def test_an_answer_that_merges_with_its_prompt_is_tokenized_apart():
    tokens = tokens_of("byte_level")
    prompt, answer = "法国的首", "都是巴黎"
    (before,), (whole,) = tokens.plain([prompt]), tokens.plain([f"{prompt}{answer}"])
    assert whole[: len(before)] != before, "the tokenizer merges across the seam"
    made = divided("byte_level", prompt, "", answer)
    assert list(made.prompt) == before
    assert tokens.text(made.labels[answer]) == answer


def test_an_answer_that_cannot_be_told_apart_is_refused_with_its_tokens():
    # The letter q is unknown to the tokenizer, and with it the whole word.
    with pytest.raises(ConfigError, match=r"Example 0: the answer 'a' changes the tokens.*with ''"):
        divided("word_piece", "the q", "", "a")


def test_a_line_break_is_no_space():
    made = divided("byte_level", "the capital:\n", "", "Paris")
    assert written("byte_level", made.labels["Paris"]) == "Paris"
    made = divided("byte_level", "the capital:", "\n", "Paris")
    assert written("byte_level", made.labels["Paris"]) == "\nParis"


def asked_with(kind, example, scoring, family="gptj", protocol="corrected"):
    """The question of an example, and how its model is asked."""
    prompting = asked(family, protocol, make_seam_tokenizer(kind))
    (question,) = encode([example], scoring, prompting, CONFIG).questions
    return question, prompting


@pytest.mark.parametrize("protocol", ["corrected", "paper"])
@pytest.mark.parametrize("kind", ["byte_level", "metaspace"])
@pytest.mark.parametrize("delimiter", ["", "\n", ": "])
def test_answers_and_labels_are_scored_with_their_delimiter(kind, protocol, delimiter):
    example = Example("法国的首都是", "巴黎", ("巴黎", "北京", "a b"), delimiter=delimiter)
    question, _ = asked_with(kind, example, Scoring(CHOICE), protocol=protocol)
    read = {each.of: each for one in question.passes for each in one.readings}
    for number, label in enumerate(example.choices):
        ids = read[number].tokens
        assert written(kind, ids) == f"{delimiter}{label}"
    answer, _ = asked_with(
        kind, Example("法国的首都是", "巴黎", delimiter=delimiter), Scoring(ANSWER)
    )
    assert written(kind, answer.gold) == f"{delimiter}巴黎"
    assert answer.passes[0].ids[: -len(answer.gold) + 1 or None][-1] != answer.gold[0]


def test_a_next_token_stands_without_a_space():
    token = Scoring(NEXT_TOKEN, single_token=True)
    question, _ = asked_with("byte_level", Example('He said "', "a", delimiter=""), token)
    assert written("byte_level", question.gold) == "a"
    with pytest.raises(ConfigError, match="is 2 tokens"):
        asked_with("byte_level", Example("He said", "a", delimiter="\n"), token)


def outcome(question, prompting, said):
    """The outcome of a model that says a text in its own words."""
    tokens = Tokens(prompting.tokenizer)
    vocabulary = read_vocabulary(prompting.tokenizer, len(prompting.tokenizer))
    context = ScoringContext(Scoring(GENERATION, new_tokens=9), prompting, tokens, vocabulary)
    (ids,) = tokens.plain([said])
    return score(Prediction(question, {GOLD: [-1.0]}, continuation=ids), context)


@pytest.mark.parametrize(
    ("delimiter", "said"),
    [
        ("", "巴黎市"),
        ("\n", "\n巴黎市"),
        (" -> ", " -> 巴黎市"),
        (" -> ", "巴黎市"),
        (" ", " 巴黎市"),
    ],
)
def test_what_a_model_says_begins_after_the_delimiter(delimiter, said):
    example = Example("法国的首都是", "巴黎市", delimiter=delimiter)
    question, prompting = asked_with("byte_level", example, Scoring(GENERATION, new_tokens=9))
    assert written("byte_level", question.prompt) == "法国的首都是"
    found = outcome(question, prompting, said)
    assert (found.correct, found.prediction, found.overlap.f1) == (True, "巴黎市", 1.0)


def test_a_generated_answer_does_not_start_after_a_lone_space():
    question, _ = asked_with(
        "metaspace", Example("is ", "Paris"), Scoring(GENERATION, new_tokens=9)
    )
    usual, _ = asked_with("metaspace", Example("is", "Paris"), Scoring(GENERATION, new_tokens=9))
    assert question.prompt == usual.prompt


def test_the_prediction_of_an_answer_has_no_delimiter():
    example = Example("法国的首都是", "巴黎", delimiter=": ")
    question, prompting = asked_with("byte_level", example, Scoring(ANSWER))
    likeliest = [LikeliestTokens([token], [-0.1]) for token in question.gold]
    tokens = Tokens(prompting.tokenizer)
    vocabulary = read_vocabulary(prompting.tokenizer, len(prompting.tokenizer))
    context = ScoringContext(Scoring(ANSWER), prompting, tokens, vocabulary)
    found = score(Prediction(question, {GOLD: [-1.0]}, likeliest), context)
    assert (found.correct, found.prediction) == (True, "巴黎")


@pytest.mark.parametrize("kind", ["byte_level", "metaspace"])
@pytest.mark.parametrize(
    ("prompt", "delimiter", "before", "gold"),
    [
        ("法国的首都是", "", "法国的首都是", "巴黎"),
        ("法国的首都是<mask>。", "", "法国的首都是", "巴黎"),
        ("the capital is", "\n", "the capital is", "\n巴黎"),
        ("the capital is", ": ", "the capital is:", " 巴黎"),
        ("the capital (<mask>)", "", "the capital (", "巴黎"),
        ("the capital is <mask>.", "", "the capital is", " 巴黎"),
    ],
)
def test_a_mask_stands_after_the_delimiter(kind, prompt, delimiter, before, gold):
    example = Example(prompt, "巴黎", delimiter=delimiter)
    question, prompting = asked_with(kind, example, Scoring(ANSWER), "roberta")
    mask = prompting.tokenizer.mask_token_id
    ids = question.passes[0].ids
    assert written(kind, ids[: ids.index(mask)]).strip() == before
    assert written(kind, question.gold) == gold
    assert ids.count(mask) == len(question.gold)
    assert question.passes[0].readings[0].positions[0] == ids.index(mask)


def test_labels_with_and_without_a_space_before_their_masks():
    examples = [Example("法国的首都是", "巴黎", delimiter=""), Example("Rome is", "a cab")]
    prompting = asked("roberta", tokenizer=make_seam_tokenizer("metaspace"))
    first, second = encode(examples, Scoring(ANSWER), prompting, CONFIG).questions
    assert written("metaspace", first.gold) == "巴黎"
    assert written("metaspace", second.gold) == " a cab"


def test_words_do_not_stand_before_a_mask_of_the_prompts_own():
    example = Example("法国的首都是<mask>", "巴黎", delimiter="A: ")
    with pytest.raises(ConfigError, match=r"Example 0 has a mask.*target_delimiter='A: '"):
        asked_with("metaspace", example, Scoring(ANSWER), "roberta")
