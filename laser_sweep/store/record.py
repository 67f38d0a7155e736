"""`sweep.json`: the record of the last command in a sweep's folder.

The record is a dataclass; msgspec checks every field's type when it is read.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import msgspec

from laser_sweep.config import Config, flat_options
from laser_sweep.errors import ConfigError, one_line
from laser_sweep.grid.notation import ranges, read_ranges
from laser_sweep.split import Parts
from laser_sweep.store.atomic import write_file
from laser_sweep.store.paths import Paths
from laser_sweep.store.provenance import digest

FORMAT = 4
"""Changes with every change that makes results of different versions incomparable."""


@dataclass(frozen=True)
class Identity:
    """Everything but the point that changes an outcome.

    Attributes:
        weights: a hash of the model's weights, or their commit on the hub.
        dtype: the dtype that the model is evaluated in.
        examples: the fingerprint of the dataset's examples.
        protocol: `corrected` or `paper`.
        options: further options that change outcomes, where they differ from the defaults.
        format: the format of the store.
    """

    weights: str
    dtype: str
    examples: str
    protocol: str
    options: dict[str, Any] = field(default_factory=dict)
    format: int = FORMAT

    @cached_property
    def digest(self) -> str:
        """A short hash of the identity, in the names of the result files."""
        return digest(asdict(self))


@dataclass(frozen=True)
class ModelRecord:
    """The model that a command evaluated.

    Attributes:
        path: the hub id or the folder, as reports show it.
        commit: the commit on the hub; None for a folder.
        family: the `model_type` in transformers.
        masked: whether the model fills in masks.
        mask: the text of the mask token; empty without one.
    """

    path: str
    commit: str | None
    family: str
    masked: bool
    mask: str


@dataclass(frozen=True)
class DatasetRecord:
    """The examples that a command evaluated.

    Attributes:
        examples: the number of examples.
        dropped: the indices of examples left out because they exceed the model's context.
        truncated: the indices of examples cut on the left for the same reason.
        labels: the labels that every example chooses from; empty if they differ, or without any.
        delimiters: the texts between prompts and answers in words, with the numbers of their
            examples; empty in the record of an earlier version.
        source: the examples' source in words; empty where the dataset's name tells it.
    """

    examples: int
    dropped: tuple[int, ...]
    truncated: tuple[int, ...]
    labels: tuple[str, ...] = ()
    delimiters: dict[str, int] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True)
class Command:
    """A sweep's command: its configuration, what it found, and the points that it asks for."""

    config: Config
    model: ModelRecord
    dataset: DatasetRecord
    points: tuple[str, ...]


@dataclass(frozen=True)
class PartRecord:
    """The examples of one part: their number, and their indices as `0..79,85,90..99`."""

    examples: int
    indices: str


@dataclass(frozen=True)
class PartsRecord:
    """The parts of the examples."""

    validation: PartRecord
    test: PartRecord


@dataclass(frozen=True)
class Record:
    """The record of a sweep's last command.

    Attributes:
        format: the format of the store.
        identity: everything but the point that changes an outcome.
        digest: the identity's digest.
        parts: the validation part and the test part.
        folds: the folds of the validation part, as `PartRecord.indices`.
        config: the configuration of the command.
        model: the model.
        dataset: the dataset.
        points: the names of the points that the command asks for.
    """

    format: int
    identity: Identity
    digest: str
    parts: PartsRecord
    folds: tuple[str, ...]
    config: Config
    model: ModelRecord
    dataset: DatasetRecord
    points: tuple[str, ...]

    @cached_property
    def split_parts(self) -> Parts:
        """The parts of the examples, by index."""
        return Parts(
            read_ranges(self.parts.validation.indices),
            read_ranges(self.parts.test.indices),
            tuple(map(read_ranges, self.folds)),
        )

    @cached_property
    def command_digest(self) -> str:
        """The digest of all that a report of the command is about.

        These are the options that may change an outcome or the choice, the points, and the identity
        of the outcomes.
        """
        return digest([dict(flat_options(self.config)), self.points, self.digest])

    @property
    def searched(self) -> tuple[int, ...]:
        """The examples that the command evaluates every point on."""
        return self.split_parts.searched(self.config.split.test)


class DamagedRecordError(ConfigError):
    """The record cannot be read; the sweep's command writes it anew."""


def make_record(identity: Identity, parts: Parts, command: Command) -> Record:
    """The record of a command."""
    return Record(
        format=FORMAT,
        identity=identity,
        digest=identity.digest,
        parts=PartsRecord(_part(parts.validation), _part(parts.test)),
        folds=tuple(map(ranges, parts.folds)),
        config=command.config,
        model=command.model,
        dataset=command.dataset,
        points=command.points,
    )


def write_record(folder: Path, record: Record) -> None:
    """Write the record into a sweep's folder, whole or not at all."""
    content = json.dumps(msgspec.to_builtins(record), indent=2)
    write_file(Paths(folder).record, content + "\n")


def read_record(folder: Path) -> Record:
    """The record of the last command in a sweep's folder.

    Raises:
        ConfigError: if there is no record, or another version of the store wrote it.
        DamagedRecordError: if a field is missing or has another type.
    """
    path = Paths(folder).record
    if not path.is_file():
        raise ConfigError(f"{folder} has no sweep.json: expected the folder of a sweep.")
    content = path.read_bytes()
    try:
        if (written := msgspec.json.decode(content, type=_Format).format) != FORMAT:
            raise ConfigError(
                f"{folder} was written in format {written} by another version of laser_sweep; this "
                f"version reads format {FORMAT}. Move the folder away, or set output=... to "
                "another one."
            )
        record = msgspec.json.decode(content, type=Record)
        _ = record.split_parts
        if not _has_groups(record.config):
            raise ValueError("a group of its configuration is missing")
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError) as error:
        if isinstance(error, ConfigError):
            raise
        raise DamagedRecordError(
            f"{path} is damaged ({one_line(error)}): run the sweep's command again."
        ) from error
    return record


@dataclass(frozen=True)
class _Format:
    format: int


def _part(examples: tuple[int, ...]) -> PartRecord:
    return PartRecord(len(examples), ranges(examples))


def _has_groups(config: Config) -> bool:
    """Whether no group has OmegaConf's mark of a missing value in its place."""
    groups = (config.model, config.dataset, config.intervention, config.split)
    return not any(isinstance(group, str) for group in groups)
