"""The schema of the configuration: what can be set, of what type, with what default.

The content is in `conf/`: one folder for each group, one YAML for each of its values. What is
written there, or on the command line, is merged into these dataclasses by Hydra, which refuses
unknown keys and wrong types.
"""

from __future__ import annotations

from dataclasses import dataclass, field, make_dataclass
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING, OmegaConf

from laser_sweep.errors import ConfigError, choose
from laser_sweep.model.schema import LayoutConfig
from laser_sweep.notation import distinct, items

PACKAGE = Path(__file__).parent

CORRECTED, PAPER = PROTOCOLS = ("corrected", "paper")
DTYPES = ("auto", "float32", "bfloat16", "float16")
SIDES = ("decoder", "encoder")
DEVICE_MAPS = ("auto", "balanced", "balanced_low_0", "sequential")
TEST_EVALUATIONS = ("selected", "all")
SELECT_PER = ("lname", "lnum")
_LONGEST_NAME = 150
ROWS = "rows"
"""The reader of rows of the user's own."""
AUTO = "auto"
TOO_LONG = ("error", "drop", "truncate_left")
SCORINGS = (AUTO, "next_token", "answer", "choice", "generation")
DEFAULT_ID = "id"
DEFAULT_CHOICES = "choices"
"""The column of labels, for rows that have it; any other one that is named has to be there."""
MINIMUM_EXAMPLES = 5
"""Fewer examples leave no validation part at the default split."""


def conf_folder() -> Path:
    """The folder of YAML files: beside the package in a checkout, inside it in a wheel."""
    return next(path for path in (PACKAGE / "conf", PACKAGE.parent / "conf") if path.is_dir())


@dataclass
class ModelConfig:
    """A transformer from the Hugging Face hub or from a folder."""

    path: str = MISSING
    name: str | None = None
    revision: str | None = None
    dtype: str = "auto"
    device: str = "auto"
    device_map: str | None = None
    """How to spread the weights over several devices; see Accelerate's `device_map`."""
    side: str = "decoder"
    """Which blocks of an encoder-decoder."""
    layout: LayoutConfig = field(default_factory=LayoutConfig)

    def __post_init__(self) -> None:
        choose("model.dtype", self.dtype, DTYPES)
        choose("model.side", self.side, SIDES)
        if self.device_map is not None:
            choose("model.device_map", self.device_map, DEVICE_MAPS)
            if self.device != "auto":
                raise ConfigError(
                    f"model.device={self.device} and model.device_map={self.device_map} are both "
                    "given: expected one of them."
                )
        if not self.path:
            raise ConfigError("model.path is not set: expected a hub id or a folder.")
        self.name = _folder_name("model.name", self.name, Path(self.path).absolute().name)


_COUNTS_OF_A_CLUSTER = (
    *("tasks", "groups_per_task", "array_parallelism"),
    *("timeout_min", "signal_delay_s"),
)
_OF_ROWS = {"rows": True}
"""Marks an option for rows of the user's own, which no module knows."""


@dataclass
class DatasetConfig:
    """A dataset: its module in `laser_sweep.dataset`, where its rows are, how they are asked."""

    reader: str = ROWS
    path: str | None = None
    name: str | None = None
    limit: int | None = None
    too_long: str = "error"
    """What to do with examples that the model's context is too short for."""
    new_tokens: int | None = None
    """How much the model may say where it answers in its own words; else as the dataset has it."""
    length_tokenizer: str | None = "auto"
    """What HotpotQA's answers are measured with: a hub id or a folder."""
    check_count: bool = True
    """Whether a source has to have the number of examples that the paper's figures are of."""
    hub: str | None = field(default=None, metadata=_OF_ROWS)
    config: str | None = field(default=None, metadata=_OF_ROWS)
    split: str | None = field(default=None, metadata=_OF_ROWS)
    revision: str | None = field(default=None, metadata=_OF_ROWS)
    prompt: str = field(default="{question}", metadata=_OF_ROWS)
    answer: str = field(default="answer", metadata=_OF_ROWS)
    choices: Any = field(default=DEFAULT_CHOICES, metadata=_OF_ROWS)
    scoring: str = field(default="auto", metadata=_OF_ROWS)
    cluster_by: str | None = field(default=None, metadata=_OF_ROWS)
    id: str | None = field(default=DEFAULT_ID, metadata=_OF_ROWS)

    def __post_init__(self) -> None:
        choose("dataset.too_long", self.too_long, TOO_LONG)
        choose("dataset.scoring", self.scoring, SCORINGS)
        if self.reader == ROWS:
            self._check_source()
        if self.limit is not None and self.limit < MINIMUM_EXAMPLES:
            raise ConfigError(
                f"dataset.limit={self.limit}: expected at least {MINIMUM_EXAMPLES} examples."
            )
        if self.new_tokens is not None and self.new_tokens < 1:
            raise ConfigError(f"dataset.new_tokens={self.new_tokens}: expected at least 1 token.")
        default = Path(self.path).stem if self.path else (self.hub or self.reader).split("/")[-1]
        self.name = _folder_name("dataset.name", self.name, default)

    def _check_source(self) -> None:
        if self.path and self.hub:
            raise ConfigError(
                f"dataset.path={self.path} and dataset.hub={self.hub} are both given: expected "
                "one of them."
            )
        if self.path and (given := self.config or self.split or self.revision):
            raise ConfigError(
                f"dataset.path={self.path}: {given} is of a dataset on the hub; expected "
                "dataset.hub with dataset.config, dataset.split or dataset.revision."
            )
        if not self.path and not self.hub:
            raise ConfigError(
                "dataset.path is not set: expected a .jsonl, .json, .csv or .parquet file, or "
                "dataset.hub, a dataset on the hub."
            )
        if self.hub and not self.split:
            raise ConfigError(f"dataset.hub={self.hub}: expected dataset.split too, such as test.")


