"""The configuration of a sweep: its groups, its axes, and what belongs to no group."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from omegaconf import MISSING

from laser_sweep.config.cluster import ClusterConfig
from laser_sweep.config.dataset import DatasetConfig
from laser_sweep.config.intervention import InterventionConfig
from laser_sweep.config.model import ModelConfig
from laser_sweep.config.paper import PaperConfig
from laser_sweep.config.split import SplitConfig
from laser_sweep.errors import ConfigError, choose
from laser_sweep.grid.notation import distinct, items

CORRECTED, PAPER = PROTOCOLS = ("corrected", "paper")
SELECT_PER = ("lname", "lnum")


@dataclass
class Config:
    """Everything that one sweep is made from."""

    model: ModelConfig = MISSING
    dataset: DatasetConfig = MISSING
    intervention: InterventionConfig = MISSING
    split: SplitConfig = MISSING
    cluster: ClusterConfig = MISSING
    # The axes are checked by `grid.py`: `0..27` is a string to Hydra.
    lname: Any = MISSING
    lnum: Any = MISSING
    rate: Any = None
    rho: Any = None
    rank: Any = None
    energy: Any = None
    expert: Any = "all"
    stack: Any = None
    protocol: str = "corrected"
    selection: str = "accuracy"
    select_per: Any = None
    """Of what else one is chosen: of each `lname`, of each `lnum`."""
    seed: int = 0
    batch_tokens: int | None = None
    cache_gb: float = 1.0
    """How much may be kept between points; in GiB."""
    paper: PaperConfig = field(default_factory=PaperConfig)
    output: str = "multirun"
    dry_run: bool = False

    def __post_init__(self) -> None:
        choose("protocol", self.protocol, PROTOCOLS)
        if self.select_per is not None:
            named = distinct("select_per", items(self.select_per))
            self.select_per = [choose("select_per", axis, SELECT_PER) for axis in named]
        if self.batch_tokens is not None and self.batch_tokens < 1:
            raise ConfigError(f"batch_tokens={self.batch_tokens}: expected at least 1 token.")
        if not self.cache_gb >= 0:
            raise ConfigError(f"cache_gb={self.cache_gb}: expected 0 or more GiB.")

    @property
    def folder(self) -> Path:
        """The folder of this sweep's results, absolute."""
        parts = (self.model.name, self.dataset.name, self.intervention.name)
        return Path(self.output, *map(str, parts)).expanduser().absolute()
