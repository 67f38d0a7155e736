"""The evaluation of a recipe's base model and point, on the examples of the sweep."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from laser_sweep.config import PACKAGE, ComposeConfig, Config, SearchConfig
from laser_sweep.errors import ConfigError
from laser_sweep.export.edits import Evaluated, Recipe
from laser_sweep.export.recipe_file import find_recipe
from laser_sweep.grid.notation import read_ranges
from laser_sweep.grid.point import BASE, NO_EDIT, Evaluation, Point
from laser_sweep.plan.make import make_plan
from laser_sweep.plan.plan import Plan, command_of
from laser_sweep.report import PointFigures, point_figures
from laser_sweep.reproduce.reproduction import FigurePair, Reproduction
from laser_sweep.run.worker import Worker
from laser_sweep.selection import summarize
from laser_sweep.store.provenance import versions
from laser_sweep.store.record import Identity

log = logging.getLogger(__name__)


def reproduce(
    recipe_path: Path,
    *,
    model: str | None = None,
    data: str | None = None,
    device: str | None = None,
) -> Reproduction:
    """Evaluate the base model and the point of a recipe again; nothing is kept on the disk.

    Args:
        recipe_path: the folder of an export, or its `recipe.json`.
        model: the place of the original model; None for the place in the recipe.
        data: the place of the dataset's rows; None for the place in the recipe.
        device: the device; None for that of the sweep.

    Raises:
        ConfigError: if there is no such recipe, or it does not tell what the sweep found; if the
            model or the examples are not there, or not those of the sweep; if an evaluation fails.
    """
    recipe = find_recipe(recipe_path)
    if recipe.evaluated is None:
        raise ConfigError(
            f"{recipe_path}: an earlier version of laser_sweep wrote this recipe, and it does not "
            "tell what the sweep found. Export the point again."
        )
    with tempfile.TemporaryDirectory(prefix="laser_sweep-") as folder:
        config = _config(recipe, recipe.evaluated, model, data, device, folder)
        plan = _plan(config, recipe, given=model is not None)
        _check_identity(recipe.evaluated.identity, plan.store.identity)
        found = _figures(plan, recipe.evaluated)
    return _compared(recipe, recipe.evaluated, found)


def _config(
    recipe: Recipe,
    evaluated: Evaluated,
    model: str | None,
    data: str | None,
    device: str | None,
    output: str,
) -> Config:
    """The configuration of the evaluation: the sweep's, without its search."""
    then = evaluated.config
    revision = None if model else recipe.model.revision
    path = model or _here(then.model.path)
    rows = data or (then.dataset.path and _here(then.dataset.path))
    return replace(
        then,
        model=replace(
            then.model,
            path=path,
            revision=revision,
            dtype=evaluated.identity.dtype,
            device=device or then.model.device,
        ),
        dataset=replace(then.dataset, path=rows),
        # The points are the base model and that of the recipe.
        lname=NO_EDIT,
        stack=None,
        search=SearchConfig(),
        compose=ComposeConfig(),
        select_per=None,
        also=None,
        output=output,
        dry_run=False,
    )


def _here(path: str) -> str:
    """A path on this machine; files of the package are where this package is installed."""
    package = f"{PACKAGE.name}/"
    if Path(path).expanduser().exists() or f"/{package}builtin/" not in f"/{path}":
        return path
    return str(PACKAGE / "builtin" / path.rpartition(f"{package}builtin/")[2])


def _plan(config: Config, recipe: Recipe, *, given: bool) -> Plan:
    """The plan of both points.

    Raises:
        ConfigError: if the model or the dataset is not there.
    """
    try:
        plan = make_plan(config)
    except ConfigError as error:
        hint = "" if given else " Give a place that has moved with --model PATH or --data PATH."
        raise ConfigError(f"{error}{hint}") from error
    return replace(plan, points=list(_points(recipe)))


def _points(recipe: Recipe) -> Iterator[Point]:
    yield BASE
    if recipe.steps:
        yield Point(tuple(step.edit for step in recipe.steps))


def _check_identity(then: Identity, now: Identity) -> None:
    """Check that model and examples are those of the sweep, and tell of other differences.

    Raises:
        ConfigError: if they are not.
    """
    for what, option, before, after in (
        ("the model's files", "--model", then.weights, now.weights),
        ("the examples", "--data", then.examples, now.examples),
    ):
        if before != after:
            raise ConfigError(
                f"{what} are not those of the sweep: {after} now, {before} then. Give the right "
                f"ones with {option} PATH."
            )
    if then.options != now.options or then.protocol != now.protocol:
        log.warning(
            "this version evaluates in another way than the sweep did: %s now, %s then",
            now.options,
            then.options,
        )


def _figures(plan: Plan, evaluated: Evaluated) -> dict[str, PointFigures]:
    """The figures of both points now, by name.

    Raises:
        ConfigError: if an evaluation failed.
    """
    examples = tuple(read_ranges(evaluated.examples))
    plan.store.open(command_of(plan))
    failed = Worker(plan).run([Evaluation(point, examples) for point in plan.points])
    if failed:
        raise ConfigError(f"{failed[0].point} could not be evaluated; the log says why.")
    return {each.point: each for each in point_figures(summarize(plan.store.read()))}


def _compared(
    recipe: Recipe, evaluated: Evaluated, found: Mapping[str, PointFigures]
) -> Reproduction:
    both = {str(BASE): evaluated.base, recipe.point: evaluated.point}
    pairs = tuple(
        FigurePair(point, name, then, float(getattr(found[point].on(evaluated.part), name)))
        for point, figures in both.items()
        for name, then in figures.items()
    )
    return Reproduction(
        point=recipe.point,
        part=evaluated.part,
        examples=len(read_ranges(evaluated.examples)),
        pairs=pairs,
        versions=_other_versions(recipe.versions),
    )


def _other_versions(then: Mapping[str, str | None]) -> dict[str, tuple[str | None, str | None]]:
    now = versions()
    return {name: (old, now.get(name)) for name, old in then.items() if old != now.get(name)}
