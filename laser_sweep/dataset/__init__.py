"""Datasets: rows become examples, one module for each reader, named as the value of
`dataset.reader`.
"""

from laser_sweep.dataset._asking.delimiter import between, delimiters
from laser_sweep.dataset._asking.scripts import UNSPACED
from laser_sweep.dataset._contract import Dataset, PublishedDataset
from laser_sweep.dataset._example import (
    ANSWER,
    CHOICE,
    GENERATION,
    KINDS,
    NEXT_TOKEN,
    PERPLEXITY,
    DocumentScoring,
    Example,
    ExampleSet,
    Scoring,
)
from laser_sweep.dataset._fingerprint import fingerprint
from laser_sweep.dataset._harness.filters import filtered
from laser_sweep.dataset._harness.harness_example import (
    ACC,
    ACC_NORM,
    ExactMatch,
    HarnessExample,
    HarnessScoring,
    Request,
)
from laser_sweep.dataset._load_dataset import DATASETS, load_dataset
from laser_sweep.dataset._prompting import Prompting, prompting_of
from laser_sweep.dataset._published.facts import Facts
from laser_sweep.dataset._published.punctuation import clean_up

__all__ = [
    "ACC",
    "ACC_NORM",
    "ANSWER",
    "CHOICE",
    "DATASETS",
    "GENERATION",
    "KINDS",
    "NEXT_TOKEN",
    "PERPLEXITY",
    "UNSPACED",
    "Dataset",
    "DocumentScoring",
    "ExactMatch",
    "Example",
    "ExampleSet",
    "Facts",
    "HarnessExample",
    "HarnessScoring",
    "Prompting",
    "PublishedDataset",
    "Request",
    "Scoring",
    "between",
    "clean_up",
    "delimiters",
    "filtered",
    "fingerprint",
    "load_dataset",
    "prompting_of",
]
