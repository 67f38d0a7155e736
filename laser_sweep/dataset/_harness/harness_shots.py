"""Shots of a task: documents with their answers before each question, as the harness draws them."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._harness.harness_example import HarnessExample
from laser_sweep.dataset._harness.task import Task
from laser_sweep.errors import ConfigError

log = logging.getLogger(__name__)

_SEED = 1234
"""The seed with which the harness's own command draws shots."""


def set_shots(task: Task, config: DatasetConfig) -> None:
    """Set the number of shots, and the seed of their choice."""
    if config.shots is not None:
        task.set_config("num_fewshot", config.shots)
    task.set_fewshot_seed(_SEED if config.shots_seed is None else config.shots_seed)


def without_documents_of_shots(
    task: Task, examples: Sequence[HarnessExample], config: DatasetConfig
) -> list[HarnessExample]:
    """The examples whose answers no shot can show.

    Raises:
        ConfigError: if shots are drawn from the evaluated documents.
    """
    if not task.config.num_fewshot:
        return list(examples)
    source = {_key(each) for each in task.fewshot_docs() or ()}
    documents = dict.fromkeys((each.doc_id, _key(each.doc)) for each in task.instances)
    shown = [key in source for _, key in documents]
    if all(shown):
        raise ConfigError(
            f"dataset.task={config.task}: its {task.config.num_fewshot} shots are drawn from the "
            "evaluated documents, whose answers other prompts would show: expected "
            "dataset.shots=0, or a task with a fewshot_split of its own."
        )
    if any(shown):
        log.warning(
            "dataset.task=%s: %d documents are left out, as they are among those that shots are "
            "drawn from.",
            config.task,
            sum(shown),
        )
    return [each for each, is_shown in zip(examples, shown, strict=True) if not is_shown]


def _key(document: Mapping[str, object] | Iterable[object]) -> str:
    return json.dumps(document, sort_keys=True, default=str)
