"""Prompts as a model is asked them: after shots, and in its chat template."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._chat_template import ChatTemplate
from laser_sweep.dataset._example import Example
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._template import unescaped
from laser_sweep.errors import ConfigError

Delimiter = Callable[[str, str], str]
"""A function from a prompt and an answer to the text between them."""


def as_asked(
    examples: Sequence[Example],
    shots: Sequence[Example],
    config: DatasetConfig,
    prompting: Prompting,
    delimiter: Delimiter,
) -> list[Example]:
    """Examples whose prompts have the shots before them and are in the chat template.

    Args:
        examples: the examples that are evaluated.
        shots: examples with their answers, in order.
        config: the dataset.
        prompting: the way in which the model is prompted.
        delimiter: the text between a prompt and its answer.

    Raises:
        ConfigError: if the model cannot be asked so.
    """
    if not config.chat_template and not shots:
        return list(examples)
    _check(config, prompting)
    if config.chat_template:
        system = None if config.system_prompt is None else unescaped(config.system_prompt)
        template = ChatTemplate(prompting.tokenizer, system)
        turns = [(shot.prompt, shot.answer) for shot in shots]
        return [replace(each, prompt=template.prompt(each.prompt, turns)) for each in examples]
    between = unescaped(config.fewshot_delimiter)
    before = "".join(_answered(shot, prompting.mask, delimiter) + between for shot in shots)
    return [replace(each, prompt=before + each.prompt) for each in examples]


def _check(config: DatasetConfig, prompting: Prompting) -> None:
    """Check that this protocol and this kind of model can be asked so."""
    option = "dataset.chat_template=true" if config.chat_template else "dataset.shots"
    if prompting.paper:
        raise ConfigError(f"{option}: protocol=paper asks as the paper's code, without it.")
    if config.chat_template and prompting.masked:
        raise ConfigError(f"{option}: the model fills in masks; expected a model that chats.")


def _answered(shot: Example, mask: str, delimiter: Delimiter) -> str:
    """The prompt of a shot with its answer, in the place of the mask if it has one."""
    if mask and mask in shot.prompt:
        return shot.prompt.replace(mask, shot.answer)
    return f"{shot.prompt}{delimiter(shot.prompt, shot.answer)}{shot.answer}"
