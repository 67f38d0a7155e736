"""HotpotQA without its paragraphs: the model answers in its own words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from laser_sweep.config import AUTO, DatasetConfig
from laser_sweep.dataset._example import GENERATION, Example, ExampleSet, Scoring
from laser_sweep.dataset._files.hub import Hub
from laser_sweep.dataset._files.row import Row
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published.facts import Facts, load_rows

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

FACTS = Facts(
    title="HotpotQA: questions whose answer takes two steps, asked without the paragraphs",
    columns=("id", "question", "answer"),
    sources=(
        Hub(
            "hotpotqa/hotpot_qa",
            {
                # The first of the two files has all rows that are read.
                "train": "fullwiki/train-00000-of-00002.parquet",
                "validation": "fullwiki/validation-*.parquet",
            },
            "1908d6afbbead072334abe2965f91bd2709910ab",
        ),
        Hub(
            "hotpotqa/hotpot_qa",
            {
                "train": "fullwiki/train/0000.parquet",
                "validation": "fullwiki/validation/*.parquet",
            },
            "refs/convert/parquet",
        ),
    ),
    count=14_618,
    licence="CC BY-SA 4.0",
    citation="Yang et al. 2018, HotpotQA: A Dataset for Diverse, Explainable Multi-hop Question "
    "Answering (1809.09600)",
    splits=("train", "validation"),
    notes=(
        "As many rows of train as validation has, then the rows of validation. Answers of more "
        "than 14 tokens of Llama-2's tokenizer are left out, whatever the model.",
        "10 % of the questions contain the answer, which the paper's score counts as right.",
    ),
)

_MOST_TOKENS = 15
"""Tokens of an answer, with the token that starts a text, as the paper's code counts."""
_NEW_TOKENS, MASKS = 15, 5
_LLAMA = "hf-internal-testing/llama-tokenizer"


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each question with a short answer, train first.

    Raises:
        ConfigError: if the rows or the tokenizer that measures answers are not available.
    """
    rows = load_rows(FACTS, config)
    rows.check_unique("id")
    validation = rows.of_split("validation").rows
    train = rows.of_split("train").rows[: len(validation)]
    examples = Rows([*train, *validation], rows.where).examples(
        lambda row: [_example(row, prompting)]
    )
    examples = _with_short_answers(examples, _length_tokenizer(config, prompting))
    return ExampleSet(examples, _scoring(config, prompting))


def _scoring(config: DatasetConfig, prompting: Prompting) -> Scoring:
    """The answer in the generated text, and the log-probability of the gold answer."""
    new_tokens = config.new_tokens or (MASKS if prompting.masked else _NEW_TOKENS)
    return Scoring(GENERATION, new_tokens=new_tokens, bare=prompting.paper and prompting.masked)


def _example(row: Row, prompting: Prompting) -> Example:
    question = row.text("question").strip()
    mark = "" if question.endswith(("?", ".")) else "?"
    prompt = f"{question}{mark} The answer is"
    filled = prompt if prompting.paper else prompting.fill(prompt)
    return Example(filled, row.text("answer").strip(), (), None, row.place)


def _with_short_answers(
    examples: list[Example], tokenizer: PreTrainedTokenizerBase | None
) -> list[Example]:
    """The examples whose answers are short; all of them without a tokenizer."""
    if tokenizer is None or not examples:
        return examples
    lengths = map(len, tokenizer([example.answer for example in examples])["input_ids"])
    return [
        example for example, length in zip(examples, lengths, strict=True) if length <= _MOST_TOKENS
    ]


def _length_tokenizer(
    config: DatasetConfig, prompting: Prompting
) -> PreTrainedTokenizerBase | None:
    """The tokenizer that measures answers; None if nothing is to be left out."""
    wanted = config.length_tokenizer
    if wanted is None:
        return None
    if wanted == AUTO and prompting.family == "llama":
        return prompting.tokenizer
    from laser_sweep.model.tokenizer import load_length_tokenizer

    return load_length_tokenizer(_LLAMA if wanted == AUTO else wanted)
