"""The schema of the configuration: what can be set, of what type, with what default.

The content is in `conf/`: one folder for each group, one YAML for each of its values. What is
written there, or on the command line, is merged into these dataclasses by Hydra, which refuses
unknown keys and wrong types. Each group has a module of its own.
"""

from laser_sweep.config._explain import explain, options
from laser_sweep.config._register import PACKAGE, conf_folder, register
from laser_sweep.config._root import CORRECTED, PAPER, PROTOCOLS, SELECT_PER, Config
from laser_sweep.config._typed import typed
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
from laser_sweep.config.layout import FORMS, LayoutConfig
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
    "FORMS",
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
    "LayoutConfig",
    "ModelConfig",
    "PaperConfig",
    "ParamsConfig",
    "SplitConfig",
    "conf_folder",
    "explain",
    "options",
    "register",
    "typed",
]
