"""The fixtures that sweep over tiny models."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from laser_sweep.grid import axes as grid
from laser_sweep.plan.make import make_plan
from laser_sweep.run.execute import execute

from .configs import composed
from .exports import Sweeper, Swept, save_tiny
from .tiny import EXAMPLES


def sweep_over(model: Path, folder: Path, options: tuple[str, ...]) -> Swept:
    """Sweep over a model, every point on every example, with results below a folder."""
    rows = folder / "rows.jsonl"
    questions = [{"question": each.prompt, "answer": each.answer} for each in EXAMPLES]
    rows.write_text("".join(json.dumps(row) + "\n" for row in questions))
    given = (f"model.path={model}", f"dataset.path={rows}", f"output={folder / 'multirun'}")
    plan = make_plan(
        composed(*given, "split.test=all", "dataset.too_long=drop", *map(grid.bracket, options))
    )
    assert execute(plan) == 0
    return Swept(model, plan.store.folder)


@pytest.fixture(scope="session")
def tiny_sweep(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Swept]:
    """A function that sweeps over a tiny model of a family, once for the same options."""
    made: dict[tuple[str, ...], Swept] = {}

    def run(family: str, *options: str) -> Swept:
        if (family, *options) not in made:
            folder = tmp_path_factory.mktemp("tiny")
            model = save_tiny(family, folder)
            made[family, *options] = sweep_over(model, folder, options)
        return made[family, *options]

    return run


@pytest.fixture
def swept(tiny_sweep: Callable[..., Swept], tmp_path: Path) -> Sweeper:
    """A function that sweeps over a tiny model of a family, or over the model of a path.

    The test may change the sweep's folder, but of the models only the one that it gave a path of.
    """

    def run(family: str, *options: str, path: Path | None = None) -> Swept:
        if path is not None:
            return sweep_over(path, tmp_path, options)
        model, folder = tiny_sweep(family, *options)
        output = folder.parents[2]
        shutil.copytree(output, tmp_path / output.name, dirs_exist_ok=True)
        return Swept(model, tmp_path / folder.relative_to(output.parent))

    return run
