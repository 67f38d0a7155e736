"""Examples as questions, for every kind of scoring and of model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from transformers import PretrainedConfig

from laser_sweep.config.dataset import ERROR
from laser_sweep.dataset import (
    GENERATION,
    DocumentScoring,
    Example,
    HarnessScoring,
    Prompting,
    Scoring,
)
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions import (
    causal,
    documents_in_windows,
    harness_questions,
    masked,
)
from laser_sweep.evaluate.questions.context_length import QuestionSet, fit, largest_context
from laser_sweep.evaluate.questions.tokens import Tokens


def encode(
    examples: Sequence[Example],
    scoring: Scoring,
    prompting: Prompting,
    config: PretrainedConfig,
    too_long: str = ERROR,
) -> QuestionSet:
    """Encode examples as token ids.

    Args:
        examples: the examples.
        scoring: their scoring.
        prompting: the way in which the model is prompted, with its tokenizer.
        config: the model's configuration.
        too_long: the treatment of examples that exceed the model's context: `error`, `drop` or
            `truncate_left`.

    Raises:
        ConfigError: if an answer cannot be told apart from its prompt, is not in the vocabulary, or
            has several tokens where one is allowed; if two labels are the same to the model; if an
            example exceeds the model's context and that is an error; if a masked model is to
            predict documents.
    """
    tokens = Tokens(prompting.tokenizer)
    if isinstance(scoring, DocumentScoring):
        return _documents(examples, scoring, prompting, tokens, config)
    family = masked if prompting.masked else causal
    if isinstance(scoring, HarnessScoring):
        family = harness_questions
    is_generated = scoring.kind == GENERATION
    # A generated text is compared with the texts of further answers, never with their tokens.
    asked = [replace(each, aliases=()) for each in examples] if is_generated else examples
    questions = family.questions(asked, scoring, prompting, tokens)
    questions = [
        replace(question, aliases=example.aliases) if example.aliases else question
        for question, example in zip(questions, examples, strict=True)
    ]
    fitted = fit(examples, questions, scoring, tokens, config, too_long)
    return replace(fitted, once=fitted.once or _have_special_tokens(examples, prompting, tokens))


def _documents(
    examples: Sequence[Example],
    scoring: DocumentScoring,
    prompting: Prompting,
    tokens: Tokens,
    config: PretrainedConfig,
) -> QuestionSet:
    if prompting.masked:
        raise ConfigError(
            "dataset.scoring=perplexity: the model fills in masks; expected a model that continues "
            "a text."
        )
    limit = largest_context(tokens, config)
    return QuestionSet(documents_in_windows.questions(examples, scoring, tokens, limit))


def _have_special_tokens(examples: Sequence[Example], prompting: Prompting, tokens: Tokens) -> bool:
    """Whether a prompt has special tokens itself that the tokenizer would add."""
    texts = tokens.pieces([*tokens.prefix, *tokens.suffix])
    prompts = [each.prompt for each in examples if any(text in each.prompt for text in texts)]
    return any(
        tokens.starts_itself(ids) or (prompting.masked and tokens.ends_itself(ids))
        for ids in tokens.plain(prompts)
    )
