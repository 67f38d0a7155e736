"""The store: one Parquet file for each point and part, written whole or not at all.

A file is written under a temporary name in the same folder, flushed to the disk and renamed, so
that a file that is there is complete; there is no lock, no status file and no database. Two
processes that compute the same point write the same bytes, so the later one does no harm. A file
that was damaged afterwards (a copy that ran out of disk) is told by its checksums, is never read as
results, and is computed again.

The name of a file is the point's, the part's, and a digest of all else that changes the numbers:
weights, dtype, examples, protocol and the format of the store; not the batch size, the device, the
cluster or any path. `sweep.json` says which digests the last command was about.
"""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from laser_sweep import record
from laser_sweep.atomic import check_writable, remove_leftovers, replace_file, write_file
from laser_sweep.columns import PointColumns
from laser_sweep.errors import one_line
from laser_sweep.provenance import content_hash, digest, versions

log = logging.getLogger(__name__)

SCHEMA = pa.schema(
    [
        ("intervention", pa.string()),
        ("lname", pa.string()),
        ("lnum", pa.int32()),
        ("expert", pa.string()),
        ("rate", pa.float64()),
        ("rho", pa.float64()),
        ("rank", pa.int32()),
        ("edits", pa.int32()),
        ("point", pa.string()),
        ("example", pa.int64()),
        ("part", pa.string()),
        ("cluster", pa.string()),
        ("correct", pa.bool_()),
        ("answer_logprob", pa.float64()),
        ("answer_length", pa.int32()),
        ("prediction", pa.string()),
        ("question_logprob", pa.float64()),
        ("total_logprob", pa.float64()),
        ("top_1", pa.bool_()),
        ("top_5", pa.bool_()),
        ("top_10", pa.bool_()),
        ("choice_logprobs", pa.list_(pa.float64())),
        ("choice_lengths", pa.list_(pa.int32())),
        ("correct_per_token", pa.bool_()),
        ("f1", pa.float64()),
        ("precision", pa.float64()),
        ("recall", pa.float64()),
        ("correct_in_paper", pa.bool_()),
        ("top_tokens", pa.list_(pa.string())),
        ("top_logprobs", pa.list_(pa.float64())),
    ]
)
"""The columns of `read_results`; those that a dataset does not record are null."""

_METADATA = b"laser_sweep"
"""The key of a file's metadata under which it says what it was made from."""

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
        parts: for each part, the indices of its examples.
    """

    def __init__(self, folder: Path, identity: Identity, parts: Mapping[str, Sequence[int]]):
        self.folder = folder
        self.identity = identity
        self.parts = parts
        self.digests = {
            part: digest([asdict(identity), list(examples)]) for part, examples in parts.items()
        }

    def path(self, point: object, part: str) -> Path:
        """Where the outcomes of a point on a part are, or will be."""
        return _results(self.folder) / record.file_name(str(point), part, self.digests[part])

    def has(self, point: object, part: str) -> bool:
        """Whether the outcomes of a point on a part are there, and undamaged."""
        path = self.path(point, part)
        return path.exists() and _read(path) is not None

    def write(
        self, columns: PointColumns, part: str, outcomes: Mapping[str, Sequence[Any]]
    ) -> None:
        """Store the outcomes of a point on a part, by column, in the order of its examples."""
        count = len(self.parts[part])
        constant = {name: [value] * count for name, value in asdict(columns).items()}
        given = {**constant, "example": self.parts[part], "part": [part] * count, **outcomes}
        arrays = [
            pa.array(given.get(name, [None] * count), type)
            for name, type in zip(SCHEMA.names, SCHEMA.types, strict=True)
        ]
        table = pa.table(arrays, schema=SCHEMA)
        made_from = {
            **asdict(self.identity),
            "content": content_hash(table),
            "versions": versions(),
        }
        metadata = {_METADATA: json.dumps(made_from, sort_keys=True)}
        table = table.replace_schema_metadata(metadata)
        replace_file(
            self.path(columns.point, part),
            lambda path: pq.write_table(table, path, compression="zstd", write_page_checksum=True),
        )

    def read(self) -> pd.DataFrame:
        """All outcomes that are there, one row for each point and example."""
        return _frame(self.folder, self.digests)

    def record(self, command: Mapping[str, Any]) -> dict[str, Any]:
        """What `sweep.json` says of a command whose results these are."""
        return {
            "format": record.FORMAT,
            "identity": asdict(self.identity),
            "parts": {
                part: {"examples": len(examples), "digest": self.digests[part]}
                for part, examples in self.parts.items()
            },
            **command,
        }

    def open(self, command: Mapping[str, Any]) -> None:
        """Make the folder, and record in it what the command is about.

        Raises:
            ConfigError: if the folder cannot be written to.
        """
        check_writable(self.folder)
        _results(self.folder).mkdir(exist_ok=True)
        remove_leftovers(_results(self.folder))
        content = json.dumps(self.record(command), indent=2)
        write_file(self.folder / record.NAME, content + "\n")


def read_results(folder: str | Path) -> pd.DataFrame:
    """The outcomes of a sweep, one row for each point and example, ordered by point, then example.

    Args:
        folder: a sweep's folder, such as `multirun/demo/noisy_facts/rank_reduction`.

    Returns:
        A frame with the columns of `SCHEMA`: the point, the example's index and part, whether the
        outcome is `correct`, the natural `answer_logprob` summed over `answer_length` tokens, and
        what else the dataset records. If the folder has results of several models, protocols or
        datasets, they are those of the last command.

    Raises:
        ConfigError: if the folder is no sweep's, or of another version of the store.
    """
    parts = record.read_record(Path(folder))["parts"]
    return _frame(Path(folder), {part: facts["digest"] for part, facts in parts.items()})


def _results(folder: Path) -> Path:
    return folder / "results"


def _read(path: Path) -> pa.Table | None:
    """A file's rows; None, and a line in the log, if it is damaged."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            # The files are small, and read several at a time.
            table = file.read(use_threads=False)
        if not table.schema.equals(SCHEMA):
            raise ValueError("its columns are others")
        # Parquet's own checksums leave out the headers of pages and the footer.
        if content_hash(table) != json.loads(table.schema.metadata[_METADATA])["content"]:
            raise ValueError("its content has changed")
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        log.warning("%s is damaged and will not be used: %s", path, one_line(error))
        return None
    return table


def result_files(folder: Path, digests: Mapping[str, str]) -> list[Path]:
    """The files of a sweep's folder that have the digests, given for each part; in order."""
    return [
        path
        for part, digest_ in digests.items()
        for path in sorted(_results(folder).glob(f"[!.]*.{part}.{digest_}.parquet"))
    ]


def _frame(folder: Path, digests: Mapping[str, str]) -> pd.DataFrame:
    paths = result_files(folder, digests)
    # pyarrow lets other threads work while it reads.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        tables = [table for table in threads.map(_read, paths) if table is not None]
    rows = pa.concat_tables(tables) if tables else SCHEMA.empty_table()
    frame = rows.replace_schema_metadata().to_pandas(types_mapper=_PANDAS_TYPES.get)
    frame["correct"] = frame["correct"].astype(bool)
    by = ["lnum", "lname", "rate", "point", "example"]
    return frame.sort_values(by, na_position="first", kind="stable", ignore_index=True)
