"""Prompts as a model is asked them: after shots, and in its chat template."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._asking.chat_template import ChatTemplate
from laser_sweep.dataset._asking.delimiter import delimited
from laser_sweep.dataset._columns.template import unescaped
from laser_sweep.dataset._example import Example
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.errors import ConfigError


def as_asked(
    examples: Sequence[Example],
    shots: Sequence[Example],
    config: DatasetConfig,
    prompting: Prompting,
) -> list[Example]:
    """Examples whose prompts have the shots before them and are in the chat template.

    Args:
        examples: the examples that are evaluated.
        shots: examples with their answers, in order.
        config: the dataset.
        prompting: the way in which the model is prompted.

    Raises:
        ConfigError: if the model cannot be asked so.
    """
    if not config.chat_template and not shots:
        return list(examples)
    _check(config, prompting)
    if config.chat_template:
        system = config.system_prompt
        written = None if system is None else unescaped("dataset.system_prompt", system)
        template = ChatTemplate(prompting.tokenizer, written)
        turns = [(shot.prompt, shot.answer) for shot in shots]
        asked = [template.prompt(each.prompt, turns) for each in examples]
        wrapped = [
            replace(e, prompt=p, delimiter=None) for e, p in zip(examples, asked, strict=True)
        ]
        return [delimited(each, config.target_delimiter, prompting) for each in wrapped]
    between = unescaped("dataset.fewshot_delimiter", config.fewshot_delimiter)
    before = "".join(_answered(shot, prompting) + between for shot in shots)
    return [replace(each, prompt=before + each.prompt) for each in examples]


def _check(config: DatasetConfig, prompting: Prompting) -> None:
    """Check that this protocol and this kind of model can be asked so."""
    option = "dataset.chat_template=true" if config.chat_template else "dataset.shots"
    if prompting.paper:
        raise ConfigError(f"{option}: protocol=paper asks as the paper's code, without it.")
    if config.chat_template and prompting.masked:
        raise ConfigError(f"{option}: the model fills in masks; expected a model that chats.")


def _answered(shot: Example, prompting: Prompting) -> str:
    """The prompt of a shot with its answer, in the place of the mask if it has one."""
    if prompting.has_mask(shot.prompt):
        return shot.prompt.replace(prompting.mask, shot.answer)
    return f"{shot.prompt}{shot.seam}{shot.answer}"
