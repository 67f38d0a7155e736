"""The schema of the configuration: the options with their types and defaults.

Each group of options has a module with a dataclass. `conf/` has the values: a folder for each
group, a YAML file for each value of the group. Hydra merges these files and the command line into
the dataclasses, and refuses unknown options and wrong types.
"""

from laser_sweep.config._explain import GROUPS, explain, options
from laser_sweep.config._flat import flat_options
from laser_sweep.config._hydra import PACKAGE, conf_folder, register, register_runtime
from laser_sweep.config._literal import literal
from laser_sweep.config._root import ALSO, SELECT_PER, Config
from laser_sweep.config._typed import typed
from laser_sweep.config.cluster import ClusterConfig, ParamsConfig
from laser_sweep.config.composition import NO_COMPOSITION, ComposeConfig
from laser_sweep.config.dataset import (
    DEFAULT_ANSWER,
    DEFAULT_CHOICES,
    DEFAULT_ID,
    MINIMUM_EXAMPLES,
    ROWS,
    SCORINGS,
    TOO_LONG,
    DatasetConfig,
)
from laser_sweep.config.file_names import COMPRESSIONS
from laser_sweep.config.intervention import SOLVERS, SPECTRA, InterventionConfig
from laser_sweep.config.layout import FORMS, LayoutConfig, LayoutNames
from laser_sweep.config.model import (
    AUTO,
    DEVICE_MAPS,
    DTYPES,
    FLOAT_DTYPES,
    SIDES,
    ModelConfig,
)
from laser_sweep.config.paper import CORRECTED, PAPER, PROTOCOLS, PaperConfig
from laser_sweep.config.search import AUTO_LOSS, GRID, LOSSES, MARGIN, NLL, SearchConfig
from laser_sweep.config.split import EVERY_POINT, TEST_EVALUATIONS, SplitConfig
from laser_sweep.config.tracker import NO_TRACKER, TrackerConfig

__all__ = [
    "ALSO",
    "AUTO",
    "AUTO_LOSS",
    "COMPRESSIONS",
    "CORRECTED",
    "DEFAULT_ANSWER",
    "DEFAULT_CHOICES",
    "DEFAULT_ID",
    "DEVICE_MAPS",
    "DTYPES",
    "EVERY_POINT",
    "FLOAT_DTYPES",
    "FORMS",
    "GRID",
    "GROUPS",
    "LOSSES",
    "MARGIN",
    "MINIMUM_EXAMPLES",
    "NLL",
    "NO_COMPOSITION",
    "NO_TRACKER",
    "PACKAGE",
    "PAPER",
    "PROTOCOLS",
    "ROWS",
    "SCORINGS",
    "SELECT_PER",
    "SIDES",
    "SOLVERS",
    "SPECTRA",
    "TEST_EVALUATIONS",
    "TOO_LONG",
    "ClusterConfig",
    "ComposeConfig",
    "Config",
    "DatasetConfig",
    "InterventionConfig",
    "LayoutConfig",
    "LayoutNames",
    "ModelConfig",
    "PaperConfig",
    "ParamsConfig",
    "SearchConfig",
    "SplitConfig",
    "TrackerConfig",
    "conf_folder",
    "explain",
    "flat_options",
    "literal",
    "options",
    "register",
    "register_runtime",
    "typed",
]
