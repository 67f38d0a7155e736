"""The fixture that writes rows to a file and loads them."""

import pytest
from support.row_files import WRITERS, load_examples

from laser_sweep.config import DatasetConfig


@pytest.fixture
def read(tmp_path):
    """A function that writes rows to a file and loads them as examples."""

    def load(rows, ending="jsonl", **options):
        path = tmp_path / f"questions.{ending}"
        WRITERS[ending](path, rows)
        return load_examples(DatasetConfig(path=str(path), **options))

    return load
