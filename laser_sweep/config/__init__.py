"""The schema of the configuration: what can be set, of what type, with what default.

The content is in `conf/`: one folder for each group, one YAML for each of its values. What is
written there, or on the command line, is merged into these dataclasses by Hydra, which refuses
unknown keys and wrong types. Each group has a module of its own.
"""

from laser_sweep.config._config import CORRECTED, PAPER, PROTOCOLS, SELECT_PER, Config
from laser_sweep.config._files import PACKAGE, conf_folder, register
from laser_sweep.config.cluster import ClusterConfig, ParamsConfig
from laser_sweep.config.dataset import (
    AUTO,
    DEFAULT_CHOICES,
    DEFAULT_ID,
    MINIMUM_EXAMPLES,
    ROWS,
    SCORINGS,
    TOO_LONG,
    DatasetConfig,
)
from laser_sweep.config.intervention import InterventionConfig
from laser_sweep.config.model import DEVICE_MAPS, DTYPES, SIDES, ModelConfig
from laser_sweep.config.paper import PaperConfig
from laser_sweep.config.split import TEST_EVALUATIONS, SplitConfig

__all__ = [
    "AUTO",
    "CORRECTED",
    "DEFAULT_CHOICES",
    "DEFAULT_ID",
    "DEVICE_MAPS",
    "DTYPES",
    "MINIMUM_EXAMPLES",
    "PACKAGE",
    "PAPER",
    "PROTOCOLS",
    "ROWS",
    "SCORINGS",
    "SELECT_PER",
    "SIDES",
    "TEST_EVALUATIONS",
    "TOO_LONG",
    "ClusterConfig",
    "Config",
    "DatasetConfig",
    "InterventionConfig",
    "ModelConfig",
    "PaperConfig",
    "ParamsConfig",
    "SplitConfig",
    "conf_folder",
    "register",
]
