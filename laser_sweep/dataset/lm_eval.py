"""A task of EleutherAI's harness, with its own prompts, shots and metric."""

from __future__ import annotations

import logging
from collections.abc import Mapping

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._asking.chat_template import check_has_template
from laser_sweep.dataset._columns.template import unescaped
from laser_sweep.dataset._example import ExampleSet
from laser_sweep.dataset._harness.documents import examples_of
from laser_sweep.dataset._harness.harness_shots import set_shots, without_documents_of_shots
from laser_sweep.dataset._harness.installation import check_installation, without_bars
from laser_sweep.dataset._harness.rules import scoring_of
from laser_sweep.dataset._harness.task import Task, find_task
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.errors import ConfigError, reason

log = logging.getLogger(__name__)

ROW_OPTIONS: tuple[str, ...] = ()
ASKING_OPTIONS = ("shots", "shots_seed", "chat_template", "system_prompt")
"""The options of asking that the harness applies itself."""


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each document that the harness evaluates, in order.

    Raises:
        ConfigError: if there is no such task, it cannot be scored here, or shots would show the
            answers of evaluated documents.
    """
    _check_asked(config, prompting)
    version = check_installation()
    task = find_task(str(config.task), config.path)
    scoring = scoring_of(task, config)
    set_shots(task, config)
    _make_requests(task, config, prompting)
    examples = without_documents_of_shots(task, examples_of(task, scoring), config)
    source = (
        f"lm_eval {version}, task version {task.VERSION}, shots: "
        f"{task.config.num_fewshot or 0}, scored by {scoring.metric}"
    )
    return ExampleSet(list(examples), scoring, source=source)


def _check_asked(config: DatasetConfig, prompting: Prompting) -> None:
    """Check that a task is named, and that the harness asks such a model."""
    if not config.task:
        raise ConfigError(
            "dataset.task is not set: expected the name of a task of the harness, such as arc_easy."
        )
    if prompting.masked or prompting.paper:
        raise ConfigError(
            f"dataset.task={config.task}: the harness asks models that continue a text, in the "
            "corrected protocol; expected such a model, and not protocol=paper."
        )


def _make_requests(task: Task, config: DatasetConfig, prompting: Prompting) -> None:
    """Let the harness make the requests of all documents."""
    log.info("making the requests of %s", config.task)
    options = _chat_options(config, prompting)
    try:
        with without_bars():
            task.build_all_requests(limit=config.limit, **options)
    # The code of a task may raise anything.
    except Exception as error:
        raise ConfigError(
            f"dataset.task={config.task}: the harness cannot make its requests: {reason(error)}"
        ) from error


def _chat_options(config: DatasetConfig, prompting: Prompting) -> Mapping[str, object]:
    """The options of requests in the model's chat template."""
    if not config.chat_template:
        return {}
    tokenizer = prompting.tokenizer
    check_has_template(tokenizer)

    def render(history: list[dict[str, str]], add_generation_prompt: bool = True) -> object:
        return tokenizer.apply_chat_template(
            history,
            tokenize=False,
            add_generation_prompt=add_generation_prompt,
            continue_final_message=not add_generation_prompt,
        )

    written = config.system_prompt
    system = None if written is None else unescaped("dataset.system_prompt", written)
    return {
        "apply_chat_template": True,
        "chat_template": render,
        "fewshot_as_multiturn": True,
        "system_instruction": system,
        "tokenizer_name": str(tokenizer.name_or_path),
    }