@dataclass
class InterventionConfig:
    """A kind of edit, a module of `laser_sweep.intervention`, and how it is done."""

    kind: str = MISSING
    name: str | None = None
    """The folder's name; else the kind and what differs from its defaults."""
    rates: list[float] = field(default_factory=list)
    """The rates to sweep if no axis says how much is kept."""
    svd: str = "exact"
    niter: int = 2
    oversample: int = 0
    spectrum: str = "top"

    def __post_init__(self) -> None:
        differs = [self.spectrum] if self.spectrum != "top" else []
        differs += [self.svd] if self.svd != "exact" else []
        default = "-".join([self.kind, *differs])
        self.name = _folder_name("intervention.name", self.name, default)


@dataclass
class SplitConfig:
    """Which examples validate and which test: a module of `laser_sweep.split`."""

    name: str = MISSING
    fraction: float = 0.2
    test: str = "selected"
    seed: int = 0
    folds: int = 5

    def __post_init__(self) -> None:
        choose("split.test", self.test, TEST_EVALUATIONS)
        if self.folds < 2:
            raise ConfigError(f"split.folds={self.folds}: expected 2 or more.")
        if not 0 < self.fraction < 1:
            raise ConfigError(
                f"split.fraction={self.fraction}: expected a number between 0 and 1, "
                "the part of the examples that validates."
            )


_SBATCH = """
account additional_parameters comment constraint cpus_per_gpu cpus_per_task
dependency exclude exclusive gpus_per_node gpus_per_task gres job_name mail_type mail_user mem
mem_per_cpu mem_per_gpu nodelist nodes ntasks_per_node partition qos setup
srun_args stderr_to_stdout teardown use_srun wckey
""".split()
ParamsConfig = make_dataclass(
    "ParamsConfig",
    [(name, Any, None) for name in _SBATCH],
    namespace={"__module__": __name__},  # where pickle finds it
)
"""The options of sbatch, by submitit's names, that `ClusterConfig` has none of its own for."""


@dataclass
class ClusterConfig:
    """Where the work is done: a module of `laser_sweep.cluster`."""

    name: str = MISSING
    devices: Any = None
    """Of this machine: one worker process for each; `all` for all accelerators."""
    wait: bool = False
    """Whether the command stays until its jobs have ended."""
    tasks: int | None = None
    groups_per_task: int | None = None
    array_parallelism: int = 256
    """How many tasks may run at once."""
    timeout_min: int = 240
    signal_delay_s: int = 120
    """How long before its end a task is told to stop and to be queued again."""
    max_num_timeout: int = 10
    """How often a task that runs out of time is queued again."""
    params: ParamsConfig = field(default_factory=ParamsConfig)  # type: ignore[valid-type]

    def __post_init__(self) -> None:
        for option in _COUNTS_OF_A_CLUSTER:
            value = getattr(self, option)
            if value is not None and value < 1:
                raise ConfigError(f"cluster.{option}={value}: expected 1 or more.")
        if self.max_num_timeout < 0:
            raise ConfigError(
                f"cluster.max_num_timeout={self.max_num_timeout}: expected 0 or more."
            )
        if self.tasks is not None and self.groups_per_task is not None:
            raise ConfigError(
                f"cluster.tasks={self.tasks} and cluster.groups_per_task={self.groups_per_task} "
                "are both given: expected one of them."
            )


@dataclass
class PaperConfig:
    """The paper's own figures for one model and dataset, on its test part."""

    model: str | None = None
    """The hub id of the model that the paper's code loads."""
    revision: str | None = None
    examples: int | None = None
    base_accuracy: float | None = None
    """In percent."""
    base_loss: float | None = None
    """In nats per answer token."""
    laser_accuracy: float | None = None
    laser_loss: float | None = None
    lname: str | None = None
    lnum: int | None = None
    rho: float | None = None
    note: str | None = None
    """What a reader of these figures should know."""


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


def _folder_name(option: str, name: str | None, default: str) -> str:
    """The given name, or the default, if it can name a folder.

    Raises:
        ConfigError: if it cannot, on some machine.
    """
    chosen = name if name is not None else default
    length = len(chosen.encode(errors="replace"))
    if chosen in ("", ".", "..") or set(chosen) & set('/\\|"') or chosen.startswith("-"):
        raise ConfigError(f"{option}={chosen!r}: expected a name that can be a folder's.")
    if length > _LONGEST_NAME or not chosen.isprintable():
        raise ConfigError(
            f"{option}={chosen[:40]!r}: expected at most {_LONGEST_NAME} bytes of text."
        )
    return chosen


def register() -> None:
    """Tell Hydra the schema, and OmegaConf how YAML names a file of the package."""
    ConfigStore.instance().store(name="schema", node=Config)
    OmegaConf.register_new_resolver(
        "builtin", lambda name: str(PACKAGE / "builtin" / name), replace=True
    )
