"""The tokens of answers and labels, for causal and masked models alike."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.dataset import Example, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.place import where, where_answer
from laser_sweep.evaluate.questions.seam import LabelTokens, Split, Unsplit, split
from laser_sweep.evaluate.questions.tokens import Tokens


def following_prompts(examples: Sequence[Example], tokens: Tokens) -> list[Split]:
    """For each example its prompt's tokens, and those that its answer and labels have after them.

    Raises:
        ConfigError: if an answer or a label cannot be told apart from the prompt.
    """
    texts = [
        Unsplit(where(examples, number), example.prompt, example.seam, labels_of(example))
        for number, example in enumerate(examples)
    ]
    return split(texts, tokens)


def without_prompts(examples: Sequence[Example], tokens: Tokens) -> list[LabelTokens]:
    """For each example the tokens that its answer and labels have, whatever its prompt."""
    words = tokens.words([label for example in examples for label in labels_of(example)])
    return [{label: words[label] for label in labels_of(example)} for example in examples]


def labels_of(example: Example) -> list[str]:
    """The accepted answers and the labels, each once."""
    return list(dict.fromkeys((example.answer, *example.choices, *example.aliases)))


def check(
    examples: Sequence[Example], scoring: Scoring, tokens: Tokens, found: Sequence[LabelTokens]
) -> None:
    """Check that the vocabulary has every answer and label, and that labels differ.

    Raises:
        ConfigError: if not, or if an answer has several tokens and the scoring allows one.
    """
    for number, (example, labels) in enumerate(zip(examples, found, strict=True)):
        for label, ids in labels.items():
            place = where_answer(examples, number, label)
            tokens.check_known(place, ids)
            if scoring.single_token:
                tokens.check_single(place, ids)
        if len({labels[choice] for choice in example.choices}) < len(example.choices):
            raise ConfigError(
                f"{where(examples, number)}: two of the choices {list(example.choices)} are the "
                "same tokens to the model."
            )
