"""The search that the configuration names."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from laser_sweep.config import AUTO_LOSS, GRID, MARGIN, NLL, Config, SearchConfig
from laser_sweep.errors import ConfigError
from laser_sweep.grid.notation import ranges
from laser_sweep.plugin import Group, check_read
from laser_sweep.search._contract import Size, Strategy
from laser_sweep.search._evidence import Evidence, Space
from laser_sweep.search._race import ordered_examples
from laser_sweep.selection import measure
from laser_sweep.split import Parts, check_apart
from laser_sweep.store.ranking import Ranking, read_ranking

STRATEGIES = Group("laser_sweep.search", Strategy, "search", "Searches")


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
    given_options = {name: value for name, value in asdict(options).items() if name != "name"}
    check_read(STRATEGIES, options.name, given_options, asdict(SearchConfig(options.name)))
    if options.name == GRID:
        return
    given, split = f"search={options.name}", str(config.split.name)
    check_apart(parts, split, given=given, work="search", otherwise="search=grid")
    if config.dataset.is_of_documents and options.loss == MARGIN:
        raise ConfigError(
            "search.loss=margin compares right answers with wrong ones, which documents do not "
            "have. Available: search.loss=nll."
        )
    if options.examples is not None and options.examples > len(parts.validation):
        raise ConfigError(
            f"search.examples={options.examples}: expected at most {len(parts.validation)}, the "
            "number of validation examples."
        )
    if points:
        size = Size(points, len(parts.validation))
        STRATEGIES.load(options.name).sizes(size, options)


def loss_of(config: Config) -> str:
    """The loss whose change is predicted, by the measure of the selection if none is named."""
    if (named := config.search.loss) != AUTO_LOSS:
        return named
    return NLL if measure(config.selection) == "log_loss" else MARGIN


def ranked_examples(space: Space, options: SearchConfig) -> tuple[int, ...]:
    """The validation examples that predictions are made on, in order: all, or some at random."""
    return tuple(sorted(ordered_examples(space, options.seed)[: options.examples]))


def ranking_of(folder: Path, config: Config, digest: str, space: Space) -> Ranking | None:
    """The stored predictions of a search.

    Args:
        folder: the sweep's folder.
        config: the configuration of the sweep.
        digest: the digest of the results' identity.
        space: the points and the validation examples of the search.

    Returns:
        None if the search needs none, or the folder has none of these points and examples.
    """
    if not STRATEGIES.load(config.search.name).RANKS:
        return None
    found = read_ranking(folder)
    examples = ranges(ranked_examples(space, config.search))
    is_it = found is not None and found.is_of(digest, loss_of(config), examples, space.points)
    return found if is_it else None


def started(space: Space, evidence: Evidence, options: SearchConfig) -> tuple[str, ...]:
    """The points that a search evaluates in its first round: those that it races, if it does."""
    return STRATEGIES.load(options.name).round(0, space, evidence, options).points


def asked(space: Space, evidence: Evidence, options: SearchConfig) -> tuple[str, ...]:
    """The points that a search evaluates on all validation examples, once earlier rounds are over.

    Points of an audit are not among them.
    """
    strategy = STRATEGIES.load(options.name)
    last = len(strategy.sizes(Size(len(space.points), len(space.examples)), options)) - 1
    return strategy.round(last, space, evidence, options).points
