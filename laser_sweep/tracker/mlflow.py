"""MLflow: a run that has the sweep's id as a tag, by which later commands find it."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

from laser_sweep.errors import shorten
from laser_sweep.tracker._tracked_sweep import TrackedSweep, Value

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Metric, Run

PACKAGE = "mlflow"
VARIABLES = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "2",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "20",
}
_ID = "laser_sweep.run"
_POINTS = "points.json"
_LONGEST = 5000
"""Characters of a parameter or a tag that every version of MLflow accepts."""
_MOST = 100
"""Parameters that MLflow accepts at once."""


def write(sweep: TrackedSweep) -> str:
    """Find the run, or create it; then set its parameters, tags, metrics and artifacts."""
    import mlflow

    client = mlflow.MlflowClient()
    run = _run(client, sweep)
    id = run.info.run_id
    client.update_run(id, status="RUNNING", name=sweep.title)
    _set_options(client, run, sweep)
    _set_tags(client, id, sweep)
    client.log_batch(id, metrics=_changed_metrics(run, sweep))
    for name, path in sweep.named_files.items():
        client.log_artifact(id, str(path), name.rpartition("/")[0] or None)
    points = {"columns": sweep.points.columns, "data": sweep.points.rows}
    client.log_text(id, json.dumps(points), _POINTS)
    client.set_terminated(id)
    return f"MLflow run {id} in the experiment {sweep.project}, {mlflow.get_tracking_uri()}"


def _run(client: MlflowClient, sweep: TrackedSweep) -> Run:
    experiment = client.get_experiment_by_name(sweep.project)
    in_experiment = (
        client.create_experiment(sweep.project) if experiment is None else experiment.experiment_id
    )
    found = client.search_runs([in_experiment], f"tags.`{_ID}` = '{sweep.id}'", max_results=1)
    if found:
        return found[0]
    return client.create_run(in_experiment, run_name=sweep.title, tags={_ID: sweep.id})


def _set_options(client: MlflowClient, run: Run, sweep: TrackedSweep) -> None:
    """Write the options as parameters.

    MLflow never changes a parameter. Where a later command gives an option another value, a tag
    with the option's name has that value.
    """
    from mlflow.entities import Param

    id, known, tags = run.info.run_id, run.data.params, run.data.tags
    options = {name: _text(value) for name, value in sweep.options}
    new = [Param(name, text) for name, text in options.items() if name not in known]
    for first in range(0, len(new), _MOST):
        client.log_batch(id, params=new[first : first + _MOST])
    for name, text in options.items():
        if known.get(name, text) != text:
            client.set_tag(id, name, text)
        elif name in tags:
            client.delete_tag(id, name)


def _set_tags(client: MlflowClient, id: str, sweep: TrackedSweep) -> None:
    from mlflow.entities import RunTag

    texts = {
        **dict(sweep.texts),
        "mlflow.note.content": dict(sweep.texts)["verdict"],
        "mlflow.source.name": "laser_sweep",
        # MLflow's page shows the files that this tag names as tables.
        "mlflow.loggedArtifacts": json.dumps([{"path": _POINTS, "type": "table"}]),
    }
    client.log_batch(id, tags=[RunTag(name, _text(text)) for name, text in texts.items()])


def _changed_metrics(run: Run, sweep: TrackedSweep) -> list[Metric]:
    """The figures that MLflow lacks, or has other values of; NaN for one that is not known now."""
    from mlflow.entities import Metric

    now, known = time.time_ns() // 1_000_000, run.data.metrics
    wanted = {
        name: float("nan") if value is None else value
        for name, value in sweep.figures
        if value is not None or name in known
    }
    return [
        Metric(name, value, now, 0)
        for name, value in wanted.items()
        if repr(known.get(name)) != repr(value)
    ]


def _text(value: Value) -> str:
    return shorten(str(value), _LONGEST)
