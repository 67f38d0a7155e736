"""`dataset`: where the examples come from, and how they are asked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from laser_sweep.config._folder_name import folder_name
from laser_sweep.errors import ConfigError, choose

ROWS = "rows"
"""The reader of rows of the user's own."""
AUTO = "auto"
TOO_LONG = ("error", "drop", "truncate_left")
SCORINGS = (AUTO, "next_token", "answer", "choice", "generation")
DEFAULT_ID = "id"
DEFAULT_CHOICES = "choices"
"""The column of labels, for rows that have it; any other one that is named has to be there."""
MINIMUM_EXAMPLES = 5
"""Fewer examples leave no validation part at the default split."""
_OF_ROWS = {"rows": True}
"""Marks an option for rows of the user's own, which no module knows."""


@dataclass
class DatasetConfig:
    """A dataset: its module in `laser_sweep.dataset`, where its rows are, how they are asked."""

    reader: str = ROWS
    path: str | None = None
    name: str | None = None
    limit: int | None = None
    too_long: str = "error"
    """What to do with examples that the model's context is too short for."""
    new_tokens: int | None = None
    """How much the model may say where it answers in its own words; else as the dataset has it."""
    length_tokenizer: str | None = "auto"
    """What HotpotQA's answers are measured with: a hub id or a folder."""
    check_count: bool = True
    """Whether a source has to have the number of examples that the paper's figures are of."""
    hub: str | None = field(default=None, metadata=_OF_ROWS)
    config: str | None = field(default=None, metadata=_OF_ROWS)
    split: str | None = field(default=None, metadata=_OF_ROWS)
    revision: str | None = field(default=None, metadata=_OF_ROWS)
    prompt: str = field(default="{question}", metadata=_OF_ROWS)
    answer: str = field(default="answer", metadata=_OF_ROWS)
    choices: Any = field(default=DEFAULT_CHOICES, metadata=_OF_ROWS)
    scoring: str = field(default="auto", metadata=_OF_ROWS)
    cluster_by: str | None = field(default=None, metadata=_OF_ROWS)
    id: str | None = field(default=DEFAULT_ID, metadata=_OF_ROWS)

    def __post_init__(self) -> None:
        choose("dataset.too_long", self.too_long, TOO_LONG)
        choose("dataset.scoring", self.scoring, SCORINGS)
        if self.reader == ROWS:
            self._check_source()
        if self.limit is not None and self.limit < MINIMUM_EXAMPLES:
            raise ConfigError(
                f"dataset.limit={self.limit}: expected at least {MINIMUM_EXAMPLES} examples."
            )
        if self.new_tokens is not None and self.new_tokens < 1:
            raise ConfigError(f"dataset.new_tokens={self.new_tokens}: expected at least 1 token.")
        default = Path(self.path).stem if self.path else (self.hub or self.reader).split("/")[-1]
        self.name = folder_name("dataset.name", self.name, default)

    def _check_source(self) -> None:
        if self.path and self.hub:
            raise ConfigError(
                f"dataset.path={self.path} and dataset.hub={self.hub} are both given: expected "
                "one of them."
            )
        if self.path and (given := self.config or self.split or self.revision):
            raise ConfigError(
                f"dataset.path={self.path}: {given} is of a dataset on the hub; expected "
                "dataset.hub with dataset.config, dataset.split or dataset.revision."
            )
        if not self.path and not self.hub:
            raise ConfigError(
                "dataset.path is not set: expected a .jsonl, .json, .csv or .parquet file, or "
                "dataset.hub, a dataset on the hub."
            )
        if self.hub and not self.split:
            raise ConfigError(f"dataset.hub={self.hub}: expected dataset.split too, such as test.")
