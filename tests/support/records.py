"""Commands as `sweep.json` records them, for sweeps that are written by hand."""

from __future__ import annotations

from dataclasses import replace

from laser_sweep.config import (
    ClusterConfig,
    Config,
    DatasetConfig,
    InterventionConfig,
    ModelConfig,
    SplitConfig,
)
from laser_sweep.store.record import Command, DatasetRecord, ModelRecord


def make_config(protocol: str = "corrected", **changes: object) -> Config:
    """A configuration as Hydra would compose it; its files need not exist."""
    config = Config(
        model=ModelConfig(path="models/tiny"),
        dataset=DatasetConfig(path="facts.jsonl"),
        intervention=InterventionConfig("rank_reduction"),
        split=SplitConfig("first20"),
        cluster=ClusterConfig("local"),
        lname="fc_in,fc_out",
        lnum="2..3",
        protocol=protocol,
    )
    return replace(config, **changes)  # type: ignore[arg-type]


def make_command(config: Config | None = None, points: object = ("base",)) -> Command:
    """A command of these points on ten examples."""
    return Command(
        config=config or make_config(),
        model=ModelRecord("models/tiny", None, "gptj", False, ""),
        dataset=DatasetRecord(10, (), ()),
        points=tuple(points),  # type: ignore[arg-type]
    )
