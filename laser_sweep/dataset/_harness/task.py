"""A task of the harness by its name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from laser_sweep.dataset._harness.installation import without_bars
from laser_sweep.errors import ConfigError, reason


class TaskConfig(Protocol):
    """The parts of a task's configuration that are read."""

    output_type: str
    metric_list: Sequence[Mapping[str, object]] | None
    filter_list: Sequence[Mapping[str, object]] | None
    num_fewshot: int | None
    generation_kwargs: Mapping[str, object] | None
    repeats: int | None
    target_delimiter: str
    doc_to_choice: object
    process_results: object


class Instance(Protocol):
    """A request of a task: one of a document's."""

    args: tuple[object, ...]
    doc: Mapping[str, object]
    doc_id: int


class Task(Protocol):
    """The parts of a task that are read, alike in all supported versions."""

    config: TaskConfig
    instances: Sequence[Instance]
    VERSION: object

    def build_all_requests(self, **options: object) -> None:
        """Make the requests of the documents."""
        ...

    def set_config(self, key: str, value: object) -> None:
        """Change an option of the task."""
        ...

    def set_fewshot_seed(self, seed: int) -> None:
        """Set the seed of the choice of shots."""
        ...

    def fewshot_docs(self) -> Iterable[Mapping[str, object]] | None:
        """The documents that shots are taken from."""
        ...

    def doc_to_text(self, doc: Mapping[str, object]) -> object:
        """The context of a document; where contexts differ between choices, the gold number."""
        ...

    def doc_to_target(self, doc: Mapping[str, object]) -> object:
        """The gold answer of a document."""
        ...

    def doc_to_choice(self, doc: Mapping[str, object]) -> Sequence[str]:
        """The choices of a document."""
        ...


class _Manager(Protocol):
    all_subtasks: Sequence[str]
    all_groups: Sequence[str]
    all_tags: Sequence[str]

    def load_task_or_group(self, task_list: Sequence[str]) -> Mapping[str, Task]: ...


def find_task(name: str, folder: str | None) -> Task:
    """The task of a name.

    Args:
        name: the task's name.
        folder: a folder with the YAML files of further tasks; None without one. Code that they name
            is run, as by the harness itself.

    Raises:
        ConfigError: if there is no such task, it is a group of tasks, or it cannot be loaded.
    """
    manager = _manager_with(name, folder)
    if name not in manager.all_subtasks:
        raise _not_a_task(name, manager)
    try:
        with without_bars():
            return _loaded(name, manager)
    # The harness, datasets and the code of a task raise what they like.
    except Exception as error:
        causes = list(_causes(error))
        # An error of the network is one of the operating system, too.
        is_about_data = any(isinstance(each, OSError) for each in causes)
        advice = (
            " Its data have to be in the cache of datasets, into which the same command puts them "
            "where there is a network."
        )
        raise ConfigError(
            f"dataset.task={name}: it cannot be loaded: {reason(causes[-1])}."
            f"{advice if is_about_data else ''}"
        ) from error


def _loaded(name: str, manager: _Manager) -> Task:
    if hasattr(manager, "load"):
        found: Mapping[str, Task] = manager.load([name])["tasks"]
        return found[name]
    # Before version 0.4.10.
    return manager.load_task_or_group([name])[name]


def _manager_with(name: str, folder: str | None) -> _Manager:
    """A manager that knows the tasks of a folder; those of the harness, too, if need be."""
    from lm_eval.tasks import TaskManager

    if folder is None:
        return TaskManager()
    path = Path(folder).expanduser()
    if not path.is_dir():
        raise ConfigError(
            f"dataset.path={folder}: expected a folder with the YAML files of tasks of the harness."
        )
    # Reading the YAML files of the harness's own tasks takes many seconds.
    own: _Manager = TaskManager(include_path=str(path), include_defaults=False)
    return own if name in own.all_subtasks else TaskManager(include_path=str(path))


def _not_a_task(name: str, manager: _Manager) -> ConfigError:
    tasks = list(manager.all_subtasks)
    if name in {*manager.all_groups, *manager.all_tags}:
        members = [each for each in tasks if each.startswith(f"{name}_")][:3]
        such = f", such as {', '.join(members)}" if members else ""
        return ConfigError(
            f"dataset.task={name} is a group of tasks: expected one task{such}. Several tasks are "
            "several sweeps: -m dataset.task=A,B."
        )
    near = difflib.get_close_matches(name, tasks, n=3, cutoff=0.6)
    hint = f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
    return ConfigError(
        f"Unknown task {name!r} of the harness.{hint} It has {len(tasks):,} tasks, which "
        "`lm_eval ls tasks` lists."
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    """An exception, the one that caused it, and so on."""
    yield error
    if error.__cause__ is not None:
        yield from _causes(error.__cause__)
