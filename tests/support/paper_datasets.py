"""The published datasets, and the files of rows that their tests read."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from laser_sweep.config import DatasetConfig
from laser_sweep.dataset import DATASETS, PublishedDataset
from laser_sweep.errors import ConfigError

from .parity_cases import PARITY
from .tiny import asked

FIXTURES = Path(__file__).parents[1] / "fixtures"
LLAMA = PARITY / "checkpoints" / "llama"
COUNTS = {
    "counterfact": 65_757,
    "hotpotqa": 14_618,
    "fever": 13_086,
    "bios_gender": 39_642,
    "bios_profession": 19_223,
    "truthfulqa": 5_882,
    "epistemic_reasoning": 2_000,
    "epistemic_reasoning_tf": 2_000,
    "wikidataqa": 20_321,
    "causal_judgement": 190,
    "web_of_lies": 250,
}
"""The numbers of examples that the paper's code makes of each of its datasets."""
PUBLISHED = [name for name in DATASETS.names() if isinstance(DATASETS.load(name), PublishedDataset)]
"""All published datasets, those that are not the paper's included."""

_FIXTURE = {
    "bios_gender": "bias_in_bios",
    "bios_profession": "bias_in_bios",
    "epistemic_reasoning_tf": "epistemic_reasoning",
}
_PARITY_FILE = {
    "bios_gender": "bios",
    "bios_profession": "bios",
    "hotpotqa": "hotpot",
    "wikidataqa": "qa_wikidata",
    "epistemic_reasoning_tf": "epistemic_reasoning",
}


def some_rows(name: str) -> Path:
    """A file with a few rows of a dataset."""
    own = FIXTURES / f"{_FIXTURE.get(name, name)}.jsonl"
    return own if own.exists() else _accepted(name, sorted(FIXTURES.glob("*.jsonl")), 1)


def sweepable_rows(name: str, llm: str) -> Path:
    """A file with enough rows of a dataset for a sweep, for a model of the parity tests."""
    file = f"{_PARITY_FILE.get(name, name)}.jsonl"
    folders = (PARITY / "data" / llm, PARITY / "data")
    for path in (*(folder / file for folder in folders), FIXTURES / f"{name}.jsonl"):
        if path.exists():
            return path
    return _accepted(name, [path for folder in folders for path in folder.glob("*.jsonl")], 5)


def _accepted(name: str, paths: Iterable[Path], least: int) -> Path:
    """The first file of which a dataset without a file of its own makes enough examples."""
    for path in paths:
        config = DatasetConfig(reader=name, path=str(path), length_tokenizer=str(LLAMA))
        with suppress(ConfigError):
            if len(DATASETS.load(name).load(config, asked()).examples) >= least:
                return path
    raise FileNotFoundError(f"{name} accepts no file of rows: add tests/fixtures/{name}.jsonl")
