"""Weights & Biases: a run with the sweep's id, which later commands resume."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

from laser_sweep.errors import one_line
from laser_sweep.terminal import near
from laser_sweep.tracker._tracked_sweep import TrackedSweep

if TYPE_CHECKING:
    from wandb import Run, Settings

PACKAGE = "wandb"
VARIABLES = {"WANDB_ERROR_REPORTING": "false", "WANDB_SILENT": "true"}
_LOGIN_S = 30


def write(sweep: TrackedSweep) -> str:
    """Resume the run, or start it; then set its configuration, its summary and its artifact.

    Nothing goes into the run's history, to which a repeated command would only append.
    """
    import wandb

    run = _start(sweep)
    run.config.update(dict(sweep.options), allow_val_change=True)
    table = wandb.Table(
        columns=list(sweep.points.columns),
        data=[list(row) for row in sweep.points.rows],
        allow_mixed_types=True,
    )
    # A figure that is not known any more becomes null in a resumed run.
    run.summary.update({**dict(sweep.figures), **dict(sweep.texts), "points": table})
    artifact = wandb.Artifact(f"sweep-{sweep.id}", type="report")
    for name, path in sweep.named_files.items():
        artifact.add_file(str(path), name=name)
    run.log_artifact(artifact)
    run.finish()
    return _place(run)


def _start(sweep: TrackedSweep) -> Run:
    """Start the run, or resume it by its id."""
    import wandb

    return wandb.init(
        project=sweep.project,
        id=sweep.id,
        name=sweep.title,
        resume="allow",
        job_type="sweep",
        tags=["laser_sweep"],
        settings=_settings(),
    )


def _settings() -> Settings:
    """The settings without any capture of code, console, machine or packages."""
    import wandb

    return wandb.Settings(
        silent=True,
        console="off",
        disable_code=True,
        disable_git=True,
        disable_job_creation=True,
        init_timeout=_LOGIN_S,
        login_timeout=_LOGIN_S,
        x_disable_machine_info=True,
        x_disable_meta=True,
        x_disable_stats=True,
        x_save_requirements=False,
    )


def _place(run: Run) -> str:
    """The place of a run; of an offline run, the folders of earlier commands are removed."""
    if run.url:
        return f"Weights & Biases, {run.url}"
    folder = Path(run.settings.sync_dir)
    if not list(folder.glob("*.wandb")):
        return f"Weights & Biases, which is switched off (WANDB_MODE={run.settings.mode})"
    # The new folder has everything that earlier ones have; uploaded twice it would be two.
    for earlier in folder.parent.glob(f"offline-run-*-{run.id}"):
        if earlier != folder:
            shutil.rmtree(earlier, ignore_errors=True)
    shown = near(folder)
    return one_line(f"Weights & Biases, offline in {shown}; wandb sync {shown} uploads the run")
