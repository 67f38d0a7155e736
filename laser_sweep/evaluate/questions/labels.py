"""The tokens of answers and labels, for causal and masked models alike."""

from __future__ import annotations

from collections.abc import Sequence

from laser_sweep.dataset import Example, Scoring
from laser_sweep.errors import ConfigError
from laser_sweep.evaluate.questions.place import where, where_answer
from laser_sweep.evaluate.questions.tokens import Tokens, blank

Labels = dict[str, tuple[int, ...]]


def asked_of(example: Example) -> list[str]:
    """The gold answer and the labels, each once."""
    return list(dict.fromkeys((example.answer, *example.choices)))


def following(examples: Sequence[Example], tokens: Tokens) -> list[Labels]:
    """For each example the tokens of its answer and labels as they follow its prompt.

    Raises:
        ConfigError: if one of them changes the tokens of the prompt.
    """
    asked = [(n, label) for n, example in enumerate(examples) for label in asked_of(example)]
    prompts = [example.prompt for example in examples]
    before = tokens.plain(prompts)
    whole = tokens.plain([f"{prompts[n]}{blank(prompts[n])}{label}" for n, label in asked])
    found: list[Labels] = [{} for _ in examples]
    for (number, label), ids in zip(asked, whole, strict=True):
        place = where_answer(examples, number, label)
        found[number][label] = tokens.continuation(place, before[number], ids)
    return found


def alone(examples: Sequence[Example], tokens: Tokens) -> list[Labels]:
    """For each example the tokens of its answer and labels, whatever its prompt is."""
    words = tokens.words([label for example in examples for label in asked_of(example)])
    return [{label: words[label] for label in asked_of(example)} for example in examples]


def check(
    examples: Sequence[Example], scoring: Scoring, tokens: Tokens, found: Sequence[Labels]
) -> None:
    """Check that the model can say every answer, and tell labels apart.

    Raises:
        ConfigError: if it cannot, or an answer is several tokens and has to be one.
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
