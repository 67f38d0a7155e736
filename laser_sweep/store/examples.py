"""The texts of a sweep's examples, beside its results, for the report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from laser_sweep.dataset import Example
from laser_sweep.store.atomic import replace_file
from laser_sweep.store.paths import Paths

_FINGERPRINT = b"laser_sweep.examples"


def write_examples(folder: Path, examples: Sequence[Example], fingerprint: str) -> None:
    """Write the texts of the examples, unless the folder has them already."""
    path = Paths(folder).examples
    if _fingerprint(path) == fingerprint:
        return
    columns = {
        "example": list(range(len(examples))),
        "prompt": [example.prompt for example in examples],
        "answer": [example.answer for example in examples],
        "cluster": pa.array([example.cluster for example in examples], pa.string()),
    }
    table = pa.table(columns).replace_schema_metadata({_FINGERPRINT: fingerprint})
    replace_file(path, lambda temporary: pq.write_table(table, temporary, compression="zstd"))


def read_examples(folder: Path, fingerprint: str) -> pd.DataFrame | None:
    """The texts of the examples with this fingerprint; None if the folder does not have them.

    Returns:
        The columns `example`, `prompt`, `answer` and `cluster`.
    """
    path = Paths(folder).examples
    if _fingerprint(path) != fingerprint:
        return None
    try:
        return pq.read_table(path).replace_schema_metadata().to_pandas()
    except (OSError, pa.ArrowException):
        return None


def _fingerprint(path: Path) -> str | None:
    try:
        found: bytes = (pq.read_schema(path).metadata or {}).get(_FINGERPRINT, b"")
    except (OSError, pa.ArrowException):
        return None
    return found.decode()
