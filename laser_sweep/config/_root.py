"""The root of the schema: the groups, the axes, and the options that belong to no group."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from omegaconf import MISSING

from laser_sweep.config.also import datasets_of
from laser_sweep.config.cluster import ClusterConfig
from laser_sweep.config.composition import ComposeConfig
from laser_sweep.config.dataset import DatasetConfig
from laser_sweep.config.intervention import InterventionConfig
from laser_sweep.config.model import ModelConfig
from laser_sweep.config.paper import CORRECTED, PROTOCOLS, PaperConfig
from laser_sweep.config.search import SearchConfig
from laser_sweep.config.split import SplitConfig
from laser_sweep.config.tracker import TrackerConfig
from laser_sweep.errors import ConfigError, choose
from laser_sweep.grid.notation import distinct, items
from laser_sweep.grid.point import NO_EDIT

SELECT_PER = ("lname", "lnum")
DEFAULT_SELECTION = "accuracy"
ALSO = "also"
"""The folder, in a sweep's, of the results on the datasets of `also`."""


@dataclass
class Config:
    """The configuration of one sweep."""

    model: ModelConfig = MISSING
    dataset: DatasetConfig = MISSING
    intervention: InterventionConfig = MISSING
    split: SplitConfig = MISSING
    # The record of a sweep from before there were these groups is that of a grid, not tracked.
    search: SearchConfig = field(default_factory=SearchConfig)
    compose: ComposeConfig = field(default_factory=ComposeConfig)
    cluster: ClusterConfig = MISSING
    tracker: TrackerConfig = field(default_factory=TrackerConfig)
    # `laser_sweep.grid` checks the axes: OmegaConf has no type for "a number, a text or a list".
    lname: Any = MISSING
    """Matrix types τ: `q_proj k_proj v_proj out_proj fc_in fc_up fc_out`; `qkv`, if one parameter
    holds three of them; `q_a q_b kv_a kv_b` in latent attention; `attn`, `mlp` and `all` edit
    several types of a layer together; `dont` is the base model alone."""
    lnum: Any = MISSING
    """Layers ℓ, from 0; `-1` edits all layers at once; `all` edits each layer that has the type,
    one at a time."""
    rate: Any = None
    """Tenths of the rank removed, 0..10, as in the paper's code; by default
    `intervention.rates`."""
    rho: Any = None
    """The fraction of the rank kept, 0..1, instead of `rate`: ρ = 1 − rate/10."""
    rank: Any = None
    """The rank kept, instead of these; `mp` keeps the singular values above the
    Marchenko–Pastur edge."""
    energy: Any = None
    """The share of the squared norm that is kept, 0..1, instead of these."""
    expert: Any = "all"
    """Experts of a mixture: numbers from 0, `shared`, or `all` at once."""
    stack: Any = None
    """Several edits at once; a field that an edit leaves out has the values of its axis."""
    protocol: str = CORRECTED
    """`corrected`, or `paper` for the prompts, scores and arithmetic of the paper's code."""
    selection: str = DEFAULT_SELECTION
    """The rule that chooses a point: `accuracy`, `log_loss`, `f1`, `one_standard_error` or
    `paper`."""
    select_per: Any = None
    """`lname`, `lnum` or both: also choose a point for each matrix type, for each layer."""
    also: Any = None
    """Further datasets, on which the base model and the chosen point are evaluated."""
    seed: int = 0
    """The seed of `svd=randomized` and of `spectrum=random`."""
    batch_tokens: int | None = None
    """The largest number of padded tokens in one forward pass; by default 1,024 on a CPU, else as
    many as fit in the free memory."""
    cache_gb: float = 1.0
    """GiB of memory for the states that points share; with 0, every point runs all layers."""
    threads: int | None = None
    """The threads that compute on a CPU; by default the cores that are free when the command
    starts. `OMP_NUM_THREADS` is respected."""
    paper: PaperConfig = field(default_factory=PaperConfig)
    output: str = "multirun"
    """The root folder of the results."""
    dry_run: bool = False
    """Print the points, what is done and to do, the time and memory to expect, and stop."""

    def __post_init__(self) -> None:
        choose("protocol", self.protocol, PROTOCOLS)
        if isinstance(self.dataset, DatasetConfig) and self.dataset.is_of_documents:
            self._select_by_log_loss()
        if self.also is not None:
            self.also = datasets_of(self.also)
        if self.select_per is not None:
            named = distinct("select_per", items(self.select_per))
            self.select_per = [choose("select_per", axis, SELECT_PER) for axis in named]
        if self.batch_tokens is not None and self.batch_tokens < 1:
            raise ConfigError(f"batch_tokens={self.batch_tokens}: expected at least 1 token.")
        if self.threads is not None and self.threads < 1:
            raise ConfigError(f"threads={self.threads}: expected at least 1 thread.")
        if not self.cache_gb >= 0:
            raise ConfigError(f"cache_gb={self.cache_gb}: expected 0 or more GiB.")

    @property
    def further_datasets(self) -> list[DatasetConfig]:
        """The datasets of `also`."""
        return self.also or []

    def on(self, dataset: DatasetConfig, folder: Path | None = None) -> Config:
        """The configuration of the evaluation on another dataset, in a folder below this sweep's.

        Args:
            dataset: the other dataset, of which all examples are evaluated.
            folder: the folder of this sweep's results; by default `self.folder`.
        """
        return replace(
            self,
            dataset=dataset,
            # The points are those that the sweep chooses.
            lname=NO_EDIT,
            stack=None,
            split=SplitConfig("all"),
            search=SearchConfig(),
            compose=ComposeConfig(),
            tracker=TrackerConfig(),
            selection=DEFAULT_SELECTION,
            select_per=None,
            also=None,
            paper=PaperConfig(),
            output=str((folder or self.folder) / ALSO),
        )

    def _select_by_log_loss(self) -> None:
        """Replace the default rule, because a document is neither right nor wrong."""
        if self.selection == DEFAULT_SELECTION:
            self.selection = "log_loss"

    @property
    def folder(self) -> Path:
        """The absolute path of the folder of this sweep's results."""
        parts = (self.model.name, self.dataset.name, self.intervention.name)
        return Path(self.output, *map(str, parts)).expanduser().absolute()
