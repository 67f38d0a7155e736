"""The store: Parquet files, each of one point on some examples, written whole or not at all.

A file is written under a temporary name in the same folder, flushed to the disk and renamed, so
that a file that is there is complete; there is no lock, no status file and no database. Two
processes that compute the same point write the same bytes, so the later one does no harm. A file
that was damaged afterwards (a copy that ran out of disk) is told by its checksums, is never read as
results, and is computed again.

The name of a file is the point's, which examples it is of, and a digest of all else that changes
the numbers: weights, dtype, dataset, protocol and the format of the store; not the batch size, the
device, the cluster or any path. `sweep.json` says which digest the last command was about, and
which examples validate and which test. No result says that: with another split every outcome that
is there is of use, and what it lacks comes into files of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from laser_sweep.grid.point import Evaluation
from laser_sweep.split import TEST, VALIDATION, Parts
from laser_sweep.store import record
from laser_sweep.store.atomic import check_writable, remove_leftovers, replace_file, write_file
from laser_sweep.store.columns import PointColumns
from laser_sweep.store.files import (
    METADATA,
    OF_THE_SPLIT,
    SCHEMA,
    STORED,
    StoredOutcomes,
    read_all,
    result_files,
    results_folder,
)
from laser_sweep.store.provenance import content_hash, digest, versions

_PANDAS_TYPES = {pa.int32(): pd.Int32Dtype(), pa.bool_(): pd.BooleanDtype()}


@dataclass(frozen=True)
class Identity:
    """Everything but the point that changes the numbers.

    Attributes:
        weights: what identifies the model's weights.
        dtype: the dtype that they are evaluated in.
        examples: the fingerprint of the dataset's examples.
        protocol: `corrected` or `paper`.
        options: what else was asked for that changes them, where it is not the usual.
        format: the format of the store.
    """

    weights: str
    dtype: str
    examples: str
    protocol: str
    options: dict[str, Any] = field(default_factory=dict)
    format: int = record.FORMAT


class Store:
    """The results of one sweep's folder that belong to one identity.

    Args:
        folder: the sweep's folder.
        identity: what the results are of.
        parts: which examples validate and test.
    """

    def __init__(self, folder: Path, identity: Identity, parts: Parts):
        self.folder = folder
        self.identity = identity
        self.parts = parts
        self.digest = digest(asdict(identity))

    def path(self, point: object, examples: Sequence[int]) -> Path:
        """Where the outcomes of a point on some examples are, or will be."""
        return results_folder(self.folder) / record.file_name(str(point), examples, self.digest)

    def missing(self, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
        """Of each evaluation the examples that have no outcome yet; without those that have all."""
        evaluations = list(evaluations)
        there = StoredOutcomes(self.folder, self.digest, {str(each.point) for each in evaluations})
        found = (
            Evaluation(each.point, there.lacking(str(each.point), each.examples))
            for each in evaluations
        )
        return [each for each in found if each.examples]

    def write(
        self, columns: PointColumns, examples: Sequence[int], outcomes: Mapping[str, Sequence[Any]]
    ) -> Path:
        """Store the outcomes of a point on some examples, by column, in their order.

        Returns:
            The file.
        """
        count = len(examples)
        constant = {name: [value] * count for name, value in asdict(columns).items()}
        given = {**constant, "example": examples, **outcomes}
        arrays = [
            pa.array(given.get(name, [None] * count), type)
            for name, type in zip(STORED.names, STORED.types, strict=True)
        ]
        table = pa.table(arrays, schema=STORED)
        made_from = {
            **asdict(self.identity),
            "content": content_hash(table),
            "versions": versions(),
        }
        metadata = {METADATA: json.dumps(made_from, sort_keys=True)}
        table = table.replace_schema_metadata(metadata)
        path = self.path(columns.point, examples)
        replace_file(
            path,
            lambda path: pq.write_table(table, path, compression="zstd", write_page_checksum=True),
        )
        return path

    def read(self) -> pd.DataFrame:
        """All outcomes of the parts that are there, one row for each point and example."""
        return _frame(self.folder, self.digest, self.parts)

    def record(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """What `sweep.json` says of a command whose results these are."""
        return {
            "format": record.FORMAT,
            "identity": asdict(self.identity),
            "digest": self.digest,
            **record.split_record(self.parts),
            **command,
        }

    def open(self, command: Mapping[str, Any]) -> None:
        """Make the folder, and record in it what the command is about.

        Raises:
            ConfigError: if the folder cannot be written to.
        """
        check_writable(self.folder)
        results_folder(self.folder).mkdir(exist_ok=True)
        remove_leftovers(results_folder(self.folder))
        content = json.dumps(self.record(command), indent=2)
        write_file(self.folder / record.NAME, content + "\n")


def read_results(folder: str | Path) -> pd.DataFrame:
    """The outcomes of a sweep, one row for each point and example, ordered by point, then example.

    Args:
        folder: a sweep's folder, such as `multirun/demo/noisy_facts/rank_reduction`.

    Returns:
        A frame with the columns of `laser_sweep.stored.SCHEMA`: the point, the example's index and
        part (and `fold`, where every example validates and is tested in one), whether the outcome
        is `correct`, the natural `answer_logprob` summed over `answer_length` tokens, and what else
        the dataset records. If the folder has results of several models, protocols or datasets,
        they are those of the last command.

    Raises:
        ConfigError: if the folder is no sweep's, or of another version of the store.
    """
    written = record.read_record(Path(folder))
    return _frame(Path(folder), written["digest"], record.parts_of(written))


def _frame(folder: Path, digest: str, parts: Parts) -> pd.DataFrame:
    tables = [table for table in read_all(result_files(folder, digest)) if table is not None]
    rows = pa.concat_tables(tables) if tables else STORED.empty_table()
    frame = _with_parts(rows, parts).to_pandas(types_mapper=_PANDAS_TYPES.get)
    frame["correct"] = frame["correct"].astype(bool)
    by = ["lnum", "lname", "rate", "point", "example"]
    frame = frame.sort_values(by, na_position="first", kind="stable", ignore_index=True)
    # Commands with other splits may have evaluated the same at the same time.
    again = frame[["point", "example"]].eq(frame[["point", "example"]].shift()).all(axis=1)
    return frame[~again].reset_index(drop=True) if again.any() else frame


def _with_parts(rows: pa.Table, parts: Parts) -> pa.Table:
    """The rows of the examples that are in a part, with the columns that say in which."""
    number = {example: fold for fold, examples in enumerate(parts.folds) for example in examples}
    of_split = pa.table(
        {
            "example": pa.array([*parts.validation, *parts.test], pa.int64()),
            "part": [VALIDATION] * len(parts.validation) + [TEST] * len(parts.test),
            "fold": pa.array(map(number.get, [*parts.validation, *parts.test]), pa.int32()),
        }
    )
    places = pc.index_in(rows.column("example"), value_set=of_split.column("example"))
    kept = pc.is_valid(places)
    rows, places = rows.filter(kept), places.filter(kept)
    for name in OF_THE_SPLIT:
        rows = rows.append_column(SCHEMA.field(name), of_split.column(name).take(places))
    return rows.select(SCHEMA.names).replace_schema_metadata()
