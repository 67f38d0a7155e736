"""The result files: Parquet files, each with the outcomes of one point on some examples.

A result file is written whole or not at all, so a file that exists is complete; there is no lock,
no status file and no database. Two processes that compute the same point write the same bytes, so
the second one does no harm. Checksums tell a file that was damaged later, for example by a copy
onto a full disk: the file is not read as results, and the point is computed again.

A file's name holds the point, the examples, and a digest of everything else that changes an
outcome (`Identity`): weights, dtype, dataset, protocol and the format of the store. The batch size,
the device, the cluster and all paths change no outcome. `sweep.json` holds the digest of the last
command, and its parts of the examples. Result files know nothing of the parts: a command with
another split re-uses every outcome, and stores the missing ones in new files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from laser_sweep.grid.point import Evaluation
from laser_sweep.split import TEST, VALIDATION, Parts
from laser_sweep.store.atomic import check_writable, remove_leftovers, replace_file
from laser_sweep.store.columns import PointColumns
from laser_sweep.store.files import (
    METADATA,
    OF_THE_SPLIT,
    SCHEMA,
    StoredOutcomes,
    in_one_table,
    read_all,
    schema_of,
)
from laser_sweep.store.paths import Paths, stem_in, stem_of
from laser_sweep.store.provenance import content_hash, versions
from laser_sweep.store.record import (
    Command,
    Identity,
    Record,
    make_record,
    read_record,
    write_record,
)

_PANDAS_TYPES = {pa.int32(): pd.Int32Dtype(), pa.bool_(): pd.BooleanDtype()}


class Store:
    """The result files of one identity in a sweep's folder.

    Args:
        folder: the sweep's folder.
        identity: everything but the point that changes an outcome.
        parts: the validation part and the test part of the examples.
    """

    def __init__(self, folder: Path, identity: Identity, parts: Parts):
        self.folder = folder
        self.paths = Paths(folder)
        self.identity = identity
        self.parts = parts
        self.digest = identity.digest

    def path(self, point: object, examples: Sequence[int]) -> Path:
        """The result file of a point on some examples, whether or not it exists."""
        return self.paths.result(str(point), examples, self.digest)

    def missing(self, evaluations: Iterable[Evaluation]) -> list[Evaluation]:
        """The evaluations that lack outcomes, each reduced to the examples that lack one."""
        evaluations = list(evaluations)
        stored = StoredOutcomes(self.folder, self.digest, {str(each.point) for each in evaluations})
        found = (
            Evaluation(each.point, stored.lacking(str(each.point), each.examples))
            for each in evaluations
        )
        return [each for each in found if each.examples]

    def write(
        self,
        columns: PointColumns,
        examples: Sequence[int],
        outcomes: Mapping[str, Sequence[object]],
    ) -> Path:
        """Store the outcomes of a point on some examples, by column, in the examples' order.

        Returns:
            The result file.
        """
        count = len(examples)
        constant = {name: [value] * count for name, value in asdict(columns).items()}
        given = {**constant, "example": examples, **outcomes}
        schema = schema_of(outcomes)
        arrays = [
            pa.array(given.get(name, [None] * count), type)
            for name, type in zip(schema.names, schema.types, strict=True)
        ]
        table = pa.table(arrays, schema=schema)
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

    def read_point(self, point: object) -> pd.DataFrame:
        """All stored outcomes of a point, one row for each example of the parts."""
        files = self.paths.result_files(self.digest)
        own = [path for path in files if stem_in(path.name) == stem_of(str(point))]
        return _frame(own, self.parts)

    def read(self) -> pd.DataFrame:
        """All stored outcomes of the parts, one row for each point and example."""
        return _frame(self.paths.result_files(self.digest), self.parts)

    def record(self, command: Command) -> Record:
        """The record of a command whose results these are."""
        return make_record(self.identity, self.parts, command)

    def open(self, command: Command) -> None:
        """Make the folder, and write the record of a command into it.

        Raises:
            ConfigError: if the folder cannot be written to.
        """
        check_writable(self.folder)
        self.paths.results.mkdir(exist_ok=True)
        remove_leftovers(self.paths.results)
        write_record(self.folder, self.record(command))


def read_results(folder: str | Path) -> pd.DataFrame:
    """The outcomes of a sweep, one row for each point and example, ordered by point, then example.

    Args:
        folder: a sweep's folder, such as `multirun/demo/noisy_facts/rank_reduction`.

    Returns:
        A frame with the columns of `laser_sweep.store.files.SCHEMA`: the point, the example's index
        and part (and `fold`, with `split=kfold`), whether the outcome is `correct`, the natural
        logarithm `answer_logprob` summed over the `answer_length` tokens of the gold answer, and
        the further columns that the dataset records. If the folder has results of several models,
        protocols or datasets, the frame has the results of the last command.

    Raises:
        ConfigError: if the folder is not a sweep's, or another version of the store wrote it.
    """
    record = read_record(Path(folder))
    return _frame(Paths(Path(folder)).result_files(record.digest), record.split_parts)


def _frame(files: Sequence[Path], parts: Parts) -> pd.DataFrame:
    tables = [table for table in read_all(files) if table is not None]
    frame = _with_parts(in_one_table(tables), parts).to_pandas(types_mapper=_PANDAS_TYPES.get)
    # A document is neither right nor wrong.
    is_of_documents = len(frame) > 0 and frame["correct"].isna().all()
    frame["correct"] = frame["correct"].astype(float if is_of_documents else bool)
    by = ["lnum", "lname", "rate", "point", "example"]
    frame = frame.sort_values(by, na_position="first", kind="stable", ignore_index=True)
    # Two commands with different splits may have evaluated the same example at the same time.
    again = frame[["point", "example"]].eq(frame[["point", "example"]].shift()).all(axis=1)
    return frame[~again].reset_index(drop=True) if again.any() else frame


def _with_parts(rows: pa.Table, parts: Parts) -> pa.Table:
    """The rows of the examples in a part, with the columns `part` and `fold`."""
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
