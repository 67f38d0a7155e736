"""Trackio: a run with one step, in this machine's store, on a server or in a Space."""

from __future__ import annotations

import os
import warnings
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from laser_sweep.tracker._tracked_sweep import TrackedSweep

if TYPE_CHECKING:
    from trackio.run import Run

PACKAGE = "trackio"
VARIABLES = {"GRADIO_ANALYTICS_ENABLED": "False", "HF_HUB_DISABLE_TELEMETRY": "1"}


def write(sweep: TrackedSweep) -> str:
    """Find the run by its name, or start it; then replace all that it has.

    Raises:
        RuntimeError: if Trackio warns that it could not store or send something.
    """
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        where = _write(sweep)
    # Trackio raises nothing: what it cannot do is a warning.
    own = [each for each in caught if PACKAGE in Path(each.filename).parts]
    if failures := [str(each.message) for each in own if each.category is UserWarning]:
        raise RuntimeError(failures[0])
    return where


def _write(sweep: TrackedSweep) -> str:
    import trackio

    server = os.environ.get("TRACKIO_SPACE_ID") or os.environ.get("TRACKIO_SERVER_URL")
    run = _start(sweep, server)
    is_empty = _empty_on(server, run) if server else _empty_here(run)
    points = sweep.points
    table = trackio.Table(columns=list(points.columns), data=[list(row) for row in points.rows])
    texts, report = dict(sweep.texts), trackio.Markdown(sweep.report)
    found = {**sweep.known_figures, **texts, "points": table, "report": report}
    run.log(found, step=0 if is_empty else None)
    artifact = trackio.Artifact(f"sweep-{sweep.id}", type="report")
    for name, path in sweep.named_files.items():
        artifact.add_file(path, name=name)
    run.log_artifact(artifact, overwrite=True)
    run.finish()
    return f"Trackio run {run.name} in the project {sweep.project}, {_place(server)}"


def _start(sweep: TrackedSweep, server: str | None) -> Run:
    """Start the run, or resume it by its name."""
    import trackio
    from trackio.fragments import import_inbox_dir

    if not server:
        # On a network file system, what is logged stays in files until something imports them.
        import_inbox_dir()
    return trackio.init(
        project=sweep.project,
        # Two sweeps of one project may have the same title.
        name=f"{sweep.title} ({sweep.id})",
        config=dict(sweep.options),
        resume="allow",
        embed=False,
        auto_log_cpu=False,
        auto_log_gpu=False,
    )


def _empty_here(run: Run) -> bool:
    """Delete what the run has in this machine's store; true."""
    import trackio

    with suppress(ValueError):  # the project has no run yet
        for each in trackio.Api().runs(run.project):
            if each.id == run.id:
                each.delete()
    return True


def _empty_on(server: str, run: Run) -> bool:
    """Delete what the run has on a server; whether the server allows it, as a Space does not."""
    from huggingface_hub import get_token
    from trackio.remote_client import RemoteClient

    try:
        client = RemoteClient(server, get_token(), os.environ.get("TRACKIO_WRITE_TOKEN"))
        client.predict(api_name="/delete_run", project=run.project, run=run.name, run_id=run.id)
    except Exception:
        return False
    return True


def _place(server: str | None) -> str:
    from trackio import utils

    # The address of a server may have the token that allows to write.
    return server.partition("?")[0] if server else f"{utils.TRACKIO_DIR}; trackio show shows it"
