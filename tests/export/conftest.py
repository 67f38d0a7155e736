"""The fixture that sweeps over a tiny model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.configs import composed
from support.exports import Sweeper, Swept, save_tiny
from support.tiny import EXAMPLES

from laser_sweep.grid import axes as grid
from laser_sweep.plan.make import make_plan
from laser_sweep.run.execute import execute


@pytest.fixture
def swept(tmp_path: Path) -> Sweeper:
    """Sweeps over a tiny model of a family, every point on every example."""

    def run(family: str, *options: str, path: Path | None = None) -> Swept:
        if path is None:
            path = save_tiny(family, tmp_path)
        rows = tmp_path / "rows.jsonl"
        questions = [{"question": each.prompt, "answer": each.answer} for each in EXAMPLES]
        rows.write_text("".join(json.dumps(row) + "\n" for row in questions))
        given = (f"model.path={path}", f"dataset.path={rows}", f"output={tmp_path / 'multirun'}")
        plan = make_plan(
            composed(*given, "split.test=all", "dataset.too_long=drop", *map(grid.bracket, options))
        )
        assert execute(plan) == 0
        return Swept(path, plan.store.folder)

    return run
