"""The rule that the configuration names."""

from __future__ import annotations

from laser_sweep.composition._contract import Rule
from laser_sweep.config import NO_COMPOSITION, ComposeConfig, Config
from laser_sweep.errors import ConfigError, unknown
from laser_sweep.plugin import Group, check_read
from laser_sweep.split import Parts, check_apart

RULES = Group("laser_sweep.composition", Rule, "compose", "Rules")


def check(config: Config, points: int, parts: Parts) -> None:
    """Check that a composition reads the options that are given, and can compose this sweep.

    Args:
        config: the configuration of the sweep.
        points: the number of points, without the base model.
        parts: the parts of the examples.

    Raises:
        ConfigError: if not.
    """
    options = config.compose
    if options.name == NO_COMPOSITION:
        return
    if options.name not in RULES.names():
        raise unknown("compose", options.name, [NO_COMPOSITION, *RULES.names()])
    check_read(RULES, options.name, {"z": options.z}, {"z": ComposeConfig.z})
    if not points:
        raise ConfigError(f"compose={options.name}: the sweep has no edits to compose.")
    given, split = f"compose={options.name}", str(config.split.name)
    check_apart(parts, split, given=given, work="composition", otherwise="compose=none")
