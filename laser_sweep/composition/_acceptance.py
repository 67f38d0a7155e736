"""The rule that the configuration names."""

from __future__ import annotations

from laser_sweep.composition._contract import Rule
from laser_sweep.config import NO_COMPOSITION, ComposeConfig, Config
from laser_sweep.errors import ConfigError, unknown
from laser_sweep.plugin import Group
from laser_sweep.split import Parts

RULES = Group("laser_sweep.composition", Rule, "compose")


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
    if "z" not in RULES.load(options.name).OPTIONS and options.z != ComposeConfig.z:
        readers = ", ".join(name for name in RULES.names() if "z" in RULES.load(name).OPTIONS)
        raise ConfigError(
            f"compose.z={options.z}: compose={options.name} does not read it. Rules that do: "
            f"{readers}."
        )
    if not points:
        raise ConfigError(f"compose={options.name}: the sweep has no edits to compose.")
    if parts.folds or not parts.validation:
        why = (
            "the composition would read the examples of the very fold that is tested"
            if parts.folds
            else "there is no validation part to compose on"
        )
        raise ConfigError(
            f"compose={options.name} with split={config.split.name}: {why}. Expected compose=none, "
            "or another split."
        )
