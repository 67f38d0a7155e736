"""Examples as questions: what goes through the model, and what is read off, for every kind."""

from __future__ import annotations

from collections.abc import Sequence

from transformers import PretrainedConfig, PreTrainedTokenizerBase

from laser_sweep.dataset import Example, Scoring
from laser_sweep.evaluate.questions import causal, masked
from laser_sweep.evaluate.questions.context_length import QuestionSet, fit
from laser_sweep.evaluate.questions.tokens import Tokens


def encode(
    examples: Sequence[Example],
    scoring: Scoring,
    tokenizer: PreTrainedTokenizerBase,
    config: PretrainedConfig,
    *,
    masks: bool,
    paper: bool = False,
    too_long: str = "error",
) -> QuestionSet:
    """All examples as token ids.

    Args:
        examples: the examples.
        scoring: how they are scored.
        tokenizer: the model's tokenizer.
        config: the model's configuration.
        masks: whether the model fills in masks.
        paper: whether tokens are found and counted as the paper's code does it.
        too_long: what to do where the context is too short: `error`, `drop` or `truncate_left`.

    Raises:
        ConfigError: if an answer changes the tokens of its prompt, is unknown, or is several tokens
            where it has to be one; if two labels are the same to the model; if a prompt is longer
            than the model's context and that is an error.
    """
    tokens = Tokens(tokenizer)
    family = masked if masks else causal
    questions = family.questions(examples, scoring, tokens, paper)
    return fit(examples, questions, scoring, tokens, config, too_long)
