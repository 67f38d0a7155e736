"""Loading a dataset by the name of its reader."""

from __future__ import annotations

from dataclasses import fields

import xxhash

from laser_sweep.config import MINIMUM_EXAMPLES, DatasetConfig
from laser_sweep.dataset._contract import Dataset, PublishedDataset
from laser_sweep.dataset._example import Example, Loaded, Scoring
from laser_sweep.dataset._prompting import Prompting
from laser_sweep.errors import ConfigError
from laser_sweep.plugin import Group

DATASETS = Group("laser_sweep.dataset", Dataset, "dataset.reader")


def load_dataset(config: DatasetConfig, prompting: Prompting) -> Loaded:
    """The examples of a dataset, `dataset.limit` applied.

    Raises:
        ConfigError: if the rows cannot be had, are not as the module needs them, or too few.
    """
    module = DATASETS.load(config.reader)
    _check_options(config, module)
    loaded = module.load(config, prompting)
    examples = loaded.examples
    _check_count(config, module, len(examples))
    if len(examples) < MINIMUM_EXAMPLES:
        raise ConfigError(
            f"dataset {config.name} has {len(examples)} examples ({config.path or 'its source'}): "
            f"expected at least {MINIMUM_EXAMPLES}."
        )
    return Loaded(examples[: config.limit], loaded.scoring)


def _check_options(config: DatasetConfig, module: Dataset) -> None:
    """Check that nothing is asked for that the dataset would pass over."""
    if not isinstance(module, PublishedDataset):
        return
    for option in fields(config):
        given = getattr(config, option.name)
        if option.metadata.get("rows") and given != option.default:
            raise ConfigError(
                f"dataset.{option.name}={given} is for rows of your own (dataset=rows): "
                f"{config.reader} has its own prompts, answers and scores."
            )


def _check_count(config: DatasetConfig, module: Dataset, count: int) -> None:
    """Check that a source still has the examples that the paper's numbers are of."""
    if config.path or not config.check_count or not isinstance(module, PublishedDataset):
        return
    if count == (expected := module.FACTS.count):
        return
    raise ConfigError(
        f"dataset {config.name} has {count:,} examples, expected {expected:,}: its source has "
        "changed, or another length_tokenizer filters it. dataset.check_count=false takes it as "
        "it is."
    )


def fingerprint(examples: list[Example], scoring: Scoring) -> str:
    """A hash of everything that examples say, in their order, and of how they are scored."""
    digest = xxhash.xxh3_128(repr(scoring).encode())
    for example in examples:
        # The cluster changes no outcome, but is stored with it.
        cluster = () if example.cluster is None else ("\0cluster", example.cluster)
        for text in (example.prompt, example.answer, *example.choices, *cluster):
            encoded = text.encode("utf-8", "surrogatepass")
            digest.update(f"{len(encoded)}:".encode() + encoded)
        digest.update(b"\n")
    return f"xxh3:{digest.hexdigest()}"
