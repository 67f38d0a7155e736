"""Datasets: rows become examples, one module for each reader; its name is `dataset.reader`."""

from laser_sweep.dataset._contract import Dataset, PublishedDataset
from laser_sweep.dataset._example import (
    ANSWER,
    CHOICE,
    GENERATION,
    KINDS,
    NEXT_TOKEN,
    Example,
    Loaded,
    Scoring,
)
from laser_sweep.dataset._load import DATASETS, fingerprint, load_dataset
from laser_sweep.dataset._prompting import Prompting, prompting_of
from laser_sweep.dataset._source import Facts
from laser_sweep.dataset._wording import clean_up

__all__ = [
    "ANSWER",
    "CHOICE",
    "DATASETS",
    "GENERATION",
    "KINDS",
    "NEXT_TOKEN",
    "Dataset",
    "Example",
    "Facts",
    "Loaded",
    "Prompting",
    "PublishedDataset",
    "Scoring",
    "clean_up",
    "fingerprint",
    "load_dataset",
    "prompting_of",
]
