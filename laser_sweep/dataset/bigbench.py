"""Any task of BIG-bench as it is published: a `task.json`, or rows as on the hub."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from laser_sweep.config import AUTO, DatasetConfig
from laser_sweep.dataset._asking.delimiter import delimited
from laser_sweep.dataset._columns.cluster import cluster_of
from laser_sweep.dataset._columns.patterns import with_patterns
from laser_sweep.dataset._example import CHOICE, Example, ExampleSet
from laser_sweep.dataset._files.row import Row, RowError, is_blank
from laser_sweep.dataset._files.row_files import read_path
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.dataset._published.bigbench_task import task_rows
from laser_sweep.dataset._scoring import scoring_of
from laser_sweep.errors import ConfigError

ROW_OPTIONS = ("scoring", "target_delimiter", "patterns", "cluster_by")
"""The options of rows of your own that this reader has, too."""


def load(config: DatasetConfig, prompting: Prompting) -> ExampleSet:
    """One example for each of the task's, in order, with the task's own prefixes.

    Raises:
        ConfigError: if the file is not a task, or an example is not as expected.
    """
    if not config.path:
        raise ConfigError("dataset.path is not set: expected the task.json of a BIG-bench task.")
    path = Path(config.path).expanduser()
    rows = task_rows(path) or Rows(read_path(path), f"dataset.path={path}")
    rows = with_patterns(rows, config.patterns)
    if not any({"inputs", "input"} & set(row.values) for row in rows.rows):
        raise ConfigError(
            f"{rows.where}: expected a task of BIG-bench, an object with 'examples' that have "
            f"'input' and 'target' or 'target_scores'; its rows have "
            f"{_columns(rows)}."
        )
    has_choices = config.scoring in (AUTO, CHOICE) and any(map(_choices, rows.rows))

    def of_row(row: Row) -> list[Example]:
        example = _example(row, has_choices, prompting)
        example = replace(example, cluster=cluster_of(row, config.cluster_by))
        return [delimited(example, config.target_delimiter, prompting)]

    examples = rows.examples(of_row)
    return ExampleSet(examples, scoring_of(config, prompting, has_choices))


def _columns(rows: Rows) -> str:
    """The columns of the first row, for errors."""
    return ", ".join(map(str, rows.rows[0].values)) if rows.rows else "nothing"


def _choices(row: Row) -> bool:
    return bool(row.get("multiple_choice_targets"))


def _example(row: Row, has_choices: bool, prompting: Prompting) -> Example:
    targets = [each.strip() for each in row.texts("targets")]
    labels: tuple[str, ...] = ()
    if has_choices:
        if not _choices(row):
            raise RowError("it has no choices, which other examples have")
        labels = tuple(each.strip() for each in row.texts("multiple_choice_targets"))
        if len(set(labels)) < max(2, len(labels)) or not set(targets) <= set(labels):
            raise RowError(
                f"the choices are {list(labels)} and the right ones {targets}, expected two or "
                "more different choices, and right ones among them"
            )
    gold, *aliases = dict.fromkeys(targets)
    prompt = prompting.fill(_prompt(row, labels).rstrip())
    return Example(prompt, gold, labels, place=row.place, aliases=tuple(aliases))


def _prompt(row: Row, labels: tuple[str, ...]) -> str:
    """The prompt; nothing where a task such as cause_and_effect compares whole sentences."""
    given = row.value("inputs")
    if labels and isinstance(given, str) and is_blank(given):
        return ""
    return row.text("inputs")
