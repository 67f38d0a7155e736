"""Reading result files, and finding the outcomes that they hold."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from laser_sweep.errors import one_line
from laser_sweep.store.paths import Paths, stem_in, stem_of
from laser_sweep.store.provenance import content_hash

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
        ("fold", pa.int32()),
        ("cluster", pa.string()),
        ("correct", pa.bool_()),
        ("answer_logprob", pa.float64()),
        ("answer_length", pa.int32()),
        ("text_bytes", pa.int32()),
        ("prediction", pa.string()),
        ("question_logprob", pa.float64()),
        ("total_logprob", pa.float64()),
        ("top_1", pa.bool_()),
        ("top_5", pa.bool_()),
        ("top_10", pa.bool_()),
        ("choice_logprobs", pa.list_(pa.float64())),
        ("choice_lengths", pa.list_(pa.int32())),
        ("correct_per_token", pa.bool_()),
        ("acc", pa.bool_()),
        ("acc_norm", pa.bool_()),
        ("f1", pa.float64()),
        ("precision", pa.float64()),
        ("recall", pa.float64()),
        ("correct_in_paper", pa.bool_()),
        ("top_tokens", pa.list_(pa.string())),
        ("top_logprobs", pa.list_(pa.float64())),
    ]
)
"""The columns of `read_results`; a column that a dataset does not record is null."""

OF_THE_SPLIT = ("part", "fold")
OF_THE_HARNESS = ("acc", "acc_norm")
"""Columns that only the result files of a task of EleutherAI's harness have."""
OF_DOCUMENTS = ("text_bytes",)
"""Columns that only the result files of documents have."""
_ALL = pa.schema([field for field in SCHEMA if field.name not in OF_THE_SPLIT])
_OPTIONAL = {*OF_THE_HARNESS, *OF_DOCUMENTS}
STORED = pa.schema([field for field in _ALL if field.name not in _OPTIONAL])
"""The columns of every result file: the columns that do not depend on the split."""

METADATA = b"laser_sweep"
"""The key of a file's metadata that holds the identity, the versions, and a content hash."""


def read_all(paths: Sequence[Path]) -> list[pa.Table | None]:
    """The rows of each file, in order; None for one that is damaged."""
    # pyarrow releases the interpreter's lock while it reads.
    with ThreadPoolExecutor(max_workers=os.cpu_count()) as threads:
        return list(threads.map(_read, paths))


def _read(path: Path) -> pa.Table | None:
    """A file's rows; None, and a line in the log, if it is damaged."""
    try:
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            # The files are small, and several are read at a time.
            table = file.read(use_threads=False)
        if not table.schema.equals(schema_of(table.column_names)):
            raise ValueError("its columns are not those of a result file")
        # Parquet's own checksums do not cover the pages' headers and the footer.
        if content_hash(table) != json.loads(table.schema.metadata[METADATA])["content"]:
            raise ValueError("its content has changed")
    except (OSError, ValueError, KeyError, TypeError, pa.ArrowException) as error:
        log.warning("%s is damaged and will not be used: %s", path, one_line(error))
        return None
    return table


def schema_of(names: Iterable[str]) -> pa.Schema:
    """The columns of a result file whose outcomes have columns of these names."""
    further = [group for group in (OF_THE_HARNESS, OF_DOCUMENTS) if set(group) & set(names)]
    wanted = {*STORED.names, *(name for group in further for name in group)}
    return pa.schema([field for field in _ALL if field.name in wanted])


def in_one_table(tables: Sequence[pa.Table]) -> pa.Table:
    """The rows of several files as one table, in order; a column that a file lacks is null."""
    return pa.concat_tables([_ALL.empty_table(), *tables], promote_options="default")


class StoredOutcomes:
    """The examples for which undamaged outcomes are stored, by point.

    Args:
        folder: the sweep's folder.
        digest: the identity's digest.
        points: the names of the points to look for.
    """

    def __init__(self, folder: Path, digest: str, points: Iterable[str]):
        stems = set(map(stem_of, points))
        paths = [p for p in Paths(folder).result_files(digest) if stem_in(p.name) in stems]
        found: dict[str, list[NDArray[np.int64]]] = {}
        for path, table in zip(paths, read_all(paths), strict=True):
            if table is not None:
                examples = table.column("example").to_numpy()
                found.setdefault(stem_in(path.name), []).append(examples)
        self._examples = {stem: np.unique(np.concatenate(each)) for stem, each in found.items()}
        # Most points have the same examples, and a dataset may have many.
        self._lacking: dict[tuple[tuple[int, ...], bytes], tuple[int, ...]] = {}

    def lacking(self, point: str, examples: tuple[int, ...]) -> tuple[int, ...]:
        """The examples, of those given, without a stored outcome of a point."""
        stored = self._examples.get(stem_of(point))
        if stored is None:
            return examples
        key = (examples, stored.tobytes())
        if key not in self._lacking:
            wanted = np.asarray(examples, dtype=np.int64)
            self._lacking[key] = tuple(wanted[~np.isin(wanted, stored)].tolist())
        return self._lacking[key]
