"""The search that the configuration names."""

from __future__ import annotations

from dataclasses import asdict

from laser_sweep.config import AUTO_LOSS, GRID, MARGIN, NLL, Config, SearchConfig
from laser_sweep.errors import ConfigError
from laser_sweep.plugin import Group
from laser_sweep.search._contract import Size, Strategy
from laser_sweep.search._evidence import Evidence, Space
from laser_sweep.search._race import ordered_examples
from laser_sweep.selection import measure
from laser_sweep.split import Parts

STRATEGIES = Group("laser_sweep.search", Strategy, "search")


def check(config: Config, points: int, parts: Parts) -> None:
    """Check that a search reads the options that are given, and can search this sweep.

    Args:
        config: the configuration of the sweep.
        points: the number of points, without the base model.
        parts: the parts of the examples.

    Raises:
        ConfigError: if not.
    """
    options = config.search
    strategy = STRATEGIES.load(options.name)
    _check_options(options, strategy)
    if options.name == GRID:
        return
    if parts.folds:
        raise ConfigError(
            f"search={options.name} with split={config.split.name}: the search would read the "
            "examples of the very fold that its choice is tested on. Expected search=grid, or "
            "another split."
        )
    if not parts.validation:
        raise ConfigError(
            f"search={options.name} with split={config.split.name}: there is no validation part to "
            "search on. Expected search=grid, or another split."
        )
    if options.examples is not None and options.examples > len(parts.validation):
        raise ConfigError(
            f"search.examples={options.examples}: expected at most {len(parts.validation)}, the "
            "number of validation examples."
        )
    if points:
        strategy.sizes(Size(points, len(parts.validation)), options)


def loss_of(config: Config) -> str:
    """The loss whose change is predicted, by the measure of the selection if none is named."""
    if (named := config.search.loss) != AUTO_LOSS:
        return named
    return NLL if measure(config.selection) == "log_loss" else MARGIN


def ranked_examples(space: Space, options: SearchConfig) -> tuple[int, ...]:
    """The validation examples that predictions are made on, in order: all, or some at random."""
    return tuple(sorted(ordered_examples(space, options.seed)[: options.examples]))


def asked(space: Space, evidence: Evidence, options: SearchConfig) -> tuple[str, ...]:
    """The points that a search evaluates on all validation examples, once earlier rounds are over.

    Points of an audit are not among them.
    """
    strategy = STRATEGIES.load(options.name)
    last = len(strategy.sizes(Size(len(space.points), len(space.examples)), options)) - 1
    return strategy.round(last, space, evidence, options).points


def _check_options(options: SearchConfig, strategy: Strategy) -> None:
    given, defaults = asdict(options), asdict(SearchConfig(options.name))
    for option, value in given.items():
        if option not in ("name", *strategy.OPTIONS) and value != defaults[option]:
            readers = [n for n in STRATEGIES.names() if option in STRATEGIES.load(n).OPTIONS]
            raise ConfigError(
                f"search.{option}={value}: search={options.name} does not read it. "
                f"Searches that do: {', '.join(readers)}."
            )
