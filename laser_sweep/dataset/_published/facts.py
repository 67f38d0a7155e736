"""A published dataset: its facts, and its rows from the hub, the web or a file.

Sources are tried in order. A downloaded file stays in the hub's cache, where it is read without a
network. Rows are data: a dataset's own code is never run.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset._files.hub import Hub
from laser_sweep.dataset._files.row import Row
from laser_sweep.dataset._files.row_files import read_path
from laser_sweep.dataset._files.row_list import Rows
from laser_sweep.dataset._files.web import Web
from laser_sweep.errors import ConfigError, reason

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Facts:
    """The facts about a published dataset.

    Attributes:
        title: the dataset's name and its question, in one line.
        columns: the columns that are read of a source's rows.
        sources: the sources of the rows, tried in this order.
        count: the number of examples that the paper's code makes of the rows.
        licence: the licence of the rows.
        citation: the publication of the dataset.
        splits: the splits that are read, in order; empty for a dataset without splits.
        notes: warnings for readers of its figures.
    """

    title: str
    columns: tuple[str, ...]
    sources: tuple[Hub | Web, ...]
    count: int
    licence: str
    citation: str
    splits: tuple[str, ...]
    notes: tuple[str, ...] = ()


def load_rows(facts: Facts, config: DatasetConfig) -> Rows:
    """The rows of a dataset, from `dataset.path` or from the first source that has them.

    Raises:
        ConfigError: if the file cannot be read, or no source can be reached; it tells the user the
            download.
    """
    if config.path:
        path = Path(config.path).expanduser()
        return _by_split(Rows(read_path(path), f"dataset.path={path}"), facts.splits)
    failures: list[str] = []
    for source in facts.sources:
        try:
            rows = source.fetch(facts.columns)
        except (OSError, ValueError) as error:
            log.debug("%s is not available", source.name, exc_info=True)
            failures.append(f"{source.name}: {reason(error)}")
            continue
        if failures:
            log.warning("Rows from %s; tried before: %s", source.name, "; ".join(failures))
        return Rows(rows, f"dataset {config.name}, {source.name}")
    raise _unavailable(facts, config, failures)


def _unavailable(facts: Facts, config: DatasetConfig, failures: Iterable[str]) -> ConfigError:
    columns = ", ".join(facts.columns)
    if len(facts.splits) > 1:
        columns += f" and split ({', '.join(facts.splits)})"
    return ConfigError(
        f"dataset {config.name} is not in the cache, and cannot be downloaded "
        f"({'; '.join(failures)}). Where there is a network, {facts.sources[0].advice}; or give "
        f"dataset.path=FILE, rows with the columns {columns}."
    )


def _by_split(rows: Rows, splits: tuple[str, ...]) -> Rows:
    """The rows of a file, split after split; if there is one split, rows need not name it."""
    if not splits:
        return rows
    ordered: dict[str, list[Row]] = {split: [] for split in splits}
    for row in rows.rows:
        if len(splits) == 1:
            row.values.setdefault("split", splits[0])
        ordered[rows.apply(lambda row: row.one_of("split", splits), row)].append(row)
    return Rows([row for split in splits for row in ordered[split]], rows.where)
